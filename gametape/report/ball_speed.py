"""The ball's speed frame by frame, in a unit that a reader knows: km/h where the film is calibrated.

Belongs here: putting the flights' speeds on frames. Does not belong here: measuring them (gametape.play), drawing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from gametape.report.columns import column
from gametape.report.words import KMH

if TYPE_CHECKING:
    import pyarrow as pa

KM_H, PICTURE = "km/h", "px/s"


def shown_speed(ball: pa.Table, flights: pa.Table) -> tuple[pa.Table, str]:
    """BALL_TRAJECTORY with its `speed` as it is shown, and the unit of that.

    In km/h where any flight's speed is known in metres: then a frame has a speed where its flight has, along the
    flight's curve in space or, over the ground alone, the flight's mean. Else in px/s of the picture.
    """
    import pyarrow as pa

    known = [row for row in flights.to_pylist() if row["speed_mean_mps"] is not None]
    if not known:
        return ball, PICTURE
    times, speed = column(ball, "time_s"), np.full(ball.num_rows, np.nan)
    seen = np.array([state != "absent" for state in ball["state"].to_pylist()], bool)
    for row in known:
        during = seen & (times >= row["start_s"]) & (times <= row["end_s"])
        speed[during] = KMH * _along(row, times[during])
    at = ball.schema.get_field_index("speed")
    return ball.set_column(at, ball.schema.field(at), pa.array(speed, mask=np.isnan(speed)).cast(pa.float32())), KM_H


def _along(flight: dict, times: np.ndarray) -> np.ndarray:
    """m/s at `times` (n,) of a row of BALL_FLIGHTS."""
    path = np.array(json.loads(flight["path"]) if flight["path"] else [])
    if len(path) < 2:
        return np.full(len(times), flight["speed_mean_mps"])
    seconds, places = path[:, 0], path[:, 1:]
    speed = np.linalg.norm(np.diff(places, axis=0), axis=1) / np.diff(seconds)
    return np.interp(times, (seconds[1:] + seconds[:-1]) / 2, speed)
