"""Which replays are of one game, from the lake's tables.

Belongs here: finding them. Does not belong here: what makes two records one game (`gametape.replay.duplicates`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from gametape.lake.sql import literal, query
from gametape.replay.duplicates import record_of, same_game

Row = Mapping[str, Any]


def other_readings(base_uri: str, key: str, match: Row, players: Sequence[Row]) -> list[list[Row]]:
    """The players of the same game as the other door has them, a list for each replay of it in the lake.

    Args:
        base_uri: The lake.
        key: The replay.
        match: Its row of replay_matches.
        players: Its rows of replay_players.
    """
    score = f"blue_goals = {match['blue_goals']} and orange_goals = {match['orange_goals']}"
    likely = f"door <> {literal(match['door'])} and replay <> {literal(key)} and {score}"
    matches = query(f"from replay_matches where {likely} order by replay", base_uri).to_pylist()
    if not matches:
        return []
    keys = ", ".join(literal(row["replay"]) for row in matches)
    rows = defaultdict(list)
    for row in query(f"from replay_players where replay in ({keys}) order by replay, player", base_uri).to_pylist():
        rows[row["replay"]].append(row)
    own = record_of(key, match, players)
    same = (row["replay"] for row in matches if same_game(own, record_of(row["replay"], row, rows[row["replay"]])))
    return [rows[replay] for replay in same]
