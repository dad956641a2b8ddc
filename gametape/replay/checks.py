"""Checks of a game's tables.

Belongs here: pure functions from tables to check results. Does not belong here: Dagster's asset checks (assets),
measuring a parser against answers of ballchasing.com (`gametape.evaluation.replays`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from gametape.base.check import CheckResult
from gametape.replay.game import Replay
from gametape.tables.replay_statistics import STATISTICS

if TYPE_CHECKING:
    import pyarrow as pa

#: What both doors must tell alike: it is written in the replay, and not computed from the course of the game.
CORE = tuple(one.name for one in STATISTICS if one.group == "core" and one.type.startswith("int"))
#: Others may differ by so much of the larger value, in the median.
CLOSE = 0.05


def goals_add_up(matches: pa.Table, players: pa.Table) -> CheckResult:
    """Have a team's players as many goals as the team, own goals apart?"""
    match = matches.to_pylist()[0]
    scored: Counter[str] = Counter()
    for row in players.to_pylist():
        scored[row["team"]] += row["core_goals"] or 0
    score = {team: match[f"{team}_goals"] for team in ("blue", "orange")}
    # A goal that nobody of the team shot, and the goals of somebody who left, count for the team alone.
    more = [team for team, goals in score.items() if scored[team] > goals]
    told = f"players have {scored['blue']} and {scored['orange']} of {score['blue']} and {score['orange']} goals"
    return CheckResult("goals_add_up", not more, told)


def goals_are_events(game: Replay) -> CheckResult:
    """Is every goal of the score an event?"""
    match, events = game.match, game.events.to_pylist()
    goals = Counter(row["team"] for row in events if row["kind"] == "goal")
    if game.door == "api":
        return CheckResult("goals_are_events", True, "an answer of the API has no events", is_error=False)
    passed = all(goals[team] == match[f"{team}_goals"] for team in ("blue", "orange"))
    told = f"{goals['blue']} and {goals['orange']} goals seen of {match['blue_goals']} and {match['orange_goals']}"
    return CheckResult("goals_are_events", passed, told, is_error=False)


def frames_in_order(ball: pa.Table) -> CheckResult:
    """Does every frame come after the one before it?"""
    times = ball["time_s"].to_pylist()
    back = sum(later <= earlier for earlier, later in pairwise(times))
    return CheckResult("frames_in_order", not back, f"{back} of {len(times)} frames are not later than the one before")


def doors_agree(players: pa.Table, door: str, others: Sequence[Sequence[Mapping[str, Any]]]) -> CheckResult:
    """Do the file and the API's answer tell the same of one game?

    Args:
        players: `replay_players` of the game as this door has it.
        door: This door.
        others: The rows of `replay_players` of the same game by the other door, for each reading of it.
    """
    name, mine = "doors_agree", players.to_pylist()
    if not others:
        return CheckResult(name, True, f"the game is known by one door: {door}", is_error=False)
    pairs = [pair for rows in others for pair in paired(mine, rows)]
    missing = sum(len(mine) for _ in others) - len(pairs)
    wrong = [
        f"{one['name']}: {column} {one[column]} and {other[column]}"
        for one, other in pairs
        for column in CORE
        if None not in (one[column], other[column]) and one[column] != other[column]
    ]
    far = {column: gap for column in _computed() if (gap := _gap(pairs, column)) is not None and gap > CLOSE}
    compared = sum(None not in (one[column], other[column]) for one, other in pairs for column in CORE)
    told = f"{compared - len(wrong)} of {compared} core values are equal"
    told += f"; {'; '.join(wrong[:5])}" if wrong else ""
    told += f"; {missing} players have no partner" if missing else ""
    told += f"; far apart: {', '.join(f'{column} {gap:.0%}' for column, gap in far.items())}" if far else ""
    facts = {"readings": len(others), "players": len(pairs), "core_equal": compared - len(wrong), "core": compared}
    return CheckResult(name, not wrong and not missing, told, is_error=False, facts=facts)


def paired(
    mine: Iterable[Mapping[str, Any]], others: Iterable[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The same players of two readings of a game: by identity, else by a name that one player of each has alone."""
    mine, others = list(mine), list(others)
    pairs = []
    for key in ("identity", "name"):
        left, right = _unique(mine, key), _unique(others, key)
        pairs += [(row, right[value]) for value, row in left.items() if value in right]
        mine = [row for row in mine if row not in [one for one, _ in pairs]]
        others = [row for row in others if row not in [other for _, other in pairs]]
    return pairs


def _unique(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, Mapping[str, Any]]:
    counts = Counter(row[key] for row in rows)
    return {row[key]: row for row in rows if row[key] and counts[row[key]] == 1}


def _computed() -> Iterable[str]:
    return (one.name for one in STATISTICS if one.group != "core" and one.type == "float64")


def _gap(pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], column: str) -> float | None:
    """Median difference in parts of the larger value; None where nobody has both."""
    gaps = [
        abs(one[column] - other[column]) / most
        for one, other in pairs
        if None not in (one[column], other[column]) and (most := max(abs(one[column]), abs(other[column])))
    ]
    return median(gaps) if gaps else None
