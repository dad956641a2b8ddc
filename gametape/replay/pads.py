"""The boost pads of a standard arena, and which of them a car took.

Belongs here: where pads lie, how much they hold. Does not belong here: counting (`gametape.replay.statistics`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.replay.course import Course
from gametape.replay.motion import Motion

BIG, SMALL = 100.0, 12.0
"""Boost of a big and of a small pad, 0..100."""
NEAR_UU = 500.0
"""Farthest that the place of a car, as last told, lies from the pad that it takes."""

LEAST_PADS = 28
"""A standard arena has 34, and a replay names 33 to 35; hoops has 20, dropshot none: where those lie is not known."""

_HALF = (
    (0, -4240), (-1792, -4184), (1792, -4184), (-3072, -4096), (3072, -4096), (-940, -3308), (940, -3308), (0, -2816),
    (-3584, -2484), (3584, -2484), (-1788, -2300), (1788, -2300), (-2048, -1036), (0, -1024), (2048, -1036),
)  # fmt: skip
_MIDDLE = ((-3584, 0), (-1024, 0), (1024, 0), (3584, 0))
PADS = np.array([*_HALF, *_MIDDLE, *((x, -y) for x, y in _HALF)], np.float64)
"""(34, 2) places of all pads of a standard arena, uu."""
_IS_BIG = np.array([(abs(x), abs(y)) in ((3072, 4096), (3584, 0)) for x, y in PADS])


@dataclass(frozen=True)
class Pickup:
    """A pad that was taken.

    Attributes:
        frame: When.
        place: (2,) where the pad lies, uu; NaN: not told, in an arena of another form.
        big: Whether it is a big one; None: not known.
        added: Boost that went into the tank, 0..100.
        overfill: Boost that did not fit.
    """

    frame: int
    place: np.ndarray
    big: bool | None
    added: float
    overfill: float


def places_of_pads(course: Course, motions: list[Motion]) -> np.ndarray:
    """(pads, 2) place of each pad by its number: the standard pad nearest to the cars that took it; or NaN."""
    votes: list[list[int]] = [[] for _ in course.pads]
    if len(votes) < LEAST_PADS:
        return np.full((len(votes), 2), np.nan)
    for frame, pad, player in course.tables["pickups"].astype(np.int64):
        place = _place(motions[player], frame) if player >= 0 else None
        if place is not None:
            away = np.linalg.norm(PADS - place, axis=1)
            if away.min() < NEAR_UU:
                votes[pad].append(int(away.argmin()))
    return np.array(
        [PADS[max(set(seen), key=seen.count)] if seen else (np.nan, np.nan) for seen in votes], np.float64
    ).reshape(-1, 2)


def pickups_of(course: Course, player: int, motion: Motion, places: np.ndarray) -> list[Pickup]:
    """The pads that a player took."""
    found = []
    for frame, pad, by in course.tables["pickups"].astype(np.int64):
        if by != player:
            continue
        place = places[pad]
        match = np.flatnonzero((place == PADS).all(axis=1))
        big = bool(_IS_BIG[match[0]]) if len(match) else None
        before = motion.tank[max(frame - 1, 0)]
        holds = BIG if big else SMALL
        added = float(np.clip(100.0 - before, 0.0, holds)) if np.isfinite(before) and big is not None else np.nan
        found.append(Pickup(int(frame), place, big, added, holds - added))
    return found


def _place(motion: Motion, frame: int) -> np.ndarray | None:
    at = int(np.searchsorted(motion.frames, frame, side="right")) - 1
    return motion.states[at, :2] if at >= 0 else None
