"""The summary warehouse: films, metrics and findings in a database, for dashboards and joins with other data.

Belongs here: creating the tables, replacing the rows of one key. Does not belong here: what the columns mean
(`gametape.tables`), and the tables with a row a frame, which stay in the lake.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gametape import tables
from gametape.base.errors import Away, BadInput, Unavailable
from gametape.film.clock import film_duration
from gametape.tables.core import VIDEO, KeyColumn

if TYPE_CHECKING:
    import pyarrow as pa


_TYPES = {
    "string": sa.Text,
    "bool": sa.Boolean,
    "int32": sa.Integer,
    "int64": sa.BigInteger,
    "float32": sa.REAL,
    "float64": sa.Double,
}
_INDEXED = {"metrics": ("metric",), "findings": ("metric",), "player_trends": ("name",), "player_findings": ("name",)}
_BUSY_MS = 60_000


def normalise_url(url: str) -> str:
    """`url` with the driver that is installed named in it.

    Plain `postgresql://` (and the older `postgres://`) means psycopg 3 to SQLAlchemy 2.1; psycopg2 is what comes
    with dagster-postgres. Raises BadInput, without the URL's password, when it is not a database URL.
    """
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        url = f"postgresql+psycopg2{separator}{rest}"
    try:
        parsed = sa.make_url(url)
        if "@" in (parsed.host or ""):  # the end of a password with a bare @ in it
            raise ValueError(url)
    except (sa.exc.ArgumentError, ValueError):
        remedy = "Give one like sqlite:///folder/file.db or postgresql://user:password@host/database; in the "
        remedy += "password, write / as %2F, @ as %40 and : as %3A"
        # `from None`: the cause quotes pieces of the URL. So would a scheme that is none.
        shown = f"{scheme}://…" if separator and re.fullmatch(r"[a-z0-9+]+", scheme) else "…"
        raise BadInput(f"database URL {shown}", "cannot be understood", remedy) from None
    return url


class Warehouse:
    """The tables `gametape.tables.WAREHOUSE` in the database at `url`, each with its key column.

    Tables are created, and columns that a newer gametape knows are added, at first use. Many processes may write at
    once.

    Raises:
        Unavailable: The database cannot be used (any method).
    """

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(normalise_url(url))
        self._ready = False

    def __repr__(self) -> str:
        return f"Warehouse({self.shown_url!r})"

    @property
    def shown_url(self) -> str:
        """The database's address as may be printed: without password and options."""
        return self._url.set(query={}).render_as_string(hide_password=True)

    def replace(self, table: str, key: str, data: pa.Table) -> int:
        """Replace the rows of `key` by `data`, in one transaction; returns how many rows there are now.

        NaN is stored as NULL.

        Raises:
            ValueError: `data` breaks the table's contract.
        """
        contract = tables.WAREHOUSE[table]
        column = contract.key.name
        rows = [{column: key, **row} for row in _without_nan(contract.cast(data)).to_pylist()]
        target = self._metadata.tables[table]
        with self._transaction() as connection:
            self._wait_for_turn(connection, f"{table}/{key}")
            connection.execute(target.delete().where(target.c[column] == key))
            if rows:
                connection.execute(target.insert(), rows)
        return len(rows)

    def replace_video(self, video: str, source: pa.Table, sidecar: pa.Table, frames: pa.Table) -> None:
        """Replace the film's row of `videos`, from the lake's tables source_video, sidecar and frames."""
        self.replace("videos", video, summarise_video(source, sidecar, frames))

    def delete(self, key: str, *, of: KeyColumn = VIDEO) -> None:
        """Remove every row of `key`; doing so again changes nothing."""
        with self._transaction() as connection:
            for contract in tables.WAREHOUSE.values():
                if contract.key == of:
                    target = self._metadata.tables[contract.name]
                    connection.execute(target.delete().where(target.c[of.name] == key))

    def read(self, sql: str, **values: object) -> list[dict[str, Any]]:
        """Rows of a query, for tests and small checks; `:name` in `sql` stands for a value."""
        with self._transaction() as connection:
            return [dict(row) for row in connection.execute(sa.text(sql), values).mappings()]

    def close(self) -> None:
        """Give the connections back; the next call opens new ones."""
        self._engine.dispose()

    @cached_property
    def _engine(self) -> sa.Engine:
        if self._url.get_backend_name() != "sqlite":
            return sa.create_engine(self._url, pool_pre_ping=True)
        if self._url.database:
            Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(self._url)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    @cached_property
    def _metadata(self) -> sa.MetaData:
        metadata = sa.MetaData()
        for contract in tables.WAREHOUSE.values():
            # Nothing but the key is NOT NULL: a column added later could not be.
            columns = [sa.Column(c.name, _TYPES[c.type], comment=c.description) for c in contract.columns]
            key = contract.key.name
            target = sa.Table(contract.name, metadata, sa.Column(key, sa.Text, nullable=False), *columns)
            for name in (key, *_INDEXED.get(contract.name, ())):
                sa.Index(f"ix_{contract.name}_{name}", target.c[name])
        return metadata

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            if not self._ready:
                with self._engine.begin() as connection:
                    self._create_tables(connection)
                self._ready = True
            with self._engine.begin() as connection:
                yield connection
        except (sa.exc.SQLAlchemyError, ModuleNotFoundError, OSError) as error:
            reason = (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
            if self._url.password:
                reason = reason.replace(str(self._url.password), "***")
            remedy = "Check GAMETAPE_WAREHOUSE_URL and that the database is up, then run again"
            # `from None`: the cause may print the URL.
            is_away = isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError))
            kind = Away if is_away else Unavailable
            raise kind(self.shown_url, reason.rstrip("."), remedy) from None

    def _create_tables(self, connection: sa.Connection) -> None:
        self._wait_for_turn(connection, "tables")
        self._metadata.create_all(connection)
        inspector = sa.inspect(connection)
        for target in self._metadata.sorted_tables:
            there = {column["name"] for column in inspector.get_columns(target.name)}
            for column in target.columns:
                if column.name not in there:
                    spec = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
                    name = connection.dialect.identifier_preparer.format_table(target)
                    connection.execute(sa.DDL(f"ALTER TABLE {name} ADD COLUMN {str(spec).replace('%', '%%')}"))

    def _wait_for_turn(self, connection: sa.Connection, what: str) -> None:
        """Hold a lock named `what` until the transaction ends: two that replace the same rows would each insert theirs.

        SQLite needs none: its transactions begin with the write lock (`_begin_sqlite`).
        """
        if connection.dialect.name == "postgresql":
            number = int.from_bytes(hashlib.sha256(f"gametape/{what}".encode()).digest()[:8], signed=True)
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def summarise_video(source: pa.Table, sidecar: pa.Table, frames: pa.Table) -> pa.Table:
    """A film's row of `videos`; a film with fewer than two frames has no duration and no frame rate."""
    facts = source.to_pylist()[0] | (sidecar.to_pylist() or [{}])[0]
    count = frames.num_rows
    facts |= {"frames": count, "duration_s": None, "fps": None}
    if count > 1:
        times = frames["time_s"].to_numpy()
        span = float(times[-1] - times[0])
        facts |= {"duration_s": film_duration(times), "fps": (count - 1) / span if span > 0 else None}
    return tables.WAREHOUSE_VIDEOS.from_rows([facts])


def _without_nan(table: pa.Table) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    for number, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            column = table.column(number)
            known = pc.if_else(pc.is_nan(column), pa.scalar(None, field.type), column)
            table = table.set_column(number, field.with_nullable(True), known)
    return table


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver begins no transaction of its own; `_begin_sqlite` does
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    # The change to WAL does not wait for the busy_timeout when another connection makes it at the same moment.
    until = time.monotonic() + _BUSY_MS / 1e3
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: sa.Connection) -> None:
    # IMMEDIATE takes the write lock at once and waits for it; a transaction that reads first and then writes fails
    # with "database is locked" however long it may wait.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
