"""Bodies that stand on their head for a moment, because the estimator took them so.

Belongs here: which samples these are. Does not belong here: left and right (sides.py), single joints (smooth.py).
"""

from __future__ import annotations

import numpy as np

from gametape.tables.pose import KEYPOINTS

#: Degrees a second; a trunk that turns faster was mistaken. Divers and gymnasts turn three times a second at most.
#: Half a turn between two samples is faster only from 8.4 samples a second on: of poses thinned further none is found.
MOST_TURN = 1500.0
#: Share of the trunk's usual length in the picture from which its direction is told: a bow to the camera has none.
LONG = 0.5

_TRUNK = [KEYPOINTS.index(f"{side}_{part}") for part in ("shoulder", "hip") for side in ("left", "right")]


def turned_over(times: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Find the samples in which somebody is head down, and was upright or is so again sooner than anybody turns.

    A run of them counts only where the upright one beside it is longer: on the hands stands who does so for long.

    Args:
        times: (n,) seconds.
        joints: (n, joints, 3) x, y and confidence; NaN where unknown.

    Returns:
        (n,) bool.
    """
    over = np.zeros(len(times), bool)
    left, right, one, other = np.moveaxis(joints[:, _TRUNK, :2], 1, 0)
    trunk = (left + right - one - other) / 2
    length = np.hypot(*trunk.T)
    known = np.isfinite(length)
    if not known.any():
        return over
    at = np.flatnonzero(known & (np.nan_to_num(length) >= LONG * np.median(length[known])))
    lean = np.degrees(np.arctan2(trunk[at, 0], -trunk[at, 1]))
    runs = np.split(np.arange(len(at)), np.flatnonzero(np.diff(np.abs(lean) > 90)) + 1)
    for place, run in enumerate(runs):
        if not len(run) or abs(lean[run[0]]) <= 90:
            continue
        for beside, here, there in ((place - 1, run[0], run[0] - 1), (place + 1, run[-1], run[-1] + 1)):
            if not 0 <= beside < len(runs):
                continue
            turn = abs((lean[here] - lean[there] + 180) % 360 - 180) / abs(times[at[here]] - times[at[there]])
            if turn > MOST_TURN and _lasts(times, at, runs[beside]) > _lasts(times, at, run):
                over[at[run[0]] : at[run[-1]] + 1] = True
    return over


def _lasts(times: np.ndarray, at: np.ndarray, run: np.ndarray) -> float:
    return float(times[at[run[-1]]] - times[at[run[0]]])
