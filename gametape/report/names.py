"""What people, subjects, sports and modes are called in a report."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from gametape.film.following import one_of_many, wanted_places
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


def player_names(people: pa.Table, sidecar: Sidecar) -> dict[int, str]:
    """The names, by track, of everybody whom the sidecar names and the film shows.

    Where players are followed the number is the name of who has none. Of many nobody has a name for being nearest to
    the camera.

    Args:
        people: Table PEOPLE.
        sidecar: The film's.
    """
    followed = wanted_places(sidecar)
    if one_of_many(sidecar) and not followed:
        return {}
    subject = subject_of(people, sidecar)
    known = known_players(people, sidecar)
    if subject.track is not None:
        known = {subject.track: subject.player} | known
    called = {
        track: name_of(one) or (f"#{one.number}" if followed and one.number else "") for track, one in known.items()
    }
    return {track: name for track, name in called.items() if name}


def parts_in(metrics: pa.Table, people: pa.Table, sidecar: Sidecar) -> dict[int, str]:
    """The part that each track plays, the player first: see gametape.movement.persons.

    Where nobody is measured the player is whom `people` says.
    """
    rows = metrics.select(["subject", "role", "name"]).to_pylist()
    parts = {one.track: one.role for one in people_in(rows) if one.track is not None}
    subject = subject_of(people, sidecar).track
    return parts or ({} if subject is None else {subject: PLAYER})


def is_told(people: pa.Table, sidecar: Sidecar, parts: Mapping[int, str]) -> bool:
    """Is it known which of the people whose poses are measured the player is?

    It is by a click, where the player was found by number, where nobody else plays, and where the only one who is named
    is chosen clearly before the next; of one among many, by being followed.
    Where nobody knows who plays, everybody else might be meant who is in sight nearly as much.
    """
    subject = subject_of(people, sidecar)
    if subject.player.clicks or subject.track is None or subject.is_found:
        return True
    if one_of_many(sidecar):
        return bool(wanted_places(sidecar))
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
