"""A flight in space: speeds, heights, spin and swing with their error bands.

Belongs here: what a fitted flight says, and how certain it is. Does not belong here: the fit (`flight_fit`), cutting a
trajectory into flights (`segmentation`), the camera (`gametape.geometry`). Bands hold the truth with 95 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.base.physics import GRAVITY
from gametape.base.reason import Reason
from gametape.geometry.calibrate import Calibration, Ellipse
from gametape.play.flight_fit import NO_FIT, Contact, FlightFit
from gametape.play.flight_model import DOWN, RIGHT
from gametape.sports.courts import Ball

FEWEST = 6
"""Least number of detections of a flight in space."""
SHORTEST_S = 0.12
"""Least time that they span, s."""
WIDEST = 0.30
"""A mean speed whose band is wider than this share of it to either side is not given."""
WIDEST_ALOFT = 0.15
"""The same share for a flight that touches the ground at neither end: its band assumes that errors are small, and was
measured to be too narrow beyond this."""
DRAWS = 300
"""Draws of a flight's parameters, from which bands are taken."""
POINTS = 64
"""Points of a flight at which speeds and heights are taken."""
EVERY = 3
"""The table's path has every third of them."""
SPIN_SIGMAS = 2.5
"""A spin whose acceleration is less than this many standard errors from zero has no direction."""
NARROWED = 0.7
"""Spin and swing are given where the picture narrowed their error to this share of what the ball allows."""
MOST_SURE = 0.99
"""Largest confidence in a spin's direction: no error covers what the model leaves out, such as lens distortion."""

_NO_SWING = {
    "spin": Reason("spin_bends_sideways"),
    "none": Reason("nothing_bends_sideways"),
    "ground": Reason("bounce_turns_the_ball"),
}


@dataclass(frozen=True)
class Band:
    """A value and the ends of its 95 % band."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, draws: np.ndarray) -> Band:
        """The band of a value from draws (n,) of it."""
        low, high = np.quantile(draws, [0.025, 0.975])
        return cls(float(value), float(min(low, value)), float(max(high, value)))


@dataclass(frozen=True)
class Spin:
    """The spin of a flight.

    Attributes:
        kind: topspin, backspin, sidespin or unknown.
        reason: Why it is unknown.
        confidence: Probability that the direction is right.
        acceleration: Across the path, in g.
        error: Standard error of the acceleration, in g.
    """

    kind: str
    reason: Reason | None = None
    confidence: float | None = None
    acceleration: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Swing:
    """The swing of a flight.

    It is given in degrees and not in metres: those depend on when in the flight the ball swung, which the picture does
    not show (docs/metrics.md).

    Attributes:
        degrees: Change of heading in the air, seen from above, positive to the right as the ball flies.
        reason: Why that is None, or that its band includes zero.
    """

    degrees: Band | None = None
    reason: Reason | None = None


@dataclass(frozen=True, eq=False)
class Flight3D:
    """A flight in space.

    Attributes:
        speed_start: m/s, as are the other speeds.
        apex: Greatest height, m.
        start_x: x of the court at which it begins, m.
        start_height: Height at which it begins, m.
        places: Where it bounced at its start and its end, if it did.
        path: (n, 4) seconds, x, y, height.
        spin: The ball's spin.
        swing: The ball's swing.
        residual: px RMS from the detections to the fit.
    """

    speed_start: Band
    speed_end: Band
    speed_mean: Band
    apex: Band
    start_x: Band
    start_height: Band
    places: tuple[Ellipse | None, Ellipse | None]
    path: np.ndarray
    spin: Spin
    swing: Swing
    residual: float


class Undetermined(Exception):
    """The picture does not determine a flight in space, for the `reason`."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)


def reconstruct(
    times: np.ndarray, pixels: np.ndarray, start: Contact, end: Contact, calibration: Calibration, ball: Ball
) -> Flight3D:
    """Reconstruct a flight in space.

    Args:
        times: (n,) seconds of the detections.
        pixels: (n, 2) px of the detections.
        start: The contact at which the flight begins.
        end: The contact at which it ends.
        calibration: The camera, solved in space.
        ball: What flies.

    Raises:
        Undetermined: The detections are too few, fit no flight of this ball, or leave its speed open.
    """
    if len(times) < FEWEST or np.ptp(times) < SHORTEST_S:
        raise Undetermined(Reason("flight_too_short", n=len(times), seconds=np.ptp(times)))
    fit = FlightFit(times, pixels, start, end, calibration, ball)
    best, slopes, residual = fit.solve()
    if residual > NO_FIT * fit.noise:
        raise Undetermined(Reason("no_flight_fits", px=residual))
    covariance = fit.covariance(best, slopes, residual)
    draws = np.random.default_rng(0).multivariate_normal(best, covariance, DRAWS, method="eigh")
    return _result(fit, best, draws, covariance, residual)


