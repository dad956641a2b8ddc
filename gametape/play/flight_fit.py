"""Fitting one flight in space to what a calibrated camera saw.

Belongs here: measurements, prior knowledge and their errors, the fit. Does not belong here: how a ball flies
(`flight_model`), what the fitted flight says (`ballistics`).

One camera sees no depth, but a ball that falls freely does so at 9.81 m/s^2 at any distance: how fast its image curves
fixes the scale, a bounce fixes one point of the ground, and the way its image shrinks fixes the rest. Unknown are place
and velocity, the drag (known for the sport's ball within an error), and the acceleration across the path, by spin (zero
within what the ball allows) or sideways by swing. All are fitted at once to the detections, with prior knowledge as
further measurements; so where the picture says nothing about a parameter, its error stays what it was before. The
camera's own error is propagated to first order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gametape.base.physics import GRAVITY
from gametape.geometry import camera
from gametape.geometry.calibrate import Calibration
from gametape.play.flight_model import PLACE, STEP_S, VELOCITY, simulate
from gametape.sports.courts import Ball

MARGIN_S = 0.1
"""Flights are simulated this many seconds beyond their ends, whose times are uncertain."""
NOISE = 1.0
"""Assumed standard error of a detection in each direction, px of a picture of 1280 x 720."""
NOISE_WEIGHT = 6
"""The assumption counts as this many residuals beside those of the flight."""
NO_FIT = 3.0
"""Detections further than this many standard errors (RMS) from the fit are no flight of this ball."""
DISTANCES = (1.0, 0.7, 1.4)
"""A fit that went astray starts again at these multiples of the distance from the camera."""
START_SHARES = (0.4, 2.0)
"""And then with a ball that comes from these multiples of the distance at which it lands."""
ON_GROUND = 0.01
"""Standard error of the height of a ball's centre at a bounce, m: the ball deforms."""
PLACE_SPREAD_M = 60.0
"""Prior standard deviation of a place, m: it is somewhere about a court."""
VELOCITY_SPREAD = 60.0
"""Prior standard deviation of a velocity, m/s."""
SWING_PRIOR = 3.0
"""Prior standard deviation of a swing, in units of what the ball allows; with 1 all swing is estimated too small."""

BEGIN, END = 9, 10
"""Parameters of a fit beside those of the flight: by how many seconds it begins and ends later than its contacts."""
_SIZE = 11
_SLOPE_STEPS = np.array([1e-4] * 3 + [1e-4] * 3 + [1e-3] * 3 + [1e-5] * 2)
"""Steps of the parameters from which derivatives are told."""


@dataclass(frozen=True)
class Contact:
    """An end of a flight.

    Attributes:
        time: Seconds.
        error: Standard error of the time, s.
        on_ground: Is it a bounce?
        height: Mean and standard deviation of the height, m, where it is known otherwise.
    """

    time: float
    error: float
    on_ground: bool = False
    height: tuple[float, float] | None = None


