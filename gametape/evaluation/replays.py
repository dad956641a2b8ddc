"""Accuracy of our statistics of replays against ballchasing.com's answers about the same games.

Belongs here: pairing, comparing, summing up. Does not belong here: another way of reading a game than the users'.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from gametape.base.errors import BadInput, GametapeError
from gametape.tables.replay_statistics import ABSENT_IS_ZERO, STATISTICS

EXACT_GROUP = "core"
TEAM_STATS = {"possession_time": "{team}_possession_s", "time_in_side": "ball_in_{team}_side_s"}
"""Ballchasing's statistics of a team's ball, and the column of replay_matches that each is."""
ANSWERS = "api"


def evaluate_replays(folder: Path) -> dict[str, Any]:
    """Compare every `NAME.replay` of a folder with `api/NAME.ballchasing.json` in it, where there is one.

    Args:
        folder: The folder.

    Returns:
        core_exact: share of the core values that are equal; players_matched and players: of the answers' players, how
        many were found in the replay, and how many there are; stats: for each other statistic the median relative
        error, the mean absolute error and n; team_stats: the same of a team's ball; cpu_s_per_game; memory_mb of the
        parser's process; goals: those of the headers, those found from the ball alone, and extra ones; games: the same
        for each game; failed: the files that could not be read, with their errors. A statistic whose true value is 0
        has no relative error.

    Raises:
        BadInput: There is no replay in the folder.
    """
    paths = sorted(path for path in folder.glob("*.replay") if not path.name.startswith("."))
    if not paths:
        raise BadInput(folder, "holds no .replay", "Give a folder of NAME.replay with api/NAME.ballchasing.json")
    games: dict[str, dict[str, Any]] = {}
    failed: dict[str, str] = {}
    for path in paths:
        try:
            games[path.stem] = _game(path, folder / ANSWERS / f"{path.stem}.ballchasing.json")
        except GametapeError as error:
            failed[path.stem] = str(error)
    answer = _figures(games.values())
    answer["cpu_s_per_game"] = round(sum(game["cpu_s"] for game in games.values()) / len(games), 2) if games else None
    answer["memory_mb"] = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024) if games else None
    shown = {
        name: _figures([game]) | {"cpu_s_per_game": round(game["cpu_s"], 2), "reason": game["reason"]}
        for name, game in games.items()
    }
    return answer | {"games": shown, "failed": failed}


def _game(path: Path, answer: Path) -> dict[str, Any]:
    from gametape.replay.goals import goals_in_table
    from gametape.replay.read import read_replay

    begin = _cpu_s()
    replay = read_replay(path)
    spent = _cpu_s() - begin
    header = len(replay.header.get("Goals", []))
    found = goals_in_table(replay.ball) if replay.has_course else []
    times = [one for one in replay.events.to_pylist() if one["kind"] == "goal"]
    right = sum(any(abs(goal["time_s"] - time) < 1.0 for time in found) for goal in times)
    truth = json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else None
    return {
        "cpu_s": spent,
        "reason": replay.match["network_reason"],
        "goals": (header, right, len(found) - right),
        "teams": _teams(replay.match, truth),
        **_compared(replay.players.to_pylist(), truth),
    }


def _teams(match: dict[str, Any], truth: dict[str, Any] | None) -> dict[str, list[tuple[float | None, float]]]:
    """Pairs (ours, theirs) of each of `TEAM_STATS`."""
    teams = ("blue", "orange") if truth and match["duration_s"] is not None else ()
    return {
        name: [(match[column.format(team=team)], float((truth or {})[team]["stats"]["ball"][name])) for team in teams]
        for name, column in TEAM_STATS.items()
    }


def _compared(rows: list[dict[str, Any]], truth: dict[str, Any] | None) -> dict[str, Any]:
    """Each statistic's pairs (ours, theirs) of the players in both."""
    pairs: dict[str, list[tuple[float | None, float]]] = {one.name: [] for one in STATISTICS}
    matched = total = 0
    for team in ("blue", "orange") if truth else ():
        assert truth is not None
        for player in truth[team]["players"]:
            total += 1
            same = [row for row in rows if row["team"] == team and row["name"] == player["name"]]
            same = same or [row for row in rows if row["platform_id"] and row["platform_id"] == player["id"].get("id")]
            if len(same) != 1:
                continue
            matched += 1
            for one in STATISTICS:
                theirs = player["stats"].get(one.group, {}).get(one.key, 0 if one.name in ABSENT_IS_ZERO else None)
                if theirs is not None:
                    ours = same[0][one.name]
                    pairs[one.name].append((None if ours is None else float(ours), float(theirs)))
    return {"pairs": pairs, "matched": matched, "players": total}


def _figures(games: Iterable[dict[str, Any]]) -> dict[str, Any]:
    games = list(games)
    stats, core = {}, []
    for one in STATISTICS:
        pairs = [pair for game in games for pair in game["pairs"][one.name]]
        if one.group == EXACT_GROUP:
            core += [ours is not None and abs(ours - theirs) < 1e-3 for ours, theirs in pairs]
        elif pairs:
            stats[one.name] = _errors(pairs)
    teams = {name: [pair for game in games for pair in game["teams"][name]] for name in TEAM_STATS}
    goals = [sum(game["goals"][n] for game in games) for n in range(3)]
    return {
        "core_exact": round(float(np.mean(core)), 4) if core else None,
        "players_matched": sum(game["matched"] for game in games),
        "players": sum(game["players"] for game in games),
        "stats": stats,
        "team_stats": {name: _errors(pairs) for name, pairs in teams.items() if pairs},
        "goals": dict(zip(("recorded", "found_from_the_ball", "extra"), goals, strict=True)),
    }


def _errors(pairs: list[tuple[float | None, float]]) -> dict[str, Any]:
    known = np.array([pair for pair in pairs if pair[0] is not None], np.float64).reshape(-1, 2)
    off = abs(known[:, 0] - known[:, 1])
    relative = off[known[:, 1] != 0] / abs(known[known[:, 1] != 0, 1])
    return {
        "median_rel_error": round(float(np.median(relative)), 5) if len(relative) else None,
        "mae": round(float(off.mean()), 4) if len(off) else None,
        "n": len(known),
        "null": len(pairs) - len(known),
    }


def _cpu_s() -> float:
    """CPU time of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
