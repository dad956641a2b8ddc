"""The coaching measures of a body: head, balance, front knee, hips and shoulders, elbow.

Belongs here: their definitions (docs/metrics.md says them in words, with their reasons). Does not belong here: scores,
findings.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from gametape.base.reason import Reason
from gametape.movement.body import EDGE_S, Body
from gametape.movement.curves import inside, part, root_mean_square
from gametape.movement.measure import Action, Curve, Measure
from gametape.movement.summaries import over_actions, over_watched_time
from gametape.movement.turns import fastest_turn, seen_end_on, turn_speed
from gametape.sports.rules import Span

STEADY_S = 1.0
"""Seconds within which an even travel of the head, or of the camera, is no unsteadiness."""
KNEE_SEEN = 0.5
"""Share of an action in which the front knee must be seen."""
_IN_WORDS = {"mid_ear": "middle of the ears"}


def coaching_measures(body: Body) -> tuple[Measure, ...]:
    """All of them; the elbow twice, over the actions and where the hand is highest."""
    return (
        head_stability(body),
        balance_drift(body),
        front_knee_brace(body),
        hip_shoulder_separation_timing(body),
        elbow_drop(body),
        elbow_drop_at_reach(body),
    )


def head_stability(body: Body) -> Measure:
    """How unsteadily the head moves."""
    point, motion = body.head_point, body.motion
    words = _IN_WORDS.get(point, point)
    method = f"root mean square velocity of the {words} about its own mean velocity, over the body height"
    measure = Measure("head_stability", "heights/s", method, reason=body.too_slow)
    if measure.reason:
        return measure
    velocity = motion.velocity(point) / motion.height[:, None]
    unsteady = np.full_like(velocity, np.nan)
    for span in _steady_spans(body):
        where = part(motion.grid, span)
        known = np.isfinite(velocity[where]).all(1)
        if known.any():
            unsteady[where] = velocity[where] - velocity[where][known].mean(axis=0)
    return over_watched_time(body, measure, np.hypot(*unsteady.T), (point,), root_mean_square)


def _steady_spans(body: Body) -> list[Span]:
    """Stretches in each of which the head's mean velocity is taken off."""
    spans, _ = body.watched
    grid = body.motion.grid
    if body.actions or not len(grid):
        return spans
    start, end = grid[[0, -1]]
    edges = np.linspace(start, end, max(1, round((end - start) / STEADY_S)) + 1)
    return list(pairwise(edges))


def balance_drift(body: Body) -> Measure:
    """How far the hips are from above the feet."""
    motion = body.motion
    hip, ankle = (motion.position(point)[:, 0] for point in ("mid_hip", "mid_ankle"))
    method = "mean distance across the picture from mid-hip to mid-ankle, over the body height"
    measure = Measure("balance_drift", "heights", method)
    return over_watched_time(body, measure, np.abs(hip - ankle) / motion.height, ("mid_hip", "mid_ankle"))


def front_knee_brace(body: Body) -> Measure:
    """How far the front knee bends at the action."""
    motion, (before, after) = body.motion, body.rules.knee_window_s
    method = (
        f"smallest knee angle of the front leg from {-before:g} s before to {after:g} s after the hands' fastest moment"
    )
    measure = Measure("front_knee_brace", "deg", method, reason=body.no_action)
    if measure.reason:
        return measure
    angles = {side: motion.angle(f"{side}_knee") for side in ("left", "right")}
    known = {side: motion.angle_samples(f"{side}_knee") for side in angles}
    found, reasons, ways, spans, sides = [], [], [], [], set()
    curve, used = np.full(len(motion.grid), np.nan), np.zeros(len(motion.times), bool)
    for moment, span in zip(body.actions, body.around_actions(body.rules.knee_window_s), strict=True):
        side, how = body.front_leg(moment)
        if side is None:
            reasons.append(how)
            continue
        where, samples = part(motion.grid, span), part(motion.times, span)
        angle, times = angles[side][where], motion.grid[where]
        if not np.isfinite(angle).mean() >= KNEE_SEEN:
            reasons.append(Reason("front_knee_not_seen"))
            continue
        worst = int(np.nanargmin(angle))
        found.append(Action(float(times[0]), float(times[-1]), float(times[worst]), float(angle[worst])))
        ways.append(f"{side}, by {how}")
        spans.append(span)
        sides.add(side)
        curve[where] = angle
        used[samples] = known[side][samples]
    if not found:
        return replace(measure, reason=reasons[0])
    method = f"{method}, median of actions ({len(found)}); front leg: {'; '.join(dict.fromkeys(ways))}"
    legs = tuple(f"{side}_{joint}" for side in sorted(sides) for joint in ("hip", "knee", "ankle"))
    made = over_actions(motion, replace(measure, method=method), found, legs, used, spans)
    return replace(made, n=int(used.sum()), curve=Curve(motion.grid, curve))


