"""When and where a `BALL_TRAJECTORY` saw the ball.

Belongs here: what every reader of a trajectory's places must take into account. Does not belong here: what follows from
the places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

IN_FLIGHT = 1.0
"""Speed that a ball in flight reaches, body heights/s: one that is let go falls as fast within 0.2 s."""


@dataclass(frozen=True, eq=False)
class Sightings:
    """The n distinct pictures in which the ball was detected.

    Attributes:
        rows: (n,) rows of the trajectory.
        times: (n,) seconds at which the pictures were taken, ascending.
        places: (n, 2) px, the ball's centre.
    """

    rows: np.ndarray
    times: np.ndarray
    places: np.ndarray


def taken(trajectory: pa.Table) -> np.ndarray:
    """(n,) seconds at which the picture of each frame was taken; where it was not looked at, at which it is shown."""
    shown, taken_s = (_column(trajectory, name) for name in ("time_s", "taken_s"))
    return np.where(np.isfinite(taken_s), taken_s, shown)


def sightings(trajectory: pa.Table) -> Sightings:
    """Where the ball was detected.

    A picture that the film shows twice counts once: it is no ball that stands still. Interpolated places do not count.
    """
    times, places = taken(trajectory), np.column_stack([_column(trajectory, axis) for axis in "xy"])
    detected = np.array([state == "detected" for state in trajectory["state"].to_pylist()], bool)
    rows = np.flatnonzero(detected & np.isfinite(places).all(axis=1))
    rows = rows[np.diff(times[rows], prepend=-np.inf) > 0]
    return Sightings(rows, times[rows], places[rows])


def _column(table: pa.Table, name: str) -> np.ndarray:
    return table[name].cast("float64").to_numpy(zero_copy_only=False)
