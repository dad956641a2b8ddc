"""From marks in the picture to the ground's homography and, where it is determined, the camera in space.

Belongs here: the fit, its errors, and why marks are refused. Does not belong here: where marks come from, and for which
frames they hold (`stretches`), what is done with places (`gametape.play`).

The error of a mark (`MARK_ERROR`, more where marks disagree) is propagated by drawing `DRAWS` solutions: places on the
ground and in space come with their spread.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametape.base.reason import Reason
from gametape.geometry import camera
from gametape.sports.courts import Court

MARK_ERROR = 0.0015
"""Assumed standard error of a mark in each direction, in widths of the picture: 1.9 px of 1280."""
MARK_WEIGHT = 6
"""The assumption counts as this many residuals beside those of the marks."""
WORST_FIT = 0.01
"""Marks whose residuals exceed this (RMS, in widths of the picture) contradict each other."""
ON_A_LINE = 0.02
"""Points whose spread across a line is less than this share of that along it lie on it."""
WORST_GROUND = 0.10
"""Largest 95 % error of a place on the ground, as a share of the marks' span."""
WORST_FOCAL = 0.15
"""Largest standard error of the focal length, as a share of it; beyond this depth is not determined."""
NOT_A_CAMERA = 3.0
"""Largest residual of a pinhole camera (RMS), in standard errors of a mark."""
FEWEST_MARKS = 4
"""Least number of marks on the ground."""
DRAWS = 200
"""Draws of a solution, from which errors are taken."""
WITHIN = 0.95
"""Share of the truths that lie within a stated error."""
CHI2 = 5.991
"""95 % quantile of the chi-squared distribution with two degrees of freedom."""


@dataclass(frozen=True)
class Mark:
    """A point of the court in the picture.

    Attributes:
        name: Name of the point.
        x: px from the left of the upright picture.
        y: px from its top.
        place: x, y and height on the court, m.
    """

    name: str
    x: float
    y: float
    place: tuple[float, float, float]


@dataclass(frozen=True)
class Ellipse:
    """A place on the ground and its 95 % ellipse.

    Attributes:
        x: m.
        y: m.
        major: Larger half axis, m.
        minor: Smaller half axis, m.
        angle: Direction of the major axis from x, degrees.
    """

    x: float
    y: float
    major: float
    minor: float
    angle: float

    @classmethod
    def around(cls, places: np.ndarray) -> Ellipse:
        """The ellipse of draws (n, 2) m of one place."""
        spread, axes = np.linalg.eigh(np.cov(places.T))
        minor, major = np.sqrt(np.maximum(spread, 0) * CHI2)
        angle = float(np.degrees(np.arctan2(*axes[::-1, 1])))
        return cls(*map(float, places.mean(axis=0)), float(major), float(minor), angle)


