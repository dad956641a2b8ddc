"""Rallies begin with play and end with it; their shots are counted, the time between is dead."""

import numpy as np
import pytest

from gametape.play import ball_flights, rallies
from gametape.play.checks import rallies_are_sound
from gametape.play.rallies import _trimmed
from tests.play.made import events, trajectory

RATE = 50


def court(*plays, seconds, first_bounces=1):
    """Plays, each [(kind, time), ...] in order: between two contacts the ball moves 500 px at constant speed, to and
    fro. Returns RALLIES.
    """
    times = np.arange(0, seconds, 1 / RATE)
    places, told = np.full((len(times), 2), np.nan), []
    for play in plays:
        knots = [at for _, at in play]
        inside = (times >= knots[0]) & (times <= knots[-1])
        corners = np.array([[200 + 500 * (i % 2), 300 + 60 * (i % 3)] for i in range(len(knots))])
        places[inside] = np.column_stack([np.interp(times[inside], knots, corners[:, i]) for i in range(2)])
        told += play
    ball, what = trajectory(times, places), events(*[one for one in told if one[0] != "end"])
    shots = np.zeros(len(times), int)
    flights = ball_flights(ball, what, shots=shots)
    table = rallies(flights, what, ball, height=720, shots=shots, looked_from=0.0, first_bounces=first_bounces)
    assert all(verdict.passed for verdict in rallies_are_sound(table))
    return table.to_pylist()


RALLY = [("hit", 1.0), ("bounce", 1.6), ("hit", 2.1), ("bounce", 2.7), ("hit", 3.2), ("end", 3.8)]


def later(play, by):
    return [(kind, at + by) for kind, at in play]


def test_two_rallies_their_shots_and_the_dead_time_between():
    one, other = court(RALLY, later(RALLY, 8), seconds=14)
    assert (one["shots"], one["bounces"], one["flights"], one["ended"]) == (3, 2, 5, "lost")
    assert one["start_s"] == pytest.approx(1.0, abs=0.03) and one["end_s"] == pytest.approx(3.8, abs=0.03)
    assert one["dead_s_before"] == pytest.approx(1.0, abs=0.03)
    assert other["dead_s_before"] == pytest.approx(8 + 1.0 - 3.8, abs=0.05)
    assert one["seen_share"] == pytest.approx(1) and one["confidence"] == pytest.approx(0.9, abs=0.01)


def test_a_short_loss_of_sight_is_bridged_and_a_long_one_is_not():
    assert len(court(RALLY[:3], later(RALLY[:3], 2.0), seconds=6)) == 1
    assert len(court(RALLY[:3], later(RALLY[:3], 4.0), seconds=8)) == 2


def test_the_second_bounce_ends_it():
    told = court(
        [("hit", 1.0), ("bounce", 1.6), ("bounce", 2.2), ("hit", 2.8), ("bounce", 3.3), ("end", 3.8)], seconds=6
    )
    assert told[0]["ended"] == "bounces" and told[0]["end_s"] == pytest.approx(2.2, abs=0.03) and len(told) == 2


SERVE = [("hit", 1.0), ("bounce", 1.2), ("bounce", 1.6), ("hit", 2.0), ("bounce", 2.4), ("hit", 2.8), ("end", 3.2)]


@pytest.mark.parametrize(("first_bounces", "shots"), [(1, [1, 2]), (2, [3])])
def test_a_serve_that_bounces_on_either_side_begins_the_rally_that_follows(first_bounces, shots):
    assert [one["shots"] for one in court(SERVE, seconds=5, first_bounces=first_bounces)] == shots


def test_a_serve_bounces_twice_and_no_later_ball_does():
    thrice = [("hit", 1.0), ("bounce", 1.4), ("bounce", 1.8), ("bounce", 2.2), ("hit", 2.6), ("end", 3.2)]
    assert court(thrice, seconds=5, first_bounces=2)[0]["end_s"] == pytest.approx(2.2, abs=0.03)
    later_ = [("hit", 1.0), ("bounce", 1.4), ("hit", 1.8), ("bounce", 2.2), ("bounce", 2.6), ("hit", 3.0), ("end", 3.4)]
    assert court(later_, seconds=5, first_bounces=2)[0]["end_s"] == pytest.approx(2.6, abs=0.03)


def test_a_delivery_is_a_shot_as_a_hit_is():
    (one,) = court([("release", 1.0), ("bounce", 1.6), ("hit", 1.9), ("end", 2.6)], seconds=4)
    assert one["shots"] == 2


def test_a_ball_that_nobody_hits_is_no_rally():
    assert court([("bounce", 1.0), ("bounce", 1.6), ("bounce", 2.0), ("end", 2.5)], seconds=4) == []
    assert court(seconds=2) == []


@pytest.mark.parametrize(
    ("ended", "kept_from", "begins"),
    [("hit", "bounce", 0.92), ("release", "bounce", 0.92), ("bounce", "bounce", 0.99), ("hit", "hit", 0.99)],
)
def test_a_serve_whose_way_to_its_bounce_is_no_flight_begins_the_rally(ended: str, kept_from: str, begins: float):
    """Three pictures before a serve, one after it, then the bounce: the shot was lost with the short flight."""

    def flight(start, end, began, ended, reach):
        ends = {"start_x": 0.0, "start_y": 0.0, "end_x": reach, "end_y": 0.0}
        return {"start_s": start, "end_s": end, "start_frame": round(25 * start), "end_frame": round(25 * end)} | {
            "began": began, "ended": ended, **ends,
        }  # fmt: skip

    before = flight(0.84, 0.92, "seen", ended, 10)
    rest = [flight(0.99, 1.42, kept_from, "hit", 300), flight(1.42, 1.92, "hit", "bounce", 320)]
    kept, began = _trimmed([before, *rest])
    assert kept == rest and began == {"s": begins, "frame": round(25 * begins)}
    assert _trimmed(rest) == (rest, {"s": 0.99, "frame": 25})
