"""The whole way with the real daemon, sensors and run workers, in one house: films dropped into the folder become reports,
whatever happens meanwhile. Each test has a film of its own there.
"""

import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from gametape.base.process import ProcessName
from gametape.base.settings import settings
from gametape.lake.store import Lake
from gametape.uploads import UploadStore
from orchestration.instance import open_instance
from orchestration.partitions.control import unfinished_runs
from orchestration.partitions.state import PartitionState, partition_state, partition_states
from resources.partitions import is_first_look
from resources.run_events import events_of
from resources.uploads import uploads_from_settings
from resources.workers import worker_of
from tests.e2e.conftest import House, Rally, a_house

pytestmark = [pytest.mark.daemon, pytest.mark.slow]


@dataclass(frozen=True)
class Open:
    """The house while its daemon runs."""

    house: House
    instance: dg.DagsterInstance
    store: UploadStore

    @property
    def lake(self) -> Lake:
        return Lake(settings().lake_uri)

    def drop(self, film: Path, name: str, sidecar: str = "") -> str:
        """Drop a film as no other is, with its sidecar before it. Its key."""
        if sidecar:
            (self.house.uploads / name).with_suffix(".yaml").write_text(sidecar)
        arriving = self.house.home / "arriving.mp4"
        shutil.copy(film, arriving)
        with arriving.open("ab") as file:  # a box that every reader passes over
            file.write((24).to_bytes(4, "big") + b"free" + uuid.uuid4().bytes)
        arriving.rename(self.house.uploads / name)
        upload = next(one for one in self.store.list().uploads if one.name == name)
        return self.store.key_of(upload)

    def state(self, key: str) -> PartitionState:
        return partition_state(self.instance, key)

    def runs(self, key: str) -> list[dg.RunRecord]:
        """The film's, oldest first."""
        records = self.instance.get_run_records(dg.RunsFilter(tags={"dagster/partition": key}))
        return sorted(records, key=lambda record: record.storage_id)

    def wait_until_done(self, key: str, seconds: float = 240) -> PartitionState:
        done = lambda: self.state(key).state in ("ready", "failed")  # noqa: E731
        self.house.wait(done, seconds, f"{key} is done")
        return self.state(key)


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Iterator[Open]:
    """One house for all: what starts a daemon, its code server and their imports costs more than a film."""
    workspace = Path(__file__).with_name("short_looks.yaml")
    with (
        a_house(tmp_path_factory.mktemp("daemon") / "home") as house,
        house.daemon(workspace),
        open_instance() as instance,
    ):
        yield Open(house, instance, uploads_from_settings().store())


def gametape(*arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("gametape")), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_dropped_film_becomes_a_report_and_a_bad_neighbour_does_not_matter(opened: Open, small_rally: Rally):
    text = opened.house.home / "text"
    text.write_text("hello, I am text")
    bad = opened.drop(text, "not a film.mp4")
    good = opened.drop(small_rally.film, "Finale <script>alert('1')  🏓.mp4")
    state, failed = opened.wait_until_done(good), opened.wait_until_done(bad)
    assert state.state == "ready", state
    assert failed.state == "failed" and "not a film.mp4" in failed.message
    assert opened.lake.read_table("frames", good).num_rows == small_rally.frames
    assert opened.lake.read_table("metrics", good).num_rows
    assert opened.lake.get_file(good, "report.html", opened.house.home).stat().st_size > 10_000
    assert not opened.lake.has_table("frames", bad)
    # The same bytes under another name are the same film: nothing is asked for again.
    shutil.copy(next(opened.house.uploads.glob("Finale*")), opened.house.uploads / "again.mp4")
    ticks = lambda: sum(  # noqa: E731
        len(opened.instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=100))
        for state in opened.instance.all_instigator_state()
    )
    seen = ticks()
    opened.house.wait(lambda: ticks() >= seen + 4, 60, "the sensor looked again")
    assert len(opened.runs(good)) == len(opened.runs(bad)) == 1
    told = {one.key: one.state for one in partition_states(opened.instance)}
    assert (told[good], told[bad]) == ("ready", "failed")
    assert not [key for key in told if key.startswith("again")]


def test_a_worker_killed_in_the_middle_is_retried_and_finishes_right(opened: Open, small_rally: Rally):
    """kill -9 of the run's process while poses are estimated: the retry keeps what was stored and ends the same."""
    key = opened.drop(small_rally.film, "killed.mp4")

    def worker_in_pose() -> ProcessName | None:
        for record in opened.runs(key):
            run = record.dagster_run
            starts = events_of(opened.instance, run.run_id, {dg.DagsterEventType.STEP_START})
            if "pose_estimates" in {event.step_key for event in starts}:
                return worker_of(run)
        return None

    opened.house.wait(worker_in_pose, 120, "poses are being estimated").signal(signal.SIGKILL)
    opened.house.wait(lambda: len(opened.runs(key)) == 2, 120, "the run is retried")
    assert opened.wait_until_done(key).state == "ready"
    first, second = (record.dagster_run for record in opened.runs(key))
    assert first.status.value == "FAILURE" and second.parent_run_id == first.run_id
    made = events_of(opened.instance, second.run_id, {dg.DagsterEventType.ASSET_MATERIALIZATION})
    redone = {event.asset_key.path[-1] for event in made}
    assert "frames" not in redone and "pose_estimates" in redone
    assert opened.lake.read_table("frames", key).num_rows == small_rally.frames
    assert not list((opened.house.home / "work").rglob("*.part"))


def test_a_film_is_canceled_goes_on_and_after_a_delete_is_made_anew(opened: Open, small_rally: Rally):
    key = opened.drop(small_rally.film, "canceled.mp4")
    state = lambda: opened.state(key)  # noqa: E731
    opened.house.wait(lambda: state().state == "running" and state().done >= 2, 120, "two assets are made")
    said = gametape("cancel", key)
    assert "canceling" in said.splitlines()[0] and "canceled" in said.splitlines()[-1], said
    assert state().state == "canceled", "it has stopped when the command says so"
    [record] = opened.runs(key)
    assert worker_of(record.dagster_run).life() == "dead"
    assert "report" in state().missing and "source_video" not in state().missing

    told = gametape("retry", key)
    assert "report" in told and "source_video" not in told
    assert opened.wait_until_done(key).state == "ready"

    same = opened.house.home / "same.mp4"
    shutil.copy(opened.house.uploads / "canceled.mp4", same)
    gametape("delete", key, "--yes")
    assert not opened.runs(key) and key not in opened.instance.get_dynamic_partitions("videos")
    opened.store.put(same, name="canceled.mp4")
    opened.house.wait(lambda: unfinished_runs(opened.instance, key), 60, "the same film is asked for again")
    assert state().state in ("queued", "running") and "report" in state().missing
    gametape("cancel", key)


def test_a_dropped_film_gets_its_first_look_and_then_all_of_it_by_itself(opened: Open, small_rally: Rally):
    key = opened.drop(small_rally.film, "quick.mp4", "analysis: quick\n")
    page = lambda: opened.lake.get_file(key, "report.html", opened.house.home).read_text("utf-8")  # noqa: E731
    opened.house.wait(lambda: opened.state(key).first_look, 180, "the first look's report is there")
    assert "first look ready" in opened.state(key).message
    assert "First look: the first 1 s" in page()
    state = opened.wait_until_done(key)
    assert state.state == "ready" and not state.first_look
    assert opened.lake.read_table("frames", key).num_rows == small_rally.frames
    assert "First look" not in page()
    looks = [is_first_look(record.dagster_run.tags) for record in opened.runs(key)]
    assert looks == [True, False], "one of each, the first look first"
