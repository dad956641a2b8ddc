"""What must hold of the lake's files whatever happens to their writer."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gametape.base.errors import BadInput, GametapeError, Unavailable
from gametape.lake.store import Lake
from gametape.tables.coaching import METRICS
from tests.lake.rows import frames, metrics

ROOT = str(Path(__file__).resolve().parents[2])
HOSTILE = ["../evil", "a/b", "", ".", "..", "A", "-a", "a b", "a\n", "a\x00", "v" * 82, "é", "/etc", "a*", "video=a"]


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": ROOT}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def film_folder(folder: Path, **files: str) -> Path:
    """A folder as the report is built; `data_x="1"` is the file report_data/x.js."""
    for name, text in files.items():
        inside = f"report_data/{name[5:]}.js" if name.startswith("data_") else name.replace("_", ".")
        path = folder / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def names(lake: Lake, video: str) -> set[str]:
    if hasattr(lake._store, "root"):
        root = Path(lake.file_uri(video, "x")).parent
        return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    root = lake.file_uri(video, "x").removesuffix("/x").removeprefix("s3://")
    return {path.removeprefix(f"{root}/") for path in lake._store.fs.find(root)}


def test_a_table_comes_back_as_written(lake: Lake):
    written = lake.write_table("frames", "match-1", frames(100))
    assert lake.read_table("frames", "match-1").equals(frames(100))
    assert lake.read_table("frames", "match-1", ["shot", "frame"]).column_names == ["shot", "frame"]
    assert (written.rows, written.uri) == (100, lake.table_uri("frames", "match-1"))
    with lake._store.open("tables/frames/video=match-1/data.parquet") as file:
        raw = file.read()
    assert (written.bytes, written.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())


def test_the_file_explains_itself(tmp_path: Path):
    written = Lake(str(tmp_path)).write_table("metrics", "match-1", metrics(1.0, None))
    file = pq.ParquetFile(written.uri)
    assert file.schema_arrow.names == ["video", *METRICS.names]
    assert file.schema_arrow.metadata[b"gametape.table"] == b"metrics"
    assert file.schema_arrow.field("unit").metadata[b"description"] == b"of the value"
    assert file.metadata.row_group(0).column(1).compression == "ZSTD"
    assert file.read()["video"].to_pylist() == ["match-1", "match-1"]


def test_the_same_rows_have_the_same_hash_however_they_were_put_together(tmp_path: Path):
    lake, whole = Lake(str(tmp_path)), frames(1000)
    pieces = pa.concat_tables([whole.slice(0, 7), whole.slice(7, 600), whole.slice(607)])
    padded = pa.concat_tables([frames(5), whole]).slice(5)
    hashes = {lake.write_table("frames", "a", table).sha256 for table in (whole, pieces, padded)}
    assert len(hashes) == 1
    assert lake.write_table("frames", "a", frames(999)).sha256 not in hashes


def test_pandas_opens_a_whole_table_in_one_line(tmp_path: Path):
    import pandas as pd

    lake = Lake(str(tmp_path))
    for video in ("a-1", "b-2"):
        lake.write_table("metrics", video, metrics(1.0, 2.0))
    assert list(pd.read_parquet(tmp_path / "tables" / "metrics")["video"]) == ["a-1", "a-1", "b-2", "b-2"]


def test_a_rerun_with_fewer_rows_leaves_none_of_the_former(lake: Lake):
    lake.write_table("metrics", "a", metrics(1.0, 2.0, 3.0))
    lake.write_table("metrics", "a", metrics(4.0))
    assert lake.read_table("metrics", "a")["value"].to_pylist() == [4.0]
    lake.write_table("metrics", "a", metrics())
    assert lake.read_table("metrics", "a").num_rows == 0


def test_a_missing_table_says_what_to_make(lake: Lake):
    assert not lake.has_table("metrics", "a")
    with pytest.raises(Unavailable, match=r"metrics of a: is not in the lake .*Materialize metrics for a"):
        lake.read_table("metrics", "a")
    lake.write_table("metrics", "a", metrics(1.0))
    assert lake.has_table("metrics", "a")


def test_a_wrong_column_is_an_error_and_writes_nothing(lake: Lake):
    lake.write_table("metrics", "a", metrics(1.0))
    with pytest.raises(ValueError, match="unknown \\['speed'\\]"):
        lake.write_table("metrics", "a", metrics(2.0).append_column("speed", [[1]]))
    with pytest.raises(ValueError, match="no table 'metricks'"):
        lake.write_table("metricks", "a", metrics(2.0))
    with pytest.raises(ValueError, match="no columns \\['speed'\\]"):
        lake.read_table("metrics", "a", ["speed"])
    assert lake.read_table("metrics", "a")["value"].to_pylist() == [1.0]


def test_a_file_of_an_older_contract_still_reads(tmp_path: Path):
    lake = Lake(str(tmp_path))
    uri = lake.write_table("metrics", "a", metrics(1.0)).uri
    old = pq.ParquetFile(uri).read()
    pq.write_table(old.drop_columns(["score"]), uri)
    read = lake.read_table("metrics", "a")
    assert read.schema.equals(METRICS.schema()) and read["score"].null_count == 1
    pq.write_table(old.drop_columns(["method"]), uri)
    with pytest.raises(Unavailable, match="older version of gametape, without method"):
        lake.read_table("metrics", "a")


def test_a_damaged_file_is_named(tmp_path: Path):
    lake = Lake(str(tmp_path))
    path = Path(lake.write_table("metrics", "a", metrics(1.0)).uri)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(GametapeError, match=r"data\.parquet: is not a whole Parquet file"):
        lake.read_table("metrics", "a")


@pytest.mark.parametrize("key", HOSTILE)
def test_no_key_and_no_name_leaves_the_lake(tmp_path: Path, key: str):
    outside = tmp_path / "evil"
    lake = Lake(str(tmp_path / "lake" / "deep"))
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    for call in (
        lambda: lake.write_table("metrics", key, metrics(1.0)),
        lambda: lake.read_table("metrics", key),
        lambda: lake.put_file(key, "film.mp4", film),
        lambda: lake.put_folder(key, tmp_path),
        lambda: lake.get_file(key, "film.mp4", tmp_path),
        lambda: lake.delete(key),
    ):
        with pytest.raises(BadInput):
            call()
    for name in (f"../{key}", f"{key}/../../x", f"/{key}", ".hidden", f"a//{key}", f"{key}/."):
        with pytest.raises(BadInput):
            lake.put_file("a", name, film)
        with pytest.raises(BadInput):
            lake.get_file("a", name, tmp_path / "into")
    assert not outside.exists() and not (tmp_path / "lake").exists()


def test_videos_lists_what_is_there_and_nothing_else(lake: Lake, tmp_path: Path):
    assert lake.keys("metrics") == []
    for video in ("b", "a", "a-2"):
        lake.write_table("metrics", video, metrics(1.0))
    lake.write_table("frames", "c", frames(2))
    if hasattr(lake._store, "root"):  # a writer died between making the folder and the file
        (Path(lake.base_uri) / "tables" / "metrics" / "video=died").mkdir()
        (Path(lake.base_uri) / "tables" / "metrics" / ".DS_Store").touch()
    assert lake.keys("metrics") == ["a", "a-2", "b"]


def test_deleting_a_video_takes_all_of_it_and_only_it(lake: Lake, tmp_path: Path):
    for video in ("a", "a-2"):
        lake.write_table("metrics", video, metrics(1.0))
        lake.put_folder(video, film_folder(tmp_path / "report", report_html="page", data_x="1"))
    for _ in range(2):
        lake.delete("a")
    assert not lake.has_table("metrics", "a") and names(lake, "a") == set()
    assert lake.has_table("metrics", "a-2") and names(lake, "a-2") == {"report.html", "report_data/x.js"}


def test_a_file_is_fetched_or_found(lake: Lake, tmp_path: Path):
    film = tmp_path / "film.mp4"
    film.write_bytes(b"one")
    lake.put_file("a", "film.mp4", film)
    film.write_bytes(b"two!")
    uri = lake.put_file("a", "film.mp4", film)
    got = lake.get_file("a", "film.mp4", tmp_path / "into")
    assert got.read_bytes() == b"two!" and uri == lake.file_uri("a", "film.mp4") and lake.has_file("a", "film.mp4")
    if hasattr(lake._store, "root"):
        assert str(got) == uri and not (tmp_path / "into").exists()  # no copy
    else:
        assert [p.name for p in (tmp_path / "into").iterdir()] == ["film.mp4"]
    with pytest.raises(Unavailable, match=r"poster\.jpg of a: is not in the lake"):
        lake.get_file("a", "poster.jpg", tmp_path / "into")


def test_a_new_report_replaces_its_data_and_keeps_the_film(lake: Lake, tmp_path: Path):
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    lake.put_file("a", "film.mp4", film)
    lake.put_folder("a", film_folder(tmp_path / "one", report_html="one", data_x="1", data_y="1"))
    lake.put_folder("a", film_folder(tmp_path / "two", report_html="two", data_x="2"))
    assert names(lake, "a") == {"film.mp4", "report.html", "report_data/x.js"}
    for name, text in {"report.html": "two", "report_data/x.js": "2", "film.mp4": "film"}.items():
        assert lake.get_file("a", name, tmp_path / "into").read_text() == text


def test_a_report_without_its_page_is_refused(lake: Lake, tmp_path: Path):
    with pytest.raises(BadInput, match=r"has no report\.html"):
        lake.put_folder("a", film_folder(tmp_path / "half", data_x="1"))
    assert names(lake, "a") == set()


def test_the_page_goes_up_after_its_data(s3_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lake, put = Lake(s3_uri), []
    monkeypatch.setattr(lake._store, "put", lambda name, local: put.append(name))
    lake.put_folder("a", film_folder(tmp_path / "one", report_html="one", data_x="1", zebra_js="z"))
    assert put[-1] == "films/a/report.html" and len(put) == 3


KILLED_WRITE = """
import os, signal, sys
import gametape.base.storage as storage
from gametape.lake.store import Lake
from tests.lake.rows import metrics
storage.{step} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Lake(sys.argv[1]).write_table("metrics", "a", metrics(*range(1000)))
"""


@pytest.mark.parametrize("step", ["fsync", "publish"])
def test_a_killed_writer_leaves_the_former_table(tmp_path: Path, step: str):
    lake = Lake(str(tmp_path))
    lake.write_table("metrics", "a", metrics(1.0))
    died = run_python(KILLED_WRITE.replace("{step}", step), str(tmp_path))
    assert died.returncode == -signal.SIGKILL, died.stderr
    left = list((tmp_path / ".staging").glob("*"))
    assert len(left) == 1 and left[0].stat().st_size > 1000  # it died with its file written, not before

    assert lake.read_table("metrics", "a")["value"].to_pylist() == [1.0]
    assert lake.keys("metrics") == ["a"]
    lake.write_table("metrics", "b", metrics(2.0))
    assert left[0].exists()  # it may be another writer's, still at work
    old = time.time() - 25 * 3600
    os.utime(left[0], (old, old))
    lake.write_table("metrics", "b", metrics(2.0))
    assert not left[0].exists()


KILLED_SWAP = """
import os, signal, sys
from pathlib import Path
import gametape.base.storage as storage
from gametape.lake.store import Lake
real = storage.exchange
def killed(made, target):
    if sys.argv[3] == "after":
        real(made, target)
    os.kill(os.getpid(), signal.SIGKILL)
