"""Metrics as tables, one for each subject: the people, the ball, the film.

Belongs here: grouping, naming and rounding rows of `metrics`. Does not belong here: measuring (gametape.coaching).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gametape.base.statistics import Z_95
from gametape.coaching.stroke_measures import kinds_in
from gametape.geometry.stretches import BY_FOUND_COURT
from gametape.movement.body import ALL_TIME
from gametape.movement.persons import PLAYER
from gametape.report.names import NOBODY, subject_name, with_part
from gametape.report.words import SECONDS, SIDED, Words, as_read
from gametape.sports.load import stroke_counts
from gametape.tables.pose import JOINT_ANGLES

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.report.chart_series import Track

MOST_PEOPLE = 12
WHOLE_FILM = 0.9
"""A metric measured in at least this share of the film says nothing of where it was measured."""
ANGLE_PARTS = ("min", "median", "max")
RELIABILITY = (
    "pose_coverage",
    "joint_visibility",
    "subject_margin",
    "ball_in_play",
    "ball_coverage",
    "ball_interpolated",
    "fps",
    "luma",
)
"""Metrics of how well the film shows what all others rest on."""


@dataclass(frozen=True)
class MetricLine:
    """A metric as a line of a table. `window`: the seconds it was measured in, None where that is the whole film."""

    metric: str
    label: str
    raw: float | None
    raw_spread: float | None
    value: str
    after: str
    spread: str
    score: float | None
    score_label: str
    n: str
    method: str
    reason: str
    window: tuple[float, float] | None


@dataclass(frozen=True)
class JointLine:
    """A joint's angle as one line: its least, median and greatest value."""

    label: str
    least: MetricLine
    middle: MetricLine
    most: MetricLine

    @property
    def degrees(self) -> tuple[str, ...]:
        """Least, median, most and spread in whole degrees: no camera sees a tenth of one."""
        values = (self.least.raw, self.middle.raw, self.most.raw)
        spread = self.middle.raw_spread
        whole = (f"{value:.0f}".replace("-", "−") for value in values)
        return *whole, "–" if spread is None else f"±{spread:.0f}"


@dataclass(frozen=True)
class NotMeasured:
    """Metrics that are unknown for one and the same reason."""

    labels: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class MetricTable:
    """The metrics of one subject: joint angles by themselves, and those that are unknown.

    `is_player`: is it the player's, or nobody's: of the ball or the film?
    """

    who: str
    is_person: bool
    is_ball: bool
    is_player: bool
    is_open: bool
    known: tuple[MetricLine, ...]
    joints: tuple[JointLine, ...]
    unknown: tuple[NotMeasured, ...]

    @property
    def count(self) -> int:
        return len(self.known) + len(self.joints)

    @property
    def tells(self) -> bool:
        """Is more known than how well the subject was seen?"""
        return bool(self.joints) or any(line.metric not in RELIABILITY for line in self.known)


def metric_tables(
    metrics: pa.Table,
    names: Mapping[int, str],
    tracks: Sequence[Track],
    duration_s: float,
    say: Words,
    parts: Mapping[int, str] = NOBODY,
) -> tuple[list[MetricTable], int]:
    """Metrics by subject: people in the order of `tracks`, then the ball, then the film.

    Returns:
        The tables, and how many people are left out.
    """
    whose = {f"track:{track}": part for track, part in parts.items()}
    order = {f"track:{one.track}": place for place, one in enumerate(tracks)}
    by_subject: dict[str, list[MetricLine]] = {}
    for row in metrics.to_pylist():
        by_subject.setdefault(row["subject"], []).append(_line(row, duration_s, say))

    def rank(subject: str) -> tuple:
        last = {"ball": 1, "film": 2}.get(subject, 0)
        return last, order.get(subject, len(order)), subject

    subjects = sorted(by_subject, key=rank)
    people = [subject for subject in subjects if rank(subject)[0] == 0]
    left_out = set(people[MOST_PEOPLE:])
    shown = [
        _table(
            with_part(subject_name(subject, names, say), whose.get(subject) if len(whose) > 1 else None, say),
            by_subject[subject],
            is_person=subject in people,
            is_ball=subject == "ball",
            is_player=whose.get(subject, PLAYER) == PLAYER,
            is_open=subject == "ball" or subject in people[:1],
            say=say,
        )
        for subject in subjects
        if subject not in left_out
    ]
    return shown, len(left_out)


