"""Each frame has the calibration of its stretch; the sidecar's marks come before those found, and doubt is none."""

import json

import numpy as np
import pytest

from gametape.film.sidecar import Sidecar, parse_sidecar
from gametape.geometry import camera
from gametape.geometry.calibrate import calibrate
from gametape.geometry.checks import calibration_is_sound
from gametape.geometry.stretches import Calibrations, by_found_court, calibrated_court, calibration_table
from gametape.tables.court import COURT_MARKS
from tests.geometry.test_calibrate import BROADCAST, CORNERS, HEIGHT, TENNIS, WIDTH, marks
from tests.play.sky import looking

NAMES = [*CORNERS, "near_service_t", "far_service_t", "net_left_post_top", "net_right_post_top"]
ELSEWHERE = looking((3, -20, 9), (0, 1, 0), 1.1)


def stretch(first, stop, seen_by=BROADCAST, *, court="tennis", radial=None, fit=0.7, **more):
    """A row of COURT_MARKS; without a camera nothing was found."""
    row = {"first_frame": first, "stop": stop, "motion": "fixed", "court": court, "found": seen_by is not None}
    row |= {"marks": "[]", "proposed": False, "reason": None if seen_by else "court_not_found(reason=too_few_lines())"}
    if seen_by:
        seen = np.array([[one.x, one.y] for one in marks(seen_by, NAMES)])
        seen = camera.bent(seen, WIDTH, HEIGHT, radial or 0.0)
        row["marks"] = json.dumps([[name, *at] for name, at in zip(NAMES, seen.tolist(), strict=True)])
        row |= {"homography": "[]", "fit_px": fit, "share_of_lines": 0.93, "radial": radial}
    return row | more


def found(*rows):
    return COURT_MARKS.from_rows(list(rows))


def marked(motion=None):
    lines = [f"{{at: {one.name}, x: {one.x}, y: {one.y}}}" for one in marks(names=NAMES)]
    text = f"sport: tennis\ncamera: {{{f'motion: {motion}, ' if motion else ''}calibration: [{', '.join(lines)}]}}"
    return parse_sidecar(text.encode(), "match.yaml")


def test_each_stretch_has_the_court_found_in_it():
    table = calibration_table(
        Sidecar(sport="tennis"),
        WIDTH,
        HEIGHT,
        found(stretch(0, 100), stretch(100, 150, None), stretch(150, 300, ELSEWHERE)),
    )
    rows = table.to_pylist()
    assert [(row["first_frame"], row["stop"]) for row in rows] == [(0, 100), (100, 150), (150, 300)]
    assert [row["source"] for row in rows] == ["found", None, "found"]
    assert [row["solved"] for row in rows] == ["camera", "none", "camera"]
    assert rows[0]["lines_fit_px"] == 0.7 and rows[0]["share_of_lines"] == 0.93
    film = Calibrations(table)
    for frames, by in (((10, 60), BROADCAST), ((0, 99), BROADCAST), ((150, 299), ELSEWHERE)):
        calibration, reason = film.during(*frames)
        assert reason is None
        ball = np.array([1.0, 4.0, 0.5])
        assert camera.project(calibration.camera, ball[None])[0] == pytest.approx(by.project(ball)[0], abs=0.05)
    assert film.during(110, 120) == (None, "court_not_found(reason=too_few_lines())")
    assert film.during(90, 100) == (None, "view_changes")
    assert film.during(400, 410) == (None, "not_calibrated")
    assert calibrated_court(table) == (TENNIS, None) and by_found_court(table)
    assert calibration_is_sound(table)[0].passed


def test_marks_of_the_sidecar_come_first_and_nothing_found_is_mixed_in():
    table = calibration_table(marked(), WIDTH, HEIGHT, found(stretch(20, 300, ELSEWHERE)))
    (row,) = table.to_pylist()
    assert row["source"] == "sidecar" and (row["first_frame"], row["stop"]) == (20, 300)
    assert row["camera_y_m"] == pytest.approx(-22, abs=0.05) and row["lines_fit_px"] is None
    assert not by_found_court(table)


@pytest.mark.parametrize(
    ("told", "seen", "why"),
    [
        (None, [stretch(0, 300, None)], None),  # measured: it stands
        (None, [stretch(0, 300, None, motion="moved")], None),
        (None, [stretch(0, 300, None, motion="panning")], "camera_pans"),
        (None, [stretch(0, 100, None), stretch(100, 300, None)], "camera_views(n=2)"),
        (None, [stretch(0, 300, None, motion=None)], "camera_may_move"),
        ("fixed", [stretch(0, 100, None), stretch(100, 300, None, motion="panning")], None),  # it is told, not measured
        ("moving", [stretch(0, 300, None)], "camera_moves"),
    ],
)
def test_marks_hold_while_the_camera_stands(told, seen, why):
    table = calibration_table(marked(told), WIDTH, HEIGHT, found(*seen))
    (row,) = table.to_pylist()
    assert row["reason"] == why and (row["solved"] == "camera") == (why is None)
    assert calibration_is_sound(table)[0].passed == (why is None)


