"""How fast the lines between the hips and between the shoulders turn, and when they turn fastest.

Belongs here: turns of a line in the picture. Does not belong here: what a turn tells of a stroke.
"""

from __future__ import annotations

import numpy as np

from gametape.base.reason import Reason
from gametape.movement.curves import part, peak_time
from gametape.movement.motion import GRID_HZ, Motion, derivative
from gametape.sports.rules import Span

TWO_PEAKS_S = 0.06
"""Seconds between two peaks from which they are two moments."""
TWO_PEAKS_SHARE = 0.8
"""Height of the lower peak, of the higher one's, from which either may be the moment."""
TWO_PEAKS_DIP = 0.1
"""Depth of the dip between two peaks, of the higher one's height, from which they are two."""
SHOULDER_BREADTH = 0.259
"""Breadth of the shoulders over the standing height (Drillis & Contini 1966, in Winter)."""
LEAST_BREADTH = 0.25
"""Part of that breadth that must be seen for a turn to be timed: end on, one shoulder hides the other."""
SEEN_BREADTH_QUANTILE = 0.1
"""The least breadth is that of all but this share of the time."""
SEEN_THROUGHOUT = 0.8
"""Share of a span in which a turn must be known."""


def turn_speed(motion: Motion, line: str) -> np.ndarray:
    """(m,) degrees a second at which the line between the hips (`hip`) or shoulders (`shoulder`) turns.

    The speed of one end about the other over the line's own length (its 95th percentile): for a turn in the picture
    plane the exact angular speed, for a turn about the spine its part that the camera sees. Unlike the difference of
    the line's angle it needs no unwrapping and is not all noise where the line is end on.
    """
    left, right = motion.position(f"left_{line}"), motion.position(f"right_{line}")
    vector = (left - right) / motion.height[:, None]
    length = np.hypot(*vector.T)
    if not np.isfinite(length).any():
        return length
    return np.degrees(np.hypot(*derivative(vector).T) / np.nanquantile(length, 0.95))


def seen_end_on(motion: Motion, span: Span) -> Reason | None:
    """Why turns about the spine cannot be timed in a span: the camera looks along the shoulders there."""
    inside = part(motion.grid, span)
    across = (motion.position("left_shoulder") - motion.position("right_shoulder"))[inside]
    seen = np.hypot(*across.T) / motion.height[inside]
    if not np.isfinite(seen).any():
        return None
    least, needed = np.nanquantile(seen, SEEN_BREADTH_QUANTILE), LEAST_BREADTH * SHOULDER_BREADTH
    return None if least >= needed else Reason("shoulders_seen_end_on", seen=least, needed=needed)


def fastest_turn(motion: Motion, turn: np.ndarray, span: Span, min_deg_s: float) -> tuple[float | None, Reason | None]:
    """Second of the fastest turn in a span, or why there is none; `turn` (m,) degrees a second."""
    from scipy.signal import find_peaks

    where = part(motion.grid, span)
    inside = turn[where]
    if not len(inside) or np.isfinite(inside).mean() < SEEN_THROUGHOUT:
        return None, Reason("turn_not_seen")
    top = int(np.nanargmax(inside))
    fastest = inside[top]
    if fastest < min_deg_s:
        return None, Reason("turn_too_slow", speed=fastest, needed=min_deg_s)
    if top in (0, len(inside) - 1):
        return None, Reason("turn_fastest_outside")
    rivals, _ = find_peaks(np.nan_to_num(inside), height=TWO_PEAKS_SHARE * fastest, prominence=TWO_PEAKS_DIP * fastest)
    if (np.abs(rivals - top) > TWO_PEAKS_S * GRID_HZ).any():
        return None, Reason("turn_fast_twice")
    return peak_time(motion.grid, turn, where.start + top), None
