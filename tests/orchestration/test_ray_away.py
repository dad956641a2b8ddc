"""A Ray cluster that went away after it had answered: runs wait for it, and none is called lost."""

from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from tests.ray_nodes import free_port
from tests.workers import a_run

pytest.importorskip("dagster_ray")

from ray.job_submission import JobSubmissionClient

from orchestration import dagster_internals as internals
from orchestration.ray_cluster import RayLauncher, RaySteps


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One whose client has reached the cluster before; now nobody listens there."""
    monkeypatch.setattr(JobSubmissionClient, "_check_connection_and_version", lambda *_, **__: None)
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        launcher = RayLauncher(f"http://127.0.0.1:{free_port()}")
        launcher.register_instance(instance)
        assert launcher.client is launcher.client
        yield launcher, instance


def test_a_run_goes_back_into_the_queue(launcher, monkeypatch: pytest.MonkeyPatch):
    ray, instance = launcher
    run = instance.get_run_by_id(a_run(instance))
    submits = lambda *_: ray.client.submit_job(entrypoint="true")  # noqa: E731
    monkeypatch.setattr("dagster_ray.RayRunLauncher.launch_run", submits)
    with pytest.raises(type(internals.not_reached("", OSError())), match="took no job"):
        ray.launch_run(SimpleNamespace(dagster_run=run))


def test_neither_a_run_nor_a_step_is_called_lost(launcher, monkeypatch: pytest.MonkeyPatch):
    ray, instance = launcher
    run = instance.get_run_by_id(a_run(instance))
    found = ray.check_run_worker_health(run)
    assert found.status == internals.WorkerStatus.RUNNING and "does not answer" in found.msg
    steps = RaySteps(ray.client)
    monkeypatch.setattr(steps, "_get_ray_job_submission_id", lambda _: "step")
    assert steps.check_step_health(None).is_healthy
