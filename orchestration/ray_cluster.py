"""Runs on a Ray cluster: a job a film, and a job for each of its steps that needs a GPU.

Belongs here: what dagster-ray does not do, and its faults. Does not belong here: which step goes where (`cluster`).

dagster-ray is an optional extra: this module is imported where `GAMETAPE_EXECUTOR=ray` only.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import dagster as dg
from dagster_ray import RayRunLauncher
from dagster_ray.core.executor import RayStepHandler

from gametape.base.errors import Unavailable
from orchestration import dagster_internals as internals
from orchestration.cluster import cluster_executor
from resources.needs import WORKER
from resources.same_house import stamp

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

#: How Ray's job server says that it knows no job of this name: it was started anew since.
_UNKNOWN_JOB = ("does not exist", "status code 404")


class RayLauncher(RayRunLauncher):
    """Starts each run as a job of the Ray cluster; in dagster.yaml, with `config: {ray: {address: …}}`.

    A run waits in the queue while the cluster does not answer, and is not given up for lost by a cluster that is busy.
    """

    @classmethod
    def from_config_value(cls, inst_data: internals.ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:
        """The launcher; where nothing else is said, a run gets what a worker needs."""
        ray = dict(config_value["ray"])
        if ray.get("num_cpus") is None:
            ray |= WORKER.ray
        return cls(inst_data=inst_data, **ray)

    def launch_run(self, context: internals.LaunchRunContext) -> None:
        """Start the run's job.

        Raises:
            DagsterUserCodeUnreachableError: The cluster does not answer: the run goes back into the queue.
        """
        stamp(self._instance, context.dagster_run.run_id)
        try:
            super().launch_run(context)
        except (OSError, RuntimeError) as error:  # requests' ConnectionError is an OSError, and no ConnectionError
            raise internals.not_reached(f"Ray at {self.address} took no job", error) from error

    def _launch_ray_job(self, submission_id: str, entrypoint: str, run: dg.DagsterRun) -> None:
        """Start a job; dagster-ray (0.4.8) puts the last argument into quotes, whatever quotes are in it."""
        command, _, argument = entrypoint.partition(" '")
        super()._launch_ray_job(submission_id, f"{command} {shlex.quote(argument.removesuffix(chr(39)))}", run)

    def check_run_worker_health(self, run: dg.DagsterRun) -> internals.CheckRunHealthResult:
        """Does the run's job live? Only a cluster that answers can say that it does not."""
        try:
            found = super().check_run_worker_health(run)
        except OSError as error:
            return internals.CheckRunHealthResult(internals.WorkerStatus.RUNNING, f"Ray does not answer: {error}")
        if found.status != internals.WorkerStatus.UNKNOWN:
            return found
        is_gone = any(said in (found.msg or "") for said in _UNKNOWN_JOB)
        status = internals.WorkerStatus.FAILED if is_gone else internals.WorkerStatus.RUNNING
        return internals.CheckRunHealthResult(status, "Ray knows no job of this run" if is_gone else found.msg)


class RaySteps(RayStepHandler):
    """Starts steps as jobs of the Ray cluster.

    Not by dagster-ray's own executor: there, what the executor asks for wins over what the asset asks for, and the
    custom resources of one step leak into the next (0.4.8). Here the executor asks for nothing.
    """

    def __init__(self, client: JobSubmissionClient) -> None:
        nothing: dict[str, Any] = dict.fromkeys(("env_vars", "runtime_env", "num_cpus", "num_gpus", "memory"))
        super().__init__(client=client, resources=None, **nothing)

    def check_step_health(self, step_handler_context: internals.StepHandlerContext) -> internals.CheckStepHealthResult:
        """Does the step's job live? Only a cluster that answers can say that it does not."""
        try:
            self.client.get_job_status(self._get_ray_job_submission_id(step_handler_context))
        except OSError:
            return internals.CheckStepHealthResult.healthy()
        except RuntimeError as error:
            if not any(said in str(error) for said in _UNKNOWN_JOB):
                return internals.CheckStepHealthResult.healthy()
        return super().check_step_health(step_handler_context)


def _steps(init_context: dg.InitExecutorContext) -> RaySteps:
    launcher = init_context.instance.run_launcher
    if not isinstance(launcher, RayRunLauncher):
        remedy = "Use deploy/ray/dagster.yaml, which `gametape prepare` links, or unset GAMETAPE_EXECUTOR"
        raise Unavailable("GAMETAPE_EXECUTOR=ray", "the instance does not start its runs on Ray", remedy)
    return RaySteps(launcher.client)


ray_steps = cluster_executor("ray", _steps)
