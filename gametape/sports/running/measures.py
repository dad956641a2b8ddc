"""Running and sprinting: steps from the feet, and how legs and trunk move in them.

Belongs here: finding steps and ground contacts, and what is measured of them. Does not belong here: what is good
(limits.yaml), how one person's joints are followed (gametape.movement).

A step is found where one ankle is highest above the other, in the middle of its swing; that is seen from every side and
on a treadmill. A contact is found where heel or toe is at the ground; the ankle alone rises with the heel, long before
the foot leaves. Lean, knee and way are seen from the side alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from gametape.base.reason import Reason
from gametape.movement.measure import Action, Measure
from gametape.movement.motion import GRID_HZ, Motion
from gametape.movement.stature import size_measures
from gametape.sports.measures import Filmed
from gametape.sports.summary import over_actions, timing_error

#: Hz, low-pass of the feet: they turn round faster than the trunk.
FEET_CUTOFF_HZ = 12.0
#: Heights by which one ankle rises above the other in a running step at least; in a walk it is half of that.
LIFT = 0.12
#: Seconds between two steps at least and at most: 400 and 100 steps a minute.
STEP_S = (0.15, 0.6)
#: Steps in a row that make a run, and of each leg that make a symmetry.
FEWEST_STEPS, FEWEST_OF_A_LEG = 4, 3
#: Poses a second from which a contact of a fifth of a second is seen in ten or more.
CONTACT_RATE_HZ = 50.0
#: Heights above its lowest place at which a foot has left the ground.
CLEAR = 0.015
#: Seconds about a moment within which the ground is looked for, and the percentile of a foot's heights that it is: a
#: foot is on the ground for a fifth of the time or more.
GROUND_S, ON_THE_GROUND = 1.6, 10
#: Seconds for which a foot may seem to have left the ground without having done so.
BOUNCE_S = 0.04
#: Seconds that a contact may last.
CONTACT_S = (0.06, 0.5)
#: Seconds, standard error of one contact by the heights of heel and toe, beside the frame's interval.
CONTACT_ERROR_S = 0.015
#: Heights between the shoulders in the picture, from which the runner is not seen from the side.
FROM_THE_SIDE = 0.14
#: Heights across the picture, from which the way and the speed of a runner are seen.
TRAVEL = 0.5
SIDES = ("left", "right")


@dataclass(frozen=True)
class Step:
    """A leg in the middle of its swing, at `time_s`."""

    side: str
    time_s: float


def steps(times: np.ndarray, left: np.ndarray, right: np.ndarray) -> list[list[Step]]:
    """Runs of steps, left and right in turn.

    Args:
        times: (m,) seconds, GRID_HZ a second.
        left: (m,) heights of the left ankle, upwards; NaN where unknown.
        right: (m,) likewise.
    """
    from scipy.signal import find_peaks

    apart = np.nan_to_num(left - right)
    found = []
    for side, sign, height in (("left", 1, left), ("right", -1, right)):
        tops, _ = find_peaks(sign * apart, height=LIFT, distance=round(STEP_S[0] * GRID_HZ), prominence=LIFT)
        # The difference tells the steps; when one is, its own ankle tells, for both legs swing at once for a while.
        found += [Step(side, _middle(times, height - _lowest(height), int(top))) for top in tops]
    found.sort(key=lambda one: one.time_s)
    runs: list[list[Step]] = []
    for one in found:
        follows = runs and runs[-1][-1].side != one.side
        if follows and STEP_S[0] <= one.time_s - runs[-1][-1].time_s <= STEP_S[1]:
            runs[-1].append(one)
        else:
            runs.append([one])
    return [run for run in runs if len(run) >= FEWEST_STEPS]


def contacts(times: np.ndarray, heel: np.ndarray, toe: np.ndarray) -> list[tuple[float, float]]:
    """(start, end) seconds of a foot's contacts with the ground.

    Args:
        times: (m,) seconds, GRID_HZ a second.
        heel: (m,) heights of the heel, upwards; NaN where unknown.
        toe: (m,) likewise.
    """

    sole = np.fmin(heel - _lowest(heel), toe - _lowest(toe))
    known = np.isfinite(heel) & np.isfinite(toe)
    low = _closed(known & (sole < CLEAR))
    edges = np.flatnonzero(np.diff(low.astype(int)))
    found = []
    for first, last in pairwise(edges):
        if not low[first] and low[last] and known[first] and known[min(last + 1, len(known) - 1)]:
            start, end = (_crossing(times, sole, at) for at in (first, last))
            if CONTACT_S[0] <= end - start <= CONTACT_S[1]:
                found.append((start, end))
    return found


def measures(filmed: Filmed) -> Iterable[Measure]:
    """Cadence, contact, symmetry, knee, trunk and way over the steps; medians."""
    motion = filmed.body.motion
    # About the hips: a runner who comes nearer sinks in the picture, feet first.
    height = {side: _up(motion, f"{side}_ankle") - _up(motion, "mid_hip") for side in SIDES}
    runs = [] if filmed.body.too_slow else steps(motion.grid, height["left"], height["right"])
    none = filmed.body.too_slow or (None if runs else Reason("no_run_found", needed=FEWEST_STEPS))
    pairs = [(a, b) for run in runs for a, b in pairwise(run)]
    ankles = ("left_ankle", "right_ankle")
    intervals = [Action(a.time_s, b.time_s, b.time_s, b.time_s - a.time_s) for a, b in pairs]
    yield _cadence(motion, runs, intervals, none)
    by_side = {side: [one for one, (a, _) in zip(intervals, pairs, strict=True) if a.side == side] for side in SIDES}
    within = timing_error(motion)
    method = "difference of the times from left to right and from right to left step, over their mean"
    yield _asymmetry(motion, "run_step_asymmetry", method, by_side, ankles, none, within)
    yield from _contact_measures(motion, runs, none)
    side_on = none or _not_from_the_side(filmed)
    strides = [(run[at].time_s, run[at + 2].time_s, run[at + 1]) for run in runs for at in range(len(run) - 2)]
    yield _knee_lift(motion, runs, side_on)
    yield _trunk_lean(filmed, strides, side_on)
    yield from _way(filmed, runs, side_on)


# -- steps ------------------------------------------------------------------------------------------------------------


def _cadence(motion: Motion, runs: list[list[Step]], intervals: list[Action], none: Reason | None) -> Measure:
    method = "steps a minute: a step where one ankle is highest above the other"
    rates = [Action(one.start_s, one.end_s, one.worst_s, 60 / one.value) for one in intervals]
    made = over_actions(motion, "run_cadence", "1/min", method, rates, ("left_ankle", "right_ankle"), none)
    if not runs:
        return made
    lasting = sum(run[-1].time_s - run[0].time_s for run in runs)
    value = 60 * sum(len(run) - 1 for run in runs) / lasting
    return replace(made, method=method, value=value, error=value * timing_error(motion) * np.sqrt(len(runs)) / lasting)


def _asymmetry(
    motion: Motion,
    metric: str,
    method: str,
    by_side: dict[str, list[Action]],
    points: tuple[str, ...],
    none: Reason | None,
    within: float,
) -> Measure:
    """A share: the difference of both sides' medians over the mean of both (symmetry index of Robinson et al. 1987)."""
    n = {side: len(by_side[side]) for side in SIDES}
    if none or min(n.values()) < FEWEST_OF_A_LEG:
        few = Reason("too_few_steps_of_a_leg", left=n["left"], right=n["right"], needed=FEWEST_OF_A_LEG)
        return Measure(metric, "share", method, n=sum(n.values()), reason=none or few)
    left, right = (float(np.median([one.value for one in by_side[side]])) for side in SIDES)
    middle = (left + right) / 2
    actions = sorted((one for side in SIDES for one in by_side[side]), key=lambda one: one.start_s)
    spread = float(np.hypot(*(np.std([one.value for one in by_side[side]]) for side in SIDES))) / middle
    made = over_actions(motion, metric, "share", method, actions, points, None)
    error = within / middle * float(np.sqrt(1 / n["left"] + 1 / n["right"]))
    return replace(made, method=method, value=abs(left - right) / middle, spread=spread, error=error, actions=())


