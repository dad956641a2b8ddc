"""The family of a checkpoint, recognised by its contents, and the network in it.

Belongs here: reading files without running code in them, unwrapping, the layers' names in each layout, comparing keys
and shapes. Does not belong here: architectures, facts about a family, inference.
"""

from __future__ import annotations

import pickletools
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.ball.checkpoints import families
from gametape.ball.checkpoints.families import Family
from gametape.base.errors import BadInput

if TYPE_CHECKING:
    from torch import Tensor, nn

SUPPORTED = (
    "TrackNetV1 (yastrebksv), TrackNetV2 (ChgygLin, mareksubocz), TrackNetV3 (qaz812345's tracker, alenzenx), "
    "WASB's HRNet, and VballNet as ONNX"
)
WRAPPERS = ("model", "model_state_dict", "state_dict")
"""Keys under which the weights may lie."""
PREFIXES = ("module.", "_orig_mod.", "model.")
"""Prefixes of every name where the network was trained on several GPUs, compiled, or inside another module."""
_REMEDY = f"Give a checkpoint of {SUPPORTED}"
_COUNTER = "num_batches_tracked"  # not used in inference, and missing in old files


@dataclass(frozen=True)
class Layout:
    """How one project names its layers.

    Attributes:
        mark: A file has this layout when this is among its keys.
        build: Makes family and network from the file's shapes and what lies beside them; raises ValueError with a
            reason.
        blocks: Pairs of our and their name of each layer, where they differ.
    """

    mark: str
    build: Callable[[Mapping[str, tuple[int, ...]], Mapping[str, Any]], tuple[Family, nn.Module]]
    blocks: Callable[[nn.Module], list[tuple[str, str]]] | None = None


def open_checkpoint(path: Path) -> tuple[Family, nn.Module]:
    """The family of a torch checkpoint, and its network with the weights, in evaluation mode.

    Raises:
        BadInput: The file is no checkpoint, holds code, or its weights fit no known family; the message names what was
            found and what is supported.
    """
    state, notes = _unwrapped(path, _load(path))
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    layout = next((each for each in LAYOUTS if each.mark in shapes), None)
    if layout is None:
        reason = next((why for mark, why in _REFUSED.items() if mark in shapes), None)
        found = f"{len(state)} tensors of no known family, the first {_some(list(state))}"
        raise BadInput(str(path), reason or f"it holds {found}", _REMEDY)
    try:
        family, network = layout.build(shapes, notes)
    except (ValueError, KeyError) as error:
        message = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise BadInput(
            str(path), f"it has the layers of {layout.mark.split('.')[0]}..., but {message}", _REMEDY
        ) from None
    own = public_names(layout, network)
    wanted = {name: tuple(value.shape) for name, value in own.items()}
    wrong = _differences(wanted, shapes)
    if wrong:
        raise BadInput(str(path), f"it looks like {family.name}, but {wrong}", _REMEDY)
    import torch

    with torch.no_grad():
        for name, value in own.items():
            if name in state:
                value.copy_(state[name])
    return family, network.eval()


def public_names(layout: Layout, network: nn.Module) -> dict[str, Tensor]:
    """The network's tensors by their names in the layout."""
    own = network.state_dict(keep_vars=True)
    if layout.blocks is None:
        return dict(own)
    renamed = layout.blocks(network)
    public = {}
    for name, value in own.items():
        mine, theirs = next(pair for pair in renamed if name.startswith(f"{pair[0]}."))
        public[theirs + name.removeprefix(mine)] = value
    return public


def _differences(wanted: Mapping[str, tuple[int, ...]], found: Mapping[str, tuple[int, ...]]) -> str:
    """How a checkpoint's keys and shapes differ from the network's; empty where they do not."""
    parts = []
    if lacking := [key for key in wanted if key not in found and not key.endswith(_COUNTER)]:
        parts.append(f"{len(lacking)} tensors lack: {_some(lacking)}")
    if strange := [key for key in found if key not in wanted and not key.endswith(_COUNTER)]:
        parts.append(f"{len(strange)} are not its own: {_some(strange)}")
    if other := [key for key in wanted if key in found and found[key] != wanted[key]]:
        key = other[0]
        parts.append(f"{len(other)} have another shape: {key} is {found[key]}, not {wanted[key]}")
    return "; ".join(parts)


def _load(path: Path) -> Any:
    """The file's content, read by torch without running code."""
    if not path.is_file():
        raise BadInput(str(path), "no such file", "Set GAMETAPE_BALL to a checkpoint that exists")
    import torch

    # Old training scripts keep their best score as a NumPy number: a value, not code.
    numbers = [
        (np.float64(0).__reduce__()[0], name)
        for name in ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
    ]
    dtypes = [np.dtype, *{type(np.dtype(kind)) for kind in ("f4", "f8", "i4", "i8")}]
    try:
        with torch.serialization.safe_globals([*numbers, *dtypes]):
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # of pickle, zip or torch
        raise BadInput(str(path), _why_not(path), _REMEDY) from error


