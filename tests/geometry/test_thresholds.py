"""Each limit of the calibration, just below and just above it."""

from dataclasses import replace

import numpy as np
import pytest

from gametape.geometry import calibrate as module
from gametape.geometry.calibrate import Ellipse, Mark, Refused, calibrate
from tests.geometry.test_calibrate import BROADCAST, CORNERS, HEIGHT, TENNIS, WIDTH, looking, marks


def code(made) -> str | None:
    """The code of the reason why marks are refused; None where they are not."""
    try:
        calibrate(made, WIDTH, HEIGHT)
    except Refused as refused:
        return refused.args[0].code
    return None


@pytest.mark.parametrize(("bend", "refused"), [(0.019, True), (0.022, False)])
def test_points_whose_spread_across_a_line_is_002_of_that_along_it_lie_on_it(bend, refused):
    """Three of four marks in the picture; `bend` is the ratio of the two, by their singular values."""
    along, across = np.array([-1.0, 0.0, 1.0]), np.array([1.0, -2.0, 1.0])
    across *= bend * np.linalg.norm(along) / np.linalg.norm(across)
    pixels = [*(np.column_stack([along, across]) * 400 + [640, 500]), (640, 200)]
    places = [(-5, -10), (0, -11), (5, -10), (0, 10)]
    made = [Mark(str(n), *pixel, (*place, 0.0)) for n, (pixel, place) in enumerate(zip(pixels, places, strict=True))]
    assert (code(made) == "marks_on_a_line") == refused


@pytest.mark.parametrize(("share", "refused"), [(0.0098, False), (0.0102, True)])
def test_marks_that_miss_by_a_hundredth_of_the_width_contradict_each_other(monkeypatch, share, refused):
    monkeypatch.setattr(module, "_in_space", lambda *_: None)
    homography = module._homography

    def missed(places, pixels):
        ground, off = homography(places, pixels)
        return ground, np.full(len(off), share * WIDTH)

    monkeypatch.setattr(module, "_homography", missed)
    with pytest.raises((Refused, TypeError)) as error:
        calibrate(marks(), WIDTH, HEIGHT)
    assert (error.type is Refused) == refused  # else it goes on to the camera, which is not there


@pytest.mark.parametrize(("far", "refused"), [(1279, False), (1281, True)])
def test_marks_lie_within_a_picture_of_the_picture(far, refused):
    made = [*marks(), Mark("beyond", -far, 300, (40.0, 3.0, 0.0))]
    assert (code(made) == "marks_outside") == refused
    made = [*marks(), Mark("beyond", 300, HEIGHT + far, (40.0, 3.0, 0.0))]
    assert (code(made) == "marks_outside") == refused


def fitted(monkeypatch, off_px=0.0, focal_error=0.01):
    """What the camera is, where its fit misses by `off_px` (RMS) and leaves the focal length `focal_error` open."""
    n = 6
    slopes = np.linalg.qr(np.random.default_rng(0).normal(size=(2 * n, 7)))[0]
    error = module._pooled(0.0015 * WIDTH, 2 * n * off_px**2, 2 * n - 7)
    slopes[:, 0] *= error / focal_error
    monkeypatch.setattr(module.camera, "fit", lambda *_: (np.zeros(7), np.full(2 * n, off_px), slopes))
    return module._in_space(np.eye(3), np.zeros((n, 3)), np.zeros((n, 2)), WIDTH, HEIGHT)


@pytest.mark.parametrize(("errors", "known"), [(2.9, True), (3.1, False)])
def test_marks_miss_a_camera_by_three_of_their_errors(monkeypatch, errors, known):
    found = fitted(monkeypatch, off_px=errors * 0.0015 * WIDTH)
    assert isinstance(found, tuple) == known
    if not known:
        assert found.code == "marks_fit_no_camera"


