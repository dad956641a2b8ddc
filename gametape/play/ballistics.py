"""A flight in space: the curve under gravity and drag that a calibrated camera saw, with its errors.

Belongs here: the physics, the fit of one flight, its error bands, what it says of spin and swing. Does not belong here:
cutting a trajectory into flights (`flights`), the camera (`gametape.geometry`).

One camera sees no depth, but a ball that falls freely does so at 9.81 m/s2 whatever its distance: how fast its image
curves fixes the scale, a bounce fixes one point of the ground, and the way its image shrinks fixes the rest. Unknown
are place and velocity, the drag (known of the sport's ball within an error), and the acceleration across the path, by
spin (none, give or take what the ball allows) or sideways by swing. All are fitted at once to what was seen, with what
is known beforehand as further measurements; so where the picture cannot tell a thing, its band stays as wide as it was
before. The camera's own error is carried through to first order. Bands hold 95 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from gametape.base.reason import Reason
from gametape.geometry import camera
from gametape.geometry.calibrate import Calibration, Ellipse
from gametape.sports.courts import Ball

GRAVITY = 9.81
STEP_S = 0.04
MARGIN_S = 0.1
"""Flights are computed so far beyond their ends, which may lie later or earlier than told."""
FEWEST = 6
SHORTEST_S = 0.12
NOISE = 1.0
"""Standard error of a detection in either direction, px of a picture of 1280 x 720. Assumed,"""
NOISE_WEIGHT = 6
"""and counted as so many residuals beside those of the flight."""
GROSS = 4.0
"""A detection further from the smooth curve than so many standard errors is left out."""
NO_FIT = 3.0
"""Nor is it the flight of that ball if the fit misses by so many (RMS)."""
NEARER = (1.0, 0.7, 1.4)
"""A fit that went astray is begun again so many times as far away,"""
FROM = (0.4, 2.0)
"""and so many times as far from the camera as it lands."""
ON_GROUND = 0.01
"""Standard error of the height of a ball's middle at a bounce, m: it gives way."""
REACH_M, FASTEST = 60.0, 60.0
"""Standard deviations of places (m) and velocities (m/s) before anything was seen: no more than that it is a court."""
WIDEST = 0.30
"""A mean speed less certain than give or take this share of itself is not told;"""
WIDEST_ALOFT = 0.15
"""of a flight that nowhere meets the ground, than this share: the band rests on a straight line where the truth curves,
and was measured to be too narrow beyond."""
DRAWS, POINTS = 300, 64
SPIN_SIGMAS = 2.5
"""Spin is told where its acceleration is so many standard errors from none,"""
LEARNT = 0.7
"""and, as swing is, where the picture narrowed it to this share of what the ball allows."""
MOST_SURE = 0.99
"""More is not said of a spin's direction: that the model is wrong (a lens that is no pinhole) is in no error here."""
OPEN_SWING = 3.0
"""Of a ball that swings so many times what it allows is known beforehand: else all swing would be told too small."""

# What is fitted: place and velocity at the anchor; drag, spin downwards and to the right in units of what is known of
# the ball; how much later the flight begins and ends than told.
_PLACE, _VELOCITY, _DRAG, _DOWN, _RIGHT, _BEGIN, _END = slice(0, 3), slice(3, 6), 6, 7, 8, 9, 10
_SIZE = 11
_NO_SWING = {
    "spin": Reason("spin_bends_sideways"),
    "none": Reason("nothing_bends_sideways"),
    "ground": Reason("bounce_turns_the_ball"),
}


@dataclass(frozen=True)
class Contact:
    """An end of a flight: when, with what standard error (s), on the ground or met at a height (mean, standard
    deviation, m), or neither."""

    time: float
    error: float
    on_ground: bool = False
    height: tuple[float, float] | None = None


@dataclass(frozen=True)
class Band:
    """A number and the ends of the band that holds it with 95 %."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, draws: np.ndarray) -> Band:
        low, high = np.quantile(draws, [0.025, 0.975])
        return cls(float(value), float(min(low, value)), float(max(high, value)))


@dataclass(frozen=True)
class Spin:
    """`kind` topspin, backspin, sidespin or unknown, and `reason`; `acceleration` across the path and its error, of
    gravity; `confidence` that its direction is right."""

    kind: str
    reason: Reason | None = None
    confidence: float | None = None
    acceleration: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Swing:
    """By how many degrees a ball's heading turned in the air, seen from above, positive to the right as it flies.
    `reason`: why that is None, or that it is not told from none. No metres: those depend on when it swung, which the
    picture does not tell, and the degrees hardly (docs/metrics.md)."""

    degrees: Band | None = None
    reason: Reason | None = None


@dataclass(frozen=True, eq=False)
class InSpace:
    """A flight in space. Speeds m/s; `apex`, and where it begins, `start_x` and `start_height`, m. `path` (n, 4):
    seconds, x, y, height. `places`: of the bounces that begin and end it. `missed`: px RMS from detections to the
    fit."""

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
    missed: float


class Open(Exception):
    """A flight's course in space is not determined, and the reason."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)


