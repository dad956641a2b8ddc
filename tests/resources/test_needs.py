"""What an asset needs is said once, and the three ways to run it read the same."""

import json

import dagster as dg
import pytest

from orchestration.definitions import defs
from resources.device import GPU_POOL, GpuLease
from resources.needs import K8S_TAG, RAY_TAG, Needs, wants_gpu


def test_the_three_ways_to_run_read_one_declaration():
    told = Needs(cpus=2, memory_gb=6, gpus=1).arguments
    assert told["pool"] == GPU_POOL
    assert told["op_tags"][RAY_TAG] == {"num_cpus": 2, "memory": 6_000_000_000, "num_gpus": 1}
    assert told["op_tags"][K8S_TAG]["container_config"]["resources"] == {
        "requests": {"cpu": "2000m", "memory": "6000M"},
        "limits": {"memory": "6000M", "nvidia.com/gpu": "1"},
    }


def test_without_a_gpu_there_is_neither_pool_nor_device():
    told = Needs(cpus=0.5, memory_gb=1).arguments
    assert "pool" not in told and "num_gpus" not in told["op_tags"][RAY_TAG]
    assert told["op_tags"][K8S_TAG]["container_config"]["resources"]["limits"] == {"memory": "1000M"}


def test_every_asset_that_waits_for_the_pool_goes_where_a_gpu_is_and_no_other():
    """The pool of one host and the tags of a cluster must never disagree."""
    steps = [op for asset in defs.resolve_asset_graph().assets_defs for op in [getattr(asset, "op", None)] if op]
    with_gpu = {op.name for op in steps if wants_gpu(op.tags)}
    assert with_gpu == {op.name for op in steps if op.pool == GPU_POOL} >= {"ball_trajectory", "pose_estimates"}


@pytest.mark.parametrize(
    ("device", "visible", "given", "expected"),
    [("auto", 2, True, ("cuda:0", None, False)), ("auto", 0, True, ("cpu", None, False)),
     ("cpu", 2, False, ("cpu", None, True)), ("cuda:1", 2, True, ("cuda:1", None, False))],
)  # fmt: skip
def test_a_device_that_a_cluster_gave_is_neither_locked_nor_handed_on(
    monkeypatch: pytest.MonkeyPatch, device: str, visible: int, given: bool, expected: tuple
):
    """Two jobs on one machine both see their own GPU as the first: a lock on 'the first' would let one wait for ever."""
    monkeypatch.setattr("resources.device.cuda_devices", lambda: visible)
    with GpuLease(device=device, given=given).take() as lease:
        assert (lease.device, lease.lock, lease.is_shared) == expected


def test_the_tags_are_strings_that_dagster_takes():
    @dg.op(tags=Needs(cpus=1, memory_gb=2, gpus=1).arguments["op_tags"])
    def one() -> None: ...

    assert json.loads(one.tags[RAY_TAG])["num_gpus"] == 1 and wants_gpu(one.tags) and not wants_gpu({})
