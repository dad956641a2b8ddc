"""Simulates the ball: a tennis ball under gravity and drag, off the wall, the ground and the racket.

Belongs here: the ball's physics and the search for shots that keep the rally going. Does not belong here: who hits it
(animation.py), how it looks (renderer.py).

Ball: 67 mm, 58 g (ITF Rules of Tennis, appendix I: 65.4 to 68.6 mm, 56.0 to 59.4 g). Drag coefficient 0.55 (Mehta
& Pallis 2001, The aerodynamics of a tennis ball, Sports Engineering 4: about 0.6 new, less when worn). Bounce: the
ITF test drops it 2.54 m and it must rise 1.35 to 1.47 m, a restitution of 0.73 to 0.76. Along the surface it slides
(friction 0.6, assumed for an acrylic court) until it rolls, when a hollow sphere keeps 0.6 of its speed (Brody 1984,
That's how the ball bounces, The Physics Teacher 22). Spin is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gametape.base.errors import GametapeError
from gametape.base.physics import GRAVITY

#: Radius in metres and mass in kg.
RADIUS, MASS = 0.0335, 0.058
#: kg/m³ and a number.
AIR_DENSITY, DRAG_COEFFICIENT = 1.20, 0.55
#: Share of speed kept across a surface, friction along it, and share of speed kept along it by a ball that rolls.
RESTITUTION, FRICTION, ROLLING = 0.75, 0.6, 0.6
#: Place of the wall's face, metres.
WALL_X = 5.7

_DRAG = 0.5 * AIR_DENSITY * DRAG_COEFFICIENT * np.pi * RADIUS**2 / MASS  # 1/m


@dataclass(frozen=True)
class Contact:
    """A contact of the ball.

    Attributes:
        kind: hit (racket), impact (wall) or bounce (ground).
        time_s: Seconds of the film.
        position: (3,) the ball's centre, metres.
    """

    kind: str
    time_s: float
    position: np.ndarray


@dataclass(frozen=True)
class Arc:
    """Free flight from `start` to `stop`, seconds."""

    start: float
    stop: float
    _solution: Callable[[np.ndarray], np.ndarray] = field(repr=False)

    def __call__(self, times: np.ndarray) -> np.ndarray:
        """Position and velocity at `times` (n,), as (n, 6), metres and m/s."""
        return self._solution(times).T


def _derivative(_time: float, state: np.ndarray) -> np.ndarray:
    velocity = state[3:]
    pull = -_DRAG * np.linalg.norm(velocity) * velocity
    pull[2] -= GRAVITY
    return np.concatenate([velocity, pull])


def rebound(velocity: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Velocity (3,) in m/s after a bounce off a surface with this unit normal."""
    into = velocity @ normal
    along = velocity - into * normal
    speed = np.linalg.norm(along)
    kept = max(ROLLING, 1 - FRICTION * (1 + RESTITUTION) * abs(into) / max(speed, 1e-9))
    return kept * along - RESTITUTION * into * normal


def _fly(start: float, state: np.ndarray, until: float, surface: "_Surface | None" = None) -> tuple[Arc, np.ndarray]:
    from scipy.integrate import solve_ivp

    solved = solve_ivp(
        _derivative, (start, until), state, events=surface, dense_output=True, rtol=1e-8, atol=1e-9, method="DOP853"
    )
    return Arc(start, float(solved.t[-1]), solved.sol), solved.y[:, -1]


class _Surface:
    """An event for scipy's solver: the ball touches the plane where coordinate `axis` is `at`, and flight ends."""

    terminal = True

    def __init__(self, axis: int, at: float, direction: float = 0) -> None:
        self._axis, self._at, self.direction = axis, at, direction

    def __call__(self, _time: float, state: np.ndarray) -> float:
        return state[self._axis] - self._at


_WALL, _GROUND = _Surface(0, WALL_X - RADIUS), _Surface(2, RADIUS, direction=-1)


def _exchange(start: float, stop: float, position: np.ndarray, velocity: np.ndarray) -> tuple[list[Arc], np.ndarray]:
    """Fly from the racket to the wall, to the ground, and on until `stop`; returns the arcs and the last state (6,)."""
    to_wall, state = _fly(start, np.concatenate([position, velocity]), start + 5.0, _WALL)
    state[3:] = rebound(state[3:], np.array([-1.0, 0.0, 0.0]))
    to_ground, state = _fly(to_wall.stop, state, to_wall.stop + 5.0, _GROUND)
    state[3:] = rebound(state[3:], np.array([0.0, 0.0, 1.0]))
    # The search may try a shot that lands after `stop`; flown backwards, its end still says which way to go.
    back, state = _fly(to_ground.stop, state, stop)
    return [to_wall, to_ground, back], state


@dataclass(frozen=True)
class Rally:
    """The ball's flight through a whole rally."""

    arcs: list[Arc]
    contacts: list[Contact]

    def state(self, times: np.ndarray) -> np.ndarray:
        """Position and velocity at `times` (n,), as (n, 6), metres and m/s; at a contact, those after it."""
        times = np.atleast_1d(np.asarray(times, float))
        starts = np.array([arc.start for arc in self.arcs])
        which = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, None)
        states = np.empty((len(times), 6))
        for index in np.unique(which):
            states[which == index] = self.arcs[index](times[which == index])
        return states


def simulate_rally(times: np.ndarray, places: np.ndarray) -> Rally:
    """Simulate the rally in which the racket meets the ball at given times and places.

    For every stroke, the launch velocity (three unknowns) is searched that brings the ball by the wall and one bounce
    to the next place in time (three equations).

    Args:
        times: (strokes,) seconds.
        places: (strokes, 3) metres.

    Raises:
        GametapeError: No shot leads from one place to the next.
    """
    from scipy.optimize import least_squares

    arcs: list[Arc] = []
    contacts: list[Contact] = []
    for start, stop, here, there in zip(times[:-1], times[1:], places[:-1], places[1:], strict=True):

        def miss(
            velocity: np.ndarray, shot: tuple[float, float, np.ndarray, np.ndarray] = (start, stop, here, there)
        ) -> np.ndarray:
            begin, end, position, target = shot
            return _exchange(begin, end, position, velocity)[1][:3] - target

        found = least_squares(miss, x0=[12.0, 0.0, 3.5], xtol=1e-12, ftol=1e-12, gtol=1e-12)
        made, _ = _exchange(start, stop, here, found.x)
        if np.abs(found.fun).max() > 1e-6 or not made[0].stop < made[1].stop < stop:
            raise GametapeError("sample rally", f"no shot leads from {here} to {there}", "Choose another seed")
        arcs += made
        contacts.append(Contact("hit", float(start), here))
        contacts += [
            Contact(kind, arc.stop, arc(np.array([arc.stop]))[0, :3])
            for kind, arc in zip(("impact", "bounce"), made[:2], strict=True)
        ]
    contacts.append(Contact("hit", float(times[-1]), places[-1]))
    return Rally(arcs, contacts)