class Refused(Exception):
    """Marks that make no calibration, and the reason."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, eq=False)
class Calibration:
    """A calibrated picture. All px but the marks' are of the picture without its distortion (`straight`).

    Attributes:
        width: Width of the picture, px.
        height: Height of the picture, px.
        marks: The n marks that were used.
        court: The court that they are of, if it is known.
        ground: (3, 3) homography, court metres to px.
        ground_draws: (DRAWS, 3, 3) the same, varied by the marks' errors.
        space: (7,) parameters of the camera, None where it is not determined.
        space_covariance: (7, 7) their covariance.
        reason: Why the camera is not determined.
        misses: (n,) px from each mark to the fit.
        mark_error: Standard error of a mark, px.
        radial: Radial distortion, see `camera.bent`; 0 for none.
    """

    width: int
    height: int
    marks: tuple[Mark, ...]
    court: Court | None
    ground: np.ndarray
    ground_draws: np.ndarray
    space: np.ndarray | None
    space_covariance: np.ndarray | None
    reason: Reason | None
    misses: np.ndarray
    mark_error: float
    radial: float = 0.0

    def straight(self, pixels: np.ndarray) -> np.ndarray:
        """Pixels (n, 2) of the picture as they would be without its distortion."""
        return camera.straight(pixels, self.width, self.height, self.radial) if self.radial else pixels

    @cached_property
    def camera(self) -> np.ndarray | None:
        """The camera's matrix (3, 4); None where it is not determined."""
        return None if self.space is None else camera.matrices(self.space, self.width, self.height)

    @cached_property
    def camera_draws(self) -> np.ndarray:
        """(DRAWS, 3, 4) matrices, varied by the marks' errors."""
        drawn = np.random.default_rng(0).multivariate_normal(self.space, self.space_covariance, DRAWS)
        return camera.matrices(drawn, self.width, self.height)

    def place(self, pixels: np.ndarray, height: float) -> np.ndarray:
        """Places (n, 2) m of `pixels` (n, 2) at a `height` (m) above the ground; NaN beyond the horizon."""
        return _unproject(_at_height(self.camera, height), pixels)

    def on_ground(self, pixels: np.ndarray) -> np.ndarray:
        """Places (n, 2) m of `pixels` (n, 2) on the ground, also where the camera is not determined in space."""
        return _unproject(self.ground, pixels)

    def drawn(self, pixels: np.ndarray, height: float = 0.0) -> np.ndarray:
        """Places of draws of one pixel, each by another draw of the calibration.

        Args:
            pixels: (n, 2) px.
            height: Height above the ground, m; without a camera in space it is taken as 0.

        Returns:
            (n, 2) m; NaN beyond the horizon.
        """
        planes = self.ground_draws if self.camera is None else _at_height(self.camera_draws, np.full(DRAWS, height))
        return _unproject(planes[np.arange(len(pixels)) % DRAWS], pixels[:, None])[:, 0]

    @cached_property
    def ground_error(self) -> tuple[float, float]:
        """Median and worst 95 % error, m, of the place of an exact pixel, over the area of the marks."""
        low, high = (edge(self._flat, axis=0) for edge in (np.min, np.max))
        grid = np.stack(np.meshgrid(*np.linspace(low, high, 5).T), axis=-1).reshape(-1, 2)
        pixels = _project(self.ground, grid)
        off = np.linalg.norm(
            _unproject(self.ground_draws, np.broadcast_to(pixels, (DRAWS, *pixels.shape))) - grid, axis=-1
        )
        errors = np.quantile(np.nan_to_num(off, nan=np.inf), WITHIN, axis=0)
        return float(np.median(errors)), float(errors.max())

    @property
    def _flat(self) -> np.ndarray:
        return np.array([mark.place[:2] for mark in self.marks if not mark.place[2]])

    def row(self) -> dict:
        """The row of CALIBRATION."""
        median, worst = self.ground_error
        worst_mark = int(np.argmax(self.misses))
        row = {
            "solved": "ground" if self.space is None else "camera",
            "reason": self.reason,
            "court": self.court and self.court.name,
            "width": self.width,
            "height": self.height,
            "marks": json.dumps([[m.name, m.x, m.y, *m.place] for m in self.marks]),
            "mark_count": len(self.marks),
            "homography": json.dumps((self.ground / self.ground[2, 2]).tolist()),
            "reprojection_px": float(np.sqrt(np.mean(self.misses**2))),
            "worst_mark": self.marks[worst_mark].name,
            "worst_mark_px": float(self.misses[worst_mark]),
            "mark_error_px": self.mark_error,
            "radial": self.radial or None,
            "ground_error_m": median,
            "ground_error_worst_m": worst,
        }
        if self.space is None:
            return row
        at, focal = camera.centre(self.camera), float(np.exp(self.space[0]))
        return row | {
            "camera": json.dumps(self.camera.tolist()),
            "focal_px": focal,
            "focal_error_px": focal * float(np.sqrt(self.space_covariance[0, 0])),
            **{f"camera_{axis}_m": float(value) for axis, value in zip("xyz", at, strict=True)},
        }


def calibrate(
    marks: list[Mark],
    width: int,
    height: int,
    court: Court | None = None,
    *,
    error: float | None = None,
    radial: float = 0.0,
) -> Calibration:
    """Calibrate a picture.

    Args:
        marks: At least four marks on the ground, no three of four on a line; others may be above it.
        width: Width of the picture, px.
        height: Height of the picture, px.
        court: The court that the marks are of, if it is known.
        error: A mark's standard error, px, where it is known. By default it is told by how well the marks agree.
        radial: Radial distortion of the picture, see `camera.bent`.

    Raises:
        Refused: The marks determine nothing.
    """
    pixels, places = np.array([[m.x, m.y] for m in marks], float), np.array([m.place for m in marks], float)
    pixels = camera.straight(pixels, width, height, radial) if radial else pixels
    flat = places[:, 2] == 0
    _look(marks, pixels, places, flat, width, height)
    ground, misses = _homography(places[flat, :2], pixels[flat])
    _check_winding(ground, places[flat, :2])
    off_by = float(np.sqrt(np.mean(misses**2)))
    if off_by > WORST_FIT * width:
        worst = np.array(marks, object)[flat][int(np.argmax(misses))].name
        raise Refused(Reason("marks_contradict", px=off_by, worst=worst))
    solved = _in_space(ground, places, pixels, width, height, error)
    if isinstance(solved, Reason):
        space = covariance = None
        reason, marks = solved, [mark for mark, on in zip(marks, flat, strict=True) if on]
        error = error or _pooled(MARK_ERROR * width, float(misses @ misses), 2 * len(marks) - 8)
        noise = error * np.random.default_rng(0).standard_normal((DRAWS, len(marks), 2))
        ground_draws = np.array([_homography(places[flat, :2], pixels[flat] + one)[0] for one in noise])
    else:
        space, covariance, error, misses = solved
        reason = None
        drawn = np.random.default_rng(0).multivariate_normal(space, covariance, DRAWS)
        ground = _at_height(camera.matrices(space, width, height), 0.0)
        ground_draws = _at_height(camera.matrices(drawn, width, height), np.zeros(DRAWS))
    made = Calibration(
        width, height, tuple(marks), court, ground, ground_draws, space, covariance, reason, misses, error, radial
    )
    span = float(np.linalg.norm(np.ptp(places[flat, :2], axis=0)))
    if made.ground_error[0] > WORST_GROUND * span:
        raise Refused(Reason("marks_too_near", metres=made.ground_error[0]))
    return made


