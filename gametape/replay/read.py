"""Read a game from its file, by either door.

Belongs here: the choice of the door, and the way from a replay to tables. Does not belong here: the steps of that way.
"""

from __future__ import annotations

from pathlib import Path

from gametape.base.errors import BadInput
from gametape.replay.game import TABLES, Replay

REPLAY_SUFFIX = ".replay"
ANSWER_SUFFIX = ".ballchasing.json"


def read_game(path: Path) -> Replay:
    """The game in a file: a replay, or ballchasing.com's answer about one, by the file's name.

    Args:
        path: `NAME.replay` or `NAME.ballchasing.json`.

    Raises:
        BadInput: The file is neither, or cannot be read.
    """
    name = path.name.lower()
    if name.endswith(ANSWER_SUFFIX):
        from gametape.replay.ballchasing import read_answer

        return read_answer(path)
    if name.endswith(REPLAY_SUFFIX):
        return read_replay(path)
    raise BadInput(path, "is no replay by its name", f"Name it …{REPLAY_SUFFIX} or …{ANSWER_SUFFIX}")


def read_replay(path: Path) -> Replay:
    """The game in a replay file. It is parsed in a process of its own with limits of memory and time.

    Args:
        path: The file. Its name does not matter.

    Returns:
        The game. Where the header can be read but the course of the game cannot (a patch that the parser does not
        know), the tables hold what the header says, and `matches.network_reason` why there is no more.

    Raises:
        BadInput: It is no replay, or damaged.
    """
    from gametape.replay.events import event_rows
    from gametape.replay.match import match_row
    from gametape.replay.parse import parse
    from gametape.replay.players import measure, player_rows, players_of
    from gametape.replay.tracks import ball_table, player_table

    parsed = parse(path)
    players = players_of(parsed)
    made = {name: contract.empty() for name, contract in TABLES.items()}
    made["matches"] = TABLES["matches"].from_rows([match_row(parsed)])
    measured = measure(parsed.course, players) if parsed.course else None
    made["players"] = TABLES["players"].from_rows(player_rows(parsed, players, measured))
    if parsed.course and measured:
        made["ball"] = ball_table(parsed.course, measured, parsed.parser)
        made["player_frames"] = player_table(parsed.course, measured)
        made["events"] = TABLES["events"].from_rows(event_rows(parsed, measured))
    return Replay("file", **made, header=parsed.header.properties)
