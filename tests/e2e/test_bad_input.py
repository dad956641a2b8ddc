"""What people drop that is no film, or half a film, or oddly named: the whole way from the folder to what they are
told, all in one upload folder with a good film among them.

The daemon's part (carrying out what a look asks for) is done in this process; test_daemon.py has the real one.
"""

import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import dagster as dg
import numpy as np
import pytest
import yaml

from gametape.base.settings import settings
from gametape.lake.store import Lake
from gametape.lake.warehouse import Warehouse
from orchestration.definitions import build_defs
from orchestration.partitions.state import PartitionState, partition_state, stale_or_missing_assets
from resources.film_rules import RULES
from resources.uploads import uploads_from_settings
from tests.e2e.conftest import FILM_TABLES, PROJECT, House, a_house
from tests.film_house import followers
from tests.film_maker import claims, make_film

pytestmark = pytest.mark.slow

FASTSTART = {"movflags": "faststart"}
KEYFRAMES = {"g": "15", "bf": "0"}  # every half second


class Chain:
    """The sensor and the job of a house, with a daemon that does at once what is asked for."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance, self.defs = instance, build_defs()
        self.keys: dict[str, str] = {}  # of each upload asked for

    def tick(self) -> dg.SensorResult:
        uploads = {"uploads": uploads_from_settings()}
        with dg.build_sensor_context(self.instance, definitions=self.defs, resources=uploads) as context:
            return self.defs.resolve_sensor_def("new_uploads")(context)

    def carry_out(self, result: dg.SensorResult) -> list[str]:
        """Add the partitions, run the runs; the uploads that were asked for."""
        for request in result.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        asked = []
        for request in result.run_requests or []:
            self.run(request)
            asked.append(request.tags["gametape/upload"])
            self.keys[asked[-1]] = request.partition_key
        return asked

    def run(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        return self.defs.resolve_job_def("process_video").execute_in_process(
            instance=self.instance,
            partition_key=request.partition_key,
            tags={**request.tags, "dagster/run_key": request.run_key},
            asset_selection=request.asset_selection,
            raise_on_error=False,
        )

    def process(self) -> list[str]:
        return self.carry_out(self.tick())

    def state(self, upload: str) -> PartitionState:
        return partition_state(self.instance, self.keys[upload])


@pytest.fixture
def chain(house, tmp_path, monkeypatch) -> Iterator[Chain]:
    """The chain of an empty house, in which uploads are complete at once."""
    monkeypatch.setenv("GAMETAPE_SETTLE_SECONDS", "0")
    settings.cache_clear()
    with an_instance(tmp_path / "dagster") as instance:
        yield Chain(instance)


def an_instance(folder: Path) -> dg.DagsterInstance:
    """In memory, with the project's own retries."""
    folder.mkdir()
    config = yaml.safe_load((PROJECT / "dagster.yaml").read_text())
    return dg.DagsterInstance.ephemeral(str(folder), settings={"run_retries": config["run_retries"]})


# ---- the inputs ----


def text(path: Path) -> None:
    path.write_text("Dear coach,\nthe film is in the other mail.\n")


def empty(path: Path) -> None:
    path.touch()


def half(path: Path, *, faststart: bool) -> None:
    raw = make_film(path, frames=90, options=KEYFRAMES, container=FASTSTART if faststart else None).read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


def no_index(path: Path) -> None:
    """All the pictures, and no moov box."""
    raw = make_film(path, frames=9).read_bytes()
    path.write_bytes(raw[: raw.index(b"moov") - 4])


