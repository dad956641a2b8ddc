"""Length, line, depth and speed are told of the player's own balls, in metres, and only where those are known."""

import pytest

from gametape.base.reason import Reason
from gametape.coaching.measures import body_of
from gametape.coaching.shot_measures import shot_measures
from gametape.film.sidecar import Sidecar
from gametape.play.sent_balls import why_no_speed
from gametape.report.words import words
from gametape.sports.cricket.measures import MOST_UNSURE_DEG
from gametape.sports.load import stroke_rules_for
from gametape.sports.measures import Filmed, sport_measures
from gametape.tables.ball import BALL_FLIGHTS, CALIBRATION
from gametape.tables.coaching import STROKES
from tests.movement.stickman import Figure, film
from tests.play.test_swing import CRICKET, rows


def solved(court):
    row = {
        "first_frame": 0,
        "solved": "ground",
        "court": court,
        "width": 9,
        "height": 9,
        "marks": "[]",
        "mark_count": 4,
    }
    return CALIBRATION.from_rows([row])


BANDS = ("speed_start_mps", "speed_start_mps_low", "speed_start_mps_high")
ON_PITCH = solved("cricket")
NOT = CALIBRATION.from_rows(
    [
        {
            "first_frame": 0,
            "solved": "none",
            "reason": "not_calibrated",
            "width": 9,
            "height": 9,
            "marks": "[]",
            "mark_count": 0,
        }
    ]
)


def tables(balls, kind="delivery", track=3, late=0.02):
    """A stroke every 10 s and what it sends `late` s after: (x, y, ellipse) of the landing 0.5 s later, the speed or
    None, and what else is told of it.
    """
    blank = {c.name: {"string": "x", "int32": 0, "float32": 0.9, "float64": 0.0}[c.type] for c in STROKES.columns}
    blank_flight = {
        c.name: {"string": "x", "int32": 0, "float32": None, "float64": 0.0}[c.type] for c in BALL_FLIGHTS.columns
    }
    strokes, flights = [], []
    for at, (x, y, unsure, speed, *more) in enumerate(balls):
        strokes.append({**blank, "track": track, "stroke": at, "kind": kind, "contact_s": 10.0 * at})
        place = {"end_ground_x_m": x, "end_ground_y_m": y, "end_ground_major_m": unsure, "speed_start_mps": speed}
        place |= more[0] if more else {}
        start, end = 10.0 * at + late, 10.0 * at + 0.5
        flights.append(
            {**blank_flight, "flight": at, "start_s": start, "end_s": end, "ended": "bounce", "began": "hit", **place}
        )
    return BALL_FLIGHTS.from_rows(flights), STROKES.from_rows(strokes)


def measured(balls, kind="delivery", calibration=ON_PITCH, track=3, late=0.02):
    return measures(*tables(balls, kind, late=late), calibration, track)


def measures(flights, strokes, calibration=ON_PITCH, track=3):
    """Shots and deliveries of a player who stands still."""
    sidecar, shot = Sidecar(sport="cricket"), film(Figure(track=track))
    rules = stroke_rules_for("cricket", None)
    body = body_of(shot.poses, shot.angles, sidecar, rules, track)
    bowled = sport_measures(Filmed(body, sidecar, strokes, flights, calibration))
    shots = shot_measures(flights, strokes, track, calibration, rules)
    return {m.metric: m for m in (*bowled, *shots)}


def test_length_is_from_the_batters_wicket_and_line_from_the_middle():
    found = measured([(0.1, 4.06, 0.3, None), (0.2, 3.06, 0.3, None), (0.3, 2.06, 0.3, None), (0.4, 5.06, 0.3, None)])
    assert found["bowling_length"].value == pytest.approx(6.5) and found["bowling_length"].n == 4
    assert found["bowling_length_scatter"].value == pytest.approx(1.118, abs=1e-3)
    assert found["bowling_line"].value == pytest.approx(0.25)
    assert [i.worst_s for i in found["bowling_length"].actions] == [0.5, 10.5, 20.5, 30.5]
    assert found["shot_depth"].value is None, "a delivery is no shot"


