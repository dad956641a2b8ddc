"""What must hold of the summary warehouse, on SQLite and on Postgres."""

import math
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from gametape import tables
from gametape.base.errors import BadInput, Unavailable
from gametape.lake.warehouse import Warehouse, normalise_url
from tests.lake.rows import frames, metrics, sidecar, source

ROOT = str(Path(__file__).resolve().parents[2])
FINDINGS = tables.FINDINGS.from_rows([])


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'warehouse.db'}"
    return request.getfixturevalue("postgres_url")


def values(warehouse: Warehouse, video: str) -> list:
    rows = warehouse.read("select value from metrics where video = :video order by value", video=video)
    return [row["value"] for row in rows]


def test_replacing_twice_changes_nothing_and_fewer_rows_leave_none(url: str):
    warehouse = Warehouse(url)
    for _ in range(2):
        assert warehouse.replace("metrics", "a", metrics(1.0, 2.0, 3.0)) == 3
    warehouse.replace("metrics", "b", metrics(9.0))
    assert values(warehouse, "a") == [1.0, 2.0, 3.0]
    warehouse.replace("metrics", "a", metrics(4.0))
    assert values(warehouse, "a") == [4.0] and values(warehouse, "b") == [9.0]
    warehouse.replace("metrics", "a", metrics())
    assert values(warehouse, "a") == [] and values(warehouse, "b") == [9.0]


def test_a_film_is_one_row_with_its_frames(url: str):
    warehouse = Warehouse(url)
    for title in ("Semi-final", "Final"):
        warehouse.replace_video("a", source("match.mp4"), sidecar(title), frames(101, fps=50))
    warehouse.replace_video("still", source("still.mp4"), sidecar(), frames(1))
    rows = warehouse.read("select * from videos order by video")
    assert set(rows[0]) == {"video", *tables.WAREHOUSE_VIDEOS.names}
    assert [row["video"] for row in rows] == ["a", "still"]
    film, still = rows
    assert (film["file_name"], film["title"], film["frames"]) == ("match.mp4", "Final", 101)
    assert film["duration_s"] == pytest.approx(2.02) and film["fps"] == pytest.approx(50)
    assert still["frames"] == 1 and still["duration_s"] is None and still["fps"] is None


def test_not_a_number_is_null(url: str):
    warehouse = Warehouse(url)
    warehouse.replace("metrics", "a", metrics(math.nan, None, 1.5))
    assert warehouse.read("select count(*) n, count(value) known from metrics") == [{"n": 3, "known": 1}]


def test_deleting_a_video_takes_all_of_it_and_only_it(url: str):
    warehouse = Warehouse(url)
    warehouse.delete("never-seen")
    for video in ("a", "a-2"):
        warehouse.replace("metrics", video, metrics(1.0))
        warehouse.replace_video(video, source(), sidecar(), frames(2))
    for _ in range(2):
        warehouse.delete("a")
    assert values(warehouse, "a") == [] and values(warehouse, "a-2") == [1.0]
    assert [row["video"] for row in warehouse.read("select video from videos")] == ["a-2"]


def test_a_failure_in_the_middle_leaves_the_former_rows(url: str):
    warehouse = Warehouse(url)
    warehouse.replace("metrics", "a", metrics(1.0))

    def fail(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT"):
            raise OSError("the disk is full")

    sa.event.listen(warehouse._engine, "before_cursor_execute", fail)
    with pytest.raises(Unavailable, match="the disk is full"):
        warehouse.replace("metrics", "a", metrics(2.0))
    sa.event.remove(warehouse._engine, "before_cursor_execute", fail)
    assert values(warehouse, "a") == [1.0]


def test_a_column_the_contract_gained_is_added(url: str, monkeypatch: pytest.MonkeyPatch):
    before = tables.Table("metrics", "a metric", tuple(c for c in tables.METRICS.columns if c.name != "score"))
    with monkeypatch.context() as patch:
        patch.setitem(tables.WAREHOUSE, "metrics", before)
        Warehouse(url).replace("metrics", "old", metrics(1.0).drop_columns(["score"]))
    warehouse = Warehouse(url)
    warehouse.replace("metrics", "new", metrics(2.0))
    rows = warehouse.read("select video, value, score from metrics order by value")
    assert rows == [{"video": v, "value": x, "score": None} for v, x in (("old", 1.0), ("new", 2.0))]


@pytest.mark.parametrize("moment", ["CREATE TABLE", "INSERT"])
def test_two_at_the_same_moment_take_turns(url: str, moment: str):
    """Both found no table and made it; both deleted the former rows and then each inserted its own."""
    ready = Warehouse(url)
    if moment == "INSERT":
        ready.replace("metrics", "a", metrics(1.0))

    def write(first: float) -> None:
        def dawdle(connection: object, cursor: object, statement: str, *_: object) -> None:
            if statement.strip().startswith(moment):
                time.sleep(0.2)

        warehouse = Warehouse(url)
        sa.event.listen(warehouse._engine, "before_cursor_execute", dawdle)
        warehouse.replace("metrics", "a", metrics(first, first + 1))

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, (10.0, 20.0)))
    assert values(ready, "a") in ([10.0, 11.0], [20.0, 21.0])


