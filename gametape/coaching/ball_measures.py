"""Measures of the ball and of play: how much was seen, how fast, which shots and rallies.

Belongs here: what the ball's tables sum up to, and whether what was followed can be a ball. Does not belong here: whose
shots they are (shot_measures.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.sightings import IN_FLIGHT
from gametape.base.reason import Reason
from gametape.film.window import Window
from gametape.movement.measure import Measure
from gametape.play.sent_balls import sure_speed, why_no_speed
from gametape.sports.contacts import SENT
from gametape.sports.load import has_ball

if TYPE_CHECKING:
    import pyarrow as pa

MOST_NEAR_BODY = 0.5
"""Share of frames at a hand, foot or head above which what was followed is a limb, not a ball."""
LEAST_BALL = 0.05
"""Share of frames below which, where no sport is given, what was seen is not taken for a ball."""
NEAR_BODY = 0.15
"""A ball within this of a wrist, an ankle or the nose is at the body, in the person's heights."""
STROKES_OF_A_RALLY = 2
"""Strokes from which a ball must have been in play between them."""
MIN_NEAR_BODY_FRAMES = 10
EXTREMITIES = ("nose", "left_wrist", "right_wrist", "left_ankle", "right_ankle")


def ball_measures(
    ball: pa.Table,
    poses: pa.Table,
    window: Window,
    flights: pa.Table,
    rallies: pa.Table,
    sport: str | None,
    *,
    strokes: int = 0,
) -> Iterable[Measure]:
    """The measures of a film's ball and play.

    Args:
        ball, poses, flights, rallies: Tables BALL_TRAJECTORY, POSE_KEYPOINTS, BALL_FLIGHTS and RALLIES.
        window: The frames in which the ball was searched.
        sport: As the sidecar gives it; None: not given.
        strokes: How many sure strokes were found, of anybody.
    """
    state = ball["state"].to_numpy(zero_copy_only=False)
    times = ball["time_s"].to_numpy()
    searched = np.isin(ball["frame"].to_numpy(), window.frames)
    n = int(searched.sum())
    span: tuple[float | None, float | None] = (
        (float(times[searched][0]), float(times[searched][-1])) if n else (None, None)
    )
    detected, filled = (searched & (state == s) for s in ("detected", "interpolated"))
    reason = None
    if not window.wanted:
        reason = Reason("ball_not_wanted")
    elif not n:
        reason = Reason("ball_not_searched")
    elif not has_ball(sport):
        reason = Reason("sport_without_ball")
    near, compared = _near_body(ball, poses)
    if reason is None and near is not None and near > MOST_NEAR_BODY:
        reason = Reason("ball_is_a_limb", share=near)
    if reason is None and not sport and 0 < detected.sum() < LEAST_BALL * n:
        reason = Reason("ball_seldom_seen", seen=detected.sum(), frames=n)
    speed = ball["speed"].to_numpy().astype(float)[detected]
    speed = speed[np.isfinite(speed)]
    height = _height(ball, poses)
    if reason is None and height and len(speed) and speed.max() < IN_FLIGHT * height:
        reason = Reason("ball_is_a_mark", speed=speed.max() / height)
    never = reason or (None if detected.any() else Reason("ball_never_detected"))

    def measure(
        name: str,
        unit: str,
        method: str,
        value: float | None,
        why: str | None,
        *,
        n: int = n,
        spread: float | None = None,
    ) -> Measure:
        if why or value is None:
            return Measure(name, unit, method, None, n, None, *span, why)
        return Measure(name, unit, method, float(value), n, None if spread is None else float(spread), *span, why)

    yield measure(
        "ball_coverage", "share", "frames with a detection over frames searched", detected.sum() / max(1, n), reason
    )
    yield measure(
        "ball_interpolated",
        "share",
        "frames filled in between detections over frames searched",
        filled.sum() / max(1, n),
        reason,
    )
    yield _in_play(ball, searched, detected, rallies, strokes, reason)
    yield Measure(
        "ball_near_body",
        "share",
        f"detections within {NEAR_BODY:g} heights of a wrist, an ankle or the nose, over those in frames with people",
        near,
        compared,
        None,
        *span,
        None if near is not None else Reason("ball_seldom_near_people", n=MIN_NEAR_BODY_FRAMES),
    )
    why = never or (None if len(speed) else Reason("ball_in_no_flight"))
    spread = speed.std() if len(speed) else None
    for name, words, share in (
        ("ball_speed_max", "99th percentile, which one bad point does not set,", 0.99),
        ("ball_speed_p95", "95th percentile", 0.95),
        ("ball_speed_median", "median", 0.5),
    ):
        method = f"{words} of the speed in frames with a detection; as seen, not along the line of sight"
        value = np.quantile(speed, share) if len(speed) else None
        yield measure(name, "px/s", method, value, why, n=len(speed), spread=spread)
    for name, unit, words, of, values, missing in _shots(flights):
        known = len(values) > 0
        method = f"{words} of the speeds off the racket, hand or bat: of each flight that a hit began, at its start"
        yield measure(
            name,
            unit,
            method,
            of(values) if known else None,
            never or (None if known else missing),
            n=len(values),
            spread=values.std() if known else None,
        )
    for name, unit, words, value, count in _play(rallies, times[searched]):
        yield measure(
            name, unit, words, value, never or (None if value is not None else Reason("no_rally_seen")), n=count
        )
    seen = detected | filled
    flight = ball["flight"].to_numpy().astype(float)
    flights = np.unique(flight[seen & np.isfinite(flight)])
    yield measure("ball_flights", "count", "flights between contacts", len(flights), never, n=int(seen.sum()))
    gap = _longest_gap(times[searched], seen[searched])
    yield measure("ball_longest_gap", "s", "longest time the ball is not seen, from sight to sight", gap, never)
    path = sum(_length(ball, seen & (flight == f)) for f in flights)
    method = "sum of the distances in px between neighbouring frames of each flight; across gaps nothing is added"
    yield measure("ball_path", "px", method, path, never, n=int(seen.sum()))


