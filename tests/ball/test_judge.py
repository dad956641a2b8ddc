"""Balls that must be told, and what must not be taken for one, on computed ways with known answers."""

from types import SimpleNamespace

import numpy as np
import pytest

from gametape.ball import track
from gametape.ball.association import KNOWING, MotionModel
from gametape.ball.candidates import to_table
from gametape.ball.judge import BEND, bend, isolated, objection
from tests.ball.rendered import steady, throw

SURE = KNOWING.sure

BELIEVED = [True] * 9
"""Of segments of which the finder is sure."""


def rolling(x, y, vx, vy, slows):
    """Slows down evenly until it rests; px, px/s, px/s^2."""
    fast = np.hypot(vx, vy)

    def ball(t):
        t = min(t, fast / slows)
        way = t - slows / fast * t * t / 2
        return x + vx * way, y + vy * way

    return ball


def bouncing(t):
    t = t % 0.8
    return 200 + 20 * t, 200 - 90 * t + 112.5 * t * t


def mote(t):
    """Sinks evenly in a breeze that turns from left to right; nothing accelerates it downwards."""
    return 200 - 40 * t + 32 * t * t, 80 + 65 * t


def swinging(t):
    """A hand that swings through below its shoulder, once."""
    angle = 1.4 * t - 1
    return 200 + 60 * np.sin(angle), 120 + 60 * np.cos(angle)


def raised(t):
    """A hand that goes up and slows down there, drawing a bow to the side."""
    return 200 + 40 * np.sin(2 * t), 200 - 60 * t


def seen(way, fps=30, seconds=1.4, seed=0):
    times = steady(fps, seconds)
    return times, np.array([way(t) for t in times]) + np.random.default_rng(seed).normal(0, 0.5, (len(times), 2))


def verdict(way, sure=0.97, **how):
    times, places = seen(way, **how)
    return objection(times, places, np.full(len(times), sure), SURE)


@pytest.mark.parametrize("fps", [10, 25, 30, 50, 60])
@pytest.mark.parametrize(
    "way",
    [
        pytest.param(throw(50, 250, 250, -250, 400), id="a ball in flight"),
        pytest.param(throw(150, 150, 40, -45, 75), id="a slow lob far away"),
        pytest.param(throw(200, 150, 1, -40, 70), id="a toss straight up and down"),
        pytest.param(throw(200, 60, 2, 0, 90), id="a ball let go"),
        pytest.param(bouncing, id="a ball that bounces low and slowly"),
        pytest.param(rolling(100, 200, 60, 5, 20), id="a ball that rolls slowly"),
        pytest.param(rolling(100, 100, 10, 55, 60), id="a ball that rolls towards the camera and comes to rest"),
        pytest.param(rolling(100, 200, 45, 10, 1e-6), id="a puck that nothing slows"),
        pytest.param(lambda t: (100 + 400 * t - 130 * t * t, 150 - 60 * t * t), id="a fast ball with spin and drag"),
    ],
)
def test_slow_balls_that_fall_or_run_straight_and_fast_ones_that_curl_are_kept(way, fps):
    assert {verdict(way, fps=fps, seed=seed) for seed in range(5)} == {None}


@pytest.mark.parametrize("fps", [25, 30, 50, 60])
@pytest.mark.parametrize(
    "way",
    [
        pytest.param(lambda t: (100 + 40 * t, 200 - 22 * abs(t - 0.7)), id="a puck off the boards at 45 px/s"),
        pytest.param(lambda t: (170 - 28 * abs(t - 0.7), 200 + 20 * t), id="a puck off the side boards at 35 px/s"),
        pytest.param(
            lambda t: (150 + 5 * max(0, t - 0.8), 150 - 55 * max(0, t - 0.8)), id="a ball at rest, then lobbed"
        ),
    ],
)
def test_a_slow_ball_that_is_touched_too_gently_for_a_contact_is_kept(way, fps):
    times, places = seen(way, fps=fps)
    assert bend(times, places) > BEND
    assert {verdict(way, fps=fps, seed=seed) for seed in range(5)} == {None}


