"""The partition sets: what one partition is, what is made of it and by which job.

Belongs here: the registry, and the tags that say what a run is of. Does not belong here: assets, jobs and sensors,
which are built for every registered set.

To add a set, write its kind of upload (`gametape.uploads.kinds`), its tables and its assets, and register it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import dagster as dg
from dagster import DagsterInstance

from gametape import tables, uploads
from gametape.tables.core import PLAYER, KeyColumn, Table
from gametape.uploads import UploadKind, kinds

#: Tag of a run, and of what it made: `quick` is a first look. Any other value, or none, is the full analysis.
ANALYSIS_TAG = "gametape/analysis"
QUICK, FULL = "quick", "full"

#: On a run that keeps the tables which computing would bring again. Runs that a person starts in the UI have none.
KEEP_TAG = "gametape/keep"
KEEP = {KEEP_TAG: "unchanged"}

#: A partition that existed is not asked for again within so many seconds: a run asks 1,400 times
#: a film, and need not know at once of one that was deleted. Chosen, not measured.
SURE_SECONDS = 5.0
_seen: WeakKeyDictionary[DagsterInstance, dict[tuple[str | None, str], float]] = WeakKeyDictionary()


class Partitions(dg.DynamicPartitionsDefinition):
    """Dynamic partitions of which one that exists is not asked for again and again.

    A run asks some thirty times a step whether its partition exists, each time in a query: 1,400 of a film, which took
    a quarter of a short one's CPU.
    """

    def has_partition_key(
        self,
        partition_key: str,
        current_time: datetime | None = None,
        dynamic_partitions_store: Any = None,
    ) -> bool:
        """Does the partition exist, or did it within the last seconds?"""
        with dg.partition_loading_context(current_time, dynamic_partitions_store) as context:
            store = context.dynamic_partitions_store
            known = _seen.setdefault(store, {}) if isinstance(store, DagsterInstance) else {}
            now, one = time.monotonic(), (self.name, partition_key)
            if now - known.get(one, -SURE_SECONDS) < SURE_SECONDS:
                return True
            exists = super().has_partition_key(partition_key)
            if exists:
                known[one] = now
            return exists


@dataclass(frozen=True)
class PartitionSet:
    """A set of partitions, which are added while gametape runs.

    Args:
        name: Name of Dagster's dynamic partitions definition.
        key: Key column of the set's tables.
        noun: What one partition is called.
        job: Name of the job that makes everything for one partition.
        stale_sensor: Name of the sensor that makes stale partitions again.
        description: What the job makes, in a sentence.
        kind: The uploads that the partitions are; None for a set that is derived from another.
        upload_sensor: Name of the sensor that adds uploads; with `kind` only.
        modules: Modules with the set's assets where these are not in the package `assets`.
        tables: The set's tables where these are not in `gametape.tables`.
        sidecar_asset: The asset that holds the sidecar; its data version is the sidecar's fingerprint.
        scope_asset: The asset that holds what the sidecar says of which part of an upload is analysed; its data version
            is `SidecarState.window`.
        report_asset: The asset that people open, which depends on the sidecar.
        job_tags: Tags of the job's runs.
    """

    name: str
    key: KeyColumn
    noun: str
    job: str
    stale_sensor: str
    description: str
    kind: UploadKind | None = None
    upload_sensor: str = ""
    modules: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    sidecar_asset: str | None = None
    scope_asset: str | None = None
    report_asset: str | None = None
    job_tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def definition(self) -> dg.DynamicPartitionsDefinition:
        return Partitions(name=self.name)

    def table(self, name: str) -> Table:
        """The contract of one of the set's tables."""
        return next((table for table in self.tables if table.name == name), None) or tables.TABLES[name]

    def keys(self, instance: dg.DagsterInstance) -> list[str]:
        """The partitions, oldest first."""
        return list(instance.get_dynamic_partitions(self.name))


#: Every partition set, by name.
SETS: dict[str, PartitionSet] = {}


def register(partitions: PartitionSet) -> PartitionSet:
    """Make a set known to jobs, sensors, the lake and the command line. Returns it.

    Raises:
        ValueError: A table, or the files of its uploads, belong to another set already.
    """
    if partitions.kind:
        kinds.register(partitions.kind)
    tables.register(*partitions.tables)
    SETS[partitions.name] = partitions
    return partitions


def forget(partitions: PartitionSet) -> None:
    """Undo `register`."""
    if partitions.kind:
        kinds.KINDS.pop(partitions.kind.name, None)
    for table in partitions.tables:
        tables.TABLES.pop(table.name, None)
    SETS.pop(partitions.name, None)


def is_first_look(tags: Mapping[str, str] | None) -> bool:
    """Are these the tags of a first look's run, or of something that it made?"""
    return (tags or {}).get(ANALYSIS_TAG) == QUICK


VIDEOS = register(
    PartitionSet(
        name="videos",
        key=uploads.VIDEOS.key,
        noun=uploads.VIDEOS.noun,
        job="process_video",
        stale_sensor="reprocess_stale",
        description="Everything for one film, from the upload to the report.",
        kind=uploads.VIDEOS,
        upload_sensor="new_uploads",
        sidecar_asset="sidecar",
        scope_asset="analysis_scope",
        report_asset="report",
        # A first look's request overrides it; dagster.yaml leaves room for a first look.
        job_tags={ANALYSIS_TAG: FULL},
    )
)

REPLAYS = register(
    PartitionSet(
        name="replays",
        key=uploads.REPLAYS.key,
        noun=uploads.REPLAYS.noun,
        job="process_replay",
        stale_sensor="reprocess_replays",
        description="Everything for one replay, from the upload to its page.",
        kind=uploads.REPLAYS,
        upload_sensor="new_replays",
        report_asset="replay_report",
    )
)

#: Derived from the replays: a player's games compared. The sensor `players_of_replays` adds and updates them.
GAMERS = register(
    PartitionSet(
        name="gamers",
        key=PLAYER,
        noun="player",
        job="process_gamer",
        stale_sensor="reprocess_gamers",
        description="A player's replays compared with others': weaknesses, and what to train.",
        report_asset="replay_player_report",
    )
)

#: Derived from the films: a player's films compared. The sensor `players_of_films` adds and updates them.
PLAYERS = register(
    PartitionSet(
        name="players",
        key=PLAYER,
        noun="player",
        job="process_player",
        stale_sensor="reprocess_players",
        description="A player's films compared: trends and findings that stay.",
    )
)
