"""A film drawn by ourselves and the tables that say exactly what is in it."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa

from gametape import tables
from gametape.film.sidecar import Sidecar
from gametape.report import ReportInput
from gametape.report.metric_labels import MetricLabels
from gametape.report.words import words

WIDTH, HEIGHT = 1280, 720
PROXY = (640, 360)
STICK = {
    "nose": (0, -150), "left_shoulder": (-26, -112), "right_shoulder": (26, -112), "left_elbow": (-48, -76),
    "right_elbow": (52, -84), "left_wrist": (-58, -34), "right_wrist": (74, -116), "left_hip": (-18, -22),
    "right_hip": (18, -22), "left_knee": (-24, 38), "right_knee": (30, 34), "left_ankle": (-30, 98), "right_ankle": (26, 98),
}  # fmt: skip


def steady(frames: int, fps: float = 30) -> np.ndarray:
    return np.arange(frames) / fps


def uneven(frames: int, seed: int = 3) -> np.ndarray:
    """Times with gaps of 20 to 90 ms, whole milliseconds."""
    gaps = np.random.default_rng(seed).integers(20, 91, frames - 1)
    return np.concatenate([[0], np.cumsum(gaps)]) / 1000


def ball_at(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return 640 + 480 * np.sin(1.9 * t), 150 + 420 * np.abs(np.cos(1.3 * t)) * 0.8


def person_at(t: np.ndarray, track: int) -> tuple[np.ndarray, np.ndarray]:
    return 420 + 420 * track + 60 * np.sin(1.1 * t + track), np.full_like(t, 520.0)


def joint_at(name: str, t: np.ndarray, track: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = person_at(t, track)
    dx, dy = STICK[name]
    swing = 16 * np.sin(5 * t + track) if "wrist" in name or "knee" in name else 0
    return x + dx + swing, y + dy


def write_film(path: Path, times: np.ndarray, *, gap_s: tuple[float, float] | None = None) -> Path:
    """H.264 with one picture for each of `times` (whole milliseconds or thirtieths): ball and stick people."""
    import av
    import cv2

    base = Fraction(1, 90_000)
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast", "crf": "20", "g": "30"})
        stream.width, stream.height, stream.pix_fmt = *PROXY, "yuv420p"
        stream.codec_context.time_base = base
        scale = PROXY[0] / WIDTH
        for t in times:
            picture = np.full((PROXY[1], PROXY[0], 3), (44, 84, 58), np.uint8)
            for y in (60, 180, 300):
                cv2.line(picture, (30, y), (610, y), (190, 205, 190), 2)
            for track in (0, 1):
                points = {name: np.array(joint_at(name, np.array(t), track)) * scale for name in STICK}
                for a, b in (("left_shoulder", "right_shoulder"), ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
                             ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"), ("left_hip", "right_hip"),
                             ("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"), ("left_hip", "left_knee"),
                             ("left_knee", "left_ankle"), ("right_hip", "right_knee"), ("right_knee", "right_ankle")):  # fmt: skip
                    cv2.line(picture, tuple(points[a].astype(int)), tuple(points[b].astype(int)), (35, 40, 70), 7)
                cv2.circle(picture, tuple(points["nose"].astype(int)), 9, (200, 170, 150), -1)
            if not (gap_s and gap_s[0] <= t < gap_s[1]):
                x, y = (float(v) * scale for v in ball_at(np.array(t)))
                cv2.circle(picture, (round(x * 16), round(y * 16)), 5 * 16, (250, 250, 245), -1, cv2.LINE_AA, shift=4)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(t / base), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def frames_table(times: np.ndarray, shots: tuple[float, ...] = ()) -> pa.Table:
    n = len(times)
    return tables.FRAMES.cast(
        pa.table(
            {
                "frame": np.arange(n),
                "time_s": times.astype(float),
                "shown_s": times.astype(float),
                "source_pts": np.round(times * 90000).astype(int),
                "keyframe": np.arange(n) % 30 == 0,
                "shot": np.searchsorted(shots, times, side="right"),
                "sharpness": np.full(n, 300.0),
                "luma": np.full(n, 90.0),
                "repeats_previous": np.zeros(n, bool),
            }
        )
    )


def ball_table(times: np.ndarray, *, gap_s: tuple[float, float] | None = None) -> pa.Table:
    x, y = ball_at(times)
    vx, vy = (np.gradient(v, times) if len(times) > 1 else np.zeros(len(times)) for v in (x, y))
    speed, n = np.hypot(vx, vy), len(times)
    gone = (times >= gap_s[0]) & (times < gap_s[1]) if gap_s else np.zeros(n, bool)
    filled = ~gone & (np.arange(n) % 11 == 7)

    def column(values: np.ndarray, hide: np.ndarray = gone) -> pa.Array:
        return pa.array(values, mask=hide)

    return tables.BALL_TRAJECTORY.cast(
        pa.table(
            {
                "frame": np.arange(n),
                "time_s": times.astype(float),
                "taken_s": times.astype(float),
                "state": np.where(gone, "absent", np.where(filled, "interpolated", "detected")),
                "x": column(x),
                "y": column(y),
                "confidence": column(np.full(n, 0.9), gone | filled),
                "x1": column(x - 10),
                "y1": column(y - 10),
                "x2": column(x + 10),
                "y2": column(y + 10),
                "vx": column(vx),
                "vy": column(vy),
                "speed": column(speed),
                "flight": column((times // 0.8).astype(int)),
                "tracker": ["made up 1"] * n,
            }
        )
    )


def pose_tables(times: np.ndarray, *, tracks: int = 2, stride: int = 1) -> tuple[pa.Table, pa.Table]:
    """Poses and angles of `tracks` people at every `stride`-th frame."""
    at = np.arange(0, len(times), stride)
    frame, track = np.repeat(at, tracks), np.tile(np.arange(tracks), len(at))
    t, rows = times[frame], len(frame)
    columns = {"frame": frame, "time_s": t, "track": track}
    x, y = person_at(t, track)
    columns |= {"x1": x - 80, "y1": y - 170, "x2": x + 80, "y2": y + 110, "confidence": np.full(rows, 0.9)}
    for name in tables.pose.KEYPOINTS:
        if name in STICK:
            columns[f"{name}_x"], columns[f"{name}_y"] = joint_at(name, t, track)
            columns[f"{name}_c"] = np.full(rows, 0.95)
        else:
            columns |= {f"{name}_{part}": pa.nulls(rows, pa.float32()) for part in "xyc"}
    columns |= {"estimator": ["made up 2"] * rows, "state": ["estimated"] * rows}
    columns |= {name: pa.nulls(rows) for name in ("filled", "swapped", "cutoff_hz", "quick_cutoff_hz")}
    angles = {"frame": frame, "time_s": t, "track": track}
    for k, name in enumerate((*tables.pose.JOINT_ANGLES, *tables.pose.SEGMENT_ANGLES)):
        angles[name] = angle_at(name, t, track, k)
    angles |= {name: pa.nulls(rows) for name in ("centre_of_mass_x", "centre_of_mass_y", *tables.pose.ANGLE_SPEEDS)}
    return tables.POSE_KEYPOINTS.cast(pa.table(columns)), tables.JOINT_ANGLES_TABLE.cast(pa.table(angles))


def angle_at(name: str, t: np.ndarray, track: np.ndarray, k: int | None = None) -> np.ndarray:
    names = (*tables.pose.JOINT_ANGLES, *tables.pose.SEGMENT_ANGLES)
    k = names.index(name) if k is None else k
    middle, swing = (140, 34) if name in tables.pose.JOINT_ANGLES else (4, 18)
    return middle + swing * np.sin(2.3 * t + 0.6 * k + track)


def events_table(
    times: np.ndarray, at: tuple[tuple[str, float], ...] = (("hit", 1.0), ("bounce", 2.5), ("hit", 5.0))
) -> pa.Table:
    """Events at the ball's true places. Each lies on a frame of `times`."""
    rows = []
    for kind, moment in at:
        frame = int(np.abs(times - moment).argmin())
        x, y = (float(v) for v in ball_at(times[frame]))
        rows.append(
            {"frame": frame, "time_s": float(times[frame]), "kind": kind, "x": x, "y": y, "confidence": 0.9,
             "speed_before": 1200.0, "speed_after": 900.0}
        )  # fmt: skip
    return tables.BALL_EVENTS.from_rows(rows)


