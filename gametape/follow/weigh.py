"""Which pieces are each wanted player, decided with the whole film in sight, and why; what is only perhaps the player.

Belongs here: anchors against each other, several wanted players at once, clicks that are outvoted. Does not belong
here: the evidence of one piece (`evidence`), states of frames (`identity`).

Wrong is worse than unknown: where two pieces say the number at one time in two colours, and nothing else tells them
apart, neither is the player.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gametape.base.reason import Reason
from gametape.film.following_keys import Following
from gametape.follow.chain import Tie, chain, ties
from gametape.follow.colours import Lab, distance
from gametape.follow.evidence import Case, Mark, Wanted, cases, clicked_pieces
from gametape.follow.links import Camera, Link
from gametape.follow.pieces import Piece
from gametape.numbers.reader import NUMBERS
from gametape.numbers.votes import Vote

#: At most so many pieces are told as perhaps the player.
MOST_PERHAPS = 8
#: A piece tied to the player by at least so much is worth a look, also where that is not enough. Not measured: half of
#: `chain.TIED`, which a gap of 3.3 s leaves of the best link.
MAY_GO_ON = 0.3
#: A side of several with the number is the player's where it weighs so many times the others.
SIDE_LEADS = 2.0


@dataclass(frozen=True)
class Decision:
    """What is decided of one wanted player.

    Attributes:
        wanted: The player; the colour is the one learned where the sidecar gives none.
        chain: The pieces that are the player, in order of time, each with how it is tied to an anchor.
        cases: What spoke for and against each piece, by number.
        outvoted: Clicks that the rest speaks against, each with the reason.
        missed: Clicks on nobody.
        perhaps: Pieces worth a look, likeliest first, each with the reason.
        reason: Why nobody is known to be the player; None where somebody is.
    """

    wanted: Wanted
    chain: tuple[tuple[Piece, Tie], ...] = ()
    cases: Mapping[int, Case] = field(default_factory=dict)
    outvoted: tuple[tuple[Mark, int, Reason], ...] = ()
    missed: tuple[Mark, ...] = ()
    perhaps: tuple[tuple[Piece, Reason], ...] = ()
    reason: Reason | None = None


def decide(
    wanted: Sequence[Wanted],
    pieces: Sequence[Piece],
    votes: Mapping[int, Vote],
    near: Sequence[Link],
    camera: Camera,
    rules: Following,
    height: int,
) -> list[Decision]:
    """Decide for each wanted player which pieces are the player.

    Args:
        wanted: The players.
        pieces: All pieces, in order of time.
        votes: By piece.
        near: Links between pieces.
        camera: How the picture moves.
        rules: The settings.
        height: Of the picture, px.
    """

    def chain_of(told: Decision, without: frozenset[int]) -> Decision:
        found = chain(
            told.cases, near, camera, fastest_mps=rules.fastest_mps, tall_px=rules.close_up * height, without=without
        )
        return replace(told, chain=tuple(found))

    told = [chain_of(_heard(one, pieces, votes, rules), frozenset()) for one in wanted]
    without: list[frozenset[int]] = [frozenset() for _ in told]
    while any(lost := _given_up(told)):  # ends: what was given up once never comes back
        without = [before | now for before, now in zip(without, lost, strict=True)]
        told = [chain_of(one, gone) if now else one for one, gone, now in zip(told, without, lost, strict=True)]
    weakly = [_weakly(one, told, near, rules.close_up * height) for one in told]
    return [_explained(one, weak) for one, weak in zip(told, weakly, strict=True)]


def _weakly(own: Decision, told: Sequence[Decision], near: Sequence[Link], tall_px: float) -> dict[int, Tie]:
    """The pieces that are tied to a player's chain at least weakly, by anchors of that chain and through nobody else's.

    Args:
        own: The player.
        told: All players.
        near: Links between pieces.
        tall_px: See `ties`.
    """
    his = {piece.number for piece, _ in own.chain}
    theirs = {piece.number for one in told if one is not own for piece, _ in one.chain}
    counted = {
        number: case for number, case in own.cases.items() if number in his or not (case.is_anchor or number in theirs)
    }
    return ties(counted, near, tall_px, MAY_GO_ON)


def _given_up(told: Sequence[Decision]) -> list[frozenset[int]]:
    """For each player the pieces that are rather another one's."""
    claims: dict[int, list[tuple[float, int]]] = {}
    for at, one in enumerate(told):
        for piece, tie in one.chain:
            anchored = one.cases[piece.number].weight if one.cases[piece.number].is_anchor else 0.0
            claims.setdefault(piece.number, []).append((anchored + tie.sure, at))
    lost: list[set[int]] = [set() for _ in told]
    for number, of in claims.items():
        for _, at in sorted(of, reverse=True)[1:]:
            lost[at].add(number)
    return [frozenset(numbers) for numbers in lost]


# -- anchors against each other -----------------------------------------------------------------------------------


def _heard(wanted: Wanted, pieces: Sequence[Piece], votes: Mapping[int, Vote], rules: Following) -> Decision:
    """The evidence of each piece, with the colour learned and wrong clicks taken out."""
    clicked, missed = clicked_pieces(wanted.clicks, pieces)
    first = cases(wanted, pieces, votes, clicked, rules)
    wanted, reason = _with_colour(wanted, first, rules)
    found = cases(wanted, pieces, votes, clicked, rules)
    outvoted: list[tuple[Mark, int, Reason]] = []
    for number, marks in clicked.items():
        if why := _outvoted(found[number], found, wanted):
            outvoted += [(mark, number, why) for mark in marks]
            found[number] = replace(found[number], clicks=())
    if reason:
        found = {number: replace(case, says_number=min(case.says_number, 0)) for number, case in found.items()}
    return Decision(wanted, (), found, tuple(outvoted), tuple(missed), (), reason)


