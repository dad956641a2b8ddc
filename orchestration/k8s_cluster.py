"""Runs on Kubernetes: a job a film, and a job for each of its steps that needs a GPU.

Belongs here: what dagster-k8s does not do. Does not belong here: which step goes where (`cluster`), the cluster's own
configuration (`deploy/k8s`).

dagster-k8s is an optional extra: this module is imported where `GAMETAPE_EXECUTOR=k8s` only. No cluster has seen it:
what it asks Kubernetes for is checked against the API's schema, and that is all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import dagster as dg
from dagster_k8s import K8sRunLauncher
from dagster_k8s.container_context import K8sContainerContext
from dagster_k8s.executor import K8sStepHandler

from gametape.base.errors import Unavailable
from orchestration import dagster_internals as internals
from orchestration.cluster import cluster_executor
from resources.needs import WORKER
from resources.same_house import stamp


class K8sLauncher(K8sRunLauncher):
    """Starts each run as a Kubernetes job; its configuration in dagster.yaml is that of dagster-k8s's own launcher.

    Where nothing else is said, a run gets what a worker needs.
    """

    @classmethod
    def from_config_value(cls, inst_data: internals.ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:
        """The launcher."""
        return cls(inst_data=inst_data, **{**config_value, "resources": config_value.get("resources") or WORKER.k8s})

    def launch_run(self, context: internals.LaunchRunContext) -> None:
        """Start the run's job."""
        stamp(self._instance, context.dagster_run.run_id)
        super().launch_run(context)


def _steps(init_context: dg.InitExecutorContext) -> K8sStepHandler:
    launcher = init_context.instance.run_launcher
    if not isinstance(launcher, K8sRunLauncher):
        remedy = "Use deploy/k8s/dagster.yaml or the Helm values beside it, or unset GAMETAPE_EXECUTOR"
        raise Unavailable("GAMETAPE_EXECUTOR=k8s", "the instance does not start its runs on Kubernetes", remedy)
    return K8sStepHandler(
        image=None,  # the run's own
        container_context=K8sContainerContext(),
        load_incluster_config=launcher.load_incluster_config,
        kubeconfig_file=launcher.kubeconfig_file,
        enable_owner_references=launcher.load_incluster_config,  # steps end with their run
    )


k8s_steps = cluster_executor("k8s", _steps)
