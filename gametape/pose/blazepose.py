"""MediaPipe's pose landmarker (BlazePose), made to find several people who are small in the picture.

Belongs here: running the landmarker and deciding where in the picture it looks. Does not belong here: who is who
over time (tracks).

The landmarker finds a person who fills much of the picture it is given (its detector sees 224 px), so in a wide
view it misses nearly everybody. Here it looks at squares instead: over the whole picture in a grid when nobody is
known, then around each known person; one square of the grid every few frames finds who comes in. Every look is
independent of the last (image mode): video mode smooths with a lag, and what it says depends on where the film was
entered.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.errors import BadInput
from gametape.lake.contracts import KEYPOINTS
from gametape.pose.body import COCO, Person, containment

if TYPE_CHECKING:
    from gametape.media.film import Frame

# The landmarker's 33 landmarks that are ours; the left and right are the person's own, as in COCO.
_LANDMARKS = {
    "nose": 0, "left_eye": 2, "right_eye": 5, "left_ear": 7, "right_ear": 8, "left_shoulder": 11,
    "right_shoulder": 12, "left_elbow": 13, "right_elbow": 14, "left_wrist": 15, "right_wrist": 16,
    "left_index": 19, "right_index": 20, "left_thumb": 21, "right_thumb": 22, "left_hip": 23, "right_hip": 24,
    "left_knee": 25, "right_knee": 26, "left_ankle": 27, "right_ankle": 28, "left_heel": 29, "right_heel": 30,
    "left_toe": 31, "right_toe": 32,
}  # fmt: skip
_ORDER = [_LANDMARKS[name] for name in KEYPOINTS]

_DETECTION = 0.3  # least score of the detector; a second look (below) weeds out what is no person
_NEW, _KNOWN = 0.5, 0.35  # least confidence of a person just found, and of one already known
_GRID, _GRID_OVERLAP = 0.4, 0.25  # side of a square of the grid over the picture's shorter side
_AROUND = 1.75  # side of the square around a known person over the longer side of its box
_REPLACES = 1.5  # times as prominent as somebody we follow, when we follow as many as we may
_SAME = 0.5  # containment from which two boxes are one person
_LOST_S = 0.5  # a person not seen for this long is forgotten
_SEARCH_S = 1.0  # least time between two searches of the whole picture
_SQUARE_EVERY = 4  # frames between two squares of the grid while somebody is known

Square = tuple[int, int, int, int]
"""Left, top, right, bottom, in whole pixels."""


@dataclass(frozen=True)
class _Known:
    """Somebody we know: as last seen, at `time_s`, moving at `motion` px/s."""

    person: Person
    time_s: float
    motion: np.ndarray

    def expected(self, time_s: float) -> np.ndarray:
        """The box at a time."""
        return self.person.box + np.tile(self.motion * (time_s - self.time_s), 2)

    def seen_again(self, person: Person, time_s: float) -> _Known:
        moved = (person.box[:2] + person.box[2:] - self.person.box[:2] - self.person.box[2:]) / 2
        return _Known(person, time_s, moved / max(time_s - self.time_s, 1e-6))


class BlazePose:
    """MediaPipe's pose landmarker. `weights` is a `.task` bundle, `most` the most people in one picture.

    Raises BadInput when MediaPipe cannot use the bundle.
    """

    def __init__(self, weights: Path, most: int) -> None:
        self._most = most
        with _stderr_kept_quiet():
            import mediapipe
            from mediapipe.tasks.python import BaseOptions, vision

            self._mediapipe = mediapipe
            try:
                # The landmarker for one person is cheaper than that for several even when there is one.
                self._one, self._several = (
                    vision.PoseLandmarker.create_from_options(
                        vision.PoseLandmarkerOptions(
                            base_options=BaseOptions(model_asset_path=str(weights)),
                            num_poses=people,
                            min_pose_detection_confidence=_DETECTION,
                        )
                    )
                    for people in (1, max(2, most))
                )
            except (RuntimeError, ValueError, OSError) as error:
                raise BadInput(
                    str(weights),
                    f"MediaPipe cannot load it: {str(error).splitlines()[0]}",
                    "Set GAMETAPE_POSE_MODEL to a pose landmarker bundle (.task), or unset it",
                ) from error
        self.name = f"mediapipe {mediapipe.__version__} {weights.stem}"

    def close(self) -> None:
        with _stderr_kept_quiet():
            self._one.close()
            self._several.close()

    def people(self, frames: Iterable[Frame]) -> Iterator[tuple[Frame, list[Person]]]:
        """See `Estimator.people`."""
        known: list[_Known] = []
        searched_s = -np.inf
        squares: Iterator[Square] | None = None
        for number, frame in enumerate(frames):
            picture, now = frame.image, frame.time_s
            squares = squares or cycle(_grid(picture))
            known = self._follow(picture, known, now)
            if not known and now - searched_s >= _SEARCH_S:
                searched_s = now
                known = self._joined(picture, known, _grid(picture), now)
            elif number % _SQUARE_EVERY == 0:
                known = self._joined(picture, known, [next(squares)], now)
            yield frame, [one.person for one in known if one.time_s == now]

    def _follow(self, picture: np.ndarray, known: list[_Known], now: float) -> list[_Known]:
        """Everybody known who is not lost, looked for again where they are expected."""
        still: list[_Known] = []
        for one in known:
            expected = one.expected(now)
            seen = next(iter(self._look(picture, _around(expected, picture), one=True)), None)
            if seen is None or seen.confidence < _KNOWN or not _same(seen.box, [expected]):
                if now - one.time_s < _LOST_S:
                    still.append(one)
            elif not _same(seen.box, [other.person.box for other in still if other.time_s == now]):
                still.append(one.seen_again(seen, now))
        return still

    def _joined(self, picture: np.ndarray, known: list[_Known], squares: list[Square], now: float) -> list[_Known]:
        """Those known and those new in the squares, the most prominent first and no more than we may follow.

        Each new one is looked at again from close by: a square may cut a body, and what is no person is seldom
        taken for one twice.
        """
        found = [person for square in squares for person in self._look(picture, square)]
        for rough in sorted(found, key=_prominence, reverse=True):
            known = sorted(known, key=lambda one: _prominence(one.person), reverse=True)[: self._most]
            full = len(known) == self._most
            if full and _prominence(rough) < _REPLACES * _prominence(known[-1].person):
                break
            taken = [one.person.box for one in known]
            if rough.confidence < _NEW or _same(rough.box, taken):
                continue
            for person in self._look(picture, _around(rough.box, picture), one=True):
                if person.confidence >= _NEW and _same(person.box, [rough.box]) and not _same(person.box, taken):
                    known = [*(known[:-1] if full else known), _Known(person, now, np.zeros(2))]
        return known

    def _look(self, picture: np.ndarray, square: Square, *, one: bool = False) -> list[Person]:
        """The people in a part of the picture, in the picture's pixels."""
        left, top, right, bottom = square
        if right - left < 2 or bottom - top < 2:
            return []
        part = np.ascontiguousarray(picture[top:bottom, left:right])
        image = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=part)
        poses = (self._one if one else self._several).detect(image).pose_landmarks
        height, width = picture.shape[:2]
        people = []
        for landmarks in poses:
            raw = np.array([(p.x, p.y, p.visibility, p.presence) for p in landmarks], np.float32)[_ORDER]
            xy = raw[:, :2] * (right - left, bottom - top) + (left, top)
            inside = ((xy >= 0) & (xy < (width, height))).all(axis=1)
            # A landmark outside the picture is a guess: there is nothing to see.
            keypoints = np.where(inside[:, None], np.column_stack([xy, raw[:, 2]]), np.nan)
            if inside[:COCO].sum() >= 3:
                sure = np.where(inside, raw[:, 2:].min(axis=1), 0)[:COCO]
                people.append(Person(_box(xy[inside], width, height), keypoints, float(sure.mean())))
        return people


