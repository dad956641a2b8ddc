"""Which films are whose, from Dagster's records of the films.

Belongs here: the films behind a player's tables, as digests that change when the tables have to. Does not belong here:
who the player of a film is (`gametape.film.player`), when to make a player's tables again (`sensors.players`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from resources.graph import Graph
from resources.partitions import VIDEOS
from resources.records import PartitionRecords

#: File of what is remembered of the films' events, in gametape's home.
MEMORY = "players.sqlite"
#: The films' assets that a player's tables are made from.
PARENTS = ("source_video", "sidecar", "limits", "metrics", "findings")


@dataclass(frozen=True)
class PlayerFilms:
    """A player's films.

    Args:
        digest: Of the films and their versions: it changes when the player's tables have to be made again.
        in_progress: A run is about to change what a film has; it is worth waiting for.
    """

    digest: str
    in_progress: bool = False


def digest_of(films: list[str]) -> str:
    """16 hex digits over the films of a player, each with its versions."""
    return hashlib.sha256("\n".join(sorted(films)).encode()).hexdigest()[:16]


#: The digest of a player without films.
NO_FILMS = PlayerFilms(digest_of([]))


def films_by_player(instance: dg.DagsterInstance, memory: Path | None = None) -> dict[str, PlayerFilms]:
    """Each player who has a film that was analysed, by key.

    The label of a film's sidecar says whose it is: the keys of its players, with spaces between.
    """
    graph = Graph(dict.fromkeys(PARENTS, ()), partitions=VIDEOS)
    records = PartitionRecords(instance, graph, memory)
    busy = records.busy()
    films, in_progress = defaultdict(list), set()
    for key, made in records.made(records.keys()).items():
        sidecar, metrics, findings = (made.get(asset) for asset in ("sidecar", "metrics", "findings"))
        if not sidecar or not sidecar.label or not metrics:
            continue
        current = findings is not None and all(
            findings.was_made_from(parent, made[parent].mark) for parent in ("sidecar", "metrics")
        )
        versions = [made[asset].data or "" for asset in PARENTS if asset in made]
        for player in sidecar.label.split():  # a film of two who are named and clicked is a film of both
            films[player].append(":".join([key, *versions]))
            if key in busy and not current:
                in_progress.add(player)
    return {player: PlayerFilms(digest_of(own), player in in_progress) for player, own in films.items()}
