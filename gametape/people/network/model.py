"""The network's architecture: a picture in; for each 4 x 4 px how surely a person's middle, and how far the sides.

Belongs here: the layers and the numbers that training and inference share. Does not belong here: weights, boxes.

A U-Net of plain 3x3 convolutions with the maps of a point detector (Zhou et al. 2019, Objects as points; the distances
to the four sides as in Tian et al. 2019, FCOS). 0.5 million parameters; 0.8 G multiplications for 512 x 288 px.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

SHRINK = 4
"""Pixels of the picture per pixel of the maps."""
MULTIPLE = 32
"""Width and height of pictures are multiples of this, px."""
WIDTHS = (32, 48, 64, 80)
"""Channels at 1/4, 1/8, 1/16 and 1/32 of the resolution."""
BLOCKS = (1, 2, 2, 1)
"""Residual blocks at each."""
MAPS = 5
"""Log odds of a middle, and the logarithms of the distances to the left, top, right and bottom side, in units of 8
px."""
UNIT = 8.0
"""Pixels of a distance whose logarithm is 0."""


def build() -> torch.nn.Module:
    """The untrained network: float (n, 3, h, w) RGB levels 0..255 to (n, MAPS, h/4, w/4)."""
    from torch import nn
    from torch.nn.functional import interpolate

    from gametape.networks.layers import Convolution, Residual

    class PersonNetwork(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.ModuleList()
            for level, (out, blocks) in enumerate(zip(WIDTHS, BLOCKS, strict=True)):
                enter = (
                    [Convolution(WIDTHS[level - 1], out, 2)]
                    if level
                    else [Convolution(3, 16, 2), Convolution(16, out, 2)]
                )
                self.down.append(nn.Sequential(*enter, *(Residual(out) for _ in range(blocks))))
            steps = range(len(WIDTHS) - 1)
            self.across = nn.ModuleList([nn.Conv2d(WIDTHS[i + 1], WIDTHS[i], 1) for i in steps])
            self.up = nn.ModuleList([Convolution(WIDTHS[i], WIDTHS[i]) for i in steps])
            self.last = Convolution(WIDTHS[0], WIDTHS[0])
            self.told = nn.Conv2d(WIDTHS[0], MAPS, 1)
            nn.init.constant_(self.told.bias[:1], -4.5)  # at first nobody is anywhere

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            x = pictures * (1 / 64) - 2
            skipped = []
            for layer in self.down:
                x = layer(x)
                skipped.append(x)
            for i in reversed(range(len(self.up))):
                x = self.up[i](skipped[i] + interpolate(self.across[i](x), scale_factor=2.0, mode="nearest"))
            told: torch.Tensor = self.told(self.last(x))
            return told

    return PersonNetwork()
