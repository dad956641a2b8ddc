"""A look at how red the pictures are, where no ball is seen in how bright they are.

Belongs here: pictures of colour, and what the network tells of them. Does not belong here: where no ball was seen
(`gametape.ball.lost`).

Only a ball that is red where it was seen is looked for so. A red ball over grass is about as bright as the grass, and
the network looks at brightness alone. It has never seen a picture of colour, but a small round thing that flies looks
the same in it. One window tells of each picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.camera import Move
from gametape.ball.network.again import Cut, Windows, together
from gametape.ball.network.model import TOLD

if TYPE_CHECKING:
    from gametape.media.film import Film
    from gametape.networks.runtime import Runtime

GAIN = 3.0
"""Levels of the picture per level of the red difference (Cr of ITU-R BT.601): differences of colour are small."""
MIDDLE = 110
"""The level of what is gray."""
NEAR, AROUND = 2, 8
"""Reach of a ball and of what is around it, px."""
REDDER = 18
"""A red ball is redder than what is around it by this, levels. Of ten looks at one of 4 px over grass
and a pitch seven differ by 42 or more; what was taken for one in a green hall, by 6 at most."""
UNUSUAL = 1.5
"""Taken from the log odds: the network has not learnt what else is red. Without it 11 walkers in red are balls in 795
frames of a street, with it none; in a delivery of 37 looks the ball stays as likely as 0.7 to 0.9."""
LOOKS = 16
"""Pictures of the ball by which it is told whether it is red."""
RED, REDDER_BALL = 45, 9
"""A red ball is redder than gray by the one, levels, and than what is around it by the other, in most looks. Measured
medians: a red one over a brown pitch 62 and 14, an orange one in a room 71 and 52; white and yellow ones in 18 films,
skin and clay around them, 31 at most."""
BLOCK = 120
"""Pictures that are looked at together, so that memory does not grow with the film."""


def look_in_colour(
    film: Film,
    span: tuple[int, int],
    runtime: Runtime,
    size: tuple[int, int],
    moves: Mapping[int, Move | None],
    shot: tuple[int, int],
    every: int,
) -> Iterator[tuple[int, np.ndarray]]:
    """What the network tells of how red the frames of a span are, from its first to its last; others as `look_again`.

    Yields:
        Each frame that shows a new picture, and (n, 3) x and y in source px, and probability.
    """
    scale = np.array([film.width / size[0], film.height / size[1], 1])
    block = BLOCK * every
    for first in range(span[0], span[1] + 1, block):
        last = min(first + block - 1, span[1])
        hop = TOLD * every
        begins = [begin + phase for begin in range(first, last + 1, hop) for phase in range(every)]
        windows = Windows(begins, every, shot)
        pictures = {one.index: red(one.image) for one in film.frames(*windows.span, size=size)}
        views = [int(np.clip(begin + hop // 2, *shot)) for begin in begins]
        cut = Cut(pictures, moves, views, [(0, size[0]), (0, size[1])])
        for frame, ones in windows.answers(film.repeats, runtime, cut, (first, last)).items():
            yield frame, red_ones(together(ones, -UNUSUAL), pictures[frame]) * scale


def is_red(film: Film, places: np.ndarray, size: tuple[int, int]) -> bool:
    """Is the ball red where it was seen? A ball does not change its colour.

    Args:
        film: The film.
        places: (n, 2) source px, where the ball is in each frame; NaN where it is not seen.
        size: Width and height of the pictures to look at, px.
    """
    seen = np.flatnonzero(np.isfinite(places).all(axis=1))
    scale = np.array([film.width / size[0], film.height / size[1]])
    levels = []
    for at in seen[np.unique(np.linspace(0, len(seen) - 1, LOOKS).astype(int))].tolist() if len(seen) else []:
        (picture,) = (red(one.image) for one in film.frames(at, at + 1, size=size))
        x, y = places[at] / scale
        levels.append((_around(picture, x, y, NEAR).max(), np.median(_around(picture, x, y, AROUND))))
    if not levels:
        return False
    ball, ground = np.array(levels, float).T
    return bool(np.median(ball) >= MIDDLE + RED and np.median(ball - ground) >= REDDER_BALL)


def red(picture: np.ndarray) -> np.ndarray:
    """How red a picture (h, w, 3) RGB uint8 is: (h, w) uint8, `MIDDLE` where it is gray."""
    import cv2

    return cv2.transform(picture, np.array([[0.5 * GAIN, -0.419 * GAIN, -0.081 * GAIN, MIDDLE]]))


def red_ones(places: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Of places (n, 3) in a picture of `red` those that are redder than what is around them."""
    kept = [
        _around(picture, x, y, NEAR).max() - np.median(_around(picture, x, y, AROUND)) >= REDDER
        for x, y in places[:, :2]
    ]
    return places[np.array(kept, bool)]


def _around(picture: np.ndarray, x: float, y: float, reach: int) -> np.ndarray:
    height, width = picture.shape
    row, column = min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)
    return picture[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
