"""The curve of a flight in the picture.

Belongs here: a robust polynomial fit and what is read off it. Does not belong here: which detections are one flight
(`segmentation`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CUBIC_S = 0.5
"""A flight at least this long, s, is fitted with a cubic: drag and perspective show."""
CUBIC_LOOKS = 8
"""A cubic needs at least this many detections,"""
QUADRATIC_LOOKS = 4
"""and a parabola at least this many; fewer are fitted with a line."""
HUBER = 1.5
"""Residuals of more standard deviations than this pull less (Huber's loss)."""
ROUNDS = 6
"""Rounds of reweighting."""
RAYLEIGH = 1.177
"""Median of a Rayleigh distribution, the length of a residual in two directions, in its standard deviations."""
LEAST_REACH = 2.0
"""A detection this near to the curve, px, belongs to it however good the fit is."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A flight in the picture: polynomials of time for x and y.

    Attributes:
        origin: Second at which time is zero.
        coefficients: (degree + 1, 2) px, the constant first.
        covariance: (degree + 1, degree + 1) of the coefficients of either direction.
        residual: px RMS.
    """

    origin: float
    coefficients: np.ndarray
    covariance: np.ndarray
    residual: float

    def at(self, times: np.ndarray) -> np.ndarray:
        """Places (n, 2) px at `times` (n,) s."""
        return self._powers(times) @ self.coefficients

    def velocity(self, times: np.ndarray) -> np.ndarray:
        """Velocities (n, 2) px/s at `times` (n,) s."""
        order = np.arange(1, len(self.coefficients))
        return self._powers(times)[:, :-1] @ (order[:, None] * self.coefficients[1:])

    def error(self, time: float) -> float:
        """Standard error of the place at a time in each direction, px."""
        powers = self._powers(np.array([time]))[0]
        return float(np.sqrt(powers @ self.covariance @ powers))

    def near(self, times: np.ndarray, places: np.ndarray, reach: float) -> np.ndarray:
        """(n,) bool: do `places` (n, 2) at `times` (n,) lie within `reach` px of it?"""
        return np.linalg.norm(self.at(times) - places, axis=1) <= max(reach, LEAST_REACH)

    def _powers(self, times: np.ndarray) -> np.ndarray:
        return (np.atleast_1d(times) - self.origin)[:, None] ** np.arange(len(self.coefficients))


def fit_curve(times: np.ndarray, places: np.ndarray) -> Curve:
    """Fit a curve to a flight; single wild places do not bend it.

    Args:
        times: (n,) seconds.
        places: (n, 2) px.

    Example:
        >>> times = np.linspace(0, 0.3, 10)
        >>> curve = fit_curve(times, np.column_stack([100 * times, 450 * times**2]))
        >>> curve.velocity(np.array([0.1])).round().tolist()
        [[100.0, 90.0]]
    """
    origin = float(times.mean())
    n = len(times)
    degree = 3 if n >= CUBIC_LOOKS and np.ptp(times) >= CUBIC_S else 2 if n >= QUADRATIC_LOOKS else 1
    shape = (times - origin)[:, None] ** np.arange(degree + 1)
    weight = np.ones(n)
    for _ in range(ROUNDS):
        weighted = shape * weight[:, None]
        inverse = np.linalg.pinv(weighted.T @ shape)
        coefficients = inverse @ weighted.T @ places
        miss = np.linalg.norm(places - shape @ coefficients, axis=1)
        scale = max(float(np.median(miss)) / RAYLEIGH, 1e-6)
        weight = np.minimum(1, HUBER * RAYLEIGH * scale / np.maximum(miss, 1e-9))
    free = max(1, n - degree - 1)
    error = float(np.sqrt((weight * miss**2).sum() / (2 * free)))
    return Curve(origin, coefficients, error**2 * inverse, float(np.sqrt(np.mean(miss**2))))
