"""Runs on several machines: which of their steps are executed where, and what is done when a node dies.

Belongs here: the executor that gives steps which need a GPU to the cluster. Does not belong here: what an asset needs
(`resources.needs`), how one machine does it (`orchestration.executor`), the clusters (`orchestration.ray_cluster`,
`orchestration.k8s_cluster`).

A film is one run on any node. Its steps are executed in the run's own process, which takes no time to start. A step
that needs a GPU becomes a job of its own, which the cluster places where a GPU is free. If its node dies, it is started
again elsewhere and goes on at its last chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from orchestration import dagster_internals as internals
from resources.needs import wants_gpu
from resources.quarantine import DEATHS, STEP_DEATHS_TAG

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestration.dagster_internals import CheckStepHealthResult, StepHandler, StepHandlerContext

#: A step whose worker is gone is started again so often; then it fails for good.
MOST_STARTS = DEATHS
#: How Ray says that a job waited too long for a place: nobody worked on it, and it waits again.
NEVER_STARTED = "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"
#: How often the cluster is asked about a step.
ASK_SECONDS = 5


class HereOrThere(internals.StepHandler):
    """Executes steps in this process, and gives those that need a GPU to another handler.

    Args:
        cluster: Starts a step as a job of the cluster.
    """

    def __init__(self, cluster: StepHandler) -> None:
        super().__init__()
        self._cluster = cluster
        self._lost: dict[str, int] = {}
        self._there: set[str] = set()

    @property
    def name(self) -> str:
        """What the run's log calls it."""
        return f"this process, {self._cluster.name} for steps with a GPU"

    def launch_step(self, step_handler_context: StepHandlerContext) -> Iterator[dg.DagsterEvent]:
        """Execute the step, or have it executed."""
        key = internals.step_key(step_handler_context)
        if wants_gpu(step_handler_context.step_tags[key]):
            self._there.add(key)
            yield from self._cluster.launch_step(step_handler_context)
        else:
            yield from internals.execute_here(step_handler_context)

    def check_step_health(self, step_handler_context: StepHandlerContext) -> CheckStepHealthResult:
        """Of a step elsewhere. One whose worker is gone is started again, MOST_STARTS times in all."""
        key = internals.step_key(step_handler_context)
        if key not in self._there:
            return internals.CheckStepHealthResult.healthy()
        found = self._cluster.check_step_health(step_handler_context)
        if found.is_healthy or internals.has_ended(step_handler_context):
            return internals.CheckStepHealthResult.healthy()
        if NEVER_STARTED in (found.unhealthy_reason or ""):
            internals.ask_for_another_attempt(step_handler_context, "the cluster had no room for it")
            return internals.CheckStepHealthResult.healthy()
        self._lost[key] = self._lost.get(key, 0) + 1
        why = f"its worker is gone, {self._lost[key]} of {MOST_STARTS} times: {found.unhealthy_reason}"
        if self._lost[key] >= MOST_STARTS:
            run_id = step_handler_context.dagster_run.run_id
            step_handler_context.instance.add_run_tags(run_id, {STEP_DEATHS_TAG: key})
            return internals.CheckStepHealthResult.unhealthy(why)
        internals.ask_for_another_attempt(step_handler_context, why)
        return internals.CheckStepHealthResult.healthy()

    def terminate_step(self, step_handler_context: StepHandlerContext) -> Iterator[dg.DagsterEvent]:
        """Stop a step that is executed elsewhere; one that is executed here hears the signal itself."""
        if internals.step_key(step_handler_context) in self._there:
            yield from self._cluster.terminate_step(step_handler_context)


def cluster_executor(name: str, handler: Callable[[dg.InitExecutorContext], StepHandler]) -> dg.ExecutorDefinition:
    """The executor whose steps with a GPU are executed by the handler, which is made in the run's worker."""

    @dg.executor(name=name, requirements=internals.SEVERAL_PROCESSES)
    def by_need(init_context: dg.InitExecutorContext) -> dg.Executor:
        return internals.delegating_executor(HereOrThere(handler(init_context)), ask_seconds=ASK_SECONDS)

    return by_need
