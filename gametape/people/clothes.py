"""Colours of clothes where a person's box says that shirt and trousers are, and of the ground around the feet.

Belongs here: reading them. Does not belong here: what follows from them (`teams`, `ground`), colours between joints
(`gametape.pose.clothes`).
"""

from __future__ import annotations

import numpy as np

PATCHES = {"torso": (0.3, 0.18, 0.7, 0.46), "legs": (0.3, 0.55, 0.7, 0.8)}
"""Left, top, right and bottom of a part, in shares of the box."""
STEPS = (7, 9)
"""Pixels read across and down each patch."""
_OUTER = (-0.35, -0.22, -0.1, 1.1, 1.22, 1.35)
FEET = np.array(
    [(x, y) for x in _OUTER for y in (0.94, 0.98, 1.03, 1.08)]
    + [(x, y) for x in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0) for y in (1.04, 1.08)]
)
"""Pixels read around the feet, in shares of the box."""
SIDES = np.array([(x, y) for x in _OUTER for y in (0.15, 0.25, 0.35, 0.45)])
"""Pixels read beside the upper body."""
INSIDE = 0.5
"""Least share of them that lies in the picture."""
LEAST_PX = 14.0
"""Height of a box below which its colours mix with what is behind."""


def clothes(picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """CIELAB of the median pixel of shirt and trousers.

    Args:
        picture: (H, W, 3) uint8 RGB.
        boxes: (n, 4) px of the picture.

    Returns:
        (n, 6) float32, NaN where the box is too small.
    """
    import cv2

    out = np.full((len(boxes), 3 * len(PATCHES)), np.nan, np.float32)
    if not len(boxes):
        return out
    height, width = picture.shape[:2]
    size = boxes[:, 2:] - boxes[:, :2]
    for part, (left, top, right, bottom) in enumerate(PATCHES.values()):
        x = boxes[:, :1] + size[:, :1] * np.linspace(left, right, STEPS[0])
        y = boxes[:, 1:2] + size[:, 1:2] * np.linspace(top, bottom, STEPS[1])
        columns = np.clip(x.astype(int), 0, width - 1)[:, None, :]
        rows = np.clip(y.astype(int), 0, height - 1)[:, :, None]
        pixels = picture[rows, columns].reshape(len(boxes), -1, 3)
        lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        out[:, 3 * part : 3 * part + 3] = np.median(lab, axis=1)
    out[size[:, 1] < LEAST_PX] = np.nan
    return out


def ground(picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Colours of what a person stands on, and of what is beside the upper body.

    Args:
        picture: (H, W, 3) uint8 RGB.
        boxes: (n, 4) px of the picture.

    Returns:
        (n, 7) float32: CIELAB of the median pixel beside and below the feet, the median distance of these pixels from
        it, and CIELAB of the median pixel beside the upper body; NaN where the box is too small or most of these pixels
        lie outside the picture.
    """
    out = np.full((len(boxes), 7), np.nan, np.float32)
    if len(boxes):
        out[:, :4] = _around(picture, boxes, FEET)
        out[:, 4:] = _around(picture, boxes, SIDES)[:, :3]
    return out


def _around(picture: np.ndarray, boxes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(n, 4) median CIELAB at places (m, 2), in shares of each box, and its spread."""
    import cv2

    out = np.full((len(boxes), 4), np.nan, np.float32)
    height, width = picture.shape[:2]
    size = boxes[:, 2:] - boxes[:, :2]
    x = (boxes[:, :1] + size[:, :1] * places[:, 0]).round().astype(int)
    y = (boxes[:, 1:2] + size[:, 1:] * places[:, 1]).round().astype(int)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    pixels = picture[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)].astype(np.float32) / 255
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    for place in np.flatnonzero((inside.mean(axis=1) >= INSIDE) & (size[:, 1] >= LEAST_PX)):
        near = lab[place][inside[place]]
        middle = np.median(near, axis=0)
        out[place] = (*middle, np.median(np.linalg.norm(near - middle, axis=1)))
    return out
