"""Angles with known answers: in pixels, of the right three points, and never from a guess."""

import numpy as np
import pyarrow as pa
import pytest

from gametape.pose import joint_angles
from gametape.pose.mass import MASS_JOINTS
from gametape.tables.pose import ANGLE_SPEEDS, JOINT_ANGLES, JOINT_ANGLES_TABLE, POSE_KEYPOINTS, SEGMENT_ANGLES
from tests.pose.bodies import STANDING, poses


def only(table, name: str) -> float | None:
    return table[name].to_pylist()[0]


@pytest.mark.parametrize("degrees", [0.01, 30, 90, 144.5, 179.99])
@pytest.mark.parametrize("turned", [0, 35, 200])
def test_a_knee_of_known_bend_at_any_turn(degrees: float, turned: float):
    hip = 300 * np.exp(1j * np.radians(turned))
    ankle = 120 * np.exp(1j * np.radians(turned + degrees))
    at = {"left_hip": hip, "left_knee": 0j, "left_ankle": ankle}
    table = joint_angles(poses({name: (900 + z.real, 500 + z.imag) for name, z in at.items()}))
    assert only(table, "left_knee") == pytest.approx(degrees, abs=2e-2)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (640, 640)])
def test_the_picture_s_shape_does_not_bend_a_limb(size: tuple[int, int]):
    """A right angle in pixels is one in any picture; in stretched 0..1 units it would not be."""
    x, y = size[0] / 2, size[1] / 2
    elbow = {"right_shoulder": (x - 50, y - 50), "right_elbow": (x, y), "right_wrist": (x + 50, y - 50)}
    assert only(joint_angles(poses(elbow)), "right_elbow") == pytest.approx(90, abs=1e-3)


@pytest.mark.parametrize(("angle", "joints"), [
    ("left_elbow", ("left_shoulder", "left_elbow", "left_wrist")),
    ("right_shoulder", ("right_hip", "right_shoulder", "right_elbow")),
    ("left_hip", ("left_shoulder", "left_hip", "left_knee")),
    ("right_knee", ("right_hip", "right_knee", "right_ankle")),
    ("left_ankle", ("left_knee", "left_ankle", "left_toe")),
])  # fmt: skip
def test_each_angle_is_of_its_three_joints(angle: str, joints: tuple[str, str, str]):
    table = joint_angles(poses(dict(zip(joints, [(100, 0), (0, 0), (0, 100)], strict=True))))
    assert only(table, angle) == pytest.approx(90, abs=1e-3)
    others = [name for name in (*JOINT_ANGLES, *SEGMENT_ANGLES) if name != angle]
    assert [name for name in others if only(table, name) is not None] == []  # the rest has no joints


def test_somebody_upright_facing_the_camera_is_level_and_not_twisted():
    table = joint_angles(poses(STANDING))
    for name in SEGMENT_ANGLES:
        assert only(table, name) == pytest.approx(0, abs=1e-3)
    assert only(table, "left_knee") == pytest.approx(180, abs=1e-3)


def test_seen_from_behind_the_lines_turn_round_and_the_separation_does_not():
    table = joint_angles(poses({name: (-x, y) for name, (x, y) in STANDING.items()}))
    assert abs(only(table, "hip_line")) == pytest.approx(180, abs=1e-3)
    assert only(table, "hip_shoulder_separation") == pytest.approx(0, abs=1e-3)


def test_signs_of_lean_and_lines():
    body = dict(STANDING)
    for side in ("left", "right"):  # shoulders 60 px to the right at 60 px over the hips: 45 degrees
        x, y = STANDING[f"{side}_shoulder"]
        body[f"{side}_shoulder"] = (x + 60, y)
    assert only(joint_angles(poses(body)), "trunk_lean") == pytest.approx(45, abs=1e-3)
    body = dict(STANDING, left_shoulder=(20, -110))  # the left shoulder 40 px higher, 40 px away
    table = joint_angles(poses(body))
    assert only(table, "shoulder_line") == pytest.approx(45, abs=1e-3)
    assert only(table, "hip_shoulder_separation") == pytest.approx(45, abs=1e-3)


def test_separation_is_the_short_way_round():
    body = dict(STANDING, left_shoulder=(-40, -69), right_shoulder=(0, -71), left_hip=(-12, -12), right_hip=(12, -8))
    separation = only(joint_angles(poses(body)), "hip_shoulder_separation")
    assert abs(separation) < 30


def test_an_unsure_joint_gives_no_angle():
    assert only(joint_angles(poses(STANDING, sure=0.49)), "left_knee") is None
    assert only(joint_angles(poses(STANDING, sure=0.51)), "left_knee") is not None


def test_joints_on_one_spot_give_no_angle():
    knee = {"left_hip": (5, 5), "left_knee": (5, 5), "left_ankle": (5, 50)}
    assert only(joint_angles(poses(knee)), "left_knee") is None


def test_nobody_gives_an_empty_table_of_the_contract():
    table = joint_angles(POSE_KEYPOINTS.from_rows([]))
    assert table.num_rows == 0
    assert table.schema.equals(JOINT_ANGLES_TABLE.schema())


