"""A player's tables are made again when one of the player's films or replays is added, made again or deleted.

Belongs here: which players get a run, and requesting it. Does not belong here: the films of each player
(`resources.players`), the replays of each (`resources.gamers`).

Like the upload sensor, this one has no cursor. The films that the tables were made from are a label of their
materializations, and previous requests are read from the runs. A film's own state does not depend on its player's run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

from gametape.base.settings import Settings, settings
from gametape.uploads import LastRequest
from resources import run_time
from resources.graph import Graph, Materialized
from resources.partitions import PLAYERS, VIDEOS, PartitionSet
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

    def films(instance: dg.DagsterInstance, house: Settings) -> Mapping[str, PlayerFilms]:
        return films_by_player(instance, house.home / MEMORY)

    return build_derived_sensor(PLAYERS, VIDEOS, job, films, house=house)


def build_derived_sensor(
    partitions: PartitionSet,
    source: PartitionSet,
    job: dg.JobDefinition | AssetJob,
    sources_by_key: Callable[[dg.DagsterInstance, Settings], Mapping[str, PlayerFilms]],
    *,
    house: Settings | None = None,
) -> dg.SensorDefinition:
    """The sensor of a set whose partitions are people, made from the uploads of another set.

    Args:
        partitions: The set. Its tables' label is the digest of what they were made from.
        source: The uploads' set.
        job: It must hold all assets of the set.
        sources_by_key: What each person's tables are made from now.
        house: Settings; None: those in force.
    """
    house, noun = house or settings(), f"{source.noun}s"

    @dg.sensor(
        name=f"players_of_{noun}",
        job=job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=max(30, house.sensor_seconds),
        description=f"Requests a run for each player whose {noun} changed.",
    )
    def players_of(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        instance = context.instance
        assert context.repository_def, "a sensor is evaluated in a code location"
        graph = Graph.of(context.repository_def, partitions)
        records = PartitionRecords(instance, graph, house.home / "records.sqlite")
        known = records.keys()
        decision = choose_players(
            sources_by_key(instance, house),
            known,
            records.made(known),
            records.requests(),
            records.busy(),
            most=house.requests_per_tick,
        )
        definition = partitions.definition
        changes: list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest] = []
        changes += [definition.build_add_request(list(decision.new))] if decision.new else []
        changes += [definition.build_delete_request(list(decision.gone))] if decision.gone else []
        summary = f"{len(known)} players, {len(decision.requests)} to compare again, {len(decision.gone)} gone"
        return dg.SensorResult(
            dynamic_partitions_requests=changes,
            run_requests=[_run_request(player, run_key) for player, run_key in decision.requests.items()],
            skip_reason=None if decision.requests else dg.SkipReason(summary),
        )

    return players_of


def _run_request(player: str, run_key: str) -> dg.RunRequest:
    tags = {REQUEST_TAG: run_key, **run_time.bound(run_time.LEAST_SECONDS)}
    return dg.RunRequest(run_key=run_key, partition_key=player, tags=tags)
