"""SQL over the lake's tables, with DuckDB: in a notebook by `connect`, for a stranger's query by `query`.

Belongs here: the views and what a query may reach. Does not belong here: what the columns mean (gametape.tables),
writing (store). Nothing is installed or fetched: objects are read through fsspec, not DuckDB's httpfs.

A table's view finds its files when it is queried, so connecting costs the same for one film and for 10,000, and a
query with a condition on the key column (`video`) opens only that key's file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from threading import Timer
from typing import TYPE_CHECKING

import pyarrow as pa

from gametape.base.errors import GametapeError, Unavailable
from gametape.base.settings import settings
from gametape.base.storage import is_local, local_path
from gametape.lake import replay_views
from gametape.lake.query_files import SEED, LakeFiles
from gametape.tables import TABLES
from gametape.tables.core import Table

if TYPE_CHECKING:
    import duckdb

_SQL_TYPES = {
    "string": "VARCHAR",
    "bool": "BOOLEAN",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float32": "FLOAT",
    "float64": "DOUBLE",
    "float64[]": "DOUBLE[]",
}
_ROWS_AT_ONCE = 100_000
_THREADS_FOR_OBJECTS = 16  # they wait for the store, not for the processor

_EXTRA_VIEWS = {
    "videos": """
        select s.*, d.* exclude (video)
        from source_video s left join sidecar d on d.video = s.video""",
    "video_facts": """
        select
            video,
            count(*) as frames,
            max(time_s) - min(time_s) + median(gap) as duration_s,  -- as gametape.film.clock.film_duration
            (count(*) - 1) / nullif(max(time_s) - min(time_s), 0) as fps
        from (select video, time_s, time_s - lag(time_s) over (partition by video order by time_s) as gap from frames)
        group by video""",
    # Bad frames in a row, three apart at most, are one span.
    "metric_spans": """
        with bad as (
            select *, frame - lag(frame) over (same order by frame) > 3 as begins
            from metric_frames where bad window same as (partition by video, subject, metric)
        ), numbered as (
            select *, count(*) filter (where begins) over (partition by video, subject, metric order by frame) as span
            from bad
        )
        select video, subject, any_value(role) as role, any_value(name) as name, metric, span,
            min(frame) as start_frame, max(frame) as end_frame, min(time_s) as start_s, max(time_s) as end_s,
            min(score) as worst_score, count(*) as frames
        from numbered group by video, subject, metric, span""",
    "film_people": """
        select distinct video, subject, try_cast(split_part(subject, ':', 2) as integer) as track, role, name
        from metrics where role is not null""",
    # A film of two who are named is a film of both.
    "player_films": """
        select p.name as player, v.sport, v.mode, v.video, v.uploaded_at,
            row_number() over (who order by v.uploaded_at nulls last, v.video) as film,
            count(*) over who as films,
            p.subject, p.role
        from film_people p join videos v on v.video = p.video
        where p.name is not null
        window who as (partition by lower(p.name), v.sport, v.mode)""",
    # Least squares over the film's number: uploads come in heaps, so that their times are no measure of distance.
    "player_progress": """
        select p.player, p.sport, p.mode, m.metric, p.film, p.films, p.video, p.uploaded_at, m.value, m.unit, m.reason,
            m.method, m.habit_error, m.repeats, m.confidence,
            lag(m.value ignore nulls) over so_far as previous,
            m.value - lag(m.value ignore nulls) over so_far as delta,
            count(m.value) over whole as n,
            if(count(m.value) over whole > 1, regr_slope(m.value, p.film) over whole, null) as slope,
            if(count(m.value) over whole > 2, sqrt(greatest(0, regr_syy(m.value, p.film) over whole
                - pow(regr_sxy(m.value, p.film) over whole, 2) / regr_sxx(m.value, p.film) over whole)
                / (count(m.value) over whole - 2)), null)
                / sqrt(regr_sxx(m.value, p.film) over whole) as slope_error
        from player_films p
        join metrics m on m.video = p.video and m.subject = p.subject and m.role = p.role and m.name = p.player
        window whole as (partition by lower(p.player), p.sport, p.mode, m.metric),
            so_far as (partition by lower(p.player), p.sport, p.mode, m.metric order by p.film)""",
}
_VIEWS = {**_EXTRA_VIEWS, **replay_views.VIEWS}
#: Words of queries about the views themselves.
_CATALOG = (
    "information_schema",
    "duckdb_",
    "pg_",
    "sqlite_",
    "pragma_",
    "describe",
    "summarize",
    "show",
    "column_names",
)


def connect(base_uri: str | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with a view for each table of the lake, by default the one in the settings.

    Every view has its contract's columns and types, the key column first, also for files that older versions wrote
    (missing columns are null) and when the table has no files yet. Beside them `videos` (a film and what its
    uploader said), `metric_spans` (stretches of `metric_frames` past the limit), `video_facts` (its frames,
    duration_s and average fps; reads the times of all frames of the videos asked for), `film_people` (who plays in a
    film: subject, track, role and name), `player_films` (the analysed films of each named player, in one sport and
    mode, numbered by upload) and `player_progress` (each metric of that player alone over those films: value,
    previous, delta, and of the whole series n, slope per film and its standard error). Of replays `replay_games` (each
    game once: of its replays the one that tells most), and over both `balls` (`ball_trajectory` and
    `replay_ball_trajectory`).

    Views cannot be written to. On local disk DuckDB's own COPY … TO can still write any path that you can; run
    what you did not write yourself through `query`.
    """
    return _connect(base_uri or settings().lake_uri)


