"""Inference with a published network: inputs in, maps out, with torch or ONNX Runtime.

Belongs here: devices, precision, batches. Does not belong here: what a family's input is (`families`), which frames
make one (`source`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gametape.ball.checkpoints.families import Family, vballnet
from gametape.ball.checkpoints.recognise import SUPPORTED, open_checkpoint
from gametape.base.device import Device
from gametape.base.errors import BadInput, Unavailable
from gametape.networks.batches import Batches

if TYPE_CHECKING:
    from torch import nn

CUDA_BATCH = 16
"""Inputs in a batch on CUDA, halved where memory runs out; on the CPU more than one gains nothing."""
GRID_CELL = 16
"""Width and height of a grid's cell, px."""

Look = np.ndarray
"""One input: (`Family.pictures`, h, w, channels) uint8, the background if any, then the frames, oldest first."""


class Network(Protocol):
    """A network of a known family."""

    family: Family

    def maps(self, looks: Iterable[tuple[Look, bool]]) -> Iterator[np.ndarray]:
        """Run the network on each input in turn.

        Args:
            looks: Inputs, each with whether memory is cleared before it.

        Yields:
            float32 (targets, maps, h, w). The last heat map is the ball's; a grid has three maps, confidence and the
            place in the cell from its left and its top.
        """
        ...


def open_network(path: Path, device: Device, threads: int | None = None) -> Network:
    """Open the network in a file.

    Args:
        path: The file; ONNX is recognised by its suffix.
        device: Where it runs.
        threads: Threads of ONNX Runtime; one per processor by default.

    Raises:
        BadInput: The file holds no supported network; the message names what was found and what is supported.
        Unavailable: ONNX Runtime is needed and not installed.
    """
    if path.suffix == ".onnx":
        return OnnxNetwork(path, device, threads)
    from gametape.ball.checkpoints.architectures import fold

    family, module = open_checkpoint(path)
    return TorchNetwork(family, fold(module), device)


class TorchNetwork:
    """A network in torch, in half precision on CUDA and in float32 on the CPU."""

    def __init__(self, family: Family, module: nn.Module, device: Device) -> None:
        import torch

        self.family = family
        self._at = torch.device(device.torch_name)
        self._type = torch.float16 if device.kind == "cuda" else torch.float32
        self._batches = Batches(CUDA_BATCH if device.kind == "cuda" else 1)
        self._module = module.eval().to(self._at, self._type, memory_format=torch.channels_last)
        self._mean, self._std = (
            torch.tensor(values, device=self._at).repeat(family.pictures * channels(family) // len(values))[
                :, None, None
            ]
            for values in (family.mean, family.std)
        )

    def maps(self, looks: Iterable[tuple[Look, bool]]) -> Iterator[np.ndarray]:
        return self._batches.through((look for look, _ in looks), self._answer)

    def _answer(self, looks: np.ndarray) -> np.ndarray:
        import torch

        with torch.inference_mode():
            x = torch.from_numpy(in_channels(looks, self.family)).to(self._at).float() / 255
            x = ((x - self._mean) / self._std).to(self._type, memory_format=torch.channels_last)
            return by_frame(self._module(x).float().cpu().numpy(), self.family)


class OnnxNetwork:
    """A VballNet network in ONNX Runtime."""

    def __init__(self, path: Path, device: Device, threads: int | None = None) -> None:
        if not path.is_file():
            raise BadInput(str(path), "no such file", "Set GAMETAPE_BALL to a checkpoint that exists")
        try:
            import onnxruntime
        except ImportError as error:
            raise Unavailable("onnxruntime", f"it does not load: {error}", "pip install onnxruntime") from error
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads burn the CPU
        options.intra_op_num_threads = threads or 0
        options.log_severity_level = 3
        wanted = ["CUDAExecutionProvider"] if device.kind == "cuda" else []
        there = [name for name in wanted if name in onnxruntime.get_available_providers()]
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=[*there, "CPUExecutionProvider"])
        except Exception as error:  # its errors share no class
            message = str(error).strip().splitlines()[0][:200]
            raise BadInput(
                str(path), f"ONNX Runtime cannot read it: {message}", f"Give a network of {SUPPORTED}"
            ) from error
        self._names = [each.name for each in self._session.get_inputs()]
        self.family = self._recognised(path)

    def maps(self, looks: Iterable[tuple[Look, bool]]) -> Iterator[np.ndarray]:
        state = None
        for look, begins in looks:
            x = in_channels(look[None], self.family).astype(np.float32) / 255
            fed = {self._names[0]: x}
            if self.family.memory:
                fresh = state is None or begins
                fed[self._names[1]] = np.zeros((1, 1, self.family.memory), np.float32) if fresh else state
            answer, *rest = self._session.run(None, fed)
            state = rest[0] if self.family.memory else None
            yield from by_frame(answer, self.family)

    def _recognised(self, path: Path) -> Family:
        """The family, recognised by the shapes of input and output."""
        inputs = self._session.get_inputs()
        found = ", ".join(f"{each.name} {each.shape}" for each in inputs)
        refused = BadInput(
            str(path),
            f"it is an ONNX network with the inputs {found}, of no known family",
            f"Give a network of {SUPPORTED}: pictures [batch, channels, height, width], and a state h0 if it has one",
        )
        shape, states = inputs[0].shape, inputs[1:]
        if len(shape) != 4 or not all(isinstance(side, int) for side in shape[1:]) or len(states) > 1:
            raise refused
        channels_in, height, width = shape[1:]
        memory = states[0].shape[-1] if states else 0
        if not isinstance(memory, int) or (states and states[0].name != "h0"):
            raise refused
        fed = {inputs[0].name: np.zeros((1, channels_in, height, width), np.float32)}
        if memory:
            fed["h0"] = np.zeros((1, 1, memory), np.float32)
        try:
            out = self._session.run(None, fed)[0].shape
        except Exception as error:  # as above
            raise refused from error
        grid = out[2:] == (height // GRID_CELL, width // GRID_CELL)
        if len(out) != 4 or not (grid or out[2:] == (height, width)) or (grid and out[1] % 3):
            raise refused
        frames = out[1] // 3 if grid else out[1]
        colours = {frames: "gray", 3 * frames: "rgb24"}
        if channels_in not in colours:
            raise refused
        kind = "grid" if grid else "heat map"
        return vballnet(frames, (width, height), colours[channels_in], kind, memory)


def channels(family: Family) -> int:
    """Number of channels of a picture."""
    return 1 if family.colour == "gray" else 3


def in_channels(looks: np.ndarray, family: Family) -> np.ndarray:
    """(n, pictures, h, w, channels) as (n, pictures * channels, h, w), in the family's order."""
    if family.newest_first:
        looks = looks[:, ::-1]
    n, _, height, width, _ = looks.shape
    return np.ascontiguousarray(looks.transpose(0, 1, 4, 2, 3)).reshape(n, -1, height, width)


def by_frame(answer: np.ndarray, family: Family) -> np.ndarray:
    """(n, channels, h, w) as (n, targets, maps of each, h, w)."""
    n, _, height, width = answer.shape
    return answer.reshape(n, family.step, -1, height, width)
