"""REPETITIONS: a movement that somebody makes again and again, by the joint that moves most.

Belongs here: finding and measuring the repetitions, whatever the movement is. Does not belong here: strokes of a sport
whose rules are known (gametape.strokes), steps of a run (the sport's own measures).

A joint's angle goes from a resting end to a far end and back. Its turns are found with hysteresis, so that trembling is
none. What is left must be as large as the others and come about as often: who only moves about repeats nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.movement.curves import part
from gametape.movement.motion import GRID_HZ, MIN_RATE_HZ, POSE_COLUMNS, Motion
from gametape.movement.subject import bystanders, lasting, rows_by_track
from gametape.tables.coaching import REPETITIONS

if TYPE_CHECKING:
    import pyarrow as pa

JOINTS = ("elbow", "shoulder", "hip", "knee")
FEWEST = 3
"""Fewer are no repetition."""
LEAST_DEG = 25.0
"""A smaller movement is posture: an angle is off by 7 degrees in the median."""
TURNS = 0.4
"""A turn is a way back by so much of the angle's range."""
ALIKE = 0.5
"""A repetition goes at least so far, of the median one,"""
PACE = 1.5
"""and comes at most so many times sooner or later than they do in the median,"""
MOSTLY = 0.8
"""in so large a share of them."""
ENDS = 0.12
"""Standard deviation of either end, as a share of the median way, beyond which nothing is repeated; the film may begin
on the way, so the first resting end does not count. In films: curls 0.04, players of ball games 0.28 and more. Of
courses made at random one in ten is alike enough."""
SEEN = 0.8
"""Share of the time between the first and the last one in which the joint must be seen."""
REST_DEG, REST = 2.0, 0.02
"""At rest the angle is within so many degrees, or so much of the repetition's range, of where it turns."""
RESTS, RESTS_MORE = 0.2, 1.3
"""It rests at the end, within so much of the range of it, where it is for so many times longer than at the other."""
BY_TURNS = -0.3
"""Correlation of the two sides below which they move by turns, as in a walk."""
TOGETHER = 0.3
"""Correlation above which they move together."""


@dataclass(frozen=True)
class Repetition:
    """There and back: seconds, degrees at the resting and the far end. `end_s` is None where the film ends before."""

    start_s: float
    turn_s: float
    end_s: float | None
    from_deg: float
    to_deg: float


def repetitions(poses: pa.Table, angles: pa.Table, people: pa.Table, times: np.ndarray) -> pa.Table:
    """The repetitions of everybody who is not known to watch only.

    Args:
        poses: Table POSE_KEYPOINTS.
        angles: Table JOINT_ANGLES.
        people: Table PEOPLE.
        times: (n,) seconds of the film's frames.

    Returns:
        REPETITIONS by person and time.
    """
    watching, angles_of, rows = bystanders(people), rows_by_track(angles), []
    film_s = float(times[-1] - times[0]) if len(times) else 0.0
    for track, own in lasting(poses, film_s).items():
        if track in watching:
            continue
        motion = Motion(poses.select(POSE_COLUMNS).take(own), angles.take(angles_of.get(track, [])), track)
        if motion.rate < MIN_RATE_HZ:
            continue
        joint, sides, found = of_person(motion)
        rows += [
            {"track": track, "repetition": number, "joint": joint, "sides": sides, **vars(one)}
            for number, one in enumerate(found, start=1)
        ]
    return REPETITIONS.from_rows(rows)


def of_person(motion: Motion) -> tuple[str | None, str | None, list[Repetition]]:
    """The joint that moves most of those that repeat, which sides move with it, and its repetitions.

    Sides: `one` (the other is not seen, or does something else), `both` or `by turns`.
    """
    best: tuple[float, str, list[Repetition]] | None = None
    for joint in JOINTS:
        for side in ("left", "right"):
            found = of_curve(motion.grid, motion.angle(f"{side}_{joint}"), joint == "shoulder")
            if found:
                size = float(np.median([abs(one.to_deg - one.from_deg) for one in found]))
                if best is None or size > best[0]:
                    best = size, f"{side}_{joint}", found
    if best is None:
        return None, None, []
    _, name, found = best
    side, joint = name.split("_")
    during = part(motion.grid, (found[0].start_s, found[-1].end_s or motion.grid[-1]))
    one, other = (motion.angle(f"{of}_{joint}")[during] for of in (side, {"left": "right", "right": "left"}[side]))
    both = np.isfinite(one) & np.isfinite(other)
    sides = "one"
    if both.mean() >= SEEN and one[both].std() > 0 and other[both].std() > 0:
        alike = float(np.corrcoef(one[both], other[both])[0, 1])
        wide = np.ptp(other[both]) >= ALIKE * np.ptp(one[both])
        sides = "both" if wide and alike > TOGETHER else "by turns" if wide and alike < BY_TURNS else "one"
    return name, sides, found


