"""The players of a game as the page names them.

Belongs here: names, marks on the cars, colours' order. Does not belong here: who is who (gametape.replay.identity).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gametape.base.slug import words
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

TEAMS = ("blue", "orange")


@dataclass(frozen=True)
class Person:
    """A player of a game.

    Attributes:
        number: number of the player, as other tables refer to it.
        place: place in the page's lists, blue first, from 0.
        mark: one to three letters that no other car of the game bears.
        row: the row of replay_players.
        link: the player's own page, relative to this one; empty where there is none.
        chosen: is the page about this player?
    """

    number: int
    place: int
    name: str
    team: str
    mark: str
    row: Mapping[str, Any]
    link: str = ""
    chosen: bool = False

    @property
    def key(self) -> str:
        """What a link names the player by, behind `#player=`; empty where there is no identity."""
        return words(self.row["identity"]) if self.row["identity"] else ""


def people_of(
    players: pa.Table, say: Words, me: int | None = None, links: Mapping[int, str] | None = None
) -> list[Person]:
    """The players, blue first, then by number.

    Args:
        players: replay_players of one game.
        say: the page's words.
        me: number of the player whom the page is about.
        links: players' pages by the player's number.
    """
    rows = sorted(players.to_pylist(), key=lambda row: (TEAMS.index(row["team"]), row["player"]))
    names = [row["name"] or say("game.nameless", n=place + 1) for place, row in enumerate(rows)]
    known = {row["player"]: mark for row, mark in zip(rows, marks(names), strict=True)}
    return [
        Person(
            number=row["player"],
            place=place,
            name=name,
            team=row["team"],
            mark=known[row["player"]],
            row=row,
            link=(links or {}).get(row["player"], ""),
            chosen=row["player"] == me,
        )
        for place, (row, name) in enumerate(zip(rows, names, strict=True))
    ]


def marks(names: Sequence[str]) -> list[str]:
    """Short marks that differ.

    A name's first letters or its words' initials where no other mark is like it, else its number.

    >>> marks(["Ana", "Ben Day", "Ben Fox", "Ana", "x"])
    ['An', 'BD', 'BF', 'Ana', 'x']
    """
    found: list[str] = []
    for place, name in enumerate(names):
        parts = ["".join(filter(str.isalnum, part)) for part in name.replace("_", " ").split()]
        parts = [part for part in parts if part]
        whole = "".join(parts)
        wanted = ["".join(part[0] for part in parts[:3])] if len(parts) > 1 else []
        wanted += [whole[:long] for long in (2, 3) if whole]
        taken = {one.casefold() for one in found}
        found.append(next((one for one in wanted if one.casefold() not in taken), str(place + 1)))
    return found
