"""Figures in a picture that can be the creases of a pitch's nearer end.

Belongs here: short painted lines, and those that make popping, bowling and return creases. Does not belong here: which
figure is believed (`pitch`).

Grass and earth are full of weak strips: only strong ones count here, joined where they touch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.court.lines import Ridges
from gametape.sports.courts import Court

STRONG = 7.0
"""Least answer of a strip that is paint, levels of 255."""
PAINT_M = 0.05
"""Width of a crease's paint, m, as it is usual; the rules fix none."""
STEEPEST = np.radians(72.0)
"""Greatest slant of a return crease against upright."""
FAN = np.radians(12.0)
"""Strips whose directions differ by less are joined."""
SHORTEST = 12.0
"""Least length of a return crease, px."""
WAVY = 1.2
"""Points of a straight line are off it by less than this, px root mean square."""
NARROWEST = 60.0
"""Least distance of the return creases, px."""
ROLL = 0.14
"""The creases lean by less than this against level."""
SUPPORT = 0.35
"""Least share of popping and bowling crease that is seen between the return creases."""
BACK = (0.12, 0.72)
"""Where along a return crease the bowling crease meets it: at half of it on the ground, or less far."""
MOST = 12
"""Figures at most, the best first."""


@dataclass(frozen=True, eq=False)
class Figure:
    """Creases of the nearer end.

    Attributes:
        corners: (4, 2) px where the return creases meet popping crease (left, right) and bowling crease (right, left).
        worth: Share of the level lines that is seen.
        places: x of the return crease, y of popping and bowling crease, m.
    """

    corners: np.ndarray
    worth: float
    places: tuple[float, float, float]


def corners_of(court: Court) -> tuple[float, float, float]:
    """x of the right return crease, y of the nearer popping and bowling crease, m, at the middle of their paint."""
    popping = court.points["near_right_return_popping_crease"]
    bowling = court.points["near_right_return_bowling_crease"]
    half = PAINT_M / 2
    return popping[0] + half, popping[1] + half, bowling[1] + half


def drawn(ridges: Ridges, width: int, height: int, across: int, reach: int) -> np.ndarray:
    """(h, w) bool where strips run upright (`across` 0) or level (1), widened by `reach` px across."""
    import cv2

    good = np.abs(ridges.normal[:, across]) > 0.9
    good &= ridges.strength > STRONG
    made = np.zeros((height, width), np.uint8)
    x, y = np.clip(ridges.at[good].astype(int), 0, [width - 1, height - 1]).T
    made[y, x] = 1
    size = (2 * reach + 1, 1) if across == 0 else (1, 2 * reach + 1)
    return cv2.dilate(made, np.ones(size[::-1], np.uint8)).astype(bool)


def figures(bright: Ridges, level: np.ndarray, court: Court) -> list[Figure]:
    """Figures that can be the creases of a pitch's nearer end, the best first.

    Args:
        bright: Strong bright strips.
        level: (h, w) where level ones run.
        court: The pitch.
    """
    places = corners_of(court)
    sides = steep(bright, level.shape[1], level.shape[0])
    found: list[Figure] = []
    for left in sides:
        for right in sides:
            if not _pair(left, right):
                continue
            top = _best_level(left, right, level, (-0.08, 0.08))
            if not top or top[0][0] < SUPPORT:
                continue
            _, *popping = top[0]
            for share, *bowling in _best_level(left, right, level, BACK)[:2]:
                if share >= SUPPORT:
                    corners = np.array([popping[0], popping[1], bowling[1], bowling[0]])
                    found.append(Figure(corners, top[0][0] + share, places))
    found.sort(key=lambda one: -one.worth)
    kept: list[Figure] = []
    for one in found:
        if all(np.abs(one.corners - other.corners).max() > 4 for other in kept) and len(kept) < MOST:
            kept.append(one)
    return kept


