"""Glyphs: digits and letters in many styles, drawn from strokes of ours.

Belongs here: the shape of a character. Does not belong here: its colours, or the shirt it is on (`shirts`).

A character is a few lines in a unit box (x to the right, y down). A style is how its corners are cut or rounded, the
brush that follows the lines, how wide, slanted and seriffed it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

Line = list[tuple[float, float]]

TALL = 72
"""Height of a drawn character, px."""
STYLES = 160
"""Styles that are drawn; each is used many times."""


@dataclass(frozen=True)
class Style:
    """How characters are drawn.

    Attributes:
        round: Whether bowls are ellipses, rather than cut corners.
        cut: How much of a corner is cut, 0..0.4 of the height.
        wide: Width of a character by its height.
        across: Width of upright strokes, and `along` of level ones, by the height.
        along: See `across`.
        brush: rect, octagon or ellipse.
        serifs: Whether strokes end in a bar.
        slant: Shear, 0 is upright.
        variant: Chooses between forms of 1, 2, 3, 4, 6, 7, 9.
        font: Name of a font of OpenCV that is used instead, or None.
    """

    round: bool
    cut: float
    wide: float
    across: float
    along: float
    brush: str
    serifs: bool
    slant: float
    variant: int
    font: str | None = None


@cache
def style_of(number: int) -> Style:
    """Style `number` of STYLES; the same at any time."""
    random = np.random.default_rng((71, number))
    wide = float(random.uniform(0.48, 0.85))
    across = float(np.exp(random.uniform(np.log(0.09), np.log(0.36 * wide))))
    return Style(
        round=bool(random.random() < 0.4),
        cut=float(random.uniform(0.0, 0.3)),
        wide=wide,
        across=across,
        along=float(np.clip(across * random.uniform(0.6, 1.1), 0.07, 0.21)),
        brush=str(random.choice(["rect", "octagon", "ellipse"], p=[0.4, 0.3, 0.3])),
        serifs=bool(random.random() < 0.3),
        slant=float(random.choice([0.0, random.uniform(-0.12, 0.25)], p=[0.7, 0.3])),
        variant=int(random.integers(16)),
        font=str(random.choice(["simplex", "duplex", "complex", "triplex"])) if random.random() < 0.1 else None,
    )


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, stop: float) -> Line:
    """Part of an ellipse, degrees, 0 is right and 90 down."""
    angles = np.radians(np.linspace(start, stop, max(4, int(abs(stop - start) / 15))))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


def _loop(style: Style, top: float, bottom: float, left: float = 0.0, right: float = 1.0) -> Line:
    if style.round:
        return _arc((left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2, 0, 360)
    y = min(style.cut, (bottom - top) / 2)
    x = min(style.cut * 1.4, (right - left) / 2)
    return [
        (left + x, top), (right - x, top), (right, top + y), (right, bottom - y), (right - x, bottom),
        (left + x, bottom), (left, bottom - y), (left, top + y), (left + x, top),
    ]  # fmt: skip


def _bowl(style: Style, top: float, bottom: float, left: float = 0.0) -> Line:
    """An arch that is open to the left: from (left, top) to the right and back to (left, bottom)."""
    if style.round:
        ry = (bottom - top) / 2
        return [
            (left, top),
            *_arc(max(left, 1 - ry * 1.4), top + ry, min(1 - left, ry * 1.4), ry, -90, 90),
            (left, bottom),
        ]
    y = min(style.cut, (bottom - top) / 2)
    x = min(1.4 * style.cut, 1 - left)
    return [(left, top), (1 - x, top), (1, top + y), (1, bottom - y), (1 - x, bottom), (left, bottom)]


def _turned(lines: list[Line]) -> list[Line]:
    return [[(1 - x, 1 - y) for x, y in line] for line in lines]


def _six(style: Style) -> list[Line]:
    form = style.variant % 4
    if form == 0:  # a straight back over a loop
        return [_loop(style, 0.4, 1), [(0.02, 0.62), (0.62, 0)]]
    hook = 0.22 if style.variant % 2 else 0.3
    if style.round:
        back = _arc(0.5, 0.5, 0.5, 0.5, 180, 330 if form == 1 else 290)
        return [_loop(style, 0.42, 1), [(0, 0.72), *back]]
    y, x = style.cut, min(1.4 * style.cut, 0.5)
    return [
        [(1, hook), (1, y), (1 - x, 0), (x, 0), (0, y), (0, 0.7)],
        _loop(style, 0.42, 1),
        [(0, 0.45), (0.3, 0.42)] if style.cut < 0.1 else [],
    ]


def _digit(style: Style, digit: int) -> list[Line]:
    v, y, x = style.variant, style.cut, min(1.4 * style.cut, 0.5)
    middle = 0.46 + 0.02 * (v % 4)
    if digit == 0:
        return [_loop(style, 0, 1)]
    if digit == 1:
        stem = [(0.5, 0.0), (0.5, 1.0)]
        flag = [[], [(0.5, 0), (0.18, 0.2)], [(0.5, 0.0), (0.2, 0.0)], [(0.5, 0.02), (0.1, 0.28)]][v % 4]
        foot = [(0.12, 1.0), (0.88, 1.0)] if style.serifs or v % 3 == 0 else []
        return [stem, flag, foot]
    if digit == 2:
        if style.round or v % 3:
            top = (
                _arc(0.5, 0.29, 0.5, 0.29, 190, 380)
                if style.round
                else [(0, 0.27), (0, y), (x, 0), (1 - x, 0), (1, y), (1, 0.38)]
            )
            return [[*top, (0.0, 0.97), (0, 1)], [(0, 1), (1, 1)]]
        return [
            [
                (0, 0.25),
                (0, y),
                (x, 0),
                (1 - x, 0),
                (1, y),
                (1, middle - y),
                (1 - x, middle),
                (x, middle),
                (0, middle + y),
                (0, 1),
                (1, 1),
            ]
        ]
    if digit == 3:
        if v % 5 == 0:
            return [[(0.02, 0), (0.95, 0), (0.45, 0.4)], [*_arc(0.48, 0.69, 0.5, 0.31, -90, 160)]]
        if style.round:
            return [_arc(0.48, 0.25, 0.44, 0.25, 200, 450), _arc(0.48, 0.74, 0.52, 0.26, -90, 160)]
        half = [(0, 0.24), (0, y), (x, 0), (1 - x, 0), (1, y), (1, max(y, middle - 0.6 * y)), (0.86, middle)]
        return [
            half,
            [(0.35, middle), (0.86, middle)],
            [(0.86, middle), (1, min(1 - y, middle + 0.6 * y)), (1, 1 - y), (1 - x, 1), (x, 1), (0, 1 - y), (0, 0.76)],
        ]
    if digit == 4:
        if v % 4 == 0:
            return [[(0.05, 0), (0, 0.6), (1, 0.6)], [(0.78, 0.0 if v % 8 else 0.3), (0.78, 1)]]
        foot = [(0.45, 1), (1.0, 1)] if style.serifs and v % 2 else []
        return [[(0.72, 1), (0.72, 0), (0, 0.64), (0, 0.7), (1, 0.7)], foot]
    if digit == 5:
        top = [(0.92, 0), (0.06, 0), (0.0 if v % 2 else 0.04, 0.44)]
        if style.round:
            return [top, _arc(0.46, 0.7, 0.54, 0.3, -135, 160)]
        return [[*top, (1 - x, 0.42), (1, 0.42 + y), (1, 1 - y), (1 - x, 1), (x, 1), (0, 1 - y), (0, 0.76)]]
    if digit == 6:
        return _six(style)
    if digit == 7:
        lead = [(0, 0.2), (0, 0)] if style.serifs or v % 4 == 0 else []
        fall = [(1, 0), (0.38, 1)] if v % 2 else [(1, 0), (1, 0.16), (0.5, 0.6), (0.42, 1)]
        return [lead, [(0, 0), *fall]]
    if digit == 8:
        return [_loop(style, 0, middle, 0.06, 0.94), _loop(style, middle, 1)]
    return _turned(_six(style))


def _letter(style: Style, letter: str) -> list[Line]:
    loop, left = _loop(style, 0, 1), [(0.0, 0.0), (0.0, 1.0)]
    shapes: dict[str, list[Line]] = {
        "A": [[(0, 1), (0.5, 0), (1, 1)], [(0.2, 0.65), (0.8, 0.65)]],
        "B": [left, _bowl(style, 0, 0.48), _bowl(style, 0.48, 1)],
        "C": [_arc(0.5, 0.5, 0.5, 0.5, 40, 320)],
        "D": [left, _bowl(style, 0, 1)],
        "E": [left, [(0, 0), (1, 0)], [(0, 0.5), (0.8, 0.5)], [(0, 1), (1, 1)]],
        "F": [left, [(0, 0), (1, 0)], [(0, 0.5), (0.8, 0.5)]],
        "G": [_arc(0.5, 0.5, 0.5, 0.5, 20, 320), [(0.55, 0.55), (1, 0.55), (1, 0.8)]],
        "H": [left, [(1, 0), (1, 1)], [(0, 0.5), (1, 0.5)]],
        "I": [[(0.5, 0), (0.5, 1)]],
        "J": [[(0.8, 0), (0.8, 0.75), (0.6, 1), (0.2, 1), (0, 0.75)]],
        "K": [left, [(1, 0), (0, 0.55)], [(0.3, 0.4), (1, 1)]],
        "L": [left, [(0, 1), (1, 1)]],
        "M": [[(0, 1), (0, 0), (0.5, 0.6), (1, 0), (1, 1)]],
        "N": [[(0, 1), (0, 0), (1, 1), (1, 0)]],
        "O": [loop],
        "P": [left, _bowl(style, 0, 0.52)],
        "Q": [loop, [(0.6, 0.7), (1, 1)]],
        "R": [left, _bowl(style, 0, 0.5), [(0.4, 0.5), (1, 1)]],
        "S": [[*_arc(0.5, 0.26, 0.5, 0.26, 330, 90), *_arc(0.5, 0.75, 0.5, 0.25, -90, 160)]],
        "T": [[(0, 0), (1, 0)], [(0.5, 0), (0.5, 1)]],
        "U": [[(0, 0), (0, 0.75), (0.25, 1), (0.75, 1), (1, 0.75), (1, 0)]],
        "V": [[(0, 0), (0.5, 1), (1, 0)]],
        "W": [[(0, 0), (0.25, 1), (0.5, 0.4), (0.75, 1), (1, 0)]],
        "X": [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],
        "Y": [[(0, 0), (0.5, 0.5), (1, 0)], [(0.5, 0.5), (0.5, 1)]],
        "Z": [[(0, 0), (1, 0), (0, 1), (1, 1)]],
    }
    return shapes[letter]


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@cache
def glyph(number: int, character: str) -> np.ndarray:
    """A character in style `number`, (TALL, width) float32, 1 where the stroke is; it touches all four sides."""
    import cv2

    style = style_of(number)
    scale = 2
    high = TALL * scale
    if style.font:
        picture = _of_opencv(style, character)
    else:
        width = high * style.wide
        across, along = max(3, round(style.across * high)), max(3, round(style.along * high))
        inner = np.array([max(width - across, 2.0), high - along])
        lines = _digit(style, int(character)) if character.isdigit() else _letter(style, character)
        if style.serifs and character in "1235":
            lines = [*lines, *_serifs(lines)]
        picture = np.zeros((2 * high, 3 * high), np.uint8)
        for line in lines:
            if line:
                points = np.array(line) * inner
                points[:, 0] += (points[:, 1] - high / 2) * -style.slant
                cv2.polylines(
                    picture, [np.round(points + np.array([high, high / 2])).astype(np.int32)], False, 255, 1, cv2.LINE_8
                )
        picture = cv2.dilate(picture, _brush(style.brush, across, along))
    ys, xs = np.nonzero(picture)
    tight = picture[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    width = max(2, round(tight.shape[1] * TALL / tight.shape[0]))
    return cv2.resize(tight, (width, TALL), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _serifs(lines: list[Line]) -> list[Line]:
    """Short bars across the free ends of the lines."""
    bars: list[Line] = []
    for line in lines:
        for (x, y), (bx, by) in ((line[0], line[1]), (line[-1], line[-2])) if len(line) > 1 else ():
            if abs(bx - x) < abs(by - y):
                bars.append([(x - 0.14, y), (x + 0.14, y)])
    return bars


def _brush(kind: str, across: int, along: int) -> np.ndarray:
    import cv2

    if kind == "ellipse":
        return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, along))
    brush = np.ones((along, across), np.uint8)
    if kind == "octagon":
        y, x = np.mgrid[:along, :across]
        off = np.abs(x - (across - 1) / 2) / across + np.abs(y - (along - 1) / 2) / along
        brush[off > 0.72] = 0
    return brush


def _of_opencv(style: Style, character: str) -> np.ndarray:
    """The character in one of the Hershey fonts of OpenCV."""
    import cv2

    font = getattr(cv2, f"FONT_HERSHEY_{(style.font or '').upper()}")
    picture = np.zeros((2 * TALL * 2, 2 * TALL * 2), np.uint8)
    cv2.putText(picture, character, (TALL, 3 * TALL), font, 5.0, 255, max(4, round(style.across * 110)), cv2.LINE_8)
    return picture


def word(number: int, text: str, gap: float = 0.12) -> np.ndarray:
    """A row of characters in style `number`, (TALL, width) float32; `gap` between them by the height."""
    space = np.zeros((TALL, max(1, round(gap * TALL))), np.float32)
    parts: list[np.ndarray] = []
    for character in text:
        parts += [glyph(number, character), space]
    return np.concatenate(parts[:-1], axis=1)
