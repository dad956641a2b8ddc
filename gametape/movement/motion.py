"""One person's keypoints and joint angles as smooth functions of time.

Belongs here: leaving out what cannot be trusted, smoothing, differentiating, the size of the body in the picture.
Does not belong here: what the motion means (body.py).

Everything is px of the upright source picture with its true times, so nothing depends on the frame rate, the
resolution or the aspect. Samples are put on one regular 120 Hz grid by cubic splines, within runs that have no gap
longer than 0.15 s, and low-passed without lag: a second order Butterworth filter run forwards and backwards
(fourth order in all), its corner corrected for the two runs (Winter, Biomechanics and Motor Control of Human
Movement, 4th ed., 2.4.4). Outside the runs all is NaN: nothing is filled in. Outliers were dropped before, when the
poses were mended (pose/repair).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from gametape.tables.pose import COCO_KEYPOINTS, JOINT_ANGLES, SEGMENT_ANGLES

if TYPE_CHECKING:
    import pyarrow as pa

GRID_HZ = 120.0
CUTOFF_HZ = 6.0  # of the body's movement
WRIST_CUTOFF_HZ = 10.0  # of hands and arms' angles: who strikes or throws has more above 6 Hz there than elsewhere
_ARM_ANGLES = frozenset(f"{side}_{joint}" for side in ("left", "right") for joint in ("elbow", "shoulder"))
MAX_GAP_S = 0.15
MIN_RUN_S = 0.2
MIN_RUN_SAMPLES = 5
MIN_JOINT_CONFIDENCE = 0.5
MIN_RATE_HZ = 20.0  # fewer samples a second cannot show speeds and moments

# Heights of joints over the standing height (Drillis & Contini 1966, in Winter): shoulder, hip, ankle.
SHOULDER, HIP, ANKLE = 0.818, 0.530, 0.039
SIZE_WINDOW_S = 1.0

BODY_JOINTS = COCO_KEYPOINTS[5:]
FEET = ("left_heel", "right_heel", "left_toe", "right_toe")
"""Keypoints of the feet, which not every estimator gives."""
POINTS = (*COCO_KEYPOINTS, *FEET)
POSE_COLUMNS = ("frame", "time_s", "track", *(f"{k}_{part}" for k in POINTS for part in "xyc"))
"""What a motion takes of the poses."""
_MIDS = {
    "mid_hip": ("left_hip", "right_hip"),
    "mid_shoulder": ("left_shoulder", "right_shoulder"),
    "mid_ankle": ("left_ankle", "right_ankle"),
    "mid_ear": ("left_ear", "right_ear"),
}


def joints_of(point: str) -> tuple[str, ...]:
    """The keypoints that a point (a keypoint or a mid point) is made of."""
    return _MIDS.get(point, (point,))


class Motion:
    """One track's motion. `times` (n,) are the samples' seconds and `frames` (n,) their frames, `grid` (m,) the regular
    seconds of what is returned; `height` (m,) is the standing body height in px there, NaN throughout if it cannot be
    told.
    """

    def __init__(self, poses: pa.Table, angles: pa.Table, track: int) -> None:
        rows = _rows(poses, track)
        self.track = track
        self.times = rows["time_s"]
        self._confidence = {k: np.nan_to_num(rows[f"{k}_c"]) for k in POINTS}
        self._raw = {k: np.column_stack([rows[f"{k}_x"], rows[f"{k}_y"]]) for k in POINTS}
        for name in POINTS:
            self._raw[name][self._confidence[name] < MIN_JOINT_CONFIDENCE] = np.nan
        fresh = self._fresh()
        self.times, self.frames = self.times[fresh], rows["frame"][fresh]
        self._raw = {k: v[fresh] for k, v in self._raw.items()}
        self._confidence = {k: v[fresh] for k, v in self._confidence.items()}
        self._angles = _joined(angles, track, self.frames)
        self.rate = 1.0 / float(np.median(np.diff(self.times))) if len(self.times) > 1 else 0.0
        # Sampling slower than the gap allowed is a choice of the user's, not a gap.
        self.max_gap = max(MAX_GAP_S, 1.5 / self.rate) if self.rate else MAX_GAP_S
        self.grid = np.arange(self.times[0], self.times[-1] + 1e-9, 1 / GRID_HZ) if len(self.times) else np.empty(0)
        self._sizes, self.size_method = self._body_heights()
        self.height = self._height_on_grid()
        self._cache: dict[tuple, np.ndarray] = {}

    @property
    def start(self) -> float | None:
        return float(self.times[0]) if len(self.times) else None

    @property
    def end(self) -> float | None:
        return float(self.times[-1]) if len(self.times) else None

    @property
    def body_height_px(self) -> float | None:
        """Standing height of the person in the picture: the median over the film."""
        return float(np.nanmedian(self.height)) if np.isfinite(self.height).any() else None

    def usable(self, points: tuple[str, ...]) -> np.ndarray:
        """(n,) bool: samples where all the points are confidently seen."""
        ok = np.ones(len(self.times), bool)
        for joint in (j for p in points for j in joints_of(p)):
            ok &= np.isfinite(self._raw[joint]).all(1)
        return ok

    def confidence(self, points: tuple[str, ...]) -> np.ndarray:
        """(n,) mean confidence of the points' keypoints, as the estimator gave it."""
        joints = [j for p in points for j in joints_of(p)]
        return np.mean([self._confidence[j] for j in joints], axis=0)

    def confidence_on_grid(self, joint: str) -> np.ndarray:
        """(m,) confidence of a keypoint between the samples that are usable; 0 where none is."""
        ok = self.usable((joint,))
        return (
            np.interp(self.grid, self.times[ok], self._confidence[joint][ok]) if ok.any() else np.zeros(len(self.grid))
        )

    def position(self, point: str, cutoff: float = CUTOFF_HZ) -> np.ndarray:
        """(m, 2) px of a keypoint or mid point; NaN where unknown."""
        key = (point, cutoff)
        if key not in self._cache:
            raw = np.mean([self._raw[j] for j in joints_of(point)], axis=0)
            self._cache[key] = smooth(self.times, raw, self.grid, cutoff, self.max_gap)
        return self._cache[key]

    def velocity(self, point: str, cutoff: float = CUTOFF_HZ) -> np.ndarray:
        """(m, 2) px/s."""
        return derivative(self.position(point, cutoff))

    def angle(self, name: str) -> np.ndarray:
        """(m,) degrees of a column of the joint angles; NaN where unknown. Lines go on past ±180 instead of jumping to
        the other end; their median lies in -180..180.
        """
        key = ("angle", name)
        if key not in self._cache:
            raw = self._angles[name]
            if name in SEGMENT_ANGLES:
                raw = unwrapped(raw)
            cutoff = WRIST_CUTOFF_HZ if name in _ARM_ANGLES else CUTOFF_HZ
            course = smooth(self.times, raw[:, None], self.grid, cutoff, self.max_gap)[:, 0]
            # A filter overshoots where a joint jumps, and none bends beyond its ends.
            self._cache[key] = course if name in SEGMENT_ANGLES else np.clip(course, 0, 180)
        return self._cache[key]

    def angle_samples(self, name: str) -> np.ndarray:
        """(n,) bool: samples where the angle is known."""
        return np.isfinite(self._angles[name])

    def _fresh(self) -> np.ndarray:
        """Samples that are new: a frame shown twice shows no standstill, and time must go on."""
        if not len(self.times):
            return np.zeros(0, bool)
        stack = np.column_stack([self._raw[k] for k in COCO_KEYPOINTS])
        moved = ~((stack[1:] == stack[:-1]) | (np.isnan(stack[1:]) & np.isnan(stack[:-1]))).all(1)
        later = np.diff(np.maximum.accumulate(self.times)) > 0
        # Someone who truly does not move (a drawing, a test) keeps every sample.
        keep = moved & later if len(moved) and moved.mean() > 0.2 else later
        return np.concatenate([[True], keep])

    def _body_heights(self) -> tuple[np.ndarray, str]:
        """(n,) standing height by sample. Along the limbs, so that bending in the picture plane changes nothing;
        the longer of the two legs' segments, so that one leg coming at the camera changes little.
        """

        def length(a: str, b: str) -> np.ndarray:
            ends = [np.mean([self._raw[j] for j in joints_of(p)], axis=0) for p in (a, b)]
            return np.hypot(*(ends[0] - ends[1]).T)

        trunk = length("mid_shoulder", "mid_hip")
        thigh = np.fmax(length("left_hip", "left_knee"), length("right_hip", "right_knee"))
        shank = np.fmax(length("left_knee", "left_ankle"), length("right_knee", "right_ankle"))
        chain = trunk + thigh + shank
        if len(chain) and np.isfinite(chain).mean() >= 0.5:
            return chain / (SHOULDER - ANKLE), "shoulders to ankles along the limbs"
        return trunk / (SHOULDER - HIP), "shoulders to hips, the legs being out of sight"

    def _height_on_grid(self) -> np.ndarray:
        """(m,) the 80th percentile within half a second each way: foreshortening only ever shortens."""
        ok = np.isfinite(self._sizes)
        if ok.sum() < MIN_RUN_SAMPLES:
            return np.full(len(self.grid), np.nan)
        t, sizes = self.times[ok], self._sizes[ok]
        knots = np.arange(t[0], t[-1] + 0.25, 0.25)
        low = np.searchsorted(t, knots - SIZE_WINDOW_S / 2)
        high = np.searchsorted(t, knots + SIZE_WINDOW_S / 2, side="right")
        local = np.array(
            [np.quantile(sizes[a:b], 0.8) if b - a >= 3 else np.nan for a, b in zip(low, high, strict=True)]
        )
        known = np.isfinite(local)
        if not known.any():
            return np.full(len(self.grid), float(np.quantile(sizes, 0.8)))
        return np.interp(self.grid, knots[known], local[known])


