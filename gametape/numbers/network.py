"""The network that reads numbers: a few convolutions, and two looks at where the digits are.

Belongs here: layers, what goes in and comes out. Does not belong here: running it (`reader`), training it
(`gametape.training.numbers`).

Digits are told apart from places: one look finds the tens and one the units, so what a 7 is need not be learnt anew
for each of the numbers that hold it, nor for each place in the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

SIDE, CELLS = 64, 8
"""Side of a picture, px, and of the map in which the digits are looked for."""
CHANNELS = (24, 48, 96)
OUTPUTS = 3 + 10 + 10 + 1
"""What comes out for a picture: log odds of no, one, two digits; of the tens; of the units; height by the picture's."""


def build() -> nn.Module:
    """The network, untrained: (n, 3, SIDE, SIDE) float of 0..255 in BGR to (n, OUTPUTS) and places (n, 2, CELLS²)."""
    import torch
    from torch import nn

    from gametape.networks.layers import Residual, convolve

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            a, b, c = CHANNELS
            self.trunk = nn.Sequential(
                convolve(3, a, 2), nn.ReLU(), convolve(a, a), nn.ReLU(),
                convolve(a, b, 2), nn.ReLU(), Residual(b),
                convolve(b, c, 2), nn.ReLU(), Residual(c), Residual(c),
            )  # fmt: skip
            self.where = nn.Conv2d(c, 2, 1)
            self.what = nn.Sequential(nn.Linear(2 * c, c), nn.ReLU(), nn.Linear(c, 10))
            self.many = nn.Sequential(nn.Linear(4 * c, c), nn.ReLU(), nn.Linear(c, 4))

        def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            mean = pictures.mean((2, 3), keepdim=True)
            spread = (pictures - mean).square().mean((1, 2, 3), keepdim=True).sqrt()
            x = self.trunk((pictures - mean) / (spread + 8.0))
            places = self.where(x).flatten(2)
            features = x.flatten(2).transpose(1, 2)
            seen = places.softmax(2) @ features
            everywhere = features.mean(1)
            digits = self.what(torch.cat([seen, everywhere[:, None].expand(-1, 2, -1)], 2))
            many = self.many(torch.cat([seen.flatten(1), everywhere, features.amax(1)], 1))
            return torch.cat([many[:, :3], digits.flatten(1), many[:, 3:]], 1), places

    return Network()
