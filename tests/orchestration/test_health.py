"""What `gametape health` calls well, and each illness that it names."""

import time
import uuid
from dataclasses import fields
from types import SimpleNamespace

import dagster as dg
import pytest

from gametape.base.settings import Settings
from orchestration import health
from orchestration.health import Health, health_of, span
from resources import dagster_internals as internals
from resources.device import GPU_POOL
from tests.film_house import House

Status = dg.DagsterRunStatus


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Whether a daemon gives signs of life."""
    beats = SimpleNamespace(at=time.time())
    monkeypatch.setattr(health, "last_heartbeat", lambda instance: beats.at)
    return beats


def add_run(house: House, status: Status, **tags: str) -> str:
    run = dg.DagsterRun(
        job_name="process_video", run_id=str(uuid.uuid4()), status=status, tags={"dagster/partition": "a", **tags}
    )
    return house.instance.run_storage.add_run(run).run_id


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = time.time() + seconds
    monkeypatch.setattr(health, "time", SimpleNamespace(time=lambda: now))


def test_a_house_at_work_is_well(house: House, beats):
    add_run(house, Status.NOT_STARTED)
    found = health_of(house.instance, house.settings)
    assert found.is_well and (found.queued, found.running, found.failed) == (1, 0, 0)
    assert found.oldest_wait_s == pytest.approx(0, abs=30) and found.free_bytes > 0


def test_a_daemon_that_is_dead_or_never_was_is_named(house: House, beats):
    beats.at = time.time() - health.ALIVE_SECONDS - 5
    [told] = health_of(house.instance, house.settings).problems
    assert "last sign of life 80 s ago" in told
    beats.at = 0.0
    assert "has never run here" in health_of(house.instance, house.settings).problems[0]


def test_a_slot_of_a_run_that_has_ended_is_stuck_after_a_while(house: House, beats, monkeypatch: pytest.MonkeyPatch):
    internals.set_pool_limit(house.instance, GPU_POOL, 1)
    run_id = add_run(house, Status.STARTED)
    assert internals.claim_slot(house.instance, GPU_POOL, run_id, "step", 0)
    assert (found := health_of(house.instance, house.settings)).is_well and found.slots_taken == 1
    run = house.instance.get_run_by_id(run_id)
    house.instance.report_run_failed(run, "gone")
    assert not health_of(house.instance, house.settings).slots_stuck
    later(monkeypatch, health.STUCK_SECONDS + 1)
    beats.at = health.time.time()
    found = health_of(house.instance, house.settings)
    assert found.slots_stuck == 1 and found.failed == 1
    assert found.problems == ("slots of the pool gpu held for runs that have ended: 1 of 1",)


def test_a_retry_that_does_not_come_is_named(house: House, beats, monkeypatch: pytest.MonkeyPatch):
    run_id = add_run(house, Status.STARTED)
    house.instance.report_run_failed(house.instance.get_run_by_id(run_id), "gone")
    house.instance.add_run_tags(run_id, {internals.WILL_RETRY_TAG: "true"})
    assert health_of(house.instance, house.settings).is_well
    later(monkeypatch, 61)
    found = health_of(house.instance, house.settings)
    assert found.retries_missing == 1 and "lost_runs" in found.problems[0] and not found.failed


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"oldest_wait_s": 3600.0, "failed": 10, "free_bytes": 2_000_000_000}, None),
        ({"oldest_wait_s": 3601.0, "queued": 3, "running": 2}, "a run has waited for 60 min; waiting: 3, at work: 2"),
        ({"failed": 11}, "runs that failed within a day: 11"),
        ({"free_bytes": 1_990_000_000}, "2.0 GB are free"),
        ({"lost": 1}, "runs whose worker is gone: 1"),
    ],
)
def test_each_limit_is_a_setting_and_holds_just_there(changes: dict, told: str | None):
    well = {field.name: 0 for field in fields(Health) if field.name != "problems"} | {"free_bytes": 1 << 40}
    problems = list(health._problems(Health(**{**well, **changes}), Settings()))
    assert problems == [] if told is None else len(problems) == 1 and told in problems[0]
    lenient = Settings(health_wait_seconds=9999, health_failures=99, health_free_bytes=1)
    assert not list(health._problems(Health(**{**well, **changes, "lost": 0}), lenient))


def test_spans_are_read_at_a_glance():
    assert [span(s) for s in (0, 119.4, 120, 7199, 7200)] == ["0 s", "119 s", "2 min", "120 min", "2.0 h"]
