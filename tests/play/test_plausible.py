"""Speeds that no ball can have are refused, and possible ones are not."""

import pytest

from gametape.base.reason import Reason
from gametape.play.plausible import MEASURED, refuse_impossible
from gametape.sports.courts import Ball, court_of
from gametape.tables.ball import BALL_FLIGHTS

BALL = Ball(0.03, (0.02, 0.002), 0.005, "spin", fastest=70.0, after_bounce=1.0)


def flight(number, start, end, ended="bounce", band=0.1):
    """A row of BALL_FLIGHTS at `start` m/s and `end` m/s, with bands of that share to either side."""
    row = {"flight": number, "start_s": float(number), "end_s": number + 1.0, "ended": ended, "began": "bounce"}
    values = dict.fromkeys(MEASURED, 1.0) | {
        "speed_start_mps": start, "speed_end_mps": end, "speed_mean_mps": (start + end) / 2
    }  # fmt: skip
    for name, value in values.items():
        row |= {name: value, f"{name}_low": (1 - band) * value, f"{name}_high": (1 + band) * value}
    return row | {"speed_method": "space", "path": "[]", "spin": "topspin", "end_ground_x_m": 1.0}


def speeds(rows):
    return [row.get("speed_start_mps") for row in rows]


def reasons(rows):
    return [row.get("speed_reason") for row in rows]


def test_a_flight_that_leaves_its_bounce_faster_than_it_arrived_is_refused():
    rows = refuse_impossible([flight(0, 25.0, 22.6), flight(1, 30.2, 28.0, "hit")], BALL)
    assert speeds(rows) == [None, None]
    assert reasons(rows) == [Reason("faster_after_bounce", before=22.6, after=30.2)] * 2
    assert rows[0]["end_ground_x_m"] == 1.0, "where it bounced is by the picture and the ground"
    assert rows[0]["spin"] == "unknown" and not any(name in rows[0] for name in ("path", "apex_m", "swing_deg_low"))


@pytest.mark.parametrize(("after", "kept"), [(22.5, True), (22.7, False)])
def test_the_limit_is_the_speed_before_times_what_the_bounce_allows(after, kept):
    rows = refuse_impossible([flight(0, 25.0, 22.6), flight(1, after, 20.0, "hit", band=0.2)], BALL)
    assert speeds(rows) == [25.0, after if kept else None], "of two that may both be true, the surer one stays"
    rows = refuse_impossible([flight(0, 25.0, 22.6, band=0.3), flight(1, after, 20.0, "hit")], BALL)
    assert speeds(rows) == [25.0 if kept else None, after]


def test_where_spin_may_speed_it_up_a_little_more_is_allowed():
    spinning = Ball(0.02, (0.1, 0.01), 0.05, "spin", fastest=40.0, after_bounce=1.3)
    assert speeds(refuse_impossible([flight(0, 6.0, 5.8), flight(1, 6.8, 5.0, "hit")], spinning)) == [6.0, 6.8]


def test_flights_that_do_not_meet_at_a_bounce_say_nothing_about_each_other():
    hit = [flight(0, 25.0, 20.0, "hit"), flight(1, 40.0, 38.0, "hit")]
    lost = [flight(0, 25.0, 20.0), flight(3, 40.0, 38.0, "hit")]
    for rows in (hit, lost):
        assert speeds(refuse_impossible(rows, BALL)) == [25.0, 40.0]


@pytest.mark.parametrize(("low", "refused"), [(69.9, False), (70.1, True)])
def test_faster_than_any_ball_ever_was(low, refused):
    slow = [flight(n, 20.0, 18.0, "hit") for n in (0, 1)]
    fast = flight(2, low / 0.9, 60.0, "hit")
    rows = refuse_impossible([*slow, fast], BALL)
    assert speeds(rows)[:2] == [20.0, 20.0], "one wrong fit among others is no wrong clock"
    assert (speeds(rows)[2] is None) == refused
    if refused:
        assert rows[2]["speed_reason"] == Reason("faster_than_any", mps=fast["speed_start_mps_low"], fastest=70.0)


@pytest.mark.parametrize(("impossible", "clock"), [(1, False), (2, True)])
def test_where_half_the_flights_are_impossible_the_clock_is_not_true(impossible, clock):
    speeds_ = [81.0, 190.0][:impossible] + [20.0] * (4 - impossible)
    rows = refuse_impossible([flight(n, v, v - 2, "hit", band=0.01) for n, v in enumerate(speeds_)], BALL)
    codes = {str(reason).partition("(")[0] for reason in reasons(rows) if reason}
    assert codes == ({"clock_not_true"} if clock else {"faster_than_any"})
    assert all(speed is None for speed in speeds(rows)) == clock


def test_a_ball_that_is_not_known_is_not_judged():
    rows = [flight(0, 300.0, 200.0), flight(1, 400.0, 390.0)]
    assert refuse_impossible(rows, None) == rows
    unknown = Ball(0.03, (0.02, 0.002), 0.005, "spin")
    assert refuse_impossible(rows, unknown) == rows


def test_a_refused_row_is_a_row_of_the_table_with_its_reason():
    from gametape.play.checks import flights_are_sound

    rows = refuse_impossible([flight(0, 25.0, 22.6), flight(1, 30.2, 28.0, "hit")], BALL)
    empty = {column.name: None for column in BALL_FLIGHTS.columns}
    fill = {"start_frame": 0, "end_frame": 1, "seen": 5, "residual_px": 1.0}
    table = BALL_FLIGHTS.from_rows([empty | fill | row for row in rows])
    assert all(check.passed for check in flights_are_sound(table))


def test_each_sport_with_a_flight_has_its_fastest_ball():
    for sport in ("tennis", "table tennis", "badminton", "cricket", "volleyball"):
        ball = court_of(sport).ball
        assert 30 < ball.fastest < 200
        assert (ball.after_bounce is None) == (sport in ("badminton", "volleyball"))
