"""The new games of people who are followed.

Belongs here: which games are new, a few at a time. Does not belong here: when somebody looks (`sensors.following`).

What was seen is kept by a person's key, so that a game that was deleted does not come back by itself, and a game that
cannot be had yet is asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gametape.base.errors import GametapeError, Unavailable
from gametape.replay.ballchasing.client import Client, Query
from gametape.replay.ballchasing.importing import import_games
from gametape.replay.ballchasing.schema import Drifted, Summary
from gametape.replay.identity import Person
from gametape.uploads.files import UploadFiles

FIRST = timedelta(days=7)
"""Of somebody who is new here, games this old are imported too; for older ones there is `gametape replays import`."""
OVERLAP = timedelta(days=2)
"""Games may be uploaded so long after they were played."""
MOST = 10
"""Games of one look. The others come at the next ones."""


@dataclass
class Seen:
    """What was seen of one person.

    Attributes:
        until: Games that began before were looked at, but for those uploaded late; ISO 8601.
        games: Ids and times of the games that were seen within OVERLAP before.
    """

    until: str
    games: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """What one look brought.

    Attributes:
        cursor: What was seen, as text, for the next look.
        imported: Ids of new uploads.
        problems: What went wrong, in words.
    """

    cursor: str
    imported: tuple[str, ...]
    problems: tuple[str, ...]


def follow(client: Client, people: Iterable[Person], files: UploadFiles, cursor: str, now: datetime) -> Look:
    """Import new games of some people, MOST at most, the oldest first.

    Args:
        client: Asks; one with little patience, as somebody waits.
        people: Who is followed.
        files: The uploads.
        cursor: Of the last look; empty at first. Who is no longer followed is forgotten.
        now: With a zone.
    """
    before = {key: Seen(**told) for key, told in json.loads(cursor or "{}").items()}
    after: dict[str, Seen] = {}
    imported: list[str] = []
    problems: list[str] = []
    for person in people:
        seen = after[person.key] = before.get(person.key) or Seen((now - FIRST).isoformat())
        room = MOST - len(imported)
        if room <= 0:
            continue
        try:
            told, stopped = _take(client, person, files, seen, room)
        except GametapeError as error:  # the list cannot be had
            told, stopped = {}, error
        imported += [own for own, what in told.items() if what == "imported"]
        problems += [f"{person.name}: {own} {what}" for own, what in told.items() if what.startswith(("later", "not"))]
        if stopped:
            problems.append(f"{person.name}: {stopped}")
        if isinstance(stopped, Unavailable):  # the others would meet it too
            after = before | after
            break
    text = json.dumps({key: vars(seen) for key, seen in after.items()})
    return Look(text, tuple(imported), tuple(problems))


def _take(
    client: Client, person: Person, files: UploadFiles, seen: Seen, most: int
) -> tuple[dict[str, str], GametapeError | None]:
    """Import up to `most` games of a person and note in `seen` what was dealt with.

    Returns:
        What became of each game, by id, and what ended the import early.
    """
    until = datetime.fromisoformat(seen.until)
    since = until - OVERLAP if seen.games else until
    at = {game.id: _moment(game) for game in client.games(Query(players=person.spelt, since=since.isoformat()))}
    fresh = sorted((own for own in at if own not in seen.games), key=lambda own: (at[own], own))[:most]
    told: dict[str, str] = {}
    stopped: GametapeError | None = None
    try:
        import_games(client, fresh, files, told.__setitem__, rounds=1)
    except GametapeError as error:
        stopped = error
    seen.games |= {own: at[own].isoformat() for own, what in told.items() if not what.startswith("later")}
    if seen.games:
        waiting = [moment for own, moment in at.items() if own not in seen.games]
        until = min([max(map(datetime.fromisoformat, seen.games.values())), *waiting])
        seen.until = until.isoformat()
        kept = {
            own: told_at for own, told_at in seen.games.items() if datetime.fromisoformat(told_at) >= until - OVERLAP
        }
        seen.games = kept
    return told, stopped


def _moment(game: Summary) -> datetime:
    """When a game was played; a time without a zone counts as UTC, as in the API."""
    try:
        moment = datetime.fromisoformat(game.date)
    except ValueError:
        raise Drifted(game.id, f"the field date is no time: {game.date!r}", "Upgrade gametape") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
