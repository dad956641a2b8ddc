"""How a ball flies: gravity, drag and the force across its path by spin or seam, integrated over time.

Belongs here: the equations of motion of many flights at once. Does not belong here: fitting them (`flight_fit`).
"""

from __future__ import annotations

import numpy as np

from gametape.base.physics import GRAVITY
from gametape.sports.courts import Ball

STEP_S = 0.04
"""Step of the integration, s."""
TOP_SPEED = 200.0
"""Speed at which drag stops growing, m/s, so that a fit that goes astray stays finite."""

PLACE, VELOCITY, DRAG, DOWN, RIGHT = slice(0, 3), slice(3, 6), 6, 7, 8
"""Parameters of a flight: place (m) and velocity (m/s) at a moment; drag, and spin downwards and to the right, in
standard deviations of what is known of the ball."""

_Coefficients = tuple[np.ndarray, np.ndarray, np.ndarray]


def simulate(parameters: np.ndarray, after: np.ndarray, steps: tuple[int, int], ball: Ball) -> np.ndarray:
    """Simulate b flights by fourth-order Runge-Kutta, with cubic interpolation between steps.

    Args:
        parameters: (b, 9 or more) parameters of each flight.
        after: (b, n) seconds since the moment at which place and velocity are given.
        steps: Steps of `STEP_S` to simulate before and after that moment.
        ball: What flies.

    Returns:
        (b, n, 6) places, m, and velocities, m/s.
    """
    drag = np.maximum(ball.drag[0] + ball.drag[1] * parameters[:, DRAG], 0)
    coefficients = drag, ball.lift * parameters[:, DOWN], ball.lift * parameters[:, RIGHT]
    begin = np.ascontiguousarray(parameters[:, :6].T)
    before, behind = (_steps(begin, sign * STEP_S, n, coefficients) for sign, n in zip((-1, 1), steps, strict=True))
    track = np.concatenate([before[:0:-1], behind]).transpose(0, 2, 1)
    at = after / STEP_S + steps[0]
    where = np.clip(at, 0, len(track) - 1 - 1e-9)
    low = where.astype(int)
    rows = np.arange(len(parameters))[:, None]
    one, two = track[low, rows], track[low + 1, rows]
    return _interpolate(one, two, (at - low)[..., None])


def _steps(state: np.ndarray, step: float, steps: int, coefficients: _Coefficients) -> np.ndarray:
    """States (n + 1, 6, b) at the start and after each of n `steps`."""
    track = np.empty((steps + 1, *state.shape))
    track[0] = state
    for i in range(steps):
        a = _change(state, *coefficients)
        b = _change(state + step / 2 * a, *coefficients)
        c = _change(state + step / 2 * b, *coefficients)
        d = _change(state + step * c, *coefficients)
        b += c
        b *= 2
        a += b
        a += d
        a *= step / 6
        state = state + a
        track[i + 1] = state
    return track


def _change(state: np.ndarray, drag: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Change a second (6, b) of states (6, b); coefficients (b,) 1/m of drag and across the path.

    A flight is a few numbers wide, so that the number of calls counts: nothing is stacked.
    """
    made = np.empty_like(state)
    made[:3] = state[3:]
    x, y, z = state[3:]
    flat = np.maximum(np.hypot(x, y), 1e-6)
    speed = np.minimum(np.hypot(flat, z), TOP_SPEED)
    held = drag * speed
    below = down * speed  # the force across the path, downwards: times (xz, yz, -flat^2) / flat
    along, beside = below * z / flat - held, right * speed * speed / flat
    made[3] = along * x + beside * y
    made[4] = along * y - beside * x
    made[5] = -held * z - below * flat - GRAVITY
    return made


def _interpolate(one: np.ndarray, two: np.ndarray, share: np.ndarray) -> np.ndarray:
    """States at a share (0..1) of the way between two steps: places by a cubic, velocities by its derivative."""
    x0, v0, x1, v1 = one[..., :3], one[..., 3:] * STEP_S, two[..., :3], two[..., 3:] * STEP_S
    s, rise = share, x1 - x0
    place = x0 + s * (v0 + s * (3 * rise - 2 * v0 - v1 + s * (v0 + v1 - 2 * rise)))
    velocity = v0 + s * (2 * (3 * rise - 2 * v0 - v1) + 3 * s * (v0 + v1 - 2 * rise))
    return np.concatenate([place, velocity / STEP_S], axis=-1)
