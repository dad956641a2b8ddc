"""Each limit of flights, rallies and the flight in space, just below and just above it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from gametape.base.reason import Reason
from gametape.geometry.camera import centre as camera_centre
from gametape.play import ballistics, pictures, rallies
from gametape.play import flights as rows
from gametape.play.curve import Curve, fit_curve
from gametape.play.flight_fit import Contact, FlightFit
from gametape.play.flight_model import simulate
from gametape.play.segmentation import Flight, cut_flights
from gametape.sports.courts import courts
from gametape.tables.ball import BALL_FLIGHTS
from tests.play.made import events, trajectory
from tests.play.sky import calibrated, fly, looking

RATE = 100


def falling(times):
    return np.column_stack([300 * times, 100 + 450 * times**2])


def cut(times, places, *told, numbers=None):
    return cut_flights(trajectory(times, places, numbers), events(*told), np.zeros(len(times), int))


# Flights.


@pytest.mark.parametrize(("late", "ended"), [(0.149, "hit"), (0.151, "lost")])
def test_a_contact_within_015_seconds_of_the_last_sight_is_the_flights(late, ended):
    times = np.arange(0, 0.501, 0.02)
    assert cut(times, falling(times), ("hit", 0.5 + late))[0].ended == ended
    began = {"lost": "seen"}.get(ended, ended)
    assert cut(1 + times, falling(times), ("hit", 1 - late))[0].began == began


@pytest.mark.parametrize(("apart", "kinds"), [(0.11, ["bounce"]), (0.13, ["bounce", "turn"])])
def test_a_turn_within_012_seconds_of_an_event_is_that_event(apart, kinds):
    times = np.arange(0, 1.501, 0.02)
    numbers = (times >= 0.7 + apart - 1e-9).astype(int)  # the turn lies half a frame before
    found = cut(times, falling(times), ("bounce", 0.7), numbers=numbers)
    assert [one.ended for one in found[:-1]] == kinds


@pytest.mark.parametrize(("looks", "found"), [(2, 0), (3, 1)])
def test_a_flight_is_seen_in_three_frames(looks, found):
    times = np.arange(looks) / 30
    assert len(cut(times, falling(times))) == found


@pytest.mark.parametrize(
    ("looks", "lasts", "degree"), [(3, 0.6, 1), (4, 0.6, 2), (7, 0.6, 2), (8, 0.49, 2), (8, 0.51, 3)]
)
def test_a_curve_is_cubic_from_half_a_second_and_eight_detections_on(looks, lasts, degree):
    times = np.linspace(0, lasts, looks)
    assert len(fit_curve(times, falling(times)).coefficients) == degree + 1


def test_misses_beyond_15_standard_deviations_pull_less():
    """A place 20 or 200 px off a line along which the others miss by 1 px bends it by a fifth of a px."""
    times = np.linspace(0, 0.4, 11)
    places = np.zeros((11, 2))
    places[:, 1] = np.where(np.arange(11) % 2, 1.0, -1.0)
    for off, pull in ((20.0, 0.18), (200.0, 0.20)):
        bent = places.copy()
        bent[5, 1] = off
        moved = fit_curve(times, bent).at(times[5:6])[0, 1] - fit_curve(times, places).at(times[5:6])[0, 1]
        assert moved == pytest.approx(pull, abs=0.01)


@pytest.mark.parametrize(("meet", "joined"), [(0.64, 0.574), (0.66, 0.5)])
def test_curves_are_joined_within_008_seconds_of_the_event(meet, joined):
    """A ball turns later than the event was told for; the parabolas through its two ways meet at 0.574 s, or at 0.592 s,
    which is too late.
    """
    times = np.arange(0, 1.2001, 0.01)
    ways = np.column_stack([400 * times, np.where(times < meet, 0, 500 * (times - meet))])
    one, other = cut(times, ways, ("hit", 0.5))
    assert one.end == other.start == pytest.approx(joined, abs=0.004)


# Rallies.


def flight(start, end, began="hit", ended="hit", way=500.0, end_y=300.0):
    return {
        "start_frame": round(start * RATE), "end_frame": round(end * RATE), "start_s": start, "end_s": end, "seen": 20,
        "began": began, "ended": ended, "speed_start": 1.0, "speed_end": 1.0, "speed_mean": 1.0, "spin": "unknown",
        "start_x": 0.0, "start_y": 300.0, "end_x": way, "end_y": end_y,
    }  # fmt: skip


def played(*rows, told=None, height=1000):
    """RALLIES of flights; an event at each of their ends unless `told`."""
    times = np.arange(0, 30, 1 / RATE)
    told = told or sorted(
        {(row["began"], row["start_s"]) for row in rows} | {(row["ended"], row["end_s"]) for row in rows},
        key=lambda one: one[1],
    )
    told = [one for one in told if one[0] in ("hit", "bounce", "impact")]
    table = BALL_FLIGHTS.from_rows([{"flight": number} | row for number, row in enumerate(rows)])
    return rallies(
        table, events(*told), trajectory(times, np.zeros((len(times), 2))), height=height,
        shots=np.zeros(len(times), int), looked_from=0.0,
    ).to_pylist()  # fmt: skip


@pytest.mark.parametrize(("away", "found"), [(1.19, 1), (1.21, 2)])
def test_a_ball_out_of_sight_for_12_seconds_is_still_in_play(away, found):
    assert len(played(flight(1, 2), flight(2 + away, 3 + away))) == found


@pytest.mark.parametrize(("away", "found"), [(2.99, 1), (3.01, 2)])
def test_a_ball_that_left_over_the_top_may_be_away_for_3_seconds(away, found):
    assert len(played(flight(0.5, 1), flight(1, 2, ended="lost", end_y=59), flight(2 + away, 3 + away))) == found


@pytest.mark.parametrize(("end_y", "found"), [(59, 1), (61, 2)])
def test_the_pictures_top_is_6_percent_of_its_height(end_y, found):
    assert len(played(flight(0.5, 1), flight(1, 2, ended="lost", end_y=end_y), flight(4, 5))) == found


@pytest.mark.parametrize(("lasts", "found"), [(0.39, 0), (0.41, 1)])
def test_a_rally_lasts_04_seconds(lasts, found):
    assert len(played(flight(1, 1 + lasts, ended="bounce"))) == found


@pytest.mark.parametrize(("way", "kept"), [(124, 2), (126, 4)])
def test_handling_that_leads_less_than_a_quarter_as_far_is_trimmed(way, kept):
    """The median of four ways: 500 px where two of them are short."""
    rows = [
        flight(1, 2, way=way),
        flight(2, 3, way=500),
        flight(3, 4, way=500),
        flight(4, 5, way=500),
        flight(5, 6, way=way),
    ]
    assert played(*rows)[0]["flights"] == kept + 1


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([("hit", 1.0), ("bounce", 2.0)], 1),
        ([("hit", 1.0)], 0),
        ([("bounce", 1.0), ("impact", 2.0)], 0),
        ([("impact", 1.0), ("hit", 2.0)], 1),
    ],
)
def test_a_rally_has_a_hit_and_a_second_contact(told, found):
    assert len(played(flight(1, 2), told=told)) == found


@pytest.mark.parametrize(("ended", "why"), [(28.85, "film"), (28.75, "lost")])
def test_a_rally_that_ends_within_12_seconds_of_the_films_end_is_cut_off_by_it(ended, why):
    """The last picture is taken at 29.99 s."""
    assert played(flight(20, ended))[0]["ended"] == why


def test_dead_time_begins_where_the_ball_was_first_looked_for_and_ends_with_the_first_flight():
    one, other = played(flight(1.5, 2.5), flight(6, 7))
    assert (one["dead_s_before"], other["dead_s_before"]) == (1.5, 3.5)
    assert one["confidence"] == pytest.approx(0.9) and one["seen_share"] == 1


# The flight in space.


def spin(size=0.0, error=1.0, right=0.0, right_error=1.0, lift=0.01, sideways="spin", speed=30.0):
    best, covariance = np.zeros(11), np.eye(11)
    best[7], best[8] = size, right
    covariance[7, 7], covariance[8, 8] = error**2, right_error**2
    ball = SimpleNamespace(lift=lift, sideways=sideways)
    return ballistics._spin(best, covariance, ball, speed)


@pytest.mark.parametrize(("sigmas", "kind"), [(2.49, "unknown"), (2.51, "topspin"), (-2.51, "backspin")])
def test_spin_stands_out_by_25_standard_errors(sigmas, kind):
    assert spin(0.3 * sigmas, 0.3).kind == kind


@pytest.mark.parametrize(("error", "kind"), [(0.69, "topspin"), (0.71, "unknown")])
def test_spin_is_told_where_the_picture_narrowed_it_to_07_of_what_the_ball_allows(error, kind):
    assert spin(3.0, error).kind == kind


def test_spin_is_told_in_g_with_its_error_and_never_quite_surely():
    told = spin(2.0, 0.2, speed=30.0)
    assert told.acceleration == pytest.approx(2.0 * 0.01 * 30**2 / 9.81)
    assert told.error == pytest.approx(0.2 * 0.01 * 30**2 / 9.81)
    assert told.confidence == 0.99
    assert spin(0.6, 0.22).confidence == pytest.approx(0.99, abs=1e-9)
    assert spin(0.5, 0.1, right=1.0, right_error=0.1).kind == "sidespin"
    assert spin(0.5, 0.1, right=1.0, right_error=0.1, sideways="swing").kind == "topspin"
    assert spin(0.5, 0.1, right=1.0, right_error=0.5).kind == "topspin"  # the more certain of the two


def swing(turned, error=0.1, spread=0.5):
    """A flight whose heading turns by `turned` degrees to the right, its draws by a standard deviation of `spread`."""

    def states(degrees):
        angle = np.radians(np.atleast_1d(degrees))
        made = np.zeros((len(angle), 2, 6))
        made[:, 0, 4] = 30
        made[:, 1, 3], made[:, 1, 4] = 30 * np.sin(angle), 30 * np.cos(angle)
        return made

    fit = SimpleNamespace(ball=SimpleNamespace(sideways="swing"), start=SimpleNamespace(on_ground=False))
    draws = turned + spread * np.linspace(-2, 2, 401)
    return ballistics._swing(fit, states(turned)[0], states(draws), error)


@pytest.mark.parametrize(("error", "known"), [(0.69, True), (0.71, False)])
def test_swing_is_told_where_the_picture_narrowed_it_to_07_of_what_the_ball_allows(error, known):
    assert (swing(4.0, error).degrees is not None) == known


@pytest.mark.parametrize(("turned", "reason"), [(0.94, True), (0.96, False), (-0.94, True), (-0.96, False)])
def test_a_swing_whose_band_holds_none_is_not_told_from_none(turned, reason):
    """The band goes from 2.5 to 97.5 % of the draws: 0.95 of 2 standard deviations of half a degree."""
    told = swing(turned)
    assert told.degrees.value == pytest.approx(turned)
    assert (told.reason is not None) == reason
    assert told.degrees.high - told.degrees.value == pytest.approx(0.95)


class FlownAs:
    """Stands for a fit: a flight at an even speed whose draws spread by a share of it, with a residual in px."""

    noise = 1.0

    def __init__(self, residual=0.5, spread=0.01, ends=(False, False)):
        self.residual, self.spread = residual, spread
        self.start, self.end = (SimpleNamespace(on_ground=on) for on in ends)
        self.ball = SimpleNamespace(lift=0.0, sideways="none")

    def solve(self):
        return np.zeros(11), None, self.residual

    def covariance(self, *_):
        return np.diag([1.0, *[1e-12] * 10])  # draws differ by the first parameter alone

    def sample_times(self, parameters, count):
        return np.linspace(np.zeros(len(parameters)), 1, count, axis=1)

    def states(self, parameters, times):
        made = np.zeros((len(parameters), times.shape[1], 6))
        made[..., 4] = 30 * (1 + self.spread * parameters[:, :1])
        return made


def reconstructed(monkeypatch, looks=8, lasts=0.5, **how):
    """The reason why a flight is not told in space, or None."""
    monkeypatch.setattr(ballistics, "FlightFit", lambda *_: FlownAs(**how))
    times = np.linspace(0, lasts, looks)
    try:
        ballistics.reconstruct(times, np.zeros((looks, 2)), None, None, None, None)
    except ballistics.Undetermined as why:
        return why.reason.code
    return None


@pytest.mark.parametrize(("looks", "lasts", "code"), [(5, 0.5, "flight_too_short"), (6, 0.5, None), (8, 0.119, "flight_too_short"), (8, 0.121, None)])  # fmt: skip
def test_a_flight_in_space_needs_six_detections_over_012_seconds(monkeypatch, looks, lasts, code):
    assert reconstructed(monkeypatch, looks, lasts) == code


@pytest.mark.parametrize(("residual", "code"), [(2.99, None), (3.01, "no_flight_fits")])
def test_a_fit_misses_by_three_standard_errors_of_a_detection(monkeypatch, residual, code):
    assert reconstructed(monkeypatch, residual=residual) == code


@pytest.mark.parametrize(("ends", "widest"), [((True, False), 0.30), ((False, True), 0.30), ((False, False), 0.15)])
@pytest.mark.parametrize(("share", "code"), [(0.97, None), (1.03, "speed_open")])
def test_a_mean_speed_is_told_to_30_percent_or_15_where_the_flight_meets_no_ground(
    monkeypatch, ends, widest, share, code
):
    draws = np.random.default_rng(0).multivariate_normal(np.zeros(11), FlownAs().covariance(), 300, method="eigh")
    low, high = np.quantile(draws[:, 0], [0.025, 0.975])
    assert reconstructed(monkeypatch, spread=share * 2 * widest / (high - low), ends=ends) == code


def fit_of(sideways="none", width=1280, height=720):
    calibration = SimpleNamespace(camera=np.eye(3, 4), width=width, height=height)
    contact = SimpleNamespace(time=0.0, error=0.03, on_ground=False, height=None)
    times = np.linspace(0, 0.5, 10)
    end = SimpleNamespace(**vars(contact) | {"time": 0.52, "error": 0.02})
    return FlightFit(times, np.zeros((10, 2)), contact, end, calibration, SimpleNamespace(sideways=sideways))


def test_what_is_known_beforehand_of_a_flight():
    """Places and velocities about a court, drag and spin of the ball, three times what the ball allows of a swing."""
    assert fit_of().spreads.tolist() == [60] * 3 + [60] * 3 + [1, 1, 1, 0.03, 0.02]
    assert fit_of("swing").spreads[8] == 3
    assert fit_of().noise == 1 and fit_of(width=2560, height=1440).noise == 2
    assert fit_of().steps[1] * 0.04 >= 0.52 + 0.1 > (fit_of().steps[1] - 1) * 0.04


def watched(ends=(False, True), height=(None, None), times=None):
    """A fit of a ball that flies 20 m away from a calibrated camera; its contacts on the ground or at a height."""
    camera = looking((0, -24, 8), (0, 2, 0), 1.6)
    names = [f"{end}_{side}_doubles_corner" for end in ("near", "far") for side in ("left", "right")]
    calibration = calibrated(camera, "tennis", [*names, "net_left_post_top"], np.random.default_rng(0), 0.0)
    path = fly([0.5, -8, 1.0], [1, 20, 4], 0.8, 0.02)
    times = np.arange(0, 0.8, 0.05) if times is None else times
    pixels = camera.project(path[(times * 1000).round().astype(int), :3])[0]
    contacts = [Contact(at, 0.02, on, mean) for at, on, mean in zip((0.0, 0.78), ends, height, strict=True)]
    return FlightFit(times, pixels, *contacts, calibration, courts()["tennis"].ball), path


def test_contacts_hold_a_ball_to_the_ground_within_a_centimetre_or_to_a_height():
    fit, path = watched((True, False), (None, (1.2, 0.4)))
    parameters = np.zeros(11)
    parameters[:3], parameters[3:6] = [0.5, -8, fit.ball.radius_m + 0.02], path[0, 3:]
    ground, height = fit.residuals(parameters)[-2:]
    assert ground == pytest.approx(2.0, abs=1e-6)
    ends_at = fit.states(parameters[None], np.array([0.78]))[0, 0, 2]
    assert height == pytest.approx((ends_at - 1.2) / 0.4)


def test_a_fit_that_went_astray_starts_nearer_and_farther_and_then_from_where_the_ball_lands():
    fit, _ = watched()
    begin, nearer, farther, *landing = fit._starts()
    eye = camera_centre(fit.matrix)
    for start, share in ((nearer, 0.7), (farther, 1.4)):
        assert start[:3] - eye == pytest.approx(share * (begin[:3] - eye)) and start[3:6] == pytest.approx(
            share * begin[3:6]
        )
    lands = np.append(fit.calibration.place(fit.pixels[-1:], fit.ball.radius_m)[0], fit.ball.radius_m)
    away = np.linalg.norm(lands - eye)
    assert [np.linalg.norm(start[:3] - eye) / away for start in landing] == pytest.approx([0.4, 2.0])
    for start in landing:  # a parabola through both ends
        lasts = np.ptp(fit.times)
        assert start[:3] + start[3:6] * lasts - [0, 0, 9.81 / 2 * lasts**2] == pytest.approx(lands)


def test_a_detections_error_is_pooled_from_six_assumed_residuals_and_the_found_ones():
    """Doubling the residual from one standard error on widens the parameters' errors by what it does to the pool."""
    fit, _ = watched((False, False))
    fit.calibration = replace(fit.calibration, space_covariance=1e-30 * np.eye(7))
    best = np.array([0.5, -8, 1, 1, 20, 4, 0, 0, 0, 0, 0])
    slopes = np.vstack([np.random.default_rng(0).normal(size=(2 * len(fit.times), 11)), np.zeros((11, 11))])
    one, two = (fit.covariance(best, slopes, px) for px in (1.0, 2.0))
    n = len(fit.times)
    assert two[0, 0] / one[0, 0] == pytest.approx((6 + 4 * n) / (6 + n), rel=1e-6)


