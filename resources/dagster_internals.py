"""Everything that we use of Dagster beyond its public interface.

Belongs here: each import from `dagster._…` and `dagster_graphql`, and each question to storage that the instance's own
methods do not answer. Does not belong here: what the answers mean. `tests/resources/test_dagster_internals.py` holds
what we rely on, so that a newer Dagster that changes it is noticed at once.

Why not the public interface: it answers for one partition at a time (10,000 questions a look) or with whole events,
and has neither a way to give a pool's slot back nor one to launch a run from a command line.

What is slow to import is imported in the function that needs it: the code location opens in about a second.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import dagster as dg
import sqlalchemy as sa
from dagster._core.definitions.data_version import CODE_VERSION_TAG, DATA_VERSION_TAG, INPUT_DATA_VERSION_TAG_PREFIX
from dagster._core.events import RunFailureReason
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
from dagster._core.storage.tags import (
    AUTO_RETRY_RUN_ID_TAG,
    GRPC_INFO_TAG,
    MAX_RETRIES_TAG,
    MAX_RUNTIME_SECONDS_TAG,
    PARENT_RUN_ID_TAG,
    PARTITION_NAME_TAG,
    PRIORITY_TAG,
    RETRY_NUMBER_TAG,
    RETRY_ON_ASSET_OR_OP_FAILURE_TAG,
    RUN_FAILURE_REASON_TAG,
    RUN_KEY_TAG,
    WILL_RETRY_TAG,
)
from dagster._serdes import ConfigurableClass, ConfigurableClassData

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
    from dagster._core.workspace.context import WorkspaceProcessContext
    from starlette.types import ASGIApp

    #: What `dg.define_asset_job` gives.
    AssetJob = UnresolvedAssetJobDefinition
    Workspace = WorkspaceProcessContext

__all__ = [
    "AUTO_RETRY_RUN_ID_TAG",
    "CODE_VERSION_TAG",
    "DATA_VERSION_TAG",
    "GRPC_INFO_TAG",
    "INPUT_DATA_VERSION_TAG_PREFIX",
    "MAX_RETRIES_TAG",
    "MAX_RUNTIME_SECONDS_TAG",
    "NOT_FINISHED_STATUSES",
    "PARENT_RUN_ID_TAG",
    "PARTITION_NAME_TAG",
    "PRIORITY_TAG",
    "RETRY_NUMBER_TAG",
    "RETRY_STEP_FAILURES_TAG",
    "RUN_KEY_TAG",
    "WILL_RETRY_TAG",
    "ConfigurableClass",
    "ConfigurableClassData",
    "DagsterStorage",
    "ask_to_stop",
    "claim_slot",
    "code_server_answers",
    "execute_graphql",
    "failed_in_a_step",
    "failed_run_ids",
    "free_slot",
    "free_slots",
    "latest_materialization_ids",
    "life_of_job",
    "materialization_rows",
    "materialization_tags",
    "open_workspace",
    "pool_slots",
    "postgres_storage",
    "retry_runs",
    "run_of_event",
    "run_rows",
    "run_web_server",
    "runs_of_dead_workers",
    "set_pool_limit",
    "sqlite_storage",
    "storage_id",
    "tail_of_stderr",
    "waiting_priorities",
]

#: A run with it set to true is retried where one of its steps fails, too.
RETRY_STEP_FAILURES_TAG = RETRY_ON_ASSET_OR_OP_FAILURE_TAG
#: Keys in one SQL question.
CHUNK = 500
#: A code server that lives answers a ping within this.
PING_SECONDS = 20


# ---- runs ----


def run_rows(
    instance: dg.DagsterInstance, keys: Collection[str] | None = None, *, unfinished: bool = False
) -> Iterator:
    """Rows of the runs that have a partition: `id` (rises with time), `run_id`, `status`, `partition`.

    Args:
        instance: The instance.
        keys: Only runs of these partitions.
        unfinished: Only runs that have not ended.
    """
    runs = RunsTable.c
    query = sa.select(runs.id, runs.run_id, runs.status, runs.partition).where(runs.partition.is_not(None))
    if unfinished:
        query = query.where(runs.status.in_([status.value for status in NOT_FINISHED_STATUSES]))
    for part in [None] if keys is None else chunks(keys):
        yield from instance.run_storage.fetchall(query if part is None else query.where(runs.partition.in_(part)))


def failed_run_ids(
    instance: dg.DagsterInstance, *, since: float, overdue: float, without: Mapping[str, str | None], most: int
) -> list[str]:
    """Runs with a partition that failed since then (Unix time), the oldest first.

    `without` excludes runs by a tag's value; None stands for the run's own id. Runs that were retried are excluded too,
    and those that are to be, unless they failed before `overdue` (Unix time).
    """
    runs = RunsTable.c
    query = (
        sa.select(runs.run_id)
        .where(runs.status == dg.DagsterRunStatus.FAILURE.value, runs.partition.is_not(None), runs.end_time >= since)
        .where(*(~_tagged(key, runs.run_id if value is None else value) for key, value in without.items()))
        .where(~_tagged(AUTO_RETRY_RUN_ID_TAG), sa.or_(~_tagged(WILL_RETRY_TAG, "true"), runs.end_time < overdue))
        .order_by(runs.id)
        .limit(most)
    )
    return [row["run_id"] for row in instance.run_storage.fetchall(query)]


def retry_runs(instance: dg.DagsterInstance, *, since: float, wanted: bool = True, made: bool = True) -> list[str]:
    """Runs with a partition that failed since then (Unix time), the oldest first.

    With `wanted` those that Dagster is to retry, else those that it is not to and whose failure was no step's. Without
    `made` only those that have no automatic retry.
    """
    runs = RunsTable.c
    query = (
        sa.select(runs.run_id)
        .where(runs.status == dg.DagsterRunStatus.FAILURE.value, runs.partition.is_not(None), runs.end_time >= since)
        .where(_tagged(WILL_RETRY_TAG, str(wanted).lower()))
        .order_by(runs.id)
    )
    if not wanted:
        query = query.where(~_tagged(RUN_FAILURE_REASON_TAG, RunFailureReason.STEP_FAILURE.value))
    if not made:
        query = query.where(~_tagged(AUTO_RETRY_RUN_ID_TAG))
    return [row["run_id"] for row in instance.run_storage.fetchall(query)]


def runs_of_dead_workers(instance: dg.DagsterInstance, tag: str) -> list[str]:
    """The newest runs of partitions that failed, by no step's failure, and are retries; and those with this tag."""
    runs, newer = RunsTable.c, RunsTable.alias().c
    overtaken = sa.exists().where(newer.partition == runs.partition, newer.id > runs.id)
    died_again = sa.and_(
        _tagged(RETRY_NUMBER_TAG), ~_tagged(RUN_FAILURE_REASON_TAG, RunFailureReason.STEP_FAILURE.value)
    )
    query = (
        sa.select(runs.run_id)
        .where(runs.status == dg.DagsterRunStatus.FAILURE.value, runs.partition.is_not(None))
        .where(sa.or_(died_again, _tagged(tag)), ~overtaken)
        .order_by(runs.id)
    )
    return [row["run_id"] for row in instance.run_storage.fetchall(query)]


