"""Aerials: a car that leaves the ground and the walls and flies high.

Belongs here: when it flies. Does not belong here: whether it was any good.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.replay.motion import Motion

LOW_UU = 100.0
"""Above, a car that is at no wall flies."""
HIGH_UU = 400.0
"""What the highest point of an aerial reaches at least: higher than a jump with a second one goes (about 300 uu)."""
WALL_X_UU, WALL_Y_UU = 3950.0, 4950.0
"""Beyond these a car may drive on a wall, or on the curve up to it."""
CEILING_UU = 1950.0
SHORTEST_S = 0.4


@dataclass(frozen=True)
class Aerial:
    """One flight of a car.

    Attributes:
        start: Frame of its first state in the air.
        end: Frame of its last.
        height: Greatest height, uu.
    """

    start: int
    end: int
    height: float


def aerials_of(motion: Motion, clock: np.ndarray) -> list[Aerial]:
    """The aerials of a player, in the order of time."""
    if not len(motion.frames):
        return []
    x, y, z = motion.states[:, :3].T
    flies = (z > LOW_UU) & (z < CEILING_UU) & (abs(x) < WALL_X_UU) & (abs(y) < WALL_Y_UU)
    new_car = np.diff(motion.lives, prepend=motion.lives[:1]) != 0
    number = np.cumsum(new_car | (np.diff(flies.astype(int), prepend=0) != 0))
    found = []
    for one in np.unique(number[flies]):
        at = np.flatnonzero((number == one) & flies)
        start, end, height = int(motion.frames[at[0]]), int(motion.frames[at[-1]]), float(z[at].max())
        if height >= HIGH_UU and clock[end] - clock[start] >= SHORTEST_S:
            found.append(Aerial(start, end, height))
    return found
