"""Views of a court that a picture's straight lines allow, by vanishing points and matches of one family at a time.

Belongs here: proposing views, and rating many of them at once. Does not belong here: making one exact (`refine`),
deciding (`check`).

Lines along the court meet in one vanishing point, those across it in another. With both known, a line of either family
has a coordinate that is an affine function of its place on the court, so that two lines matched to two of the model
place all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations

import numpy as np

from gametape.court.lines import Lines
from gametape.court.model import Model
from gametape.court.plane import cross, with_one

MOST_POINTS = 30
"""Vanishing points that are tried, those of most line first."""
SAME_POINT = 0.8
"""Two vanishing points are one when this share of their lines is."""
STEEPEST = np.radians(30.0)
"""The horizon's largest angle with the picture's rows."""
FOCALS = np.geomspace(0.45, 12.0, 14)
"""Focal lengths that are tried, in widths of the picture."""
NOT_SQUARE = 0.2
"""Largest misfit of a view with a camera: cosine of the court's right angle and log of the ratio of its scales."""
PART = 120
"""Pairs of vanishing points to a part of the views."""
PARTS = -(-MOST_POINTS * (MOST_POINTS - 1) // 2 // PART)
ORIGIN = np.array([0.0, 0.3, 1.0])
"""A point below the middle of the picture, in half diagonals."""
MATCHES = 40
"""Matches that are kept of a family. Chosen while looking at drawn courts that are lost with 15: it brought three of
140; no other number was measured."""
PAIRED = 225
"""Pairs of one family's matches with the other's that are made views, those on most line: where one family is plain, a
match of the other far down its list is among them. As many as 15 by 15 matches, all that were kept before; no other
number was measured."""
MOST_MATCHES = 150
"""Matches that are told apart, the best first: many of them are nearly one. Chosen, not measured."""
FAMILY = 13
"""Lines of a family that are matched, the longest first."""
OFF = 4.0
"""A line of the picture may be this far from the model's, px."""
PROMISING = 400
"""So many views are rated at all places of the lines, the best by one of COARSE places."""
COARSE = 3
"""Measured on 8 real and 12 drawn courts: with 1 and with 4 the same are found; with 1 they take 12 % more CPU."""
REACH = 6.0
"""A line farther from a model's line than this does not count for it, px."""


@dataclass(frozen=True, eq=False)
class Paint:
    """Where lines of a picture are.

    `away`: distances (4, h, w) px to the nearest line that runs nearly in the direction of 0, 45, 90, 135 degrees.
    """

    away: np.ndarray

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self.away.shape[2], self.away.shape[1]


def paint_of(lines: Lines, width: int, height: int) -> Paint:
    """The distances to `lines`, px, at most 255."""
    import cv2

    away = np.zeros((4, height, width), np.float32)
    turn = np.degrees(np.arctan2(*(lines.ends[:, 1] - lines.ends[:, 0]).T[::-1])) % 180
    for number in range(4):
        off = np.abs((turn - 45 * number + 90) % 180 - 90)
        drawn = np.full((height, width), 255, np.uint8)
        for ends in lines.ends[off < 35]:
            start, stop = (tuple(int(value) for value in np.round(16 * (end - 0.5))) for end in ends)
            cv2.line(drawn, start, stop, 0, 1, cv2.LINE_8, 4)
        away[number] = cv2.distanceTransform(drawn, cv2.DIST_L2, 3)
    return Paint(np.minimum(away, 255))


def views(lines: Lines, model: Model, width: int, height: int) -> Iterator[np.ndarray]:
    """Homographies (n, 3, 3), court metres to px, that put two lines of each family on lines of the picture.

    They come in parts, those by the vanishing points of most line first; each can nearly be a camera's.
    """
    centre, unit = np.array([width / 2, height / 2]), np.hypot(width, height) / 2
    out = np.array([[unit, 0, centre[0]], [0, unit, centre[1]], [0, 0, 1]])
    for part in range(PARTS):
        made = [np.zeros((0, 3, 3))]
        for one, other in _families(lines, width, height, part):
            made += [_laid(one, other, model), _laid(other, one, model)]
        found = out @ np.concatenate(made)
        yield found[plausible(found, width, height)]


@dataclass(frozen=True, eq=False)
class Family:
    """Lines that meet in a vanishing point.

    Attributes:
        towards: (3,) the point.
        u: (m,) where the lines meet that from ORIGIN to the vanishing point of the lines across, ascending.
        pixel: (m,) by how much u changes with a pixel across a line.
        worth: (m,) more for long lines.
    """

    towards: np.ndarray
    u: np.ndarray
    pixel: np.ndarray
    worth: np.ndarray


@lru_cache(maxsize=8)
def _families(lines: Lines, width: int, height: int, part: int) -> list[tuple[Family, Family]]:
    """Families of lines that a court's can be, along it and across it; kept as `_vanishing` keeps its points."""
    centre, unit = np.array([width / 2, height / 2]), np.hypot(width, height) / 2
    points, through = _vanishing(lines, width, height)
    pairs = sorted(combinations(range(len(points)), 2), key=sum)
    middle = with_one((lines.middle - centre) / unit)
    step = np.column_stack([lines.line[:, :2] / unit, np.zeros(len(lines))])
    made = []
    for first, second in pairs[part * PART : (part + 1) * PART]:
        horizon = cross(points[first], points[second])
        size = np.hypot(*horizon[:2])
        if (
            size < 1e-9
            or abs(horizon[0]) > np.sin(STEEPEST) * size
            or abs(horizon @ ORIGIN) < 1e-6
            or not _focal(points[first], points[second], width / unit)
        ):
            continue
        # only what lies on one side of the horizon, below it
        below = (middle @ horizon) * (np.sign(horizon[1]) or 1.0) > 0.02 * size
        both = []
        for one, other in ((first, second), (second, first)):
            which = np.flatnonzero(through[one] & ~through[other] & below)
            if len(which) < 2:
                break
            above = cross(ORIGIN, points[one]), horizon if one == second else -horizon
            family = _family(points[one], *above, middle[which], step[which], lines.covered[which])
            if len(family.u) < 2:
                break
            both.append(family)
        if len(both) == 2:
            made.append((both[0], both[1]))
    return made


def _family(
    towards: np.ndarray, above: np.ndarray, below: np.ndarray, middle: np.ndarray, step: np.ndarray, length: np.ndarray
) -> Family:
    """The longest of lines through `middle` (m, 3); `step`: a pixel across each."""

    def coordinate(at: np.ndarray) -> np.ndarray:
        """Where the line from `at` to the vanishing point meets that from the origin to the other one."""
        return (at @ above) / (at @ below)

    u = coordinate(middle)
    pixel = np.abs(coordinate(middle + step) - coordinate(middle - step)) / 2
    good = np.flatnonzero(np.isfinite(u) & (pixel > 0))
    good = good[np.argsort(-length[good])][:FAMILY]
    good = good[np.argsort(u[good])]
    length = length[good]
    return Family(towards, u[good], pixel[good], np.sqrt(np.minimum(length / np.mean(length), 2)))


def _focal(one: np.ndarray, other: np.ndarray, width: float) -> bool:
    """Whether two directions at a right angle can have these vanishing points (the middle of the picture is 0, 0)."""
    dot, depth = one[:2] @ other[:2], one[2] * other[2]
    far = min(abs(one[2]) / np.hypot(*one[:2]).clip(1e-9), abs(other[2]) / np.hypot(*other[:2]).clip(1e-9))
    if far < 0.05:  # one lies 20 half diagonals away: its place says nothing of the focal length
        return True
    square = -dot / depth
    return (0.3 * width) ** 2 < square < (20 * width) ** 2


@lru_cache(maxsize=1)
def _vanishing(lines: Lines, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Vanishing points (k, 3) in half diagonals from the middle, and which lines (k, m) run to each.

    Kept, for several courts may be looked for among the same lines.
    """
    centre, unit = np.array([width / 2, height / 2]), np.hypot(width, height) / 2
    ends = (lines.ends - centre) / unit
    homogeneous = cross(with_one(ends[:, 0]), with_one(ends[:, 1]))
    homogeneous /= np.hypot(homogeneous[:, 0], homogeneous[:, 1])[:, None]
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    allowed = np.clip(np.maximum(np.radians(0.35), 1.5 / unit / (length / 2)), 0, np.radians(1.5))
    one, other = np.array(list(combinations(range(len(ends)), 2))).T
    points = cross(homogeneous[one], homogeneous[other])
    points /= np.linalg.norm(points, axis=1)[:, None]
    middle = with_one(ends.mean(axis=1))
    weight = np.minimum(lines.covered / unit, 0.5)
    through = _runs_to(points, homogeneous, middle, allowed)
    worth = through @ weight
    order = np.argsort(-worth)
    taken: list[int] = []
    for number in order:
        mine = through[number]
        if mine.sum() < 2:
            continue
        same = any((mine & through[t]).sum() >= SAME_POINT * mine.sum() for t in taken)
        if not same:
            taken.append(number)
            if len(taken) == MOST_POINTS:
                break
    better = [_refitted(homogeneous[through[t]], lines.covered[through[t]] / unit) for t in taken]
    points = np.array(better).reshape(-1, 3)
    return points, _runs_to(points, homogeneous, middle, 1.3 * allowed)


def _refitted(lines: np.ndarray, weight: np.ndarray) -> np.ndarray:
    _, _, axes = np.linalg.svd(lines * weight[:, None])
    return axes[2]


def _runs_to(points: np.ndarray, lines: np.ndarray, middle: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """(k, m) whether a line runs to a point: the angle at its middle is small, and the point is not on the segment."""
    towards = points[:, None, :2] - points[:, None, 2:] * middle[None, :, :2]
    distance = np.hypot(towards[..., 0], towards[..., 1])
    off = np.abs(np.einsum("kmi,mi->km", towards, lines[:, :2]))
    return off <= np.sin(allowed) * np.maximum(distance, 1e-9)


def _laid(along: Family, across: Family, model: Model) -> np.ndarray:
    """Views (n, 3, 3) in which one family has lines along the court, the other lines across it."""
    us, vs = _matches(along, model.along), _matches(across, model.across)
    both = (us[:, 2:] + vs[:, 2]).ravel()
    best = np.argpartition(-both, PAIRED)[:PAIRED] if len(both) > PAIRED else np.arange(len(both))
    i, j = np.divmod(best, len(vs))
    (slope_u, start_u), (slope_v, start_v) = us[i, :2].T[..., None], vs[j, :2].T[..., None]
    made = np.stack(
        [
            -across.towards * slope_u,
            -along.towards * slope_v,
            ORIGIN - across.towards * start_u - along.towards * start_v,
        ],
        axis=2,
    )
    return _upright(made)


def _upright(made: np.ndarray) -> np.ndarray:
    """Views with the court's middle before the camera, seen from above: x is turned where it has to be."""
    made = made * np.sign(made[:, 2:, 2:])
    turned = np.linalg.det(made) > 0
    made[turned, :, 0] *= -1
    return made


def _matches(family: Family, model: np.ndarray) -> np.ndarray:
    """Matches of a family with the model's lines: (k, 3) slope and start of u(place), and what they hit."""
    u, (a, b), (c, d) = family.u, _two_of(len(family.u)), _two_of(len(model))
    slope = (u[b] - u[a])[:, None] / (model[d] - model[c])[None]
    start = (u[a][:, None] - slope * model[c][None]).ravel()
    slope = slope.ravel()
    placed = start[:, None] + slope[:, None] * model[None]
    # single precision: the search spends most of its time here
    close = placed.astype(np.float32)[:, :, None] - u.astype(np.float32)
    np.abs(close, out=close)
    close *= (-family.worth / (OFF * family.pixel)).astype(np.float32)
    close += family.worth.astype(np.float32)
    # a line is no more than one
    each = (np.maximum(close.max(axis=axis), 0).sum(axis=1, dtype=float) for axis in (2, 1))
    hits = np.minimum(*each)
    order = np.argsort(-hits)[:MOST_MATCHES]
    order = order[slope[order] > 0]
    coarse = np.round(placed[order][:, [0, -1]] / (2 * np.median(family.pixel)))
    _, first = np.unique(coarse @ [1, 1j], return_index=True)
    taken = order[np.sort(first)][:MATCHES]
    return np.column_stack([slope[taken], start[taken], hits[taken]])


@cache
def _two_of(n: int) -> tuple[np.ndarray, np.ndarray]:
    """The first and the second of each two of n."""
    return np.triu_indices(n, 1)


def plausible(found: np.ndarray, width: int, height: int) -> np.ndarray:
    """(n,) whether a pinhole camera of some focal length can have the views, nearly."""
    # Both axes of the court seen from the picture's middle: right and down, which the focal length scales, and ahead.
    one, other = (found[:, :2, axis] - found[:, 2:, axis] * [width / 2, height / 2] for axis in (0, 1))
    scale = 1 / (FOCALS * width) ** 2
    square, square_other, product = (
        np.sum(first * second, axis=1)[:, None] * scale + (found[:, 2, i] * found[:, 2, j])[:, None]
        for first, second, i, j in ((one, one, 0, 0), (other, other, 1, 1), (one, other, 0, 1))
    )
    cosine = np.abs(product) / np.sqrt(square * square_other)
    return (cosine + np.abs(np.log(square / square_other)) / 2).min(axis=1) < NOT_SQUARE


def rated(found: np.ndarray, paint: Paint, model: Model) -> np.ndarray:
    """(n,) how well views put the model on paint.

    The share of its lines in sight that lies on lines of the picture, squared; times the share of its lines that do so
    and how much of the picture the court takes up; less half of what runs on behind the lines' ends.
    """
    worth = np.zeros(len(found))
    some = np.arange(len(found))
    if len(found) > PROMISING:  # at first at few places
        worth = _in_parts(found, paint, model, COARSE)
        some = np.argpartition(-worth, PROMISING)[:PROMISING]
        worth = np.minimum(worth, 0)
    worth[some] = _in_parts(found[some], paint, model, 1)
    return worth


def _in_parts(found: np.ndarray, paint: Paint, model: Model, every: int) -> np.ndarray:
    made = [_rated(part, paint, model, every) for part in np.array_split(found, max(1, len(found) // 500))]
    return np.concatenate(made)


def _rated(found: np.ndarray, paint: Paint, model: Model, every: int) -> np.ndarray:
    """As `rated`, by one of `every` places of the lines."""
    hit, length, inside = on_paint(found, paint, model.samples[:, every // 2 :: every])
    seen = np.sum(length * inside, axis=(1, 2))
    on = np.sum(length * hit, axis=(1, 2))
    each = np.sum(length * hit, axis=2) / np.maximum(np.sum(length * inside, axis=2), 1e-9)
    over, reach, _ = on_paint(found, paint, model.beyond[:, every // 2 :: every])
    run = np.sum(over * reach, axis=(1, 2))
    lines_on = np.sum((each > 0.5) & (np.sum(inside, axis=2) > 3 / every), axis=1)
    share = on / np.maximum(seen, 1e-9)
    spread = _spread(found, paint, model, 12 // min(every, 2))
    return share**2 * spread * lines_on / len(model.samples) - 0.5 * run / np.maximum(seen, 1e-9)


def _spread(found: np.ndarray, paint: Paint, model: Model, n: int) -> np.ndarray:
    """(n,) 0..1: how much of the picture a court takes up, by a grid of `n` times `n` places.

    One so flat that its lines run into one takes up none.
    """
    width, height = paint.size
    x, y = (np.linspace(-half, half, n) for half in model.half)
    grid = with_one(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    seen = grid @ np.swapaxes(found, 1, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = seen[..., :2] / seen[..., 2:]
    inside = (seen[..., 2] > 0) & (at >= 0).all(axis=-1) & (at[..., 0] < width) & (at[..., 1] < height)
    low = np.where(inside[..., None], at, np.inf).min(axis=1)
    high = np.where(inside[..., None], at, -np.inf).max(axis=1)
    wide, tall = np.maximum(np.nan_to_num(high - low, neginf=0), 0).T
    return np.minimum(1, wide / (0.35 * width)) * np.minimum(1, tall / (0.2 * height))


def on_paint(found: np.ndarray, paint: Paint, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What of places (l, s, 2) m on lines is on paint that runs alike, in each of n views.

    Returns:
        (n, l, s) how near it is, 0..1; the length that each place stands for, px; whether it is in the picture.
    """
    width, height = paint.size
    flat = with_one(places.reshape(-1, 2))
    seen = (flat @ np.swapaxes(found, 1, 2)).reshape(len(found), *places.shape[:2], 3)
    depth = seen[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        at = seen[..., :2] / depth[..., None]
    step = np.gradient(at, axis=2)
    length = np.hypot(step[..., 0], step[..., 1])
    inside = (depth > 0) & (at[..., 0] >= 0) & (at[..., 0] < width - 1) & (at[..., 1] >= 0) & (at[..., 1] < height - 1)
    length = np.where(inside & np.isfinite(length), length, 0)
    turn = np.nan_to_num(np.degrees(np.arctan2(step[..., 1], step[..., 0])))
    number = np.round(turn / 45).astype(int) % 4
    x, y = (np.where(inside, at[..., axis], 0).astype(int) for axis in (0, 1))
    away = paint.away[number, y, x]
    return np.where(inside, np.clip(1.5 - away / (REACH / 1.5), 0, 1) * (away < REACH), 0), length, inside
