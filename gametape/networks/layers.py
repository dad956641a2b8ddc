"""Blocks of layers that several of our networks are built of. Importing it imports torch: do so inside functions.

Belongs here: blocks. Does not belong here: a whole network. The names of their parts are those in the files of weights.
"""

from __future__ import annotations

import torch  # noqa: TID253
from torch import nn  # noqa: TID253
from torch.nn.functional import relu  # noqa: TID253


def convolve(inside: int, out: int, stride: int = 1) -> nn.Sequential:
    """A 3 x 3 convolution, normalized over the batch."""
    return nn.Sequential(nn.Conv2d(inside, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out))


class Convolution(nn.Module):
    """`convolve`, rectified."""

    def __init__(self, inside: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.layers = convolve(inside, out, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, inside, h, w) to (n, out, h/stride, w/stride)."""
        return relu(self.layers(x))


class Residual(nn.Module):
    """Two convolutions whose answer is added to what came in (He et al. 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = convolve(width, width), convolve(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, width, h, w) to the same."""
        return relu(x + self.second(relu(self.first(x))))
