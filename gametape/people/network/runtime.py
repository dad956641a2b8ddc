"""The network that finds people, opened: pictures in, maps out.

Belongs here: the files of weights. Does not belong here: which pictures (`people.find`), what the maps say (`maps`),
how networks are run (`gametape.networks.runtime`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gametape.base.device import Device
from gametape.networks.runtime import OnnxRuntime, Runtime, TorchRuntime, with_weights

if TYPE_CHECKING:
    import torch

FOLDER = Path(__file__).resolve().parents[3] / "models" / "people"
WEIGHTS = FOLDER / "weights.npz"
"""The weights for torch."""
GRAPH = FOLDER / "people.onnx"
"""The same weights for ONNX Runtime."""


@cache
def open_runtime(device: Device) -> Runtime:
    """The network on `device`, opened once per process.

    From pictures, (3, h, w) uint8 RGB, to (MAPS, h/4, w/4) float32, the first of them a probability.
    """
    return TorchRuntime(trained(), device, told) if device.kind == "cuda" else OnnxRuntime(GRAPH)


def told(maps: torch.Tensor) -> torch.Tensor:
    """(n, MAPS, h, w) of which the first is log odds, to the same with its probability."""
    import torch

    return torch.cat([maps[:, :1].sigmoid(), maps[:, 1:]], dim=1)


def trained(weights: Path = WEIGHTS) -> torch.nn.Module:
    """The torch network with the weights of a file, in evaluation mode."""
    from gametape.people.network.model import build

    return with_weights(build(), weights)
