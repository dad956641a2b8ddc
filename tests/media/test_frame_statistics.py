"""What is measured on each picture: sharpness, luma, repeats and cuts."""

from itertools import pairwise

import numpy as np
import pytest

from gametape.media.cuts import change_between, cuts
from gametape.media.ingest import ingest
from tests.film_maker import make_film


def noise(seed: int, width: int, height: int, coarse: int = 8) -> np.ndarray:
    """A scene: blocks of random colours."""
    blocks = np.random.default_rng(seed).integers(20, 235, (height // coarse + 1, width // coarse + 1, 3), np.uint8)
    return np.kron(blocks, np.ones((coarse, coarse, 1), np.uint8))[:height, :width]


def with_ball(scene: np.ndarray, x: int, y: int, radius: int = 2) -> np.ndarray:
    image = scene.copy()
    image[y - radius : y + radius, x - radius : x + radius] = (250, 250, 120)
    return image


def test_a_cut_begins_a_shot_and_a_moving_ball_does_not(tmp_path):
    def draw(index: int, width: int, height: int) -> np.ndarray:
        return with_ball(noise(index // 20, width, height, 40), 10 + 4 * (index % 20), 40)

    result = ingest(make_film(tmp_path / "film.mp4", frames=60, draw=draw), tmp_path / "out")
    assert result.frames["shot"].to_pylist() == [0] * 20 + [1] * 20 + [2] * 20


def test_a_flash_and_a_pan_are_no_cuts(tmp_path):
    wide = noise(3, 1000, 180, 40)

    def draw(index: int, width: int, height: int) -> np.ndarray:
        left = 0 if index < 20 else 12 * (index - 20)
        image = wide[:, left : left + width]
        return np.maximum(image, 200) if index == 10 else image

    result = ingest(make_film(tmp_path / "film.mp4", frames=50, draw=draw), tmp_path / "out")
    assert set(result.frames["shot"].to_pylist()) == {0}


def test_cuts_stand_out_from_their_neighbours():
    still, pan = np.full(50, 0.1), np.full(50, 6.0)
    for change, at in ((still, 20.0), (still, 2.0), (pan, 30.0)):
        cut = change.copy()
        cut[25] = at
        assert np.flatnonzero(cuts(cut)).tolist() == [25]
    assert not cuts(still).any() and not cuts(pan).any()


def test_a_repeated_picture_is_told_and_a_small_ball_that_moves_is_not_one(tmp_path):
    scene = noise(1, 1280, 720, 80)
    order = [0, 1, 1, 2, 3, 3, 3, 4, 5]

    def draw(index: int, width: int, height: int) -> np.ndarray:
        return with_ball(scene, 300 + 6 * order[index], 200)

    source = make_film(tmp_path / "film.mp4", size=(1280, 720), frames=len(order), draw=draw)
    result = ingest(source, tmp_path / "out")
    repeats = [False, *(b == a for a, b in pairwise(order))]
    assert result.frames["repeats_previous"].to_pylist() == repeats


def test_sharpness_falls_with_blur_and_luma_is_that_of_full_range(tmp_path):
    import cv2

    def draw(index: int, width: int, height: int) -> np.ndarray:
        if index == 3:
            return np.full((height, width, 3), 128, np.uint8)
        return cv2.GaussianBlur(noise(1, width, height), (0, 0), (0.5, 2, 5)[index])

    rows = ingest(make_film(tmp_path / "film.mkv", codec="ffv1", pix_fmt="bgr0", frames=4, draw=draw), tmp_path / "out")
    sharp = rows.frames["sharpness"].to_pylist()
    assert sharp[0] > 3 * sharp[1] > 9 * sharp[2] > 0 and sharp[3] < 1
    assert abs(rows.frames["luma"][3].as_py() - 128) < 1.5


def test_a_jump_of_the_exposure_is_no_cut_and_a_cut_between_like_views_is_one(tmp_path):
    """At 20 the camera opens up by a stop and warms; at 40 the same court is shown a minute later, the players elsewhere."""
    court = (noise(5, 640, 360, 40).mean(axis=2, keepdims=True) * (0.7, 0.9, 0.6)).astype(np.uint8)

    def draw(index: int, width: int, height: int) -> np.ndarray:
        image = court.copy()
        for player, x in enumerate((100, 400) if index < 40 else (260, 560)):
            left = x + index % 20
            image[100 + 60 * player : 260, left : left + 50] = (150, 40 + 60 * player, 60)
        if index < 20:
            return image
        linear = (image / 255.0) ** 2.2 * (2.1, 2.0, 1.9)
        return (255 * np.minimum(linear, 1) ** (1 / 2.2)).astype(np.uint8)

    result = ingest(make_film(tmp_path / "film.mp4", size=(640, 360), frames=60, draw=draw), tmp_path / "out")
    assert result.frames["shot"].to_pylist() == [0] * 40 + [1] * 20


def test_what_a_tone_curve_explains_is_no_change():
    scene = np.stack([noise(n, 32, 18, 4)[:, :, 0] for n in range(3)]).astype(float)
    other = np.stack([noise(n, 32, 18, 4)[:, :, 0] for n in range(3, 6)]).astype(float)
    plain = np.abs(other - scene).mean()
    for gain in (0.4, 1.5, 3.0):
        assert change_between(scene, np.clip(gain * scene, 16, 235)) < 0.1 * plain
        assert change_between(scene, np.clip(gain * other, 16, 235)) > 0.5 * plain
    blank = np.full_like(scene, 30.0)
    assert change_between(scene, blank) == pytest.approx(np.abs(blank - scene).mean())  # it tells nothing
