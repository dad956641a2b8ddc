"""Camera movements that are known are found again, and those that cannot be known are not made up."""

from zlib import crc32

import numpy as np
import pytest

from gametape.ball.camera import STOOD, Move, aligned, move_between, steadied, way
from gametape.training.ball.synthetic.scenes import textures

WIDTH, HEIGHT = 512, 288


def movement(shift=(0.0, 0.0), zoom=1.0, turn=0.0):
    """About the picture's middle, then shifted."""
    middle = np.array([WIDTH / 2, HEIGHT / 2])
    turned = zoom * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = turned, middle - turned @ middle + shift
    return matrix


def off(found, true):
    """How far from where they should be the picture's places are taken, px: root of the mean square."""
    x, y = np.meshgrid(np.linspace(0, WIDTH, 9), np.linspace(0, HEIGHT, 9))
    places = np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    return np.sqrt(np.mean(np.sum(((found - true) @ places)[:2] ** 2, 0)))


def view(scene, matrix, noise=2.0):
    """What a camera sees of a wall, `matrix` taking the wall's middle part to the picture."""
    import cv2

    border = np.array([[1, 0, -64.0], [0, 1, -176], [0, 0, 1]])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    moved = (np.linalg.inv(half) @ matrix @ border @ half)[:2]
    picture = cv2.warpAffine(scene, moved, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)
    grain = np.random.default_rng(crc32(matrix.tobytes())).normal(0, noise, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


SCENES = {"stadium": 3, "hall": 6, "court": 1, "pitch": 5}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
@pytest.mark.parametrize(
    "matrix",
    [
        movement(shift=(1.7, 0.4)),
        movement(shift=(-14.3, 2.6)),
        movement(zoom=1.02),
        movement(shift=(3.2, -2.1), zoom=0.985, turn=0.01),
    ],
    ids=["slow pan", "fast pan", "zoom", "shake"],
)
def test_a_known_movement_is_recovered_within_a_third_of_a_pixel(scene, matrix):
    wall = textures()[scene]
    move = move_between(view(wall, np.eye(3)), view(wall, matrix))
    assert move is not None
    assert 0.4 <= move.quality <= 1
    assert off(move.matrix, matrix) < 0.3


def test_a_camera_that_stands_stands_however_much_is_played_before_it():
    wall = textures()[3]
    before, after = view(wall, np.eye(3)), view(wall, np.eye(3), noise=2.5)
    assert move_between(before, after) is STOOD
    before[60:200, 100:220], after[60:200, 112:232] = 240, 240  # 11 % of the picture, in motion
    before[80:180:9, 110:210], after[80:180:9, 122:222] = 10, 10
    assert move_between(before, after) is STOOD


def test_a_large_player_does_not_drag_the_camera_along():
    wall, matrix = textures()[4], movement(shift=(5.0, 0.5))
    before, after = view(wall, np.eye(3)), view(wall, matrix)
    player = textures()[0][:190, :130]
    before[60:250, 200:330], after[60:250, 191:321] = player, player
    move = move_between(before, after)
    assert off(move.matrix, matrix) < 0.3


def test_a_cut_and_an_empty_picture_are_unknown():
    assert move_between(view(textures()[3], np.eye(3)), view(textures()[6], np.eye(3))) is None
    assert move_between(np.full((HEIGHT, WIDTH), 40, np.uint8), np.full((HEIGHT, WIDTH), 90, np.uint8)) is None


def test_ways_join_movements_forward_and_back_and_stop_at_what_is_unknown():
    a, b = movement(shift=(3, 0)), movement(zoom=1.1)
    moves = {1: Move(a, 1.0), 2: STOOD, 3: Move(b, 1.0), 5: None}
    assert np.allclose(way(moves, 0, 4), b @ a)
    assert np.allclose(way(moves, 4, 0) @ way(moves, 0, 4), np.eye(3))
    assert np.array_equal(way(moves, 2, 2), np.eye(3))
    assert way(moves, 4, 5) is None
    assert way(moves, 6, 0) is None


def test_aligned_pictures_show_what_stands_still_in_one_place_and_what_moves_in_others():
    wall = textures()[3]
    pictures, ball = {}, {}
    for frame in range(5):
        pictures[frame] = view(wall, movement(shift=(-6.0 * frame, 0)), noise=0)
        ball[frame] = 250 - 6 * frame + 15 * frame  # the scene passes to the left, the ball flies to the right
        pictures[frame][100:105, ball[frame] : ball[frame] + 5] = 255
    moves = {frame: move_between(pictures[frame - 1], pictures[frame]) for frame in range(1, 5)}
    registered = aligned(pictures, moves, range(5), at=2).astype(int)
    assert registered.shape == (5, HEIGHT, WIDTH)
    raw = np.abs(pictures[0].astype(int) - pictures[2])
    change = np.abs(registered[0] - registered[2])
    assert change.mean() < raw.mean() / 4
    y, x = np.unravel_index(np.where(registered[2] < 250, 0, change).argmax(), change.shape)
    assert 100 <= y < 105
    assert ball[2] <= x < ball[2] + 5
    assert np.array_equal(registered[2], pictures[2])


def test_an_unknown_way_leaves_a_picture_as_it_is():
    pictures = {0: np.zeros((4, 4), np.uint8), 1: np.ones((4, 4), np.uint8)}
    assert aligned(pictures, {1: None}, [0, 1], at=1)[0].max() == 0


def test_a_point_of_the_scene_stands_still_in_a_steadied_shot():
    step = movement(shift=(7, -1))
    moves = [None, STOOD, Move(step, 1.0), Move(step, 1.0), None, STOOD]
    seen = [np.array([300, 150, 1.0])] * 2
    for move in moves[2:]:
        seen.append(seen[-1] if move is None or move.stands else move.matrix @ seen[-1])
    steady = np.einsum("nij,nj->ni", steadied(moves, (WIDTH, HEIGHT)), np.array(seen))
    assert np.allclose(steady, seen[0])


def test_errors_of_zoom_do_not_pile_up_over_a_long_shot():
    matrices = steadied([STOOD] + [Move(movement(shift=(1, 0), zoom=1.001), 1.0)] * 5000, (WIDTH, HEIGHT))
    assert 0.9 < np.linalg.det(matrices[-1, :2, :2]) < 1.0
    assert np.abs(np.diff(matrices[:, 0, 0])).max() < 0.002
