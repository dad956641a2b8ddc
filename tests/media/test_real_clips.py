"""Real footage: what its owners' files say and do. Skips where it is not on the machine."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from gametape.media.checks import frames_add_up
from gametape.media.film import Film
from gametape.media.frame_statistics import plane
from gametape.media.ingest import ingest
from gametape.media.probe import probe
from tests.film_maker import make_film

CLIPS = [  # file, frames that decode, upright size, proxy size, copied
    ("tennis/amateur grass.mp4", 164, (1920, 1080), (1280, 720), False),
    ("tennis/video_input3.mp4", 93, (1920, 1080), (1280, 720), False),
    ("cricket/1.mp4", 31, (1920, 1080), (1280, 720), False),
    ("cricket/2.mp4", 308, (2560, 1600), (1152, 720), False),
    ("cricket/bowling.mp4", 145, (464, 688), (464, 688), True),
    ("volleyball/reel_g.mp4", 234, (606, 1080), (404, 720), False),
    ("pose/two_people_1768x994_vp9.mp4", 230, (1768, 994), (1280, 720), False),
    ("pose/pedestrians.avi", 795, (768, 576), (768, 576), False),
    ("badminton/00008.mp4", 150, (1280, 720), (1280, 720), True),
]


@pytest.mark.slow
@pytest.mark.parametrize(("file", "frames", "size", "proxy", "copied"), CLIPS, ids=[c[0] for c in CLIPS])
def test_each_clip_is_one_shot_of_so_many_frames_that_match_the_source(
    shared, tmp_path, file, frames, size, proxy, copied
):
    source = shared / "data" / file
    result = ingest(source, tmp_path)
    assert (result.frames.num_rows, result.copied, result.missing) == (frames, copied, ())
    assert ((result.width, result.height), (result.proxy_width, result.proxy_height)) == (size, proxy)
    assert set(result.frames["shot"].to_pylist()) == {0}
    assert (tmp_path / "poster.jpg").stat().st_size <= 15_000

    times = result.frames["shown_s"].to_numpy()
    film = Film.of(tmp_path / "film.mp4", result.frames, *size)
    with av.open(str(source)) as original:
        stream = max(original.streams.video, key=lambda s: s.frames)
        stamps = result.frames["source_pts"].to_pylist()
        for i, frame in enumerate(original.decode(stream)):
            assert frame.pts == stamps[i]
            if i % 40 == 0:
                assert times[i] == pytest.approx(float((stamps[i] - stamps[0]) * stream.time_base), abs=1e-6)
                expected = plane(frame.reformat(*proxy, "yuv420p")).astype(int)
                error = np.abs(film.frame(i, pixel_format="gray").image - expected).mean()
                assert error == 0 if copied else error < 2.5, i
    assert i == frames - 1


def test_a_lying_frame_count_is_told(shared, tmp_path):
    film = shared / "data/tennis/amateur grass.mp4"
    result, claimed = ingest(film, tmp_path), probe(film).claimed_frames
    assert (claimed, result.frames.num_rows, result.warnings) == (296, 164, ())  # damage it is not
    assert frames_add_up(result.frames, claimed, None)[1].message == "the container claims 296 frames, 164 decode"


def test_cuts_between_cameras_are_found_to_the_frame(shared, tmp_path):
    """Four real scenes joined, among them two rallies of one fixed camera."""
    files = ("tennis/video_input1.mp4", "tennis/video_input3.mp4", "badminton/00026.mp4", "badminton/00032.mp4")
    pictures = []
    for file in files:
        with av.open(str(shared / "data" / file)) as film:
            for _, frame in zip(range(25), film.decode(video=0), strict=False):
                pictures.append(frame.to_ndarray(format="rgb24", width=640, height=360))
    joined = make_film(tmp_path / "joined.mp4", size=(640, 360), frames=100, draw=lambda i, *_: pictures[i])
    result = ingest(joined, tmp_path / "out")
    assert np.flatnonzero(np.diff(result.frames["shot"].to_numpy())).tolist() == [24, 49, 74]


def _peak_memory_mb(film: Path, out: Path) -> int:
    code = (
        "import resource, sys; from pathlib import Path; from gametape.media.ingest import ingest; "
        "ingest(Path(sys.argv[1]), Path(sys.argv[2])); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(film), str(out)], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["mpeg4", "libx264"], ids=["encoded", "copied"])
def test_memory_does_not_grow_with_the_films_length(tmp_path, codec):
    """A film ten times as long: the same packets again and again."""
    once = make_film(tmp_path / "once.mkv", codec=codec, frames=60, size=(480, 270), options={"bf": "0", "g": "30"})
    films = {}
    for times in (5, 50):
        films[times] = tmp_path / f"{times}.mkv"
        with av.open(str(once)) as source:
            packets = [(bytes(p), p.is_keyframe) for p in source.demux(video=0) if p.size]
            with av.open(str(films[times]), "w") as film:
                video = film.add_stream_from_template(source.streams.video[0], opaque=True)
                for i in range(times * len(packets)):
                    packet = av.Packet(packets[i % len(packets)][0])
                    packet.stream, packet.time_base = video, Fraction(1, 30)
                    packet.pts = packet.dts = i
                    packet.is_keyframe = packets[i % len(packets)][1]
                    film.mux(packet)
    short, long = (_peak_memory_mb(films[times], tmp_path / f"out{times}") for times in (5, 50))
    assert long < short * 1.1 + 5, (short, long)
