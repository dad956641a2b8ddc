"""A pinhole camera with square pixels, its principal point in the middle of the picture and no distortion.

Belongs here: its seven parameters, its fit to marks, its matrix; what radial distortion does to a picture. Does not
belong here: whether the marks are good enough (`calibrate`).
"""

from __future__ import annotations

import numpy as np

PARAMETERS = 7
"""Number of parameters: log of the focal length in px; rotation vector, world to camera; translation, m."""
_FOCALS = np.geomspace(0.4, 8.0, 14)
"""Focal lengths to start from, in widths of the picture."""
_TRIED = 3
"""Number of starts that are fitted, the best first."""
_STEPS = 8
"""Newton's steps: after eight, distortion of a tenth is undone to below 1e-6 px."""
_FLATTEST = 0.1
"""Least slope of the distortion that is undone; beyond it the model folds the picture over."""


def matrices(parameters: np.ndarray, width: int, height: int) -> np.ndarray:
    """Camera matrices (…, 3, 4), homogeneous metres to homogeneous px, of parameters (…, 7)."""
    parameters = np.asarray(parameters, float)
    inner = np.zeros((*parameters.shape[:-1], 3, 3))
    inner[..., 0, 0] = inner[..., 1, 1] = np.exp(parameters[..., 0])
    inner[..., 0, 2], inner[..., 1, 2], inner[..., 2, 2] = width / 2, height / 2, 1
    outer = np.concatenate([_rotations(parameters[..., 1:4]), parameters[..., 4:, None]], axis=-1)
    return inner @ outer


def project(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Project points (…, n, 3) m to px (…, n, 2) by camera matrices (…, 3, 4)."""
    seen = points @ np.swapaxes(matrix[..., :3], -1, -2) + matrix[..., None, :, 3]
    return seen[..., :2] / seen[..., 2:]


def centre(matrix: np.ndarray) -> np.ndarray:
    """The camera's centre, (3,) m, of a matrix (3, 4)."""
    return -np.linalg.solve(matrix[:, :3], matrix[:, 3])


def bent(pixels: np.ndarray, width: int, height: int, radial: float) -> np.ndarray:
    """Where pixels (…, 2) of a picture without distortion are seen.

    A point at r from the middle, in half diagonals, is seen at r (1 + `radial` r²).
    """
    middle, unit = np.array([width, height]) / 2, np.hypot(width, height) / 2
    off = (np.asarray(pixels, float) - middle) / unit
    return middle + unit * off * (1 + radial * np.sum(off**2, axis=-1, keepdims=True))


def straight(pixels: np.ndarray, width: int, height: int, radial: float) -> np.ndarray:
    """The inverse of `bent`, by Newton's method."""
    middle, unit = np.array([width, height]) / 2, np.hypot(width, height) / 2
    off = (np.asarray(pixels, float) - middle) / unit
    seen = np.linalg.norm(off, axis=-1, keepdims=True)
    r, farthest = seen.copy(), np.sqrt((_FLATTEST - 1) / (3 * radial)) if radial < 0 else np.inf
    for _ in range(_STEPS):
        r = np.minimum(r - (r * (1 + radial * r**2) - seen) / np.maximum(1 + 3 * radial * r**2, _FLATTEST), farthest)
    return middle + unit * off * np.divide(r, seen, out=np.ones_like(r), where=seen > 0)


def fit(homography: np.ndarray, points: np.ndarray, pixels: np.ndarray, width: int, height: int) -> tuple:
    """Fit a camera to marks.

    Args:
        homography: (3, 3) ground metres to px, to start from.
        points: (n, 3) m of the marks.
        pixels: (n, 2) px of the marks.
        width: Width of the picture, px.
        height: Height of the picture, px.

    Returns:
        (7,) parameters, (2n,) residuals in px and their derivatives (2n, 7).
    """
    from scipy.optimize import least_squares

    def miss(parameters: np.ndarray) -> np.ndarray:
        return (project(matrices(parameters, width, height), points) - pixels).ravel()

    best = starts(homography, points, pixels, width, height)[:_TRIED]
    found = min((least_squares(miss, start, method="lm") for start in best), key=lambda one: one.cost)
    return found.x, found.fun, found.jac


def starts(homography: np.ndarray, points: np.ndarray, pixels: np.ndarray, width: int, height: int) -> list[np.ndarray]:
    """Parameters (7,) of cameras of several focal lengths that show the ground nearly so, the nearest to marks first.

    Arguments as for `fit`.
    """
    tried = [_posed(homography, share * width, width, height) for share in _FOCALS]
    misses = project(matrices(np.array(tried), width, height), points) - pixels
    return [tried[number] for number in np.argsort(np.sum(misses**2, axis=(1, 2)))]


def _posed(homography: np.ndarray, focal: float, width: int, height: int) -> np.ndarray:
    """Parameters of the camera of a focal length, px, that shows the ground most nearly as `homography` does."""
    inner = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    columns = np.linalg.solve(inner, homography)
    columns /= (np.linalg.norm(columns[:, 0]) + np.linalg.norm(columns[:, 1])) / 2
    first, second, place = columns.T
    left, _, right = np.linalg.svd(np.column_stack([first, second, np.cross(first, second)]))
    return np.concatenate([[np.log(focal)], _vector(left @ right), place])


def _rotations(vectors: np.ndarray) -> np.ndarray:
    """Rotation matrices (…, 3, 3) of rotation vectors (…, 3), by Rodrigues' formula."""
    angle = np.linalg.norm(vectors, axis=-1)[..., None, None]
    x, y, z = np.moveaxis(vectors, -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([np.stack([zero, -z, y], -1), np.stack([z, zero, -x], -1), np.stack([-y, x, zero], -1)], -2)
    small = np.maximum(angle, 1e-12)
    return np.eye(3) + np.sin(angle) / small * cross + (1 - np.cos(angle)) / small**2 * (cross @ cross)


def _vector(turn: np.ndarray) -> np.ndarray:
    """Rotation vector (3,) of a rotation matrix (3, 3)."""
    from scipy.spatial.transform import Rotation

    return Rotation.from_matrix(turn).as_rotvec()
