"""Evidence: what speaks for and against a piece being a wanted player: number, colour, clicks.

Belongs here: each piece by itself. Does not belong here: pieces in a row (`links`, `chain`), what is decided (`weigh`).

A number that is confirmed, or a click, can say by itself that a piece is the player: such a piece is an *anchor*. A
colour never does: it supports, or it speaks against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gametape.base.reason import Reason
from gametape.film.following_keys import Following
from gametape.follow.colours import Lab, distance, lab_of
from gametape.follow.pieces import Piece, holds
from gametape.numbers.votes import Vote

#: How far in time from a click a box may be, seconds, and how far beside it, in box heights; beside the nearest box it
#: is on nobody where another one is hardly farther.
CLICK_S, CLICK_OFF, CLICK_RIVAL = 0.3, 0.3, 0.15
#: A shirt so many tolerances from the colour that the sidecar names is another one, or from the colour that this film
#: shows of the player, in its own light; so much nearer to the opponent's colour, too.
OTHER_COLOUR, OTHER_THAN_SEEN, NEARER_OPPONENT = 1.6, 1.2, 8.0
#: A shirt of the other side is another one from so many tolerances on.
OTHER_SIDE = 0.5
#: What anchors weigh, in natural logarithms of odds.
NUMBER_WEIGHS, CLICK_WEIGHS = 6.0, 5.0


@dataclass(frozen=True)
class Mark:
    """A click: a frame and a place in it, px of the upright picture."""

    frame: int
    time_s: float
    x: float
    y: float


@dataclass(frozen=True)
class Wanted:
    """A wanted player.

    Attributes:
        place: In the sidecar's players, from 0.
        name: None: not given.
        number: On the shirt; None: not given.
        colour: Of the shirt, CIELAB; None: not given.
        opponent: The opponents' shirts; None: not given.
        clicks: In order of time.
        seen: Whether the colour is the one that the film shows, not the sidecar's.
        team: As in person_tracks, of the pieces that were told to be the player; None: not known.
    """

    place: int
    name: str | None = None
    number: str | None = None
    colour: Lab | None = None
    opponent: Lab | None = None
    clicks: tuple[Mark, ...] = ()
    seen: bool = False
    team: str | None = None


def wanted_of(place: int, name: str | None, number: str | None, colour: str | None, opponent: str | None) -> Wanted:
    """A wanted player from the sidecar's words, without clicks."""
    return Wanted(place, name, number, colour and lab_of(colour), opponent and lab_of(opponent))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Case:
    """What speaks for and against one piece being one wanted player.

    Attributes:
        vote: The piece's number, None where no shirt was looked at.
        says_number: +1: its number is the player's and confirmed; -1: another one is; 0: neither.
        lean: How much unconfirmed reads speak for the number, less than 0: for another one.
        colour: Distance of the shirt from the player's colour; None: not known.
        other_colour: Whether the shirt is another one.
        clicks: The player's clicks on this piece.
    """

    piece: Piece
    vote: Vote | None = None
    says_number: int = 0
    lean: float = 0.0
    colour: float | None = None
    other_colour: bool = False
    clicks: tuple[Mark, ...] = ()

    @property
    def against(self) -> Reason | None:
        """Why it cannot be the player, None where it can."""
        if self.says_number < 0 and self.vote:
            return Reason("other_number", number=self.vote.number, reads=self.vote.reads)
        if self.other_colour:
            return Reason("other_shirt")
        return None

    @property
    def is_anchor(self) -> bool:
        """Whether the piece says by itself that it is the player."""
        return self.against is None and (self.says_number > 0 or bool(self.clicks))

    @property
    def weight(self) -> float:
        """Natural logarithm of the odds, by the piece itself."""
        clicked = CLICK_WEIGHS * len(self.clicks)
        numbered = NUMBER_WEIGHS + min(len(self.vote.frames) / 10, 2.0) if self.says_number > 0 and self.vote else 0.0
        supported = 0.2 if self.colour is not None and not self.other_colour else 0.0
        return clicked + numbered + supported + float(np.clip(self.lean, -2.0, 2.0)) - 0.3


