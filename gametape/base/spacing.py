"""Moments in seconds: which is nearest, which are far enough apart.

Belongs here: searches among moments in less than quadratic time. Does not belong here: what happens at them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import inf


def nearest(moments: Sequence[float], to: float) -> float:
    """Seconds from `to` to the nearest of ascending `moments`; infinite where there is none.

    Example:
        >>> nearest([1.0, 2.0, 4.0], 2.5)
        0.5
    """
    at = bisect_left(moments, to)
    return min((abs(one - to) for one in moments[max(0, at - 1) : at + 1]), default=inf)


def spaced(moments: Iterable[float], apart_s: float) -> list[int]:
    """Choose moments that are at least `apart_s` seconds apart, the first ones first.

    Args:
        moments: Seconds, the best ones first.
        apart_s: Least time between two that are kept.

    Returns:
        Indices of the moments that are kept.

    Example:
        >>> spaced([3.0, 3.1, 1.0], 0.5)
        [0, 2]
    """
    ascending: list[float] = []
    kept = []
    for number, moment in enumerate(moments):
        if nearest(ascending, moment) >= apart_s:
            ascending.insert(bisect_left(ascending, moment), moment)
            kept.append(number)
    return kept
