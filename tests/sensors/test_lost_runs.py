"""Runs without a worker are found and ended, retries that did not come are asked for again, and nothing else is touched."""

import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing import forkserver
from pathlib import Path

import dagster as dg
import pytest

from gametape.base.process import ProcessName
from resources import dagster_internals as internals
from resources import workers
from resources.run_events import events_of
from resources.workers import WORKER_TAG, introduce, worker_of
from sensors import lost_runs
from sensors.lost_runs import MOST_REPORTS, build_lost_run_sensor, put_right, report_missing_retries
from tests.workers import ENDS, LOSES_ONE, NEVER, a_process, a_run, name_of

Status = dg.DagsterRunStatus
MINUTE = lost_runs.RETRY_SECONDS


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Its retries are on, as in the house."""
    settings = {"run_retries": {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False}}
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path), settings=settings) as instance:
        yield instance


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets time pass for the sensor, from now on."""
    now = lost_runs.time.time

    def pass_by(seconds: float) -> None:
        monkeypatch.setattr(lost_runs.time, "time", lambda: now() + seconds)

    return pass_by


@pytest.fixture
def as_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is a code server's child, and waits for nobody."""
    monkeypatch.setattr(workers.multiprocessing, "parent_process", object)
    monkeypatch.setattr(workers, "CLOSING_SECONDS", 0.1)


@pytest.fixture
def dead() -> ProcessName:
    with a_process(ENDS) as process:
        return name_of(process)


def status(instance: dg.DagsterInstance, run: str) -> str:
    return instance.get_run_by_id(run).status.value


def reports(instance: dg.DagsterInstance, run: str) -> int:
    return len(instance.get_records_for_run(run, of_type=dg.DagsterEventType.RUN_FAILURE).records)


# ---- workers ----


def test_after_a_power_cut_a_run_fails_at_the_first_look_and_its_slot_is_free(instance, dead: ProcessName):
    internals.set_pool_limit(instance, "gpu", 1)
    run = a_run(instance, replace(dead, boot="before"), **{".dagster__grpc_info": json.dumps({"socket": "/tmp/none"})})
    assert internals.claim_slot(instance, "gpu", run, "pose", 0)
    again, told = put_right(instance, seen=())
    assert not again and len(told) == 1 and status(instance, run) == "FAILURE"
    assert instance.get_run_by_id(run).tags["dagster/will_retry"] == "true"
    assert internals.claim_slot(instance, "gpu", "next", "pose", 0)


def test_a_worker_that_died_a_moment_ago_is_left_to_its_code_server_once(instance, dead: ProcessName):
    run = a_run(instance, dead)
    again, told = put_right(instance, seen=())
    assert again == {run} and not told and status(instance, run) == "STARTED"
    again, told = put_right(instance, seen=again)
    assert not again and told and status(instance, run) == "FAILURE"


def test_what_lives_or_cannot_be_seen_is_left_alone(instance, later, dead: ProcessName):
    with a_process(ENDS) as worker:
        runs = [
            a_run(instance, name_of(worker)),
            a_run(instance, replace(dead, host="another")),
            a_run(instance),  # of an older version: it does not say
            a_run(instance, status=Status.STARTING),
            a_run(instance, status=Status.STARTING, **{".dagster__grpc_info": json.dumps({"host": "far", "port": 1})}),
        ]
        later(3600)
        assert put_right(instance, seen=runs) == (set(), [])
        assert worker.poll() is None


@pytest.mark.parametrize(
    ("seconds", "lost"), [(lost_runs.START_SECONDS - 2, False), (lost_runs.START_SECONDS + 2, True)]
)
def test_a_run_that_never_started_is_lost_when_its_code_server_is(instance, later, seconds: float, lost: bool):
    info = {".dagster__grpc_info": json.dumps({"socket": "/tmp/nobody-listens"})}
    run = a_run(instance, status=Status.STARTING, **info)
    later(seconds)
    put_right(instance, seen=())
    assert status(instance, run) == ("FAILURE" if lost else "STARTING")


