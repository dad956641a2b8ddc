"""The full swing: its phases from the hands, and how the body moves in it.

Belongs here: finding address, top, impact and finish, and what is measured between them. Does not belong here: what is
good (limits.yaml), how one person's joints are followed (gametape.movement).

The hands are the middle of both wrists, about the middle of the ankles, so that a camera that moves a little changes
nothing. All of it is as the picture shows it. Timing holds from every side; sway and turns are seen face-on alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from gametape.base.reason import Reason
from gametape.movement.body import peak_time
from gametape.movement.measure import Action, Measure
from gametape.movement.motion import GRID_HZ, WRIST_CUTOFF_HZ, Motion, derivative
from gametape.sports.measures import Filmed
from gametape.sports.summary import over_actions, timing_error

#: Heights/s of the hands in the downswing; a chip or a putt stays below.
MIN_SPEED = 2.0
#: Seconds; two swings are not nearer than that.
APART_S = 1.5
#: Of the downswing's speed: slower, the hands turn round at the top.
TURNS = 0.35
#: Of the downswing's speed: slower, the follow-through has ended.
ENDED = 0.1
#: Heights that the hands rise from address to top at least.
RISE = 0.25
#: Heights from their place at address that the hands pass at impact at most.
RETURN = 0.25
#: Seconds that a backswing, a downswing and a follow-through may last.
BACKSWING_S, DOWNSWING_S, FOLLOW_S = (0.3, 2.5), (0.12, 0.8), 2.0
#: Shares of the top speed, of the slow backswing and of the downswing, from which their beginnings are extrapolated. A
#: smooth move begins with a speed that grows with the square of time (minimum jerk: Flash and Hogan 1985, Journal of
#: Neuroscience 5), so its root is a line.
BACK_BEGINS, DOWN_BEGINS = (0.1, 0.4), (0.05, 0.3)
#: Heights between the shoulders and between the hips at address, from which the player is seen face-on.
FACE_ON = {"shoulder": 0.14, "hip": 0.07}


@dataclass(frozen=True)
class Swing:
    """The moments of a swing, seconds. `finish_s` None: it is not seen."""

    address_s: float
    top_s: float
    impact_s: float
    finish_s: float | None

    @property
    def backswing_s(self) -> float:
        return self.top_s - self.address_s

    @property
    def downswing_s(self) -> float:
        return self.impact_s - self.top_s


def swings(times: np.ndarray, hands: np.ndarray) -> list[Swing]:
    """The full swings in a path of the hands.

    Args:
        times: (m,) seconds, GRID_HZ a second.
        hands: (m, 2) heights about the feet, y downwards; NaN where unknown.

    Returns:
        In order of time. What has no backswing, does not rise or does not come back to the ball is left out.
    """
    from scipy.signal import find_peaks

    if len(times) < 3:
        return []
    speed = np.hypot(*derivative(hands).T)
    tops, _ = find_peaks(np.nan_to_num(speed), height=MIN_SPEED, distance=round(APART_S * GRID_HZ))
    found = (_swing(times, hands, speed, fastest) for fastest in tops)
    return [swing for swing in found if swing]


def measures(filmed: Filmed) -> Iterable[Measure]:
    """How many swings there are, their timing, and head, lead arm, hips and shoulders in them; medians."""
    motion = filmed.body.motion
    found = swings(motion.grid, hands_of(motion)) if not filmed.body.too_slow else []
    reason = filmed.body.too_slow or (None if found else Reason("no_full_swing_found"))
    within = timing_error(motion)
    yield Measure(
        "full_swings",
        "count",
        f"full swings: both hands go up and back to where they were, at {MIN_SPEED:g} heights/s or more",
        None if filmed.body.too_slow else float(len(found)),
        n=len(found),
        start_s=found[0].address_s if found else None,
        end_s=found[-1].impact_s if found else None,
        reason=filmed.body.too_slow,
    )

    def timed(metric: str, unit: str, what: str, value: Callable, error: Callable) -> Measure:
        actions = [Action(one.address_s, one.impact_s, one.top_s, value(one)) for one in found]
        wrong = float(np.median([error(one) for one in found])) / np.sqrt(len(found)) if found else None
        return over_actions(motion, metric, unit, what, actions, ("left_wrist", "right_wrist"), reason, wrong)

    yield timed("swing_backswing_time", "s", "from address to top", lambda one: one.backswing_s, lambda _: within)
    yield timed("swing_downswing_time", "s", "from top to impact", lambda one: one.downswing_s, lambda _: within)
    yield timed(
        "swing_tempo",
        "ratio",
        "time of the backswing over that of the downswing",
        lambda one: one.backswing_s / one.downswing_s,
        lambda one: one.backswing_s / one.downswing_s * within * np.hypot(1 / one.backswing_s, 1 / one.downswing_s),
    )
    yield _head_sway(filmed, found, reason)
    yield _lead_elbow(filmed, found, reason)
    yield _separation(motion, found, reason)


def hands_of(motion: Motion) -> np.ndarray:
    """(m, 2) heights: the middle of both wrists about the middle of the ankles."""
    wrists = [motion.position(f"{side}_wrist", WRIST_CUTOFF_HZ) for side in ("left", "right")]
    return (np.mean(wrists, axis=0) - motion.position("mid_ankle")) / motion.height[:, None]


# -- phases -----------------------------------------------------------------------------------------------------------


def _swing(times: np.ndarray, hands: np.ndarray, speed: np.ndarray, fastest: int) -> Swing | None:
    """The swing whose downswing is fastest at an index."""
    top = _turn(speed, fastest)
    if top is None:
        return None
    first = max(0, top - round(BACKSWING_S[1] * GRID_HZ))
    moving = np.nan_to_num(speed[first : top + 1])
    address = _begin(times, speed, first + int(np.argmax(moving)), first, BACK_BEGINS)
    if address is None:
        return None
    ball = np.array([np.interp(address, times, hands[:, axis]) for axis in (0, 1)])
    last = min(len(times), fastest + round(0.2 * GRID_HZ) + 1)
    passing = np.hypot(*(hands[top:last] - ball).T)
    if not np.isfinite(passing).all():
        return None
    nearest = int(np.argmin(passing))
    impact = peak_time(times[top:last], -passing, nearest)
    moment = _begin(times, speed, fastest, top, DOWN_BEGINS)
    swing = Swing(
        address, float(times[top]) if moment is None else moment, impact, _end(times, speed, fastest, top + nearest)
    )
    fits = (
        BACKSWING_S[0] <= swing.backswing_s <= BACKSWING_S[1]
        and DOWNSWING_S[0] <= swing.downswing_s <= DOWNSWING_S[1]
        and ball[1] - hands[top, 1] >= RISE
        and passing[nearest] <= RETURN
    )
    return swing if fits else None


def _turn(speed: np.ndarray, fastest: int) -> int | None:
    """The index before the downswing at which the hands are slowest for a moment."""
    for at in range(fastest - 1, max(1, fastest - round(DOWNSWING_S[1] * GRID_HZ)), -1):
        if not np.isfinite(speed[at - 1 : at + 1]).all():
            return None
        if speed[at] <= TURNS * speed[fastest] and speed[at] < speed[at - 1]:
            return at
    return None


def _begin(times: np.ndarray, speed: np.ndarray, fastest: int, first: int, shares: tuple[float, float]) -> float | None:
    """Second at which the move begins whose top speed is at an index; None where it does not begin slowly."""
    moments = []
    for share in shares:
        slower = np.flatnonzero(~(speed[first:fastest] >= share * speed[fastest]))
        if not len(slower) or not np.isfinite(speed[first + slower[-1]]):
            return None
        at = first + int(slower[-1])
        part = (share * speed[fastest] - speed[at]) / (speed[at + 1] - speed[at])
        moments.append(float(times[at] + part / GRID_HZ))
    low, high = np.sqrt(shares)
    return moments[0] - low * (moments[1] - moments[0]) / (high - low)


def _end(times: np.ndarray, speed: np.ndarray, fastest: int, impact: int) -> float | None:
    """Second at which the follow-through has ended; None where the hands go out of sight before."""
    for at in range(impact, min(len(times), impact + round(FOLLOW_S * GRID_HZ))):
        if not np.isfinite(speed[at]):
            return None
        if speed[at] < ENDED * speed[fastest]:
            return float(times[at])
    return None


# -- the body ---------------------------------------------------------------------------------------------------------


def _head_sway(filmed: Filmed, found: list[Swing], reason: Reason | None) -> Measure:
    motion, point = filmed.body.motion, filmed.body.head_point
    method = "farthest that the head is across the picture from its place at address until impact, over the body height"
    head = (motion.position(point)[:, 0] - motion.position("mid_ankle")[:, 0]) / motion.height
    actions, why = [], reason
    for swing in found:
        first, last = np.searchsorted(motion.grid, [swing.address_s, swing.impact_s])
        away = np.abs(head[first : last + 1] - head[first])
        if not_seen := _not_face_on(motion, swing):
            why = not_seen
        elif not np.isfinite(away).all():
            why = Reason("head_not_seen_in_the_swing")
        else:
            worst = int(np.argmax(away))
            at = float(motion.grid[first + worst])
            actions.append(Action(swing.address_s, swing.impact_s, at, float(away[worst])))
    return over_actions(motion, "swing_head_sway", "heights", method, actions, (point, "mid_ankle"), why)


def _lead_elbow(filmed: Filmed, found: list[Swing], reason: Reason | None) -> Measure:
    motion = filmed.body.motion
    method = "angle of the lead elbow at the top, as the picture shows it; 180 degrees: straight"
    actions, why, used = [], reason, set()
    for swing in found:
        side = lead_side(filmed, swing)
        if side is None:
            why = Reason("lead_arm_not_known")
            continue
        angle = float(np.interp(swing.top_s, motion.grid, motion.angle(f"{side}_elbow")))
        if not np.isfinite(angle):
            why = Reason("arm_not_seen", side=side)
            continue
        used.add(side)
        actions.append(Action(swing.address_s, swing.impact_s, swing.top_s, angle))
    points = tuple(f"{side}_{joint}" for side in sorted(used) for joint in ("shoulder", "elbow", "wrist"))
    return over_actions(motion, "swing_lead_elbow", "deg", method, actions, points, why)


def lead_side(filmed: Filmed, swing: Swing) -> str | None:
    """The arm nearer to the target: opposite to the playing hand, as the sidecar says, else opposite to where the hands
    are at the top. None where neither tells.
    """
    motion, other = filmed.body.motion, {"left": "right", "right": "left"}
    if hand := filmed.player.handedness:
        return other[hand]
    if _not_face_on(motion, swing):
        return None
    top, address = np.searchsorted(motion.grid, [swing.top_s, swing.address_s])
    left, right = (motion.position(f"{side}_shoulder")[address, 0] for side in ("left", "right"))
    wrists = np.mean([motion.position(f"{side}_wrist")[top, 0] for side in ("left", "right")])
    towards = (wrists - motion.position("mid_hip")[top, 0]) * np.sign(left - right)
    if not abs(towards) > 0:  # NaN too
        return None
    return "left" if towards < 0 else "right"


def _separation(motion: Motion, found: list[Swing], reason: Reason | None) -> Measure:
    method = (
        "turn of the shoulders beyond the hips at the top, each by how much shorter its line is seen than at its "
        "longest"
    )
    actions, why = [], reason
    turns = {line: _turned(motion, line) for line in FACE_ON}
    for swing in found:
        apart = float(np.interp(swing.top_s, motion.grid, turns["shoulder"] - turns["hip"]))
        if not_seen := _not_face_on(motion, swing):
            why = not_seen
        elif not np.isfinite(apart):
            why = Reason("turn_not_seen")
        else:
            actions.append(Action(swing.address_s, swing.impact_s, swing.top_s, apart))
    return over_actions(motion, "swing_separation", "deg", method, actions, ("mid_shoulder", "mid_hip"), why)


def _width(motion: Motion, line: str) -> np.ndarray:
    """(m,) heights from the left to the right end of the line between the shoulders or hips."""
    across = motion.position(f"left_{line}") - motion.position(f"right_{line}")
    return np.hypot(*across.T) / motion.height


def _turned(motion: Motion, line: str) -> np.ndarray:
    """(m,) degrees that a line is turned out of the picture, by its length against its longest (95th percentile)."""
    width = _width(motion, line)
    if not np.isfinite(width).any():
        return width
    return np.degrees(np.arccos(np.clip(width / np.nanquantile(width, 0.95), 0, 1)))


def _not_face_on(motion: Motion, swing: Swing) -> Reason | None:
    """Why sway and turns are not seen: the camera looks along the line to the target, or the body is out of sight."""
    for line, needed in FACE_ON.items():
        width = float(np.interp(swing.address_s, motion.grid, _width(motion, line)))
        if not width >= needed:
            return Reason("not_seen_face_on", line=line, seen=width if np.isfinite(width) else 0.0, needed=needed)
    return None
