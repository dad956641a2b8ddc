"""The events of a game: what the replay records, and what follows from places and velocities.

Belongs here: the rows of `replay_events`. Does not belong here: counting them for a player.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gametape.replay.aerials import aerials_of
from gametape.replay.course import COUNT_NAMES, Course
from gametape.replay.goals import goals_of_ball
from gametape.replay.match import TEAMS
from gametape.replay.parse import Parsed
from gametape.replay.players import Measured
from gametape.replay.statistics import is_stolen
from gametape.replay.touches import kickoffs_of

_COUNTED = {"shots": "shot", "saves": "save", "assists": "assist"}


def event_rows(parsed: Parsed, measured: Measured) -> list[dict[str, Any]]:
    """The rows of `replay_events`, in the order of time."""
    course = parsed.course
    assert course is not None, "measured from a course"
    touches = _touches(measured)
    rows = [
        *_goals(parsed, course, measured),
        *_counts(course, measured),
        *_demos(course, measured),
        *touches,
        *_kickoffs(course, measured),
        *_pickups(measured),
        *_possessions(course, measured, touches),
        *_aerials(course, measured, touches),
    ]
    rows.sort(key=lambda row: (row["frame"], row["kind"]))
    for number, row in enumerate(rows):
        row |= {"event": number, "time_s": float(course.times[row["frame"]])}
        end = row.pop("end", None)
        row["end_s"] = None if end is None else float(course.times[end])
    return rows


def _goals(parsed: Parsed, course: Course, measured: Measured) -> list[dict[str, Any]]:
    """The header's goals; where the ball crossed the line is read from the ball."""
    crossed = goals_of_ball(course)
    rows = []
    for goal in parsed.header.properties.get("Goals", []):
        frame, team = int(goal.get("frame", 0)), int(goal.get("PlayerTeam", 0))
        if not 0 <= frame < len(course.times):
            continue
        named = [n for n, p in enumerate(measured.players) if p.name == goal.get("PlayerName") and p.team == team]
        assistant = _counted_at(course, measured, "assists", frame, team)
        near = [one for one in crossed if abs(course.times[one.frame] - course.times[frame]) < 1.0]
        speed = min(near, key=lambda one: abs(one.frame - frame)).speed if near else None
        row = {
            "kind": "goal",
            "frame": frame,
            "player": named[0] if len(named) == 1 else None,
            "other": assistant,
            "team": TEAMS[team],
            "ball_speed_uu_s": speed,
            "source": "recorded",
        }
        rows.append(row | _at_ball(measured, frame))
    return rows


def _counts(course: Course, measured: Measured) -> list[dict[str, Any]]:
    """A shot, save or assist is where its player's counter goes up."""
    rows: list[dict[str, Any]] = []
    known: dict[tuple[int, int], int] = {}
    for frame, index, count, value in course.tables["counts"].astype(np.int64):
        name = COUNT_NAMES[count]
        before = known.get((index, count), 0 if frame > 0 else value)
        known[index, count] = value
        if name not in _COUNTED or value <= before or index not in measured.number:
            continue
        number = measured.number[index]
        row = {"kind": _COUNTED[name], "frame": int(frame), "player": number, "source": "recorded"}
        row |= {"team": TEAMS[measured.players[number].team], "ball_speed_uu_s": _ball_speed(measured, int(frame))}
        rows.extend([row | _at_ball(measured, int(frame))] * int(value - before))
    return [dict(row) for row in rows]


def _demos(course: Course, measured: Measured) -> list[dict[str, Any]]:
    """Who demolished whom. Cars that a goal's explosion or nobody's car blew up are no demos, as for ballchasing."""
    rows = []
    for frame, attacker, victim, exploded in course.tables["demolitions"].astype(np.int64):
        if attacker < 0 or attacker == victim or exploded:
            continue
        by, hurt = measured.number.get(attacker), measured.number.get(victim)
        place = _at_player(measured, hurt, frame)
        team = None if by is None else TEAMS[measured.players[by].team]
        row = {"kind": "demo", "frame": int(frame), "player": by, "other": hurt, "team": team, "source": "recorded"}
        rows.append(row | place)
    return rows


def _touches(measured: Measured) -> list[dict[str, Any]]:
    rows = []
    for touch in measured.touches:
        row = {"kind": "touch", "frame": touch.frame, "player": touch.player, "team": TEAMS[touch.team]}
        row |= {"ball_speed_uu_s": _ball_speed(measured, touch.frame)}
        row |= {"source": "recorded" if touch.recorded else "derived"}
        rows.append(row | _at_ball(measured, touch.frame))
    return rows


