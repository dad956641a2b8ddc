"""A second look where the ball was lost: where, what it tells, and that the track goes on by it."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from gametape.ball import track
from gametape.ball.association import KNOWING
from gametape.ball.candidates import LooksAgain, to_table
from gametape.ball.lost import Area, areas, unseen
from gametape.ball.network import NetworkCandidates
from gametape.ball.network.again import WAS_THERE, look_again, together
from gametape.ball.network.colour import (
    MIDDLE,
    RED,
    REDDER,
    REDDER_BALL,
    UNUSUAL,
    is_red,
    look_in_colour,
    red,
    red_ones,
)
from gametape.ball.network.model import MARGIN, SHRINK, TOLD, picture_size
from gametape.base.device import Device
from gametape.evaluation.ball import read_labels, tally
from gametape.media.film import Frame
from gametape.training.ball.data import opened
from tests.ball import rendered
from tests.ball.rendered import RenderedFilm, steady, throw

FPS = 30
SIZE = (1280, 720)
UNSEEN = np.log(0.01 / 0.99)


def lost(first, last, n=60, step=(12.0, 3.0), at=(300.0, 200.0), again=(), shots=None):
    """The areas of a ball that is seen from `first` to `last`, with `step` px a frame."""
    frames = np.arange(n)
    places = np.array(at) + frames[:, None] * np.array(step)
    places[(frames < first) | (frames > last)] = np.nan
    shots = np.zeros(n, int) if shots is None else shots
    return areas(places, frames / FPS, np.isin(frames, again), shots, SIZE)


def test_it_is_looked_for_before_and_after_a_stretch_of_sights():
    before, after = lost(20, 30)
    assert (before.frames, before.end, after.frames, after.end) == ((14, 19), 20, (31, 36), 30)
    ahead = 0.2 / 3 * FPS
    assert (after.x, after.y) == pytest.approx((300 + (30 + ahead) * 12, 200 + (30 + ahead) * 3))
    assert (before.x, before.y) == pytest.approx((300 + (20 - ahead) * 12, 200 + (20 - ahead) * 3))


@pytest.mark.parametrize(("last", "found"), [(21, 0), (22, 2)])
def test_three_looks_are_enough_for_it(last, found):
    assert len(lost(20, last)) == found


def test_a_repeated_picture_is_no_look():
    assert not lost(20, 22, again=(21,))
    assert [one.frames for one in lost(20, 30, again=(31, 36))] == [(14, 19), (32, 35)]


@pytest.mark.parametrize(("x", "found"), [(1228.0, [20, 30]), (1233.0, [20])])
def test_what_leaves_the_picture_within_a_fifteenth_of_a_second_is_not_looked_for(x, found):
    """Two frames and 48 px after the last sight it is beyond 1280 px or not."""
    assert [one.end for one in lost(20, 30, step=(24.0, 0.0), at=(x - 30 * 24, 200.0))] == found


def test_no_area_reaches_beyond_its_shot_or_into_another_sight():
    assert [one.frames for one in lost(20, 30, shots=np.repeat([0, 1, 2], [18, 15, 27]))] == [(18, 19), (31, 32)]
    assert [one.frames for one in lost(2, 57)] == [(0, 1), (58, 59)] and not lost(0, 59)


@pytest.mark.parametrize(("away", "spans"), [(8, []), (9, [(20, 28)])])
def test_it_is_looked_for_in_another_way_where_it_is_nowhere_for_a_quarter_of_a_second(away, spans):
    """At 30 frames a second eight frames take 0.23 s from the first to the last."""
    places = np.zeros((40, 2))
    places[20 : 20 + away] = np.nan
    times, shots = np.arange(40) / FPS, np.zeros(40, int)
    assert unseen(places, times, shots) == spans
    shots[24:] = 1
    assert unseen(places, times, shots) == [], "each of two shots has a part that is too short"
    places[:], shots[:] = np.nan, np.repeat([0, 1], [15, 25])
    assert unseen(places, times, shots) == [(0, 14), (15, 39)]


class Coloured(RenderedFilm):
    """A red ball over a green ground of the same brightness; asked for colours it shows them."""

    def frames(self, start=0, stop=None, step=1, *, pixel_format="rgb24", size=None):
        for frame in super().frames(start, stop, step, pixel_format="gray", size=size):
            ball = (frame.image > 200)[..., None]
            yield Frame(frame.index, frame.time_s, np.where(ball, np.uint8([210, 40, 40]), np.uint8([60, 110, 40])))


def test_a_red_ball_over_grass_that_is_as_bright_is_found_by_its_colour():
    film = Coloured(steady(30, 1.5), throw(300, 200, 250, 100), brightness=235)
    assert abs(np.array([0.299, 0.587, 0.114]) @ [210 - 60, 40 - 110, 0]) < 5
    found = dict(look_in_colour(film, (12, 30), Sees(), picture_size(*SIZE), {}, (0, 44), 1))
    assert sorted(found) == list(range(12, 31))
    for frame, places in found.items():
        assert len(places) == 1 and places[0, :2] == pytest.approx(film.ball(frame / 30), abs=3)
        assert np.log(places[0, 2] / (1 - places[0, 2])) == pytest.approx(np.log(0.99 / 0.01) - UNUSUAL, abs=0.01)


@pytest.mark.parametrize(("ball", "told"), [((210, 40, 40), True), ((235, 235, 235), False), ((90, 70, 70), False)])
def test_a_ball_is_looked_for_by_its_colour_only_if_it_is_red_where_it_is_seen(ball, told, monkeypatch):
    """White over green is redder than the green, and reddish gray is hardly red."""

    class Painted(Coloured):
        def frames(self, *args, **kwargs):
            for frame in super().frames(*args, **kwargs):
                at = (frame.image == np.uint8([210, 40, 40])).all(axis=2)[..., None]
                yield Frame(frame.index, frame.time_s, np.where(at, np.uint8(ball), frame.image))

    film = Painted(steady(30, 1.5), throw(300, 200, 250, 100))
    places = np.array([film.ball(t) if 0.2 < t < 0.9 else (np.nan, np.nan) for t in film.times])
    assert is_red(film, places, picture_size(*SIZE)) == told
    assert not is_red(film, np.full_like(places, np.nan), picture_size(*SIZE))


def test_gray_is_the_middle_of_red_and_what_is_hardly_redder_is_left_out():
    gray, reddish, green = (np.full((1, 1, 3), one, np.uint8) for one in ([90, 90, 90], [200, 30, 30], [0, 255, 0]))
    assert (RED, REDDER_BALL) == (45, 9)
    assert (red(gray)[0, 0], red(reddish)[0, 0], red(green)[0, 0]) == (MIDDLE, 255, 0)
    picture = np.full((40, 40), MIDDLE, np.uint8)
    picture[20, 20], picture[20, 5] = MIDDLE + REDDER, MIDDLE + REDDER - 1
    places = np.array([[20.5, 20.5, 0.5], [5.5, 20.5, 0.9], [1.0, 39.0, 0.9]])
    assert red_ones(places, picture).tolist() == [[20.5, 20.5, 0.5]]
    assert red_ones(places[:0], picture).shape == (0, 3)


def test_answers_are_averaged_and_more_likely_where_the_ball_was():
    one, other = np.array([[10.0, 20.0, 0.9], [50.0, 60.0, 0.5]]), np.array([[14.0, 20.0, 0.3]])
    (x, y, sure), alone = together([one, other, one[:0]], WAS_THERE)
    assert (x, y) == pytest.approx((11, 20)) and alone[:2].tolist() == [50, 60]
    for chance, odds in ((sure, np.log(9) + np.log(3 / 7) + UNSEEN), (alone[2], 2 * UNSEEN)):
        assert np.log(chance / (1 - chance)) == pytest.approx(odds / 3 + WAS_THERE)
    apart = np.array([[10.0, 20.0, 0.9], [18.0, 20.0, 0.8]])
    assert len(together([apart[:1], apart[1:]])) == 2, "8 px apart"
    assert together([one[:0]]).shape == (0, 3)


class Sees:
    """A network that sees bright things in some of the pictures that it tells of."""

    def __init__(self, told=range(TOLD)):
        self.told, self.shapes = told, []

    def maps(self, windows):
        for window in windows:
            self.shapes.append(window.shape[1:])
            heat = np.clip((window[MARGIN : MARGIN + TOLD].astype(np.float32) / 255 - 0.7) * 5, 0, 0.99)
            heat[[at for at in range(TOLD) if at not in self.told]] = 0
            n, h, w = heat.shape
            yield heat.reshape(n, h // SHRINK, SHRINK, w // SHRINK, SHRINK).max(axis=(2, 4))


def told(film, runtime, area, moves=None, every=1):
    return look_again(film, area, runtime, picture_size(*SIZE), moves or {}, (0, len(film) - 1), every)


@pytest.mark.parametrize(("fps", "every"), [(30, 1), (60, 2)])
def test_a_ball_that_few_windows_see_is_found_where_it_is(fps, every):
    film = RenderedFilm(steady(fps, 1.5), throw(300, 200, 250, 100))
    area = Area((fps // 2, fps // 2 + 5), fps // 2 - 1, *film.ball(0.5))
    runtime = Sees((3, 4))
    found = told(film, runtime, area, every=every)
    assert sorted(found) == list(range(fps // 2, fps // 2 + 6)) and set(runtime.shapes) == {(256, 256)}
    for frame, places in found.items():
        assert places[0, :2] == pytest.approx(film.ball(frame / fps), abs=3)
        assert places[0, 2] > 0.05


def test_a_picture_that_is_repeated_is_answered_for_as_often_as_it_is_shown():
    """No window that looks again has frame 15 in the place that is seen; the repeat of its picture lies there."""
    film = RenderedFilm(steady(30, 1.5), throw(300, 200, 250, 100))
    twice = RenderedFilm(film.times, film.ball, again=frozenset({16}))
    area = Area((15, 18), 14, *film.ball(0.5))
    once, again = told(film, Sees((3,)), area), told(twice, Sees((3,)), area)
    assert not len(once[15]) and 16 not in again
    assert again[15][0, :2] == pytest.approx(film.ball(0.5), abs=3)


def test_places_are_of_the_frames_own_picture_where_the_camera_moves(monkeypatch):
    noise = np.random.default_rng(1).integers(20, 160, (30, 95)).astype(np.uint8)
    monkeypatch.setattr(rendered, "_scene", lambda width, height: cv2.resize(noise, (width, height)))
    film = RenderedFilm(steady(30, 1.5), throw(300, 200, 250, 100), drift=300)
    source = NetworkCandidates(Device("cpu", "a processor"), Sees())
    shots = np.zeros(len(film), int)
    nothing = to_table(np.arange(45), film.repeats, np.zeros(45, int), dict.fromkeys(_MEASURES, np.empty(0)))
    moves = source.candidates(film, 0, 45, shots)["move"]
    blind = nothing.set_column(nothing.column_names.index("move"), "move", moves)
    found = source.again(film, blind, [Area((20, 24), 19, *film.ball(19 / 30))], shots)
    assert [len(x) > 0 for x in found["x"].to_pylist()] == [20 <= frame <= 24 for frame in range(45)]
    for frame in range(20, 25):
        x, y = (found[axis][frame].as_py()[0] for axis in "xy")
        assert (x, y) == pytest.approx(film.ball(frame / 30), abs=4)


_MEASURES = ("x", "y", "score", "size", "elongation", "orientation")


class Loses:
    """A finder that sees a ball that bounces at 1 s until then, and more when it looks again."""

    name, version, model = "made", "1", KNOWING

    def __init__(self, seen=1.01):
        self.areas, self.spans, self.seen = [], [], seen

    def place(self, time):
        return 100 + 150 * time, 60 + 150 * (1 - abs(time - 1))

    def candidates(self, film, start, stop, shots=None):
        return self.table(film.times[start:stop] < self.seen, film, start)

    def again(self, film, candidates, areas, shots):
        self.areas += areas
        return self.table(film.times < 1.15, film, 0)

    def in_colour(self, film, candidates, spans, shots, places):
        self.spans += spans
        return candidates

    def table(self, there, film, start):
        x, y = self.place(film.times[start : start + len(there)][there])
        unknown = np.full(there.sum(), np.nan)
        measures = dict.fromkeys(_MEASURES, unknown) | {"x": x, "y": y, "score": np.full(there.sum(), 0.9)}
        return to_table(start + np.arange(len(there)), np.zeros(len(there), bool), there.astype(int), measures)


class Film(SimpleNamespace):
    def __len__(self):
        return len(self.times)


def test_a_track_goes_on_by_what_is_found_again():
    source, times = Loses(), steady(30, 2.0)
    assert isinstance(source, LooksAgain)
    film = Film(times=times, repeats=np.zeros(60, bool), width=512, height=288)
    table = track(film, source=source)
    assert [one.frames for one in source.areas] == [(31, 36)] and source.spans == [(31, 59)]
    assert np.flatnonzero(np.array(table["state"].to_pylist()) == "detected").tolist() == list(range(35))
    assert table["y"][34].as_py() == pytest.approx(source.place(34 / 30)[1], abs=1)


def test_a_film_without_a_ball_is_not_looked_at_again():
    source, film = Loses(seen=0), Film(times=steady(30, 2.0), repeats=np.zeros(60, bool), width=512, height=288)
    assert set(track(film, source=source)["state"].to_pylist()) == {"absent"}
    assert not source.spans and not source.areas


def test_a_finder_that_cannot_look_again_need_not():
    film, source = Film(times=steady(30, 2.0), repeats=np.zeros(60, bool), width=512, height=288), Loses()
    once = SimpleNamespace(name="made", version="1", model=KNOWING, candidates=source.candidates)
    assert track(film, source=once)["state"].to_pylist().count("detected") == 31 and not source.areas


def test_a_delivery_is_followed_past_its_bounce(shared):
    """A hand-held phone behind the stumps: off the pitch the ball is a faint streak for three pictures."""
    clip = shared / "data" / "cricket" / "nets_portrait.mp4"
    with opened(clip) as (film, shots):
        table = track(film, shots=shots, source=NetworkCandidates(Device("cpu", "a processor")))
        size = film.width, film.height
    x, y = (table[axis].to_numpy(zero_copy_only=False) for axis in "xy")
    counts = tally(x, y, read_labels(clip.with_suffix(".csv")), *size)
    assert (counts.true_positive, counts.misplaced, counts.missed) == (17, 0, 0)
