"""The figures at the head of a report: what the film is, in the few numbers that its sport says matter most.

Belongs here: choosing them, and each figure's value, unit and note. Does not belong here: which come first (`headline`
in the sports' metrics.yaml), measuring, layout. What is not known has no figure: the reason is further down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.coaching.evidence import judged_at_all, why_not_judged
from gametape.coaching.stroke_measures import kinds_in
from gametape.film.clock import film_duration
from gametape.film.following import one_of_many
from gametape.movement.persons import is_of_player
from gametape.report.columns import column, integers
from gametape.report.finding_cards import SEVERITIES, severity_of
from gametape.report.found_court import told_how
from gametape.report.missing import no_limits
from gametape.report.words import KMH, SECONDS, Words, as_read
from gametape.sports.load import limits_for
from gametape.sports.rules import flat
from gametape.tables.coaching import FILMING_METRICS

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.film.sidecar import Sidecar

OF_EACH = (
    "shots_per_rally",
    "shot_speed_max",
    "shot_speed_median",
    "shot_speed_max_metric",
    "shot_speed_median_metric",
)
"""Metrics of the ball that every player adds to, and that could be taken for the player's alone."""
LENGTHS = ("duration_s", "time_on_s", "in_view_s", "longest_shift_s", "presenter_longest_gap_s")
"""Figures that are written as minutes and seconds."""
KNOWN_SHARE = 0.5
"""Share of the shots whose speed is known from which on one of them is called the fastest."""
MOST_CHOSEN = 3
"""Figures between the film's duration and the number of findings."""


@dataclass(frozen=True)
class Figure:
    """A number that a reader sees first. `value` in `unit`, None where it is not known: then `reason` says why."""

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
        value, unit = as_shown(self.value, self.unit)
        if self.name in LENGTHS:
            return say.length(value)
        if unit in ("share", "km/h", "deg"):
            return say.digits(f"{value:,.0f}")
        return say.number(value, most_places=SECONDS if unit == "s" else 3)

    def unit_after(self, say: Words) -> str:
        """What follows the text: the unit, with the space before it."""
        if self.value is None or self.name in LENGTHS:
            return ""
        return say.after(as_shown(self.value, self.unit)[1])

    def caption(self, say: Words) -> str:
        """The note, or why the value is not known."""
        return self.note if self.value is not None else say("page.not_known", reason=self.reason)


def as_shown(value: float, unit: str) -> tuple[float, str]:
    """A figure's value as a reader knows it: shares in per cent, speeds in km/h."""
    if unit == "m/s":
        return KMH * value, "km/h"
    shown, unit = as_read(value, unit)
    return value if shown is None else shown, unit


def headline(
    *,
    frames: pa.Table,
    metrics: pa.Table,
    findings: pa.Table,
    poses: pa.Table,
    people_followed: int,
    sidecar: Sidecar,
    say: Words,
    whose: str = "",
    leads: tuple[Figure, ...] = (),
    repeated: Sequence[tuple[int, str]] = (),
) -> tuple[Figure, ...]:
    """The film's duration, up to MOST_CHOSEN figures of its sport and mode that are known, and the findings.

    On a film that is about somebody, that person's figures come first, and the sport's are left out: they are of
    whoever is nearest to the camera.

    Args:
        people_followed: People who have a track in the report.
        whose: The player, where others play too: then every figure says whether it is the player's or everybody's.
        leads: Figures of whom the film is about (`gametape.report.followed`).
        repeated: How often each person repeats a movement, and whose it is, the player first; it is shown where the
            sport has no figure of its own.
    """
    if leads:
        found = finding_count(findings, metrics, sidecar, say, whose)
        return (*leads, _duration(frames, say), *([found] if found.value else []))
    chosen = list(_chosen(metrics, poses, people_followed, sidecar, say, whose))
    if not chosen and repeated:
        count, who = repeated[0]
        chosen = [Figure("repetitions", say("repetitions.title"), count, note=who)]
    duration, found = _duration(frames, say), finding_count(findings, metrics, sidecar, say, whose)
    last = [found] if found.value is not None else []
    return (duration, *chosen[:MOST_CHOSEN], *last)


def figure_values(figures: Sequence[Figure]) -> dict[str, float | int | str | None]:
    """The figures by name, with `<name>_unit` where there is one, and `<name>_reason` for what is not known."""
    values: dict[str, float | int | str | None] = {}
    for one in figures:
        values[one.name] = one.value
        if one.value is None:
            values[f"{one.name}_reason"] = one.reason
        elif one.unit not in ("", "count"):
            values[f"{one.name}_unit"] = one.unit
    return values


