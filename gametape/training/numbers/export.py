"""Export of a training checkpoint: `python -m gametape.training.numbers.export CHECKPOINT`.

Belongs here: calibrating the network's log odds, writing the weights and the ONNX graph. Does not belong here:
training.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.numbers.network import CELLS, SIDE, build
from gametape.numbers.reader import FOLDER, GRAPH, NUMBERS

if TYPE_CHECKING:
    import torch
    from torch import nn

WEIGHTS = FOLDER / "weights.npz"
"""The weights for torch, to go on training from."""
BATCHES = 60
"""Batches of rendered shirts that calibrate."""


def outputs(network: nn.Module, seed: int, batches: int) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """What the network says of rendered shirts that it was not trained on, and their truth."""
    import torch

    from gametape.training.numbers.train import HELD_OUT_SEED, Batches

    made = Batches(HELD_OUT_SEED + seed)
    made.full = True
    parts = [made[i] for i in range(batches)]
    truth = {name: torch.from_numpy(np.concatenate([part[name] for part in parts])) for name in parts[0]}
    network.eval()
    with torch.inference_mode():
        told = [network(pictures.float())[0] for pictures in truth["pictures"].split(64)]
    return torch.cat(told), truth


def calibrate(network: nn.Module, seed: int = 1, batches: int = BATCHES) -> list[float]:
    """Fit a temperature for each of the three answers, and put it into the last layers. Returns the three factors."""
    import torch
    from torch.nn.functional import cross_entropy

    told, truth = outputs(network, seed, batches)
    answers = [
        (told[:, :3], truth["many"]),
        (told[:, 3:13], truth["digits"][:, 0]),
        (told[:, 13:23], truth["digits"][:, 1]),
    ]
    tried = torch.linspace(0.4, 1.6, 61)
    factors = []
    for logits, right in answers:
        losses = torch.stack([cross_entropy(logits * factor, right, ignore_index=-1) for factor in tried])
        factors.append(float(tried[losses.argmin()]))
    with torch.no_grad():
        network.many[2].weight[:3] *= factors[0]
        network.many[2].bias[:3] *= factors[0]
        digits = (factors[1] + factors[2]) / 2  # one layer tells both digits
        network.what[2].weight *= digits
        network.what[2].bias *= digits
    return factors


def telling(network: nn.Module) -> nn.Module:
    """The network with three outputs.

    Probabilities of all NUMBERS, (n, 110); the digits' height, (n,); where tens and units are, (n, 2, 2) x and y.
    Heights and places are shares of the picture's side.
    """
    import torch
    from torch import nn

    class Telling(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network
            middles = (torch.arange(CELLS) + 0.5) / CELLS
            self.at = torch.stack(torch.meshgrid(middles, middles, indexing="xy"), -1).reshape(-1, 2)

        def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            out, places = self.network(pictures)
            many, tens, units = out[:, :3].softmax(1), out[:, 3:13].softmax(1), out[:, 13:23].softmax(1)
            two = (tens[:, :, None] * units[:, None, :]).flatten(1)
            return torch.cat([many[:, 1:2] * units, many[:, 2:3] * two], 1), out[:, 23], places.softmax(2) @ self.at

    return Telling().eval()


def write(network: nn.Module, weights: Path = WEIGHTS, graph: Path = GRAPH) -> None:
    """Write the network's weights, and the network as an ONNX graph in float32.

    Args:
        network: The calibrated network.
        weights: File for the weights (NPZ, kernels in float16).
        graph: File for the graph; it takes any number of pictures.
    """
    import torch

    weights.parent.mkdir(parents=True, exist_ok=True)
    kernels = {name: value.half() for name, value in network.state_dict().items() if value.ndim > 1}
    network.load_state_dict(kernels, strict=False)  # both files hold the same rounded weights
    assert len(NUMBERS) == 110
    with tempfile.TemporaryDirectory(dir=weights.parent) as folder:
        made, arrays = Path(folder) / "numbers.onnx", Path(folder) / "weights.npz"
        np.savez(arrays, **{name: kernels.get(name, value).numpy() for name, value in network.state_dict().items()})
        torch.onnx.export(
            telling(network),
            (torch.zeros(2, 3, SIDE, SIDE),),
            str(made),
            input_names=["pictures"],
            output_names=["chances", "heights", "middles"],
            dynamic_axes={"pictures": {0: "n"}, "chances": {0: "n"}, "heights": {0: "n"}, "middles": {0: "n"}},
            opset_version=17,
            dynamo=False,
        )
        arrays.replace(weights)  # both are complete before either replaces the old file
        made.replace(graph)


def main() -> None:
    """Export the checkpoint that the command line names."""
    import torch

    parser = argparse.ArgumentParser(description="Write the number reader's weights from a training checkpoint.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write")
    parser.add_argument("--batches", type=int, default=BATCHES, help="batches of 64 rendered shirts that calibrate")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    network = build()
    network.load_state_dict(torch.load(arguments.checkpoint, map_location="cpu", weights_only=True)["mean"])
    network.eval()
    factors = calibrate(network, batches=arguments.batches) if arguments.batches else []
    write(network, arguments.folder / WEIGHTS.name, arguments.folder / GRAPH.name)
    print("log odds of how many, tens, units times " + ", ".join(f"{factor:.2f}" for factor in factors))


if __name__ == "__main__":
    main()
