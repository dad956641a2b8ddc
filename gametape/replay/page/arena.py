"""The field from above, in uu: what the page and the PDF draw of it.

Belongs here: lines, goals and boost pads of the field that all standard arenas share. Does not belong here: where
things were on it.

Lengths and pad places are the game's own, in its units of 1 cm: the field is 8192 wide and 10240 long, its corners cut
at 45 degrees, the goals 1786 wide and 880 deep.
"""

from __future__ import annotations

from dataclasses import dataclass

HALF_WIDTH, HALF_LENGTH = 4096.0, 5120.0
CORNER = 1152.0
"""What the cut corners take of each side."""
GOAL_HALF_WIDTH, GOAL_DEPTH = 893.0, 880.0
THIRD = 5120.0 / 3
MARGIN = 120.0
CIRCLE = 1000.0
BIG_PADS = ((3584, 0), (3072, 4096), (3072, -4096))
"""Of the pads with 100 boost those of one half across; the others are their mirror images."""
SMALL_PADS = (
    (0, 4240), (1792, 4184), (940, 3308), (0, 2816), (3584, 2484), (1788, 2300), (2048, 1036), (0, 1024), (1024, 0),
)  # fmt: skip
"""Of the pads with 12 boost those of one quarter; the others are their mirror images."""


@dataclass(frozen=True)
class Arena:
    """What is drawn of a field.

    Attributes:
        extent: half of what is drawn, across and along, uu.
        lines: the outline first, then lines on the ground, each of (x, y) in uu.
        circle: radius of the circle in the middle, uu; 0 for none.
        big, small: places of the boost pads.
    """

    extent: tuple[float, float]
    lines: tuple[tuple[tuple[float, float], ...], ...]
    circle: float
    big: tuple[tuple[float, float], ...]
    small: tuple[tuple[float, float], ...]

    @property
    def is_standard(self) -> bool:
        """Is it the field that the standard arenas share?"""
        return bool(self.big)


def arena_for(across: float, along: float) -> Arena:
    """The field that holds everything that was within `across` and `along` of the middle, uu.

    The standard field where all lay inside it; else, for an arena of another shape, a box around what was seen. An
    arena that is smaller than the standard one cannot be told from it by that and is drawn inside the standard lines.
    """
    if across <= HALF_WIDTH + MARGIN and along <= HALF_LENGTH + GOAL_DEPTH + MARGIN:
        return _standard()
    x, y = across + MARGIN, along + MARGIN
    box = ((-x, -y), (x, -y), (x, y), (-x, y), (-x, -y))
    return Arena((x + MARGIN, y + MARGIN), (box, ((-x, 0.0), (x, 0.0))), 0.0, (), ())


def _standard() -> Arena:
    x, y, cut, goal, deep = HALF_WIDTH, HALF_LENGTH, CORNER, GOAL_HALF_WIDTH, HALF_LENGTH + GOAL_DEPTH
    right = ((goal, -deep), (goal, -y), (x - cut, -y), (x, cut - y))
    half = (*((-a, b) for a, b in reversed(right)), *right)
    outline = (*half, *((-a, -b) for a, b in half), half[0])
    mouths = tuple(((-goal, side * y), (goal, side * y)) for side in (-1, 1))
    thirds = tuple(((-x, side * THIRD), (x, side * THIRD)) for side in (-1, 1))
    lines = (outline, *mouths, ((-x, 0.0), (x, 0.0)), *thirds)
    return Arena((x + MARGIN, deep + MARGIN), lines, CIRCLE, _mirrored(BIG_PADS), _mirrored(SMALL_PADS))


def _mirrored(places: tuple[tuple[int, int], ...]) -> tuple[tuple[float, float], ...]:
    """Places and their mirror images across both middle lines, each once."""
    all_four = {(float(a * x), float(b * y)) for x, y in places for a in (-1, 1) for b in (-1, 1)}
    return tuple(sorted((x + 0.0, y + 0.0) for x, y in all_four))
