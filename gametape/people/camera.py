"""The camera's movement between the frames in which people are looked for, and where one shot ends and another begins.

Belongs here: the table CAMERA_MOTION, cuts between like views, flashes that are no cuts. Does not belong here: how a
movement between two pictures is estimated (`gametape.ball.camera`), the change of small pictures
(`gametape.media.cuts`).

A cut between two wide views of one ground changes little in a small picture, and a photographer's flash changes much.
So the corners decide: where they cannot be followed into a frame, nor past it, but can before and after, a shot begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.camera import STOOD, TREMBLE_PX, Move, reach
from gametape.base.work import Progress, ignore_progress
from gametape.tables.people import CAMERA_MOTION, MOVE

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

WIDTH = 512
"""Width of the pictures whose corners are followed, px."""
CORNERS, NEAR_PX, LEAST, FEWEST = 220, 1.5, 0.25, 14
"""Corners that are followed; those that agree come this near, px; least share and number of them. Wide views of ice
have few corners, and half of them are on players: less is asked than where a ball of 3 px is looked for."""
WINDOW, LEVELS = (19, 19), 4
"""Side of the window of the optical flow, px, and its pyramid's levels: a pan of 40 px between two looks is
followed."""
ALIKE = 0.5
"""Least correlation of a picture with the one before as the movement takes it: graphics that stay agree through a
cut."""
SMALL = 8
"""Pictures are so many times smaller where they are compared."""
PAST = 2
"""Looks beyond a frame into which the corners are followed to tell a flash from a cut."""
LOOKS_PER_S = 15.0
"""People are looked for about so many times a second; in between they are where their tracks say."""


def looks(first: int, stop: int, stride: int, fps: float) -> range:
    """The frames in which people are looked for: of those of a window, about `LOOKS_PER_S` a second.

    >>> list(looks(0, 9, 1, 30.0)), list(looks(3, 9, 2, 25.0)), list(looks(0, 9, 1, 59.94))
    ([0, 2, 4, 6, 8], [3, 5, 7], [0, 4, 8])
    """
    return range(first, stop, stride * max(1, int(fps / stride / LOOKS_PER_S + 0.4)))


def camera_motion(film: Film, shots: np.ndarray, frames: range, progress: Progress = ignore_progress) -> pa.Table:
    """Measure how the camera moves.

    Args:
        film: The film.
        shots: (n,) number of each frame's shot, from the table FRAMES.
        frames: The frames that are looked at.
        progress: Called with frames done and their number.

    Returns:
        Table CAMERA_MOTION, a row a frame of `frames`, in px of the upright source.
    """
    if not len(frames):
        return CAMERA_MOTION.empty()
    size = WIDTH, max(2, round(WIDTH * film.height / film.width))
    moves: list[Move | None] = []
    past: list[bool] = []  # whether the corners before a frame are found again after it
    read = film.frames(frames.start, frames.stop, frames.step, pixel_format="gray", size=size)
    window: list[np.ndarray] = []

    def settle() -> None:
        """Measure the movement into the window's second picture, whose neighbours are there by now."""
        before, at, *after = window
        move = follow(before, at)
        moves.append(move)
        past.append(move is None and any(follow(before, later) is not None for later in after))

    for done, frame in enumerate(read):
        window.append(frame.image)
        if len(window) == PAST + 2:
            settle()
            window.pop(0)
        if done % 50 == 49:
            progress(done, len(frames))
    while len(window) > 1:
        settle()
        window.pop(0)
    begins = cuts([None, *moves], [False, *past], np.asarray(shots)[np.asarray(frames)])
    progress(len(frames), len(frames))
    return _table(film, frames, size, [None, *moves], begins)


