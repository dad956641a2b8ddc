"""What happened in a game and when: the timeline's moments, the goals, the score, the game's clock.

Belongs here: choosing events and wording them. Does not belong here: finding them (gametape.replay).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.replay.page.frames import column
from gametape.replay.page.people import TEAMS, Person
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("goal", "shot", "save", "demo", "kickoff", "aerial")
"""What the timeline shows, in its order."""
KMH_A_UU_S = 0.036
"""A unit of length is 1 cm."""
GOAL_AFTER_KICKOFF_S = 10.0
LATER_S = 3.0
"""So long after its first touch a kickoff is judged by where the ball is."""
MOVING_UU_S = 100.0
"""A car as fast as this has started: what is slower only settles on its wheels."""
MIDDLE = 100.0
"""Nearer to the middle line the ball is in neither half, uu: its radius and a bit."""


@dataclass(frozen=True)
class Moment:
    """An event as the page shows it. `place`: of the player in the page's list; `team`: 0 blue, 1 orange."""

    time_s: float
    kind: str
    place: int | None
    team: int | None
    text: str

    def for_page(self) -> dict[str, Any]:
        """As the script reads it."""
        time = round(self.time_s, 2)
        return {"time": time, "kind": self.kind, "player": self.place, "team": self.team, "text": self.text}


@dataclass(frozen=True)
class Goal:
    """A goal: `at` is the game's clock, `score` what it made of the score."""

    time_s: float
    at: str
    team: str
    scorer: str
    assistant: str
    score: str
    speed: str


@dataclass(frozen=True)
class Kickoff:
    """A kickoff and what came of it; texts ready to be shown, empty where it is not known."""

    time_s: float
    at: str
    first: str
    first_team: str
    after: str
    boost: str
    ball: str
    outcome: str


class GameClock:
    """The clock that players see: counts down, in overtime up."""

    def __init__(self, ball: pa.Table) -> None:
        known = np.isfinite(shown := column(ball, "seconds_remaining")) if ball.num_rows else np.zeros(0, bool)
        self._times = column(ball, "time_s")[known] if ball.num_rows else np.zeros(0)
        self._shown = shown[known] if ball.num_rows else np.zeros(0)
        up = np.flatnonzero((np.diff(self._shown) > 0) & (self._shown[:-1] <= 1))
        self._overtime_from = float(self._times[up[0] + 1]) if len(up) else np.inf

    def text(self, time_s: float, say: Words) -> str:
        """What it shows at a time; empty where that is not known.

        Overtime reads +0:12.
        """
        at = int(np.searchsorted(self._times, time_s + 1e-6)) - 1
        if not len(self._times):
            return ""
        text = say.clock(float(self._shown[max(at, 0)]))
        return f"+{text}" if time_s >= self._overtime_from else text

    def changes(self) -> list[tuple[float, int, int]]:
        """Time in s, seconds shown and whether it is overtime (0 or 1), wherever one of them changes."""
        first = np.flatnonzero(np.diff(self._shown, prepend=-1) != 0)
        return [
            (round(float(self._times[i]), 2), int(self._shown[i]), int(self._times[i] >= self._overtime_from))
            for i in first
        ]


def moments_of(events: pa.Table, people: Sequence[Person], say: Words) -> list[Moment]:
    """The events that the timeline shows, in order of time."""
    by_number = {one.number: one for one in people}
    found = []
    for row in events.to_pylist():
        if row["kind"] not in KINDS:
            continue
        who, other = by_number.get(row["player"]), by_number.get(row["other"])
        team = row["team"] or (who.team if who else None)
        name = who.name if who else say("game.somebody")
        key = f"moment.{row['kind']}_on" if row["kind"] == "demo" and other else f"moment.{row['kind']}"
        text = say(key, who=name, other=other.name if other else "") if row["kind"] != "kickoff" else say(key)
        place = who.place if who else None
        found.append(Moment(row["time_s"], row["kind"], place, TEAMS.index(team) if team else None, text))
    return sorted(found, key=lambda one: one.time_s)


def score_line(events: pa.Table) -> list[tuple[float, int, int]]:
    """Time in s, goals of blue and of orange, from the start and after each goal."""
    line = [(0.0, 0, 0)]
    for row in sorted(events.to_pylist(), key=lambda row: row["time_s"]):
        if row["kind"] == "goal" and row["team"] in TEAMS:
            _, blue, orange = line[-1]
            line.append((round(row["time_s"], 2), blue + (row["team"] == "blue"), orange + (row["team"] == "orange")))
    return line


