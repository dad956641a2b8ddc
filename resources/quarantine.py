"""Films that ended their workers again and again: set aside, so that the queue goes on, with what is known of each end.

Belongs here: which partitions are set aside, and the evidence. Does not belong here: releasing one, which is a new run
(`orchestration.partitions.control`); the words for an end (`resources.run_events`).

Nothing is stored: a partition is set aside when its newest run is the last of a row of runs whose workers died. A new
run, by `gametape quarantine release`, begins a new row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import dagster as dg

from resources import dagster_internals as internals
from resources.run_events import events_of, failure_reason, frames_done

#: So many workers in a row: the first, and Dagster's two retries (`run_retries` in dagster.yaml).
DEATHS = 3
#: On a run one step of which ended its worker so often: on a cluster a step is started again within its run.
STEP_DEATHS_TAG = "gametape/step_that_ends_its_workers"
#: Begins the reason of a run that was lost with its host: no film does that.
HOST_RESTARTED = "Its worker is gone with its host"
#: How Dagster notes that a worker was told to end, and not by who wants its run to stop: the house or its host stops.
TOLD_TO_END = "Execution was interrupted unexpectedly"


@dataclass(frozen=True)
class Death:
    """The end of a worker.

    Args:
        run_id: The run that it worked on.
        ended: When, as a Unix time; None where that is not on record.
        asset: What it worked on.
        frames: (done, in all) of that asset, as last reported.
        why: What is known of it.
    """

    run_id: str
    ended: float | None
    asset: str | None
    frames: tuple[int, int] | None
    why: str


def set_aside(instance: dg.DagsterInstance, keys: Collection[str] | None = None) -> dict[str, str]:
    """The newest run of each partition that is set aside, of these or all, by partition."""
    found = {}
    for run_id in internals.runs_of_dead_workers(instance, STEP_DEATHS_TAG):
        run = instance.get_run_by_id(run_id)
        if run is None:
            continue
        key = run.tags[internals.PARTITION_NAME_TAG]
        if (keys is None or key in keys) and _ended_its_workers(instance, run):
            found[key] = run_id
    return found


def evidence(instance: dg.DagsterInstance, run_id: str) -> list[Death]:
    """The ends of the workers of this run and of those that it is a retry of, oldest first."""
    return [_death(instance, run) for run in _row(instance, run_id)][::-1]


def _row(instance: dg.DagsterInstance, run_id: str) -> list[dg.DagsterRun]:
    """The run and its parents whose workers died by themselves, newest first."""
    return [run for run in dead_row(instance.get_run_by_id, run_id) if not _went_with_its_host(instance, run)]


def dead_row(get: Callable[[str], dg.DagsterRun | None], run_id: str) -> Iterator[dg.DagsterRun]:
    """The runs that tell whether a partition is set aside, by its newest run: all whose workers died, newest first.

    The newest may yet be at work: then it is not among them.

    Args:
        get: Gives a run by its id.
        run_id: The newest run.
    """
    run = get(run_id)
    if run and not run.is_finished:
        run = _parent(get, run)
    while run and run.status == dg.DagsterRunStatus.FAILURE:
        if STEP_DEATHS_TAG not in run.tags and internals.failed_in_a_step(run):
            break
        yield run
        run = _parent(get, run)


def _parent(get: Callable[[str], dg.DagsterRun | None], run: dg.DagsterRun) -> dg.DagsterRun | None:
    parent = run.tags.get(internals.PARENT_RUN_ID_TAG)
    return get(parent) if parent else None


def _ended_its_workers(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    return STEP_DEATHS_TAG in run.tags or len(_row(instance, run.run_id)) >= DEATHS


def _went_with_its_host(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Was it lost with its host, or told to end by it?"""
    failures = [one.message or "" for one in events_of(instance, run.run_id, {dg.DagsterEventType.RUN_FAILURE})]
    return any(message.startswith(HOST_RESTARTED) or TOLD_TO_END in message for message in failures)


def _death(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Death:
    why, record = failure_reason(instance, run.run_id), instance.get_run_record_by_id(run.run_id)
    key = run.tags[internals.PARTITION_NAME_TAG]
    frames = frames_done(instance, why.asset, key, run.run_id) if why.asset else None
    return Death(run.run_id, record.end_time if record else None, why.asset, frames, why.message)
