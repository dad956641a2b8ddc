"""Hits of the ball, and how far they are from a hand.

Belongs here: reading hits and sightings of the ball for strokes. Does not belong here: which stroke a hit belongs to
(`merging`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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

BRIEFLY_S = 0.5
"""Who is out of sight is known to be about where he was seen within so many seconds before and after."""
JUST_S = 0.2
"""The same where he is lost for longer, or comes into sight: who is covered by another as he lunges is still there.
Chosen, not measured."""

EDGE_S = 0.03
"""A hit so shortly before somebody is first seen, or after the last time, s, is at that moment: there the film ends."""
THROWN_S = 0.15
"""Who throws moves the hand fast within so many seconds of the release."""
ONE_CURVE = 0.016
"""Body heights by which a ball that nobody hits leaves a parabola within 0.4 s (root mean square). In films 9 of 10 do
not that are not hit, and 1 of 20 that are."""
DENSE_S = 0.08
"""Longest time without a sighting in which a hit cannot hide, s."""

MEETS_S, FLIGHT_S = 0.12, 0.25
"""By so much, s, a hit may be off where the flights before and after it meet, of which so many s are looked at."""
CLEARER = 2.0
"""Times by which two flights that meet elsewhere must fit better, in squares, for the hit to be there."""
FEWEST, ASIDE = 8, 3
"""Least number of sightings of two flights, and of one of them."""
STEP_S = 0.01
"""Step in which it is sought, s."""
NOISE_PX = 0.5
"""Error of a sighting, px."""


@dataclass(frozen=True)
class Hit:
    """A hit or release of `ball_events`, or a hit that only the flight of the ball shows (no frame)."""

    frame: int | None
    time_s: float
    place: np.ndarray  # (2,) px
    confidence: float
    kind: str = "hit"


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


def read_hits(events: pa.Table, kinds: Iterable[str] = SENT) -> list[Hit]:
    """The hits and releases of BALL_EVENTS, or those of some kinds, in order of time."""
    hits = [
        Hit(e["frame"], e["time_s"], np.array([e["x"], e["y"]]), e["confidence"], e["kind"])
        for e in events.to_pylist()
        if e["kind"] in kinds
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
    arm and a reach. Where the whole person is out of sight for a moment, behind a table or another, the shoulders are
    taken to be between where they were seen before and after, or where they were seen just then.

    Args:
        striker: The person.
        side: `left` or `right`.
        moment: Second at which the distance is taken.
        place: (2,) px.
        reach: How far from the wrist a ball is hit, body heights.

    Returns:
        Reaches; infinite where neither hand nor shoulders are seen, shortly before and after neither.
    """
    motion, grid = striker.motion, striker.motion.grid
    if not grid[0] - EDGE_S <= moment <= grid[-1] + EDGE_S:
        return np.inf
    at = min(int(np.searchsorted(grid, moment)), len(grid) - 1)
    for point, radius in ((f"{side}_wrist", reach), ("mid_shoulder", ARM + reach)):
        apart = motion.position(point, WRIST_CUTOFF_HZ)[at] - place
        away = float(np.hypot(*apart) / motion.height[at] / radius)
        if np.isfinite(away):
            return away
    between = _between(grid, motion.position("mid_shoulder", WRIST_CUTOFF_HZ), moment)
    return np.inf if between is None else float(np.hypot(*(between - place)) / striker.size_px / (ARM + reach))


def throws(striker: Striker, moment: float, fast: float) -> bool:
    """Is a hand as fast as `fast` when a ball is let go, heights/s? True where the hands are not seen."""
    grid = striker.motion.grid
    near = slice(*np.searchsorted(grid, [moment - THROWN_S, moment + THROWN_S]))
    speeds = np.concatenate([striker.hand_speed[side][near] for side in SIDES])
    return not np.isfinite(speeds).any() or bool(np.nanmax(speeds) >= fast)


def _between(grid: np.ndarray, places: np.ndarray, moment: float) -> np.ndarray | None:
    """(2,) px of what is out of sight, by its places (m, 2) before and after; None where these are too far off."""
    known = np.flatnonzero(np.isfinite(places[:, 0]))
    after = int(np.searchsorted(grid[known], moment))
    ends = known[max(0, after - 1) : after + 1]
    near = ends[np.abs(grid[ends] - moment) <= BRIEFLY_S]
    if len(near) == 2:
        return np.array([np.interp(moment, grid[near], axis) for axis in places[near].T])
    near = near[np.abs(grid[near] - moment) <= JUST_S]
    return places[near[0]] if len(near) else None


def met(hits: Sequence[Hit], moments: Sequence[float], seen: BallSightings) -> list[Hit]:
    """The hits, each where the flights before and after it meet where that is clear.

    The event of a soft hit is up to 0.1 s off.

    Args:
        hits: In order of time.
        moments: Ascending seconds of all events, bounces among them: no flight goes beyond one.
        seen: The ball.

    Returns:
        The hits in order of time.
    """
    found = []
    for hit in hits:
        before, after = bisect_left(moments, hit.time_s), bisect_right(moments, hit.time_s)
        start = max([hit.time_s - FLIGHT_S, *moments[max(0, before - 1) : before]])
        end = min([hit.time_s + FLIGHT_S, *moments[after : after + 1]])
        first, last = np.searchsorted(seen.times, [start, end])
        moment = _meeting(hit.time_s, seen.times[first:last], seen.places[first:last])
        if moment != hit.time_s:
            place = np.array([np.interp(moment, seen.times, axis) for axis in seen.places.T])
            hit = replace(hit, time_s=moment, place=place)
        found.append(hit)
    return sorted(found, key=attrgetter("time_s"))


def _meeting(moment: float, times: np.ndarray, places: np.ndarray) -> float:
    """When two parabolas that meet within `MEETS_S` of a moment fit the sightings best; the moment if not clearly."""
    if len(times) < FEWEST:
        return moment

    def misfit(at: float) -> float:
        before, after = np.minimum(times - at, 0), np.maximum(times - at, 0)
        shape = np.stack([np.ones_like(times), before, before**2, after, after**2], axis=1)
        off = shape @ np.linalg.lstsq(shape, places, rcond=None)[0] - places
        return float((off**2).sum()) + NOISE_PX**2 * len(times)

    steps = moment + np.linspace(-MEETS_S, MEETS_S, round(2 * MEETS_S / STEP_S) + 1)
    sides = [min((times < at).sum(), (times > at).sum()) for at in steps]
    possible = [float(at) for at, aside in zip(steps, sides, strict=True) if aside >= ASIDE]
    best = min(possible, key=misfit, default=moment)
    return best if misfit(moment) > CLEARER * misfit(best) else moment


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
