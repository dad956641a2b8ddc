"""A picture that is shown again keeps its pose, and counts for no look."""

from pathlib import Path

import numpy as np
import pytest

from gametape.base.settings import Settings
from gametape.media.film import Frame
from gametape.pose import joint_angles
from gametape.pose.repeats import Repeats
from gametape.tables.pose import JOINT_ANGLES
from tests.pose.conftest import ingested, poses_of

NOISE = np.random.default_rng(1).integers(0, 255, (180, 320, 3)).astype(np.uint8)


def left_out(*pictures: np.ndarray) -> list[tuple[int, int]]:
    """Each frame that is left out, and the one whose picture it shows."""
    repeats = Repeats(np.zeros(len(pictures), bool))
    kept = [f.index for f in repeats.without(Frame(n, n / 30, picture) for n, picture in enumerate(pictures))]
    assert sorted([*kept, *(again for again, *_ in repeats.found)]) == list(range(len(pictures)))
    assert all(time_s == again / 30 for again, time_s, _ in repeats.found)
    return [(again, shown) for again, _, shown in repeats.found]


def with_change(levels: int, pixels: int) -> np.ndarray:
    changed = np.clip(NOISE, 20, 235).copy()
    changed.reshape(-1, 3)[: pixels * 7 : 7] += np.uint8(levels)
    return changed


BASE = np.clip(NOISE, 20, 235)


@pytest.mark.parametrize(("levels", "pixels", "told"), [(10, 20, 1), (11, 15, 0), (2, 500, 1), (2, 650, 0)])
def test_a_codec_may_refine_a_picture_and_nothing_may_move(levels: int, pixels: int, told: int):
    """At most 10 levels in a pixel, and 0.2 over all: 2 levels in 576 of the 57,600."""
    assert len(left_out(BASE, with_change(levels, pixels))) == told


def test_what_changes_slowly_is_a_new_picture_in_time():
    """Each frame is compared with the one that was looked at, not with its neighbour."""
    fading = [np.clip(BASE.astype(int) + n // 2, 0, 255).astype(np.uint8) for n in range(8)]
    assert left_out(*fading) == [(1, 0), (3, 2), (5, 4), (7, 6)]


def test_of_a_film_that_shows_pictures_twice_each_is_looked_at_once():
    pictures = [BASE, BASE, NOISE, NOISE, NOISE, BASE]
    assert left_out(*pictures) == [(1, 0), (3, 2), (4, 2)]


def test_a_film_of_one_picture_keeps_every_angle(shared: Path, chosen: Settings, tmp_path: Path):
    """`cases/still_sample.mp4`: an elbow wandered by 14 degrees, at up to 426 degrees a second."""
    film = ingested(shared / "cases" / "still_sample.mp4", tmp_path)
    angles = joint_angles(poses_of(film, chosen))
    assert angles.num_rows == len(film) == 60
    known = 0
    for name in JOINT_ANGLES:
        values = angles[name].drop_null().to_numpy()
        known += len(values) == 60
        assert not len(values) or np.ptp(values) < 0.01
    assert known >= 4
