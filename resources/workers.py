"""The process that works on a run: who it is, whether it lives, and how it is ended.

Belongs here: what is asked and done about a worker. Does not belong here: when to do it (`sensors.lost_runs`,
`orchestration.partitions.control`).

Dagster's launcher knows its workers as long as the code server that started them lives, and forgets them with it. So a
worker says who it is, in a tag of its run.
"""

from __future__ import annotations

import faulthandler
import json
import multiprocessing
import signal
import socket

import dagster as dg

from gametape.base.process import Life, ProcessName
from resources import dagster_internals as internals

#: Tag of a run: its id and its worker's name. A retry has a copy of the tags of the run before it, hence the id.
WORKER_TAG = "gametape/worker"
#: A worker whose run has ended has so long to close what it has open.
CLOSING_SECONDS = 5.0
#: So many runs of a partition are looked at, the newest first: each of them ended those before it.
MOST_BEFORE = 10


def introduce(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Note that this process works on the run, if it is a worker: a run in the caller's own process is his.

    Before, whoever still works on an earlier run of the partition is ended.
    """
    if multiprocessing.parent_process() is not None and internals.GRPC_INFO_TAG in run.tags:
        for before in end_those_before(instance, run):
            instance.report_engine_event(f"Ended the worker of run {before[:8]}, which had failed and worked on.", run)
        faulthandler.enable()  # a crash in a library leaves its place in the run's log
        instance.add_run_tags(run.run_id, {WORKER_TAG: f"{run.run_id} {ProcessName.own()}"})


def end_those_before(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    """End the workers of runs of the same partition that have ended for Dagster: two must never work on one.

    Dagster's code server calls a worker dead as soon as the fork server that it has from it is (see `resources.warm`),
    and the run is retried while it works on. Returns the ids of the runs whose worker was ended.
    """
    key = run.tags.get(internals.PARTITION_NAME_TAG)
    if key is None:
        return []
    over = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    before = dg.RunsFilter(tags={internals.PARTITION_NAME_TAG: key}, statuses=over)
    ended = []
    for other in instance.get_runs(before, limit=MOST_BEFORE):
        worker = worker_of(other)
        if worker and worker.life() == "alive" and not worker.has_ended(CLOSING_SECONDS) and kill(other):
            ended.append(other.run_id)
    return ended


def worker_of(run: dg.DagsterRun) -> ProcessName | None:
    """The worker of a run; None when it has not said who it is."""
    run_id, _, name = run.tags.get(WORKER_TAG, "").partition(" ")
    return ProcessName.parse(name) if run_id == run.run_id else None


def life_of(run: dg.DagsterRun) -> Life:
    """Does the run's worker live? Of one that has not said who it is: does the code server, which is starting it?"""
    if worker := worker_of(run):
        return worker.life()
    return "unknown" if run.status == dg.DagsterRunStatus.STARTED else life_of_server(run)


def end_in_cluster(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str | None:
    """What the cluster says of a run's job if that is dead; None where it lives, or where the house starts its runs."""
    launcher = instance.run_launcher
    if not launcher.supports_check_run_worker_health:
        return None
    try:
        life, said = internals.life_of_job(launcher, run)
    except Exception:  # a cluster that does not answer says nothing
        return None
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return (lines[-1] if lines else "nothing more is known")[:300] if life == "dead" else None


def life_of_server(run: dg.DagsterRun) -> Life:
    """Does the code server live that was asked to start the run's worker?"""
    try:
        path = json.loads(run.tags.get(internals.GRPC_INFO_TAG, "{}"))["socket"]
    except (ValueError, KeyError):  # not started yet, or over a network
        return "unknown"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        try:
            line.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return "dead"
        except OSError:  # busy
            return "unknown"
    return "alive"


def interrupt(run: dg.DagsterRun) -> bool:
    """Ask the run's worker itself to stop, as Ctrl-C does; False when there is none here that lives."""
    worker = worker_of(run)
    return worker is not None and worker.signal(signal.SIGINT)


def kill(run: dg.DagsterRun, *, patience: float = 10.0) -> bool:
    """End the run's worker, now; False when there is none here that lives."""
    worker = worker_of(run)
    return worker is not None and worker.signal(signal.SIGKILL) and worker.has_ended(patience)


def not_to_be_retried(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Whatever becomes of the run, Dagster does not retry it."""
    instance.add_run_tags(run.run_id, {internals.MAX_RETRIES_TAG: "0"})


def mark_canceled(instance: dg.DagsterInstance, run_id: str, why: str) -> None:
    """Note that a run was canceled that nobody works on any more, and give its slots back.

    One that its code server just called failed is one of these: it noticed the end of the worker, and not the reason.
    """
    run = instance.get_run_by_id(run_id)
    if run and run.status not in (dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.SUCCESS):
        instance.report_run_canceled(run, why)
    internals.free_slots(instance, run_id)


def mark_lost(instance: dg.DagsterInstance, run: dg.DagsterRun, why: str) -> None:
    """Note that a run failed because its worker is gone, and give its slots back. Dagster retries it."""
    instance.report_run_failed(run, why)
    internals.free_slots(instance, run.run_id)