def cases(
    wanted: Wanted,
    pieces: Sequence[Piece],
    votes: Mapping[int, Vote],
    clicked: Mapping[int, Sequence[Mark]],
    rules: Following,
) -> dict[int, Case]:
    """What speaks for and against each piece, by its number."""
    found = {}
    for piece in pieces:
        vote = votes.get(piece.number)
        says, lean = _number(wanted.number, vote, rules)
        away, other = colour_of(piece, wanted, rules)
        marks = tuple(clicked.get(piece.number, ()))
        found[piece.number] = Case(piece, vote, says, lean, away, other, marks)
    return found


def colour_of(piece: Piece, wanted: Wanted, rules: Following) -> tuple[float | None, bool]:
    """The distance of a piece's shirt from the wanted colour, and whether it is another one."""
    if piece.shirt is None:
        return None, False
    if piece.team and wanted.team and piece.team != wanted.team and wanted.colour:
        away = distance(piece.shirt, wanted.colour)  # sides are told by colours: of two that are alike neither is sure
        return away, away > OTHER_SIDE * rules.colour_tolerance
    theirs = distance(piece.shirt, wanted.opponent) if wanted.opponent else None
    if wanted.colour is None:
        return None, theirs is not None and theirs <= 0.5 * rules.colour_tolerance
    away = distance(piece.shirt, wanted.colour)
    nearer = theirs is not None and theirs + NEARER_OPPONENT < away
    return away, nearer or away > (OTHER_THAN_SEEN if wanted.seen else OTHER_COLOUR) * rules.colour_tolerance


def is_enough(vote: Vote, rules: Following) -> bool:
    """Whether the reads of a piece confirm its number, by the film's settings too."""
    return vote.confirmed and vote.reads >= rules.reads and vote.spread_s >= rules.reads_over_s - 1e-6


def _number(number: str | None, vote: Vote | None, rules: Following) -> tuple[int, float]:
    """What the reads say of the wanted number: confirmed (+1), another one (-1) or neither, and how they lean."""
    if number is None or vote is None or vote.number is None:
        return 0, 0.0
    if vote.number == number:
        return (1, 0.0) if is_enough(vote, rules) else (0, vote.weight - vote.runner_up_weight)
    if is_enough(vote, rules) and not holds(number, vote.number):
        return -1, 0.0
    behind = vote.runner_up_weight if vote.runner_up == number else 0.0
    part = 0.3 if holds(number, vote.number) else 1.0  # half a number is no other one
    return 0, part * (behind - vote.weight)


def clicked_pieces(marks: Sequence[Mark], pieces: Sequence[Piece]) -> tuple[dict[int, list[Mark]], list[Mark]]:
    """The clicks on each piece by its number, and those that met nobody."""
    on: dict[int, list[Mark]] = {}
    missed = []
    for mark in marks:
        near = []
        for piece in pieces:
            row = piece.row_at(mark.frame)
            late = abs(piece.times[row] - mark.time_s)
            if late <= CLICK_S:  # who is there now comes before who was
                off = _outside(piece.boxes[row], mark)
                near.append((off + late / CLICK_S, off, piece.number))
        near.sort()
        rank, off, number = near[0] if near else (0.0, np.inf, -1)
        rival = off > 0 and len(near) > 1 and near[1][0] - rank < CLICK_RIVAL
        if off >= CLICK_OFF or rival:
            missed.append(mark)
        else:
            on.setdefault(number, []).append(mark)
    return on, missed


def _outside(box: np.ndarray, mark: Mark) -> float:
    """How far a click is from a box: in it less than 0, the nearer to its middle the less; else in box heights."""
    x1, y1, x2, y2 = box
    tall, wide = max(y2 - y1, 1.0), max(x2 - x1, 1.0)
    beside, above = max(x1 - mark.x, 0.0, mark.x - x2), max(y1 - mark.y, 0.0, mark.y - y2)
    if beside or above:
        return float(np.hypot(beside, above) / tall)
    return float(np.hypot((mark.x - (x1 + x2) / 2) / wide, (mark.y - (y1 + y2) / 2) / tall)) - 1.0
