"""The whole way from pictures to table, on drawn films with exact truth."""

import numpy as np
import pytest

from gametape.ball import plot_trajectory, track
from gametape.base import work
from gametape.base.work import Checkpoints
from gametape.film.clock import taken_times
from gametape.tables.ball import BALL_TRAJECTORY
from tests.ball.rendered import RenderedFilm, steady, throw


def column(table, name):
    return table[name].to_numpy(zero_copy_only=False)


def assert_follows(table, film, *, share=0.85, within=3.0):
    """`share` of the frames with a ball have it, all within so many px."""
    truth = [film.ball(t) for t in film.times]
    there = np.array([p is not None and 0 < p[0] < film.width and 0 < p[1] < film.height for p in truth])
    places = np.array([p or (np.nan, np.nan) for p in truth])
    off = np.hypot(column(table, "x") - places[:, 0], column(table, "y") - places[:, 1])
    assert np.isfinite(off[there]).mean() >= share
    assert np.nanmax(off) <= within


@pytest.mark.parametrize("fps", [25, 30, 50, 60])
def test_speed_is_the_same_at_every_frame_rate(fps):
    film = RenderedFilm(steady(fps, 1.6), throw(150, 500, 520, -390))
    table = track(film)
    assert_follows(table, film)
    speed = column(table, "speed")
    assert np.nanmedian(speed) == pytest.approx(650, rel=0.02)
    assert np.nanmax(speed) < 650 * 1.2
    assert np.nanmedian(column(table, "vx")) == pytest.approx(520, rel=0.02)
    assert np.nanmedian(column(table, "vy")) == pytest.approx(-390, rel=0.02)
    assert len(set(table["flight"].drop_null().to_pylist())) == 1


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (606, 1080), (480, 270), (2560, 1600)])
def test_resolution_and_aspect_do_not_matter(width, height):
    unit = np.sqrt(width * height / (1280 * 720))
    film = RenderedFilm(
        steady(30, 1.2), throw(0.2 * width, 0.3 * height, 300 * unit, 240 * unit), width, height, radius=7 * unit
    )
    table = track(film)
    assert_follows(table, film, within=max(1, 3 * unit))
    assert np.nanmedian(column(table, "speed")) == pytest.approx(np.hypot(300, 240) * unit, rel=0.03)


def test_variable_frame_rate_gives_true_speed():
    steps = np.random.default_rng(3).choice([1 / 60, 1 / 30, 1 / 24], 50)
    film = RenderedFilm(np.concatenate([[0], np.cumsum(steps)]), throw(100, 300, 560, 0))
    table = track(film)
    assert_follows(table, film)
    assert column(table, "vx")[5:-5] == pytest.approx(560, rel=0.06)


def test_pictures_repeated_to_fill_a_frame_rate_do_not_shake_the_speed():
    # 25 pictures a second sold as 30: every sixth frame repeats the one before.
    shown, pictures = steady(30, 2), np.arange(60) * 25 // 30
    repeats = np.diff(pictures, prepend=-1) == 0
    times = taken_times(shown, repeats)
    moment = dict(zip(times.tolist(), (pictures / 25).tolist(), strict=True))
    straight = throw(100, 300, 500, 0)
    film = RenderedFilm(times, lambda t: straight(moment[float(t)]), again=frozenset(np.flatnonzero(repeats).tolist()))
    table = track(film)
    assert_follows(table, film)
    vx = column(table, "vx")
    assert np.nanmin(vx[4:-4]) > 485
    assert np.nanmax(vx[4:-4]) < 515
    taken = column(table, "taken_s")
    assert (np.diff(taken)[repeats[1:]] == 0).all()
    assert np.diff(taken)[~repeats[1:]] == pytest.approx(1 / 25, abs=0.002)


def test_a_window_of_one_still_picture_has_no_ball_and_no_error():
    film = RenderedFilm(steady(30, 1), lambda t: None, again=frozenset(range(1, 30)))
    table = track(film, start=5, stop=20)
    assert set(table["state"].to_pylist()) == {"absent"}


def test_a_dark_ball_is_found_too():
    film = RenderedFilm(steady(30, 1.2), throw(200, 200, 500, 100), brightness=5)
    assert_follows(track(film), film)


def test_a_panning_camera_does_not_hide_the_ball():
    film = RenderedFilm(steady(30, 1.5), throw(900, 150, -350, 200), drift=260.0)
    table = track(film)
    assert_follows(table, film, share=0.75, within=5)


def test_a_ball_that_the_camera_follows_flies_across_the_scene():
    """Though it is nearly in the same place of the picture all the time."""
    film = RenderedFilm(steady(30, 1.5), lambda t: (640, 300 + 70 * t), drift=-260.0)
    table = track(film)
    assert_follows(table, film, share=0.75, within=5)
    seen = column(table, "vx")[np.isfinite(column(table, "vx"))]
    assert np.median(seen) == pytest.approx(-260, abs=15)


def test_a_short_gap_is_interpolated_without_a_spike():
    flight = throw(150, 500, 520, -390)
    film = RenderedFilm(steady(30, 1.6), lambda t: None if 0.69 < t < 0.81 else flight(t))
    table = track(film)
    state, hidden = np.array(table["state"].to_pylist()), (film.times > 0.69) & (film.times < 0.81)
    assert hidden.sum() == 4
    assert (state[hidden] == "interpolated").all()
    assert table.filter(hidden)["confidence"].null_count == 4
    expected = np.array([flight(t) for t in film.times[hidden]])
    assert column(table, "x")[hidden] == pytest.approx(expected[:, 0], abs=3)
    assert column(table, "y")[hidden] == pytest.approx(expected[:, 1], abs=3)
    assert np.nanmax(column(table, "speed")) < 650 * 1.15