def hip_shoulder_separation_timing(body: Body) -> Measure:
    """By how much the hips turn before the shoulders."""
    motion, rules = body.motion, body.rules
    method = "time of the fastest shoulder turn less that of the fastest hip turn in each action, median"
    measure = Measure("hip_shoulder_separation_timing", "s", method, reason=body.no_action)
    if measure.reason:
        return measure
    hips, shoulders = turn_speed(motion, "hip"), turn_speed(motion, "shoulder")
    found, reasons = [], []
    spans = body.around_actions(rules.turn_window_s)
    for moment, span in zip(body.actions, spans, strict=True):
        if end_on := seen_end_on(motion, span):
            reasons.append(end_on)
            continue
        hip, no_hip = fastest_turn(motion, hips, span, rules.min_turn_deg_s)
        shoulder, no_shoulder = fastest_turn(motion, shoulders, span, rules.min_turn_deg_s)
        if hip is None:
            reasons.append(Reason("turn_of_hips", reason=no_hip))
        elif shoulder is None:
            reasons.append(Reason("turn_of_shoulders", reason=no_shoulder))
        else:
            first, last = min(hip, shoulder, moment), max(hip, shoulder, moment)
            found.append(Action(first, last, moment, shoulder - hip))
    if not found:
        return replace(measure, reason=reasons[0])
    points = ("mid_hip", "mid_shoulder")
    used = inside(motion.times, spans) & motion.usable(points)
    measure = replace(measure, method=f"{method} of actions ({len(found)})")
    return over_actions(motion, measure, found, points, used, spans)


def elbow_drop(body: Body) -> Measure:
    """How far the elbow of the playing arm, or the mean of both, is below the shoulder."""
    side = body.dominance.side
    arms = (side,) if side else ("left", "right")
    words = f"{side} arm, {body.dominance.how}" if side else "mean of both arms, the playing arm not being known"
    below = np.mean([_elbow_below(body, arm) for arm in arms], axis=0)
    points = tuple(f"{arm}_{joint}" for arm in arms for joint in ("elbow", "shoulder"))
    method = f"mean drop of the elbow below the shoulder over the body height; {words}"
    return over_watched_time(body, Measure("elbow_drop", "heights", method), below, points)


def elbow_drop_at_reach(body: Body) -> Measure:
    """The same where the playing hand is highest."""
    motion, (before, after) = body.motion, body.rules.reach_window_s
    around = f"from {-before:g} s before to {after:g} s after the hands' fastest moment"
    method = f"drop of the elbow below the shoulder when the playing hand is highest, {around}, median of the actions"
    measure = Measure("elbow_drop_at_reach", "heights", method, reason=body.no_action)
    if measure.reason:
        return measure
    side = body.dominance.side
    if side is None:
        return replace(measure, reason=Reason("playing_arm_not_clear", reason=body.dominance.reason))
    below, hand = _elbow_below(body, side), motion.position(f"{side}_wrist")[:, 1]
    found = []
    for span in body.around_actions(body.rules.reach_window_s):
        where = part(motion.grid, span)
        height = np.where(np.isfinite(below[where]), hand[where], np.nan)
        if np.isfinite(height).any():
            top = where.start + int(np.nanargmin(height))
            when = float(motion.grid[top])
            found.append(Action(when - EDGE_S, when + EDGE_S, when, float(below[top])))
    if not found:
        return replace(measure, reason=Reason("arm_not_seen_at_action", side=side))
    points = (f"{side}_elbow", f"{side}_shoulder", f"{side}_wrist")
    spans = [(action.start_s, action.end_s) for action in found]
    used = inside(motion.times, spans) & motion.usable(points)
    measure = replace(measure, method=f"{method}; {side} arm, {body.dominance.how}")
    return over_actions(motion, measure, found, points, used, spans)


def _elbow_below(body: Body, side: str) -> np.ndarray:
    """(m,) heights of the elbow below the shoulder; the picture's y grows downwards."""
    elbow, shoulder = (body.motion.position(f"{side}_{joint}")[:, 1] for joint in ("elbow", "shoulder"))
    return (elbow - shoulder) / body.motion.height