WRITER = """
import sys
from gametape.lake.warehouse import Warehouse
from tests.lake.rows import metrics
warehouse, own = Warehouse(sys.argv[1]), sys.argv[2]
for round in range(25):
    warehouse.replace("metrics", own, metrics(*range(20)))
    warehouse.replace("metrics", "both", metrics(*range(round, round + 20)))
"""


def test_parallel_writers_make_the_tables_once_and_lose_nothing(url: str):
    """Two processes at first use raced to make the tables; SQLite said "database is locked"."""
    environment = {**os.environ, "PYTHONPATH": ROOT}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, own], env=environment, stderr=subprocess.PIPE, text=True)
        for own in ("one", "two", "three")
    ]
    told = [writer.communicate(timeout=120)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], told
    warehouse = Warehouse(url)
    counts = {r["video"]: r["n"] for r in warehouse.read("select video, count(*) n from metrics group by video")}
    assert counts == {"one": 20, "two": 20, "three": 20, "both": 20}


def test_the_key_and_the_metric_are_indexed(url: str):
    warehouse = Warehouse(url)
    warehouse.replace("findings", "a", FINDINGS)
    inspector = sa.inspect(warehouse._engine)
    for table, columns in {
        "videos": {"video"},
        "metrics": {"video", "metric"},
        "findings": {"video", "metric"},
    }.items():
        assert {name for index in inspector.get_indexes(table) for name in index["column_names"]} == columns


def test_sqlite_readers_do_not_wait_for_writers(tmp_path: Path):
    warehouse = Warehouse(f"sqlite:///{tmp_path / 'w.db'}")
    assert warehouse.read("pragma journal_mode") == [{"journal_mode": "wal"}]


def test_postgres_urls_name_the_driver_that_is_installed():
    for url in ("postgres://u:p@h/d", "postgresql://u:p@h/d"):
        assert normalise_url(url) == "postgresql+psycopg2://u:p@h/d"
    for url in ("postgresql+psycopg://u@h/d", "sqlite:////tmp/x.db", "sqlite://"):
        assert normalise_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:sesame/door@h:x/d", "postgresql://u:open@sesame@h/d", "postgresql://u:pw@h:sesame/d", "sesame", "",
    ],
)  # fmt: skip
def test_a_url_that_cannot_be_understood_keeps_its_password(url: str):
    with pytest.raises(BadInput, match="cannot be understood") as error:
        Warehouse(url)
    assert "sesame" not in str(error.value).replace("database URL sesame", "")
    assert error.value.__cause__ is None and error.value.__suppress_context__


@pytest.mark.parametrize("url", ["postgresql://u:sesame@127.0.0.1:9/d", "postgresql://u@127.0.0.1:9/d?password=sesame"])
def test_a_database_that_is_away_may_come_back_and_no_password_is_told(url: str):
    warehouse = Warehouse(url)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1.*refused") as error:
        warehouse.replace("metrics", "a", metrics(1.0))
    assert "sesame" not in f"{error.value} {error.value.__dict__} {warehouse!r}"
    assert error.value.__suppress_context__


def test_a_refused_password_is_not_told(postgres_url: str):
    refused = postgres_url.replace("tester:not-a-secret", "nobody:sesame")
    with pytest.raises(Unavailable, match="nobody") as error:
        Warehouse(refused).delete("a")
    assert "sesame" not in str(error.value)
