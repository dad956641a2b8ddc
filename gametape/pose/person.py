"""One person in one picture: box, keypoints and skeleton.

Belongs here: the person, boxes, the skeleton's bones. Does not belong here: anything over time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.tables.pose import COCO_KEYPOINTS, KEYPOINTS

if TYPE_CHECKING:
    import pyarrow as pa

#: Least overlap of the box about a person's joints with a box found in another way, for both to be of one person:
#: joints leave hair, hands and feet out, and a neighbour's box overlaps less. Chosen by looking at film, not measured.
LEAST_OVERLAP = 0.3
#: Number of COCO's keypoints, which come first.
COCO = len(COCO_KEYPOINTS)
#: Columns of a box: left, top, right, bottom.
BOX = ("x1", "y1", "x2", "y2")
#: Columns of the keypoints: x, y and confidence of each.
XYC = tuple(f"{name}_{part}" for name in KEYPOINTS for part in "xyc")
#: Number of each keypoint by name.
KEYPOINT = {name: number for number, name in enumerate(KEYPOINTS)}

#: Pairs of keypoints that a drawing connects.
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

    Attributes:
        box: (4,) left, top, right, bottom in px.
        keypoints: (25, 3) x, y in px and confidence, in the order of KEYPOINTS; NaN where the estimator gives none.
        confidence: 0..1.
    """

    box: np.ndarray
    keypoints: np.ndarray
    confidence: float

    @property
    def height(self) -> float:
        """Height of the box, px."""
        return float(self.box[3] - self.box[1])


def other_side(keypoint: str) -> str:
    """Name of the same keypoint on the other side of the body.

    >>> other_side("left_knee")
    'right_knee'
    >>> other_side("nose")
    'nose'
    """
    side, _, joint = keypoint.partition("_")
    return {"left": f"right_{joint}", "right": f"left_{joint}"}.get(side, keypoint)


def keypoints_of(table: pa.Table) -> np.ndarray:
    """Keypoints of a table with the columns XYC as (rows, 25, 3), NaN where null."""
    values = [table[name].to_numpy(zero_copy_only=False) for name in XYC]
    return np.column_stack(values).astype(float).reshape(table.num_rows, len(KEYPOINTS), 3)


def boxes_of(table: pa.Table) -> np.ndarray:
    """Boxes of a table with the columns BOX as (rows, 4); where a box is null, the extent of the joints."""
    boxes = np.column_stack([table[name].to_numpy(zero_copy_only=False) for name in BOX]).astype(float)
    bare = ~np.isfinite(boxes).all(axis=1)
    if bare.any():
        joints = keypoints_of(table.filter(bare))[:, :, :2]
        low, high = (np.where(np.isnan(joints), far, joints) for far in (np.inf, -np.inf))
        extent = np.concatenate([low.min(axis=1), high.max(axis=1)], axis=1)
        boxes[bare] = np.where(np.isfinite(extent), extent, np.nan)
    return boxes


def overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes (n, 4) with boxes (m, 4), as (n, m).

    >>> overlap(np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[0.0, 0.0, 2.0, 1.0]])).tolist()
    [[0.5]]
    """
    shared = _shared(a, b)
    return shared / np.maximum(_area(a)[:, None] + _area(b)[None] - shared, 1e-9)


def containment(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over the smaller box, as (n, m); it is 1 where one box lies within the other."""
    return _shared(a, b) / np.maximum(np.minimum(_area(a)[:, None], _area(b)[None]), 1e-9)


def _area(boxes: np.ndarray) -> np.ndarray:
    return np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)


def _shared(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.prod(np.maximum(high - low, 0), axis=2)
