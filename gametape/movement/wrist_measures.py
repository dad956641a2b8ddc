"""Measures of the hands: which one plays, how fast the wrists are, how many actions there are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gametape.base.reason import Reason
from gametape.movement.body import Body
from gametape.movement.curves import peak_time
from gametape.movement.measure import Measure
from gametape.movement.motion import WRIST_CUTOFF_HZ
from gametape.movement.summaries import MIN_SAMPLES


def wrist_measures(body: Body) -> Iterable[Measure]:
    """The playing hand, the wrists' speeds and when they are highest, and the actions."""
    motion, dominance = body.motion, body.dominance
    yield Measure(
        "dominant_wrist",
        "1 right, -1 left",
        f"which hand plays: {dominance.how}" if dominance.side else "the wrist with the clearly higher peak speed",
        None if dominance.side is None else {"right": 1.0, "left": -1.0}[dominance.side],
        n=len(body.actions),
        start_s=motion.start,
        end_s=motion.end,
        reason=dominance.reason,
    )
    yield Measure(
        "wrist_speed_ratio",
        "right/left",
        "peak wrist speed about the mid-hip within 0.1 s of the action, right over left; median of the actions",
        dominance.ratio,
        n=len(body.actions),
        reason=None if dominance.ratio else (body.no_action or Reason("wrist_not_surely_seen")),
    )
    yield from _speeds(body)


def _speeds(body: Body) -> Iterable[Measure]:
    motion, rules, speed = body.motion, body.rules, body.hand_speed
    a_wrist = motion.usable(("left_wrist",)) | motion.usable(("right_wrist",))
    n = int((motion.usable(("mid_hip",)) & a_wrist).sum())
    seldom = n < MIN_SAMPLES or not np.isfinite(speed).any()
    reason = body.too_slow or (Reason("hands_and_hips_seldom_seen") if seldom else None)
    peak = when = None
    if reason is None:
        top = int(np.nanargmax(speed))
        peak, when = float(speed[top]), peak_time(motion.grid, np.nan_to_num(speed), top)
    height_m = body.player.height_m
    no_height = None if height_m else Reason("height_not_given")
    method = f"peak speed of the faster wrist about the mid-hip, low-passed at {WRIST_CUTOFF_HZ:g} Hz"
    for metric, unit, value, unknown in (
        ("peak_wrist_speed", "heights/s", peak, reason),
        ("peak_wrist_speed_time", "s", when, reason),
        ("peak_wrist_speed_metric", "m/s", peak * height_m if peak and height_m else None, reason or no_height),
    ):
        yield Measure(metric, unit, method, value, n=n, start_s=when, end_s=when, reason=unknown)
    yield Measure(
        "actions",
        "count",
        f"peaks of the faster wrist's speed of at least {rules.min_speed:g} heights/s and "
        f"{rules.share_of_peak:.0%} of the fastest, {rules.apart_s:g} s apart",
        None if reason else float(len(body.actions)),
        n=n,
        start_s=motion.start,
        end_s=motion.end,
        reason=reason,
    )
