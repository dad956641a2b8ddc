"""Which device a GPU asset may use, and when. The `gpu` pool says how many may work, the lease who has which device;
and between two chunks an asset gives way to a run of higher priority, such as a first look."""

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import PRIORITY_TAG

from gametape.base.device import cuda_devices

GPU_POOL = "gpu"
LOOK_ROUND_SECONDS = 2.0


@dataclass(frozen=True)
class Lease:
    """A device in hand: its name for `gametape`, and the lock that says so (None: it needs none)."""

    device: str
    lock: int | None = None

    @contextmanager
    def let_go(self) -> Iterator[None]:
        """Others may have the device meanwhile; the same one is waited for again."""
        if self.lock is not None:
            fcntl.flock(self.lock, fcntl.LOCK_UN)
        yield
        if self.lock is not None:
            fcntl.flock(self.lock, fcntl.LOCK_EX)


class GpuLease(dg.ConfigurableResource):
    """Hands out one CUDA device at a time; the kernel takes it back when the process dies, however it dies.

    `device` is the setting: a fixed device is given as it is, `auto` and `cuda` share out what is there.
    """

    device: str = "auto"

    @contextmanager
    def take(self) -> Iterator[Lease]:
        """A device: `cpu` or `cuda:N`."""
        count = 0 if self.device not in ("auto", "cuda") else cuda_devices()
        if not count:
            yield Lease(self.device if self.device != "auto" else "cpu")
            return
        with _first_free(count) as (index, lock):
            yield Lease(f"cuda:{index}", lock)


def giving_way(context: dg.AssetExecutionContext, lease: Lease) -> Callable[[], None]:
    """What an asset in the `gpu` pool calls between two chunks: where a run of higher priority waits for a slot of the
    pool, device and slot are given to it and taken again when they come free. Otherwise a film of two hours would hold
    up every first look behind it."""
    storage, run = context.instance.event_log_storage, context.run
    step = context.op_execution_context.get_step_execution_context().step.key
    priority, last = _priority(run), time.monotonic()

    def give_way() -> None:
        nonlocal last
        if time.monotonic() - last < LOOK_ROUND_SECONDS:
            return
        waiting = storage.get_concurrency_info(GPU_POOL).pending_steps
        if any(one.assigned_timestamp is None and (one.priority or 0) > priority for one in waiting):
            context.log.info("Gives way to a run of higher priority.")
            with lease.let_go():  # the device first: who has the slot must never wait for who waits for the slot
                storage.free_concurrency_slot_for_step(run.run_id, step)
                # Before its equals, who came later and would else overtake what is half done.
                while not storage.claim_concurrency_slot(GPU_POOL, run.run_id, step, priority + 1).is_claimed:
                    time.sleep(LOOK_ROUND_SECONDS)
            context.log.info("Goes on.")
        last = time.monotonic()

    return give_way


def _priority(run: dg.DagsterRun) -> int:
    """As Dagster reads it."""
    try:
        return int(run.tags.get(PRIORITY_TAG, 0))
    except ValueError:
        return 0


@contextmanager
def _first_free(count: int) -> Iterator[tuple[int, int]]:
    """The first device no other process holds, and its lock; waits for the first one when all are held."""
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
            yield index, handle
            return
        fcntl.flock(handles[0], fcntl.LOCK_EX)
        yield 0, handles[0]
    finally:
        for handle in handles:
            os.close(handle)
