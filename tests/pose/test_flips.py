"""Nobody stands on his head for a moment: neither the estimator's mistake nor a handstand is taken for the other."""

import numpy as np
import pytest

from gametape.pose.repair.flips import MOST_TURN, turned_over
from gametape.tables.pose import KEYPOINTS

TRUNK = [f"{side}_{part}" for part in ("shoulder", "hip") for side in ("left", "right")]


def body(lean: np.ndarray, length: np.ndarray | float = 60.0) -> np.ndarray:
    """Joints (n, joints, 3) of a trunk that leans by so many degrees from upright."""
    joints = np.ones((len(lean), len(KEYPOINTS), 3))
    hip = np.array([400.0, 300.0])
    shoulder = hip + np.broadcast_to(length, lean.shape)[:, None] * np.column_stack(
        [np.sin(np.radians(lean)), -np.cos(np.radians(lean))]
    )
    for name in TRUNK:
        side = np.array([10.0 if name.startswith("left") else -10.0, 0.0])
        joints[:, KEYPOINTS.index(name), :2] = (shoulder if "shoulder" in name else hip) + side
    return joints


def over(lean, length=60.0, rate=25.0) -> list[int]:
    lean = np.asarray(lean, float)
    return np.flatnonzero(turned_over(np.arange(len(lean)) / rate, body(lean, length))).tolist()


UPRIGHT = [5.0] * 20


@pytest.mark.parametrize("down", [178.0, -178.0, 130.0])
def test_a_body_that_is_upright_in_the_next_picture_was_never_upside_down(down: float):
    assert over([down] * 7 + UPRIGHT) == list(range(7)), "a film begins with it"
    assert over(UPRIGHT + [down] * 7) == list(range(20, 27))
    assert over([*UPRIGHT, down, *UPRIGHT]) == [20]


def test_what_lies_between_belongs_to_it():
    lean, length = [178.0] * 3 + [120.0] + [178.0] * 3 + UPRIGHT, np.full(27, 60.0)
    length[3] = 10.0
    assert over(lean, length) == list(range(7))


def test_whoever_turns_as_fast_as_people_do_is_upside_down():
    step = MOST_TURN / 25
    somersault = np.concatenate([np.zeros(10), np.arange(0.9 * step, 360, 0.9 * step), np.zeros(10)])
    assert over((somersault + 180) % 360 - 180) == []


def test_a_long_handstand_is_not_undone_by_one_mistake():
    assert over([178.0] * 30 + [2.0] + [178.0] * 30) == []


def test_a_bow_to_the_camera_has_no_direction():
    lean = UPRIGHT + [0.0] * 3 + [180.0] * 4 + [0.0] * 3 + UPRIGHT
    length = np.array([60.0] * 20 + [20.0] * 10 + [60.0] * 20)
    assert over(lean, length) == []


def test_nobody_is_no_fault():
    assert not turned_over(np.arange(3.0), np.full((3, len(KEYPOINTS), 3), np.nan)).any()
    assert not turned_over(np.empty(0), np.empty((0, len(KEYPOINTS), 3))).any()
