"""Runs that nobody works on, and retries that did not come: found in Dagster's records and put right within a minute.

Belongs here: which runs are lost, and what is done about each. Does not belong here: looking at processes and ending
them (`resources.workers`).

Dagster retries a run whose worker died, but it reads the event of the failure once. If it does so in the moment before
the run is marked as failed, or while the code server is away, no retry ever comes. So the failure is reported again:
Dagster then makes the retry itself, and it makes one only, however often a failure is reported.

After a power cut nobody reports anything: a run stays in the state it was in, and keeps its place in the queue and its
slot of the GPU until its time limit. Whether its worker lives is asked of the operating system.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable

import dagster as dg

from gametape.base.settings import Settings, settings
from resources import dagster_internals as internals
from resources import workers
from resources.quarantine import HOST_RESTARTED
from resources.run_events import AGAIN, events_of

Status = dg.DagsterRunStatus
Kind = dg.DagsterEventType

#: Dagster looks for failed runs every 5 s; what it has not retried by then, it has missed.
RETRY_SECONDS = 60.0
#: Nothing is done about failures of longer ago.
OLDEST_SECONDS = 24 * 3600.0
#: So often a failure is reported again, a minute apart.
MOST_REPORTS = 5
#: A run is started within seconds; one that was not by then and whose code server is gone is lost.
START_SECONDS = 60.0
#: A worker that was asked to stop is asked again after the first, and ended after the second.
ASK_AGAIN_SECONDS, END_SECONDS = 20.0, 45.0
#: A worker that still works so long after its run has ended is ended too.
LINGER_SECONDS = 30.0
#: How often all this is looked at.
TICK_SECONDS = 15
#: How Dagster notes that it could not make a retry, in which case it does not try again.
_FAILED_TO_RETRY = "Failed to retry run"


def build_lost_run_sensor(*, house: Settings | None = None) -> dg.SensorDefinition:
    """The sensor `lost_runs`, which requests no runs itself."""
    house = house or settings()

    @dg.sensor(
        name="lost_runs",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=TICK_SECONDS,
        description="Finds runs whose worker is gone or does not stop, and retries that did not come.",
    )
    def lost_runs(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        instance = context.instance
        gone, told = put_right(instance, seen=set(json.loads(context.cursor or "[]")))
        told += report_missing_retries(instance)
        for line in told:
            context.log.warning(line)
        message = "; ".join(told) or "no run is lost"
        return dg.SensorResult(skip_reason=dg.SkipReason(message), cursor=json.dumps(sorted(gone)))

    return lost_runs


def put_right(instance: dg.DagsterInstance, *, seen: Collection[str]) -> tuple[set[str], list[str]]:
    """Fail, cancel and end what has to be. Returns the runs to look at again, and what was done in words.

    `seen` are the runs that the last look left: a code server that lives reports the end of its workers itself, within
    a second or two, so that a worker found dead is left to it once.
    """
    again: set[str] = set()
    told: list[str] = []
    for run in instance.get_runs(dg.RunsFilter(statuses=[Status.STARTING, Status.STARTED, Status.CANCELING])):
        name = f"run {run.run_id[:8]}"
        if run.status == Status.CANCELING:
            told += [f"{name}: {done}" for done in _hasten(instance, run)]
        life = workers.life_of(run)
        job = workers.end_in_cluster(instance, run) if life == "unknown" else None
        begins = run.status == Status.STARTING and _age(instance, run, Kind.RUN_STARTING) < START_SECONDS
        if job is None and (life != "dead" or begins):
            continue
        if run.run_id not in seen and workers.life_of_server(run) != "dead":
            again.add(run.run_id)
            continue
        now = instance.get_run_by_id(run.run_id)
        if now is None or now.is_finished:
            continue
        if now.status == Status.CANCELING:
            workers.mark_canceled(instance, run.run_id, "Its worker ended without a word after it was asked to stop.")
            told.append(f"{name}: canceled, its worker is gone")
        else:
            workers.mark_lost(instance, now, _how_it_went(run, job))
            told.append(f"{name}: failed, its worker is gone")
    told += _end_lingering(instance)
    return again, told


def _how_it_went(run: dg.DagsterRun, job: str | None) -> str:
    worker = workers.worker_of(run)
    if job:
        return f"Its worker is gone: its job on the cluster has ended: {job}"
    if worker and not worker.is_here:
        return f"{HOST_RESTARTED}, or its container, which was started anew."
    return "Its worker is gone: the process was ended."


def _hasten(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Iterable[str]:
    """Of a run that was asked to stop and works on.

    The question can get lost: Python drops an interrupt that falls into a callback of its garbage collection.
    """
    age = _age(instance, run, Kind.RUN_CANCELING)
    if age > END_SECONDS:
        workers.not_to_be_retried(instance, run)
        if workers.kill(run):
            workers.mark_canceled(instance, run.run_id, f"It did not stop in {age:.0f} s: its worker was ended.")
            yield "did not stop, its worker was ended"
    elif age > ASK_AGAIN_SECONDS and workers.interrupt(run):
        yield "asked to stop again"


def _end_lingering(instance: dg.DagsterInstance) -> Iterable[str]:
    """Workers of runs that have ended for Dagster: called canceled by force, or failed for taking too long."""
    now = time.time()
    ended = instance.get_run_records(dg.RunsFilter(statuses=[Status.FAILURE, Status.CANCELED]), limit=50)
    for record in ended:
        run, since = record.dagster_run, record.end_time or now
        worker = workers.worker_of(run)
        lingers = now - since > LINGER_SECONDS and worker is not None and worker.life() == "alive"
        if lingers and workers.kill(run):
            yield f"run {run.run_id[:8]}: had ended, its worker was still at it and was ended"


def report_missing_retries(instance: dg.DagsterInstance) -> list[str]:
    """Report the failures again whose retries did not come. Returns what was done in words."""
    told = []
    now = time.time()
    since = now - OLDEST_SECONDS
    missed = internals.retry_runs(instance, since=since, made=False)
    for run_id in missed + internals.retry_runs(instance, since=since, wanted=False, made=False):
        record = instance.get_run_record_by_id(run_id)
        if record is None or now - (record.end_time or now) < RETRY_SECONDS:
            continue
        run, name = record.dagster_run, f"run {run_id[:8]}"
        if _has_newer_run(instance, record):
            continue
        if run_id not in missed and not _could_not_be_retried(instance, run_id):
            continue
        failures = events_of(instance, run_id, {Kind.RUN_FAILURE})
        reports = sum((event.message or "").startswith(AGAIN) for event in failures)
        if reports < MOST_REPORTS:
            instance.report_run_failed(run, f"{AGAIN}asked for again, {reports + 1} of {MOST_REPORTS}.")
            told.append(f"{name}: its retry did not come, asked for again")
        elif run_id in missed:
            instance.add_run_tags(run_id, {internals.WILL_RETRY_TAG: "false"})
            told.append(f"{name}: its retry never came, it has failed")
    return told


def _has_newer_run(instance: dg.DagsterInstance, record: dg.RunRecord) -> bool:
    """Somebody asked for the partition again meanwhile."""
    key = record.dagster_run.tags[internals.PARTITION_NAME_TAG]
    return any(row["id"] > record.storage_id for row in internals.run_rows(instance, [key]))


def _could_not_be_retried(instance: dg.DagsterInstance, run_id: str) -> bool:
    return any((event.message or "") == _FAILED_TO_RETRY for event in events_of(instance, run_id, {Kind.ENGINE_EVENT}))


def _age(instance: dg.DagsterInstance, run: dg.DagsterRun, kind: dg.DagsterEventType) -> float:
    """Seconds since the run's last event of this kind; 0 when it has none."""
    records = instance.get_records_for_run(run.run_id, of_type={kind}, ascending=False, limit=1).records
    return time.time() - records[0].event_log_entry.timestamp if records else 0.0