def _result(fit: FlightFit, best: np.ndarray, draws: np.ndarray, covariance: np.ndarray, residual: float) -> Flight3D:
    times = fit.sample_times(best[None], POINTS)
    own, drawn = fit.states(best[None], times)[0], fit.states(draws, fit.sample_times(draws, POINTS))
    speed, speeds = np.linalg.norm(own[:, 3:], axis=1), np.linalg.norm(drawn[..., 3:], axis=2)
    mean = Band.of(speed.mean(), speeds.mean(axis=1))
    widest = WIDEST if fit.start.on_ground or fit.end.on_ground else WIDEST_ALOFT
    if mean.high - mean.low > 2 * widest * mean.value:
        raise Undetermined(Reason("speed_open", low=mean.low, high=mean.high))
    places = tuple(
        Ellipse.around(drawn[:, at, :2]) if contact.on_ground else None
        for contact, at in ((fit.start, 0), (fit.end, -1))
    )
    return Flight3D(
        speed_start=Band.of(speed[0], speeds[:, 0]),
        speed_end=Band.of(speed[-1], speeds[:, -1]),
        speed_mean=mean,
        apex=Band.of(own[:, 2].max(), drawn[..., 2].max(axis=1)),
        start_x=Band.of(own[0, 0], drawn[:, 0, 0]),
        start_height=Band.of(own[0, 2], drawn[:, 0, 2]),
        places=places,
        path=np.column_stack([times[0], own[:, :3]])[::EVERY],
        spin=_spin(best, covariance, fit.ball, float(speed.mean())),
        swing=_swing(fit, own, drawn, float(np.sqrt(covariance[RIGHT, RIGHT]))),
        residual=residual,
    )


def _spin(best: np.ndarray, covariance: np.ndarray, ball: Ball, speed: float) -> Spin:
    if not ball.lift:
        return Spin("unknown", Reason("spin_bends_nothing"))
    sides = {"down": DOWN} | ({"right": RIGHT} if ball.sideways == "spin" else {})
    errors = {side: float(np.sqrt(covariance[at, at])) for side, at in sides.items()}  # 1: as before
    side = max(sides, key=lambda one: abs(best[sides[one]]) / errors[one])
    size, error, unit = float(best[sides[side]]), errors[side], ball.lift * speed**2 / GRAVITY
    if error > NARROWED:
        return Spin("unknown", Reason("spin_too_open"))
    if abs(size) < SPIN_SIGMAS * error:
        return Spin("unknown", Reason("spin_not_told_from_none"), None, size * unit, error * unit)
    kind = "sidespin" if side == "right" else "topspin" if size > 0 else "backspin"
    return Spin(kind, None, min(_normal_cdf(abs(size) / error), MOST_SURE), size * unit, error * unit)


def _swing(fit: FlightFit, own: np.ndarray, drawn: np.ndarray, error: float) -> Swing:
    if fit.ball.sideways != "swing":
        return Swing(reason=_NO_SWING[fit.ball.sideways])
    if fit.start.on_ground:
        return Swing(reason=_NO_SWING["ground"])
    degrees = Band.of(float(_heading_change(own[None])[0]), _heading_change(drawn))
    if error > NARROWED:
        half = (degrees.high - degrees.low) / 2
        return Swing(reason=Reason("swing_too_open", degrees=half))
    if degrees.low <= 0 <= degrees.high:
        return Swing(degrees, Reason("swing_not_told_from_none", low=degrees.low, high=degrees.high))
    return Swing(degrees)


def _heading_change(states: np.ndarray) -> np.ndarray:
    """Degrees (b,) by which the headings of flights (b, n, 6) turn to the right."""
    (ax, ay), (bx, by) = states[:, 0, 3:5].T, states[:, -1, 3:5].T
    return np.degrees(np.arctan2(ay * bx - ax * by, ax * bx + ay * by))


def _normal_cdf(sigmas: float) -> float:
    from math import erf, sqrt

    return (1 + erf(sigmas / sqrt(2))) / 2