def test_derivatives_are_those_of_finer_differences():
    fit, path = watched()
    parameters = np.array([*path[0], 0.3, 0.2, -0.1, 0.01, 0.0])
    slopes = fit.slopes(parameters)
    for at in range(11):
        step = np.zeros(11)
        step[at] = 1e-6
        central = (fit.residuals(parameters + step) - fit.residuals(parameters - step)) / 2e-6
        assert slopes[:, at] == pytest.approx(central, rel=0.01, abs=0.05 * np.abs(central).max() + 1e-3)


def test_a_flight_follows_gravity_drag_and_spin():
    """Against the midpoint rule at 1 kHz, which is written apart from it; and between the steps."""
    ball = SimpleNamespace(drag=(0.01, 0.002), lift=0.004)
    parameters = np.array([[0.5, -8, 2, 1, 30, 3, 0.7, 0.5, -1.5]])
    after = np.array([0.013, 0.2, 0.41, 0.6])
    truth = fly([0.5, -8, 2], [1, 30, 3], 0.7, 0.01 + 0.7 * 0.002, 0.5 * 0.004, -1.5 * 0.004)
    made = simulate(parameters, after[None], (0, 17), ball)[0]
    assert made == pytest.approx(truth[(after * 1000).round().astype(int)], abs=2e-4, rel=1e-5)
    back = simulate(np.array([[*truth[600], *parameters[0, 6:]]]), after[None] - 0.6, (17, 1), ball)[0]
    assert back == pytest.approx(made, abs=2e-3)


