"""The whole way with the real daemon and the real sensor: a film dropped into the folder becomes a report."""

import shutil
import signal

import pytest

from gametape.base.process import ProcessName
from gametape.base.settings import settings
from gametape.lake.store import Lake
from orchestration.instance import open_instance
from orchestration.partitions.state import partition_state, partition_states
from resources.workers import worker_of

pytestmark = [pytest.mark.daemon, pytest.mark.slow]


def keys(instance) -> list[str]:
    return list(instance.get_dynamic_partitions("videos"))


def test_a_dropped_film_becomes_a_report_and_a_bad_neighbour_does_not_matter(house, small_rally):
    (house.uploads / "not a film.mp4").write_text("hello, I am text")
    shutil.copy(small_rally.film, house.uploads / "Finale <script>alert('1')  🏓.mp4")
    with house.daemon(), open_instance() as instance:
        house.wait(lambda: len(keys(instance)) == 2, 90, "both films are partitions")
        good, bad = sorted(keys(instance), key=lambda key: key.startswith("not-a-film"))
        done = lambda key: partition_state(instance, key).state in ("ready", "failed")  # noqa: E731
        house.wait(lambda: done(good) and done(bad), 180, "both films are done")
        assert partition_state(instance, good).state == "ready", partition_state(instance, good)
        failed = partition_state(instance, bad)
        assert failed.state == "failed" and "not a film.mp4" in failed.message
        lake = Lake(settings().lake_uri)
        assert lake.read_table("frames", good).num_rows == small_rally.frames
        assert lake.read_table("metrics", good).num_rows
        assert lake.get_file(good, "report.html", house.home).stat().st_size > 10_000
        assert not lake.has_table("frames", bad)
        # The same bytes under another name are the same film: nothing is asked for again.
        runs = instance.get_runs_count()
        shutil.copy(small_rally.film, house.uploads / "again.mp4")
        ticks = lambda: sum(  # noqa: E731
            len(instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=100))
            for state in instance.all_instigator_state()
        )
        seen = ticks()
        house.wait(lambda: ticks() >= seen + 4, 60, "the sensor looked again")
        assert instance.get_runs_count() == runs and len(keys(instance)) == 2
        assert {state.state for state in partition_states(instance)} == {"ready", "failed"}


def test_a_worker_killed_in_the_middle_is_retried_and_finishes_right(house, small_rally, monkeypatch):
    """kill -9 of the run's process while poses are estimated: the retry keeps what was stored and ends the same."""
    shutil.copy(small_rally.film, house.uploads / "rally.mp4")
    with house.daemon(), open_instance() as instance:
        house.wait(lambda: keys(instance), 90, "the film is a partition")
        (key,) = keys(instance)

        def worker_in_pose() -> ProcessName | None:
            for run in instance.get_runs():
                started = {
                    e.step_key
                    for e in instance.all_logs(run.run_id)
                    if e.is_dagster_event and e.dagster_event.is_step_start
                }
                if "pose_estimates" in started:
                    return worker_of(run)
            return None

        house.wait(worker_in_pose, 120, "poses are being estimated").signal(signal.SIGKILL)
        house.wait(lambda: instance.get_runs_count() == 2, 120, "the run is retried")
        house.wait(lambda: partition_state(instance, key).state == "ready", 240, "the film is ready")
        first, second = sorted(instance.get_run_records(), key=lambda record: record.storage_id)
        assert (
            first.dagster_run.status.value == "FAILURE" and second.dagster_run.parent_run_id == first.dagster_run.run_id
        )
        redone = {e.asset_key.path[-1] for e in made(instance, second.dagster_run.run_id)}
        assert "frames" not in redone and "pose_estimates" in redone
        lake = Lake(settings().lake_uri)
        assert lake.read_table("frames", key).num_rows == small_rally.frames
        assert not list((house.home / "work").rglob("*.part"))


def made(instance, run_id: str) -> list:
    return [
        entry.dagster_event
        for entry in instance.all_logs(run_id)
        if entry.is_dagster_event and entry.dagster_event.is_step_materialization
    ]
