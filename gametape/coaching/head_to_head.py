"""The head-to-head: the player's metrics beside those of everybody else who plays in the film.

Belongs here: putting the same metric of two people side by side. Does not belong here: what may be called better
(evidence.py), measuring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.base.reason import Reason
from gametape.coaching.evidence import Verdict, compare, value_of
from gametape.movement.persons import Who, people_in
from gametape.sports.rules import Limits
from gametape.tables.coaching import FILMING_METRICS, HEAD_TO_HEAD

if TYPE_CHECKING:
    import pyarrow as pa


def head_to_head(metrics: pa.Table, limits: Limits) -> pa.Table:
    """One row (contract HEAD_TO_HEAD) for each metric of the player and each other person who plays.

    Better and worse are the player's, and only beyond the errors of both (`evidence.compare`). A metric that is known
    of neither has no row, nor has one of how well somebody was filmed.

    Args:
        metrics: Table METRICS.
        limits: Of the film's sport and mode.
    """
    every = metrics.to_pylist()
    people = people_in(every)
    if not people or not people[0].is_player:
        return HEAD_TO_HEAD.from_rows([])
    player, rows = people[0], []
    for other in people[1:]:
        theirs = {row["metric"]: row for row in every if _is_of(row, other)}
        for mine in every:
            metric = mine["metric"]
            if not _is_of(mine, player) or metric not in theirs or metric in FILMING_METRICS:
                continue
            if mine["value"] is not None or theirs[metric]["value"] is not None:
                rows.append(_row(mine, theirs[metric], limits))
    return HEAD_TO_HEAD.from_rows(rows)


def _is_of(row: dict, who: Who) -> bool:
    return (row["subject"], row["role"]) == (who.subject, who.role)


def _row(mine: dict, theirs: dict, limits: Limits) -> dict:
    my_value, their_value = value_of(mine, limits), value_of(theirs, limits)
    difference = None
    if my_value and their_value:
        verdict, difference = compare(my_value, their_value, limits), my_value.value - their_value.value
    else:
        unknown = mine["reason"] if my_value is None else theirs["reason"]
        verdict = Verdict("unknown", Reason("known_of_one_alone", reason=_parsed(unknown)))
    columns = ("subject", "role", "name", "value", "n", "habit_error")
    return {
        **{name: mine[name] for name in (*columns, "metric", "unit")},
        **{f"other_{name}": theirs[name] for name in columns},
        "difference": difference,
        "needed": verdict.needed,
        "state": verdict.state,
        "reason": verdict.why,
    }


def _parsed(reason: str) -> object:
    try:
        return Reason.parse(reason)
    except ValueError:
        return reason
