"""Films that are broken, cut or lie: what can be decoded is, and what is missing is told."""

import struct
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.media.film import Film
from gametape.media.ingest import Ingested, ingest
from gametape.media.probe import probe
from tests.film_maker import make_film, picture, read_index


def indices(result: Ingested, out: Path) -> list[int]:
    film = Film.of(out / "film.mp4", result.frames, result.width, result.height)
    return [read_index(frame.image) for frame in film.frames(pixel_format="gray")]


def packets(path: Path) -> list[tuple[int, int]]:
    """(position, size) of each picture packet."""
    with av.open(str(path)) as film:
        return [(p.pos, p.size) for p in film.demux(video=0) if p.size]


@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "libx265", "mjpeg"])
def test_a_corrupt_stretch_is_passed_over_and_told(tmp_path, codec):
    path = make_film(tmp_path / "film.mov", codec=codec, frames=120, options={"g": "15", "bf": "0"})
    raw = bytearray(path.read_bytes())
    for position, size in packets(path)[45:75]:
        raw[position : position + size] = bytes(size)
    path.write_bytes(raw)
    result = ingest(path, tmp_path / "out")
    seen = indices(result, tmp_path / "out")
    times = result.frames["time_s"].to_numpy()
    whole = [i for i in range(120) if not 45 <= i < 75]
    assert set(whole) <= set(seen)
    at = {index: time for index, time in zip(seen, times, strict=True)}
    assert all(abs(at[i] - i / 30) < 0.002 for i in (*range(45), *range(80, 120)))  # times are true beyond the gap
    assert any(warning.startswith("film_damaged(") for warning in result.warnings)
    if len(seen) <= 92:
        assert [(round(g.start_s, 1), round(g.end_s, 1)) for g in result.missing] == [(1.5, 2.5)]


@pytest.mark.parametrize(
    ("file", "how"),
    [
        ("film.mp4", {"container": {"movflags": "faststart"}}),
        ("film.mp4", {"container": {"movflags": "faststart"}, "codec": "libx265"}),
        ("film.mkv", {}),
        ("film.avi", {"codec": "mpeg4"}),
        ("film.mp4", {"container": {"movflags": "frag_keyframe+empty_moov"}, "options": {"g": "15"}}),
        ("film.ts", {"options": {"g": "15"}}),
    ],
    ids=["mp4", "hevc", "mkv", "avi", "fragmented", "ts"],
)
def test_a_film_cut_at_half_is_read_up_to_there(tmp_path, file, how):
    path = make_film(tmp_path / file, frames=150, audio="aac" if file != "film.avi" else None, **how)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    result = ingest(path, tmp_path / "out")
    seen = indices(result, tmp_path / "out")
    assert 30 <= len(seen) <= 130
    assert seen[:-2] == list(range(len(seen) - 2))  # the last ones may be marred
    if file in ("film.mkv", "film.mp4") and "frag" not in str(how):  # they claim their length at the start
        (gap,) = result.missing
        assert abs(gap.start_s - len(seen) / 30) < 0.1 and abs(gap.end_s - 5) < 0.1


def test_a_header_that_claims_ten_hours_for_one_second(tmp_path):
    path = make_film(tmp_path / "film.mkv", frames=30)
    raw = bytearray(path.read_bytes())
    duration = raw.index(b"\x44\x89\x88") + 3  # Matroska's Duration element, a double, in ms
    assert struct.unpack(">d", raw[duration : duration + 8]) == (1000.0,)
    raw[duration : duration + 8] = struct.pack(">d", 36_000_000.0)
    path.write_bytes(raw)
    assert probe(path).claimed_duration_s == 36_000
    result = ingest(path, tmp_path / "out")
    assert result.frames.num_rows == 30
    assert result.frames["time_s"].to_numpy()[-1] == pytest.approx(29 / 30, abs=1e-3)
    (gap,) = result.missing
    assert gap.start_s == pytest.approx(1.0, abs=0.01) and gap.end_s == 36_000 and gap.reason == "pictures_end_before"


def test_an_mp4_whose_headers_claim_ten_hours(tmp_path):
    path = make_film(tmp_path / "film.mp4", frames=30)
    raw = bytearray(path.read_bytes())
    for box, offset in ((b"mvhd", 16), (b"mdhd", 16), (b"tkhd", 20), (b"elst", 8)):
        at = raw.index(box) + 4 + offset
        raw[at : at + 4] = struct.pack(">I", 36_000 * 15_360)
    path.write_bytes(raw)
    result = ingest(path, tmp_path / "out")
    assert indices(result, tmp_path / "out") == list(range(30))
    assert result.frames["time_s"].to_numpy()[-1] == pytest.approx(29 / 30)


