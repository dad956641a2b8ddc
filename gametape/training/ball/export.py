"""Export of a training checkpoint: `python -m gametape.training.ball.export CHECKPOINT --clips DIR`.

Belongs here: calibrating the network's log odds, writing the weights for torch and, quantized to 8 bits, for ONNX
Runtime. Does not belong here: training.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.heatmaps import peaks
from gametape.ball.network.model import SEEN, SHRINK, build
from gametape.ball.network.runtime import GRAPH, WEIGHTS
from gametape.training.ball.data import Clip, read_clip

if TYPE_CHECKING:
    from torch import nn

NEAR_PX = 4.0
"""A peak is right within this distance of the labelled ball, in px of the picture."""
LEAST, MOST = 0.02, 4
"""Least score of the peaks that are used, and the most peaks of one map."""
RANGED = 16
"""Windows of each clip that determine the ranges of the 8-bit values."""


def calibrate(network: nn.Module, clips: Sequence[Clip]) -> tuple[float, float]:
    """Calibrate the network by Platt scaling (Platt 1999), so that a peak's score is its probability of being the ball.

    Args:
        network: The network; the scaling is folded into its last layer.
        clips: Labelled clips that the network was not trained on.

    Returns:
        Slope and bias applied to the log odds.
    """
    import torch
    from scipy.optimize import minimize

    from gametape.training.ball.train import maps_of

    logits, right = [], []
    for clip in clips:
        for frame, heat in enumerate(maps_of(network, clip)):
            for x, y, score in peaks(1 / (1 + np.exp(-heat)), LEAST, MOST):
                off = np.hypot(*(np.array([x, y]) * SHRINK - clip.xy[frame]))
                logits.append(np.log(score / max(1 - score, 1e-6)))
                right.append(clip.visible[frame] and off <= NEAR_PX)
    z, y = np.clip(logits, -12, 12), np.asarray(right, float)

    def loss(ab: np.ndarray) -> float:
        scaled = ab[0] * z + ab[1]
        return float(np.mean(np.logaddexp(0, scaled) - y * scaled))

    slope, bias = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    with torch.no_grad():
        network.told.weight *= slope
        network.told.bias *= slope
        network.told.bias += bias
    return float(slope), float(bias)


def write(network: nn.Module, clips: Sequence[Clip], weights: Path = WEIGHTS, graph: Path = GRAPH) -> None:
    """Write the network's weights, and the network as an 8-bit ONNX graph that gives probabilities.

    Args:
        network: The calibrated network; its kernels are rounded to float16.
        clips: Clips that determine the ranges of the 8-bit values.
        weights: File for the weights (NPZ).
        graph: File for the graph; it takes any batch size, height and width.
    """
    import torch

    weights.parent.mkdir(parents=True, exist_ok=True)
    kernels = {name: value.half() for name, value in network.state_dict().items() if value.ndim > 1}
    network.load_state_dict(kernels, strict=False)  # both files hold the same rounded weights
    with tempfile.TemporaryDirectory(dir=weights.parent) as folder:
        whole, small, arrays = (Path(folder) / name for name in ("float.onnx", "ball.onnx", "weights.npz"))
        np.savez(arrays, **{name: kernels.get(name, value).numpy() for name, value in network.state_dict().items()})
        torch.onnx.export(
            torch.nn.Sequential(network.eval(), torch.nn.Sigmoid()),
            (torch.zeros(1, SEEN, 288, 512),),
            str(whole),
            input_names=["pictures"],
            output_names=["chances"],
            dynamic_axes={"pictures": {0: "n", 2: "h", 3: "w"}, "chances": {0: "n", 2: "h2", 3: "w2"}},
            opset_version=17,
            dynamo=False,
        )
        _quantize(whole, small, clips)
        arrays.replace(weights)  # both are complete before either replaces the old file
        small.replace(graph)


def _quantize(whole: Path, graph: Path, clips: Sequence[Clip]) -> None:
    """Quantize to 8-bit activations and 7-bit kernels, whose sums overflow on no processor.

    The first layer, whose input is too fine for 8 bits, and the last, whose output is the result, stay in float.
    """
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Windows(CalibrationDataReader):
        def __init__(self) -> None:
            random = np.random.default_rng(0)
            firsts = [(clip, first) for clip in clips for first in random.integers(len(clip.gray) - SEEN, size=RANGED)]
            self.left = iter([clip.gray[first : first + SEEN] for clip, first in firsts])

        def get_next(self) -> dict[str, np.ndarray] | None:
            window = next(self.left, None)
            return None if window is None else {"pictures": window[None].astype(np.float32)}

    plain = whole.with_name("plain.onnx")
    quant_pre_process(whole, plain, skip_symbolic_shape=True)
    layers = [node.name for node in onnx.load(plain).graph.node if node.op_type == "Conv"]
    quantize_static(
        plain,
        graph,
        Windows(),
        per_channel=True,
        activation_type=QuantType.QUInt8,
        reduce_range=True,
        nodes_to_exclude=[layers[0], layers[-1]],
        op_types_to_quantize=["Conv", "Add", "Resize", "Relu"],
    )


def main() -> None:
    """Export the checkpoint that the command line names."""
    import torch

    parser = argparse.ArgumentParser(description="Write the ball network's weights from a training checkpoint.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--clips", type=Path, required=True, help="folder of NAME.mp4 with labels NAME.csv beside them")
    parser.add_argument("--calibrate-on", nargs="+", required=True, help="names of clips that were not trained on")
    parser.add_argument("--cache", type=Path, default=Path(".gametape/training"))
    arguments = parser.parse_args()
    network = build()
    network.load_state_dict(torch.load(arguments.checkpoint, map_location="cpu", weights_only=True)["mean"])
    network.eval()
    clips = [read_clip(arguments.clips / f"{name}.mp4", arguments.cache) for name in arguments.calibrate_on]
    slope, bias = calibrate(network, clips)
    write(network, clips)
    print(f"calibrated: log odds x {slope:.3f} {bias:+.3f}; wrote {WEIGHTS.name} and {GRAPH.name}")


if __name__ == "__main__":
    main()
