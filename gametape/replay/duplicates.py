"""Which uploads are the same game.

Belongs here: telling two records of a game from two games. Does not belong here: which partitions there are; which of
several records counts. The view `replay_games` (`gametape.lake.replay_views`) says both in SQL, and a test holds its
groups to be these.

Two records are of one game where their content, the game's own id (`match_guid`) or the recording's id is the same;
else where the same players with the same points and goals began at the same time. Two players who each saved the game
have recordings of their own; replays of before 2022 or so have no game id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SAME_START = timedelta(seconds=90)
"""Records of one game begin within this time of each other; two games of the same players are further apart."""
ZONE_STEP = timedelta(minutes=15)
"""Zones differ by multiples of this."""
WIDEST_ZONES = timedelta(hours=26)
"""Most that two zones differ."""


@dataclass(frozen=True)
class Record:
    """What is known of an upload with a game in it.

    Attributes:
        key: The upload's partition key.
        content: Its content's fingerprint; None: not known.
        match_guid: The game's id; None: the record has none.
        replay_id: The recording's id; None: likewise.
        players: Of each player: team, identity or else name, points, goals. None: nobody is known.
        goals: Of blue and orange.
        played_at: ISO 8601, with or without a zone; None: not known.
    """

    key: str
    content: str | None
    match_guid: str | None
    replay_id: str | None
    players: frozenset[tuple[str, str, int, int]]
    goals: tuple[int, int]
    played_at: str | None


def record_of(
    key: str, match: Mapping[str, Any], players: Iterable[Mapping[str, Any]], content: str | None = None
) -> Record:
    """The record of an upload from its tables.

    Args:
        key: Its partition key.
        match: Its row of `replay_matches`.
        players: Its rows of `replay_players`.
        content: Its content's fingerprint.
    """
    known = [row for row in players if row["identity"] or row["name"]]
    return Record(
        key,
        content,
        _id(match["match_guid"]),
        _id(match["replay_id"]),
        frozenset(
            (row["team"], row["identity"] or row["name"], row["core_score"] or 0, row["core_goals"] or 0)
            for row in known
        ),
        (match["blue_goals"], match["orange_goals"]),
        match["played_at"],
    )


def same_game(one: Record, other: Record) -> bool:
    """Are both records of one game?"""
    if one.content and one.content == other.content:
        return True
    if one.match_guid and other.match_guid:
        return one.match_guid == other.match_guid
    if one.replay_id and one.replay_id == other.replay_id:
        return True
    alike = bool(one.players) and one.players == other.players and one.goals == other.goals
    return alike and any(points or goals for *_, points, goals in one.players) and _same_start(one, other)


def games(records: Iterable[Record]) -> list[list[Record]]:
    """Records by game, in order of arrival. What is the same as one record of a game is of that game."""
    given = list(records)
    leader = list(range(len(given)))

    def first_of(place: int) -> int:
        while leader[place] != place:
            leader[place] = place = leader[leader[place]]
        return place

    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, record in enumerate(given):
        for trait in _traits(record):
            for before in alike[trait]:
                if same_game(given[before], record):
                    one, other = sorted((first_of(before), first_of(place)))
                    leader[other] = one
            alike[trait].append(place)
    groups: dict[int, list[Record]] = defaultdict(list)
    for place, record in enumerate(given):
        groups[first_of(place)].append(record)
    return [groups[place] for place in sorted(groups)]


def _traits(record: Record) -> Iterator[tuple[object, ...]]:
    """What two records of one game have in common, at least one of these; so not each is compared with each."""
    if record.content:
        yield "content", record.content
    if record.match_guid:
        yield "game", record.match_guid
    if record.replay_id:
        yield "recording", record.replay_id
    if record.players:
        yield "players", record.players, record.goals


def _id(text: str | None) -> str | None:
    """An id of hex digits in one spelling; None where it is empty or all zeros."""
    plain = (text or "").replace("-", "").strip().upper()
    return plain if plain.strip("0") else None


def _same_start(one: Record, other: Record) -> bool:
    """Did both begin at the same time, as far as their zones are known?"""
    if not one.played_at or not other.played_at:
        return False
    try:
        first, second = datetime.fromisoformat(one.played_at), datetime.fromisoformat(other.played_at)
    except ValueError:
        return False
    if (first.tzinfo is None) == (second.tzinfo is None):
        # Without zones both may be clocks of different places, and with them they are not.
        apart = abs(first - second)
        return apart <= SAME_START or (first.tzinfo is None and _by_zones(apart))
    return _by_zones(abs(first.replace(tzinfo=None) - second.replace(tzinfo=None)))


def _by_zones(apart: timedelta) -> bool:
    """Can clocks of two zones, read at one time, differ so?"""
    if apart > WIDEST_ZONES + SAME_START:
        return False
    over = apart % ZONE_STEP
    return min(over, ZONE_STEP - over) <= SAME_START
