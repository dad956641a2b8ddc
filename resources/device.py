"""Which device an asset that needs a GPU may use, and when.

The pool `gpu` limits how many work at once, a lease is for one device. Between two chunks an asset yields to a run of
higher priority, such as a first look.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from gametape.base.device import cuda_devices
from resources import beside
from resources import dagster_internals as internals

#: The pool of assets that need a GPU.
GPU_POOL = "gpu"
#: Time between two checks for a run of higher priority.
POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Lease:
    """A device in use.

    Args:
        device: Its name for `gametape`.
        lock: The lock on it; None when it needs none.
        is_shared: It is given way to runs of higher priority. One that a cluster gave is kept: the cluster would give
            it to nobody else meanwhile.
    """

    device: str
    lock: int | None = None
    is_shared: bool = True

    @contextmanager
    def released(self) -> Iterator[None]:
        """Others may use the device meanwhile; afterwards this waits for the same one."""
        if self.lock is not None:
            fcntl.flock(self.lock, fcntl.LOCK_UN)
        yield
        if self.lock is not None:
            fcntl.flock(self.lock, fcntl.LOCK_EX)


class GpuLease(dg.ConfigurableResource):
    """Gives one CUDA device at a time; the kernel releases it when the process dies, however it dies.

    `device` is the setting: a fixed device is given as it is, `auto` and `cuda` share the devices there are. With
    `given`, a cluster has chosen one already, and no other is visible.
    """

    device: str = "auto"
    given: bool = False

    @contextmanager
    def take(self) -> Iterator[Lease]:
        """A device: `cpu` or `cuda:N`."""
        count = 0 if self.device not in ("auto", "cuda") else cuda_devices()
        if not count:
            yield Lease(self.device if self.device != "auto" else "cpu", is_shared=not self.given)
            return
        if self.given:
            yield Lease("cuda:0", is_shared=False)
            return
        with _first_free(count) as (index, lock):
            yield Lease(f"cuda:{index}", lock)


def giving_way(context: dg.AssetExecutionContext, lease: Lease) -> Callable[[], None]:
    """What an asset in the pool `gpu` calls between two chunks, to yield to a run of higher priority.

    Where one waits for a slot of the pool, device and slot are released and waited for again. Otherwise a film of two
    hours would delay every first look behind it.
    """
    instance, run = context.instance, context.run
    step = internals.step_key(context)
    priority, last = _priority(run), time.monotonic()

    def give_way() -> None:
        nonlocal last
        if time.monotonic() - last < POLL_SECONDS:
            return
        if any(other > priority for other in internals.waiting_priorities(instance, GPU_POOL)):
            context.log.info("Yields to a run of higher priority.")
            # The device first: the holder of the slot must not wait for one waiting for the slot.
            with lease.released(), beside.all_paused():
                internals.free_slot(instance, run.run_id, step)
                # With a higher priority than its equals, which came later and would overtake it half done.
                while not internals.claim_slot(instance, GPU_POOL, run.run_id, step, priority + 1):
                    time.sleep(POLL_SECONDS)
            context.log.info("Continues.")
        last = time.monotonic()

    return give_way


def others_first(context: dg.AssetExecutionContext) -> Callable[[], bool]:
    """What work beside the steps of a run asks now and then: must it stand still for a run of higher priority?

    It belongs to no step that gives way, and goes on while the run waits for its next slot.
    """
    instance, run_id, priority = context.instance, context.run.run_id, _priority(context.run)
    return lambda: go_first(instance, run_id, priority)


def go_first(instance: dg.DagsterInstance, run_id: str, priority: int) -> bool:
    """While the run holds no slot of the pool: does a higher priority wait for one, or have one where none is free?"""
    info = instance.event_log_storage.get_concurrency_info(GPU_POOL)
    if any(slot.run_id == run_id for slot in info.claimed_slots):
        return False
    higher = [step for step in info.pending_steps if step.run_id != run_id and (step.priority or 0) > priority]
    taken = {(slot.run_id, slot.step_key) for slot in info.claimed_slots}
    taken |= {(step.run_id, step.step_key) for step in info.pending_steps if step.assigned_timestamp}
    is_free = len(taken) < info.slot_count
    return any(step.assigned_timestamp is None or not is_free for step in higher)


def _priority(run: dg.DagsterRun) -> int:
    """The run's priority as Dagster reads it."""
    try:
        return int(run.tags.get(internals.PRIORITY_TAG, 0))
    except ValueError:
        return 0


@contextmanager
def _first_free(count: int) -> Iterator[tuple[int, int]]:
    """The first device that no other process holds, and its lock; waits for device 0 when all are held."""
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
