"""Where a ball that was followed is not found any more, or not yet.

Belongs here: where to look again. Does not belong here: looking (`network.again`, `network.colour`), following
(`tracking`).

A ball in flight does not vanish: after a bounce, before a body or at the far end of a pitch it is only harder to see.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

AGAIN_S = 0.2
"""Seconds after the last sight of the ball, and before the first, for which it is looked for again."""
FEWEST = 3
"""Least number of looks of a stretch whose ends are looked at."""
PACE_LOOKS = 4
"""Looks from which the velocity at an end is taken."""
OUTSIDE_S = 1 / 15
"""A ball that is outside the picture so soon, s, has left it."""
UNSEEN_S = 0.25
"""Shortest time without the ball in which it is looked for in another way, s."""


@dataclass(frozen=True)
class Area:
    """Where and when to look again.

    Attributes:
        frames: The first and the last frame to look at.
        end: The frame in which the ball was last seen, or first.
        x, y: The middle of the area in that frame's picture, source px.
    """

    frames: tuple[int, int]
    end: int
    x: float
    y: float


def unseen(places: np.ndarray, times: np.ndarray, shots: np.ndarray) -> list[tuple[int, int]]:
    """The first and last frames of the stretches in which the ball is nowhere; args as of `areas`."""
    there = np.isfinite(places).all(axis=1)
    changes = np.flatnonzero(np.diff(there) | (np.diff(shots) != 0)) + 1
    borders = [0, *changes.tolist(), len(there)]
    spans = [(first, after - 1) for first, after in pairwise(borders) if after > first and not there[first]]
    return [(first, last) for first, last in spans if times[last] - times[first] >= UNSEEN_S]


def areas(
    places: np.ndarray, times: np.ndarray, repeats: np.ndarray, shots: np.ndarray, size: tuple[int, int]
) -> list[Area]:
    """Where to look for a ball again.

    Args:
        places: (n, 2) source px, where the ball is in each frame; NaN where it is not known to be anywhere.
        times: (n,) seconds.
        repeats: (n,) bool, does the frame show the picture of the frame before?
        shots: (n,) shot number of each frame; no area reaches beyond its shot.
        size: Width and height of the picture, px.

    Returns:
        Areas in order of the frames at which the ball was seen.
    """
    found = []
    seen = np.isfinite(places).all(axis=1)
    borders = np.flatnonzero(np.diff(shots, prepend=np.nan, append=np.nan) != 0)
    for first, after in pairwise(borders.tolist()):
        looks = first + np.flatnonzero(~repeats[first:after])
        on = np.flatnonzero(np.diff(seen[looks].astype(int), prepend=0, append=0))
        for begin, end in zip(on[::2], on[1::2], strict=True):
            if end - begin >= FEWEST:
                stretch = looks[begin:end]
                found += [_beyond(stretch[:PACE_LOOKS][::-1], looks[:begin][::-1], seen, places, times, size)]
                found += [_beyond(stretch[-PACE_LOOKS:], looks[end:], seen, places, times, size)]
    return [one for one in found if one is not None]


def _beyond(
    near: np.ndarray, looks: np.ndarray, seen: np.ndarray, places: np.ndarray, times: np.ndarray, size: tuple[int, int]
) -> Area | None:
    """The area beyond the last of the looks `near`; `looks` are those after it, or before it in time."""
    end = int(near[-1])
    looks = looks[(np.abs(times[looks] - times[end]) <= AGAIN_S) & ~seen[looks]]
    if not len(looks):
        return None
    pace = np.polynomial.polynomial.polyfit(times[near] - times[end], places[near], 1)[1]
    away = np.sign(times[looks[0]] - times[end])
    soon = places[end] + away * OUTSIDE_S * pace
    if (soon < 0).any() or (soon >= size).any():
        return None
    x, y = np.clip(places[end] + away * AGAIN_S / 3 * pace, 0, size).tolist()
    return Area((int(looks.min()), int(looks.max())), end, x, y)
