"""The row of a game: what its header and its course say of it as a whole.

Belongs here: playlist, date, score, lengths, possession. Does not belong here: players (`gametape.replay.players`).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from gametape.base.reason import Reason
from gametape.replay.course import Course
from gametape.replay.goals import LINE_UU
from gametape.replay.motion import clock_of
from gametape.replay.names import arena_name
from gametape.replay.parse import Parsed
from gametape.replay.statistics import KICKOFF_S

TEAMS = ("blue", "orange")

PLAYLISTS = {
    1: "unranked-duels", 2: "unranked-doubles", 3: "unranked-standard", 4: "unranked-chaos", 6: "private", 7: "season",
    8: "offline", 10: "ranked-duels", 11: "ranked-doubles", 12: "ranked-solo-standard", 13: "ranked-standard",
    15: "snowday", 16: "rocketlabs", 17: "hoops", 18: "rumble", 22: "tournament", 23: "dropshot", 27: "ranked-hoops",
    28: "ranked-rumble", 29: "ranked-dropshot", 30: "ranked-snowday", 34: "tournament",
}  # fmt: skip
"""Ballchasing's name of a playlist, by the game's number of it."""


def match_row(parsed: Parsed) -> dict[str, Any]:
    """The row of `replay_matches`."""
    header, said = parsed.header, parsed.header.properties
    goals = goals_of(said)
    playlist, why = _playlist(parsed.course)
    row = {
        "door": "file",
        "replay_id": said.get("Id"),
        "match_guid": said.get("MatchGUID") or said.get("MatchGuid"),
        "title": said.get("ReplayName") or None,
        "recorder": said.get("PlayerName"),
        "played_at": played_at(said.get("Date")),
        "map_code": str(said["MapName"]).lower() if said.get("MapName") else None,
        "map_name": arena_name(said.get("MapName")),
        "match_type": said.get("MatchType"),
        "playlist": playlist,
        "playlist_reason": why,
        "team_size": said.get("TeamSize"),
        "blue_goals": goals[0],
        "orange_goals": goals[1],
        "winner": None if goals[0] == goals[1] else TEAMS[int(goals[1] > goals[0])],
        "build": said.get("BuildVersion"),
        "engine_version": header.engine_version,
        "licensee_version": header.licensee_version,
        "net_version": header.net_version,
        "network_reason": parsed.reason,
        "parser": parsed.parser,
    }
    return row | (_course_row(parsed.course) if parsed.course else {})


def goals_of(said: dict[str, Any]) -> tuple[int, int]:
    """The score: a header leaves out a team's goals where it has none."""
    return int(said.get("Team0Score", 0)), int(said.get("Team1Score", 0))


def played_at(text: str | None) -> str | None:
    """The date of a header in ISO 8601.

    >>> played_at("2016-09-01:21-39"), played_at("2026-03-10 18-55-49"), played_at("soon")
    ('2016-09-01T21:39:00', '2026-03-10T18:55:49', None)
    """
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})[ :](\d{2})-(\d{2})(?:-(\d{2}))?", text or "")
    return f"{found[1]}T{found[2]}:{found[3]}:{found[4] or '00'}" if found else None


def holders(course: Course, *, across_kickoffs: bool = False) -> np.ndarray:
    """(frames,) team that touched the ball last, -1: nobody yet; a kickoff begins anew unless it counts on."""
    count = len(course.times)
    holder = np.full(count, -2)
    for frame, hit in course.tables["first_hits"].astype(np.int64):
        if not hit and not across_kickoffs:
            holder[frame] = -1
    for frame, team in course.tables["hits"].astype(np.int64):
        holder[frame] = team if team in (0, 1) else -1
    last = np.maximum.accumulate(np.where(holder > -2, np.arange(count), -1))
    return np.where(last >= 0, holder[last], -1)