@pytest.mark.parametrize(("away", "kept"), [(3.9, 12), (4.1, 11)])
def test_detections_four_residuals_off_the_curve_are_no_part_of_the_flight_in_space(monkeypatch, away, kept):
    seen = []

    def stop(times, *_):
        seen.append(len(times))
        raise ballistics.Undetermined(Reason("speed_open"))

    monkeypatch.setattr(rows, "reconstruct", stop)
    monkeypatch.setattr(rows, "_ground_row", lambda *_: {})
    times = np.linspace(0, 0.4, 12)
    places = 10 * np.ones((12, 2))
    places[4] += [away * 5, 0]
    curve = Curve(0.0, np.array([[10.0, 10.0]]), np.eye(1), 5.0)
    flown = Flight(0, 11, 0.0, 0.4, "hit", "hit", times, places, curve, 0.02, 0.02)
    rows._measured(flown, SimpleNamespace(camera=1, straight=lambda places: places), None, courts()["tennis"])
    assert seen == [kept]


def test_the_heights_at_which_a_ball_is_met_span_two_standard_deviations():
    low, high = courts()["tennis"].contact_heights
    made = rows._contact(1.0, 0.02, "hit", courts()["tennis"])
    assert made.height == pytest.approx(((low + high) / 2, (high - low) / 4)) and not made.on_ground
    assert rows._contact(1.0, 0.02, "bounce", courts()["tennis"]).on_ground


# Pictures.


@pytest.mark.parametrize(("apart", "drawn"), [(0.009, 1), (0.011, 2)])
def test_bounces_within_001_seconds_are_one_and_the_surer_place_is_kept(apart, drawn):
    def landed(at, major):
        place = {"x_m": major, "y_m": 0.0, "major_m": major, "minor_m": 0.1, "angle": 0.0}
        return {"start_s": at, "end_s": at + 9} | {f"start_ground_{part}": value for part, value in place.items()} | {
            "end_ground_x_m": None
        }  # fmt: skip

    found = pictures._bounces([landed(1.0, 0.5), landed(1.0 + apart, 0.3)])
    assert len(found) == drawn and found[-1].x == 0.3
