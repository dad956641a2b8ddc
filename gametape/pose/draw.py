"""Draws skeletons and boxes on a frame, as a small JPEG for the Dagster UI.

Belongs here: one drawing for each table. Does not belong here: the report's overlay, which the page draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.pose.person import BONES, boxes_of, keypoints_of

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

#: Most bytes of a picture.
MAX_BYTES = 15_000
#: Joints of less confidence are not drawn.
_LEAST_SURE = 0.3
#: Colours of the people, BGR.
_COLOURS = ((66, 214, 255), (120, 255, 120), (255, 140, 140), (255, 140, 255), (255, 255, 120))


def draw_skeleton(film: Film, poses: pa.Table) -> bytes:
    """Draw everybody's skeleton on the frame in which most joints are seen.

    Args:
        film: The film.
        poses: Table POSE_KEYPOINTS or POSE_ESTIMATES.

    Returns:
        A JPEG of at most MAX_BYTES; the bare frame in the middle where nobody is seen.
    """
    frames, points = poses["frame"].to_numpy(), keypoints_of(poses)
    best = _fullest(film, frames, np.nansum(points[:, :, 2], axis=1))
    here = frames == best
    picture, scale = _frame(film, best)
    numbers = poses["track" if "track" in poses.column_names else "person"].to_numpy()
    for number, person in zip(numbers[here], points[here], strict=True):
        _draw(picture, person, scale, _COLOURS[number % len(_COLOURS)])
    return _small_jpeg(picture)


def draw_people(film: Film, people: pa.Table) -> bytes:
    """Draw everybody's box on the frame with most people, the subject's box double (table PEOPLE).

    Returns:
        A JPEG of at most MAX_BYTES.
    """
    import cv2

    frames, boxes, subject = people["frame"].to_numpy(), boxes_of(people), people["subject"].to_pylist()
    best = _fullest(film, frames, people["confidence"].to_numpy() * np.where(subject, 2.0, 1.0))
    picture, scale = _frame(film, best)
    for row in np.flatnonzero(frames == best):
        track = int(people["track"][row].as_py())
        left, top, right, bottom = (boxes[row] * (*scale, *scale)).round().astype(int).tolist()
        colour = _COLOURS[track % len(_COLOURS)]
        cv2.rectangle(picture, (left, top), (right, bottom), colour, 1, cv2.LINE_AA)
        if subject[row]:
            cv2.rectangle(picture, (left - 3, top - 3), (right + 3, bottom + 3), colour, 1, cv2.LINE_AA)
        cv2.putText(picture, str(track), (left, top - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)
    return _small_jpeg(picture)


def _fullest(film: Film, frames: np.ndarray, weight: np.ndarray) -> int:
    """Number of the frame with the greatest sum of weights; the middle frame where there are none."""
    return int(np.argmax(np.bincount(frames, weight))) if len(frames) else len(film) // 2


def _frame(film: Film, frame: int) -> tuple[np.ndarray, tuple[float, float]]:
    """A small BGR picture of a frame, and the factors from source pixels to its own."""
    width = min(480, film.proxy_width)
    height = max(2, round(width * film.proxy_height / film.proxy_width))
    picture = np.ascontiguousarray(film.frame(frame, pixel_format="bgr24", size=(width, height)).image)
    return picture, (picture.shape[1] / film.width, picture.shape[0] / film.height)


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
    """Encode the picture at the largest size, then the best quality, that fits MAX_BYTES."""
    import cv2

    while True:
        for quality in (85, 75, 65, 55, 45):
            jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
            if len(jpeg) <= MAX_BYTES:
                return jpeg
        picture = cv2.resize(picture, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
