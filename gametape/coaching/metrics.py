"""The metrics table: what was measured of the film, the ball and the subject.

Belongs here: film and ball metrics, and putting all in the table with its scores. Does not belong here: how a
body's movement is measured (body.py), what is said of it (findings.py). What is not known is null with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.coaching.shots import shot_measures
from gametape.coaching.strokes import stroke_measures
from gametape.film.clock import film_duration
from gametape.film.player import measured_player
from gametape.film.sidecar import Sidecar
from gametape.film.window import Window, window_of
from gametape.movement.body import Body, Measure, Series
from gametape.movement.motion import BODY_JOINTS, MIN_JOINT_CONFIDENCE, Motion
from gametape.movement.stature import size_measures
from gametape.movement.subject import MIN_PERSON_S, Subject, lasting, subject_of
from gametape.sports.load import limits_for, stroke_rules_for
from gametape.sports.measures import Filmed, sport_measures
from gametape.sports.rules import Limits, StrokeRules
from gametape.tables.coaching import METRICS

if TYPE_CHECKING:
    import pyarrow as pa

MOST_NEAR_BODY = 0.5  # a ball that is at a hand, foot or head more often than this is not taken for a ball
LEAST_BALL = 0.05  # of the frames: where no sport is told, what is seen less often is not taken for a ball
NEAR_BODY = 0.15  # of a person's height
FALLS = 1.0  # heights/s; a ball that is let go falls as fast within 0.2 s, so that what is always slower is none
MIN_NEAR_BODY_FRAMES = 10
EXTREMITIES = ("nose", "left_wrist", "right_wrist", "left_ankle", "right_ankle")
MIN_SEEN_JOINTS = 8  # of the twelve from shoulders to ankles
COVERAGE = f"analysed frames that show the person with {MIN_SEEN_JOINTS} or more of 12 joints usable, over all analysed"


def compute_metrics(
    *,
    ball: pa.Table,
    people: pa.Table,
    poses: pa.Table,
    angles: pa.Table,
    strokes: pa.Table,
    calibration: pa.Table,
    flights: pa.Table,
    rallies: pa.Table,
    frames: pa.Table,
    windows: pa.Table,
    sidecar: Sidecar,
    rules: StrokeRules | None = None,
    limits: Limits | None = None,
) -> pa.Table:
    """The metrics (contract METRICS) of a film. Every metric that belongs to the sport and mode has a row; one that
    cannot be known has a null value and its reason. Tables may be empty but for `windows` (contract
    ANALYSIS_WINDOW): the frames looked at. The subject is who `people` (contract PEOPLE) says."""
    rules = rules or stroke_rules_for(sidecar.sport, sidecar.mode)
    limits = limits or limits_for(sidecar.sport, sidecar.mode)
    searched = _Searched.of(window_of(windows, "pose"), frames["time_s"].to_numpy())
    subject = subject_of(people, sidecar)
    name = "film" if subject.track is None else f"track:{subject.track}"
    body = body_of(poses, angles, sidecar, -1 if subject.track is None else subject.track, rules)
    nobody = subject.reason if subject.track is None else None
    no_strokes = nobody or body.too_slow
    filmed = Filmed(body, sidecar, strokes, flights, calibration, nobody)
    measured = [
        *(("film", m) for m in _film(frames)),
        *(("film", m) for m in _people(poses, searched, subject)),
        *(("ball", m) for m in _ball(ball, poses, window_of(windows, "ball"), flights, rallies, sidecar.sport)),
        *((name, m) for m in _coverage(poses, searched, subject)),
        *((f"track:{t}", m) for t, m in _others(poses, searched, subject)),
        *((name, m) for m in _body(poses, angles, sidecar, subject, calibration, rules)),
        *((name, m) for m in stroke_measures(strokes, subject.track, rules, no_strokes)),
        *((name, m) for m in sport_measures(filmed)),
        *((name, m) for m in shot_measures(flights, strokes, subject.track, calibration, rules, no_strokes)),
    ]
    rows = []
    for who, m in measured:
        if m.metric not in limits.metrics or (m.metric in limits.where_known and not m.value):  # nor is a zero missed
            continue
        scale = limits.scales.get(m.metric)
        rows.append(
            {
                "subject": who,
                "metric": m.metric,
                "value": m.value,
                "unit": m.unit,
                "score": scale.score(m.value) if scale and m.value is not None else None,
                "n": m.n,
                "spread": m.spread,
                "error": m.error,
                "method": m.method,
                "window_start_s": m.start_s,
                "window_end_s": m.end_s,
                "reason": m.reason,
            }
        )
    return METRICS.from_rows(rows)


@dataclass(frozen=True)
class _Searched:
    """How many frames were searched for people, and the first and the last of their times."""

    n: int
    span: tuple[float | None, float | None]

    @classmethod
    def of(cls, window: Window, times: np.ndarray) -> _Searched:
        at = window.frames
        return cls(len(at), (float(times[at[0]]), float(times[at[-1]])) if at else (None, None))


def body_of(poses: pa.Table, angles: pa.Table, sidecar: Sidecar, track: int, rules: StrokeRules | None = None) -> Body:
    """One track's measures, with their functions of time. `rules`: by default those of the sidecar."""
    rules = rules or stroke_rules_for(sidecar.sport, sidecar.mode)
    return Body(Motion(poses, angles, track), sidecar, measured_player(sidecar), rules.actions)


