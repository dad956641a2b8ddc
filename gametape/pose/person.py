"""What an estimator says of one person in one picture.

Belongs here: the person, boxes, the skeleton's bones. Does not belong here: anything over time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.tables.pose import COCO_KEYPOINTS, KEYPOINTS

if TYPE_CHECKING:
    import pyarrow as pa

COCO = len(COCO_KEYPOINTS)
BOX = ("x1", "y1", "x2", "y2")
XYC = tuple(f"{name}_{part}" for name in KEYPOINTS for part in "xyc")
KEYPOINT = {name: number for number, name in enumerate(KEYPOINTS)}

BONES = tuple(
    (KEYPOINT[a], KEYPOINT[b])
    for a, b in (
        ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"),
        ("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"),
        ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
        ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"),
        ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
        ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
        ("left_ankle", "left_toe"), ("right_ankle", "right_toe"), ("nose", "left_eye"), ("nose", "right_eye"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """One person in one picture.

    `box`: (4,) left, top, right, bottom; `keypoints`: (25, 3) x, y, confidence in the order of
    `contracts.KEYPOINTS`, NaN where the estimator has none; both in pixels of the picture that was looked at.
    """

    box: np.ndarray
    keypoints: np.ndarray
    confidence: float

    @property
    def height(self) -> float:
        return float(self.box[3] - self.box[1])


def other_side(keypoint: str) -> str:
    """The same keypoint of the body's other side."""
    side, _, joint = keypoint.partition("_")
    return {"left": f"right_{joint}", "right": f"left_{joint}"}.get(side, keypoint)


def keypoints_of(table: pa.Table) -> np.ndarray:
    """(rows, 25, 3) of a table with the columns XYC; NaN where null."""
    values = [table[name].to_numpy(zero_copy_only=False) for name in XYC]
    return np.column_stack(values).astype(float).reshape(table.num_rows, len(KEYPOINTS), 3)


def boxes_of(table: pa.Table) -> np.ndarray:
    """(rows, 4) of a table with the columns BOX; where a box is null, the extent of the joints."""
    boxes = np.column_stack([table[name].to_numpy(zero_copy_only=False) for name in BOX]).astype(float)
    bare = ~np.isfinite(boxes).all(axis=1)
    if bare.any():
        joints = keypoints_of(table.filter(bare))[:, :, :2]
        low, high = (np.where(np.isnan(joints), far, joints) for far in (np.inf, -np.inf))
        extent = np.concatenate([low.min(axis=1), high.max(axis=1)], axis=1)
        boxes[bare] = np.where(np.isfinite(extent), extent, np.nan)
    return boxes


def overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes (n, 4) with boxes (m, 4), as (n, m)."""
    shared = _shared(a, b)
    return shared / np.maximum(_area(a)[:, None] + _area(b)[None] - shared, 1e-9)


def containment(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over the smaller box, as (n, m): 1 where one lies within the other."""
    return _shared(a, b) / np.maximum(np.minimum(_area(a)[:, None], _area(b)[None]), 1e-9)


def _area(boxes: np.ndarray) -> np.ndarray:
    return np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)


def _shared(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.prod(np.maximum(high - low, 0), axis=2)