def possession(holder: np.ndarray, steps: np.ndarray) -> tuple[float, float]:
    """Seconds that blue and orange had the ball: from a touch to the other team's next, as ballchasing counts.

    What ends with a goal or with the game, and not with a touch of the other team, does not count.

    Args:
        holder: (frames,) team that touched the ball last, -1: nobody since the kickoff.
        steps: (frames,) seconds of play that each frame stands for.

    Examples:
        >>> possession(np.array([-1, 0, 0, 1, 1, 1, -1, 1, 0, 0]), np.ones(10))
        (2.0, 1.0)
    """
    begins = np.flatnonzero(np.diff(holder, prepend=-2))
    after = np.append(holder[begins[1:]], -1)
    times = np.add.reduceat(steps, begins) if len(begins) else np.zeros(0)
    blue, orange = (float(times[(holder[begins] == team) & (after == 1 - team)].sum()) for team in (0, 1))
    return blue, orange


def ball_in_sides(course: Course, clock: np.ndarray) -> tuple[float, float]:
    """Seconds that the ball was in blue's and in orange's half, as ballchasing counts.

    A state of the ball stands for the time since the one before, with the kickoff's countdown. That it sleeps in the
    goal is told again until there is another ball, and does not count again.

    Args:
        course: The game.
        clock: (frames,) seconds of play.
    """
    ball = course.tables["ball"]
    ball = ball[np.flatnonzero(np.diff(ball[:, 0], append=np.inf) > 0)]
    frames, y = ball[:, 0].astype(np.int64), ball[:, 2]
    times = np.diff(clock[frames], prepend=clock[frames[:1]])
    in_goal = (ball[:, 7] == 1) & (abs(y) > LINE_UU)
    counts = ~(in_goal & np.concatenate([[False], in_goal[:-1]]))
    return float(times[counts & (y < 0)].sum()), float(times[counts & (y > 0)].sum())


def live_seconds(course: Course, clock: np.ndarray, first: int = 0, last: int | None = None) -> float:
    """Seconds of play without the countdowns of its kickoffs.

    Args:
        course: The game.
        clock: (frames,) seconds of play.
        first: Frame in which a player came.
        last: Frame in which the player left; None: the player stayed.
    """
    until = len(clock) - 1 if last is None else last
    taken = kickoffs(course)
    waits = int(((taken > first) & (taken <= until)).sum())
    return max(float(clock[until] - clock[first]) - KICKOFF_S * waits, 0.0)


def kickoffs(course: Course) -> np.ndarray:
    """Frames in which a kickoff ended with the ball's first touch: not what the first frame tells of one long over."""
    hits = course.tables["first_hits"]
    taken = hits[hits[:, 1] == 1][:, 0].astype(np.int64)
    return taken[taken > 0]


def _playlist(course: Course | None) -> tuple[str | None, Reason | None]:
    number = course.facts.get("playlist") if course else None
    if number is None:
        return None, Reason("playlist_not_recorded")
    return (PLAYLISTS[number], None) if number in PLAYLISTS else (None, Reason("playlist_unknown", number=number))


def _course_row(course: Course) -> dict[str, Any]:
    clock = clock_of(course.times)
    steps = np.diff(clock, prepend=clock[:1])
    sides = ball_in_sides(course, clock)
    holder = holders(course)
    began = course.tables["overtime"][course.column("overtime", "on") == 1]
    blue, orange = possession(holder, steps)
    return {
        "duration_s": float(clock[-1]),
        "overtime": bool(len(began)),
        "overtime_s": float(clock[-1] - clock[int(began[0, 0])]) if len(began) else None,
        "blue_name": course.facts.get("team0"),
        "orange_name": course.facts.get("team1"),
        "blue_possession_s": blue,
        "orange_possession_s": orange,
        "ball_in_blue_side_s": sides[0],
        "ball_in_orange_side_s": sides[1],
        "server": course.facts.get("server"),
        "region": course.facts.get("region"),
        "frames": len(course.times),
        "length_s": float(course.times[-1] - course.times[0]),
    }
