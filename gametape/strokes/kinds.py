"""Which kind of stroke it is, and how confident that is.

Belongs here: the kinds and how they show in the picture. Does not belong here: which kinds a sport has (its
strokes.yaml). Where the view does not show the kind it is `swing`, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.base.reason import Reason, several
from gametape.sports.rules import SIDED, SWING, StrokeRules
from gametape.strokes.phases import ABOVE_HEAD, Near, Phases, Swing

FRONTAL = 0.05
"""Left and right of the body are known where its left and right joints are this far apart, body heights."""
UNSURE = 0.12
"""Distance to a side of the body, body heights, at which the side is as likely wrong as right."""
FACING_S = (-0.8, 0.1)
"""Where the body faces is taken within these seconds of contact."""
TOSS_S = (-2.0, -0.15)
"""A toss is looked for within these seconds of contact."""
TOSS_HEIGHT = 0.05
"""A hand this far above the nose, body heights, tosses the ball."""
BALL_ABOVE = 0.35
"""A ball this far above the head, body heights, is hit overhead though the hand is not seen there; a lower one may be
farther away."""
HEIGHT_NOISE = 0.05
"""Error of a height, body heights: a height this far beyond a limit is right with 0.5."""
AFTER_S = 0.08
"""The side to which a hand goes is taken this many seconds after contact."""
NOT_SEEN = Reason("swing_not_seen")


@dataclass(frozen=True)
class Kind:
    """A kind of stroke, its confidence (None for `swing`), and the reason."""

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
    """The kind of a swing.

    Args:
        near: The person around the stroke.
        swing: The swing.
        contact_s: Its contact, by hand or ball.
        when: Its phases.
        hand: The player's playing hand; None where it is not clear.
        ball: (2,) px where the ball is hit; None where that is not known.
        rules: The sport's rules of strokes.
    """
    above, least, overhead = _above(near, swing, contact_s), ABOVE_HEAD, swing.overhead
    seen = Reason("hand_above_head") if overhead else Reason("hand_below_head")
    if not overhead and ball is not None and (by_ball := _ball_above(near, ball, contact_s) or 0.0) >= BALL_ABOVE:
        above, least, overhead, seen = by_ball, BALL_ABOVE, True, Reason("ball_above_head")
    wanted = rules.overhead if overhead else rules.level
    if wanted is None:
        return Kind(SWING, None, Reason("kind_not_told", seen=seen, reason=Reason.parse(rules.unnamed)))
    if wanted == SIDED:
        return _sided(near, contact_s, when.load_s, hand, ball)
    margin = _beyond(abs(above - least), HEIGHT_NOISE)
    toss = _toss(near, swing, contact_s) if rules.toss and overhead else None
    if toss is not None and toss >= TOSS_HEIGHT:
        return Kind(rules.toss, margin * _beyond(toss, HEIGHT_NOISE), Reason("hit_after_a_toss"))
    return Kind(wanted, margin, seen)


def kind_by_ball(near: Near, contact_s: float, hand: str | None, ball: np.ndarray, rules: StrokeRules) -> Kind:
    """The kind of a stroke whose swing is not seen: by the side of the ball, where it is hit below the head."""
    above = _ball_above(near, ball, contact_s)
    if rules.level != SIDED or above is None or above >= ABOVE_HEAD:
        return Kind(SWING, None, NOT_SEEN)
    return _sided(near, contact_s, None, hand, ball)


def _above(near: Near, swing: Swing, contact_s: float) -> float:
    return _known_at(near, near.above_nose(swing.side), contact_s) or 0.0


def _ball_above(near: Near, ball: np.ndarray, contact_s: float) -> float | None:
    """Body heights by which a ball is above the head."""
    return _known_at(near, (near.head[:, 1] - ball[1]) / near.height, contact_s)


def _toss(near: Near, swing: Swing, contact_s: float) -> float | None:
    """Body heights by which the other hand was above the nose before contact; None where it is not seen."""
    other = "left" if swing.side == "right" else "right"
    first, last = np.searchsorted(near.grid, [contact_s + TOSS_S[0], contact_s + TOSS_S[1]])
    above = near.above_nose(other)[first:last]
    return float(np.nanmax(above)) if np.isfinite(above).any() else None


def _sided(near: Near, contact_s: float, load_s: float | None, hand: str | None, ball: np.ndarray | None) -> Kind:
    """Forehand or backhand.

    In a forehand the ball (where it is not seen, the hand) is on the playing hand's own side of the body at contact,
    and the hand begins its swing there and goes across; in a backhand it is the other way round. The distances add up.

    Left and right of the body are those of its hips and shoulders in the picture. So this holds from the front and from
    behind, and also where the pose estimator swaps left and right, for then hand and side change together.
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
    """Body heights by which right joints are right of left ones in the picture before contact.

    Where the body is turned aside there, it is taken from the seconds around: a player faces the same way before and
    after.
    """
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
    """A quantity at a moment, interpolated across what is unknown; None where all of it is."""
    known = np.isfinite(values)
    return float(np.interp(moment, near.grid[known], values[known])) if known.any() else None


def _side(aside: float) -> str:
    return "own" if aside > 0 else "other"


def _beyond(distance: float, noise: float) -> float:
    """Confidence (0..1) in a distance beyond a limit; 0.5 where it equals the noise."""
    return distance / (distance + noise)