def test_a_proposed_court_is_not_used_and_says_what_to_do():
    table = calibration_table(Sidecar(), WIDTH, HEIGHT, found(stretch(0, 300, proposed=True)))
    (row,) = table.to_pylist()
    assert row["solved"] == "none" and row["reason"] == "court_proposed(court=tennis)" and row["source"] is None
    assert calibrated_court(table) == (None, "court_proposed(court=tennis)")


def test_a_found_court_that_is_no_camera_is_not_used():
    left, right = (
        name.replace("near_left", f"near_{side}") for name, side in ((CORNERS[0], "left"), (CORNERS[0], "right"))
    )
    swapped = stretch(0, 300)
    swapped["marks"] = swapped["marks"].replace(left, "other").replace(right, left).replace("other", right)
    (row,) = calibration_table(Sidecar(sport="tennis"), WIDTH, HEIGHT, found(swapped)).to_pylist()
    assert row["solved"] == "none" and row["reason"].startswith("court_not_usable(reason=marks_")


def test_why_a_film_is_not_calibrated_is_the_longest_stretchs_reason():
    pans = stretch(100, 120, None, motion="panning", reason="camera_pans")
    table = calibration_table(Sidecar(sport="tennis"), WIDTH, HEIGHT, found(stretch(0, 100, None), pans))
    assert calibrated_court(table) == (None, "court_not_found(reason=too_few_lines())")


def test_where_nobody_may_look_the_reason_is_that_the_film_is_not_calibrated():
    for why in ("no_court_of_sport", "court_not_wanted"):
        row = stretch(0, 300, None, court=None, motion=None, reason=why)
        assert calibrated_court(calibration_table(Sidecar(), WIDTH, HEIGHT, found(row)))[1] == "not_calibrated"


@pytest.mark.parametrize("radial", [-0.12, -0.05, 0.03, 0.2])
def test_distortion_is_undone(radial):
    seen = np.random.default_rng(0).uniform([0, 0], [WIDTH, HEIGHT], (200, 2))
    flat = camera.straight(seen, WIDTH, HEIGHT, radial)
    assert camera.bent(flat, WIDTH, HEIGHT, radial) == pytest.approx(seen, abs=1e-6)
    beyond = camera.straight(np.array([[0.0, 0.0]]), WIDTH, HEIGHT, -0.5)  # no lens shows a corner there
    assert np.isfinite(beyond).all()
    middle = np.array([[WIDTH / 2, HEIGHT / 2]])
    assert camera.straight(middle, WIDTH, HEIGHT, radial) == pytest.approx(middle)


def test_a_bent_picture_is_calibrated_as_if_it_were_straight():
    bent = stretch(0, 300, radial=-0.08)
    (row,) = calibration_table(Sidecar(sport="tennis"), WIDTH, HEIGHT, found(bent)).to_pylist()
    assert row["focal_px"] == pytest.approx(1.2 * WIDTH, rel=1e-3) and row["radial"] == -0.08
    calibration, _ = Calibrations(calibration_table(Sidecar(sport="tennis"), WIDTH, HEIGHT, found(bent))).during(0, 9)
    truth = np.array([[-3.0, -8.0], [4.0, 9.0]])
    seen = camera.bent(BROADCAST.project(np.column_stack([truth, np.zeros(2)]))[0], WIDTH, HEIGHT, -0.08)
    x, y, depth = np.linalg.inv(calibration.ground) @ np.column_stack([calibration.straight(seen), np.ones(2)]).T
    assert np.abs(np.column_stack([x, y]) / depth[:, None] - truth).max() < 0.01
    unaware = stretch(0, 300, radial=-0.08) | {"radial": None}
    (row,) = calibration_table(Sidecar(sport="tennis"), WIDTH, HEIGHT, found(unaware)).to_pylist()
    assert row["focal_px"] is None or abs(row["focal_px"] / (1.2 * WIDTH) - 1) > 0.01


@pytest.mark.parametrize(("fit", "error"), [(0.5, 1.92), (1.9, 1.92), (4.0, 4.0)])
def test_a_found_court_is_no_surer_than_four_marks(fit, error):
    table = calibration_table(Sidecar(sport="tennis"), WIDTH, HEIGHT, found(stretch(0, 300, fit=fit)))
    (row,) = table.to_pylist()
    assert row["mark_error_px"] == pytest.approx(error * (len(NAMES) / 4) ** 0.5)
    four = calibrate(marks(names=CORNERS), WIDTH, HEIGHT, TENNIS, error=error)
    assert row["ground_error_m"] == pytest.approx(four.ground_error[0], rel=0.5)
    again, _ = Calibrations(table).during(0, 9)
    assert again.ground_error[0] == pytest.approx(row["ground_error_m"])
