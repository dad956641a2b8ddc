"""A court's painted lines as the search takes them: two families of parallel lines, each with its stretch.

Belongs here: what follows from the court alone. Does not belong here: pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from gametape.court.plane import cross, with_one
from gametape.sports.courts import Court

STEPS = 24
"""Points to each line in which a view of the court is tried."""
MARGIN = 0.01
"""A point so far behind a line's end, in half widths, still belongs to it."""
BEYOND = (0.05, 0.30)
"""From where to where behind its end a line is looked at for paint that ought not to be there, of the court's width."""


@dataclass(frozen=True, eq=False)
class Model:
    """The straight lines of a court, m from its middle, at the middle of their paint.

    Attributes:
        along: (a,) x of the lines along the court.
        across: (b,) y of those across it.
        ends: (a + b, 2, 2) both ends of each line, those along the court first.
        samples: (a + b, STEPS, 2) places on each line.
        beyond: places just behind the ends of lines, (k, 2), where the paint ends.
        half: half the court's width and length.
        width: of its painted lines, m; 0: they are of several widths, or not known.
    """

    along: np.ndarray
    across: np.ndarray
    ends: np.ndarray
    samples: np.ndarray
    beyond: np.ndarray
    half: tuple[float, float]
    width: float

    @cached_property
    def lines(self) -> np.ndarray:
        """(a + b, 3) homogeneous lines, m."""
        return cross(with_one(self.ends[:, 0]), with_one(self.ends[:, 1]))

    @cached_property
    def axis(self) -> np.ndarray:
        """(a + b,) 0 for a line along the court, 1 for one across it."""
        return (self.ends[:, 0, 0] != self.ends[:, 1, 0]).astype(int)

    @cached_property
    def low(self) -> np.ndarray:
        """(a + b,) where each line begins along itself, m, and a little before."""
        return self._reach.min(axis=1) - MARGIN * self.half[0]

    @cached_property
    def high(self) -> np.ndarray:
        """(a + b,) where it ends, and a little behind."""
        return self._reach.max(axis=1) + MARGIN * self.half[0]

    @cached_property
    def places(self) -> np.ndarray:
        """(2, m, 3) places on the lines, homogeneous, by which views are compared; and turned by half a turn."""
        at = with_one(self.samples.reshape(-1, 2)[::4])
        return np.stack([at, at * [-1, -1, 1]])

    @property
    def _reach(self) -> np.ndarray:
        return self.ends[np.arange(len(self.ends)), :, 1 - self.axis]


def model_of(court: Court) -> Model:
    """The model of a court. Lines that run neither along nor across it are left out."""
    stretches: dict[tuple[int, float], list[tuple[float, float]]] = {}
    for line in court.lines:
        for start, stop in pairwise(line):
            for axis in (0, 1):
                if start[axis] == stop[axis]:
                    low, high = sorted((start[1 - axis], stop[1 - axis]))
                    stretches.setdefault((axis, start[axis]), []).append((low, high))
    joined = sorted((axis, at, *part) for (axis, at), parts in stretches.items() for part in _joined(parts))
    shift = court.line_width / 2
    ends = []
    for axis, at, low, high in joined:
        inside = at - np.sign(at) * shift
        ends.append([(inside, low), (inside, high)] if axis == 0 else [(low, inside), (high, inside)])
    made = np.array(ends)
    share = np.linspace(0, 1, STEPS)[:, None]
    samples = made[:, None, 0] + share * (made[:, None, 1] - made[:, None, 0])
    axes = np.array([axis for axis, *_ in joined])
    half = (float(np.abs(made[..., 0]).max()), float(np.abs(made[..., 1]).max()))
    beyond = []
    for line in made:
        towards = (line[1] - line[0]) / np.linalg.norm(line[1] - line[0])
        for end, out in ((line[0], -towards), (line[1], towards)):
            far = np.linspace(*BEYOND, 8)[:, None] * 2 * half[0]
            beyond.append(end + far * out)
    return Model(
        np.unique(made[axes == 0, 0, 0]),
        np.unique(made[axes == 1, 0, 1]),
        made,
        samples,
        np.array(beyond),
        half,
        court.line_width if court.surface == "court" else 0.0,
    )


def _joined(parts: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The parts of a line, those that touch made one."""
    made: list[tuple[float, float]] = []
    for low, high in sorted(parts):
        if made and low <= made[-1][1] + 1e-9:
            made[-1] = (made[-1][0], max(made[-1][1], high))
        else:
            made.append((low, high))
    return made
