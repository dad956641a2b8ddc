"""How a ball of Rocket League moves when nobody touches it, and where a recorded one moved otherwise.

Belongs here: flight, bounces, and the jumps that they do not explain. Does not belong here: cars
(`gametape.replay.touches`).

In flight the spin stays as it is, and gravity and drag change the velocity. A bounce turns round the part of the
velocity along the surface's normal and takes 0.4 of it; friction changes the rest and the spin with it. The normal is
not looked up in a map of the arena but searched for: a bounce is what *some* surface explains. So walls, curves, posts
and arenas of any form are one case. The constants are the game's (measured by its modders, and found again here: on
eight replays 95 % of the bounces far from all cars are within 17 % of the law).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gametape.replay.course import Course

GRAVITY = np.array([0.0, 0.0, -650.0])
DRAG = 0.0305
RADIUS_UU = 93.15
RESTITUTION = (0.6, 0.0)
"""Of the velocity along the normal: usually, and of a ball that comes to lie."""
FRICTION, FRICTION_RATIO = 0.285, 2.0
SPIN_A_FRICTION = 0.0003
"""What a change of velocity by friction (uu/s) times the radius changes of the spin (rad/s)."""
MOST_SPIN = 6.0
SPIN_UNIT = 100.0
"""The network has spin in hundredths of rad/s."""

LEAST_SPEED, LEAST_SPIN = 60.0, 0.02
"""Changes that rounding of places, speeds and times makes at most in flight, uu/s and rad/s."""
ROLLING_SPEED = 60.0
"""Change of a rolling ball between two states by friction at most, uu/s."""
BOUNCE_ERROR, BOUNCE_SPIN_ERROR = 0.2, 0.6
"""Up to this share of the change, and this spin (rad/s), it is a bounce."""
SPIN_WORTH = 60.0
"""Misfit of the spin in misfits of the velocity, uu/s for rad/s."""
LONGEST_S = 0.25
"""A longer time between two states is no way that can be followed."""
FARTHEST_UU = 1200.0
"""Nor is a longer way: the ball was put somewhere."""
NEAR_WALL_UU = 120.0
"""A ball's centre is nearer to a surface that it rolls along."""
STEEPEST, STEP = np.radians(24.0), np.radians(2.0)
"""How far a bounce's normal may lie from the change of velocity (friction: 20 degrees), and how finely it is sought."""


@dataclass(frozen=True)
class Jump:
    """A change of the ball's way or spin that flight does not explain.

    Attributes:
        before: Frame of the last state before.
        frame: Frame of the first state after.
        time: When, seconds on the replay's clock: where the ways before and after meet.
        place: (3,) where, uu.
        explained: Whether a bounce, or rolling, explains it.
    """

    before: int
    frame: int
    time: float
    place: np.ndarray
    explained: bool


def jumps(course: Course) -> Iterator[Jump]:
    """The ball's jumps, in the order of time. A ball that is put somewhere, for a kickoff, does not jump."""
    table = course.tables["ball"]
    table = table[np.flatnonzero(np.diff(table[:, 0], append=np.inf) > 0)]
    if len(table) < 2:
        return
    frames = table[:, 0].astype(np.int64)
    places, speeds = table[:, 1:4], np.nan_to_num(table[:, 4:7])
    spins, asleep = np.nan_to_num(table[:, 8:11]) / SPIN_UNIT, table[:, 7] == 1
    # A ball that sleeps is where it was until the frame before it is told to be awake.
    before = np.where(asleep[:-1], np.maximum(frames[1:] - 1, frames[:-1]), frames[:-1])
    spans = course.times[frames[1:]] - course.times[before]
    flown = fly(speeds[:-1], spans[:, None])
    flown[asleep[:-1]] = 0.0
    changes, turned = speeds[1:] - flown, spins[1:] - spins[:-1]
    sizes = np.linalg.norm(changes, axis=1)
    put = asleep[1:] & (sizes > 0) & (np.linalg.norm(speeds[1:], axis=1) < 1.0)
    odd = (sizes > LEAST_SPEED) | (np.linalg.norm(turned, axis=1) > LEAST_SPIN)
    odd &= (spans > 0) & (spans < LONGEST_S) & ~put
    odd &= np.linalg.norm(np.diff(places, axis=0), axis=1) < FARTHEST_UU
    for n in np.flatnonzero(odd):
        since, place = meet(places[n], speeds[n], places[n + 1], speeds[n + 1], spans[n])
        at = fly(speeds[n], since) if not asleep[n] else np.zeros(3)
        explained = is_bounce(at, spins[n], changes[n], turned[n])
        explained |= not asleep[n] and sizes[n] < ROLLING_SPEED and _at_surface(place)
        yield Jump(int(before[n]), int(frames[n + 1]), float(course.times[before[n]] + since), place, bool(explained))


