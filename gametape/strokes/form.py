"""How a stroke was done: measures of the body around its contact.

Belongs here: their definitions, and why one is unknown. Does not belong here: what is good or bad.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.base.reason import Reason
from gametape.film.sidecar import Sidecar
from gametape.movement.curves import peak_time
from gametape.sports.courts import court_of
from gametape.strokes.phases import OVER, Near, Phases, Swing

LEAST_SEPARATION = 10.0
"""Less separation than this, degrees, may be an error in a line's length."""
TURNED = 25.0
"""From this turn out of the picture plane on, degrees, a line's length in the picture shows its turn."""
FULL_WIDTH = {"shoulder": 0.14, "hip": 0.07}
"""A line that is never seen this long, body heights, was never seen from the front."""
HIPS = 0.1
"""Least distance between the hips seen from the front, body heights (0.115 to 0.134 in films)."""
IN_PLANE = 0.7
"""Least cosine of the legs' turn out of the picture; at it a knee of 150 degrees looks like 159."""
WINDS_S = 0.8
"""Hips and shoulders wind up within this many seconds before contact."""
ACROSS = 0.6
"""Least share of the hand's speed that crosses the picture where front and back of the body are distinguished."""
TALLEST_M = 2.0
"""A player whose height is not given is at most about this tall, m, as in the sports' contact heights."""
ANKLES = 0.039
"""Height of the ankles above the ground, body heights (D. A. Winter, Biomechanics and Motor Control, 2009)."""
SEEN_SHARE = 0.8
"""Least share of a phase in which the joints must be known."""


@dataclass(frozen=True)
class Form:
    """Measures by their column of STROKES, and the reason for each that is missing."""

    known: dict[str, float]
    unknown: dict[str, Reason]


def form_of(
    near: Near, swing: Swing, contact_s: float, when: Phases, above_head: bool, height_m: float | None, sidecar: Sidecar
) -> Form:
    """Measure a stroke.

    Args:
        near: The person around the stroke.
        swing: The swing.
        contact_s: Its contact, by hand or ball.
        when: Its phases.
        above_head: Is the ball hit above the head in this kind of stroke?
        height_m: The player's height, m, if it is known.
        sidecar: The film's sidecar.

    Returns:
        The measures in the units of their columns.
    """
    known: dict[str, float] = {"peak_wrist_speed": swing.speed}
    unknown: dict[str, Reason] = {}

    def put(name: str, value: float | None, reason: Reason | None) -> None:
        if value is None or not np.isfinite(value):
            unknown[name] = reason
        else:
            known[name] = float(value)

    side = swing.side
    put("peak_wrist_speed_mps", height_m and swing.speed * height_m, Reason("height_not_given"))
    # A hand below the head did not hit a ball above it: it is not where the hand really was.
    below_head = above_head and (_at(near, near.above_nose(side), contact_s) or 0.0) < 0
    wrist = near.wrist(side)
    ground = np.fmax(*(near.position(f"{s}_ankle")[:, 1] for s in ("left", "right")))
    height = _at(near, (ground - wrist[:, 1]) / near.height, contact_s)
    astray = Reason("hand_not_at_ball") if below_head else _too_low(height, height_m, sidecar.sport)
    elbow = None if astray else _at(near, near.angle(f"{side}_elbow"), contact_s)
    put("elbow_at_contact", elbow, astray or Reason("arm_not_seen", side=side))
    put("trunk_lean", _at(near, near.angle("trunk_lean"), contact_s), Reason("trunk_not_seen"))
    put("knee_in_load", *_bent(near, when, contact_s))
    put("contact_height", None if astray else height, astray or Reason("hand_and_ankles_not_seen"))
    ahead = (None, astray) if astray else _ahead(near, wrist, above_head, contact_s, sidecar)
    put("contact_ahead", *ahead)
    apart, reason, at = _separation(near, when, contact_s)
    put("separation_max", apart, reason)
    put("separation_lead_ms", None if at is None else 1000 * (contact_s - at), reason)
    put("follow_through_s", *_follow_through(near, swing, contact_s, when))
    return Form(known, unknown)


MEASURES = (
    "peak_wrist_speed", "peak_wrist_speed_mps", "elbow_at_contact", "knee_in_load", "separation_max",
    "separation_lead_ms", "trunk_lean", "contact_height", "contact_ahead", "follow_through_s",
)  # fmt: skip


def _too_low(height: float | None, height_m: float | None, sport: str | None) -> Reason | None:
    """Why a hand that is seen `height` body heights above the ankles cannot have met the ball; None where it can.

    Over a floor a hand may be anywhere. Where the ball is played over a table, it is not met far below that.
    """
    court = court_of(sport)
    if height is None or court is None or not court.below or not court.contact_heights:
        return None
    least = (court.below + court.contact_heights[0]) / (height_m or TALLEST_M) - ANKLES
    return Reason("hand_below_the_ball", height=height, least=least) if height < least else None


