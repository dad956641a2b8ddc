"""The evaluation: scores with known answers, and the accuracy and cost that users get on a real film."""

from pathlib import Path

import numpy as np
import pytest

from gametape.errors import BadInput
from gametape.lake.contracts import COCO_KEYPOINTS, KEYPOINTS
from gametape.pose.evaluate import compare, evaluate_pose
from gametape.settings import Settings
from tests.pose.bodies import standing

NAMES = list(COCO_KEYPOINTS)


def truth(frames: int = 10) -> np.ndarray:
    return np.stack([standing(300 + f, 300) for f in range(frames)])[:, : len(NAMES)]


def test_the_truth_itself_is_perfect():
    scores = compare(truth(), truth(), NAMES)
    assert scores["pck_0_1"] == scores["pck_0_2"] == 1
    assert scores["knee_median_deg"] == scores["elbow_p90_deg"] == 0


def test_pck_counts_joints_within_a_tenth_and_a_fifth_of_shoulders_to_ankles():
    torso = 155.0  # of the standing body: shoulders at -70, ankles at 85
    off = truth()
    off[:, KEYPOINTS.index("left_wrist"), 0] += 0.15 * torso
    off[:, KEYPOINTS.index("right_wrist"), 0] += 0.25 * torso
    scores = compare(off, truth(), NAMES)
    assert scores["pck_0_1"] == pytest.approx(15 / 17, abs=1e-4)
    assert scores["pck_0_2"] == pytest.approx(16 / 17, abs=1e-4)


def test_a_person_not_found_counts_as_missed():
    found = truth()
    found[:3] = np.nan
    assert compare(found, truth(), NAMES)["pck_0_2"] == pytest.approx(0.7)
    nobody = compare(np.full_like(truth(), np.nan), truth(), NAMES)
    assert nobody["pck_0_2"] == 0 and nobody["knee_median_deg"] is None


def test_joints_unknown_to_the_reference_do_not_count():
    reference = truth()
    reference[:, 0] = np.nan
    off = truth()
    off[:, 0] += 1000
    assert compare(off, reference, NAMES)["pck_0_1"] == 1


@pytest.mark.parametrize(("saved", "told"), [
    ({"xy": np.zeros((3, 2, 2)), "joints": ["Nose", "Tail"]}, "unknown joints"),
    ({"xy": np.zeros((3, 1, 2)), "joints": ["Nose"]}, "missing"),
    ({"joints": ["Nose"]}, "not a pose reference"),
    ({"xy": np.zeros((3, 4, 2)), "joints": NAMES}, "xy is"),
])  # fmt: skip
def test_a_wrong_reference_is_told(tmp_path: Path, saved: dict, told: str):
    np.savez(tmp_path / "reference.npz", **saved)
    with pytest.raises(BadInput, match=told):
        evaluate_pose(tmp_path / "film.mp4", tmp_path / "reference.npz", Settings(home=tmp_path))


@pytest.mark.slow
def test_users_get_accurate_poses(shared: Path, chosen: Settings):
    """Against a calibrated multi-camera reconstruction of the same film."""
    film = shared / "data/pose/balancing"
    scores = evaluate_pose(film / "cam01.mp4", film / "reference_cam01.npz", chosen)
    assert scores["frames"] == 100
    assert scores["pck_0_1"] > 0.96 and scores["pck_0_2"] >= 0.97
    assert scores["knee_median_deg"] <= 10 and scores["elbow_median_deg"] <= 10
    assert scores["cpu_ms_per_frame"] < 60  # 17 on a quiet machine; a guard against doing the work twice
