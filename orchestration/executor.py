"""How a run is executed: in one process, which says who it is before it begins.

Belongs here: the executor. Does not belong here: what is done when its process dies (`sensors.lost_runs`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from resources.workers import introduce

_IN_PROCESS: Any = dg.in_process_executor  # its makers are not in Dagster's types


class IntroducedExecutor(dg.Executor):
    """Another executor, after the run's worker has said who it is."""

    def __init__(self, executor: dg.Executor) -> None:
        self._executor = executor

    @property
    def retries(self) -> Any:
        """The other executor's."""
        return self._executor.retries

    @property
    def step_dependency_config(self) -> Any:
        """The other executor's."""
        return self._executor.step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[dg.DagsterEvent]:
        """Execute the plan."""
        introduce(plan_context.instance, plan_context.dagster_run)
        return self._executor.execute(plan_context, execution_plan)


@dg.executor(name="one_process", config_schema=_IN_PROCESS.config_schema)
def one_process(init_context: dg.InitExecutorContext) -> dg.Executor:
    """A film's steps one after the other in one process."""
    return IntroducedExecutor(_IN_PROCESS.executor_creation_fn(init_context))
