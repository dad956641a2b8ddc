"""Making room: old uploads with all that was made of them, and Dagster's records of runs that nothing rests on.

Belongs here: what may go, in which order, and the sensor that lets it go. Does not belong here: how a partition is
deleted (`partitions.control`), talking to the user (`cli`).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from gametape.base.errors import GametapeError
from gametape.base.settings import Settings, settings
from orchestration import dagster_internals
from orchestration.partitions.control import delete
from orchestration.partitions.state import State, asset_graph, partition_states
from resources import dagster_internals as internals
from resources.dagster_internals import PARTITION_NAME_TAG
from resources.graph import Graph
from resources.partitions import SETS, PartitionSet
from resources.quarantine import dead_row
from resources.records import BYTES_TAG, OWNER_TAG, REQUEST_TAG, PartitionRecords

DAY_SECONDS = 24 * 3600.0
#: How often the sensor looks, and after how long it leaves the rest to its next look: Dagster ends one after 60 s.
SENSOR_SECONDS, BUSY_SECONDS = 600, 30.0
#: States in which an upload may go: nothing is at work on it, or is about to be.
FINISHED: tuple[State, ...] = ("ready", "stale", "failed", "canceled")


@dataclass(frozen=True)
class Old:
    """An upload that may go.

    Args:
        partitions: The set that it is of.
        key: The partition.
        state: Its state.
        bytes: Size of the upload; what was made of it is not counted.
        worked_on: When its last run ended, as a Unix time.
    """

    partitions: PartitionSet
    key: str
    state: State
    bytes: int
    worked_on: float


@dataclass(frozen=True)
class Limits:
    """What is kept; None: no limit.

    Args:
        days: Uploads that were worked on within so many days.
        count: So many uploads, the newest of those that may go.
        bytes: So many bytes of uploads, the newest of those that may go; the newest in any case.
        states: Only uploads in these states may go.
        owner: Only this owner's uploads may go.
    """

    days: float | None = None
    count: int | None = None
    bytes: float | None = None
    states: Collection[State] = FINISHED
    owner: str | None = None


def to_delete(instance: dg.DagsterInstance, limits: Limits, graphs: Collection[Graph] | None = None) -> list[Old]:
    """The uploads beyond the limits, the oldest first. None where no limit is given, and none at work, ever."""
    if limits.days is None and limits.count is None and limits.bytes is None:
        return []
    graphs = graphs if graphs is not None else [asset_graph(one) for one in SETS.values() if one.kind]
    old = sorted((one for graph in graphs for one in _old(instance, graph, limits)), key=lambda one: -one.worked_on)
    gone: list[Old] = []
    kept, size = 0, 0
    for one in old:
        too_old = limits.days is not None and time.time() - one.worked_on > limits.days * DAY_SECONDS
        too_many = limits.count is not None and kept >= limits.count
        too_large = limits.bytes is not None and kept > 0 and size + one.bytes > limits.bytes
        if gone or too_old or too_many or too_large:  # never an older one kept in the place of a newer
            gone.append(one)
        else:
            kept, size = kept + 1, size + one.bytes
    return gone[::-1]


def _old(instance: dg.DagsterInstance, graph: Graph, limits: Limits) -> Iterator[Old]:
    for state in partition_states(instance, graph):
        if state.state not in FINISHED or state.state not in limits.states or state.run_id is None:
            continue
        record = instance.get_run_record_by_id(state.run_id)
        if record is None or not record.dagster_run.is_finished:
            continue
        tags = _tags_of_upload(instance, record.dagster_run)
        if limits.owner is not None and tags.get(OWNER_TAG) != limits.owner:
            continue
        ended = record.end_time or record.create_timestamp.timestamp()
        yield Old(graph.partitions, state.key, state.state, int(tags.get(BYTES_TAG, 0)), ended)


def _tags_of_upload(instance: dg.DagsterInstance, newest: dg.DagsterRun) -> Mapping[str, str]:
    """The tags of the partition's newest run that has what the upload sensor knew; other runs are without."""
    if BYTES_TAG in newest.tags:
        return newest.tags
    runs = instance.get_runs(dg.RunsFilter(tags={PARTITION_NAME_TAG: newest.tags[PARTITION_NAME_TAG]}))
    return next((run.tags for run in runs if BYTES_TAG in run.tags), {})


