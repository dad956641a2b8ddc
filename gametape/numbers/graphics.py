"""Graphics: numbers that are in the picture, not on a shirt: scores, clocks, advertisements behind somebody.

Belongs here: telling whether what was read stays where it is when the person is gone. Does not belong here: reading.

A number on a shirt goes where its wearer goes. What was read in a window is a graphic if the window shows the same
edges in pictures of the film in which the person is elsewhere.
"""

from __future__ import annotations

import numpy as np

WIDE = 480
"""Width of the pictures that are compared, px."""
KEPT = 48
"""Most pictures of a film that are kept."""
EDGE, SAME = 24.0, 14.0
"""Gray levels between neighbours that make an edge; most gray levels that the same thing differs in two pictures."""
LEAST_PICTURES = 3
"""Pictures without the person that can tell."""
STAYS, IN = 0.5, 0.6
"""Share of the edges that stay, in this share of the pictures: from then on it is a graphic."""


class Pictures:
    """Small gray pictures spread over a film; every second one is dropped whenever there are too many."""

    def __init__(self) -> None:
        self.frames: list[int] = []
        self.pictures: list[np.ndarray] = []
        self._every, self._seen = 1, 0

    def show(self, frame: int, picture: np.ndarray) -> None:
        """Keep a frame, (h, w, 3) uint8, if its turn has come."""
        self._seen += 1
        if (self._seen - 1) % self._every:
            return
        self.frames.append(frame)
        self.pictures.append(small(picture))
        if len(self.frames) > KEPT:
            self.frames, self.pictures, self._every = self.frames[::2], self.pictures[::2], self._every * 2


def small(picture: np.ndarray) -> np.ndarray:
    """A picture in gray, at most WIDE px wide."""
    import cv2

    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    height, width = gray.shape
    if width <= WIDE:
        return gray
    return cv2.resize(gray, (WIDE, max(1, round(height * WIDE / width))), interpolation=cv2.INTER_AREA)


def is_graphic(window: np.ndarray, corner: tuple[int, int], others: list[np.ndarray]) -> bool:
    """Whether what a window shows is also in other pictures, in the same place.

    Args:
        window: (h, w) uint8, gray.
        corner: Its left and top in the pictures.
        others: Gray pictures in which the person is elsewhere.
    """
    x, y = corner
    height, width = window.shape
    if len(others) < LEAST_PICTURES or min(height, width) < 4:
        return False
    here = window.astype(np.float32)
    across, down = np.abs(np.diff(here, axis=1))[:-1], np.abs(np.diff(here, axis=0))[:, :-1]
    edges = np.maximum(across, down) > EDGE
    if edges.sum() < 8:
        return False
    stays = 0
    for other in others:
        same = np.abs(other[y : y + height, x : x + width].astype(np.float32) - here) <= SAME
        both = same[:-1, :-1] & same[1:, :-1] & same[:-1, 1:]
        stays += bool((both & edges).sum() >= STAYS * edges.sum())
    return stays >= IN * len(others)
