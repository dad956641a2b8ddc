"""The library's tracker, which sees colours too: a red shirt is not continued by a white one.

Belongs here: what colour does to the likeness of a track and a box. Does not belong here: pieces (`tracks`), teams.

C-BIoU compares boxes alone. Where two players cross, the one behind is hidden, and the other's box is nearest to where
he should be. How often that is a swap is seen afterwards too late: a piece that changes its colour is cut, but what
follows belongs to nobody's past. So a box's overlap counts less the further its colour is from the track's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.people.teams import WEIGHTS, Sides

if TYPE_CHECKING:
    import supervision

SPREAD = 40.0
"""Distance of colours, weighted CIELAB, at which an overlap counts 0.6 of what it is: one shirt differs by half of
that from look to look."""
VETO = 0.7
"""What an overlap loses where the one is clearly of the one side and the other clearly of the other."""
MEMORY = 0.15
"""Share of a track's colour that its newest box has."""


class Follower:
    """C-BIoU whose overlaps count by colour.

    Args:
        sides: The two sides' colours, where they are known.
        how: Parameters of the library's tracker.
    """

    def __init__(self, sides: Sides, **how: float) -> None:
        from trackers import CBIoUTracker

        def likeness(tracklets: list, boxes: np.ndarray) -> np.ndarray:
            return self._alike(tracklets, boxes)

        class ByColour(CBIoUTracker):
            def _biou_matrix(self, tracklets: list, boxes: np.ndarray, iou: Any, known: dict) -> np.ndarray:
                overlap: np.ndarray = super()._biou_matrix(tracklets, boxes, iou, known) * likeness(tracklets, boxes)
                return overlap

        assert hasattr(CBIoUTracker, "_biou_matrix"), "renamed in trackers: colours would be left out in silence"
        self._tracker = ByColour(**how)
        self._sides = sides
        self._worn: dict[int, np.ndarray] = {}
        self._seen: dict[bytes, np.ndarray] = {}

    def update(self, given: supervision.Detections, colours: np.ndarray) -> supervision.Detections:
        """Follow into the next look.

        Args:
            given: Its boxes.
            colours: (n, 6) CIELAB of shirt and trousers, NaN where not known.
        """
        self._seen = {box.tobytes(): colour for box, colour in zip(given.xyxy, self._told(colours), strict=True)}
        out = self._tracker.update(given)
        for box, track in zip(out.xyxy, out.tracker_id, strict=True):
            colour = self._seen[box.tobytes()]
            if track >= 0 and np.isfinite(colour).all():
                worn = self._worn.get(int(track), colour)
                self._worn[int(track)] = (1 - MEMORY) * worn + MEMORY * colour
        return out

    def _told(self, colours: np.ndarray) -> np.ndarray:
        """(n, 7): weighted colours, and towards which side they lean."""
        return np.concatenate([colours * WEIGHTS, self._sides.lean(colours)[:, None]], axis=1)

    def _alike(self, tracklets: list, boxes: np.ndarray) -> np.ndarray:
        """(tracklets, boxes) by colour, 1 where one is not known."""
        unknown = np.full(len(WEIGHTS) + 1, np.nan)
        worn = np.array([self._worn.get(int(one.tracker_id), unknown) for one in tracklets]).reshape(-1, len(unknown))
        seen = np.array([self._seen[box.tobytes()] for box in boxes]).reshape(-1, len(unknown))
        apart = np.linalg.norm(worn[:, None, :-1] - seen[None, :, :-1], axis=2)
        other = 1 - VETO * np.maximum(0, -worn[:, None, -1] * seen[None, :, -1])
        alike: np.ndarray = np.where(np.isfinite(apart), other * np.exp(-((apart / SPREAD) ** 2) / 2), 1.0)
        return alike
