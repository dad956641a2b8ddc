"""A run that is asked to stop has stopped when `cancel` says so; each way in which it may not want to."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from orchestration.partitions import control
from orchestration.partitions.control import cancel
from tests.workers import ENDS, LOSES_ONE, NEVER, a_process, a_run, name_of

pytestmark = pytest.mark.processes

Status = dg.DagsterRunStatus


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Its retries are on, as in the house."""
    monkeypatch.setattr(control, "ASK_AGAIN_SECONDS", 0.5)
    monkeypatch.setattr(control, "END_SECONDS", 1.5)
    monkeypatch.setattr(control, "REPORT_SECONDS", 0.5)
    settings = {"run_retries": {"enabled": True, "max_retries": 2}}
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path), settings=settings) as instance:
        yield instance


def stop(instance: dg.DagsterInstance) -> tuple[list[control.Stopped], list[str]]:
    told: list[str] = []
    return cancel(instance, "match-1", tell=told.append), told


def test_a_worker_that_lost_the_first_interrupt_is_asked_again(instance: dg.DagsterInstance):
    with a_process(LOSES_ONE) as worker:
        run = a_run(instance, name_of(worker), status=Status.CANCELING)
        control.workers.interrupt(instance.get_run_by_id(run))  # lost
        [stopped], _ = stop(instance)
        assert worker.wait(timeout=1) != -9, "it was asked, not ended"
    assert stopped.was_canceled and instance.get_run_by_id(run).status == Status.CANCELED


def test_a_worker_that_does_not_listen_is_ended_and_only_then_called_canceled(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    seen = []
    report = instance.report_run_canceled
    with a_process(NEVER) as worker:
        name = name_of(worker)
        monkeypatch.setattr(
            instance, "report_run_canceled", lambda *a, **k: (seen.append(name.life()), report(*a, **k))
        )
        run = a_run(instance, name)
        began = time.monotonic()
        monkeypatch.setattr(control.internals, "ask_to_stop", lambda *_: True)  # its code server took note
        [stopped], told = stop(instance)
        assert time.monotonic() - began >= 1.5 and worker.wait(timeout=1) == -9
    assert seen == ["dead"] and instance.get_run_by_id(run).status == Status.CANCELED
    assert stopped.was_canceled and "its worker was ended" in stopped.how
    assert [line.partition(": ")[2].split()[0] for line in told] == ["canceling", "still", "does"]


def test_the_code_servers_late_word_that_it_failed_does_not_stand_and_is_not_retried(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    def killed_and_noticed(run: dg.DagsterRun, **_) -> bool:
        worker.kill()
        instance.report_run_failed(run, "Run execution process was terminated by signal 9")
        return True

    with a_process(NEVER) as worker:
        run = a_run(instance, name_of(worker))
        monkeypatch.setattr(control.internals, "ask_to_stop", lambda *_: True)
        monkeypatch.setattr(control.workers, "kill", killed_and_noticed)
        [stopped], _ = stop(instance)
    found = instance.get_run_by_id(run)
    assert found.status == Status.CANCELED and found.tags["dagster/will_retry"] == "false" and stopped.was_canceled


@pytest.mark.parametrize("life", ["dead", "elsewhere", "no name"])
def test_a_run_nobody_can_be_asked_about_is_marked_and_told_so(instance: dg.DagsterInstance, life: str):
    with a_process(ENDS) as worker:
        name = name_of(worker)
        if life == "dead":
            worker.kill()
        elif life == "elsewhere":
            name = replace(name, host="another")
        run = a_run(instance, None if life == "no name" else name)
        [stopped], _ = stop(instance)
    assert instance.get_run_by_id(run).status == Status.CANCELED and stopped.was_canceled
    assert ("its worker was gone" if life == "dead" else "cannot be reached") in stopped.how


def test_another_process_with_the_workers_id_is_left_alone(instance: dg.DagsterInstance):
    with a_process(ENDS) as other:
        a_run(instance, replace(name_of(other), start="1"))
        stop(instance)
        assert other.poll() is None


def test_a_run_that_ended_by_itself_is_not_called_canceled(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    run = a_run(instance)
    success = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, "process_video")
    monkeypatch.setattr(
        control.internals, "ask_to_stop", lambda *_: instance.report_dagster_event(success, run) or True
    )
    [stopped], _ = stop(instance)
    assert not stopped.was_canceled and "success" in stopped.how
    assert stop(instance)[0] == []
