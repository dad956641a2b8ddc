"""What stroke it is, how sure, and what tells it.

Belongs here: the kinds and their signs in the picture. Does not belong here: which kinds a sport has
(the sport's strokes.yaml). What the view does not show is a `swing`, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.base.reason import Reason, several
from gametape.sports.rules import SIDED, SWING, StrokeRules
from gametape.strokes.phases import ABOVE_HEAD, Near, Phases, Swing

FRONTAL = 0.05  # heights between left and right joints in the picture, from which left and right of the body are known
UNSURE = 0.12  # heights aside the body at which a side is as likely wrong as right
FACING_S = (-0.8, 0.1)
TOSS_S = (-2.0, -0.15)
TOSS_HEIGHT = 0.05
BALL_ABOVE = 0.35  # heights above the head: hit overhead though the hand is not seen there; less may be farther off
AFTER_S = 0.08
NOT_SEEN = Reason("swing_not_seen")


@dataclass(frozen=True)
class Kind:
    """A kind with its confidence (None: swing) and what tells it."""

    name: str
    confidence: float | None
    reason: Reason


def kind_of(
    near: Near,
    swing: Swing,
    contact_s: float,
    when: Phases,
    hand: str | None,
    ball: np.ndarray | None,
    rules: StrokeRules,
) -> Kind:
    """The kind of a swing; `hand` is the player's playing hand, None if it is not clear; `ball` (2,) px: where it is
    hit, None if that is not seen."""
    above, least, overhead = _above(near, swing, contact_s), ABOVE_HEAD, swing.overhead
    seen = Reason("hand_above_head") if overhead else Reason("hand_below_head")
    if not overhead and ball is not None and (by_ball := _ball_above(near, ball, contact_s) or 0.0) >= BALL_ABOVE:
        above, least, overhead, seen = by_ball, BALL_ABOVE, True, Reason("ball_above_head")
    wanted = rules.overhead if overhead else rules.level
    if wanted is None:
        return Kind(SWING, None, Reason("kind_not_told", seen=seen, reason=Reason.parse(rules.unnamed)))
    if wanted == SIDED:
        return _sided(near, contact_s, when.load_s, hand, ball)
    margin = _beyond(abs(above - least), 0.05)
    toss = _toss(near, swing, contact_s) if rules.toss and overhead else None
    if toss is not None and toss >= TOSS_HEIGHT:
        return Kind(rules.toss, margin * _beyond(toss, 0.05), Reason("hit_after_a_toss"))
    return Kind(wanted, margin, seen)


def kind_by_ball(near: Near, contact_s: float, hand: str | None, ball: np.ndarray, rules: StrokeRules) -> Kind:
    """The kind of a stroke of which the ball tells alone: forehand or backhand, where it is hit below the head."""
    above = _ball_above(near, ball, contact_s)
    if rules.level != SIDED or above is None or above >= ABOVE_HEAD:
        return Kind(SWING, None, NOT_SEEN)
    return _sided(near, contact_s, None, hand, ball)


def _above(near: Near, swing: Swing, contact_s: float) -> float:
    return _known_at(near, near.above_nose(swing.side), contact_s) or 0.0


def _ball_above(near: Near, ball: np.ndarray, contact_s: float) -> float | None:
    """Heights by which a ball is above the head."""
    return _known_at(near, (near.head[:, 1] - ball[1]) / near.height, contact_s)


def _toss(near: Near, swing: Swing, contact_s: float) -> float | None:
    """Heights by which the other hand came above the nose before contact; None if it was not seen."""
    other = "left" if swing.side == "right" else "right"
    first, last = np.searchsorted(near.grid, [contact_s + TOSS_S[0], contact_s + TOSS_S[1]])
    above = near.above_nose(other)[first:last]
    return float(np.nanmax(above)) if np.isfinite(above).any() else None


def _sided(near: Near, contact_s: float, load_s: float | None, hand: str | None, ball: np.ndarray | None) -> Kind:
    """Forehand: the ball is met on the playing hand's own side of the body (where it is not seen: the hand is there at
    contact), and the hand begins its swing there and goes across; backhand: the other way. The distances add up.

    The body's left and right are those of its hips and shoulders in the picture, so that it holds from before and from
    behind, and also where an estimator takes one for the other: then hand and side change both.
    """
    if hand is None:
        return Kind(SWING, None, Reason("playing_hand_not_clear"))
    facing, hip = _facing(near, contact_s), near.position("mid_hip")[:, 0]
    if facing is None or not np.isfinite(hip / near.height).any():
        return Kind(SWING, None, Reason("hips_and_shoulders_not_seen"))
    if abs(facing) < FRONTAL:
        return Kind(SWING, None, Reason("sides_look_alike"))
    own = np.sign(facing) * (1 if hand == "right" else -1)
    wrist = own * (near.wrist(hand)[:, 0] - hip) / near.height
    lean, signs = 0.0, []
    if load_s is not None and np.isfinite(wrist).any():
        begin, met, after = (_known_at(near, wrist, at) for at in (load_s, contact_s, contact_s + AFTER_S))
        lean += begin + (begin - after)
        signs.append(
            Reason(
                "hand_swings",
                hand=hand,
                begin=abs(begin),
                begin_side=_side(begin),
                after=abs(after),
                after_side=_side(after),
            )
        )
    if ball is not None:
        met = _known_at(near, own * (ball[0] - hip) / near.height, contact_s)
        signs.append(Reason("ball_met_aside", aside=abs(met), side=_side(met)))
    if not signs:
        return Kind(SWING, None, Reason("hand_not_seen_before"))
    lean += met
    name = "forehand" if lean > 0 else "backhand"
    return Kind(name, _beyond(abs(lean), UNSURE) * _beyond(abs(facing), FRONTAL / 2), several(signs))


def _facing(near: Near, contact_s: float) -> float | None:
    """Heights by which right joints are right of left ones in the picture, before contact; where the body is turned
    aside there, in the seconds around: who hits a ball faces the same way before and after."""
    across = [
        (near.position(f"right_{j}") - near.position(f"left_{j}"))[:, 0] / near.height for j in ("hip", "shoulder")
    ]
    first, last = np.searchsorted(near.grid, [contact_s + FACING_S[0], contact_s + FACING_S[1]])
    facing = None
    for span in (slice(first, last), slice(None)):
        wide = np.concatenate([one[span] for one in across])
        if np.isfinite(wide).any():
            facing = float(np.nanmedian(wide))
            if abs(facing) >= FRONTAL:
                break
    return facing


def _known_at(near: Near, values: np.ndarray, moment: float) -> float | None:
    """A quantity at a moment, across what is not known; None where it is nowhere."""
    known = np.isfinite(values)
    return float(np.interp(moment, near.grid[known], values[known])) if known.any() else None


def _side(aside: float) -> str:
    return "own" if aside > 0 else "other"


def _beyond(distance: float, noise: float) -> float:
    """0..1: how sure a distance so far beyond a limit is, 0.5 at the noise."""
    return distance / (distance + noise)