def _with_colour(wanted: Wanted, found: Mapping[int, Case], rules: Following) -> tuple[Wanted, Reason | None]:
    """The player with the colour and the side of the anchors as this film shows them; or why they do not agree.

    Where the number is worn on both sides, and neither a click nor a colour tells which is meant, the side that is seen
    far more often is.
    """
    anchors = [case for case in found.values() if case.is_anchor and case.piece.shirt]
    sides: list[list[Case]] = []
    for case in sorted(anchors, key=lambda case: -case.weight):
        assert case.piece.shirt is not None
        home = next((side for side in sides if _alike(case.piece, side[0].piece, rules.colour_tolerance)), None)
        if home is None:
            sides.append([case])
        else:
            home.append(case)
    if not sides:
        return wanted, None
    weights = [_side_weight(side, wanted) for side in sides]
    ranked = sorted(range(len(sides)), key=lambda at: -weights[at])
    if len(sides) > 1 and wanted.colour is None and weights[ranked[0]] < SIDE_LEADS * weights[ranked[1]]:
        return wanted, Reason("number_on_both_sides", number=wanted.number or "-")
    colours = np.array([case.piece.shirt for case in sides[ranked[0]]])
    learned: Lab = tuple(float(v) for v in np.median(colours, axis=0))  # type: ignore[assignment]
    if wanted.colour is not None and distance(learned, wanted.colour) > rules.colour_tolerance:
        return wanted, None  # in this light the shirt is not what is told, or somebody else's is in the way
    teams = [case.piece.team for case in sides[ranked[0]] if case.piece.team]
    team = max(set(teams), key=teams.count) if teams else None
    return replace(wanted, colour=learned, seen=True, team=team), None


def _alike(one: Piece, other: Piece, tolerance: float) -> bool:
    if one.team and other.team:
        return one.team == other.team
    return one.shirt is not None and other.shirt is not None and distance(one.shirt, other.shirt) <= tolerance


def _side_weight(side: Sequence[Case], wanted: Wanted) -> float:
    """What speaks for a side: a piece that was clicked and has the number most of all."""
    return sum(
        (len(case.clicks) * 4.0 if not (wanted.number and case.says_number < 0) else 0.0)
        + (len(case.vote.frames) if case.says_number > 0 and case.vote else 0.0)
        for case in side
    )


def _outvoted(case: Case, found: Mapping[int, Case], wanted: Wanted) -> Reason | None:
    """Why a click on a piece does not count: another number, another shirt, or the player is elsewhere then."""
    if case.against:
        return Reason("click_outvoted", reason=case.against)
    if case.says_number > 0:
        return None
    for other in found.values():
        if other.piece.number == case.piece.number or other.says_number <= 0 or other.other_colour:
            continue
        together = min(case.piece.end, other.piece.end) - max(case.piece.start, other.piece.start)
        if together > 0.2 and other.weight > case.weight:
            return Reason("click_outvoted", reason=Reason("number_elsewhere", number=wanted.number or "-"))
    return None


# -- what is told of it -------------------------------------------------------------------------------------------


def _explained(told: Decision, weak: Mapping[int, Tie]) -> Decision:
    """The decision with what is worth a look, and with the reason where nobody is the player.

    Args:
        told: The decision.
        weak: Pieces that may go on from the player, or go before, but not surely.
    """
    his = {piece.number for piece, _ in told.chain}
    perhaps = []
    for number, case in told.cases.items():
        if number in his or case.other_colour or case.says_number < 0:
            continue
        if case.vote and case.vote.number == told.wanted.number and case.vote.reads:
            perhaps.append((case, _why_perhaps(told, case)))
    perhaps.sort(key=lambda one: (-(one[0].vote.weight if one[0].vote else 0.0), one[0].piece.start))
    reason = None if told.chain else told.reason or _why_nobody(told)
    seen = {case.piece.number for case, _ in perhaps}
    going = sorted((tie.sure, number) for number, tie in weak.items() if number not in his | seen)
    perhaps += [(told.cases[number], Reason("may_go_on", sure=round(sure, 2))) for sure, number in reversed(going)]
    worth = tuple((case.piece, why) for case, why in perhaps[:MOST_PERHAPS])
    return replace(told, perhaps=worth, reason=reason)


def _why_perhaps(told: Decision, case: Case) -> Reason:
    if told.reason:
        return told.reason
    if case.is_anchor:
        return Reason("number_at_once", number=told.wanted.number or "-")
    return Reason("number_seen", number=told.wanted.number or "-", reads=case.vote.reads if case.vote else 0)


def _why_nobody(told: Decision) -> Reason:
    if not told.cases:
        return Reason("nobody_in_sight")
    if told.outvoted or told.missed:
        return Reason("no_click_counts", clicks=len(told.outvoted) + len(told.missed))
    if told.wanted.number is None:
        return Reason("not_clicked")
    if told.wanted.number not in NUMBERS:
        return Reason("number_never_read", number=told.wanted.number)
    looked = sum(case.vote is not None for case in told.cases.values())
    read = sum(case.vote is not None and case.vote.number is not None for case in told.cases.values())
    if not looked or not read:
        return Reason("no_number_legible")
    return Reason("number_not_confirmed", number=told.wanted.number)
