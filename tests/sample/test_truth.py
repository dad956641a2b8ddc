"""The ground truth is physics and geometry, and agrees with itself: what is measured against it rests on that."""

import json
from pathlib import Path

import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.sample import Sample, Truth, load_truth
from gametape.sample.ball_physics import RADIUS, WALL_X
from gametape.sample.rally import play_rally
from gametape.sample.renderer import Renderer
from gametape.sample.truth import JOINTS, project, to_json
from gametape.tables.pose import JOINT_ANGLES


def joint(truth: Truth, name: str) -> np.ndarray:
    return truth.joints_m[:, JOINTS.index(name)]


def shoot(fps: float = 30, seed: int = 3, seconds: float = 2.0) -> Renderer:
    return Renderer(seconds=seconds, size=(160, 90), fps=fps, seed=seed)


def test_pixels_are_the_projected_metres(truth: Truth):
    assert np.abs(project(truth.camera, truth.ball_m) - truth.ball).max() < 0.01
    assert np.abs(project(truth.camera, truth.joints_m) - truth.joints).max() < 0.01


def test_pixel_velocity_is_the_slope_of_the_pixels(truth: Truth):
    contacts = np.array([event.time_s for event in truth.events])
    for i in range(1, len(truth) - 1):
        before, after = truth.time_s[i - 1], truth.time_s[i + 1]
        if not ((contacts > before - 1e-6) & (contacts < after + 1e-6)).any():
            slope = (truth.ball[i + 1] - truth.ball[i - 1]) / (after - before)
            assert np.abs(slope - truth.ball_velocity[i]).max() < 0.02 * np.abs(truth.ball_velocity[i]).max() + 2


def test_ball_flies_under_gravity_and_drag_between_contacts(truth: Truth):
    drag = 0.5 * 1.20 * 0.55 * np.pi * 0.0335**2 / 0.058  # 1/m, from the figures that `flight` cites
    contacts = np.array([event.time_s for event in truth.events])
    checked = 0
    for i in range(1, len(truth) - 1):
        if ((contacts > truth.time_s[i - 1]) & (contacts < truth.time_s[i + 1])).any():
            continue
        before, here, after = truth.ball_m[i - 1 : i + 2]
        velocity = (after - before) / 2 * truth.fps
        pull = (after - 2 * here + before) * truth.fps**2
        expected = -drag * np.linalg.norm(velocity) * velocity - [0, 0, 9.81]
        assert np.abs(pull - expected).max() < 0.2
        checked += 1
    assert checked > len(truth) / 2


def test_ball_stays_above_the_ground_and_before_the_wall(truth: Truth):
    assert truth.ball_m[:, 2].min() > RADIUS - 1e-4
    assert truth.ball_m[:, 0].max() < WALL_X - RADIUS + 1e-4


def test_events_come_in_the_order_of_a_rally(truth: Truth):
    order = ["hit", "impact", "bounce"]
    kinds = [event.kind for event in truth.events]
    start = order.index(kinds[0])
    assert kinds == [order[(start + i) % 3] for i in range(len(kinds))]
    assert {"hit", "impact", "bounce"} <= set(kinds)
    assert all(abs(event.frame / truth.fps - event.time_s) <= 0.5 / truth.fps + 1e-6 for event in truth.events)
    assert all(0 <= event.frame < len(truth) for event in truth.events)


def test_hit_is_where_racket_and_ball_are_closest():
    motion, rally = play_rally(5.0, seed=3)
    hits = [contact for contact in rally.contacts if contact.kind == "hit" and 0 < contact.time_s < 5]
    assert len(hits) >= 3
    for hit in hits:
        times = hit.time_s + np.linspace(-0.12, 0.12, 241)
        gap = np.linalg.norm(motion.pose(times).sweet_spot() - rally.state(times)[:, :3], axis=1)
        assert gap[120] == pytest.approx(RADIUS, abs=1e-6)
        assert abs(times[gap.argmin()] - hit.time_s) < 0.008  # the racket goes on with the ball for a moment


def test_ball_leaves_the_racket_faster_than_it_came_and_towards_the_wall():
    _, rally = play_rally(5.0, seed=3)
    for hit in (contact for contact in rally.contacts[1:-1] if contact.kind == "hit"):
        came, left = rally.state([hit.time_s - 1e-6, hit.time_s])[:, 3:]
        assert came[0] < 0 < left[0]
        assert np.linalg.norm(left) > np.linalg.norm(came)


@pytest.mark.parametrize("kind", ["bounce", "impact"])
def test_surfaces_take_speed_from_the_ball(kind: str):
    _, rally = play_rally(5.0, seed=3)
    axis = {"bounce": 2, "impact": 0}[kind]
    for contact in (contact for contact in rally.contacts if contact.kind == kind):
        before, after = rally.state([contact.time_s - 1e-7, contact.time_s])[:, 3:]
        assert after[axis] / before[axis] == pytest.approx(-0.75, abs=1e-3)
        assert np.linalg.norm(after) < np.linalg.norm(before)


