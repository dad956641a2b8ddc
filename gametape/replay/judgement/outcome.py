"""What parts a player's wins from his losses.

Belongs here: effect sizes, and the one test of whether any of several stats goes with winning. Does not belong here:
which stats are asked about, what is said of them (judge.py).

The test deals the results out among the games anew, thousands of times, and looks how often any of the stats it is
asked about goes with them as well as with the true ones (Westfall and Young's step-down maximum). So asking about many
stats finds none the sooner, and stats that say the same count once. Results change places only among games with the
same regular team-mates, and what changes evenly from the first game to the last is taken out: neither a strong friend
on some evenings nor getting better makes a stat go with winning. What goes with winning need not make one win.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gametape.base.statistics import Z_95
from gametape.replay.judgement.level import from_others

if TYPE_CHECKING:
    import pandas as pd

By = Literal["own", "team"]

DEALS = 4999
REGULAR = 4
"""Games on the player's team from which on somebody is a regular team-mate."""
LEAST_EACH = 6
"""Wins, and losses, from which on they are told apart."""


@dataclass(frozen=True)
class Effect:
    """His wins less his losses, in standard deviations (Hedges' g), with 95 %. Positive: more of it when he wins."""

    value: float
    low: float
    high: float
    wins: int
    losses: int


@dataclass(frozen=True)
class Association:
    """How a stat goes with winning.

    by: own (his value less the others') or team (his team's less the other's). r: -1..1, over the games. p: how likely
    any of the stats that were asked about goes with the results as far in its direction by chance.
    """

    by: By
    r: float
    p: float


@dataclass(frozen=True)
class Results:
    """A player's games of a kind by their order: won (n,) 0 or 1, stratum (n,) of games with the same regulars."""

    won: np.ndarray
    stratum: np.ndarray
    order: np.ndarray


def results_of(rows: pd.DataFrame) -> Results:
    """The player's results in the rows of a kind (`games.of_kind`)."""
    mine = rows[rows["me"]].sort_values("order")
    mates = [set(lineup.split("|")) - {""} for lineup in mine["lineup"]]
    games = Counter(mate for lineup in mates for mate in lineup)
    regulars = ["|".join(sorted(mate for mate in lineup if games[mate] >= REGULAR)) for lineup in mates]
    stratum = np.unique(np.array(regulars, str), return_inverse=True)[1]
    return Results(mine["won"].to_numpy(int), stratum, np.arange(len(mine)))


def values_of(rows: pd.DataFrame, stat: str, by: By) -> np.ndarray:
    """The stat in each of the player's games by their order, (n,); NaN where it is not known.

    own: his value less the mean of the others'. team: his team's mean less the other team's.
    """
    mine = rows[rows["me"]].sort_values("order")
    if by == "own":
        return from_others(rows, stat)[mine.index.to_numpy()]
    sides = team_means(rows, stat, mine["replay"].to_numpy(str), mine["team"].to_numpy(str))
    return sides[0] - sides[1]


def team_means(rows: pd.DataFrame, stat: str, replays: np.ndarray, teams: np.ndarray) -> np.ndarray:
    """Mean of the stat over the team given for each game, and over the other team, (2, n); NaN where not known."""
    number = {replay: at for at, replay in enumerate(replays)}
    at = np.array([number.get(replay, -1) for replay in rows["replay"]], int)
    value = rows[stat].to_numpy(float)
    use = (at >= 0) & np.isfinite(value)
    side = np.where(rows["team"].to_numpy(str)[use] == teams[at[use]], 0, 1)
    cell = side * len(replays) + at[use]
    count = np.bincount(cell, minlength=2 * len(replays))
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.bincount(cell, value[use], 2 * len(replays)) / count
    return means.reshape(2, len(replays))


def effect(values: np.ndarray, won: np.ndarray) -> Effect | None:
    """Hedges' g of the games in which the value is known; None: fewer than LEAST_EACH wins or losses, or all alike."""
    known = np.isfinite(values)
    a, b = values[known & (won == 1)], values[known & (won == 0)]
    if min(len(a), len(b)) < LEAST_EACH:
        return None
    n = len(a) + len(b)
    pooled = (((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (n - 2)) ** 0.5
    if not pooled:
        return None
    g = float((a.mean() - b.mean()) / pooled) * (1 - 3 / (4 * n - 9))
    error = (n / (len(a) * len(b)) + g**2 / (2 * n)) ** 0.5
    return Effect(g, g - Z_95 * error, g + Z_95 * error, len(a), len(b))


def cleared(values: np.ndarray, results: Results, of: Sequence[np.ndarray] = ()) -> np.ndarray:
    """Values without what their stratum, the order of the games and the values `of` say of them; 0 where not known."""
    known = np.isfinite(values)
    clear = np.zeros(len(values))
    if known.sum() < 3:
        return clear
    order = results.order - results.order.mean()
    design = np.column_stack([np.eye(results.stratum.max() + 1)[results.stratum], order, *of])[known]
    clear[known] = values[known] - design @ np.linalg.lstsq(design, values[known], rcond=None)[0]
    return np.where(np.abs(clear) > 1e-9 * (1 + np.nanmax(np.abs(values[known]))), clear, 0.0)


def associate(columns: Sequence[np.ndarray], toward: Sequence[int], results: Results) -> list[tuple[float, float]]:
    """How each column goes with winning, and how surely in the direction it is asked about.

    Args:
        columns: (n,) each, cleared.
        toward: 1: is there more of it in won games? -1: less?
        results: Of the same games.

    Returns:
        r and p of each; p as in Association. p is 1 of a column that says nothing.
    """
    x = np.array([column * sign for column, sign in zip(columns, toward, strict=True)])
    length = np.linalg.norm(x, axis=1)
    said = length > 0
    if not said.any():
        return [(0.0, 1.0)] * len(x)
    x = x[said] / length[said][:, None]
    true, dealt = _scores(x, results)
    best = np.argsort(-true, kind="stable")
    most, p = np.full(DEALS, -np.inf), np.ones(len(true))
    for place in best[::-1]:  # each against the best of those that are no better than it
        most = np.maximum(most, dealt[place])
        p[place] = (1 + np.sum(most >= true[place] - 1e-12)) / (DEALS + 1)
    p[best] = np.maximum.accumulate(p[best])
    found, given = [(0.0, 1.0)] * len(said), iter(zip(true, p, strict=True))
    for at in np.flatnonzero(said).tolist():
        score, chance = next(given)
        found[at] = (float(score * toward[at]), float(chance))
    return found


def _scores(x: np.ndarray, results: Results) -> tuple[np.ndarray, np.ndarray]:
    """Correlation of each of x (k, n) with the results (k,), and with results that were dealt out anew (k, DEALS)."""
    won = results.won.astype(float)
    for one in np.unique(results.stratum):
        won[results.stratum == one] -= won[results.stratum == one].mean()
    size = np.linalg.norm(won)
    if not size:
        return np.zeros(len(x)), np.zeros((len(x), DEALS))
    rng = np.random.default_rng(14)  # the same games give the same answer
    dealt = np.tile(won, (DEALS, 1))
    for one in np.unique(results.stratum):
        at = np.flatnonzero(results.stratum == one)
        dealt[:, at] = rng.permuted(dealt[:, at], axis=1)
    return x @ won / size, x @ dealt.T / size
