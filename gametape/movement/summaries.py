"""Quantities over time and values at actions, summed up as measures with their evidence.

Belongs here: sample sizes, spreads, what share was seen. Does not belong here: what is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gametape.base.reason import Reason
from gametape.base.statistics import mean_error
from gametape.movement.body import Body
from gametape.movement.curves import inside, part
from gametape.movement.measure import Action, Curve, Measure
from gametape.movement.motion import GRID_HZ, Motion
from gametape.sports.rules import Span

MIN_SAMPLES = 8
"""Samples from which a measure has a value."""

REPEAT_S = 1.0
"""Seconds of a movement in which no action stands out that count as seen once."""

Summary = Callable[[np.ndarray], float]


def over_watched_time(
    body: Body, measure: Measure, values: np.ndarray, points: tuple[str, ...], summary: Summary = np.mean
) -> Measure:
    """A quantity summed up over the time that is watched: around the actions, else all the time.

    Poses too few a second to tell actions give none: the quantity of all the time is something else.

    Args:
        body: Whose quantity it is.
        measure: Its metric, unit and method.
        values: (m,) the quantity on the motion's grid.
        points: The points that it needs.
        summary: What sums it up.
    """
    motion, (spans, when) = body.motion, body.watched
    used = inside(motion.times, spans) & motion.usable(points)
    shown = np.where(inside(motion.grid, spans), values, np.nan)
    known = shown[np.isfinite(shown)]
    n, method = int(used.sum()), f"{measure.method}; {when}"
    if body.too_slow:
        return Measure(measure.metric, measure.unit, measure.method, n=n, reason=body.too_slow)
    if n < MIN_SAMPLES or len(known) < 2:
        reason = Reason("joints_seldom_seen", joints=points, n=n, needed=MIN_SAMPLES)
        return Measure(measure.metric, measure.unit, method, n=n, reason=reason)
    times = motion.grid[np.isfinite(shown)]
    # One value for each time it was seen: their scatter is part of the error.
    pieces = [shown[part(motion.grid, span)] for span in spans] if body.actions else _seconds(known)
    each = [float(summary(piece[np.isfinite(piece)])) for piece in pieces if np.isfinite(piece).any()]
    return Measure(
        measure.metric,
        measure.unit,
        method,
        value=float(summary(known)),
        n=n,
        spread=float(np.std(known)),
        start_s=float(times[0]),
        end_s=float(times[-1]),
        seen=seen_share(motion, used, spans),
        joints=float(motion.confidence(points)[used].mean()),
        curve=Curve(motion.grid, shown),
        scatter=mean_error(each),
        repeats=len(each) if body.actions else 0,
    )


def _seconds(known: np.ndarray) -> list[np.ndarray]:
    """Known samples of the grid in pieces of about REPEAT_S."""
    return np.array_split(known, max(1, round(len(known) / (REPEAT_S * GRID_HZ))))


def over_actions(
    motion: Motion,
    measure: Measure,
    actions: Sequence[Action],
    points: tuple[str, ...],
    used: np.ndarray,
    spans: list[Span],
) -> Measure:
    """The median of the actions' values; `used` (n,) are the samples in the `spans` that they rest on."""
    values = [action.value for action in actions]
    return Measure(
        measure.metric,
        measure.unit,
        measure.method,
        value=float(np.median(values)),
        n=len(actions),
        spread=float(np.std(values)) if len(values) > 1 else None,
        start_s=min(action.start_s for action in actions),
        end_s=max(action.end_s for action in actions),
        seen=seen_share(motion, used, spans),
        joints=float(motion.confidence(points)[used].mean()) if used.any() else 0.0,
        actions=tuple(actions),
        scatter=mean_error(values),
    )


def over_all_time(motion: Motion, measure: Measure, summary: Summary, values: np.ndarray, known: np.ndarray) -> Measure:
    """A quantity summed up over all the time it is known.

    Args:
        motion: The movement that it is of.
        measure: Its metric, unit and method.
        summary: What sums it up.
        values: (m,) the quantity on the motion's grid.
        known: (n,) bool, the samples at which it is known.
    """
    finite = np.isfinite(values)
    n = int(known.sum())
    metric, unit, method = measure.metric, measure.unit, measure.method
    if n < MIN_SAMPLES or not finite.any():
        return Measure(metric, unit, method, n=n, reason=Reason("samples_too_few", n=n, needed=MIN_SAMPLES))
    times, values = motion.grid[finite], values[finite]
    spread = float(np.std(values))
    return Measure(metric, unit, method, float(summary(values)), n, spread, float(times[0]), float(times[-1]))


def seen_share(motion: Motion, used: np.ndarray, spans: list[Span]) -> float:
    """Used samples over those that the grid's time in the spans would hold at the sampling rate."""
    expected = inside(motion.grid, spans).sum() / GRID_HZ * motion.rate
    return float(min(1.0, used.sum() / max(1.0, expected)))