def _connect(base_uri: str, *, once: bool = False, views: Collection[str] | None = None) -> duckdb.DuckDBPyConnection:
    """`connect`; for one query alone (`once`) a bucket is listed once, where DuckDB would to bind and to run.

    With `views` there are these alone: to make all takes longer than most queries.
    """
    import duckdb

    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    if is_local(base_uri):
        con.register_filesystem(LakeFiles(None, once=once))
        root = _glob_literal(local_path(base_uri).as_posix())
    else:
        con.register_filesystem(LakeFiles(base_uri, once=once))
        con.execute(f"set threads = {_THREADS_FOR_OBJECTS}")
        # It tells a changed object by its time, to the second; two writes may share one.
        con.execute("set enable_external_file_cache = false")
        root = "lake://lake"
    # Creating a view lists its files; before the lake's address is set there is only the empty seed to list.
    con.execute("set variable lake = 'lake://nowhere'")
    for table in TABLES.values():
        if views is None or table.name in views:
            con.execute(f"create view {table.name} as {_select(table)}")
    for name, sql in _VIEWS.items():
        if views is None or name in views:
            con.execute(f"create view {name} as {sql}")
    con.execute(f"set variable lake = {literal(root)}")
    return con


@dataclass(frozen=True)
class Limits:
    """What one query may take: time, and memory for its work and its answer together."""

    seconds: float
    bytes: float


def query(sql: str, base_uri: str | None = None, limits: Limits | None = None) -> pa.Table:
    """The result of one SELECT by anybody: it reads the lake's tables and nothing else, and writes nothing.

    Raises:
        GametapeError: The query is wrong, and the message has DuckDB's error and lists the tables; or it takes more
            than the limits.
        Unavailable: The lake cannot be read.
    """
    import duckdb

    base_uri = base_uri or settings().lake_uri
    try:
        try:
            return _answer(sql, base_uri, _views_in(sql), limits)
        except duckdb.CatalogException:  # a name written as we do not read it, or none: what is told knows all
            return _answer(sql, base_uri, None, limits)
    except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
        if limits is None:
            raise
        is_late = isinstance(error, duckdb.InterruptException)
        what = f"takes longer than {limits.seconds:g} s" if is_late else f"needs more than {limits.bytes / 1e9:g} GB"
        name = "SECONDS" if is_late else "BYTES"
        remedy = f"Ask for less (a film, a few columns, a sum), or raise GAMETAPE_SQL_{name}"
        raise GametapeError("the query", what, remedy) from error
    except duckdb.Error as error:
        # What our file system raised comes as its traceback.
        if isinstance(error, duckdb.IOException) or str(error).startswith("Traceback"):
            remedy = "Check the lake's address and credentials, then run again"
            raise Unavailable(base_uri, f"cannot be read: {_error_line(error)}", remedy) from error
        tables = ", ".join([*TABLES, *_VIEWS])
        remedy = f"Tables: {tables}; `describe <table>` lists columns"
        raise GametapeError("the query", _error_line(error), remedy) from error