@pytest.mark.parametrize("fps", [10, 25, 30, 50, 60])
@pytest.mark.parametrize("way", [mote, swinging, raised])
def test_what_is_slow_and_bends_as_no_ball_does_is_none(way, fps):
    assert {verdict(way, fps=fps, seed=seed) for seed in range(5)} == {"drift"}


@pytest.mark.parametrize("fps", [25, 30, 60])
def test_a_light_that_stands_is_no_ball(fps):
    assert verdict(lambda t: (200, 100), fps=fps) == "still"


def test_two_looks_are_no_stretch():
    assert verdict(throw(0, 0, 300, 300), fps=10, seconds=0.2) == "brief"


def test_a_fast_hand_of_which_a_knowing_finder_is_nowhere_sure_is_no_ball():
    def hand(t):
        return 200 + 60 * np.sin(9 * t), 120 + 60 * np.cos(9 * t)

    assert verdict(hand, sure=0.85) == "unsure"
    times, places = seen(hand)
    knows_nothing = np.full(len(times), 0.85)
    assert objection(times, places, knows_nothing, MotionModel().sure) is None  # frame differences cannot tell
    once = np.where(np.arange(len(times)) == 5, 0.95, 0.4)
    assert (
        objection(*seen(throw(50, 250, 250, -250, 400)), once, SURE) is None
    )  # a ball before shirts, then in the open


def test_a_bend_is_told_in_px_and_neither_a_fall_nor_a_change_of_pace_is_one():
    times = steady(50, 1.02)  # a second from the first look to the last
    across = np.array([(10 * t, 80 * t + 0 * t) for t in times]) + np.outer((times - 0.5) ** 2, [40, 0])
    assert bend(times, across) == pytest.approx(80 / 8, abs=1.0)  # 2 * 40 px/s^2 over a second, less what pace explains
    assert bend(times, np.array([(60 * t, 40 * t * t) for t in times])) == pytest.approx(0, abs=1e-6)
    assert bend(times, np.array([(60 * t - 25 * t * t, 30 * t - 12.5 * t * t) for t in times])) < 0.1  # friction
    assert bend(times, np.array([(60 * t, -40 * t * t) for t in times])) > 5  # falls upwards


def test_a_glimpse_counts_where_the_ball_is_seen_again_soon():
    looks = steady(30, 6.5)
    assert isolated([(1.0, 1.2)], looks, 0.25, BELIEVED) == [True]
    assert isolated([(1.0, 1.3)], looks, 0.25, BELIEVED) == [False]
    assert isolated([(1.0, 1.2), (2.1, 2.3)], looks, 0.25, BELIEVED) == [False, False]
    assert isolated([(1.0, 1.2), (2.3, 4.0), (5.1, 5.2)], looks, 0.25, BELIEVED) == [True, False, True]
    assert isolated([(1.0, 1.2)], looks, MotionModel().glimpse_s, BELIEVED) == [False]
    assert isolated([], looks, 0.25, BELIEVED) == isolated([], looks[:0], 0.25, BELIEVED) == []


def test_a_glimpse_that_a_cut_may_have_cut_off_counts():
    looks = steady(30, 3.0)
    assert isolated([(2.7, 2.9)], looks, 0.25, BELIEVED) == isolated([(0.1, 0.3)], looks, 0.25, BELIEVED) == [False]
    assert isolated([(2.6, 2.8)], looks, 0.25, BELIEVED) == isolated([(0.2, 0.4)], looks, 0.25, BELIEVED) == [True]
    assert isolated([(0.4, 0.6)], looks[looks < 0.9], 0.25, BELIEVED) == [False], "nobody looked for a second"
    for unsure in ((2.7, 2.9), (0.1, 0.3)):
        assert isolated([unsure], looks, 0.25, [False]) == [True]


