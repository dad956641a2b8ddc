"""What to train: exercises for the priorities of a player's findings.

Belongs here: the rows of the plan. Does not belong here: ranking (rank.py), finding weaknesses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

from gametape.replay.judgement.games import Kind
from gametape.replay.training.exercises import Exercise
from gametape.replay.training.exercises import exercises as all_exercises
from gametape.replay.training.progress import progress_of
from gametape.replay.training.rank import rank
from gametape.replay.training.sessions import Session
from gametape.tables.replay_judgement import REPLAY_PLAN

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 3
"""Exercises for a priority."""
NEWEST = 10
"""A rank is that of so many of the newest games in which it is told."""


def tiers_of(matches: pa.Table, players: pa.Table) -> dict[Kind, float]:
    """A player's rank, 1..22, in his newest games of each kind; a kind is missing where no game tells it.

    Args:
        matches: replay_matches of his games, with the column `replay`.
        players: His own row of each, of replay_players.
    """
    ranks = {row["replay"]: row["rank_tier"] for row in players.select(["replay", "rank_tier"]).to_pylist()}
    found: dict[Kind, list[int]] = defaultdict(list)
    for row in sorted(matches.to_pylist(), key=lambda row: (row["played_at"] or "", row["replay"])):
        if row["team_size"] is not None and ranks.get(row["replay"]) is not None:
            found[Kind(row["playlist"], row["team_size"])].append(ranks[row["replay"]])
    return {kind: float(median(known[-NEWEST:])) for kind, known in found.items()}


def plan_training(
    findings: pa.Table,
    language: str,
    tiers: Mapping[Kind, float] | None = None,
    sessions: Sequence[Session] = (),
    exercises: Mapping[str, Exercise] | None = None,
) -> pa.Table:
    """At most MOST exercises for each priority (contract REPLAY_PLAN); no row where the findings have none.

    Args:
        findings: Table replay_findings of the player.
        language: Of the exercises' words.
        tiers: The player's rank, 1..22, by the kind of games; one that is missing is not known.
        sessions: Of the player.
        exercises: By code; None: the project's own.
    """
    exercises = all_exercises() if exercises is None else exercises
    rows = []
    for finding in findings.to_pylist():
        if finding["priority"] is None:
            continue
        tier = (tiers or {}).get(Kind(finding["playlist"], finding["team_size"]))
        best = rank(finding["stat"], finding["more"], exercises, tier, sessions)[:MOST]
        for place, one in enumerate(best, 1):
            exercise = one.exercise
            done = progress_of([session for session in sessions if session.exercise == one.code])
            rows.append(
                {
                    **{key: finding[key] for key in ("playlist", "team_size", "priority", "stat")},
                    **one.parts,
                    "place": place,
                    "exercise": one.code,
                    "kind": exercise.kind,
                    "title": exercise.title[language],
                    "how": exercise.how[language],
                    "success": exercise.success[language],
                    "pack_code": exercise.pack.code if exercise.pack else None,
                    "pack_source": exercise.pack.source if exercise.pack else None,
                    "minutes": exercise.minutes,
                    "attempts": exercise.attempts,
                    "score": one.score,
                    "score_why": one.why,
                    "sessions": done.sessions,
                    "best": done.best,
                }
            )
    return REPLAY_PLAN.from_rows(rows)
