"""The evaluation: scores with known answers, and the accuracy and cost that users get on a real film."""

from pathlib import Path

import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.base.settings import Settings
from gametape.evaluation import pose as evaluate
from gametape.evaluation.pose import compare, evaluate_pose, evaluate_poses, nearest_people, read_labels
from gametape.tables.pose import COCO_KEYPOINTS, KEYPOINTS
from tests.pose.bodies import poses, standing

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


def test_left_taken_for_right_is_told_and_who_is_not_found_apart_from_who_is():
    other = [
        NAMES.index(name.replace("left", "RIGHT").replace("right", "left").replace("RIGHT", "right")) for name in NAMES
    ]
    reference = truth(4) * 2
    found = reference.copy()
    found[0] = found[0][other]
    found[1] = np.nan
    scores = compare(found, reference, NAMES)
    # Shoulders, elbows and wrists are a quarter of the torso apart and more, hips, knees and ankles less than a fifth.
    assert scores["sides_exchanged"] == pytest.approx(1 / 3, abs=1e-4)
    assert scores["people_found"] == 0.75
    assert scores["pck_0_2_hip"] == 0.75 and scores["pck_0_2_wrist"] == 0.5
    assert scores["pck_0_2_found"] == pytest.approx(1 - 6 / 51, abs=1e-4)


HEADING = "frame,person,joint,x,y,flag\n"


def test_labels_by_hand_are_of_whom_and_when_you_like(tmp_path: Path):
    (tmp_path / "film.csv").write_text(HEADING + "7,a,left_knee,10.5,20,unsure\n7,b,nose,1,2,\n3,a,left_knee,4,5,\n")
    labels = read_labels(tmp_path / "film.csv")
    assert labels.frames.tolist() == [7, 7, 3] and labels.joints == NAMES
    assert labels.xy[0, NAMES.index("left_knee")].tolist() == [10.5, 20]
    assert np.isfinite(labels.xy).sum() == 6


def test_each_label_is_held_against_the_person_nearest_to_it():
    people = [{name: tuple(xy) for name, xy in zip(NAMES, standing(x, 300), strict=False)} for x in (100, 400)]
    rows = poses(*people)
    together = rows.set_column(rows.column_names.index("frame"), "frame", [np.zeros(2, np.int32)])
    wanted = np.stack([standing(390, 300), standing(120, 300), standing(120, 300)])[:, : len(NAMES)]
    wanted[0, 3:] = np.nan
    found = nearest_people(together, np.array([0, 0, 1]), wanted, NAMES)
    assert found[0] == pytest.approx(standing(400, 300)[: len(NAMES)])
    assert found[1] == pytest.approx(standing(100, 300)[: len(NAMES)])
    assert np.isnan(found[2]).all()


@pytest.mark.parametrize(("text", "told"), [
    ("frame,joint,x,y\n", "person"),
    (HEADING, "labels nothing"),
    (HEADING + "-1,a,nose,1,2,\n", "before the first"),
    (HEADING + "1,a,tail,1,2,\n", "tail"),
    (HEADING + "1,a,nose,left,2,\n", "could not convert"),
    (HEADING + "1,a,nose,1\n", "not labels"),
])  # fmt: skip
def test_wrong_labels_are_told(tmp_path: Path, text: str, told: str):
    (tmp_path / "film.csv").write_text(text)
    with pytest.raises(BadInput, match=told):
        evaluate_pose(tmp_path / "film.mp4", tmp_path / "film.csv", Settings(home=tmp_path))


def test_a_folder_without_labelled_films_is_told(tmp_path: Path):
    (tmp_path / "film.csv").write_text(HEADING)
    with pytest.raises(BadInput, match="no film with labels"):
        evaluate_poses(tmp_path, Settings(home=tmp_path))


def test_a_sidecar_beside_the_labels_is_no_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "serve.csv").write_text(HEADING + "1,a,nose,1,2,\n")
    for name in ("serve.json", "serve.jpg", "serve.MP4", "other.mp4"):
        (tmp_path / name).touch()
    compared = []
    monkeypatch.setattr(evaluate, "_compared", lambda film, labels, _: compared.append((film.name, labels.name)))
    monkeypatch.setattr(evaluate, "_scores", lambda _: {})
    evaluate_poses(tmp_path, Settings(home=tmp_path))
    assert compared == [("serve.MP4", "serve.csv")]


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