class Told:
    """A finder that is sure of things on known ways: `ways` of the time, each None where it is not there."""

    name, version, model = "told", "1", KNOWING

    def __init__(self, *ways, chance=0.9):
        self.ways, self.chance = ways, chance

    def candidates(self, film, start, stop, shots=None):
        here = [[p for way in self.ways if (p := way(t)) is not None] for t in film.times[start:stop]]
        x, y = np.array([p for places in here for p in places], float).reshape(-1, 2).T
        nothing, counts = np.full(len(x), np.nan), np.array([len(places) for places in here])
        measures = {"x": x, "y": y, "score": np.full(len(x), self.chance)}
        measures |= dict.fromkeys(("size", "elongation", "orientation"), nothing)
        return to_table(np.arange(start, stop), np.zeros(stop - start, bool), counts, measures)


def film(seconds, fps=30):
    times = steady(fps, seconds)

    class Film(SimpleNamespace):
        def __len__(self):
            return len(times)

    return Film(times=times, repeats=np.zeros(len(times), bool), width=512, height=288)


def test_after_a_toss_the_mote_that_drifts_is_not_followed_and_the_toss_is_told():
    """Of a real serve: the ball leaves over the picture's top, and something sinks slowly at the picture's edge."""
    toss = throw(240, 135, 20, -380, 430)
    table = track(film(1.8), source=Told(lambda t: toss(t) if t < 0.4 else mote(t - 0.4)))
    assert table["state"].to_pylist() == ["detected"] * 12 + ["absent"] * 42
    assert np.nanmax(table["speed"].to_numpy()) == pytest.approx(380, rel=0.05)
    assert table["flight"].drop_null().unique().to_pylist() == [0]


def test_what_an_unsure_network_follows_throughout_is_absent():
    walk = Told(lambda t: (50 + 60 * t, 240 + 20 * np.sin(8 * t)), chance=0.4)
    table = track(film(3), source=walk)
    assert set(table["state"].to_pylist()) == {"absent"}
    for name in ("x", "confidence", "vx", "speed", "flight"):
        assert table[name].null_count == len(table)


def test_a_ball_hit_just_before_a_cut_or_in_a_short_clip_is_told():
    hit = throw(100, 200, 400, -300, 400)

    def before_and_after_a_cut(t):
        return hit(t - 1.8) if 1.8 <= t < 2 else hit(t - 2) if 2 <= t < 2.2 else None

    cut = film(4)
    table = track(cut, source=Told(before_and_after_a_cut), shots=(cut.times >= 2).astype(int))
    assert table["state"].to_pylist() == ["absent"] * 54 + ["detected"] * 12 + ["absent"] * 54
    short = track(film(0.6), source=Told(lambda t: hit(t - 0.2) if 0.2 <= t < 0.4 else None))
    assert short["state"].to_pylist() == ["absent"] * 6 + ["detected"] * 6 + ["absent"] * 6
    assert set(track(film(0.23), source=Told(hit))["state"].to_pylist()) == {"detected"}


def test_a_ball_that_rolls_away_slowly_is_followed_to_its_rest():
    table = track(film(3), source=Told(rolling(280, 140, 70, 4, 25)))
    assert (np.array(table["state"].to_pylist()) == "detected").mean() > 0.95


@pytest.mark.parametrize("clip", ["cricket/bowling.mp4", "pose/balancing/cam01.mp4", "pose/walk_left_right.mp4"])
def test_real_films_without_a_free_ball_have_none(shared, clip):
    assert set(followed(shared / "data" / clip)["state"].to_pylist()) == {"absent"}


def test_of_a_real_serve_the_toss_alone_is_told(shared):
    table = followed(shared / "data" / "pose" / "serve" / "serve.mp4")
    state = np.array(table["state"].to_pylist())
    assert (state[10:20] == "detected").all()
    assert (state[22:] == "absent").all()


def followed(clip):
    from gametape.ball.sources import source_for
    from gametape.base.settings import Settings
    from gametape.training.ball.data import opened

    with opened(clip) as (film, shots):
        return track(film, shots=shots, source=source_for(Settings()))