def derivative(values: np.ndarray) -> np.ndarray:
    """Change a second of values on the grid; NaN beside NaN."""
    return np.gradient(values, 1 / GRID_HZ, axis=0) if len(values) > 1 else np.full_like(values, np.nan)


def unwrapped(degrees: np.ndarray) -> np.ndarray:
    """Angles (n,), NaN where unknown, without jumps by whole turns; the median comes to lie in -180..180."""
    out, known = degrees.copy(), np.isfinite(degrees)
    if known.any():
        on = np.unwrap(degrees[known], period=360)
        out[known] = on - 360 * np.round(np.median(on) / 360)
    return out


def smooth(times: np.ndarray, values: np.ndarray, grid: np.ndarray, cutoff_hz: float, max_gap_s: float) -> np.ndarray:
    """Samples `values` (n, k) at `times` (n,), low-passed, at `grid` (m,); NaN outside runs without long gaps."""
    from scipy.interpolate import CubicSpline
    from scipy.signal import sosfiltfilt

    out = np.full((len(grid), values.shape[1]), np.nan)
    ok = np.isfinite(values).all(1)
    times, values = times[ok], values[ok]
    for run in np.split(np.arange(len(times)), np.flatnonzero(np.diff(times) > max_gap_s) + 1):
        if len(run) < MIN_RUN_SAMPLES or times[run[-1]] - times[run[0]] < MIN_RUN_S:
            continue
        first, last = np.searchsorted(grid, [times[run[0]] - 1e-9, times[run[-1]] + 1e-9])
        path = CubicSpline(times[run], values[run])(grid[first:last])
        pad = min(int(GRID_HZ / 4), len(path) - 1)
        out[first:last] = sosfiltfilt(_low_pass(cutoff_hz), path, axis=0, padlen=pad)
    return out


