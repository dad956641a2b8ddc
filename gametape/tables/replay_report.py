"""The tables of the pages that are made of replays: of a game, and of a player over games.

Belongs here: columns. Does not belong here: building the pages (`gametape.replay.page`).
"""

from __future__ import annotations

from gametape.tables.core import PLAYER, REPLAY, Table, columns

_PAGE = (
    "page string! file of the page, in the key's folder",
    "bytes int64! size of the page",
    "headline string! JSON object of the headline figures",
    "pdf string! file of the same on paper",
    "results string! file of the same figures as JSON",
)

REPLAY_REPORT = Table("replay_report", "a page of a game", columns(*_PAGE), key=REPLAY)
REPLAY_PLAYER_REPORT = Table("replay_player_report", "a page of a player over games", columns(*_PAGE), key=PLAYER)