def _why_not(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        return "it is empty"
    if head.lstrip()[:1] == b"<":
        return "it is a web page, not the file that its link leads to"
    if called := _called(path):
        return (
            f"it holds code to be run, not weights alone ({_some(called)}), which is refused; "
            "save the network's state_dict() with torch.save instead"
        )
    return f"torch cannot read it as weights (it begins {head[:8]!r})"


def _called(path: Path) -> list[str]:
    """What a pickle would import when loaded, apart from the parts of tensors; read, never run."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            member = next((name for name in archive.namelist() if name.endswith("data.pkl")), None)
            content = archive.read(member) if member else b""
    else:
        content = path.read_bytes()
    names: list[str] = []
    words: list[str] = []
    with suppress(ValueError, IndexError):  # not a pickle, or a truncated one
        for code, value, _ in pickletools.genops(content):
            if isinstance(value, str):
                words.append(value)
            if code.name in ("GLOBAL", "INST"):
                names.append(value.replace(" ", "."))
            elif code.name == "STACK_GLOBAL":
                names.append(".".join(words[-2:]))
    return [name for name in dict.fromkeys(names) if not name.startswith(("torch._utils.", "collections.", "numpy."))]


def _unwrapped(path: Path, content: Any) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors by name, and what lies beside them."""
    import torch

    notes: dict[str, Any] = {}
    inner = content
    while isinstance(inner, dict) and (wrapper := next((w for w in WRAPPERS if isinstance(inner.get(w), dict)), None)):
        notes |= {key: value for key, value in inner.items() if key != wrapper}
        inner = inner[wrapper]
    tensors = inner if isinstance(inner, dict) else {}
    tensors = {key: value for key, value in tensors.items() if isinstance(key, str) and torch.is_tensor(value)}
    if not tensors:
        found = f"a dict of {_some([str(key) for key in inner])}" if isinstance(inner, dict) else type(inner).__name__
        raise BadInput(str(path), f"it holds no weights but {found}", _REMEDY)
    while prefix := next((p for p in PREFIXES if all(key.startswith(p) for key in tensors)), None):
        tensors = {key.removeprefix(prefix): value for key, value in tensors.items()}
    return tensors, notes


def _some(names: list[str], most: int = 4) -> str:
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


# --- the layouts -----------------------------------------------------------------------------------------------


def _channels(shapes: Mapping[str, tuple[int, ...]], first: str, last: str) -> tuple[int, int]:
    """Channels in and out, from the first and the last convolution."""
    return shapes[first][1], shapes[last][0]


def _whole(frames: float, what: str) -> int:
    if frames < 1 or frames != int(frames):
        raise ValueError(what)
    return int(frames)


def _v1(shapes: Mapping[str, tuple[int, ...]], notes: Mapping[str, Any]) -> tuple[Family, nn.Module]:
    from gametape.ball.checkpoints.architectures import TrackNet

    inputs, classes = _channels(shapes, "conv1.block.0.weight", "conv18.block.0.weight")
    return families.tracknet_v1(), TrackNet(inputs, classes, skips=False, relu_first=True)


def _v2(shapes: Mapping[str, tuple[int, ...]], notes: Mapping[str, Any]) -> tuple[Family, nn.Module]:
    from gametape.ball.checkpoints.architectures import TrackNet

    inputs, outputs = _channels(shapes, "conv2d_1.conv.weight", "conv2d_18.weight")
    frames = _whole(inputs / 3, f"its {inputs} channels are not RGB frames")
    maps = _whole(outputs / frames, f"its {outputs} maps are not of {frames} frames")
    if maps not in (1, 33):
        raise ValueError(f"it answers with {maps} maps a frame, of which none is known to be the ball's")
    normalised = shapes["conv2d_1.bn.weight"][0]
    columns = normalised if normalised != 64 else 0
    return families.tracknet_v2(frames, maps), TrackNet(inputs, outputs, relu_first=True, columns=columns)


def _v2_volleyball(shapes: Mapping[str, tuple[int, ...]], notes: Mapping[str, Any]) -> tuple[Family, nn.Module]:
    from gametape.ball.checkpoints.architectures import TrackNet

    inputs, outputs = _channels(shapes, "vgg_conv1.0.0.weight", "last_conv.weight")
    gray = inputs == outputs or (outputs == 1 and inputs % 3 > 0)
    frames = inputs if gray else _whole(inputs / 3, f"its {inputs} channels are neither gray nor RGB frames")
    if outputs not in (1, frames):
        raise ValueError(f"it answers with {outputs} maps for {frames} frames")
    return families.tracknet_v2_volleyball(frames, outputs, gray), TrackNet(inputs, outputs, relu_first=True)


def _v3(shapes: Mapping[str, tuple[int, ...]], notes: Mapping[str, Any]) -> tuple[Family, nn.Module]:
    from gametape.ball.checkpoints.architectures import TrackNet

    inputs, frames = _channels(shapes, "down_block_1.conv_1.conv.weight", "predictor.weight")
    parameters = notes.get("param_dict")
    mode = parameters.get("bg_mode") if isinstance(parameters, dict) else None
    shown = {3 * frames: "", 3 * (frames + 1): "concat"}
    if inputs not in shown or (mode is not None and mode != shown[inputs]):
        raise ValueError(
            f"its {inputs} channels for {frames} frames (bg_mode {mode!r}) are neither RGB frames nor RGB frames "
            "after their median picture"
        )
    bias = "down_block_1.conv_1.conv.bias" in shapes
    third = 3 if "down_block_3.conv_3.conv.weight" in shapes else 2
    network = TrackNet(inputs, frames, relu_first=False, bias=bias, third=third)
    return families.tracknet_v3(frames, background=inputs != 3 * frames), network


def _v3_attention(shapes: Mapping[str, tuple[int, ...]], notes: Mapping[str, Any]) -> tuple[Family, nn.Module]:
    from gametape.ball.checkpoints.architectures import AttentionTrackNet

    inputs, frames = _channels(shapes, "down_block_1.conv_1.conv.weight", "predictor.weight")
    if inputs != 3 * frames:
        raise ValueError(f"its {inputs} channels are not {frames} RGB frames")
    return families.tracknet_v3_attention(frames), AttentionTrackNet(inputs, frames)


def _wasb(shapes: Mapping[str, tuple[int, ...]], notes: Mapping[str, Any]) -> tuple[Family, nn.Module]:
    from gametape.ball.checkpoints.architectures import HighResolutionNet

    inputs, frames = _channels(shapes, "conv1.weight", "final_layers.0.weight")
    if inputs != 3 * frames:
        raise ValueError(f"its {inputs} channels are not {frames} RGB frames")
    return families.wasb(frames), HighResolutionNet(inputs, frames)


def _in_order(names: Callable[[nn.Module], list[str]], conv: str, bn: str, head: str) -> Callable:
    """Names for the layers of `TrackNet` in their order: of each block its convolution and its normalisation."""

    def blocks(network: nn.Module) -> list[tuple[str, str]]:
        from gametape.ball.checkpoints.architectures import Layer

        mine = [name for name, part in network.named_modules() if isinstance(part, Layer)]
        pairs = []
        for own, public in zip(mine, names(network), strict=True):
            pairs += [(f"{own}.conv", f"{public}.{conv}"), (f"{own}.bn", f"{public}.{bn}")]
        return [*pairs, ("head", head)]

    return blocks


def _by_stage(stages: list[str], place: Callable[[int], str]) -> Callable[[nn.Module], list[str]]:
    def names(network: nn.Module) -> list[str]:
        lengths = [len(stage) for stage in (*network.down, *network.up)]
        return [f"{stage}{place(i)}" for stage, length in zip(stages, lengths, strict=True) for i in range(length)]

    return names


_DOWN_UP = [f"down_block_{i}" for i in (1, 2, 3)] + ["bottleneck"] + [f"up_block_{i}" for i in (1, 2, 3)]
_VGG_UNET = [f"vgg_conv{i}" for i in (1, 2, 3, 4)] + [f"unet_conv{i}" for i in (1, 2, 3)]

LAYOUTS = (
    Layout(
        "conv1.block.0.weight",
        _v1,
        _in_order(lambda _: [f"conv{i}" for i in range(1, 19)], "block.0", "block.2", "-"),
    ),
    Layout(
        "conv2d_1.conv.weight",
        _v2,
        _in_order(lambda _: [f"conv2d_{i}" for i in range(1, 18)], "conv", "bn", "conv2d_18"),
    ),
    Layout(
        "vgg_conv1.0.0.weight", _v2_volleyball, _in_order(_by_stage(_VGG_UNET, ".{}".format), "0", "2", "last_conv")
    ),
    Layout("cbam1.channel_attention.shared_MLP.0.weight", _v3_attention),
    Layout(
        "down_block_1.conv_1.conv.weight",
        _v3,
        _in_order(_by_stage(_DOWN_UP, lambda i: f".conv_{i + 1}"), "conv", "bn", "predictor"),
    ),
    Layout("final_layers.0.weight", _wasb),
)
_REFUSED = {
    "down_1.conv.weight": "it is the network of TrackNetV3 that repairs trajectories; the tracker is the other file",
    "mdd.a": "it is a TrackNetV5, which is not supported",
}