def test_the_name_that_a_retry_copied_is_not_its_workers(instance, dead: ProcessName):
    first = instance.get_run_by_id(a_run(instance, dead))
    run = a_run(instance, **{WORKER_TAG: first.tags[WORKER_TAG]})
    assert worker_of(first) == dead and worker_of(instance.get_run_by_id(run)) is None


def test_only_a_code_servers_child_introduces_itself(instance):
    """A run that is executed in somebody's own process must never get that process ended."""
    run = instance.get_run_by_id(a_run(instance, **{".dagster__grpc_info": "{}"}))
    introduce(instance, run)
    assert WORKER_TAG not in instance.get_run_by_id(run.run_id).tags


# ---- two at one film ----


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")
def test_a_run_whose_fork_server_was_killed_is_not_worked_on_twice(instance, as_a_worker):
    """Its code server takes the worker for dead, so that Dagster retries the run, and the worker works on."""
    forked = multiprocessing.get_context("forkserver").Process(target=time.sleep, args=(600,))
    forked.start()
    worker = ProcessName.of(forked.pid)
    try:
        os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
        forked.join(20)
        assert not forked.is_alive() and forked.exitcode == 255 and worker.life() == "alive"
        failed = a_run(instance, worker)
        instance.report_run_failed(instance.get_run_by_id(failed), "Its process ended with 255.")
        retry = instance.get_run_by_id(a_run(instance, **{".dagster__grpc_info": "{}"}))
        introduce(instance, retry)
        assert worker.life() == "dead", "two at one film"
        said = events_of(instance, retry.run_id, {dg.DagsterEventType.ENGINE_EVENT})
        assert any(failed[:8] in (event.message or "") for event in said)
    finally:
        worker.signal(signal.SIGKILL)


def test_a_worker_of_another_film_or_of_a_run_at_work_is_left_alone(instance, as_a_worker):
    with a_process() as other, a_process() as at_work:
        failed = a_run(instance, name_of(other), key="match-2")
        instance.report_run_failed(instance.get_run_by_id(failed), "It failed.")
        a_run(instance, name_of(at_work))
        introduce(instance, instance.get_run_by_id(a_run(instance, **{".dagster__grpc_info": "{}"})))
        assert other.poll() is None and at_work.poll() is None


# ---- canceling ----


def test_a_run_that_does_not_stop_is_asked_again_and_then_ended(instance, later):
    with a_process(NEVER) as worker:
        run = a_run(instance, name_of(worker), status=Status.CANCELING)
        assert put_right(instance, seen=()) == (set(), [])
        later(lost_runs.ASK_AGAIN_SECONDS + 1)
        assert "asked to stop again" in put_right(instance, seen=())[1][0] and worker.poll() is None
        later(lost_runs.END_SECONDS + 1)
        put_right(instance, seen=())
        assert worker.wait(timeout=5) == -9 and status(instance, run) == "CANCELED"


def test_a_canceled_run_whose_worker_is_gone_is_canceled_and_not_failed(instance, dead: ProcessName):
    run = a_run(instance, dead, status=Status.CANCELING)
    put_right(instance, seen={run})
    assert status(instance, run) == "CANCELED"


@pytest.mark.parametrize("end", ["canceled", "failed"])
def test_a_worker_that_works_on_after_its_run_has_ended_is_ended(instance, later, end: str):
    with a_process(LOSES_ONE) as worker, a_process(ENDS) as other:
        run = a_run(instance, name_of(worker))
        a_run(instance, name_of(other))
        report = instance.report_run_canceled if end == "canceled" else instance.report_run_failed
        report(instance.get_run_by_id(run), "marked by force")
        assert put_right(instance, seen=())[1] == []
        later(lost_runs.LINGER_SECONDS + 1)
        assert "was ended" in put_right(instance, seen=())[1][0]
        assert worker.wait(timeout=5) == -9 and other.poll() is None


