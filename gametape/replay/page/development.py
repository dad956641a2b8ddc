"""A player's statistics over games as small charts, for each kind of game.

Belongs here: choosing and scaling them. Does not belong here: saying whether something changes (replay_metrics).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gametape.replay.page.words import unit_of
from gametape.report.words import Words

WIDE, HIGH, EDGE = 240.0, 56.0, 5.0
"""The drawing's size and the room around the dots."""
SHOWN = (
    "core_score", "core_saves", "boost_avg_amount", "boost_percent_zero_boost", "movement_avg_speed",
    "movement_percent_supersonic_speed", "positioning_percent_behind_ball", "positioning_avg_distance_to_ball",
)  # fmt: skip
LEAST_GAMES = 3
"""Of one kind, for a chart: two dots are no development."""
MOST_KINDS = 3


@dataclass(frozen=True)
class Trend:
    """A statistic over the games of one kind, oldest at the left; a place is (x, y, won)."""

    title: str
    unit: str
    places: tuple[tuple[float, float, bool], ...]
    mean_y: float
    mean: str
    least: str
    most: str

    @property
    def line(self) -> str:
        """The places as the points of a polyline."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in self.places)


def trends(games: Sequence[dict[str, Any]], say: Words) -> list[tuple[str, tuple[Trend, ...]]]:
    """The charts of each kind of game with LEAST_GAMES or more, most games first."""
    kinds: dict[tuple, list[dict]] = {}
    for one in games:
        kinds.setdefault((one["playlist"], one["team_size"]), []).append(one)
    found = []
    for (playlist, size), rows in sorted(kinds.items(), key=lambda item: -len(item[1]))[:MOST_KINDS]:
        title = say.get(f"playlist.{playlist}", playlist) if playlist else say("game.size", n=size or 0)
        charts = tuple(filter(None, (_trend(rows, stat, say) for stat in SHOWN)))
        if charts:
            found.append((say("judge.games_of", games=title, n=len(rows)), charts))
    return found


def _trend(rows: Sequence[dict[str, Any]], stat: str, say: Words) -> Trend | None:
    known = [(place, float(row[stat]), row["won"] is True) for place, row in enumerate(rows) if row[stat] is not None]
    if len(known) < LEAST_GAMES:
        return None
    values = [value for _, value, _ in known]
    low, high = min(values), max(values)
    room = (high - low) or 1.0

    def y(value: float) -> float:
        return EDGE + (1 - (value - low) / room) * (HIGH - 2 * EDGE) if high > low else HIGH / 2

    across = (WIDE - 2 * EDGE) / max(1, len(rows) - 1)
    mean = sum(values) / len(values)
    unit = unit_of(stat)
    return Trend(
        title=say(f"stat.{stat}"),
        unit=say.get(f"unit.{unit}", unit) if unit else "",
        places=tuple((EDGE + place * across, y(value), won) for place, value, won in known),
        mean_y=y(mean),
        mean=say.number(mean),
        least=say.number(low),
        most=say.number(high),
    )
