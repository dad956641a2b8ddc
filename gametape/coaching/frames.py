"""The coaching measures frame by frame: what a metric is the summary of, its worst frames and its bad spans.

Belongs here: putting a measure's function of time on the film's frames. Does not belong here: the measures (body.py),
the limits (the sport's limits.yaml).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.coaching.metrics import body_of, subject_track
from gametape.film.sidecar import Sidecar
from gametape.sports.load import limits_for
from gametape.sports.rules import Limits, StrokeRules
from gametape.tables.coaching import METRIC_FRAMES

if TYPE_CHECKING:
    import pyarrow as pa


def metric_frames(
    metrics: pa.Table,
    *,
    poses: pa.Table,
    angles: pa.Table,
    frames: pa.Table,
    sidecar: Sidecar,
    rules: StrokeRules | None = None,
    limits: Limits | None = None,
) -> pa.Table:
    """The frames (contract METRIC_FRAMES) of each measure of the subject that is a function of time, where it is known
    and within the time that its metric looks at. Nobody measured: no rows."""
    import pyarrow as pa

    track, limits = subject_track(metrics), limits or limits_for(sidecar.sport, sidecar.mode)
    parts = [METRIC_FRAMES.from_rows([])]
    if track is None:
        return parts[0]
    numbers, times = frames["frame"].to_numpy(), frames["time_s"].to_numpy()
    by_metric = {rule.metric: rule for rule in limits.rules.values()}
    for measure in body_of(poses, angles, sidecar, track, rules).five():
        if measure.series is None:
            continue
        values = _at(times, measure.series.time_s, measure.series.value)
        known = np.isfinite(values)
        scale, rule = limits.scales.get(measure.metric), by_metric.get(measure.metric)
        told = values[known].tolist()
        columns = {
            "subject": [f"track:{track}"] * len(told),
            "metric": [measure.metric] * len(told),
            "frame": numbers[known],
            "time_s": times[known],
            "value": told,
            "score": [scale.score(value) if scale else None for value in told],
            "bad": [rule.badness(value) > 0 if rule else None for value in told],
        }
        parts.append(METRIC_FRAMES.cast(pa.table(columns, METRIC_FRAMES.schema())))
    return pa.concat_tables(parts)


def _at(times: np.ndarray, grid: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values on a regular grid at other times, between two that are known; NaN elsewhere."""
    if len(grid) < 2:
        return np.full(len(times), np.nan)
    inside = (times >= grid[0]) & (times <= grid[-1])
    return np.where(inside, np.interp(times, grid, values), np.nan)
