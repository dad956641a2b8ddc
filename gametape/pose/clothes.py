"""Colours of a person's clothes, from a few pixels.

Belongs here: reading the colours. Does not belong here: what follows from them (linking.py, subject_selection.py).
"""

from __future__ import annotations

import numpy as np

from gametape.pose.person import KEYPOINT, Person
from gametape.tables.pose import CLOTHES

#: Least confidence of the joints at a patch's corners.
_SURE = 0.3
#: Least extent of a patch, px: pixels of smaller ones belong to their neighbours too.
_LEAST_PX = 6
#: Pixels that are read along each side of a patch.
_STEPS = 7
#: Joints at the corners of each patch, and the share left out at every side, where arms and background are.
_PATCHES = {
    "torso": (("left_shoulder", "right_shoulder", "left_hip", "right_hip"), 0.2),
    "legs": (("left_hip", "right_hip", "left_knee", "right_knee"), 0.3),
}
#: Columns of the colours: CIELAB of each patch.
COLUMNS = tuple(f"{part}_{axis}" for part in CLOTHES for axis in "lab")


def clothes(picture: np.ndarray, person: Person) -> np.ndarray:
    """CIELAB of the median pixel of torso and legs, (6,) float32, NaN where a part is hardly seen.

    Args:
        picture: (H, W, 3) uint8 RGB.
        person: In pixels of the picture.
    """
    import cv2

    out = np.full((len(CLOTHES), 3), np.nan, np.float32)
    for row, part in enumerate(CLOTHES):
        corners, margin = _PATCHES[part]
        joints = person.keypoints[[KEYPOINT[name] for name in corners]]
        at = joints[:, :2]
        if not np.nanmin(joints[:, 2], initial=1.0) >= _SURE or not np.isfinite(at).all():
            continue
        if max(np.ptp(at, axis=0)) < _LEAST_PX:
            continue
        across, down = np.meshgrid(*2 * [np.linspace(margin, 1 - margin, _STEPS)])
        weights = np.stack(
            [(1 - across) * (1 - down), across * (1 - down), (1 - across) * down, across * down], axis=-1
        )
        x, y = (weights.reshape(-1, 4) @ at).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < picture.shape[1]) & (y < picture.shape[0])
        if inside.mean() > 0.5:
            pixel = np.median(picture[y[inside], x[inside]], axis=0).astype(np.float32) / 255
            out[row] = cv2.cvtColor(pixel.reshape(1, 1, 3), cv2.COLOR_RGB2LAB).ravel()
    return out.ravel()


def lab(hex_colour: str) -> np.ndarray:
    """CIELAB of a colour `#rrggbb`, (3,)."""
    import cv2

    rgb = np.array([int(hex_colour[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255
    return cv2.cvtColor(rgb.reshape(1, 1, 3), cv2.COLOR_RGB2LAB).ravel()
