"""Measures that a sport's code makes of single moments or spans of the film."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametape.base.reason import Reason
from gametape.base.statistics import mean_error
from gametape.movement.measure import Action, Measure
from gametape.movement.motion import GRID_HZ, Motion


def over_actions(
    motion: Motion,
    metric: str,
    unit: str,
    what: str,
    actions: Sequence[Action],
    points: tuple[str, ...],
    reason: Reason | None,
    error: float | None = None,
) -> Measure:
    """The median of actions, with what it rests on.

    Args:
        what: what is measured of each; the method says that the median is taken.
        points: keypoints or mid points that it needs; how often and how surely they are seen in the actions' time
            makes the measure's trust.
        reason: why there are no actions; without effect where there are some.
        error: standard error in the unit.
    """
    method = f"{what}; median of {len(actions)}" if actions else what
    if not actions:
        return Measure(metric, unit, method, reason=reason)
    inside, expected = np.zeros(len(motion.times), bool), 0.0
    for one in actions:
        inside |= (motion.times >= one.start_s) & (motion.times <= one.end_s)
        expected += max(one.end_s - one.start_s, 1 / GRID_HZ) * motion.rate
    used = inside & motion.usable(points)
    values = [one.value for one in actions]
    return Measure(
        metric,
        unit,
        method,
        float(np.median(values)),
        len(values),
        float(np.std(values)) if len(values) > 1 else None,
        min(one.start_s for one in actions),
        max(one.end_s for one in actions),
        seen=float(min(1.0, used.sum() / max(1.0, min(expected, inside.sum())))),
        joints=float(motion.confidence(points)[used].mean()) if used.any() else 0.0,
        actions=tuple(actions),
        error=error,
        scatter=mean_error(values),
    )


def timing_error(motion: Motion) -> float:
    """Standard error (s) of the time between two moments, each known to a frame: a frame's interval over root six.

    Two moments, each anywhere within an interval: twice the variance of an even distribution, 1/12 of its square.
    """
    return 1 / motion.rate / np.sqrt(6) if motion.rate else 0.0
