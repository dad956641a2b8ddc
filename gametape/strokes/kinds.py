"""Which kind of stroke it is, and how confident that is.

Belongs here: the kinds and how they show in the picture. Does not belong here: which kinds a sport has (its
strokes.yaml). Where the view does not show the kind it is `swing`, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gametape.base.reason import Reason, several
from gametape.sports.rules import SIDED, SIDES, SWING, StrokeRules
from gametape.strokes.phases import ABOVE_HEAD, Near, Phases, Swing

FRONTAL = 0.05
"""Left and right of the body are known where its left and right joints are this far apart, body heights."""
UNSURE = 0.12
"""Distance to a side of the body, body heights, at which the side is as likely wrong as right. A swing that speaks
against a ball seen farther aside does not count: a pose may take one arm for the other, the ball has but one place."""
SIDEWAYS = 0.12
"""Shoulders that mostly are less far apart in the picture, body heights, are seen from the side: they are 0.2 wide.
There what looks like a side of the body is before or behind it."""
FACING_S = (-0.8, 0.1)
"""Where the body faces is taken within these seconds of contact."""
TOSS_S = (-2.0, -0.15)
"""A toss is looked for within these seconds of contact."""
TOSS_HEIGHT = 0.05
"""A hand this far above the nose, body heights, tosses the ball."""
BALL_ABOVE = 0.35
"""A ball this far above the head, body heights, is hit overhead though the hand is not seen there; a lower one may be
farther away."""
ARM_UP_S = 0.1
"""A hand that hits overhead is above the head within so many seconds of contact. Chosen, not measured."""
HEIGHT_NOISE = 0.05
"""Error of a height, body heights: a height this far beyond a limit is right with 0.5."""
TOLD = 0.6
"""A side that is less likely than this is not named."""
FIRST = 0.9
"""How likely a stroke that puts the ball in play is a serve."""
FIRST_UNSEEN = 0.7
"""The same where the ball was not seen before: in play it mostly is, so it was held. Assumed."""
BEGINS_S = 0.8
"""A stroke so soon after the film begins may be a serve."""
TOGETHER, TOGETHER_S = 0.12, 0.1
"""Wrists this near to each other, body heights, from contact until so many seconds after hold one grip (0.1 in films;
the other hand of a forehand is 0.4 away)."""
BOTH_HANDS = 9.0
"""Odds of a backhand where both hands are at the racket."""
AFTER_S = 0.08
"""The side to which a hand goes is taken this many seconds after contact."""
NOT_SEEN = Reason("swing_not_seen")
ALIKE = Reason("sides_look_alike")
NO_TRUNK = Reason("hips_and_shoulders_not_seen")
NO_HAND = Reason("hand_not_seen_before")
UNSIDED = (ALIKE, NO_TRUNK, NO_HAND)
"""Why a side is not told that a stroke has."""


@dataclass(frozen=True)
class Kind:
    """A kind of stroke, how likely it is right (None for `swing`), and the reason."""

    name: str
    confidence: float | None
    reason: Reason


@dataclass(frozen=True)
class Sided:
    """Forehand or backhand, whichever hand the player plays with.

    Attributes:
        forehand: How likely it is a forehand of a right-handed player; of a left-handed one it is 1 less that.
        reasons: What shows it, of a right-handed and of a left-handed player.
        two_handed: Are both hands at the racket, as in most backhands of the sport and hardly a forehand?
    """

    forehand: float
    reasons: tuple[Reason, Reason]
    two_handed: bool = False


def settled(kind: Kind | Sided, right: float, names: tuple[str, str] = SIDES) -> Kind:
    """A kind, given how likely the player is right-handed.

    A side is named where it is more likely than `TOLD`.
    """
    if isinstance(kind, Kind):
        return kind
    forehand = right * kind.forehand + (1 - right) * (1 - kind.forehand)
    reason = kind.reasons[0] if right >= 0.5 else kind.reasons[1]
    if kind.two_handed:
        forehand /= forehand + BOTH_HANDS * (1 - forehand)
        reason = several([reason, Reason("both_hands_at_racket")])
    sure = max(forehand, 1 - forehand)
    if sure < TOLD:
        clear = max(kind.forehand, 1 - kind.forehand) >= TOLD
        return Kind(SWING, None, Reason("playing_hand_not_clear") if clear else Reason("ball_met_before_the_body"))
    return Kind(names[0] if forehand > 0.5 else names[1], sure, reason)


def kind_of(
    near: Near, swing: Swing, contact_s: float, when: Phases, ball: np.ndarray | None, rules: StrokeRules
) -> Kind | Sided:
    """The kind of a swing.

    Args:
        near: The person around the stroke.
        swing: The swing.
        contact_s: Its contact, by hand or ball.
        when: Its phases.
        ball: (2,) px where the ball is hit; None where that is not known.
        rules: The sport's rules of strokes.
    """
    height, overhead, seen = _overhead(near, swing, contact_s, ball)
    wanted = rules.overhead if overhead else rules.level
    if wanted is None:
        return Kind(SWING, None, Reason("kind_not_told", seen=seen, reason=Reason.parse(rules.unnamed)))
    if wanted == SIDED:
        return _sided(near, contact_s, when.load_s, swing.side, ball, rules.two_handed)
    margin = _likely(height, HEIGHT_NOISE)
    toss = _toss(near, swing, contact_s) if rules.toss and overhead else None
    if toss is not None and toss >= TOSS_HEIGHT:
        return Kind(rules.toss, margin * _likely(toss, HEIGHT_NOISE), Reason("hit_after_a_toss"))
    return Kind(wanted, margin, seen)


def kind_by_ball(near: Near, contact_s: float, ball: np.ndarray, rules: StrokeRules) -> Kind | Sided:
    """The kind of a stroke whose swing is not seen: by the place of the ball beside the body or high above the head.

    A ball a little above the head is met beside the body where no hand is up. Of who is out of sight at that moment no
    kind is told.
    """
    at = min(int(np.searchsorted(near.grid, contact_s)), len(near.grid) - 1)
    if not any(np.isfinite(near.position(part)[at]).all() for part in ("mid_hip", "mid_shoulder")):
        return Kind(SWING, None, NOT_SEEN)
    above = _ball_above(near, ball, contact_s)
    if above is not None and above >= BALL_ABOVE and rules.overhead not in (None, SIDED):
        return Kind(rules.overhead, _likely(above - BALL_ABOVE, HEIGHT_NOISE), Reason("ball_above_head"))
    if rules.level != SIDED or above is None or (above >= ABOVE_HEAD and not _hands_below(near, contact_s)):
        return Kind(SWING, None, NOT_SEEN)
    kind = _sided(near, contact_s, None, None, ball, rules.two_handed)
    if above < ABOVE_HEAD or isinstance(kind, Kind):
        return kind
    # Met before the body, and so farther up in the picture; the higher, the likelier overhead.
    return replace(kind, forehand=0.5 + (kind.forehand - 0.5) * _beyond(BALL_ABOVE - above, HEIGHT_NOISE))


def _hands_below(near: Near, contact_s: float) -> bool:
    """Is no hand above the head about a contact, and one of them seen? Who hits overhead has an arm up."""
    first, last = np.searchsorted(near.grid, [contact_s - ARM_UP_S, contact_s + ARM_UP_S])
    above = np.concatenate([near.above_nose(side)[first:last] for side in ("left", "right")])
    return bool(np.isfinite(above).any()) and float(np.nanmax(above)) < ABOVE_HEAD


def in_rally(kind: Kind, rules: StrokeRules, first: bool | None, in_play: bool, since_start: float) -> Kind:
    """A kind, given the order of play: what is called a serve puts the ball in play, and what does so is one.

    Args:
        kind: The kind by the movement.
        rules: The sport's rules of strokes.
        first: Does the stroke put the ball in play? None where the ball is not seen before.
        in_play: Was the ball hit shortly before?
        since_start: Seconds since the film begins.
    """
    name = rules.opening
    if name is None:
        return kind
    above = kind.name in rules.kinds and rules.kinds[kind.name].above_head
    alike = kind.name != name and rules.kinds[name].above_head == above
    if alike and first:
        return Kind(name, FIRST, Reason("puts_ball_in_play"))
    if alike and first is None and since_start >= BEGINS_S and not above:  # a high ball may be smashed
        return Kind(name, FIRST_UNSEEN, Reason("ball_not_seen_before"))
    if alike and first is None and since_start < BEGINS_S and kind.name != SWING:
        return Kind(SWING, None, Reason("film_begins_at_stroke"))
    if in_play and kind.name == name:
        return Kind(rules.overhead or SWING, kind.confidence if rules.overhead else None, Reason("hand_above_head"))
    return kind


def by_contact(kind: Kind, contact: str, sure: float, names: Mapping[str, str]) -> Kind:
    """A kind, given how the ball is met: what is let go is another stroke than what is hit.

    Args:
        kind: The kind by the movement.
        contact: `hit` or `release`.
        sure: Confidence in the contact, 0..1.
        names: The kind for each contact.
    """
    name = names[contact]
    if kind.name == name:
        return kind
    return Kind(name, sure, Reason("ball_hit") if contact == "hit" else Reason("ball_let_go"))


def _overhead(near: Near, swing: Swing, contact_s: float, ball: np.ndarray | None) -> tuple[float, bool, Reason]:
    """Body heights past the limit, whether that is overhead, and what shows it.

    Where the ball is seen the hand counts at the moment when it is hit, not where it was drawn back, and a ball below
    the head is not hit overhead wherever the hand seems to be.
    """
    above = _known_at(near, near.above_nose(swing.side), contact_s) or 0.0
    by_ball = None if ball is None else _ball_above(near, ball, contact_s)
    if by_ball is None:
        seen = Reason("hand_above_head") if swing.overhead else Reason("hand_below_head")
        return abs(above - ABOVE_HEAD), swing.overhead, seen
    if by_ball >= BALL_ABOVE and above < ABOVE_HEAD:
        return by_ball - BALL_ABOVE, True, Reason("ball_above_head")
    if above >= ABOVE_HEAD and by_ball >= 0:
        return max(above - ABOVE_HEAD, by_ball - BALL_ABOVE), True, Reason("hand_above_head")
    if above >= ABOVE_HEAD:
        return -by_ball, False, Reason("ball_below_head")
    return min(ABOVE_HEAD - above, BALL_ABOVE - by_ball), False, Reason("hand_below_head")


def _ball_above(near: Near, ball: np.ndarray, contact_s: float) -> float | None:
    """Body heights by which a ball is above the head."""
    return _known_at(near, (near.head[:, 1] - ball[1]) / near.height, contact_s)


def _toss(near: Near, swing: Swing, contact_s: float) -> float | None:
    """Body heights by which the other hand was above the nose before contact; None where it is not seen."""
    other = "left" if swing.side == "right" else "right"
    first, last = np.searchsorted(near.grid, [contact_s + TOSS_S[0], contact_s + TOSS_S[1]])
    above = near.above_nose(other)[first:last]
    return float(np.nanmax(above)) if np.isfinite(above).any() else None


def _sided(
    near: Near, contact_s: float, load_s: float | None, side: str | None, ball: np.ndarray | None, two_handed: bool
) -> Kind | Sided:
    """Forehand or backhand of a right-handed player.

    In a forehand the ball (where it is not seen, the hand) is on the playing hand's own side of the body at contact,
    and the hand begins its swing there and goes across; in a backhand it is the other way round. The distances add up.
    Which hand plays is not asked here: of a left-handed player it is the other stroke.

    Left and right of the body are those of its hips and shoulders in the picture. So this holds from the front and from
    behind, not from the side, and also where the pose estimator swaps left and right, for then hand and side change
    together.
    """
    facing, hip = _facing(near, contact_s), near.position("mid_hip")[:, 0]
    if facing is None or not np.isfinite(hip / near.height).any():
        return Kind(SWING, None, NO_TRUNK)
    if abs(facing) < FRONTAL or _sideways(near):
        return Kind(SWING, None, ALIKE)
    own = np.sign(facing)
    lean, signs = 0.0, ([], [])
    wrist = None if side is None else own * (near.wrist(side)[:, 0] - hip) / near.height
    if load_s is not None and wrist is not None and np.isfinite(wrist).any():
        begin, met, after = (_known_at(near, wrist, at) for at in (load_s, contact_s, contact_s + AFTER_S))
        lean += begin + (begin - after)
        for at, hand, way in ((0, "right", 1), (1, "left", -1)):
            begins, goes = _side(way * begin), _side(way * after)
            signs[at].append(
                Reason("hand_swings", hand=hand, begin=abs(begin), begin_side=begins, after=abs(after), after_side=goes)
            )
    if ball is not None:
        met = _known_at(near, own * (ball[0] - hip) / near.height, contact_s)
        if lean * met < 0:
            lean *= max(0.0, 1 - abs(met) / UNSURE)
            signs = signs if lean else ([], [])
        for at, way in ((0, 1), (1, -1)):
            signs[at].append(Reason("ball_met_aside", aside=abs(met), side=_side(way * met)))
    if not signs[0]:
        return Kind(SWING, None, NO_HAND)
    lean += met
    both = two_handed and _hands_together(near, contact_s)
    sure = _beyond(abs(lean), UNSURE) * _beyond(abs(facing), FRONTAL / 2)
    return Sided(0.5 + 0.5 * float(np.sign(lean)) * sure, (several(signs[0]), several(signs[1])), both)


def _hands_together(near: Near, contact_s: float) -> bool:
    """Are both wrists as near to each other at contact, and just after, as on one grip?"""
    first, last = np.searchsorted(near.grid, [contact_s, contact_s + TOGETHER_S])
    apart = (np.hypot(*(near.wrist("left") - near.wrist("right")).T) / near.height)[first:last]
    return bool(np.isfinite(apart).mean() >= 0.5 and np.nanmedian(apart) <= TOGETHER) if len(apart) else False


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


def _sideways(near: Near) -> bool:
    """Is a person filmed from the side? Who only turns aside to hit is seen wider before and after."""
    wide = np.abs((near.position("right_shoulder") - near.position("left_shoulder"))[:, 0]) / near.height
    return bool(np.isfinite(wide).any() and np.nanmedian(wide) < SIDEWAYS)


def _known_at(near: Near, values: np.ndarray, moment: float) -> float | None:
    """A quantity at a moment, interpolated across what is unknown; None where all of it is."""
    known = np.isfinite(values)
    return float(np.interp(moment, near.grid[known], values[known])) if known.any() else None


def _side(aside: float) -> str:
    return "own" if aside > 0 else "other"


def _likely(distance: float, noise: float) -> float:
    """How likely a distance is beyond a limit: from a half at the limit to one."""
    return 0.5 + 0.5 * _beyond(distance, noise)


def _beyond(distance: float, noise: float) -> float:
    """Confidence (0..1) in a distance beyond a limit; 0.5 where it equals the noise."""
    return distance / (distance + noise)
