"""How well a player's wins are told from his losses by stats, in games that the model has not seen.

Belongs here: which games and stats the model of winning is given. Does not belong here: its arithmetic (logistic.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.replay.judgement.logistic import Auc, auc, fit, unseen_chances
from gametape.replay.judgement.outcome import Results, cleared, results_of, team_means, values_of
from gametape.replay.judgement.stats import all_stats

if TYPE_CHECKING:
    import pandas as pd

LEAST_SHARE = 0.8
"""Share of the games in which a stat is to be known, to be one of the model's."""


@dataclass(frozen=True)
class Model:
    """The model of all stats together.

    Attributes:
        auc: Of the player's games, each by a model that has not seen it; None: fewer than two wins or losses.
        games: That it learns from, the player's and others'.
        slopes: Log-odds of winning a standard deviation of the stat, team against team, with the other stats held; and
            the standard error.
    """

    auc: Auc | None
    games: int
    slopes: Mapping[str, tuple[float, float]]


def auc_of(column: np.ndarray, results: Results) -> Auc | None:
    """How well one cleared column tells the won games from the lost, each by a model that has not seen it."""
    return auc(unseen_chances(column[:, None], results.won), results.won)


def model_of(rows: pd.DataFrame) -> Model:
    """The model of a kind's games (`games.of_kind`): the player's, seen from his side, and others', seen from blue's.

    A row is a game, so that both teams, who win by each other's losses, are one case. Each of the two has its own
    intercept: that the player mostly wins or loses, with whatever he always does, is no evidence about that.
    """
    results = results_of(rows)
    others = rows[~rows["replay"].isin(rows.loc[rows["me"], "replay"])].reset_index(drop=True)
    blue = others.groupby("replay", sort=False).head(1)["replay"].to_numpy(str) if len(others) else np.array([])
    names, columns = [], []
    for name, stat in all_stats().stats.items():
        if not stat.judged or stat.tactic:
            continue
        mine, theirs = values_of(rows, name, "team"), _blue_less_orange(others, name, blue)
        if np.isfinite(np.concatenate([mine, theirs])).mean() >= LEAST_SHARE:
            names.append(name)
            columns.append(np.concatenate([cleared(mine, results), np.nan_to_num(theirs)]))
    won = np.concatenate([results.won, _blue_won(others, blue)])
    if not names or len(won) < 3 or won.min() == won.max():
        return Model(None, len(won), {})
    x = np.column_stack(columns)
    stratum = np.repeat([0, 1], [len(results.won), len(blue)])
    chances = unseen_chances(x, won, stratum)[: len(results.won)]
    scale = x.std(axis=0)
    scale[scale == 0] = 1.0
    whole = fit((x - x.mean(axis=0)) / scale, won, stratum)
    slopes = {
        name: (float(slope), float(error)) for name, slope, error in zip(names, whole.slopes, whole.errors, strict=True)
    }
    return Model(auc(chances, results.won), len(won), slopes)


def _blue_less_orange(rows: pd.DataFrame, stat: str, replays: np.ndarray) -> np.ndarray:
    if not len(replays):
        return np.array([])
    blue, orange = team_means(rows, stat, replays, np.full(len(replays), "blue"))
    return blue - orange


def _blue_won(rows: pd.DataFrame, replays: np.ndarray) -> np.ndarray:
    if not len(replays):
        return np.array([], int)
    return rows[rows["team"] == "blue"].groupby("replay")["won"].first().reindex(replays).to_numpy(int)
