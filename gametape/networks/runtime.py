"""Running a network that turns pictures into maps: ONNX Runtime on the CPU, torch on CUDA.

Belongs here: sessions, devices, precision. Does not belong here: files of weights and what maps say, which each
network's own `runtime` holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gametape.base.device import Device
from gametape.networks.batches import Batches

if TYPE_CHECKING:
    import onnxruntime
    import torch
    from torch import nn

CUDA_BATCH = 32
"""Items in a batch on CUDA, halved where memory runs out; on the CPU more than one gains nothing."""


class Runtime(Protocol):
    """Runs a network."""

    def maps(self, items: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The maps of each item, float32: (channels, h, w) uint8 in, the network's own maps out."""
        ...


def session(graph: Path, threads: int = 0, *, cuda: bool = False) -> onnxruntime.InferenceSession:
    """An ONNX graph, opened. `threads` 0: one per processor; `cuda`: there where ONNX Runtime can, else on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads burn the CPU
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    there = {"CUDAExecutionProvider"} & set(onnxruntime.get_available_providers()) if cuda else ()
    return onnxruntime.InferenceSession(graph, options, providers=[*there, "CPUExecutionProvider"])


class OnnxRuntime:
    """ONNX Runtime on the CPU, item by item; `threads` 0 means one per processor."""

    def __init__(self, graph: Path, threads: int = 0) -> None:
        self._session = session(graph, threads)

    def maps(self, items: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """See `Runtime`."""
        for item in items:
            yield self._session.run(None, {"pictures": item[None].astype(np.float32)})[0][0]


class TorchRuntime:
    """torch, in half precision on CUDA and in float32 on the CPU.

    Args:
        network: The network with its weights.
        device: Where it runs.
        told: From what the network gives, (n, maps, h, w) float32, to what the ONNX graph gives.
    """

    def __init__(self, network: nn.Module, device: Device, told: Callable[[torch.Tensor], torch.Tensor]) -> None:
        import torch

        half = device.kind == "cuda"
        self._at, self._type = torch.device(device.torch_name), torch.float16 if half else torch.float32
        self._network = network.eval().to(self._at, self._type, memory_format=torch.channels_last)
        self._batches, self._told = Batches(CUDA_BATCH if half else 1), told

    def maps(self, items: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """See `Runtime`."""
        return self._batches.through(items, self._answer)

    def _answer(self, items: np.ndarray) -> np.ndarray:
        import torch

        with torch.inference_mode():
            pictures = torch.from_numpy(items).to(self._at, non_blocking=True).to(self._type)
            given = self._network(pictures.contiguous(memory_format=torch.channels_last))
            answer: np.ndarray = self._told(given.float()).cpu().numpy()
            return answer


def with_weights(network: nn.Module, weights: Path) -> nn.Module:
    """The network with the weights of a file (NPZ), in evaluation mode."""
    import torch

    with np.load(weights) as file:
        network.load_state_dict({name: torch.from_numpy(file[name]) for name in file.files})
    return network.eval()