def figure_text(name: str, value: float | int | None, unit: str, say: Words) -> tuple[str, str]:
    """A figure's label and its value with the unit, by name, value and unit as `figure_values` gives them."""
    figure = Figure(name, say.get(f"headline.{name}", say.metric(name)), value, unit)
    return figure.label, figure.text(say) + figure.unit_after(say)


def _chosen(
    metrics: pa.Table, poses: pa.Table, people_followed: int, sidecar: Sidecar, say: Words, whose: str
) -> Iterable[Figure]:
    limits = limits_for(sidecar.sport, sidecar.mode)
    rows = {row["metric"]: row for row in metrics.to_pylist() if is_of_player(row)}
    sent = rows.get("shot_speed_max")
    for shown in limits.headline:
        for name in flat([shown]):
            if name == "people_at_once":
                figure = _people_at_once(poses, people_followed, sidecar, say)
            else:
                figure = _metric(rows.get(name), limits.min_confidence, say, whose, sent["n"] if sent else 0)
            if figure:
                yield figure
                break


def _metric(row: dict | None, min_confidence: float, say: Words, whose: str, sent: int = 0) -> Figure | None:
    """A metric, where it is known, not zero, and as sure as a finding must be at least.

    Args:
        sent: Balls that were sent; which is the fastest cannot be told where the speed of most of them is not known.
    """
    if row is None or not row["value"] or (row["confidence"] or 1.0) < min_confidence:
        return None
    name, value, unit = row["metric"], row["value"], row["unit"]
    if name == "shot_speed_max_metric" and row["n"] < KNOWN_SHARE * sent:
        return None
    note = told_how(row, say)
    if name == "shot_speed_max_metric" and row["n"] < sent:
        note = say("headline.of_known", n=row["n"], of=sent, how=note)
    if unit == "m/s":
        note = f"{say.with_unit(value, unit)}; {note}"
    if whose:
        by = whose if row["role"] else say("headline.everybody") if name in OF_EACH else ""
        note = "; ".join(filter(None, (by, note)))
    return Figure(name, say.metric(name, kinds_in(row["method"])), value, unit, note)


def _duration(frames: pa.Table, say: Words) -> Figure:
    duration, label = film_duration(column(frames, "time_s")), say("headline.duration_s")
    if duration is not None:
        return Figure("duration_s", label, duration, "s", say("count.frames", n=frames.num_rows))
    reason = say("missing.duration" if frames.num_rows else "missing.frames")
    return Figure("duration_s", label, None, "s", reason=reason)


def _people_at_once(poses: pa.Table, followed: int, sidecar: Sidecar, say: Words) -> Figure | None:
    if "pose" not in sidecar.analyses or not poses.num_rows or one_of_many(sidecar):  # few of many have a pose
        return None
    most = int(np.unique(integers(poses, "frame"), return_counts=True)[1].max())
    if most < 2:
        return None
    return Figure("people_at_once", say("headline.people_at_once"), most, note=say("headline.people_note", n=followed))


def finding_count(findings: pa.Table, metrics: pa.Table, sidecar: Sidecar, say: Words, whose: str = "") -> Figure:
    """How many findings there are about the player, with those about the filming in the note alone."""
    name, label = "findings", say("headline.findings")
    if not findings.num_rows and not metrics.num_rows:
        return Figure(name, label, None, reason=say("missing.measured"))
    if not findings.num_rows and (reason := no_limits(sidecar, say)):
        return Figure(name, label, None, reason=reason)
    rows, limits = findings.to_pylist(), limits_for(sidecar.sport, sidecar.mode)
    mine = [row for row in metrics.to_pylist() if is_of_player(row)]
    if not rows and not judged_at_all(mine, limits):
        why = why_not_judged(mine, limits)
        return Figure(name, label, None, reason=say.reason(why) if why else say("missing.judged"))
    levels = [severity_of(row) for row in rows if row["metric"] not in FILMING_METRICS]
    counts = {level: levels.count(level) for level in (*SEVERITIES, "hint")} | {"filming": len(rows) - len(levels)}
    known = [say(f"count.{level}", n=count) for level, count in counts.items() if count]
    note = ", ".join([*([whose] if whose else []), *known])
    return Figure(name, label, len(levels), note=note)
