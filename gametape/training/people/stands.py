"""Spectators and benches: people who are not in the game, drawn as what is no player.

Belongs here: pictures of stands. Does not belong here: the ground and what is drawn on it (`grounds`), players
(`figures`).

In the stands of a real film the heads are as large as those on the ground; what tells them apart is that they sit in
rows, one behind the other, and have no legs. So the network sees rows of the same figures as its players are, cut off
at the chest.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gametape.training.people.figures import Figure

CUT = (0.2, 0.42)
"""Share of a spectator's height that the row before leaves to be seen."""
FACES = 16
"""Different spectators of a stand."""
MADE = (360, 130)
"""Width and height of a picture of a stand, px."""


def rows_of_people(random: np.random.Generator, one: Callable[[], Figure], size: tuple[int, int] = MADE) -> np.ndarray:
    """A stand full of figures, (h, w, 3) uint8 BGR: rows of heads and shoulders, gaps between them, seats.

    Args:
        random: Generator.
        one: Gives a figure.
        size: Width and height, px.
    """
    import cv2

    width, height = size
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = np.clip(random.uniform(10, 150) + random.normal(0, 15, 3), 0, 255)
    tall = float(np.exp(random.uniform(np.log(14), np.log(70))))
    step, gap, full = tall * random.uniform(*CUT), tall * random.uniform(0.28, 0.6), random.uniform(0.45, 1.0)
    seat, slope = tuple(map(float, random.uniform(20, 200, 3))), random.normal(0, 0.12)
    sitting = [_half(one(), tall * random.uniform(0.85, 1.1), random) for _ in range(FACES)]
    y = -step
    while y < height + tall:
        for x in np.arange(-random.uniform(0, gap), width, gap):
            top = int(y + slope * x + random.normal(0, 0.04 * tall))
            if random.random() > full:
                if random.random() < 0.5:
                    box = (int(x), top + int(0.2 * tall)), (int(x + 0.7 * gap), top + int(0.6 * tall))
                    cv2.rectangle(canvas, *box, seat, -1)
                continue
            _paste(canvas, *sitting[random.integers(FACES)], int(x), top)
        y += step
    return np.clip(canvas * random.uniform(0.45, 1.1), 0, 255).astype(np.uint8)


def _half(figure: Figure, tall: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The upper half of a figure: levels times opacity, (h, w, 3), and 1 - opacity, (h, w, 1)."""
    import cv2

    high = figure.box[3] - figure.box[1]
    scale = tall / max(1.0, high)
    upper = slice(0, max(2, int(figure.box[1] + 0.55 * high)))
    picture, opacity = figure.picture[upper], figure.opacity[upper]
    size = max(2, round(picture.shape[1] * scale)), max(2, round(picture.shape[0] * scale))
    picture, opacity = (cv2.resize(v, size, interpolation=cv2.INTER_AREA) for v in (picture, opacity))
    if random.random() < 0.5:
        picture, opacity = picture[:, ::-1], opacity[:, ::-1]
    a = opacity.astype(np.float32)[..., None] / 255
    return np.clip(picture * random.uniform(0.5, 1.3, 3).astype(np.float32), 0, 255) * a, 1 - a


def _paste(canvas: np.ndarray, picture: np.ndarray, rest: np.ndarray, x: int, y: int) -> None:
    """Put a figure into the picture with its upper left corner at (x, y)."""
    high, wide = rest.shape[:2]
    x0, y0 = max(0, x), max(0, y)
    part = canvas[y0 : max(0, y + high), x0 : max(0, x + wide)]
    if part.size:
        inside = slice(y0 - y, y0 - y + part.shape[0]), slice(x0 - x, x0 - x + part.shape[1])
        part[:] = (part * rest[inside] + picture[inside]).astype(np.uint8)


def dots(random: np.random.Generator, size: tuple[int, int] = MADE) -> np.ndarray:
    """A stand far away, (h, w, 3) uint8 BGR: in rows, a spot of clothes and a smaller one of skin for each person."""
    import cv2

    width, height = size
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = np.clip(random.uniform(10, 110) + random.normal(0, 10, 3), 0, 255)
    head = random.uniform(1.5, 6)
    row, seat, full = head * random.uniform(3.2, 6.5), head * random.uniform(2.6, 5.5), random.uniform(0.3, 1.0)
    dark = random.uniform(90, 250)
    for y in np.arange(0, height + row, row):
        for x in np.arange(random.uniform(-seat, 0), width, seat):
            if random.random() > full:
                continue
            at = int(x + random.normal(0, 0.1 * seat)), int(y + random.normal(0, 0.06 * row))
            axes = max(1, round(head * random.uniform(1.2, 1.9))), max(1, round(head * random.uniform(1.4, 2.2)))
            below = at[0], at[1] + round(head + axes[1])
            cv2.ellipse(canvas, below, axes, 0, 0, 360, tuple(map(float, random.uniform(0, dark, 3))), -1)
            skin = tuple(map(float, random.uniform([40, 60, 90], [160, 190, 230])))
            cv2.circle(canvas, at, max(1, round(head)), skin, -1)
    return canvas
