"""Whether a view of a court is believed: what of its lines is seen, and what runs on where they end.

Belongs here: measures of one exact view and their limits. Does not belong here: proposing views (`candidates`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gametape.court.lines import Ridges
from gametape.court.model import Model
from gametape.court.plane import with_one

PLACES = 160
"""A line is looked at in so many places."""
BEHIND = 8.0
"""Paint behind a line's end counts where this, px, and this share of the stretch behind it are in sight."""
MOSTLY = 0.7
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
    share = np.linspace(0, 1, PLACES)[:, None]
    length, on, _ = _along(view, _between(model.ends[:, 0], model.ends[:, 1], share), strips, bend)
    share = np.linspace(0, 1, PLACES // 4)[:, None]
    behind, over, whole = _along(view, _between(model.beyond[:, 0], model.beyond[:, -1], share), strips, bend)
    return Look(length, on, np.where((whole > MOSTLY) & (behind >= BEHIND), over, np.nan))


def _between(start: np.ndarray, stop: np.ndarray, share: np.ndarray) -> np.ndarray:
    return start[:, None] + share * (stop - start)[:, None]


def _along(
    view: np.ndarray, places: np.ndarray, strips: Strips, bend: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of lines through places (l, n, 2) m: length in sight, px; its share on paint; share of the places in sight."""
    height, width = strips.number.shape
    seen = with_one(places) @ view.T
    front = seen[..., 2] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.where(front[..., None], seen[..., :2] / seen[..., 2:], -1e6)
    at = bend(np.clip(at, -1e5, 1e5).reshape(-1, 2)).reshape(at.shape)
    inside = front & (at >= 1).all(axis=-1) & (at[..., 0] < width - 2) & (at[..., 1] < height - 2)
    step = np.gradient(at, axis=1)
    size = np.linalg.norm(step, axis=-1)
    sized = np.where(inside & (size < max(width, height)), size, 0)
    normal = np.stack([-step[..., 1], step[..., 0]], axis=-1) / np.maximum(size, 1e-9)[..., None]
    on = np.zeros(inside.shape, bool)
    on[inside] = strips.on(at[inside], normal[inside])
    total = sized.sum(axis=1)
    return total, np.sum(sized * on, axis=1) / np.maximum(total, 1e-9), inside.mean(axis=1)
