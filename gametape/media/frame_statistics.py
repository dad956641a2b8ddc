"""Statistics of every frame as it is ingested: sharpness, luma, changes, cuts; and the poster.

Belongs here: cheap statistics of small pictures. Does not belong here: decoding, what the pictures show, the rules for
cuts (cuts.py) and repeats (repeats.py).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gametape.media.cuts import change_between, cuts
from gametape.media.repeats import change_of, find_repeats

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

#: Width in px at which sharpness, luma and repeats are measured.
_SMALL_WIDTH = 320
#: Width and height in px at which frames are compared to find cuts.
_TINY = (32, 18)
#: Width of the poster, px.
_POSTER_WIDTH = 480
#: Most bytes of the poster.
POSTER_BYTES = 15_000
#: A new poster must score better than the last by this factor, so that few are copied however long the film.
_BETTER_POSTER = 1.05


def plane(frame: VideoFrame, index: int = 0) -> np.ndarray:
    """View a plane of an 8-bit planar frame as (H, W) uint8, without a copy; valid as long as the frame is."""
    p = frame.planes[index]
    return np.frombuffer(memoryview(p), np.uint8).reshape(-1, p.line_size)[: p.height, : p.width]


class FrameStatistics:
    """Takes the proxy's frames in order (yuv420p, limited range); keeps numbers and one small poster.

    Attributes:
        luma: Mean luma of each frame, 0..255.
        sharpness: Variance of the Laplacian of each frame's luma.
    """

    def __init__(self) -> None:
        self.luma, self.sharpness = array("f"), array("f")
        self._change = array("f")
        self._changes = array("f")  # three of each frame, see `change_of`
        self._small: np.ndarray | None = None
        self._tiny: np.ndarray | None = None
        self._poster: np.ndarray | None = None
        self._poster_score = 0.0

    def add(self, frame: VideoFrame) -> None:
        """Measure the next frame."""
        import cv2

        luma = plane(frame)
        height = max(1, round(luma.shape[0] * _SMALL_WIDTH / luma.shape[1]))
        shrink = cv2.INTER_AREA if luma.shape[1] >= _SMALL_WIDTH else cv2.INTER_LINEAR
        small = cv2.resize(luma, (_SMALL_WIDTH, height), interpolation=shrink)
        self.luma.append(min(255.0, max(0.0, (cv2.mean(small)[0] - 16) * 255 / 219)))
        self.sharpness.append(cv2.meanStdDev(cv2.Laplacian(small, cv2.CV_16S))[1].item() ** 2)
        self._changes.extend((0.0, 0.0, 0.0) if self._small is None else change_of(self._small, small))
        self._see_change(small, frame)
        self._small = small
        self._consider_poster(frame)

    def shots(self, reshaped: Sequence[int] = ()) -> np.ndarray:
        """Number of the shot of each frame, (n,) int32, from 0. `reshaped`: frames that begin a shot in any case."""
        begins = cuts(np.asarray(self._change))
        begins[[frame for frame in reshaped if frame < len(begins)]] = True
        return np.cumsum(begins).astype(np.int32)

    def repeats(self, shots: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Which frames show the picture of the one before, (n,) bool; see `find_repeats`."""
        return find_repeats(np.asarray(self._changes, np.float64).reshape(-1, 3), shots, times)

    def poster(self) -> bytes:
        """The poster as a JPEG of at most POSTER_BYTES. Raises ValueError before the first frame."""
        import cv2

        picture = self._poster
        if picture is None:
            raise ValueError("no frame was measured, so there is no poster")
        while True:
            for quality in (85, 75, 65, 55, 45, 35):
                jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
                if len(jpeg) <= POSTER_BYTES:
                    return jpeg
            picture = cv2.resize(picture, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)

    def _see_change(self, small: np.ndarray, frame: VideoFrame) -> None:
        import cv2

        channels = [small, plane(frame, 1), plane(frame, 2)]
        tiny = np.stack([cv2.resize(c, _TINY, interpolation=cv2.INTER_AREA) for c in channels]).astype(np.int16)
        self._change.append(0.0 if self._tiny is None else change_between(self._tiny, tiny))
        self._tiny = tiny

    def _consider_poster(self, frame: VideoFrame) -> None:
        """Keep the sharpest frame, with less weight the further its luma is from middle gray."""
        score = self.sharpness[-1] * float(np.exp(-(((self.luma[-1] - 120) / 70) ** 2))) + 1e-9
        if score <= _BETTER_POSTER * self._poster_score:
            return
        width = min(_POSTER_WIDTH, frame.width)
        height = max(1, round(frame.height * width / frame.width))
        self._poster = frame.reformat(width, height, "bgr24", interpolation="AREA").to_ndarray()
        self._poster_score = score