def _follow_through(near: Near, swing: Swing, contact_s: float, when: Phases) -> tuple[float | None, Reason]:
    """Seconds from contact until the hand is slow, or why they are unknown.

    A hand that is slow before the next look at it was about to be slow at contact: its fast way lies before that, and
    what is left of it is no follow-through.
    """
    speed = _at(near, near.hand_speed(swing.side), contact_s)
    slow = speed is not None and speed < OVER * swing.speed
    if when.end_s is None:
        return None, Reason("hand_slow_before_contact") if slow else Reason("hand_lost_before_slow")
    follow = when.end_s - contact_s
    return follow if follow >= 1 / near.striker.motion.rate else None, Reason("hand_slow_before_contact")


def _at(near: Near, values: np.ndarray, moment: float) -> float | None:
    """A quantity at a moment, interpolated on the grid; None where it is unknown on either side."""
    at = int(np.clip(np.searchsorted(near.grid, moment), 1, len(values) - 1))
    value = float(np.interp(moment, near.grid[at - 1 : at + 1], values[at - 1 : at + 1]))
    return value if np.isfinite(value) else None


def _bent(near: Near, when: Phases, contact_s: float) -> tuple[float | None, Reason]:
    """Degrees of the more bent knee where it is bent most, or why it is unknown.

    Knees bend at a right angle to the line of the hips: where that is seen long, they bend towards the camera, and bent
    legs look straight.
    """
    start = when.start_s if when.start_s is not None else when.load_s
    unseen = Reason("knees_or_load_not_seen")
    if start is None:
        return None, unseen
    first, last = np.searchsorted(near.grid, [start, contact_s])
    load = slice(int(first), int(last) + 1)
    knees = np.fmin(*(near.angle(f"{s}_knee")[load] for s in ("left", "right")))
    if not np.isfinite(knees).mean() >= SEEN_SHARE:
        return None, unseen
    deepest = int(np.nanargmin(knees))
    width = near.width("hip")[load][deepest] / np.fmax(near.striker.full_width["hip"], HIPS)
    if not width**2 <= 1 - IN_PLANE**2:  # NaN too
        return None, Reason("legs_seen_end_on")
    return float(knees[deepest]), unseen


def _ahead(
    near: Near, wrist: np.ndarray, above_head: bool, contact_s: float, sidecar: Sidecar
) -> tuple[float | None, Reason]:
    """Body heights of the hand ahead of the mid-hip in the direction of its swing, or why that is unknown.

    An overhead hand swings in the direction of the hit, so it shows by itself whether that crosses the picture; other
    strokes need a camera at the side.
    """
    from gametape.movement.motion import derivative

    hip = near.position("mid_hip")
    speed = derivative(wrist - hip)
    across, total = _at(near, speed[:, 0], contact_s), _at(near, np.hypot(*speed.T), contact_s)
    if across is None or not total:
        return None, Reason("hand_or_hips_not_seen")
    seen = sidecar.camera.view == "side"
    if not seen and (not above_head or abs(across) < ACROSS * total):
        return None, Reason("along_the_line_of_sight")
    ahead = _at(near, np.sign(across) * (wrist - hip)[:, 0] / near.height, contact_s)
    return ahead, Reason("hand_or_hips_not_seen")


def _separation(near: Near, when: Phases, contact_s: float) -> tuple[float | None, Reason | None, float | None]:
    """The largest turn of the shoulders beyond that of the hips from preparation to contact.

    A line's turn out of the picture plane follows from how much shorter it is than at its longest (95th percentile).
    That is right for an upright body seen from the front or from behind, and blind near the plane, where the length
    hardly changes.

    Returns:
        Degrees, the reason where degrees or moment are unknown, and the moment, s.
    """
    start = when.start_s if when.start_s is not None else when.load_s
    if start is None:
        return None, Reason("load_not_seen"), None
    turns = {}
    for line, least in FULL_WIDTH.items():
        full = near.striker.full_width[line]
        if np.isnan(full):
            return None, Reason("line_never_seen", line=line), None
        if full < least:
            return None, Reason("body_seen_from_the_side"), None
        turns[line] = np.degrees(np.arccos(np.clip(near.width(line) / full, 0, 1)))
    first, last = np.searchsorted(near.grid, [max(start, contact_s - WINDS_S), contact_s])
    apart = (turns["shoulder"] - turns["hip"])[first : last + 1]
    if len(apart) < 3 or np.isfinite(apart).mean() < SEEN_SHARE:
        return None, Reason("turn_not_seen_in_load"), None
    top = int(np.nanargmax(apart))
    if apart[top] < LEAST_SEPARATION or turns["shoulder"][first + top] < TURNED:
        return None, Reason("separation_too_small", degrees=LEAST_SEPARATION), None
    if top in (0, len(apart) - 1):
        return float(apart[top]), Reason("separation_without_peak"), None
    return float(apart[top]), None, peak_time(near.grid, turns["shoulder"] - turns["hip"], first + top)