def of_curve(times: np.ndarray, angle: np.ndarray, hangs: bool = False) -> list[Repetition]:
    """The repetitions in one angle's course.

    Args:
        times: (n,) seconds, GRID_HZ a second.
        angle: (n,) degrees; NaN where unknown.
        hangs: Is the joint at rest where its angle is small, as a shoulder? Others are straight then. It is asked where
            the joint stays at neither end.
    """
    known = np.flatnonzero(np.isfinite(angle))
    if len(known) < GRID_HZ:
        return []
    # What is out of sight for a moment is bridged; where it is for long the share that is seen tells.
    course = np.interp(times, times[known], angle[known])
    low, high = np.quantile(angle[known], (0.05, 0.95))
    if high - low < LEAST_DEG:
        return []
    turns = _turns(course[known[0] : known[-1] + 1], max(LEAST_DEG / 2, TURNS * (high - low))) + known[0]
    if len(turns) < 2 * FEWEST:
        return []
    near = RESTS * (high - low)
    rests_low, rests_high = ((angle[known] <= low + near).sum(), (angle[known] >= high - near).sum())
    first_low = course[turns[0]] < course[turns[1]]
    stays = max(rests_low, rests_high) > RESTS_MORE * min(rests_low, rests_high)
    at_low = rests_low > rests_high if stays else hangs
    far = list(range(1 if at_low == first_low else 2, len(turns), 2))
    found = [_repetition(times, course, turns, at) for at in far]
    return _regular(times, angle, found)


def _turns(course: np.ndarray, least: float) -> np.ndarray:
    """Indices of the highs and lows by turns, each `least` or more from its neighbours; the course's ends with them."""
    turns, top, bottom, way = [], 0, 0, 0
    for at, value in enumerate(course.tolist()):
        top = at if value > course[top] else top
        bottom = at if value < course[bottom] else bottom
        if way >= 0 and course[top] - value >= least:
            turns.append(top)
            way, bottom = -1, at
        elif way <= 0 and value - course[bottom] >= least:
            turns.append(bottom)
            way, top = 1, at
    if turns:
        turns.append(top if way > 0 else bottom)
        if len(turns) > 1 and abs(course[turns[-1]] - course[turns[-2]]) < least:
            turns.pop()
    return np.array(turns, int)


def _repetition(times: np.ndarray, course: np.ndarray, turns: np.ndarray, at: int) -> Repetition:
    before, turn = turns[at - 1], turns[at]
    after = turns[at + 1] if at + 1 < len(turns) else None
    rest, far = float(course[before]), float(course[turn])
    still = max(REST_DEG, REST * abs(far - rest))
    if after == turns[-1] and abs(course[after] - rest) > RESTS * abs(far - rest):
        after = None  # the film ends on the way back
    start = before + int(np.flatnonzero(np.abs(course[before : turn + 1] - rest) <= still)[-1])
    end = None
    if after is not None:
        end = turn + int(np.flatnonzero(np.abs(course[turn : after + 1] - course[after]) <= still)[0])
    return Repetition(float(times[start]), float(times[turn]), None if end is None else float(times[end]), rest, far)


def _regular(times: np.ndarray, angle: np.ndarray, found: list[Repetition]) -> list[Repetition]:
    """Those that are as large as most; none where too few are left, they come by chance, or were not seen."""
    if not found:
        return []
    sizes = np.array([abs(one.to_deg - one.from_deg) for one in found])
    kept = [one for one, size in zip(found, sizes, strict=True) if size >= max(LEAST_DEG, ALIKE * np.median(sizes))]
    if len(kept) < FEWEST:
        return []
    way = float(np.median([abs(one.to_deg - one.from_deg) for one in kept]))
    if max(np.std([one.from_deg for one in kept[1:]]), np.std([one.to_deg for one in kept])) > ENDS * way:
        return []
    gaps = np.diff([one.turn_s for one in kept])
    usual = np.median(gaps)
    steady = ((gaps <= PACE * usual) & (gaps >= usual / PACE)).mean()
    during = angle[part(times, (kept[0].start_s, kept[-1].end_s or times[-1]))]
    return kept if steady >= MOSTLY and np.isfinite(during).mean() >= SEEN else []


def tempo(found: Iterable[Repetition]) -> float | None:
    """Median seconds from one far end to the next; None of a single one."""
    turns = sorted(one.turn_s for one in found)
    return float(np.median(np.diff(turns))) if len(turns) > 1 else None
