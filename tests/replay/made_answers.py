"""Answers in the form of ballchasing.com's, about games that nobody played. No name or id in them is anybody's."""

from __future__ import annotations

import json
import uuid
from typing import Any

from gametape.tables.replay_statistics import STATISTICS

FIRST_STEAM = 76561197960265728


def game_id(number: int) -> str:
    return str(uuid.UUID(int=number))


def made_stats(seed: int, *, mates: bool = True) -> dict[str, dict[str, Any]]:
    """Statistics of a player, each told apart from the others by its value."""
    groups: dict[str, dict[str, Any]] = {}
    for number, one in enumerate(STATISTICS):
        value: Any = {"int32": seed + number, "float64": seed + number + 0.5, "bool": False}[one.type]
        groups.setdefault(one.group, {})[one.key] = value
    positioning = groups["positioning"]
    if seed % 2 == 0:
        del positioning["goals_against_while_last_defender"]  # as the API does where it is 0
    if not mates:
        for name in list(positioning):
            if any(part in name for part in ("mates", "most_", "closest", "farthest")):
                del positioning[name]
    return groups


def made_player(number: int, *, mates: bool = True, **other: Any) -> dict[str, Any]:
    return {
        "start_time": 0,
        "end_time": 300.25,
        "name": f"Player {number}",
        "id": {"platform": "steam", "id": str(FIRST_STEAM + 1 + number)},
        "car_id": 23,
        "car_name": "Octane",
        "camera": {"fov": 110, "height": 100, "pitch": -3, "distance": 270, "stiffness": 0.5, "swivel_speed": 4,
                   "transition_speed": 1.2},
        "steering_sensitivity": 1.5,
        "stats": made_stats(number, mates=mates),
    } | other  # fmt: skip


def made_team(color: str, first: int, size: int, goals: int) -> dict[str, Any]:
    return {
        "color": color,
        "players": [made_player(first + number, mates=size > 1) for number in range(size)],
        "stats": {
            "ball": {"possession_time": 101.5, "time_in_side": 150.25},
            "core": {"shots": 5, "shots_against": 4, "goals": goals, "goals_against": 1, "saves": 2, "assists": 1,
                     "score": 900, "shooting_percentage": 20},
            "boost": {"bpm": 800}, "movement": {"total_distance": 3}, "positioning": {"time_behind_ball": 2.5},
            "demo": {"inflicted": 1, "taken": 0},
        },
    }  # fmt: skip


def made_answer(number: int, size: int = 3, goals: tuple[int, int] = (2, 1), **other: Any) -> dict[str, Any]:
    """The answer about game `number`, played at its minute of a day."""
    return {
        "id": game_id(number),
        "link": f"https://ballchasing.com/api/replays/{game_id(number)}",
        "created": "2026-01-02T03:04:05.6Z",
        "uploader": {"steam_id": str(FIRST_STEAM + 1), "name": "Player 0", "profile_url": "", "avatar": ""},
        "status": "ok",
        "rocket_league_id": f"{number:032X}",
        "match_guid": f"{number + 7:032x}",
        "title": f"Game {number}",
        "map_code": "Stadium_P",
        "match_type": "Online",
        "team_size": size,
        "playlist_id": "ranked-standard",
        "duration": 300,
        "overtime": False,
        "season": 21,
        "season_type": "free2play",
        "date": f"2026-01-01T{number // 60 % 24:02}:{number % 60:02}:00Z",
        "date_has_timezone": True,
        "visibility": "public",
        "blue": made_team("blue", 0, size, goals[0]),
        "orange": made_team("orange", size, size, goals[1]),
        "playlist_name": "Ranked Standard",
        "map_name": "Stadium",
        "server": {"name": "EU1", "region": "EU"},
    } | other


def made_summary(number: int) -> dict[str, Any]:
    """The row of game `number` in a list."""
    answer = made_answer(number)
    shared = ("id", "link", "created", "uploader", "rocket_league_id", "map_code", "map_name", "playlist_id",
              "playlist_name", "duration", "overtime", "season", "season_type", "date", "visibility")  # fmt: skip
    row = {name: answer[name] for name in shared} | {"replay_title": answer["title"], "date_has_tz": True}
    for team in ("blue", "orange"):
        kept = ("start_time", "end_time", "name", "id")
        players = [{name: player[name] for name in kept} | {"score": 100} for player in answer[team]["players"]]
        row[team] = {"players": players} | ({"goals": 2} if team == "blue" else {})  # 0 goals are left out
    return row


def as_bytes(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode()
