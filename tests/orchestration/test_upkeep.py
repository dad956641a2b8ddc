"""What cleanup may take, and what it never does; a copy of a house is the house."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import dagster as dg
import pytest

from gametape.base.errors import BadInput, GametapeError, Unavailable
from gametape.base.settings import Settings, settings
from gametape.base.storage import exchange
from gametape.lake.store import Lake
from orchestration import backup, cleanup
from orchestration.cleanup import Limits, build_cleanup_sensor, forget, runs_to_forget, to_delete
from orchestration.cli.upkeep import _bytes
from orchestration.instance import open_instance
from orchestration.partitions.state import partition_states
from resources.graph import Graph
from resources.partitions import VIDEOS
from resources.quarantine import HOST_RESTARTED, set_aside
from tests.command import Gametape
from tests.film_house import House
from tests.postgres import Cluster
from tests.toy_house import ToyHouse, a_toy_house
from tests.workers import a_run

DAY = cleanup.DAY_SECONDS


# ---- uploads ----


@pytest.fixture
def films(house: House, folder: Path) -> list[str]:
    """Keys of three films of 300, 600 and 900 bytes, worked on in this order."""
    keys = []
    for number in (1, 2, 3):
        (folder / f"film {number}.mp4").write_bytes(os.urandom(300 * number))
        (folder / f"film {number}.yaml").write_text(f"owner: {'ana' if number == 1 else 'ben'}\n")
        keys += [request.partition_key for request in house.process()]
    return keys


def gone(house: House, limits: Limits) -> list[str]:
    return [one.key for one in to_delete(house.instance, limits, [Graph.of(house.definitions, VIDEOS)])]


def test_without_a_limit_nothing_goes(house: House, films: list[str]):
    assert gone(house, Limits()) == gone(house, Limits(owner="ana")) == []


def test_the_oldest_go_beyond_a_count_or_a_size(house: House, films: list[str]):
    assert gone(house, Limits(count=1)) == films[:2]
    assert gone(house, Limits(bytes=1500)) == films[:1], "the newest two are 1,500 bytes"
    assert gone(house, Limits(bytes=1499)) == films[:2]
    assert gone(house, Limits(count=0)) == films
    assert gone(house, Limits(bytes=0)) == films[:2], "the newest is not too large for any limit"


@pytest.mark.parametrize(("days", "count"), [(7.001, 0), (6.999, 3)])
def test_what_is_older_than_so_many_days_goes(house, films, monkeypatch: pytest.MonkeyPatch, days: float, count: int):
    later = time.time() + 7 * DAY
    monkeypatch.setattr(cleanup.time, "time", lambda: later)
    assert len(gone(house, Limits(days=days))) == count


def test_owner_and_state_choose(house: House, films: list[str]):
    assert gone(house, Limits(count=0, owner="ana")) == films[:1]
    assert gone(house, Limits(count=0, states=("failed",))) == []


def test_a_film_at_work_never_goes(house: House, films: list[str]):
    run = dg.DagsterRun(
        job_name="process_video", status=dg.DagsterRunStatus.STARTED, tags={"dagster/partition": films[0]}
    )
    house.instance.run_storage.add_run(run)
    assert gone(house, Limits(count=0)) == films[1:]


def test_films_made_again_keep_their_size_and_owner(house: House, films: list[str]):
    """Runs by a retry, a release, or the sensor for stale tables tell neither."""
    for key in films:
        house.instance.report_run_failed(house.instance.get_run_by_id(a_run(house.instance, key=key)), "gone")
    graph = Graph.of(house.definitions, VIDEOS)
    assert [one.bytes for one in to_delete(house.instance, Limits(count=0), [graph])] == [300, 600, 900]
    assert gone(house, Limits(bytes=1500)) == films[:1]
    assert gone(house, Limits(count=0, owner="ana")) == films[:1]


@pytest.mark.parametrize(
    "refusal",
    [GametapeError("match", "run 01234567 works on it", "First: gametape cancel"), PermissionError("works on it")],
)
def test_a_film_that_cannot_go_holds_up_no_other(
    house: House,
    films: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    refusal: Exception,
):
    from orchestration.cli import upkeep

    def delete(_, __, key: str) -> Iterator[str]:
        if key == films[0]:
            raise refusal
        went.append(key)
        yield "all of it"

    went: list[str] = []
    old = to_delete(house.instance, Limits(count=0), [Graph.of(house.definitions, VIDEOS)])
    monkeypatch.setattr(cleanup, "to_delete", lambda *_: old)
    monkeypatch.setattr(cleanup, "delete", delete)
    monkeypatch.setattr("orchestration.instance.open_instance", lambda: nullcontext(house.instance))
    with pytest.raises(SystemExit) as end:
        upkeep.cleanup(max_count=0, state=None, owner=None, max_bytes=None, history_days=None, dry_run=False, yes=True)
    told = capsys.readouterr()
    assert end.value.code == 1 and went == films[1:]
    assert "works on it" in told.err and "were deleted: 2 uploads" in told.out


@pytest.fixture
def look(house: House, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """A look of the sensor `cleanup` at this house with the settings given; what it says."""
    graph = Graph.of(house.definitions, VIDEOS)
    monkeypatch.setenv("GAMETAPE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GAMETAPE_UPLOADS", str(folder))
    settings.cache_clear()
    monkeypatch.setattr(cleanup, "SETS", {VIDEOS.name: VIDEOS})
    monkeypatch.setattr(cleanup, "asset_graph", lambda _: graph)

    def look(**keep: float) -> str:
        [sensor] = build_cleanup_sensor(settings().model_copy(update=keep))
        with dg.build_sensor_context(house.instance) as context:
            return sensor(context).skip_message

    yield look
    settings.cache_clear()


def test_the_sensor_keeps_the_uploads_within_the_limits(house: House, films: list[str], folder: Path, look):
    assert look(keep_bytes=1500) == "deleted: 1 uploads, the records of 0 runs"
    assert sorted(path.name for path in folder.glob("*.mp4")) == ["film 2.mp4", "film 3.mp4"]
    assert house.instance.get_dynamic_partitions(VIDEOS.name) == films[1:]
    assert not house.instance.get_runs(dg.RunsFilter(tags={"dagster/partition": films[0]}))
    assert look(keep_bytes=1500, keep_days=1) == "deleted: 0 uploads, the records of 0 runs"


def test_the_sensor_leaves_the_rest_to_its_next_look_and_passes_what_cannot_go(house, films, look, monkeypatch):
    monkeypatch.setattr(cleanup, "BUSY_SECONDS", 0.0)
    assert look(keep_days=1e-9) == "deleted: 1 uploads, the records of 0 runs"
    assert house.instance.get_dynamic_partitions(VIDEOS.name) == films[1:]
    monkeypatch.setattr(cleanup, "BUSY_SECONDS", 30.0)
    house.instance.run_storage.add_run(
        dg.DagsterRun(job_name="j", status=dg.DagsterRunStatus.STARTED, tags={"dagster/partition": films[1]})
    )
    assert look(keep_days=1e-9) == "deleted: 1 uploads, the records of 0 runs"
    assert house.instance.get_dynamic_partitions(VIDEOS.name) == films[1:2]


def test_without_limits_there_is_no_sensor(monkeypatch: pytest.MonkeyPatch):
    assert build_cleanup_sensor(Settings()) == []
    monkeypatch.setenv("GAMETAPE_KEEP_HISTORY_DAYS", "90")
    assert [one.name for one in build_cleanup_sensor(Settings())] == ["cleanup"]


# ---- records ----


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(tmp_path / "records")) as instance:
        yield instance


def test_old_runs_are_forgotten_and_no_state_changes(house: House, on_disk, folder: Path, monkeypatch, look):
    house.instance = on_disk
    for name in ("ready", "bad"):
        (folder / f"{name}.mp4").write_bytes(name.encode() * 100)
    requests = house.tick().run_requests
    house.add_partitions(house.tick())
    house.fail = ("metrics",)
    for request in requests:
        house.run(request)
    house.fail = ()
    ready = next(request for request in requests if request.partition_key.startswith("ready"))
    house.run(ready)  # what the first run made is made again, all of it
    graph = Graph.of(house.definitions, VIDEOS)
    before, asked = partition_states(on_disk, graph), len(house.tick().run_requests or [])
    runs = {run.run_id for run in on_disk.get_runs()}
    assert runs_to_forget(on_disk, 1, [graph]) == [], "none is a day old"
    later = time.time() + 2 * DAY
    monkeypatch.setattr(cleanup.time, "time", lambda: later)
    old = runs_to_forget(on_disk, 1, [graph])
    assert len(old) == 1
    size = lambda: sum(path.stat().st_size for path in Path(on_disk.root_directory).rglob("*") if path.is_file())  # noqa: E731
    had = size()
    assert look(keep_history_days=1) == "deleted: 0 uploads, the records of 1 runs"
    assert {run.run_id for run in on_disk.get_runs()} == runs - set(old) and size() < had - 100_000
    assert not list(Path(on_disk.root_directory).rglob(f"{old[0]}*")), "neither its database nor its logs"
    assert partition_states(on_disk, graph) == before and len(house.tick().run_requests or []) == asked
    assert runs_to_forget(on_disk, 1, [graph]) == []


@pytest.mark.parametrize("why", [["gone"] * 3, ["gone", HOST_RESTARTED, "gone", "gone"], ["gone", "gone", None]])
def test_what_sets_a_film_aside_is_not_forgotten(on_disk: dg.DagsterInstance, why: list[str | None]):
    """None: that run is yet at work, and may be the third to end its worker."""
    old = a_run(on_disk)
    on_disk.report_run_failed(on_disk.get_run_by_id(old), "an earlier row")
    row: list[str] = []
    for number, said in enumerate(why):
        tags = {"dagster/parent_run_id": row[-1], "dagster/retry_number": str(number)} if row else {}
        row.append(a_run(on_disk, **tags))
        if said:
            on_disk.report_run_failed(on_disk.get_run_by_id(row[-1]), said)
    aside = {"match-1": row[-1]} if why[-1] else {}
    assert set_aside(on_disk) == aside
    assert runs_to_forget(on_disk, 0, []) == [old]
    forget(on_disk, old)
    assert set_aside(on_disk) == aside


@pytest.mark.parametrize(("text", "size"), [("0", 0), ("12", 12), ("1.5G", 1.5e9), ("2 tb", 2e12), ("7KB", 7e3)])
def test_sizes(text: str, size: float):
    assert _bytes(text) == size


@pytest.mark.parametrize("text", ["", "G", "-1", "1 X", "1e9"])
def test_what_is_no_size_is_refused(text: str):
    with pytest.raises(BadInput):
        _bytes(text)


# ---- copies ----


def work(toys: ToyHouse) -> list[str]:
    """Two toys, uploaded and worked on in this process."""
    from tests.toy_location import TOYS, define

    job = define().resolve_job_def(TOYS.job)
    keys = [toys.upload(f"toy {number}", 1, 0.0) for number in range(2)]
    with open_instance() as instance:
        instance.add_dynamic_partitions(TOYS.name, keys)
        for key in keys:
            assert job.execute_in_process(instance=instance, partition_key=key).success
    return keys


def everything(toys: ToyHouse, keys: list[str]) -> tuple:
    """What the house knows: states, tables, uploads."""
    from resources.uploads import uploads_from_settings
    from tests.toy_location import KIND

    lake, store = Lake(settings().lake_uri), uploads_from_settings().store(KIND)
    with open_instance() as instance:
        states = [toys.state(instance, key) for key in keys]
        runs = sorted(run.run_id for run in instance.get_runs())
    tables = [lake.read_table(table, key).to_pylist() for table in ("toy_plan", "toy_work", "toy_page") for key in keys]
    return states, runs, tables, sorted((one.name, store.fingerprint(one)) for one in store.list().uploads)


@pytest.mark.parametrize("records", ["sqlite", "two databases", "one database"])
def test_a_house_of_a_copy_is_the_house(
    records: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, gametape: Gametape
):
    monkeypatch.setattr("orchestration.partitions.state.asset_graph", of_toys)
    more, cluster = {}, None
    if records != "sqlite":
        cluster = request.getfixturevalue("postgres_cluster")
        assert isinstance(cluster, Cluster)
        monkeypatch.setenv("PATH", f"{cluster.programs}:{os.environ['PATH']}")
        more = {"POSTGRES_URL": cluster.database(), "WAREHOUSE_URL": cluster.database()}
    if cluster and records == "one database":  # as deploy/compose.yaml has it; by another name it is the same one
        more["WAREHOUSE_URL"] = more["POSTGRES_URL"].replace("127.0.0.1", "localhost")
    with a_toy_house(tmp_path / "one", **more) as toys:
        keys = work(toys)
        was = everything(toys, keys)
        assert was[0] == ["ready", "ready"]
        told = backup.backup(tmp_path / "copy")
        assert told[0].startswith("records: ") and any(line.startswith("lake: ") for line in told)
        with pytest.raises(BadInput, match="exists already"):
            backup.backup(tmp_path / "copy")
        assert "is not empty" in gametape("restore", tmp_path / "copy").error
    shutil.rmtree(tmp_path / "one")
    with a_toy_house(tmp_path / "two", **more) as toys:
        if cluster:  # as it is before anything was started
            assert "is not empty" in gametape("restore", tmp_path / "copy").error
            new = [cluster.database(), cluster.database()][: 1 if records == "one database" else 2]
            os.environ.update(
                GAMETAPE_POSTGRES_URL=new[0], GAMETAPE_WAREHOUSE_URL=new[-1]
            )  # the house puts back what was
            settings.cache_clear()
        shutil.rmtree(tmp_path / "two" / "dagster")
        said = gametape("restore", tmp_path / "copy")
        assert (said.code, said.err) == (0, "")
        parts = {"records", "uploads", "lake", *(["warehouse"] if cluster else [])}
        told = said.out.splitlines()
        assert {f"restored {part}" for part in parts} <= set(told)
        assert told[-1] == "everything that the records call made is there"
        assert everything(toys, keys) == was
        with open_instance() as instance:
            shutil.rmtree(next((tmp_path / "two" / "lake").rglob(f"toy_work/*{keys[0]}*")))
            assert backup.disagreements(instance) == [f"toy {keys[0]}: toy_work is not in the lake"]


def of_toys(partitions) -> Graph:
    from orchestration.definitions import defs as all_defs
    from tests.toy_location import TOYS, defs

    return Graph.of(defs if partitions.name == TOYS.name else all_defs, partitions)


def a_small_house(tmp_path: Path) -> Settings:
    """Settings of a house with a warehouse, a lake of one file and players; its records are what is prepared."""
    home = tmp_path / "small"
    (home / "lake").mkdir(parents=True)
    (home / "lake" / "table").write_text("one")
    (home / "players.yaml").write_text("ana: {}")
    with closing(sqlite3.connect(home / "warehouse.db")) as database:
        database.execute("CREATE TABLE one (a)")
    return Settings(home=home)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a small house; then the home is a new one."""
    with a_toy_house(tmp_path / "one"):
        backup.backup(tmp_path / "copy", a_small_house(tmp_path))
    monkeypatch.setenv("GAMETAPE_HOME", str(tmp_path / "new"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    settings.cache_clear()
    return tmp_path / "copy"


@pytest.mark.parametrize(
    ("setting", "value", "file"),
    [("WAREHOUSE_URL", "sqlite:///{}", "live.db"), ("PLAYERS", "{}", "live.yaml")],
)
def test_nothing_live_is_overwritten(
    setting: str, value: str, file: str, copy: Path, tmp_path: Path, gametape: Gametape, monkeypatch: pytest.MonkeyPatch
):
    live = tmp_path / file
    live.write_bytes(b"live")
    monkeypatch.setenv(f"GAMETAPE_{setting}", value.format(live))
    said = gametape("restore", copy)
    assert f"{live}: exists already. Set GAMETAPE_{setting} to a new one" in said.error
    assert live.read_bytes() == b"live" and not (tmp_path / "new" / "lake").exists()
    live.unlink()
    settings.cache_clear()
    assert gametape("restore", copy).code == 0 and live.stat().st_size > 4


@pytest.mark.parametrize(
    ("setting", "value", "part"),
    [("LAKE", "s3://films/lake", "lake"), ("UPLOADS", "s3://films/up", "uploads")]
    + [(name, "postgres", part) for name, part in (("POSTGRES_URL", "records"), ("WAREHOUSE_URL", "warehouse"))],
)
def test_a_copy_of_another_kind_of_house_is_refused(
    setting: str, value: str, part: str, copy: Path, tmp_path: Path, gametape: Gametape, request, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    value = request.getfixturevalue("postgres_url") if value == "postgres" else value
    monkeypatch.setenv(f"GAMETAPE_{setting}", value)
    before = {path for path in tmp_path.iterdir() if path.name != "new"}
    said = gametape("restore", copy)
    assert f"is of a house whose {part} were: " in said.error and f"Set GAMETAPE_{setting}" in said.error
    assert [path.name for path in (tmp_path / "new").rglob("*") if path.is_file()] == ["house.lock"]
    assert {path for path in tmp_path.iterdir() if path.name != "new"} == before, "no ./s3: and no ./<database>"


def test_a_dump_wants_a_house_with_postgres_and_its_program(
    copy: Path, tmp_path: Path, gametape: Gametape, postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    facts = json.loads((copy / backup.MANIFEST).read_text())
    facts["kinds"]["records"] = "Postgres"
    (copy / backup.MANIFEST).write_text(json.dumps(facts))
    (copy / "records.dump").write_bytes(b"a dump")
    wrong = "is of a house whose records were: Postgres; this house's would be: SQLite. Set GAMETAPE_POSTGRES_URL"
    assert wrong in gametape("restore", copy).error
    monkeypatch.setenv("GAMETAPE_POSTGRES_URL", postgres_url)
    monkeypatch.setenv("PATH", str(tmp_path))
    settings.cache_clear()
    assert "GAMETAPE_POSTGRES_URL: cannot be written: there is no pg_restore here" in gametape("restore", copy).error
    assert not (tmp_path / "new" / "lake").exists(), "nothing was written"
    (copy / "records.dump").unlink()
    assert "is not whole: it has no records.dump" in gametape("restore", copy).error


def test_a_house_at_work_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """While it is copied a film is deleted, a table exchanged, one deleted, a film is still written, a run forgotten."""
    house = a_small_house(tmp_path)
    lake, uploads = house.home / "lake", house.home / "uploads"
    for name in ("exchanged", "deleted"):
        (lake / name).mkdir()
        for part in ("a", "b"):
            (lake / name / part).write_text("old")
    (tmp_path / "next").mkdir()
    for part in ("a", "c"):
        (tmp_path / "next" / part).write_text("new")
    uploads.mkdir()
    for name in ("gone.mp4", "grows.mp4", "whole.mp4"):
        (uploads / name).write_text(name)
    really, really_sqlite = shutil.copy2, sqlite3.connect

    def at_work(source: Path, to: Path) -> None:
        name = f"{source.parent.name}/{source.name}"
        if name == "uploads/gone.mp4":
            source.unlink()
        really(source, to)
        if name == "uploads/grows.mp4":
            source.write_text(source.read_text() + "more")
        if name == "exchanged/a" and source.read_text() == "old":
            exchange(tmp_path / "next", source.parent)
        if name == "deleted/a":
            shutil.rmtree(source.parent)

    def forgotten(file: str | Path, **options: bool) -> sqlite3.Connection:
        if "runs.db" in str(file):
            (tmp_path / "one" / "dagster" / "history" / "runs" / "index.db").unlink(missing_ok=True)
        return really_sqlite(file, **options)

    monkeypatch.setattr(backup.shutil, "copy2", at_work)
    with a_toy_house(tmp_path / "one"):
        monkeypatch.setattr(backup.sqlite3, "connect", forgotten)
        told = backup.backup(tmp_path / "copy", house)
    copied = {
        path.relative_to(tmp_path / "copy").as_posix(): path.read_text()
        for part in ("lake", "uploads")
        for path in (tmp_path / "copy" / part).rglob("*")
        if path.is_file()
    }
    assert copied == {"lake/table": "one", "lake/exchanged/a": "new", "lake/exchanged/c": "new"} | {
        "uploads/whole.mp4": "whole.mp4"
    }
    assert [line for line in told if "left out" in line] == [
        f"uploads: left out, it changed again and again meanwhile: {uploads / 'grows.mp4'}"
    ]
    names = {path.name for path in (tmp_path / "copy" / "records").rglob("*.db")}
    assert "runs.db" in names and "index.db" not in names


@pytest.mark.parametrize(
    "url", ["postgresql://me:se%40cret@db/x?sslmode=require", "postgresql://me@db/x?password=se%40cret"]
)
def test_no_password_is_among_a_programs_arguments(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "pg_dump").write_text(f'#!/bin/sh\necho "$PGPASSWORD $@" > {tmp_path}/said\n')
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    backup._dump(url, tmp_path / "dump", "GAMETAPE_POSTGRES_URL")
    password, address, *_ = (tmp_path / "said").read_text().split()
    query = "?sslmode=require" if "sslmode" in url else ""
    assert (password, address) == ("se@cret", f"--dbname=postgresql://me@db/x{query}")


def test_a_home_without_records_is_no_house(tmp_path: Path, gametape: Gametape, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GAMETAPE_HOME", str(tmp_path / "mistyped"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    settings.cache_clear()
    assert f"{tmp_path / 'mistyped' / 'dagster'}: has no records" in gametape("backup", tmp_path / "copy").error
    assert not list(tmp_path.iterdir())


def test_half_a_copy_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with a_toy_house(tmp_path / "one"):

        def fails(*_, **__) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(backup.sqlite3, "connect", fails)
        with pytest.raises(OSError, match="No space"):
            backup.backup(tmp_path / "copy")
        assert [path.name for path in tmp_path.iterdir()] == ["one"]
        with pytest.raises(BadInput, match="is no copy of a house"):
            backup.restore(tmp_path)


def test_a_database_without_its_programs_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="GAMETAPE_POSTGRES_URL: cannot be copied: there is no pg_dump here"):
        backup._dump("postgresql://me:secret@db/x", tmp_path / "dump", "GAMETAPE_POSTGRES_URL")
