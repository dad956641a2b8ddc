"""The goals' outcomes: each goal of the sidecar held against the metric it names.

Belongs here: met or not, and by how much. Does not belong here: findings. That no fault was found says nothing of a
goal: the metric may be unknown, or its limit another than the target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.base.reason import Reason
from gametape.film.sidecar import Goal, Sidecar
from gametape.movement.persons import is_of_player
from gametape.tables.coaching import GOAL_OUTCOMES

if TYPE_CHECKING:
    import pyarrow as pa


def goal_outcomes(metrics: pa.Table, sidecar: Sidecar) -> pa.Table:
    """One row (contract GOAL_OUTCOMES) for each goal, in the sidecar's order, of the film, the ball or the player.

    A metric that is null leaves `met` null, with the metric's own reason.
    """
    rows = {row["metric"]: row for row in metrics.to_pylist() if is_of_player(row)}
    return GOAL_OUTCOMES.from_rows([_outcome(goal, rows.get(goal.metric)) for goal in sidecar.goals])


def _outcome(goal: Goal, row: dict | None) -> dict:
    bound = "at_most" if goal.at_most is not None else "at_least"
    target = getattr(goal, bound)
    outcome = {"metric": goal.metric, "bound": bound, "target": target}
    if row is None:
        return {**outcome, "reason": Reason("metric_of_another_sport")}
    outcome |= {name: row[name] for name in ("subject", "name", "unit")}
    actual = row["value"]
    if actual is None:
        return {**outcome, "reason": row["reason"]}
    met = actual <= target if bound == "at_most" else actual >= target
    return {**outcome, "actual": actual, "met": met, "delta": actual - target}
