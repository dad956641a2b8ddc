"""A court's painted lines as the search takes them: two families of parallel lines, each with its stretch.

Belongs here: what follows from the court alone. Does not belong here: pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gametape.sports.courts import Court

STEPS = 24
"""Points to each line in which a view of the court is tried."""
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
    beyond_line: np.ndarray
    half: tuple[float, float]
    width: float


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
    beyond, owner = [], []
    for number, line in enumerate(made):
        towards = (line[1] - line[0]) / np.linalg.norm(line[1] - line[0])
        for end, out in ((line[0], -towards), (line[1], towards)):
            far = np.linspace(*BEYOND, 8)[:, None] * 2 * half[0]
            beyond.append(end + far * out)
            owner.append(number)
    return Model(
        np.unique(made[axes == 0, 0, 0]),
        np.unique(made[axes == 1, 0, 1]),
        made,
        samples,
        np.array(beyond),
        np.array(owner),
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