def in_space(
    times: np.ndarray, pixels: np.ndarray, start: Contact, end: Contact, calibration: Calibration, ball: Ball
) -> InSpace:
    """The flight of `ball` seen at `pixels` (n, 2) at `times` (n,) s between two contacts. Raises Open."""
    if len(times) < FEWEST or np.ptp(times) < SHORTEST_S:
        raise Open(Reason("flight_too_short", n=len(times), seconds=np.ptp(times)))
    fit = _Fit(times, pixels, start, end, calibration, ball)
    best, slopes, missed = fit.solve()
    if missed > NO_FIT * fit.noise:
        raise Open(Reason("no_flight_fits", px=missed))
    covariance = fit.covariance(best, slopes, missed)
    draws = np.random.default_rng(0).multivariate_normal(best, covariance, DRAWS, method="eigh")
    return _told(fit, best, draws, covariance, missed)


def _told(fit: _Fit, best: np.ndarray, draws: np.ndarray, covariance: np.ndarray, missed: float) -> InSpace:
    moments = fit.moments(best[None], POINTS)
    own, drawn = fit.states(best[None], moments)[0], fit.states(draws, fit.moments(draws, POINTS))
    speed, speeds = np.linalg.norm(own[:, 3:], axis=1), np.linalg.norm(drawn[..., 3:], axis=2)
    mean = Band.of(speed.mean(), speeds.mean(axis=1))
    widest = WIDEST if fit.start.on_ground or fit.end.on_ground else WIDEST_ALOFT
    if mean.high - mean.low > 2 * widest * mean.value:
        raise Open(Reason("speed_open", low=mean.low, high=mean.high))
    places = tuple(
        Ellipse.around(drawn[:, at, :2]) if contact.on_ground else None
        for contact, at in ((fit.start, 0), (fit.end, -1))
    )
    return InSpace(
        speed_start=Band.of(speed[0], speeds[:, 0]),
        speed_end=Band.of(speed[-1], speeds[:, -1]),
        speed_mean=mean,
        apex=Band.of(own[:, 2].max(), drawn[..., 2].max(axis=1)),
        start_x=Band.of(own[0, 0], drawn[:, 0, 0]),
        start_height=Band.of(own[0, 2], drawn[:, 0, 2]),
        places=places,
        path=np.column_stack([moments[0], own[:, :3]])[::3],
        spin=_spin(best, covariance, fit.ball, float(speed.mean())),
        swing=_swing(fit, own, drawn, float(np.sqrt(covariance[_RIGHT, _RIGHT]))),
        missed=missed,
    )


def _spin(best: np.ndarray, covariance: np.ndarray, ball: Ball, speed: float) -> Spin:
    if not ball.lift:
        return Spin("unknown", Reason("spin_bends_nothing"))
    sides = {"down": _DOWN} | ({"right": _RIGHT} if ball.sideways == "spin" else {})
    errors = {side: float(np.sqrt(covariance[at, at])) for side, at in sides.items()}  # 1: nothing was learnt
    side = max(sides, key=lambda one: abs(best[sides[one]]) / errors[one])
    size, error, unit = float(best[sides[side]]), errors[side], ball.lift * speed**2 / GRAVITY
    if error > LEARNT:
        return Spin("unknown", Reason("spin_too_open"))
    if abs(size) < SPIN_SIGMAS * error:
        return Spin("unknown", Reason("spin_not_told_from_none"), None, size * unit, error * unit)
    kind = "sidespin" if side == "right" else "topspin" if size > 0 else "backspin"
    return Spin(kind, None, min(_normal(abs(size) / error), MOST_SURE), size * unit, error * unit)


def _swing(fit: _Fit, own: np.ndarray, drawn: np.ndarray, error: float) -> Swing:
    if fit.ball.sideways != "swing":
        return Swing(reason=_NO_SWING[fit.ball.sideways])
    if fit.start.on_ground:
        return Swing(reason=_NO_SWING["ground"])
    degrees = Band.of(float(_turned(own[None])[0]), _turned(drawn))
    if error > LEARNT:
        half = (degrees.high - degrees.low) / 2
        return Swing(reason=Reason("swing_too_open", degrees=half))
    if degrees.low <= 0 <= degrees.high:
        return Swing(degrees, Reason("swing_not_told_from_none", low=degrees.low, high=degrees.high))
    return Swing(degrees)


def _turned(states: np.ndarray) -> np.ndarray:
    """(b,) degrees by which the headings of flights (b, n, 6) turn to the right."""
    (ax, ay), (bx, by) = states[:, 0, 3:5].T, states[:, -1, 3:5].T
    return np.degrees(np.arctan2(ay * bx - ax * by, ax * bx + ay * by))


