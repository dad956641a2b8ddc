"""A copy of the house, and a house of a copy: records, warehouse, uploads, lake, players.

Belongs here: what is copied, in which order, and whether a copy agrees with itself. Does not belong here: buckets and
databases with a care of their own (a bucket's versions, a database's archive), which are named and not copied.

The house may be at work meanwhile. The records are copied first and the lake last: what the records call made is then
in the lake, unless it was deleted meanwhile. A run that was at work is found lost by the house of the copy, and made
again from its last asset: the chunks of unfinished work are not copied. Nor are weights, and an operator's own
dagster.yaml. Postgres is copied by its own programs, which must be here and no older than the server.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

from gametape.base.errors import BadInput, Unavailable
from gametape.base.settings import Settings, settings
from gametape.base.storage import is_local, local_path
from gametape.lake.store import Lake
from gametape.lake.warehouse import normalise_url
from orchestration.instance import dagster_home
from orchestration.services import LOCK
from orchestration.storage import CONNECT_SECONDS
from resources.partitions import SETS
from resources.records import PartitionRecords

MANIFEST = "gametape-backup.json"
FORMAT = 2
#: What the parts of a house can be. A copy of the one is no house of the other.
SQLITE, POSTGRES, TOGETHER, FOLDER, BUCKET = "SQLite", "Postgres", "in the records' database", "a folder", "a bucket"
_SETTING = {
    "records": "GAMETAPE_POSTGRES_URL", "warehouse": "GAMETAPE_WAREHOUSE_URL", "uploads": "GAMETAPE_UPLOADS",
    "lake": "GAMETAPE_LAKE",
}  # fmt: skip
#: What changes while it is copied is copied again, so often.
_TRIES = 3
#: Of a house's folders these are no part of a copy: what can be fetched or made again.
_LEFT_OUT = shutil.ignore_patterns(".staging", "*.part", "*.tmp")


def backup(to: Path, house: Settings | None = None) -> list[str]:
    """Copy the house into a new folder, which appears whole or not at all. Returns what was done, in words.

    Raises:
        BadInput: The folder exists, or there is no house.
        Unavailable: A database cannot be copied.
    """
    house = house or settings()
    if to.exists():
        raise BadInput(str(to), "exists already", "Give the name of a new folder")
    kinds = _kinds(house)
    made = to.with_name(f".{to.name}.{time.time_ns()}.part")
    made.mkdir(parents=True)
    try:
        told = list(_copy(made, house, kinds))
        facts = {"format": FORMAT, "made": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "kinds": kinds, "parts": told}
        (made / MANIFEST).write_text(json.dumps(facts, indent=1))
        made.rename(to)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return told


def _kinds(house: Settings) -> dict[str, str]:
    """What each part of the house is."""
    engine = sa.make_url(normalise_url(house.warehouse)).get_backend_name()
    warehouse = {"sqlite": SQLITE, "postgresql": POSTGRES}.get(engine, engine)
    if house.postgres_url and warehouse == POSTGRES:
        one, other = _database(house.postgres_url, "records"), _database(house.warehouse, "warehouse")
        warehouse = TOGETHER if one == other else POSTGRES
    return {
        "records": POSTGRES if house.postgres_url else SQLITE,
        "warehouse": warehouse,
        "uploads": FOLDER if is_local(house.uploads_uri) else BUCKET,
        "lake": FOLDER if is_local(house.lake_uri) else BUCKET,
    }


def _copy(to: Path, house: Settings, kinds: dict[str, str]) -> Iterator[str]:
    if kinds["records"] == POSTGRES:
        _dump(house.postgres_url, to / "records.dump", _SETTING["records"])
        yield "records: a dump of Postgres"
    else:
        # Runs before events: what a run is said to have done is then among the events.
        files = sorted(_databases_in(dagster_home()), key=lambda path: (path.name != "runs.db", str(path)))
        copied = [_copy_sqlite(file, to / "records" / file.relative_to(dagster_home())) for file in files]
        if not any(copied):
            raise BadInput(str(dagster_home()), "has no records: there is no house", "Set GAMETAPE_HOME to the house's")
        yield f"records: {sum(copied)} SQLite files"
    if kinds["warehouse"] == SQLITE:
        file = sa.make_url(normalise_url(house.warehouse)).database
        if file and Path(file).exists() and _copy_sqlite(Path(file), to / "warehouse.db"):
            yield "warehouse: SQLite"
    elif kinds["warehouse"] == POSTGRES:
        _dump(house.warehouse, to / "warehouse.dump", _SETTING["warehouse"])
        yield "warehouse: a dump of Postgres"
    elif kinds["warehouse"] == TOGETHER:
        yield "warehouse: in the dump of the records, whose database it is in"
    else:
        raise Unavailable(
            _SETTING["warehouse"],
            f"cannot be copied: it is of {kinds['warehouse']}",
            "Copy the house with another warehouse set, and that database by its own means",
        )
    if house.players_file.exists():
        _copy_file(house.players_file, to / "players.yaml")
        yield "players"
    for name, uri in (("uploads", house.uploads_uri), ("lake", house.lake_uri)):
        if kinds[name] == BUCKET:
            yield f"{name}: not copied, they are in a bucket: {uri}"
        elif local_path(uri).exists():
            left_out = _copy_folder(local_path(uri), to / name)
            yield f"{name}: {sum(path.is_file() for path in (to / name).rglob('*'))} files"
            yield from (f"{name}: left out, it changed again and again meanwhile: {path}" for path in left_out)


def restore(source: Path, house: Settings | None = None) -> list[str]:
    """Make this house, which must be empty, the one that was copied. Returns what was done, in words.

    Nothing is written before it is known that everything may be. Databases come first, each whole or not at all.

    Raises:
        BadInput: The folder is no copy, or one of another kind of house, or the house is not empty.
        Unavailable: A database cannot be written.
    """
    house = house or settings()
    kinds = _kinds(house)
    _require_copy(source, kinds)
    _require_empty(source, house, kinds)
    told = []
    for name, url in _dumped(house, kinds):
        _program("pg_restore", url, "--no-owner", "--single-transaction", str(source / f"{name}.dump"))
        told.append(f"restored {name}")
    if kinds["warehouse"] == TOGETHER:
        told.append("restored warehouse")
    for name, place in _folders(house, kinds).items():
        if (source / name).exists():
            shutil.copytree(source / name, place, dirs_exist_ok=True)
            told.append(f"restored {name}")
    for name, file in _files(house, kinds).items():
        if (source / file.copied).exists():
            file.place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / file.copied, file.place)
            told.append(f"restored {name}")
    told += [f"{name}: not restored, they are in a bucket" for name, kind in kinds.items() if kind == BUCKET]
    return told


def _require_copy(source: Path, kinds: dict[str, str]) -> None:
    """Check that it is a copy of a house as this one is."""
    if not (source / MANIFEST).exists():
        raise BadInput(str(source), f"is no copy of a house: it has no {MANIFEST}", "Give what `gametape backup` made")
    facts = json.loads((source / MANIFEST).read_text())
    if (known := facts["format"]) != FORMAT:
        raise BadInput(str(source), f"is of the form {known}, this is {FORMAT}", "Restore it with the version it is of")
    for name, was in facts["kinds"].items():
        if was != kinds[name]:
            reason = f"is of a house whose {name} were: {was}; this house's would be: {kinds[name]}"
            raise BadInput(str(source), reason, f"Set {_SETTING[name]} to the like")
        part = {("records", SQLITE): "records", ("records", POSTGRES): "records.dump"}.get(
            (name, was), f"{name}.dump" if was == POSTGRES else ""
        )
        if not (source / part).exists():
            raise BadInput(str(source), f"is not whole: it has no {part}", "Give what `gametape backup` made")


def _require_empty(source: Path, house: Settings, kinds: dict[str, str]) -> None:
    """Check that nothing is where the copy's parts go, and that they can go there."""
    ours = {dagster_home() / "dagster.yaml", dagster_home() / LOCK}
    for place in _folders(house, kinds).values():
        if place.exists() and any(path not in ours for path in place.rglob("*") if path.is_file()):
            raise BadInput(str(place), "is not empty", "Restore into a new home: set GAMETAPE_HOME")
    for name, file in _files(house, kinds).items():
        if file.place.exists() and ((source / file.copied).exists() or name == "warehouse"):
            raise BadInput(str(file.place), "exists already", f"Set {file.setting} to a new one, or move it away")
    for name, url in _dumped(house, kinds):
        if shutil.which("pg_restore") is None:
            raise Unavailable(_SETTING[name], "cannot be written: there is no pg_restore here", _INSTALL)
        with _connected(url, name) as database:
            if sa.inspect(database).get_table_names():
                shown = sa.make_url(normalise_url(url)).database
                raise BadInput(f"the database {shown}", "is not empty", "Restore into a new one")


