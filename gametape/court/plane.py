"""Points, lines and views of a plane, homogeneous.

Quick for few of them, where numpy's own functions spend most time on their arguments.

Belongs here: algebra without pictures. Does not belong here: cameras (`gametape.geometry.camera`).
"""

from __future__ import annotations

import numpy as np


def cross(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The line through two points (…, 3), or where two lines meet."""
    (a, b, c), (d, e, f) = one.T, other.T
    return np.array([b * f - c * e, c * d - a * f, a * e - b * d]).T


def inverse(views: np.ndarray) -> np.ndarray:
    """The inverses of views (…, 3, 3), each to a scale of its own; of flat ones, too."""
    (a, b, c), (d, e, f), (g, h, i) = np.moveaxis(views, (-2, -1), (0, 1))
    made = np.empty_like(views)
    made[..., 0, 0], made[..., 0, 1], made[..., 0, 2] = e * i - f * h, c * h - b * i, b * f - c * e
    made[..., 1, 0], made[..., 1, 1], made[..., 1, 2] = f * g - d * i, a * i - c * g, c * d - a * f
    made[..., 2, 0], made[..., 2, 1], made[..., 2, 2] = d * h - e * g, b * g - a * h, a * e - b * d
    return made


def with_one(at: np.ndarray) -> np.ndarray:
    """Points (…, 2) as (…, 3)."""
    made = np.ones((*at.shape[:-1], 3))
    made[..., :2] = at
    return made
