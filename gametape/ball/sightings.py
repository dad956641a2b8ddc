"""Reading a `BALL_TRAJECTORY`: when and where the ball was seen.

Belongs here: what everybody who reads places off a trajectory must mind. Does not belong here: what follows from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Sightings:
    """The different pictures in which the ball was detected: their `rows` (n,) in the trajectory, the `times` (n,) s
    they were taken, ascending, and the ball's `places` (n, 2) px."""

    rows: np.ndarray
    times: np.ndarray
    places: np.ndarray


def taken(trajectory: pa.Table) -> np.ndarray:
    """When the picture that each frame shows was taken, (n,) s; where it was not looked at, when it is shown."""
    shown, taken_s = (_column(trajectory, name) for name in ("time_s", "taken_s"))
    return np.where(np.isfinite(taken_s), taken_s, shown)


def sightings(trajectory: pa.Table) -> Sightings:
    """Where the ball was detected. A picture that the film shows twice is one sighting, not a ball that stands still;
    what the tracker filled in is its own opinion and none."""
    times, places = taken(trajectory), np.column_stack([_column(trajectory, axis) for axis in "xy"])
    detected = np.array([state == "detected" for state in trajectory["state"].to_pylist()], bool)
    rows = np.flatnonzero(detected & np.isfinite(places).all(axis=1))
    rows = rows[np.diff(times[rows], prepend=-np.inf) > 0]
    return Sightings(rows, times[rows], places[rows])


def _column(table: pa.Table, name: str) -> np.ndarray:
    return table[name].cast("float64").to_numpy(zero_copy_only=False)
