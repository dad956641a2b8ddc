"""A camera of known place is found again within its stated error; marks that determine nothing are refused by name."""

import json
import re

import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.film.sidecar import Sidecar, parse_sidecar
from gametape.geometry import camera as cameras
from gametape.geometry.calibrate import Ellipse, Mark, Refused, calibrate
from gametape.geometry.checks import calibration_is_sound
from gametape.geometry.stretches import Calibrations, calibration_table
from gametape.sample.scene import Camera
from gametape.sports.courts import court_of, courts
from tests.play.sky import often_enough

WIDTH, HEIGHT = 1280, 720
TENNIS = courts()["tennis"]
CORNERS = [f"{end}_{side}_doubles_corner" for end in ("near", "far") for side in ("left", "right")]


def looking(position, aim, focal=1.2) -> Camera:
    position, aim = np.array(position, float), np.array(aim, float)
    forward = (aim - position) / np.linalg.norm(aim - position)
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    return Camera(position, np.stack([right, np.cross(forward, right), forward]), focal * WIDTH, WIDTH, HEIGHT)


BROADCAST = looking((0, -22, 7), (0, 0, 0))


def marks(camera=BROADCAST, names=CORNERS, noise=0.0, seed=0, seen_as=None):
    random = np.random.default_rng(seed)
    return [
        Mark(
            name,
            *(camera.project(np.array(TENNIS.points[seen]))[0] + noise * random.standard_normal(2)),
            TENNIS.points[name],
        )
        for name, seen in zip(names, seen_as or names, strict=True)
    ]


def test_exact_marks_give_the_camera_back():
    found = calibrate(marks(), WIDTH, HEIGHT, TENNIS)
    row = found.row()
    assert row["solved"] == "camera" and row["reprojection_px"] < 1e-3
    assert row["focal_px"] == pytest.approx(1.2 * WIDTH, rel=1e-4)
    assert [row[f"camera_{axis}_m"] for axis in "xyz"] == pytest.approx([0, -22, 7], abs=1e-2)
    ball = np.array([1.0, 4.0, 0.5])
    assert cameras.project(found.camera, ball[None])[0] == pytest.approx(BROADCAST.project(ball)[0], abs=1e-2)


