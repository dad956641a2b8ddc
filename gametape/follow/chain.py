"""The chain: which pieces one after the other are a wanted player, decided with the whole film in sight.

Belongs here: the search for the chain of most evidence. Does not belong here: what the evidence is (`evidence`,
`links`).

Every piece of the chain is an anchor, or is tied to one by links that are sure enough. No two pieces are at one time,
and nobody is faster than a player can be.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gametape.follow.evidence import Case
from gametape.follow.links import OVERLAP_S, Camera, Link, possible
from gametape.follow.pieces import Piece

#: A piece that is no anchor belongs to the player where its links to one are at least so sure together.
TIED = 0.6
#: What it costs to come again without a link, in logarithms of odds; and the most that a link gives.
_AGAIN, _MOST = 1.0, 3.0
#: After so long, seconds, a player may be anywhere.
_ANYWHERE_S = 8.0


#: What reads of the number on a tied piece say for it, and reads of another one against it, in logarithms of odds for a
#: read that is certain; and how sure a tied piece gets by them at most.
READ_SAYS, OTHER_SAYS, SUREST = 2.5, 1.2, 0.95
#: What is tied less than this is not tied by its reads either.
WEAKEST = 0.3


def with_reads(sure: float, lean: float) -> float:
    """How sure a tie is with what is read of the piece; see `Case.lean`.

    >>> round(with_reads(0.5, 0.0), 2), round(with_reads(0.5, 0.8), 2), round(with_reads(0.7, -1.0), 2)
    (0.5, 0.88, 0.41)
    """
    odds = sure / max(1 - sure, 1e-6)
    odds *= float(np.exp((READ_SAYS if lean > 0 else OTHER_SAYS) * np.clip(lean, -2.0, 2.0)))
    return odds / (1 + odds)


@dataclass(frozen=True)
class Tie:
    """How a piece is tied to an anchor: how sure, 0..1, and the anchor's number (its own for an anchor)."""

    sure: float
    anchor: int


def ties(cases: Mapping[int, Case], links: Sequence[Link], tall_px: float, least: float = TIED) -> dict[int, Tie]:
    """The pieces that are anchors, or tied to one by links, with how sure that is.

    Args:
        cases: By piece.
        links: Between pieces.
        tall_px: A taller person is tied by nothing: in a close-up one is told by the own number.
        least: Links that are less sure together tie nothing.
    """
    near = defaultdict(list)
    for link in links:
        near[link.before].append((link.after, link.sure))
        near[link.after].append((link.before, link.sure))
    best = {number: Tie(1.0, number) for number, case in cases.items() if case.is_anchor}
    # What is read of a piece counts once on the way to it: back over itself it would be as sure as one likes.
    way: dict[int, frozenset[int]] = {number: frozenset((number,)) for number in best}
    waiting = [(-1.0, number) for number in best]
    heapq.heapify(waiting)
    while waiting:
        minus, number = heapq.heappop(waiting)
        if -minus < best[number].sure:
            continue
        for other, sure in near[number]:
            tied = -minus * sure
            case = cases.get(other)
            if case is None or case.against or case.is_anchor or case.piece.height > tall_px:
                continue
            if tied < WEAKEST or (tied := min(with_reads(tied, case.lean), SUREST)) < least:
                continue
            if cases[number].piece.height > tall_px:
                continue
            if other not in way[number] and (other not in best or tied > best[other].sure):
                best[other], way[other] = Tie(tied, best[number].anchor), way[number] | {other}
                heapq.heappush(waiting, (-tied, other))
    return best


def chain(
    cases: Mapping[int, Case],
    links: Sequence[Link],
    camera: Camera,
    *,
    fastest_mps: float,
    tall_px: float,
    without: Collection[int] = (),
) -> list[tuple[Piece, Tie]]:
    """The chain of most evidence, in order of time; empty where there is no anchor.

    Args:
        cases: What speaks for and against each piece, by its number.
        links: Between pieces.
        camera: How the picture moves.
        fastest_mps: Nobody is faster, m/s.
        tall_px: See `ties`.
        without: Pieces that are somebody else's.
    """
    tied = ties({number: case for number, case in cases.items() if number not in without}, links, tall_px)
    order = sorted(tied, key=lambda number: (cases[number].piece.start, number))
    sure = {(link.before, link.after): link.sure for link in links}
    ends = np.array([cases[number].piece.end for number in order])
    worth: list[float] = []
    came: list[int | None] = []
    for at, number in enumerate(order):
        piece = cases[number].piece
        best, before = 0.0, None
        far = np.flatnonzero(ends[:at] < piece.start - _ANYWHERE_S)
        if len(far):
            before = int(far[np.argmax(np.array(worth)[far])])
            best = worth[before] - _AGAIN
        for other in np.flatnonzero(ends[:at] >= piece.start - _ANYWHERE_S).tolist():
            gained = worth[other] + _step(cases[order[other]].piece, piece, sure, camera, fastest_mps)
            if gained > best:
                best, before = gained, other
        if best <= 0.0:
            best, before = 0.0, None
        worth.append(cases[number].weight + best)
        came.append(before)
    if not worth:
        return []
    at_end: int | None = int(np.argmax(worth))
    found = []
    while at_end is not None:
        found.append(order[at_end])
        at_end = came[at_end]
    found.reverse()
    return _anchored(found, cases, tied)


def _step(
    before: Piece, after: Piece, sure: Mapping[tuple[int, int], float], camera: Camera, fastest_mps: float
) -> float:
    """What it gives or costs to go from one piece to another; minus infinity where nobody can."""
    if after.start < before.end - OVERLAP_S:
        return -np.inf
    linked = sure.get((before.number, after.number))
    if linked is not None:
        return float(np.clip(np.log(linked / max(1.0 - linked, 1e-3)), -_MOST, _MOST))
    return -_AGAIN if possible(before, after, camera, fastest_mps) else -np.inf


def _anchored(found: Sequence[int], cases: Mapping[int, Case], tied: Mapping[int, Tie]) -> list[tuple[Piece, Tie]]:
    """The pieces of the chain, less those whose anchor is not in it."""
    kept = set(found)
    return [(cases[number].piece, tied[number]) for number in found if tied[number].anchor in kept]
