"""Stumps in a picture: three upright strips in a row, of known height and distance.

Belongs here: how well they are seen somewhere, and where near there best. Does not belong here: where they are looked
for (`pitch`).
"""

from __future__ import annotations

import numpy as np

from gametape.court.creases import Scene
from gametape.geometry import camera
from gametape.sports.courts import Court

STUMP_M = 0.0365
"""Diameter of a stump, m (Law 8.2: 3.49 to 3.81 cm): the named points are the outer stumps' outer edges."""
OVER = 0.35
"""Largest share of what is above the stumps with strips that go on: poles, fences."""
FEWEST_PX = 22.0
"""Stumps lower than this in the picture, px, could be anything."""
PLACES = 24
"""Places along a stump that are looked at."""
PAST = np.array([-0.07, -0.04, 1.04, 1.07])
"""Places just below a stump's foot and above its top, in its heights: no strip runs on there."""


def sticks_of(court: Court) -> np.ndarray:
    """(3, 2, 3) m: foot and top of the far stumps' middles, from left to right."""
    left, middle, right = (
        np.array([court.points[f"far_{name}_stump_{end}"] for end in ("foot", "top")])
        for name in ("left", "middle", "right")
    )
    inwards = np.array([STUMP_M / 2, 0, 0])
    return np.stack([left + inwards, middle, right - inwards])


def share_seen(ends: np.ndarray, scene: Scene) -> np.ndarray:
    """(k,) how much of three stumps, ends (k, 3, 2, 2) px, is seen; less where strips go on above them."""
    part = (np.arange(PLACES) + 0.5) / PLACES
    on = _on(ends, part, scene)
    over = _on(ends, 1.1 + 0.3 * part[::3], scene)
    outer = on[..., [0, 2]].mean(axis=2).max(axis=0)
    middle = on[..., 1].max(axis=0)
    polarity = on[..., [0, 2]].mean(axis=2).argmax(axis=0)
    beyond = np.take_along_axis(over.mean(axis=2), polarity[None], axis=0)[0]
    least = np.take_along_axis(on[..., [0, 2]].min(axis=2), polarity[None], axis=0)[0]
    tall = np.linalg.norm(ends[:, 1, 0] - ends[:, 1, 1], axis=1)
    share = (2 * outer + middle) / 3 - 0.5 * np.maximum(beyond - OVER, 0)
    return np.where((tall >= FEWEST_PX) & (least > 0.2), share, 0.0)


def _on(ends: np.ndarray, part: np.ndarray, scene: Scene) -> np.ndarray:
    """(3, k, 3) share of places along stumps with an upright strip: bright, dark, red."""
    at = ends[..., 0, None, :] + part[:, None] * (ends[..., 1, None, :] - ends[..., 0, None, :])
    column, row = np.floor(np.moveaxis(at, -1, 0)).astype(int)
    inside = (column >= 0) & (column < scene.width) & (row >= 0) & (row < scene.height)
    seen = scene.upright[:, np.clip(row, 0, scene.height - 1), np.clip(column, 0, scene.width - 1)]
    return (seen & inside).mean(axis=-1)


AROUND = 0.2
"""Stumps are looked for so far from where a camera has them, in their heights;"""
AGAIN = 0.03
"""so far where creases of both ends say where they are."""


def near(pose: np.ndarray, sticks: np.ndarray, scene: Scene, around: float = AROUND) -> tuple[float, np.ndarray]:
    """How well stumps are seen near where a camera has them, and where: ends (3, 2, 2) px."""
    matrix = camera.matrices(pose, scene.width, scene.height)
    ends = camera.project(matrix, sticks.reshape(-1, 3)).reshape(3, 2, 2)
    tall = float(np.linalg.norm(ends[1, 0] - ends[1, 1]))
    if tall < FEWEST_PX or not np.isfinite(ends).all() or tall > scene.height / 2:
        return 0.0, ends
    reach = max(4.0 if around == AROUND else 2.0, around * tall)
    across, down = np.arange(-reach, reach + 0.1, 1.0), np.arange(-reach / 2, reach / 2 + 0.1, 1.5)
    shift = np.stack(np.meshgrid(across, down), -1).reshape(-1, 2)
    tried = ends[None] + shift[:, None, None]
    share = share_seen(tried, scene) - 0.02 * np.linalg.norm(shift, axis=1) / reach
    best = int(share.argmax())
    return float(share[best]), tried[best]


def sharper(ends: np.ndarray, scene: Scene) -> np.ndarray:
    """The same stumps, their place, size and slant in the picture free: ends (3, 2, 2) px."""
    best, worth = ends, float(share_seen(ends[None], scene)[0])
    for reach in (0.08, 0.04, 0.02, 0.02):
        foot: np.ndarray = best[:, 0].mean(axis=0)
        tall = np.linalg.norm(best[1, 0] - best[1, 1])
        steps = np.array([-1, 0, 1]) * reach
        grid = np.stack(np.meshgrid(steps * tall * 0.4, steps * tall, 1 + steps, steps * 0.5, [0], indexing="ij"), -1)
        tried = []
        for dx, dy, size, slant, _ in grid.reshape(-1, 5):
            turned = (best - foot) * size
            turned = turned + np.stack([-slant * turned[..., 1], 0 * turned[..., 1]], -1)
            tried.append(turned + foot + [dx, dy])
        made = np.array(tried)
        share = share_seen(made, scene) - 0.3 * _on(made, PAST, scene).max(axis=0).mean(axis=-1)
        if share.max() > worth + 1e-9:
            best, worth = made[int(share.argmax())], float(share.max())
    return best