def test_either_end_may_be_the_batters():
    assert measured([(0, -4.06, 0.3, None)])["bowling_length"].value == pytest.approx(6.0)


def test_a_place_that_is_not_known_well_is_not_taken():
    found = measured([(0.1, 4.0, 1.5, None), (0.1, 0.4, 0.2, None), (None, None, None, None)])
    assert found["bowling_length"].value is None and found["bowling_length"].reason == Reason(
        "balls_too_few", n=0, needed=1, metres=1
    )


def test_without_calibration_nothing_is_said():
    found = measured([(0.1, 4.0, 0.3, 20.0)] * 12, calibration=NOT)
    assert {m.value for m in found.values()} == {None} and {m.reason for m in found.values()} == {"not_calibrated"}


def test_balls_of_others_are_not_the_players():
    assert measured([(0.1, 4.0, 0.3, None)], track=4)["bowling_length"].value is None


def test_depth_and_the_drop_of_speed_over_the_film():
    balls = [(0, -9.0, 0.3, 30.0)] * 4 + [(0, 8.0, 0.3, 27.0)] * 4 + [(0, 7.0, 0.3, 24.0)] * 4
    found = measured(balls, kind="forehand", calibration=solved("tennis"))
    assert found["shot_depth"].value == pytest.approx(8.0)
    assert found["shot_speed"].value == pytest.approx(27.0)
    assert found["shot_speed_drop"].value == pytest.approx(0.2)
    assert measured(balls[:8], kind="forehand")["shot_speed_drop"].reason.startswith("speeds_too_few(n=8, needed=9")


def test_a_speed_that_is_open_is_no_speed_of_a_shot():
    def band(half):
        return {"speed_start_mps_low": 20 - half, "speed_start_mps_high": 20 + half, "speed_reason": None}

    on_court = {"kind": "forehand", "calibration": solved("tennis")}
    assert measured([(0, 8.0, 0.3, 20.0, band(4.0))], **on_court)["shot_speed"].value == 20
    found = measured([(0, 8.0, 0.3, 20.0, band(4.1))], **on_court)["shot_speed"]
    assert found.value is None and found.reason == Reason("speeds_open", n=1, percent=20)


def test_why_no_speed_is_known_is_the_commonest_kind_of_reason_whatever_its_numbers():
    def told(*reasons):
        flights = [{"speed_reason": why} | dict.fromkeys(BANDS) for why in reasons]
        return why_no_speed([*flights, *({"speed_reason": None} | dict(zip(BANDS, b, strict=True)) for b in bands)])

    bands = [(20.0, 15.9, 24.1), (30.0, 10.0, 50.0)]
    short = Reason("flight_too_short", n=3, seconds=0.1)
    assert told(short, None) == Reason("speeds_open", n=2, percent=20), "no two bands are alike"
    assert told(short, Reason("flight_too_short", n=4, seconds=0.2), short) == short
    bands = [(20.0, 19.0, 21.0)]
    assert told(None) is None
    assert (
        words("en")
        .reason(Reason("speeds_open", n=2, percent=20))
        .endswith("speed of 2 of the balls open by more than ±20 %")
    )


def test_without_a_ball_that_the_player_sent_no_speed_is_missing_for_a_place():
    found = measured([(0, 8.0, 0.3, 20.0)], kind="forehand", calibration=solved("tennis"), late=5.0)["shot_speed"]
    assert found.value is None and found.reason == Reason("speeds_too_few", n=0, needed=1)


def test_metres_that_begin_elsewhere_are_no_length_and_no_depth():
    """A user's own metres may begin at a corner, and a cricket pitch has no net."""
    balls = [(0.1, 4.0, 0.3, 20.0)] * 4
    for court in (None, "tennis"):
        found = measured(balls, calibration=solved(court))
        assert found["bowling_length"].value is None and found["bowling_length"].reason == "not_calibrated_by_a_pitch"
        assert found["bowling_line_scatter"].value is None
    for court in (None, "cricket"):
        found = measured(balls, kind="shot", calibration=solved(court))
        assert found["shot_depth"].value is None and found["shot_depth"].reason == "not_calibrated_by_a_net"
        assert found["shot_speed"].value == 20.0


