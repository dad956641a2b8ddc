"""One game as tables, whichever way it came.

Belongs here: the form that the rest of the house gets. Does not belong here: how the tables are filled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from gametape.tables import replays as tables

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.tables.core import Table

Door = Literal["file", "api"]

TABLES: dict[str, Table] = {
    "matches": tables.REPLAY_MATCHES,
    "players": tables.REPLAY_PLAYERS,
    "ball": tables.REPLAY_BALL_TRAJECTORY,
    "player_frames": tables.REPLAY_PLAYER_FRAMES,
    "events": tables.REPLAY_EVENTS,
}
"""The contract of each table of a `Replay`, by its attribute."""


@dataclass(frozen=True)
class Replay:
    """A game.

    Attributes:
        door: Where it came from.
        matches: One row, `replay_matches`.
        players: `replay_players`, in the order of `player`.
        ball: `replay_ball_trajectory`; without rows where the course of the game is not known.
        player_frames: `replay_player_frames`; without rows likewise.
        events: `replay_events`; from an API answer without rows.
        header: What a file's header says besides, by its own names (`TeamSize`, `Goals`, …); empty from an API answer.
    """

    door: Door
    matches: pa.Table
    players: pa.Table
    ball: pa.Table
    player_frames: pa.Table
    events: pa.Table
    header: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Cast each table to its contract. Raises ValueError where it does not fit."""
        for name, contract in TABLES.items():
            object.__setattr__(self, name, contract.cast(getattr(self, name)))

    def tables(self) -> Iterator[tuple[Table, pa.Table]]:
        """Each table with its contract."""
        return ((contract, getattr(self, name)) for name, contract in TABLES.items())

    @property
    def match(self) -> dict[str, Any]:
        """The row of `matches`."""
        return self.matches.to_pylist()[0]

    @property
    def has_course(self) -> bool:
        """Is it known where ball and cars were?"""
        return bool(self.ball.num_rows)
