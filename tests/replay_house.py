"""Made games for tests of what runs around `gametape.replay`: files whose text says what was played.

`read_made` stands in for `read_game`. No game here was played by anybody.
"""

import json
from pathlib import Path
from typing import Any

from gametape.base.errors import BadInput
from gametape.replay.game import TABLES, Replay

PEOPLE = ("ana", "bo", "cy", "di")


def game_file(path: Path, **facts: Any) -> Path:
    """Write a made game; `facts` differ from the usual ones, see `read_made`."""
    path.write_text(json.dumps({**facts, "file": path.name}))
    return path


def read_made(path: Path) -> Replay:
    """The game that a file of `game_file` tells of: two a side, 2 : 1, by the door of its name."""
    if path.read_bytes()[:1] != b"{":
        raise BadInput(path, "is no replay", "Give a replay")
    facts = json.loads(path.read_text())
    door = "api" if path.name.lower().endswith(".json") else "file"
    goals = facts.get("goals", [1, 1, 1, 0])
    has_course = door == "file" and not facts.get("unknown_patch")
    match = {
        "door": door,
        "match_guid": facts.get("guid"),
        "replay_id": facts.get("replay_id"),
        "played_at": facts.get("played_at", "2026-01-02T03:04:05"),
        "playlist": facts.get("playlist", "ranked-doubles"),
        "team_size": 2,
        "blue_goals": facts.get("blue", goals[0] + goals[1]),
        "orange_goals": facts.get("orange", goals[2] + goals[3]),
        "winner": facts.get("winner", "blue"),
        "build": "made",
        "network_reason": None if has_course else "patch_unknown" if door == "file" else "api_has_no_course",
        "parser": "made 1",
    }
    players = [
        {
            "door": door,
            "player": number,
            "team": "blue" if number < 2 else "orange",
            "name": facts.get("names", PEOPLE)[number],
            "identity": facts.get("identities", [f"steam:7656119800000000{n}" for n in range(4)])[number],
            "identity_reason": None,
            "bot": False,
            "won": (number < 2) == (match["winner"] == "blue"),
            "core_goals": goals[number],
            "core_score": facts.get("scores", [100 * facts.get("saves", 1) + n for n in range(4)])[number],
            "core_shots": 2,
            "core_saves": facts.get("saves", 1),
            "positioning_percent_behind_ball": 60.0 + number,
            "movement_total_distance": facts.get("distance", 300000.0),
        }
        for number in range(4)
    ]
    frames = [{"frame": n, "time_s": n / 30} for n in range(30)] if has_course else []
    ball = {
        "state": "detected",
        "x": 0.0,
        "y": 0.0,
        "z": 93.0,
        "speed": 900.0,
        "tracker": "made 1",
        "in_play": True,
        "flight": 0,
    }
    scored = [("blue", n) for n in range(match["blue_goals"])] + [("orange", n) for n in range(match["orange_goals"])]
    events = [
        {"kind": "goal", "team": team, "frame": 10 + n, "time_s": (10 + n) / 30, "source": "recorded"}
        for n, (team, _) in enumerate(scored)
    ]
    cars = [
        {**frame, "player": n, "x_uu": 10.0 * n, "y_uu": 0.0, "z_uu": 17.0, "in_play": True}
        for frame in frames
        for n in range(4)
    ]
    return Replay(
        door,
        TABLES["matches"].from_rows([match]),
        TABLES["players"].from_rows(players),
        TABLES["ball"].from_rows([{**frame, **ball} for frame in frames]),
        TABLES["player_frames"].from_rows(cars),
        TABLES["events"].from_rows([{"event": n, **event} for n, event in enumerate(events)] if has_course else []),
    )
