"""The metrics table: the measures that belong to a film's sport and mode, with their scores.

Belongs here: which measures are metrics of the film, and their scores. Does not belong here: measuring (measures.py),
what is said of a metric (findings.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.sports.rules import Limits
from gametape.tables.coaching import METRICS

if TYPE_CHECKING:
    import pyarrow as pa


def metrics_of(measures: pa.Table, limits: Limits) -> pa.Table:
    """The metrics (contract METRICS) of a film by its MEASURES: those that the sport and mode have."""
    kept = [name for name in METRICS.names if name != "score"]
    rows = []
    for row in measures.select(kept).to_pylist():
        metric, value = row["metric"], row["value"]
        if metric not in limits.metrics or (metric in limits.where_known and not value):  # nor is a zero missed
            continue
        scale = limits.scales.get(metric)
        rows.append(row | {"score": scale.score(value) if scale and value is not None else None})
    return METRICS.from_rows(rows)
