"""What moves in the picture: the places where somebody may just have come in.

Belongs here: comparing pictures, cells that changed, the boxes around them. Does not belong here: looking for people
there (search.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.pose.blazepose.windows import hide

if TYPE_CHECKING:
    from gametape.media.film import Frame

#: Every so many pixels are compared, and a pixel changes by more than so many levels.
THIN, _CHANGE = 4, 16
#: Side of a cell over the picture's shorter side, and the share of its pixels that change in one that moves.
_CELL, _MOVES = 1 / 36, 0.12
#: Least height of what may be a person, over the picture's height: less is a ball, or a leaf.
_LEAST_HEIGHT = 0.1
#: Share of the picture's cells from which it is the camera that moves, not somebody in the picture.
MOST_MOVES = 0.5


def thinned(picture: np.ndarray) -> np.ndarray:
    """A few of the pixels of a picture (H, W, 3), the green channel alone, for comparison: (H/THIN, W/THIN) int16."""
    return picture[::THIN, ::THIN, 1].astype(np.int16)


def moved(before: np.ndarray, now: np.ndarray, people: list[np.ndarray]) -> np.ndarray:
    """Compare two thinned pictures; what lies in the boxes of `people`, in px of the whole picture, does not count.

    Returns:
        1 where a pixel changed, else 0: the shape of the thinned pictures, float32.
    """
    changes = (np.abs(now - before) > _CHANGE).astype(np.float32)
    for box in people:
        hide(changes, np.maximum(box, 0) / THIN, 0)
    return changes


def changed(before: Frame, now: Frame, box: np.ndarray) -> float:
    """Share of a box (4,) in px that changes from one frame to another; all of it where the box is empty."""
    left, top, right, bottom = np.maximum(box, 0).astype(int)
    one, other = (thinned(frame.image[top:bottom, left:right]) for frame in (before, now))
    return float((np.abs(one - other) > _CHANGE).mean()) if one.size else 1.0


def cells(changes: np.ndarray) -> np.ndarray:
    """Which cells of the picture move, from what `moved` returns: (rows, columns) uint8, 0 or 1."""
    import cv2

    height, width = changes.shape
    side = max(1, round(_CELL * min(height, width)))
    size = max(1, width // side), max(1, height // side)
    return (cv2.resize(changes, size, interpolation=cv2.INTER_AREA) > _MOVES).astype(np.uint8)


def movers(moving: np.ndarray, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Boxes around what moves together and is tall enough for a person, the largest first.

    Args:
        moving: What `cells` returns.
        shape: Height and width of the picture in px.

    Returns:
        Boxes (4,) in px; none where so much moves that it is the camera.
    """
    import cv2

    if moving.mean() > MOST_MOVES:
        return []
    rows, columns = moving.shape
    # Cells of one body need not touch: its edges move, what lies between them may look alike.
    grown = cv2.dilate(moving, np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(grown, connectivity=8)
    found = []
    for number in range(1, count):
        there = np.argwhere((labels == number) & (moving > 0))
        (top, left), (bottom, right) = there.min(axis=0), there.max(axis=0) + 1
        if (bottom - top) / rows >= _LEAST_HEIGHT:
            found.append((len(there), np.array([left / columns, top / rows, right / columns, bottom / rows])))
    found.sort(key=lambda one: -one[0])
    return [box * (shape[1], shape[0], shape[1], shape[0]) for _, box in found]
