"""Dagster's records of the films, asked in bulk.

Belongs here: the questions, and every use of Dagster's storage that is not its public interface. Does not belong
here: decisions, and any record of our own.

Why not the public interface: it answers for one partition (10,000 questions a look), or with whole events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import dagster as dg
import sqlalchemy as sa
from dagster._core.definitions.data_version import CODE_VERSION_TAG, DATA_VERSION_TAG, INPUT_DATA_VERSION_TAG_PREFIX
from dagster._core.events import DagsterEventType
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from dagster._core.storage.event_log.schema import AssetEventTagsTable, SqlEventLogStorageTable
from dagster._core.storage.runs.schema import RunsTable

from gametape.uploads.decide import LastRequest, parse_run_key
from resources.partitions import videos

REQUEST_TAG = "gametape/request"
_CHUNK = 500  # keys in one SQL question


@dataclass(frozen=True)
class Graph:
    """The assets of a film: each one's parents among them, parents before children, and its code version now."""

    parents: Mapping[str, tuple[str, ...]]
    code_versions: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, definitions: dg.Definitions | dg.RepositoryDefinition) -> Graph:
        """The film assets of a code location."""
        graph = (
            definitions.resolve_asset_graph() if isinstance(definitions, dg.Definitions) else definitions.asset_graph
        )
        keys = [
            key
            for key in graph.toposorted_asset_keys
            if graph.get(key).is_materializable and graph.get(key).partitions_def == videos
        ]
        parents = {
            key.to_user_string(): tuple(sorted(p.to_user_string() for p in graph.get(key).parent_keys if p in keys))
            for key in keys
        }
        return cls(parents, {key.to_user_string(): graph.get(key).code_version for key in keys})

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(self.parents)

    @cached_property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """(parent, child)."""
        return tuple((parent, child) for child, parents in self.parents.items() for parent in parents)


@dataclass(frozen=True)
class Made:
    """The last materialization of an asset for a film: its versions, and those of the inputs it was made from."""

    code: str | None
    data: str | None
    inputs: Mapping[str, str]


def to_compute(
    graph: Graph, made: Mapping[str, Made], *, expected: Mapping[str, str | None] | None = None, code: bool = True
) -> frozenset[str]:
    """The assets that are missing or stale, with all that would become stale when they are made again.

    `expected` are data versions that assets are going to have: what was made from them stays fresh, and they
    themselves are made again without making what follows stale. `code=False` leaves code versions out of it.
    """
    expected = expected or {}
    again: set[str] = set()
    for asset, parents in graph.parents.items():
        last = made.get(asset)
        if (
            last is None
            or (code and last.code != graph.code_versions.get(asset))
            or (asset in expected and last.data != expected[asset])
            or any(_outdates(parent, last, made, expected, again) for parent in parents)
        ):
            again.add(asset)
    return frozenset(again)


def _outdates(parent: str, child: Made, made: Mapping, expected: Mapping, again: Collection[str]) -> bool:
    if parent in expected:
        return child.inputs.get(parent) != expected[parent]
    return parent in again or child.inputs.get(parent) != made[parent].data


@dataclass(frozen=True)
class RunFact:
    """A run of one film."""

    order: int
    run_id: str
    status: dg.DagsterRunStatus
    key: str

    @property
    def is_finished(self) -> bool:
        return self.status not in NOT_FINISHED_STATUSES


