"""Where a player stands among others.

Belongs here: his place in his own games and among all players of the imported games, and what few games leave of a
difference. Does not belong here: whether it matters for winning (outcome.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.statistics import Z_95

if TYPE_CHECKING:
    import pandas as pd

LEAST_POOL = 20
"""Other players of whom a place among them can be told."""


@dataclass(frozen=True)
class Place:
    """A player's place among others: 0..100, the share of them who had less; half of those who had as much.

    low, high: 95 %. n: of his games. others: different people compared with. p: how likely a place this far from the
    middle is of somebody who plays like the others; two-sided.
    """

    percentile: float
    low: float
    high: float
    n: int
    others: int
    p: float


@dataclass(frozen=True)
class Difference:
    """Mean of his values less the others' of the same game, in the stat's unit, with 95 %.

    shrunk: what is likely to be left of it in many games: the fewer games and the more alike the players, the nearer to
    0. None where it is not known how much players differ.
    """

    value: float
    error: float
    shrunk: float | None
    shrunk_low: float | None
    shrunk_high: float | None


def place_in_lobby(rows: pd.DataFrame, stat: str) -> Place | None:
    """His place among those whom he played with and against, game by game; None: fewer than two games with a value.

    The same game for all: neither its playlist nor its rank, its length or its course is in the difference. Its error
    is that of games as they scatter, and never less than of players who are all alike, whose places are drawn by lot.
    """
    value, game, me = rows[stat].to_numpy(float), rows["order"].to_numpy(int), rows["me"].to_numpy(bool)
    mine = np.full(game.max(initial=-1) + 1, np.nan)
    mine[game[me]] = value[me]
    other = ~me & np.isfinite(value) & np.isfinite(mine[game])
    count = np.bincount(game[other], minlength=len(mine))
    less = (value < mine[game]) + (value == mine[game]) / 2
    shares = np.bincount(game[other], less[other], len(mine))[count > 0] / count[count > 0]
    n = len(shares)
    if n < 2:
        return None
    lot = float(((count[count > 0] + 2) / (12 * count[count > 0])).mean())
    error = max(lot, float(shares.var(ddof=1))) ** 0.5 / n**0.5
    return _place(float(shares.mean()), error, n, len(set(rows["person"].to_numpy()[other])))


def place_in_pool(rows: pd.DataFrame, stat: str) -> Place | None:
    """His place among all others of these games, each weighing the same; None: fewer than LEAST_POOL of them.

    The error is of his games and of the others alike (DeLong).
    """
    known = rows[rows[stat].notna()]
    value, me = known[stat].to_numpy(float), known["me"].to_numpy(bool)
    names, who = np.unique(known["person"].to_numpy(str)[~me], return_inverse=True)
    mine, others = value[me], value[~me]
    if len(mine) < 2 or len(names) < LEAST_POOL:
        return None
    less = (others < mine[:, None]) + (others == mine[:, None]) / 2
    above = np.array([np.bincount(who, one) for one in less]) / np.bincount(who)  # each other person weighs the same
    place = float(above.mean())
    games, people = above.mean(axis=1).var(ddof=1) / len(mine), above.mean(axis=0).var(ddof=1) / len(others)
    error = float(games + people) ** 0.5
    return _place(place, error, len(mine), len(names))


def difference(rows: pd.DataFrame, stat: str) -> Difference | None:
    """How far he is from the others of the same game; None: fewer than two games with a value."""
    mine = from_others(rows, stat)[rows["me"].to_numpy(bool)]
    mine = mine[np.isfinite(mine)]
    n = len(mine)
    if n < 2:
        return None
    value, error = float(mine.mean()), float(mine.std(ddof=1)) / n**0.5
    parts = _parts(rows, stat)
    if parts is None:
        return Difference(value, error, None, None, None)
    between, within = parts
    kept = between / (between + within / n) if between else 0.0
    margin = Z_95 * (kept * within / n) ** 0.5  # the posterior's deviation
    return Difference(value, error, kept * value, kept * value - margin, kept * value + margin)


def from_others(rows: pd.DataFrame, stat: str) -> np.ndarray:
    """Each player's value less the mean of the others of the game, (n,); NaN without others."""
    value, game = rows[stat].to_numpy(float), rows["order"].to_numpy(int)
    known = np.isfinite(value)
    count = np.bincount(game[known], minlength=game.max(initial=-1) + 1)[game]
    total = np.bincount(game[known], value[known], game.max(initial=-1) + 1)[game]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 1, value - (total - value) / (count - 1), np.nan)


def _parts(rows: pd.DataFrame, stat: str) -> tuple[float, float] | None:
    """Variance between players and within one, by analysis of variance with groups of different size.

    None: nobody but a few was seen more than once.
    """
    x = from_others(rows, stat)
    known = np.isfinite(x)
    who, x = np.unique(rows["person"].to_numpy(str)[known], return_inverse=True)[1], x[known]
    size = np.bincount(who).astype(float)
    mean = np.bincount(who, x) / size
    people, n = len(size), float(len(x))
    if people < 5 or n - people < 5:
        return None
    within = float(((x - mean[who]) ** 2).sum() / (n - people))
    spread = float((size * (mean - x.mean()) ** 2).sum() / (people - 1))
    usual = (n - float((size**2).sum()) / n) / (people - 1)
    return max(0.0, (spread - within) / usual), within


def _place(place: float, error: float, n: int, others: int) -> Place:
    from scipy.stats import t as student

    margin = float(student.ppf(0.975, n - 1)) * error
    p = 2 * float(student.sf(abs(place - 0.5) / error, n - 1)) if error else float(place == 0.5)
    return Place(100 * place, 100 * max(0.0, place - margin), 100 * min(1.0, place + margin), n, others, p)