@dataclass(frozen=True)
class _File:
    """A part that is one file: its name in the copy, where it goes, and what says so."""

    copied: str
    place: Path
    setting: str


def _files(house: Settings, kinds: dict[str, str]) -> dict[str, _File]:
    files = {"players": _File("players.yaml", house.players_file, "GAMETAPE_PLAYERS")}
    database = sa.make_url(normalise_url(house.warehouse)).database
    if kinds["warehouse"] == SQLITE and database:
        files["warehouse"] = _File("warehouse.db", Path(database), _SETTING["warehouse"])
    return files


def _folders(house: Settings, kinds: dict[str, str]) -> dict[str, Path]:
    """The parts that are folders, and where they go."""
    folders = {"records": dagster_home()} if kinds["records"] == SQLITE else {}
    uris = {"uploads": house.uploads_uri, "lake": house.lake_uri}
    return folders | {name: local_path(uri) for name, uri in uris.items() if kinds[name] == FOLDER}


def _dumped(house: Settings, kinds: dict[str, str]) -> list[tuple[str, str]]:
    """The parts that are a Postgres database each, and their URLs."""
    urls = {"records": house.postgres_url, "warehouse": house.warehouse}
    return [(name, url) for name, url in urls.items() if kinds[name] == POSTGRES]


