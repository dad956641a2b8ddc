"""Shirts: the cloth around a body, unrolled, with its pattern, number, name, sponsors and badges.

Belongs here: what is printed on a shirt and in which colours. Does not belong here: how the body bends it (`bodies`).

The cloth is ROUND degrees wide, the middle of the back (or of the front) in its middle, and reaches from the neck to
the hip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gametape.training.numbers.glyphs import LETTERS, STYLES, word

ROUND = 300.0
"""Degrees around the body that the cloth covers."""
WIDE, HIGH = 168, 104
"""Size of the cloth, px."""

Random = np.random.Generator
_ROWS, _COLUMNS = np.mgrid[:HIGH, :WIDE].astype(np.float32)


@dataclass
class Shirt:
    """A cloth and where its digits are.

    Attributes:
        cloth: (HIGH, WIDE, 3) uint8 BGR.
        digits: (HIGH, WIDE, 2) uint8, 255 where the tens and where the units are.
        boxes: (2, 4) left, top, right, bottom of tens and units, px of the cloth; NaN where there is none.
        number: The number, or "" where there is none.
        colour: (3,) its main colour.
        second: (3,) another colour of the team.
    """

    cloth: np.ndarray
    digits: np.ndarray
    boxes: np.ndarray
    number: str
    colour: np.ndarray
    second: np.ndarray


def any_colour(random: Random) -> np.ndarray:
    """A colour of cloth: white, black, gray, or saturated; BGR."""
    import cv2

    kind = random.random()
    if kind < 0.24:
        return np.full(3, random.uniform(190, 250)) + random.normal(0, 5, 3)
    if kind < 0.38:
        return np.full(3, random.uniform(12, 60)) + random.normal(0, 5, 3)
    if kind < 0.43:
        return np.full(3, random.uniform(60, 190)) + random.normal(0, 5, 3)
    hsv = np.array([[[random.integers(180), random.uniform(110, 255), random.uniform(50, 245)]]]).astype(np.uint8)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)[0, 0].astype(np.float64)


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    """How far two colours are, mostly in lightness, as the eye and compression keep it."""
    light = abs(float((a - b) @ (0.114, 0.587, 0.299)))
    return light + 0.25 * float(np.abs(a - b).mean())


def other_colour(random: Random, colour: np.ndarray, least: float = 60.0) -> np.ndarray:
    """A colour that stands out from `colour`."""
    for _ in range(12):
        other = any_colour(random)
        if _distance(colour, other) >= least:
            return other
    return np.full(3, 245.0) if colour.mean() < 128 else np.full(3, 20.0)


def a_number(random: Random) -> str:
    """A number as shirts have: most of two digits; "0", "00" and a leading nought are rare."""
    kind = random.random()
    if kind < 0.2:
        return str(random.integers(1, 10))
    if kind < 0.215:
        return "0"
    if kind < 0.235:
        return "00"
    if kind < 0.24:
        return f"0{random.integers(1, 10)}"
    return str(random.integers(10, 100))


def shirt(random: Random, kind: str = "", number: str | None = None) -> Shirt:
    """A shirt with `number`, or any; with `kind` "none", "letters" or "stripes" one without."""
    colour = any_colour(random)
    second = other_colour(random, colour, 25.0)
    cloth = np.empty((HIGH, WIDE, 3), np.float32)
    cloth[:] = colour
    _pattern(random, cloth, colour, second, strong=kind == "stripes")
    digits = np.zeros((HIGH, WIDE, 2), np.uint8)
    boxes = np.full((2, 4), np.nan)
    number = "" if kind else number or a_number(random)
    middle = WIDE / 2 + random.normal(0, 2.0)
    size = HIGH * random.uniform(0.27, 0.55)
    top = HIGH * random.uniform(0.17, 0.36)
    ink = _ink(random, colour, second)
    if number:
        style = int(random.integers(STYLES))
        _print_number(random, cloth, digits, boxes, number, style, (middle, top, size), ink)
    if kind == "letters":
        text = "".join(random.choice(list(LETTERS), random.integers(1, 7)))
        tall = min(size * random.uniform(0.3, 1.0), WIDE * 0.5 / len(text))
        _print(
            random,
            cloth,
            word(int(random.integers(STYLES)), text),
            middle,
            top,
            tall,
            ink,
            squeeze=random.uniform(0.6, 1),
        )
    if random.random() < 0.6:  # the name, or the team's
        text = "".join(random.choice(list(LETTERS), random.integers(3, 11)))
        tall = HIGH * random.uniform(0.05, 0.11)
        _print(
            random,
            cloth,
            word(int(random.integers(STYLES)), text),
            middle,
            max(top - tall * random.uniform(1.1, 1.9), 2),
            tall,
            ink,
            most=70,
            arched=random.random() < 0.4,
        )
    if random.random() < 0.45:  # a sponsor, a league, another name
        text = "".join(random.choice(list(LETTERS), random.integers(2, 9)))
        tall = HIGH * random.uniform(0.05, 0.13)
        below = top + (size if number else 0) + HIGH * random.uniform(0.05, 0.12)
        _print(
            random,
            cloth,
            word(int(random.integers(STYLES)), text),
            middle + random.normal(0, 6),
            below,
            tall,
            other_colour(random, colour),
            most=64,
        )
    for _ in range(random.poisson(0.7)):  # badges and makers' marks
        x, y = middle + random.uniform(-60, 60), random.uniform(2, HIGH)
        if not (abs(x - middle) < 34 and top - 4 < y < top + size + 4):
            _badge(random, cloth, (x, y), other_colour(random, colour))
    return Shirt(np.clip(cloth, 0, 255).astype(np.uint8), digits, boxes, number, colour, second)


def _ink(random: Random, colour: np.ndarray, second: np.ndarray) -> np.ndarray:
    if _distance(colour, second) > 70 and random.random() < 0.5:
        return second
    return other_colour(random, colour, 38.0 if random.random() < 0.15 else 75.0)


def _pattern(random: Random, cloth: np.ndarray, colour: np.ndarray, second: np.ndarray, strong: bool) -> None:
    """Stripes, hoops, yokes, sides, sashes, checks."""
    kind = random.integers(9) if strong or random.random() < 0.5 else 99
    mix = 1.0 if strong or random.random() < 0.6 else random.uniform(0.15, 0.6)
    ink = colour * (1 - mix) + second * mix
    y, x = _ROWS, _COLUMNS
    step = random.uniform(5, 26)
    if kind == 0:
        cloth[(x % step) < step * random.uniform(0.15, 0.6)] = ink
    elif kind in (1, 2):
        if strong or random.random() < 0.3:
            cloth[(y % step) < step * random.uniform(0.15, 0.6)] = ink
        for _ in range(random.integers(1, 4)):
            at = random.choice([random.uniform(0.66, 1.0), random.uniform(0, 0.2)]) * HIGH
            cloth[np.abs(y - at) < random.uniform(1, 6)] = ink
    elif kind == 3:
        cloth[y < HIGH * random.uniform(0.08, 0.3)] = ink
    elif kind in (4, 5):
        cloth[np.abs(x - WIDE / 2) > random.uniform(34, 56)] = ink
    elif kind == 6:
        slope = random.uniform(-1.2, 1.2)
        off = np.abs((x - WIDE / 2) + slope * (y - HIGH / 2) + random.normal(0, 12))
        cloth[off < random.uniform(4, 22)] = ink
    elif kind == 7:
        fade = np.clip((y / HIGH - random.uniform(0, 0.6)) * random.uniform(1, 5), 0, 1)[..., None]
        cloth[:] = cloth * (1 - fade) + ink * fade
    elif kind == 8:
        cloth[((x // step + y // step) % 2) < 1] = colour * 0.5 + ink * 0.5
    if random.random() < 0.25:  # mesh or print of the whole cloth
        import cv2

        small = random.normal(0, random.uniform(5, 22), (int(random.integers(4, 30)), int(random.integers(4, 40)), 1))
        cloth += cv2.resize(small.astype(np.float32), (WIDE, HIGH))[..., None]


def _print_number(
    random: Random,
    cloth: np.ndarray,
    digits: np.ndarray,
    boxes: np.ndarray,
    number: str,
    style: int,
    place: tuple[float, float, float],
    ink: np.ndarray,
) -> None:
    """Print a number with its outlines and shadow. `place`: middle, top and height, px of the cloth."""
    import cv2

    from gametape.training.numbers.glyphs import glyph

    middle, top, size = place
    height = int(size)
    parts = [glyph(style, digit) for digit in number]
    gap = max(1.0, size * random.uniform(0.03, 0.24))
    stretch = random.uniform(0.8, 1.15)  # around the body a px is 1.8 degrees, about 1 cm in the middle of the back
    widths = [max(3, round(p.shape[1] * size / p.shape[0] * stretch)) for p in parts]
    total = sum(widths) + gap * (len(parts) - 1)
    if total > 74:  # numbers end where the arms begin
        widths = [max(3, round(w * 74 / total)) for w in widths]
        gap *= 74 / total
        total = sum(widths) + gap * (len(parts) - 1)
    mask = np.zeros((HIGH, WIDE), np.float32)
    left = middle - total / 2
    for place_of, part, wide in zip((0, 1) if len(parts) == 2 else (1,), parts, widths, strict=True):
        x, y = round(left), round(top)
        drawn = cv2.resize(part, (wide, height), interpolation=cv2.INTER_AREA)[: max(0, HIGH - y)]
        mask[y : y + height, x : x + wide] = np.maximum(mask[y : y + height, x : x + wide], drawn)
        digits[y : y + height, x : x + wide, place_of] = drawn * 255
        boxes[place_of] = x, y, x + wide, y + height
        left += wide + gap
    _inked(random, cloth, mask, ink, thick=size / 24)


def _inked(random: Random, cloth: np.ndarray, mask: np.ndarray, ink: np.ndarray, thick: float) -> None:
    """Fill a mask, with up to two outlines, a shadow, or as an outline alone."""
    import cv2

    def grown(by: float) -> np.ndarray:
        side = 2 * max(1, round(by)) + 1
        return cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))

    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    part = slice(max(rows[0] - 10, 0), rows[-1] + 11), slice(max(columns[0] - 10, 0), columns[-1] + 11)
    mask, cloth = mask[part], cloth[part]

    def fill(where: np.ndarray, colour: np.ndarray) -> None:
        cloth[:] += where[..., None] * (colour - cloth)

    kind = random.random()
    rim = other_colour(random, ink, 45.0)
    by = thick * random.uniform(0.7, 2.6)
    if kind < 0.12:
        moved = np.roll(mask, (int(random.integers(-3, 4)), int(random.integers(-3, 4))), (0, 1))
        fill(cv2.dilate(moved, np.ones((2, 2), np.uint8)), rim)
    elif kind < 0.42:
        if random.random() < 0.35:
            fill(grown(by + thick * random.uniform(0.8, 1.6)), other_colour(random, rim, 45.0))
        fill(grown(by), rim)
    elif kind < 0.5:  # an outline alone, the cloth inside it
        fill(np.clip(grown(by * 0.8) - mask, 0, 1), ink)
        return
    fill(mask, ink)
    if kind > 0.93:  # a line inside the strokes
        inner = cv2.erode(mask, np.ones((3, 3), np.uint8)) - cv2.erode(mask, np.ones((5, 5), np.uint8))
        fill(np.clip(inner, 0, 1), rim)
    elif kind > 0.88:
        shade = np.linspace(random.uniform(0.6, 1.0), random.uniform(0.6, 1.0), len(mask), dtype=np.float32)
        cloth *= 1 - mask[..., None] * (1 - shade[:, None, None])


def _print(
    random: Random,
    cloth: np.ndarray,
    drawn: np.ndarray,
    middle: float,
    top: float,
    tall: float,
    ink: np.ndarray,
    most: float = 84.0,
    arched: bool = False,
    squeeze: float = 0.85,
) -> None:
    """Print a word, at most `most` px wide."""
    import cv2

    wide = drawn.shape[1] * tall / drawn.shape[0] * squeeze
    if wide > most:
        wide = most
    size = (max(2, round(wide)), max(2, round(tall)))
    drawn = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA)
    if arched:
        drawn = np.pad(drawn, ((size[1] // 2 + 1, 0), (0, 0)))
        rise = (np.linspace(-1, 1, size[0]) ** 2 - 1) * (size[1] // 2)
        rows = (np.arange(drawn.shape[0])[:, None] - rise[None]).astype(int) % drawn.shape[0]
        drawn = np.take_along_axis(drawn, rows, axis=0)
    x, y = round(middle - drawn.shape[1] / 2), round(top)
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + drawn.shape[1], WIDE), min(y + drawn.shape[0], HIGH)
    if x1 > x0 and y1 > y0:
        part = drawn[y0 - y : y1 - y, x0 - x : x1 - x, None]
        cloth[y0:y1, x0:x1] += part * (ink - cloth[y0:y1, x0:x1])


def _badge(random: Random, cloth: np.ndarray, at: tuple[float, float], ink: np.ndarray) -> None:
    import cv2

    centre = (int(at[0]), int(at[1]))
    axes = (int(random.integers(1, 7)), int(random.integers(1, 7)))
    colour: Any = tuple(float(c) for c in ink)
    if random.random() < 0.6:
        cv2.ellipse(cloth, centre, axes, random.uniform(0, 180), 0, 360, colour, -1)
    else:
        far = (centre[0] + int(random.integers(-12, 13)), centre[1] + int(random.integers(-8, 9)))
        cv2.line(cloth, centre, far, colour, int(random.integers(1, 4)))
