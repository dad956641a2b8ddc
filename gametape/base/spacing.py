"""Moments in seconds: which is nearest, which are far enough apart.

Belongs here: what many chapters ask of moments, at the cost of their number and not of its square. Does not belong
here: what happens at them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import inf


def nearest(moments: Sequence[float], to: float) -> float:
    """Seconds from `to` to the nearest of ascending `moments`; infinite where there is none."""
    at = bisect_left(moments, to)
    return min((abs(one - to) for one in moments[max(0, at - 1) : at + 1]), default=inf)


def spaced(moments: Iterable[float], apart_s: float) -> list[int]:
    """Which of `moments` are kept, the best of which come first: those no nearer than `apart_s` to one kept before."""
    ascending: list[float] = []
    kept = []
    for number, moment in enumerate(moments):
        if nearest(ascending, moment) >= apart_s:
            ascending.insert(bisect_left(ascending, moment), moment)
            kept.append(number)
    return kept