def series(*, poses: pa.Table, angles: pa.Table, sidecar: Sidecar, track: int) -> tuple[Series, ...]:
    """Head speed, hip drift, front knee, elbow and wrist speed of a track as functions of time, to be drawn."""
    return body_of(poses, angles, sidecar, track).series()


def subject_track(metrics: pa.Table) -> int | None:
    """The track that the metrics table's body measures are of."""
    for row in metrics.select(["subject", "metric"]).to_pylist():
        if row["metric"] == "head_stability" and row["subject"].startswith("track:"):
            return int(row["subject"].removeprefix("track:"))
    return None


def _film(frames: pa.Table) -> Iterable[Measure]:
    times = frames["time_s"].to_numpy()
    n = len(times)
    unseen = None if n else Reason("no_frame_decodes")
    span = (float(times[0]), float(times[-1])) if n else (None, None)

    def measure(
        name: str,
        unit: str,
        method: str,
        value: float | None,
        reason: str | None = None,
        spread: float | None = None,
    ) -> Measure:
        return Measure(name, unit, method, value, n, spread, *span, None if value is not None else reason or unseen)

    single = Reason("single_frame") if n == 1 else None
    yield measure("duration", "s", "first to last frame's time plus one frame", film_duration(times), single)
    yield measure("frames", "count", "frames that decode", float(n))
    rate = (n - 1) / (times[-1] - times[0]) if n > 1 and times[-1] > times[0] else None
    uneven = float(np.std(np.diff(times)) * rate**2) if rate else None
    yield measure(
        "fps", "1/s", "frames but one over first to last frame's time; spread is of the rate", rate, single, uneven
    )
    for name, unit, method in (
        ("sharpness", "variance", "median variance of the Laplacian of the luma at 320 px width"),
        ("luma", "0..255", "median of the frames' mean luma"),
    ):
        column = frames[name].to_numpy().astype(float)
        yield measure(
            name, unit, method, float(np.median(column)) if n else None, spread=float(np.std(column)) if n else None
        )
    repeats = frames["repeats_previous"].to_numpy(zero_copy_only=False).astype(bool)
    yield measure(
        "repeated_frames", "share", "frames that show the picture before again", float(repeats.mean()) if n else None
    )
    shots = len(np.unique(frames["shot"].to_numpy()))
    yield measure("camera_shots", "count", "stretches between cuts", float(shots) if n else None)


