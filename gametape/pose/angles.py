"""Angles of joints and segments and the centre of mass, from keypoints in pixels.

Belongs here: the geometry. Does not belong here: what an angle says of a player (coaching).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.lake.contracts import JOINT_ANGLES_TABLE
from gametape.pose.mass import MASS_JOINTS, centre_of_mass

if TYPE_CHECKING:
    import pyarrow as pa

MIN_CONFIDENCE = 0.5
"""An angle is null unless each keypoint it is made of is at least this sure."""

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
    seen from behind ±180. Null where a keypoint is missing or less sure than MIN_CONFIDENCE.
    """
    import pyarrow as pa

    point = _points(poses)
    angles: dict[str, np.ndarray] = {}
    for joint, names in _JOINTS.items():
        for side in ("left", "right"):
            angles[f"{side}_{joint}"] = interior_angle(*(point[f"{side}_{name}"] for name in names))
    hips = (point["left_hip"] + point["right_hip"]) / 2
    shoulders = (point["left_shoulder"] + point["right_shoulder"]) / 2
    trunk = shoulders - hips
    angles["trunk_lean"] = np.degrees(np.arctan2(trunk[:, 0], -trunk[:, 1]))
    angles["hip_line"] = _slope(point["left_hip"] - point["right_hip"])
    angles["shoulder_line"] = _slope(point["left_shoulder"] - point["right_shoulder"])
    angles["hip_shoulder_separation"] = _wrapped(angles["shoulder_line"] - angles["hip_line"])
    angles["centre_of_mass_x"], angles["centre_of_mass_y"] = centre_of_mass(point).T
    columns = {name: poses[name] for name in ("frame", "time_s", "track")}
    for name, values in angles.items():
        columns[name] = pa.array(values, pa.float32(), mask=np.isnan(values))
    return JOINT_ANGLES_TABLE.cast(pa.table(columns))


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


def _slope(line: np.ndarray) -> np.ndarray:
    return np.degrees(np.arctan2(-line[:, 1], line[:, 0]))


def _wrapped(degrees: np.ndarray) -> np.ndarray:
    """The same angle in -180..180."""
    return (degrees + 180) % 360 - 180
