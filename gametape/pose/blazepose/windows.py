"""Where in the picture to look: boxes, windows around people and the grid that is searched for newcomers.

Belongs here: geometry in pixels of the picture, and the order in which the grid is searched. Does not belong here:
running the landmarker, following people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.pose.person import Person, containment

if TYPE_CHECKING:
    from gametape.media.film import Frame

#: Side of a square of the grid over the picture's shorter side, and how much of it neighbours share.
_GRID, _GRID_OVERLAP = 0.4, 0.25
#: Shortest time between two searches of the whole picture, seconds.
SEARCH_S = 1.0
#: Weight of a square in which nothing moves, as a share of pixels that changed.
_QUIET = 0.01
#: Every so many pixels are compared to find motion, and a pixel changes by more than so many levels.
_THIN, _CHANGE = 4, 16
#: Containment (intersection over the smaller box) from which two boxes are the same person.
_SAME = 0.5

Square = tuple[int, int, int, int]
"""Left, top, right and bottom in whole pixels."""


class SearchGrid:
    """Squares that cover the picture, in the order that finds newcomers soon.

    The longer a square was not searched, and the more moves in it besides the people who are known, the sooner it is
    its turn.

    Args:
        frame: The film's first frame.

    Attributes:
        all: The whole picture, then the squares.
    """

    def __init__(self, frame: Frame) -> None:
        self.all = _grid(frame.image)
        self._searched_s = np.full(len(self.all), frame.time_s - SEARCH_S)
        self._before = _thinned(frame)

    def next(self, frame: Frame, known: list[np.ndarray]) -> Square:
        """Choose the square to search in this frame; `known` are the boxes of people who are followed."""
        now = _thinned(frame)
        moved = (np.abs(now - self._before) > _CHANGE).astype(np.float32)
        self._before = now
        for box in known:
            hide(moved, box / _THIN, 0)
        share = [
            moved[top // _THIN : bottom // _THIN, left // _THIN : right // _THIN].mean()
            for left, top, right, bottom in self.all
        ]
        chosen = int(np.argmax((np.array(share) + _QUIET) * (frame.time_s - self._searched_s)))
        self._searched_s[chosen] = frame.time_s
        return self.all[chosen]


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


def _grid(picture: np.ndarray) -> list[Square]:
    """The whole picture, then overlapping squares that cover it, row by row."""
    height, width = picture.shape[:2]
    side = round(_GRID * min(width, height))
    starts = [
        np.linspace(0, size - side, int(np.ceil((size - side) / (side * (1 - _GRID_OVERLAP)))) + 1).astype(int)
        for size in (width, height)
    ]
    squares = [(int(x), int(y), int(x) + side, int(y) + side) for y in starts[1] for x in starts[0]]
    return [(0, 0, width, height), *squares]


def _thinned(frame: Frame) -> np.ndarray:
    """A few of the picture's pixels, the green channel alone, for comparison."""
    return frame.image[::_THIN, ::_THIN, 1].astype(np.int16)