def ask_to_stop(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Cancel a run that waits, or ask the worker of a running one to stop; True when it was asked.

    Raises:
        Exception: The code server that started the worker does not answer.
    """
    return instance.run_coordinator.cancel_run(run_id)


def life_of_job(launcher: Any, run: dg.DagsterRun) -> tuple[Literal["alive", "dead", "unknown"], str]:
    """Does the job live that a launcher with a health check has made for a run? And what the launcher says of it."""
    from dagster._core.launcher.base import WorkerStatus

    found = launcher.check_run_worker_health(run)
    lives: dict[WorkerStatus, Literal["alive", "dead"]] = {WorkerStatus.RUNNING: "alive", WorkerStatus.FAILED: "dead"}
    return lives.get(found.status, "unknown"), found.msg or ""


def failed_in_a_step(run: dg.DagsterRun) -> bool:
    """Did a run fail because one of its steps did?"""
    return run.tags.get(RUN_FAILURE_REASON_TAG) == RunFailureReason.STEP_FAILURE.value


def tail_of_stderr(instance: dg.DagsterInstance, run_id: str, most: int) -> str:
    """The last `most` bytes that a run's steps wrote to their standard error; empty where that was not kept."""
    from dagster._core.storage.compute_log_manager import ComputeIOType

    logs = instance.compute_log_manager
    try:
        keys = logs.get_log_keys_for_log_key_prefix([run_id, "compute_logs"], ComputeIOType.STDERR)
        printed = b"".join(logs.get_log_data(key).stderr or b"" for key in keys)
    except (NotImplementedError, OSError):
        return ""
    return printed[-most:].decode(errors="replace")


def _tagged(key: str, value: Any = None) -> sa.ColumnElement[bool]:
    """Has the run this tag, with this value or any?"""
    tags = RunTagsTable.c
    found = sa.exists().where(tags.run_id == RunsTable.c.run_id, tags.key == key)
    return found if value is None else found.where(tags.value == value)


# ---- materializations ----


def storage_id(instance: dg.DagsterInstance) -> str:
    """Hexadecimal; another instance's records have another."""
    return instance.run_storage.get_run_storage_id().replace("-", "")


def latest_materialization_ids(
    instance: dg.DagsterInstance, asset: str, keys: Collection[str] | None = None
) -> dict[str, int]:
    """The storage id of an asset's last materialization of each partition. Ids rise with time."""
    ask = instance.event_log_storage.get_latest_storage_id_by_partition
    found: dict[str, int] = {}
    for part in [None] if keys is None else chunks(keys):
        found |= ask(dg.AssetKey(asset), dg.DagsterEventType.ASSET_MATERIALIZATION, None if part is None else set(part))
    return found


def materialization_rows(instance: dg.DagsterInstance, ids: Collection[int]) -> Iterator[tuple[int, str, str]]:
    """(id, run id, event as JSON) of these events."""
    columns = SqlEventLogStorageTable.c
    with instance.event_log_storage.index_connection() as connection:
        for part in chunks(ids):
            query = sa.select(columns.id, columns.run_id, columns.event).where(columns.id.in_(part))
            yield from (tuple(row) for row in connection.execute(query))


def materialization_tags(event: Mapping[str, Any]) -> Mapping[str, str]:
    """The tags of a materialization, from its event's parsed JSON: building the event takes ten times as long."""
    return event["dagster_event"]["event_specific_data"]["materialization"].get("tags") or {}


def run_of_event(instance: dg.DagsterInstance, event_id: int) -> str | None:
    """The run that wrote an event; None when there is no such event."""
    columns = SqlEventLogStorageTable.c
    with instance.event_log_storage.index_connection() as connection:
        return connection.execute(sa.select(columns.run_id).where(columns.id == event_id)).scalar()


# ---- pools ----


def set_pool_limit(instance: dg.DagsterInstance, pool: str, limit: int) -> None:
    """Set how many steps may hold a slot of the pool."""
    limits = {known.name: known.limit for known in instance.event_log_storage.get_pool_limits()}
    if limits.get(pool) != limit:
        instance.event_log_storage.set_concurrency_slots(pool, limit)


def waiting_priorities(instance: dg.DagsterInstance, pool: str) -> list[int]:
    """The priorities of the steps that wait for a slot of the pool."""
    waiting = instance.event_log_storage.get_concurrency_info(pool).pending_steps
    return [step.priority or 0 for step in waiting if step.assigned_timestamp is None]


class PoolSlots(NamedTuple):
    """A pool's number of slots, and the run of each that is held."""

    count: int
    held_by: list[str]


def pool_slots(instance: dg.DagsterInstance, pool: str) -> PoolSlots:
    """The pool's slots now."""
    info = instance.event_log_storage.get_concurrency_info(pool)
    return PoolSlots(info.slot_count, [slot.run_id for slot in info.claimed_slots])


def free_slot(instance: dg.DagsterInstance, run_id: str, step: str) -> None:
    """Give the slot of a step back to its pool."""
    instance.event_log_storage.free_concurrency_slot_for_step(run_id, step)


def free_slots(instance: dg.DagsterInstance, run_id: str) -> None:
    """Give back every slot that a run's steps hold or wait for."""
    instance.event_log_storage.free_concurrency_slots_for_run(run_id)


def claim_slot(instance: dg.DagsterInstance, pool: str, run_id: str, step: str, priority: int) -> bool:
    """Ask for a slot of the pool; True when the step has it."""
    return instance.event_log_storage.claim_concurrency_slot(pool, run_id, step, priority).is_claimed


def step_key(context: dg.AssetExecutionContext) -> str:
    """The key of the step in which an asset is being made."""
    return context.op_execution_context.get_step_execution_context().step.key


# ---- storage ----


def sqlite_storage(folder: str, inst_data: ConfigurableClassData | None) -> DagsterStorage:
    """Dagster's records in SQLite files below `folder`."""
    from resources.sqlite_records import SqliteRecords

    return SqliteRecords.from_local(folder, inst_data=inst_data)


def postgres_storage(url: str, inst_data: ConfigurableClassData | None) -> DagsterStorage:
    """Dagster's records in the Postgres database at `url`, which names its driver."""
    from dagster_postgres.storage import DagsterPostgresStorage

    return DagsterPostgresStorage(url, inst_data=inst_data)


# ---- the code location, as the web server sees it ----


@contextmanager
def open_workspace(instance: dg.DagsterInstance, workspace: Path) -> Iterator[Workspace]:
    """The loaded code locations of a workspace file. Takes some seconds."""
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget

    target = WorkspaceFileTarget(paths=[str(workspace)])
    with WorkspaceProcessContext(instance, target, code_server_log_level="WARNING") as context:
        yield context


def code_server_answers(socket: str) -> bool:
    """Does the code server on this socket answer, and the process behind it that has the code?"""
    import grpc
    from dagster._grpc.__generated__.dagster_api_pb2 import PingRequest
    from dagster._grpc.client import DagsterGrpcClient

    try:  # its own `ping` waits for a minute
        DagsterGrpcClient(socket=socket)._get_response("Ping", PingRequest(echo=""), timeout=PING_SECONDS)
    except grpc.RpcError:
        return False
    return True


def run_web_server(guard: Callable[[ASGIApp], ASGIApp], options: Sequence[str]) -> None:
    """Run Dagster's web server until it is stopped, with something in front of it.

    Args:
        guard: Given Dagster's application; what it gives answers instead.
        options: The command line of `dagster-webserver`.
    """
    from dagster_webserver import cli

    make = cli.create_app_from_workspace_process_context
    cli.create_app_from_workspace_process_context = lambda *args, **named: guard(make(*args, **named))
    cli.cli(list(options), auto_envvar_prefix="DAGSTER_WEBSERVER")


def execute_graphql(workspace: Workspace, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of Dagster's GraphQL, as the web server would give it: `data` and perhaps `errors`.

    Not by its own `execute_query`, which fails with a trace when there are errors to answer.
    """
    import asyncio

    from dagster_graphql.schema import create_schema

    request = workspace.create_request_context()
    answer = create_schema().execute_async(query, context_value=request, variable_values=dict(variables))
    return asyncio.run(answer).formatted


def chunks(items: Collection, size: int = CHUNK) -> Iterator[list]:
    """The items in lists of `size` at most."""
    listed = list(items)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]
