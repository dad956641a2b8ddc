"""Runs MediaPipe's pose landmarker on a part of a picture.

Belongs here: the model bundle, MediaPipe's options, its landmarks as keypoints. Does not belong here: where to look
(windows.py, follower.py).
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.errors import BadInput
from gametape.pose.blazepose.windows import Square
from gametape.pose.person import COCO, KEYPOINT, Person, other_side
from gametape.pose.tflite import output_count, without_output
from gametape.tables.pose import KEYPOINTS

if TYPE_CHECKING:
    from ctypes import Structure

    from mediapipe.tasks.python import BaseOptions

#: MediaPipe's landmark for each of our keypoints; left and right are the person's own, as in COCO.
_LANDMARKS = {
    "nose": 0, "left_eye": 2, "right_eye": 5, "left_ear": 7, "right_ear": 8, "left_shoulder": 11,
    "right_shoulder": 12, "left_elbow": 13, "right_elbow": 14, "left_wrist": 15, "right_wrist": 16,
    "left_index": 19, "right_index": 20, "left_thumb": 21, "right_thumb": 22, "left_hip": 23, "right_hip": 24,
    "left_knee": 25, "right_knee": 26, "left_ankle": 27, "right_ankle": 28, "left_heel": 29, "right_heel": 30,
    "left_toe": 31, "right_toe": 32,
}  # fmt: skip
_ORDER = [_LANDMARKS[name] for name in KEYPOINTS]
_OTHER_SIDES = [KEYPOINT[other_side(name)] for name in KEYPOINTS]

#: Least score of MediaPipe's detector; it is low since a second look weeds out what is no person.
_DETECTION = 0.3
#: Least number of COCO keypoints within the picture.
_LEAST_JOINTS = 3
#: The box of a person is this much larger on each side than that of the joints, in its longer side: the crown, hands
#: and soles lie beyond them.
_MARGIN = 0.05
# In video mode MediaPipe smooths over time, with a lag and across people. If frames seem to be an age apart, it keeps
# each place but for a thousandth. Visibility has no clock: it is this part new and the rest what it was before.
#: Milliseconds that frames seem to be apart. MediaPipe counts nanoseconds: with longer ages its clock would overflow
#: in a film of hours, and it would log a warning for each joint.
FRAME_AGE_MS = 5_000_000
#: Share of the new value in MediaPipe's smoothed visibility.
_VISIBILITY_NEW = 0.1
#: The landmark model in a bundle, the number of its outputs, and the one that is the segmentation mask.
_LANDMARK_MODEL, _OUTPUTS, _MASK = "pose_landmarks_detector.tflite", 5, 2


@dataclass(frozen=True)
class Bundle:
    """A `.task` bundle in memory, without the part of the network that computes the segmentation mask.

    Nobody reads the mask, and it is a third of a look's time. The joints are the same to the last bit.
    """

    path: Path
    content: bytes

    @classmethod
    def of(cls, path: Path) -> Bundle:
        """Read a bundle. Raises BadInput where the file cannot be read."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                members = {name: bundle.read(name) for name in bundle.namelist()}
            if output_count(members[_LANDMARK_MODEL]) == _OUTPUTS:
                members[_LANDMARK_MODEL] = without_output(members[_LANDMARK_MODEL], _MASK)
        except (zipfile.BadZipFile, KeyError, IndexError, struct.error):
            return cls(path, content)  # MediaPipe will say what is wrong
        trimmed = io.BytesIO()
        with zipfile.ZipFile(trimmed, "w", zipfile.ZIP_STORED) as bundle:
            for name, member in members.items():
                bundle.writestr(name, member)
        return cls(path, trimmed.getvalue())


def _unusable(path: Path, error: Exception) -> BadInput:
    return BadInput(
        str(path),
        f"MediaPipe cannot load it: {str(error).splitlines()[0]}",
        "Set GAMETAPE_POSE_MODEL to a pose landmarker bundle (.task), or unset it",
    )


