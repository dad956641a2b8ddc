"""When a stroke happens: swings of a hand, contact, and the phases around it.

Belongs here: kinematic definitions by the hand's speed and height. Does not belong here: the ball, the kind of stroke.

All arrays are on the 120 Hz grid of `gametape.movement.motion`; moments lie between its steps. A stroke is examined in
the seconds around it (`Near`), so that the strokes of a long film cost their number, not that times its length.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametape.movement.body import Body
from gametape.movement.curves import peak_time
from gametape.movement.motion import CUTOFF_HZ, GRID_HZ, WRIST_CUTOFF_HZ
from gametape.sports.rules import StrokeRules

NEAR_S = 0.2
"""Peaks of speed within this many seconds belong to one swing."""
ABOVE_HEAD = 0.05
"""A hand this far above the nose, body heights, plays overhead."""
REACH_S = (-0.25, 0.05)
"""A hand that plays overhead is highest within these seconds of its fastest moment."""
LOWEST_S = (-0.05, 0.15)
"""A hand that meets the ball where it is lowest does so within these seconds of its fastest moment."""
STILL_FAST = 0.35
"""Share of its top speed below which a hand that is highest is drawn back and does not play."""
SLOW = 0.15
"""Share of its top speed below which a hand rests."""
HALF = 0.5
"""Share of its top speed at which a hand begins its swing."""
OVER = 0.3
"""Share of its top speed below which the follow-through has ended."""
REST_S = 0.15
"""After a rest of this many seconds the hand's earlier movement belongs to something else."""
PREPARES_S = 1.0
"""Longest preparation, s."""
LOADS_S = 0.5
"""Longest load and longest swing, s."""
FOLLOWS_S = 1.0
"""Longest follow-through, s."""
NEARS_S = 0.15
"""The hand has its speed of contact within this many seconds before it."""
AROUND_S = 4.0
"""Seconds to either side of a stroke that are examined: more than any of these needs."""


@dataclass(frozen=True)
class Swing:
    """A fast move of a hand.

    Attributes:
        side: left or right.
        peak_s: Its fastest moment, s.
        speed: Its top speed, body heights/s.
        contact_s: Where it meets the ball, s.
        overhead: Is the hand above the head there?
    """

    side: str
    peak_s: float
    speed: float
    contact_s: float
    overhead: bool


@dataclass(frozen=True)
class Phases:
    """Seconds at which preparation, load and swing begin and the follow-through ends; None where unknown."""

    start_s: float | None = None
    load_s: float | None = None
    swing_s: float | None = None
    end_s: float | None = None