@pytest.mark.parametrize(("error", "reason"), [(0.149, None), (0.151, "focal_length_unsure"), (0.99, "focal_length_unsure"), (1.01, "focal_length_open")])  # fmt: skip
def test_a_focal_length_is_known_to_15_percent(monkeypatch, error, reason):
    found = fitted(monkeypatch, focal_error=error)
    assert (None if isinstance(found, tuple) else found.code) == reason


def test_a_marks_error_is_pooled_from_six_assumed_residuals_and_the_found_ones():
    assert module._pooled(2.0, 100.0, 10) == pytest.approx(np.sqrt((6 * 4 + 100) / 16))
    assert module._pooled(2.0, 3.0, -1) == pytest.approx(np.sqrt((6 * 4 + 3) / 6))
    assert calibrate(marks(), WIDTH, HEIGHT).mark_error == pytest.approx(0.0015 * WIDTH * np.sqrt(6 / 7), rel=1e-3)


def test_a_marks_error_on_the_ground_alone_has_eight_parameters_less_to_rest_on():
    """Six marks straight from above leave 12 - 8 directions; they fit exactly."""
    above = looking((0, -0.1, 30), (0, 0, 0))
    found = calibrate(marks(above, [*CORNERS, "near_service_t", "far_service_t"]), WIDTH, HEIGHT, TENNIS)
    assert found.space is None
    assert found.mark_error == pytest.approx(0.0015 * WIDTH * np.sqrt(6 / (6 + 12 - 8)), rel=1e-3)


@pytest.mark.parametrize(("share", "refused"), [(0.098, False), (0.102, True)])
def test_places_on_the_ground_are_known_to_a_tenth_of_the_marks_span(monkeypatch, share, refused):
    corners = np.array([TENNIS.points[name][:2] for name in CORNERS])
    span = np.linalg.norm(np.ptp(corners, axis=0))
    monkeypatch.setattr(module.Calibration, "ground_error", (share * span, 9.0))
    assert (code(marks()) == "marks_too_near") == refused


def test_an_ellipse_holds_95_percent_of_its_draws():
    draws = np.random.default_rng(0).normal(size=(200_000, 2)) @ np.array([[3.0, 1.0], [0.0, 0.5]])
    ellipse = Ellipse.around(draws)
    turn = np.radians(ellipse.angle)
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    inside = (((draws - [ellipse.x, ellipse.y]) @ axes / [ellipse.major, ellipse.minor]) ** 2).sum(axis=1) <= 1
    assert inside.mean() == pytest.approx(0.95, abs=0.002)


def test_the_error_on_the_ground_is_that_of_95_percent_of_the_draws():
    """Draws that are shifted by 0 to 1 m in x: 95 % lie within 0.95 m, everywhere."""
    found = calibrate(marks(), WIDTH, HEIGHT)
    shifts = np.linspace(0, 1, module.DRAWS)
    shift = np.tile(np.eye(3), (module.DRAWS, 1, 1))
    shift[:, 0, 2] = shifts
    assert replace(found, ground_draws=found.ground @ shift).ground_error == pytest.approx((0.95, 0.95), abs=0.006)


@pytest.mark.parametrize("focal", [0.45, 0.8, 1.6, 3.0, 6.5])
def test_the_fit_finds_short_and_long_lenses(focal):
    camera = looking((0, -22, 7) if focal < 2 else (0, -22 * focal / 1.2, 7 * focal / 1.2), (0, 0, 0), focal)
    names = [*CORNERS, "net_left_post_top", "net_right_post_top", "near_service_t", "far_service_t"]
    found = calibrate(marks(camera, names), WIDTH, HEIGHT, TENNIS)
    assert found.row()["focal_px"] == pytest.approx(focal * WIDTH, rel=1e-3)


def test_a_pixel_beyond_the_horizon_has_no_place():
    found = calibrate(marks(BROADCAST), WIDTH, HEIGHT, TENNIS)
    above, below = found.place(np.array([[640.0, -2000.0], [640.0, 500.0]]), 0.0)
    assert np.isnan(above).all() and np.isfinite(below).all()