def sound_alone(path: Path) -> None:
    with av.open(str(path), "w") as film:
        stream = film.add_stream("aac", rate=48_000, layout="mono")
        for start in range(0, 48_000, 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts = 48_000, start
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def bomb(path: Path) -> None:
    """A few kB that ask for pictures of 16384x16384, in the container and in each JPEG."""
    raw = make_film(path, codec="mjpeg", frames=3, size=(64, 48), format="mov").read_bytes()
    size = struct.pack(">HH", 16_384, 16_384)
    raw = re.sub(rb"(\xff\xc0\x00\x11\x08)\x00\x30\x00\x40", lambda found: found[1] + size, raw)
    raw = re.sub(rb"(jpeg.{24})\x00\x40\x00\x30", lambda found: found[1] + size, raw, flags=re.DOTALL)
    assert raw.count(size) == 4
    path.write_bytes(raw)


def claims_26_hours(path: Path) -> None:
    """One second of Matroska, with the Duration of its header set above the longest that a film may last."""
    claims(make_film(path, frames=30), 26 * 3600)


def corrupt_in_the_middle(path: Path) -> None:
    """Frames 30 to 59 of 90 are noughts."""
    make_film(path, frames=90, options=KEYFRAMES)
    with av.open(str(path)) as film:
        packets = [(p.pos, p.size) for p in film.demux(video=0) if p.size]
    raw = bytearray(path.read_bytes())
    for position, size in packets[30:60]:
        raw[position : position + size] = bytes(size)
    path.write_bytes(raw)


def film_of(frames: int) -> Callable[[Path], None]:
    """A good one; another number of frames is another film."""
    return lambda path: make_film(path, frames=frames, size=(160, 90), format="mp4") and None


#: No film can be made of these: file, what lies there, the reason, what to do.
REFUSED = {
    "letter.mp4": (text, "is text, not a film", "Upload the film itself"),
    "cut.mp4": (lambda path: half(path, faststart=False), "is cut short: the index at its end (moov) is missing", "upload it again"),
    "no moov.mov": (no_index, "is cut short: the index at its end (moov) is missing", "upload it again"),
    "sound.mp4": (sound_alone, "has sound but no picture", "Upload a film with pictures"),
    "bomb.mov": (bomb, "above the limit of 8192 px a side", "Export it at 4K or less"),
}  # fmt: skip

#: What there is of these is analysed: file, what lies there, frames that decode (least, most), what the report says.
PARTLY = {
    "cut but playable.mp4": (lambda path: half(path, faststart=True), 20, 70, [r"1\.\d s to 3\.0 s is missing", "claims 90 frames"]),
    "26 hours.mkv": (claims_26_hours, 30, 30, ["1.0 s to 93600.0 s is missing", "claims 26:00:00; the frames last 0:01.00"]),
    "scratched.mp4": (corrupt_in_the_middle, 60, 89, [r"Damaged near 1\.\d s", "1.0 s to 2.0 s is missing: damaged"]),
    "one.mp4": (film_of(1), 1, 1, []),
}  # fmt: skip

#: Good films under names that break careless code; each with another number of frames.
NAMES = {
    "  \"two\"  'words' `ticks` $HOME .mp4": 11,
    "<script>alert(1)</script>.mp4": 18,  # a folder and a film, for the slash
    "Ünï🏓çødé\n決勝.mp4": 13,
    "-rf --help; rm * | & %00 %2e%2e\\..\\" + "a" * 214 + ".mp4": 14,  # 250 characters
    "<img src=x onerror=alert(1)>.MP4": 17,
}

#: Good films with a bad sidecar: suffix, its bytes, the reason.
SIDECARS = {
    "typo": (".yaml", b"titel: Final\n", "unknown key 'titel' (known: title, "),
    "invalid": (".yaml", b"title: [Final\nsport: tennis\n", "is not valid YAML"),
    "latin": (".json", '{"title": "Müller"}'.encode("latin-1"), "is not UTF-8 text (byte 12)"),
    "value": (".yml", b"players: [{height_m: 171}]", "'players.0.height_m'"),
    "beyond": (".yaml", b"trim_start_s: 100", "the film ends at"),
}


def fill(uploads: Path, good: Path) -> None:
    for name, (make, *_) in {**REFUSED, **PARTLY}.items():
        make(uploads / name)
    for name, frames in NAMES.items():
        (uploads / name).parent.mkdir(exist_ok=True)
        film_of(frames)(uploads / ".made")
        (uploads / ".made").rename(uploads / name)
    for frames, (name, (suffix, raw, *_)) in enumerate(SIDECARS.items(), 20):
        film_of(frames)(uploads / f"{name}.mp4")
        (uploads / f"{name}{suffix}").write_bytes(raw)
    shutil.copy(good, uploads / "good.mp4")
    (uploads / "empty.mp4").touch()
    (uploads / "folder.mp4").mkdir()
    (uploads / "lonely.yaml").write_text("title: Final\n")
    film_of(30)(uploads.parent / "outside.mp4")
    (uploads / "out.mp4").symlink_to(uploads.parent / "outside.mp4")
    (uploads / "nowhere.mp4").symlink_to(uploads / "gone.mp4")
    film_of(31)(uploads / "Cup Final.mp4")
    film_of(32)(uploads / "cup-final.mp4")


@dataclass
class Seen:
    """What the looks at the full folder asked for and told, and what was left when all was done."""

    house: House
    chain: Chain
    asked: list[list[str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def look(self) -> None:
        result = self.chain.tick()
        self.told.append(result.skip_reason.skip_message if result.skip_reason else "")
        self.asked.append(self.chain.carry_out(result))


@pytest.fixture(scope="module")
def seen(tmp_path_factory, small_rally) -> Iterator[Seen]:
    """Everything at once: two looks a second apart while one film is still being written, then that film's end."""
    folder = tmp_path_factory.mktemp("bad")
    temp = folder / "temp"
    temp.mkdir()
    with (
        a_house(folder / "home", REQUESTS_PER_TICK="100") as house,
        pytest.MonkeyPatch.context() as patch,
        an_instance(folder / "dagster") as instance,
    ):
        patch.setattr(tempfile, "tempdir", str(temp))
        patch.setenv("TMPDIR", str(temp))
        fill(house.uploads, small_rally.film)
        film_of(33)(folder / "growing.mp4")
        whole, growing = (folder / "growing.mp4").read_bytes(), house.uploads / "growing.mp4"
        seen = Seen(house, Chain(instance))
        growing.write_bytes(whole[:1000])
        seen.look()
        time.sleep(1.1)
        growing.write_bytes(whole[:3000])
        seen.look()
        growing.write_bytes(whole)
        for _ in range(4):
            seen.look()
            time.sleep(1.1)
        yield seen


ANALYSED = ["good.mp4", "growing.mp4", "Cup Final.mp4", "cup-final.mp4", *PARTLY, *NAMES]


def on_disk(name: str) -> str:
    """An upload as it is told of."""
    return name.replace("\n", "\\n")


def tables_of(key: str) -> set[str]:
    lake = Lake(settings().lake_uri)
    return {name for name in FILM_TABLES if lake.has_table(name, key)}


def rows_of(key: str) -> int:
    warehouse = Warehouse(settings().warehouse)
    [row] = warehouse.read("select count(*) as n from videos where video = :video", video=key)
    warehouse.close()
    return row["n"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_film_fails_where_it_is_read_with_the_reason_and_leaves_nothing(seen: Seen, name: str):
    _, reason, remedy = REFUSED[name]
    state = seen.chain.state(name)
    assert (state.state, state.asset) == ("failed", "source_video")
    assert state.error.startswith(f"{name}: ") and reason in state.error and remedy in state.error
    assert tables_of(state.key) == {"sidecar", "analysis_scope", *RULES} and not rows_of(state.key)
    assert not (seen.house.home / "lake" / "films" / state.key).exists()


@pytest.mark.parametrize("name", SIDECARS)
def test_a_bad_sidecar_is_named_and_the_film_is_looked_at_without_it(seen: Seen, name: str):
    suffix, _, reason = SIDECARS[name]
    state = seen.chain.state(f"{name}.mp4")
    assert (state.state, state.asset) == ("failed", "analysis_window" if name == "beyond" else "sidecar")
    assert state.error.startswith(f"{name}{suffix}: ") and reason in state.error
    at_fault = {"analysis_window"} if name == "beyond" else {"sidecar"}
    assert tables_of(state.key) == set(FILM_TABLES) - followers(*at_fault)
    assert name == "beyond" or {"frames", "ball_trajectory", "pose_estimates"} <= tables_of(state.key)
    assert not rows_of(state.key)


@pytest.mark.parametrize("name", ANALYSED)
def test_a_film_is_analysed_among_bad_neighbours_whatever_it_is_called(seen: Seen, name: str):
    state = seen.chain.state(on_disk(name))
    assert state.state == "ready", state.message
    assert tables_of(state.key) == set(FILM_TABLES) and rows_of(state.key) == 1
    page = Lake(settings().lake_uri).get_file(state.key, "report.html", seen.house.home).read_text()
    assert "<script>alert" not in page and "<img src=x" not in page


@pytest.mark.parametrize("name", PARTLY)
def test_what_there_is_of_a_damaged_film_is_analysed_and_the_report_says_what_is_missing(seen: Seen, name: str):
    _, least, most, told = PARTLY[name]
    lake, key = Lake(settings().lake_uri), seen.chain.keys[name]
    assert least <= lake.read_table("frames", key).num_rows <= most
    page = lake.get_file(key, "report.html", seen.house.home).read_text()
    warnings = re.findall(r'<p class="warning free">(.*?)</p>', page)
    assert all(any(re.search(words, line) for line in warnings) for words in told), warnings
    assert told or not warnings


def test_what_never_becomes_a_run_is_told_at_each_look(seen: Seen):
    for told in (seen.told[-1], seen.told[-2]):
        assert "lonely.yaml: not used: no film has this name" in told
        problems = told.partition("problems: ")[2]
        for line in (
            "empty.mp4: is empty (0 bytes); upload it again",
            "out.mp4: links out of the uploads and is not followed; copy the file itself",
            "nowhere.mp4: links to a file that is not there; copy the file itself",
            "folder.mp4: is a folder, not a file; files in it are seen",
        ):
            assert line in problems
        for name, (suffix, _, reason) in SIDECARS.items():
            assert name == "beyond" or (f"{name}{suffix}: " in problems and reason in problems)
    never = {"empty.mp4", "out.mp4", "nowhere.mp4", "folder.mp4"}
    assert not never & set(seen.chain.keys)


def test_a_film_that_is_still_being_written_waits_while_the_others_are_made(seen: Seen):
    assert seen.asked[0] == [] and "growing.mp4" not in seen.asked[1]
    assert "growing.mp4: still being written" in seen.told[2]
    assert [look for look in seen.asked if "growing.mp4" in look] == [["growing.mp4"]]


def test_nothing_is_asked_for_twice_and_no_bad_film_is_retried(seen: Seen):
    asked = [name for look in seen.asked for name in look]
    bad = {*REFUSED, *(f"{name}.mp4" for name in SIDECARS)}
    assert sorted(asked) == sorted({*map(on_disk, ANALYSED), *bad})
    assert seen.asked[-2:] == [[], []]
    runs = seen.chain.instance.get_runs()
    assert len(runs) == len(asked)
    failed = [run for run in runs if run.status == dg.DagsterRunStatus.FAILURE]
    assert {run.tags["gametape/upload"] for run in failed} == bad
    assert all(run.tags["dagster/will_retry"] == "false" for run in failed)


def test_names_that_give_the_same_slug_are_two_films(seen: Seen):
    keys = [seen.chain.keys[name] for name in ("Cup Final.mp4", "cup-final.mp4")]
    assert len(set(keys)) == 2 and all(key.startswith("cup-final-") for key in keys)


def test_nothing_half_done_is_left_anywhere(seen: Seen):
    assert not list((seen.house.home / "work").rglob("*"))
    assert not list((seen.house.home.parent / "temp").rglob("*"))
    staged = [path.name for path in (seen.house.home / "lake" / ".staging").iterdir()]
    assert set(staged) <= {".lock"} and not list(seen.house.home.rglob("*.part"))
    keys = set(seen.chain.keys.values())
    assert {path.name for path in (seen.house.home / "lake" / "films").iterdir()} <= keys


# ---- by hand ----


def test_a_corrected_sidecar_brings_the_film_to_its_end(chain: Chain, house):
    film_of(10)(house.uploads / "match.mp4")
    (house.uploads / "match.yaml").write_text("titel: Final")
    assert chain.process() == ["match.mp4"] and chain.state("match.mp4").state == "failed"
    (house.uploads / "match.yaml").write_text("title: Final")
    [request] = chain.tick().run_requests
    looks_at_pictures = {"source_video", "frames", "ball_trajectory", "pose_estimates"}
    assert not looks_at_pictures & {key.to_user_string() for key in request.asset_selection}
    assert chain.process() == ["match.mp4"] and chain.state("match.mp4").state == "ready"
    assert chain.process() == []


@pytest.mark.parametrize("what", ["deleted", "replaced"])
def test_a_film_taken_away_under_its_run_fails_by_name_and_its_successor_is_another_film(
    chain: Chain, house, monkeypatch, what: str
):
    """Between the asset that reads what it is and the one that decodes it, and while it is decoded."""
    from gametape.media import ingest, probe

    film = house.uploads / "match.mp4"
    other = house.home / "other.mp4"
    film_of(12)(other)

    def then_take_away(compute: Callable) -> Callable:
        def computed(*args, **kwargs) -> object:
            made = compute(*args, **kwargs)
            film.unlink() if what == "deleted" else shutil.copyfile(other, film)  # in place: the same inode
            return made

        return computed

    for module, name in ((probe, "probe"), (ingest, "ingest")):
        film_of(11)(film)
        with monkeypatch.context() as patch:
            patch.setattr(module, name, then_take_away(getattr(module, name)))
            asked = chain.process()
        if name == "probe":
            assert asked == ["match.mp4"]
            first = chain.keys["match.mp4"]
        state = partition_state(chain.instance, first)
        assert state.state == "failed" and "is no longer in" in state.error and f"gametape retry {first}" in state.error
        assert not Lake(settings().lake_uri).has_file(first, "film.mp4")
        assert "frames" not in tables_of(first)
        chain.instance.delete_run(chain.instance.get_runs(limit=1)[0].run_id)
    if what == "replaced":
        assert chain.process() == ["match.mp4"]
        assert chain.keys["match.mp4"] != first and chain.state("match.mp4").state == "ready"


@pytest.mark.parametrize(
    ("setting", "little", "asset"),
    [("MAX_FILM_BYTES", "1000", "source_video"), ("MAX_FILM_HOURS", "0.0001", "frames")],
)
def test_a_film_above_a_limit_fails_with_the_setting_and_is_ready_once_that_allows_it(
    chain: Chain, house, monkeypatch, setting: str, little: str, asset: str
):
    film_of(12)(house.uploads / "match.mp4")
    with monkeypatch.context() as patch:
        patch.setenv(f"GAMETAPE_{setting}", little)
        settings.cache_clear()
        chain.process()
    state = chain.state("match.mp4")
    assert (state.state, state.asset) == ("failed", asset)
    assert "above the limit" in state.error and f"GAMETAPE_{setting}" in state.error
    settings.cache_clear()
    assert chain.run(dg.RunRequest(run_key="retry", partition_key=state.key)).success
    assert chain.state("match.mp4").state == "ready"


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("file systems cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize(
    ("lake_alone", "full_before", "fails"),
    [
        (True, None, "analysis_scope"),
        (True, "ingest", "frames"),
        (True, "build_report", "report"),
        (False, "ingest", "frames"),
        (False, "track", "ball_trajectory"),
    ],
)
def test_a_full_disk_is_told_holds_nothing_half_written_and_the_film_goes_on_once_there_is_room(
    small_disk, tmp_path, monkeypatch, lake_alone: bool, full_before: str | None, fails: str
):
    from gametape import ball, report
    from gametape.media import ingest

    ballast, uploads = small_disk / "ballast", tmp_path / "uploads"
    uploads.mkdir()
    film_of(12)(uploads / "match.mp4")

    def fill_up() -> None:
        with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
            while True:
                file.write(bytes(4096))

    def when_full(compute: Callable) -> Callable:
        return lambda *args, **kwargs: (fill_up(), compute(*args, **kwargs))[1]

    home = tmp_path / "home" if lake_alone else small_disk / "home"
    with (
        a_house(home, SETTLE_SECONDS="0", LAKE=str(small_disk / "lake"), UPLOADS=str(uploads)),
        an_instance(tmp_path / "dagster") as instance,
    ):
        chain = Chain(instance)
        with monkeypatch.context() as patch:
            for module, name in ((ingest, "ingest"), (ball, "track"), (report, "build_report")):
                if name == full_before:
                    patch.setattr(module, name, when_full(getattr(module, name)))
            if not full_before:
                fill_up()
            assert chain.process() == ["match.mp4"]
        state = chain.state("match.mp4")
        assert (state.state, state.asset) == ("failed", fails)
        assert str(small_disk) in state.error and "no space" in state.error.lower() and "free" in state.error.lower()
        lake = Lake(settings().lake_uri)
        for table in tables_of(state.key):
            assert lake.read_table(table, state.key).column_names == FILM_TABLES[table].names
        assert fails not in tables_of(state.key) and not lake.has_file(state.key, "report.html")
        files = [path for path in small_disk.rglob("*") if path.is_file() and path.name != ".lock"]
        assert not [path for path in files if path.suffix == ".part" or path.parent.name == ".staging"]
        assert chain.process() == []

        ballast.unlink()
        if lake_alone:  # the pose model alone is larger than that disk
            rest = [dg.AssetKey(asset) for asset in stale_or_missing_assets(instance, state.key)]
            assert chain.run(dg.RunRequest(run_key="retry", partition_key=state.key, asset_selection=rest)).success
            assert chain.state("match.mp4").state == "ready"


def test_a_bucket_may_hold_any_key_and_a_bad_film_leaves_no_copy_here(s3_uri, house, tmp_path, monkeypatch):
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    monkeypatch.setenv("GAMETAPE_UPLOADS", f"{s3_uri}/uploads")
    settings.cache_clear()
    bucket, prefix = s3_uri.removeprefix("s3://").split("/")

    def put(key: str, body: bytes) -> None:  # past HTTP, whose clients would tidy the key
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(bucket, f"{prefix}/uploads/{key}", body)

    good = [
        "a" * 250 + ".mp4",
        "q?a=b&c#d%2F+ +.mp4",
        "<script>alert(1)</script>.mp4",
        "//C:\\x\\y 🏓.mp4",
    ]
    steps = ["../../../etc/evil.mp4", "../evil.mp4", "a/../b.mp4", "./dot.mp4"]
    film_of(10)(tmp_path / "film.mp4")
    sound_alone(tmp_path / "sound.mp4")
    for number, key in enumerate([*good, *steps]):
        put(key, (tmp_path / "film.mp4").read_bytes() + bytes(number))
    put("letter.mp4", b"Dear coach")
    put("sound.mp4", (tmp_path / "sound.mp4").read_bytes())
    put("empty.mp4", b"")
    put("folder.mp4/", b"")
    with an_instance(tmp_path / "dagster") as instance:
        chain = Chain(instance)
        assert set(chain.process()) == {*good, "letter.mp4", "sound.mp4"}
        for name in good:
            assert chain.state(name).state == "ready", chain.state(name).message
        for name, reason in {"letter.mp4": "is text, not a film", "sound.mp4": "has sound but no picture"}.items():
            assert chain.state(name).state == "failed" and chain.state(name).error.startswith(f"{name}: {reason}")
        again = chain.tick()
        assert not again.run_requests
        told = again.skip_reason.skip_message
        for key in steps:
            assert f"{key}: cannot be fetched, its name has a part . or ..; rename it" in told
        assert "empty.mp4: is empty (0 bytes)" in told and "5 problems" in told
        assert not list((house.home / "work").rglob("*"))
        assert not list(house.home.parent.rglob("*evil*"))


def test_the_command_line_tells_of_uploads_that_never_become_films(house):
    (house.uploads / "empty.mp4").touch()
    (house.uploads / "folder.mp4").mkdir()
    (house.uploads / "out.mp4").symlink_to(house.home.parent)
    said = subprocess.run(
        [Path(sys.executable).with_name("gametape"), "status"], capture_output=True, text=True, check=True
    )
    assert re.search(r"empty\.mp4 .*is empty \(0 bytes\); upload it again", said.stdout)
    assert "folder.mp4: is a folder" in said.stderr and "out.mp4: links out of the uploads" in said.stderr
