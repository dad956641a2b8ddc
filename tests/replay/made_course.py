"""Makes the course of a game: a ball that flies, bounces and is hit, and cars, as a replay would tell of them.

The ball is moved here in 1200 steps a second by the laws that its own tests state, not by the code under test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gametape.replay.course import COLUMNS, COUNT_NAMES, Course
from gametape.replay.motion import Motion, clock_of, motion_of
from gametape.replay.touches import Cars

STEPS, RADIUS = 1200, 93.15
FLOOR, WALL = (np.array([0.0, 0.0, 1.0]), 0.0), (np.array([-1.0, 0.0, 0.0]), -4096.0)
"""Surfaces: the normal, and the distance along it."""


@dataclass
class MadeBall:
    """A ball on its way. `hits`: time s -> change of velocity and of spin."""

    place: tuple[float, float, float]
    speed: tuple[float, float, float]
    spin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    hits: dict[float, tuple[tuple[float, float, float], tuple[float, float, float]]] = field(default_factory=dict)

    def states(self, times: np.ndarray) -> np.ndarray:
        """(n, 9) place, velocity and spin (rad/s) at times."""
        place, speed, spin = (np.array(one, float) for one in (self.place, self.speed, self.spin))
        found: list[np.ndarray] = []
        hits, step = sorted(self.hits.items()), 1 / STEPS
        for n in range(int(times[-1] * STEPS) + 2):
            while len(found) < len(times) and n >= times[len(found)] * STEPS:
                found.append(np.concatenate([place, speed, spin]))
            while hits and n >= hits[0][0] * STEPS:
                _, (change, turn) = hits.pop(0)
                speed, spin = speed + change, spin + turn
            speed = speed * (1 - 0.0305 * step) + np.array([0, 0, -650.0]) * step
            place = place + speed * step
            for normal, distance in (FLOOR, WALL):
                if place @ normal - distance < RADIUS and speed @ normal < 0:
                    speed, spin = bounced(speed, spin, normal)
        return np.array(found)


def bounced(speed: np.ndarray, spin: np.ndarray, normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Velocity and spin after a bounce: 0.6 of the velocity along the normal is left, friction is 0.285 of the slip."""
    into = (speed @ normal) * normal
    slip = speed - into + RADIUS * np.cross(normal, spin)
    rub = -0.285 * min(1.0, 2 * float(np.linalg.norm(into)) / (float(np.linalg.norm(slip)) + 1e-9)) * slip
    spun = spin + 0.0003 * RADIUS * np.cross(rub, normal)
    return speed - 1.6 * into + rub, spun * min(1.0, 6.0 / max(float(np.linalg.norm(spun)), 1e-9))


def times_of(seconds: float, rate: float = 30.0) -> np.ndarray:
    """Times of the frames, s."""
    return np.arange(0, seconds, 1 / rate)


def course_of(
    times: np.ndarray,
    ball: np.ndarray,
    cars: list[np.ndarray],
    *,
    teams: list[int],
    told: list[tuple[int, int]],
    points: Sequence[tuple[int, int, int]] = (),
    asleep: int = 0,
) -> tuple[Course, Cars]:
    """A course and its cars.

    Args:
        times: (n,) s.
        ball: (n, 9) as of `MadeBall.states`.
        cars: A player's places each, (n, 3).
        teams: The players'.
        told: Frame and team of each touch that the record has.
        points: Frame, player and score of each that it tells.
        asleep: Frames at the start in which the ball waits, and is told of in the first only.
    """
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in COLUMNS}
    for n, state in enumerate(ball):
        if n and n < asleep:
            continue
        rows["ball"].append((n, *state[:6], float(n < asleep), *(state[6:] * 100)))
    for player, way in enumerate(cars):
        rows["spawns"].append((0, player, player))
        speeds = np.gradient(way, times, axis=0)
        rows["cars"] += [(n, player, *way[n], *speeds[n], 0, 0, 0, 1, 0) for n in range(len(times))]
    rows["hits"] = [(frame, team) for frame, team in told]
    rows["counts"] = [(frame, player, COUNT_NAMES.index("score"), score) for frame, player, score in points]
    tables = {name: np.array(given, np.float64).reshape(-1, len(COLUMNS[name])) for name, given in rows.items()}
    players = [{"name": f"P{n}", "team": team, "unique_id": None, "bot": False} for n, team in enumerate(teams)]
    course = Course(times, tables, players, [])
    motions: list[Motion] = [motion_of(course, n, clock_of(times)) for n in range(len(cars))]
    return course, Cars(times, motions, teams)


def stands(times: np.ndarray, *place: float) -> np.ndarray:
    """The way of a car that stands."""
    return np.tile(np.array(place, float), (len(times), 1))