def strokes_table(
    at: tuple[tuple[str, float, float], ...] = (
        ("forehand", 1.0, 140),
        ("forehand", 2.5, 142),
        ("forehand", 4.0, 143),
        ("forehand", 5.0, 95),
        ("backhand", 6.5, 150),
    ),
) -> pa.Table:
    """(kind, contact in s, elbow at contact) of each stroke, of track 0 at 30 fps."""
    rows = [
        {
            "track": 0, "stroke": n, "kind": kind, "kind_confidence": 0.8, "kind_reason": "the hand's side", "confidence": 0.9 - 0.01 * n,
            "confidence_reason": "wrist and ball agree", "hand": "right", "hand_reason": "the faster one", "contact_source": "both",
            "start_frame": round(30 * (t - 0.4)), "contact_frame": round(30 * t), "end_frame": round(30 * (t + 0.3)),
            "start_s": t - 0.4, "contact_s": t, "end_s": t + 0.3, "peak_wrist_speed": 8.0 + 0.1 * n, "elbow_at_contact": elbow,
            "unknown": json.dumps({"knee_in_load": "the legs are hidden"}),
        }
        for n, (kind, t, elbow) in enumerate(at)
    ]  # fmt: skip
    rows[0]["knee_in_load"] = 131.0
    return tables.STROKES.from_rows(rows)


