"""A pose estimator trained on real people sees a person in the sample film, and where truth says he is."""

from pathlib import Path

import numpy as np
import pytest

from gametape.base.errors import Unavailable
from gametape.base.model_store import ModelStore
from gametape.base.settings import Settings
from gametape.evaluation.pose import evaluate_pose, evaluate_poses
from gametape.pose.weights import KNOWN
from gametape.sample import load_truth, render
from gametape.sample.renderer import Renderer
from gametape.sample.scene import camera_around
from gametape.sample.truth import JOINTS, interior_angles
from gametape.tables.pose import COCO_KEYPOINTS, JOINT_ANGLES

# BlazePose's landmarks in the order of JOINTS.
_LANDMARKS = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32)


@pytest.fixture
def weights() -> Path:
    beside = Path(__file__).resolve().parents[3] / "shared" / "models" / "pose_landmarker_full.task"
    if beside.exists():
        return beside
    try:
        return ModelStore.of(Settings(), KNOWN).fetch("pose_landmarker_full.task")
    except Unavailable as error:
        pytest.skip(f"no weights of the pose estimator: {error}")


@pytest.mark.slow
@pytest.mark.parametrize("degrees", [150, 180, 210])
def test_from_behind_left_stays_left(weights: Path, tmp_path: Path, degrees: float):
    camera = camera_around(degrees, 1280, 720)
    made = render(tmp_path, seconds=0.8, camera=camera)
    known = [at for at, name in enumerate(JOINTS) if name in COCO_KEYPOINTS]
    joints = load_truth(made.truth).joints[:, known]
    np.savez(tmp_path / "joints.npz", xy=joints, joints=[JOINTS[at] for at in known])
    settings = Settings(pose_model=str(weights))
    assert evaluate_pose(made.film, tmp_path / "joints.npz", settings)["pck_0_2"] >= 0.95


@pytest.mark.slow
def test_a_folder_of_labels_made_by_hand_is_measured(weights: Path, tmp_path: Path):
    made = render(tmp_path, seconds=0.8, camera=camera_around(180, 1280, 720))
    joints = load_truth(made.truth).joints
    rows = [
        f"{frame},player,{name},{x:.1f},{y:.1f}"
        for frame in (8, 20)
        for name, (x, y) in zip(JOINTS, joints[frame], strict=True)
        if name in COCO_KEYPOINTS
    ]
    made.film.with_suffix(".csv").write_text("\n".join(["frame,person,joint,x,y", *rows]))
    scores = evaluate_poses(made.film.parent, Settings(pose_model=str(weights)))
    assert scores["frames"] == 2 and scores["people_found"] == 1 and scores["pck_0_2"] >= 0.9
    assert scores["sides_exchanged"] == 0


@pytest.mark.slow
def test_estimator_finds_the_player_and_his_joints(weights: Path):
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    shoot = Renderer(seconds=1.2, size=(1280, 720), fps=30, seed=7)
    truth = shoot.truth
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(weights)), running_mode=vision.RunningMode.VIDEO
    )
    told = np.full(truth.joints.shape, np.nan)
    with vision.PoseLandmarker.create_from_options(options) as estimator:
        for i, picture in enumerate(shoot.pictures()):
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
            people = estimator.detect_for_video(image, round(truth.time_s[i] * 1000)).pose_landmarks
            if people:
                told[i] = [[people[0][k].x * truth.width, people[0][k].y * truth.height] for k in _LANDMARKS]
    found = ~np.isnan(told[:, 0, 0])
    assert found.mean() >= 0.95

    def middle(name: str) -> np.ndarray:
        return (truth.joints[:, JOINTS.index(f"left_{name}")] + truth.joints[:, JOINTS.index(f"right_{name}")]) / 2

    torso = np.linalg.norm(middle("shoulder") - middle("hip"), axis=1)[:, None]
    coco = [JOINTS.index(name) for name in COCO_KEYPOINTS]
    close = np.linalg.norm(told - truth.joints, axis=2)[:, coco] < 0.2 * torso
    assert close[found].mean() >= 0.94
    assert close[truth.joint_visible[:, coco] & found[:, None]].mean() >= 0.97

    off = np.nanmedian(np.abs(interior_angles(told) - truth.angles), axis=0)
    for name in ("right_elbow", "right_knee", "left_knee", "right_hip", "right_shoulder"):
        assert off[JOINT_ANGLES.index(name)] < 12, name
