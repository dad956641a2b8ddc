"""How a stat changes from game to game.

Belongs here: the slope over the games of a kind with its error. Does not belong here: which change is good (judge.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.base.statistics import line

LEAST_GAMES = 10
"""Games with a value from which on a trend is told."""


@dataclass(frozen=True)
class Slope:
    """Change in ten games, in the stat's unit, its standard error, and how likely a slope as steep is by chance."""

    per_ten: float
    error: float
    p: float
    n: int


def slope_of(values: np.ndarray) -> Slope | None:
    """The slope of a stat over a player's games in their order, (n,), NaN where it is not known.

    Least squares. Where neighbouring games are alike beyond the line, the games count as fewer than they are. None:
    fewer than LEAST_GAMES values.
    """
    from scipy.stats import t as student

    known = np.flatnonzero(np.isfinite(values))
    n = len(known)
    if n < LEAST_GAMES:
        return None
    y = values[known]
    slope, error = line(list(zip(known.tolist(), y.tolist(), strict=True)))
    rest = y - slope * known
    rest = rest - rest.mean()
    power = float(rest @ rest)
    alike = min(0.8, max(0.0, float(rest[1:] @ rest[:-1]) / power)) if power else 0.0
    fewer = (1 - alike) / (1 + alike)
    error /= fewer**0.5
    p = 2 * float(student.sf(abs(slope) / error, max(3.0, n * fewer - 2))) if error else float(slope == 0)
    return Slope(10 * slope, 10 * error, p, n)