@dataclass(frozen=True)
class FilmRecords:
    """What Dagster has on record of the films. The methods are those of `gametape.uploads.Records`, and more."""

    instance: dg.DagsterInstance
    graph: Graph

    # ---- partitions and runs ----

    def keys(self) -> Sequence[str]:
        """The partitions, oldest first."""
        return self.instance.get_dynamic_partitions(videos.name)

    def requests(self) -> Mapping[str, LastRequest]:
        """The last request of each key, read from the runs that came of them: one query, however many there are."""
        last: dict[str, LastRequest] = {}
        for _, run_keys in self.instance.get_run_tags([REQUEST_TAG]):
            for key, request in filter(None, map(parse_run_key, run_keys)):
                if key not in last or request.number > last[key].number:
                    last[key] = request
        return last

    def busy(self) -> frozenset[str]:
        """The films that have a run which has not ended."""
        return frozenset(run.key for run in self._runs(RunsTable.c.status.in_([s.value for s in NOT_FINISHED_STATUSES])))

    def last_runs(self, keys: Collection[str] | None = None) -> dict[str, RunFact]:
        """The newest run of each film."""
        found = self._runs() if keys is None else self._chunked(keys, lambda part: self._runs(RunsTable.c.partition.in_(part)))
        return {run.key: run for run in sorted(found, key=lambda run: run.order)}

    def _runs(self, *where: Any) -> Iterator[RunFact]:
        columns = RunsTable.c
        query = sa.select(columns.id, columns.run_id, columns.status, columns.partition)
        query = query.where(columns.partition.is_not(None), *where)
        for row in self.instance.run_storage.fetchall(query):
            yield RunFact(row["id"], row["run_id"], dg.DagsterRunStatus(row["status"]), row["partition"])

    # ---- materializations ----

    def versions(self, asset: str, tags: Iterable[str], keys: Collection[str] | None = None) -> dict[str, Mapping[str, str]]:
        """Tags of the last materialization of `asset`, by film."""
        def ask(part: list[str] | None) -> Iterable[tuple[str, Mapping[str, str]]]:
            return self.instance.event_log_storage.get_latest_tags_by_partition(
                dg.AssetKey(asset), DagsterEventType.ASSET_MATERIALIZATION, list(tags), asset_partitions=part
            ).items()

        return dict(ask(None) if keys is None or len(keys) > 10 * _CHUNK else self._chunked(keys, ask))

    def made(self, keys: Collection[str]) -> dict[str, dict[str, Made]]:
        """The last materializations of some films, by film and asset: exact, a query an asset for 500 films."""
        found: dict[str, dict[str, Made]] = {key: {} for key in keys}
        for asset, parents in self.graph.parents.items():
            inputs = {f"{INPUT_DATA_VERSION_TAG_PREFIX}/{parent}": parent for parent in parents}
            for key, tags in self.versions(asset, [CODE_VERSION_TAG, DATA_VERSION_TAG, *inputs], keys).items():
                read = {inputs[tag]: value for tag, value in tags.items() if tag in inputs}
                found[key][asset] = Made(tags.get(CODE_VERSION_TAG), tags.get(DATA_VERSION_TAG), read)
        return found

    def last_ids(self) -> dict[str, dict[str, int]]:
        """The order (storage id) of each film's last materialization of each asset, by asset and film."""
        columns = SqlEventLogStorageTable.c
        query = (
            sa.select(columns.asset_key, columns.partition, sa.func.max(columns.id))
            .where(
                columns.asset_key.in_([dg.AssetKey(asset).to_string() for asset in self.graph.assets]),
                columns.dagster_event_type == DagsterEventType.ASSET_MATERIALIZATION.value,
                columns.partition.is_not(None),
            )
            .group_by(columns.asset_key, columns.partition)
        )
        named = {dg.AssetKey(asset).to_string(): asset for asset in self.graph.assets}
        found: dict[str, dict[str, int]] = {asset: {} for asset in self.graph.assets}
        with self.instance.event_log_storage.index_connection() as connection:
            for asset, key, order in connection.execute(query):
                found[named[asset]][key] = order
        return found

    def made_by_other_code(self) -> dict[str, set[int]]:
        """By asset, the ids of materializations whose code version is not today's."""
        columns = AssetEventTagsTable.c
        found: dict[str, set[int]] = {}
        with self.instance.event_log_storage.index_connection() as connection:
            for asset in self.graph.assets:
                query = sa.select(columns.event_id).where(
                    columns.asset_key == dg.AssetKey(asset).to_string(),
                    columns.key == CODE_VERSION_TAG,
                    columns.value != self.graph.code_versions[asset],
                )
                found[asset] = {row[0] for row in connection.execute(query)}
        return found

    # ---- for the upload sensor ----

    def reported_with(self, keys: Collection[str]) -> Mapping[str, str]:
        """The sidecar that a film's report and its sidecar record both come from, where they agree."""
        if not keys:
            return {}
        tag = f"{INPUT_DATA_VERSION_TAG_PREFIX}/sidecar"
        reports, said = self.versions("report", [tag], keys), self.versions("sidecar", [DATA_VERSION_TAG], keys)
        used = {key: tags[tag] for key, tags in reports.items() if tag in tags}
        return {key: of for key, of in used.items() if said.get(key, {}).get(DATA_VERSION_TAG) == of}

    def to_compute(self, key: str, sidecar: str, same_window: Collection[str]) -> frozenset[str] | None:
        """The assets to make so that the film's report has the sidecar; None for all of them."""
        made = self.made([key])[key]
        window = made.get("analysis_window")
        same = window is not None and window.inputs.get("sidecar") in same_window
        # The window's data does not change when the fields it depends on did not: what was made from it stays.
        expected = {"sidecar": sidecar, "analysis_window": window.data if window and same else None}
        again = to_compute(self.graph, made, expected=expected, code=False)
        return None if len(again) == len(self.graph.assets) else again

    @staticmethod
    def _chunked(keys: Collection[str], ask: Any) -> Iterator[Any]:
        listed = list(keys)
        for start in range(0, len(listed), _CHUNK):
            yield from ask(listed[start : start + _CHUNK])


def progress_of(
    instance: dg.DagsterInstance, asset: str, key: str, run_id: str
) -> tuple[int, int] | None:
    """(frames done, frames in all) as a running asset last told; None when this run has told nothing."""
    records = instance.fetch_observations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[key]), limit=1
    ).records
    if not records or records[0].run_id != run_id or (told := records[0].asset_observation) is None:
        return None
    values = {name: told.metadata[name].value for name in ("frames_done", "frames_total") if name in told.metadata}
    return (int(values["frames_done"]), int(values["frames_total"])) if len(values) == 2 else None


def by_run(runs: Iterable[RunFact]) -> dict[str, list[RunFact]]:
    """Runs grouped by film."""
    grouped: dict[str, list[RunFact]] = defaultdict(list)
    for run in runs:
        grouped[run.key].append(run)
    return grouped
