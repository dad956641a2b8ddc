"""Inference: windows in, maps out, with ONNX Runtime on the CPU and torch on CUDA.

Belongs here: the files of weights, devices, precision, batches. Does not belong here: which frames make a window
(`source`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gametape.ball.batches import Batches
from gametape.base.device import Device

if TYPE_CHECKING:
    from torch import nn

FOLDER = Path(__file__).resolve().parents[3] / "models" / "ball"
WEIGHTS = FOLDER / "weights.npz"
"""The weights for torch."""
GRAPH = FOLDER / "ball.onnx"
"""The same weights for ONNX Runtime."""
CUDA_BATCH = 32
"""Windows in a batch on CUDA, halved where memory runs out; on the CPU more than one gains nothing."""


class Runtime(Protocol):
    """Runs the network."""

    def maps(self, windows: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """For each window, (SEEN, h, w) uint8, the probability of a ball, (TOLD, h/2, w/2) float32."""
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

    def maps(self, windows: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        for window in windows:
            yield self._session.run(None, {"pictures": window[None].astype(np.float32)})[0][0]


class TorchRuntime:
    """torch, in half precision on CUDA and in float32 on the CPU."""

    def __init__(self, network: nn.Module, device: Device) -> None:
        import torch

        half = device.kind == "cuda"
        self._at, self._type = torch.device(device.torch_name), torch.float16 if half else torch.float32
        self._network = network.eval().to(self._at, self._type, memory_format=torch.channels_last)
        self._batches = Batches(CUDA_BATCH if half else 1)

    def maps(self, windows: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        return self._batches.through(windows, self._answer)

    def _answer(self, windows: np.ndarray) -> np.ndarray:
        import torch

        with torch.inference_mode():
            pictures = torch.from_numpy(windows).to(self._at, non_blocking=True).to(self._type)
            logits = self._network(pictures.contiguous(memory_format=torch.channels_last))
            return logits.float().sigmoid().cpu().numpy()


def trained(weights: Path = WEIGHTS) -> nn.Module:
    """The torch network with the weights of a file, in evaluation mode."""
    import torch

    from gametape.ball.network.model import build

    with np.load(weights) as file:
        state = {name: torch.from_numpy(file[name]) for name in file.files}
    network = build()
    network.load_state_dict(state)
    return network.eval()


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
