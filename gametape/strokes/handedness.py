"""Which hand a player plays with.

Belongs here: comparing the hands over all strokes of a person. Does not belong here: the strokes themselves (`find`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gametape.base.reason import Reason
from gametape.base.spacing import spaced
from gametape.film.sidecar import Player
from gametape.movement.body import BOTH_HANDS, CLEAR_DOMINANCE, STILL_HAND
from gametape.sports.rules import StrokeRules
from gametape.strokes.hits import SIDES, Hit, hits_between, reaches_away
from gametape.strokes.phases import Striker, Swing, swings

AGREE_S = 0.2
"""A hit and a swing within this many seconds are one stroke."""
NEAREST = 0.1
"""Least distance of a wrist from the ball that its hand or racket hits, body heights."""
TOP_S = 0.1
"""The hands' top speeds are compared within this many seconds of a swing's fastest moment."""
MANY_STROKES = 3
"""With fewer strokes than this the difference must be clearer: in a two-handed stroke both hands are fast."""
CLEAR_IN_FEW = 1.5
"""Ratio of the hands' speeds that is clear in few strokes."""
HIT_WEIGHT = 4
"""Weight of a stroke at which the ball is hit, in those of a swing as fast without a hit."""


MOST_ARE_RIGHT = 1.5
"""Log odds of a right-handed player before anything is seen: more than one in ten athletes plays with the left."""
RACKET = 0.4
"""A hand farther than this from the ball it hits, body heights, is rather the other one."""
RACKET_NOISE = 0.12
"""Standard deviation of the distance beyond."""
ONE_HIT = 1.5
"""Log odds that one hit tells at most: the pose may mistake the hands throughout a stroke."""
ONE_SPEED = 1.0
"""Log odds that the hands' speeds tell at most beside hits: twice the logarithm of their ratio."""
SPEED_ALONE = 4.0
"""The same where no hit tells."""
CLEAR_ODDS = 1.0
"""Log odds from which the hits tell the playing hand."""


@dataclass(frozen=True)
class PlayingHand:
    """The playing hand.

    Attributes:
        side: `left` or `right`; None where it is not clear.
        reason: Why.
        right: How likely the player is right-handed, with what is known of most players.
        odds: Log odds that the right hand is the faster one.
    """

    side: str | None
    reason: Reason
    right: float = 0.5
    odds: float = 0.0


def hand_at_hits(hand: PlayingHand, odds: Sequence[float]) -> PlayingHand:
    """The playing hand, by what the speeds told and by the hits that are the player's own.

    Args:
        hand: The hand by `playing_hand`.
        odds: Log odds of the right hand at each of the player's hits, by `odds_at_hit`.
    """
    if hand.reason == Reason("handedness_given"):
        return replace(hand, right=float(hand.side == "right"))
    if hand.reason == BOTH_HANDS:
        return hand
    known = [one for one in odds if one]
    most = ONE_SPEED if known else SPEED_ALONE
    told = sum(known) + float(np.clip(2 * hand.odds, -most, most))
    hand = replace(hand, right=float(1 / (1 + np.exp(-MOST_ARE_RIGHT - told))))
    if not known:
        return hand
    share = float(1 / (1 + np.exp(-abs(told))))
    if abs(told) < CLEAR_ODDS:
        return replace(hand, side=None, reason=Reason("hits_of_both_hands_alike", n=len(known), share=share))
    side = "right" if told > 0 else "left"
    return replace(hand, side=side, reason=Reason("hits_at_one_hand", n=len(known), share=share))


def odds_at_hit(striker: Striker, hit: Hit) -> float:
    """Log odds that the right hand plays, by how far each hand is from a hit; 0 where neither is seen."""
    near = striker.near(hit.time_s)
    at = min(int(np.searchsorted(near.grid, hit.time_s)), len(near.grid) - 1)
    left, right = (float(np.hypot(*(near.wrist(side)[at] - hit.place)) / near.height[at]) for side in SIDES)
    odds = _at_the_ball(right) - _at_the_ball(left) + _nearer(striker, hit)
    return float(np.clip(odds, -ONE_HIT, ONE_HIT))