def bowled(swing=None, height=None, half=1.0, **more):
    """A ball whose swing (degrees) and height and width of release (m) are known give or take `half`."""
    told = {"swing_deg": swing, "start_height_m": height, "start_x_m": height and -0.4}
    bands = {
        f"{name}{end}": v and v + off for name, v in told.items() for end, off in (("_low", -half), ("_high", half))
    }
    return 0.1, 4.0, 0.3, 35.0, told | bands | more


def test_swing_is_the_median_of_what_is_known_with_the_error_of_one():
    found = measured([bowled(2.0), bowled(-0.5, half=1.4), bowled(1.0), bowled(9.0, half=2.1), bowled()])
    swing = found["bowling_swing"]
    assert (swing.value, swing.n, swing.unit) == (1.0, 3, "deg")
    assert swing.error == pytest.approx(1.0 / 1.96) and swing.spread == pytest.approx(1.027, abs=1e-3)
    assert [i.value for i in swing.actions] == [2.0, -0.5, 1.0]


def test_swing_needs_a_ball_seen_from_its_release_on():
    def told(late, began):
        return measured([bowled(2.0, began=began)], late=late)["bowling_swing"].value is not None

    for late, known in ((-0.2, False), (-0.1, True), (0.04, True), (0.06, False), (0.12, False)):
        assert told(late, "seen") == known, late
    for late, known in ((-0.2, False), (-0.1, True), (0.12, True), (0.2, False)):
        assert told(late, "hit") == known, late
    reason = measured([bowled()])["bowling_swing"].reason
    assert reason == Reason("balls_too_few_in_degrees", n=0, needed=1, degrees=2)
    assert words("de").reason(reason) == "für zu wenige Bälle auf 2° genau bekannt: 0, nötig sind 1"


def test_the_release_is_where_a_contact_begins_the_flight():
    found = measured([bowled(height=2.1, half=0.2), bowled(height=2.3, half=0.3), bowled(height=3.0, half=0.4)])
    assert found["bowling_release_height"].value == pytest.approx(2.2) and found["bowling_release_height"].n == 2
    assert found["bowling_release_width"].value == pytest.approx(-0.4)
    assert found["bowling_release_height"].error == pytest.approx(0.25 / 1.96)
    unseen = measured([bowled(height=2.1, half=0.2, began="seen")])
    assert unseen["bowling_release_height"].value is None
    assert unseen["bowling_release_height"].reason == Reason("balls_too_few", n=0, needed=1, metres=0.3)
    assert measured([bowled(height=2.1, half=0.2)], late=0.2)["bowling_release_height"].value is None


def test_swing_and_release_height_need_metres_and_the_width_the_pitch():
    ball = [bowled(1.0, 2.1, 0.2)]
    assert measured(ball, calibration=NOT)["bowling_swing"].reason == "not_calibrated"
    elsewhere = measured(ball, calibration=solved(None))
    assert elsewhere["bowling_swing"].value == 1.0
    assert elsewhere["bowling_release_height"].value == pytest.approx(2.1)
    assert elsewhere["bowling_release_width"].value is None
    assert measured(ball, kind="shot")["bowling_swing"].value is None, "a shot is not bowled"


def test_a_computed_deliverys_swing_becomes_the_metric():
    flights, degrees = rows(CRICKET, True)
    _, strokes = tables([(0.1, 4.0, 0.3, 35.0)])
    found = measures(BALL_FLIGHTS.from_rows(flights), strokes)
    swing = found["bowling_swing"]
    assert swing.n == 1 and abs(swing.value - degrees) <= 1.96 * swing.error <= MOST_UNSURE_DEG
