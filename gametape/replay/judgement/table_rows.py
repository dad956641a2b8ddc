"""The rows of a player's metrics and findings.

Belongs here: what is written beside each stat and each finding. Does not belong here: calling anything a weakness
(judge.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gametape.base.reason import Reason
from gametape.replay.judgement import level, outcome
from gametape.replay.judgement.games import Kind, near_rank
from gametape.replay.judgement.model import Model, auc_of
from gametape.replay.judgement.outcome import Association, Results, cleared, results_of, values_of
from gametape.replay.judgement.stats import Stat, all_stats
from gametape.replay.judgement.trend import LEAST_GAMES, Slope, slope_of

if TYPE_CHECKING:
    import pandas as pd

TREND_FALSE = 0.05
"""How often any stat of a kind of games may be said to change that does not."""

Row = dict[str, Any]


def metric_rows(
    kind: Kind, rows: pd.DataFrame, model: Model, tested: Mapping[str, tuple[int, Association]]
) -> list[Row]:
    """A row of REPLAY_METRICS for each stat.

    Args:
        kind: Of the games.
        rows: Of the kind (`games.of_kind`).
        model: Of the same.
        tested: By stat: 1 more or -1 less of it in won games was asked, and the answer.
    """
    results = results_of(rows)
    mine = rows[rows["me"]].sort_values("order")
    slopes = {name: slope_of(mine[name].to_numpy(float)) for name in all_stats().stats}
    sure = _sure(slopes)
    table = []
    for name, stat in all_stats().stats.items():
        row = _head(kind, name, stat)
        row |= _own(mine[name].to_numpy(float), results) | _others(rows, name) | _effect(rows, name, results)
        if name in tested:
            toward, found = tested[name]
            row |= {"goes_with": "won" if toward * _side(row) > 0 else "lost", "by": found.by, "p": found.p}
            if curve := auc_of(cleared(values_of(rows, name, found.by), results), results):
                row |= {"auc": curve.value, "auc_low": curve.low, "auc_high": curve.high}
        if name in model.slopes:
            row["slope"], row["slope_error"] = model.slopes[name]
        row |= _trend(slopes[name], name in sure, int(mine[name].notna().sum()))
        table.append(row)
    return table


def finding_row(
    kind: Kind,
    rows: pd.DataFrame,
    model: Model,
    what: Literal["weakness", "strength"],
    metric: Mapping[str, Any],
    more: bool,
    priority: int | None,
) -> Row:
    """A row of REPLAY_FINDINGS for a weakness or strength, from its row of REPLAY_METRICS."""
    if what == "weakness":
        why = Reason("apart_and_lost", percentile=metric["percentile"], n=metric["percentile_n"], p=metric["p"])
    else:
        why = Reason("apart_and_won", percentile=metric["percentile"], n=metric["percentile_n"], p=metric["p"])
    copied = (
        "stat", "area", "category", "value", "others_value", "unit", "percentile", "percentile_low", "percentile_high",
        "effect", "effect_low", "effect_high", "by", "p", "auc", "auc_low", "auc_high",
    )  # fmt: skip
    return _games(kind, rows, model) | {name: metric.get(name) for name in copied} | {
        "kind": what, "priority": priority, "more": more, "why": why,
    }  # fmt: skip


def why_not(kind: Kind, rows: pd.DataFrame, model: Model, what: str, why: Reason | None) -> Row:
    """A row of REPLAY_FINDINGS that says why there is none."""
    return _games(kind, rows, model) | {"kind": what, "why": why}


def _games(kind: Kind, rows: pd.DataFrame, model: Model) -> Row:
    won = rows.loc[rows["me"], "won"]
    row: Row = {"playlist": kind.playlist, "team_size": kind.team_size, "games": len(won)}
    row |= {"wins": int(won.sum()), "losses": int(len(won) - won.sum())}
    if model.auc:
        row |= {"model_auc": model.auc.value, "model_auc_low": model.auc.low, "model_auc_high": model.auc.high}
        row["model_games"] = model.games
    return row


def _head(kind: Kind, name: str, stat: Stat) -> Row:
    return {
        "playlist": kind.playlist, "team_size": kind.team_size, "stat": name, "area": stat.area,
        "category": stat.category, "unit": stat.unit, "side": stat.side, "judged": stat.judged,
    }  # fmt: skip


def _own(values: np.ndarray, results: Results) -> Row:
    known = np.isfinite(values)
    n = int(known.sum())
    row: Row = {"n": n}
    if not n:
        return row | {"reason": Reason("stat_in_no_game", games=len(values))}
    row["value"] = float(values[known].mean())
    for name, won in (("in_wins", 1), ("in_losses", 0)):
        if (known & (results.won == won)).any():
            row[name] = float(values[known & (results.won == won)].mean())
    if n > 1:
        row["spread"] = float(values[known].std(ddof=1))
        row["error"] = row["spread"] / n**0.5
    else:
        row["reason"] = Reason("games_too_few", n=n, needed=2)
    return row


def _others(rows: pd.DataFrame, name: str) -> Row:
    row: Row = {}
    mine = rows.loc[rows["me"] & rows[name].notna(), "replay"]
    others = rows[~rows["me"] & rows["replay"].isin(mine)].groupby("replay")[name].mean().dropna()
    if len(others):
        row["others_value"] = float(others.mean())
    found = level.difference(rows, name)
    if found:
        row |= {"difference": found.value, "difference_error": found.error}
    if found and found.shrunk is not None:
        row |= {"shrunk": found.shrunk, "shrunk_low": found.shrunk_low, "shrunk_high": found.shrunk_high}
    else:
        row["shrunk_reason"] = Reason("spread_of_players_not_known")
    if place := level.place_in_lobby(rows, name):
        row |= {"percentile": place.percentile, "percentile_low": place.low, "percentile_high": place.high}
        row |= {"percentile_n": place.n, "others": place.others}
    near = near_rank(rows)
    if pool := level.place_in_pool(near, name):
        row |= {"pool_percentile": pool.percentile, "pool_low": pool.low, "pool_high": pool.high}
        row["pool_players"] = pool.others
    else:
        people = near.loc[~near["me"] & near[name].notna(), "person"].nunique()
        row["pool_reason"] = Reason("others_too_few", n=people, needed=level.LEAST_POOL)
    return row


def _effect(rows: pd.DataFrame, name: str, results: Results) -> Row:
    values = values_of(rows, name, "own")
    if found := outcome.effect(values, results.won):
        return {"effect": found.value, "effect_low": found.low, "effect_high": found.high}
    known = np.isfinite(values)
    wins, losses = int((known & (results.won == 1)).sum()), int((known & (results.won == 0)).sum())
    if min(wins, losses) < outcome.LEAST_EACH:
        needed = outcome.LEAST_EACH
        return {"effect_reason": Reason("wins_or_losses_too_few", wins=wins, losses=losses, needed=needed)}
    return {"effect_reason": Reason("stat_never_differs")}


def _side(row: Row) -> int:
    return 1 if row["percentile"] > 50 else -1


def _sure(slopes: Mapping[str, Slope | None]) -> set[str]:
    """The stats that change beyond chance, over all of them (Holm)."""
    known = sorted((slope.p, name) for name, slope in slopes.items() if slope)
    sure = set()
    for at, (p, name) in enumerate(known):
        if p > TREND_FALSE / (len(known) - at):
            break
        sure.add(name)
    return sure


def _trend(slope: Slope | None, sure: bool, n: int) -> Row:
    if slope is None:
        return {"trend": "unknown", "trend_reason": Reason("games_too_few", n=n, needed=LEAST_GAMES)}
    row: Row = {"trend_per_ten": slope.per_ten, "trend_error": slope.error}
    if not sure:
        return row | {"trend": "unknown", "trend_reason": Reason("games_scatter", n=n)}
    return row | {"trend": "rising" if slope.per_ten > 0 else "falling", "trend_reason": Reason("games_agree", n=n)}
