"""Drawing and random numbers that several parts of a synthetic clip need.

Belongs here: an ellipse in motion, the mean of pictures. Does not belong here: what is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Points along each side of a pixel at which the cover of an ellipse is computed.
SUBSAMPLES = 3


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number whose logarithm is uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def ellipse_cover(
    points: np.ndarray,
    times: np.ndarray,
    diameter: float,
    elongation: float,
    flat: bool,
    softness: float,
    size: tuple[int, int],
) -> tuple[tuple[slice, slice], np.ndarray, np.ndarray]:
    """Compute how much of each pixel an ellipse covers during the exposure, moving along straight lines.

    The time for which a point is covered is given by the chord of the ellipse through it in the direction of motion, in
    coordinates in which the ellipse is a disc of radius 1. So nothing is sampled in time.

    Args:
        points: (n, 2) places of the centre, px.
        times: (n,) times of the places, rising.
        diameter: Geometric mean of both axes, px.
        elongation: Longer over shorter axis.
        flat: The longer axis is level; otherwise it points the way of motion.
        softness: Standard deviation of a blur, px.
        size: Width and height of the picture.

    Returns:
        The box of pixels as slices of rows and columns, their cover 0..1, and the mean place (2,).
    """
    import cv2

    shares = np.diff(times) / (times[-1] - times[0])
    centre = (shares[:, None] * (points[:-1] + points[1:]) / 2).sum(0)
    long, short = diameter / 2 * np.sqrt(elongation), diameter / 2 / np.sqrt(elongation)
    margin = long + 3 * softness + 1
    left, top = np.clip(np.floor(points.min(0) - margin), 0, size).astype(int)
    right, bottom = np.clip(np.ceil(points.max(0) + margin), 0, size).astype(int)
    box = slice(top, bottom), slice(left, right)
    if left >= right or top >= bottom:
        return box, np.zeros((max(bottom - top, 0), max(right - left, 0)), np.float32), centre
    n = SUBSAMPLES if (right - left) * (bottom - top) < 1500 else 2
    y = (np.arange(n * (bottom - top), dtype=np.float32) + 0.5) / n + top
    x = (np.arange(n * (right - left), dtype=np.float32) + 0.5) / n + left
    cover = np.zeros((len(y), len(x)), np.float32)
    for begin, end, share in zip(points[:-1], points[1:], shares, strict=True):
        dx, dy = end - begin
        angle = 0.0 if flat else np.arctan2(dy, dx)
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        u = ((x - begin[0]) * cos / long)[None] + ((y - begin[1]) * sin / long)[:, None]
        v = ((y - begin[1]) * cos / short)[:, None] - ((x - begin[0]) * sin / short)[None]
        du, dv = (dx * cos + dy * sin) / long, (dy * cos - dx * sin) / short
        length = float(np.hypot(du, dv))
        if length < 0.05:
            cover += share * ((u - du / 2) ** 2 + (v - dv / 2) ** 2 <= 1)
            continue
        along, aside = (u * (du / length) + v * (dv / length)), (v * (du / length) - u * (dv / length))
        half = np.sqrt(np.maximum(1 - aside * aside, 0))
        chord = np.minimum(along + half, length) - np.maximum(along - half, 0)
        cover += (share / length) * np.maximum(chord, 0)
    cover = cv2.resize(cover, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    return box, np.clip(cv2.GaussianBlur(cover, (0, 0), softness), 0, 1), centre


def mean_of(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Mean of pictures of 8 bits."""
    import cv2

    mean: np.ndarray = pictures[0]
    for n, picture in enumerate(pictures[1:], start=1):
        mean = cv2.addWeighted(picture, 1 / (n + 1), mean, n / (n + 1), 0)
    return mean