def _in_space(
    ground: np.ndarray, places: np.ndarray, pixels: np.ndarray, width: int, height: int, error: float | None = None
) -> tuple | Reason:
    """Solve the camera; `error` is a mark's standard error, px, where it is known.

    Returns:
        (7,) parameters, (7, 7) covariance, a mark's standard error and (n,) misses, px; or why it is not determined.
    """
    found, off, slopes = camera.fit(ground, places, pixels, width, height)
    off_by = float(np.sqrt(np.mean(off**2)))
    if off_by > NOT_A_CAMERA * MARK_ERROR * width:
        return Reason("marks_fit_no_camera", px=off_by)
    error = error or _pooled(MARK_ERROR * width, float(off @ off), len(off) - camera.PARAMETERS)
    size = np.linalg.norm(slopes, axis=0)
    _, strength, axes = np.linalg.svd(slopes / size, full_matrices=False)
    spread = axes.T / np.maximum(strength, 1e-9) / size[:, None]
    covariance = error**2 * spread @ spread.T
    focal_error = float(np.sqrt(covariance[0, 0]))
    if focal_error > WORST_FOCAL:
        if focal_error < 1:
            return Reason("focal_length_unsure", share=2 * focal_error)
        return Reason("focal_length_open")
    return found, covariance, error, np.linalg.norm(off.reshape(-1, 2), axis=1)


def _look(marks: list[Mark], pixels: np.ndarray, places: np.ndarray, flat: np.ndarray, width: int, height: int) -> None:
    """Raise Refused for marks that determine no plane."""
    if int(flat.sum()) < FEWEST_MARKS:
        raise Refused(Reason("marks_too_few", n=flat.sum(), needed=FEWEST_MARKS))
    margin = max(width, height)
    outside = [m.name for m in marks if not (-margin < m.x < width + margin and -margin < m.y < height + margin)]
    if outside:
        raise Refused(Reason("marks_outside", marks=", ".join(outside), width=width, height=height))
    for same, at in (
        (Reason("marks_at_one_place"), places[flat, :2]),
        (Reason("marks_at_one_pixel"), pixels[flat]),
    ):
        if len(np.unique(at.round(6), axis=0)) < len(at):
            raise Refused(same)
        for left_out in range(len(at)):
            rest = np.delete(at, left_out, axis=0)
            along, across = np.linalg.svd(rest - rest.mean(axis=0), compute_uv=False)
            if across < ON_A_LINE * along:
                raise Refused(Reason("marks_on_a_line"))


def _check_winding(ground: np.ndarray, places: np.ndarray) -> None:
    """Raise Refused unless all marks are in front of the camera, which sees the ground from above."""
    depth = ground[2] @ np.column_stack([places, np.ones(len(places))]).T
    if not (depth > 0).all():
        raise Refused(Reason("marks_out_of_order"))
    if np.linalg.det(ground) > 0:  # the picture's y points down
        raise Refused(Reason("marks_from_below"))


def _homography(places: np.ndarray, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The homography (3, 3) that takes `places` (n, 2) m nearest to `pixels` (n, 2), and the misses (n,) px."""
    import cv2

    found, _ = cv2.findHomography(places, pixels, 0)
    if found is None:
        raise Refused(Reason("marks_fix_no_plane"))
    found *= np.sign(found[2] @ [*places.mean(axis=0), 1])  # so that what is before the camera has depth above 0
    return found, np.linalg.norm(_project(found, places) - pixels, axis=1)


def _pooled(assumed: float, squares: float, free: int) -> float:
    """Standard error of a mark, pooled from the assumed one and the sum of `squares` with `free` degrees of freedom."""
    return float(np.sqrt((MARK_WEIGHT * assumed**2 + squares) / (MARK_WEIGHT + max(free, 0))))


def _at_height(matrix: np.ndarray, height: float | np.ndarray) -> np.ndarray:
    """Homographies (…, 3, 3) from metres on the plane at a height to px, of camera matrices (…, 3, 4)."""
    plane = matrix[..., [0, 1, 3]].copy()
    plane[..., 2] += np.asarray(height)[..., None] * matrix[..., 2]
    return plane


def _project(plane: np.ndarray, places: np.ndarray) -> np.ndarray:
    seen = np.column_stack([places, np.ones(len(places))]) @ plane.T
    return seen[:, :2] / seen[:, 2:]


def _unproject(plane: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Places (…, n, 2) of `pixels` (…, n, 2) on planes (…, 3, 3); NaN where a ray does not meet its plane ahead."""
    rays = np.concatenate([pixels, np.ones((*pixels.shape[:-1], 1))], axis=-1)
    found = rays @ np.swapaxes(np.linalg.inv(plane), -1, -2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(found[..., 2:] > 0, found[..., :2] / found[..., 2:], np.nan)  # the third is 1/depth
