"""The network's architecture: gray pictures in, a map of log odds for each of the middle ones out.

Belongs here: the layers and the numbers that training and inference share. Does not belong here: weights.

A U-Net of plain 3x3 convolutions. It sees `SEEN` pictures in order of time and answers for the `TOLD` in the middle, so
that each has two or more pictures before and after it and the cost is shared. Maps have half the pictures' resolution:
with so few channels, dense convolutions at 1/4 and 1/8 cost less than depth-wise ones at full resolution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

SEEN = 12
"""Pictures of a window."""
TOLD = 8
"""Pictures in the middle of a window that the network answers for."""
MARGIN = (SEEN - TOLD) // 2
"""Pictures of a window before the first and after the last of these."""
MULTIPLE = 16
"""Width and height of the pictures are multiples of this, px."""
SHRINK = 2
"""Pixels of the picture per pixel of the map."""
PICTURE_AREA = 512 * 288
"""Approximate number of pixels of the pictures, whatever their shape."""
STEP_S = 1 / 30
"""Approximate time between the pictures of a window, s; of faster films every second, third, ... frame is used."""
WIDTHS = (32, 64, 96, 96)
"""Channels at 1/2, 1/4, 1/8 and 1/16 of the resolution."""
BLOCKS = (2, 2, 2)
"""Residual blocks at 1/4, 1/8 and 1/16."""


def picture_size(width: int, height: int) -> tuple[int, int]:
    """Width and height, px, to which the pictures of a film are resized."""
    shrink = (PICTURE_AREA / (width * height)) ** 0.5
    return tuple(max(MULTIPLE, round(side * shrink / MULTIPLE) * MULTIPLE) for side in (width, height))


def mirrored(indices: np.ndarray, first: int, last: int) -> np.ndarray:
    """Indices with those beyond first..last reflected back inside, for windows at a shot's ends.

    Example:
        >>> mirrored(np.arange(-2, 6), 0, 3).tolist()
        [2, 1, 0, 1, 2, 3, 2, 1]
    """
    span = last - first
    if span == 0:
        return np.full_like(indices, first)
    back = np.abs((indices - first) % (2 * span))
    return first + np.minimum(back, 2 * span - back)


def build() -> torch.nn.Module:
    """The untrained network: float (n, SEEN, h, w) levels 0..255 to (n, TOLD, h/2, w/2) log odds."""
    import torch
    from torch import nn
    from torch.nn.functional import interpolate

    from gametape.networks.layers import Convolution, Residual

    class BallNetwork(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            levels = len(WIDTHS)
            self.down = nn.ModuleList(
                [nn.Sequential(Convolution(2 * SEEN, WIDTHS[0], 2), Convolution(WIDTHS[0], WIDTHS[0]))]
            )
            for inside, out, blocks in zip(WIDTHS, WIDTHS[1:], BLOCKS, strict=False):
                self.down.append(nn.Sequential(Convolution(inside, out, 2), *(Residual(out) for _ in range(blocks))))
            self.across = nn.ModuleList([nn.Conv2d(WIDTHS[i + 1], WIDTHS[i], 1) for i in range(levels - 1)])
            self.up = nn.ModuleList([Convolution(WIDTHS[i], WIDTHS[i]) for i in range(levels - 1)])
            self.told = nn.Conv2d(WIDTHS[0], TOLD, 1)
            nn.init.constant_(self.told.bias, -5.0)  # at first nothing is a ball

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            changes = pictures - pictures.mean(dim=1, keepdim=True)
            x = torch.cat([pictures * (1 / 64) - 2, changes * (1 / 16)], dim=1)
            skipped = []
            for layer in self.down:
                x = layer(x)
                skipped.append(x)
            for i in reversed(range(len(self.up))):
                x = self.up[i](skipped[i] + interpolate(self.across[i](x), scale_factor=2.0, mode="nearest"))
            return self.told(x)

    return BallNetwork()