def reliability_lines(tables: Sequence[MetricTable]) -> list[tuple[MetricTable, MetricLine]]:
    """The known metrics of RELIABILITY, of the first person, the ball and the film."""
    people = [table for table in tables if table.is_person][:1]
    rest = [table for table in tables if not table.is_person]
    return [(table, line) for table in people + rest for line in table.known if line.metric in RELIABILITY]


def _table(
    who: str, lines: list[MetricLine], *, is_person: bool, is_ball: bool, is_player: bool, is_open: bool, say: Words
) -> MetricTable:
    by_metric = {line.metric: line for line in lines if not line.reason}
    joints = []
    for name in JOINT_ANGLES:
        parts = [by_metric.get(f"{name}_{part}") for part in ANGLE_PARTS]
        if all(parts):
            joints.append(JointLine(say(f"joint.{name}"), *parts))
    in_joints = {line.metric for joint in joints for line in (joint.least, joint.middle, joint.most)}
    in_joints |= {f"{joint.least.metric.removesuffix('_min')}_range" for joint in joints}  # most minus least
    return MetricTable(
        who=who,
        is_person=is_person,
        is_ball=is_ball,
        is_player=is_player,
        is_open=is_open,
        known=tuple(
            line
            for line in by_metric.values()
            if line.metric not in in_joints and not (line.metric in stroke_counts() and not line.raw)  # not played
        ),
        joints=tuple(joints),
        unknown=_by_reason([line for line in lines if line.reason], say),
    )


def _by_reason(lines: list[MetricLine], say: Words) -> tuple[NotMeasured, ...]:
    """Unknown metrics that share a reason together; the parts of a joint's angle as that joint."""
    labels: dict[str, dict[str, None]] = {}
    for line in lines:
        joint, _, part = line.metric.rpartition("_")
        of_joint = joint in JOINT_ANGLES and part in (*ANGLE_PARTS, "range")
        labels.setdefault(line.reason, {})[say(f"joint.{joint}") if of_joint else line.label] = None
    return tuple(NotMeasured(tuple(named), reason) for reason, named in labels.items())


def _line(row: dict, duration_s: float, say: Words) -> MetricLine:
    value, unit = as_read(row["value"], row["unit"])
    scale = 1.0 if unit == row["unit"] else 100 if unit == "share" else 1e-3
    spread = None if row["spread"] is None else scale * row["spread"]
    known = value is not None and math.isfinite(value)
    score = row["score"]
    score = min(max(score, 0.0), 1.0) if score is not None and math.isfinite(score) else None
    sides = SIDED.fullmatch(unit)  # a number that stands for a side is read as that side
    side = sides[1 if value > 0 else 2] if sides and known else None
    places = SECONDS if unit == "s" else 1 if unit in ("deg", "share", "%") else 3
    start, end = row["window_start_s"], row["window_end_s"]
    in_part = None not in (start, end) and end - start < WHOLE_FILM * duration_s
    return MetricLine(
        metric=row["metric"],
        label=say.metric(row["metric"], kinds_in(row["method"])),
        raw=value,
        raw_spread=spread,
        value=say.get(f"side.{side}", side) if side else say.number(value, most_places=places),
        after="" if sides else say.after(unit),
        spread=f"±{say.number(spread, like=value, most_places=places)}" if known and spread is not None else "",
        score=score,
        score_label="" if score is None else say("metrics.score", score=say.digits(f"{score:.2f}")),
        n=say.digits(f"{row['n']:,}"),
        method=_method(row, scale, unit, places, say),
        reason="" if known else say.reason(row["reason"]) if row["reason"] else say("missing.reason"),
        window=(start, end) if in_part else None,
    )


def _method(row: dict, scale: float, unit: str, places: int, say: Words) -> str:
    """How a metric was measured, with its 95 % margin where it has an error."""
    whole, method = "_all_time" if ALL_TIME in row["method"] else "", row["method"].removesuffix(BY_FOUND_COURT)
    how = say.get(f"how.{row['metric']}{whole}", say.get(f"how.{row['metric']}", method))
    if kinds := kinds_in(row["method"]):
        named = [say.inside(say.get(f"kind.{kind}", kind)) for kind in kinds]
        how = say("metrics.of_kinds", how=how, kinds=say.listed(named))
    if row["method"].endswith(BY_FOUND_COURT):
        how = say("metrics.by_found_court", how=how)
    if row["error"] is None or row["value"] is None:
        return how
    margin = say.number(Z_95 * scale * row["error"], most_places=min(places, 2)) + say.after(unit)
    return say("metrics.within", how=how, margin=margin, sure=say.share(0.95))
