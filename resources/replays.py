"""Which replays are of one game, from the lake's tables.

Belongs here: finding them. Does not belong here: what makes two games one (`gametape.replay.duplicates`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gametape.lake.sql import literal, query


def other_readings(base_uri: str, key: str, match: Mapping[str, Any]) -> list[Sequence[Mapping[str, Any]]]:
    """The players of the same game as the other door has them, a list for each replay of it in the lake.

    Args:
        base_uri: The lake.
        key: The replay.
        match: Its row of replay_matches.
    """
    ids = [
        f"{column} = {literal(match[column])}" for column in ("match_guid", "replay_id") if match[column] is not None
    ]
    if not ids:
        return []
    same = f"door <> {literal(match['door'])} and replay <> {literal(key)} and ({' or '.join(ids)})"
    keys = query(f"select replay from replay_matches where {same} order by replay", base_uri)["replay"].to_pylist()
    return [query(f"from replay_players where replay = {literal(one)}", base_uri).to_pylist() for one in keys]
