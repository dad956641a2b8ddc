"""The head-to-head as a reader sees it: the player's metrics beside another person's.

Belongs here: choosing and wording rows of `head_to_head`. Does not belong here: comparing (gametape.coaching).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gametape.movement.persons import OPPONENT
from gametape.report.metric_labels import MetricLabels
from gametape.report.names import subject_name, with_part
from gametape.report.words import Words
from gametape.sports.load import stroke_counts
from gametape.tables.pose import JOINT_ANGLES

if TYPE_CHECKING:
    import pyarrow as pa

STATES = ("better", "worse", "same", "unknown")
"""In the order shown."""
ANGLE_PARTS = ("min", "median", "max", "range")
"""Of a joint's angle over the whole film: in the table alone."""

OF_THE_PICTURE = frozenset(
    {"joint_visibility", "body_height", "picture_scale", "wrist_speed_ratio", "peak_wrist_speed_time", "actions"}
)
"""Metrics that tell how somebody is seen, or when, and nothing of how the two play: in the table alone."""
LONG = ("heights", "heights/s")
"""Units that are written beside the metric, not beside each number."""
COMPARED = ("better", "worse", "same")
"""What is said where both were seen well enough."""


@dataclass(frozen=True)
class Duel:
    """A metric of both. `state` is the player's; `verdict` says it in words, and `why` what it rests on."""

    label: str
    mine: str
    theirs: str
    n: str
    difference: str
    state: str
    verdict: str
    why: str


@dataclass(frozen=True)
class HeadToHead:
    """The player beside another person. `left_out`: metrics that are compared in the lake alone."""

    player: str
    other: str
    intro: str
    duels: tuple[Duel, ...]
    left_out: int


def head_to_heads(table: pa.Table, names: Mapping[int, str], say: Words, labels: MetricLabels) -> list[HeadToHead]:
    """The table HEAD_TO_HEAD as one comparison for each other person: what is known of both, judged metrics first.

    Of somebody who only plays too there is none without a stroke, or where nothing could be compared: he was seen for
    a moment.
    """
    counts = stroke_counts()
    by_other: dict[str, list[dict]] = {}
    for row in table.to_pylist():
        by_other.setdefault(row["other_subject"], []).append(row)
    found = []
    for other, rows in by_other.items():
        known = [row for row in rows if None not in (row["value"], row["other_value"])]
        shown = [row for row in known if not (_of_joint(row["metric"]) or row["metric"] in OF_THE_PICTURE)]
        shown = [row for row in shown if row["metric"] not in counts or row["value"] or row["other_value"]]
        if not (rows[0]["other_name"] or rows[0]["other_role"] == OPPONENT or _worth_comparing(shown)):
            continue
        player, them = subject_name(rows[0]["subject"], names, say), subject_name(other, names, say)
        duels = [_duel(row, player, them, say, labels) for row in shown]
        duels.sort(key=lambda one: (STATES.index(one.state), one.verdict == say("head.no_direction")))
        if duels:
            whole = with_part(them, rows[0]["other_role"], say)
            intro = say("head.intro", who=with_part(player, rows[0]["role"], say), other=whole)
            found.append(HeadToHead(player, them, intro, tuple(duels), len(rows) - len(shown)))
    return found


def _worth_comparing(rows: list[dict]) -> bool:
    strikes = any(row["metric"] == "strokes" and row["other_value"] for row in rows)
    return strikes and any(row["state"] in COMPARED for row in rows)


def _of_joint(metric: str) -> bool:
    joint, _, part = metric.rpartition("_")
    return joint in JOINT_ANGLES and part in ANGLE_PARTS


def _duel(row: dict, player: str, other: str, say: Words, labels: MetricLabels) -> Duel:
    unit, difference, none_better = row["unit"], row["difference"], row["reason"] == "no_direction"
    label, shown = labels(row["metric"], row["subject"], row["other_subject"]), unit
    if unit in LONG:  # beside each number of a narrow column they would be most of it
        label, shown = f"{label}, {say.unit(unit)}", "none"
    sides = unit.startswith("1 right")  # a number that stands for a side has no difference
    values = [_side(row[name], say) if sides else say.with_unit(row[name], shown) for name in ("value", "other_value")]
    return Duel(
        label=label,
        mine=values[0],
        theirs=values[1],
        n=say.digits(f"{row['n']:,} | {row['other_n']:,}"),
        difference="–" if sides else ("+" if difference > 0 else "") + say.with_unit(difference, shown),
        state=row["state"],
        verdict=say("head.no_direction" if none_better else f"head.{row['state']}", who=player, other=other),
        why=say.reason(row["reason"]),
    )


def _side(value: float, say: Words) -> str:
    return say("side.right" if value > 0 else "side.left")