def _normal(sigmas: float) -> float:
    from math import erf, sqrt

    return (1 + erf(sigmas / sqrt(2))) / 2


class _Fit:
    """One flight's measurements and what is known beforehand, as residuals in standard errors."""

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
        self.noise = NOISE * np.sqrt(calibration.width * calibration.height / (1280 * 720))
        # Drag damps what flies on and blows up what flies back: flights begin at their beginning.
        self.anchor = float(min(start.time, times[0]))
        reach = np.array([self.anchor - min(start.time, times[0]), max(end.time, times[-1]) - self.anchor])
        self.steps = tuple(int(n) for n in np.ceil((reach + MARGIN_S) / STEP_S))
        aside = OPEN_SWING if ball.sideways == "swing" else 1.0
        self.scale = np.array([REACH_M] * 3 + [FASTEST] * 3 + [1.0, 1.0, aside, start.error, end.error])

    def solve(self) -> tuple[np.ndarray, np.ndarray, float]:
        """The likeliest parameters (11,), the residuals' derivatives there, and px RMS from what was seen."""
        from scipy.optimize import least_squares

        best, missed = None, np.inf
        for start in self._starts():
            found = least_squares(
                self.residuals,
                start,
                jac=self.slopes,
                method="lm",
                x_scale=self.scale,
                ftol=1e-6,
                xtol=1e-6,
                max_nfev=40,
            )
            if best is None or found.cost < best.cost:
                off = found.fun[: 2 * len(self.times)] * self.noise
                best, missed = found, float(np.sqrt(2 * np.mean(off**2)))
            if missed <= NO_FIT * self.noise:
                break
        return best.x, self.slopes(best.x), missed

    def _starts(self) -> Iterator[np.ndarray]:
        """Where to start, the likeliest first."""
        begin, eye = self._begin(), camera.centre(self.matrix)
        for nearer in NEARER:  # a flight of half the size half as far away begins by looking the same
            start = begin.copy()
            start[_PLACE] = eye + nearer * (begin[_PLACE] - eye)
            start[_VELOCITY] *= nearer
            yield start
        if not self.end.on_ground:
            return
        # A parabola may begin behind the camera. Where the ball lands is known, and roughly whence it came.
        landing = np.append(self.calibration.place(self.pixels[-1:], self.ball.radius_m)[0], self.ball.radius_m)
        ray = np.linalg.solve(self.matrix[:, :3], np.append(self.pixels[0], 1.0))
        lasts = self.times[-1] - self.times[0]
        for share in FROM:
            start = np.zeros(_SIZE)
            start[_PLACE] = eye + share * np.linalg.norm(landing - eye) * ray / np.linalg.norm(ray)
            start[_VELOCITY] = (landing - start[_PLACE]) / lasts + [0, 0, GRAVITY / 2 * lasts]
            if np.isfinite(start).all():
                yield start

    def covariance(self, best: np.ndarray, slopes: np.ndarray, missed: float) -> np.ndarray:
        """(11, 11): from the detections' noise, what was known before, and the camera's own error."""
        n = len(self.times)
        squares = n * (missed / self.noise) ** 2
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
        by_camera = np.array(moved).T / 0.1 / np.sqrt(noise)  # in standard errors of each camera parameter
        carried = inverse @ weighted[: 2 * n].T @ by_camera
        correlation = spread / np.outer(size, size)
        return inverse + carried @ correlation @ carried.T

    def moments(self, parameters: np.ndarray, count: int) -> np.ndarray:
        """(b, count) even seconds from where each of the flights with `parameters` (b, 11) begins to its end."""
        start, end = self.start.time + parameters[:, _BEGIN], self.end.time + parameters[:, _END]
        return np.linspace(start, np.maximum(end, start + 1e-3), count, axis=1)

    def states(self, parameters: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Place and velocity (b, n, 6) at `times` (n,) or (b, n) of flights with `parameters` (b, 11)."""
        times = np.broadcast_to(times, (len(parameters), times.shape[-1]))
        return _fly(parameters, times - self.anchor, self.steps, self.ball)

    def residuals(self, parameters: np.ndarray) -> np.ndarray:
        return self._residuals(parameters[None])[0]

    def slopes(self, parameters: np.ndarray) -> np.ndarray:
        """(residuals, 11), by differences: all flights fly at once."""
        step = np.array([1e-4] * 3 + [1e-4] * 3 + [1e-3] * 3 + [1e-5] * 2)
        many = np.concatenate([parameters[None], parameters + np.diag(step)])
        made = self._residuals(many)
        return ((made[1:] - made[0]) / step[:, None]).T

    def _seen(self, parameters: np.ndarray) -> np.ndarray:
        return self.states(parameters, self.times)[..., :3]

    def _residuals(self, parameters: np.ndarray) -> np.ndarray:
        n, count = len(self.times), len(parameters)
        moments = np.broadcast_to([*self.times, self.start.time, self.end.time], (count, n + 2)) - self.anchor
        flown = _fly(
            parameters, moments + np.pad(parameters[:, [_BEGIN, _END]], ((0, 0), (n, 0))), self.steps, self.ball
        )
        seen = camera.project(self.matrix, flown[:, :n, :3])
        parts = [((seen - self.pixels) / self.noise).reshape(count, -1), parameters / self.scale]
        for contact, height in ((self.start, flown[:, n, 2:3]), (self.end, flown[:, n + 1, 2:3])):
            if contact.on_ground:
                parts.append((height - self.ball.radius_m) / ON_GROUND)
            elif contact.height:
                mean, spread = contact.height
                parts.append((height - mean) / spread)
        return np.concatenate(parts, axis=1)

    def _begin(self) -> np.ndarray:
        """Where to start: a parabola is linear in place and velocity once the camera is known, and drag is what a
        flight differs from it by."""
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
            rows.append(np.diag(1 / self.scale[:6]))
            wanted.append(np.zeros(6))
            found[:6] = np.linalg.lstsq(np.concatenate(rows), np.concatenate(wanted), rcond=None)[0]
            places = found[_PLACE] + found[_VELOCITY] * after[:, None] + fall
            depth = np.maximum(np.abs(self.matrix[2, :3] @ places.T + self.matrix[2, 3]), 0.1)
            if turn:
                flown = self._seen(found[None])[0]
                if np.isfinite(flown).all():
                    away = flown - found[_PLACE] - found[_VELOCITY] * after[:, None]
        return found


def _fly(parameters: np.ndarray, after: np.ndarray, steps: tuple[int, int], ball: Ball) -> np.ndarray:
    """Place and velocity (b, n, 6) `after` (b, n) seconds from the anchor, within `steps` before and behind it:
    fourth-order Runge-Kutta both ways, cubic between steps."""
    drag = np.maximum(ball.drag[0] + ball.drag[1] * parameters[:, _DRAG], 0)
    pull = partial(_pull, drag, ball.lift * parameters[:, _DOWN], ball.lift * parameters[:, _RIGHT])
    begin = parameters[:, :6]
    before, behind = (_steps(begin, sign * STEP_S, n, pull) for sign, n in zip((-1, 1), steps, strict=True))
    track = np.concatenate([before[:0:-1], behind])
    at = after / STEP_S + steps[0]
    where = np.clip(at, 0, len(track) - 1 - 1e-9)
    low = where.astype(int)
    rows = np.arange(len(parameters))[:, None]
    one, two = track[low, rows], track[low + 1, rows]
    return _between(one, two, (at - low)[..., None])


def _steps(state: np.ndarray, step: float, steps: int, pull: partial) -> np.ndarray:
    def change(state: np.ndarray) -> np.ndarray:
        return np.concatenate([state[:, 3:], pull(state[:, 3:])], axis=1)

    track = [state]
    for _ in range(steps):
        a = change(state)
        b = change(state + step / 2 * a)
        c = change(state + step / 2 * b)
        d = change(state + step * c)
        state = state + step / 6 * (a + 2 * b + 2 * c + d)
        track.append(state)
    return np.stack(track)


def _pull(drag: np.ndarray, down: np.ndarray, right: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Acceleration (b, 3): gravity, drag, and spin across the path, downwards and to the right of it."""
    x, y, z = velocity.T
    flat = np.maximum(np.hypot(x, y), 1e-6)
    speed = np.minimum(np.sqrt(flat**2 + z**2), 200.0)
    beside = np.stack([y / flat, -x / flat, np.zeros_like(x)], axis=1)
    below = np.stack([x * z / flat, y * z / flat, -flat], axis=1)  # speed times the unit across the path, downwards
    made = -(drag * speed)[:, None] * velocity + (down * speed)[:, None] * below
    made += (right * speed**2)[:, None] * beside
    made[:, 2] -= GRAVITY
    return made


def _between(one: np.ndarray, two: np.ndarray, share: np.ndarray) -> np.ndarray:
    """States between two steps, cubic in place, and the velocity that belongs to it."""
    x0, v0, x1, v1 = one[..., :3], one[..., 3:] * STEP_S, two[..., :3], two[..., 3:] * STEP_S
    s, rise = share, x1 - x0
    place = x0 + s * (v0 + s * (3 * rise - 2 * v0 - v1 + s * (v0 + v1 - 2 * rise)))
    velocity = v0 + s * (2 * (3 * rise - 2 * v0 - v1) + 3 * s * (v0 + v1 - 2 * rise))
    return np.concatenate([place, velocity / STEP_S], axis=-1)
