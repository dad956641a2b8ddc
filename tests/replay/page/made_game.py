"""A game and games that we made up ourselves: every place, boost and event is a formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametape.replay.page import GameInput, PlayerInput
from gametape.tables.replay_statistics import STATISTICS
from gametape.tables.replays import (
    REPLAY_BALL_TRAJECTORY,
    REPLAY_EVENTS,
    REPLAY_MATCHES,
    REPLAY_PLAYER_FRAMES,
    REPLAY_PLAYERS,
)

NAMES = ("Blue One", "Blue Two", "Orange One", "Orange Two")
IDENTITIES = tuple(f"steam:{n}" for n in range(1, 5))
RATE = 30
END = 60.0
OVERTIME_FROM = 40.0
TOUCH = 2.5
GOALS = ((20.0, 0), (35.0, 2), (50.0, 2))
"""When goals fell, and whose number scored them: of the first one the second player was the assistant."""


def ball_at(time: float | np.ndarray) -> tuple[Any, Any, Any]:
    """x, y, z in uu."""
    return 2000 * np.sin(time / 3), 4000 * np.sin(time / 5), 93 + 900 * np.sin(time / 4) ** 2


def car_at(player: int, time: float | np.ndarray) -> tuple[Any, Any, Any]:
    """x, y, z in uu."""
    side = -1 if player < 2 else 1
    return 1500 * np.cos(time / 4 + player), side * 2500 + 1500 * np.sin(time / 3 + player), 17 + 0 * time


def boost_at(player: int, time: float | np.ndarray) -> Any:
    """0..100."""
    return 50 + 50 * np.sin(time / 6 + player)


def match(**given: Any) -> dict[str, Any]:
    """The row of replay_matches."""
    return {
        "door": "file",
        "replay_id": "AB" * 16,
        "played_at": "2026-03-10T18:55:52Z",
        "map_code": "stadium_p",
        "map_name": "DFH Stadium",
        "match_type": "Online",
        "playlist": "ranked-doubles",
        "team_size": 2,
        "duration_s": 52.0,
        "overtime": True,
        "overtime_s": 12.0,
        "blue_goals": 1,
        "orange_goals": 2,
        "winner": "orange",
        "blue_possession_s": 30.0,
        "orange_possession_s": 10.0,
        "ball_in_blue_side_s": 13.0,
        "ball_in_orange_side_s": 39.0,
        "frames": 1800,
        "parser": "made-up 1",
        **given,
    }


def stats(player: int, **given: Any) -> dict[str, Any]:
    """All statistics: each its own number, so that a wrong column would be seen."""
    whole = {"int32": lambda i: (i % 7) + player, "bool": lambda i: player == 2}
    made = {}
    for i, one in enumerate(STATISTICS):
        made[one.name] = whole[one.type](i) if one.type in whole else round(10.5 * (i + 1) + player, 3)
    return {**made, **given}


def players(**given: Any) -> list[dict[str, Any]]:
    """The rows of replay_players."""
    return [
        {
            "door": "file",
            "player": number,
            "team": "blue" if number < 2 else "orange",
            "name": name,
            "identity": IDENTITIES[number],
            "bot": False,
            "won": number >= 2,
            **stats(number, core_goals=(1, 0, 2, 0)[number]),
            **given,
        }
        for number, name in enumerate(NAMES)
    ]


def times() -> np.ndarray:
    """Of the frames, s: uneven, as in a replay."""
    n = int(END * RATE)
    return np.arange(n) / RATE + 0.004 * np.sin(np.arange(n))


def game(language: str = "en", changes: Mapping[str, Any] | None = None, **given: Any) -> GameInput:
    """The whole game. `changes` are of the match's row, `given` of the input."""
    at = times()
    x, y, z = ball_at(at)
    shown = np.where(at < OVERTIME_FROM, np.maximum(0, np.ceil(OVERTIME_FROM - at)), np.floor(at - OVERTIME_FROM) + 1)
    ball = {
        "frame": np.arange(len(at)),
        "time_s": at,
        "taken_s": at,
        "state": ["detected"] * len(at),
        "x": x,
        "y": y,
        "z": z,
        "speed": np.full(len(at), 1234.4),
        "tracker": ["made-up 1"] * len(at),
        "in_play": np.full(len(at), True),
        "seconds_remaining": shown.astype(int),
    }
    rows: dict[str, list] = {name: [] for name in FRAME_COLUMNS}
    for number in range(4):
        x, y, z = car_at(number, at)
        here = ~((number == 3) & (at >= 30) & (at < 33))  # demolished
        columns = {"frame": np.arange(len(at)), "time_s": at, "player": np.full(len(at), number)}
        columns |= {"x_uu": x, "y_uu": y, "z_uu": z, "boost": boost_at(number, at)}
        columns |= {"speed_uu_s": 1000.0 + 100 * number + 0 * at, "yaw_rad": np.arctan2(np.sin(at / 3), np.cos(at / 3))}
        columns |= {"in_play": np.full(len(at), True)}
        for name in FRAME_COLUMNS:
            rows[name] += columns[name][here].tolist()
    tables = {
        "match": REPLAY_MATCHES.from_rows([match(**(changes or {}))]),
        "players": REPLAY_PLAYERS.from_rows(players()),
        "ball": _table(REPLAY_BALL_TRAJECTORY, ball),
        "frames": _table(REPLAY_PLAYER_FRAMES, rows),
        "events": REPLAY_EVENTS.from_rows(events()),
    }
    return GameInput(**{"replay": "made-game", "language": language, **tables, **given})


