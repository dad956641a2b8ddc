"""The rate at which a film was taken, from the metadata of cameras and from the sidecar; and its real times."""

import struct
from pathlib import Path

import av
import numpy as np
import pytest

from gametape.film.clock import in_real_time, plays_slower, slow_motion, when_taken
from gametape.film.sidecar import Sidecar, parse_sidecar
from gametape.film.window import analysis_windows
from gametape.media.capture import _gopro_rate
from gametape.media.film import Film
from gametape.media.ingest import ingest
from gametape.media.probe import probe
from tests.film_maker import make_film

SONY = """<?xml version="1.0" encoding="UTF-8"?><NonRealTimeMeta><VideoFormat>
<VideoFrame videoCodec="AVC_1920_1080_HP@L51" captureFps="{}" formatFps="{}"/></VideoFormat></NonRealTimeMeta>"""


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def tagged(path: Path, fps: float) -> Path:
    """A film of 30 frames a second with Android's tag."""
    plain = make_film(path.with_name("plain.mp4"), frames=30)
    with av.open(str(plain)) as film, av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as out:
        out.metadata["com.android.capture.fps"] = f"{fps:f}"
        stream = out.add_stream_from_template(film.streams.video[0])
        for packet in film.demux(film.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return path


def told(path: Path) -> tuple[float | None, str | None]:
    facts = probe(path)
    return facts.tagged_capture_fps, facts.capture_tag


@pytest.mark.parametrize(
    ("fps", "counts"), [(240, True), (100, True), (99, False), (30, False), (16, False), (1, True)]
)
def test_androids_tag_counts_for_high_speed_and_time_lapse(tmp_path, fps, counts):
    """In the dark a phone takes fewer pictures than its tag says: that is no slow motion."""
    assert told(tagged(tmp_path / "film.mp4", fps)) == ((fps, "com.android.capture.fps") if counts else (None, None))


@pytest.mark.parametrize(("captured", "played", "counts"), [("120p", "30p", True), ("119.88p", "25p", False)])
def test_sonys_slow_and_quick_counts_while_the_film_has_the_rate_it_was_given(tmp_path, captured, played, counts):
    film = make_film(tmp_path / "film.mp4", frames=30)
    film.write_bytes(film.read_bytes() + box(b"meta", b"\0" * 4 + box(b"xml ", SONY.format(captured, played).encode())))
    assert told(film) == ((float(captured[:-1]), "captureFps") if counts else (None, None))


def test_gopros_rate_is_a_fraction_and_a_damaged_one_is_none():
    whole = b"DVID\0" + b"VFPS" + b"L" + bytes([8]) + struct.pack(">H", 1) + struct.pack(">II", 240000, 1001)
    assert _gopro_rate(whole) == pytest.approx(239.76, abs=0.001)
    for wrong in (whole[:-1], whole.replace(b"L", b"c"), b"", whole[:-4] + b"\0\0\0\0"):
        assert _gopro_rate(wrong) is None


def test_a_box_that_claims_more_than_the_file_holds_is_no_metadata(tmp_path):
    film = make_film(tmp_path / "film.mp4", frames=30)
    film.write_bytes(film.read_bytes() + struct.pack(">I", 1 << 30) + b"meta" + b"x" * 50)
    assert told(film) == (None, None)


def test_rates_within_a_quarter_are_the_same():
    """What a phone leaves out in the dark is no slow motion; half the rate is."""
    shown = np.arange(60) / 30
    for fps, slow in ((37, 1.0), (38, 38 / 30), (24.5, 1.0), (23.5, 23.5 / 30), (240, 8.0), (None, 1.0)):
        assert slow_motion(fps, shown) == pytest.approx(slow, rel=1e-5)
    assert slow_motion(240, np.array([0.0])) == 1.0


def test_slow_motion_has_real_times_and_its_frames_are_found_in_the_file(tmp_path):
    made = ingest(make_film(tmp_path / "film.mp4", frames=60), tmp_path)
    frames, slow = in_real_time(made.frames, 240.0)
    assert slow == 8.0
    assert frames["time_s"].to_numpy() == pytest.approx(np.arange(60) / 240)
    assert frames["shown_s"].to_numpy() == pytest.approx(np.arange(60) / 30)
    assert plays_slower(frames["time_s"].to_numpy(), frames["shown_s"].to_numpy()) == pytest.approx(8)
    film, plain = (Film.of(tmp_path / "film.mp4", table, made.width, made.height) for table in (frames, made.frames))
    assert film.fps == pytest.approx(240)
    assert (film.frame(47).image == plain.frame(47).image).all() and film.frame(47).time_s == pytest.approx(47 / 240)


def test_what_the_uploader_says_in_the_films_seconds_finds_its_frames():
    """Trim and clicks are read off the player, a rate of poses is of real seconds."""
    times, shown = np.arange(240) / 240, np.arange(240) / 30
    said = Sidecar(
        trim_start_s=2.0, trim_end_s=4.0, sample_rate_hz=24, players=[{"clicks": [{"t": 3.0, "x": 0, "y": 0}]}]
    )
    pose = next(one for one in analysis_windows(times, said, shown=shown) if one.analysis == "pose")
    assert (pose.first_frame, pose.last_frame, pose.stride) == (60, 120, 10)
    assert when_taken(said, times, shown).players[0].clicks[0].t == pytest.approx(3 / 8)


def test_the_sidecar_tells_the_rate_of_cameras_that_do_not():
    assert parse_sidecar(b"capture_fps: 1000", "film.yaml").capture_fps == 1000
    with pytest.raises(Exception, match="capture_fps"):
        parse_sidecar(b"capture_fps: 0", "film.yaml")


def test_a_phones_slow_motion(shared):
    facts = probe(shared / "cases/android_slowmo.mp4")
    assert (facts.tagged_capture_fps, facts.nominal_fps) == (240, 30)
