"""A player's tables are made again when one of the player's films is added, made again, deleted or re-assigned.

Belongs here: which players get a run, and requesting it. Does not belong here: the films of each player
(`resources.players`).

Like the upload sensor, this one has no cursor. The films that the tables were made from are a label of their
materializations, and previous requests are read from the runs. A film's own state does not depend on its player's run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

from gametape.base.settings import Settings, settings
from gametape.uploads import LastRequest
from resources import run_time
from resources.graph import Graph, Materialized
from resources.partitions import PLAYERS
from resources.players import MEMORY, NO_FILMS, PlayerFilms, films_by_player
from resources.records import REQUEST_TAG, PartitionRecords

if TYPE_CHECKING:
    from resources.dagster_internals import AssetJob


@dataclass(frozen=True)
class PlayerDecision:
    """What to do: run keys by player, players to add, and players without films to remove."""

    requests: Mapping[str, str]
    new: tuple[str, ...]
    gone: tuple[str, ...]


def choose_players(
    films: Mapping[str, PlayerFilms],
    known: Collection[str],
    made: Mapping[str, Mapping[str, Materialized]],
    requested: Mapping[str, LastRequest],
    busy: Collection[str],
    *,
    most: int,
) -> PlayerDecision:
    """Decide which players get a run: one at a time for each player, and never twice for the same films.

    Args:
        films: Each player's present films.
        known: The existing partitions.
        made: The last materializations of each partition.
        requested: The last request of each player.
        busy: Players that have a run which has not ended.
        most: Most requests at once.
    """
    requests: dict[str, str] = {}
    gone: list[str] = []
    for player in {**dict.fromkeys(known), **films}:
        now, tables = films.get(player, NO_FILMS), made.get(player, {})
        if player in busy or now.in_progress:
            continue
        last = requested.get(player)
        if tables and {one.label for one in tables.values() if one.label} == {now.digest}:
            if now == NO_FILMS:
                gone.append(player)
        elif (player not in known or not last or last.sidecar != now.digest) and len(requests) < most:
            requests[player] = f"{player}:{last.number + 1 if last else 1}:{now.digest}:{now.digest}"
    return PlayerDecision(requests, tuple(player for player in requests if player not in known), tuple(gone))


def build_player_sensor(job: dg.JobDefinition | AssetJob, *, house: Settings | None = None) -> dg.SensorDefinition:
    """The sensor `players_of_films`. It requests runs of `job`, which must hold all assets of a player."""
    house = house or settings()

    @dg.sensor(
        name="players_of_films",
        job=job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=max(30, house.sensor_seconds),
        description="Requests a run for each player whose films changed.",
    )
    def players_of_films(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        instance = context.instance
        assert context.repository_def, "a sensor is evaluated in a code location"
        graph = Graph.of(context.repository_def, PLAYERS)
        records = PartitionRecords(instance, graph, house.home / "records.sqlite")
        known = records.keys()
        decision = choose_players(
            films_by_player(instance, house.home / MEMORY),
            known,
            records.made(known),
            records.requests(),
            records.busy(),
            most=house.requests_per_tick,
        )
        partitions = PLAYERS.definition
        changes: list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest] = []
        changes += [partitions.build_add_request(list(decision.new))] if decision.new else []
        changes += [partitions.build_delete_request(list(decision.gone))] if decision.gone else []
        summary = f"{len(known)} players, {len(decision.requests)} to compare again, {len(decision.gone)} without films"
        return dg.SensorResult(
            dynamic_partitions_requests=changes,
            run_requests=[_run_request(player, run_key) for player, run_key in decision.requests.items()],
            skip_reason=None if decision.requests else dg.SkipReason(summary),
        )

    return players_of_films


def _run_request(player: str, run_key: str) -> dg.RunRequest:
    tags = {REQUEST_TAG: run_key, **run_time.bound(run_time.LEAST_SECONDS)}
    return dg.RunRequest(run_key=run_key, partition_key=player, tags=tags)
