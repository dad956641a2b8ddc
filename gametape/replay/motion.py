"""How a player's car moved: its states as the game sent them, the time that each stands for, and the boost in its tank.

Belongs here: states and their time. Does not belong here: what is counted over them (`gametape.replay.statistics`).

The clock of play is the sum of the gaps between frames, without those over 0.5 s (a replay leaves out what nobody
needs to see again). A state stands for the time since the state before it, of the same car: so neither the 3 s after a
demolition count nor a car that waits for a kickoff without having been told of. This is ballchasing.com's way, found by
comparison with its answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.replay.course import COMPONENTS, Course

LONGEST_GAP_S = 0.5
FULL = 255.0
"""Boost of a full tank, as the network has it."""
BURN = FULL / 3.0
"""Boost burnt in a second, likewise."""
AT_START = 85.0
"""Boost at a kickoff and after a demolition, likewise: a third of the tank."""


@dataclass(frozen=True)
class Motion:
    """A player's car.

    Attributes:
        frames: (n,) frame of each state.
        weights: (n,) time that each state stands for, s; 0 for the first of each car.
        states: (n, 6) place, uu, and velocity, uu/s. A car at rest has no velocity in the record: it is 0.
        turns: (n, 4) its quaternion x, y, z, w; w is NaN where the record holds pitch, yaw and roll in half turns.
        tank: (frames of the game,) boost in the tank, 0..100; NaN where there is no car.
        boosting: (frames of the game,) bool, boost burns.
        lives: (n,) number of the car that the state is of.
        starts: Frames in which a car of the player comes to be.
        told_frames: (m,) frames in which the record tells another boost in the tank, or that of a new car.
        told: (m,) what it tells, 0..100.
    """

    frames: np.ndarray
    weights: np.ndarray
    states: np.ndarray
    turns: np.ndarray
    tank: np.ndarray
    boosting: np.ndarray
    lives: np.ndarray
    starts: np.ndarray
    told_frames: np.ndarray
    told: np.ndarray

    @property
    def told_lives(self) -> np.ndarray:
        """(m,) number of the car whose boost is told."""
        return np.searchsorted(self.starts, self.told_frames, side="right")

    @property
    def told_steps(self) -> np.ndarray:
        """(m,) change of the told boost since it was told before, or since the car came to be."""
        before = np.concatenate([[AT_START / FULL * 100], self.told[:-1]])[: len(self.told)]
        return self.told - np.where(np.diff(self.told_lives, prepend=-1) != 0, AT_START / FULL * 100, before)

    @property
    def speed(self) -> np.ndarray:
        """(n,) magnitude of the velocity, uu/s."""
        return np.linalg.norm(self.states[:, 3:], axis=1)

    def at_every_frame(self, count: int) -> np.ndarray:
        """(count,) index of the last state of the car that is there in each frame; -1: there is none."""
        known = np.full(count, -1)
        known[self.frames] = np.arange(len(self.frames))
        known = np.maximum.accumulate(known)
        born = np.zeros(count, np.int64)
        born[self.starts] = self.starts
        born = np.maximum.accumulate(born)
        ok = known >= 0
        ok[ok] &= self.frames[known[ok]] >= born[ok]
        return np.where(ok, known, -1)


def clock_of(times: np.ndarray) -> np.ndarray:
    """(n,) seconds of play at each frame, from the frames' times."""
    gaps = np.diff(times, prepend=times[:1])
    return np.cumsum(np.where((gaps > 0) & (gaps <= LONGEST_GAP_S), gaps, 0.0))


def ball_at_every_frame(course: Course) -> tuple[np.ndarray, np.ndarray]:
    """The ball's last state in each frame.

    Returns:
        (frames, 6) place, uu, and velocity, uu/s, NaN before its first; (frames,) bool, it was told in that frame.
    """
    count = len(course.times)
    table = course.tables["ball"]
    states, told = np.full((count, 6), np.nan), np.zeros(count, bool)
    frames = table[:, 0].astype(np.int64)
    states[frames] = np.nan_to_num(table[:, 1:7])
    told[frames] = True
    last = np.maximum.accumulate(np.where(told, np.arange(count), -1))
    states[last >= 0] = states[last[last >= 0]]
    return states, told


def motion_of(course: Course, player: int, clock: np.ndarray) -> Motion:
    """How one player's cars moved.

    Args:
        course: The game.
        player: Index into its players.
        clock: `clock_of` its times.
    """

    def mine(table: str, column: str = "player") -> np.ndarray:
        return course.tables[table][course.column(table, column) == player]

    cars = mine("cars")
    # Two states in one frame are one: the later.
    cars = cars[np.flatnonzero(np.diff(cars[:, 0], append=np.inf) > 0)]
    frames = cars[:, 0].astype(np.int64)
    starts = np.unique(np.concatenate([mine("spawns")[:, 0], mine("demolitions", "victim")[:, 0] + 1])).astype(np.int64)
    starts = starts[starts < len(clock)]
    lives = np.searchsorted(starts, frames, side="right")
    weights = np.zeros(len(frames))
    weights[1:] = np.where(np.diff(lives) == 0, np.diff(clock[frames]), 0.0)
    tank, boosting = _tank(course, player, clock, starts)
    boost = mine("boost")
    # What a keyframe tells again is no news.
    at_life = np.searchsorted(starts, boost[:, 0], side="right")
    boost = boost[(np.diff(boost[:, 2], prepend=-1) != 0) | (np.diff(at_life, prepend=-1) != 0)]
    return Motion(
        frames=frames,
        weights=weights,
        states=np.nan_to_num(cars[:, 2:8]),
        turns=cars[:, 8:12],
        tank=tank / FULL * 100,
        boosting=boosting,
        lives=lives,
        starts=starts,
        told_frames=boost[:, 0].astype(np.int64),
        told=boost[:, 2] / FULL * 100,
    )


def _tank(course: Course, player: int, clock: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boost in the tank at every frame: as told, and between as it burns."""
    count = len(clock)
    told, active = np.full(count, np.nan), np.full(count, np.nan)
    boost, on = course.tables["boost"], course.tables["active"]
    boost = boost[boost[:, 1] == player]
    on = on[(on[:, 1] == player) & (on[:, 2] == COMPONENTS.index("Boost"))]
    told[boost[:, 0].astype(np.int64)] = boost[:, 2]
    active[on[:, 0].astype(np.int64)] = on[:, 3]
    born = np.zeros(count, bool)
    born[starts] = True
    steps = np.diff(clock, prepend=clock[:1])
    tank, burning = np.full(count, np.nan), np.zeros(count, bool)
    now, burns = np.nan, False
    for frame in range(count):
        if born[frame]:
            now, burns = AT_START, False
        if burns:
            now = max(0.0, now - BURN * steps[frame])
        if told[frame] == told[frame]:
            now = told[frame]
        if active[frame] == active[frame]:
            burns = bool(active[frame])
        tank[frame], burning[frame] = now, burns and now > 0
    return tank, burning
