"""What a query over the lake may cost, may say and may never do."""

import os
import re
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import gametape.lake
from gametape.base.errors import GametapeError, Unavailable
from gametape.base.settings import settings
from gametape.lake import query_files, sql
from gametape.lake.store import Lake
from gametape.tables import TABLES
from tests.lake.rows import frames, metrics, sidecar, source


def explain(con, query: str) -> str:
    return con.sql(f"explain analyze {query}").fetchall()[0][1]


def replicate(base: Path, table: str, count: int) -> None:
    """The partition `v00000` of a table under `count` keys."""
    first = base / "tables" / table / "video=v00000" / "data.parquet"
    for number in range(1, count):
        folder = first.parents[1] / f"video=v{number:05d}"
        folder.mkdir()
        os.link(first, folder / "data.parquet")


def test_every_table_is_there_before_any_film(lake: Lake):
    con = sql.connect(lake.base_uri)
    for name, table in TABLES.items():
        described = con.sql(f"describe {name}").fetchall()
        assert [row[0] for row in described] == [table.key.name, *table.names]
        assert [row[1] for row in described[1:]] == [sql._SQL_TYPES[c.type] for c in table.columns]
        assert con.sql(f"from {name}").fetchall() == []
    assert con.sql("from videos").fetchall() == [] and con.sql("from video_facts").fetchall() == []


def test_a_connection_sees_what_is_written_after_it(lake: Lake):
    con = sql.connect(lake.base_uri)
    assert con.sql("select count(*) from metrics").fetchall() == [(0,)]
    for values in ((1.0, 2.0), (5.0, 6.0), (7.0,)):  # the same second, one of the same size: no stale cache
        lake.write_table("metrics", "a", metrics(*values))
        assert con.sql("select video, value from metrics").fetchall() == [("a", value) for value in values]
    lake.delete("a")
    assert con.sql("select count(*) from metrics").fetchall() == [(0,)]


def test_a_query_on_one_of_a_thousand_videos_reads_one_file(tmp_path: Path):
    Lake(str(tmp_path)).write_table("metrics", "v00000", metrics(1.0))
    replicate(tmp_path, "metrics", 1000)
    con = sql.connect(str(tmp_path))
    assert "Total Files Read: 1 " in explain(con, "select value from metrics where video = 'v00033'")
    assert "Total Files Read: 2 " in explain(con, "select * from metrics where video in ('v00001', 'v00999')")
    assert con.sql("select count(*), count(distinct video) from metrics").fetchall() == [(1000, 1000)]


def test_a_query_on_one_video_fetches_one_object(s3_uri: str, monkeypatch: pytest.MonkeyPatch):
    lake = Lake(s3_uri)
    for number in range(20):
        lake.write_table("metrics", f"v{number}", metrics(float(number)))
    opened, listed, real, real_glob = [], [], sql.LakeFiles.open, sql.LakeFiles.glob
    monkeypatch.setattr(sql.LakeFiles, "open", lambda self, path, *a: opened.append(path) or real(self, path, *a))
    monkeypatch.setattr(sql.LakeFiles, "glob", lambda self, path: listed.append(path) or real_glob(self, path))
    con = sql.connect(s3_uri)
    assert not [path for path in listed if "lake://lake/" in path], "connecting listed the lake"
    assert con.sql("select value from metrics where video = 'v7'").fetchall() == [(7.0,)]
    assert {path for path in opened if "seed" not in path} == {"lake://lake/tables/metrics/video=v7/data.parquet"}


