"""Dagster's records in SQLite, with what is costly about a connection kept.

Belongs here: engines and connections of the records' databases. Does not belong here: the choice of the storage
(`orchestration.storage`), what the records say.

Dagster makes an engine for each question and forgets it: with it go the statements that were compiled, and for every
event of a run the same few are compiled anew. It also opens and closes a file each time, and the last one to close a
database in WAL mode writes the log back into it. The engines are kept here, and of the two databases that all runs
share the connections too. A run's own events are closed each time as before: the UI notices new ones by the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import (
    DagsterSqliteStorage,
    _event_logs_directory,
    _runs_directory,
    _schedule_directory,
)
from dagster._serdes import ConfigurableClassData
from dagster._utils import mkdir_p

#: Engines of runs' own databases that are kept: one who looks at many runs must not hold them all.
MOST_ENGINES = 16


class Engines:
    """Engines by their address, the latest used last.

    Args:
        open: Connections stay open, too.
    """

    def __init__(self, *, open: bool) -> None:
        self._more: dict[str, Any] = {"pool_size": 2, "max_overflow": -1} if open else {"poolclass": sa.NullPool}
        self._kept: dict[str, sa.Engine] = {}
        self._lock, self._process = Lock(), os.getpid()

    def of(self, address: str) -> sa.Engine:
        """The engine of a database."""
        with self._lock:
            if self._process != os.getpid():  # a connection is of the process that opened it
                self._kept, self._process = {}, os.getpid()
            engine = self._kept.pop(address, None)
            if engine is None:
                waits = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
                engine = sa.create_engine(address, connect_args=waits, **self._more)
            self._kept[address] = engine
            if len(self._kept) > MOST_ENGINES:
                self._kept.pop(next(iter(self._kept)))
            return engine

    def dispose(self) -> None:
        """Close what is open."""
        with self._lock:
            for engine in self._kept.values():
                engine.dispose()
            self._kept = {}

    @contextmanager
    def transaction(self, address: str) -> Iterator[sa.Connection]:
        """A connection in a transaction, committed at the end."""
        with self.of(address).connect() as connection, connection.begin():
            yield connection


class _Events(SqliteEventLogStorage):
    def __init__(self, base_dir: str) -> None:
        self._shared, self._of_runs = Engines(open=True), Engines(open=False)
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        engines, address = (
            self._shared if shard == INDEX_SHARD_NAME else self._of_runs,
            self.conn_string_for_shard(shard),
        )
        with self._db_lock:
            # A run's file may have been deleted by another process, with the run.
            if shard not in self._initialized_dbs or not Path(self.path_for_shard(shard)).exists():
                self._initdb(engines.of(address))
                self._initialized_dbs.add(shard)
            with engines.transaction(address) as connection:
                yield connection

    def dispose(self) -> None:
        self._shared.dispose()
        super().dispose()


class _Runs(SqliteRunStorage):
    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = Engines(open=True)
        super().__init__(conn_string, inst_data)

    def connect(self) -> Any:
        return self._engines.transaction(self._conn_string)

    def dispose(self) -> None:
        self._engines.dispose()
        super().dispose()


class _Schedules(SqliteScheduleStorage):
    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = Engines(open=False)
        super().__init__(conn_string, inst_data)

    def connect(self) -> Any:
        return self._engines.transaction(self._conn_string)


class SqliteRecords(DagsterSqliteStorage):
    """Dagster's records in SQLite files below a folder; see the module."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        mkdir_p(base_dir)
        self.base_dir, self._inst_data = base_dir, inst_data
        self._run_storage = _Runs.from_local(_runs_directory(base_dir))
        self._event_log_storage = _Events(_event_logs_directory(base_dir))
        self._schedule_storage = _Schedules.from_local(_schedule_directory(base_dir))
        super(DagsterSqliteStorage, self).__init__()  # its own would open everything once more