def _box(xy: np.ndarray, width: int, height: int) -> np.ndarray:
    """The box of the joints, and a tenth more for what lies beyond them: the crown, the hands, the soles."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    margin = 0.05 * (high - low).max()
    return np.concatenate([np.maximum(low - margin, 0), np.minimum(high + margin, (width, height))])


def _prominence(person: Person) -> float:
    return person.confidence * person.height


def _same(box: np.ndarray, others: list[np.ndarray]) -> bool:
    return bool(others) and bool((containment(box[None], np.stack(others)) > _SAME).any())


def _around(box: np.ndarray, picture: np.ndarray) -> Square:
    """The square around a box, cut at the picture's borders."""
    height, width = picture.shape[:2]
    half = _AROUND * (box[2:] - box[:2]).max() / 2
    centre = (box[:2] + box[2:]) / 2
    low = np.clip(centre - half, 0, (width, height)).astype(int)
    high = np.clip(centre + half, 0, (width, height)).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _grid(picture: np.ndarray) -> list[Square]:
    """The whole picture, then overlapping squares that cover it."""
    height, width = picture.shape[:2]
    side = round(_GRID * min(width, height))
    starts = [
        np.linspace(0, size - side, int(np.ceil((size - side) / (side * (1 - _GRID_OVERLAP)))) + 1).astype(int)
        for size in (width, height)
    ]
    squares = [(int(x), int(y), int(x) + side, int(y) + side) for y in starts[1] for x in starts[0]]
    return [(0, 0, width, height), *squares]


@contextmanager
def _stderr_kept_quiet() -> Iterator[None]:
    """Send the process' stderr nowhere for a moment: MediaPipe's C++ logs there before it can be told not to."""
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