storage.exchange = killed
Lake(sys.argv[1]).put_folder("a", Path(sys.argv[2]))
"""


@pytest.mark.parametrize(("when", "text"), [("before", "one"), ("after", "two")])
def test_a_killed_report_is_the_former_or_the_new(tmp_path: Path, when: str, text: str):
    lake = Lake(str(tmp_path / "lake"))
    lake.put_folder("a", film_folder(tmp_path / "one", report_html="one", data_x="one"))
    two = film_folder(tmp_path / "two", report_html="two", data_x="two")
    died = run_python(KILLED_SWAP, lake.base_uri, str(two), when)
    assert died.returncode == -signal.SIGKILL, died.stderr
    for name in ("report.html", "report_data/x.js"):
        assert lake.get_file("a", name, tmp_path).read_text() == text


KILLED_UPLOAD = """
import os, signal, sys
from pathlib import Path
import s3fs
from gametape.lake.store import Lake
real = s3fs.S3FileSystem._call_s3
async def killed(self, method, *args, **kwargs):
    if method == "complete_multipart_upload":
        os.kill(os.getpid(), signal.SIGKILL)
    return await real(self, method, *args, **kwargs)
s3fs.S3FileSystem._call_s3 = killed
Lake(sys.argv[1]).put_file("a", "film.mp4", Path(sys.argv[2]))
"""


def test_a_killed_upload_leaves_the_former_object(s3_uri: str, tmp_path: Path):
    lake, film, large = Lake(s3_uri), tmp_path / "film.mp4", tmp_path / "large.mp4"
    film.write_bytes(b"one")
    lake.put_file("a", "film.mp4", film)
    with large.open("wb") as file:
        file.truncate(33 << 20)  # from 32 MiB on it goes up in parts
    died = run_python(KILLED_UPLOAD, s3_uri, str(large))
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert lake.get_file("a", "film.mp4", tmp_path / "into").read_bytes() == b"one"


WRITER = """
import sys
from gametape.lake.store import Lake
from tests.lake.rows import frames
lake, rows = Lake(sys.argv[1]), int(sys.argv[2])
for _ in range(40):
    lake.write_table("frames", "a", frames(rows))
