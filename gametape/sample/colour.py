"""Blending of values and colours."""

import numpy as np


def smooth_step(value: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth in between.

    >>> smooth_step(np.array([0.0, 1.5, 9.0]), 1.0, 2.0).tolist()
    [0.0, 0.5, 1.0]
    """
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Blend two colours (…, 3); `share` (…) is the part of the second."""
    return first * (1 - share[..., None]) + second * share[..., None]
