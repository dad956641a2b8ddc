"""Who is on the ice when, and where everybody is.

Belongs here: the players, their shifts, their paths in metres. Does not belong here: cameras, drawing.

The ground is 40 x 20 m: x along it, y away from the cameras' side; the middle is (0, 0). Everybody is drawn to a place
that moves with the play, keeps out of the others' way, and is no faster than a skater; who comes or goes uses the
bench's door.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LENGTH, WIDTH = 40.0, 20.0
"""Metres of the ground."""
DOORS = {"a": (-6.0, -11.5), "b": (6.0, -11.5), "referee": (0.0, -11.5)}
"""Where the sides come and go."""
FASTEST, ACCELERATION = 7.5, 7.0
"""Of a player, m/s and m/s^2."""
APART = 0.9
"""Players keep so far apart, m, if they can."""
STEP_S = 0.02
NUMBERS = {"a": ("17", "4", "88", "23", "9", "31", "11", "6"), "b": ("10", "71", "5", "44", "29", "13", "8", "66")}


@dataclass(frozen=True)
class Player:
    """Somebody of a side (a, b or referee), with a number or none, and when he is on the ice: (from, to) s."""

    side: str
    number: str | None
    on_ice: tuple[tuple[float, float], ...]
    goes_for: float

    def is_on(self, t: float) -> bool:
        """Whether he is on the ice, or on his way to it."""
        return any(begin <= t < end for begin, end in self.on_ice)


def players(seconds: float, shift_s: float, seed: int) -> list[Player]:
    """Two sides of eight of whom five are on the ice, and a referee.

    The first of side a, number 17, is on in every other shift; in each change three leave and three come.
    """
    random = np.random.default_rng(seed)
    count = max(1, round(seconds / shift_s))
    out = []
    for side in ("a", "b"):
        spans: dict[int, list[tuple[float, float]]] = {n: [] for n in range(8)}
        for shift in range(count):
            first = (0, 1, 2) if shift % 2 == 0 else (5, 6, 7)
            begin, end = shift * shift_s, (shift + 1) * shift_s if shift + 1 < count else seconds + 1
            for place in (*first, 3, 4):
                own = spans[place]
                begin_at = begin + (random.uniform(0, 1.2) if shift else 0)
                if own and abs(own[-1][1] - begin) < 1.5:
                    own[-1] = (own[-1][0], end)
                else:
                    own.append((begin_at, end))
        for place, number in enumerate(NUMBERS[side]):
            out.append(Player(side, number, tuple(spans[place]), float(random.uniform(0.5, 1))))
    out.append(Player("referee", None, ((0.0, seconds + 1),), 0.6))
    return out


@dataclass(frozen=True, eq=False)
class Paths:
    """Where everybody is.

    Attributes:
        players: The n players.
        times: (m,) seconds, STEP_S apart.
        xy: (m, n, 2) metres.
        velocity: (m, n, 2) m/s.
        there: (m, n) bool, whether somebody is between the boards.
        way: (m, n) metres that somebody has gone, by which the legs move.
        play: (m, 2) where the play is, metres.
    """

    players: list[Player]
    times: np.ndarray
    xy: np.ndarray
    velocity: np.ndarray
    there: np.ndarray
    way: np.ndarray
    play: np.ndarray

    def at(self, t: float) -> int:
        """The step nearest to a time."""
        return int(np.clip(round(t / STEP_S), 0, len(self.times) - 1))


def paths(seconds: float, shift_s: float, seed: int) -> Paths:
    """Let everybody move for so many seconds."""
    random = np.random.default_rng((seed, 1))
    crew = players(seconds, shift_s, seed)
    times = np.arange(0, seconds + STEP_S, STEP_S)
    phases = random.uniform(0, 2 * np.pi, (4, 2))
    rates = np.array([0.21, 0.37, 0.83, 1.31])
    sweep = (
        np.sin(times[:, None, None] * rates[None, :, None] + phases[None])
        * np.array([0.55, 0.25, 0.13, 0.07])[None, :, None]
    )
    play = sweep.sum(axis=1) * np.array([LENGTH / 2 - 4, WIDTH / 2 - 3])
    n = len(crew)
    doors = np.array([DOORS[one.side] for one in crew]) + random.uniform(-1.5, 1.5, (n, 1)) * [1, 0]
    own = random.uniform(0, 2 * np.pi, (n, 3, 2))
    spread = np.array([4.5 if one.side == "referee" else random.uniform(2.5, 7.5) for one in crew])
    xy = np.where(np.array([one.is_on(0.0) for one in crew])[:, None], random.uniform(-8, 8, (n, 2)) * [1, 0.8], doors)
    velocity, gone = np.zeros((n, 2)), np.zeros(n)
    kept_xy, kept_v, there, way = (
        np.empty((len(times), n, 2)),
        np.empty((len(times), n, 2)),
        np.empty((len(times), n), bool),
        np.empty((len(times), n)),
    )
    for step, t in enumerate(times):
        on = np.array([one.is_on(t) for one in crew])
        drift = np.sin(t * np.array([0.5, 0.9, 1.7])[None, :, None] + own).sum(axis=1) / 1.5
        goal = np.where(on[:, None], play[step] + drift * spread[:, None] * [1.3, 1.0], doors)
        goal = np.where(
            on[:, None], np.clip(goal, [-LENGTH / 2 + 1, -WIDTH / 2 + 1], [LENGTH / 2 - 1, WIDTH / 2 - 1]), goal
        )
        pull = 1.6 * (goal - xy) - 1.3 * velocity
        off = xy[:, None] - xy[None]
        far = np.linalg.norm(off, axis=2) + np.eye(n) * 99
        push = (off / far[..., None] * np.maximum(0, APART - far)[..., None] * 25).sum(axis=1)
        force = pull + push
        strength = np.linalg.norm(force, axis=1, keepdims=True)
        force *= np.minimum(1, ACCELERATION / np.maximum(strength, 1e-9))
        velocity = velocity + force * STEP_S
        speed = np.linalg.norm(velocity, axis=1, keepdims=True)
        velocity *= np.minimum(1, FASTEST / np.maximum(speed, 1e-9))
        xy = xy + velocity * STEP_S
        xy = np.clip(xy, [-LENGTH / 2 + 0.5, -WIDTH / 2 - 3], [LENGTH / 2 - 0.5, WIDTH / 2 - 0.5])
        gone = gone + np.linalg.norm(velocity, axis=1) * STEP_S
        kept_xy[step], kept_v[step], way[step] = xy, velocity, gone
        there[step] = xy[:, 1] > -WIDTH / 2
    return Paths(crew, times, kept_xy, kept_v, there, way, play)
