"""The same code with four settings changed: films and lake in a bucket, records and warehouse in Postgres."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gametape.base.settings import settings
from gametape.lake.sql import query
from gametape.lake.store import Lake
from gametape.lake.warehouse import Warehouse
from gametape.tables import TABLES
from orchestration.instance import open_instance
from orchestration.partitions.state import partition_state
from resources.uploads import uploads_from_settings
from tests.command import Gametape
from tests.e2e.conftest import FILM_TABLES

pytestmark = [pytest.mark.daemon, pytest.mark.slow]


@pytest.fixture
def elsewhere(house, s3_uri: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    """The house with nothing of it on this disk but its logs and half done work."""
    for name, value in {
        "UPLOADS": f"{s3_uri}/uploads",
        "LAKE": f"{s3_uri}/lake",
        "POSTGRES_URL": postgres_url,
        "WAREHOUSE_URL": postgres_url,
    }.items():
        monkeypatch.setenv(f"GAMETAPE_{name}", value)
    monkeypatch.setenv("BROWSER", "true")  # the command of that name: no browser is started
    (house.home / "uploads").rmdir()
    settings.cache_clear()
    return house


def test_a_film_in_a_bucket_becomes_tables_a_report_and_rows_and_nothing_on_the_disk(
    elsewhere, small_rally, tmp_path, gametape: Gametape
):
    put = gametape("upload", str(small_rally.film), "--title", "Final", "--sport", "tennis")
    assert put.code == 0, put.err
    key = put.out.split()[0]
    uploads = uploads_from_settings().store()
    assert uploads.base_uri.startswith("s3://") and [film.name for film in uploads.list().uploads] == ["rally.mp4"]
    with elsewhere.daemon(), open_instance() as instance:
        done = lambda: partition_state(instance, key).state in ("ready", "failed", "stale")  # noqa: E731
        elsewhere.wait(done, 240, "the film is done")
        assert partition_state(instance, key).state == "ready", partition_state(instance, key)
        assert "ostgres" in type(instance.event_log_storage).__name__

    told = gametape("status", "--json")
    [state] = json.loads(told.out)
    assert (state["key"], state["state"]) == (key, "ready") and not told.err

    lake = Lake(settings().lake_uri)
    for table in FILM_TABLES:
        assert lake.table_uri(table, key).startswith("s3://") and lake.has_table(table, key), table
    assert lake.read_table("frames", key).num_rows == small_rally.frames
    assert lake.get_file(key, "report.html", tmp_path).stat().st_size > 10_000
    assert lake.get_file(key, "film.mp4", tmp_path).stat().st_size > 10_000

    asked = query("select video, title, sport, (select count(*) from frames) as frames from videos").to_pylist()
    assert asked == [{"video": key, "title": "Final", "sport": "tennis", "frames": small_rally.frames}]
    printed = gametape("sql", "select count(*) as n from ball_trajectory", "--format", "csv")
    assert printed.out.split() == ["n", str(small_rally.frames)]

    warehouse = Warehouse(settings().warehouse)
    for table in ("videos", "metrics"):
        [count] = warehouse.read(f"select count(*) as n from {table} where video = :video", video=key)
        assert count["n"], table
    warehouse.close()

    on_disk = {path.suffix for path in elsewhere.home.rglob("*") if path.is_file()}
    assert not on_disk & {".mp4", ".parquet", ".html"}, "the film and what was made of it are in the bucket alone"
    assert not [path for path in elsewhere.home.rglob("*.db")], "no records in SQLite"

    opened = gametape("open", key)
    assert opened.code == 0, opened.err
    page = Path(opened.out.strip())
    assert page.stat().st_size > 10_000 and (page.parent / "film.mp4").exists(), "all that the page plays is here"

    gone = gametape("delete", key, "--yes")
    assert gone.code == 0, gone.err
    assert not uploads.list().uploads and not uploads.list().sidecars
    assert not any(lake.has_table(table, key) for table in TABLES) and not lake.has_file(key, "film.mp4")
    command = [str(Path(sys.executable).with_name("gametape")), "status", "--json"]
    alone = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=True)
    assert json.loads(alone.stdout) == []  # as another process has it
