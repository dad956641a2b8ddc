"""Whether a view of a court is believed: what of its lines is seen, and what runs on where they end.

Belongs here: measures of one exact view and their limits. Does not belong here: proposing views (`candidates`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gametape.court.lines import Ridges
from gametape.court.model import Model

STEP = 3.0
"""A line is looked at every so many px."""
NEAR = 3.0
"""Paint within this of a line of the model is its paint, px."""
ALIKE = np.cos(np.radians(14.0))
SHORT = 20.0
"""Of a line in sight by less than this, px, nothing is said."""
SEEN = 0.5
"""A line is seen when so much of it is."""


@dataclass(frozen=True, eq=False)
class Look:
    """What of a view's lines is in the picture.

    Attributes:
        length: (l,) px of each line in sight.
        share: (l,) share of it that lies on paint.
        over: (e,) share of what lies just behind each end of a line on which there is paint; NaN: not in sight.
    """

    length: np.ndarray
    share: np.ndarray
    over: np.ndarray

    @property
    def total(self) -> float:
        """Share of the lines in sight that lies on paint."""
        return float(np.sum(self.length * self.share) / max(np.sum(self.length), 1e-9))

    @property
    def runs_on(self) -> float:
        """Mean share of paint behind the lines' ends."""
        known = self.over[np.isfinite(self.over)]
        return float(known.mean()) if len(known) else 0.0

    @property
    def worth(self) -> float:
        """What speaks for the view less what speaks against it."""
        return self.total - 0.5 * self.runs_on


@dataclass(frozen=True, eq=False)
class Strips:
    """Ridge points by pixel: `number` (h, w) of the point in each pixel or -1, and the points' normals."""

    number: np.ndarray
    normal: np.ndarray

    @classmethod
    def of(cls, ridges: Ridges, width: int, height: int) -> Strips:
        """The ridge points of a picture of `width` x `height` px."""
        number = np.full((height, width), -1, np.int32)
        x, y = np.clip(ridges.at.astype(int), 0, [width - 1, height - 1]).T
        number[y, x] = np.arange(len(x))
        return cls(number, ridges.normal)

    def on(self, at: np.ndarray, normal: np.ndarray) -> np.ndarray:
        """(n,) whether a strip that runs alike crosses the normal of each place (n, 2) px within NEAR."""
        height, width = self.number.shape
        found = np.zeros(len(at), bool)
        for off in np.arange(-NEAR, NEAR + 0.5, 0.7):
            x, y = np.floor(at + off * normal).astype(int).T
            inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            number = np.where(inside, self.number[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)], -1)
            alike = np.abs(np.sum(self.normal[number] * normal, axis=1)) > ALIKE
            found |= (number >= 0) & alike
        return found


def look(
    view: np.ndarray, model: Model, strips: Strips, bend: Callable[[np.ndarray], np.ndarray] = lambda at: at
) -> Look:
    """Look at a view's lines in the picture; `bend` takes places without radial distortion to the picture as it is."""
    length, share = np.zeros(len(model.ends)), np.zeros(len(model.ends))
    for number, ends in enumerate(model.ends):
        length[number], share[number], _ = _along(
            view, ends[0] + np.linspace(0, 1, 400)[:, None] * (ends[1] - ends[0]), strips, bend
        )
    over = np.full(len(model.beyond), np.nan)
    for number, places in enumerate(model.beyond):
        behind, part, whole = _along(
            view, places[0] + np.linspace(0, 1, 60)[:, None] * (places[-1] - places[0]), strips, bend
        )
        if whole and behind >= 8:
            over[number] = part
    return Look(length, share, over)


def _along(
    view: np.ndarray, places: np.ndarray, strips: Strips, bend: Callable[[np.ndarray], np.ndarray]
) -> tuple[float, float, bool]:
    """Length in sight, px; its share on paint; whether most of the line is in sight."""
    height, width = strips.number.shape
    seen = np.append(places, np.ones((len(places), 1)), 1) @ view.T
    front = seen[:, 2] > 0
    if front.sum() < 2:
        return 0.0, 0.0, False
    at = bend(seen[front, :2] / seen[front, 2:])
    inside = (at >= 1).all(axis=1) & (at[:, 0] < width - 2) & (at[:, 1] < height - 2)
    if inside.sum() < 2:
        return 0.0, 0.0, False
    at = at[inside]
    step = np.linalg.norm(np.diff(at, axis=0), axis=1)
    place = np.append(0, np.cumsum(step))
    total = float(place[-1])
    if total < 2:
        return 0.0, 0.0, False
    every = np.linspace(0, total, max(2, int(total / STEP)))
    at = np.column_stack([np.interp(every, place, at[:, axis]) for axis in (0, 1)])
    along = np.gradient(at, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1), 1e-9)[:, None]
    normal = np.column_stack([-along[:, 1], along[:, 0]])
    return total, float(strips.on(at, normal).mean()), bool(inside.mean() > 0.7)
