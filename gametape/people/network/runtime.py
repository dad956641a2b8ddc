"""Inference: pictures in, maps out, with ONNX Runtime on the CPU and torch on CUDA.

Belongs here: the files of weights, devices, precision, batches. Does not belong here: which pictures (`people.find`),
what the maps say (`maps`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gametape.ball.batches import Batches
from gametape.base.device import Device

if TYPE_CHECKING:
    from torch import nn

FOLDER = Path(__file__).resolve().parents[3] / "models" / "people"
WEIGHTS = FOLDER / "weights.npz"
"""The weights for torch."""
GRAPH = FOLDER / "people.onnx"
"""The same weights for ONNX Runtime."""
CUDA_BATCH = 32
"""Pictures in a batch on CUDA, halved where memory runs out; on the CPU more than one gains nothing."""


class Runtime(Protocol):
    """Runs the network."""

    def maps(self, pictures: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the maps of each picture: (3, h, w) uint8 RGB to (MAPS, h/4, w/4) float32, the first a probability."""
        ...


@cache
def open_runtime(device: Device) -> Runtime:
    """The network on `device`, opened once per process."""
    return TorchRuntime(trained(), device) if device.kind == "cuda" else OnnxRuntime()


class OnnxRuntime:
    """ONNX Runtime on the CPU; `threads` 0 means one per processor."""

    def __init__(self, graph: Path = GRAPH, threads: int = 0) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads burn the CPU
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def maps(self, pictures: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the maps of each picture; see `Runtime`."""
        for picture in pictures:
            yield self._session.run(None, {"pictures": picture[None].astype(np.float32)})[0][0]


class TorchRuntime:
    """torch, in half precision on CUDA and in float32 on the CPU."""

    def __init__(self, network: nn.Module, device: Device) -> None:
        import torch

        half = device.kind == "cuda"
        self._at, self._type = torch.device(device.torch_name), torch.float16 if half else torch.float32
        self._network = network.eval().to(self._at, self._type, memory_format=torch.channels_last)
        self._batches = Batches(CUDA_BATCH if half else 1)

    def maps(self, pictures: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the maps of each picture; see `Runtime`."""
        return self._batches.through(pictures, self._answer)

    def _answer(self, pictures: np.ndarray) -> np.ndarray:
        import torch

        with torch.inference_mode():
            given = torch.from_numpy(pictures).to(self._at, non_blocking=True).to(self._type)
            maps = self._network(given.contiguous(memory_format=torch.channels_last)).float()
            maps[:, 0] = maps[:, 0].sigmoid()
            answer: np.ndarray = maps.cpu().numpy()
            return answer


def trained(weights: Path = WEIGHTS) -> nn.Module:
    """The torch network with the weights of a file, in evaluation mode."""
    import torch

    from gametape.people.network.model import build

    with np.load(weights) as file:
        state = {name: torch.from_numpy(file[name]) for name in file.files}
    network = build()
    network.load_state_dict(state)
    return network.eval()
