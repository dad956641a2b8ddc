"""All players of a game side by side: every statistic in words, by its group.

Belongs here: which statistics are shown where, their bars. Does not belong here: judging them
(gametape.replay.judgement).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gametape.replay.page.people import Person
from gametape.replay.page.words import unit_of
from gametape.report.words import Words
from gametape.tables.replay_statistics import STATISTICS

SHORT = (
    "core_score", "core_goals", "core_assists", "core_saves", "core_shots", "touches",
    "boost_bpm", "boost_avg_amount", "boost_percent_zero_boost", "boost_amount_stolen",
    "movement_avg_speed", "movement_percent_supersonic_speed", "movement_percent_high_air",
    "positioning_percent_behind_ball", "positioning_percent_offensive_third", "positioning_avg_distance_to_ball",
    "demo_inflicted", "demo_taken",
)  # fmt: skip
"""What is shown first: of each group what players ask for."""
OWN = {"core": ("touches", "first_touches", "car_name")}
"""What we know besides, shown behind ballchasing.com's of a group."""
GROUPS = ("core", "boost", "movement", "positioning", "demo")


@dataclass(frozen=True)
class Cell:
    """A player's value: `share` of the greatest one in the row, 0..1; `most`: is it that one, alone?"""

    text: str
    share: float
    most: bool


@dataclass(frozen=True)
class Line:
    """A statistic of all players."""

    name: str
    label: str
    unit: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Group:
    """Statistics under one heading."""

    name: str
    title: str
    lines: tuple[Line, ...]


def lobby(people: Sequence[Person], say: Words) -> list[Group]:
    """The first table, then one for each group with all of its statistics; a row that nobody has is left out."""
    named: list[tuple[str, tuple[str, ...]]] = [("short", SHORT)]
    for group in GROUPS:
        named.append((group, (*(one.name for one in STATISTICS if one.group == group), *OWN.get(group, ()))))
    tables = [Group(name, say(f"group.{name}"), _lines(stats, people, say)) for name, stats in named]
    return [one for one in tables if one.lines]


def _lines(names: Sequence[str], people: Sequence[Person], say: Words) -> tuple[Line, ...]:
    found = []
    for name in names:
        values = [person.row.get(name) for person in people]
        if all(value is None for value in values):
            continue
        if name == "car_name":
            cells = tuple(Cell("–" if value is None else str(value), 0.0, False) for value in values)
        elif name == "core_mvp":
            cells = tuple(Cell("" if not value else say("stat.yes"), 0.0, False) for value in values)
        else:
            top = max(float(value) for value in values if value is not None)
            cells = tuple(_cell(value, top, values, say) for value in values)
        unit = unit_of(name) if name != "car_name" else ""
        found.append(Line(name, say(f"stat.{name}"), say.get(f"unit.{unit}", unit) if unit else "", cells))
    return tuple(found)


def _cell(value: float | None, top: float, values: Sequence[float | None], say: Words) -> Cell:
    if value is None:
        return Cell("–", 0.0, False)
    share = float(value) / top if top > 0 else 0.0
    return Cell(say.number(float(value)), max(share, 0.0), value == top > 0 and values.count(value) == 1)