def people_table(times: np.ndarray) -> pa.Table:
    """Two people, the first of them the subject."""
    rows = [
        {"frame": n, "time_s": float(t), "person": track, "track": track, "confidence": 0.9, "subject": track == 0, "choice": "the largest of two", "margin": 0.4}
        for n, t in enumerate(times)
        for track in (0, 1)
    ]  # fmt: skip
    rows[1] |= {"may_continue": 0, "may_continue_confidence": 0.7}
    return tables.PEOPLE.from_rows(rows)


def flights_table(*, metres: bool = True) -> pa.Table:
    """Two shots, each from a hit to a bounce, and the way on after the first."""

    def row(n: int, start: float, end: float, began: str, ended: str, mps: float, **more: object) -> dict:
        speeds = (
            {f"speed_start_mps{part}": mps + off for part, off in (("", 0), ("_low", -2), ("_high", 3))}
            | {"speed_mean_mps": 0.9 * mps}
            if metres
            else {}
        )
        return {
            "flight": n, "start_frame": round(30 * start), "end_frame": round(30 * end), "start_s": start, "end_s": end, "began": began,
            "ended": ended, "seen": 20, "speed_start": 40 * mps, "spin": "unknown", "spin_reason": "too few frames",
            "speed_reason": None if metres else "the camera is not calibrated", **speeds, **more,
        }  # fmt: skip

    def place(end: str, x: float, y: float) -> dict:
        values = {"x_m": x, "y_m": y, "major_m": 0.6, "minor_m": 0.2, "angle": 90.0}
        return {f"{end}_ground_{part}": value for part, value in values.items()} if metres else {}

    path = json.dumps([[1 + t / 30, 0.5, -11 + 0.6 * t, 1.0] for t in range(31)])
    return tables.BALL_FLIGHTS.from_rows(
        [
            row(0, 1.0, 2.5, "hit", "bounce", 25.0, path=path if metres else None, **place("end", 1.0, 7.0)),
            row(1, 2.5, 3.0, "bounce", "lost", 18.0, **place("start", 1.0, 7.0)),
            row(2, 5.0, 5.8, "hit", "bounce", 31.0, **({"spin": "topspin", "spin_confidence": 0.8} if metres else {}), **place("end", -2.0, -6.0)),
        ]
    )  # fmt: skip


def rallies_table(count: int = 2) -> pa.Table:
    return tables.RALLIES.from_rows(
        [
            {"rally": n, "start_frame": 90 * n + 30, "end_frame": 90 * n + 75, "start_s": 3.0 * n + 1, "end_s": 3.0 * n + 2.5, "duration_s": 1.5,
             "shots": 3 + n, "bounces": 2, "impacts": 0, "flights": 5, "ended": "lost", "seen_share": 0.9, "confidence": 0.8}
            for n in range(count)
        ]
    )  # fmt: skip