def _people(poses: pa.Table, searched: _Searched, subject: Subject) -> Iterable[Measure]:
    common = {"n": searched.n}
    off = None if subject.looked else subject.reason
    method = f"tracks lasting {MIN_PERSON_S:g} s or more; one person lost and found again counts twice"
    yield Measure("people", "count", method, None if off else float(len(lasting(poses))), reason=off, **common)
    known = subject.track is not None
    yield Measure(
        "subject_margin",
        "0..1",
        "how much better the subject ranks than the next best",
        subject.margin if known else None,
        reason=None if known else subject.reason,
        **common,
    )


def _coverage(poses: pa.Table, searched: _Searched, subject: Subject) -> Iterable[Measure]:
    if subject.track is None:
        n = searched.n if subject.looked else 0
        value = 0.0 if n else None
        yield Measure("pose_coverage", "share", COVERAGE, value, n, None, *searched.span, subject.reason)
    else:
        yield _covered(poses, searched, subject.track)
    method = "mean share of the twelve joints from shoulders to ankles that are usable, in frames with the subject"
    if subject.track is None:
        yield Measure("joint_visibility", "share", method, reason=subject.reason)
        return
    usable, times = usable_joints(poses, subject.track)
    share = usable / len(BODY_JOINTS)
    yield Measure(
        "joint_visibility", "share", method, float(share.mean()), len(share), float(share.std()), times[0], times[-1]
    )


def _others(poses: pa.Table, searched: _Searched, subject: Subject) -> Iterable[tuple[int, Measure]]:
    """Of everyone else only how much they were seen: they are not measured."""
    for track, rows in lasting(poses).items():
        if track != subject.track:
            yield track, _covered(poses.take(rows), searched, track)


def _covered(poses: pa.Table, searched: _Searched, track: int) -> Measure:
    usable, _ = usable_joints(poses, track)
    value = min(1.0, float((usable >= MIN_SEEN_JOINTS).sum() / max(1, searched.n)))
    return Measure("pose_coverage", "share", COVERAGE, value, searched.n, None, *searched.span)


def usable_joints(poses: pa.Table, track: int) -> tuple[np.ndarray, np.ndarray]:
    """(n,) how many of the twelve joints are usable, and (n,) seconds, in each row of the track."""
    import pyarrow.compute as pc

    mine = poses.filter(pc.equal(poses["track"], track)).sort_by("frame")
    sure = [np.nan_to_num(mine[f"{j}_c"].to_numpy().astype(float)) >= MIN_JOINT_CONFIDENCE for j in BODY_JOINTS]
    return np.sum(sure, axis=0), mine["time_s"].to_numpy()


def _body(
    poses: pa.Table, angles: pa.Table, sidecar: Sidecar, subject: Subject, calibration: pa.Table, rules: StrokeRules
) -> Iterable[Measure]:
    body = body_of(poses, angles, sidecar, -1 if subject.track is None else subject.track, rules)
    size = size_measures(body.motion, subject.player, calibration)
    for m in (*body.five(), *size, *body.hands(), *body.ranges()):
        # Of nobody the same rows, so that whoever reads the table finds the metric and its reason.
        yield m if subject.track is not None else Measure(m.metric, m.unit, m.method, reason=subject.reason)