def disagreements(instance: dg.DagsterInstance, house: Settings | None = None) -> list[str]:
    """What the records say was made and the lake does not have, in words."""
    house = house or settings()
    from orchestration.partitions.state import asset_graph

    lake, missing = Lake(house.lake_uri), []
    for partitions in SETS.values():
        graph = asset_graph(partitions)
        tables = {table.name for table in (*partitions.tables, *_tables())}
        for asset, by_key in PartitionRecords(instance, graph).last_ids().items():
            missing += [
                f"{partitions.noun} {key}: {asset} is not in the lake"
                for key in by_key
                if asset in tables and not lake.has_table(asset, key)
            ]
    return missing


def _tables() -> list:
    from gametape.tables import TABLES

    return list(TABLES.values())


# ---- files of a house at work ----


def _copy_folder(source: Path, to: Path) -> list[str]:
    """As it is, though others write: what is deleted meanwhile is not copied, what is exchanged is copied again.

    Returns what had to be left out because it changed at every try.
    """
    for _ in range(_TRIES):
        try:
            before, names = source.stat(), sorted(path.name for path in source.iterdir())
        except FileNotFoundError:
            time.sleep(0.05)  # an exchange in two steps, see gametape.base.storage.exchange
            continue
        to.mkdir(parents=True)
        left_out = []
        for name in sorted(set(names) - _LEFT_OUT(str(source), names)):
            copy = _copy_folder if (source / name).is_dir() else _copy_file
            left_out += copy(source / name, to / name)
        with suppress(FileNotFoundError):
            if os.path.samestat(source.stat(), before):
                return left_out
        shutil.rmtree(to)
    return [str(source)] if source.exists() else []


def _copy_file(source: Path, to: Path) -> list[str]:
    """As `_copy_folder`. Half of a film that is still being written is worse than none: it would be taken for whole."""
    for _ in range(_TRIES):
        try:
            before = source.stat()
            shutil.copy2(source, to)
            if _state(source.stat()) == _state(before):
                return []
        except FileNotFoundError:
            to.unlink(missing_ok=True)
            return []
    to.unlink()
    return [str(source)]


def _state(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _databases_in(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):  # unlike rglob it bears folders that vanish
        yield from (Path(where) / name for name in names if name.endswith(".db"))


def _copy_sqlite(file: Path, to: Path) -> bool:
    """As it is at one moment, though others write. False, and no file, where it was deleted meanwhile."""
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as one, closing(sqlite3.connect(to)) as other:
            one.backup(other)
    except sqlite3.OperationalError:
        if file.exists():
            raise
        to.unlink(missing_ok=True)
        return False
    return True


# ---- Postgres ----


_INSTALL = "Install Postgres's client programs, no older than the server, or copy that database by its own means"


@contextmanager
def _connected(url: str, name: str) -> Iterator[sa.Connection]:
    options = {"connect_timeout": CONNECT_SECONDS}
    try:
        with sa.create_engine(normalise_url(url), poolclass=sa.NullPool, connect_args=options).connect() as connection:
            yield connection
    except sa.exc.SQLAlchemyError as error:
        reason = (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
        # `from None`: the cause may print the URL.
        raise Unavailable(_SETTING[name], reason.rstrip("."), "Check it and that the database is up") from None


def _database(url: str, name: str) -> tuple:
    """What is the same for two URLs of one database, by whatever name or user."""
    with _connected(url, name) as connection:
        asked = "SELECT pg_postmaster_start_time(), oid FROM pg_database WHERE datname = current_database()"
        return tuple(connection.execute(sa.text(asked)).one())


def _dump(url: str, to: Path, setting: str) -> None:
    try:
        _program("pg_dump", url, "--format=custom", "--no-owner", "-f", str(to))
    except FileNotFoundError as error:
        raise Unavailable(setting, "cannot be copied: there is no pg_dump here", _INSTALL) from error


def _program(name: str, url: str, *options: str) -> None:
    """Run one of Postgres's programs on a database."""
    address, secret = _without_password(url)
    command = (name, f"--dbname={address}", *options)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **secret})
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error:" in line] or ["it failed"]
        raise Unavailable(name, lines[0].rstrip("."), "See its documentation")


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    """The address, and an environment with the password: everybody on the machine may read a process's arguments."""
    was = sa.make_url(normalise_url(url))
    query = dict(was.query)
    password = query.pop("password", None) or was.password
    bare = sa.URL.create("postgresql", was.username, None, was.host, was.port, was.database, query)
    return bare.render_as_string(), {"PGPASSWORD": str(password)} if password else {}
