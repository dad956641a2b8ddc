"""What people, subjects, sports and modes are called in a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gametape.movement.subject import subject_of
from gametape.report.words import Words, plain

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.film.sidecar import Sidecar


def player_names(people: pa.Table, sidecar: Sidecar) -> dict[int, str]:
    """The name, by track, of the person who is measured, where the sidecar gives one."""
    subject = subject_of(people, sidecar)
    name = subject.player.name
    return {subject.track: name} if name and subject.track is not None else {}


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
