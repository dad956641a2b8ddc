"""Chooses the device for heavy work: the setting's, else CUDA, else the CPU.

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

#: Files by which the kernel shows a driver: NVIDIA's, a GPU in WSL, AMD's.
DRIVER_NODES = ("/dev/nvidiactl", "/proc/driver/nvidia/version", "/dev/dxg", "/dev/kfd")


@dataclass(frozen=True)
class Device:
    """A device that work can run on.

    Attributes:
        kind: cpu or cuda.
        name: The processor's or GPU's name.
        index: Number of the GPU; None on the CPU.
        torch: Version of torch; None where torch was not needed for the choice.
        cuda: Version of CUDA that torch was built for.
    """

    kind: Literal["cpu", "cuda"]
    name: str
    index: int | None = None
    torch: str | None = None
    cuda: str | None = None

    @property
    def torch_name(self) -> str:
        """Name of the device for torch and ultralytics."""
        return self.kind if self.index is None else f"{self.kind}:{self.index}"

    def __str__(self) -> str:
        versions = [f"torch {self.torch}"] if self.torch else []
        versions += [f"CUDA {self.cuda}"] if self.cuda else []
        return f"{self.torch_name} ({', '.join([self.name, *versions])})"


@cache
def choose_device(setting: str = "auto") -> Device:
    """Choose a device; the choice is logged once per process.

    torch is not imported for `cpu`, nor for `auto` on a machine without a GPU driver.

    Args:
        setting: `auto` (CUDA, else CPU), `cpu`, `cuda` or `cuda:N`.

    Raises:
        BadInput: It is none of these.
        Unavailable: The CUDA device is not there.
    """
    asked = re.fullmatch(r"auto|cpu|cuda(?::(\d+))?", setting)
    if not asked:
        raise BadInput("GAMETAPE_DEVICE", f"{setting!r} is no device", "Use auto, cpu, cuda or cuda:N")
    plain = setting == "cpu" or (setting == "auto" and not has_driver())
    device = Device("cpu", _processor()) if plain else _ask_torch(setting, int(asked[1] or 0))
    _log.info("device: %s", device)
    return device


def cuda_devices() -> int:
    """Number of CUDA devices that this process sees."""
    if not has_driver():
        return 0
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def has_driver() -> bool:
    """Whether there may be a GPU driver: False only where neither a driver's library nor its device files exist.

    torch would know as well, but importing it takes 2 s and 250 MB. The driver is not started, since a process that
    started it could not be forked. ROCm counts as CUDA, as it does for torch.
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
