"""Measures over all the time a person is seen: ranges of the joints, lean of the trunk, width of the stance."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gametape.movement.curves import EVER, central_range, inside
from gametape.movement.measure import Measure
from gametape.movement.motion import Motion
from gametape.movement.summaries import Summary, over_all_time

PARTS: tuple[tuple[str, str, Summary], ...] = (
    ("min", "5th percentile", lambda values: np.quantile(values, 0.05)),
    ("max", "95th percentile", lambda values: np.quantile(values, 0.95)),
    ("range", "5th to 95th percentile", central_range),
    ("median", "median", np.median),
)
"""What is given of each joint: the metric's ending, in words, and its summary."""


def range_measures(motion: Motion) -> Iterable[Measure]:
    """Of each joint the least, greatest and median angle and their range; lean and stance."""
    for joint in ("elbow", "shoulder", "hip", "knee"):
        for side in ("left", "right"):
            angle, known = motion.angle(f"{side}_{joint}"), motion.angle_samples(f"{side}_{joint}")
            for ending, words, summary in PARTS:
                measure = Measure(f"{side}_{joint}_{ending}", "deg", f"{words} of the {side} {joint} angle")
                yield over_all_time(motion, measure, summary, angle, known)
    lean, known = motion.angle("trunk_lean"), motion.angle_samples("trunk_lean")
    what = "lean of the trunk from the vertical, positive to the picture's right"
    for metric, words, summary in (
        ("trunk_lean_mean", f"mean {what}", np.mean),
        ("trunk_lean_range", f"5th to 95th percentile of the {what}", central_range),
    ):
        yield over_all_time(motion, Measure(metric, "deg", words), summary, lean, known)
    apart = motion.position("left_ankle") - motion.position("right_ankle")
    measure = Measure("stance_width", "heights", "median distance of the ankles over the body height")
    known = motion.usable(("mid_ankle",)) & inside(motion.times, [EVER])
    yield over_all_time(motion, measure, np.median, np.hypot(*apart.T) / motion.height, known)
