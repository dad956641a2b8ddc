"""Windows: where in a picture the shirt of a person is.

Belongs here: the torso by joints or by the proportions of a box, the squares around it that are read. Does not belong
here: which frames are looked at (`looks`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.people.boxes import overlap

if TYPE_CHECKING:
    import pyarrow as pa

#: Squares that are read around a torso: side by its length, and how far right and up of its middle they lie.
WINDOWS = (
    (1.15, 0.0, 0.08), (1.5, 0.0, 0.05), (0.95, 0.0, 0.12), (1.15, -0.15, 0.08), (1.15, 0.15, 0.08), (1.3, 0.0, -0.05),
    (1.3, 0.0, 0.2),
)  # fmt: skip
FIRST = 2
"""So many of them are read of everybody, the others where these say anything."""
#: Of a person of whom there is only a box: the torso's middle below its top, and the torso's length, by its height.
BOX_MIDDLE, BOX_LENGTH = 0.3, 0.34
#: A box of somebody who bends is less high than this times its width; his torso is longer than the box tells.
BENT = 1.6
#: Width of shoulders that is as long as a torso: the torso of somebody who bends towards the camera is shortened.
SHOULDERS = 0.9
#: Least confidence of the four joints of a torso.
SURE = 0.3
TORSO_JOINTS = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")


@dataclass(frozen=True)
class Torso:
    """A torso in a picture: its middle and length in px, and whether joints or a box tell it."""

    x: float
    y: float
    length: float
    view: str


def by_box(box: Sequence[float]) -> Torso:
    """The torso of a person by the proportions of his box (x1, y1, x2, y2)."""
    x1, y1, x2, y2 = box
    wide, high = x2 - x1, y2 - y1
    bent = min(max(BENT - high / max(wide, 1e-6), 0.0), 1.0) * 0.5  # half as high as wide: all but lying
    middle, length = BOX_MIDDLE + 0.2 * bent, BOX_LENGTH * (1 + 0.8 * bent)
    return Torso((x1 + x2) / 2, y1 + middle * high, length * high, "body")


def by_joints(joints: np.ndarray) -> Torso | None:
    """The torso by shoulders and hips, (4, 3) x, y, confidence as in TORSO_JOINTS; None where one is not seen."""
    if not np.isfinite(joints).all() or joints[:, 2].min() < SURE:
        return None
    top, bottom = joints[:2, :2].mean(0), joints[2:, :2].mean(0)
    across = float(np.linalg.norm(joints[0, :2] - joints[1, :2]))
    length = max(float(np.linalg.norm(top - bottom)), SHOULDERS * across)
    x, y = (top + bottom) / 2
    return Torso(float(x), float(y), length, "torso")


class Joints:
    """Torsos by frame, from a table of poses, for the boxes of tracks."""

    def __init__(self, poses: pa.Table | None) -> None:
        self._by_frame: dict[int, list[tuple[np.ndarray, Torso]]] = {}
        if poses is None or not poses.num_rows:
            return
        names = [f"{joint}_{part}" for joint in TORSO_JOINTS for part in "xyc"]
        values = np.stack([poses[n].to_numpy(zero_copy_only=False).astype(float) for n in names], 1).reshape(-1, 4, 3)
        boxes = np.stack([poses[n].to_numpy(zero_copy_only=False).astype(float) for n in ("x1", "y1", "x2", "y2")], 1)
        for frame, joints, box in zip(poses["frame"].to_pylist(), values, boxes, strict=True):
            if torso := by_joints(joints):
                self._by_frame.setdefault(frame, []).append((box, torso))

    def torso(self, frame: int, box: Sequence[float]) -> Torso:
        """The torso of the person in `box`: by the joints of whoever lies in just that box, else by its proportions."""
        best, found = 0.5, None
        for other, torso in self._by_frame.get(frame, ()):
            if (over := overlap(other, box)) > best:
                best, found = over, torso
        return found or by_box(box)


def squares(torso: Torso, scale: tuple[float, float]) -> list[tuple[int, int, int, int]]:
    """The squares of WINDOWS: left, top, right, bottom in px of the picture; `scale`: px of the torso by px of it."""
    told = []
    for side, right, up in WINDOWS:
        wide, high = (max(1, round(side * torso.length / by)) for by in scale)
        left = round((torso.x + right * torso.length) / scale[0] - wide / 2)
        top = round((torso.y - up * torso.length) / scale[1] - high / 2)
        told.append((left, top, left + wide, top + high))
    return told


def cut(picture: np.ndarray, square: tuple[int, int, int, int]) -> np.ndarray:
    """The part of a picture in a square, (h, w, 3); outside the picture its edge goes on."""
    import cv2

    left, top, right, bottom = square
    height, width = picture.shape[:2]
    inside = picture[max(top, 0) : max(min(bottom, height), 0), max(left, 0) : max(min(right, width), 0)]
    if 0 in inside.shape:
        return np.zeros((max(bottom - top, 1), max(right - left, 1), 3), np.uint8)
    sides = (max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0))
    return cv2.copyMakeBorder(inside, *sides, cv2.BORDER_REPLICATE) if any(sides) else inside
