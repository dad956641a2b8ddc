"""What is remembered of the uploads between two looks, in a small SQLite file.

Belongs here: storing it. Does not belong here: deciding anything. The memo only saves work: when it is lost or damaged,
it is rebuilt from the uploads themselves.
"""

import logging
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)


class Remembered(NamedTuple):
    """One file: the `stamp` (size and time) it had, `since` when (Unix time), and what its content gave."""

    stamp: str
    since: float
    value: str | None = None


class Memo:
    """`uri -> Remembered`, in a table of `file`: one for each kind of upload."""

    def __init__(self, file: Path, table: str) -> None:
        self.file = Path(file)
        self.table = table

    def load(self) -> dict[str, Remembered]:
        """Everything; empty when it cannot be read."""
        return {
            uri: Remembered(*rest) for uri, *rest in self._run(f"SELECT uri, stamp, since, value FROM {self.table}")
        }

    def update(self, rows: Mapping[str, Remembered], gone: Iterable[str] = ()) -> None:
        """Store `rows`, forget `gone`."""
        self._run(
            f"INSERT OR REPLACE INTO {self.table} VALUES (?, ?, ?, ?)", [(uri, *row) for uri, row in rows.items()]
        )
        self._run(f"DELETE FROM {self.table} WHERE uri = ?", [(uri,) for uri in gone])

    def _run(self, sql: str, many: list[tuple] | None = None) -> list[tuple]:
        if many == []:
            return []
        for last_try in (False, True):
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                with closing(sqlite3.connect(self.file, timeout=5)) as db, db:
                    columns = "uri TEXT PRIMARY KEY, stamp TEXT, since REAL, value TEXT"
                    db.execute(f"CREATE TABLE IF NOT EXISTS {self.table} ({columns})")
                    return db.execute(sql).fetchall() if many is None else db.executemany(sql, many).fetchall()
            except (sqlite3.Error, OSError) as error:
                log.warning("the uploads' memo %s cannot be used: %s", self.file, error)
                if last_try or isinstance(error, sqlite3.OperationalError | OSError):
                    return []  # busy, or no right to write: do without
                self.file.unlink(missing_ok=True)  # damaged: begin a new one
        return []
