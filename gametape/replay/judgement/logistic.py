"""A model of winning that is checked on games it has not seen.

Belongs here: ridge logistic regression, its cross-validation, the area under its curve. Does not belong here: which
games and stats it is given (judge.py), what is said of it.

The slopes are held near 0 by a normal prior of PRIOR log-odds a standard deviation, so that twenty stats of thirty
games do not explain every game; the intercepts are free.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.base.statistics import Z_95

PRIOR = 0.5
"""Standard deviation of the slopes before any game was seen: log-odds of winning a standard deviation of the stat."""
FOLDS = 5


@dataclass(frozen=True)
class Fit:
    """A fitted model: intercept of each stratum, slope of each stat (log-odds a unit of x) and its standard error."""

    intercepts: np.ndarray
    slopes: np.ndarray
    errors: np.ndarray

    def chance(self, x: np.ndarray, stratum: np.ndarray) -> np.ndarray:
        """The chance to win, (n,) 0..1, of stats (n, k) and strata (n,)."""
        from scipy.special import expit

        return expit(self.intercepts[stratum] + x @ self.slopes)


@dataclass(frozen=True)
class Auc:
    """Area under the curve of `n` games: the chance that a won game was given the higher chance than a lost one.

    low, high: 95 %. 0.5 is no better than chance.
    """

    value: float
    low: float
    high: float
    n: int


def fit(x: np.ndarray, won: np.ndarray, stratum: np.ndarray | None = None, prior: float = PRIOR) -> Fit:
    """Ridge logistic regression.

    Args:
        x: Stats of the games, (n, k), in standard deviations.
        won: 0 or 1, (n,).
        stratum: 0, 1, …, (n,): games that share an intercept; None: all.
        prior: See PRIOR.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    stratum = np.zeros(len(won), int) if stratum is None else stratum
    design = np.hstack([np.eye(stratum.max() + 1)[stratum], x])
    # 100: as good as free, and finite where all games of a stratum were won
    penalty = np.concatenate([np.full(stratum.max() + 1, 1 / 100), np.full(x.shape[1], 1 / prior**2)])

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        z = design @ b
        value = np.logaddexp(0, z).sum() - won @ z + 0.5 * penalty @ b**2
        return value, design.T @ (expit(z) - won) + penalty * b

    found = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B")
    chance = expit(design @ found.x)
    information = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    k = stratum.max() + 1
    return Fit(found.x[:k], found.x[k:], errors[k:])


def unseen_chances(x: np.ndarray, won: np.ndarray, stratum: np.ndarray | None = None) -> np.ndarray:
    """The chance to win each game, (n,), by a model that was fitted to the games of the other folds.

    A row is a game, so no game is on both sides. The folds hold won and lost games of a stratum alike, and are the
    same each time: games are dealt in their order.
    """
    stratum = np.zeros(len(won), int) if stratum is None else stratum
    fold, dealt = np.zeros(len(won), int), 0
    for key in sorted({*zip(stratum.tolist(), won.tolist(), strict=True)}):
        at = np.flatnonzero((stratum == key[0]) & (won == key[1]))
        fold[at] = (dealt + np.arange(len(at))) % FOLDS
        dealt += len(at)
    chances = np.full(len(won), np.nan)
    for one in range(FOLDS):
        test, train = fold == one, fold != one
        if test.any():
            scale = x[train].std(axis=0)
            scale[scale == 0] = 1.0
            middle = x[train].mean(axis=0)
            model = fit((x[train] - middle) / scale, won[train], _dense(stratum, train))
            known = _known(model, stratum, train)
            chances[test] = known.chance((x[test] - middle) / scale, stratum[test])
    return chances


def auc(chance: np.ndarray, won: np.ndarray) -> Auc | None:
    """The area under the curve with its interval (Hanley and McNeil); None unless there are two games of each kind.

    >>> auc(np.array([0.1, 0.2, 0.8, 0.9]), np.array([0, 0, 1, 1])).value
    1.0
    """
    from scipy.stats import rankdata

    a, b = chance[won == 1], chance[won == 0]
    if len(a) < 2 or len(b) < 2:
        return None
    ranks = rankdata(np.concatenate([a, b]))[: len(a)]
    value = float((ranks.sum() - len(a) * (len(a) + 1) / 2) / (len(a) * len(b)))
    few = 0.5 / (len(a) * len(b)) ** 0.5  # a curve without a fault in few games is not certain
    held = min(max(value, few), 1 - few)
    first, second = held / (2 - held), 2 * held**2 / (1 + held)
    spread = (len(a) - 1) * (first - held**2) + (len(b) - 1) * (second - held**2)
    margin = Z_95 * ((held * (1 - held) + spread) / (len(a) * len(b))) ** 0.5
    return Auc(value, max(0.0, value - margin), min(1.0, value + margin), len(won))


def _dense(stratum: np.ndarray, train: np.ndarray) -> np.ndarray:
    """The strata of the training games, numbered without gaps."""
    return np.unique(stratum[train], return_inverse=True)[1]


def _known(model: Fit, stratum: np.ndarray, train: np.ndarray) -> Fit:
    """The model with an intercept for every stratum: 0 for one that no training game was of."""
    intercepts = np.zeros(stratum.max() + 1)
    intercepts[np.unique(stratum[train])] = model.intercepts
    return Fit(intercepts, model.slopes, model.errors)
