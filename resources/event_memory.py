"""What is remembered of Dagster's materialization events, in an SQLite file.

Belongs here: storing versions by event id. Does not belong here: what follows from them (`graph`).
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from resources import dagster_internals as internals
from resources.graph import MARK_DIGITS, Materialized, label_of
from resources.partitions import is_first_look

log = logging.getLogger(__name__)

#: Outdated events that are kept, however few partitions there are.
KEPT_OUTDATED = 1000
_COLUMNS = "id INTEGER PRIMARY KEY, run TEXT, code TEXT, data TEXT, mark TEXT, inputs TEXT, quick BOOLEAN, label TEXT"


@dataclass(frozen=True)
class EventMemory:
    """Versions of materializations by their storage id; `file` None remembers nothing.

    Dagster keeps them inside each event's JSON, which has 10 kB with its picture: 100,000 of them are not read at each
    look. Events never change, so this memory is never wrong, only incomplete; when lost, it is read again. But events
    are deleted with their runs, and SQLite reuses the ids of the last ones: see `_is_current`.
    """

    instance: dg.DagsterInstance
    file: Path | None

    def versions(self, ids: Collection[int], *, is_all: bool = False) -> dict[int, Materialized]:
        """The versions of these materializations. Where these are all there are, outdated ones are forgotten."""
        if not self.file:
            return {event: made for event, _, made in self._read(ids)}
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            # The ids of another instance are other events: each storage has a table of its own.
            table = f"versions_{internals.storage_id(self.instance)}"
            with closing(sqlite3.connect(self.file, timeout=5)) as db, db:
                db.execute(f"CREATE TABLE IF NOT EXISTS {table} ({_COLUMNS})")
                newest = db.execute(f"SELECT id, run FROM {table} ORDER BY id DESC LIMIT 1").fetchone()
                if newest and not self._is_current(*newest):
                    db.execute(f"DELETE FROM {table}")
                query = f"SELECT * FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
                if is_all:
                    self._forget_others(db, table, ids)
                known = {
                    row[0]: Materialized(*row[2:-2], quick=bool(row[-2]), label=row[-1])
                    for row in db.execute(query, [json.dumps(list(ids))])
                }
                learnt = list(self._read([event for event in ids if event not in known]))
                rows = [(event, run, *made) for event, run, made in learnt]
                db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
                return known | {event: made for event, _, made in learnt}
        except (sqlite3.Error, OSError) as error:
            log.warning("the memory of events %s cannot be used: %s", self.file, error)
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
                self.file.unlink(missing_ok=True)  # damaged: a new one is begun next time
            return {event: made for event, _, made in self._read(ids)}

    @staticmethod
    def _forget_others(db: sqlite3.Connection, table: str, ids: Collection[int]) -> None:
        """Forget all but these, when there are as many of those again: not at each look."""
        [(count,)] = db.execute(f"SELECT count(*) FROM {table}").fetchall()
        if count > 2 * len(ids) + KEPT_OUTDATED:
            gone = f"DELETE FROM {table} WHERE id NOT IN (SELECT value FROM json_each(?))"
            db.execute(gone, [json.dumps(list(ids))])

    def _is_current(self, event: int, run: str) -> bool:
        """Is the newest remembered event still that event? If so, no remembered id was reused.

        For an id to be reused, all events from it on had to be deleted.
        """
        return internals.run_of_event(self.instance, event) == run

    def _read(self, ids: Collection[int]) -> Iterator[tuple[int, str, Materialized]]:
        """(id, run, versions) of these materializations."""
        for event, run, body in internals.materialization_rows(self.instance, ids):
            yield event, run, _versions(body)


def _versions(event: str) -> Materialized:
    """The versions in an event as Dagster stores it."""
    tags = internals.materialization_tags(json.loads(event))
    start = f"{internals.INPUT_DATA_VERSION_TAG_PREFIX}/"
    inputs = {tag[len(start) :]: mark[:MARK_DIGITS] for tag, mark in tags.items() if tag.startswith(start)}
    code, data = tags.get(internals.CODE_VERSION_TAG), tags.get(internals.DATA_VERSION_TAG)
    return Materialized.of(code, data, inputs, quick=is_first_look(tags), label=label_of(tags))
