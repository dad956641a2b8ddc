"""A copy of the house, and a house of a copy: records, warehouse, uploads, lake, players.

Belongs here: what is copied, in which order, and whether a copy agrees with itself. Does not belong here: buckets and
databases with a care of their own (a bucket's versions, a database's archive), which are named and not copied.

The house may be at work meanwhile. The records are copied first and the lake last: what the records call made is then
in the lake. A run that was at work is found lost by the house of the copy, and made again from its last chunk or asset.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

from gametape.base.errors import BadInput, Unavailable
from gametape.base.settings import Settings, settings
from gametape.base.storage import is_local, local_path
from gametape.lake.store import Lake
from gametape.lake.warehouse import normalise_url
from orchestration.instance import dagster_home
from resources.partitions import SETS
from resources.records import PartitionRecords

MANIFEST = "gametape-backup.json"
FORMAT = 1
#: Of a house's folders these are no part of a copy: what can be fetched or made again.
_LEFT_OUT = shutil.ignore_patterns(".staging", "*.part", "*.tmp")


def backup(to: Path, house: Settings | None = None) -> list[str]:
    """Copy the house into a new folder, which appears whole or not at all. Returns what was done, in words.

    Raises:
        BadInput: The folder exists.
        Unavailable: A database cannot be copied.
    """
    house = house or settings()
    if to.exists():
        raise BadInput(str(to), "exists already", "Give the name of a new folder")
    made = to.with_name(f".{to.name}.{time.time_ns()}.part")
    made.mkdir(parents=True)
    try:
        told = list(_copy(made, house))
        facts = {"format": FORMAT, "made": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "parts": told}
        (made / MANIFEST).write_text(json.dumps(facts, indent=1))
        made.rename(to)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return told


def _copy(to: Path, house: Settings) -> Iterator[str]:
    if house.postgres_url:
        _dump(house.postgres_url, to / "records.dump", "GAMETAPE_POSTGRES_URL")
        yield "records: a dump of Postgres"
    else:
        # Runs before events: what a run is said to have done is then among the events.
        files = sorted(dagster_home().rglob("*.db"), key=lambda path: (path.name != "runs.db", str(path)))
        for file in files:
            _copy_sqlite(file, to / "records" / file.relative_to(dagster_home()))
        yield f"records: {len(files)} SQLite files"
    url = sa.make_url(normalise_url(house.warehouse))
    if url.get_backend_name() == "sqlite":
        if url.database and Path(url.database).exists():
            _copy_sqlite(Path(url.database), to / "warehouse.db")
            yield "warehouse: SQLite"
    else:
        _dump(house.warehouse, to / "warehouse.dump", "GAMETAPE_WAREHOUSE_URL")
        yield "warehouse: a dump of Postgres"
    if house.players_file.exists():
        shutil.copy2(house.players_file, to / "players.yaml")
        yield "players"
    for name, uri in (("uploads", house.uploads_uri), ("lake", house.lake_uri)):
        if not is_local(uri):
            yield f"{name}: not copied, they are in a bucket: {uri}"
        elif local_path(uri).exists():
            shutil.copytree(local_path(uri), to / name, ignore=_LEFT_OUT)
            yield f"{name}: {sum(path.is_file() for path in (to / name).rglob('*'))} files"


def restore(source: Path, house: Settings | None = None) -> list[str]:
    """Make this house, which must be empty, the one that was copied. Returns what was done, in words.

    Raises:
        BadInput: The folder is no copy, or the house is not empty.
        Unavailable: A database cannot be written.
    """
    house = house or settings()
    if not (source / MANIFEST).exists():
        raise BadInput(str(source), f"is no copy of a house: it has no {MANIFEST}", "Give what `gametape backup` made")
    if (known := json.loads((source / MANIFEST).read_text())["format"]) != FORMAT:
        raise BadInput(str(source), f"is of the form {known}, this is {FORMAT}", "Restore it with the version it is of")
    places = {"records": dagster_home(), "uploads": local_path(house.uploads_uri), "lake": local_path(house.lake_uri)}
    for name, place in places.items():
        is_there = place.exists() and any(path.name != "dagster.yaml" for path in place.rglob("*") if path.is_file())
        if (source / name).exists() and is_there:
            raise BadInput(str(place), "is not empty", "Restore into a new home: set GAMETAPE_HOME")
    dumps = [(name, url) for name, url in _databases(house) if (source / f"{name}.dump").exists()]
    for _, url in dumps:
        if sa.inspect(sa.create_engine(normalise_url(url), poolclass=sa.NullPool)).get_table_names():
            shown = sa.make_url(normalise_url(url)).database
            raise BadInput(f"the database {shown}", "is not empty", "Restore into a new one")
    told = []
    for name, place in places.items():
        if (source / name).exists():
            shutil.copytree(source / name, place, dirs_exist_ok=True)
            told.append(name)
    if (source / "players.yaml").exists():
        house.players_file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / "players.yaml", house.players_file)
        told.append("players")
    if (source / "warehouse.db").exists():
        shutil.copy2(source / "warehouse.db", str(sa.make_url(normalise_url(house.warehouse)).database))
        told.append("warehouse")
    for name, url in dumps:
        _program("pg_restore", "--no-owner", "--exit-on-error", "-d", _plain(url), str(source / f"{name}.dump"))
        told.append(name)
    return told


def _databases(house: Settings) -> list[tuple[str, str]]:
    return [(name, url) for name, url in (("records", house.postgres_url), ("warehouse", house.warehouse)) if url]


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


def _copy_sqlite(file: Path, to: Path) -> None:
    """As it is at one moment, though others write."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as one, closing(sqlite3.connect(to)) as other:
        one.backup(other)


def _dump(url: str, to: Path, setting: str) -> None:
    try:
        _program("pg_dump", "--format=custom", "--no-owner", "-d", _plain(url), "-f", str(to))
    except FileNotFoundError as error:
        remedy = "Install Postgres's client programs, or copy that database by its own means"
        raise Unavailable(setting, "cannot be copied: there is no pg_dump here", remedy) from error


def _program(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error:" in line] or ["it failed"]
        raise Unavailable(command[0], lines[0].rstrip("."), "See its documentation")


def _plain(url: str) -> str:
    return sa.make_url(normalise_url(url)).set(drivername="postgresql").render_as_string(hide_password=False)
