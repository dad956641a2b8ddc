"""Figures in a picture that can be the creases of a pitch's nearer end.

Belongs here: short painted lines, and those that make the creases before and behind a wicket. Does not belong here:
which figure is believed (`pitch`).

Grass and earth are full of weak strips: only strong ones count here, joined where they touch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.court import check, lines, refine
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
"""Least share of popping crease and the wicket's that is seen between the return creases."""
BACK = (0.12, 0.72)
"""Where along a return crease the wicket's crease meets it: at half of it on the ground, or less far."""
ROUGHLY = 0.18
"""The same at a first, coarse look."""
SIDES = 160
"""Strips that are tried as return creases at most, the longest first."""
MOST = 10
"""Figures at most, the best first."""


@dataclass(frozen=True, eq=False)
class Figure:
    """Creases of the nearer end.

    Attributes:
        corners: (4, 2) px where the return creases meet popping crease (left, right) and wicket's crease (right, left).
        worth: Share of the level lines that is seen.
        places: x of the return crease, y of popping crease and the wicket's, m.
    """

    corners: np.ndarray
    worth: float
    places: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture as it is searched.

    Attributes:
        width: Its width, px.
        height: Its height, px.
        data: Its strong bright strips, as the fit takes them.
        strips: The same by pixel.
        upright: (3, h, w) where bright, dark and red strips run upwards.
        level: (h, w) where bright ones run level.
        bright: The bright ones that are strong.
    """

    width: int
    height: int
    data: refine.Data
    strips: check.Strips
    upright: np.ndarray
    level: np.ndarray
    bright: lines.Ridges


def corners_of(court: Court) -> tuple[float, float, float]:
    """Where lines run, m, at the middle of their paint.

    Returns:
        x of the right return crease; y of the nearer popping crease and of the crease on which the wicket stands.
    """
    popping = court.points["near_right_return_popping_crease"]
    wicket = court.points["near_middle_stump_foot"]
    half = PAINT_M / 2
    return popping[0] + half, popping[1] + half, wicket[1] + half


def seen_in(picture: np.ndarray) -> Scene:
    """The strips of a picture."""
    height, width = picture.shape[:2]
    brightness = lines.paint(picture)
    bright, dark = lines.ridges(brightness), lines.ridges(255 - brightness)
    strong = bright.strength > STRONG
    clear = lines.Ridges(bright.at[strong], bright.normal[strong], bright.strength[strong])
    middle, unit = np.array([width, height]) / 2, float(np.hypot(width, height) / 2)
    red = np.clip(picture[..., 2].astype(np.float32) - picture[..., 1], 0, 255)  # on grass and on earth alike
    upright = [drawn(one, width, height, across=0, reach=1) for one in (bright, dark, lines.ridges(red))]
    return Scene(
        width,
        height,
        refine.Data(clear.at, clear.normal, clear.strength, middle, unit),
        check.Strips.of(clear, width, height),
        np.stack(upright),
        drawn(clear, width, height, across=1, reach=1),
        clear,
    )


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
            for share, *wicket in _best_level(left, right, level, BACK):
                if share >= SUPPORT:
                    corners = np.array([popping[0], popping[1], wicket[1], wicket[0]])
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
    return sorted(found, key=lambda ends: -float(np.linalg.norm(ends[1] - ends[0])))[:SIDES]


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
    tall = max(left[1, 1] - left[0, 1], right[1, 1] - right[0, 1])
    margin = 4.0 / tall if stretch[0] < 0 else 0.0
    low, high = stretch[0] - margin, stretch[1] + margin
    if _seen(left, right, level, np.arange(low, high, 2 / tall), np.arange(-4, 5, 2.0) / tall, 25)[0].max() < ROUGHLY:
        return []
    seen, starts, stops, first = _seen(
        left, right, level, np.arange(low, high, 1 / tall), np.arange(-4, 4.1, 1.0) / tall, 100
    )
    found = []
    for _ in range(2):
        number = int(seen.argmax())
        found.append((float(seen[number]), starts[number], stops[number]))
        seen = np.where(np.abs(first - first[number]) * tall > 4, seen, -1.0)
        if seen.max() < 0:
            break
    return found


def _seen(
    left: np.ndarray, right: np.ndarray, level: np.ndarray, share: np.ndarray, lean: np.ndarray, places: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """How much is seen of lines from the left side, at shares (s,) of it, to the right one, `lean` (l,) farther down.

    Returns:
        The share (s l,) of each on level strips; both ends, (s l, 2) px; where on the left side it starts.
    """
    height, width = level.shape
    first = np.repeat(share, len(lean))
    second = first + np.tile(lean, len(share))
    starts = left[0] + first[:, None] * (left[1] - left[0])
    stops = right[0] + second[:, None] * (right[1] - right[0])
    part = np.linspace(0.03, 0.97, places)[:, None]
    at = starts[:, None] + part * (stops - starts)[:, None]
    column, row = np.floor(np.moveaxis(at, -1, 0)).astype(int)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    seen = level[np.minimum(np.maximum(row, 0), height - 1), np.minimum(np.maximum(column, 0), width - 1)] & inside
    return seen.mean(axis=1), starts, stops, first
