"""Text as a mask to be laid over pictures, in the font of the report on paper.

Belongs here: which letters can be drawn, one line of them as pixels. Does not belong here: where it goes (marks.py),
what it says (captions.py).
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_FONT = "DejaVuSans-Bold.ttf"
#: Joins the parts of a caption.
BETWEEN = " · "
_CUT_OFF = "…"


def can_draw(text: str) -> bool:
    """Has the font all letters of a text, and are they set from left to right, each by itself?

    >>> can_draw("Łukasz Ђорђевић"), can_draw("大谷"), can_draw("محمد"), can_draw("क्ष")
    (True, False, False, False)
    """
    return all(
        ord(letter) in _letters()
        and unicodedata.bidirectional(letter) not in ("R", "AL")
        and unicodedata.category(letter) not in ("Cc", "Cf", "Zl", "Zp", "Mn", "Mc")
        for letter in unicodedata.normalize("NFC", text)
    )


def mask_of(parts: list[str], size_px: int, most_px: int) -> np.ndarray | None:
    """A caption as (h, w) uint8, 255 where a letter is; None where nothing of it can be drawn.

    Args:
        parts: What it says. A part with a letter that cannot be drawn is left out: a name in boxes tells nobody
            anything, and the lists of clips have it.
        size_px: Height of the font, px.
        most_px: Most width; what is longer is cut off.
    """
    from PIL import Image, ImageDraw

    kept = [text for part in parts if (text := " ".join(part.split())) and can_draw(text)]
    text = unicodedata.normalize("NFC", BETWEEN.join(kept))
    if not text:
        return None
    font = _font(size_px)
    if font.getlength(text) > most_px:
        while text and font.getlength(text + _CUT_OFF) > most_px:
            text = text[:-1]
        text = text.rstrip() + _CUT_OFF
    left, _, right, _ = font.getbbox(text)
    ascent, descent = font.getmetrics()
    image = Image.new("L", (int(right - min(left, 0)) + 1, ascent + descent), 0)
    ImageDraw.Draw(image).text((-min(left, 0), 0), text, font=font, fill=255)
    return np.asarray(image)


@cache
def _font(size_px: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(_file()), size_px, layout_engine=ImageFont.Layout.BASIC)


def _file() -> Path:
    """DejaVu, from matplotlib's files, which need no import of it."""
    found = find_spec("matplotlib")
    assert found and found.origin
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / _FONT


@cache
def _letters() -> frozenset[int]:
    """The letters that the font has."""
    from reportlab.pdfbase.ttfonts import TTFontFile

    return frozenset(TTFontFile(str(_file())).charToGlyph)
