"""Which device a GPU asset may use, and when. The `gpu` pool says how many may work, the lease who has which device;
and between two looks an asset gives way to a run of higher priority, such as a first look."""

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import PRIORITY_TAG

from gametape.device import cuda_devices
from resources.partitions import is_first_look

GPU_POOL = "gpu"
LOOK_ROUND_SECONDS = 2.0


class GpuLease(dg.ConfigurableResource):
    """Hands out one CUDA device at a time; the kernel takes it back when the process dies, however it dies.

    `device` is the setting: a fixed device is given as it is, `auto` and `cuda` share out what is there. A first look
    waits for none: whoever has the device pauses for it.
    """

    device: str = "auto"

    @contextmanager
    def take(self, context: dg.AssetExecutionContext) -> Iterator[str]:
        """A device name for `gametape`: `cpu` or `cuda:N`."""
        count = 0 if self.device not in ("auto", "cuda") else cuda_devices()
        if not count:
            yield self.device if self.device != "auto" else "cpu"
            return
        with _first_free(count, wait=not is_first_look(context.run.tags)) as index:
            yield f"cuda:{index}"


def giving_way(context: dg.AssetExecutionContext) -> Callable[[], None]:
    """What an asset in the `gpu` pool calls between two looks: where a run of higher priority waits for a slot of the
    pool, this one's is given to it and taken again when it comes free. Otherwise a film of two hours would hold up
    every first look behind it."""
    storage, run = context.instance.event_log_storage, context.run
    step = context.op_execution_context.get_step_execution_context().step.key
    priority, last = int(run.tags.get(PRIORITY_TAG, 0)), time.monotonic()

    def give_way() -> None:
        nonlocal last
        if time.monotonic() - last < LOOK_ROUND_SECONDS:
            return
        waiting = storage.get_concurrency_info(GPU_POOL).pending_steps
        if any(one.assigned_timestamp is None and (one.priority or 0) > priority for one in waiting):
            context.log.info("Gives way to a run of higher priority.")
            storage.free_concurrency_slot_for_step(run.run_id, step)
            while not storage.claim_concurrency_slot(GPU_POOL, run.run_id, step, priority).is_claimed:
                time.sleep(LOOK_ROUND_SECONDS)
            context.log.info("Goes on.")
        last = time.monotonic()

    return give_way


@contextmanager
def _first_free(count: int, *, wait: bool = True) -> Iterator[int]:
    """The first device no other process holds; when all are held the first, once it is free or without `wait`."""
    handles = []
    try:
        for index in range(count):
            path = Path(tempfile.gettempdir()) / f"gametape-gpu-{index}.lock"
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            handles.append(handle)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield index
            return
        if wait:
            fcntl.flock(handles[0], fcntl.LOCK_EX)
        yield 0
    finally:
        for handle in handles:
            os.close(handle)
