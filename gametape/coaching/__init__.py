"""Coaching: what was measured of a film, and what a coach would say of it.

rules: the thresholds and texts, read from the YAML files here. subject: who is measured. motion: one
person's keypoints as smooth functions of time. body: measures of that person. metrics: the metrics table.
frames: the same by frame. findings: the findings table. plan: the week after the film. goals: the sidecar's
goals and what came of them. progress: a player's films one after the other. How each metric is defined, and
why so, is in docs/metrics.md.
"""

from gametape.coaching.findings import find
from gametape.coaching.frames import metric_frames
from gametape.coaching.goals import goal_outcomes
from gametape.coaching.metrics import compute_metrics, series, subject_track
from gametape.coaching.plan import week_plan

__all__ = ["compute_metrics", "find", "goal_outcomes", "metric_frames", "series", "subject_track", "week_plan"]
