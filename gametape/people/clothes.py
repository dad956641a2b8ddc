"""Colours of clothes where a person's box says that shirt and trousers are.

Belongs here: reading them. Does not belong here: what follows from them (`teams`), colours between joints
(`gametape.pose.clothes`).
"""

from __future__ import annotations

import numpy as np

PATCHES = {"torso": (0.3, 0.18, 0.7, 0.46), "legs": (0.3, 0.55, 0.7, 0.8)}
"""Left, top, right and bottom of a part, in shares of the box."""
STEPS = (7, 9)
"""Pixels read across and down each patch."""
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
