"""Reading by index: exact after any seek, whatever the pixel format, and loud when the proxy is not its index's."""

import numpy as np
import pytest

from gametape.base.errors import Unavailable
from gametape.media.film import Film
from gametape.media.ingest import ingest
from tests.film_maker import make_film, picture, read_index


@pytest.fixture(scope="module", params=["copied", "encoded", "variable"])
def film(request, tmp_path_factory) -> Film:
    folder = tmp_path_factory.mktemp(request.param)
    how = {
        "copied": {"options": {"preset": "veryfast", "bf": "3", "g": "60"}},
        "encoded": {"codec": "mpeg4"},
        "variable": {"codec": "libx265", "times": np.cumsum(np.tile([0.01, 0.05, 0.4], 60))},
    }[request.param]
    result = ingest(make_film(folder / "film.mp4", frames=180, **how), folder / "out")
    assert result.copied is (request.param == "copied")
    made = Film.of(folder / "out/film.mp4", result.frames, result.width, result.height)
    made.flagged = np.flatnonzero(result.frames["keyframe"].to_numpy(zero_copy_only=False)).tolist()
    return made


def test_every_frame_by_itself(film):
    for index in [0, 1, 2, 29, 30, 31, 57, 58, 59, 60, 61, 62, 100, 119, 120, 121, 178, 179]:
        frame = film.frame(index)
        assert (frame.index, frame.time_s, read_index(frame.image)) == (index, film.times[index], index)


@pytest.mark.parametrize(
    ("start", "stop", "step"), [(0, None, 1), (59, 64, 1), (7, 150, 13), (175, 999, 1), (60, 60, 1), (0, 180, 60)]
)
def test_spans_and_steps(film, start, stop, step):
    expected = list(range(start, min(stop if stop is not None else 180, 180), step))
    frames = list(film.frames(start, stop, step, pixel_format="gray"))
    assert [f.index for f in frames] == expected == [read_index(f.image) for f in frames]


def test_single_pictures(film):
    wanted = [0, 1, 29, 30, 31, 58, 119, 120, 179]
    frames = list(film.pictures(wanted, pixel_format="gray", size=(160, 90)))
    assert [f.index for f in frames] == wanted == [read_index(f.image) for f in frames]
    assert list(film.pictures([])) == []


def test_keyframes_are_those_of_the_index(film):
    read = Film(film.path, film.times, film.width, film.height, shown=film.shown)
    assert film.keyframes == film.flagged == read.keyframes


def test_glimpses_are_true_frames_near_those_that_are_asked_for(film):
    wanted = [0, 1, 29, 30, 31, 58, 119, 120, 179]
    seen = list(film.glimpses(wanted))
    numbers = [one.index for one in seen]
    assert numbers == sorted(set(numbers)) and 1 < len(numbers) <= len(wanted)
    assert [read_index(one.image(pixel_format="gray")) for one in seen] == numbers
    assert all(min(abs(number - near) for near in numbers) <= 3 for number in wanted)  # at most three B-frames in a row
    assert list(film.glimpses([])) == []
    assert [one.index for one in film.glimpses(film.keyframes)] == film.keyframes


def test_glimpses_of_another_index_are_none_of_the_film(film):
    shifted = Film(film.path, film.times + 0.003, film.width, film.height, shown=film.shown + 0.003)
    with pytest.raises(Unavailable, match="does not match its index"):
        list(shifted.glimpses([0, 100]))


def test_pixel_formats_and_sizes(film):
    rgb, bgr = film.frame(9).image, film.frame(9, pixel_format="bgr24").image
    gray = film.frame(9, pixel_format="gray").image
    assert rgb.shape == (180, 320, 3) and gray.shape == (180, 320) and rgb.dtype == gray.dtype == np.uint8
    assert np.abs(rgb[:, :, ::-1].astype(int) - bgr).max() <= 1
    assert np.abs(rgb.astype(int) - picture(9, 320, 180)).mean() < 6
    small = film.frame(9, size=(64, 36)).image
    assert small.shape == (36, 64, 3) and read_index(small) == 9
    assert film.frame(9, pixel_format="gray", size=(64, 36)).image.shape == (36, 64)


def test_a_frame_is_the_callers_own(film):
    kept = list(film.frames(0, 20, pixel_format="gray"))
    kept[0].image[:] = 0
    assert [read_index(f.image) for f in kept[1:]] == list(range(1, 20))


def test_what_it_tells_of_itself(film):
    assert len(film) == 180
    assert (film.proxy_width, film.proxy_height, film.scale) == (320, 180, (1.0, 1.0))
    assert film.fps == pytest.approx(1 / np.median(np.diff(film.times)))


def test_two_readings_at_once(film):
    pairs = zip(film.frames(0, 50, pixel_format="gray"), film.frames(100, 150, pixel_format="gray"), strict=True)
    assert all((read_index(a.image), read_index(b.image)) == (i, i + 100) for i, (a, b) in enumerate(pairs))


@pytest.mark.parametrize("index", [-1, 180])
def test_outside_is_an_error(film, index):
    with pytest.raises(IndexError):
        film.frame(index)


def test_a_proxy_that_is_not_its_indexs_is_told(film):
    longer = Film(film.path, np.append(film.times, film.times[-1] + [0.04, 0.08]), 320, 180)
    with pytest.raises(Unavailable, match="ends before frame 180"):
        list(longer.frames(170))
    shifted = Film(film.path, film.times + np.linspace(0, 0.5, 180), 320, 180)
    with pytest.raises(Unavailable, match="does not match its index"):
        list(shifted.frames())


def test_a_proxy_that_is_gone_is_told(tmp_path):
    with pytest.raises(Unavailable, match="cannot be opened"):
        Film(tmp_path / "film.mp4", np.zeros(3), 2, 2).frame(0)


def test_a_proxy_that_was_cut_or_marred_is_told(film, tmp_path):
    raw = film.path.read_bytes()
    cut, marred = tmp_path / "cut.mp4", tmp_path / "marred.mp4"
    cut.write_bytes(raw[: len(raw) * 2 // 3])
    marred.write_bytes(raw[: len(raw) // 2] + bytes(len(raw) // 2))
    for path in (cut, marred):
        with pytest.raises(Unavailable, match="does not match its index"):
            list(Film(path, film.times, 320, 180).frames(pixel_format="gray"))