def calibration_table(*, solved: bool = True) -> pa.Table:
    known = {
        "court": "tennis",
        "homography": "[[1,0,0],[0,1,0],[0,0,1]]",
        "reprojection_px": 1.24,
        "ground_error_m": 0.083,
    }
    return tables.CALIBRATION.from_rows(
        [
            {"first_frame": 0, "source": "sidecar" if solved else None, "solved": "ground" if solved else "none", "reason": "four marks lie on the ground" if solved else "the sidecar gives no marks",
             "width": WIDTH, "height": HEIGHT, "marks": "[]", "mark_count": 8 if solved else 0, **(known if solved else {})}
        ]
    )  # fmt: skip


def play_input(times: np.ndarray, **more: object) -> ReportInput:
    """A report's input with everything that a game has."""
    given = {
        "events": events_table(times), "strokes": strokes_table(), "people": people_table(times), "flights": flights_table(),
        "rallies": rallies_table(), "calibration": calibration_table(), **more,
    }  # fmt: skip
    return make_input(times, **given)


def whose(subject: str) -> dict:
    """The role of a subject of this film: track 0 is the player, and somebody else plays too."""
    return {"role": {"track:0": "player", "track:1": "other"}.get(subject)}


def metrics_table() -> pa.Table:
    def row(subject: str, metric: str, value: float | None, unit: str, **more: object) -> dict:
        return {
            "subject": subject,
            **whose(subject),
            "metric": metric,
            "value": value,
            "unit": unit,
            "n": 180,
            "method": "",
            **more,
        }

    return tables.METRICS.from_rows(
        [
            row("ball", "detection_rate", 91.2, "%", n=240, method="frames with a detection over frames looked at"),
            row("ball", "peak_speed", 2315.4, "px/s", spread=112.0, n=211, method="largest central difference over three frames"),
            row("ball", "mean_speed", 1204.2, "px/s", spread=402.3, n=211, method="mean over seen frames"),
            row("ball", "peak_speed_mps", None, "m/s", n=0, method="peak speed on the ground plane", reason="the camera is not calibrated: no points in the sidecar"),
            row("ball", "rallies", 2.0, "count", n=2, method="stretches of play"),
            row("film", "camera_shots", 2, "", n=240, method="cuts by histogram distance"),
            row("track:0", "knee_angle_min", 106.2, "deg", spread=4.1, score=0.41, method="least hip–knee–ankle angle, 5th percentile", window_start_s=1.0, window_end_s=6.0),
            row("track:0", "head_movement", 0.128, "shoulder widths", spread=0.03, score=0.72, method="median path of the nose a frame"),
            row("track:0", "balance_drift", 0.21, "hip widths", spread=0.08, score=0.55, method="hips over ankles"),
            row("track:0", "hip_shoulder_lag", None, "s", n=3, method="peak to peak of the lines' speeds", reason="only 3 frames show both lines turning; 8 are needed"),
            row("track:1", "knee_angle_min", 121.9, "deg", spread=6.0, score=0.63, method="least hip–knee–ankle angle, 5th percentile"),
        ]
    )  # fmt: skip


def labels(metrics: pa.Table | None = None) -> MetricLabels:
    return MetricLabels(metrics_table() if metrics is None else metrics, words())


