"""Angles of joints and segments, their angular velocities, and the centre of mass, from keypoints in pixels.

Belongs here: the geometry. Does not belong here: what an angle says about a player (coaching).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.pose.mass import MASS_JOINTS, centre_of_mass
from gametape.pose.person import boxes_of
from gametape.tables.pose import JOINT_ANGLES, JOINT_ANGLES_TABLE, SEGMENT_ANGLES

if TYPE_CHECKING:
    import pyarrow as pa

#: An angle is null unless each of its keypoints has at least this confidence.
MIN_CONFIDENCE = 0.5
#: Usual error of a keypoint as a fraction of the body's larger extent in the picture. Measured: medians of 0.014, 0.017
#: and 0.018 on a serve, the sample film and a man balancing.
JOINT_ERROR = 0.015
#: An angle is null where JOINT_ERROR would change it by more than this: a limb that points at the camera is so short in
#: the picture that its direction means nothing. In those films 2 to 4 % of angles, off by up to 130 degrees.
MOST_ERROR_DEG = 20.0
#: A speed uses the samples within SPEED_LEAST_S seconds each way (two at least) and none farther than SPEED_REACH_S. So
#: there are no speeds below 20 samples a second.
SPEED_REACH_S, SPEED_LEAST_S = 0.1, 0.05
#: Rows that are computed at once, which bounds memory.
_ROWS_AT_ONCE = 20_000

# Each angle's joint in the middle of its two neighbours.
_JOINTS = {
    "elbow": ("shoulder", "elbow", "wrist"),
    "shoulder": ("hip", "shoulder", "elbow"),
    "hip": ("shoulder", "hip", "knee"),
    "knee": ("hip", "knee", "ankle"),
    "ankle": ("knee", "ankle", "toe"),
}


def joint_angles(poses: pa.Table) -> pa.Table:
    """Compute the angles of every person in every frame.

    Angles are degrees in the picture plane: a knee bent towards the camera looks straighter than it is. Interior angles
    lie in 0..180. Lines run from the person's right joint to the left one, against the horizontal, positive when the
    left joint is higher: a level line is 0 facing the camera and ±180 seen from behind. An angle is null where one of
    its keypoints is missing or has less than MIN_CONFIDENCE, or where JOINT_ERROR would change it by more than
    MOST_ERROR_DEG.

    Speeds are degrees per second at the frames' true times: the slope of the cubic that fits the angles of as many rows
    before and after by least squares. An interior angle grows as the joint straightens; lines turn the shorter way. A
    speed is null where one of those angles is null or too far away (SPEED_REACH_S): at gaps and at a track's ends.

    Args:
        poses: Table POSE_KEYPOINTS.

    Returns:
        Table JOINT_ANGLES_TABLE, a row for each row of `poses`.
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
    """Compute the angles that need no other rows.

    Args:
        poses: Table POSE_KEYPOINTS of n rows.
        point: The rows' keypoints by name, where they are known already, (n, 2) px each.

    Returns:
        Each of JOINT_ANGLES and SEGMENT_ANGLES, (n,) degrees, NaN where it is not known.
    """
    point = point or _points(poses)
    boxes = boxes_of(poses)
    error = JOINT_ERROR * (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    angles: dict[str, np.ndarray] = {}
    for joint, names in _JOINTS.items():
        for side in ("left", "right"):
            a, middle, b = (point[f"{side}_{name}"] for name in names)
            angles[f"{side}_{joint}"] = _joint(a, middle, b, error)
    hips = (point["left_hip"] + point["right_hip"]) / 2
    shoulders = (point["left_shoulder"] + point["right_shoulder"]) / 2
    trunk = shoulders - hips
    angles["trunk_lean"] = np.degrees(np.arctan2(trunk[:, 0], -trunk[:, 1]))
    angles["hip_line"] = _slope(point["left_hip"] - point["right_hip"], error)
    angles["shoulder_line"] = _slope(point["left_shoulder"] - point["right_shoulder"], error)
    angles["hip_shoulder_separation"] = wrapped(angles["shoulder_line"] - angles["hip_line"])
    return angles


def _joint(a: np.ndarray, middle: np.ndarray, b: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Interior angle, NaN where an error (n,) px of each keypoint would change it by more than MOST_ERROR_DEG."""
    towards = [_turns(end - middle) for end in (a, b)]
    moved = sum((way**2).sum(axis=1) for way in (*towards, towards[0] - towards[1]))
    return np.where(np.degrees(error * np.sqrt(moved)) <= MOST_ERROR_DEG, interior_angle(a, middle, b), np.nan)


def _turns(limb: np.ndarray) -> np.ndarray:
    """Radians by which a limb's direction turns for each px that its end moves in x and y, (n, 2)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.column_stack([-limb[:, 1], limb[:, 0]]) / (limb**2).sum(axis=1, keepdims=True)


def _speeds(angles: dict[str, np.ndarray], tracks: np.ndarray, times: np.ndarray) -> dict[str, np.ndarray]:
    """Degrees per second of each angle; see `joint_angles`."""
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
    """Weights (n, k) that give the slope, at a moment, of the cubic fitted to values `after` (n, k) seconds from it.

    NaN where a value is too far away.
    """
    near = np.abs(after).max(axis=1)
    scale = np.maximum(near, 1e-9)[:, None]
    powers = (after / scale)[..., None] ** np.arange(4)
    fit = np.linalg.pinv(powers)[:, 1] / scale
    return np.where((near <= SPEED_REACH_S + 1e-6)[:, None], fit, np.nan)


def interior_angle(a: np.ndarray, middle: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angle at `middle` between `a` and `b`, each (n, 2), in degrees 0..180; NaN where points coincide or are NaN.

    >>> interior_angle(np.array([[0.0, 1.0]]), np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]])).tolist()
    [90.0]
    """
    u, v = a - middle, b - middle
    cross = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    apart = (u != 0).any(axis=1) & (v != 0).any(axis=1)
    # Unlike the arc cosine, the arc tangent is exact near 0 and 180 degrees.
    return np.where(apart, np.degrees(np.arctan2(np.abs(cross), (u * v).sum(axis=1))), np.nan)


def _points(poses: pa.Table) -> dict[str, np.ndarray]:
    """Each keypoint that an angle needs, (n, 2) px, NaN where it is missing or unsure."""
    parts = {name for names in (*_JOINTS.values(), MASS_JOINTS) for name in names}
    points = {}
    for name in (f"{side}_{part}" for side in ("left", "right") for part in parts):
        x, y, sure = (
            poses[f"{name}_{column}"].cast("float64").to_numpy(zero_copy_only=False) for column in ("x", "y", "c")
        )
        points[name] = np.where((sure >= MIN_CONFIDENCE)[:, None], np.column_stack([x, y]), np.nan)
    return points


def _slope(line: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Slope of a line in degrees, NaN where an error (n,) px of its ends changes it by more than MOST_ERROR_DEG."""
    moved = error * np.sqrt(2 * (_turns(line) ** 2).sum(axis=1))
    return np.where(np.degrees(moved) <= MOST_ERROR_DEG, np.degrees(np.arctan2(-line[:, 1], line[:, 0])), np.nan)


def wrapped(degrees: np.ndarray) -> np.ndarray:
    """Bring angles into -180..180.

    >>> float(wrapped(np.float64(270.0)))
    -90.0
    """
    return (degrees + 180) % 360 - 180
