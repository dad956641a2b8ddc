"""Joins pieces of tracks that are one person, when the whole shot is known.

Belongs here: how likely two pieces are one person, and which are joined. Does not belong here: following (`tracks`).

Two pieces are one person where the second begins about where the first would be, no faster than a person runs, in the
same colours and of the same size. Nobody is in two places at once, and where two others come into question as well
nothing is joined: a piece too many is a smaller fault than two people in one track. Numbers are read along tracks, so
they join pieces later, where it is decided who is who (`gametape.follow`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametape.people.teams import WEIGHTS

PERSON_M = 1.8
"""Height of a person that a box stands for, m: a speed in metres is one in box heights."""
FASTEST = 12.0 / PERSON_M
"""Heights a second that a person moves at most: 12 m/s."""
LONGEST_S = 6.0
"""Longest gap over which place and colour join pieces: of a team several may be there by then."""
PLACE, PLACE_PER_S = 0.5, 1.3
"""Distance from where a person was expected at which likeness falls to 0.6, in heights, and its growth per second."""
COLOUR = 11.0
"""The same of colours, in weighted CIELAB."""
TALL = 0.22
"""The same of the logarithm of heights."""
LEAST = 0.15
"""Least likeness that joins."""
RIVAL = 0.75
"""Nothing is joined where another is at least this share as likely."""
VELOCITY_S = 0.5
"""Time at a piece's end over which its velocity is measured, s."""
FADES_S = 0.6
"""A velocity holds about so long, s: players turn."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A person followed without a gap.

    Attributes:
        time_s: (n,) seconds.
        box: (n, 4) as if the camera had stood still.
        team: a, b, referee or None.
        colour: (6,) CIELAB of shirt and trousers; None where not known.
        view: Stretches of known camera movement in which it begins and ends: over their border no place is known.
    """

    time_s: np.ndarray
    box: np.ndarray
    team: str | None
    colour: np.ndarray | None
    view: tuple[int, int] = (0, 0)

    @cached_property
    def height(self) -> float:
        """Median height, px."""
        return float(np.median(self.box[:, 3] - self.box[:, 1]))

    @cached_property
    def ends(self) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """At the beginning and at the end: place of the feet's middle, px, and velocity, px/s."""
        return self._place(False), self._place(True)

    def _place(self, end: bool) -> tuple[np.ndarray, np.ndarray]:
        middle = np.stack([(self.box[:, 0] + self.box[:, 2]) / 2, self.box[:, 3]], axis=1)
        near = self.time_s >= self.time_s[-1] - VELOCITY_S if end else self.time_s <= self.time_s[0] + VELOCITY_S
        t, xy = self.time_s[near], middle[near]
        at = middle[-1] if end else middle[0]
        if len(t) < 3 or np.ptp(t) <= 0:
            return at, np.zeros(2)
        return at, np.polyfit(t - t.mean(), xy, 1)[0]


def joined(pieces: list[Piece]) -> np.ndarray:
    """(n,) the track of each piece, from 0 in the order in which they begin.

    Args:
        pieces: The pieces of one shot, in the order in which they begin.
    """
    chain = list(range(len(pieces)))  # the chain of each piece
    members: dict[int, list[int]] = {place: [place] for place in chain}
    pairs = _candidates(pieces)
    dense = {pair: _dense(pieces, *pair) * score for pair, score in pairs.items()}
    after_of: dict[int, list[int]] = {}
    before_of: dict[int, list[int]] = {}
    for before, after in pairs:
        after_of.setdefault(before, []).append(after)
        before_of.setdefault(after, []).append(before)
    for (before, after), score in sorted(dense.items(), key=lambda item: (-item[1], item[0])):
        if pairs[before, after] < LEAST:
            continue
        one, other = members[chain[before]], members[chain[after]]
        if one is other or _together(pieces, one, other):
            continue
        beside = [(before, rival) for rival in after_of[before] if rival != after]
        beside += [(rival, after) for rival in before_of[after] if rival != before]
        rivals = [
            dense[b, a] for b, a in beside if chain[b] != chain[a]
            and not _together(pieces, members[chain[b]], members[chain[a]])
        ]  # fmt: skip
        if max(rivals, default=0.0) >= RIVAL * score:
            continue
        kept, gone = sorted((chain[before], chain[after]))
        members[kept] += members.pop(gone)
        for place in members[kept]:
            chain[place] = kept
    order = {old: new for new, old in enumerate(dict.fromkeys(chain))}
    return np.array([order[of] for of in chain], int)


def likeness(before: Piece, after: Piece, gap: float) -> float:
    """How likely the second piece is the first person again after `gap` seconds, 0..1."""
    if before.team and after.team and before.team != after.team:
        return 0.0
    tall = (before.height + after.height) / 2
    (end, speed), (begin, back) = before.ends[1], after.ends[0]
    if np.linalg.norm(begin - end) / tall > FASTEST * gap + PLACE:
        return 0.0
    faded = FADES_S * (1 - np.exp(-gap / FADES_S))
    off = np.linalg.norm(end + speed * faded / 2 - (begin - back * faded / 2)) / tall
    value = (off / (PLACE + PLACE_PER_S * gap)) ** 2 + (np.log(after.height / before.height) / TALL) ** 2
    if before.colour is not None and after.colour is not None:
        value += float(((before.colour - after.colour) * WEIGHTS / COLOUR) ** 2 @ np.ones(6))
    return float(np.exp(-value / 2))


def _dense(pieces: list[Piece], before: int, after: int) -> float:
    """What a likeness counts beside others': the longer the gap, the wider the place where somebody may be by then."""
    gap = float(pieces[after].time_s[0] - pieces[before].time_s[-1])
    return (PLACE / (PLACE + PLACE_PER_S * gap)) ** 2


def _candidates(pieces: list[Piece]) -> dict[tuple[int, int], float]:
    """The likeness of pairs of which the second begins after the first has ended, soon enough."""
    out: dict[tuple[int, int], float] = {}
    begins = np.array([piece.time_s[0] for piece in pieces])
    for before, piece in enumerate(pieces):
        ended = float(piece.time_s[-1])
        for after in np.flatnonzero((begins > ended) & (begins <= ended + LONGEST_S)).tolist():
            if piece.view[1] != pieces[after].view[0]:
                continue
            score = likeness(piece, pieces[after], float(begins[after]) - ended)
            if score >= LEAST * RIVAL:
                out[before, after] = score
    return out


def _together(pieces: list[Piece], one: list[int], other: list[int]) -> bool:
    """Whether somebody would be in two places at once."""
    return any(
        pieces[a].time_s[0] <= pieces[b].time_s[-1] and pieces[b].time_s[0] <= pieces[a].time_s[-1]
        for a in one
        for b in other
    )