def findings_table(*, evil: str = "") -> pa.Table:
    def row(**more: object) -> dict:
        return {
            "subject": "track:0", **whose(more.get("subject", "track:0")),
            "metric": "knee_angle_min", "value": 106.2, "threshold": 120.0, "unit": "deg",
            "confidence": 0.86, "confidence_reason": "seen in 96 % of frames, side camera", "drills": "[]", **more,
        }  # fmt: skip

    return tables.FINDINGS.from_rows(
        [
            row(
                code="KNEE_COLLAPSE", title=f"Front knee gives way at contact{evil}", severity="high",
                why="A braced front leg turns the run-up into bat speed; here the knee folds as the weight lands." + evil,
                cues=json.dumps(["Land tall: feel the heel, then stop the knee", "Let the hips ride over a firm leg" + evil]),
                drills=json.dumps(["Step-and-hold lunges, 3 × 8 a side", "Throw-downs with a pause at front-foot landing"]),
                evidence=json.dumps([{"start_s": 1.2, "end_s": 1.8, "worst_s": 1.5}, {"start_s": 5.0, "end_s": 5.4, "worst_s": 5.2}]),
            ),
            row(
                code="HEAD_MOVEMENT", title="Head drifts before contact", severity="medium", metric="head_movement",
                value=0.31, threshold=0.2, unit="shoulder widths", why="A still head keeps the ball's line easy to judge.",
                cues=json.dumps(["Nose over the front toe"]), drills=json.dumps(["Shadow swings with a coin on the cap"]),
                evidence=json.dumps([{"start_s": 3.0, "end_s": 3.6, "worst_s": 3.3}]),
            ),
            row(
                code="BALANCE_DRIFT", title="Weight stays behind the front foot", severity="low", subject="track:1",
                metric="balance_drift", value=0.21, threshold=0.18, unit="hip widths", why="Late weight costs reach.",
                cues=json.dumps(["Finish with the chest over the knee"]), evidence="[]",
            ),
        ]
    )  # fmt: skip


def plan_table(*, evil: str = "") -> pa.Table:
    steps = [
        {"what": "Warm up: two easy laps" + evil, "minutes": 10, "code": None},
        {"what": "Step-and-hold lunges, 3 × 8 a side", "minutes": 25, "code": "KNEE_COLLAPSE"},
    ]
    days = [("Monday", f"Work on: Front knee gives way{evil}", steps), ("Tuesday", "Recover", steps[:1])]
    return tables.WEEK_PLAN.from_rows(
        [
            {"day": day, "focus": focus, "minutes": sum(s["minutes"] for s in do), "activities": json.dumps(do)}
            for day, focus, do in days
        ]
    )


def goals_table(*, evil: str = "") -> pa.Table:
    return tables.GOAL_OUTCOMES.from_rows(
        [
            {"metric": "knee_angle_min", "subject": "track:0", "bound": "at_least", "target": 120.0, "actual": 106.2, "met": False, "delta": -13.8, "unit": "deg"},
            {"metric": "ball_coverage", "subject": "ball", "bound": "at_least", "target": 0.8, "actual": 0.912, "met": True, "delta": 0.112, "unit": "share"},
            {"metric": "hip_shoulder_lag", "subject": "track:0", "bound": "at_most", "target": 0.1, "unit": "s", "reason": f"only 3 frames show both lines turning{evil}"},
        ]
    )  # fmt: skip


def source_row(**more: object) -> dict:
    return {
        "source_uri": "uploads/nets/serve 03.mov", "file_name": "serve 03.mov", "bytes": 48_213_001, "sha256": "9f" * 32,
        "container": "mov", "video_codec": "h264", "audio_codec": None, "width": WIDTH, "height": HEIGHT, "rotation": 0,
        "pixel_aspect": 1.0, "bit_depth": 8, "interlaced": False, "hdr": False, "nominal_fps": 30.0, "claimed_frames": 240,
        "claimed_duration_s": 8.0, "uploaded_at": "2025-05-03T09:12:44Z", **more,
    }  # fmt: skip


def make_input(times: np.ndarray, *, stride: int = 1, tracks: int = 2, **more: object) -> ReportInput:
    """A whole report's input. Any field may be given."""
    poses, angles = pose_tables(times, tracks=tracks, stride=stride)
    shots = (float(times[len(times) * 2 // 3]),) if len(times) > 3 else ()
    given = {
        "video": "serve-03-9f9f9f9f9f9f", "source": source_row(), "frames": frames_table(times, shots),
        "sidecar": Sidecar(title="Nets, morning: serve 03", sport="tennis", mode="serve"),
        "ball": ball_table(times), "poses": poses, "angles": angles, "metrics": metrics_table(),
        "findings": findings_table(), "plan": plan_table(), "goals": goals_table(), "width": WIDTH, "height": HEIGHT,
        "versions": {"gametape": "0.1.0", "ball tracker": "motion 1", "pose model": "pose_landmarker_full float16"},
        **more,
    }  # fmt: skip
    return ReportInput(**given)


def empty(table: tables.Table) -> pa.Table:
    return table.schema().empty_table()
