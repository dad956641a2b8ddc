"""Dagster's records of the films, asked in bulk.

Belongs here: the questions, and every use of Dagster's storage that is not its public interface. Does not belong
here: decisions, and any record of our own.

Why not the public interface: it answers for one partition (10,000 questions a look), or with whole events.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import sqlalchemy as sa
from dagster._core.definitions.data_version import CODE_VERSION_TAG, DATA_VERSION_TAG, INPUT_DATA_VERSION_TAG_PREFIX
from dagster._core.events import DagsterEvent, DagsterEventType
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
from dagster._core.storage.tags import WILL_RETRY_TAG

from gametape.base.errors import GametapeError
from gametape.uploads.decide import LastRequest, parse_run_key
from resources.partitions import ANALYSIS_TAG, QUICK, is_first_look, videos

log = logging.getLogger(__name__)

REQUEST_TAG = "gametape/request"
#: How Dagster notes an error that was written for people.
_OURS = f"{GametapeError.__module__}."
_CHUNK = 500  # keys in one SQL question
_KEPT_BESIDE = 1000  # outdated events that the memory keeps, however few films there are
_MARK_DIGITS = 16  # of the 64 of an input's mark: enough to tell two versions of one film apart


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


class Made(NamedTuple):
    """The last materialization of an asset for a film: its versions, and those of the inputs it was made from."""

    code: str | None
    data: str | None
    mark: str  # how `data` is noted where this is an input
    inputs: str  # ";parent=mark;parent=mark;": a hundred thousand of these are compared, not taken apart
    quick: bool = False  # in a first look

    @classmethod
    def of(cls, code: str | None, data: str | None, inputs: Mapping[str, str], *, quick: bool = False) -> Made:
        """`inputs` are the marks of the parents."""
        marks = "".join(f";{parent}={mark}" for parent, mark in inputs.items()) + ";"
        return cls(code, data, as_input(data or ""), marks, quick)

    def was_made_from(self, parent: str, mark: str) -> bool:
        """Had `parent` the data version of this mark when this was made?"""
        return f";{parent}={mark};" in self.inputs


def as_input(version: str) -> str:
    """How Dagster notes the data version of one partition of an input: digested, even when it is the only one.

    (It also notes an event id, but that of the input's newest event of any partition: of no use here.)
    """
    return hashlib.sha256(version.encode()).hexdigest()[:_MARK_DIGITS]


def to_compute(
    graph: Graph, made: Mapping[str, Made], *, expected: Mapping[str, str | None] | None = None, code: bool = True
) -> frozenset[str]:
    """The assets that are missing, stale or of a first look, with all that would become stale when they are made again.

    `expected` are data versions that assets are going to have: what was made from them stays fresh, and they
    themselves are made again without making what follows stale. `code=False` leaves code versions out of it.
    """
    expected = expected or {}
    marks = {asset: as_input(version) if version else "unknown" for asset, version in expected.items()}
    again: set[str] = set()
    for asset, parents in graph.parents.items():
        last = made.get(asset)
        if (
            last is None
            or last.quick
            or (code and last.code != graph.code_versions.get(asset))
            or (asset in expected and last.data != expected[asset])
            or any(_outdates(parent, last, made, marks, again) for parent in parents)
        ):
            again.add(asset)
    return frozenset(again)


def _outdates(parent: str, child: Made, made: Mapping, marks: Mapping, again: Collection[str]) -> bool:
    if parent in marks:
        return not child.was_made_from(parent, marks[parent])
    return parent in again or not child.was_made_from(parent, made[parent].mark)


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
class Failure:
    """A run of a film that failed for good: nothing follows it by itself."""

    run_id: str
    key: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class FilmRecords:
    """What Dagster has on record of the films. The methods are those of `gametape.uploads.Records`, and more."""

    instance: dg.DagsterInstance
    graph: Graph
    memory: Path | None = None  # the file of EventMemory; None for none

    # ---- partitions and runs ----

    def keys(self) -> Sequence[str]:
        """The partitions, oldest first."""
        return self.instance.get_dynamic_partitions(videos.name)

    def requests(self, key: str | None = None) -> Mapping[str, LastRequest]:
        """The last request of each key, or of this one, read from the runs that came of them: one query, however many
        there are."""
        last: dict[str, LastRequest] = {}
        for _, run_keys in self.instance.get_run_tags([REQUEST_TAG], value_prefix=key and f"{key}:"):
            for key, request in filter(None, map(parse_run_key, run_keys)):
                if key not in last or request.number > last[key].number:
                    last[key] = request
        return last

    def busy(self) -> frozenset[str]:
        """The films that have a run which has not ended."""
        return frozenset(
            run.key for run in self._runs(RunsTable.c.status.in_([s.value for s in NOT_FINISHED_STATUSES]))
        )

    def canceled(self, keys: Collection[str]) -> frozenset[str]:
        """Those of the films whose newest run was canceled."""
        canceled = dg.DagsterRunStatus.CANCELED
        return frozenset(key for key, run in self.last_runs(keys).items() if run.status == canceled)

    def last_runs(self, keys: Collection[str] | None = None) -> dict[str, RunFact]:
        """The newest run of each film."""
        found = (
            self._runs() if keys is None else _chunked(keys, lambda part: self._runs(RunsTable.c.partition.in_(part)))
        )
        return {run.key: run for run in sorted(found, key=lambda run: run.order)}

    def failures(self, *, since: float, without: str, most: int) -> list[Failure]:
        """Runs that failed for good since then (Unix time), the oldest first, but for those whose tag `without` is
        their own id: a run that repeats another has a copy of its tags. A crash that Dagster is going to retry and a
        first look, which the full analysis follows, are left out."""
        runs, tags = RunsTable.c, RunTagsTable.c
        mute = sa.or_(
            sa.and_(tags.key == without, tags.value == runs.run_id),
            sa.and_(tags.key == WILL_RETRY_TAG, tags.value == "true"),
            sa.and_(tags.key == ANALYSIS_TAG, tags.value == QUICK),
        )
        query = (
            sa.select(runs.run_id)
            .where(
                runs.status == dg.DagsterRunStatus.FAILURE.value, runs.partition.is_not(None), runs.end_time >= since
            )
            .where(~sa.exists().where(tags.run_id == runs.run_id, mute))
            .order_by(runs.id)
            .limit(most)
        )
        found = [row["run_id"] for row in self.instance.run_storage.fetchall(query)]
        failed = (run for run_id in found if (run := self.instance.get_run_by_id(run_id)))
        return [Failure(run.run_id, run.tags["dagster/partition"], run.tags) for run in failed]

    def _runs(self, *where: Any) -> Iterator[RunFact]:
        columns = RunsTable.c
        query = sa.select(columns.id, columns.run_id, columns.status, columns.partition)
        query = query.where(columns.partition.is_not(None), *where)
        for row in self.instance.run_storage.fetchall(query):
            yield RunFact(row["id"], row["run_id"], dg.DagsterRunStatus(row["status"]), row["partition"])

    # ---- materializations ----

    def last_ids(self, keys: Collection[str] | None = None) -> dict[str, Mapping[str, int]]:
        """The storage id of each film's last materialization of each asset, by asset and film. Ids rise with time."""

        def ask(asset: str, part: Collection[str] | None) -> Iterable[tuple[str, int]]:
            storage = self.instance.event_log_storage
            found = storage.get_latest_storage_id_by_partition(
                dg.AssetKey(asset), DagsterEventType.ASSET_MATERIALIZATION, set(part) if part else None
            )
            return found.items()

        if keys is None or len(keys) > 4 * _CHUNK:
            return {asset: dict(ask(asset, None)) for asset in self.graph.assets}
        return {asset: dict(_chunked(keys, partial(ask, asset))) for asset in self.graph.assets}

    def made(self, keys: Collection[str]) -> dict[str, dict[str, Made]]:
        """The last materializations of some films, by film and asset."""
        ids = self.last_ids(keys)
        wanted = [order for by_key in ids.values() for order in by_key.values()]
        facts = self._memory.facts(wanted, all_there_are=len(keys) == len(self.keys()))
        found: dict[str, dict[str, Made]] = {key: {} for key in keys}
        for asset, by_key in ids.items():
            for key, order in by_key.items():
                if key in found:
                    found[key][asset] = facts[order]
        return found

    @cached_property
    def _memory(self) -> EventMemory:
        return EventMemory(self.instance, self.memory)

    # ---- for the upload sensor ----

    def reported_with(self, keys: Collection[str]) -> Mapping[str, str]:
        """The sidecar that a film's report and its sidecar record both come from, where they agree. A first look's
        report does not count."""
        found = {}
        for key, made in self.made(keys).items() if keys else ():
            report, sidecar = made.get("report"), made.get("sidecar")
            if report and not report.quick and sidecar and report.was_made_from("sidecar", sidecar.mark):
                found[key] = sidecar.data
        return found

    def to_compute(self, key: str, sidecar: str, same_window: Collection[str]) -> frozenset[str] | None:
        """The assets to make so that the film's report has the sidecar; None for all of them."""
        made = self.made([key])[key]
        window = made.get("analysis_window")
        same = window is not None and any(window.was_made_from("sidecar", as_input(said)) for said in same_window)
        # The window's data does not change when the fields it depends on did not: what was made from it stays.
        expected = {"sidecar": sidecar, "analysis_window": window.data if window and same else None}
        again = to_compute(self.graph, made, expected=expected, code=False)
        return None if len(again) == len(self.graph.assets) else again


@dataclass(frozen=True)
class EventMemory:
    """Versions of materializations by their storage id, kept in an SQLite file.

    Dagster keeps them inside each event's JSON, of 10 kB with its picture: 100,000 of them are not read at each look.
    Events never change, so this memory is never wrong, only incomplete; lost, it is read again. But events are
    deleted with their runs, and SQLite gives the ids of the last ones anew: see `_is_current`.
    """

    instance: dg.DagsterInstance
    file: Path | None

    def facts(self, ids: Collection[int], *, all_there_are: bool = False) -> dict[int, Made]:
        """The versions of these materializations. Where these are all there are, many others are forgotten: they
        were made again since."""
        if not self.file:
            return {order: made for order, _, made in self._read(ids)}
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            # The ids of another instance are other events: each storage has a table of its own.
            table = "made_" + self.instance.run_storage.get_run_storage_id().replace("-", "")
            with closing(sqlite3.connect(self.file, timeout=5)) as db, db:
                db.execute(
                    f"CREATE TABLE IF NOT EXISTS {table} "
                    "(id INTEGER PRIMARY KEY, run TEXT, code TEXT, data TEXT, mark TEXT, inputs TEXT, quick BOOLEAN)"
                )
                newest = db.execute(f"SELECT id, run FROM {table} ORDER BY id DESC LIMIT 1").fetchone()
                if newest and not self._is_current(*newest):
                    db.execute(f"DELETE FROM {table}")
                query = f"SELECT * FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
                if all_there_are:
                    self._forget_others(db, table, ids)
                known = {
                    row[0]: Made(*row[2:-1], quick=bool(row[-1])) for row in db.execute(query, [json.dumps(list(ids))])
                }
                learnt = list(self._read([order for order in ids if order not in known]))
                rows = [(order, run, *made) for order, run, made in learnt]
                db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
                return known | {order: made for order, _, made in learnt}
        except (sqlite3.Error, OSError) as error:
            log.warning("the records' memory %s cannot be used: %s", self.file, error)
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
                self.file.unlink(missing_ok=True)  # damaged: begin a new one next time
            return {order: made for order, _, made in self._read(ids)}

    @staticmethod
    def _forget_others(db: sqlite3.Connection, table: str, ids: Collection[int]) -> None:
        """Forget all but these, when there are as many of those again: not at each look."""
        [(count,)] = db.execute(f"SELECT count(*) FROM {table}").fetchall()
        if count > 2 * len(ids) + _KEPT_BESIDE:
            gone = f"DELETE FROM {table} WHERE id NOT IN (SELECT value FROM json_each(?))"
            db.execute(gone, [json.dumps(list(ids))])

    def _is_current(self, order: int, run: str) -> bool:
        """Is the newest event that is remembered still that event? If so, no remembered id was given anew: for
        that, all events from it on had to be gone."""
        columns = SqlEventLogStorageTable.c
        with self.instance.event_log_storage.index_connection() as connection:
            return connection.execute(sa.select(columns.run_id).where(columns.id == order)).scalar() == run

    def _read(self, ids: Collection[int]) -> Iterator[tuple[int, str, Made]]:
        """(id, run, versions) of these materializations."""
        columns = SqlEventLogStorageTable.c
        with self.instance.event_log_storage.index_connection() as connection:
            for part in _parts(ids):
                rows = connection.execute(
                    sa.select(columns.id, columns.run_id, columns.event).where(columns.id.in_(part))
                )
                for order, run, event in rows:
                    yield order, run, _made(event)


def _made(event: str) -> Made:
    """The versions in an event as Dagster stores it, without building the event."""
    tags = json.loads(event)["dagster_event"]["event_specific_data"]["materialization"].get("tags") or {}
    start = f"{INPUT_DATA_VERSION_TAG_PREFIX}/"
    inputs = {tag[len(start) :]: mark[:_MARK_DIGITS] for tag, mark in tags.items() if tag.startswith(start)}
    return Made.of(tags.get(CODE_VERSION_TAG), tags.get(DATA_VERSION_TAG), inputs, quick=is_first_look(tags))


def _parts(things: Collection) -> Iterator[list]:
    listed = list(things)
    for start in range(0, len(listed), _CHUNK):
        yield listed[start : start + _CHUNK]


def _chunked(things: Collection, ask: Callable[[list], Iterable]) -> Iterator[Any]:
    for part in _parts(things):
        yield from ask(part)


def progress_of(instance: dg.DagsterInstance, asset: str, key: str, run_id: str) -> tuple[int, int] | None:
    """(frames done, frames in all) as a running asset last told; None when this run has told nothing."""
    records = instance.fetch_observations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[key]), limit=1
    ).records
    if not records or records[0].run_id != run_id or (told := records[0].asset_observation) is None:
        return None
    values = {name: told.metadata[name].value for name in ("frames_done", "frames_total") if name in told.metadata}
    return (int(values["frames_done"]), int(values["frames_total"])) if len(values) == 2 else None


