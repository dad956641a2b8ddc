"""Reader: pictures of shirts in, numbers out, or unreadable.

Belongs here: what the network is given and how its answer becomes a number. Does not belong here: which pictures of a
film are looked at (`looks`), and how reads of a track add up (`votes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

READ_AT = 0.8
"""Probability from which the likeliest number is a read."""


@dataclass(frozen=True)
class Read:
    """What a picture of a shirt says.

    Attributes:
        number: Digits as they stand on the shirt; None: unreadable.
        confidence: Probability of the likeliest number, 0..1, also where it is no read.
        candidates: Likely numbers, likeliest first, with their probabilities.
        digit_height: Height of the digits as a share of the picture's height.
    """

    number: str | None
    confidence: float
    candidates: tuple[tuple[str, float], ...]
    digit_height: float


class Reader:
    """The network that reads numbers, on one device."""

    def read(self, crops: Sequence[np.ndarray]) -> list[Read]:
        """Read crops.

        Args:
            crops: Pictures, each (h, w, 3) uint8 BGR, about as wide as the shoulders and as high as the torso.

        Returns:
            A read for each picture.
        """
        raise NotImplementedError("the weights are being trained")
