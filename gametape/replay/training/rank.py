"""Which exercise fits a weakness best, and why.

Belongs here: the four parts of the score and their weights. Does not belong here: exercises, weaknesses.

relevance   40  1 where it is mainly for the stat, 0.9 where it trains it among others; 0.6 where it is mainly for
                another stat of the category, 0.4 of the area. One that moves the stat the wrong way is out.
level       25  1 in the ranks that it is for; 0.8, 0.5, 0.2 one, two, three or more ranks (of three tiers) beside
quality     20  what it was rated, 1..5 as 0..1, by others and in the player's own sessions; few ratings count less
preference  15  twice the share of his sessions that were of its category, at most 1; 0.3 where none was

A part of which nothing is known is left out, and the others weigh so much the more; the table says which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gametape.base.reason import Reason
from gametape.replay.judgement.stats import all_stats
from gametape.replay.training.exercises import Exercise
from gametape.replay.training.sessions import Session

WEIGHTS = {"relevance": 40, "level": 25, "quality": 20, "preference": 15}
TIERS = 3
"""Tiers of a rank."""
DOUBT = 3
"""Middling ratings that each exercise has besides its own, so that one rating does not make it the best."""


@dataclass(frozen=True)
class Ranked:
    """An exercise for a weakness. Parts 0..1 by name; None: nothing is known. score: 0..1, of the known parts."""

    code: str
    exercise: Exercise
    score: float
    parts: Mapping[str, float | None]
    why: Reason


def rank(
    stat: str,
    more: bool,
    exercises: Mapping[str, Exercise],
    tier: float | None = None,
    sessions: Sequence[Session] = (),
) -> list[Ranked]:
    """The exercises that are any good for a weakness, the best first.

    Args:
        stat: That is the weakness.
        more: Has the player more of it than others? Then it is to go down.
        exercises: By code.
        tier: The player's rank, 1..22; None: not known.
        sessions: Of the player.
    """
    ranked = []
    for code, exercise in exercises.items():
        relevance = relevance_of(exercise, stat, more)
        if relevance:
            parts = {
                "relevance": relevance,
                "level": None if tier is None else level_of(exercise, tier),
                "quality": quality_of(exercise, [one for one in sessions if one.exercise == code]),
                "preference": preference_of(exercise, sessions, exercises),
            }
            ranked.append(_score(code, exercise, parts))
    return sorted(ranked, key=lambda one: (-one.score, one.code))


def relevance_of(exercise: Exercise, stat: str, more: bool) -> float:
    """See the head of this file; 0: of no use."""
    way = "down" if more else "up"
    if stat in exercise.trains:
        if exercise.trains[stat] != way:
            return 0.0
        return 1.0 if next(iter(exercise.trains)) == stat else 0.9
    known, own = all_stats().stats, all_stats().stats[stat]
    first = known[next(iter(exercise.trains))]
    if first.category == own.category:
        return 0.6
    return 0.4 if first.area == own.area else 0.0


def level_of(exercise: Exercise, tier: float) -> float:
    """See the head of this file."""
    low, high = exercise.level
    beside = max(low - tier, tier - high, 0.0)
    ranks = -(-beside // TIERS)  # a part of a rank beside is one beside
    return {0: 1.0, 1: 0.8, 2: 0.5}.get(int(ranks), 0.2)


def quality_of(exercise: Exercise, sessions: Sequence[Session]) -> float | None:
    """See the head of this file; None: nobody has rated it."""
    ratings = [float(one.rating) for one in sessions if one.rating is not None]
    total, n = sum(ratings), len(ratings)
    if exercise.rating:
        total, n = total + exercise.rating.mean * exercise.rating.n, n + exercise.rating.n
    return None if not n else ((total + 3 * DOUBT) / (n + DOUBT) - 1) / 4


def preference_of(exercise: Exercise, sessions: Sequence[Session], exercises: Mapping[str, Exercise]) -> float | None:
    """See the head of this file; None: no session was logged."""
    known = [exercises[one.exercise].category for one in sessions if one.exercise in exercises]
    if not known:
        return None
    share = known.count(exercise.category) / len(known)
    return min(1.0, 2 * share) if share else 0.3


def _score(code: str, exercise: Exercise, parts: Mapping[str, float | None]) -> Ranked:
    known = {name: part for name, part in parts.items() if part is not None}
    weight = sum(WEIGHTS[name] for name in known)
    score = sum(WEIGHTS[name] * part for name, part in known.items()) / weight
    whole = sum(WEIGHTS.values())
    known_parts = Reason("score_of_known_parts", share=weight / whole)
    why = Reason("score_of_all_parts") if weight == whole else known_parts
    return Ranked(code, exercise, score, parts, why)
