"""Light of the rendered team film."""

import numpy as np
import pytest

from gametape.sample.team.figure import draw
from gametape.sample.team.files import WEARS
from gametape.sample.team.hall import WHITE
from gametape.sample.team.light import EDGE, shaded, shadows, through_a_lens


def disc(radius: int = 40) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[-50:51, -50:51]
    body = np.where(x**2 + y**2 <= radius**2, 255, 0).astype(np.uint8)
    return np.full((101, 101, 3), 200, np.uint8), body


def test_a_body_is_darkest_at_its_outline_and_brighter_above_than_below():
    picture, body = disc()
    shaded(picture, body, tall=400.0)
    level = picture[..., 0].astype(int)
    assert level[50, 50] > level[50, 88] + 20
    assert level[16, 50] > level[84, 50] + 5
    assert level[body > 0].min() >= 200 * EDGE - 2
    assert not level[body == 0].any()


def test_flat_stays_flat():
    picture, body = disc()
    shaded(picture, body, 400.0, strength=0.0)
    assert set(picture[body > 0].ravel().tolist()) == {200}


def test_white_stands_out_from_ice_at_the_head_too():
    one = draw(100.0, 0.3, 2.0, 1.0, WEARS["b"], "10", 0.0)
    x0, y0, x1, _ = one.box.astype(int)
    head = slice(y0, y0 + 14), slice(x0, x1)
    solid = one.opacity[head] > 200
    darker = WHITE[1] - one.picture[head][solid][:, 1].astype(float)
    assert np.median(darker) > 30


def test_somebody_s_shadow_is_at_the_feet_alone():
    canvas = np.full((200, 300, 3), 220, np.uint8)
    shadows(canvas, np.array([[150.0, 120.0]]), np.array([80.0]))
    assert canvas[120, 156, 0] < 190
    assert canvas[60, 150, 0] == canvas[120, 20, 0] == pytest.approx(220, abs=2)
    shadows(empty := np.full((40, 60, 3), 220, np.uint8), np.empty((0, 2)), np.empty(0))
    assert empty.min() >= 218


def test_a_lens_keeps_the_level_and_sharpens_edges():
    canvas = np.full((40, 40, 3), 100, np.uint8)
    canvas[:, 20:] = 200
    seen = through_a_lens(canvas)[20, :, 0].astype(int)
    assert (seen[5], seen[-5]) == (100, 200)
    assert seen.min() < 97 and seen.max() > 203
