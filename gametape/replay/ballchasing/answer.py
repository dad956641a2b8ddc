"""From ballchasing.com's answer about a game to the game's tables.

Belongs here: which field becomes which column. Does not belong here: what an answer may hold (`schema`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gametape.base.errors import BadInput, Unavailable
from gametape.base.reason import Reason
from gametape.replay.ballchasing.schema import GROUPS, Answer, Camera, Drifted, Player, Team, checked, loaded
from gametape.replay.game import TABLES, Replay
from gametape.replay.identity import identify, shown

PARSER = "ballchasing.com"
LARGEST_BYTES = 8 << 20
"""A longer file is no answer about one game: those have about 5 kB a player."""


class StillPending(Unavailable):
    """Ballchasing.com has not read the replay yet."""


class ProcessingFailed(BadInput):
    """Ballchasing.com could not read the replay."""


class NoPlayers(BadInput):
    """A game without players: free play."""


def read_answer(path: Path) -> Replay:
    """The game in a file that holds ballchasing.com's answer about it.

    Raises:
        BadInput: The file cannot be read, is no such answer, or the answer is that there is no game (yet).
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise BadInput(path, f"cannot be read ({error.strerror})", "Check the path and its rights") from error
    try:
        return replay_of(raw, path.name)
    except StillPending as error:  # the same bytes never say anything else
        raise BadInput(error.subject, error.reason, error.remedy) from None


def answer_of(raw: bytes, name: str) -> Answer:
    """The answer in bytes, checked.

    Args:
        raw: The answer's body.
        name: What errors call it.

    Raises:
        Drifted: A field is new, gone or of another kind; the message names it.
        StillPending: Ballchasing.com has not read the replay yet.
        ProcessingFailed: It could not.
        NoPlayers: Nobody was recorded in the game; the API then gives 0 for what was not counted.
    """
    if len(raw) > LARGEST_BYTES:
        raise Drifted(name, f"is longer than {LARGEST_BYTES} bytes", "Is it an answer about one game?")
    data = loaded(raw, name)
    status = data.get("status")
    if status == "pending":
        raise StillPending(name, "ballchasing.com has not read this replay yet", "Import it again in a minute")
    if status == "failed":
        raise ProcessingFailed(
            name, "ballchasing.com could not read this replay", "Upload the .replay file itself to gametape"
        )
    answer = checked(Answer, data, name)
    if not (answer.blue.players or answer.orange.players):
        raise NoPlayers(name, "has no players (free play?), so there is nothing to measure", "Leave it out")
    return answer


def replay_of(raw: bytes, name: str) -> Replay:
    """The game in an answer's bytes; raises what `answer_of` does."""
    answer = answer_of(raw, name)
    winner = _winner(answer)
    players = [
        _player_row(number, team, player, winner)
        for number, (team, player) in enumerate(
            (team, player) for team in (answer.blue, answer.orange) for player in team.players
        )
    ]
    empty = {name: contract.empty() for name, contract in TABLES.items()}
    matches = TABLES["matches"].from_rows([_match_row(answer, winner)])
    return Replay("api", **(empty | {"matches": matches, "players": TABLES["players"].from_rows(players)}))


def _winner(answer: Answer) -> str | None:
    blue, orange = answer.blue.stats.core.goals, answer.orange.stats.core.goals
    return None if blue == orange else ("blue" if blue > orange else "orange")


def _match_row(answer: Answer, winner: str | None) -> dict[str, Any]:
    blue, orange, server = answer.blue, answer.orange, answer.server
    return {
        "door": "api",
        "ballchasing_id": answer.id,
        "replay_id": answer.rocket_league_id.upper(),
        "match_guid": answer.match_guid.upper() if answer.match_guid else None,
        "title": answer.title,
        "recorder": answer.recorder,
        "played_at": answer.date if answer.date_has_timezone else _without_zone(answer.date),
        "map_code": answer.map_code.lower(),
        "map_name": answer.map_name,
        "match_type": answer.match_type,
        "playlist": answer.playlist_id,
        "playlist_reason": None if answer.playlist_id else Reason("playlist_not_told"),
        "team_size": answer.team_size,
        "duration_s": answer.duration,
        "overtime": answer.overtime,
        "overtime_s": answer.overtime_seconds if answer.overtime else None,
        "season": answer.season,
        "season_type": answer.season_type,
        "min_rank_tier": answer.min_rank.tier if answer.min_rank else None,
        "max_rank_tier": answer.max_rank.tier if answer.max_rank else None,
        "blue_name": blue.name,
        "orange_name": orange.name,
        "blue_goals": blue.stats.core.goals,
        "orange_goals": orange.stats.core.goals,
        "winner": winner,
        "blue_possession_s": blue.stats.ball.possession_time,
        "orange_possession_s": orange.stats.ball.possession_time,
        "ball_in_blue_side_s": blue.stats.ball.time_in_side,
        "ball_in_orange_side_s": orange.stats.ball.time_in_side,
        "server": server.name if server else None,
        "region": server.region if server else None,
        "network_reason": Reason("answer_without_course"),
        "parser": PARSER,
    }


def _without_zone(date: str) -> str:
    """The date as recorded: the API writes a zone even where none was.

    >>> _without_zone("2016-09-01T19:39:00Z")
    '2016-09-01T19:39:00'
    """
    return date[:19]


def _player_row(number: int, team: Team, player: Player, winner: str | None) -> dict[str, Any]:
    bot = not (player.id.platform or player.id.id)
    identity = identify(player.id.platform, player.id.id, bot=bot, local_player=player.id.player_number, in_hex=True)
    row = {
        "door": "api",
        "player": number,
        "team": team.color,
        "name": shown(player.name),
        "platform": identity.platform,
        "platform_id": identity.id,
        "identity": identity.text,
        "identity_reason": identity.reason,
        "bot": bot,
        "won": None if winner is None else winner == team.color,
        "start_s": player.start_time,
        "end_s": player.end_time,
        "rank_tier": player.rank.tier if player.rank else None,
        "rank_division": player.rank.division if player.rank else None,
        "rank_name": player.rank.name if player.rank else None,
        "car_id": player.car_id,
        "car_name": player.car_name,
        "steering_sensitivity": player.steering_sensitivity,
        "stats_reason": None,
    }
    camera = player.camera or Camera()
    row |= {f"camera_{name}": value for name, value in camera.model_dump().items()}
    for group in GROUPS:
        row |= {f"{group}_{name}": value for name, value in getattr(player.stats, group).model_dump().items()}
    return row
