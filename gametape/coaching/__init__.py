"""Coaching: what was measured of a film, and what a coach would say of it.

rules: the thresholds and texts, read from the YAML files here. subject: who is measured. motion: one person's
keypoints as smooth functions of time. body: measures of that person. metrics: the metrics table. findings: the
findings table. How each metric is defined, and why so, is in docs/metrics.md.
"""

from gametape.coaching.findings import find
from gametape.coaching.metrics import compute_metrics, series, subject_track

__all__ = ["compute_metrics", "find", "series", "subject_track"]