def private_base_options(model: bytes) -> BaseOptions:
    """Options of a task that sends nothing home.

    MediaPipe's wheels post usage events to their maker, and there is no switch for it. They trust the certificates of
    this bundle, and an empty one makes every connection fail.
    """
    from mediapipe.tasks.python import BaseOptions

    class PrivateBaseOptions(BaseOptions):
        def to_ctypes(self) -> Structure:
            options = super().to_ctypes()
            options.ca_bundle_path = os.devnull.encode()
            return options

    return PrivateBaseOptions(model_asset_buffer=model)


class Landmarker:
    """MediaPipe's pose landmarker.

    Args:
        bundle: The model.
        people: Most people in one look.
        video: Start from where the person was in the look before.
        mirrored: Look at the mirrored picture; results are those of the picture as it is.

    Raises:
        BadInput: MediaPipe cannot use the bundle.
    """

    def __init__(self, bundle: Bundle, people: int, *, video: bool = False, mirrored: bool = False) -> None:
        import mediapipe
        from mediapipe.tasks.python import vision

        self._mediapipe, self._clock_ms = mediapipe, (0 if video else None)
        self._remembers, self._mirrored = False, mirrored
        self._visibility: np.ndarray | None = None  # of the last look
        try:
            self._landmarker = vision.PoseLandmarker.create_from_options(
                vision.PoseLandmarkerOptions(
                    base_options=private_base_options(bundle.content),
                    running_mode=vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE,
                    num_poses=people,
                    min_pose_detection_confidence=_DETECTION,
                )
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise _unusable(bundle.path, error) from error

    def close(self) -> None:
        """Free MediaPipe's memory."""
        self._landmarker.close()

    def forget(self) -> None:
        """In video mode, forget where the person was, by a look at a black picture."""
        if self._remembers:
            self._detect(np.zeros((16, 16, 3), np.uint8))

    def look(self, picture: np.ndarray, square: Square) -> list[Person]:
        """Find the people in a square of the picture; results are in pixels of the whole picture."""
        left, top, right, bottom = square
        if right - left < 2 or bottom - top < 2:
            return []
        height, width = picture.shape[:2]
        people = []
        part = picture[top:bottom, left:right]
        for landmarks in self._detect(np.ascontiguousarray(part[:, ::-1] if self._mirrored else part)):
            raw = landmarks[_ORDER]
            if self._mirrored:
                raw = raw[_OTHER_SIDES] * (-1, 1, 1, 1) + (1, 0, 0, 0)
            xy = raw[:, :2] * (right - left, bottom - top) + (left, top)
            inside: np.ndarray = np.all((xy >= 0) & (xy < (width, height)), axis=1)
            # A landmark outside the picture is a guess.
            keypoints = np.where(inside[:, None], np.column_stack([xy, raw[:, 2]]), np.nan)
            if inside[:COCO].sum() >= _LEAST_JOINTS:
                sure = np.where(inside, raw[:, 2:].min(axis=1), 0)[:COCO]
                people.append(Person(_box(xy[inside], width, height), keypoints, float(sure.mean())))
        return people

    def _detect(self, picture: np.ndarray) -> list[np.ndarray]:
        """Each person's landmarks, (33, 4): x and y as fractions of the picture, visibility, presence."""
        image = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=picture)
        if self._clock_ms is None:
            return [_values(pose) for pose in self._landmarker.detect(image).pose_landmarks]
        self._clock_ms += FRAME_AGE_MS
        poses = [_values(pose) for pose in self._landmarker.detect_for_video(image, self._clock_ms).pose_landmarks]
        self._remembers = bool(poses)  # where nobody was seen, nothing is known
        for pose in poses:
            before, self._visibility = self._visibility, pose[:, 2].copy()
            if before is not None:
                now = (self._visibility - (1 - _VISIBILITY_NEW) * before) / _VISIBILITY_NEW
                pose[:, 2] = np.clip(now, 0, 1)
        return poses


def _values(pose: list) -> np.ndarray:
    return np.array([(p.x, p.y, p.visibility, p.presence) for p in pose])


def _box(xy: np.ndarray, width: int, height: int) -> np.ndarray:
    """Box (4,) of a person whose joints are `xy` (n, 2), with a margin, within the picture."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    margin = _MARGIN * (high - low).max()
    return np.concatenate([np.maximum(low - margin, 0), np.minimum(high + margin, (width, height))])


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Silence the process's stderr for a moment: MediaPipe's C++ code logs before its log level can be set."""
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
