"""The goals' outcomes: each goal of the sidecar held against the metric it names.

Belongs here: met or not, and by how much. Does not belong here: when a value may be judged (evidence.py), findings.
That no fault was found says nothing of a goal: the metric may be unknown, or its limit another than the target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.base.reason import Reason
from gametape.coaching.evidence import too_near, value_of
from gametape.film.sidecar import Goal, Sidecar
from gametape.movement.persons import is_of_player
from gametape.sports.load import limits_for
from gametape.sports.rules import Limits
from gametape.tables.coaching import GOAL_OUTCOMES

if TYPE_CHECKING:
    import pyarrow as pa


def goal_outcomes(metrics: pa.Table, sidecar: Sidecar, limits: Limits | None = None) -> pa.Table:
    """One row (contract GOAL_OUTCOMES) for each goal, in the sidecar's order, of the film, the ball or the player.

    A metric that is null leaves `met` null, with the metric's own reason. So does one that may not be judged, or whose
    distance from the target is within its error; its value and the distance are given.

    Args:
        metrics: METRICS of the film.
        sidecar: With the goals.
        limits: Of the film's sport and mode: how often and surely a value must be seen to be judged.
    """
    limits = limits or limits_for(sidecar.sport, sidecar.mode)
    rows = {row["metric"]: row for row in metrics.to_pylist() if is_of_player(row)}
    return GOAL_OUTCOMES.from_rows([_outcome(goal, rows.get(goal.metric), limits) for goal in sidecar.goals])


def _outcome(goal: Goal, row: dict | None, limits: Limits) -> dict:
    bound = "at_most" if goal.at_most is not None else "at_least"
    target = getattr(goal, bound)
    outcome = {"metric": goal.metric, "bound": bound, "target": target}
    if row is None:
        return {**outcome, "reason": Reason("metric_of_another_sport")}
    outcome |= {name: row[name] for name in ("subject", "name", "unit")}
    value = value_of(row, limits)
    if value is None:
        return {**outcome, "reason": row["reason"]}
    outcome |= {"actual": value.value, "delta": value.value - target}
    if why_not := too_near(value, target, limits):
        return {**outcome, "reason": why_not}
    return {**outcome, "met": value.value <= target if bound == "at_most" else value.value >= target}
