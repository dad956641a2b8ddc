"""Make a view of a court exact: the homography, or the camera, for which lines of the picture lie on the court's.

Belongs here: the fit to ridge points. Does not belong here: where a fit starts (`candidates`), whether it is believed
(`check`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametape.court.lines import Lines, Ridges
from gametape.court.model import Model
from gametape.court.plane import inverse, with_one

RADII = (8.0, 5.0, 3.0, 2.5)
"""Points within this of a line of the model belong to it, px, one round of the fit after the other."""
FARTHER = (24.0, 14.0, 8.0, 5.0, 3.0)
"""The same for a view that is not near yet."""
ALIKE = np.cos(np.radians(12.0))
TO_A_LINE = 80
"""Points that are used of a line at most."""
FEWEST = 40
"""Points without which there is no fit."""
SETTLED = 0.002
"""A round ends when a step changes the distance by less than this share. With a quarter and five times of it
the same of 20 courts are found, at the same places."""
THINNED = 4
"""A first fit takes one of so many points: all of them make it slower, not better."""


@dataclass(frozen=True, eq=False)
class Data:
    """Points on the middle of painted lines: `at` (n, 2) px, `normal` (n, 2), `strength` (n,); `middle`, `unit` px."""

    at: np.ndarray
    normal: np.ndarray
    strength: np.ndarray
    middle: np.ndarray
    unit: float

    @classmethod
    def of(cls, ridges: Ridges, lines: Lines, width: int, height: int) -> Data:
        """At most TO_A_LINE points of each line of a picture of `width` x `height` px."""
        picked = [points[:: max(1, len(points) // TO_A_LINE)] for points in lines.points]
        chosen = np.concatenate(picked) if picked else np.zeros(0, int)
        middle = np.array([width, height]) / 2
        return cls(
            ridges.at[chosen],
            ridges.normal[chosen],
            ridges.strength[chosen],
            middle,
            float(np.hypot(width, height) / 2),
        )

    @cached_property
    def thinned(self) -> Data:
        """One of THINNED points."""
        return Data(self.at[::THINNED], self.normal[::THINNED], self.strength[::THINNED], self.middle, self.unit)

    def straightened(self, radial: float) -> np.ndarray:
        """The points without radial distortion (seen at r (1 + k r²), r in half diagonals)."""
        return straightened(self.at, radial, self.middle, self.unit)


def straightened(at: np.ndarray, radial: float, middle: np.ndarray, unit: float) -> np.ndarray:
    """Points (n, 2) px of the picture as a camera without radial distortion would have them."""
    seen = (at - middle) / unit
    true = seen
    for _ in range(6):
        true = seen / (1 + radial * np.sum(true**2, axis=-1, keepdims=True))
    return middle + true * unit


def bent(at: np.ndarray, radial: float, middle: np.ndarray, unit: float) -> np.ndarray:
    """Points (n, 2) px of a picture without radial distortion, in the picture as it is."""
    true = (at - middle) / unit
    return middle + true * (1 + radial * np.sum(true**2, axis=-1, keepdims=True)) * unit


def assigned(
    view: np.ndarray, data: Data, at: np.ndarray, model: Model, radius: float
) -> tuple[np.ndarray, np.ndarray]:
    """Which points (k,) belong to which line (k,) of the model, within `radius` px, running alike, between its ends."""
    to_court = np.linalg.inv(view)
    lines = model.lines @ to_court
    lines /= np.hypot(lines[:, 0], lines[:, 1])[:, None]
    off = np.abs(at @ lines[:, :2].T + lines[:, 2])
    kept = np.flatnonzero(off.min(axis=1) < radius)
    at, off = at[kept], off[kept]
    alike = np.abs(data.normal[kept] @ lines[:, :2].T) > ALIKE
    x, y, depth = to_court[:, :2] @ at.T + to_court[:, 2:]
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.where(depth > 0, [y / depth, x / depth], np.inf)  # along lines that run along, across the others
    along = place[model.axis].T
    between = (along >= model.low) & (along <= model.high)
    off = np.where(alike & between, off, np.inf)
    best = off.argmin(axis=1)
    near = off[np.arange(len(at)), best] < radius
    return kept[near], best[near]


def fitted(view: np.ndarray, data: Data, model: Model, radii: tuple[float, ...] = RADII) -> tuple[np.ndarray, float]:
    """The homography nearest to `view` that fits, and its root mean square distance of the points, px.

    Linearised steps: each point's distance to its line is a function of the view's nine numbers.
    """
    data = data.thinned
    px = np.array([[data.unit, 0, data.middle[0]], [0, data.unit, data.middle[1]], [0, 0, 1]])
    metres = np.diag([1 / model.half[0], 1 / model.half[1], 1.0])
    lines = model.lines * [*model.half, 1.0]  # in half widths and half lengths
    at = with_one((data.at - data.middle) / data.unit)
    rms = np.inf
    for radius in radii:
        for _ in range(3):
            which, line = assigned(view, data, data.at, model, radius)
            if len(which) < FEWEST / THINNED:
                return view, np.inf
            # back: picture -> court; a point lies on line l when l . (back p) = 0
            back = metres @ np.linalg.inv(view) @ px
            back /= np.sqrt(np.sum(back**2))
            seen = lines @ back
            size = np.hypot(seen[:, 0], seen[:, 1])
            points = at[which]
            miss = np.einsum("ni,ni->n", (seen / size[:, None])[line], points)
            weight = 1 / np.sqrt(1 + (miss * data.unit / 1.5) ** 2)
            of_line = (lines / size[:, None])[line] * weight[:, None]
            rows = (of_line[:, :, None] * points[:, None, :]).reshape(-1, 9)
            normal = rows.T @ rows
            size = np.trace(normal) / 9
            normal += size * np.outer(back, back) + 1e-12 * size * np.eye(9)  # its scale is free
            back = back - np.linalg.solve(normal, rows.T @ (miss * weight)).reshape(3, 3)
            if abs(np.linalg.det(back)) < 1e-14:
                return view, np.inf
            view = px @ np.linalg.inv(back) @ metres
            view *= np.sign(view[2, 2])
            before, rms = rms, float(np.sqrt(np.mean((miss * data.unit) ** 2)))
            if abs(before - rms) < SETTLED * rms:
                break
    return view, rms


@dataclass(frozen=True, eq=False)
class Exact:
    """A view of a court, made exact.

    Attributes:
        view: (3, 3) homography, court metres to px of the picture without radial distortion.
        radial: Radial distortion k; 0: none is seen.
        rms: Root mean square distance of the points from their lines, px.
        focal: Focal length, px; None: no pinhole camera fits, or its focal length is open.
        camera_rms: The same for the pinhole camera that fits best, px.
        camera: (7,) that camera's parameters.
        faint: (l,) whether what is seen of a line is too faint beside the others to be paint.
    """

    view: np.ndarray
    radial: float
    rms: float
    focal: float | None
    camera_rms: float
    camera: np.ndarray
    faint: np.ndarray


def exact(
    view: np.ndarray, data: Data, model: Model, width: int, height: int, rough: Exact | None = None
) -> Exact | None:
    """The view nearest to `view`, by a pinhole camera where one fits, with radial distortion where lines are bent.

    Roughly, by one of THINNED points; exactly, by all of them, from a `rough` one. None: too little lies on lines.
    """
    if rough is None:
        return _exact(view, data.thinned, model, width, height, LAST[0], FEWEST // THINNED)
    return _exact(view, data, model, width, height, LAST[1], FEWEST, rough)


def _exact(
    view: np.ndarray,
    data: Data,
    model: Model,
    width: int,
    height: int,
    radius: float,
    fewest: int,
    before: Exact | None = None,
) -> Exact | None:
    """The same, by at least `fewest` points within `radius` px of the lines of `view`, from the fit before."""
    from gametape.geometry import camera

    radial = before.radial if before else 0.0
    which, line = assigned(view, data, data.straightened(radial), model, radius)
    places = _in_sight(view, model, width, height)
    if len(which) < fewest or len(places) < camera.PARAMETERS:
        return None
    lines = model.lines
    bright = _brightness(view, data, which, line, radial, model)
    trust = _trust(data.strength[which], line) * np.minimum(1, bright[line] / FAINT) ** 4
    px = np.array([[data.unit, 0, data.middle[0]], [0, data.unit, data.middle[1]], [0, 0, 1]])
    metres = np.diag([1 / model.half[0], 1 / model.half[1], 1.0])

    def ground(parameters: np.ndarray) -> np.ndarray:
        """Homographies (k, 3, 3) of parameters (k, p): a camera's or a plane's, and the radial distortion."""
        if parameters.shape[1] == camera.PARAMETERS + 1:
            log_focal = np.clip(parameters[:, :1], 0, 20)  # a step may go anywhere
            made = camera.matrices(np.append(log_focal, parameters[:, 1:7], axis=1), width, height)
            return made[..., [0, 1, 3]]
        return px @ np.append(parameters[:, :8], np.ones((len(parameters), 1)), 1).reshape(-1, 3, 3) @ metres

    at = (data.at[which] - data.middle).T

    def misses(parameters: np.ndarray) -> np.ndarray:
        """(k, n) px from the points to their lines."""
        seen = lines @ inverse(ground(parameters))
        seen /= np.maximum(np.hypot(seen[..., :1], seen[..., 1:2]), 1e-12)
        seen[..., 2] += seen[..., :2] @ data.middle
        across, down, start = seen[:, line, 0], seen[:, line, 1], seen[:, line, 2]
        off = across * at[0] + down * at[1]  # px from the picture's middle
        if parameters[:, -1].any():
            radial, square = parameters[:, -1:] / data.unit**2, at[0] ** 2 + at[1] ** 2
            shrunk = 1 / (1 + radial * square)
            for _ in range(3):
                shrunk = 1 / (1 + radial * square * shrunk**2)
            off *= shrunk
        off += start
        return np.clip(np.nan_to_num(off, nan=FAR), -FAR, FAR)

    scaled = np.linalg.inv(px) @ view @ np.linalg.inv(metres)
    flat, flat_rms = _solved(misses, np.append((scaled / scaled[2, 2]).ravel()[:8], radial), False, trust)
    if before:
        starts = [before.camera]
    else:
        homography = ground(flat[None])[0]
        seen = with_one(places) @ homography.T
        space = np.append(places, np.zeros((len(places), 1)), 1)
        starts = camera.starts(homography, space, seen[:, :2] / seen[:, 2:], width, height)[:STARTS]
    posed, posed_rms = min(
        (_solved(misses, np.append(start, 0.0), False, trust) for start in starts), key=lambda one: one[1]
    )
    bent_posed, bent_rms = _solved(misses, posed, True, trust)
    if _bends(posed_rms, bent_rms, bent_posed[-1], data, which):
        posed, posed_rms = bent_posed, bent_rms
        flat, flat_rms = _solved(misses, np.append(flat[:8], posed[-1]), True, trust)
    fits = posed_rms < 1.2 * flat_rms + 0.2
    best = posed if fits else flat
    made = ground(best[None])[0]
    focal = float(np.exp(posed[0])) if fits else None
    return Exact(
        made / made[2, 2], float(best[-1]), posed_rms if fits else flat_rms, focal, posed_rms, posed[:7], bright < FAINT
    )


STARTS = 2
"""Focal lengths from which a camera's fit starts."""
STEPS = 12
"""Steps of a fit at most."""


