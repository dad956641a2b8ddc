"""What Kubernetes is asked for: rendered for a real run and its steps, and held against the API's own schema.

No cluster is here: these tests say that the requests are well formed and name what the assets need, and no more.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
import yaml
from kubernetes_validate import validate

from orchestration import dagster_internals as internals
from orchestration.k8s_cluster import K8sLauncher
from resources.needs import WORKER, Needs
from resources.same_house import HOUSE_TAG

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "k8s"
KUBERNETES = "1.31"
KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: none, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: nobody, user: {token: none}}]
contexts: [{name: none, context: {cluster: none, user: nobody}}]
current-context: none
"""


class Api:
    """Takes down what is to be created."""

    def __init__(self) -> None:
        self.jobs: list[dict] = []

    def create_namespaced_job_with_retries(self, body, namespace: str, **_) -> None:
        from kubernetes.client import ApiClient

        self.jobs.append(ApiClient().sanitize_for_serialization(body) | {"apiVersion": "batch/v1", "kind": "Job"})


def in_the_clear(value: object) -> object:
    """The configuration with each `{env: NAME}` in its place."""
    if isinstance(value, dict):
        return os.environ[value["env"]] if set(value) == {"env"} else {k: in_the_clear(v) for k, v in value.items()}
    return [in_the_clear(one) for one in value] if isinstance(value, list) else value


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """Of the launcher, as deploy/k8s/dagster.yaml has it, outside a cluster."""
    for name in ("NAMESPACE", "IMAGE", "SERVICE_ACCOUNT"):
        monkeypatch.setenv(f"GAMETAPE_K8S_{name}", name.lower().replace("_", "-"))
    (tmp_path / "kubeconfig").write_text(KUBECONFIG)
    told = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())["run_launcher"]
    assert told["class"] == K8sLauncher.__name__ and told["module"] == K8sLauncher.__module__
    return in_the_clear(told["config"]) | {
        "load_incluster_config": False,
        "kubeconfig_file": str(tmp_path / "kubeconfig"),
    }


@pytest.fixture
def launcher(config: dict, tmp_path: Path) -> Iterator[K8sLauncher]:
    """On an instance of its own, with what it asks for taken down."""
    launcher = K8sLauncher.from_config_value(None, config)
    launcher._api_client = Api()
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        launcher.register_instance(instance)
        yield launcher


def origin() -> object:
    from dagster._core.code_pointer import ModuleCodePointer
    from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin

    pointer = ModuleCodePointer("orchestration.definitions", "defs", "/app")
    return JobPythonOrigin("process_video", RepositoryPythonOrigin("python", pointer, entry_point=["dagster"]))


def resources_of(job: dict) -> dict:
    [container] = job["spec"]["template"]["spec"]["containers"]
    return container["resources"]


def a_k8s_run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    import uuid

    run = dg.DagsterRun(job_name="process_video", run_id=str(uuid.uuid4()), job_code_origin=origin())
    return instance.run_storage.add_run(run)


def test_a_run_is_a_valid_job_with_what_a_worker_needs(launcher: K8sLauncher):
    run = a_k8s_run(launcher._instance)
    launcher.launch_run(SimpleNamespace(dagster_run=run))
    [job] = launcher._api_client.jobs
    validate(job, KUBERNETES, strict=True)
    assert resources_of(job) == WORKER.k8s and "nvidia.com/gpu" not in json.dumps(
        job["spec"]["template"]["spec"]["containers"]
    )
    assert HOUSE_TAG in launcher._instance.get_run_by_id(run.run_id).tags
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "image"
    assert {next(iter(one.values()))["name"] for one in container["envFrom"]} == {
        "gametape-settings",
        "gametape-secrets",
    }


