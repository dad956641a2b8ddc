"""Small tools on quantities over time: parts of them, their peaks, their spread.

Belongs here: arithmetic on ascending times and values. Does not belong here: what the values mean.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gametape.movement.motion import GRID_HZ
from gametape.sports.rules import Span

EVER: Span = (-np.inf, np.inf)
"""All of the film."""


def part(times: np.ndarray, span: Span) -> slice:
    """The part of ascending times (n,) in a span, its ends included.

    Examples:
        >>> part(np.array([0.0, 1.0, 2.0, 3.0]), (1.0, 2.5))
        slice(1, 3, None)
    """
    return slice(int(np.searchsorted(times, span[0])), int(np.searchsorted(times, span[1], side="right")))


def inside(times: np.ndarray, spans: Iterable[Span]) -> np.ndarray:
    """(n,) bool: which of ascending times (n,) lie in any of the spans."""
    found = np.zeros(len(times), bool)
    for span in spans:
        found[part(times, span)] = True
    return found


def peak_time(times: np.ndarray, values: np.ndarray, top: int) -> float:
    """Second of the peak at index `top`, between the samples by the parabola through three of them."""
    if not 0 < top < len(values) - 1:
        return float(times[top])
    before, at, after = values[top - 1 : top + 2]
    bend = before - 2 * at + after
    shift = 0.5 * (before - after) / bend if np.isfinite(bend) and bend < 0 else 0.0
    return float(times[top] + np.clip(shift, -1, 1) / GRID_HZ)


def highest(values: np.ndarray) -> float | None:
    """The greatest known value; None where none is known."""
    return float(np.nanmax(values)) if np.isfinite(values).any() else None


def without_edges(values: np.ndarray, seconds: float) -> np.ndarray:
    """`values` on the grid, NaN within so many seconds of where they are unknown or end."""
    if not len(values):
        return values
    reach = round(seconds * GRID_HZ)
    known = np.pad(np.isfinite(values), reach).astype(int)
    whole = np.convolve(known, np.ones(2 * reach + 1, int), mode="valid") == 2 * reach + 1
    return np.where(whole, values, np.nan)


def central_range(values: np.ndarray) -> float:
    """From the 5th to the 95th percentile."""
    low, high = np.quantile(values, (0.05, 0.95))
    return float(high - low)


def root_mean_square(values: np.ndarray) -> float:
    """The root of the mean of the squares."""
    return float(np.sqrt(np.mean(values**2)))
