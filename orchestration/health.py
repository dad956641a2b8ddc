"""Is the house well? For cron, a load balancer, and whoever is woken at night.

Belongs here: figures of a running house and what is wrong with them. Does not belong here: what is installed
(`doctor`), what becomes of one film (`partitions.state`).
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg

from gametape.base.settings import Settings, settings
from gametape.base.storage import is_local, local_path
from orchestration.instance import ALIVE_SECONDS, last_heartbeat
from resources import dagster_internals as internals
from resources import workers
from resources.device import GPU_POOL
from resources.records import failed_runs
from sensors.lost_runs import RETRY_SECONDS

Status = dg.DagsterRunStatus
QUEUED = [Status.QUEUED, Status.NOT_STARTED]
RUNNING = [Status.STARTING, Status.STARTED, Status.CANCELING]
#: Failures are counted over the last day.
DAY_SECONDS = 24 * 3600.0
#: `lost_runs` puts right what it finds every 15 s; what is so for longer than this, nobody puts right.
STUCK_SECONDS = 120.0
#: More failures than this are not counted.
MOST_FAILURES = 1000


@dataclass(frozen=True)
class Health:
    """The house's figures; times in seconds.

    Attributes:
        heartbeat_s: Since a daemon last gave a sign of life; None when none ever did.
        queued: Runs that wait for their turn.
        oldest_wait_s: How long the one that waits longest has; None when none waits.
        running: Runs at work.
        lost: Runs at work whose worker is gone.
        retries_missing: Failed runs whose retry has not come after a minute.
        failed: Runs that failed for good in the last day.
        slots: Slots of the pool `gpu`.
        slots_taken: Those that a step holds.
        slots_stuck: Those held for a run that has ended.
        free_bytes: Free on the disk of the home; of the lake's where it is another and less is free there.
        problems: What is wrong, in words; empty when all is well.
    """

    heartbeat_s: float | None
    queued: int
    oldest_wait_s: float | None
    running: int
    lost: int
    retries_missing: int
    failed: int
    slots: int
    slots_taken: int
    slots_stuck: int
    free_bytes: int
    problems: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Is nothing wrong?"""
        return not self.problems


def health_of(instance: dg.DagsterInstance, house: Settings | None = None) -> Health:
    """The health of the house on this instance.

    A moment's disorder is none: a run that ended a second ago may hold its slot, a worker may have died just now.
    """
    house = house or settings()
    now = time.time()
    waiting = instance.get_run_records(dg.RunsFilter(statuses=QUEUED), ascending=True)
    working = instance.get_run_records(dg.RunsFilter(statuses=RUNNING))
    missing = [
        run_id
        for run_id in internals.retry_runs(instance, since=now - DAY_SECONDS, made=False)
        if now - _ended(instance, run_id, now) > RETRY_SECONDS
    ]
    pool = internals.pool_slots(instance, GPU_POOL)
    stuck = [run_id for run_id in pool.held_by if now - _ended(instance, run_id, now) > STUCK_SECONDS]
    beat = last_heartbeat(instance)
    found = Health(
        heartbeat_s=now - beat if beat else None,
        queued=len(waiting),
        oldest_wait_s=max((now - record.create_timestamp.timestamp() for record in waiting), default=None),
        running=len(working),
        lost=sum(_is_lost(record, now) for record in working),
        retries_missing=len(missing),
        failed=len(failed_runs(instance, since=now - DAY_SECONDS, without="", most=MOST_FAILURES)),
        slots=pool.count,
        slots_taken=len(pool.held_by),
        slots_stuck=len(stuck),
        free_bytes=min(_free(str(house.home)), _free(house.lake_uri) if is_local(house.lake_uri) else 1 << 62),
    )
    return Health(**{**vars(found), "problems": tuple(_problems(found, house))})


def _problems(found: Health, house: Settings) -> Iterator[str]:
    beat = found.heartbeat_s
    if beat is None or beat > ALIVE_SECONDS:
        since = "has never run here" if beat is None else f"gave its last sign of life {span(beat)} ago"
        yield f"the daemon {since}: nothing is started, retried or noticed; start `gametape dev`"
    if (found.oldest_wait_s or 0) > house.health_wait_seconds:
        longest = span(found.oldest_wait_s or 0)
        yield f"a run has waited for {longest}; waiting: {found.queued}, at work: {found.running}"
    if found.failed > house.health_failures:
        yield f"runs that failed within a day: {found.failed}; `gametape status` says why"
    if found.lost:
        yield f"runs whose worker is gone: {found.lost}; lost_runs puts that right within a minute: is that sensor on?"
    if found.retries_missing:
        yield f"failed runs whose retry has not come: {found.retries_missing}; is the sensor lost_runs on?"
    if found.slots_stuck:
        yield f"slots of the pool {GPU_POOL} held for runs that have ended: {found.slots_stuck} of {found.slots}"
    if found.free_bytes < house.health_free_bytes:
        yield f"{found.free_bytes / 1e9:.1f} GB are free; free some, or set GAMETAPE_LAKE to another disk or bucket"


def span(seconds: float) -> str:
    """A time in the largest unit that has two of it.

    >>> span(90), span(180), span(10_000)
    ('90 s', '3 min', '2.8 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _is_lost(record: dg.RunRecord, now: float) -> bool:
    """One that has only begun may not have said yet who works on it."""
    return now - (record.start_time or now) > STUCK_SECONDS and workers.life_of(record.dagster_run) == "dead"


def _ended(instance: dg.DagsterInstance, run_id: str, now: float) -> float:
    """When a run ended, as a Unix time; now where it has not."""
    record = instance.get_run_record_by_id(run_id)
    if record is None:  # deleted: it has long ended
        return 0.0
    return record.end_time or now if record.dagster_run.is_finished else now


def _free(uri: str) -> int:
    folder = local_path(uri)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