def _in_play(
    ball: pa.Table, searched: np.ndarray, detected: np.ndarray, rallies: pa.Table, strokes: int, reason: str | None
) -> Measure:
    """How much of the ball was seen of the time in which it can be, which of the whole film says nothing.

    That is in the rallies; where none was found though strokes follow each other, all that was searched. A ball that
    is served, bowled or driven once is in sight for a moment, and of it no share tells how well it was followed.
    """
    name, unit, times = "ball_in_play", "share", ball["time_s"].to_numpy()
    method = "frames with a detection over frames searched in rallies"
    there = np.zeros(len(times), bool)
    for start, end in zip(rallies["start_s"].to_pylist(), rallies["end_s"].to_pylist(), strict=True):
        there |= searched & (times >= start) & (times <= end)
    if not there.any() and strokes >= STROKES_OF_A_RALLY:
        there, method = searched, "frames with a detection over frames searched, no rally being found between strokes"
    n = int(there.sum())
    if reason or not n:
        return Measure(name, unit, method, n=n, reason=reason or Reason("no_rally_seen"))
    span = times[there]
    value = float((detected & there).sum() / n)
    return Measure(name, unit, method, value, n, None, float(span[0]), float(span[-1]))


def _shots(flights: pa.Table) -> Iterable[tuple[str, str, str, Callable, np.ndarray, str]]:
    """Name, unit, what it is, how it is computed, the speeds, and why there are none."""
    sent = [row for row in flights.to_pylist() if row["began"] in SENT]
    no_hit = Reason("no_hit_seen")
    for suffix, unit, known, missing in (
        ("", "px/s", [row["speed_start"] for row in sent], no_hit),
        ("_metric", "m/s", [sure_speed(row) for row in sent], why_no_speed(sent) or no_hit),
    ):
        speeds = np.array([speed for speed in known if speed is not None], np.float64)
        speeds = speeds[np.isfinite(speeds)]
        yield f"shot_speed_max{suffix}", unit, "fastest", np.max, speeds, missing
        yield f"shot_speed_median{suffix}", unit, "median", np.median, speeds, missing


