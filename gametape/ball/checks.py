"""Checks on the ball's tables, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.base.check import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa


LEAST_COVERAGE = 0.05
"""Share of the frames in which the ball should be seen."""


def ball_is_sound(ball: pa.Table, width: int, height: int, looked_at: int) -> list[CheckResult]:
    """Check a `BALL_TRAJECTORY`: places exactly where the ball is not absent, inside the picture, and enough of them.

    Args:
        ball: The table.
        width: Width of the picture, px.
        height: Height of the picture, px.
        looked_at: Number of frames in which the ball was looked for.
    """
    state = np.asarray(ball["state"].to_pylist())
    x, y = ball["x"].to_numpy(zero_copy_only=False), ball["y"].to_numpy(zero_copy_only=False)
    placed = np.isfinite(x) & np.isfinite(y)
    consistent = bool((placed == (state != "absent")).all())
    detected = state == "detected"
    inside = bool(((x >= 0) & (x <= width) & (y >= 0) & (y <= height))[detected].all())
    coverage = float(detected.sum() / looked_at) if looked_at else 0.0
    return [
        CheckResult(
            "ball_has_a_place_when_seen",
            consistent,
            "x and y are numbers exactly where the state is not absent",
        ),
        CheckResult("ball_inside_the_picture", inside, f"detected positions lie within {width}x{height}"),
        CheckResult(
            "ball_coverage",
            coverage >= LEAST_COVERAGE or not looked_at,
            f"the ball was seen in {coverage:.0%} of {looked_at} frames",
            is_error=False,
            facts={"coverage": coverage},
        ),
    ]


def events_are_sound(events: pa.Table, film_times: np.ndarray) -> list[CheckResult]:
    """Check `BALL_EVENTS`: within the `film_times` (n,) s, in order, with confidences of 0..1."""
    times, sure = events["time_s"].to_numpy(), events["confidence"].to_numpy()
    inside = not len(times) or bool(len(film_times) and film_times[0] <= times.min() and times.max() <= film_times[-1])
    rising = bool((np.diff(times) > 0).all() and (np.diff(events["frame"].to_numpy()) > 0).all())
    return [
        CheckResult("events_inside_the_film", inside, "events lie between the first frame's time and the last one's"),
        CheckResult("events_in_order", rising, "times and frames of events rise"),
        CheckResult("event_confidence_in_range", bool(((sure >= 0) & (sure <= 1)).all()), "confidences lie in 0..1"),
    ]
