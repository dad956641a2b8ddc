"""The metrics table: the measures that belong to a film's sport and mode, with their scores and how sure they are.

Belongs here: which measures are metrics of the film, their scores and confidence. Does not belong here: measuring
(measures.py), the rule of evidence (evidence.py), what is said of a metric (findings.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.coaching.evidence import habit_error, parts_of
from gametape.movement.persons import PLAYER
from gametape.sports.rules import Limits
from gametape.tables.coaching import METRICS

if TYPE_CHECKING:
    import pyarrow as pa

_HELD = ("score", "habit_error", "confidence")
"""Columns that the measures do not have."""


def metrics_of(measures: pa.Table, limits: Limits, view: str | None = None) -> pa.Table:
    """The metrics (contract METRICS) of a film by its MEASURES: those that the sport and mode have.

    Args:
        measures: Table MEASURES.
        limits: Of the film's sport and mode.
        view: Where the camera stands, as the sidecar gives it.
    """
    kept = [name for name in METRICS.names if name not in _HELD]
    given = measures.select([*kept, "seen", "joints", "scatter"]).to_pylist()
    margin = subject_margin(given)
    rows = []
    for row in given:
        metric, value = row["metric"], row["value"]
        if metric not in limits.metrics or (metric in limits.where_known and not value):  # nor is a zero missed
            continue
        # Who the player is may be a close decision; anybody else is just that person.
        of_other = row["role"] not in (None, PLAYER)
        scale, parts = limits.scales.get(metric), parts_of(row, limits, view, None if of_other else margin)
        rows.append(
            {name: row[name] for name in kept}
            | {"score": scale.score(value) if scale and value is not None else None}
            | {"habit_error": habit_error(row, limits), "confidence": min(parts.values(), default=None)}
        )
    return METRICS.from_rows(rows)


def subject_margin(rows: list[dict]) -> float | None:
    """How clear the choice of the player was, 0..1, by rows of MEASURES or METRICS; None: nobody, or not known."""
    return next((row["value"] for row in rows if row["metric"] == "subject_margin"), None)
