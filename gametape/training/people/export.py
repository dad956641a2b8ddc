"""Export of a training checkpoint: `python -m gametape.training.people.export CHECKPOINT`.

Belongs here: writing the mean weights for torch and for ONNX Runtime. Does not belong here: training.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.people.network.model import build
from gametape.people.network.runtime import GRAPH, WEIGHTS

if TYPE_CHECKING:
    from torch import nn


def write(network: nn.Module, weights: Path = WEIGHTS, graph: Path = GRAPH) -> None:
    """Write the network's weights, and the network as a float32 ONNX graph of any size of picture.

    Args:
        network: The network.
        weights: File for the weights (NPZ).
        graph: File for the graph: pictures (n, 3, h, w) to maps of which the first is a probability.
    """
    import torch

    class Told(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network.eval()

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            maps = self.network(pictures)
            return torch.cat([maps[:, :1].sigmoid(), maps[:, 1:]], dim=1)

    weights.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=weights.parent) as folder:
        made, arrays = Path(folder) / "people.onnx", Path(folder) / "weights.npz"
        np.savez(arrays, **{name: value.numpy() for name, value in network.state_dict().items()})
        torch.onnx.export(
            Told(),
            (torch.zeros(1, 3, 288, 512),),
            str(made),
            input_names=["pictures"],
            output_names=["maps"],
            dynamic_axes={"pictures": {0: "n", 2: "h", 3: "w"}, "maps": {0: "n", 2: "h4", 3: "w4"}},
            opset_version=17,
            dynamo=False,
        )
        arrays.replace(weights)  # both are complete before either replaces the old file
        made.replace(graph)


def main() -> None:
    """Export the checkpoint that the command line names."""
    import torch

    parser = argparse.ArgumentParser(description="Write the weights of the network that finds people.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--graph", type=Path, default=GRAPH)
    arguments = parser.parse_args()
    network = build()
    network.load_state_dict(torch.load(arguments.checkpoint, map_location="cpu", weights_only=True)["mean"])
    write(network, arguments.weights, arguments.graph)
    print(f"wrote {arguments.weights} and {arguments.graph}")


if __name__ == "__main__":
    main()