FRAME_COLUMNS = ("frame", "time_s", "player", "x_uu", "y_uu", "z_uu", "speed_uu_s", "yaw_rad", "boost", "in_play")


def events() -> list[dict[str, Any]]:
    """Two kickoffs, two goals, a shot, a save, a demolition, a touch."""

    def event(kind: str, time: float, **given: Any) -> dict[str, Any]:
        return {"kind": kind, "time_s": time, "frame": int(time * RATE), "source": "derived", **given}

    rows = [
        event("kickoff", 0.0, end_s=TOUCH),
        event("touch", TOUCH, player=1, team="blue"),
        event("shot", 10.0, player=1, team="blue"),
        event("save", 10.5, player=2, team="orange"),
        event("goal", GOALS[0][0], player=0, other=1, team="blue", ball_speed_uu_s=2500.0),
        event("kickoff", 24.0, end_s=26.0, player=3, team="orange"),
        event("demo", 30.0, player=0, other=3, team="blue"),
        *(event("goal", time, player=who, team="orange") for time, who in GOALS[1:]),
    ]
    return [{"event": number, **row} for number, row in enumerate(sorted(rows, key=lambda row: row["time_s"]))]


def api_game(language: str = "en", **given: Any) -> GameInput:
    """The same game by the api door: no frames."""
    changes = {"door": "api", "network_reason": "door_has_no_course", "frames": None}
    return GameInput(
        **{
            "replay": "made-game",
            "language": language,
            "match": REPLAY_MATCHES.from_rows([match(**changes)]),
            "players": REPLAY_PLAYERS.from_rows(players(door="api")),
            "ball": REPLAY_BALL_TRAJECTORY.empty(),
            "frames": REPLAY_PLAYER_FRAMES.empty(),
            "events": REPLAY_EVENTS.empty(),
            **given,
        }
    )


def career(count: int = 12, language: str = "en", **given: Any) -> PlayerInput:
    """Games of the first player, won and lost by turns; a day apart, the newest first."""
    matches, own = [], []
    for n in reversed(range(count)):
        won = n % 3 == 0
        goals = {"blue_goals": 3 if won else 1, "orange_goals": 2, "winner": "blue" if won else "orange"}
        matches.append(match(played_at=f"2026-03-{n + 1:02d}T20:00:00Z", **goals))
        own.append(players(won=won)[0] | {"core_goals": n % 4, "core_score": 100 + 10 * n})
    keys = [f"game-{n:02d}" for n in reversed(range(count))]
    tables = {
        "matches": _keyed(REPLAY_MATCHES.from_rows(matches), keys),
        "players": _keyed(REPLAY_PLAYERS.from_rows(own), keys),
    }
    links = {key: f"../{key}/report.html" for key in keys}
    base = {"player": "steam-1", "language": language, "game_links": links}
    return PlayerInput(**{**base, **tables, **given})


def _keyed(table: Any, keys: list[str]) -> Any:
    return table.append_column("replay", [keys])


def _table(contract: Any, columns: Mapping[str, Any]) -> Any:
    import pyarrow as pa

    n = len(columns["time_s"])
    full = {one.name: columns.get(one.name, [None] * n) for one in contract.columns}
    arrays = {name: pa.array(np.asarray(v).tolist() if isinstance(v, np.ndarray) else v) for name, v in full.items()}
    return contract.cast(
        pa.table({k: v if v.type != pa.null() else v.cast(contract.schema().field(k).type) for k, v in arrays.items()})
    )
