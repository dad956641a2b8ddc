"""Where the shirt of a person is, by joints and by the proportions of a box."""

import numpy as np
import pytest

from gametape.numbers.windows import Torso, by_box, by_joints, cut, squares

UPRIGHT = np.array([[90, 100, 0.9], [130, 100, 0.9], [95, 160, 0.9], [125, 160, 0.9]], float)


def test_the_torso_of_a_standing_person_is_below_his_head():
    torso = by_box((100, 0, 140, 100))
    assert (torso.x, torso.y, torso.length, torso.view) == (120, 30, pytest.approx(34), "body")


def test_the_torso_of_somebody_who_bends_is_more_of_his_box_and_lower():
    upright, bent = by_box((0, 0, 40, 100)), by_box((0, 0, 100, 100))
    assert bent.length > upright.length
    assert bent.y > upright.y


def test_joints_tell_the_torso():
    torso = by_joints(UPRIGHT)
    assert torso == Torso(110, 130, 60, "torso")


def test_a_shortened_torso_is_as_long_as_shoulders_are_wide():
    bowed = UPRIGHT.copy()
    bowed[2:, 1] = 110
    assert by_joints(bowed).length == pytest.approx(36)


def test_a_torso_of_which_a_joint_is_not_seen_is_none():
    hidden = UPRIGHT.copy()
    hidden[3, 2] = 0.1
    assert by_joints(hidden) is None
    hidden[3] = np.nan
    assert by_joints(hidden) is None


def test_windows_are_squares_in_the_pictures_px():
    first, second, *_ = squares(Torso(200, 100, 40, "body"), (2.0, 2.0))
    assert first[2] - first[0] == first[3] - first[1] == 23
    assert second[0] < first[0] and second[2] > first[2]
    assert (first[0] + first[2]) / 2 == pytest.approx(100, abs=1)


@pytest.mark.parametrize("square", [(-10, -10, 20, 20), (90, 40, 130, 80), (200, 200, 230, 230), (-50, -50, -20, -20)])
def test_a_window_outside_the_picture_keeps_its_size(square):
    picture = np.full((60, 100, 3), 7, np.uint8)
    assert cut(picture, square).shape == (square[3] - square[1], square[2] - square[0], 3)
