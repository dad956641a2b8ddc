"""How a car is turned: from the record's quaternions, or the angles of old replays, to angles and axes.

Belongs here: the spellings of a turn. Does not belong here: where the car is (`gametape.replay.motion`).
"""

from __future__ import annotations

import numpy as np


def angles(turns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Yaw, pitch and roll, radians, of (n, 4) turns: quaternions, or pitch, yaw, roll in half turns where w is NaN."""
    x, y, z, w = turns.T.astype(np.float64) if len(turns) else np.zeros((4, 0))
    told = np.isnan(w)
    with np.errstate(invalid="ignore"):
        yaw = np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
        # Unreal's z is up and its y to the right: nose up is a negative turn about y.
        pitch = -np.arcsin(np.clip(2 * (w * y - z * x), -1, 1))
        roll = np.arctan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
    return (
        np.where(told, _half_turns(y), yaw),
        np.where(told, _half_turns(x), pitch),
        np.where(told, _half_turns(z), roll),
    )


def axes(turns: np.ndarray) -> np.ndarray:
    """(n, 3, 3) of (n, 4) turns: the columns are the car's forward, right and up in the arena's axes."""
    yaw, pitch, roll = angles(turns)
    cy, sy, cp, sp, cr, sr = (part for one in (yaw, -pitch, roll) for part in (np.cos(one), np.sin(one)))
    rows = [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


def _half_turns(value: np.ndarray) -> np.ndarray:
    """Radians in [-pi, pi) of an old replay's angle in half turns, counted from behind: level cars have 1 or -1."""
    return (value % 2 - 1) * np.pi
