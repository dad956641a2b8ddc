"""The demo takes the film's sidecar along, waits for retries, and is not fooled by a daemon that was killed."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from gametape.film.sidecar import sidecar_beside
from orchestration import demo
from orchestration.partitions.state import PartitionState


def film_with(folder: Path, *names: str) -> Path:
    for name in ("match.mp4", *names):
        (folder / name).write_bytes(b"x")
    return folder / "match.mp4"


@pytest.mark.parametrize(
    ("beside", "found"),
    [
        ((), None),
        (("match.yaml",), "match.yaml"),
        (("match.YML",), "match.YML"),
        (("match.json", "match.yaml"), "match.yaml"),  # as the upload store chooses
        (("other.yaml", "match.txt", "match.mp4.yaml"), None),
    ],
)
def test_the_sidecar_beside_a_film_comes_with_it(tmp_path: Path, beside: tuple[str, ...], found: str | None):
    sidecar = sidecar_beside(film_with(tmp_path, *beside))
    assert sidecar == (tmp_path / found if found else None)


def test_the_sidecar_is_uploaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Store:
        def put(self, film: Path, sidecar: Path | None) -> None:
            raise KeyboardInterrupt(film.name, sidecar.name)

    monkeypatch.setattr(demo, "prepare", lambda: None)
    monkeypatch.setattr(demo, "uploads_from_settings", lambda: SimpleNamespace(store=lambda kind: Store()))
    monkeypatch.setenv("GAMETAPE_SETTLE_SECONDS", "1")
    monkeypatch.setenv("GAMETAPE_SENSOR_SECONDS", "2")
    with pytest.raises(KeyboardInterrupt) as put:
        demo.run_demo(film_with(tmp_path, "match.yaml"))
    assert put.value.args == ("match.mp4", "match.yaml")


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch):
    """What the demo makes of these states, one each half second."""

    def watch(*states: str) -> str:
        clock, left = [0.0], list(states)

        def look(*_) -> PartitionState:
            state = left.pop(0) if len(left) > 1 else left[0]
            return PartitionState("match-1", state.removeprefix("retry:"), run_id="r", retry=state.startswith("retry:"))

        monkeypatch.setattr(demo, "partition_state", look)
        monkeypatch.setattr(demo.time, "monotonic", lambda: clock[0])
        monkeypatch.setattr(demo.time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
        return demo._watch(None, "match-1").state

    return watch


def test_a_crash_that_is_retried_is_waited_for(watched):
    assert watched("running", "failed", "retry:waiting", "queued", "running", "ready") == "ready"


def test_a_failure_that_stays_is_one(watched):
    assert watched("running", "failed") == "failed"


def test_a_canceled_film_is_not_waited_for(watched):
    assert watched("running", "canceling", "canceled") == "canceled"


@pytest.mark.parametrize(("beats", "lives"), [([100.0], False), ([100.0, 100.0, 130.0], True)])
def test_a_heartbeat_of_just_now_is_no_daemon_until_another_comes(
    monkeypatch: pytest.MonkeyPatch, beats: list[float], lives: bool
):
    clock = [0.0]
    monkeypatch.setattr(demo, "daemon_is_alive", lambda _: True)
    monkeypatch.setattr(demo, "last_heartbeat", lambda _: beats.pop(0) if len(beats) > 1 else beats[0])
    monkeypatch.setattr(demo.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(demo.time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    assert demo._beats(None) is lives
