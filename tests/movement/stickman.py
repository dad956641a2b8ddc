"""A stick figure whose motion is known exactly, as the pose and angle tables of a film of it.

Every function of time is given in the figure's own heights, degrees and seconds; `Camera` says how it is filmed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from gametape.coaching import find, measures, metrics_of
from gametape.film.following import told_by_following
from gametape.film.sidecar import Sidecar
from gametape.film.window import ANALYSES, Window, analysis_windows
from gametape.pose.angles import joint_angles
from gametape.sports.load import limits_for, rules_for, stroke_rules_for
from gametape.strokes import find_strokes
from gametape.tables.ball import BALL_EVENTS, BALL_FLIGHTS, BALL_TRAJECTORY, CALIBRATION, RALLIES
from gametape.tables.film import ANALYSIS_WINDOW, FRAMES
from gametape.tables.pose import KEYPOINTS, POSE_KEYPOINTS
from tests.pose.bodies import people_of

Motion = Callable[[np.ndarray], np.ndarray]
SHANK, THIGH, TRUNK, ANKLE = 0.2455, 0.2455, 0.288, 0.039
STILL: Motion = np.zeros_like
SIDE_ON = 0.03  # a stance whose hips are seen as from the side
NOTHING_SAID = Sidecar()


def straight(t: np.ndarray) -> np.ndarray:
    return np.full_like(t, 175.0)


def dip(at: float, low: float, width: float = 0.12, high: float = 175.0) -> Motion:
    """An angle that dips smoothly to `low` at a moment."""
    return lambda t: high - (high - low) * np.exp(-0.5 * ((t - at) / width) ** 2)


def burst(at: float, speed: float, width: float = 0.06) -> Motion:
    """A position whose speed is a bell of the given peak at a moment."""
    from scipy.special import erf

    return lambda t: speed * width * np.sqrt(np.pi / 2) * erf((t - at) / (width * np.sqrt(2)))


def turn(at: float, degrees_a_second: float, width: float = 0.08) -> Motion:
    """An angle that turns fastest at a moment."""
    return burst(at, degrees_a_second, width)


@dataclass(frozen=True)
class Camera:
    fps: float = 30.0
    width: int = 1280
    height: int = 720
    tall: float = 0.55  # of the picture's height
    mirrored: bool = False
    jitter: float = 0.0  # of the frame interval: a variable frame rate
    noise_px: float = 0.0
    lost: float = 0.0  # share of keypoints that are not seen
    seed: int = 1


@dataclass(frozen=True)
class Figure:
    seconds: float = 3.0
    track: int = 0
    centre: float = 0.0  # of the picture's width, from its middle
    size: float = 1.0
    start: float = 0.0
    head: Motion = STILL  # sideways
    travel: Motion = STILL
    hip_shift: Motion = STILL  # of all above the legs
    left_knee: Motion = straight
    right_knee: Motion = straight
    hip_turn: Motion = STILL
    shoulder_turn: Motion = STILL
    right_wrist: Motion = STILL
    left_wrist: Motion = STILL
    right_lift: Motion = STILL  # of the wrist, upwards
    left_lift: Motion = STILL
    shoulder_width: Motion = np.ones_like  # of its own, as the camera sees a turn about the spine
    hip_width: Motion = np.ones_like
    elbow_drop: float = 0.12
    stance: float = 0.2  # between the ankles, and the hips


@dataclass(frozen=True)
class Shot:
    poses: pa.Table
    angles: pa.Table
    frames: pa.Table
    width: int
    height: int
    ball: pa.Table = field(default_factory=lambda: BALL_TRAJECTORY.from_rows([]))
    flights: pa.Table = field(default_factory=lambda: BALL_FLIGHTS.from_rows([]))
    rallies: pa.Table = field(default_factory=lambda: RALLIES.from_rows([]))
    calibration: pa.Table = field(default_factory=lambda: CALIBRATION.from_rows([]))

    def tables(self, sidecar: Sidecar = NOTHING_SAID) -> dict[str, object]:
        """What `measures` takes; who is measured depends on the sidecar."""
        made = {n: getattr(self, n) for n in ("poses", "angles", "frames", "ball", "flights", "rallies", "calibration")}
        windows = ANALYSIS_WINDOW.from_rows([window.row() for window in self.windows(sidecar)])
        made |= {"windows": windows, "people": self.people(sidecar), "strokes": self.strokes(sidecar)}
        return {**made, "sidecar": sidecar}

    def measures(self, sidecar: Sidecar = NOTHING_SAID) -> pa.Table:
        return measures(**self.tables(sidecar), rules=stroke_rules_for(sidecar.sport, sidecar.mode))

    def metrics(self, sidecar: Sidecar = NOTHING_SAID) -> pa.Table:
        limits, view = limits_for(sidecar.sport, sidecar.mode), sidecar.camera.view
        return metrics_of(self.measures(sidecar), limits, view)

    def findings(self, sidecar: Sidecar = NOTHING_SAID) -> pa.Table:
        measured, rules = self.measures(sidecar), rules_for(sidecar.sport, sidecar.mode, sidecar.language)
        metrics, view = metrics_of(measured, rules.limits), sidecar.camera.view
        evidence = {"poses": self.poses, "ball": self.ball, "view": view}
        return find(
            metrics,
            measured,
            **evidence,
            limits=rules.limits,
            texts=rules.texts,
            told_elsewhere=told_by_following(sidecar),
        )

    def strokes(self, sidecar: Sidecar, events: pa.Table | None = None) -> pa.Table:
        made = {n: getattr(self, n) for n in ("poses", "angles", "frames", "ball")}
        events = BALL_EVENTS.from_rows([]) if events is None else events
        return find_strokes(**made, people=self.people(sidecar), events=events, sidecar=sidecar)

    def windows(self, sidecar: Sidecar) -> list[Window]:
        """Of the ball and the poses, in this order. Without frames, a window that looks at none."""
        times = self.frames["time_s"].to_numpy()
        return analysis_windows(times, sidecar) if len(times) else [Window(a, False, 0, 0, 1) for a in ANALYSES]

    def people(self, sidecar: Sidecar) -> pa.Table:
        looked_at = self.windows(sidecar)[1].looked_at
        return people_of(self.poses, sidecar, looked_at=looked_at, width=self.width, height=self.height)


def film(*figures: Figure, camera: Camera = Camera()) -> Shot:
    """A film of the figures."""
    rng = np.random.default_rng(camera.seed)
    seconds = max(f.start + f.seconds for f in figures)
    n = round(seconds * camera.fps)
    times = (np.arange(n) + camera.jitter * rng.uniform(-0.5, 0.5, n)) / camera.fps
    times -= times[0]
    poses, angles = zip(*(_tables(f, camera, times, rng) for f in figures), strict=True)
    return Shot(pa.concat_tables(poses), pa.concat_tables(angles), frames_at(times), camera.width, camera.height)


def frames_at(times: np.ndarray) -> pa.Table:
    n = len(times)
    return FRAMES.cast(
        pa.table(
            {
                "frame": np.arange(n, dtype=np.int32),
                "time_s": times,
                "shown_s": times,
                "source_pts": np.arange(n),
                "keyframe": np.zeros(n, bool),
                "shot": np.zeros(n, np.int32),
                "sharpness": np.full(n, 100.0),
                "luma": np.full(n, 128.0),
                "repeats_previous": np.zeros(n, bool),
            }
        )
    )


def points_of(f: Figure, t: np.ndarray) -> dict[str, np.ndarray]:
    """(n, 2) of each keypoint in heights, x to the right, y down, the ground at 0."""

    def at(x: object, y: object) -> np.ndarray:
        return np.column_stack(np.broadcast_arrays(np.asarray(x, float) + 0 * t, np.asarray(y, float) + 0 * t))

    p, travel, shift = {}, f.travel(t), f.hip_shift(t)
    for side, sign, knee in (("left", 1, f.left_knee), ("right", -1, f.right_knee)):
        tilt = np.radians(180 - knee(t)) / 2
        p[f"{side}_ankle"] = at(travel + sign * f.stance / 2, -ANKLE)
        p[f"{side}_knee"] = p[f"{side}_ankle"] + at(SHANK * np.sin(tilt), -SHANK * np.cos(tilt))
        p[f"{side}_hip"] = p[f"{side}_knee"] + at(-THIGH * np.sin(tilt) + shift, -THIGH * np.cos(tilt))
    mid_hip = (p["left_hip"] + p["right_hip"]) / 2
    if f.hip_turn is not STILL or f.hip_width is not np.ones_like:
        a = np.radians(f.hip_turn(t))
        half = 0.06 * np.column_stack([np.cos(a), np.sin(a)]) * f.hip_width(t)[:, None]
        p["left_hip"], p["right_hip"] = mid_hip + half, mid_hip - half
    chest = mid_hip + at(0, -TRUNK)
    a = np.radians(f.shoulder_turn(t))
    half = 0.12 * np.column_stack([np.cos(a), np.sin(a)]) * f.shoulder_width(t)[:, None]
    p["left_shoulder"], p["right_shoulder"] = chest + half, chest - half
    arms = (("left", 1, f.left_wrist, f.left_lift), ("right", -1, f.right_wrist, f.right_lift))
    for side, sign, wrist, lift in arms:
        p[f"{side}_elbow"] = p[f"{side}_shoulder"] + at(sign * 0.05, f.elbow_drop)
        p[f"{side}_wrist"] = chest + at(sign * 0.2 + wrist(t), 0.2 - lift(t))
    p["nose"] = chest + at(f.head(t), -0.11)
    for i, name in enumerate(("left_eye", "right_eye", "left_ear", "right_ear")):
        p[name] = p["nose"] + at((0.01, -0.01, 0.03, -0.03)[i], -0.01)
    return p


def film_of(points: Callable[[np.ndarray], dict[str, np.ndarray]], seconds: float, camera: Camera) -> Shot:
    """A film of somebody whose keypoints are functions of time: (n, 2) heights, as `points_of` gives them."""
    rng = np.random.default_rng(camera.seed)
    times = np.arange(round(seconds * camera.fps)) / camera.fps
    ground = np.array([camera.width / 2, camera.height * (0.5 + camera.tall / 2)])
    frame, tall = np.arange(len(times)), camera.tall * camera.height
    poses, angles = _as_tables(points(times), frame, times, tall, ground, 0, camera, rng)
    return Shot(poses, angles, frames_at(times), camera.width, camera.height)


def _tables(f: Figure, camera: Camera, film_times: np.ndarray, rng: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    frame = np.flatnonzero((film_times >= f.start - 1e-9) & (film_times < f.start + f.seconds - 1e-9))
    t, tall = film_times[frame], f.size * camera.tall * camera.height
    ground = np.array([camera.width * (0.5 + f.centre), camera.height * (0.5 + camera.tall / 2)])
    return _as_tables(points_of(f, t), frame, t, tall, ground, f.track, camera, rng)


def _as_tables(
    points: dict[str, np.ndarray],
    frame: np.ndarray,
    t: np.ndarray,
    tall: float,
    ground: np.ndarray,
    track: int,
    camera: Camera,
    rng: np.random.Generator,
) -> tuple[pa.Table, pa.Table]:
    points = {k: v * tall + ground for k, v in points.items()}
    if camera.mirrored:
        flip = {k: k.replace("left", "?").replace("right", "left").replace("?", "right") for k in points}
        points = {flip[k]: v * [-1, 1] + [camera.width, 0] for k, v in points.items()}
    points = {k: v + rng.normal(0, camera.noise_px, v.shape) for k, v in points.items()}
    sure = {k: rng.uniform(size=len(t)) >= camera.lost for k in points}
    for k in points:  # what is not seen is anywhere
        points[k] = np.where(sure[k][:, None], points[k], points[k] + rng.normal(0, 0.3 * tall, points[k].shape))
    stack = np.stack(list(points.values()))
    columns: dict[str, object] = {
        "frame": frame.astype(np.int32),
        "time_s": t,
        "track": np.full(len(t), track, np.int32),
        "x1": stack[..., 0].min(0),
        "y1": stack[..., 1].min(0),
        "x2": stack[..., 0].max(0),
        "y2": stack[..., 1].max(0),
        "confidence": np.full(len(t), 0.9),
        "estimator": ["stickman"] * len(t),
        "state": ["estimated"] * len(t),
        **{name: pa.nulls(len(t)) for name in ("filled", "swapped", "cutoff_hz", "quick_cutoff_hz")},
    }
    for k in KEYPOINTS:
        known = k in points
        columns[f"{k}_x"] = points[k][:, 0] if known else pa.nulls(len(t), pa.float32())
        columns[f"{k}_y"] = points[k][:, 1] if known else pa.nulls(len(t), pa.float32())
        columns[f"{k}_c"] = np.where(sure[k], 0.95, 0.1) if known else pa.nulls(len(t), pa.float32())
    poses = POSE_KEYPOINTS.cast(pa.table(columns))
    return poses, joint_angles(poses)