def test_objects_larger_than_a_request_are_read_in_part(s3_uri: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(query_files, "_WHOLE_BYTES", 1000)
    Lake(s3_uri).write_table("frames", "a", frames(20_000))
    assert sql.connect(s3_uri).sql("select count(*), sum(frame) from frames").fetchall() == [(20_000, 199_990_000)]


def test_files_of_older_contracts_keep_the_columns_and_types(tmp_path: Path):
    lake = Lake(str(tmp_path))
    for video in ("a", "b"):
        uri = lake.write_table("metrics", video, metrics(1.0)).uri
    old = pq.ParquetFile(uri).read().drop_columns(["score", "reason"])
    old = old.set_column(old.column_names.index("n"), "n", old["n"].cast("int32")).append_column("gone", [[1]])
    for video in ("0-first", "z-last"):
        path = tmp_path / "tables" / "metrics" / f"video={video}" / "data.parquet"
        path.parent.mkdir()
        pq.write_table(old, path)
    con = sql.connect(str(tmp_path))
    assert [row[0] for row in con.sql("describe metrics").fetchall()] == ["video", *TABLES["metrics"].names]
    rows = con.sql("select video, n, score, typeof(n) from metrics order by video").fetchall()
    assert rows == [(video, 3, None, "BIGINT") for video in ("0-first", "a", "b", "z-last")]


def test_a_film_is_joined_with_what_its_uploader_said(lake: Lake):
    for video in ("a", "b"):
        lake.write_table("source_video", video, source(f"{video}.mp4"))
    lake.write_table("sidecar", "a", sidecar("Final"))
    lake.write_table("frames", "a", frames(101, fps=50))
    lake.write_table("frames", "b", frames(1))
    con = sql.connect(lake.base_uri)
    rows = con.sql("select video, file_name, title from videos order by video").fetchall()
    assert rows == [("a", "a.mp4", "Final"), ("b", "b.mp4", None)]
    facts = con.sql("select video, frames, duration_s, fps from video_facts order by video").fetchall()
    assert facts[0] == ("a", 101, pytest.approx(2.02), pytest.approx(50.0)) and facts[1] == ("b", 1, None, None)


def test_a_folder_with_odd_letters_is_a_folder(tmp_path: Path):
    """`[`, `*` and quotes mean something in patterns and in SQL."""
    base = str(tmp_path / "it's [a] *lake? ü")
    Lake(base).write_table("metrics", "a", metrics(1.0))
    assert sql.connect(base).sql("select video from metrics").fetchall() == [("a",)]
    assert sql.query("select video from metrics", base).to_pylist() == [{"video": "a"}]


def test_half_written_files_are_no_rows(tmp_path: Path):
    lake = Lake(str(tmp_path))
    lake.write_table("metrics", "a", metrics(1.0))
    (tmp_path / ".staging" / "0123").write_bytes(b"PAR1 half")
    (tmp_path / "tables" / "metrics" / "video=died").mkdir()
    assert sql.query("select video from metrics", str(tmp_path)).to_pylist() == [{"video": "a"}]


def test_one_line_to_a_data_frame(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    for video in ("a", "b"):
        lake.write_table("metrics", video, metrics(1.0, None))
    monkeypatch.setenv("GAMETAPE_LAKE", lake.base_uri)
    settings.cache_clear()
    try:
        assert len(gametape.lake.connect().sql("select * from metrics").df()) == 4
        assert gametape.lake.read("metrics").num_rows == 4
        one = gametape.lake.read("metrics", ["video", "value"], keys=["b"])
        assert one.to_pydict() == {"video": ["b", "b"], "value": [1.0, None]}
        assert gametape.lake.read("metrics", keys=[]).num_rows == 0
        assert gametape.lake.read("metrics", keys=["x' or 'a' = 'a"]).num_rows == 0
        with pytest.raises(ValueError, match="no table"):
            gametape.lake.read("metrics; select 1")
    finally:
        settings.cache_clear()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select * from metrix", 'metrix does not exist! Did you mean "metrics"'),
        ("select valu from metrics", 'column "valu" not found'),
        ("selec 1", 'syntax error at or near "selec"'),
        ("select 1 / 'x' from metrics", "'x'"),
        ("", "is not one SELECT"),
        ("select 1; select 2", "is not one SELECT"),
    ],
)
def test_a_mistake_is_told_with_the_tables_there_are(tmp_path: Path, query: str, told: str):
    Lake(str(tmp_path)).write_table("metrics", "a", metrics(1.0))
    with pytest.raises(GametapeError) as error:
        sql.query(query, str(tmp_path))
    assert told in str(error.value) and "\n" not in str(error.value)
    assert "one query" in str(error.value) or "ball_trajectory, ball_events" in str(error.value)