def _ball(
    ball: pa.Table, poses: pa.Table, window: Window, flights: pa.Table, rallies: pa.Table, sport: str | None
) -> Iterable[Measure]:
    state = ball["state"].to_numpy(zero_copy_only=False)
    times = ball["time_s"].to_numpy()
    looked = np.isin(ball["frame"].to_numpy(), window.frames)
    n = int(looked.sum())
    span = (float(times[looked][0]), float(times[looked][-1])) if n else (None, None)
    detected, filled = (looked & (state == s) for s in ("detected", "interpolated"))
    reason = None
    if not window.wanted:
        reason = Reason("ball_not_wanted")
    elif not n:
        reason = Reason("ball_not_searched")
    near, compared = _near_body(ball, poses)
    if reason is None and near is not None and near > MOST_NEAR_BODY:
        reason = Reason("ball_is_a_limb", share=near)
    if reason is None and not sport and 0 < detected.sum() < LEAST_BALL * n:
        reason = Reason("ball_seldom_seen", seen=detected.sum(), frames=n)
    speed = ball["speed"].to_numpy().astype(float)[detected]
    speed = speed[np.isfinite(speed)]
    height = _height(ball, poses)
    if reason is None and height and len(speed) and speed.max() < FALLS * height:
        reason = Reason("ball_is_a_mark", speed=speed.max() / height)
    never = reason or (None if detected.any() else Reason("ball_never_detected"))

    def measure(
        name: str, unit: str, method: str, value: object, why: str | None, *, n: int = n, spread: object = None
    ) -> Measure:
        known = why is None and value is not None
        return Measure(
            name,
            unit,
            method,
            float(value) if known else None,
            n,
            float(spread) if known and spread is not None else None,
            *span,
            why,
        )

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
    for name, told, of in (
        ("ball_speed_max", "99th percentile, which one bad point does not set,", 0.99),
        ("ball_speed_p95", "95th percentile", 0.95),
        ("ball_speed_median", "median", 0.5),
    ):
        method = f"{told} of the speed in frames with a detection; as seen, not along the line of sight"
        value = np.quantile(speed, of) if len(speed) else None
        yield measure(name, "px/s", method, value, why, n=len(speed), spread=spread)
    for name, unit, told, of, values, missing in _shots(flights):
        known = len(values) > 0
        method = f"{told} of the speeds off the racket, hand or bat: of each flight that a hit began, at its start"
        yield measure(
            name,
            unit,
            method,
            of(values) if known else None,
            never or (None if known else missing),
            n=len(values),
            spread=values.std() if known else None,
        )
    for name, unit, told, value, count in _play(rallies, times[looked]):
        yield measure(
            name, unit, told, value, never or (None if value is not None else Reason("no_rally_seen")), n=count
        )
    seen = detected | filled
    flight = ball["flight"].to_numpy().astype(float)
    flights = np.unique(flight[seen & np.isfinite(flight)])
    yield measure("ball_flights", "count", "flights between contacts", len(flights), never, n=int(seen.sum()))
    gap = _longest_gap(times[looked], seen[looked])
    yield measure("ball_longest_gap", "s", "longest time the ball is not seen, from sight to sight", gap, never)
    path = sum(_length(ball, seen & (flight == f)) for f in flights)
    method = "sum of the distances in px between neighbouring frames of each flight; across gaps nothing is added"
    yield measure("ball_path", "px", method, path, never, n=int(seen.sum()))


def _shots(flights: pa.Table) -> Iterable[tuple[str, str, str, Callable, np.ndarray, str]]:
    """Name, unit, what it is, how it is computed, the speeds, and why there are none."""
    hit = np.array([began == "hit" for began in flights["began"].to_pylist()], bool)
    reasons = [
        reason for reason, struck in zip(flights["speed_reason"].to_pylist(), hit, strict=True) if struck and reason
    ]
    for suffix, unit, column, missing in (
        ("", "px/s", "speed_start", Reason("no_hit_seen")),
        (
            "_metric",
            "m/s",
            "speed_start_mps",
            max(reasons, key=reasons.count, default=Reason("no_hit_seen")),
        ),
    ):
        speeds = flights[column].cast("float64").to_numpy(zero_copy_only=False)[hit]
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
    looked = poses["frame"].to_numpy()
    inside = looked < len(at)
    looked, height = looked[inside], (poses["y2"].to_numpy() - poses["y1"].to_numpy()).astype(float)[inside]
    distance = np.full(len(looked), np.inf)
    for joint in EXTREMITIES:
        x, y = (poses[f"{joint}_{c}"].to_numpy().astype(float)[inside] for c in "xy")
        distance = np.fmin(distance, np.hypot(x - at[looked, 0], y - at[looked, 1]) / height)
    nearest = np.full(len(at), np.inf)
    np.minimum.at(nearest, looked, distance)
    compared = np.intersect1d(looked, frames[detected])
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
