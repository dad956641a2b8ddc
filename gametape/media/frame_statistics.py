"""What is measured on every picture as it passes: sharpness, luma, repeats, cuts; and the poster.

Belongs here: cheap measures on small pictures. Does not belong here: decoding, what the pictures show.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_SMALL_WIDTH = 320
_TINY = (32, 18)
_POSTER_WIDTH = 480
POSTER_BYTES = 15_000


def plane(frame: VideoFrame, index: int = 0) -> np.ndarray:
    """A plane of an 8-bit planar frame, (H, W) uint8, without a copy; valid while the frame is."""
    p = frame.planes[index]
    return np.frombuffer(p, np.uint8).reshape(-1, p.line_size)[: p.height, : p.width]


class Measures:
    """Takes the proxy's pictures in order (yuv420p, limited range) and keeps numbers only, and one small poster."""

    def __init__(self) -> None:
        self.luma, self.sharpness = array("f"), array("f")
        self.repeats = array("b")
        self._change = array("f")
        self._small: np.ndarray | None = None
        self._tiny: np.ndarray | None = None
        self._poster: np.ndarray | None = None
        self._poster_score = 0.0

    def add(self, frame: VideoFrame) -> None:
        import cv2

        luma = plane(frame)
        height = max(1, round(luma.shape[0] * _SMALL_WIDTH / luma.shape[1]))
        shrink = cv2.INTER_AREA if luma.shape[1] >= _SMALL_WIDTH else cv2.INTER_LINEAR
        small = cv2.resize(luma, (_SMALL_WIDTH, height), interpolation=shrink)
        self.luma.append(min(255.0, max(0.0, (cv2.mean(small)[0] - 16) * 255 / 219)))
        self.sharpness.append(cv2.meanStdDev(cv2.Laplacian(small, cv2.CV_16S))[1].item() ** 2)
        self.repeats.append(self._small is not None and _same(self._small, small))
        self._see_change(small, frame)
        self._small = small
        self._consider_poster(frame)

    def shots(self) -> np.ndarray:
        """Number of the shot of each frame, int32 (n,)."""
        return np.cumsum(cuts(np.asarray(self._change))).astype(np.int32)

    def poster(self) -> bytes:
        """A JPEG of at most POSTER_BYTES."""
        import cv2

        picture = self._poster
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
        self._change.append(0.0 if self._tiny is None else float(np.abs(tiny - self._tiny).mean()))
        self._tiny = tiny

    def _consider_poster(self, frame: VideoFrame) -> None:
        """Keeps the sharpest picture, less so the further its luma is from middle gray."""
        score = self.sharpness[-1] * float(np.exp(-(((self.luma[-1] - 120) / 70) ** 2))) + 1e-9
        if score <= 1.05 * self._poster_score:  # few are copied, however long the film
            return
        width = min(_POSTER_WIDTH, frame.width)
        height = max(1, round(frame.height * width / frame.width))
        self._poster = frame.reformat(width, height, "bgr24", interpolation="AREA").to_ndarray()
        self._poster_score = score


def _same(before: np.ndarray, after: np.ndarray) -> bool:
    import cv2

    return cv2.norm(before, after, cv2.NORM_INF) <= 1


def cuts(change: np.ndarray) -> np.ndarray:
    """True where a new shot begins: bool (n,).

    `change` (n,) is each frame's mean |difference| from the one before, over 32x18 pictures of Y, U and V, in
    levels of 255. A cut stands out from the three frames on either side; a flash (two changes in a row) and a
    pan (many) do not. Measured: cuts between cameras 13.7 and more, within a shot 6.9 and less; where rallies of
    one fixed camera are joined 1.9 and more against neighbours of 0.25 and less. Dissolves are not found.
    """
    reach = 3
    padded = np.pad(change, reach)
    window = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    around = np.delete(window, reach, axis=1).max(axis=1)
    other_camera = (change >= 8) & (change >= 2.5 * around)
    same_camera = (change >= 1.2) & (change >= 6 * around)
    return other_camera | same_camera