def cuts(moves: Sequence[Move | None], past: Sequence[bool], shots: np.ndarray) -> np.ndarray:
    """Where shots begin.

    Args:
        moves: The n movements into each frame; None where the corners could not be followed.
        past: Of each frame, whether corners from before it are found again after it.
        shots: (n,) the shot that small pictures say a frame is of.

    Returns:
        (n,) bool. A flash or a blurred frame is no cut; a cut that the small pictures do not show is one where the
        corners can be followed up to it and on from it, but not into it.

    >>> stood = Move(np.eye(3), 1.0)
    >>> jump = cuts([None, stood, stood, stood], [False] * 4, np.array([0, 0, 1, 1]))  # small pictures may be wrong
    >>> np.flatnonzero(jump).tolist()
    [0]
    >>> like_views = cuts([None, stood, stood, None, stood, stood], [False] * 6, np.zeros(6, int))
    >>> np.flatnonzero(like_views).tolist()
    [0, 3]
    >>> flash = cuts([None, stood, None, None, stood], [False, False, True, False, False], np.array([0, 0, 1, 1, 1]))
    >>> np.flatnonzero(flash).tolist()
    [0]
    """
    begins = np.zeros(len(moves), bool)
    for place in range(len(moves)):
        if not place:
            begins[0] = True
            continue
        told, followed = shots[place] != shots[place - 1], moves[place] is not None
        before = place == 1 or moves[place - 1] is not None
        after = place + 1 < len(moves) and moves[place + 1] is not None
        flash = past[place] or (not followed and past[place - 1])
        begins[place] = not followed and not flash and (told or (before and after))
    return begins


def follow(before: np.ndarray, after: np.ndarray) -> Move | None:
    """Estimate how the camera moved from one picture (H, W) uint8 to the next, within 1 px or so.

    Returns:
        The movement; None where the corners do not tell it: a cut, a flash, a blur.
    """
    import cv2

    corners = cv2.goodFeaturesToTrack(before, CORNERS, 0.01, 7)
    if corners is None or len(corners) < FEWEST:
        return None
    found, status, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, corners.copy(), winSize=WINDOW, maxLevel=LEVELS)
    kept = status.ravel() == 1
    if kept.sum() < FEWEST:
        return None
    matrix, agree = cv2.estimateAffinePartial2D(
        corners[kept], found[kept], method=cv2.RANSAC, ransacReprojThreshold=NEAR_PX, maxIters=300
    )
    if matrix is None or agree.sum() < max(FEWEST, LEAST * len(corners)):
        return None
    whole = np.vstack([matrix, [0, 0, 1]])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # OpenCV's px are half a pixel less than ours
    whole = half @ whole @ np.linalg.inv(half)
    if not 0.7 < np.sqrt(abs(np.linalg.det(whole[:2, :2]))) < 1.4:
        return None
    if _alike(before, after, matrix) < ALIKE:
        return None
    return STOOD if reach(whole, before.shape) <= TREMBLE_PX else Move(whole, float(agree.sum() / len(corners)))


def _alike(before: np.ndarray, after: np.ndarray, matrix: np.ndarray) -> float:
    """Correlation of a picture, moved by `matrix` (2, 3), with the next, where both show something."""
    import cv2

    size = before.shape[1] // SMALL, before.shape[0] // SMALL
    one, other = (cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in (before, after))
    small = matrix.copy()
    small[:, 2] /= SMALL
    seen = cv2.warpAffine(np.ones(one.shape, np.uint8), small, size, flags=cv2.INTER_NEAREST) > 0
    warped = cv2.warpAffine(one, small, size)
    if seen.sum() < 0.2 * seen.size:
        return 0.0
    pair = np.corrcoef(warped[seen].astype(float), other[seen].astype(float))
    return float(np.nan_to_num(pair[0, 1]))


def matrices(table: pa.Table) -> np.ndarray:
    """(n, 3, 3) movements of a table CAMERA_MOTION; none (the identity) where it is not known."""
    out = np.repeat(np.eye(3)[None], table.num_rows, axis=0)
    for place, name in enumerate(MOVE):
        values = table[name].to_numpy(zero_copy_only=False).astype(float)
        known = np.isfinite(values)
        out[known, place // 3, place % 3] = values[known]
    return out


def _table(
    film: Film, frames: range, size: tuple[int, int], moves: Sequence[Move | None], begins: np.ndarray
) -> pa.Table:
    across, down = film.width / size[0], film.height / size[1]
    rows, shot = [], -1
    for frame, move, begin in zip(frames, moves, begins, strict=True):
        shot += bool(begin)
        row = {"frame": frame, "time_s": float(film.times[frame]), "shot": shot, "cut": bool(begin and shot > 0)}
        if move is not None and not begin:
            matrix = move.scaled(across, down).matrix
            row |= {"quality": move.quality} | {
                name: float(matrix[place // 3, place % 3]) for place, name in enumerate(MOVE)
            }
        rows.append(row)
    return CAMERA_MOTION.from_rows(rows)
