"""Checks on the tables of poses, people and angles.

Belongs here: pure functions from a table to check results. Does not belong here: Dagster's asset checks (assets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.base.check import CheckResult
from gametape.base.reason import Reason
from gametape.tables.pose import JOINT_ANGLES, KEYPOINTS, SEGMENT_ANGLES

if TYPE_CHECKING:
    import pyarrow as pa

#: Least share of frames in which somebody is seen.
_LEAST_COVERAGE = 0.05


def joints_are_sound(poses: pa.Table, width: int, height: int) -> list[CheckResult]:
    """Check that keypoints are near the picture and that their confidence is 0..1.

    Args:
        poses: Table POSE_ESTIMATES or POSE_KEYPOINTS.
        width: Pixels of the picture.
        height: Pixels of the picture.
    """
    near = sure = True
    for name in KEYPOINTS:
        x, y, c = (poses[f"{name}_{part}"].drop_null().to_numpy() for part in "xyc")
        near &= bool(
            ((x > -width) & (x < 2 * width)).all() and ((y > -height) & (y < 2 * height)).all()
        )  # a limb may leave the picture, not the neighbourhood; NaN fails
        sure &= bool(((c >= 0) & (c <= 1)).all())
    return [
        CheckResult("keypoints_near_the_picture", near, f"keypoints lie within a picture's width of {width}x{height}"),
        CheckResult("keypoint_confidence_in_range", sure, "confidences lie in 0..1"),
    ]


def poses_are_sound(poses: pa.Table, width: int, height: int, looked_at: int) -> list[CheckResult]:
    """Check the joints, and that somebody was seen in some of the `looked_at` frames."""
    coverage = len(set(poses["frame"].to_pylist())) / looked_at if looked_at else 0.0
    return [
        *joints_are_sound(poses, width, height),
        CheckResult(
            "pose_coverage",
            coverage >= _LEAST_COVERAGE or not looked_at,
            f"somebody was seen in {coverage:.0%} of {looked_at} frames",
            is_error=False,
            facts={"coverage": coverage},
        ),
    ]


def people_are_sound(people: pa.Table) -> list[CheckResult]:
    """Check that a track has one row per frame, and that the subject is at most one track (table PEOPLE)."""
    keys = np.column_stack([people["frame"].to_numpy(), people["track"].to_numpy()])
    once = len(np.unique(keys, axis=0)) == len(keys)
    chosen = np.unique(people["track"].to_numpy()[people["subject"].to_numpy(zero_copy_only=False)])
    choice = people["choice"][0].as_py() if people.num_rows else Reason("nobody_found")
    return [
        CheckResult("one_box_a_track_and_frame", once, "no track has two boxes in a frame"),
        CheckResult("one_subject", len(chosen) <= 1, "the subject is one track throughout"),
        CheckResult("subject_found", bool(len(chosen)) or not people.num_rows, choice, is_error=False),
    ]


def angles_are_sound(angles: pa.Table) -> list[CheckResult]:
    """Check that interior angles lie in 0..180 and lines in -180..180 degrees (table JOINT_ANGLES_TABLE)."""
    good = True
    for names, low in ((JOINT_ANGLES, 0.0), (SEGMENT_ANGLES, -180.0)):
        for name in names:
            values = angles[name].drop_null().to_numpy()
            good &= bool(((values >= low) & (values <= 180.0)).all())
    return [CheckResult("angles_in_range", good, "interior angles lie in 0..180 degrees, lines in -180..180")]
