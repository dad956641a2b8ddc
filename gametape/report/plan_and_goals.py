"""The week's plan and the goals, as a reader sees them.

Belongs here: wording rows of `week_plan` and `goal_outcomes`. Does not belong here: planning, judging goals
(gametape.coaching).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gametape.report.finding_cards import with_times_sign
from gametape.report.metric_labels import MetricLabels
from gametape.report.names import subject_name
from gametape.report.words import Words, told_apart

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Activity:
    """A part of a day's practice. `answers`: the title of the finding it is for, None where the day's focus says it."""

    what: str
    minutes: int
    answers: str | None


@dataclass(frozen=True)
class Day:
    """A day of the week's plan."""

    day: str
    focus: str
    minutes: int
    activities: tuple[Activity, ...]


@dataclass(frozen=True)
class Goal:
    """A goal and what came of it. state: met, missed or unknown; `reason` says why it is unknown."""

    label: str
    who: str
    wanted: str
    actual: str
    difference: str
    state: str
    reason: str


def week_days(plan: pa.Table, findings: pa.Table, say: Words) -> list[Day]:
    """The days of the plan. What is done on several days is explained on the first; then its name is enough."""
    titles = dict(zip(findings["code"].to_pylist(), findings["title"].to_pylist(), strict=True))
    explained: set[str] = set()

    def activity(one: dict, focus: str) -> Activity:
        what, answers = one["what"], titles.get(one["code"])
        short = re.sub(r"^([^.:]+):.*", r"\1", what, flags=re.DOTALL) if what in explained else what
        explained.add(what)
        return Activity(with_times_sign(short), one["minutes"], None if answers and answers in focus else answers)

    return [
        Day(
            say.get(f"day.{row['day']}", row["day"]),
            row["focus"],
            row["minutes"],
            tuple(activity(one, row["focus"]) for one in json.loads(row["activities"])),
        )
        for row in plan.to_pylist()
    ]


def goal_outcomes(goals: pa.Table, names: Mapping[int, str], say: Words, labels: MetricLabels) -> list[Goal]:
    """The goals, in the sidecar's order."""
    return [_goal(row, names, say, labels) for row in goals.to_pylist()]


def _goal(row: dict, names: Mapping[int, str], say: Words, labels: MetricLabels) -> Goal:
    unit, known = row["unit"] or "", row["actual"] is not None
    sign = "+" if known and row["delta"] > 0 else ""
    actual, target = "–", say.with_unit(row["target"], unit)
    if known:
        actual, target = told_apart(row["actual"], row["target"], unit, say)
    state = {None: "unknown", True: "met", False: "missed"}[row["met"]]
    return Goal(
        label=labels(row["metric"], row["subject"]),
        who=subject_name(row["subject"], names, say) if row["subject"] else "–",
        wanted=say(f"goals.{row['bound']}", target=target),
        actual=actual,
        difference=sign + say.with_unit(row["delta"], unit) if known else "–",
        state=state,
        reason="" if state != "unknown" else say.reason(row["reason"]) if row["reason"] else say("missing.reason"),
    )


def goal_summary(goals: list[Goal], say: Words) -> str:
    """How many goals were met, of those that could be judged."""
    states = [one.state for one in goals]
    judged = len(states) - states.count("unknown")
    line = say("goals.summary", met=states.count("met"), judged=judged) if judged else say("goals.none")
    return say("goals.not_judged", summary=line, n=len(states) - judged) if 0 < judged < len(states) else line
