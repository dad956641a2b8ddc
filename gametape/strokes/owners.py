"""Who hit the ball: each hit of the film to one person, or to nobody who is followed.

Belongs here: weighing a person's nearness to a hit and his swing against those of others, and the order of play. Does
not belong here: how far a hand is from a hit (`hits`), what the stroke was.

The likeliest sequence of owners is taken, by costs that are negative logarithms of likelihoods. A hit a
whole reach away from a hand is as likely one of a person who is not followed. Where the sport lets nobody hit the ball
twice in a row, doing so costs as much as a hit between that was not found, and more the sooner it is for two hits: that
is how the hits of an opponent who is not followed are not counted for the other player.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan

import numpy as np

from gametape.strokes.arms import Lead
from gametape.strokes.hits import Hit
from gametape.strokes.kinds import Kind, Sided

NEAR_COST = 4.0
"""Cost of a hit one reach away from the hand; it grows with the square of the distance."""
NO_SWING = 0.7
"""Cost of a hand that is not seen to swing at a hit: half of those that hit are, in films."""
NOBODY = 5.0
"""Cost of a hit by a person who is not followed,"""
NOBODY_ELSE = 10.0
"""and where two who play by turns are both in sight, for then there hardly is another."""
FAR_AWAY = 1.5
"""Reaches beyond which a hit is not of a person, however far away the others are."""
WRONG_SIDE = 6.0
"""Cost of a hit by a person on another side of the net than that on which the ball has just bounced."""
TWICE = 2.0
"""Cost of hitting twice in a row: about one hit in eight is not found."""
SOON = 0.5
"""Standard deviation of the time from a player's hit to his next one, as a share of half of it."""
BOTH_WAYS = 20.0
"""Cost of playing the ball that one has just let go oneself."""
IN_PLAY_S = 3.0
"""After this many seconds without a hit the ball is played anew, by anybody."""


@dataclass(frozen=True)
class Claim:
    """A person within reach of a hit.

    Attributes:
        track: The person.
        away: Reaches from the nearer hand.
        kind: The kind of stroke by the ball's place alone.
        swing: Did the hand swing at that moment?
        odds: Log odds that the right hand plays.
        lead: Which arm leads at that moment.
        stands: Where the person is then, px.
        wrong_side: Did the ball last bounce on the other side of the net?
    """

    track: int
    away: float
    kind: Kind | Sided
    swing: bool = False
    odds: float = 0.0
    lead: Lead | None = None
    stands: tuple[float, float] = (nan, nan)
    wrong_side: bool = False

    @property
    def cost(self) -> float:
        """Of the hit being his."""
        return NEAR_COST * self.away**2 + (0.0 if self.swing else NO_SWING) + (WRONG_SIDE if self.wrong_side else 0.0)


def owners(
    hits: Sequence[Hit],
    claims: Mapping[int, Sequence[Claim]],
    alternate: bool,
    in_sight: Mapping[int, set[int]] | None = None,
) -> dict[int, Claim]:
    """The likeliest owner of each hit.

    Args:
        hits: All hits, in order of time.
        claims: Those who are within reach of a hit, by number of the hit.
        alternate: Does nobody hit the ball twice in a row? It is asked only where two people or more hit it at all:
            who plays against a wall or is fed balls from outside the picture does hit it again and again.
        in_sight: The people who are seen at a hit, by its number; None where that is not known.

    Returns:
        The claims that hold, by number of the hit; hits of nobody are left out.
    """
    in_sight = in_sight or {}
    near = {one.track for own in claims.values() for one in own if one.away <= 1}
    alternate = alternate and len(near) > 1
    rhythm = _rhythm(hits)
    # By the last owner: cost so far, when he hit, and the claims that hold.
    paths: dict[int | None, tuple[float, float, tuple]] = {None: (0.0, -inf, ())}
    for at, hit in enumerate(hits):
        grown: dict[int | None, tuple[float, float, tuple]] = {}
        own_ball = at > 0 and (hits[at - 1].kind, hit.kind) == ("release", "hit")
        nobody = NOBODY_ELSE if alternate and len(near & in_sight.get(at, set())) > 1 else NOBODY
        for claim in (None, *claims.get(at, ())):
            track, own = (None, nobody) if claim is None else (claim.track, claim.cost)
            cost, path = min(
                (
                    (before + own + (_again(hit.time_s - last_s, rhythm) if again and alternate else bowled), path)
                    for last, (before, last_s, path) in paths.items()
                    for again in [track is not None and last == track]
                    for bowled in [BOTH_WAYS if again and own_ball and hit.time_s - last_s <= IN_PLAY_S else 0.0]
                ),
                key=lambda way: way[0],
            )
            grown[track] = cost, hit.time_s, (path, (at, claim))
        paths = grown
    *_, path = min(paths.values(), key=lambda way: way[0])
    held = {}
    while path:
        path, (at, claim) = path
        if claim is not None:
            held[at] = claim
    return held


def _rhythm(hits: Sequence[Hit]) -> float:
    """Median seconds from a hit to the next while the ball is in play; infinite where there are no two."""
    moments = np.array([hit.time_s for hit in hits])
    gaps = np.diff(moments)
    gaps = gaps[gaps <= IN_PLAY_S]
    return float(np.median(gaps)) if len(gaps) else inf


def _again(gap_s: float, rhythm: float) -> float:
    """Cost of hitting again after so many seconds, without a hit between that was found."""
    if gap_s > IN_PLAY_S:
        return 0.0
    short = max(0.0, 2 * rhythm - gap_s) / (SOON * rhythm)
    return TWICE + short**2 / 2


def turn_of(track: int, moment: float, turns: Sequence[tuple[float, int]]) -> bool | None:
    """Is it a person's turn to hit, by the hits before and after?

    Args:
        track: The person.
        moment: Seconds.
        turns: Seconds and owner of each hit, in order of time.

    Returns:
        True where one hit of his seems to be missing: others hit before and after him. False where he himself hit
        before or after, others took turns without him, or the rally was over. None where no ball is in play.
    """
    at = bisect_left(turns, (moment,))
    before = turns[at - 1][1] if at and moment - turns[at - 1][0] <= IN_PLAY_S else None
    after = turns[at][1] if at < len(turns) and turns[at][0] - moment <= IN_PLAY_S else None
    if before is None and after is None:
        return None
    return after is not None and track not in (before, after) and before in (None, after)