def test_the_centre_of_mass_is_that_of_the_segments():
    """Of somebody whose joints but one foot lie at one point: the foot's share of the way to its centre."""
    joints = [f"{side}_{part}" for side in ("left", "right") for part in MASS_JOINTS]
    body = dict.fromkeys(joints, (500.0, 300.0)) | {"left_toe": (600.0, 200.0)}
    table = joint_angles(poses(body))
    moved = 0.0137 * 0.4415 * 100
    assert only(table, "centre_of_mass_x") == pytest.approx(500 + moved, abs=1e-3)
    assert only(table, "centre_of_mass_y") == pytest.approx(300 - moved, abs=1e-3)


def test_the_segments_make_a_whole_body_and_arms_raised_raise_its_centre():
    joints = [f"{side}_{part}" for side in ("left", "right") for part in MASS_JOINTS]
    assert only(joint_angles(poses({name: STANDING[name] for name in joints})), "centre_of_mass_x") == pytest.approx(0)
    raised = STANDING | {
        f"{side}_{part}": (x, y)
        for side, x in (("left", 26), ("right", -26))
        for part, y in (("elbow", -100), ("wrist", -128), ("index", -136))
    }
    low, high = (only(joint_angles(poses(body)), "centre_of_mass_y") for body in (STANDING, raised))
    # Upper arms 2 x 2.71 % by 60 px at 57.7 % of the way, forearms and hands by 60 to 128.
    arms = 2 * (0.0271 * 0.5772 * 60 + 0.0162 * (60 + 0.4574 * 56) + 0.0061 * (116 + 0.79 * 16))
    assert low - high == pytest.approx(arms, abs=1e-2)


@pytest.mark.parametrize(("unseen", "known"), [("wrist", True), ("knee", False), ("ear", False)])
def test_the_centre_of_mass_is_not_told_of_half_a_body(unseen: str, known: bool):
    body = {name: place for name, place in STANDING.items() if not name.endswith(unseen)}
    assert (only(joint_angles(poses(body)), "centre_of_mass_x") is not None) == known


def turning(times: np.ndarray, knee: np.ndarray, hips: np.ndarray, tracks: int = 1) -> pa.Table:
    """A left knee that is bent, and hips that are turned, by so many degrees at those times."""
    rows = []
    for frame, (time, bend, turn) in enumerate(zip(times, np.radians(knee), np.radians(hips), strict=True)):
        body = STANDING | {"left_ankle": (12 + 45 * np.sin(bend), 40 - 45 * np.cos(bend))}
        body |= {
            f"{side}_hip": (12 + way * 40 * np.cos(turn), -10 - way * 40 * np.sin(turn))
            for side, way in (("left", 0), ("right", -1))
        }
        for track in range(tracks):
            rows.append(poses(body).to_pylist()[0] | {"frame": frame, "time_s": time, "track": track})
    return POSE_KEYPOINTS.from_rows(rows)


UNEVEN = np.cumsum(np.tile([0.02, 0.045, 0.03, 0.04, 0.025], 12))


@pytest.mark.parametrize("times", [*(np.arange(2 * fps) / fps for fps in (25, 30, 50, 60, 120)), UNEVEN])
def test_a_joint_that_turns_at_a_known_rate_has_it_at_any_frame_rate(times: np.ndarray):
    table = joint_angles(turning(times, knee=170 - 60 * times, hips=100 * times + 90, tracks=2))
    for name, rate in (("left_knee_speed", -60.0), ("hip_line_speed", 100.0)):  # the line passes ±180
        speed = table[name].to_numpy(zero_copy_only=False).reshape(-1, 2)
        assert np.isfinite(speed).mean() > 0.85
        np.testing.assert_allclose(speed[np.isfinite(speed)], rate, atol=0.01)
        assert np.isnan(speed[:2]).all() and np.isnan(speed[-2:]).all()  # an end has no neighbours


@pytest.mark.parametrize("fps", [25, 30, 50, 60])
def test_a_swing_keeps_its_fastest_moment(fps: int):
    """Twice a second to and fro by 40 degrees: 503 degrees a second at most."""
    times = np.arange(2 * fps) / fps
    speed = joint_angles(turning(times, 100 + 40 * np.sin(4 * np.pi * times), 0 * times))["left_knee_speed"].to_numpy()
    assert np.nanmax(speed) == pytest.approx(40 * 4 * np.pi, rel=0.02)


def test_no_speed_at_a_gap_nor_of_a_few_looks_a_second():
    times = np.delete(np.arange(60) / 30, np.arange(20, 27))
    speed = joint_angles(turning(times, 170 - 60 * times, 0 * times))["left_knee_speed"].to_numpy()
    assert np.isnan(speed[18:22]).all() and np.isfinite(speed[[17, 22]]).all()
    rare = np.arange(20) / 8
    table = joint_angles(turning(rare, 170 - 60 * rare, 0 * rare))
    assert all(table[name].null_count == len(rare) for name in ANGLE_SPEEDS)


def test_a_limb_that_points_at_the_camera_has_no_angle():
    """As short as the estimator's usual error, its direction in the picture says nothing."""
    for length, known in ((30, True), (4, False)):
        x, y = STANDING["left_elbow"]
        table = joint_angles(poses(STANDING | {"left_wrist": (x, y + length)}))
        assert (only(table, "left_elbow") is not None) == known
    side_on = {f"{side}_hip": (x, -10) for side, x in (("left", 2), ("right", -2))}
    assert only(joint_angles(poses(STANDING | side_on)), "hip_line") is None
    assert only(joint_angles(poses(STANDING | side_on)), "shoulder_line") is not None
