"""Coaching: what was measured of a film, and what a coach would say of it.

measures: everything that is measured, with its evidence. metrics: those of the film's sport, with their scores. frames:
the same by frame. findings: the findings table. plan: the week after the film. goals: the sidecar's goals and what came
of them. head_to_head: the player beside everybody else who plays. progress: a player's films one after the other. A
sport's limits and texts are in gametape.sports. How each metric is defined, and why so, is in docs/metrics.md.
"""

from gametape.coaching.findings import find
from gametape.coaching.frames import metric_frames
from gametape.coaching.goals import goal_outcomes
from gametape.coaching.head_to_head import head_to_head
from gametape.coaching.measures import measures, subject_track
from gametape.coaching.metrics import metrics_of
from gametape.coaching.plan import week_plan

__all__ = [
    "find",
    "goal_outcomes",
    "head_to_head",
    "measures",
    "metric_frames",
    "metrics_of",
    "subject_track",
    "week_plan",
]
