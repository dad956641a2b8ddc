"""Pictures that are shown again: people are looked for once in each, and keep their pose.

Belongs here: telling a picture from the one that was looked at last. Does not belong here: repeats that the film's
index tells of (gametape.media.repeats), when pictures were taken (gametape.film.clock).

Two looks at one picture never give quite the same joints, since a look starts from the one before: in a film of one
picture an elbow would wander by 14 degrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from gametape.media.film import Frame

#: Width in px at which pictures are compared.
_WIDTH = 320
#: A picture is the same where no pixel differs by more than so many levels, and all by no more than so many (root mean
#: square): a codec refines a picture that stands still. What moves by a sixth of a pixel at this width changes more.
_MOST, _MOST_RMS = 10, 0.2
#: Every so many pixels are compared first, and most pictures differ there by more than so many levels on average.
_THIN, _MOST_MEAN = 8, 1.0


class Repeats:
    """Takes a film's RGB frames in order and leaves out those that show the picture of a frame before.

    Args:
        repeats: (frames of the film,) bool, which frames the index says show the picture of the frame before.

    Attributes:
        found: Frame, its time in seconds, and the frame before whose picture it shows, for each that was left out.
    """

    def __init__(self, repeats: np.ndarray) -> None:
        self._repeats = repeats
        self.found: list[tuple[int, float, int]] = []

    def without(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Yield the frames with a picture of their own.

        Each is compared with the last of these, not with its neighbour: what changes slowly is a new picture in time.
        """
        shown: Frame | None = None
        small: np.ndarray | None = None
        for frame in frames:
            if shown is not None:
                again = bool(self._repeats[shown.index + 1 : frame.index + 1].all())
                if not again and _may_be_same(shown.image, frame.image):
                    small = _small(shown.image) if small is None else small
                    again = _same(small, _small(frame.image))
                if again:
                    self.found.append((frame.index, frame.time_s, shown.index))
                    continue
            shown, small = frame, None
            yield frame


def _may_be_same(before: np.ndarray, now: np.ndarray) -> bool:
    a, b = (picture[::_THIN, ::_THIN, 1].astype(np.int16) for picture in (before, now))
    return a.shape == b.shape and float(np.abs(a - b).mean()) <= _MOST_MEAN


def _small(picture: np.ndarray) -> np.ndarray:
    import cv2

    height, width = picture.shape[:2]
    size = _WIDTH, max(1, round(height * _WIDTH / width))
    shrink = cv2.INTER_AREA if width >= _WIDTH else cv2.INTER_LINEAR
    return cv2.cvtColor(cv2.resize(picture, size, interpolation=shrink), cv2.COLOR_RGB2GRAY).astype(np.float32)


def _same(before: np.ndarray, now: np.ndarray) -> bool:
    change = np.abs(before - now)
    return bool(change.max() <= _MOST and np.sqrt(np.square(change).mean()) <= _MOST_RMS)