class Striker:
    """A person's movement for finding strokes; what concerns the whole film is computed once."""

    def __init__(self, body: Body) -> None:
        self.body, self.motion = body, body.motion

    @property
    def hand_speed(self) -> dict[str, np.ndarray]:
        """(m,) body heights/s of each wrist relative to the mid-hip; NaN where it is uncertain or impossible."""
        return self.body.wrist_speed

    @cached_property
    def size_px(self) -> float:
        """Standing height in the picture, px; NaN where it is unknown."""
        return self.motion.body_height_px or np.nan

    @cached_property
    def full_width(self) -> dict[str, float]:
        """Heights between the shoulders and between the hips where they are seen longest (95th percentile); NaN where
        they are never seen.
        """
        widths = {line: Near(self, slice(None)).width(line) for line in ("shoulder", "hip")}
        return {
            line: float(np.nanquantile(width, 0.95)) if np.isfinite(width).any() else np.nan
            for line, width in widths.items()
        }

    @cached_property
    def hand_seen(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """For each hand and the n samples: (n,) is it usable, and (n,) confidence of its keypoints."""
        points = {side: (f"{side}_wrist", "mid_hip") for side in ("left", "right")}
        return {side: (self.motion.usable(of), self.motion.confidence(of)) for side, of in points.items()}

    def near(self, moment: float) -> Near:
        """The person around a moment."""
        first, last = np.searchsorted(self.motion.grid, [moment - AROUND_S, moment + AROUND_S])
        return Near(self, slice(int(first), int(last)))


@dataclass(frozen=True, eq=False)
class Near:
    """A person within `AROUND_S` of a moment. Arrays are views of the whole film's, on the grid."""

    striker: Striker
    part: slice

    @property
    def grid(self) -> np.ndarray:
        return self.striker.motion.grid[self.part]

    @property
    def height(self) -> np.ndarray:
        return self.striker.motion.height[self.part]

    def hand_speed(self, side: str) -> np.ndarray:
        return self.striker.hand_speed[side][self.part]

    def position(self, point: str, cutoff: float = CUTOFF_HZ) -> np.ndarray:
        return self.striker.motion.position(point, cutoff)[self.part]

    def wrist(self, side: str) -> np.ndarray:
        return self.position(f"{side}_wrist", WRIST_CUTOFF_HZ)

    def angle(self, name: str) -> np.ndarray:
        return self.striker.motion.angle(name)[self.part]

    @property
    def head(self) -> np.ndarray:
        """(n, 2) px of the nose, or of the middle of the ears where that is seen more."""
        return self.position(self.striker.body.head_point)

    def above_nose(self, side: str) -> np.ndarray:
        """Body heights by which a hand is above the head."""
        return (self.head[:, 1] - self.wrist(side)[:, 1]) / self.height

    def width(self, line: str) -> np.ndarray:
        """Body heights between the shoulders or the hips, across the picture."""
        ends = [self.position(f"{side}_{line}")[:, 0] for side in ("left", "right")]
        return np.abs(ends[0] - ends[1]) / self.height


def swings(striker: Striker, side: str, rules: StrokeRules) -> list[Swing]:
    """The swings of one hand in order of time: peaks of its speed above the limits of the rules."""
    from scipy.signal import find_peaks

    speed = np.nan_to_num(striker.hand_speed[side])
    if not len(speed) or speed.max() < rules.min_speed:
        return []
    level = max(rules.min_speed, rules.share_of_peak * speed.max())
    peaks, _ = find_peaks(np.pad(speed, 1), height=level, distance=max(1, round(NEAR_S * GRID_HZ)))
    inner = [p - 1 for p in peaks if speed[max(0, p - 2) : p + 1].all()]  # no peak at the edge of what is known
    return [_swing(striker.near(striker.motion.grid[p]), side, p, rules.lowest) for p in inner]


def _swing(near: Near, side: str, peak: int, lowest: bool) -> Swing:
    """The swing at a peak of speed.

    A hand that plays overhead meets the ball where it is highest, and its speed peaks later, on the way down. Any other
    hand meets it where it is fastest, or where it is `lowest` about that moment.
    """
    grid, speed, top = near.grid, np.nan_to_num(near.hand_speed(side)), peak - near.part.start
    moment = peak_time(grid, speed, top)
    if lowest:
        first, last = np.searchsorted(grid, [moment + LOWEST_S[0], moment + LOWEST_S[1]])
        down = near.wrist(side)[:, 1]
        if not np.isfinite(down[first:last]).any():
            return Swing(side, moment, float(speed[top]), moment, False)
        at = int(first) + int(np.nanargmax(down[first:last]))
        return Swing(side, moment, float(speed[top]), peak_time(grid, down, at), False)
    first, last = np.searchsorted(grid, [moment + REACH_S[0], moment + REACH_S[1]])
    reach = slice(int(first), int(last) + 1)
    above = near.above_nose(side)[reach]
    above = np.where(speed[reach] >= STILL_FAST * speed[top], above, np.nan)
    if np.isfinite(above).any() and np.nanmax(above) >= ABOVE_HEAD:
        highest = reach.start + int(np.nanargmax(above))
        return Swing(side, moment, float(speed[top]), peak_time(grid, -near.wrist(side)[:, 1], highest), True)
    return Swing(side, moment, float(speed[top]), moment, False)


def phases(near: Near, swing: Swing, contact_s: float) -> Phases:
    """The phases of a swing.

    swing_s: the hand passes half the speed that it reaches by contact. load_s: its slowest moment in the half second
    before that. start_s: the end of the last rest before the load, at most 1 s before it. end_s: after contact the hand
    first falls below 30 % of its top speed, at most 1 s later; None where it is as slow at contact already. Each is
    None where the hand is out of sight.

    Args:
        near: The person around the stroke.
        swing: The swing.
        contact_s: Its contact, by hand or ball.
    """
    grid, speed = near.grid, near.hand_speed(swing.side)
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
    """The first index on the way at which the values are below a level; None where one before it is unknown."""
    for at in way:
        if not np.isfinite(values[at]):
            return None
        if values[at] < level:
            return at
    return None
