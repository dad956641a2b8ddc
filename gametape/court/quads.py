"""Views of a court whose outer lines are seen as a closed four-sided figure, as a table's are.

Belongs here: proposing views from lines that meet in corners. Does not belong here: other views (`candidates`), whether
one is believed (`check`).

A table is small in the picture and has few lines, so its vanishing points are lost among those of the hall. But its
edges end where they meet, which lines of a hall rarely do. One corner of the four may be hidden.
"""

from __future__ import annotations

import numpy as np

from gametape.court.lines import Lines
from gametape.court.model import Model
from gametape.court.plane import cross

CORNER = 6.0
"""Lines that end within this of where they meet make a corner, px;"""
CORNER_SHARE = 0.12
"""or within this share of their length."""
FLATTEST = np.radians(8.0)
"""Least angle at a corner."""
MOST = 4000
"""Figures that are tried at most."""


def views(lines: Lines, model: Model) -> np.ndarray:
    """Homographies (n, 3, 3), court metres to px, that put the court's outer lines on lines that meet in corners."""
    import cv2

    figures = _figures(lines)
    x, y = (model.along[0], model.along[-1]), (model.across[0], model.across[-1])
    places = np.array([[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]], np.float32)
    made = []
    for corners in figures:
        area = _cross(corners[1] - corners[0], corners[2] - corners[0])
        turned = corners if area < 0 else corners[::-1]  # as the places run, seen from above: y points down
        for first in (0, 1):
            view = cv2.getPerspectiveTransform(places, np.roll(turned, first, axis=0).astype(np.float32))
            depth = np.column_stack([places, np.ones(4)]) @ view[2]
            if (depth > 0).all() and np.linalg.det(view) < 0:
                made.append(view / view[2, 2])
    return np.array(made).reshape(-1, 3, 3)


def _figures(lines: Lines) -> list[np.ndarray]:
    """Corners (4, 2) px, in order, of convex figures of four lines of which at least three corners are seen."""
    n = len(lines)
    meets = _corners(lines)
    found: dict[tuple[int, ...], np.ndarray] = {}
    for b in range(n):
        for c in np.flatnonzero(meets[b]):
            for a in np.flatnonzero(meets[b]):
                if a == c:
                    continue
                for d in np.flatnonzero(meets[c]):
                    if d in (a, b) or len(found) >= MOST:
                        continue
                    four = tuple(sorted((int(a), int(b), int(c), int(d))))
                    if four in found:
                        continue
                    corners = np.array(
                        [_meeting(lines.line[i], lines.line[j]) for i, j in ((a, b), (b, c), (c, d), (d, a))]
                    )
                    if np.isfinite(corners).all() and _convex(corners):
                        found[four] = corners
    return list(found.values())


def _corners(lines: Lines) -> np.ndarray:
    """(n, n) whether two lines make a corner."""
    n = len(lines)
    length = np.linalg.norm(lines.ends[:, 1] - lines.ends[:, 0], axis=1)
    meets = np.zeros((n, n), bool)
    for i in range(n):
        for j in range(i + 1, n):
            sine = abs(lines.line[i, 0] * lines.line[j, 1] - lines.line[i, 1] * lines.line[j, 0])
            if sine < np.sin(FLATTEST):
                continue
            at = _meeting(lines.line[i], lines.line[j])
            meets[i, j] = meets[j, i] = all(
                np.linalg.norm(lines.ends[k] - at, axis=1).min() < max(CORNER, CORNER_SHARE * length[k]) for k in (i, j)
            )
    return meets


def _meeting(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    at = cross(one, other)
    with np.errstate(divide="ignore", invalid="ignore"):
        return at[:2] / at[2]


def _convex(corners: np.ndarray) -> bool:
    side = np.roll(corners, -1, axis=0) - corners
    turn = _cross(side, np.roll(side, -1, axis=0))
    return bool((turn > 0).all() or (turn < 0).all()) and float(np.linalg.norm(side, axis=1).min()) > 15


def _cross(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The cross product of vectors (…, 2) in the picture."""
    return one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
