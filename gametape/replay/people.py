"""The people whose games are followed: one file in which a person writes ids and names down.

Belongs here: reading that file and finding somebody in it. Does not belong here: matching to the players of a game
(`identity`).

    players:
      ana:                      # the key of Ana's partition
        name: Ana
        ids: ["steam:76561197960265729", "xbox:2533274790395905"]
        names: [AnaPlays]       # names in games, letter for letter
        follow: true            # import new games by themselves (the sensor `follow_players`)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gametape.base.errors import BadInput
from gametape.base.slug import words
from gametape.base.user_file import read_values
from gametape.replay.identity import Person, exact, is_masked, parse_identity, spelt

LARGEST_BYTES = 1 << 20
"""A longer file is not read: it is something else."""
_FIX = "Correct the file and save it again"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None = Field(None, min_length=1)
    ids: list[str] = []
    names: list[str] = []
    follow: bool = False


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    players: dict[str, _Entry]


@dataclass(frozen=True)
class People:
    """Everybody in the file, by key, and the keys of those whose new games are imported by themselves."""

    by_key: Mapping[str, Person] = field(default_factory=dict)
    followed: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Person]:
        return iter(self.by_key.values())

    def find(self, text: str) -> Person:
        """Somebody by key, name or `platform:id`; an id that is in no entry is a person of its own.

        Raises:
            BadInput: It is nobody here, and no id.
        """
        wanted = exact(text)
        if wanted in self.by_key:
            return self.by_key[wanted]
        if found := [one for one in self if wanted == exact(one.name) or wanted in map(exact, one.names)]:
            return found[0]
        if ":" not in wanted:
            known = f"; the players file knows {', '.join(self.by_key)}" if self.by_key else ""
            raise BadInput(
                text, f"is nobody in the players file and no id{known}", "Write platform:id, or add an entry"
            )
        identity = str(parse_identity(wanted))
        return self.of(identity) or Person(words(identity), wanted, frozenset({identity}), spelt=(spelt(wanted),))

    def of(self, identity: str | None) -> Person | None:
        """The person with this id, canonical, as `platform:id`; None where no entry has it."""
        return next((one for one in self if identity in one.identities), None) if identity else None


def load_people(path: Path) -> People:
    """The people in a file; nobody where there is no file.

    Raises:
        BadInput: The file is wrong; the message names it, the entry and what is wrong there.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        return People()
    except OSError as error:
        raise BadInput(path, f"cannot be read ({error.strerror})", "Check the path and its rights") from error
    if len(raw) > LARGEST_BYTES:
        raise BadInput(path, f"is longer than {LARGEST_BYTES} bytes", "Is it the right file?")
    return parse_people(raw, str(path))


def parse_people(raw: bytes, name: str) -> People:
    """Read the bytes of a players file; see `load_people`."""
    data = read_values(raw, name, _FIX)
    if data is None:
        return People()
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the file"
        said = "unknown key" if problem["type"] == "extra_forbidden" else problem["msg"]
        raise BadInput(name, f"{where}: {said}", _FIX) from None
    entries = _checked(file, name)
    followed = tuple(key for key, entry in entries.items() if entry.follow)
    return People({key: _person(key, entry, name) for key, entry in entries.items()}, followed)


def _checked(file: _File, name: str) -> dict[str, _Entry]:
    """The entries, none of which claims what another has."""
    owners: dict[str, str] = {}
    for key, entry in file.players.items():
        if words(key) != key:
            raise BadInput(name, f"players.{key}: a key has lower-case letters, digits and - only", _FIX)
        person = _person(key, entry, name)
        for claim in (*person.identities, *(f"the name {exact(one)}" for one in person.names)):
            if claim in owners:
                raise BadInput(name, f"players.{key}: {claim} is also that of players.{owners[claim]}", _FIX)
            owners[claim] = key
    return file.players


def _person(key: str, entry: _Entry, name: str) -> Person:
    identities = []
    for at, text in enumerate(entry.ids):
        try:
            identities.append(str(parse_identity(text)))
        except BadInput as error:
            raise BadInput(name, f"players.{key}.ids.{at}: {error}", _FIX) from None
    for at, one in enumerate(entry.names):
        if not exact(one) or is_masked(exact(one)):
            raise BadInput(name, f"players.{key}.names.{at}: '{one}' is no name", _FIX)
    if not identities and not entry.names:
        raise BadInput(name, f"players.{key}: has neither ids nor names, so no game is this player's", _FIX)
    if entry.follow and not identities:
        raise BadInput(name, f"players.{key}.follow: needs ids, as a name may be anybody's", _FIX)
    asked = tuple(spelt(text) for text in entry.ids)
    return Person(key, entry.name or key, frozenset(identities), frozenset(entry.names), asked)
