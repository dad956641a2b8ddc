"""Where in the picture to look: boxes, windows around people and the grid that is searched for newcomers.

Belongs here: geometry in pixels of the picture. Does not belong here: which part is searched when (search.py), running
the landmarker, following people.
"""

from __future__ import annotations

import numpy as np

from gametape.pose.person import Person, containment

#: Side of a square of the grid over the picture's shorter side, and how much of it neighbours share.
_GRID, _GRID_OVERLAP = 0.4, 0.25
#: Containment (intersection over the smaller box) from which two boxes are the same person.
_SAME = 0.5

Square = tuple[int, int, int, int]
"""Left, top, right and bottom in whole pixels."""


def prominence(person: Person) -> float:
    """How much a person stands out: confidence times height in px."""
    return person.confidence * person.height


def is_same(box: np.ndarray, others: list[np.ndarray]) -> bool:
    """The box (4,) is the same person as one of the others."""
    return bool(others) and bool((containment(box[None], np.stack(others)) > _SAME).any())


def hide(picture: np.ndarray, box: np.ndarray, value: int = 128) -> None:
    """Paint over a person in place, so that nobody is found there."""
    left, top, right, bottom = box.astype(int)
    picture[top:bottom, left:right] = value


def grown(box: np.ndarray, times: float) -> np.ndarray:
    """Enlarge a box about its centre."""
    middle = np.tile((box[:2] + box[2:]) / 2, 2)
    return middle + (box - middle) * times


def centre_in(square: Square, other: Square) -> bool:
    """The centre of a square lies in the other."""
    x, y = (square[0] + square[2]) / 2, (square[1] + square[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]


def around(box: np.ndarray, times: float, picture: np.ndarray) -> Square:
    """The square around a box with `times` its longer side, cut off at the picture's borders."""
    height, width = picture.shape[:2]
    half = times * (box[2:] - box[:2]).max() / 2
    centre = (box[:2] + box[2:]) / 2
    low = np.clip(centre - half, 0, (width, height)).astype(int)
    high = np.clip(centre + half, 0, (width, height)).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def window(box: np.ndarray, side: float, picture: np.ndarray) -> Square:
    """The square of this side about the box's centre, pushed into the picture; cut only where it is larger than it."""
    limit = np.array(picture.shape[1::-1])
    size = np.minimum(round(side), limit)
    low = np.clip((box[:2] + box[2:] - size) / 2, 0, limit - size).astype(int)
    return int(low[0]), int(low[1]), int(low[0] + size[0]), int(low[1] + size[1])


def grid(picture: np.ndarray) -> list[Square]:
    """The whole picture, then overlapping squares that cover it, row by row."""
    height, width = picture.shape[:2]
    side = round(_GRID * min(width, height))
    starts = [
        np.linspace(0, size - side, int(np.ceil((size - side) / (side * (1 - _GRID_OVERLAP)))) + 1).astype(int)
        for size in (width, height)
    ]
    squares = [(int(x), int(y), int(x) + side, int(y) + side) for y in starts[1] for x in starts[0]]
    return [(0, 0, width, height), *squares]