@pytest.mark.parametrize("position", [(0, -22, 7), (-16, -4, 2.5), (9, -20, 4)])
def test_the_truth_lies_in_the_stated_ellipse(position):
    camera, truth, inside = looking(position, (0, 1, 0), 0.9), np.array([2.0, 5.0, 0.0]), 0
    names = [*CORNERS, "near_service_t", "far_service_t"]
    for seed in range(60):
        found = calibrate(marks(camera, names, 1.9, seed), WIDTH, HEIGHT, TENNIS)
        ellipse = Ellipse.around(found.drawn(np.tile(camera.project(truth)[0], (200, 1))))
        turn = np.radians(ellipse.angle)
        along, across = (truth[:2] - [ellipse.x, ellipse.y]) @ np.array(
            [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
        )
        inside += (along / ellipse.major) ** 2 + (across / ellipse.minor) ** 2 <= 1
    assert often_enough(inside, 60)


def test_a_low_camera_tells_less_of_depth_than_a_high_one():
    low, high = (
        calibrate(marks(looking((0, -20, height), (0, 0, 0)), noise=0), WIDTH, HEIGHT).ground_error[0]
        for height in (2, 9)
    )
    assert low > 2 * high


def test_straight_from_above_the_ground_is_known_and_space_is_not():
    above = looking((0, -0.1, 30), (0, 0, 0))
    found = calibrate(marks(above), WIDTH, HEIGHT, TENNIS)
    assert found.camera is None and found.reason.code == "focal_length_open"
    x, y, depth = found.ground @ [3.0, 4.0, 1.0]
    assert [x / depth, y / depth] == pytest.approx(above.project(np.array([3.0, 4.0, 0]))[0], abs=1e-2)


def test_post_tops_help_where_the_ground_leaves_the_focal_length_open():
    side = looking((-25, 0, 1.8), (0, 0, 0.5), 1.6)
    names = [f"{end}_{side_}_service_corner" for end in ("near", "far") for side_ in ("left", "right")]
    ground = calibrate(marks(side, names), WIDTH, HEIGHT)
    posts = calibrate(marks(side, [*names, "net_left_post_top", "net_right_post_top"]), WIDTH, HEIGHT)
    assert posts.space_covariance[0, 0] < (np.inf if ground.space is None else ground.space_covariance[0, 0])


@pytest.mark.parametrize(
    ("names", "seen_as", "told"),
    [
        (CORNERS[:3], None, "marks_too_few(n=3, needed=4)"),
        ([*CORNERS[:3], "net_left_post_top"], None, "marks_too_few(n=3, needed=4)"),
        (
            ["near_left_doubles_corner", "near_left_singles_corner", "near_right_singles_corner", "far_left_doubles_corner"],
            None,
            "marks_on_a_line",
        ),
        (CORNERS, [CORNERS[i] for i in (1, 0, 3, 2)], "marks_from_below"),
        (CORNERS, [CORNERS[i] for i in (1, 0, 2, 3)], "marks_out_of_order"),
        ([*CORNERS, "near_service_t"], [*CORNERS, "far_service_t"], "worst=near_service_t"),
        ([*CORNERS, CORNERS[0]], None, "marks_at_one_place"),
    ],
)  # fmt: skip
def test_marks_that_determine_nothing_are_refused_with_the_reason(names, seen_as, told):
    with pytest.raises(Refused, match=re.escape(told)):
        calibrate(marks(names=names, seen_as=seen_as), WIDTH, HEIGHT, TENNIS)


def sidecar(**camera) -> Sidecar:
    points = [{"at": m.name, "x": m.x / WIDTH, "y": m.y / HEIGHT} for m in marks()]
    said = {"motion": "fixed", "calibration": points, "calibration_unit": "fraction", **camera}
    return parse_sidecar(json.dumps({"sport": "tennis", "camera": said}).encode(), "match.json")


def test_a_sidecars_corners_become_a_table_that_is_read_back():
    table = calibration_table(sidecar(), WIDTH, HEIGHT)
    back, reason = Calibrations(table).during(0, 10_000)
    row = table.to_pylist()[0]
    assert reason is None and row["court"] == "tennis" and row["source"] == "sidecar" and row["stop"] is None
    assert back.row().items() <= row.items()
    assert calibration_is_sound(table)[0].passed


@pytest.mark.parametrize(
    ("camera", "told"),
    [
        ({"motion": "moving"}, "camera_moves"),
        ({"motion": None}, "camera_may_move"),
        ({"calibration": []}, "not_calibrated"),
    ],
)
def test_no_calibration_is_told_with_its_reason(camera, told):
    table = calibration_table(sidecar(**camera), WIDTH, HEIGHT)
    calibration, reason = Calibrations(table).during(0, 10)
    assert calibration is None and reason == told and table["homography"][0].as_py() is None
    assert calibration_is_sound(table)[0].passed == ("calibration" in camera)  # nothing given is no fault


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"camera: {calibration: [{x: 1, y: 2}]}", "give either at"),
        (b"camera: {calibration: [{x: 1, y: 2, at: net_centre_top, ground_x_m: 1, ground_y_m: 2}]}", "give either at"),
        (b"camera: {calibration: [{x: 1, y: 2, ground_x_m: 1}]}", "give either at"),
        (b"camera: {calibration: [{x: 1, y: 2, at: net_centre_top}]}", "say camera.court"),
        (b"sport: tennis\ncamera: {calibration: [{x: 1, y: 2, at: corner}]}", "no point 'corner' on a tennis court"),
        (b"camera: {court: chess}", "unknown court 'chess'"),
    ],
)  # fmt: skip
def test_a_mark_that_names_no_place_is_an_error_of_the_sidecar(raw, told):
    with pytest.raises(BadInput, match=told):
        parse_sidecar(raw, "match.yaml")


def test_courts_have_the_rules_lengths():
    def apart(court, one, other):
        points = court_of(court).points
        return float(np.linalg.norm(np.subtract(points[one], points[other])))

    assert apart("tennis", "near_left_doubles_corner", "far_left_doubles_corner") == pytest.approx(23.77)
    assert apart("tennis", "near_left_singles_corner", "near_right_singles_corner") == pytest.approx(8.23)
    assert apart("tennis", "near_service_t", "far_service_t") == pytest.approx(12.80)
    assert apart("table_tennis", "near_left_corner", "far_left_corner") == pytest.approx(2.74)
    assert apart("badminton", "near_left_doubles_corner", "near_right_doubles_corner") == pytest.approx(6.10)
    assert apart("badminton", "near_left_long_service", "near_left_short_service") == pytest.approx(3.96)
    assert apart("volleyball", "near_left_corner", "far_left_corner") == pytest.approx(18)
    assert apart("cricket", "near_middle_stump_foot", "far_middle_stump_foot") == pytest.approx(20.12)
    assert apart("cricket", "near_middle_stump_foot", "near_middle_stump_top") == pytest.approx(0.7112)
    assert apart("ice hockey", "near_goal_left_post_foot", "far_goal_left_post_foot") == pytest.approx(52)


@pytest.mark.parametrize("court", courts().values(), ids=lambda court: court.name)
def test_every_court_has_corners_lines_and_sources(court):
    ground = [point for point in court.points.values() if not point[2]]
    assert len(ground) >= 4 and court.lines and court.sources["court"]
    assert (court.ball is None) == (court.contact_heights is None) == ("ball" not in court.sources)
    inside = np.abs([place for line in court.lines for place in line]) <= np.array(court.extent) + 0.5
    assert inside.all()
