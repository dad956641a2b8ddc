"""Flights are cut at contacts, timed by true times, and their speeds are the curve's, not the noise's."""

import numpy as np
import pytest

from gametape.play import ball_flights
from gametape.play.checks import flights_are_sound
from gametape.play.curve import fit_curve
from gametape.play.segmentation import Span, cut_flights, without_nearest
from tests.play.made import events, trajectory

FALL = 900.0  # px/s^2


def dropped(times, contact=0.51):
    """A ball that comes down at 400 px/s sideways, bounces at `contact` and flies on at 300."""
    t = np.asarray(times) - contact
    x = np.where(t < 0, 400 * t, 300 * t)
    y = np.where(t < 0, 500 + 200 * t + FALL / 2 * t**2, 500 - 350 * t + FALL / 2 * t**2)
    return np.column_stack([600 + x, y])


def told(times, places, *what, shots=None):
    table = ball_flights(
        trajectory(times, places), events(*what), shots=np.zeros(len(times), int) if shots is None else shots
    )
    assert all(verdict.passed for verdict in flights_are_sound(table))
    return table.to_pylist()


@pytest.mark.parametrize("fps", [25, 30, 50, 60])
def test_speeds_are_per_second_before_and_after_a_bounce(fps):
    times = np.arange(0, 1.0, 1 / fps)
    places = dropped(times) + np.random.default_rng(0).normal(0, 0.5, (len(times), 2))
    down, up = told(times, places, ("bounce", 0.52))
    assert (down["began"], down["ended"], up["began"], up["ended"]) == ("seen", "bounce", "bounce", "lost")
    assert down["end_s"] == up["start_s"] == pytest.approx(0.51, abs=0.01)  # the curves meet there, the event was late
    assert down["speed_end"] == pytest.approx(np.hypot(400, 200), rel=0.05)
    assert up["speed_start"] == pytest.approx(np.hypot(300, 350), rel=0.05)
    assert down["residual_px"] < 1 and up["residual_px"] < 1
    assert (up["start_x"], up["start_y"]) == pytest.approx((600, 500), abs=4)


def test_the_apex_is_where_it_turns_and_null_where_it_only_falls():
    times = np.arange(0, 1.2, 1 / 50)
    down, up = told(times, dropped(times), ("bounce", 0.51))
    assert up["apex_s"] == pytest.approx(0.51 + 350 / FALL, abs=0.01)
    assert up["apex_y"] == pytest.approx(500 - 350**2 / 2 / FALL, abs=1)
    assert down["apex_y"] == pytest.approx(500 - 200**2 / 2 / FALL, abs=1)
    falling = times[times > 0.3]
    assert told(falling[falling < 0.5], dropped(falling[falling < 0.5]))[0]["apex_y"] is None


def test_uneven_times_give_the_same_speed():
    random = np.random.default_rng(3)
    times = np.sort(random.uniform(0, 0.45, 20))
    assert told(times, dropped(times))[0]["speed_mean"] == pytest.approx(410, abs=15)


@pytest.mark.parametrize(("filmed", "sold"), [(25, 30), (24, 60), (30, 60), (30, 120)])
def test_pictures_shown_again_to_fill_a_frame_rate_do_not_bend_a_flight(filmed, sold):
    shown = np.arange(0, 0.5, 1 / sold)
    picture = np.arange(len(shown)) * filmed // sold
    taken = picture / filmed
    places = dropped(taken)
    as_filmed = ball_flights(trajectory(shown, places, taken=taken), events(), shots=np.zeros(len(shown), int))
    as_shown = ball_flights(trajectory(shown, places), events(), shots=np.zeros(len(shown), int))
    assert as_filmed["residual_px"][0].as_py() < 0.01 < 1 < as_shown["residual_px"][0].as_py()
    assert as_filmed["seen"][0].as_py() == len(np.unique(picture))


@pytest.mark.parametrize(("filmed", "sold"), [(30, 30), (24, 60), (30, 120)])
def test_a_contact_is_as_sure_however_often_its_pictures_are_shown(filmed, sold):
    shown = np.arange(0, 1.0, 1 / sold)
    taken = np.arange(len(shown)) * filmed // sold / filmed
    table = trajectory(shown, dropped(taken), taken=taken)
    down, up = cut_flights(table, events(("bounce", 0.53)), np.zeros(len(shown), int))
    assert down.end == up.start == pytest.approx(0.51, abs=0.004)
    assert down.start_error == pytest.approx(1 / filmed)
    assert 0 < down.end_error <= 1 / filmed
    assert (
        without_nearest(Span(0, len(shown) - 1, 0, 1, "", "", 0, 0), 1.0, taken).last
        == np.searchsorted(taken, taken[-1]) - 1
    )


def test_a_gap_parts_flights_and_a_contact_just_out_of_sight_is_theirs():
    times = np.arange(0, 1.0, 1 / 50)
    places = dropped(times)
    places[(times > 0.46) & (times < 0.56)] = np.nan
    down, up = told(times, places, ("hit", 0.51))
    assert (down["ended"], up["began"]) == ("hit", "hit") and down["end_s"] == up["start_s"] == 0.51
    gone = places.copy()
    gone[(times > 0.3) & (times < 0.56)] = np.nan
    assert [one["ended"] for one in told(times, gone, ("bounce", 0.52))] == ["lost", "lost"]


def test_nothing_flies_across_a_cut():
    times = np.arange(0, 0.4, 1 / 50)
    one, other = told(times, dropped(times), shots=(times > 0.2).astype(int))
    assert (one["ended"], other["began"]) == ("cut", "cut")


def test_a_contact_just_before_a_cut_begins_nothing_after_it():
    times = np.arange(0, 1.0, 1 / 50)
    one, other = told(times, dropped(times, contact=2.0), ("hit", 0.45), shots=(times > 0.49).astype(int))
    assert (one["ended"], other["began"]) == ("hit", "cut")
    assert other["start_s"] == pytest.approx(0.5)


def test_what_was_filled_in_is_not_evidence():
    import pyarrow as pa

    times = np.arange(0, 0.4, 1 / 50)
    table = trajectory(times, dropped(times))
    table = table.set_column(
        table.column_names.index("state"), "state", pa.array(["interpolated"] * 18 + ["detected"] * 2)
    )
    assert ball_flights(table, events(), shots=np.zeros(20, int)).num_rows == 0


def test_a_wild_place_does_not_bend_the_curve():
    times = np.linspace(0, 0.4, 12)
    places = dropped(times)
    places[5] += 80
    assert fit_curve(times, places).at(times[:1])[0] == pytest.approx(dropped(times[:1])[0], abs=2)


def test_a_film_without_a_ball_has_no_flights():
    assert told(np.arange(10) / 30, np.full((10, 2), np.nan)) == []
