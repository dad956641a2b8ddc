"""The camera's movement between looks: known shifts, cuts, flashes."""

import numpy as np
import pytest

from gametape.people.camera import camera_motion, follow, looks, matrices
from gametape.people.find import sizes_for
from gametape.people.network.maps import boxes_of, targets


def hall(seed: int = 0):
    import cv2

    random = np.random.default_rng(seed)
    picture = np.full((400, 900), 210, np.uint8)
    for _ in range(160):
        at, size = random.integers([0, 0], [880, 380]), random.integers(4, 22, 2)
        cv2.rectangle(picture, at, at + size, int(random.integers(20, 250)), -1)
    return cv2.GaussianBlur(picture, (0, 0), 1.0)


@pytest.mark.parametrize("shift", [3, 25, 40])
def test_a_pan_is_measured(shift):
    wide = hall()
    move = follow(wide[50:338, 100:612], wide[50:338, 100 + shift : 612 + shift])
    assert move.matrix[:2, 2] == pytest.approx([-shift, 0], abs=0.5)


def test_another_view_is_no_movement_even_where_graphics_stay():
    one, other = hall(0)[50:338, 100:612].copy(), hall(1)[50:338, 100:612].copy()
    graphics = hall(2)[:60, :260]
    for picture in (one, other):
        picture[10:70, 10:270] = graphics
    assert follow(one, other) is None


def test_a_flash_hides_the_movement():
    one = hall()[50:338, 100:612]
    flash = np.clip(one.astype(int) * 3, 0, 255).astype(np.uint8)
    assert follow(one, np.full_like(one, 255)) is None
    assert follow(one, one).stands
    assert flash.mean() > one.mean()


def test_fast_films_are_looked_at_as_often_as_slow_ones():
    assert [looks(0, 60, 1, fps).step for fps in (10, 25, 30, 50, 60)] == [1, 2, 2, 3, 4]


def test_targets_and_boxes_are_the_same_people():
    boxes = np.array([[20, 30, 60, 130], [100, 40, 120, 90], [180, 20, 186, 36.0]])
    heat, sides, counts = targets(boxes, np.zeros((160, 256), bool))
    maps = np.concatenate([heat[None], np.log(np.maximum(sides, 0.5) / 8)])
    found = boxes_of(maps.astype(np.float32), 0.9)
    assert counts.all()
    order = found[np.argsort(found[:, 0])]
    assert order[:, :4] == pytest.approx(boxes, abs=1.5)


def test_small_pictures_are_not_enlarged_much():
    assert sizes_for(640, 360)[-1][0] <= 832
    assert len(sizes_for(1920, 1080)) == 5


@pytest.mark.slow
def test_flashes_of_real_film_are_no_cuts(shared, tmp_path):
    """Photographers flash at 649, 677 and 699; there is no cut."""
    from gametape.media.film import Film
    from gametape.media.ingest import ingest

    made = ingest(shared / "data/players/basketball/boston_toronto.mp4", tmp_path)
    film = Film.of(tmp_path / "film.mp4", made.frames, made.width, made.height)
    table = camera_motion(film, made.frames["shot"].to_numpy(), range(600, 725, 2))
    assert not any(table["cut"].to_pylist())
    assert np.isfinite(matrices(table)).all()