@pytest.mark.parametrize(
    "query",
    [
        "insert into metrics select * from metrics",
        "delete from metrics",
        "drop view metrics",
        "create table mine as select 1",
        "copy metrics to '{base}/tables/metrics/video=a/data.parquet'",
        "copy (select 1) to '{base}/out.csv'",
        "explain analyze copy (select 1) to '{base}/tables/out.csv'",
        "with gone as (delete from metrics returning *) select * from gone",
        "attach '{base}/x.db'",
        "set enable_external_access = true",
        "select * from read_text('{secret}')",
        "select * from '{secret}'",
        "select * from read_text('{base}/tables/../../secret.txt')",
        "select * from read_text('{base}/films/a/report.html')",
        "select * from glob('/*')",
        "install httpfs",
        "pragma database_list; drop view metrics",
    ],
)
def test_a_strangers_query_reads_the_tables_and_touches_nothing(tmp_path: Path, query: str):
    base = tmp_path / "lake"
    lake = Lake(str(base))
    lake.write_table("metrics", "a", metrics(1.0))
    (base / "films" / "a").mkdir(parents=True)
    (base / "films" / "a" / "report.html").write_text("private")
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")

    def state() -> dict:
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before = state()
    with pytest.raises(GametapeError):
        sql.query(query.format(base=base, secret=secret), str(base))
    assert state() == before
    assert sql.query("select value from metrics", str(base)).num_rows == 1


def test_an_open_connection_cannot_write_through_its_views(lake: Lake):
    import duckdb

    lake.write_table("metrics", "a", metrics(1.0))
    con = sql.connect(lake.base_uri)
    for statement in (
        "insert into metrics select * from metrics",
        "update metrics set value = 2",
        "delete from metrics",
        "copy (select 1) to 'lake://lake/tables/metrics/video=a/data.parquet'",
    ):
        with pytest.raises(duckdb.Error):
            con.execute(statement)
    assert con.sql("select value from metrics").fetchall() == [(1.0,)]


def test_the_message_of_a_file_system_is_its_last_line():
    assert re.fullmatch(r"OSError: gone", sql._error_line(Exception("Traceback (most…):\n  File x\nOSError: gone\n")))


def test_a_lake_that_is_away_may_come_back(s3_uri: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Unavailable, match="cannot be reached") as error:
        sql.query("select count(*) from metrics", s3_uri)
    assert "\n" not in str(error.value)


def test_a_damaged_file_is_named(tmp_path: Path):
    path = Path(Lake(str(tmp_path)).write_table("metrics", "a", metrics(1.0)).uri)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(GametapeError, match=r"video=a/data\.parquet"):
        sql.query("select * from metrics", str(tmp_path))


@pytest.mark.parametrize(
    "asked",
    [
        "select frame from frames",
        'select frame from "FRAMES"',
        "select frame from query_table('fra' || 'mes')",  # a name that is nowhere in the text
        "with mine as (from frames) select frame from mine",
    ],
)
def test_a_query_has_its_views_however_it_names_them(lake: Lake, asked: str):
    lake.write_table("frames", "a", frames(2))
    assert sql.query(asked, lake.base_uri).to_pylist() == [{"frame": 0}, {"frame": 1}]


def test_a_query_about_the_views_finds_all(lake: Lake):
    told = sql.query("select view_name from duckdb_views() where not internal", lake.base_uri)["view_name"].to_pylist()
    assert set(told) == {*TABLES, *sql._VIEWS}


LIMITS = sql.Limits(seconds=2, bytes=2e8)


def test_a_query_that_takes_too_long_is_ended(tmp_path: Path):
    began = time.monotonic()
    with pytest.raises(GametapeError, match=r"takes longer than 0\.5 s. Ask for less .* GAMETAPE_SQL_SECONDS"):
        sql.query("select count(*) from range(10000000) a, range(1000000) b where a.range * b.range % 7 = 3", str(tmp_path),
              sql.Limits(0.5, 1e9))  # fmt: skip
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "asked",
    ["select range, random() from range(60000000)", "select range, random() as r from range(40000000) order by r"],
    ids=["answer", "work"],
)
def test_a_query_that_needs_too_much_memory_is_ended(tmp_path: Path, asked: str):
    with pytest.raises(GametapeError, match=r"needs more than 0\.2 GB. Ask for less .* GAMETAPE_SQL_BYTES"):
        sql.query(asked, str(tmp_path), sql.Limits(60, 2e8))


def test_a_small_query_is_answered_within_limits(tmp_path: Path):
    answer = sql.query("select range as n from range(250000)", str(tmp_path), LIMITS)
    assert answer["n"].to_pylist()[-1] == 249999 and answer.num_rows == 250000
    assert sql.query("select count(*) as n from videos where 1 = 0", str(tmp_path), LIMITS)["n"].to_pylist() == [0]
