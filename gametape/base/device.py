"""Which device heavy work runs on: what the setting says, else CUDA, else the CPU.

Belongs here: the choice and its name for the log. Does not belong here: sharing devices among runs.
"""

from __future__ import annotations

import ctypes
import logging
import platform
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from gametape.base.errors import BadInput, Unavailable

_log = logging.getLogger(__name__)

DRIVER_NODES = ("/dev/nvidiactl", "/proc/driver/nvidia/version", "/dev/dxg", "/dev/kfd")
"""What the kernel shows of NVIDIA's driver, of a GPU in WSL, of AMD's driver."""


@dataclass(frozen=True)
class Device:
    """A device. `index` is None on the CPU; the versions are None where nobody had to ask torch."""

    kind: Literal["cpu", "cuda"]
    name: str
    index: int | None = None
    torch: str | None = None
    cuda: str | None = None

    @property
    def torch_name(self) -> str:
        """What torch and ultralytics call it."""
        return self.kind if self.index is None else f"{self.kind}:{self.index}"

    def __str__(self) -> str:
        versions = [f"torch {self.torch}"] if self.torch else []
        versions += [f"CUDA {self.cuda}"] if self.cuda else []
        return f"{self.torch_name} ({', '.join([self.name, *versions])})"


@cache
def choose_device(setting: str = "auto") -> Device:
    """The device for `auto` (CUDA, else CPU), `cpu`, `cuda` or `cuda:N`; logged once a process.

    `cpu` does not import torch, nor does `auto` where no driver could run it. Raises BadInput on any other word and
    Unavailable where the CUDA device asked for is not there.
    """
    asked = re.fullmatch(r"auto|cpu|cuda(?::(\d+))?", setting)
    if not asked:
        raise BadInput("GAMETAPE_DEVICE", f"{setting!r} is no device", "Use auto, cpu, cuda or cuda:N")
    plain = setting == "cpu" or (setting == "auto" and not has_driver())
    device = Device("cpu", _processor()) if plain else _ask_torch(setting, int(asked[1] or 0))
    _log.info("device: %s", device)
    return device


def cuda_devices() -> int:
    """CUDA devices that this process sees."""
    if not has_driver():
        return 0
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def has_driver() -> bool:
    """False only where CUDA (or ROCm, which torch calls so too) cannot be: no driver's library and no device of one.

    torch would know as well, for 2 s and 250 MB. The driver is not started: a process that did could not be forked.
    """
    if any(Path(node).exists() for node in DRIVER_NODES):
        return True
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def _ask_torch(setting: str, index: int) -> Device:
    import torch

    count = cuda_devices()
    if index < count:
        name = torch.cuda.get_device_name(index)
        return Device("cuda", name, index, torch.__version__, torch.version.cuda)
    if setting == "auto":
        return Device("cpu", _processor(), None, torch.__version__)
    if count:
        reason, remedy = f"there are {count} CUDA devices, numbered from 0", "Choose one of them, or auto"
    elif torch.version.cuda is None:
        reason = f"torch {torch.__version__} is built for the CPU alone"
        remedy = "Install a CUDA build of torch (https://pytorch.org/get-started/locally), or set it to auto or cpu"
    else:
        reason = f"torch {torch.__version__} finds no CUDA device"
        remedy = "Check the driver with nvidia-smi, or set it to auto or cpu"
    raise Unavailable(f"GAMETAPE_DEVICE={setting}", reason, remedy)


def _processor() -> str:
    return platform.machine()
