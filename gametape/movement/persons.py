"""Who plays which part in a film: the player whom it is about, the opponent, and whoever else plays.

Belongs here: telling the parts apart. Does not belong here: choosing the player among the people (gametape.pose),
measuring anybody (gametape.coaching).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gametape.film.player import name_of
from gametape.film.sidecar import Player, Sidecar
from gametape.movement.court_side import sides_of_people
from gametape.movement.subject import known_players, playing, subject_of
from gametape.play.sent_balls import SURE
from gametape.sports.courts import court_of
from gametape.sports.people import players_of

if TYPE_CHECKING:
    import pyarrow as pa

PLAYER, OPPONENT, OTHER = ROLES = ("player", "opponent", "other")
"""The player whom the film is about; the only other one who plays, across a net; whoever else plays or is named."""
BY_TURNS_S = 3.0
"""Who hits the ball within so many seconds of the other plays against the other."""
MOST_OTHERS = 5
"""People besides the player who are measured: in doubles there are three."""


@dataclass(frozen=True)
class Person:
    """Somebody who plays in a film.

    Attributes:
        track: The person's track; None for a player who was not found.
        role: One of ROLES.
        player: What the sidecar says of the person.
    """

    track: int | None
    role: str
    player: Player

    @property
    def subject(self) -> str:
        """The person as the tables name one; a player who was not found is the film's."""
        return "film" if self.track is None else f"track:{self.track}"

    @property
    def name(self) -> str | None:
        """The name that the sidecar gives, or None."""
        return name_of(self.player)

    @property
    def is_player(self) -> bool:
        """Is the film about this person?"""
        return self.role == PLAYER


@dataclass(frozen=True)
class Who:
    """A person as the rows of METRICS and the tables beside it name one: `subject`, `role` and `name`."""

    subject: str
    role: str
    name: str | None

    @property
    def track(self) -> int | None:
        """The person's track; None for a player who was not found."""
        kind, _, number = self.subject.partition(":")
        return int(number) if kind == "track" else None

    @property
    def is_player(self) -> bool:
        """Is the film about this person?"""
        return self.role == PLAYER


def persons_of(
    people: pa.Table, strokes: pa.Table, sidecar: Sidecar, calibration: pa.Table | None = None
) -> tuple[Person, ...]:
    """Who plays in a film, the player first.

    Others are whoever is named and clicked, whoever has a sure stroke, and whoever is known to play, in this order.
    Where the sidecar says what the player does (`mode`) its rules hold for nobody else, so that others are only who is
    named. The only other one in a sport with a net is the opponent, unless he may be the player's partner: where sides
    of a net can have two, the other stands across the net, or the two hit the ball by turns.

    Args:
        people: Table PEOPLE.
        strokes: Table STROKES.
        sidecar: The players, the sport and the mode.
        calibration: Table CALIBRATION, where there is one.
    """
    subject, known = subject_of(people, sidecar), known_players(people, sidecar)
    named = [track for track in known if track != subject.track]
    strikers = Counter(row["track"] for row in strokes.to_pylist() if row["confidence"] >= SURE)
    at_play = [] if sidecar.mode else [*(track for track, _ in strikers.most_common()), *sorted(playing(people))]
    others = [track for track in dict.fromkeys([*named, *at_play]) if track != subject.track][:MOST_OTHERS]
    court = court_of(sidecar.sport)
    alone = len(others) == 1 and court is not None and court.net is not None
    across = alone and _across((subject.track, others[0]), people, strokes, sidecar, calibration)
    role = OPPONENT if across else OTHER
    return (
        Person(subject.track, PLAYER, subject.player),
        *(Person(track, role, known.get(track, Player())) for track in others),
    )


def _across(
    two: tuple[int | None, int], people: pa.Table, strokes: pa.Table, sidecar: Sidecar, calibration: pa.Table | None
) -> bool:
    """Is the other one an opponent, and no partner?"""
    most = players_of(sidecar.sport)
    if most is not None and most[1] == 2:
        return True
    sides = sides_of_people(people, calibration) if calibration is not None else {}
    if all(track in sides for track in two):
        return len({sides[track] for track in two if track is not None}) == 2
    told = sorted((row for row in strokes.to_pylist() if row["confidence"] >= SURE), key=itemgetter("contact_s"))
    return any(
        {one["track"], then["track"]} == set(two) and then["contact_s"] - one["contact_s"] <= BY_TURNS_S
        for one, then in pairwise(told)
    )


def people_in(rows: Iterable[Mapping[str, Any]]) -> tuple[Who, ...]:
    """The people whom rows of METRICS, MEASURES or FINDINGS are of, the player first; who only passes by is none."""
    found = dict.fromkeys(Who(row["subject"], row["role"], row["name"]) for row in rows if row["role"])
    return tuple(sorted(found, key=lambda one: ROLES.index(one.role)))


def is_of_player(row: Mapping[str, Any]) -> bool:
    """Is a row of METRICS, MEASURES or FINDINGS of the player, of the ball or of the film, and of nobody else?

    >>> is_of_player({"subject": "track:2", "role": "opponent"}), is_of_player({"subject": "ball", "role": None})
    (False, True)
    """
    return row["role"] == PLAYER or (row["role"] is None and not row["subject"].startswith("track:"))