@pytest.mark.parametrize("side", ["left", "right"])
def test_limbs_keep_their_lengths(truth: Truth, side: str):
    for first, second, share in (
        ("shoulder", "elbow", 0.186), ("elbow", "wrist", 0.146), ("hip", "knee", 0.245), ("knee", "ankle", 0.246),
    ):  # fmt: skip
        length = np.linalg.norm(joint(truth, f"{side}_{first}") - joint(truth, f"{side}_{second}"), axis=1)
        assert np.abs(length - share * 1.82).max() < 1e-4


def test_feet_stay_on_the_court_and_planted_while_the_ball_is_hit(truth: Truth):
    for name in ("left_heel", "right_heel", "left_toe", "right_toe"):
        assert joint(truth, name)[:, 2].min() > -0.005
    hit = next(event for event in truth.events if event.kind == "hit")
    planted = (truth.time_s > hit.time_s - 0.15) & (truth.time_s < hit.time_s + 0.35)
    assert np.ptp(joint(truth, "left_toe")[planted], axis=0).max() < 0.005


def test_motion_is_smooth_and_humanly_fast():
    motion, _ = play_rally(4.0, seed=3)
    times = np.arange(0, 4, 1 / 200)
    speed = np.linalg.norm(np.diff(motion.pose(times).keypoints(JOINTS), axis=0), axis=2) * 200
    assert speed.max() < 12  # m/s, a wrist's
    assert np.abs(np.diff(speed, axis=0)).max() * 200 < 600  # m/s²


def test_interior_angles_are_those_of_the_joints(truth: Truth):
    corners = [joint(truth, f"right_{name}") for name in ("hip", "knee", "ankle")]
    thigh, shank = corners[0] - corners[1], corners[2] - corners[1]
    cosine = np.einsum("ij,ij->i", thigh, shank) / np.linalg.norm(thigh, axis=1) / np.linalg.norm(shank, axis=1)
    column = JOINT_ANGLES.index("right_knee")
    assert np.allclose(truth.angles_3d[:, column], np.degrees(np.arccos(cosine)))
    assert truth.angles.shape == (len(truth), len(JOINT_ANGLES))
    assert truth.angles_3d[:, column].min() > 90 and truth.angles_3d[:, column].max() < 180


def test_far_side_is_hidden_and_near_side_seen(truth: Truth):
    seen = dict(zip(JOINTS, truth.joint_visible.mean(axis=0), strict=True))
    assert seen["right_ear"] > 0.9 and seen["left_ear"] < 0.1
    assert seen["right_hip"] > 0.9 and seen["left_hip"] < 0.5


def test_ball_behind_the_player_or_outside_the_picture_is_not_visible():
    camera_side = shoot()
    pose, joints = camera_side.motion.pose(np.array([0.1])), camera_side.truth.joints_m[3]
    chest, depth = camera_side.camera.project(
        (joints[JOINTS.index("right_shoulder")] + joints[JOINTS.index("right_hip")]) / 2
    )
    assert not camera_side._seen(pose, joints, chest, depth + 1.0, 1.0)[1]
    assert camera_side._seen(pose, joints, chest, depth - 1.0, 1.0)[1]
    assert not camera_side._seen(pose, joints, np.array([-3.0, 40.0]), depth - 1.0, 1.0)[1]


def test_same_seed_same_truth_other_seed_another():
    assert to_json(shoot().truth) == to_json(shoot().truth)
    assert to_json(shoot().truth) != to_json(shoot(seed=4).truth)


def test_frame_rate_changes_when_we_look_not_what_happens():
    slow, fast = shoot(fps=25).truth, shoot(fps=50).truth
    assert np.abs(slow.joints_m - fast.joints_m[::2]).max() < 1e-9
    assert np.abs(slow.ball - fast.ball[::2]).max() < 1e-9
    assert [(e.kind, e.time_s) for e in slow.events] == [(e.kind, e.time_s) for e in fast.events]


@pytest.mark.parametrize("seed", range(8))
def test_every_seed_has_a_rally(seed: int):
    _, rally = play_rally(6.0, seed)
    assert sum(contact.kind == "hit" for contact in rally.contacts if 0 < contact.time_s < 6) >= 3


def test_truth_reads_back_as_written(sample: Sample, truth: Truth):
    assert load_truth(sample.truth).events == truth.events
    assert (
        json.loads(to_json(truth))["frames"][5]["joints"] == json.loads(sample.truth.read_text())["frames"][5]["joints"]
    )


@pytest.mark.parametrize("content", [None, "", "{}", '{"frames": [{}]}', "[1]"])
def test_what_is_not_a_truth_is_refused_by_name(tmp_path: Path, content: str | None):
    path = tmp_path / "rally.truth.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadInput, match=r"rally\.truth\.json"):
        load_truth(path)
