"""The rows of a game's players: who they are, their score, their statistics.

Belongs here: which player of the header is which of the course, and the row. Does not belong here: counting
(`gametape.replay.statistics`), the spellings of ids (`gametape.replay.identity`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gametape.base.reason import Reason
from gametape.replay import statistics
from gametape.replay.course import COUNT_NAMES, Course
from gametape.replay.identity import Identity, identify, shown
from gametape.replay.match import TEAMS, goals_of, holders, live_seconds
from gametape.replay.motion import Motion, ball_at_every_frame, clock_of, motion_of
from gametape.replay.names import car_name
from gametape.replay.pads import Pickup, pickups_of, places_of_pads
from gametape.replay.parse import Parsed
from gametape.replay.touches import Cars, Touch, kickoffs_of, touch_points, touches_of

_PLATFORMS = {
    "Steam": "steam",
    "Epic": "epic",
    "Xbox": "xbox",
    "PlayStation": "ps4",
    "Switch": "switch",
    "PsyNet": "psynet",
}
_HEADER_PLATFORMS = {
    "OnlinePlatform_Steam": "steam",
    "OnlinePlatform_Epic": "epic",
    "OnlinePlatform_Dingo": "xbox",
    "OnlinePlatform_PS4": "ps4",
    "OnlinePlatform_NNX": "switch",
    "OnlinePlatform_WeGame": "wegame",
}
_CORE = {"Score": "score", "Goals": "goals", "Assists": "assists", "Saves": "saves", "Shots": "shots"}


@dataclass(frozen=True)
class Player:
    """A player of a game.

    Attributes:
        name: As shown in the game.
        team: 0 blue, 1 orange.
        index: Index into the course's players; None: only the header knows of this one.
        bot: The game's own.
        identity: Who it is.
        core: score, goals, assists, saves and shots.
        said: What the course says of it.
    """

    name: str | None
    team: int
    index: int | None
    bot: bool
    identity: Identity
    core: dict[str, int]
    said: dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """A game's players with what is derived from its course.

    Attributes:
        players: In the order of the table: blue first, then as they joined.
        clock: (frames,) seconds of play.
        motions: By the number of the player in the table.
        pickups: Likewise.
        ball: (frames, 6) the ball's state.
        ball_told: (frames,) bool, it was told in that frame.
        holder: (frames,) team that touched the ball last.
        number: From an index into the course's players to the number in the table.
        touches: Every touch of the ball.
    """

    players: list[Player]
    clock: np.ndarray
    motions: list[Motion]
    pickups: list[list[Pickup]]
    ball: np.ndarray
    ball_told: np.ndarray
    holder: np.ndarray
    number: dict[int, int]
    touches: list[Touch]


def players_of(parsed: Parsed) -> list[Player]:
    """The players: those of the course, and those whom only the header knows."""
    header = [dict(one) for one in parsed.header.properties.get("PlayerStats", []) if isinstance(one, dict)]
    found = []
    for index, said in enumerate(parsed.course.players if parsed.course else []):
        stats = _take(header, said)
        core = _core(stats) if stats else _counted(parsed.course, index)
        bot = bool(stats["bBot"]) if stats and "bBot" in stats else bool(said["bot"])
        found.append(Player(said["name"], said["team"], index, bot, _identity_of(said, bot), core, said))
    for stats in header:
        bot = bool(stats.get("bBot"))
        identity = _identity_in_header(stats, bot)
        found.append(Player(stats.get("Name"), int(stats.get("Team", 0)), None, bot, identity, _core(stats), {}))
    return sorted(found, key=lambda player: player.team)


def measure(course: Course, players: list[Player]) -> Measured:
    """What the statistics and the other tables are made from."""
    clock = clock_of(course.times)
    ball, told = ball_at_every_frame(course)
    by_index = [motion_of(course, index, clock) for index in range(len(course.players))]
    places = places_of_pads(course, by_index)
    number = {player.index: n for n, player in enumerate(players) if player.index is not None}
    nobody = motion_of(course, -2, clock)
    motions = [nobody if player.index is None else by_index[player.index] for player in players]
    pickups = [
        [] if player.index is None else pickups_of(course, player.index, motion, places)
        for player, motion in zip(players, motions, strict=True)
    ]
    holder = holders(course, across_kickoffs=True)
    cars = Cars(course.times, motions, [player.team for player in players])
    touches = touches_of(course, cars, touch_points(course.tables["counts"], number))
    return Measured(players, clock, motions, pickups, ball, told, holder, number, touches)


def player_rows(parsed: Parsed, players: list[Player], measured: Measured | None) -> list[dict[str, Any]]:
    """The rows of `replay_players`."""
    goals = goals_of(parsed.header.properties)
    best = _best(players, goals)
    rows = []
    for number, player in enumerate(players):
        rivals = [other for other in players if other.team != player.team]
        core = player.core
        row = {
            "door": "file",
            "player": number,
            "team": TEAMS[player.team],
            "name": shown(player.name),
            "platform": player.identity.platform,
            "platform_id": player.identity.id,
            "identity": player.identity.text,
            "identity_reason": player.identity.reason,
            "bot": player.bot,
            "won": None if goals[0] == goals[1] else (goals[1] > goals[0]) == bool(player.team),
            "car_id": player.said.get("body"),
            "car_name": car_name(player.said.get("body")),
            "steering_sensitivity": player.said.get("steering"),
            "core_shots": core["shots"],
            "core_shots_against": sum(other.core["shots"] for other in rivals),
            "core_goals": core["goals"],
            "core_goals_against": goals[1 - player.team],
            "core_saves": core["saves"],
            "core_assists": core["assists"],
            "core_score": core["score"],
            "core_mvp": number == best,
            "core_shooting_percentage": core["goals"] / core["shots"] * 100 if core["shots"] else 0.0,
            "stats_reason": parsed.reason,
        }
        row |= _camera(player.said.get("camera"))
        if parsed.course and measured:
            row |= _measured_row(parsed.course, measured, number)
        rows.append(row)
    return rows


def _measured_row(course: Course, measured: Measured, number: int) -> dict[str, Any]:
    player, motion = measured.players[number], measured.motions[number]
    if player.index is None or not len(motion.frames):
        return {"stats_reason": Reason("player_without_car")}
    mates = [
        other
        for n, other in enumerate(measured.motions)
        if n != number and measured.players[n].team == player.team and len(other.frames)
    ]
    first, last = player.said["first"], player.said["last"]
    live = live_seconds(course, measured.clock, first, last)
    scene = statistics.Scene(measured.clock, measured.ball, measured.holder, mates, live)
    side = 1 - 2 * player.team
    conceded = _conceded(course, measured, number, side)
    inflicted, taken = _demolitions(course, player.index)
    kickoffs = kickoffs_of(course, measured.touches)
    return (
        {
            "start_s": float(measured.clock[first]),
            "end_s": float(measured.clock[-1 if last is None else last]),
            "demo_inflicted": inflicted,
            "demo_taken": taken,
            "positioning_goals_against_while_last_defender": conceded,
            "touches": sum(touch.player == number for touch in measured.touches),
            "first_touches": sum(one.first is not None and one.first.player == number for one in kickoffs),
        }
        | statistics.movement(motion)
        | statistics.powerslides(course, player.index, motion, measured.clock)
        | statistics.positioning(motion, scene, side)
        | statistics.boost(motion, measured.pickups[number], scene, side)
    )


def _demolitions(course: Course, index: int) -> tuple[int, int]:
    """How many others the player demolished, and how often others did it to the player."""
    attacker, victim = course.column("demolitions", "attacker"), course.column("demolitions", "victim")
    exploded = course.column("demolitions", "exploded") == 1
    by_other = (attacker >= 0) & (attacker != victim) & ~exploded
    return int((by_other & (attacker == index)).sum()), int((by_other & (victim == index)).sum())


def _conceded(course: Course, measured: Measured, number: int, side: int) -> int:
    """Goals against while the player was the last of the team. The others score where y times side is least."""
    own = measured.players[number].team
    count = 0
    for frame, x, y, z in course.tables["explosions"]:
        del x, z
        if y * side > 0:
            continue
        at = int(frame)
        depths = {}
        for n, motion in enumerate(measured.motions):
            if measured.players[n].team == own and len(motion.frames):
                index = int(np.searchsorted(motion.frames, at, side="right")) - 1
                if index >= 0 and measured.clock[at] - measured.clock[motion.frames[index]] < 5.0:
                    depths[n] = motion.states[index, 1] * side
        count += bool(depths) and min(depths, key=lambda n: depths[n]) == number
    return count


def _best(players: list[Player], goals: tuple[int, int]) -> int | None:
    """Number of the best of the winners; None: nobody won."""
    if goals[0] == goals[1]:
        return None
    winners = [n for n, player in enumerate(players) if player.team == int(goals[1] > goals[0])]
    return max(winners, key=lambda n: players[n].core["score"], default=None)


def _take(header: list[dict[str, Any]], said: dict[str, Any]) -> dict[str, Any] | None:
    """The header's entry of a player of the course, taken out of it: by name and team."""
    for place, stats in enumerate(header):
        if stats.get("Name") == said["name"] and int(stats.get("Team", 0)) == said["team"]:
            return header.pop(place)
    return None


