"""Samples: pictures of shirts with what is to be read on them.

Belongs here: which kinds there are, how often, and what counts as readable. Does not belong here: how they are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.numbers.network import CELLS, SIDE
from gametape.training.numbers.bodies import Bodies, K, Scene, background, lettered
from gametape.training.numbers.recording import recorded
from gametape.training.numbers.shirts import Shirt, any_colour, other_colour, shirt

READABLE, HIDDEN = 0.72, 0.5
"""Share of each digit that is visible: from the first a number is told, below the second it is unreadable."""
TURNED, AWAY = 0.36, 0.22
"""The same for the cosine of the angle from which a digit is seen."""
LEAST_PX = 5.0
"""Digits less high in the film are unreadable."""
TIMES = 3
"""Recordings of a scene."""
KINDS = {"number": 0.72, "hidden": 0.1, "none": 0.07, "letters": 0.06, "stripes": 0.03, "empty": 0.02}
"""Share of each kind of sample."""

Random = np.random.Generator


@dataclass(frozen=True)
class Sample:
    """A picture and its truth.

    Attributes:
        picture: (SIDE, SIDE, 3) uint8 BGR.
        number: What is to be read, "" for unreadable.
        cells: (2,) cell of the map in which tens and units are, -1 where there is none.
        height: Height of the digits as a share of the picture, 0 where there are none.
    """

    picture: np.ndarray
    number: str
    cells: tuple[int, int]
    height: float


class Samples:
    """Makes samples, one after the other; `hard` 0..1 is how hard they are to read, 1 as in films."""

    def __init__(self, hard: float = 1.0) -> None:
        self.bodies, self.hard = Bodies(), hard

    def some(self, random: Random, kind: str | None = None, number: str | None = None) -> list[Sample]:
        """Samples of one scene of a kind of KINDS, or of any: drawing costs more than recording it twice.

        `number`: what is on the shirt, where the kind has a number.
        """
        while True:
            made = self._try(random, kind or str(random.choice(list(KINDS), p=list(KINDS.values()))), number)
            if made:
                return made

    def _try(self, random: Random, kind: str, number: str | None) -> list[Sample]:
        """Samples; none where it would be doubtful what is to be read."""
        import cv2

        if kind == "empty":
            picture = background(random)
            if random.random() < 0.5:
                board = any_colour(random)
                picture[:] = board
                lettered(
                    random,
                    picture,
                    random.uniform(-K / 2, K * 0.8),
                    random.uniform(0.3, 1.4) * K,
                    other_colour(random, board),
                )
            seen = recorded(random, picture, int(random.integers(16, 160)), random.uniform(0.15, 0.4))
            return [Sample(cv2.resize(seen, (SIDE, SIDE), interpolation=cv2.INTER_AREA), "", (-1, -1), 0.0)]
        worn = shirt(random, "" if kind in ("number", "hidden") else kind, number)
        scene = self.bodies.scene(random, worn, hidden=kind == "hidden")
        readable = _readable(worn, scene)
        if readable is None:
            return []
        return [self._recorded(random, worn.number if readable else "", scene) for _ in range(TIMES)]

    def _recorded(self, random: Random, number: str, scene: Scene) -> Sample:
        import cv2

        share = scene.digit_px / K
        digit_px = float(np.exp(random.uniform(np.log(16.0 - 8.5 * self.hard), np.log(52.0))))
        side = int(np.clip(digit_px / share, 14, 190))
        if side * share < LEAST_PX:
            number = ""
        seen = recorded(random, scene.picture, side, share, self.hard)
        picture = cv2.resize(seen, (SIDE, SIDE), interpolation=cv2.INTER_AREA if side > SIDE else cv2.INTER_LINEAR)
        tens, units = (_cell(scene.digits[..., place]) if number else -1 for place in range(2))
        return Sample(picture, number, (tens, units), share if number else 0.0)


def _readable(worn: Shirt, scene: Scene) -> bool | None:
    """Whether the number is whole in a scene; None: doubtful."""
    if not worn.number:
        return False
    there = ~np.isnan(worn.boxes[:, 0])
    shown, turned = scene.shown[there].min(), scene.turned[there].min()
    if shown < HIDDEN or turned < AWAY:
        return False
    return None if shown < READABLE or turned < TURNED else True


def _cell(mask: np.ndarray) -> int:
    """Cell of the map in which the middle of a digit is; -1 where it is not visible."""
    weight = float(mask.sum())
    if weight < 1.0:
        return -1
    y, x = (np.arange(K) * mask.sum(1)).sum() / weight, (np.arange(K) * mask.sum(0)).sum() / weight
    return int(y * CELLS / K) * CELLS + int(x * CELLS / K)
