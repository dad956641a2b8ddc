"""Hits of the ball, and how far they are from a hand.

Belongs here: reading hits and sightings of the ball for strokes. Does not belong here: which stroke a hit belongs to
(`merging`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.sightings import sightings
from gametape.movement.motion import WRIST_CUTOFF_HZ
from gametape.sports.contacts import SENT
from gametape.strokes.phases import Striker

if TYPE_CHECKING:
    import pyarrow as pa

SIDES = ("left", "right")
ARM = 0.33
"""Length from shoulder to wrist, body heights (Drillis and Contini, in Winter)."""

ONE_CURVE = 0.016
"""Body heights by which a ball that nobody hits leaves a parabola within 0.4 s (root mean square). In films 9 of 10 do
not that are not hit, and 1 of 20 that are."""
DENSE_S = 0.08
"""Longest time without a sighting in which a hit cannot hide, s."""


@dataclass(frozen=True)
class Hit:
    """A hit or release of `ball_events`, or a hit that only the flight of the ball shows (no frame)."""

    frame: int | None
    time_s: float
    place: np.ndarray  # (2,) px
    confidence: float


@dataclass(frozen=True, eq=False)
class BallSightings:
    """The n detections of the ball.

    Attributes:
        times: (n,) seconds, ascending.
        places: (n, 2) px.
        speeds: (n,) px/s.
    """

    times: np.ndarray
    places: np.ndarray
    speeds: np.ndarray


def read_hits(events: pa.Table) -> list[Hit]:
    """The hits and releases of BALL_EVENTS in order of time."""
    hits = [
        Hit(e["frame"], e["time_s"], np.array([e["x"], e["y"]]), e["confidence"])
        for e in events.to_pylist()
        if e["kind"] in SENT
    ]
    return sorted(hits, key=attrgetter("time_s"))


def hits_between(hits: Sequence[Hit], start: float, end: float) -> range:
    """Numbers of the hits from second `start` to second `end`."""
    moment = attrgetter("time_s")
    return range(bisect_left(hits, start, key=moment), bisect_right(hits, end, key=moment))


def ball_sightings(ball: pa.Table) -> BallSightings:
    """The detections of a BALL_TRAJECTORY."""
    spotted = sightings(ball)
    speeds = ball["speed"].cast("float64").to_numpy(zero_copy_only=False)[spotted.rows]
    return BallSightings(spotted.times, spotted.places, speeds)


def reaches_away(striker: Striker, side: str, moment: float, place: np.ndarray, reach: float) -> float:
    """Distance from a hand to a place, in reaches.

    A hand that is out of sight may be anywhere about the shoulders: then the distance is from those, in lengths of an
    arm and a reach.

    Args:
        striker: The person.
        side: `left` or `right`.
        moment: Second at which the distance is taken.
        place: (2,) px.
        reach: How far from the wrist a ball is hit, body heights.

    Returns:
        Reaches; infinite where neither hand nor shoulders are seen.
    """
    motion, grid = striker.motion, striker.motion.grid
    if not grid[0] <= moment <= grid[-1]:
        return np.inf
    at = min(int(np.searchsorted(grid, moment)), len(grid) - 1)
    for point, radius in ((f"{side}_wrist", reach), ("mid_shoulder", ARM + reach)):
        apart = motion.position(point, WRIST_CUTOFF_HZ)[at] - place
        away = float(np.hypot(*apart) / motion.height[at] / radius)
        if np.isfinite(away):
            return away
    return np.inf


def flies_on(times: np.ndarray, places: np.ndarray, start: float, end: float) -> bool:
    """Is a ball seen from `start` to `end` all the time, on one parabola?

    Args:
        times: (n,) seconds of its sightings from `start` to `end`.
        places: (n, 2) body heights.
        start: Seconds.
        end: Seconds.
    """
    if len(times) < 5 or np.diff([start, *times, end]).max() > DENSE_S:
        return False
    shape = (times - times.mean())[:, None] ** np.arange(3)
    off = places - shape @ np.linalg.lstsq(shape, places, rcond=None)[0]
    return bool(np.sqrt((off**2).sum(axis=1).mean()) <= ONE_CURVE)