def fly(speed: np.ndarray, span: np.ndarray | float) -> np.ndarray:
    """Velocity of a free ball a time later, uu/s."""
    return np.asarray(speed * np.exp(-DRAG * span) + GRAVITY * span)


def meet(
    place: np.ndarray, speed: np.ndarray, later: np.ndarray, speed_later: np.ndarray, span: float
) -> tuple[float, np.ndarray]:
    """Where the ways forth from a state and back from the next are nearest: seconds after the first, and the place."""
    relative, apart = speed - speed_later, later - place - speed_later * span
    since = float(np.clip(relative @ apart / max(float(relative @ relative), 1e-9), 0.0, span))
    return since, (place + speed * since + later - speed_later * (span - since)) / 2


def is_bounce(speed: np.ndarray, spin: np.ndarray, change: np.ndarray, turned: np.ndarray) -> bool:
    """Is there a surface off which a ball with a velocity and a spin bounces so that they change like that?

    Args:
        speed: (3,) velocity before, uu/s.
        spin: (3,) rad/s.
        change: (3,) of the velocity, uu/s.
        turned: (3,) of the spin, rad/s.

    Examples:
        >>> down, still = np.array([0.0, 0.0, -1000.0]), np.zeros(3)
        >>> is_bounce(down, still, np.array([0.0, 0.0, 1600.0]), still)
        True
        >>> is_bounce(down, still, np.array([0.0, 0.0, 2200.0]), still)
        False
    """
    size = float(np.linalg.norm(change))
    if size < 1e-6:
        return False
    normals = _around(change / size)
    into = normals @ speed
    along = speed - into[:, None] * normals
    slip = along + RADIUS_UU * np.cross(normals, spin)
    ratio = abs(into) / (np.linalg.norm(slip, axis=1) + 1e-9)
    rubbed = -(np.minimum(1.0, FRICTION_RATIO * ratio) * FRICTION)[:, None] * slip
    spun = spin + SPIN_A_FRICTION * RADIUS_UU * np.cross(rubbed, normals)
    spun *= np.minimum(1.0, MOST_SPIN / np.maximum(np.linalg.norm(spun, axis=1), 1e-9))[:, None]
    spin_off = np.linalg.norm(spun - spin - turned, axis=1)
    for restitution in RESTITUTION:
        off = np.linalg.norm(rubbed - (1 + restitution) * into[:, None] * normals - change, axis=1)
        off[into > 0] = np.inf
        best = int(np.argmin(off + SPIN_WORTH * spin_off))
        if off[best] <= BOUNCE_ERROR * size and spin_off[best] <= BOUNCE_SPIN_ERROR:
            return True
    return False


def _at_surface(place: np.ndarray) -> bool:
    """Is the ball so near to the floor, a wall or the ceiling of a standard arena that it may roll along it?"""
    x, y, z = abs(place)
    walls = (z, 4096.0 - x, 5120.0 - y, 2044.0 - z, (8064.0 - x - y) / np.sqrt(2))
    return bool(min(walls) < NEAR_WALL_UU)


def _cone() -> np.ndarray:
    """(n, 3) unit vectors around z, evenly."""
    found = [np.array([[0.0, 0.0, 1.0]])]
    for tilt in np.arange(STEP, STEEPEST + STEP / 2, STEP):
        count = max(6, int(2 * np.pi * np.sin(tilt) / (1.5 * STEP)))
        way = np.linspace(0, 2 * np.pi, count, endpoint=False)
        sides = np.sin(tilt) * np.stack([np.cos(way), np.sin(way)], 1)
        found.append(np.column_stack([sides, np.full(count, np.cos(tilt))]))
    return np.concatenate(found)


_CONE = _cone()


def _around(axis: np.ndarray) -> np.ndarray:
    """(n, 3) unit vectors around another."""
    other = np.array([1.0, 0.0, 0.0]) if abs(axis[0]) < 0.8 else np.array([0.0, 1.0, 0.0])
    first = np.cross(axis, other)
    first /= np.linalg.norm(first)
    return _CONE @ np.stack([first, np.cross(axis, first), axis])