@pytest.mark.parametrize("asset", ["ball_trajectory", "pose_estimates"])
def test_a_step_with_a_gpu_is_a_valid_job_that_asks_for_it(launcher: K8sLauncher, asset: str, monkeypatch):
    from dagster_k8s.container_context import K8sContainerContext
    from dagster_k8s.executor import K8sStepHandler

    from orchestration.definitions import defs

    op = next(a.op for a in defs.resolve_asset_graph().assets_defs if getattr(a, "op", None) and a.op.name == asset)
    handler = K8sStepHandler(None, K8sContainerContext(), False, launcher.kubeconfig_file)
    handler._api_client = Api()
    monkeypatch.setattr(dg.DagsterEvent, "step_worker_starting", lambda *_, **__: None)
    run = a_k8s_run(launcher._instance)
    launcher._instance._run_launcher = launcher
    args = SimpleNamespace(
        step_keys_to_execute=[asset], run_id=run.run_id, known_state=None, job_origin=origin(),
        get_command_args=lambda **_: ["dagster", "api", "execute_step"], get_command_env=lambda: [],
    )  # fmt: skip
    context = SimpleNamespace(
        execute_step_args=args, step_tags={asset: op.tags}, dagster_run=run, instance=launcher._instance,
        get_step_context=lambda key: SimpleNamespace(step=SimpleNamespace(op_name=asset)),
    )  # fmt: skip
    list(handler.launch_step(context))
    [job] = handler._api_client.jobs
    validate(job, KUBERNETES, strict=True)
    needs = resources_of(job)
    assert needs["limits"]["nvidia.com/gpu"] == "1" and needs == Needs(cpus=2, memory_gb=6, gpus=1).k8s
    assert job["spec"]["template"]["spec"]["tolerations"], "nodes with GPUs are tainted"
    assert job["spec"]["backoffLimit"] == 0, "who starts it again is the run, not Kubernetes"


def test_the_schema_would_see_a_fault(launcher: K8sLauncher):
    launcher.launch_run(SimpleNamespace(dagster_run=a_k8s_run(launcher._instance)))
    [job] = launcher._api_client.jobs
    job["spec"]["template"]["spec"]["containers"][0]["resources"] = {"limits": ["memory"]}
    with pytest.raises(Exception, match="limits"):
        validate(job, KUBERNETES, strict=True)


def test_the_charts_values_start_runs_as_the_file_without_a_chart_does():
    """Helm is not here to render them: they are held against the launcher that they configure."""
    values = yaml.safe_load((DEPLOY / "values.yaml").read_text())
    chart = values["runLauncher"]["config"]["customRunLauncher"]
    alone = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())["run_launcher"]
    assert (chart["module"], chart["class"]) == (alone["module"], alone["class"])
    known = K8sLauncher.config_type()
    assert set(chart["config"]) <= set(known) and set(alone["config"]) <= set(known)
    for pod in (
        values["dagsterWebserver"],
        values["dagsterDaemon"],
        *values["dagster-user-deployments"]["deployments"],
    ):
        names = [one["name"] for one in pod["envConfigMaps"] + pod["envSecrets"]]
        assert names == ["gametape-settings", "gametape-secrets"], "each pod is of the same house"
    retries = values["dagsterDaemon"]["runRetries"]
    assert (retries["maxRetries"], retries["retryOnAssetOrOpFailure"]) == (2, False)
    assert values["dagsterWebserver"]["enableReadOnly"]


def test_dagsters_files_differ_only_in_where_runs_go():
    """A setting of dagster.yaml that is changed in one of the three is changed in all."""
    root = DEPLOY.parents[1]
    local, ray, k8s = (
        yaml.safe_load(path.read_text())
        for path in (root / "dagster.yaml", DEPLOY.parent / "ray" / "dagster.yaml", DEPLOY / "dagster.yaml")
    )
    assert {**ray, "run_launcher": 0} == {**k8s, "run_launcher": 0}
    for section in local.keys() - {"concurrency", "run_monitoring"}:
        assert local[section] == ray[section], section
    assert local["concurrency"]["pools"] == ray["concurrency"]["pools"]


def test_what_is_asked_of_dagster_is_there():
    assert re.match(r"\d", dg.__version__) and internals.SEVERAL_PROCESSES
