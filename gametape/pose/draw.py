"""Skeletons on a picture, small enough for a page.

Belongs here: one drawing. Does not belong here: the report's overlay (that is drawn by the page).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.lake.contracts import KEYPOINTS
from gametape.pose.body import BONES

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

MAX_BYTES = 15_000
_LEAST_SURE = 0.3  # joints less sure are not drawn
_COLOURS = ((66, 214, 255), (120, 255, 120), (255, 140, 140), (255, 140, 255), (255, 255, 120))  # BGR


def draw_skeleton(film: Film, poses: pa.Table) -> bytes:
    """JPEG of at most MAX_BYTES: the frame in which most joints are seen, with everybody's skeleton.

    Where nobody is seen, the bare frame in the middle of the film.
    """
    frames = poses["frame"].to_numpy()
    points = np.stack([_column(poses, name) for name in KEYPOINTS], axis=1) if len(frames) else np.zeros((0, 0, 3))
    seen = np.nansum(points[:, :, 2], axis=1)
    best = int(np.argmax(np.bincount(frames, seen))) if len(frames) else len(film) // 2
    here = frames == best
    width = min(480, film.proxy_width)
    height = max(2, round(width * film.proxy_height / film.proxy_width))
    picture = np.ascontiguousarray(film.frame(best, pixel_format="bgr24", size=(width, height)).image)
    scale = (picture.shape[1] / film.width, picture.shape[0] / film.height)
    for track, person in zip(poses["track"].to_numpy()[here], points[here], strict=True):
        _draw(picture, person, scale, _COLOURS[track % len(_COLOURS)])
    return _small_jpeg(picture)


def _column(poses: pa.Table, name: str) -> np.ndarray:
    return np.column_stack([poses[f"{name}_{part}"].to_numpy(zero_copy_only=False) for part in "xyc"])


def _draw(picture: np.ndarray, person: np.ndarray, scale: tuple[float, float], colour: tuple[int, int, int]) -> None:
    import cv2

    sure = person[:, 2] >= _LEAST_SURE
    at = np.where(sure[:, None], person[:, :2] * scale, 0).round().astype(int)
    for a, b in BONES:
        if sure[a] and sure[b]:
            cv2.line(picture, at[a].tolist(), at[b].tolist(), colour, 2, cv2.LINE_AA)
    for joint in np.flatnonzero(sure):
        cv2.circle(picture, at[joint].tolist(), 2, (255, 255, 255), -1, cv2.LINE_AA)


def _small_jpeg(picture: np.ndarray) -> bytes:
    """The picture at the best quality, then the largest size, that fits MAX_BYTES."""
    import cv2

    while True:
        for quality in (85, 75, 65, 55, 45):
            jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
            if len(jpeg) <= MAX_BYTES:
                return jpeg
        picture = cv2.resize(picture, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
