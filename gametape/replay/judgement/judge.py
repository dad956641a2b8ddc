"""A player's weaknesses, strengths and metrics, judged on how his games ended.

Belongs here: the one rule by which a stat is called a weakness, and putting together what it rests on. Does not belong
here: the parts' arithmetic (level.py, outcome.py, model.py, trend.py), the stats (stats.yaml), words.

The rule. A stat is a weakness where two things hold, each beyond chance:

  place    He stands apart from those whom he plays with and against, on the side that is worse by the game's rules
           (where they say so). Over all stats: Holm's correction.
  outcome  His games are lost the more, the more he is on that side. Over all stats of the first: outcome.associate.

Half of FALSE is spent on each, shared by the kinds of games that are judged, so that a player without a weakness is
told of one in at most FALSE of all cases, however many stats there are. A strength is the mirror of it. A stat that
says what a graver one has said (its part beside that one goes with nothing) is no second priority.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gametape.base.reason import Reason
from gametape.replay.judgement import level, outcome
from gametape.replay.judgement.games import Kind, Seat, kinds_of, of_kind, rows_of
from gametape.replay.judgement.model import model_of
from gametape.replay.judgement.outcome import Association, By, Results, cleared, results_of, values_of
from gametape.replay.judgement.stats import Stat, all_stats
from gametape.replay.judgement.table_rows import finding_row, metric_rows, why_not
from gametape.tables.replay_judgement import REPLAY_FINDINGS, REPLAY_METRICS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FALSE = 0.05
"""How often a player without any weakness may be told of one."""
LEAST_GAMES = 20
LEAST_OTHERS = 8
"""Games of a kind, and different other people in them, from which on anything is called a weakness or a strength."""
LEAST_KNOWN = 15
"""Games in which a stat is to be known for that."""
MOST = 2
"""Priorities, and strengths, that a player is told of."""


@dataclass(frozen=True)
class Judged:
    """A weakness or strength. `more`: has he more of it than others? `order`: the smaller, the graver."""

    kind: Literal["weakness", "strength"]
    games: Kind
    stat: str
    more: bool
    found: Association
    order: tuple[float, float]


@dataclass(frozen=True)
class Found:
    """What holds of a player.

    Attributes:
        games: The rows of each kind of games that he played.
        lacking: Why nothing may be called a weakness there; None where something may.
        tested: By stat, what sets him apart surely: 1 more or -1 less of it in won games was asked, and the answer.
        weak, strong: The gravest first, over all kinds together.
    """

    games: Mapping[Kind, pd.DataFrame]
    lacking: Mapping[Kind, Reason | None]
    tested: Mapping[Kind, Mapping[str, tuple[int, Association]]]
    weak: list[Judged]
    strong: list[Judged]


def judge(
    matches: pa.Table, players: pa.Table, measures: pa.Table | None, seats: Collection[Seat]
) -> tuple[pa.Table, pa.Table]:
    """A player's metrics and findings (contracts REPLAY_METRICS, REPLAY_FINDINGS) from all imported games.

    Args:
        matches: Table replay_matches of all imported games with its key column `replay`, duplicates left out.
        players: Table replay_players of the same.
        measures: Table replay_measures of the same; None: the own measures are not known.
        seats: Where the player sat: (key of the game, number there), see `games.seats_of`.
    """
    own_measures = None if measures is None else measures.to_pandas()
    found = find(rows_of(matches.to_pandas(), players.to_pandas(), own_measures, seats))
    metrics: list[dict] = []
    findings: list[dict] = []
    for kind, games in found.games.items():
        model = model_of(games)
        own = metric_rows(kind, games, model, found.tested[kind])
        by_stat = {row["stat"]: row for row in own}
        here = 0
        for told in (found.weak, found.strong):
            for at, one in enumerate(told, 1):
                if one.games == kind:
                    priority = at if one.kind == "weakness" else None
                    row = finding_row(kind, games, model, one.kind, by_stat[one.stat], one.more, priority)
                    findings.append(row)
                    here += 1
        metrics += own
        if lacking := found.lacking[kind]:
            findings.append(why_not(kind, games, model, "not_enough", lacking))
        elif not here:
            n, stats = int(games["me"].sum()), sum(stat.judged for stat in all_stats().stats.values())
            findings.append(
                why_not(kind, games, model, "nothing_sure", Reason("nothing_stands_out", games=n, of=stats))
            )
    findings.sort(key=lambda row: row.get("priority") or MOST + 1)
    return REPLAY_METRICS.from_rows(metrics), REPLAY_FINDINGS.from_rows(findings)


def find(rows: pd.DataFrame) -> Found:
    """The weaknesses and strengths in the rows of all games (`games.rows_of`)."""
    kinds = {kind: of_kind(rows, kind) for kind in kinds_of(rows)}
    kinds = {kind: games for kind, games in kinds.items() if games["me"].any()}
    lacking = {kind: too_few(games) for kind, games in kinds.items()}
    share = FALSE / 2 / max(1, sum(reason is None for reason in lacking.values()))
    judged: list[Judged] = []
    tested: dict[Kind, dict[str, tuple[int, Association]]] = {kind: {} for kind in kinds}
    for kind, games in kinds.items():
        if lacking[kind] is None:
            judged += _judge_kind(kind, games, share, tested[kind])
    judged.sort(key=lambda one: one.order)
    weak = _independent([one for one in judged if one.kind == "weakness"], kinds, share)
    strong = _independent([one for one in judged if one.kind == "strength"], kinds, share)
    return Found(kinds, lacking, tested, weak, strong)


def too_few(rows: pd.DataFrame) -> Reason | None:
    """Why nothing may be called a weakness in the games of a kind; None where something may."""
    won = rows.loc[rows["me"], "won"]
    if len(won) < LEAST_GAMES:
        return Reason("games_too_few", n=len(won), needed=LEAST_GAMES)
    wins = int(won.sum())
    if min(wins, len(won) - wins) < outcome.LEAST_EACH:
        return Reason("wins_or_losses_too_few", wins=wins, losses=len(won) - wins, needed=outcome.LEAST_EACH)
    others = rows.loc[~rows["me"] & rows["replay"].isin(rows.loc[rows["me"], "replay"]), "person"].nunique()
    if others < LEAST_OTHERS:
        return Reason("others_too_few", n=others, needed=LEAST_OTHERS)
    return None


def apart(rows: pd.DataFrame, share: float, kind: Literal["weakness", "strength"]) -> dict[str, int]:
    """The stats by which he stands apart on the side that may be weak (strong): 1 has more of it than others, -1 less.

    Args:
        rows: Of a kind of games.
        share: How likely any may be in it by chance.
        kind: Which side is asked about.
    """
    chances: dict[str, tuple[float, int]] = {}
    for name, stat in all_stats().stats.items():
        place = level.place_in_lobby(rows, name) if stat.judged else None
        if place is None or place.n < LEAST_KNOWN or place.others < LEAST_OTHERS:
            continue
        side = 1 if place.percentile > 50 else -1
        chances[name] = (_one_sided(place.p, side, stat, kind), side)
    found: dict[str, int] = {}
    for at, (name, (p, side)) in enumerate(sorted(chances.items(), key=lambda item: item[1][0])):
        if p > share / (len(chances) - at):
            break
        found[name] = side
    return found


def _one_sided(p: float, side: int, stat: Stat, kind: Literal["weakness", "strength"]) -> float:
    if stat.side == "either":
        return p
    good = 1 if stat.side == "more" else -1
    return p / 2 if side == (good if kind == "strength" else -good) else 1.0


def _judge_kind(
    kind: Kind, rows: pd.DataFrame, share: float, tested: dict[str, tuple[int, Association]]
) -> list[Judged]:
    """The weaknesses and strengths of a kind of games; what was tested is put into `tested`, by stat."""
    results = results_of(rows)
    found = []
    asked: tuple[tuple[Literal["weakness", "strength"], int], ...] = (("weakness", -1), ("strength", 1))
    for what, sign in asked:
        sides = apart(rows, share, what)
        for name, association in _associations(rows, results, {name: sign * side for name, side in sides.items()}):
            side = sides[name]
            if name not in tested or association.p < tested[name][1].p:
                tested[name] = (sign * side, association)
            own = outcome.effect(values_of(rows, name, "own"), results.won)
            agrees = association.by == "own" or (own is not None and own.value * sign * side > 0)
            if association.p <= share and agrees:
                place = level.place_in_lobby(rows, name)
                far = -abs(place.percentile - 50) if place else 0.0
                found.append(Judged(what, kind, name, side > 0, association, (association.p, far)))
    return found


def _associations(
    rows: pd.DataFrame, results: Results, toward: Mapping[str, int], of: tuple[np.ndarray, ...] = ()
) -> list[tuple[str, Association]]:
    """How each stat goes with winning in its direction: own or team, whichever is surer."""
    asked: list[tuple[str, By]] = []
    for name in toward:
        asked += [(name, "own")] if all_stats().stats[name].tactic else [(name, "own"), (name, "team")]
    columns = [cleared(values_of(rows, name, by), results, of) for name, by in asked]
    best: dict[str, Association] = {}
    answers = outcome.associate(columns, [toward[name] for name, _ in asked], results) if asked else []
    for (name, by), (r, p) in zip(asked, answers, strict=True):
        if name not in best or p < best[name].p:
            best[name] = Association(by, r, p)
    return list(best.items())


def _independent(judged: list[Judged], kinds: Mapping[Kind, pd.DataFrame], share: float) -> list[Judged]:
    """At most MOST of those given, each of which says what those before it have not said."""
    kept: list[Judged] = []
    for one in judged:
        if len(kept) == MOST:
            break
        rows = kinds[one.games]
        results = results_of(rows)
        before = [j for j in kept if j.games == one.games]
        if before:
            said = tuple(np.nan_to_num(cleared(values_of(rows, j.stat, j.found.by), results)) for j in before)
            column = cleared(values_of(rows, one.stat, one.found.by), results, said)
            toward = 1 if one.more == (one.kind == "strength") else -1
            if outcome.associate([column], [toward], results)[0][1] > share:
                continue
        kept.append(one)
    return kept
