"""Failures and rejected uploads are told once each, whatever the address does."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import pytest

from gametape.base.errors import Unavailable
from gametape.base.notify import Notice, post
from gametape.base.settings import settings
from orchestration.definitions import build_defs
from sensors.notices import build_notice_sensor
from tests.film_house import House, film_bytes

Status = dg.DagsterRunStatus


@dataclass
class Address:
    """An HTTP server on loopback that keeps what is posted. `answers` are the next statuses, then 200."""

    url: str = ""
    got: list[dict] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    asked: int = 0


@pytest.fixture
def address() -> Iterator[Address]:
    there = Address()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = there.answers.pop(0) if there.answers else 200
            there.asked += 1
            if status == 200:
                assert self.headers["Content-Type"] == "application/json"
                there.got.append(json.loads(body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    there.url = f"http://127.0.0.1:{server.server_port}/hook/secret"
    yield there
    server.shutdown()
    server.server_close()


@dataclass
class Teller:
    """The sensor, tick by tick, with the cursor that Dagster would keep."""

    house: House
    cursor: str | None = None

    def tick(self) -> str:
        sensor = build_notice_sensor(house=self.house.settings)
        with dg.build_sensor_context(
            instance=self.house.instance, definitions=self.house.definitions, cursor=self.cursor,
            resources={"uploads": self.house.uploads},
        ) as context:  # fmt: skip
            result = sensor(context)
        self.cursor = result.cursor
        return result.skip_reason.skip_message


@pytest.fixture
def teller(house: House, address: Address) -> Teller:
    house.settings = house.settings.model_copy(update={"notify_url": address.url, "ui_url": "http://ui:3000/"})
    return Teller(house)


def fail(house: House, folder: Path, asset: str = "metrics") -> dg.RunRequest:
    (folder / "match.mp4").write_bytes(film_bytes("match"))
    (folder / "match.yaml").write_text("owner: ada@example.org")
    house.fail = (asset,)
    [request] = house.process()
    return request


def test_a_failed_film_is_told_once_with_what_to_do_and_a_link(teller: Teller, folder: Path, address: Address):
    request = fail(teller.house, folder)
    assert teller.tick() == "1 notice posted"
    [notice] = address.got
    [run] = teller.house.instance.get_runs()
    assert notice["name"] == "match.mp4" and notice["key"] == request.partition_key and notice["kind"] == "film"
    assert (notice["event"], notice["what"], notice["owner"]) == ("failed", "metrics", "ada@example.org")
    assert notice["reason"].startswith("match.mp4: metrics cannot be made")
    assert f"gametape retry {request.partition_key}" in notice["remedy"]
    assert notice["link"] == f"http://ui:3000/runs/{run.run_id}" and notice["link"] in notice["text"]
    assert teller.tick() == "0 notices posted"
    Teller(teller.house).tick()  # a cursor that was lost
    assert len(address.got) == 1


def test_an_address_that_was_away_misses_nothing_and_its_secret_is_not_shown(
    teller: Teller, folder: Path, address: Address
):
    fail(teller.house, folder)
    address.answers = [404]  # no use to try again at once
    told = teller.tick()
    assert "it answers 404" in told and "secret" not in told and address.asked == 1
    assert teller.tick() == "1 notice posted" and len(address.got) == 1


def test_a_hiccup_is_retried_at_once(address: Address):
    address.answers = [503, 429]
    post(address.url, Notice("failed", "film", "a.mp4", "frames", "is damaged", "Send it again", "http://ui"))
    assert address.asked == 3 and len(address.got) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/hook/secret", "no address", "http://"])
def test_an_address_where_nobody_is_is_an_error_that_shows_no_secret(url: str):
    with pytest.raises(Unavailable) as error:
        post(url, Notice("failed", "film", "a.mp4", "frames", "is damaged", "Send it again", "http://ui"))
    assert "secret" not in str(error.value)


def test_an_upload_that_is_no_use_is_told_until_it_changes(teller: Teller, folder: Path, address: Address):
    (folder / "empty.mp4").touch()
    teller.tick()
    [notice] = address.got
    assert (notice["event"], notice["kind"], notice["name"]) == (
        "rejected",
        "film",
        "empty.mp4",
    ) and "is empty" in notice["reason"]
    teller.tick()
    assert len(address.got) == 1
    folder.rename(folder.with_name("away"))  # an unmounted disk is no news of any film
    teller.tick()
    folder.with_name("away").rename(folder)
    teller.tick()
    assert len(address.got) == 1
    (folder / "empty.mp4").unlink()
    teller.tick()
    (folder / "empty.mp4").touch()
    teller.tick()
    assert len(address.got) == 2


def test_a_bad_sidecar_is_told_by_its_run_alone(teller: Teller, folder: Path, address: Address):
    (folder / "match.mp4").write_bytes(film_bytes("match"))
    (folder / "match.yaml").write_text("titel: Final")
    teller.house.fail = ("sidecar",)
    teller.house.process()
    teller.tick()
    assert [notice["event"] for notice in address.got] == ["failed"]


def test_what_goes_on_by_itself_is_not_told(teller: Teller, folder: Path, address: Address):
    """A crash that Dagster retries, a first look that the full analysis follows, a run that somebody canceled."""
    (folder / "match.mp4").write_bytes(film_bytes("match"))
    result = teller.house.tick()
    teller.house.add_partitions(result)
    [request] = result.run_requests
    for status, tags in [
        (Status.FAILURE, {"dagster/will_retry": "true"}),
        (Status.FAILURE, {"gametape/analysis": "quick"}),
        (Status.CANCELED, {}),
        (Status.SUCCESS, {}),
    ]:
        end(teller.house, teller.house.create_run(request.with_replaced_attrs(tags=tags), Status.STARTED), status)
    assert teller.tick() == "0 notices posted"


def test_a_run_that_repeats_a_told_one_is_told_too(teller: Teller, folder: Path, address: Address):
    """A retry has the tags of the run before it."""
    request = fail(teller.house, folder)
    teller.tick()
    [run] = teller.house.instance.get_runs()
    teller.house.run(request.with_replaced_attrs(tags={**run.tags}, run_key="again"))
    teller.tick()
    assert len(address.got) == 2


def test_a_mass_failure_is_told_a_few_at_a_time_and_completely(teller: Teller, folder: Path, address: Address):
    for number in range(7):
        (folder / f"{number}.mp4").write_bytes(film_bytes(str(number)))
    teller.house.fail = ("source_video",)
    teller.house.process()
    assert [teller.tick() for _ in range(3)] == ["5 notices posted", "2 notices posted", "0 notices posted"]
    assert sorted(notice["name"] for notice in address.got) == [f"{number}.mp4" for number in range(7)]


def test_without_an_address_there_is_no_such_sensor_and_with_one_it_runs_by_itself(monkeypatch):
    named = lambda: {sensor.name: sensor for sensor in build_defs().sensors}  # noqa: E731
    assert "notify_failures" not in named()
    monkeypatch.setenv("GAMETAPE_NOTIFY_URL", "https://chat.example/hook")
    settings.cache_clear()
    try:
        assert named()["notify_failures"].default_status == dg.DefaultSensorStatus.RUNNING
        dg.Definitions.validate_loadable(build_defs())
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def end(house: House, run_id: str, status: dg.DagsterRunStatus) -> None:
    """Let a run end as Dagster itself does."""
    run = house.instance.get_run_by_id(run_id)
    report = {
        Status.FAILURE: house.instance.report_run_failed,
        Status.CANCELED: house.instance.report_run_canceled,
    }.get(status)
    if report:
        report(run)
