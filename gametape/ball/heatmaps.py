"""From what a network answers (heat maps, grids of cells) to places that may be the ball.

Belongs here: peaks with sub-pixel centres, several a frame. Does not belong here: running a network, choosing the ball.

A place is in px of the map, pixel i covering i..i+1, so that it scales to any other size by a factor alone.
"""

from __future__ import annotations

import numpy as np

LEAST = 0.1
"""What a network is less sure of is no candidate."""
MOST = 8
"""Candidates kept of a frame."""
REACH = 3
"""How far from its peak a ball of a map extends, px of the map."""


def blobs(heat: np.ndarray, least: float = LEAST, most: int = MOST) -> np.ndarray:
    """Candidates of one heat map (h, w) of 0..1, likeliest first: (n, 3) float64 x, y, score.

    A candidate is a connected region above `least`; its score the region's highest value, its centre the mean of
    the pixels above half of that, weighted by their values.
    """
    import cv2

    hot = heat > least
    rows, columns = np.flatnonzero(hot.any(axis=1)), np.flatnonzero(hot.any(axis=0))
    if not len(rows):
        return np.empty((0, 3))
    top, left = rows[0], columns[0]
    window = slice(top, rows[-1] + 1), slice(left, columns[-1] + 1)
    count, labels = cv2.connectedComponents(hot[window].astype(np.uint8))
    ys, xs = np.nonzero(labels)
    label, value = labels[ys, xs] - 1, heat[window][ys, xs].astype(np.float64)
    score = np.zeros(count - 1)
    np.maximum.at(score, label, value)
    weight = np.where(value >= score[label] / 2, value, 0.0)
    total = np.bincount(label, weight, count - 1)
    x = np.bincount(label, weight * xs, count - 1) / total + left + 0.5
    y = np.bincount(label, weight * ys, count - 1) / total + top + 0.5
    found = np.stack([x, y, np.minimum(score, 1.0)], axis=1)
    return found[np.argsort(-score, kind="stable")[:most]]


def peaks(heat: np.ndarray, least: float = LEAST, most: int = MOST) -> np.ndarray:
    """Candidates of one heat map as of `blobs`, for maps that are nowhere quite 0: a candidate is a highest pixel
    within `REACH`, its centre the mean of the pixels that near and above half of it, weighted by their values."""
    import cv2

    side = 2 * REACH + 1
    tops = (heat > least) & (heat >= cv2.dilate(heat, np.ones((side, side), np.uint8)))
    ys, xs = np.nonzero(tops)
    if not len(ys):
        return np.empty((0, 3))
    order = np.argsort(-heat[ys, xs], kind="stable")[: 4 * most]
    ys, xs = ys[order], xs[order]
    # Of equal neighbours the first speaks.
    near = np.maximum(np.abs(ys[:, None] - ys), np.abs(xs[:, None] - xs)) <= REACH
    kept = np.flatnonzero(~np.tril(near, -1).any(axis=1))[:most]
    ys, xs = ys[kept], xs[kept]
    score = heat[ys, xs].astype(np.float64)
    dy, dx = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1]
    bordered = cv2.copyMakeBorder(heat, *(REACH,) * 4, cv2.BORDER_CONSTANT, value=0)
    patches = bordered[ys[:, None, None] + dy + REACH, xs[:, None, None] + dx + REACH].astype(np.float64)
    weight = np.where(patches >= score[:, None, None] / 2, patches, 0)
    weight /= weight.sum(axis=(1, 2), keepdims=True)
    x, y = xs + 0.5 + (weight * dx).sum(axis=(1, 2)), ys + 0.5 + (weight * dy).sum(axis=(1, 2))
    return np.stack([x, y, np.minimum(score, 1.0)], axis=1)


def cells(grid: np.ndarray, least: float = LEAST, most: int = MOST) -> np.ndarray:
    """Candidates of one grid (3, rows, columns) of confidence, and of the ball's place in its cell (0..1 from the
    left and the top): (n, 3) x, y, score as of `blobs`, in cells. Only the surest of neighbouring cells speaks."""
    confidence, dx, dy = grid
    rows, columns = confidence.shape
    bordered = np.pad(confidence, 1, constant_values=-np.inf)
    around = np.max([bordered[i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=0)
    ys, xs = np.nonzero((confidence > least) & (confidence == around))
    score = confidence[ys, xs].astype(np.float64)
    found = np.stack([xs + dx[ys, xs], ys + dy[ys, xs], np.minimum(score, 1.0)], axis=1)
    return found[np.argsort(-score, kind="stable")[:most]]
