"""What launchers and executors need of Dagster beyond its public interface; what resources need is in `resources`.

Belongs here: each import from `dagster._…` that a launcher or an executor needs, and the execution of one step in the
calling process. Does not belong here: which step goes where (`orchestration.cluster`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from dagster._core.definitions.executor_definition import multiple_process_executor_requirements
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.events import StepRetryData
from dagster._core.execution.api import create_execution_plan, execute_plan_iterator
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.step_delegating import (
    CheckStepHealthResult,
    StepDelegatingExecutor,
    StepHandler,
    StepHandlerContext,
)
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, WorkerStatus
from dagster._serdes import ConfigurableClassData
from dagster._utils.error import SerializableErrorInfo

__all__ = [
    "SEVERAL_PROCESSES",
    "CheckRunHealthResult",
    "CheckStepHealthResult",
    "ConfigurableClassData",
    "LaunchRunContext",
    "StepHandler",
    "StepHandlerContext",
    "WorkerStatus",
    "ask_for_another_attempt",
    "delegating_executor",
    "execute_here",
    "forget_run",
    "has_ended",
    "not_reached",
    "step_key",
]


def step_key(context: StepHandlerContext) -> str:
    """The one step that is asked for."""
    [key] = context.execute_step_args.step_keys_to_execute or ()
    return key


def execute_here(context: StepHandlerContext) -> Iterator[dg.DagsterEvent]:
    """Execute a step in this process, as `dagster api execute_step` does in one of its own.

    An error in the step is an event. What ends the whole run (a signal) is raised.
    """
    args, run, plan_context = context.execute_step_args, context.dagster_run, context._plan_context
    job = plan_context.reconstructable_job
    plan = create_execution_plan(
        job,
        run_config=run.run_config,
        step_keys_to_execute=args.step_keys_to_execute,
        known_state=args.known_state,
        repository_load_data=plan_context.execution_plan.repository_load_data,
    )
    yield from execute_plan_iterator(
        plan, job, run, context.instance, run_config=run.run_config, retry_mode=args.retry_mode
    )


def has_ended(context: StepHandlerContext) -> bool:
    """Has the step's attempt come to an end in the records, whatever its worker looks like?"""
    kinds = {dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.STEP_UP_FOR_RETRY}
    key, state = step_key(context), context.execute_step_args.known_state
    records = context.instance.get_records_for_run(context.dagster_run.run_id, of_type=kinds).records
    events = [event for record in records if (event := record.event_log_entry.dagster_event) and event.step_key == key]
    return len(events) > (state.get_retry_state().get_attempt_count(key) if state else 0)


def ask_for_another_attempt(context: StepHandlerContext, why: str) -> None:
    """Have the executor start a step again, whose worker is gone: as after an error that a step is retried for."""
    error = SerializableErrorInfo(message=why, stack=[], cls_name=None)
    dg.DagsterEvent.step_retry_event(
        context.get_step_context(step_key(context)), StepRetryData(error=error, seconds_to_wait=0)
    )


def forget_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Delete a run, its events (SQLite: the file of its own), and what it printed."""
    instance.delete_run(run_id)
    storage = instance.event_log_storage
    storage = getattr(storage, "event_log_storage", storage)
    if hasattr(storage, "path_for_shard"):
        path = Path(storage.path_for_shard(run_id))
        for file in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal"))):
            file.unlink(missing_ok=True)
    instance.compute_log_manager.delete_logs(prefix=[run_id])


#: What an executor requires whose steps are executed in other processes.
SEVERAL_PROCESSES = multiple_process_executor_requirements()


def delegating_executor(handler: StepHandler, *, ask_seconds: int) -> dg.Executor:
    """An executor that has its steps executed by the handler, and asks it about them every few seconds."""
    return StepDelegatingExecutor(
        handler,
        retries=RetryMode.ENABLED,
        sleep_seconds=0.3,
        check_step_health_interval_seconds=ask_seconds,
        should_verify_step=True,
    )


def not_reached(what: str, error: Exception) -> Exception:
    """What a launcher raises for its run to go back into the queue, as if the code server had not answered."""
    return DagsterUserCodeUnreachableError(f"{what}: {error}")