def test_stamps_that_start_anew_go_on(tmp_path):
    """Two recordings joined byte by byte, as cameras that split files invite."""
    first = make_film(tmp_path / "a.ts", frames=30, times=[100 + i / 30 for i in range(30)], options={"g": "10"})
    second = make_film(tmp_path / "b.ts", frames=30, options={"g": "10"})
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    result = ingest(joined, tmp_path / "out")
    times = result.frames["time_s"].to_numpy()
    assert (np.diff(times) > 0).all() and times[-1] < 3
    assert indices(result, tmp_path / "out") == [*range(30), *range(30)]
    assert result.missing == ()
    assert any(warning.startswith("times_repaired(") for warning in result.warnings)


def test_equal_stamps_are_moved_apart(tmp_path):
    from gametape.media.clock import Clock

    clock = Clock(Fraction(1, 1000), 1 / 25)
    times = [clock.show(pts) for pts in (7000, 7040, 7040, 7080, None, 7160, 7150, 7200)]
    assert times[:2] == [0, 0.04] and times[3] == 0.08 and times[5] == 0.16 and times[7] == 0.2
    assert all(b - a >= 1 / 90_000 for a, b in pairwise(times))
    assert clock.repairs == 3


def test_a_leap_of_a_year_does_not_make_a_film_of_a_year():
    from gametape.media.clock import Clock

    clock = Clock(Fraction(1, 1000), 1 / 25)
    assert [clock.show(pts) for pts in (0, 40, 31_536_000_000, 31_536_000_040)] == pytest.approx([0, 0.04, 0.08, 0.12])


def test_a_raw_stream_without_stamps(tmp_path):
    path = make_film(tmp_path / "film.h264", frames=40, format="h264", options={"bf": "2"})
    result = ingest(path, tmp_path / "out")
    assert indices(result, tmp_path / "out") == list(range(40))
    assert (np.diff(result.frames["time_s"]) > 0).all()


def test_a_film_of_one_frame(tmp_path):
    for how in ({}, {"codec": "mpeg4"}, {"interlaced": True, "size": (352, 288)}):
        result = ingest(make_film(tmp_path / "one.mp4", frames=1, **how), tmp_path / "out")
        assert result.frames.to_pylist()[0] | {"sharpness": 0, "luma": 0} == {
            "frame": 0,
            "time_s": 0.0,
            "shown_s": 0.0,
            "source_pts": 0,
            "keyframe": True,
            "shot": 0,
            "sharpness": 0,
            "luma": 0,
            "repeats_previous": False,
        }
        assert indices(result, tmp_path / "out") == [0]


def test_a_size_that_changes_on_the_way(tmp_path):
    """Raw streams joined: the picture changes from 320x180 to 640x360 at frame 10."""
    parts = [
        make_film(tmp_path / f"{w}.h264", frames=10, size=(w, h), format="h264") for w, h in ((320, 180), (640, 360))
    ]
    path = tmp_path / "both.h264"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    result = ingest(path, tmp_path / "out")
    assert (result.width, result.height) == (320, 180)
    assert indices(result, tmp_path / "out") == [*range(10), *range(10)]
    assert "picture_changes_size" in result.warnings


@pytest.mark.parametrize("fps", [Fraction(1, 10), 240, 1000])
def test_unusual_frame_rates(tmp_path, fps):
    result = ingest(make_film(tmp_path / "film.mkv", codec="mpeg4", fps=fps, frames=9), tmp_path / "out")
    np.testing.assert_allclose(result.frames["time_s"], np.arange(9) / float(fps), atol=1e-3)
    assert indices(result, tmp_path / "out") == list(range(9))


def test_many_streams_are_passed_over(tmp_path):
    with av.open(str(tmp_path / "film.mkv"), "w") as film:
        video = film.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        for _ in range(200):
            film.add_stream("pcm_s16le", rate=8000, layout="mono")
        for i in range(5):
            frame = av.VideoFrame.from_ndarray(picture(i, 320, 180), "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = i, Fraction(1, 30)
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
    result = ingest(tmp_path / "film.mkv", tmp_path / "out")
    assert indices(result, tmp_path / "out") == list(range(5))


@pytest.mark.parametrize("seed", range(12))
def test_bytes_flipped_at_random_never_break_the_house(tmp_path, seed):
    """A film or BadInput; never a crash, a hang or rows that are not the proxy's."""
    codec, file = [("libx264", "f.mp4"), ("mpeg4", "f.avi"), ("libx264", "f.ts"), ("libvpx-vp9", "f.webm")][seed % 4]
    path = make_film(tmp_path / file, codec=codec, frames=40, size=(160, 90), audio="aac" if file == "f.mp4" else None)
    raw = np.frombuffer(path.read_bytes(), np.uint8).copy()
    random = np.random.default_rng(seed)
    where = random.integers(0, len(raw), max(3, len(raw) // 2000))
    raw[where] = random.integers(0, 256, len(where))
    path.write_bytes(raw.tobytes())
    try:
        result = ingest(path, tmp_path / "out")
    except BadInput as error:
        assert error.subject == file
    else:
        assert len(indices(result, tmp_path / "out")) == result.frames.num_rows > 0
