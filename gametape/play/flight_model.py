"""How a ball flies: gravity, drag and the force across its path by spin or seam, integrated over time.

Belongs here: the equations of motion of many flights at once. Does not belong here: fitting them (`flight_fit`).
"""

from __future__ import annotations

from functools import partial

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
    accelerate = partial(_acceleration, drag, ball.lift * parameters[:, DOWN], ball.lift * parameters[:, RIGHT])
    begin = parameters[:, :6]
    before, behind = (_steps(begin, sign * STEP_S, n, accelerate) for sign, n in zip((-1, 1), steps, strict=True))
    track = np.concatenate([before[:0:-1], behind])
    at = after / STEP_S + steps[0]
    where = np.clip(at, 0, len(track) - 1 - 1e-9)
    low = where.astype(int)
    rows = np.arange(len(parameters))[:, None]
    one, two = track[low, rows], track[low + 1, rows]
    return _interpolate(one, two, (at - low)[..., None])


def _steps(state: np.ndarray, step: float, steps: int, accelerate: partial) -> np.ndarray:
    """States (n + 1, b, 6) at the start and after each of n `steps`."""

    def change(state: np.ndarray) -> np.ndarray:
        return np.concatenate([state[:, 3:], accelerate(state[:, 3:])], axis=1)

    track = [state]
    for _ in range(steps):
        a = change(state)
        b = change(state + step / 2 * a)
        c = change(state + step / 2 * b)
        d = change(state + step * c)
        state = state + step / 6 * (a + 2 * b + 2 * c + d)
        track.append(state)
    return np.stack(track)


def _acceleration(drag: np.ndarray, down: np.ndarray, right: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Acceleration (b, 3) m/s^2 at velocities (b, 3); coefficients (b,) 1/m of drag and across the path."""
    x, y, z = velocity.T
    flat = np.maximum(np.hypot(x, y), 1e-6)
    speed = np.minimum(np.sqrt(flat**2 + z**2), TOP_SPEED)
    beside = np.stack([y / flat, -x / flat, np.zeros_like(x)], axis=1)
    below = np.stack([x * z / flat, y * z / flat, -flat], axis=1)  # speed times the unit across the path, downwards
    made = -(drag * speed)[:, None] * velocity + (down * speed)[:, None] * below
    made += (right * speed**2)[:, None] * beside
    made[:, 2] -= GRAVITY
    return made


def _interpolate(one: np.ndarray, two: np.ndarray, share: np.ndarray) -> np.ndarray:
    """States at a share (0..1) of the way between two steps: places by a cubic, velocities by its derivative."""
    x0, v0, x1, v1 = one[..., :3], one[..., 3:] * STEP_S, two[..., :3], two[..., 3:] * STEP_S
    s, rise = share, x1 - x0
    place = x0 + s * (v0 + s * (3 * rise - 2 * v0 - v1 + s * (v0 + v1 - 2 * rise)))
    velocity = v0 + s * (2 * (3 * rise - 2 * v0 - v1) + 3 * s * (v0 + v1 - 2 * rise))
    return np.concatenate([place, velocity / STEP_S], axis=-1)