def goals_of(events: pa.Table, people: Sequence[Person], clock: GameClock, say: Words) -> list[Goal]:
    """The goals in order of time."""
    names = {one.number: one.name for one in people}
    line = {time: f"{blue}:{orange}" for time, blue, orange in score_line(events)}
    found = []
    for row in sorted(events.to_pylist(), key=lambda row: row["time_s"]):
        if row["kind"] != "goal" or row["team"] not in TEAMS:
            continue
        speed = row["ball_speed_uu_s"]
        found.append(
            Goal(
                time_s=row["time_s"],
                at=clock.text(row["time_s"], say),
                team=row["team"],
                scorer=names.get(row["player"], say("game.somebody")),
                assistant=names.get(row["other"], ""),
                score=line[round(row["time_s"], 2)],
                speed="" if speed is None else f"{say.digits(f'{speed * KMH_A_UU_S:.0f}')} km/h",
            )
        )
    return found


def kickoffs_of(
    events: pa.Table, ball: pa.Table, frames: pa.Table, people: Sequence[Person], clock: GameClock, say: Words
) -> list[Kickoff]:
    """The kickoffs in order of time.

    Who touched first and how soon after the first car moved (a game's first kickoff has a countdown before that, the
    others have none), with how much boost left, where the ball was LATER_S later, and which team scored within
    GOAL_AFTER_KICKOFF_S of that touch.
    """
    rows = sorted(events.to_pylist(), key=lambda row: row["time_s"])
    by_number = {one.number: one for one in people}
    starts = [row["time_s"] for row in rows if row["kind"] == "kickoff"]
    boosts, starting = _Boosts(frames), _Starts(frames)
    times, y = (column(ball, "time_s"), column(ball, "y")) if ball.num_rows else (np.zeros(0), np.zeros(0))
    found = []
    for row in (row for row in rows if row["kind"] == "kickoff"):
        until = min((one for one in starts if one > row["time_s"]), default=np.inf)
        end = row["end_s"]
        toucher = row["player"]
        if toucher is None and end is not None:
            touch = next((r for r in rows if r["kind"] == "touch" and end - 0.2 <= r["time_s"] <= end + 0.2), None)
            toucher = touch["player"] if touch else None
        who = by_number.get(toucher) if toucher is not None else None
        amount = boosts.at(toucher, end) if toucher is not None and end is not None else None
        off = starting.after(row["time_s"], end) if end is not None else None
        found.append(
            Kickoff(
                time_s=row["time_s"],
                at=clock.text(row["time_s"], say),
                first=who.name if who else "",
                first_team=who.team if who else "",
                after="" if end is None or off is None else say.with_unit(end - off, "s", places=1),
                boost="" if amount is None else say.digits(f"{amount:.0f}"),
                ball=_half(times, y, end, until, say),
                outcome=_soon(rows, end, until, say),
            )
        )
    return found


def _half(times: np.ndarray, y: np.ndarray, end: float | None, until: float, say: Words) -> str:
    """In whose half the ball is LATER_S after the first touch."""
    if end is None or end + LATER_S >= until or not len(times):
        return ""
    at = int(np.searchsorted(times, end + LATER_S))
    if at >= len(times) or not np.isfinite(y[at]):
        return ""
    return say("kickoffs.middle" if abs(y[at]) < MIDDLE else "kickoffs.in_orange" if y[at] > 0 else "kickoffs.in_blue")


def _soon(rows: Sequence[dict], end: float | None, until: float, say: Words) -> str:
    """Whose goal came soon after the first touch."""
    if end is None:
        return ""
    last = min(end + GOAL_AFTER_KICKOFF_S, until)
    goal = next((row for row in rows if row["kind"] == "goal" and end <= row["time_s"] <= last and row["team"]), None)
    return say("kickoffs.goal", team=say(f"team.{goal['team']}")) if goal else ""


class _Starts:
    """When cars move."""

    def __init__(self, frames: pa.Table) -> None:
        moving = column(frames, "speed_uu_s") >= MOVING_UU_S
        self._times = np.unique(column(frames, "time_s")[moving])

    def after(self, start_s: float, end_s: float) -> float | None:
        """When the first car moves between two times; None where none does, or speeds are not known."""
        at = int(np.searchsorted(self._times, start_s - 1e-6))
        return float(self._times[at]) if at < len(self._times) and self._times[at] <= end_s else None


class _Boosts:
    """Boost of the players by time."""

    def __init__(self, frames: pa.Table) -> None:
        self._who, self._times = column(frames, "player"), column(frames, "time_s")
        self._boost = column(frames, "boost")

    def at(self, player: int, time_s: float) -> float | None:
        """The last value at or before a time, no older than half a second."""
        mine = (self._who == player) & (self._times <= time_s + 1e-6) & (self._times > time_s - 0.5)
        known = mine & np.isfinite(self._boost)
        return float(self._boost[known][np.argmax(self._times[known])]) if known.any() else None