@dataclass(frozen=True)
class Why:
    """Why a run failed: in which asset, in one line (`told`), and where the error was written for people its parts."""

    asset: str | None
    told: str
    reason: str
    remedy: str = ""


def why_failed(instance: dg.DagsterInstance, run_id: str) -> Why:
    """Of a failed run. One whose process died names the asset it worked on."""
    for event in events_of(instance, run_id, {DagsterEventType.STEP_FAILURE}):
        data = event.step_failure_data
        if (ours := data.user_failure_data) and ours.description:
            told = _first_line(ours.description)
            parts = {name: str(value.value) for name, value in ours.metadata.items()}
            return Why(event.step_key, told, parts.get("reason", told), parts.get("what to do", ""))
        error = data.error
        while error and error.cause and not error.message.startswith(_OURS):
            error = error.cause
        if error:
            told = _first_line(error.message.partition(": ")[2] if error.message.startswith(_OURS) else error.message)
            return Why(event.step_key, told, told)
    steps = events_of(instance, run_id, {DagsterEventType.STEP_START, DagsterEventType.STEP_SUCCESS})
    ended = {e.step_key for e in steps if e.event_type == DagsterEventType.STEP_SUCCESS}
    asset = next((e.step_key for e in reversed(steps) if e.step_key not in ended), None)
    ends = events_of(instance, run_id, {DagsterEventType.RUN_FAILURE})
    told = _first_line(ends[-1].message or "") if ends else "the run ended without a word"
    return Why(asset, told, told)


def events_of(instance: dg.DagsterInstance, run_id: str, kinds: set[DagsterEventType]) -> list[DagsterEvent]:
    """A run's events of these kinds, in order."""
    records = instance.get_records_for_run(run_id, of_type=kinds).records
    return [record.event_log_entry.dagster_event for record in records]


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason was given")