def _answer(sql: str, base_uri: str, views: Collection[str] | None, limits: Limits | None) -> pa.Table:
    """The result of one SELECT that can reach these views (None: all) and nothing else."""
    import duckdb

    with _connect(base_uri, once=True, views=views) as con:
        statements = con.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise GametapeError("the query", "is not one SELECT", "The lake can only be read, one query at a time")
        readable = ["lake://"]
        if is_local(base_uri):
            tables = f"{local_path(base_uri).as_posix()}/tables/"
            readable += [tables, _glob_literal(tables)]  # a file by its path, and the pattern of a view
        con.execute(f"set allowed_directories = [{', '.join(map(literal, readable))}]")
        if limits:
            # Nothing is put on the disk instead.
            con.execute(f"set memory_limit = '{limits.bytes / 1e6:.0f}MB'")
            con.execute("set temp_directory = ''")
        con.execute("set enable_external_access = false")
        con.execute("set python_enable_replacements = false")
        con.execute("set lock_configuration = true")
        return _within(con, sql, limits) if limits else con.sql(sql).to_arrow_table()


def _within(con: duckdb.DuckDBPyConnection, sql: str, limits: Limits) -> pa.Table:
    """The answer, taken in parts: what is handed over is no longer in DuckDB's own account."""
    import duckdb

    alarm = Timer(limits.seconds, con.interrupt)
    alarm.daemon = True
    alarm.start()
    try:
        reader = con.sql(sql).to_arrow_reader(_ROWS_AT_ONCE)
        parts, size = [], 0
        for part in reader:
            parts.append(part)
            size += part.nbytes
            if size > limits.bytes:
                raise duckdb.OutOfMemoryException("the answer is too large")
        if not alarm.is_alive():  # an interrupt between two parts ends the answer early, without an error
            raise duckdb.InterruptException("interrupted")
        return pa.Table.from_batches(parts, schema=reader.schema)
    except pa.ArrowException as error:  # DuckDB's own, through Arrow
        if "INTERRUPT" in str(error).upper():
            raise duckdb.InterruptException(str(error)) from error
        if "OUT OF MEMORY" in str(error).upper():
            raise duckdb.OutOfMemoryException(str(error)) from error
        raise
    finally:
        alarm.cancel()


def _views_in(sql: str) -> set[str] | None:
    """The views that a query may need: those whose names occur in it, and in theirs. None: it may be about all."""
    text, found = sql.lower(), set[str]()
    if any(word in text for word in _CATALOG):
        return None
    while more := {name for name in (*TABLES, *_VIEWS) if name in text} - found:
        found |= more
        text = " ".join(_VIEWS.get(name, "") for name in more).lower()
    return found


def read(
    table: str,
    columns: Sequence[str] | None = None,
    *,
    keys: Iterable[str] | None = None,
    base_uri: str | None = None,
) -> pa.Table:
    """A table of the lake with its key column: all of it, or only some columns or keys.

    Raises:
        ValueError: There is no such table.
    """
    if table not in {*TABLES, *_VIEWS}:
        raise ValueError(f"no table {table!r}; there are {', '.join([*TABLES, *_VIEWS])}")
    selected = ", ".join('"' + c.replace('"', '""') + '"' for c in columns) if columns else "*"
    key = TABLES[table].key.name if table in TABLES else replay_views.KEYS.get(table, "video")
    where = "" if keys is None else f" where {key} in ({', '.join(map(literal, keys)) or 'null'})"
    return query(f"select {selected} from {table}{where}", base_uri)


def _select(table: Table) -> str:
    """The SELECT behind the view of `table`: the rows of all its files.

    The key comes from the file's path, so that a filter on it selects files before any is opened; the contract
    is given as the schema, so that no file need be opened to learn the columns.
    """
    fields = ", ".join(
        f"{literal(c.name)}: {{name: {literal(c.name)}, type: '{_SQL_TYPES[c.type]}', default_value: null}}"
        for c in table.columns
    )
    columns = ", ".join(f'"{name}"' for name in table.names)
    key = table.key.name
    return f"""
        select replace(split_part(filename, '/', -2), '{key}=', '') as {key}, {columns}
        from read_parquet(
            ['lake://{SEED}', getvariable('lake') || '/tables/{table.name}/{key}=*/data.parquet'],
            schema = map {{{fields}}}, filename = true, allow_empty = true)"""


def _glob_literal(path: str) -> str:
    """A pattern that matches `path` alone."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def literal(text: str) -> str:
    """`text` as SQL writes a string."""
    return "'" + text.replace("'", "''") + "'"


def _error_line(error: Exception) -> str:
    """DuckDB's error in one line; for an error of a file system, the last line of its traceback."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if lines and lines[0].startswith("Traceback"):
        return lines[-1].rstrip(".")
    return " ".join(line for line in lines if not line.startswith(("LINE ", "^"))).rstrip(".")
