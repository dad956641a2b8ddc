"""Looks at people whose places are known: one window for each, along boxes that others found.

Belongs here: where to look, and whether the one who is seen is the one who is meant. Does not belong here: finding
people (search.py), following them by their joints (follower.py).
"""

from __future__ import annotations

import numpy as np

from gametape.pose.blazepose.landmarker import Bundle, Landmarker
from gametape.pose.blazepose.windows import window
from gametape.pose.person import LEAST_OVERLAP, Person, overlap

#: Least confidence of a person whose place is known. This and what follows is chosen by looking at film, not measured.
_KNOWN = 0.35
#: Side of the window over the longer side of the box; of a second, narrower one where the first shows somebody else.
_WINDOW, _NARROW = 1.6, 1.15
#: A box of another size needs another window; within this ratio the old one stays, and with it what is remembered.
_SAME_SIZE = 1.25


class KnownPlace:
    """Looks at one person along known boxes."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._landmarker: Landmarker | None = None
        self._before: np.ndarray | None = None
        self._side = 0.0

    def close(self) -> None:
        """Free MediaPipe's memory."""
        if self._landmarker:
            self._landmarker.close()

    def forget(self) -> None:
        """Begin anew: what was seen before is of another time, or of somebody else."""
        self._before = None
        if self._landmarker:
            self._landmarker.forget()

    def look(self, picture: np.ndarray, box: np.ndarray) -> Person | None:
        """The person in a box (4,), px of the picture (h, w, 3) RGB; None where nobody, or somebody else, is seen."""
        size = float((box[2:] - box[:2]).max())
        goes_on = self._before is not None and overlap(box[None], self._before[None])[0, 0] > 0
        if not goes_on or not 1 / _SAME_SIZE <= self._side / (_WINDOW * size) <= _SAME_SIZE:
            self.forget()
            self._side = _WINDOW * size
        self._landmarker = self._landmarker or Landmarker(self._bundle, 1, video=True)
        self._before = box
        for side in (self._side, _NARROW * size):
            person = next(iter(self._landmarker.look(picture, window(box, side, picture))), None)
            if person and person.confidence >= _KNOWN and overlap(person.box[None], box[None])[0, 0] >= LEAST_OVERLAP:
                if side != self._side:  # what is remembered is of the narrow window, and useless in the wide one
                    self._side = 0.0
                return person
            self._landmarker.forget()
        self._side = 0.0
        return None