FULL_PX = 2.0
"""A strip that is narrower than this, px, stands out less than its paint does."""
FAINT = 0.45
"""Strips that stand out less than this share of the others, for their width, are no paint: a sharpened edge of the
floor has one. Measured: 0.56 and more on painted lines, worn and lit unevenly, 0.16 to 0.47 on such edges."""


def _brightness(
    view: np.ndarray, data: Data, which: np.ndarray, line: np.ndarray, radial: float, model: Model
) -> np.ndarray:
    """(l,) how much the points `which` on each line stand out for the width it has, as a share of what others do."""
    bright = np.ones(len(model.ends))
    if not model.width:
        return bright
    lines = model.lines
    lines = lines / np.hypot(lines[:, 0], lines[:, 1])[:, None]
    at, back = with_one(data.straightened(radial)[which]), np.linalg.inv(view)
    edges = [(lines + np.array([0, 0, side * model.width / 2]))[line] @ back for side in (-1, 1)]
    one, other = (np.sum(edge * at, axis=1) / np.hypot(edge[:, 0], edge[:, 1]) for edge in edges)
    stands_out = data.strength[which] / np.minimum(1, np.abs(one - other) / FULL_PX)
    for number in np.unique(line):
        bright[number] = np.quantile(stands_out[line == number], 0.75)
    usual = np.median(bright[line])
    return np.where(np.isin(np.arange(len(bright)), line), bright / usual, 1.0)


