"""Make a view of a court exact: the homography, or the camera, for which lines of the picture lie on the court's.

Belongs here: the fit to ridge points. Does not belong here: where a fit starts (`candidates`), whether it is believed
(`check`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.court.lines import Lines, Ridges
from gametape.court.model import Model

RADII = (8.0, 5.0, 3.0, 2.5)
"""Points within this of a line of the model belong to it, px, one round of the fit after the other."""
FARTHER = (24.0, 14.0, 8.0, 5.0, 3.0)
"""The same for a view that is not near yet."""
ALIKE = np.cos(np.radians(12.0))
TO_A_LINE = 80
"""Points that are used of a line at most."""
FEWEST = 40
"""Points without which there is no fit."""
WORST = 12.0
"""A point far off counts as this much, in standard errors."""


@dataclass(frozen=True, eq=False)
class Data:
    """Points on the middle of painted lines: `at` (n, 2) px, `normal` (n, 2); `middle`, `unit` px of the picture."""

    at: np.ndarray
    normal: np.ndarray
    middle: np.ndarray
    unit: float

    @classmethod
    def of(cls, ridges: Ridges, lines: Lines, width: int, height: int) -> Data:
        """At most TO_A_LINE points of each line of a picture of `width` x `height` px."""
        picked = [points[:: max(1, len(points) // TO_A_LINE)] for points in lines.points]
        chosen = np.concatenate(picked) if picked else np.zeros(0, int)
        middle = np.array([width, height]) / 2
        return cls(ridges.at[chosen], ridges.normal[chosen], middle, float(np.hypot(width, height) / 2))

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


def model_lines(model: Model) -> np.ndarray:
    """(l, 3) homogeneous lines of the model, m."""
    start, stop = (np.append(model.ends[:, end], np.ones((len(model.ends), 1)), 1) for end in (0, 1))
    return np.cross(start, stop)


def assigned(
    view: np.ndarray, data: Data, at: np.ndarray, model: Model, radius: float
) -> tuple[np.ndarray, np.ndarray]:
    """Which points (k,) belong to which line (k,) of the model, within `radius` px, running alike, between its ends."""
    inverse = np.linalg.inv(view)
    lines = model_lines(model) @ inverse
    lines /= np.hypot(lines[:, 0], lines[:, 1])[:, None]
    off = np.abs(at @ lines[:, :2].T + lines[:, 2])
    alike = np.abs(data.normal @ lines[:, :2].T) > ALIKE
    place = np.append(at, np.ones((len(at), 1)), 1) @ inverse.T
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.where(place[:, 2:] > 0, place[:, :2] / place[:, 2:], np.inf)
    margin = 0.01 * model.half[0]
    low, high = model.ends.min(axis=1) - margin, model.ends.max(axis=1) + margin
    vertical = model.ends[:, 0, 0] == model.ends[:, 1, 0]
    axis = np.where(vertical, 1, 0)
    along = place[:, axis]
    number = np.arange(len(axis))
    between = (along >= low[number, axis]) & (along <= high[number, axis])
    off = np.where(alike & between, off, np.inf)
    best = off.argmin(axis=1)
    near = off[np.arange(len(at)), best] < radius
    return np.flatnonzero(near), best[near]


def fitted(
    view: np.ndarray, data: Data, model: Model, radii: tuple[float, ...] = RADII
) -> tuple[np.ndarray, float, int]:
    """The homography nearest to `view` that fits, its root mean square distance of the points, px, and their number.

    Linearised steps: each point's distance to its line is a function of the view's nine numbers.
    """
    px = np.array([[data.unit, 0, data.middle[0]], [0, data.unit, data.middle[1]], [0, 0, 1]])
    metres = np.diag([1 / model.half[0], 1 / model.half[1], 1.0])
    lines = model_lines(model)
    rms, count = np.inf, 0
    for radius in radii:
        for _ in range(3):
            which, line = assigned(view, data, data.at, model, radius)
            if len(which) < FEWEST:
                return view, np.inf, len(which)
            # back: picture -> court; a point lies on line l when l . (back p) = 0
            back = metres @ np.linalg.inv(view) @ px
            back /= np.linalg.norm(back)
            points = np.append((data.at[which] - data.middle) / data.unit, np.ones((len(which), 1)), 1)
            scaled = lines[line] @ np.linalg.inv(metres)
            seen = scaled @ back
            size = np.hypot(seen[:, 0], seen[:, 1])
            miss = np.sum(seen * points, axis=1) / size
            slopes = (scaled[:, :, None] * points[:, None, :]).reshape(-1, 9) / size[:, None]
            weight = 1 / np.sqrt(1 + (miss * data.unit / 1.5) ** 2)
            rows = np.append(slopes * weight[:, None], 1e3 * back.reshape(1, 9), 0)
            step, *_ = np.linalg.lstsq(rows, np.append(-miss * weight, 0), rcond=1e-12)
            back = back + step.reshape(3, 3)
            if abs(np.linalg.det(back)) < 1e-14:
                return view, np.inf, 0
            view = px @ np.linalg.inv(back) @ metres
            view *= np.sign(view[2, 2])
            rms, count = float(np.sqrt(np.mean((miss * data.unit) ** 2))), len(which)
    return view, rms, count


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
    """

    view: np.ndarray
    radial: float
    rms: float
    focal: float | None
    camera_rms: float
    camera: np.ndarray