def _play(rallies: pa.Table, times: np.ndarray) -> Iterable[tuple[str, str, str, float | None, int]]:
    """Name, unit, method, value and sample size of what the rallies say."""
    shots, lasted = rallies["shots"].to_numpy(), rallies["duration_s"].to_numpy()
    n = len(shots)
    span = float(times[-1] - times[0]) if len(times) > 1 else 0.0
    dead = 1 - min(1.0, float(lasted.sum()) / span) if span else None
    yield "rallies", "count", "stretches of play with a hit and a second contact", float(n), n
    yield "shots_per_rally", "count", "mean of the hits told in each rally", float(shots.mean()) if n else None, n
    yield "longest_rally", "s", "longest of the rallies", float(lasted.max()) if n else None, n
    yield "dead_time", "share", "time outside rallies over the time searched", dead if n else None, n


def _near_body(ball: pa.Table, poses: pa.Table) -> tuple[float | None, int]:
    """(share of detections at an extremity of somebody, detections compared); None where they are too few.

    A tracker that goes by motion alone follows a hand where there is no ball.
    """
    detected = ball["state"].to_numpy(zero_copy_only=False) == "detected"
    frames = ball["frame"].to_numpy()
    at = np.full((int(frames[-1]) + 1 if len(frames) else 0, 2), np.nan)
    for axis, name in enumerate("xy"):
        at[frames[detected], axis] = ball[name].to_numpy(zero_copy_only=False).astype(float)[detected]
    posed = poses["frame"].to_numpy()
    inside = posed < len(at)
    posed, height = posed[inside], (poses["y2"].to_numpy() - poses["y1"].to_numpy()).astype(float)[inside]
    distance = np.full(len(posed), np.inf)
    for joint in EXTREMITIES:
        x, y = (poses[f"{joint}_{c}"].to_numpy().astype(float)[inside] for c in "xy")
        distance = np.fmin(distance, np.hypot(x - at[posed, 0], y - at[posed, 1]) / height)
    nearest = np.full(len(at), np.inf)
    np.minimum.at(nearest, posed, distance)
    compared = np.intersect1d(posed, frames[detected])
    if len(compared) < MIN_NEAR_BODY_FRAMES:
        return None, len(compared)
    return float((nearest[compared] < NEAR_BODY).mean()), len(compared)


def _height(ball: pa.Table, poses: pa.Table) -> float | None:
    """Median height in px of those who are in the picture with a detection; None where nobody is."""
    detected = ball["state"].to_numpy(zero_copy_only=False) == "detected"
    there = np.isin(poses["frame"].to_numpy(), ball["frame"].to_numpy()[detected])
    tall = (poses["y2"].to_numpy() - poses["y1"].to_numpy()).astype(float)[there]
    return float(np.median(tall)) if len(tall) else None


def _longest_gap(times: np.ndarray, seen: np.ndarray) -> float | None:
    """Longest time from sight to sight with frames without between; the ends of the search count as sight."""
    if not len(times):
        return None
    at = np.unique(np.concatenate([[0], np.flatnonzero(seen), [len(times) - 1]]))
    steps = np.diff(times[at])
    blind = (np.diff(at) > 1) | ~seen[at[1:]] | ~seen[at[:-1]]
    return float(steps[blind].max()) if blind.any() else 0.0


def _length(ball: pa.Table, mine: np.ndarray) -> float:
    at = np.flatnonzero(mine)
    xy = np.column_stack([ball["x"].to_numpy(), ball["y"].to_numpy()]).astype(float)[at]
    step = np.hypot(*np.diff(xy, axis=0).T)
    return float(step[np.diff(at) == 1].sum())
