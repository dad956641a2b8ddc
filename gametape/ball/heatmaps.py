"""From a network's heat map or grid of cells to candidates.

Belongs here: peaks with sub-pixel centres. Does not belong here: running a network, choosing the ball.

Places are px of the map; pixel i covers i..i+1, so that a factor alone scales them to another size.
"""

from __future__ import annotations

import numpy as np

LEAST = 0.1
"""Scores up to this are no candidates."""
MOST = 8
"""Most candidates of a frame."""
REACH = 3
"""Radius of a ball around its peak, px of the map."""


def blobs(heat: np.ndarray, least: float = LEAST, most: int = MOST) -> np.ndarray:
    """Connected regions of a heat map, for maps that are zero where there is no ball.

    The score of a region is its highest value, its centre the weighted mean of the pixels above half of that.

    Args:
        heat: (h, w) of 0..1.
        least: Regions lie above this.
        most: Most candidates.

    Returns:
        (n, 3) float64 x, y, score, the most likely first.
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
    """Local maxima of a heat map, for maps that are zero nowhere.

    A candidate is the highest pixel within `REACH`, its centre the weighted mean of the pixels that near and above half
    of it. Args and Returns as of `blobs`.
    """
    import cv2

    side = 2 * REACH + 1
    tops = (heat > least) & (heat >= cv2.dilate(heat, np.ones((side, side), np.uint8)))
    ys, xs = np.nonzero(tops)
    if not len(ys):
        return np.empty((0, 3))
    order = np.argsort(-heat[ys, xs], kind="stable")[: 4 * most]
    ys, xs = ys[order], xs[order]
    # Of equal neighbours the first is kept.
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
    """Candidates of a grid of cells; of neighbouring cells the most confident counts.

    Args:
        grid: (3, rows, columns): confidence, and the ball's place in the cell, 0..1 from its left and its top.
        least: Confidences up to this do not count.
        most: Most candidates.

    Returns:
        (n, 3) float64 x, y, score, the most likely first; x and y in cells.
    """
    confidence, dx, dy = grid
    rows, columns = confidence.shape
    bordered = np.pad(confidence, 1, constant_values=-np.inf)
    around = np.max([bordered[i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=0)
    ys, xs = np.nonzero((confidence > least) & (confidence == around))
    score = confidence[ys, xs].astype(np.float64)
    found = np.stack([xs + dx[ys, xs], ys + dy[ys, xs], np.minimum(score, 1.0)], axis=1)
    return found[np.argsort(-score, kind="stable")[:most]]
