"""How the camera moved between the pictures of a film, and pictures as if it had stood.

Belongs here: the camera's own movement, from the pictures alone. Does not belong here: where a camera stands in the
world (`calibration`), what moves before it.

Corners are followed from one small gray picture to the next (Lucas and Kanade, pyramids), and the shift, turn and zoom
that most of them agree on is the camera's: players are few among them. Places are px of those pictures, pixel (i, j)'s
centre being (i + 0.5, j + 0.5). About 1 CPU-ms where it moves in 512 x 288, 0.1 where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

CHANGED_LEVELS, PARTS, MOVING_PARTS = 12, (16, 9), 0.28
"""A camera that moves changes pixels by more than so many levels in more than this share of the picture's parts, so
many across and down. Before fixed broadcast and club cameras that were measured, players and spectators change 0.05 to
0.25 of them; slow pans change 0.35 to 0.9."""
CORNERS, CELLS = 84, (4, 3)
"""Corners followed, and the cells across and down that each give their part of them: no one player gives most."""
FEWEST = 12
"""Corners below which nothing is known."""
WINDOW, LEVELS = (13, 13), 3
"""Of the pyramids' search: about 50 px far."""
NEAR_PX = 0.6
"""A corner agrees when it is found so near to where the movement takes it."""
AGREE = 0.4
"""Least share of corners that agree on a movement that is known."""
TREMBLE_PX = 0.5
"""What moves no corner of the picture further is no movement: a camera on a stand is not to tremble by the noise of the
estimate."""

FORGET = 0.03
"""Share of turn and zoom that a steadied shot forgets with each movement."""


@dataclass(frozen=True)
class Move:
    """`matrix` (3, 3) takes a place in one picture to its place in the next; `quality` is the share of corners (0..1)
    that agree."""

    matrix: np.ndarray
    quality: float

    @property
    def stands(self) -> bool:
        return self is STOOD

    def scaled(self, across: float, down: float) -> Move:
        """The same movement in px so many times smaller."""
        scale = np.array([across, down, 1])
        return self if self.stands else Move(self.matrix * scale[:, None] / scale, self.quality)


STOOD = Move(np.eye(3), 1.0)


def move_between(before: np.ndarray, after: np.ndarray) -> Move | None:
    """How the camera moved from one picture (H, W) uint8 to the next; `STOOD`; None where the pictures do not tell: a
    cut, too little to hold on to."""
    import cv2

    if _parts_changed(before, after) <= MOVING_PARTS:
        return STOOD
    corners = _corners(before)
    if len(corners) < FEWEST:
        return None
    found, status, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None, winSize=WINDOW, maxLevel=LEVELS)
    followed = status.ravel() == 1
    if followed.sum() < FEWEST:
        return None
    matrix, agree = cv2.estimateAffinePartial2D(
        corners[followed], found[followed], method=cv2.RANSAC, ransacReprojThreshold=NEAR_PX, maxIters=200
    )
    if matrix is None or agree.sum() < AGREE * len(corners):
        return None
    matrix = _conjugate(np.vstack([matrix, [0, 0, 1]]), 0.5)
    if reach(matrix, before.shape) <= TREMBLE_PX:
        return STOOD
    return Move(matrix, float(agree.sum() / len(corners)))


def reach(matrix: np.ndarray, shape: tuple[int, ...]) -> float:
    """How far a movement takes the corner of a picture (H, W) that it takes furthest, px."""
    height, width = shape[:2]
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    return float(np.hypot(*((matrix @ corners)[:2] - corners[:2])).max())


def way(moves: Mapping[int, Move | None], begin: int, end: int) -> np.ndarray | None:
    """(3, 3) from places in frame `begin` to those in frame `end`, earlier or later; None where a movement between them
    is unknown. `moves[i]` is from frame i - 1 to frame i; where there is none the camera stood."""
    matrix = np.eye(3)
    for frame in range(min(begin, end) + 1, max(begin, end) + 1):
        move = moves.get(frame, STOOD)
        if move is None:
            return None
        if not move.stands:
            matrix = move.matrix @ matrix
    return np.linalg.inv(matrix) if end < begin else matrix


def seen_as(picture: np.ndarray, matrix: np.ndarray, fill: np.ndarray) -> np.ndarray:
    """A picture brought by `matrix` (3, 3) to where the camera stood for picture `fill`, which gives what it did not
    see."""
    import cv2

    if np.array_equal(matrix, np.eye(3)):
        return picture
    size = picture.shape[1], picture.shape[0]
    moved = _conjugate(matrix, -0.5)[:2]
    return cv2.warpAffine(picture, moved, size, dst=fill.copy(), borderMode=cv2.BORDER_TRANSPARENT)


def aligned(
    pictures: Mapping[int, np.ndarray], moves: Mapping[int, Move | None], frames: Iterable[int], at: int
) -> np.ndarray:
    """The pictures of `frames`, each as if the camera had stood as it did in frame `at`: (n, H, W).

    Places found in them are places in frame `at`; `way(moves, at, frame)` takes them to another's. What the camera did
    not see is frame `at`'s. Where the way is unknown a picture stays as it is: a dark hall gives little to hold on to,
    and its camera stands.
    """
    ways = ((frame, way(moves, frame, at)) for frame in frames)
    return np.stack([pictures[f] if w is None else seen_as(pictures[f], w, pictures[at]) for f, w in ways])


def steadied(moves: Sequence[Move | None], size: tuple[int, int]) -> np.ndarray:
    """(n, 3, 3): what takes a place in each frame of a shot to where it would be had the camera stood. An unknown
    movement counts as none. `size` (width, height) of the pictures; `moves[0]`, from before the shot, does not count.

    Turns and zooms are forgotten by and by while the camera moves, or their errors would pile up over a long shot: from
    frame to frame the scene stands still, to where it was long ago there is no way back.
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
    """The share (0..1) of the picture's parts in which something clearly changed."""
    import cv2

    changed = cv2.threshold(cv2.absdiff(before, after), CHANGED_LEVELS, 255, cv2.THRESH_BINARY)[1]
    return cv2.countNonZero(cv2.resize(changed, PARTS, interpolation=cv2.INTER_AREA)) / (PARTS[0] * PARTS[1])


def _corners(picture: np.ndarray) -> np.ndarray:
    """The best corners of each cell of the picture, (n, 1, 2) float32, OpenCV's places. Looked for at half size: they
    are only where to look from."""
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
    """The same movement of places that are given `offset` px further right and down. OpenCV's places are half a pixel
    less than ours."""
    shift = np.array([[1, 0, offset], [0, 1, offset], [0, 0, 1]])
    return shift @ matrix @ np.linalg.inv(shift)
