"""Simulated rallies, seen by random cameras, as training data beside labelled points.

Belongs here: a ball under gravity and drag that is hit, bounces and meets walls, and pinhole cameras. Does not belong
here: the sample film's rally (`gametape.sample`), which is never trained on.

The labelled points are of one match, filmed by one camera. Simulated rallies vary the distance, height and direction of
the camera, and include sports without bounces, so that the network does not learn that one camera.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gametape.base.physics import GRAVITY

SIMULATED_HZ = 200
"""Steps of the simulation per second."""


@dataclass(frozen=True)
class Seen:
    """A rally as a camera sees it.

    Attributes:
        times: (n,) seconds.
        places: (n, 2) in units of the picture, y down.
        events: Kind and time of each event.
        from_the_first: Is it mostly seen from its first event on, and not before?
    """

    times: np.ndarray
    places: np.ndarray
    events: tuple[tuple[str, float], ...]
    from_the_first: bool = False


def rally(random: np.random.Generator) -> Seen:
    """A random kind of rally through a random camera."""
    from gametape.training.events.simulated_contacts import delivery, over_table

    kinds = (_across, _against_wall, _volleys, _no_event, over_table, delivery)
    kind = kinds[random.choice(len(kinds), p=[0.22, 0.12, 0.11, 0.1, 0.3, 0.15])]
    metres, events = kind(random)
    times = np.arange(len(metres)) / SIMULATED_HZ
    return Seen(times, through_camera(metres, random), tuple(events), kind is delivery)


def without_bounces(random: np.random.Generator) -> tuple[np.ndarray, list[tuple[str, float]]]:
    """Play without bounces, or a ball without events: path (n, 3), m, and events."""
    return (_volleys if random.random() < 0.6 else _no_event)(random)


def _fly(state: np.ndarray, drag: float, seconds: float, walls: bool, random: np.random.Generator) -> tuple:
    """Simulate a flight with bounces off the ground.

    Args:
        state: (6,) place and velocity at the start, m and m/s.
        drag: Deceleration per squared speed, 1/m.
        seconds: Length of the flight.
        walls: Whether there is a wall at x = 0.
        random: Source of randomness.

    Returns:
        The path (n, 3), the last state (6,) and the events as (kind, seconds after the start).
    """
    path, events, step = [], [], 1 / SIMULATED_HZ
    friction, restitution = random.uniform(0.55, 0.9), random.uniform(0.6, 0.85)
    state = state.copy()
    for i in range(int(seconds * SIMULATED_HZ)):
        path.append(state[:3].copy())
        velocity = state[3:]
        velocity += step * (np.array([0, 0, -GRAVITY]) - drag * np.linalg.norm(velocity) * velocity)
        state[:3] += step * velocity
        if state[2] < 0 and velocity[2] < 0:
            events.append(("bounce", (i + 1) * step))
            state[2], velocity[2] = -state[2], -restitution * velocity[2]
            velocity[:2] *= friction
        if walls and state[0] > 0 and velocity[0] > 0:
            events.append(("impact", (i + 1) * step))
            state[0], velocity[0] = -state[0], -restitution * velocity[0]
            velocity[1:] *= random.uniform(0.7, 1.0)
    return path, state, events


def _aim(place: np.ndarray, target: np.ndarray, seconds: float, drag: float) -> np.ndarray:
    """The velocity (3,) that brings a ball close to `target` in `seconds`, with an approximate correction for drag."""
    velocity = (target - place) / seconds
    velocity[2] += GRAVITY * seconds / 2
    return velocity * (1 + drag * np.linalg.norm(velocity) * seconds / 2)


def _play(
    next_shot: Callable[[int, np.ndarray], tuple[np.ndarray, float]],
    start: np.ndarray,
    drag: float,
    walls: bool,
    random: np.random.Generator,
) -> tuple[np.ndarray, list[tuple[str, float]]]:
    """A rally of 3 to 8 hits; `next_shot(number, place)` gives the velocity and the seconds to the next hit."""
    path, events, place = [], [], start
    for number in range(random.integers(3, 9)):
        velocity, seconds = next_shot(number, place)
        start_s = len(path) / SIMULATED_HZ
        events.append(("hit", start_s))
        flight, state, contacts = _fly(np.concatenate([place, velocity]), drag, seconds, walls, random)
        path += flight
        events += [(kind, start_s + after) for kind, after in contacts]
        place = state[:3]
        place[2] = max(place[2], 0.1)
    return np.array(path), events


def _across(random: np.random.Generator) -> tuple:
    """Sports such as tennis, played along x: hit, bounce, hit, and sometimes a volley."""
    half, width, drag = random.uniform(2, 12), random.uniform(1, 4), random.uniform(0.005, 0.03)
    pace = random.uniform(0.7, 1.3)

    def shot(number: int, place: np.ndarray) -> tuple[np.ndarray, float]:
        side = 1 if place[0] < 0 else -1
        target = np.array([side * half * random.uniform(0.4, 0.95), random.uniform(-width, width), 0.0])
        flat = np.hypot(*(target - place)[:2]) / (pace * random.uniform(14, 28))
        seconds = float(np.clip(flat, 0.3, 1.6)) * random.choice([1.0, 1.0, 1.6])
        volley = random.random() < 0.12
        after = -random.uniform(0.1, 0.35) * seconds if volley else random.uniform(0.08, 0.75)
        return _aim(place, target, seconds, drag), max(0.2, seconds + after)

    start = np.array([-half * random.uniform(0.8, 1.1), random.uniform(-width, width), random.uniform(0.5, 2.7)])
    return _play(shot, start, drag, False, random)


def _against_wall(random: np.random.Generator) -> tuple:
    """Sports such as squash, with a wall at x = 0: hit, impact, at most one bounce, hit."""
    back, drag = random.uniform(3, 12), random.uniform(0.005, 0.03)

    def shot(number: int, place: np.ndarray) -> tuple[np.ndarray, float]:
        target = np.array([0.0, random.uniform(-1.5, 1.5), random.uniform(0.5, 3.0)])
        to_wall = max(0.15, -place[0] / random.uniform(9, 25))
        velocity = _aim(place, target, to_wall, drag)
        return velocity, to_wall * random.uniform(2.0, 3.4) + random.uniform(0.1, 0.5)

    return _play(shot, np.array([-back, 0.0, random.uniform(0.4, 2.0)]), drag, True, random)


def _volleys(random: np.random.Generator) -> tuple:
    """Sports such as badminton and volleyball, without bounces."""
    half, width = random.uniform(1, 7), random.uniform(0.5, 4)
    drag = random.choice([random.uniform(0.01, 0.04), random.uniform(0.1, 0.3)])

    def shot(number: int, place: np.ndarray) -> tuple[np.ndarray, float]:
        side = 1 if place[0] < 0 else -1
        side = -side if random.random() < 0.25 else side
        height = random.uniform(0.3, 3.0)
        target = np.array([side * half * random.uniform(0.1, 1), random.uniform(-width, width), height])
        seconds = random.uniform(0.35, 1.6)
        velocity = _aim(place, target, seconds, drag)
        down = velocity[2] - GRAVITY * seconds  # a steep shot is cut short, so that it does not reach the ground
        return velocity, seconds * (1.0 if down > -14 else 0.8)

    start = np.array([-half, random.uniform(-width, width), random.uniform(1, 2.8)])
    return _play(shot, start, drag, False, random)


def _no_event(random: np.random.Generator) -> tuple:
    """A ball that rolls, rests or crosses the picture, without events."""
    times = np.arange(int(random.uniform(1.5, 6) * SIMULATED_HZ)) / SIMULATED_HZ
    speed = random.choice([0.0, random.uniform(0.1, 4), random.uniform(4, 15)])
    bearing, slowing = random.uniform(0, 2 * np.pi), random.uniform(0, 0.8)
    distance = speed * (1 - np.exp(-slowing * times)) / slowing
    rise = times * (times[-1] - times) * GRAVITY / 2 if speed > 4 and times[-1] < 3 else 0 * times
    return np.stack([distance * np.cos(bearing), distance * np.sin(bearing), 0.03 + rise], 1), []


def through_camera(metres: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(n, 2) places in units of the picture, y down, for a camera that stands outside the path and sees most of it."""
    middle = (metres.min(axis=0) + metres.max(axis=0)) / 2
    reach = np.linalg.norm(metres.max(axis=0) - metres.min(axis=0)) / 2 + 0.5
    bearing = random.uniform(0, 2 * np.pi)
    if random.random() < 0.4:  # behind one end, like broadcast cameras
        bearing = random.choice([0, np.pi]) + random.normal(0, 0.15)
    rise = np.radians(random.uniform(0, 35))
    distance = reach * random.uniform(1.15, 3.5)
    direction = np.array([np.cos(bearing) * np.cos(rise), np.sin(bearing) * np.cos(rise), np.sin(rise)])
    eye = middle + distance * direction
    eye[2] = max(eye[2], 0.8)
    forward = middle - eye
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    in_camera = (metres - eye) @ np.stack([right, down, forward]).T
    projected = in_camera[:, :2] / np.maximum(in_camera[:, 2:], 0.3 * reach)
    span = max(np.ptp(projected, axis=0).max(), 0.2)
    return projected / span * random.uniform(0.4, 1.2)
