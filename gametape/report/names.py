"""What people, subjects, sports and modes are called in a report."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from gametape.film.player import name_of
from gametape.movement.persons import PLAYER, people_in
from gametape.movement.subject import bystanders, known_players, subject_of
from gametape.pose.subject_selection import CLOSE_CALL
from gametape.report.words import Words, plain

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.film.sidecar import Sidecar

MUCH_MORE = 0.8
"""How much better the chosen one must rank than the next best, 0..1, for nobody else to be meant."""
NOBODY: Mapping[int, str] = MappingProxyType({})
"""Names or parts by track, where none are known."""


def player_names(people: pa.Table, sidecar: Sidecar, *, followed: bool = False) -> dict[int, str]:
    """The names, by track, of everybody whom the sidecar names and the film shows.

    Args:
        people: Table PEOPLE.
        sidecar: The film's.
        followed: A player is followed among many: then whoever is nearest to the camera is not that player for
            being the only one named, and nobody has a name without a click.
    """
    if followed and not any(player.clicks for player in sidecar.players):
        return {}
    subject = subject_of(people, sidecar)
    known = known_players(people, sidecar)
    if subject.track is not None:
        known = {subject.track: subject.player} | known
    return {track: name for track, player in known.items() if (name := name_of(player))}


def parts_in(metrics: pa.Table, people: pa.Table, sidecar: Sidecar) -> dict[int, str]:
    """The part that each track plays, the player first: see gametape.movement.persons.

    Where nobody is measured the player is whom `people` says.
    """
    rows = metrics.select(["subject", "role", "name"]).to_pylist()
    parts = {one.track: one.role for one in people_in(rows) if one.track is not None}
    subject = subject_of(people, sidecar).track
    return parts or ({} if subject is None else {subject: PLAYER})


def is_told(people: pa.Table, sidecar: Sidecar, parts: Mapping[int, str], *, followed: bool = False) -> bool:
    """Is it known which of the people whose poses are measured the player is?

    It is by a click, where nobody else plays, and where the only one who is named is chosen clearly before the next.
    Where nobody knows who plays, everybody else might be meant who is in sight nearly as much.
    """
    subject = subject_of(people, sidecar)
    if subject.player.clicks or subject.track is None:
        return True
    if followed:
        return False
    if len(parts) < 2:
        unknown = set(people["track"].to_pylist()) - bystanders(people) - {subject.track}
        return not unknown or subject.margin >= MUCH_MORE
    return name_of(subject.player) is not None and subject.margin >= CLOSE_CALL


def with_part(name: str, part: str | None, say: Words) -> str:
    """A person's name with the part that the person plays: Ana, the player."""
    return say(f"people.named_{part}", who=name) if part else name


def person_name(track: int, names: Mapping[int, str], say: Words) -> str:
    """The name of a track, or "Person 3"."""
    return names.get(track) or say("people.person", track=str(track))


def subject_name(subject: str, names: Mapping[int, str], say: Words) -> str:
    """The name of a table's subject: `track:3`, `ball` or `film`."""
    kind, _, track = subject.partition(":")
    if kind != "track" or not track:
        return say.get(f"list.{subject}", plain(subject))
    return person_name(int(track), names, say)


def sport_name(sport: str, say: Words) -> str:
    return say.get(f"sport.{sport.strip().replace(' ', '_')}", plain(sport))


def mode_name(mode: str, say: Words) -> str:
    return say.get(f"mode.{mode.strip().replace(' ', '_')}", plain(mode))