def _contact_measures(motion: Motion, runs: list[list[Step]], none: Reason | None) -> Iterable[Measure]:
    """Time on the ground, and its symmetry."""
    method = "time from the moment at which heel or toe comes down to the moment at which both have left the ground"
    reason, found = none, {side: [] for side in SIDES}
    if not reason and motion.rate < CONTACT_RATE_HZ:
        reason = Reason("contact_needs_more_poses", rate=motion.rate, needed=CONTACT_RATE_HZ)
    feet = tuple(f"{side}_{part}" for side in SIDES for part in ("heel", "toe"))
    if not reason and not motion.usable(feet).any():
        reason = Reason("feet_not_seen")
    # A foot is on the ground while the other leg is in the middle of its swing.
    standing = {side: [one.time_s for run in runs for one in run if one.side != side] for side in SIDES}
    if not reason:
        for side in SIDES:
            for start, end in contacts(motion.grid, _up(motion, f"{side}_heel"), _up(motion, f"{side}_toe")):
                if any(start < moment < end for moment in standing[side]):
                    found[side].append(Action(start, end, end, end - start))
        reason = None if any(found.values()) else Reason("no_whole_contact_seen")
    every = sorted((one for side in SIDES for one in found[side]), key=lambda one: one.start_s)
    within = float(np.hypot(timing_error(motion), CONTACT_ERROR_S))
    error = within / np.sqrt(len(every)) if every else None
    yield over_actions(motion, "run_contact_time", "s", method, every, feet, reason, error)
    apart = "difference of the contact times of left and right foot, over their mean"
    yield _asymmetry(motion, "run_contact_asymmetry", apart, found, feet, reason, within)


