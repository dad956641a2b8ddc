"""The five figures at the head of a report: duration, ball seen, top ball speed, people at once, findings.

Belongs here: choosing each figure's value, unit and note, or the reason why it is not known. Does not belong here:
measuring, layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.film.clock import film_duration
from gametape.report.columns import column, integers
from gametape.report.finding_cards import SEVERITIES, severity_of
from gametape.report.missing import ball_not_tracked, no_ball, no_limits, no_people, not_a_ball
from gametape.report.words import Words
from gametape.tables.coaching import FILMING_METRICS

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.film.sidecar import Sidecar


@dataclass(frozen=True)
class Figure:
    """A number that a reader sees first. Where `value` is None it is not known, and `reason` says why."""

    name: str
    label: str
    value: float | int | None
    unit: str = ""
    note: str = ""
    reason: str | None = None

    def text(self, say: Words) -> str:
        """The value without its unit."""
        if self.value is None:
            return "–"
        if self.unit == "%":
            return f"{self.value:.0f}"
        return say.clock(self.value) if self.name == "duration_s" else say.number(self.value)

    def unit_after(self, say: Words) -> str:
        """What follows the text: the unit, with the space before it."""
        if self.value is None or self.name == "duration_s":
            return ""
        return say("number.per_cent") if self.unit == "%" else say.after(self.unit)

    def caption(self, say: Words) -> str:
        """The note, or why the value is not known."""
        return self.note if self.value is not None else say("page.not_known", reason=self.reason)


Known = tuple[float | int | None, str, str, str | None]
"""Value, unit, note and reason of a figure."""


def headline(
    *,
    frames: pa.Table,
    ball: pa.Table,
    metrics: pa.Table,
    findings: pa.Table,
    poses: pa.Table,
    people_followed: int,
    sidecar: Sidecar,
    frames_searched: int,
    say: Words,
) -> tuple[Figure, ...]:
    """The five figures, from the lake's tables.

    Args:
        people_followed: people who have a track in the report.
        frames_searched: frames in which the ball was searched for.
    """
    known = {
        "duration_s": _duration(frames, say),
        "ball_seen_percent": _ball_seen(ball, metrics, frames_searched, sidecar, say),
        "top_ball_speed": _top_speed(ball, metrics, sidecar, say),
        "people_at_once": _people_at_once(poses, people_followed, sidecar, say),
        "findings": _finding_count(findings, metrics, sidecar, say),
    }
    return tuple(Figure(name, say(f"headline.{name}"), *parts) for name, parts in known.items())


def figure_values(figures: tuple[Figure, ...]) -> dict[str, float | int | str | None]:
    """The figures by name, with `<name>_reason` for what is not known: `ReportFiles.headline`."""
    values: dict[str, float | int | str | None] = {}
    for one in figures:
        values[one.name] = one.value
        if one.value is None:
            values[f"{one.name}_reason"] = one.reason
        elif one.name == "top_ball_speed":
            values[f"{one.name}_unit"] = one.unit
    return values


def _duration(frames: pa.Table, say: Words) -> Known:
    duration = film_duration(column(frames, "time_s"))
    if duration is not None:
        return duration, "s", say("count.frames", n=frames.num_rows), None
    return None, "s", "", say("missing.duration" if frames.num_rows else "missing.frames")


def _ball_seen(ball: pa.Table, metrics: pa.Table, frames_searched: int, sidecar: Sidecar, say: Words) -> Known:
    reason = ball_not_tracked(ball, sidecar, say)
    if not reason and (reason := not_a_ball(metrics)):
        reason = say.reason(reason)
    if reason:
        return None, "%", "", reason
    states = ball["state"].to_pylist()
    detected, of = states.count("detected"), max(1, frames_searched)
    note = say("headline.ball_seen_note", detected=detected, frames=of, filled=states.count("interpolated"))
    return 100 * detected / of, "%", note, None


def _top_speed(ball: pa.Table, metrics: pa.Table, sidecar: Sidecar, say: Words) -> Known:
    if reason := no_ball(ball, metrics, sidecar, say):
        return None, "", "", reason
    # The metric, where there is one: the page must not show two different top speeds.
    rows = [
        row
        for row in metrics.to_pylist()
        if row["subject"] == "ball" and "speed" in row["metric"] and row["value"] is not None
        if any(word in row["metric"] for word in ("peak", "top", "max"))
    ]
    if rows:
        best = min(rows, key=lambda row: (row["unit"] not in ("m/s", "km/h"), row["metric"]))
        return _speed(best["value"], best["unit"], say)
    values = column(ball, "speed")
    if np.isfinite(values).any():
        return _speed(float(np.nanmax(values)), "px/s", say)
    return None, "", "", say("missing.ball_speed")


def _speed(value: float, unit: str, say: Words) -> Known:
    note = f"{say.number(value * 3.6)} km/h" if unit == "m/s" else say("headline.top_ball_speed_note")
    return value, unit, note if unit in ("m/s", "px/s") else "", None


def _people_at_once(poses: pa.Table, followed: int, sidecar: Sidecar, say: Words) -> Known:
    if reason := no_people(poses, sidecar, say):
        return None, "", "", reason
    most = int(np.unique(integers(poses, "frame"), return_counts=True)[1].max())
    return most, "", say("headline.people_note", n=followed), None


def _finding_count(findings: pa.Table, metrics: pa.Table, sidecar: Sidecar, say: Words) -> Known:
    if not findings.num_rows and not metrics.num_rows:
        return None, "", "", say("missing.measured")
    if not findings.num_rows and (reason := no_limits(sidecar, say)):
        return None, "", "", reason
    rows = findings.to_pylist()
    levels = [severity_of(row) for row in rows if row["metric"] not in FILMING_METRICS]
    counts = {level: levels.count(level) for level in (*SEVERITIES, "hint")} | {"filming": len(rows) - len(levels)}
    note = ", ".join(say(f"count.{level}", n=count) for level, count in counts.items() if count)
    return len(levels), "", note, None
