"""What a metric of a person is called.

Belongs here: the kinds of stroke that a person's metric is of, for tables that name metrics and have no method. Does
not belong here: the names (gametape.report.words).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.coaching.stroke_measures import kinds_in
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa


class MetricLabels:
    """Metrics as a report calls them: a bowler's is a release height, wherever it stands.

    Args:
        metrics: Table METRICS.
        say: The report's words.
    """

    def __init__(self, metrics: pa.Table, say: Words) -> None:
        columns = (metrics[name].to_pylist() for name in ("subject", "metric", "method"))
        self._kinds = {(subject, name): kinds_in(method) for subject, name, method in zip(*columns, strict=True)}
        self._say = say

    def __call__(self, metric: str, *subjects: str | None) -> str:
        """What a metric of `subjects` is called; where their strokes are of unlike kinds, by its general name."""
        kinds = {self._kinds.get((subject or "", metric), ()) for subject in subjects}
        return self._say.metric(metric, kinds.pop() if len(kinds) == 1 else ())
