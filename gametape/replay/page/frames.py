"""The frames that the page plays, thinned and packed small.

Belongs here: choosing frames, quantising, the packed form and reading it back. Does not belong here: drawing them
(script/field.js); the reader in the browser is script/unpack.js.

A frame is kept as it was recorded, at its own time: nothing is resampled. Places are whole uu, speeds whole uu/s.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

STEP_S = 0.1
"""A frame is kept so often."""
GAP_S = 0.5
"""Frames further apart are not joined, as they do not count for the game's clock."""
MISSING, NO_BOOST = np.iinfo("<i2").min, 255


def column(table: pa.Table, name: str) -> np.ndarray:
    """A column's numbers as float64, NaN where null."""
    return np.asarray(table[name].cast("float64").to_numpy(zero_copy_only=False), float)


def kept(times: np.ndarray, step_s: float = STEP_S) -> np.ndarray:
    """Which frames are kept: the first in each step of time, and the last of all.

    Args:
        times: (n,) s, ascending.
        step_s: length of a step, s.

    Returns:
        Places in `times`, ascending.

    >>> kept(np.arange(0, 0.31, 0.03))
    array([ 0,  4,  7, 10])
    """
    if not len(times):
        return np.zeros(0, int)
    steps = np.floor((times - times[0]) / step_s + 1e-6).astype(int)
    first = np.flatnonzero(np.diff(steps, prepend=-1))
    return np.unique(np.append(first, len(times) - 1))


def packed_frames(ball: pa.Table, frames: pa.Table, players: int) -> dict[str, Any] | None:
    """The page's `frames`: count, data, gap; None where there are none.

    Args:
        ball: replay_ball_trajectory.
        frames: replay_player_frames.
        players: how many there are, numbered from 0.
    """
    if not ball.num_rows:
        return None
    times, number = column(ball, "time_s"), column(ball, "frame").astype(int)
    order = np.argsort(number, kind="stable")
    times, number = times[order], number[order]
    at = kept(times)
    parts = [_smooth(np.round(times[at] * 1000).astype("<i4"))]
    parts += [_smooth(_whole(column(ball, name)[order][at])) for name in ("x", "y", "z", "speed")]
    which, who = column(frames, "frame").astype(int), column(frames, "player").astype(int)
    place = np.searchsorted(number[at], which)
    chosen = (place < len(at)) & (number[at][np.minimum(place, len(at) - 1)] == which)
    for player in range(players):
        rows = np.flatnonzero(chosen & (who == player))

        def whole(name: str, rows: np.ndarray = rows) -> np.ndarray:
            values = np.full(len(at), np.nan)
            values[place[rows]] = column(frames, name)[rows]
            return values

        parts += [_smooth(_whole(whole(name))) for name in ("x_uu", "y_uu", "z_uu", "speed_uu_s")]
        heading = np.where(np.isfinite(yaw := whole("yaw_rad")), yaw, _course(whole("vx_uu_s"), whole("vy_uu_s")))
        parts.append(_smooth((np.round(np.nan_to_num(heading) / (2 * np.pi) * 256) % 256).astype("u1")))
        boost = whole("boost")
        known = np.clip(np.round(np.nan_to_num(boost)), 0, 100)
        parts.append(_smooth(np.where(np.isfinite(boost), known, NO_BOOST).astype("u1")))
    data = base64.b64encode(zlib.compress(b"".join(parts), 9)).decode()
    return {"count": len(at), "data": data, "gap": GAP_S}


def read_frames(packed: dict[str, Any], players: int) -> dict[str, np.ndarray]:
    """What the page's script sees; NaN where there is no value.

    Returns:
        time_s (n,), ball (4, n) x, y, z in uu and speed in uu/s, cars (players, 6, n): the same, heading in radians,
        boost 0..100.
    """
    raw, n, at = zlib.decompress(base64.b64decode(packed["data"])), packed["count"], 0

    def take(kind: str) -> np.ndarray:
        nonlocal at
        size = np.dtype(kind).itemsize
        block = np.frombuffer(raw, "u1", size * n, at).reshape(size, n).T
        at += size * n
        return np.cumsum(np.ascontiguousarray(block).view(kind)[:, 0], dtype=kind)

    def place() -> list[np.ndarray]:
        rows = [take("<i2") for _ in range(4)]
        return [np.where(row == MISSING, np.nan, row) for row in rows]

    times, ball, cars = take("<i4") / 1000, np.array(place()), []
    for _ in range(players):
        rows = place()
        yaw, boost = take("u1") / 256 * 2 * np.pi, take("u1")
        cars.append([*rows, yaw, np.where(boost == NO_BOOST, np.nan, boost)])
    return {"time_s": times, "ball": ball, "cars": np.array(cars).reshape(players, 6, n)}


def _course(vx: np.ndarray, vy: np.ndarray) -> np.ndarray:
    """Where a car goes, for one whose heading is not told, rad."""
    return np.arctan2(vy, vx)


def _whole(values: np.ndarray) -> np.ndarray:
    held = np.clip(np.round(np.nan_to_num(values)), MISSING + 1, -(MISSING + 1))
    return np.where(np.isfinite(values), held, MISSING).astype("<i2")


def _smooth(values: np.ndarray) -> bytes:
    """Differences from value to value, all low bytes before all high ones: far smaller when deflated."""
    differences = np.diff(values, prepend=np.zeros(1, values.dtype))  # wraps, and wraps back in the reader
    return differences.view("u1").reshape(-1, values.itemsize).T.tobytes()