def _trust(strength: np.ndarray, line: np.ndarray) -> np.ndarray:
    """(n,) weights of points on lines: sharpened pictures have a weaker strip beside each line, which counts little."""
    trust = np.ones(len(line))
    for number in np.unique(line):
        on = line == number
        trust[on] = np.minimum(1, strength[on] / np.quantile(strength[on], 0.75)) ** 2
    return trust


def _solved(
    misses: Callable[[np.ndarray], np.ndarray], start: np.ndarray, bends: bool, trust: np.ndarray
) -> tuple[np.ndarray, float]:
    """Parameters that make `misses` small, far ones counting less (Levenberg and Marquardt); root mean square, px.

    `bends`: the last parameter, the radial distortion, is free too. `trust`: the points' weights.
    """
    free = len(start) - (not bends)
    best, damping = start.copy(), 1e-3
    off = misses(best[None])[0]
    cost = np.sum(trust * (np.sqrt(1 + off**2) - 1))
    for _ in range(STEPS):
        nudge = 1e-6 * np.maximum(np.abs(best[:free]), 1e-2)
        tried = np.repeat(best[None], free, axis=0)
        tried[np.arange(free), np.arange(free)] += nudge
        slopes = (misses(tried) - off).T / nudge
        weight = trust / np.sqrt(1 + off**2)
        normal = slopes.T @ (weight[:, None] * slopes)
        right = slopes.T @ (weight * off)
        size = np.sqrt(np.maximum(np.diag(normal), 1e-12))
        gained = 0.0
        for _ in range(6):
            damped = normal / np.outer(size, size) + damping * np.eye(free)
            step = np.append(-np.linalg.solve(damped, right / size) / size, np.zeros(len(start) - free))
            after = misses((best + step)[None])[0]
            new = np.sum(trust * (np.sqrt(1 + after**2) - 1))
            if new < cost:
                gained, best, off, cost, damping = cost - new, best + step, after, new, damping / 10
                break
            damping = min(10 * damping, 1e6)
        if gained < 1e-6 * max(cost, 1e-9):
            break
    return best, float(np.sqrt(np.average(np.minimum(np.abs(off), 4) ** 2, weights=trust)))


LAST = (4.0, 2.5)
"""Points within this of a line, px, count in the last two fits."""
FAR = 1e3
"""A point is never off by more than this, px."""
STRAIGHTER = 0.85
"""Bent lines: distortion takes the mean square distance to this share of what it was without."""
BENT = 1.0
"""And it moves a point of the lines by this, px."""


def _bends(straight: float, bent_rms: float, radial: float, data: Data, which: np.ndarray) -> bool:
    moved = np.abs(data.straightened(radial)[which] - data.at[which]).max()
    return bent_rms**2 < STRAIGHTER * straight**2 and moved > BENT and abs(radial) < 0.5


def _in_sight(view: np.ndarray, model: Model, width: int, height: int) -> np.ndarray:
    """Places (n, 2) m of a grid over the court that are in the picture, or near it."""
    x, y = (np.linspace(-half, half, 9) for half in model.half)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    seen = with_one(grid) @ view.T
    at = seen[:, :2] / seen[:, 2:]
    near = (seen[:, 2] > 0) & (np.abs(at - [width / 2, height / 2]) < [width, height]).all(axis=1)
    return grid[near]
