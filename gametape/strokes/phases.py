"""When a stroke happens: swings of a hand, contact, and the phases about it.

Belongs here: kinematic definitions on the hand's speed and height. Does not belong here: the ball, what stroke it is.
All on the 120 Hz grid of `gametape.movement.motion`; moments lie between its steps. What is asked of a stroke is asked
of the seconds around it (`Near`), so that a long film's strokes cost their number, not that times its length.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametape.movement.body import Body, peak_time
from gametape.movement.motion import CUTOFF_HZ, GRID_HZ, WRIST_CUTOFF_HZ
from gametape.sports.rules import StrokeRules

FASTEST = 12.0  # heights/s; faster is a keypoint that jumped: a fast bowler's wrist reaches about 10
NEAR_S = 0.2  # peaks of one swing lie nearer than that
ABOVE_HEAD = 0.05  # heights above the nose, from which a hand plays overhead
REACH_S = (-0.25, 0.05)  # about the fastest moment, where a hand that plays overhead is highest
STILL_FAST = 0.35  # of its top speed: a hand that is highest and slow is drawn back, it does not play
SLOW, HALF, OVER = 0.15, 0.5, 0.3  # of its top speed: at rest, in the swing, through
REST_S = 0.15  # so long at rest, the hand has nothing to do with the stroke yet
PREPARES_S, LOADS_S, FOLLOWS_S = 1.0, 0.5, 1.0  # the longest each may last
NEARS_S = 0.15  # before contact, where the hand has its speed of contact
AROUND_S = 4.0  # to either side: more than all that a stroke asks for


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


class Striker:
    """A person's movement as strokes ask for it: what is of the whole film is computed once."""

    def __init__(self, body: Body) -> None:
        self.body, self.motion = body, body.motion

    @cached_property
    def hand_speed(self) -> dict[str, np.ndarray]:
        """(m,) heights/s of each wrist about the mid-hip, NaN where it is not surely seen or cannot be."""
        return {side: np.where(speed <= FASTEST, speed, np.nan) for side, speed in self.body.wrist_speed.items()}

    @cached_property
    def size_px(self) -> float:
        """Standing height in the picture, px; NaN where it cannot be told."""
        return self.motion.body_height_px or np.nan

    @cached_property
    def full_width(self) -> dict[str, float]:
        """Heights between the shoulders and between the hips where they are seen longest (95th percentile); NaN where
        they are never seen."""
        widths = {line: Near(self, slice(None)).width(line) for line in ("shoulder", "hip")}
        return {
            line: float(np.nanquantile(width, 0.95)) if np.isfinite(width).any() else np.nan
            for line, width in widths.items()
        }

    @cached_property
    def hand_seen(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """For each hand: (n,) is it usable, and (n,) how surely is it recognised, in the samples."""
        points = {side: (f"{side}_wrist", "mid_hip") for side in ("left", "right")}
        return {side: (self.motion.usable(of), self.motion.confidence(of)) for side, of in points.items()}

    def near(self, moment: float) -> Near:
        """The person about a moment."""
        first, last = np.searchsorted(self.motion.grid, [moment - AROUND_S, moment + AROUND_S])
        return Near(self, slice(int(first), int(last)))


@dataclass(frozen=True, eq=False)
class Near:
    """A person within `AROUND_S` of a moment. Its arrays are parts of the film's, on the grid, not copies."""

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
        """Heights by which a hand is above the head's point."""
        return (self.head[:, 1] - self.wrist(side)[:, 1]) / self.height

    def width(self, line: str) -> np.ndarray:
        """Heights between the shoulders or the hips, across the picture."""
        ends = [self.position(f"{side}_{line}")[:, 0] for side in ("left", "right")]
        return np.abs(ends[0] - ends[1]) / self.height


def swings(striker: Striker, side: str, rules: StrokeRules) -> list[Swing]:
    """The fast moves of one hand, in order: peaks of its speed that the rules take for strokes."""
    from scipy.signal import find_peaks

    speed = np.nan_to_num(striker.hand_speed[side])
    if not len(speed) or speed.max() < rules.min_speed:
        return []
    level = max(rules.min_speed, rules.share_of_peak * speed.max())
    peaks, _ = find_peaks(np.pad(speed, 1), height=level, distance=max(1, round(NEAR_S * GRID_HZ)))
    inner = [p - 1 for p in peaks if speed[max(0, p - 2) : p + 1].all()]  # the edge of what is known is no peak
    return [_swing(striker.near(striker.motion.grid[p]), side, p) for p in inner]


def _swing(near: Near, side: str, peak: int) -> Swing:
    """A hand that plays overhead meets the ball where it is highest: its speed peaks after that, when it comes down.
    Any other meets it where it is fastest."""
    grid, speed, top = near.grid, np.nan_to_num(near.hand_speed(side)), peak - near.part.start
    moment = peak_time(grid, speed, top)
    first, last = np.searchsorted(grid, [moment + REACH_S[0], moment + REACH_S[1]])
    reach = slice(int(first), int(last) + 1)
    above = near.above_nose(side)[reach]
    above = np.where(speed[reach] >= STILL_FAST * speed[top], above, np.nan)
    if np.isfinite(above).any() and np.nanmax(above) >= ABOVE_HEAD:
        highest = reach.start + int(np.nanargmax(above))
        return Swing(side, moment, float(speed[top]), peak_time(grid, -near.wrist(side)[:, 1], highest), True)
    return Swing(side, moment, float(speed[top]), moment, False)


def phases(near: Near, swing: Swing, contact_s: float) -> Phases:
    """The phases of a swing whose contact is at `contact_s`.

    swing: the hand passes half the speed that it reaches by contact. load: its slowest moment in the half second
    before that. start: the end of the last rest before the load (under 15 % for 0.15 s), at most 1 s before it.
    end: after contact the hand first falls under 30 % of its top speed, at most 1 s later; None where it is as slow
    at contact already. Each is None where the hand is out of sight.
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
    """The first index on the way at which the values are under a level; None if one before it is unknown."""
    for at in way:
        if not np.isfinite(values[at]):
            return None
        if values[at] < level:
            return at
    return None
