"""Trajectories and events that keep their contracts."""

import numpy as np
import pyarrow as pa

from gametape.tables.ball import BALL_EVENTS, BALL_TRAJECTORY


def trajectory(times, places, flight=None, taken=None) -> pa.Table:
    """A BALL_TRAJECTORY: `places` (n, 2) px, NaN where the ball is absent; `flight` (n,), one number where not given;
    `taken` (n,) s, when the pictures were taken, if not when they are shown.
    """
    times, places = np.asarray(times, float), np.asarray(places, float)
    n, absent = len(times), ~np.isfinite(places).all(axis=1)
    blank = {name: pa.nulls(n) for name in ("confidence", "x1", "y1", "x2", "y2", "vx", "vy", "speed")}
    return BALL_TRAJECTORY.cast(
        pa.table(
            blank
            | {
                "frame": np.arange(n, dtype=np.int32),
                "time_s": times,
                "taken_s": times if taken is None else np.asarray(taken, float),
                "state": np.where(absent, "absent", "detected").tolist(),
                "x": pa.array(places[:, 0], mask=absent),
                "y": pa.array(places[:, 1], mask=absent),
                "flight": pa.array(np.zeros(n, int) if flight is None else flight, mask=absent),
                "tracker": ["made up 1"] * n,
            }
        )
    )


def events(*told: tuple[str, float], confidence: float = 0.9) -> pa.Table:
    """A BALL_EVENTS of (kind, seconds), at 50 frames a second."""
    rows = [
        {"frame": round(at * 50), "time_s": at, "kind": kind, "x": 0.0, "y": 0.0, "confidence": confidence}
        for kind, at in told
    ]
    return BALL_EVENTS.from_rows(rows)
