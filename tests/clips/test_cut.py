"""A clip shows exactly the pictures that were asked for, with the sound that belongs to them."""

from __future__ import annotations

import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from gametape.base.errors import BadInput, Unavailable
from gametape.clips.cut import cut
from gametape.clips.film import CutFilm
from gametape.clips.selection import pieces, select
from gametape.media.ingest import ingest
from tests.clips.films import BEEP_EVERY_S, beeps, film_with_beeps, seen
from tests.film_maker import corners, make_film

NTSC, DOUBLE = Fraction(30_000, 1001), Fraction(60_000, 1001)
#: B-frames; and GOPs that are open, so that pictures before a keyframe need the one before it.
REORDERED = {"bf": "3", "g": "25", "x264-params": "b-adapt=0:scenecut=0"}
OPEN = {"bf": "3", "g": "27", "x264-params": "open-gop=1:b-adapt=0:scenecut=0:keyint=27:min-keyint=27"}
UNEVEN = [0.0, *np.cumsum(np.tile([0.04, 0.04, 0.02, 0.06, 0.05, 0.033], 20)).tolist()]
FILMS = {
    "25": {"fps": 25},
    "29.97, 44.1 kHz": {"fps": NTSC, "rate": 44_100},
    "59.94": {"fps": DOUBLE, "seconds": 3.0},
    "varying": {"times": UNEVEN},
    "B-frames": {"options": REORDERED},
    "open GOP": {"options": OPEN},
    "10 bit": {"codec": "libx265", "pix_fmt": "yuv420p10le", "seconds": 2.4},
    "odd size, PCM, mono": {"size": (161, 91), "pix_fmt": "yuv444p", "sound": "pcm_s16le", "layout": "mono"},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    """Films by name, each made once."""
    folder, films = tmp_path_factory.mktemp("films"), {}

    def of(name: str) -> CutFilm:
        if name not in films:
            path = folder / f"{len(films)}.mov"
            films[name] = CutFilm.open(film_with_beeps(path, **FILMS[name]))
        return films[name]

    return of


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("span", [(0.52, 1.9), (0.0, 1.0), (1.013, 9.0)])
def test_a_clip_is_what_was_asked_for(made, tmp_path: Path, name: str, span: tuple[float, float]):
    film = made(name)
    clip = cut(film, tmp_path / "clip.mp4", *span)
    numbers, times, ends = seen(tmp_path / "clip.mp4")

    half = film.interval / 2 + 1e-4
    begin, finish = clip.chosen.begin_s, clip.chosen.finish_s
    assert abs(begin - span[0]) <= half and abs(finish - min(span[1], film.end_s)) <= half
    first = int(np.searchsorted(film.times, begin + 1e-4)) - 1
    stop = int(np.searchsorted(film.times, finish - 1e-4))
    assert numbers == list(range(first, stop))
    assert np.abs(times - np.maximum(film.times[first:stop] - begin, 0)).max() < 2e-4
    assert ends == pytest.approx(finish - begin, abs=0.003)

    heard = beeps(tmp_path / "clip.mp4")
    marks = np.arange(0, film.end_s + 1, BEEP_EVERY_S)
    wanted = marks[(marks >= begin - 1e-3) & (marks < finish - 0.03)] - begin
    drift = [np.abs(heard - at).min() for at in wanted]
    assert drift and max(drift) < 0.005, f"beeps at {heard}, wanted at {wanted}"
    assert clip.sound and clip.duration_s == pytest.approx(finish - begin)


def test_in_a_gap_a_clip_begins_and_ends_when_it_was_asked_to(tmp_path: Path):
    """No picture is near 1.5 s: the one on screen then is shown until the next."""
    path = film_with_beeps(tmp_path / "film.mov", times=[0.0, 0.04, 0.08, 1.0, 2.0, 2.04, 2.08, 2.12])
    cut(CutFilm.open(path), tmp_path / "clip.mp4", 1.5, 2.07)
    numbers, times, ends = seen(tmp_path / "clip.mp4")
    assert numbers == [3, 4, 5]
    assert times == pytest.approx([0.0, 0.5, 0.54], abs=1e-4) and ends == pytest.approx(0.58, abs=1e-3)
    cut(CutFilm.open(path), tmp_path / "clip.mp4", 0.0, 0.5)
    numbers, _, ends = seen(tmp_path / "clip.mp4")
    assert numbers == [0, 1, 2] and ends == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(("asked", "first"), [(1.0, 25), (1.0199, 25), (1.0201, 26), (0.9801, 25), (0.9799, 24)])
def test_the_nearest_picture_begins_a_clip(made, asked: float, first: int):
    assert select(made("25"), asked, 2.0).first == first


@pytest.mark.parametrize("span", [(4.01, 5.0), (2.0, 2.0), (3.0, 1.0), (-2.0, -1.0)])
def test_nothing_is_no_clip(made, tmp_path: Path, span: tuple[float, float]):
    with pytest.raises(BadInput, match="shows nothing"):
        cut(made("25"), tmp_path / "clip.mp4", *span)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> CutFilm:
    """A film as gametape itself encodes it."""
    folder = tmp_path_factory.mktemp("proxy")
    film_with_beeps(folder / "film.mov", codec="libx265", seconds=4.0)
    ingest(folder / "film.mov", folder)
    return CutFilm.open(folder / "film.mp4")


def test_pictures_are_copied_from_the_keyframe_behind_what_is_drawn(proxy: CutFilm, tmp_path: Path):
    assert proxy.joins and np.flatnonzero(proxy.keys).tolist() == [0, 25, 50, 75]
    drawn = []
    clip = cut(
        proxy, tmp_path / "clip.mp4", 0.6, 3.5, draw=lambda number, at, picture: drawn.append(number), drawn_s=0.5
    )
    assert drawn == list(range(15, 28)), "half a second from picture 15 on"
    assert (clip.frames, clip.copied) == (72, 37), "from picture 50, the first keyframe behind, to 86"
    numbers, times, _ = seen(tmp_path / "clip.mp4")
    assert numbers == list(range(15, 87)) and np.allclose(np.diff(times), 0.04, atol=1e-4)
    with av.open(str(tmp_path / "clip.mp4")) as made, av.open(str(proxy.path)) as film:
        of_clip, of_film = ([bytes(p) for p in one.demux(video=0) if p.size] for one in (made, film))
    assert of_clip[-1] == of_film[86], "not encoded again"


def test_all_is_copied_where_nothing_is_drawn_and_a_keyframe_begins(proxy: CutFilm, tmp_path: Path):
    clip = cut(proxy, tmp_path / "clip.mp4", 1.0, 2.52)
    assert clip.copied == clip.frames == 38
    assert seen(tmp_path / "clip.mp4")[0] == list(range(25, 63))


@pytest.mark.parametrize(
    ("name", "span", "copied"),
    [
        ("B-frames", (1.0, 2.0), True),  # from a keyframe to the next
        ("B-frames", (1.0, 1.96), False),  # the last picture but one is decoded after the last
        ("open GOP", (1.08, 2.16), False),  # pictures before each keyframe are decoded after it
        ("25", (1.0, 1.8), False),  # no keyframe there
    ],
)
def test_a_stranger_s_packets_are_copied_only_where_that_is_exact(made, name: str, span: tuple, copied: bool):
    film = made(name)
    chosen = select(film, *span)
    assert [piece.copied for piece in pieces(film, chosen)] == [copied]
    if copied:
        assert [piece.copied for piece in pieces(film, chosen, drawn=5)] == [False], "both do not mix"
        assert [piece.copied for piece in pieces(film, chosen, joinable=True)] == [False]


def test_a_turned_film_is_cut_upright_with_square_pixels(tmp_path: Path):
    path = make_film(tmp_path / "film.mov", frames=12, size=(160, 120), turn=90, pixel_aspect=Fraction(4, 3))
    film = CutFilm.open(path)
    cut(film, tmp_path / "clip.mp4", 0.1, 0.3)
    with av.open(str(tmp_path / "clip.mp4")) as clip:
        image = next(clip.decode(video=0)).to_ndarray(format="rgb24")
    assert image.shape[:2] == (212, 120) or image.shape[:2] == film.size[::-1]
    assert corners(image) == ["red", "green", "blue", "white"]


def test_full_range_becomes_what_players_take(tmp_path: Path):
    path = make_film(tmp_path / "film.mov", frames=6, pix_fmt="yuvj420p", colour={"color_range": 2})
    cut(CutFilm.open(path), tmp_path / "clip.mp4", 0, 0.2)
    with av.open(str(tmp_path / "clip.mp4")) as clip:
        frame = next(clip.decode(video=0))
        white = frame.to_ndarray(format="rgb24")[-20:, -20:].mean()
    assert frame.color_range == 1 and abs(white - 230) < 4


def test_a_film_without_sound_gives_a_clip_without(tmp_path: Path):
    path = film_with_beeps(tmp_path / "film.mov", sound=None, seconds=1.0)
    assert not cut(CutFilm.open(path), tmp_path / "clip.mp4", 0.2, 0.6).sound
    with av.open(str(tmp_path / "clip.mp4")) as clip:
        assert not clip.streams.audio


# -- whole or not at all ----------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from gametape.clips.cut import cut
from gametape.clips.film import CutFilm
def stop(done, of):
    if done == 20:
        print("half", flush=True)
        signal.pause()
cut(CutFilm.open(Path(sys.argv[1])), Path(sys.argv[2]), 0, 3, progress=stop)
"""


def test_a_killed_cut_leaves_no_clip_and_the_next_one_replaces_what_it_left(made, tmp_path: Path):
    film, out = made("25"), tmp_path / "clip.mp4"
    with subprocess.Popen([sys.executable, "-c", KILLED, film.path, out], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
    assert not out.exists() and all(path.name.startswith(".") for path in tmp_path.iterdir())
    cut(film, out, 0, 1)
    assert seen(out)[0] == list(range(25))


FULL = """
import resource, signal, sys
from pathlib import Path
from gametape.base.errors import Unavailable
from gametape.clips.cut import cut
from gametape.clips.film import CutFilm
film = CutFilm.open(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    cut(film, Path(sys.argv[2]), 0, 4)
except Unavailable as error:
    print(error)
"""


def test_a_disk_that_is_full_is_said_and_nothing_is_left(made, tmp_path: Path):
    """The kernel refuses to write past a limit, as it does past a disk's end."""
    said = subprocess.run(
        [sys.executable, "-c", FULL, made("25").path, tmp_path / "clip.mp4"], capture_output=True, text=True, check=True
    )
    assert "cannot be written" in said.stdout and "File too large" in said.stdout, said.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(made, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be written"):
        cut(made("25"), tmp_path / "file" / "clip.mp4", 0, 1)