# -- the body ---------------------------------------------------------------------------------------------------------


def _knee_lift(motion: Motion, runs: list[list[Step]], none: Reason | None) -> Measure:
    method = "highest place of the knee in its swing, above the hips over the body height; 0: the thigh is level"
    actions = []
    for at, one in ((at, one) for run in runs for at, one in enumerate(run) if 0 < at < len(run) - 1 and not none):
        run = next(run for run in runs if one in run)
        start, end = run[at - 1].time_s, run[at + 1].time_s
        first, last = np.searchsorted(motion.grid, [start, end])
        above = (_up(motion, f"{one.side}_knee") - _up(motion, "mid_hip"))[first : last + 1]
        if np.isfinite(above).all() and len(above):
            top = int(np.argmax(above))
            actions.append(Action(start, end, float(motion.grid[first + top]), float(above[top])))
    reason = none or (None if actions else Reason("knees_not_seen_in_the_run"))
    points = ("left_knee", "right_knee", "mid_hip")
    return over_actions(motion, "run_knee_lift", "heights", method, actions, points, reason)


def _trunk_lean(filmed: Filmed, strides: Sequence[tuple[float, float, Step]], none: Reason | None) -> Measure:
    method = "mean lean of the trunk from the vertical over each stride, positive the way that the runner goes"
    motion, actions, reason = filmed.body.motion, [], none
    lean = motion.angle("trunk_lean")
    for start, end, _ in () if none else strides:
        way = _direction(filmed, start, end)
        first, last = np.searchsorted(motion.grid, [start, end])
        part = lean[first:last]
        if way is None:
            reason = Reason("way_of_the_runner_not_known")
        elif not np.isfinite(part).all() or not len(part):
            reason = Reason("trunk_not_seen_in_the_run")
        else:
            worst = float(motion.grid[first + int(np.argmin(way * part))])
            actions.append(Action(start, end, worst, float(way * np.mean(part))))
    return over_actions(motion, "run_trunk_lean", "deg", method, actions, ("mid_shoulder", "mid_hip"), reason)


def _way(filmed: Filmed, runs: list[list[Step]], none: Reason | None) -> Iterable[Measure]:
    """Speed and length of a step, in heights and in metres."""
    motion, moving = filmed.body.motion, filmed.sidecar.camera.motion == "moving"
    hip = motion.position("mid_hip")[:, 0] / motion.height
    speeds, lengths = [], []
    for run in () if none or moving else runs:
        start, end = run[0].time_s, run[-1].time_s
        travelled = abs(float(np.diff(np.interp([start, end], motion.grid, hip))[0]))
        if travelled >= TRAVEL:
            speeds.append(Action(start, end, end, travelled / (end - start)))
            lengths.append(Action(start, end, end, travelled / (len(run) - 1)))
    reason = none or (Reason("camera_follows_the_runner") if moving else None)
    reason = reason or (None if speeds else Reason("runner_stays_in_place", needed=TRAVEL))
    size = {one.metric: one for one in size_measures(motion, filmed.player, filmed.calibration)}["body_height_metric"]
    for metric, unit, metres, what, found in (
        ("run_speed", "heights/s", "m/s", "way of the hips across the picture over its time", speeds),
        ("run_step_length", "heights", "m", "way of the hips across the picture over the steps", lengths),
    ):
        yield over_actions(motion, metric, unit, what, found, ("mid_hip",), reason)
        scaled = [replace(one, value=one.value * (size.value or 0)) for one in found] if size.value else []
        method = f"{what}, times the body height: {size.method}"
        yield over_actions(motion, f"{metric}_metric", metres, method, scaled, ("mid_hip",), reason or size.reason)


