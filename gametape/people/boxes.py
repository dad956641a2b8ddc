"""Arithmetic of boxes (n, 4): left, top, right, bottom in px.

Belongs here: overlap, movement by the camera's matrices. Does not belong here: what boxes mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

CHEST = 0.35
"""Where a click on somebody goes, as a share of the height from the top: the legs of others cross less there."""


def click_on(box: Sequence[float], size: tuple[int, int]) -> tuple[float, float]:
    """The place that means the person in a box (left, top, right, bottom), as fractions of the picture's size.

    >>> click_on((40, 0, 60, 100), (100, 200))
    (0.5, 0.175)
    """
    left, top, right, bottom = box
    return (left + right) / 2 / size[0], (top + CHEST * (bottom - top)) / size[1]


def overlaps(one: np.ndarray, other: np.ndarray, wider: float = 0.0) -> np.ndarray:
    """(n, m) intersection over union of boxes (n, 4) and (m, 4), each enlarged by `wider` of its size on every side.

    >>> overlaps(np.array([[0, 0, 2, 2.0]]), np.array([[1, 0, 3, 2.0], [5, 5, 6, 6]])).round(2).tolist()
    [[0.33, 0.0]]
    """
    a, b = (enlarged(boxes, wider) if wider else boxes for boxes in (one, other))
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0), axis=2)
    area = [np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-9), axis=1) for boxes in (a, b)]
    out: np.ndarray = both / (area[0][:, None] + area[1][None] - both)
    return out


def overlap(one: Sequence[float] | np.ndarray, other: Sequence[float] | np.ndarray) -> float:
    """Intersection over union of two boxes.

    >>> round(overlap((0, 0, 2, 2), (1, 0, 3, 2)), 2), overlap((0, 0, 2, 2), (5, 5, 6, 6))
    (0.33, 0.0)
    """
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    both = wide * high
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return float(both / (areas - both))


def enlarged(boxes: np.ndarray, by: float) -> np.ndarray:
    """Boxes (n, 4) with `by` of their size added on every side."""
    margin = by * (boxes[:, 2:] - boxes[:, :2])
    return np.concatenate([boxes[:, :2] - margin, boxes[:, 2:] + margin], axis=1)


def moved(boxes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Boxes (n, 4) as a similarity (3, 3) moves their middles and scales their sides; a rotation turns no box."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    middles, halves = (boxes[:, :2] + boxes[:, 2:]) / 2, scale * (boxes[:, 2:] - boxes[:, :2]) / 2
    middles = middles @ matrix[:2, :2].T + matrix[:2, 2]
    return np.concatenate([middles - halves, middles + halves], axis=1)


def covered(boxes: np.ndarray) -> np.ndarray:
    """(n,) the greatest share of each box (n, 4) that another of them covers."""
    if len(boxes) < 2:
        return np.zeros(len(boxes))
    low, high = np.maximum(boxes[:, None, :2], boxes[None, :, :2]), np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0), axis=2)
    np.fill_diagonal(both, 0)
    out: np.ndarray = (both / np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), 1e-9)[:, None]).max(axis=1)
    return out
