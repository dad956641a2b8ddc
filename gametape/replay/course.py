"""The course of a game: arrays by frame and player of what the network sent.

Belongs here: the arrays and their columns. Does not belong here: reading them (`gametape.replay.follower`), what
follows from them (its neighbours).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

COUNTS = {
    "TAGame.PRI_TA:MatchScore": "score",
    "TAGame.PRI_TA:MatchGoals": "goals",
    "TAGame.PRI_TA:MatchAssists": "assists",
    "TAGame.PRI_TA:MatchSaves": "saves",
    "TAGame.PRI_TA:MatchShots": "shots",
}
"""Counters of a player, by what the network calls them."""

#: Columns of each table of a course. `player` is an index into `Course.players`, -1 where it is nobody.
COLUMNS: dict[str, tuple[str, ...]] = {
    "ball": ("frame", "x", "y", "z", "vx", "vy", "vz", "sleeping", "wx", "wy", "wz"),
    "cars": ("frame", "player", "x", "y", "z", "vx", "vy", "vz", "qx", "qy", "qz", "qw", "sleeping"),
    "spawns": ("frame", "player", "actor"),
    "gone": ("frame", "player"),
    "boost": ("frame", "player", "amount", "grants"),
    "active": ("frame", "player", "component", "on"),
    "handbrake": ("frame", "player", "on"),
    "pickups": ("frame", "pad", "player"),
    "demolitions": ("frame", "attacker", "victim", "exploded"),
    "counts": ("frame", "player", "count", "value"),
    "hits": ("frame", "team"),
    "clock": ("frame", "seconds"),
    "overtime": ("frame", "on"),
    "kickoffs": ("frame", "round"),
    "first_hits": ("frame", "hit"),
    "explosions": ("frame", "x", "y", "z"),
    "ball_gone": ("frame", "gone"),
}
COMPONENTS = ("Boost", "Jump", "DoubleJump", "Dodge", "FlipCar")
COUNT_NAMES = tuple(COUNTS.values())


@dataclass
class Course:
    """A game frame by frame.

    Attributes:
        times: (n,) seconds on the replay's clock.
        tables: Each of `COLUMNS`, (rows, columns) float64.
        players: What the network says of each player: unique_id, name, team (0 or 1), bot, body, camera, steering, its
            first frame and its last (None: it stayed).
        pads: Name of each boost pad.
        facts: Facts of the game: playlist, server, region, match_type_class.
    """

    times: np.ndarray
    tables: dict[str, np.ndarray]
    players: list[dict[str, Any]]
    pads: list[str]
    facts: dict[str, Any] = field(default_factory=dict)

    def column(self, table: str, name: str) -> np.ndarray:
        """One column of a table."""
        return self.tables[table][:, COLUMNS[table].index(name)]