def exact(view: np.ndarray, data: Data, model: Model, width: int, height: int) -> Exact:
    """The view nearest to `view`, by a pinhole camera where one fits, with radial distortion where lines are bent."""
    from scipy.optimize import least_squares

    from gametape.geometry import camera

    which, line = assigned(view, data, data.at, model, RADII[0] / 2)
    lines = model_lines(model)[line]
    px = np.array([[data.unit, 0, data.middle[0]], [0, data.unit, data.middle[1]], [0, 0, 1]])
    metres = np.diag([1 / model.half[0], 1 / model.half[1], 1.0])

    def ground(parameters: np.ndarray) -> np.ndarray:
        if len(parameters) == camera.PARAMETERS + 1:
            return camera.matrices(parameters[:7], width, height)[:, [0, 1, 3]]
        return px @ np.append(parameters[:8], 1).reshape(3, 3) @ metres

    def misses(parameters: np.ndarray) -> np.ndarray:
        one, two, three = ground(parameters).T
        seen = lines @ np.stack([np.cross(two, three), np.cross(three, one), np.cross(one, two)])  # inverse, scaled
        at = straightened(data.at[which], parameters[-1], data.middle, data.unit)
        off = (np.sum(seen[:, :2] * at, axis=1) + seen[:, 2]) / np.maximum(np.hypot(seen[:, 0], seen[:, 1]), 1e-12)
        return np.clip(np.nan_to_num(off, nan=FAR), -FAR, FAR)

    def solve(start: np.ndarray, bends: bool) -> tuple[np.ndarray, float]:
        free = len(start) - (not bends)

        def some(part: np.ndarray) -> np.ndarray:
            return misses(np.append(part, start[free:]))

        found = least_squares(some, start[:free], loss="soft_l1", f_scale=1.0, x_scale="jac", max_nfev=60)
        whole = np.append(found.x, start[free:])
        return whole, float(np.sqrt(np.mean(np.minimum(np.abs(misses(whole)), 4) ** 2)))

    scaled = np.linalg.inv(px) @ view @ np.linalg.inv(metres)
    plane, plane_rms = solve(np.append((scaled / scaled[2, 2]).ravel()[:8], 0.0), False)
    bent_plane, bent_rms = solve(plane, True)
    bends = _bends(plane_rms, bent_rms, bent_plane[-1], data, which)
    if bends:
        plane, plane_rms = bent_plane, bent_rms
    homography = ground(plane)
    homography /= homography[2, 2]
    places = _in_sight(homography, model, width, height)
    seen = np.append(places, np.ones((len(places), 1)), 1) @ homography.T
    start, *_ = camera.fit(
        homography, np.append(places, np.zeros((len(places), 1)), 1), seen[:, :2] / seen[:, 2:], width, height
    )
    posed, posed_rms = solve(np.append(start, plane[-1]), bends)
    fits = posed_rms < 1.2 * plane_rms + 0.2
    focal = float(np.exp(posed[0])) if fits else None
    view = ground(posed) if fits else homography
    return Exact(
        view / view[2, 2],
        float(posed[-1]) if fits else float(plane[-1]),
        posed_rms if fits else plane_rms,
        focal,
        posed_rms,
        posed[:7],
    )


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
    seen = np.append(grid, np.ones((len(grid), 1)), 1) @ view.T
    at = seen[:, :2] / seen[:, 2:]
    near = (seen[:, 2] > 0) & (np.abs(at - [width / 2, height / 2]) < [width, height]).all(axis=1)
    return grid[near]