def steep(bright: Ridges, width: int, height: int) -> list[np.ndarray]:
    """Short straight strips that run more or less upwards: ends (2, 2) px, the upper one first."""
    import cv2

    towards = np.stack([-bright.normal[:, 1], bright.normal[:, 0]], 1)
    towards *= np.where(towards[:, 1:] < 0, -1, 1)
    slant = np.arctan2(towards[:, 0], towards[:, 1])  # 0: upright
    column, row = np.clip(bright.at.astype(int), 0, [width - 1, height - 1]).T
    found: list[np.ndarray] = []
    for middle in np.arange(-STEEPEST, STEEPEST + 0.01, FAN):
        which = np.flatnonzero(np.abs(slant - middle) < FAN)
        mask = np.zeros((height, width), np.uint8)
        mask[row[which], column[which]] = 1
        _, number = cv2.connectedComponents(cv2.dilate(mask, np.ones((3, 3), np.uint8)))
        of = number[row[which], column[which]]
        order = np.argsort(of, kind="stable")
        parts = np.split(which[order], np.flatnonzero(np.diff(of[order])) + 1)
        for part in parts:
            if len(part) < SHORTEST * 0.7:
                continue
            at = bright.at[part]
            centre = at.mean(axis=0)
            _, sizes, axes = np.linalg.svd(at - centre, full_matrices=False)
            along = (at - centre) @ axes[0]
            if np.ptp(along) < SHORTEST or sizes[1] / np.sqrt(len(part)) > WAVY:
                continue
            ends = centre + np.outer([along.min(), along.max()], axes[0])
            ends = ends[np.argsort(ends[:, 1])]
            if abs(np.arctan2(*(ends[1] - ends[0]))) > STEEPEST + FAN / 2:
                continue
            twin = next((i for i, other in enumerate(found) if np.abs(ends - other).max() < 5), None)
            if twin is None:
                found.append(ends)
    return found


def _pair(left: np.ndarray, right: np.ndarray) -> bool:
    """Whether two strips can be the return creases: level with each other, apart, nearer to each other above."""
    above, below = right[0] - left[0], right[1] - left[1]
    if above[0] < NARROWEST or below[0] <= above[0]:
        return False
    tall = left[1, 1] - left[0, 1], right[1, 1] - right[0, 1]
    return (
        abs(above[1]) < ROLL * above[0] + 3
        and abs(below[1]) < (ROLL + 0.1) * below[0]
        and max(tall) < 0.75 * above[0]
        and min(tall) > 0.4 * max(tall)
    )


def _best_level(
    left: np.ndarray, right: np.ndarray, level: np.ndarray, stretch: tuple[float, float]
) -> list[tuple[float, np.ndarray, np.ndarray]]:
    """Level strips between two return creases: the share seen and both ends (2,) px, the most seen first."""
    height, width = level.shape
    tall = max(left[1, 1] - left[0, 1], right[1, 1] - right[0, 1])
    margin = 4.0 / tall if stretch[0] < 0 else 0.0
    share = np.arange(stretch[0] - margin, stretch[1] + margin, 1.0 / tall)
    lean = np.arange(-4, 4.1, 1.0) / tall
    first = np.repeat(share, len(lean))
    second = first + np.tile(lean, len(share))
    starts = left[0] + first[:, None] * (left[1] - left[0])
    stops = right[0] + second[:, None] * (right[1] - right[0])
    part = np.linspace(0.03, 0.97, 100)[:, None]
    at = starts[:, None] + part * (stops - starts)[:, None]
    column, row = np.floor(np.moveaxis(at, -1, 0)).astype(int)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    seen = (level[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)] & inside).mean(axis=1)
    picked: list[int] = []
    for number in np.argsort(-seen, kind="stable"):
        if all(abs(first[number] - first[other]) * tall > 4 for other in picked):
            picked.append(int(number))
        if len(picked) == 3:
            break
    return [(float(seen[number]), starts[number], stops[number]) for number in picked]
