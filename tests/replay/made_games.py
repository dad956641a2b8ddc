"""Made games of which the truth is known: who plays how, and what wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from gametape.tables.replay_statistics import STATISTICS
from gametape.tables.replays import REPLAY_MATCHES, REPLAY_PLAYERS

ME = "steam:76561198000000001"
#: Mean and spread of the statistics that the judgement reads, as they are at a middling rank.
USUAL = {
    "core_goals": (0.8, 0.9), "core_assists": (0.5, 0.7), "core_score": (320.0, 130.0), "core_shots": (2.4, 1.5),
    "core_saves": (1.3, 1.2), "core_shots_against": (7.0, 2.5), "positioning_goals_against_while_last_defender": (0.7, 0.8),
    "movement_avg_speed": (1450.0, 90.0), "movement_percent_supersonic_speed": (13.0, 4.0),
    "movement_count_powerslide": (80.0, 30.0), "movement_percent_high_air": (5.0, 2.0),
    "positioning_percent_behind_ball": (70.0, 5.0), "positioning_percent_defensive_third": (46.0, 6.0),
    "positioning_percent_offensive_third": (23.0, 5.0), "positioning_avg_distance_to_ball": (2750.0, 200.0),
    "positioning_percent_most_back": (34.0, 6.0), "positioning_percent_closest_to_ball": (34.0, 6.0),
    "boost_percent_zero_boost": (13.0, 4.0), "boost_avg_amount": (47.0, 5.0), "boost_bpm": (380.0, 50.0),
    "boost_amount_stolen": (350.0, 140.0), "demo_taken": (0.8, 0.9), "demo_inflicted": (0.8, 0.9),
}  # fmt: skip
COUNTS = {one.name for one in STATISTICS if one.type == "int32"}


@dataclass
class World:
    """How games are made.

    Attributes:
        mine: How far the player's mean is from the usual, by statistic, in its spreads.
        wins: Log-odds of winning a spread of the statistic that a team's mean is above the other's.
        between: How much players differ, in a game's spreads.
        strength: Log-odds of winning that the player's team has whatever it does.
        friends: Log-odds that each regular team-mate adds; each has a style of his own.
    """

    games: int = 30
    team_size: int = 3
    playlist: str | None = "ranked-standard"
    mine: Mapping[str, float] = field(default_factory=dict)
    wins: Mapping[str, float] = field(default_factory=dict)
    between: float = 0.5
    strength: float = 0.0
    friends: tuple[float, ...] = ()
    drift: float = 0.0
    strangers: int | None = None
    seconds: float = 330.0


def make(world: World, seed: int, prefix: str = "g") -> tuple[pa.Table, pa.Table]:
    """Tables replay_matches and replay_players with their key column."""
    rng = np.random.default_rng(seed)
    names = list(USUAL)
    mean, spread = (np.array(values) for values in zip(*USUAL.values(), strict=True))
    my_style = np.array([world.mine.get(name, 0.0) for name in names])
    weight = np.array([world.wins.get(name, 0.0) for name in names])
    friends = rng.normal(0, 1.5, (len(world.friends), len(names)))
    strangers = world.strangers or 10**6
    known: dict[int, np.ndarray] = {}
    matches, players = [], []
    for game in range(world.games):
        people, style = [ME], [my_style + world.drift * (game / max(1, world.games - 1) - 0.5)]
        bonus = world.strength + 3 * world.drift * (game / max(1, world.games - 1) - 0.5)
        if world.friends:
            which = int(rng.integers(len(world.friends)))
            bonus += world.friends[which]
            people.append(f"epic:{which:032x}")
            style.append(friends[which])
        while len(people) < 2 * world.team_size:
            who = int(rng.integers(strangers))
            if f"xbox:{who}" not in people:
                people.append(f"xbox:{who}")
                style.append(known.setdefault(who, rng.normal(0, world.between, len(names))))
        z = np.array(style) + rng.normal(0, 1, (len(people), len(names)))
        mine, theirs = z[: world.team_size].mean(axis=0), z[world.team_size :].mean(axis=0)
        won = rng.random() < 1 / (1 + np.exp(-bonus - weight @ (mine - theirs)))
        i_am_blue = bool(rng.random() < 0.5)
        key = f"{prefix}{game:04d}"
        blue_won = won == i_am_blue
        matches.append({
            "replay": key, "door": "api", "match_guid": key * 2, "playlist": world.playlist, "team_size": world.team_size,
            "played_at": f"2026-01-{1 + game // 24:02d}T{game % 24:02d}:00:00Z", "duration_s": world.seconds,
            "blue_goals": int(blue_won), "orange_goals": int(not blue_won), "winner": "blue" if blue_won else "orange",
            "parser": "made",
        })  # fmt: skip
        for at, who in enumerate(people):
            with_me = at < world.team_size
            values = mean + spread * z[at]
            row = dict(zip(names, values.tolist(), strict=True))
            row = {name: max(0, round(value)) if name in COUNTS else value for name, value in row.items()}
            row |= {"boost_amount_collected": 400.0 * world.seconds / 60, "boost_bcpm": 400.0}
            players.append({
                "replay": key, "door": "api", "player": at, "team": "blue" if with_me == i_am_blue else "orange",
                "name": f"somebody {who}", "identity": who, "bot": False, "won": bool(with_me == won), **row,
            })  # fmt: skip
    return table(REPLAY_MATCHES, matches), table(REPLAY_PLAYERS, players)


def table(contract, rows: list[dict]) -> pa.Table:
    """A table with its key column, as the lake gives it."""
    keys = [row.pop("replay") for row in rows]
    made = contract.from_rows(rows)
    return made.append_column("replay", pa.array(keys, pa.string()))