# ---- retries ----


def fail(instance: dg.DagsterInstance, **tags: str) -> str:
    run = a_run(instance, **tags)
    instance.report_run_failed(instance.get_run_by_id(run), "Its process died.")
    return run


@pytest.mark.parametrize(("seconds", "asked"), [(MINUTE - 2, 0), (MINUTE + 2, 1)])
def test_a_retry_that_has_not_come_after_a_minute_is_asked_for(instance, later, seconds: float, asked: int):
    run = fail(instance)
    later(seconds)
    assert len(report_missing_retries(instance)) == asked
    assert reports(instance, run) == 1 + asked


def test_dagsters_own_retry_is_never_doubled(instance, later):
    retried = fail(instance)
    instance.add_run_tags(retried, {"dagster/auto_retry_run_id": "the retry"})
    by_hand = fail(instance, dagster__partition="other")
    a_run(instance, key="other", status=Status.STARTING)  # somebody ran `gametape retry`
    later(2 * MINUTE)
    assert report_missing_retries(instance) == []
    assert reports(instance, retried) == reports(instance, by_hand) == 1


def test_dagster_makes_one_retry_however_often_a_failure_is_reported(instance, later):
    """What we rely on: its own daemon, with the event that it missed and the ones that come after."""
    from dagster._daemon.auto_run_reexecution import auto_run_reexecution as daemon

    run = fail(instance)
    later(2 * MINUTE)
    report_missing_retries(instance)
    retries = []

    def retry(failed: dg.DagsterRun, _) -> None:
        group = [] if not retries else [instance.get_run_by_id(retries[0])]
        if daemon.get_automatically_retried_run_if_exists(instance, failed, group) is None:
            retries.append(a_run(instance, status=Status.STARTING))
            instance.add_run_tags(failed.run_id, {"dagster/auto_retry_run_id": retries[0]})

    for _ in range(2):
        for failed in daemon.filter_runs_to_should_retry([instance.get_run_by_id(run)], instance):
            retry(failed, None)
    assert len(retries) == 1
    assert report_missing_retries(instance) == []


def test_a_retry_that_dagster_could_not_make_is_asked_for(instance, later):
    """The code server was away: Dagster notes that, and lets it be."""
    run = fail(instance)
    instance.report_engine_event("Failed to retry run", instance.get_run_by_id(run))
    instance.add_run_tags(run, {"dagster/will_retry": "false"})
    later(MINUTE + 1)
    assert len(report_missing_retries(instance)) == 1
    assert instance.get_run_by_id(run).tags["dagster/will_retry"] == "true"


@pytest.mark.parametrize("tags", [{"dagster__max_retries": "0"}, {"dagster__failure_reason": "STEP_FAILURE"}])
def test_what_is_not_to_be_retried_is_not(instance, later, tags: dict):
    run = fail(instance, **tags)
    later(MINUTE + 1)
    assert report_missing_retries(instance) == [] and reports(instance, run) == 1


def test_a_retry_that_never_comes_ends_as_a_failure_that_is_told(instance, later):
    run = fail(instance)
    for number in range(MOST_REPORTS + 1):
        later((number + 1) * (MINUTE + 1) + 30 * number)
        assert len(report_missing_retries(instance)) == 1
    assert instance.get_run_by_id(run).tags["dagster/will_retry"] == "false"
    assert internals.failed_run_ids(instance, since=0, overdue=0, without={}, most=5) == [run]
    later(86000)
    assert report_missing_retries(instance) == []


# ---- the sensor ----


def test_the_sensor_remembers_whom_it_left_and_says_what_it_did(instance, dead: ProcessName):
    run = a_run(instance, dead)
    sensor, cursor, said = build_lost_run_sensor(), None, []
    for _ in range(3):
        with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
            result = sensor(context)
        cursor = result.cursor
        said.append(result.skip_reason.skip_message)
    assert said == ["no run is lost", f"run {run[:8]}: failed, its worker is gone", "no run is lost"]