def test_a_long_gap_stays_empty_and_begins_a_new_flight():
    flight = throw(150, 560, 350, -250)
    film = RenderedFilm(steady(30, 2.4), lambda t: None if 0.8 < t < 1.5 else flight(t))
    table = track(film)
    assert set(table["state"].to_pylist()[27:43]) == {"absent"}
    flights = table["flight"].to_pylist()
    assert flights[15] is not None and flights[60] is not None and flights[15] != flights[60]
    assert np.nanmax(column(table, "speed")) < 430 * 1.2


def test_a_bounce_stays_sharp():
    def ball(t):
        return 200 + 400 * t, 560 - abs(t - 0.8) * 500

    film = RenderedFilm(steady(30, 1.6), ball)
    table = track(film)
    assert_follows(table, film)
    vy, flights = column(table, "vy"), column(table, "flight")
    assert vy[15:22] == pytest.approx(500, rel=0.08)
    assert vy[27:34] == pytest.approx(-500, rel=0.08)
    turns = film.times[1:][np.diff(flights) > 0]
    assert len(turns) == 1
    assert turns[0] == pytest.approx(0.8, abs=0.05)


def test_no_ball_and_static_flicker_are_absent():
    for flicker in (False, True):
        film = RenderedFilm(steady(30, 2), lambda t: None, flicker=flicker)
        table = track(film)
        assert set(table["state"].to_pylist()) == {"absent"}
        for name in ("x", "y", "confidence", "x1", "vx", "speed", "flight"):
            assert table[name].null_count == len(film)


def test_the_ball_is_followed_past_a_flickering_lamp():
    film = RenderedFilm(steady(30, 1.5), throw(200, 600, 450, -330), flicker=True)
    assert_follows(track(film), film)


def test_no_track_crosses_a_cut():
    def ball(t):
        return (200 + 500 * t, 300) if t < 0.8 else (1100 - 500 * (t - 0.8), 500)

    film = RenderedFilm(steady(30, 1.6), ball)
    shots = (film.times >= 0.8).astype(np.int32)
    table = track(film, shots=shots)
    flights, speed = column(table, "flight"), column(table, "speed")
    assert not set(flights[shots == 0][np.isfinite(flights[shots == 0])]) & set(flights[shots == 1])
    assert np.nanmax(speed) < 600


def test_chunk_seams_do_not_show(monkeypatch):
    film = RenderedFilm(steady(30, 3), throw(100, 650, 330, -500, 330), drift=120.0, again=frozenset(range(5, 90, 6)))
    whole = track(film)
    assert whole["state"].to_pylist().count("detected") > 40
    for size in (7, 32):
        cut = work.spans
        monkeypatch.setattr(work, "spans", lambda start, stop, size=size, cut=cut: cut(start, stop, size))
        assert track(film).equals(whole)
        monkeypatch.undo()


def test_work_resumes_from_checkpoints(tmp_path):
    film = RenderedFilm(steady(30, 1), throw(100, 300, 500, 0))
    seen = []
    first = track(film, checkpoints=Checkpoints(tmp_path, "a"), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(30, 30)]
    blind = RenderedFilm(film.times, lambda t: None)
    assert track(blind, checkpoints=Checkpoints(tmp_path, "a")).equals(first)


def test_only_the_span_asked_for_is_looked_at():
    film = RenderedFilm(steady(30, 2), throw(100, 300, 400, 0))
    table = track(film, start=15, stop=40)
    state = np.array(table["state"].to_pylist())
    assert len(table) == 60
    assert set(state[:15]) == set(state[40:]) == {"absent"}
    assert (state[17:38] == "detected").all()


@pytest.mark.parametrize(("frames", "start", "stop"), [(1, 0, None), (2, 0, None), (10, 4, 4), (10, 9, 3)])
def test_films_and_spans_too_short_to_see_motion_give_an_empty_trajectory(frames, start, stop):
    film = RenderedFilm(np.arange(frames) / 30, throw(100, 300, 400, 0))
    table = track(film, start=start, stop=stop)
    assert table.schema.names == BALL_TRAJECTORY.names
    assert table["frame"].to_pylist() == list(range(frames))
    assert set(table["state"].to_pylist()) == {"absent"}


def test_boxes_surround_the_centre_and_only_what_was_seen_has_confidence():
    film = RenderedFilm(steady(30, 1.2), throw(200, 200, 500, 100))
    table = track(film)
    seen = table.filter(np.array(table["state"].to_pylist()) == "detected")
    assert (column(seen, "x1") < column(seen, "x")).all() and (column(seen, "x") < column(seen, "x2")).all()
    assert (column(seen, "y1") < column(seen, "y")).all() and (column(seen, "y") < column(seen, "y2")).all()
    assert ((column(seen, "confidence") > 0.3) & (column(seen, "confidence") <= 1)).all()
    assert set(table["tracker"].to_pylist()) == {"motion 2"}


@pytest.mark.parametrize("seen", [True, False])
def test_the_picture_of_a_trajectory_is_small_and_opens(seen, tmp_path):
    import io

    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 255, (270, 480, 3), dtype=np.uint8)
    poster = tmp_path / "poster.jpg"
    Image.fromarray(noise).save(poster)
    film = RenderedFilm(steady(30, 1), throw(100, 300, 500, 0) if seen else lambda t: None)
    table = track(film)
    for behind in (None, poster):
        drawn = plot_trajectory(table, film.width, film.height, behind)
        assert len(drawn) <= 15_000
        picture = Image.open(io.BytesIO(drawn))
        assert picture.width / picture.height == pytest.approx(16 / 9, rel=0.02)
    plain = plot_trajectory(table, film.width, film.height)
    empty = plot_trajectory(track(film, stop=0), film.width, film.height)
    assert (plain != empty) == seen
