"""Which step goes where, and what becomes of one whose worker is gone. The clusters themselves: test_ray, test_k8s."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.events import StepRetryData
from dagster._core.execution.plan.objects import StepFailureData, StepSuccessData
from dagster._utils.error import SerializableErrorInfo

from gametape.base.errors import BadInput
from orchestration import cluster
from orchestration import dagster_internals as internals
from orchestration.cluster import MOST_STARTS, NEVER_STARTED, HereOrThere
from orchestration.executor import house_executor, one_process
from resources.needs import Needs
from resources.quarantine import STEP_DEATHS_TAG
from tests.workers import a_run

WRONG = SerializableErrorInfo("wrong", [], None)
GPU, NONE = Needs(1, 1, gpus=1).arguments["op_tags"], Needs(1, 1).arguments["op_tags"]


class Fake(internals.StepHandler):
    """A cluster that says of a step what it is told to."""

    name = "fake"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.dead: str | None = None

    def launch_step(self, step_handler_context) -> Iterator[dg.DagsterEvent]:
        self.asked.append("launch")
        yield from ()

    def check_step_health(self, step_handler_context) -> internals.CheckStepHealthResult:
        self.asked.append("check")
        result = internals.CheckStepHealthResult
        return result.unhealthy(self.dead) if self.dead else result.healthy()

    def terminate_step(self, step_handler_context) -> Iterator[dg.DagsterEvent]:
        self.asked.append("terminate")
        yield from ()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        yield instance


@pytest.fixture
def step(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch):
    """Makes the context of a step with such tags; `again` are the attempts that were asked for."""
    import json

    run = instance.get_run_by_id(a_run(instance))
    again: list[str] = []
    monkeypatch.setattr(internals, "ask_for_another_attempt", lambda context, why: again.append(why))
    monkeypatch.setattr(internals, "execute_here", lambda context: iter(["executed here"]))

    def make(tags: dict) -> SimpleNamespace:
        told = {name: json.dumps(value) for name, value in tags.items()}
        args = SimpleNamespace(step_keys_to_execute=["pose"], known_state=None)
        return SimpleNamespace(execute_step_args=args, step_tags={"pose": told}, dagster_run=run, instance=instance)

    make.again = again
    return make


def test_a_step_without_a_gpu_never_leaves_this_process(step):
    handler, context = HereOrThere(Fake()), step(NONE)
    assert list(handler.launch_step(context)) == ["executed here"]
    assert handler.check_step_health(context).is_healthy and list(handler.terminate_step(context)) == []
    assert handler._cluster.asked == []


def test_a_step_with_a_gpu_is_the_clusters(step):
    handler, context = HereOrThere(Fake()), step(GPU)
    assert list(handler.launch_step(context)) == []
    assert handler.check_step_health(context).is_healthy
    list(handler.terminate_step(context))
    assert handler._cluster.asked == ["launch", "check", "terminate"] and not step.again


def test_a_step_whose_worker_is_gone_is_started_again_and_then_given_up(step, instance: dg.DagsterInstance):
    handler, context = HereOrThere(Fake()), step(GPU)
    list(handler.launch_step(context))
    handler._cluster.dead = "its node died"
    found = [handler.check_step_health(context) for _ in range(MOST_STARTS)]
    assert [one.is_healthy for one in found] == [True] * (MOST_STARTS - 1) + [False]
    assert len(step.again) == MOST_STARTS - 1 and "its node died" in step.again[0]
    assert found[-1].unhealthy_reason == "its worker is gone, 3 of 3 times: its node died"
    assert instance.get_run_by_id(context.dagster_run.run_id).tags[STEP_DEATHS_TAG] == "pose"


def test_a_step_that_found_no_place_waits_again_and_is_not_counted(step, instance: dg.DagsterInstance):
    handler, context = HereOrThere(Fake()), step(GPU)
    list(handler.launch_step(context))
    handler._cluster.dead = f"Error type: {NEVER_STARTED}."
    assert all(handler.check_step_health(context).is_healthy for _ in range(3 * MOST_STARTS))
    assert len(step.again) == 3 * MOST_STARTS
    assert STEP_DEATHS_TAG not in instance.get_run_by_id(context.dagster_run.run_id).tags


@pytest.mark.parametrize(
    ("kind", "data"),
    [("STEP_SUCCESS", StepSuccessData(1.0)), ("STEP_FAILURE", StepFailureData(WRONG, None)),
     ("STEP_UP_FOR_RETRY", StepRetryData(WRONG))],
)  # fmt: skip
def test_a_job_that_is_gone_after_its_step_has_ended_is_no_death(step, instance, kind: str, data: object):
    handler, context = HereOrThere(Fake()), step(GPU)
    list(handler.launch_step(context))
    handler._cluster.dead = "no such job"
    end = lambda key: dg.DagsterEvent(kind, "process_video", step_key=key, event_specific_data=data)  # noqa: E731
    instance.report_dagster_event(end("other"), context.dagster_run.run_id)
    handler.check_step_health(context)
    assert len(step.again) == 1, "another step's end"
    instance.report_dagster_event(end("pose"), context.dagster_run.run_id)
    assert handler.check_step_health(context).is_healthy and len(step.again) == 1


def test_each_setting_has_its_executor_and_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch):
    assert house_executor("local") is one_process
    assert (house_executor("ray").name, house_executor("k8s").name) == ("ray", "k8s")
    monkeypatch.setitem(__import__("sys").modules, "dagster_ray", None)
    monkeypatch.delitem(__import__("sys").modules, "orchestration.ray_cluster")
    with pytest.raises(BadInput, match=r"GAMETAPE_EXECUTOR=ray: needs dagster_ray.* pip install 'gametape\[ray\]'"):
        house_executor("ray")


def test_the_numbers_agree():
    assert cluster.MOST_STARTS == 3