def _kickoffs(course: Course, measured: Measured) -> list[dict[str, Any]]:
    """From when the ball waits in the middle until its first touch."""
    rows: list[dict[str, Any]] = []
    for kickoff in kickoffs_of(course, measured.touches):
        first = kickoff.first
        row = {"kind": "kickoff", "frame": kickoff.since, "end": kickoff.until, "source": "recorded"}
        row |= {"player": first.player if first else None, "team": TEAMS[first.team] if first else None}
        rows.append(row | _at_ball(measured, kickoff.since))
    return rows


def _pickups(measured: Measured) -> list[dict[str, Any]]:
    rows = []
    for number, pickups in enumerate(measured.pickups):
        team = measured.players[number].team
        for one in pickups:
            known = one.big is not None
            row: dict[str, Any] = {"kind": "boost_pickup", "frame": one.frame, "player": number, "team": TEAMS[team]}
            row |= {"pad": ("big" if one.big else "small") if known else None, "source": "recorded"}
            if known:
                row |= {
                    "stolen": is_stolen(one, 1 - 2 * team),
                    "x_uu": one.place[0],
                    "y_uu": one.place[1],
                    "z_uu": 70.0,
                }
                if np.isfinite(one.added):
                    row |= {"amount": one.added, "overfill": one.overfill}
            rows.append(row)
    return rows


def _possessions(course: Course, measured: Measured, touches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A player has the ball from the first of his touches in a row until the next one's, or the goal."""
    ends = sorted({int(frame) for frame in course.tables["explosions"][:, 0]} | {len(course.times) - 1})
    rows: list[dict[str, Any]] = []
    for touch in touches:
        last = rows[-1] if rows else None
        same = last is not None and last["player"] == touch["player"] and last["end"] > touch["frame"]
        if same and last is not None:
            last["touches"] += 1
            continue
        if last is not None and last["end"] > touch["frame"]:
            last["end"] = touch["frame"]
        end = next((frame for frame in ends if frame > touch["frame"]), len(course.times) - 1)
        keep = {name: touch[name] for name in ("frame", "player", "team", "x_uu", "y_uu", "z_uu")}
        rows.append(keep | {"kind": "possession", "end": end, "touches": 1, "source": "derived"})
    return [row for row in rows if row["player"] is not None]


def _aerials(course: Course, measured: Measured, touches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for number, motion in enumerate(measured.motions):
        mine = np.array([touch["frame"] for touch in touches if touch["player"] == number], np.int64)
        for one in aerials_of(motion, measured.clock):
            row = {"kind": "aerial", "frame": one.start, "end": one.end, "player": number, "source": "derived"}
            row |= {"team": TEAMS[measured.players[number].team], "height_uu": one.height}
            row["touches"] = int(((mine >= one.start) & (mine <= one.end)).sum())
            rows.append(row | _at_player(measured, number, one.start))
    return rows


def _counted_at(course: Course, measured: Measured, name: str, frame: int, team: int) -> int | None:
    """The player of a team whose counter was told within a second of a frame to go up; None: nobody, or several."""
    found: set[int] = set()
    known: dict[int, int] = {}
    for at, index, count, value in course.tables["counts"].astype(np.int64):
        if COUNT_NAMES[count] != name:
            continue
        before, known[index] = known.get(index, 0), value
        number = measured.number.get(index)
        near = abs(course.times[at] - course.times[frame]) < 1.0
        if near and value > before and number is not None and measured.players[number].team == team:
            found.add(number)
    return found.pop() if len(found) == 1 else None


def _at_ball(measured: Measured, frame: int) -> dict[str, Any]:
    place = measured.ball[frame, :3]
    return dict(zip(("x_uu", "y_uu", "z_uu"), map(float, place), strict=True)) if np.isfinite(place[0]) else {}


def _ball_speed(measured: Measured, frame: int) -> float | None:
    speed = float(np.linalg.norm(measured.ball[frame, 3:]))
    return speed if np.isfinite(speed) else None


def _at_player(measured: Measured, number: int | None, frame: int) -> dict[str, Any]:
    if number is None:
        return {}
    motion = measured.motions[number]
    at = int(np.searchsorted(motion.frames, frame, side="right")) - 1
    return dict(zip(("x_uu", "y_uu", "z_uu"), map(float, motion.states[at, :3]), strict=True)) if at >= 0 else {}
