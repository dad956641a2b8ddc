"""When a stroke happens: swings of a hand, contact, and the phases about it.

Belongs here: kinematic definitions on the hand's speed and height. Does not belong here: the ball, what stroke it is.
All on the 120 Hz grid of `gametape.coaching.motion`; moments lie between its steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.coaching.body import Body, peak_time
from gametape.coaching.motion import GRID_HZ, WRIST_CUTOFF_HZ
from gametape.coaching.rules import StrokeRules

FASTEST = 12.0  # heights/s; faster is a keypoint that jumped: a fast bowler's wrist reaches about 10
NEAR_S = 0.2  # peaks of one swing lie nearer than that
ABOVE_HEAD = 0.05  # heights above the nose, from which a hand plays overhead
REACH_S = (-0.25, 0.05)  # about the fastest moment, where a hand that plays overhead is highest
STILL_FAST = 0.35  # of its top speed: a hand that is highest and slow is drawn back, it does not play
SLOW, HALF, OVER = 0.15, 0.5, 0.3  # of its top speed: at rest, in the swing, through
REST_S = 0.15  # so long at rest, the hand has nothing to do with the stroke yet
PREPARES_S, LOADS_S, FOLLOWS_S = 1.0, 0.5, 1.0  # the longest each may last
NEARS_S = 0.15  # before contact, where the hand has its speed of contact


@dataclass(frozen=True)
class Swing:
    """A fast move of the hand `side` (left or right): its fastest moment, top speed (heights/s), and contact.
    `overhead`: the hand is above the head there."""

    side: str
    peak_s: float
    speed: float
    contact_s: float
    overhead: bool


@dataclass(frozen=True)
class Phases:
    """Seconds at which preparation, load and swing begin, and the follow-through ends; None where unknown."""

    start_s: float | None = None
    load_s: float | None = None
    swing_s: float | None = None
    end_s: float | None = None


def hand_speed(body: Body, side: str) -> np.ndarray:
    """(m,) heights/s of a wrist about the mid-hip, NaN where it is not surely seen or cannot be."""
    speed = body.wrist_speed[side]
    return np.where(speed <= FASTEST, speed, np.nan)


def swings(body: Body, side: str, rules: StrokeRules) -> list[Swing]:
    """The fast moves of one hand, in order: peaks of its speed that the rules take for strokes."""
    from scipy.signal import find_peaks

    speed = np.nan_to_num(hand_speed(body, side))
    if not len(speed) or speed.max() < rules.min_speed:
        return []
    level = max(rules.min_speed, rules.share_of_peak * speed.max())
    peaks, _ = find_peaks(np.pad(speed, 1), height=level, distance=max(1, round(NEAR_S * GRID_HZ)))
    inner = [p - 1 for p in peaks if speed[max(0, p - 2) : p + 1].all()]  # the edge of what is known is no peak
    return [_swing(body, side, speed, p) for p in inner]


def _swing(body: Body, side: str, speed: np.ndarray, top: int) -> Swing:
    """A hand that plays overhead meets the ball where it is highest: its speed peaks after that, when it comes down.
    Any other meets it where it is fastest."""
    moment = peak_time(body.motion.grid, speed, top)
    reach = _part(body, moment + REACH_S[0], moment + REACH_S[1])
    above = height_above_nose(body, side)[reach]
    above = np.where(speed[reach] >= STILL_FAST * speed[top], above, np.nan)
    if np.isfinite(above).any() and np.nanmax(above) >= ABOVE_HEAD:
        highest = reach.start + int(np.nanargmax(above))
        hand = -body.motion.position(f"{side}_wrist", WRIST_CUTOFF_HZ)[:, 1]
        return Swing(side, moment, float(speed[top]), peak_time(body.motion.grid, hand, highest), True)
    return Swing(side, moment, float(speed[top]), moment, False)


def height_above_nose(body: Body, side: str) -> np.ndarray:
    """(m,) heights by which a hand is above the nose (the middle of the ears where that is seen more)."""
    head = body.motion.position(body.head_point)[:, 1]
    return (head - body.motion.position(f"{side}_wrist", WRIST_CUTOFF_HZ)[:, 1]) / body.motion.height


def phases(body: Body, swing: Swing, contact_s: float) -> Phases:
    """The phases of a swing whose contact is at `contact_s`.

    swing: the hand passes half the speed that it reaches by contact. load: its slowest moment in the half second
    before that. start: the end of the last rest before the load (under 15 % for 0.15 s), at most 1 s before it.
    end: after contact the hand first falls under 30 % of its top speed, at most 1 s later; None where it is as slow
    at contact already. Each is None where the hand is out of sight.
    """
    grid, speed = body.motion.grid, hand_speed(body, swing.side)
    contact, top = (int(np.clip(np.searchsorted(grid, t), 0, len(grid) - 1)) for t in (contact_s, swing.peak_s))
    last = max(contact, top)
    through = _first(speed, range(last, min(len(grid), last + round(FOLLOWS_S * GRID_HZ))), OVER * swing.speed)
    end = None if through in (None, last) else float(grid[through])
    nearing = slice(max(0, contact - round(NEARS_S * GRID_HZ)), contact + 1)
    if not np.isfinite(speed[nearing]).any():
        return Phases(end_s=end)
    fastest = nearing.start + int(np.nanargmax(speed[nearing]))
    back = range(fastest, max(-1, fastest - round(LOADS_S * GRID_HZ)), -1)
    half = _first(speed, back, HALF * float(speed[fastest]))
    if half is None:
        return Phases(end_s=end)
    before = slice(max(0, half - round(LOADS_S * GRID_HZ)), half + 1)
    load = before.start + int(np.nanargmin(speed[before]))
    return Phases(_start(grid, speed, load, float(speed[fastest])), float(grid[load]), float(grid[half]), end)


def _start(grid: np.ndarray, speed: np.ndarray, load: int, top: float) -> float | None:
    first = max(0, load - round(PREPARES_S * GRID_HZ))
    moving = np.flatnonzero(~(speed[first:load] < SLOW * top)) + first
    if not np.isfinite(speed[first : load + 1]).all():
        return None
    start = load
    for at in moving[::-1]:
        if start - at > REST_S * GRID_HZ and start != load:
            break
        start = int(at)
    return float(grid[start])


def _first(values: np.ndarray, way: range, level: float) -> int | None:
    """The first index on the way at which the values are under a level; None if one before it is unknown."""
    for at in way:
        if not np.isfinite(values[at]):
            return None
        if values[at] < level:
            return at
    return None


def _part(body: Body, start: float, end: float) -> slice:
    first, last = np.searchsorted(body.motion.grid, [start, end])
    return slice(int(first), int(last) + 1)