def _direction(filmed: Filmed, start: float, end: float) -> int | None:
    """1 or -1: the way to the picture's right or left, by the travel before a camera that stands still, else by the
    nose before the ears. None where neither tells.
    """
    motion = filmed.body.motion
    first, last = np.searchsorted(motion.grid, [start, end])
    if filmed.sidecar.camera.motion != "moving":
        hip = motion.position("mid_hip")[:, 0] / motion.height
        travelled = hip[min(last, len(hip) - 1)] - hip[first]
        if abs(travelled) >= TRAVEL:
            return int(np.sign(travelled))
    ahead = (motion.position("nose") - motion.position("mid_ear"))[first : last + 1, 0] / motion.height[
        first : last + 1
    ]
    middle = float(np.nanmedian(ahead)) if np.isfinite(ahead).any() else 0.0
    return int(np.sign(middle)) if abs(middle) >= 0.02 else None


def _not_from_the_side(filmed: Filmed) -> Reason | None:
    """Why lean, knee and way are not seen: the sidecar says where the camera is, else the shoulders' width does."""
    view, motion = filmed.sidecar.camera.view, filmed.body.motion
    if view == "side":
        return None
    across = motion.position("left_shoulder") - motion.position("right_shoulder")
    width = np.hypot(*across.T) / motion.height
    seen = float(np.nanmedian(width)) if np.isfinite(width).any() else np.inf
    if view is None and seen < FROM_THE_SIDE:
        return None
    return Reason("runner_not_seen_from_the_side")


# -- helpers ----------------------------------------------------------------------------------------------------------


def _up(motion: Motion, point: str) -> np.ndarray:
    """(m,) heights of a point, upwards."""
    return -motion.position(point, FEET_CUTOFF_HZ)[:, 1] / motion.height


def _lowest(heights: np.ndarray) -> np.ndarray:
    """(m,) where a point of the foot is when it is on the ground, which may change as a runner comes nearer."""
    from scipy.ndimage import percentile_filter

    known = np.isfinite(heights)
    if not known.any():
        return np.full(len(heights), np.nan)
    filled = np.where(known, heights, np.nanmax(heights))
    return percentile_filter(filled, ON_THE_GROUND, round(GROUND_S * GRID_HZ), mode="nearest")


def _middle(times: np.ndarray, values: np.ndarray, top: int) -> float:
    """Second in the middle of a hill near an index, between its flanks at half its height: they are steep where its top
    is flat.
    """
    near = slice(max(0, top - round(0.1 * GRID_HZ)), top + round(0.1 * GRID_HZ))
    top = near.start + int(np.argmax(np.nan_to_num(values[near], nan=-np.inf)))
    half, flanks = values[top] / 2, []
    for way in (-1, 1):
        at = top
        while 0 < at < len(values) - 1 and values[at] > half:
            at += way
        inner = at - way
        part = (values[inner] - half) / (values[inner] - values[at]) if values[inner] != values[at] else 0.0
        flanks.append(float(times[inner] + way * np.clip(part, 0, 1) / GRID_HZ))
    return sum(flanks) / 2


def _closed(low: np.ndarray) -> np.ndarray:
    """The same without gaps that are too short for a foot to leave the ground and come back."""
    from scipy.ndimage import binary_closing

    return low | binary_closing(low, np.ones(round(BOUNCE_S * GRID_HZ), bool))


def _crossing(times: np.ndarray, sole: np.ndarray, at: int) -> float:
    """Second between two steps of the grid at which the sole passes CLEAR."""
    part = (CLEAR - sole[at]) / (sole[at + 1] - sole[at])
    return float(times[at] + np.clip(part, 0, 1) / GRID_HZ)
