"""Who plays in which replays, from Dagster's records of the replays and the players file.

Belongs here: the people who have a page over their games, the replays and logged sessions behind it as digests, and
those games' tables.
Does not belong here: who somebody is (`gametape.replay.identity`), when tables are made again (`sensors.players`).

Everybody in the players file is one of these people, and everybody else who was in LEAST_GAMES of the replays: not
each opponent who was met once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from gametape.base.errors import BadInput
from gametape.base.settings import Settings
from gametape.base.slug import words
from gametape.lake.sql import query
from gametape.replay.identity import Person, match
from gametape.replay.people import People, load_people
from gametape.replay.training.sessions import Session, read_sessions
from gametape.tables.core import PLAYER
from resources.graph import Graph
from resources.partitions import REPLAYS
from resources.players import PlayerFilms, digest_of
from resources.records import PartitionRecords

if TYPE_CHECKING:
    import pyarrow as pa

#: File of what is remembered of the replays' events, in gametape's home.
MEMORY = "gamers.sqlite"
#: The replays' assets that a player's tables are made from.
PARENTS = ("replay_matches", "replay_players", "replay_measures")
#: Whoever is not in the players file has a page from so many games on.
LEAST_GAMES = 10


def people(house: Settings) -> People:
    """The people in the players file."""
    return load_people(house.players_file)


def games_by_gamer(instance: dg.DagsterInstance, house: Settings) -> dict[str, PlayerFilms]:
    """The replays of each person who has a page, by the person's key.

    The label of a replay's players says who was in it. A session that the person logs counts like another game: what
    to train is made again.

    Raises:
        BadInput: The players file or the log of sessions has a wrong line.
    """
    known = people(house)
    trained = sessions_by_gamer(house, known)
    keys = {words(identity): one.key for one in known for identity in one.identities}
    graph = Graph(dict.fromkeys(PARENTS, ()), partitions=REPLAYS)
    records = PartitionRecords(instance, graph, house.home / MEMORY)
    busy = records.busy()
    games: dict[str, list[str]] = defaultdict(list)
    in_progress: set[str] = set()
    for replay, made in records.made(records.keys()).items():
        if not set(PARENTS[:2]) <= set(made):
            continue
        version = ":".join([replay, *(made[asset].data or "" for asset in PARENTS if asset in made)])
        named = {one.key for one in known if one.names}  # a name may be anybody's: only the lake's tables tell
        for person in {keys.get(mark, mark) for mark in (made["replay_players"].label or "").split()} | named:
            games[person].append(version)
            if replay in busy:
                in_progress.add(person)
    found = {}
    for person, own in games.items():
        entry = known.by_key.get(person)
        if entry or len(own) >= LEAST_GAMES:
            told = sorted([*entry.identities, *entry.names, entry.name]) if entry else []
            told += [session.model_dump_json() for session in trained.get(person, ())]
            found[person] = PlayerFilms(digest_of([*own, *told]), person in in_progress)
    return found


def sessions_by_gamer(house: Settings, known: People) -> dict[str, list[Session]]:
    """The logged sessions of each person, by the person's key, in order of time.

    A session's player is somebody of the players file by key, name or id, else an id's key; what is none of these is
    nobody's page.

    Raises:
        BadInput: The log has a wrong line.
    """
    found: dict[str, list[Session]] = defaultdict(list)
    for session in read_sessions(house.home):
        found[_trainee(session.player, known)].append(session)
    return found


def _trainee(player: str, known: People) -> str:
    for text in (player, words(player)):
        try:
            return known.find(text).key
        except BadInput:
            continue
    return words(player)


def tables_of_games(base_uri: str) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Matches, players and measures of all games in the lake, each game once, with the column `replay`."""
    matches = query("from replay_matches semi join replay_games using (replay) order by played_at, replay", base_uri)
    players = query("from replay_players semi join replay_games using (replay) order by replay, player", base_uri)
    measures = query("from replay_measures semi join replay_games using (replay) order by replay, player", base_uri)
    return matches, players, measures


def person_of(key: str, players: pa.Table, house: Settings) -> Person:
    """The person with this key: of the players file, else with the identity in `players` that has it.

    Raises:
        KeyError: There is nobody.
    """
    known = people(house)
    if key in known.by_key:
        return known.by_key[key]
    for row in players.to_pylist():
        if row["identity"] and words(row["identity"]) == key:
            return Person(key, row["name"] or key, frozenset({row["identity"]}))
    raise KeyError(key)


def seats(person: Person, players: pa.Table) -> set[tuple[str, int]]:
    """Where a person sat: replay and number of the player. By id, else by a name that only one player has."""
    by_game: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in players.select(["replay", "player", "name", "identity", "bot"]).to_pylist():
        by_game[row["replay"]].append(row)
    found = {replay: match(person, rows).player for replay, rows in by_game.items()}
    return {(replay, player) for replay, player in found.items() if player is not None}


def rows_at(table: pa.Table, where: set[tuple[str, int]]) -> pa.Table:
    """The rows of replay_players at these seats."""
    columns = zip(table["replay"].to_pylist(), table["player"].to_pylist(), strict=True)
    return table.filter([seat in where for seat in columns])


def page_keys(base_uri: str) -> list[str]:
    """The replays that have a page."""
    return query("select replay from replay_report order by replay", base_uri)["replay"].to_pylist()


@dataclass(frozen=True)
class Faces:
    """Whom a game's page is about, and whose own pages it links to.

    Attributes:
        me: Number of the player who comes first in the players file, those who are followed before others; None: nobody
            of the file was in the game.
        links: A player's own page relative to the game's, by the player's number.
    """

    me: int | None
    links: dict[int, str]


def faces(rows: list[dict[str, Any]], base_uri: str, house: Settings, page: str) -> Faces:
    """Whom of a game's players the house knows.

    Args:
        rows: The game's rows of replay_players.
        base_uri: The lake.
        house: The players file's.
        page: File of a player's page.
    """
    known = people(house)
    seated: dict[int, str] = {}
    for person in sorted(known, key=lambda one: one.key not in known.followed):
        player = match(person, rows).player
        if player is not None:
            seated.setdefault(player, person.key)
    pages = query("select player from replay_player_report", base_uri)["player"].to_pylist()
    keys = {row["player"]: words(row["identity"]) for row in rows if row["identity"]}
    # Who is in the file gets a page from this game on; anybody else has one already, or is not linked.
    keyed = {player: key for player, key in keys.items() if key in pages} | seated
    links = {player: f"../../{PLAYER.files}/{key}/{page}" for player, key in sorted(keyed.items())}
    return Faces(next(iter(seated), None), links)
