"""Goals as the ball tells them: it crosses a goal line, and is gone.

Belongs here: the crossing. Does not belong here: who scored (the header says that).

It is a check of what the header says, and where the ball's speed at a goal comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.replay.course import Course

if TYPE_CHECKING:
    import pyarrow as pa

LINE_UU = 5120.0
"""The goal line's distance from the middle."""
POST_UU, BAR_UU = 893.0, 643.0
"""Half the goal's width and its height."""
MARGIN_UU = 120.0
"""Slack for the ball's size and for its place being told up to two frames before the goal."""
AHEAD_S = 0.1
"""How far ahead its way is continued: that long its last state may be old."""
NEAR_LINE_UU = 4680.0
"""Nearer to the middle no ball reaches a goal within that time, at 6000 uu/s at most."""
MIDDLE_UU = 50.0
"""Within this distance of the middle the ball waits for a kickoff."""


@dataclass(frozen=True)
class Crossing:
    """The ball in a goal.

    Attributes:
        frame: Frame in which it is first told to be there.
        team: Team that it counts for.
        speed: Its speed there, uu/s.
    """

    frame: int
    team: int
    speed: float


def goals_of_ball(course: Course) -> list[Crossing]:
    """The goals that the ball's way shows, in the order of time."""
    ball = course.tables["ball"]
    return crossings(ball[:, 0].astype(np.int64), ball[:, 1:4], np.nan_to_num(ball[:, 4:7]))


def goals_in_table(ball: pa.Table) -> list[float]:
    """Times of the goals that `replay_ball_trajectory` alone shows, s."""
    rows = {name: ball[name].to_numpy() for name in ("state", "time_s", "x", "y", "z", "vx", "vy", "vz")}
    told = np.flatnonzero(rows["state"] == "detected")
    places, speeds = (np.stack([rows[name][told] for name in names], 1) for names in ("xyz", ("vx", "vy", "vz")))
    return [float(rows["time_s"][one.frame]) for one in crossings(told, places, speeds)]


def crossings(frames: np.ndarray, places: np.ndarray, speeds: np.ndarray) -> list[Crossing]:
    """Each time that the ball was in a goal and did not come back out of it: next it lay in the middle, or it was over.

    Args:
        frames: (n,) frames in which the ball's state is told.
        places: (n, 3) its place, uu.
        speeds: (n, 3) its velocity, uu/s.
    """
    ahead = places + speeds * AHEAD_S
    inside = (abs(ahead[:, 1]) > LINE_UU + MARGIN_UU / 2) & (abs(ahead[:, 0]) < POST_UU + MARGIN_UU)
    inside &= (ahead[:, 2] < BAR_UU + MARGIN_UU) & (abs(places[:, 1]) > NEAR_LINE_UU)
    edges = np.flatnonzero(np.diff(inside.astype(int), prepend=0, append=0))
    found = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end == len(places) or np.linalg.norm(places[end, :2]) < MIDDLE_UU:
            speed = float(np.linalg.norm(speeds[start]))
            found.append(Crossing(int(frames[start]), int(places[start, 1] < 0), speed))
    return found