def _core(stats: dict[str, Any]) -> dict[str, int]:
    return {own: int(stats.get(name, 0)) for name, own in _CORE.items()}


def _counted(course: Course | None, index: int) -> dict[str, int]:
    """The last of each counter: for who left before the end, and is not in the header."""
    counts = dict.fromkeys(COUNT_NAMES, 0)
    if course:
        for _, player, count, value in course.tables["counts"].astype(np.int64):
            if player == index:
                counts[COUNT_NAMES[count]] = int(value)
    return counts


def _identity_of(said: dict[str, Any], bot: bool) -> Identity:
    unique = said["unique_id"]
    remote = unique["remote_id"] if unique else None
    if not isinstance(remote, dict):
        return identify(None, None, bot=bot or not unique)
    kind, value = next(iter(remote.items()))
    if isinstance(value, dict):
        value = value.get("name") if kind == "PlayStation" else value.get("online_id")
    local = int(unique.get("local_id") or 0)
    return identify(_PLATFORMS.get(kind), None if value in (None, 0, "0") else str(value), bot=bot, local_player=local)


def _identity_in_header(stats: dict[str, Any], bot: bool) -> Identity:
    platform = _HEADER_PLATFORMS.get(str(stats.get("Platform")))
    own = str(stats.get("OnlineID") or "")
    if platform == "epic":
        own = str((stats.get("PlayerID") or {}).get("EpicAccountId") or "")
    elif platform == "ps4":
        own = str(stats.get("Name") or "")
    return identify(platform, own or None, bot=bot)


def _camera(said: dict[str, Any] | None) -> dict[str, Any]:
    names = {"fov": "fov", "height": "height", "pitch": "angle", "distance": "distance", "stiffness": "stiffness"}
    names |= {"swivel_speed": "swivel_speed", "transition_speed": "transition_speed"}
    return {f"camera_{name}": said.get(theirs) for name, theirs in names.items()} if said else {}
