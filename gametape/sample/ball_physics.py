"""The ball's flight: a tennis ball under gravity and drag, off the wall, the ground and the racket.

Belongs here: the ball's physics and the search for strokes that keep the rally going. Does not belong here: who
hits it (`motion`), how it looks (`film`).

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

RADIUS, MASS = 0.0335, 0.058
GRAVITY, AIR_DENSITY, DRAG_COEFFICIENT = 9.81, 1.20, 0.55
RESTITUTION, FRICTION, ROLLING = 0.75, 0.6, 0.6
WALL_X = 5.7  # the wall's face, m

_DRAG = 0.5 * AIR_DENSITY * DRAG_COEFFICIENT * np.pi * RADIUS**2 / MASS  # 1/m


@dataclass(frozen=True)
class Contact:
    """The ball meets something: `kind` hit (racket), impact (wall) or bounce (ground); its centre then, m."""

    kind: str
    time_s: float
    position: np.ndarray


@dataclass(frozen=True)
class Arc:
    """Free flight from `start` to `stop` (s)."""

    start: float
    stop: float
    _solution: Callable[[np.ndarray], np.ndarray] = field(repr=False)

    def __call__(self, times: np.ndarray) -> np.ndarray:
        """Position and velocity at `times`: (n, 6), m and m/s."""
        return self._solution(times).T


def _motion(_time: float, state: np.ndarray) -> np.ndarray:
    velocity = state[3:]
    pull = -_DRAG * np.linalg.norm(velocity) * velocity
    pull[2] -= GRAVITY
    return np.concatenate([velocity, pull])


def rebound(velocity: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Velocity (3,) after meeting a surface of unit `normal`."""
    into = velocity @ normal
    along = velocity - into * normal
    speed = np.linalg.norm(along)
    kept = max(ROLLING, 1 - FRICTION * (1 + RESTITUTION) * abs(into) / max(speed, 1e-9))
    return kept * along - RESTITUTION * into * normal


def _fly(
    start: float, state: np.ndarray, until: float, surface: Callable[[float, np.ndarray], float] | None = None
) -> tuple[Arc, np.ndarray]:
    from scipy.integrate import solve_ivp

    solved = solve_ivp(
        _motion, (start, until), state, events=surface, dense_output=True, rtol=1e-8, atol=1e-9, method="DOP853"
    )
    return Arc(start, float(solved.t[-1]), solved.sol), solved.y[:, -1]


def _wall(_time: float, state: np.ndarray) -> float:
    return state[0] - (WALL_X - RADIUS)


def _ground(_time: float, state: np.ndarray) -> float:
    return state[2] - RADIUS


_wall.terminal = _ground.terminal = True
_ground.direction = -1


def _exchange(start: float, stop: float, position: np.ndarray, velocity: np.ndarray) -> tuple[list[Arc], np.ndarray]:
    """From the racket to the wall, to the ground, and on until `stop`; and the last state (6,)."""
    to_wall, state = _fly(start, np.concatenate([position, velocity]), start + 5.0, _wall)
    state[3:] = rebound(state[3:], np.array([-1.0, 0.0, 0.0]))
    to_ground, state = _fly(to_wall.stop, state, to_wall.stop + 5.0, _ground)
    state[3:] = rebound(state[3:], np.array([0.0, 0.0, 1.0]))
    # The search may ask for a shot that lands after `stop`; its end, run backwards, still says which way to go.
    back, state = _fly(to_ground.stop, state, stop)
    return [to_wall, to_ground, back], state


@dataclass(frozen=True)
class Rally:
    """The ball through a whole rally."""

    arcs: list[Arc]
    contacts: list[Contact]

    def state(self, times: np.ndarray) -> np.ndarray:
        """Position and velocity (n, 6) at `times` (n,), m and m/s. At a contact, those of the arc that begins."""
        times = np.atleast_1d(np.asarray(times, float))
        starts = np.array([arc.start for arc in self.arcs])
        which = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, None)
        states = np.empty((len(times), 6))
        for index in np.unique(which):
            states[which == index] = self.arcs[index](times[which == index])
        return states


def play(times: np.ndarray, places: np.ndarray) -> Rally:
    """The rally whose ball is met at `places` (strokes, 3) at `times` (strokes,).

    For every stroke the launch velocity is searched (three unknowns) that brings the ball by the wall and one
    bounce to the next place in time (three equations). Raises GametapeError where no such shot exists.
    """
    from scipy.optimize import least_squares

    arcs: list[Arc] = []
    contacts: list[Contact] = []
    for start, stop, here, there in zip(times[:-1], times[1:], places[:-1], places[1:], strict=True):

        def miss(velocity: np.ndarray, shot: tuple = (start, stop, here), there: np.ndarray = there) -> np.ndarray:
            return _exchange(*shot, velocity)[1][:3] - there

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
