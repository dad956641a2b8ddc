"""The ball network, opened: windows in, maps out.

Belongs here: the files of weights. Does not belong here: which frames make a window (`source`), how networks are run
(`gametape.networks.runtime`).
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gametape.base.device import Device
from gametape.networks.runtime import OnnxRuntime, Runtime, TorchRuntime, with_weights

if TYPE_CHECKING:
    import torch

FOLDER = Path(__file__).resolve().parents[3] / "models" / "ball"
WEIGHTS = FOLDER / "weights.npz"
"""The weights for torch."""
GRAPH = FOLDER / "ball.onnx"
"""The same weights for ONNX Runtime."""


@cache
def open_runtime(device: Device) -> Runtime:
    """The network on `device`, opened once per process.

    From windows, (SEEN, h, w) uint8, to the probability of a ball, (TOLD, h/2, w/2) float32.
    """
    return on_torch(device) if device.kind == "cuda" else OnnxRuntime(GRAPH)


def on_torch(device: Device, weights: Path = WEIGHTS) -> TorchRuntime:
    """The network run by torch, which tells the same as the ONNX graph."""
    import torch

    return TorchRuntime(trained(weights), device, torch.sigmoid)


def trained(weights: Path = WEIGHTS) -> torch.nn.Module:
    """The torch network with the weights of a file, in evaluation mode."""
    from gametape.ball.network.model import build

    return with_weights(build(), weights)


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