def runs_to_forget(instance: dg.DagsterInstance, days: float, graphs: Collection[Graph] | None = None) -> list[str]:
    """Runs that ended so many days ago and that no state rests on, the oldest first.

    Kept are the newest run of each partition, those in a row with it whose workers died (they set it aside), the one
    that the upload sensor asked for last, and every run that made something which has not been made again since.
    """
    graphs = graphs if graphs is not None else [asset_graph(one) for one in SETS.values()]
    before = time.time() - days * DAY_SECONDS
    rests: set[str] = set()
    for graph in graphs:
        records = PartitionRecords(instance, graph)
        ids = [event for by_key in records.last_ids().values() for event in by_key.values()]
        rests |= {run_id for _, run_id, _ in internals.materialization_rows(instance, ids)}
    newest, requested = {}, {}
    for row in sorted(internals.run_rows(instance), key=lambda row: row["id"]):
        newest[row["partition"]] = row["run_id"]
    ended = dg.RunsFilter(statuses=[one for one in dg.DagsterRunStatus if one not in internals.NOT_FINISHED_STATUSES])
    records_of_runs = list(instance.get_run_records(ended, ascending=True))
    for record in records_of_runs:
        if REQUEST_TAG in record.dagster_run.tags:
            requested[record.dagster_run.tags[PARTITION_NAME_TAG]] = record.dagster_run.run_id
    rows = {run.run_id for run_id in newest.values() for run in dead_row(instance.get_run_by_id, run_id)}
    keep = rests | rows | set(newest.values()) | set(requested.values())
    return [
        record.dagster_run.run_id
        for record in records_of_runs
        if record.dagster_run.run_id not in keep and (record.end_time or record.create_timestamp.timestamp()) < before
    ]


def forget(instance: dg.DagsterInstance, run_id: str) -> None:
    """Delete Dagster's records of a run and what it printed."""
    dagster_internals.forget_run(instance, run_id)


def delete_all(instance: dg.DagsterInstance, old: Iterable[Old]) -> Iterator[tuple[Old, str]]:
    """Delete uploads and everything made of them; yields each with why it could not be, or an empty string."""
    for one in old:
        problem = ""
        try:
            for _ in delete(instance, one.partitions, one.key):
                pass
        except (GametapeError, OSError, SQLAlchemyError) as error:  # a run began, a store is away: the others go
            problem = str(error)
        yield one, problem


def build_cleanup_sensor(house: Settings | None = None) -> list[dg.SensorDefinition]:
    """The sensor `cleanup`, which keeps uploads and records within the settings' limits; none where there is none."""
    house = house or settings()
    limits = Limits(days=house.keep_days or None, bytes=house.keep_bytes or None)
    if limits == Limits() and not house.keep_history_days:
        return []

    @dg.sensor(
        name="cleanup",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=SENSOR_SECONDS,
        description="Deletes uploads and records of runs beyond GAMETAPE_KEEP_DAYS, _BYTES and _HISTORY_DAYS.",
    )
    def cleanup(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        until, uploads, runs = time.monotonic() + BUSY_SECONDS, 0, 0
        for one, problem in delete_all(context.instance, to_delete(context.instance, limits)):
            uploads += not problem
            context.log.info(f"deleted {one.key}") if not problem else context.log.warning(f"not deleted: {problem}")
            if time.monotonic() > until:
                break
        old = runs_to_forget(context.instance, house.keep_history_days) if house.keep_history_days else []
        for run_id in old:
            if time.monotonic() > until:
                break
            forget(context.instance, run_id)
            runs += 1
        return dg.SkipReason(f"deleted: {uploads} uploads, the records of {runs} runs")

    return [cleanup]
