"""Answers about games into the uploads: each whole or not at all, none lost, none twice.

Belongs here: which games are asked for, and what becomes of each. Does not belong here: asking (`client`), what is made
of an upload.

A game that lies among the uploads is not asked for again, so an import that was broken off goes on where it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gametape.base.errors import BadInput, GametapeError
from gametape.replay.ballchasing.answer import StillPending, answer_of
from gametape.replay.ballchasing.client import Client, Query, TokenRefused, TooMany, Unreachable
from gametape.replay.ballchasing.schema import Drifted
from gametape.replay.identity import Person
from gametape.replay.read import ANSWER_SUFFIX
from gametape.uploads.files import UploadFiles

ROUNDS = 3
"""How often a game that cannot be had now is asked for, with a pause between."""
PAUSE_S = 30.0
IN_A_ROW = 3
"""After so many games in a row that the server fails at, it is left alone."""


@dataclass
class Imported:
    """What became of the games.

    Attributes:
        written: Ids of new uploads.
        there: Ids of games that lay there before.
        refused: Why others are not there and will not be, by id.
        later: Why others are not there yet, by id.
    """

    written: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    refused: dict[str, GametapeError] = field(default_factory=dict)
    later: dict[str, GametapeError] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Is each game among the uploads?"""
        return not (self.refused or self.later)


def _silent(own: str, what: str) -> None:
    """Tells nobody."""


def import_games(
    client: Client,
    ids: Iterable[str],
    files: UploadFiles,
    tell: Callable[[str, str], None] = _silent,
    rounds: int = ROUNDS,
) -> Imported:
    """Bring games into the uploads, each as `ID.ballchasing.json`.

    Args:
        client: Asks for them.
        ids: Ids of games; taken one after the other, so they may come from a list that is being read.
        files: The uploads, a folder or a bucket.
        tell: Is told of each game's id and what became of it.
        rounds: How often a game that cannot be had now is asked for.

    Raises:
        TokenRefused: The token is wrong.
        Unavailable: The API's limit lasts too long, the server fails again and again, or the uploads cannot be reached.
            What was imported stays.
    """
    job = _Import(client, files, tell)
    for own in ids:
        job.take(own)
    for _ in range(1, rounds):
        if not job.result.later:
            break
        client.clock.sleep(PAUSE_S)
        for own in list(job.result.later):
            job.take(own)
    return job.result


def player_games(client: Client, person: Person, query: Query, most: int | None = None) -> Iterator[str]:
    """Ids of a person's games, newest first.

    Args:
        client: Asks.
        person: Whose; by ids alone, as a name may be anybody's.
        query: What else must hold.
        most: How many at most.

    Raises:
        BadInput: No id of the person is known.
    """
    from dataclasses import replace

    if not person.spelt:
        raise BadInput(person.name, "has no id, and a name may be anybody's", "Write ids into the players file")
    return (game.id for game in client.games(replace(query, players=person.spelt), most))


def group_games(client: Client, group: str, query: Query, most: int | None = None) -> Iterator[str]:
    """Ids of the games in a group and in all groups within it, each once; `most` at most."""
    from dataclasses import replace

    seen: set[str] = set()
    for one in client.groups_within(group):
        for game in client.games(replace(query, group=one), most):
            if most is not None and len(seen) >= most:
                return
            if game.id not in seen:
                seen.add(game.id)
                yield game.id


class _Import:
    """An import under way."""

    def __init__(self, client: Client, files: UploadFiles, tell: Callable[[str, str], None]) -> None:
        self._client, self._files, self._tell = client, files, tell
        self.result = Imported()
        self._failed_in_a_row = 0
        self._there = self._among_uploads()

    def _among_uploads(self) -> set[str]:
        """Ids of the games that lie in the uploads, in whatever folder."""
        if self._files.is_local:
            Path(self._files.root).mkdir(parents=True, exist_ok=True)
        found = self._files.list(lambda name: name.lower().endswith(ANSWER_SUFFIX)).found
        return {file.name[: -len(ANSWER_SUFFIX)].lower() for file in found}

    def take(self, own: str) -> None:
        """Import a game, or remember why not."""
        result = self.result
        if own in result.written or own in result.there or own in result.refused:
            return
        if own in self._there:
            result.there.append(own)
            self._tell(own, "is there")
            return
        result.later.pop(own, None)
        try:
            raw = self._client.game(own)
            answer = answer_of(raw, own)
            if answer.id != own:
                raise Drifted(own, "is answered with another game (the field id)", "Try again later")
            (result.written if self._write(own, raw) else result.there).append(own)
            self._tell(own, "imported")
        except (TokenRefused, TooMany):
            raise
        except (StillPending, Unreachable) as error:
            result.later[own] = error
            self._tell(own, f"later: {error.reason}")
            self._failed_in_a_row = self._failed_in_a_row + 1 if isinstance(error, Unreachable) else 0
            if self._failed_in_a_row >= IN_A_ROW:
                raise
            return
        except BadInput as error:
            result.refused[own] = error
            self._tell(own, f"not imported: {error.reason}")
        self._failed_in_a_row = 0

    def _write(self, own: str, raw: bytes) -> bool:
        """Add the upload, whole or not at all; False where another import was first."""
        path = f"{own}{ANSWER_SUFFIX}"
        if self._files.stat(path) is not None:
            return False
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / path
            local.write_bytes(raw)
            return self._files.write(local, path)
