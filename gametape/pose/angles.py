"""Angles of joints and segments, how fast they change, and the centre of mass, from keypoints in pixels.

Belongs here: the geometry. Does not belong here: what an angle says of a player (coaching).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.pose.mass import MASS_JOINTS, centre_of_mass
from gametape.pose.person import boxes_of
from gametape.tables.pose import JOINT_ANGLES, JOINT_ANGLES_TABLE, SEGMENT_ANGLES

if TYPE_CHECKING:
    import pyarrow as pa

MIN_CONFIDENCE = 0.5
"""An angle is null unless each keypoint it is made of is at least this sure."""

JOINT_ERROR = 0.015
"""Usual error of a keypoint, of the body's larger extent in the picture: medians of 0.014, 0.017 and 0.018 on a serve,
the sample film and a man balancing."""
MOST_ERROR_DEG = 20.0
"""An angle is null where this error of its keypoints would turn it further: a limb that points at the camera is so
short in the picture that its direction says nothing. In those films 2 to 4 % of angles, off by up to 130 degrees."""

SPEED_REACH_S, SPEED_LEAST_S = 0.1, 0.05
"""A speed is of the samples within this time each way, at least two: as many as fill 0.05 s, and none farther than
0.1 s. So below 20 looks a second there is none."""
_ROWS_AT_ONCE = 20_000

# The joint at whose middle the angle lies, between its two neighbours.
_JOINTS = {
    "elbow": ("shoulder", "elbow", "wrist"),
    "shoulder": ("hip", "shoulder", "elbow"),
    "hip": ("shoulder", "hip", "knee"),
    "knee": ("hip", "knee", "ankle"),
    "ankle": ("knee", "ankle", "toe"),
}


def joint_angles(poses: pa.Table) -> pa.Table:
    """Angles of every row of `poses` (contract POSE_KEYPOINTS), by contract JOINT_ANGLES_TABLE.

    Degrees in the picture plane, where a pixel is as wide as high: a knee bent towards the camera looks straighter
    than it is. Interior angles lie in 0..180. Lines run from the person's right to the left joint, measured from the
    picture's rightward horizontal, positive when the left joint is higher; facing the camera, a level line is 0, and
    seen from behind ±180. Null where a keypoint is missing or less sure than MIN_CONFIDENCE, or where JOINT_ERROR makes
    more than MOST_ERROR_DEG of it.

    Speeds are degrees a second by the frames' true times: the slope at the row of the cubic that fits best, by least
    squares, the angles of the same number of rows of the track before and after it (SPEED_LEAST_S, two at least). An
    interior angle grows as the joint straightens; of lines the shorter way round counts. Null where one of those
    angles is, or where they lie farther off than SPEED_REACH_S: at gaps, and at a track's ends.
    """
    import pyarrow as pa

    point = _points(poses)
    angles = angles_at(poses, point)
    angles |= _speeds(angles, poses["track"].to_numpy(), poses["time_s"].to_numpy())
    angles["centre_of_mass_x"], angles["centre_of_mass_y"] = centre_of_mass(point).T
    columns = {name: poses[name] for name in ("frame", "time_s", "track")}
    for name, values in angles.items():
        columns[name] = pa.array(values, pa.float32(), mask=np.isnan(values))
    return JOINT_ANGLES_TABLE.cast(pa.table(columns))


def angles_at(poses: pa.Table, point: dict[str, np.ndarray] | None = None) -> dict[str, np.ndarray]:
    """Each of JOINT_ANGLES and SEGMENT_ANGLES as (n,) degrees, NaN where null: `joint_angles` without what needs other
    rows. `point` are the rows' keypoints, where they are at hand."""
    point = point or _points(poses)
    boxes = boxes_of(poses)
    error = JOINT_ERROR * (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    angles: dict[str, np.ndarray] = {}
    for joint, names in _JOINTS.items():
        for side in ("left", "right"):
            angles[f"{side}_{joint}"] = _joint(*(point[f"{side}_{name}"] for name in names), error)
    hips = (point["left_hip"] + point["right_hip"]) / 2
    shoulders = (point["left_shoulder"] + point["right_shoulder"]) / 2
    trunk = shoulders - hips
    angles["trunk_lean"] = np.degrees(np.arctan2(trunk[:, 0], -trunk[:, 1]))
    angles["hip_line"] = _slope(point["left_hip"] - point["right_hip"], error)
    angles["shoulder_line"] = _slope(point["left_shoulder"] - point["right_shoulder"], error)
    angles["hip_shoulder_separation"] = wrapped(angles["shoulder_line"] - angles["hip_line"])
    return angles


def _joint(a: np.ndarray, middle: np.ndarray, b: np.ndarray, error: np.ndarray) -> np.ndarray:
    """The interior angle, NaN where `error` (n,) px of each keypoint, each way, makes more of it than may be."""
    towards = [_turns(end - middle) for end in (a, b)]
    moved = sum((way**2).sum(axis=1) for way in (*towards, towards[0] - towards[1]))
    return np.where(np.degrees(error * np.sqrt(moved)) <= MOST_ERROR_DEG, interior_angle(a, middle, b), np.nan)


def _turns(limb: np.ndarray) -> np.ndarray:
    """(n, 2): by how much each px that the limb's end moves turns its direction, radians."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.column_stack([-limb[:, 1], limb[:, 0]]) / (limb**2).sum(axis=1, keepdims=True)


def _speeds(angles: dict[str, np.ndarray], tracks: np.ndarray, times: np.ndarray) -> dict[str, np.ndarray]:
    """Degrees a second of each angle, see `joint_angles`."""
    names = (*JOINT_ANGLES, *SEGMENT_ANGLES)
    speeds = {name: np.full(len(times), np.nan) for name in names}
    order = np.lexsort((times, tracks))
    for rows in np.split(order, np.flatnonzero(np.diff(tracks[order])) + 1) if len(order) else ():
        steps = np.diff(times[rows])
        reach = (
            max(2, round(SPEED_LEAST_S / float(np.median(steps)))) if len(steps) and (steps > 0).all() else len(rows)
        )
        for first in range(reach, len(rows) - reach, _ROWS_AT_ONCE):
            middle = np.arange(first, min(first + _ROWS_AT_ONCE, len(rows) - reach))
            around = rows[middle[:, None] + np.arange(-reach, reach + 1)]
            weights = _slope_weights(times[around] - times[rows[middle], None])
            for name in names:
                change = angles[name][around] - angles[name][rows[middle], None]
                if name not in JOINT_ANGLES:
                    change = wrapped(change)
                speeds[name][rows[middle]] = (weights * change).sum(axis=1)
    return {f"{name}_speed": values for name, values in speeds.items()}


def _slope_weights(after: np.ndarray) -> np.ndarray:
    """(n, k) by which values `after` (n, k) s from a moment make the slope there of the cubic that fits them best; NaN
    where they lie too far away."""
    near = np.abs(after).max(axis=1)
    scale = np.maximum(near, 1e-9)[:, None]
    powers = (after / scale)[..., None] ** np.arange(4)
    fit = np.linalg.pinv(powers)[:, 1] / scale
    return np.where((near <= SPEED_REACH_S + 1e-6)[:, None], fit, np.nan)


def interior_angle(a: np.ndarray, middle: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Degrees in 0..180 at `middle` between `a` and `b`, each (n, 2); NaN where points coincide or are NaN."""
    u, v = a - middle, b - middle
    cross = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    apart = (u != 0).any(axis=1) & (v != 0).any(axis=1)
    # Unlike the arc cosine, the arc tangent is exact near 0 and 180 degrees.
    return np.where(apart, np.degrees(np.arctan2(np.abs(cross), (u * v).sum(axis=1))), np.nan)


def _points(poses: pa.Table) -> dict[str, np.ndarray]:
    """Each keypoint that an angle needs as (n, 2) px, NaN where it is missing or unsure."""
    parts = {name for names in (*_JOINTS.values(), MASS_JOINTS) for name in names}
    points = {}
    for name in (f"{side}_{part}" for side in ("left", "right") for part in parts):
        x, y, sure = (
            poses[f"{name}_{column}"].cast("float64").to_numpy(zero_copy_only=False) for column in ("x", "y", "c")
        )
        points[name] = np.where((sure >= MIN_CONFIDENCE)[:, None], np.column_stack([x, y]), np.nan)
    return points


def _slope(line: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Degrees of the line, NaN where `error` (n,) px of each end makes more of it than may be."""
    moved = error * np.sqrt(2 * (_turns(line) ** 2).sum(axis=1))
    return np.where(np.degrees(moved) <= MOST_ERROR_DEG, np.degrees(np.arctan2(-line[:, 1], line[:, 0])), np.nan)


def wrapped(degrees: np.ndarray) -> np.ndarray:
    """The same angle in -180..180."""
    return (degrees + 180) % 360 - 180