class FlightFit:
    """The measurements of one flight and what is known beforehand, as residuals in standard errors.

    Args:
        times: (n,) seconds of the detections.
        pixels: (n, 2) px of the detections.
        start: The contact at which the flight begins.
        end: The contact at which it ends.
        calibration: The camera, solved in space.
        ball: What flies.

    Attributes:
        noise: Standard error of a detection, px.
        anchor: Second at which the parameters give place and velocity.
        spreads: (11,) prior standard deviations of the parameters.
    """

    def __init__(
        self,
        times: np.ndarray,
        pixels: np.ndarray,
        start: Contact,
        end: Contact,
        calibration: Calibration,
        ball: Ball,
    ) -> None:
        self.times, self.pixels, self.start, self.end, self.ball = times, pixels, start, end, ball
        self.calibration, self.matrix = calibration, calibration.camera
        self._last: tuple[np.ndarray, tuple[np.ndarray, np.ndarray]] | None = None
        self.noise = NOISE * np.sqrt(calibration.width * calibration.height / (1280 * 720))
        # Forwards in time drag damps errors, backwards it amplifies them: parameters hold at the beginning.
        self.anchor = float(min(start.time, times[0]))
        reach = np.array([self.anchor - min(start.time, times[0]), max(end.time, times[-1]) - self.anchor])
        self.steps = tuple(int(n) for n in np.ceil((reach + MARGIN_S) / STEP_S))
        aside = SWING_PRIOR if ball.sideways == "swing" else 1.0
        self.spreads = np.array(
            [PLACE_SPREAD_M] * 3 + [VELOCITY_SPREAD] * 3 + [1.0, 1.0, aside, start.error, end.error]
        )

    def solve(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Fit the flight.

        Returns:
            (11,) parameters; the residuals' derivatives there; and px RMS from the detections.
        """
        from scipy.optimize import least_squares

        best, residual = None, np.inf
        for start in self._starts():
            found = least_squares(
                self.residuals,
                start,
                jac=self.slopes,
                method="lm",
                x_scale=self.spreads,
                ftol=1e-6,
                xtol=1e-6,
                max_nfev=40,
            )
            if best is None or found.cost < best.cost:
                off = found.fun[: 2 * len(self.times)] * self.noise
                best, residual = found, float(np.sqrt(2 * np.mean(off**2)))
            if residual <= NO_FIT * self.noise:
                break
        return best.x, self.slopes(best.x), residual

    def _starts(self) -> Iterator[np.ndarray]:
        """Parameters to start from, the most likely first."""
        begin, eye = self._begin(), camera.centre(self.matrix)
        for scale in DISTANCES:  # half as far away, a flight of half the size looks nearly the same
            start = begin.copy()
            start[PLACE] = eye + scale * (begin[PLACE] - eye)
            start[VELOCITY] *= scale
            yield start
        if not self.end.on_ground:
            return
        # The parabola may begin behind the camera. Where the ball lands is known, and roughly where it came from.
        landing = np.append(self.calibration.place(self.pixels[-1:], self.ball.radius_m)[0], self.ball.radius_m)
        ray = np.linalg.solve(self.matrix[:, :3], np.append(self.pixels[0], 1.0))
        lasts = self.times[-1] - self.times[0]
        for share in START_SHARES:
            start = np.zeros(_SIZE)
            start[PLACE] = eye + share * np.linalg.norm(landing - eye) * ray / np.linalg.norm(ray)
            start[VELOCITY] = (landing - start[PLACE]) / lasts + [0, 0, GRAVITY / 2 * lasts]
            if np.isfinite(start).all():
                yield start

    def covariance(self, best: np.ndarray, slopes: np.ndarray, residual: float) -> np.ndarray:
        """(11, 11) from the detections' noise, prior knowledge, and the camera's own error."""
        n = len(self.times)
        squares = n * (residual / self.noise) ** 2
        noise = (NOISE_WEIGHT + squares) / (NOISE_WEIGHT + max(2 * n - 6, 0))
        weighted = slopes.copy()
        weighted[: 2 * n] /= np.sqrt(noise)
        inverse = np.linalg.inv(weighted.T @ weighted)
        space, spread = self.calibration.space, self.calibration.space_covariance
        size = np.sqrt(np.diag(spread))
        here = self._seen(best[None])[0]
        moved = [
            (
                camera.project(camera.matrices(space + step, self.calibration.width, self.calibration.height), here)
                - camera.project(self.matrix, here)
            ).ravel()
            / self.noise
            for step in 0.1 * np.diag(size)
        ]
        by_camera = np.array(moved).T / 0.1 / np.sqrt(noise)  # per standard error of each camera parameter
        carried = inverse @ weighted[: 2 * n].T @ by_camera
        correlation = spread / np.outer(size, size)
        return inverse + carried @ correlation @ carried.T

    def sample_times(self, parameters: np.ndarray, count: int) -> np.ndarray:
        """(b, count) even seconds from the beginning of each of b flights to its end."""
        start, end = self.start.time + parameters[:, BEGIN], self.end.time + parameters[:, END]
        return np.linspace(start, np.maximum(end, start + 1e-3), count, axis=1)

    def states(self, parameters: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Places and velocities (b, n, 6) of b flights at `times` (n,) or (b, n)."""
        times = np.broadcast_to(times, (len(parameters), times.shape[-1]))
        return simulate(parameters, times - self.anchor, self.steps, self.ball)

    def residuals(self, parameters: np.ndarray) -> np.ndarray:
        """(residuals,) in standard errors: detections, prior knowledge, contacts."""
        return self._with_slopes(parameters)[0]

    def slopes(self, parameters: np.ndarray) -> np.ndarray:
        """Derivatives (residuals, 11) by finite differences."""
        return self._with_slopes(parameters)[1]

    def _with_slopes(self, parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Residuals and their derivatives, simulated at once: twelve flights take hardly longer than one.

        The fit asks for both at nearly every place, one after the other.
        """
        if self._last is None or not np.array_equal(self._last[0], parameters):
            many = np.concatenate([parameters[None], parameters + np.diag(_SLOPE_STEPS)])
            made = self._residuals(many)
            self._last = parameters.copy(), (made[0], ((made[1:] - made[0]) / _SLOPE_STEPS[:, None]).T)
        return self._last[1]

    def _seen(self, parameters: np.ndarray) -> np.ndarray:
        return self.states(parameters, self.times)[..., :3]

    def _residuals(self, parameters: np.ndarray) -> np.ndarray:
        n, count = len(self.times), len(parameters)
        moments = np.broadcast_to([*self.times, self.start.time, self.end.time], (count, n + 2)) - self.anchor
        flown = simulate(
            parameters, moments + np.pad(parameters[:, [BEGIN, END]], ((0, 0), (n, 0))), self.steps, self.ball
        )
        seen = camera.project(self.matrix, flown[:, :n, :3])
        parts = [((seen - self.pixels) / self.noise).reshape(count, -1), parameters / self.spreads]
        for contact, height in ((self.start, flown[:, n, 2:3]), (self.end, flown[:, n + 1, 2:3])):
            if contact.on_ground:
                parts.append((height - self.ball.radius_m) / ON_GROUND)
            elif contact.height:
                mean, spread = contact.height
                parts.append((height - mean) / spread)
        return np.concatenate(parts, axis=1)

    def _begin(self) -> np.ndarray:
        """The most likely start: a parabola, which is linear in place and velocity once the camera is known, corrected
        for drag in a few rounds.
        """
        after = self.times - self.anchor
        found = np.zeros(_SIZE)
        marks = np.array([mark.place for mark in self.calibration.marks])
        depth = np.full(len(after), np.mean(marks @ self.matrix[2, :3] + self.matrix[2, 3]))
        fall = np.zeros((len(after), 3))
        fall[:, 2] = -GRAVITY / 2 * after**2
        away = fall
        for turn in range(4):
            rows, wanted = [], []
            for axis in (0, 1):
                row = self.pixels[:, axis, None] * self.matrix[2] - self.matrix[axis]
                row = row / (depth * self.noise)[:, None]
                rows.append(np.concatenate([row[:, :3], row[:, :3] * after[:, None]], axis=1))
                wanted.append(-(row[:, :3] * away).sum(axis=1) - row[:, 3])
            for contact in (self.start, self.end):
                if contact.on_ground or contact.height:
                    mean, spread = contact.height or (self.ball.radius_m, 5 * ON_GROUND)
                    t = contact.time - self.anchor
                    rows.append(np.array([[0, 0, 1, 0, 0, t]]) / spread)
                    wanted.append(np.array([mean + GRAVITY / 2 * t**2]) / spread)
            rows.append(np.diag(1 / self.spreads[:6]))
            wanted.append(np.zeros(6))
            found[:6] = np.linalg.lstsq(np.concatenate(rows), np.concatenate(wanted), rcond=None)[0]
            places = found[PLACE] + found[VELOCITY] * after[:, None] + fall
            depth = np.maximum(np.abs(self.matrix[2, :3] @ places.T + self.matrix[2, 3]), 0.1)
            if turn:
                flown = self._seen(found[None])[0]
                if np.isfinite(flown).all():
                    away = flown - found[PLACE] - found[VELOCITY] * after[:, None]
        return found
