"""The coaching measures frame by frame: what a metric is the summary of, its worst frames and its bad spans.

Belongs here: putting a measure's function of time on the film's frames. Does not belong here: the measures (body.py),
the limits (the sport's limits.yaml).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.coaching.measures import measured_with_evidence, who_rows
from gametape.movement.persons import people_in
from gametape.sports.rules import Limits
from gametape.tables.coaching import METRIC_FRAMES

if TYPE_CHECKING:
    import pyarrow as pa


def metric_frames(measures: pa.Table, *, frames: pa.Table, limits: Limits) -> pa.Table:
    """The frames (contract METRIC_FRAMES) of each measure (MEASURES) of everybody who is measured that has a curve,
    where it is known. Nobody measured: no rows.
    """
    import pyarrow as pa

    parts = [METRIC_FRAMES.from_rows([])]
    numbers, times = frames["frame"].to_numpy(), frames["time_s"].to_numpy()
    by_metric = {rule.metric: rule for rule in limits.rules.values()}
    for who in people_in(who_rows(measures)):
        for measure in measured_with_evidence(measures, who.subject).values():
            if measure.curve is None:
                continue
            values = _at(times, measure.curve.time_s, measure.curve.value)
            known = np.isfinite(values)
            scale, rule = limits.scales.get(measure.metric), by_metric.get(measure.metric)
            shown = values[known].tolist()
            columns = {
                "subject": [who.subject] * len(shown),
                "role": [who.role] * len(shown),
                "name": pa.array([who.name] * len(shown), pa.string()),
                "metric": [measure.metric] * len(shown),
                "frame": numbers[known],
                "time_s": times[known],
                "value": shown,
                "score": [scale.score(value) if scale else None for value in shown],
                "bad": [rule.badness(value) > 0 if rule else None for value in shown],
            }
            parts.append(METRIC_FRAMES.cast(pa.table(columns, METRIC_FRAMES.schema())))
    return pa.concat_tables(parts)


def _at(times: np.ndarray, grid: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values on a regular grid at other times, between two that are known; NaN elsewhere."""
    if len(grid) < 2:
        return np.full(len(times), np.nan)
    inside = (times >= grid[0]) & (times <= grid[-1])
    return np.where(inside, np.interp(times, grid, values), np.nan)