@cache
def _low_pass(cutoff_hz: float) -> np.ndarray:
    from scipy.signal import butter

    corner = cutoff_hz / (np.sqrt(2) - 1) ** 0.25  # so that two passes together reach -3 dB at the cut-off
    return butter(2, corner, fs=GRID_HZ, output="sos")


def _rows(poses: pa.Table, track: int) -> dict[str, np.ndarray]:
    import pyarrow.compute as pc

    mine = poses.select(POSE_COLUMNS).filter(pc.equal(poses["track"], track)).sort_by("frame")
    return {name: mine[name].to_numpy().astype(float) for name in POSE_COLUMNS}


def _joined(angles: pa.Table, track: int, frames: np.ndarray) -> dict[str, np.ndarray]:
    """Angle columns of the track by the given frames; NaN where the angle table has none."""
    import pyarrow.compute as pc

    mine = angles.filter(pc.equal(angles["track"], track)).sort_by("frame")
    have = mine["frame"].to_numpy()
    at = np.searchsorted(have, frames)
    found = at < len(have)
    found[found] = have[at[found]] == frames[found]
    columns = {}
    for name in (*JOINT_ANGLES, *SEGMENT_ANGLES):
        column = np.full(len(frames), np.nan)
        column[found] = mine[name].to_numpy().astype(float)[at[found]]
        columns[name] = column
    return columns
