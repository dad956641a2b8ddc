"""How the camera moved between the frames of a film, and pictures as if it had stood still.

Belongs here: the camera's own movement, estimated from the pictures alone. Does not belong here: where a camera stands
in the world (`gametape.geometry`), what moves in front of it.

Corners are followed from one small gray picture to the next (pyramidal Lucas-Kanade), and RANSAC finds the shift,
rotation and zoom that most of them agree on: that is the camera, for players hold few of the corners. Places are px of
those pictures; the centre of pixel (i, j) is (i + 0.5, j + 0.5). It takes about 1 ms of CPU where the camera moves, at
512 x 288, and 0.1 ms where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

PARTS = (16, 9)
"""Parts of the picture, across and down, in which changes are looked for."""
CHANGED_LEVELS = 12
"""A pixel changed when its level differs by more than this."""
MOVING_PARTS = 0.28
"""The camera moves where more than this share of the parts changed. Measured: players and spectators change 0.05 to
0.25 of them before fixed broadcast and club cameras; slow pans change 0.35 to 0.9."""
CORNERS = 84
"""Corners that are followed."""
CELLS = (4, 3)
"""Cells, across and down, that each give an equal part of the corners, so that no player gives most of them."""
FEWEST = 12
"""Least number of corners from which a movement is estimated."""
WINDOW = (13, 13)
"""Side of the window that optical flow compares, px."""
LEVELS = 3
"""Pyramid levels of the optical flow, which reaches about 50 px."""
NEAR_PX = 0.6
"""A corner agrees with a movement that takes it this near to where it was found, px."""
AGREE = 0.4
"""Least share of corners that must agree."""
TREMBLE_PX = 0.5
"""A movement that shifts no corner of the picture by more than this, px, is noise: a camera on a tripod stands."""
FORGET = 0.03
"""Share of rotation and zoom that a steadied shot forgets with each movement."""


@dataclass(frozen=True)
class Move:
    """A movement of the camera from one picture to the next.

    Attributes:
        matrix: (3, 3) similarity that takes homogeneous px of one picture to px of the next.
        quality: Share (0..1) of the corners that agree.
    """

    matrix: np.ndarray
    quality: float

    @property
    def stands(self) -> bool:
        return self is STOOD

    def scaled(self, across: float, down: float) -> Move:
        """The same movement in px that are `across` times narrower and `down` times lower."""
        scale = np.array([across, down, 1])
        return self if self.stands else Move(self.matrix * scale[:, None] / scale, self.quality)


STOOD = Move(np.eye(3), 1.0)


def move_between(before: np.ndarray, after: np.ndarray) -> Move | None:
    """Estimate how the camera moved from one picture (H, W) uint8 to the next.

    Returns:
        The movement; `STOOD` where there is none; None where the pictures do not show it (a cut, too few corners).
    """
    if _parts_changed(before, after) <= MOVING_PARTS:
        return STOOD
    move = followed(before, after)
    return STOOD if move is not None and reach(move.matrix, before.shape) <= TREMBLE_PX else move


def followed(before: np.ndarray, after: np.ndarray) -> Move | None:
    """The movement between two pictures as `move_between` finds it, however small: a camera that stands is told too."""
    import cv2

    corners = _corners(before)
    if len(corners) < FEWEST:
        return None
    found, status, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None, winSize=WINDOW, maxLevel=LEVELS)
    kept = status.ravel() == 1
    if kept.sum() < FEWEST:
        return None
    matrix, agree = cv2.estimateAffinePartial2D(
        corners[kept], found[kept], method=cv2.RANSAC, ransacReprojThreshold=NEAR_PX, maxIters=200
    )
    if matrix is None or agree.sum() < AGREE * len(corners):
        return None
    return Move(_conjugate(np.vstack([matrix, [0, 0, 1]]), 0.5), float(agree.sum() / len(corners)))


def reach(matrix: np.ndarray, shape: tuple[int, ...]) -> float:
    """The largest shift of any corner of a picture of `shape` (H, W), px."""
    height, width = shape[:2]
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    return float(np.hypot(*((matrix @ corners)[:2] - corners[:2])).max())


def way(moves: Mapping[int, Move | None], begin: int, end: int) -> np.ndarray | None:
    """Chain the movements between two frames.

    Args:
        moves: The movement from frame i - 1 to frame i at key i; frames without an entry stood still.
        begin: A frame.
        end: Another, earlier or later.

    Returns:
        (3, 3) from px of frame `begin` to px of frame `end`; None where a movement in between is unknown.
    """
    matrix = np.eye(3)
    for frame in range(min(begin, end) + 1, max(begin, end) + 1):
        move = moves.get(frame, STOOD)
        if move is None:
            return None
        if not move.stands:
            matrix = move.matrix @ matrix
    return np.linalg.inv(matrix) if end < begin else matrix


def seen_as(picture: np.ndarray, matrix: np.ndarray, fill: np.ndarray) -> np.ndarray:
    """Warp a picture by `matrix` (3, 3) to the view of another, `fill`, which supplies what lies outside."""
    import cv2

    if np.array_equal(matrix, np.eye(3)):
        return picture
    size = picture.shape[1], picture.shape[0]
    moved = _conjugate(matrix, -0.5)[:2]
    return cv2.warpAffine(picture, moved, size, dst=fill.copy(), borderMode=cv2.BORDER_TRANSPARENT)


def aligned(
    pictures: Mapping[int, np.ndarray], moves: Mapping[int, Move | None], frames: Iterable[int], at: int
) -> np.ndarray:
    """Warp the pictures of several frames to the view of one.

    Args:
        pictures: (H, W) pictures by frame.
        moves: The camera's movements, as for `way`.
        frames: The n frames to warp.
        at: The frame whose view they get. It supplies what they do not show.

    Returns:
        (n, H, W) pictures. Places in them are places in frame `at`; `way(moves, at, frame)` takes them back. Where the
        movement is unknown a picture stays as it is: a dark hall has few corners, and its camera stands.
    """
    ways = ((frame, way(moves, frame, at)) for frame in frames)
    return np.stack([pictures[f] if w is None else seen_as(pictures[f], w, pictures[at]) for f, w in ways])


def steadied(moves: Sequence[Move | None], size: tuple[int, int]) -> np.ndarray:
    """Transformations that take each frame of a shot to a steady view, as if the camera had stood still.

    Rotation and zoom are gradually forgotten while the camera moves, so that their errors do not add up over a long
    shot: the view is steady from frame to frame, not over the whole shot.

    Args:
        moves: The n movements to each frame from the one before; an unknown one counts as none, and the first, from
            before the shot, does not count.
        size: Width and height of the pictures, px.

    Returns:
        (n, 3, 3) from px of each frame to px of the steady view.
    """
    matrices = np.repeat(np.eye(3)[None], len(moves), 0)
    middle = np.array([size[0] / 2, size[1] / 2, 1])
    for i, move in enumerate(moves[1:], start=1):
        matrices[i] = matrices[i - 1]
        if move is not None and not move.stands:
            matrices[i] = matrices[i] @ np.linalg.inv(move.matrix)
            kept = matrices[i] @ middle
            matrices[i, :2, :2] = FORGET * np.eye(2) + (1 - FORGET) * matrices[i, :2, :2]
            matrices[i, :2, 2] += (kept - matrices[i] @ middle)[:2]
    return matrices


def _parts_changed(before: np.ndarray, after: np.ndarray) -> float:
    """The share (0..1) of the picture's parts that clearly changed."""
    import cv2

    changed = cv2.threshold(cv2.absdiff(before, after), CHANGED_LEVELS, 255, cv2.THRESH_BINARY)[1]
    return cv2.countNonZero(cv2.resize(changed, PARTS, interpolation=cv2.INTER_AREA)) / (PARTS[0] * PARTS[1])


def _corners(picture: np.ndarray) -> np.ndarray:
    """The best corners of each cell of the picture, (n, 1, 2) float32 in OpenCV's px, found at half resolution."""
    import cv2

    small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    across, down = CELLS
    found = []
    for row in range(down):
        for column in range(across):
            top, left = row * height // down, column * width // across
            cell = small[top : (row + 1) * height // down, left : (column + 1) * width // across]
            corners = cv2.goodFeaturesToTrack(cell, CORNERS // (across * down), 0.03, 6)
            if corners is not None:
                found.append(2 * (corners + np.array([left, top], np.float32)))
    return np.concatenate(found) if found else np.empty((0, 1, 2), np.float32)


def _conjugate(matrix: np.ndarray, offset: float) -> np.ndarray:
    """The same movement for px whose origin is shifted by `offset`; OpenCV's px are half a pixel less than ours."""
    shift = np.array([[1, 0, offset], [0, 1, offset], [0, 0, 1]])
    return shift @ matrix @ np.linalg.inv(shift)
