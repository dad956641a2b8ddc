"""How a run is executed: in one process, which says who it is before it begins; or on a cluster.

Belongs here: the executor of one machine, and the choice. Does not belong here: clusters (`orchestration.cluster`),
what is done when a process dies (`sensors.lost_runs`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from gametape.base.errors import BadInput
from resources import beside
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
        try:
            yield from self._executor.execute(plan_context, execution_plan)
        finally:
            beside.end_all(plan_context.run_id)


@dg.executor(name="one_process", config_schema=_IN_PROCESS.config_schema)
def one_process(init_context: dg.InitExecutorContext) -> dg.Executor:
    """A film's steps one after the other in one process."""
    return IntroducedExecutor(_IN_PROCESS.executor_creation_fn(init_context))


def house_executor(kind: str) -> dg.ExecutorDefinition:
    """The executor for the setting `executor`.

    Raises:
        BadInput: It needs a package that is not installed.
    """
    try:
        if kind == "ray":
            from orchestration.ray_cluster import ray_steps

            return ray_steps
        if kind == "k8s":
            from orchestration.k8s_cluster import k8s_steps

            return k8s_steps
    except ModuleNotFoundError as error:
        remedy = f"pip install 'gametape[{kind}]', on every machine"
        raise BadInput(f"GAMETAPE_EXECUTOR={kind}", f"needs {error.name}, which is not installed", remedy) from error
    return one_process
