"""What the pages are made from: tables of the lake, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gametape.base.language import ENGLISH

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class GameInput:
    """One game. Of the tables only `match` and `players` must have rows: a game of the api door has no others.

    Attributes:
        replay: the game's partition key.
        match: its one row of replay_matches.
        players: its rows of replay_players.
        ball: replay_ball_trajectory.
        frames: replay_player_frames.
        events: replay_events.
        measures: the game's rows of replay_measures, whose moments the page jumps to; None: not measured.
        findings: rows of replay_findings of the player whom the page is about; None: nobody was judged.
        me: number of the player whom the page is about, chosen when it opens; None: whose machine recorded the game,
            where one player alone has that name, else nobody.
        language: code of the page's language.
        player_links: where a player's own page lies, relative to this one, by the player's number.
        versions: the code that made the tables, name to version.
    """

    replay: str
    match: pa.Table
    players: pa.Table
    ball: pa.Table
    frames: pa.Table
    events: pa.Table
    measures: pa.Table | None = None
    findings: pa.Table | None = None
    me: int | None = None
    language: str = ENGLISH
    player_links: Mapping[int, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlayerInput:
    """One player over all games in the lake.

    Attributes:
        player: the player's partition key.
        matches: the games that the player was in: replay_matches with the column `replay`. Others may be among them.
        players: the player's own row of each, and no other: replay_players with the column `replay`.
        identity: the player's identity for programs that read the results; None: there is none.
        metrics, findings, plan: the player's rows of replay_metrics, replay_findings and replay_plan.
        language: code of the page's language.
        game_links: where a game's page lies, relative to this one, by its key.
        versions: the code that made the tables, name to version.
    """

    player: str
    matches: pa.Table
    players: pa.Table
    identity: str | None = None
    metrics: pa.Table | None = None
    findings: pa.Table | None = None
    plan: pa.Table | None = None
    language: str = ENGLISH
    game_links: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