"""


def test_two_writers_and_a_reader_see_whole_tables(tmp_path: Path):
    lake = Lake(str(tmp_path))
    lake.write_table("frames", "a", frames(500))
    environment = {**os.environ, "PYTHONPATH": ROOT}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), rows], env=environment)
        for rows in ("500", "30000")
    ]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        table = lake.read_table("frames", "a")
        seen.add(table.num_rows)
        assert table.equals(frames(table.num_rows))
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen <= {500, 30000} and lake.read_table("frames", "a").num_rows in {500, 30000}
    assert list((tmp_path / ".staging").iterdir()) == []


def test_a_film_put_while_the_report_swaps_is_not_lost(tmp_path: Path):
    """The report's folder takes the film's place; a film put at that moment must not go with the former."""
    lake, film = Lake(str(tmp_path / "lake")), tmp_path / "film.mp4"
    report = film_folder(tmp_path / "report", report_html="page", data_x="1")
    code = """
import sys
from pathlib import Path
from gametape.lake.store import Lake
for _ in range(60):
    Lake(sys.argv[1]).put_folder("a", Path(sys.argv[2]))
"""
    environment = {**os.environ, "PYTHONPATH": ROOT}
    swapper = subprocess.Popen([sys.executable, "-c", code, lake.base_uri, str(report)], env=environment)
    count = 0
    while swapper.poll() is None:
        count += 1
        film.write_text(str(count))
        lake.put_file("a", "film.mp4", film)
        assert lake.get_file("a", "film.mp4", tmp_path).read_text() == str(count)
    assert swapper.returncode == 0 and count > 5


def test_folders_swap_where_the_system_cannot_exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gametape.base.storage._rename_exchange", lambda *_: False)
    test_a_new_report_replaces_its_data_and_keeps_the_film(Lake(str(tmp_path / "lake")), tmp_path)


def test_an_unreachable_store_may_come_back(s3_uri: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    lake = Lake(s3_uri.replace("s3://", "s3://no-such-bucket-"))
    with pytest.raises(Unavailable, match="no-such-bucket"):
        lake.write_table("metrics", "a", metrics(1.0))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Unavailable, match="cannot be reached"):
        Lake(s3_uri).read_table("metrics", "a")


def test_a_connection_lost_while_reading_may_come_back(s3_uri: str, monkeypatch: pytest.MonkeyPatch):
    import s3fs
    from botocore.exceptions import ConnectionClosedError

    def lose(*_: object) -> None:
        raise ConnectionClosedError(endpoint_url="http://store")

    lake = Lake(s3_uri)
    lake.write_table("frames", "a", frames(10))
    monkeypatch.setattr(s3fs.core.S3File, "_fetch_range", lose)
    with pytest.raises(Unavailable, match="cannot be reached: Connection was closed"):
        lake.read_table("frames", "a")


def test_a_store_that_is_a_file_says_so(tmp_path: Path):
    (tmp_path / "lake").touch()
    with pytest.raises(Unavailable, match="lake"):
        Lake(str(tmp_path / "lake")).write_table("metrics", "a", metrics(1.0))


def test_what_others_add_is_seen_at_once(s3_uri: str):
    """A cached listing of the process-wide file system once hid new files."""
    lake = Lake(s3_uri)
    lake.write_table("metrics", "a", metrics(1.0))
    assert lake.keys("metrics") == ["a"]
    import boto3

    bucket, _, prefix = s3_uri.removeprefix("s3://").partition("/")
    source = {"Bucket": bucket, "Key": f"{prefix}/tables/metrics/video=a/data.parquet"}
    boto3.client("s3").copy(source, bucket, f"{prefix}/tables/metrics/video=b/data.parquet")
    assert lake.keys("metrics") == ["a", "b"] and lake.has_table("metrics", "b")