def _at_the_ball(away: float) -> float:
    """Log odds that a hand so far from a hit, body heights, made it; 0 where it is not seen."""
    return 0.0 if np.isnan(away) else 1 - max(0.0, away - RACKET) ** 2 / (2 * RACKET_NOISE**2)


def playing_hand(striker: Striker, player: Player, rules: StrokeRules, hits: Sequence[Hit]) -> PlayingHand:
    """The hand given in the sidecar, else, where one hand plays, the one whose top speed is clearly higher.

    Strokes are weighted by the square of their speed, for a toss and a balancing hand are slower than a stroke. Those
    at which the ball is hit count four times, and their ratio of speeds is multiplied by that of nearness to the ball.
    """
    if player.handedness:
        return PlayingHand(player.handedness, Reason("handedness_given"), float(player.handedness == "right"))
    if rules.actions.two_handed:
        return PlayingHand(None, BOTH_HANDS)
    fast = [(_met(striker, one, hits, rules), one) for side in SIDES for one in swings(striker, side, rules)]
    fast.sort(key=lambda f: (f[0] is None, -f[1].speed))
    # Nearer than two actions they are one, such as a toss and its serve. Strokes may have to be farther apart.
    apart = min(rules.apart_s, rules.actions.apart_s)
    strokes = [fast[at] for at in spaced((one.peak_s for _, one in fast), apart)]
    ratios, weights = [], []
    for hit, one in strokes:
        first, last = np.searchsorted(striker.motion.grid, [one.peak_s - TOP_S, one.peak_s + TOP_S])
        tops = [striker.hand_speed[side][first : last + 1] for side in SIDES]
        if all(np.isfinite(top).any() for top in tops):
            left, right = (max(STILL_HAND, float(np.nanmax(top))) for top in tops)
            ratios.append(np.log(right / left) + (_nearer(striker, hit) if hit else 0))
            weights.append(one.speed**2 * (HIT_WEIGHT if hit else 1))
    if not strokes:
        return PlayingHand(None, Reason("no_stroke_shows_the_hand"))
    if not ratios:
        return PlayingHand(None, Reason("other_wrist_not_seen"))
    ratio = float(np.exp(np.average(ratios, weights=weights)))
    by = Reason("by_speed_and_nearness") if any(hit for hit, _ in strokes) else Reason("by_speed")
    needed = CLEAR_DOMINANCE if len(ratios) >= MANY_STROKES else CLEAR_IN_FEW
    if max(ratio, 1 / ratio) < needed:
        alike = Reason("strokes_of_both_hands_alike", by=by, n=len(ratios), ratio=ratio, needed=needed)
        return PlayingHand(None, alike, odds=float(np.log(ratio)))
    agree = sum((one > 0) == (ratio > 1) for one in ratios)
    side = "right" if ratio > 1 else "left"
    faster = Reason("strokes_of_one_hand_faster", by=by, n=len(ratios), ratio=ratio, agree=agree)
    return PlayingHand(side, faster, odds=float(np.log(ratio)))


def _met(striker: Striker, swing: Swing, hits: Sequence[Hit], rules: StrokeRules) -> Hit | None:
    """The hit at a swing that is within reach of its hand."""
    for at in hits_between(hits, swing.contact_s - AGREE_S, swing.contact_s + AGREE_S):
        if reaches_away(striker, swing.side, hits[at].time_s, hits[at].place, rules.reach) <= 1:
            return hits[at]
    return None


def _nearer(striker: Striker, hit: Hit) -> float:
    """Log of the ratio of the left wrist's distance from a hit to the right one's; 0 where one is out of sight."""
    near = striker.near(hit.time_s)
    at = min(int(np.searchsorted(near.grid, hit.time_s)), len(near.grid) - 1)
    left, right = (np.hypot(*(near.wrist(side)[at] - hit.place)) / near.height[at] for side in SIDES)
    ratio = np.log(max(left, NEAREST) / max(right, NEAREST)) if np.isfinite(left + right) else 0.0
    return float(ratio)
