"""Which device a GPU asset may use. The `gpu` pool says how many may work; the lease says who has which."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from gametape.device import cuda_devices


class GpuLease(dg.ConfigurableResource):
    """Hands out one CUDA device at a time; the kernel takes it back when the process dies, however it dies.

    `device` is the setting: a fixed device is given as it is, `auto` and `cuda` share out what is there.
    """

    device: str = "auto"

    @contextmanager
    def take(self) -> Iterator[str]:
        """A device name for `gametape`: `cpu` or `cuda:N`."""
        count = 0 if self.device not in ("auto", "cuda") else cuda_devices()
        if not count:
            yield self.device if self.device != "auto" else "cpu"
            return
        with _first_free(count) as index:
            yield f"cuda:{index}"


@contextmanager
def _first_free(count: int) -> Iterator[int]:
    """The first device no other process holds; waits for the first one when all are held."""
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
        fcntl.flock(handles[0], fcntl.LOCK_EX)
        yield 0
    finally:
        for handle in handles:
            os.close(handle)
