"""The PDF's type: paragraphs, tables, pictures and small drawings in one set of styles.

Belongs here: styles, fonts, drawings. Does not belong here: which sections a report has (pdf.py).

Text is what users wrote until proven otherwise: all of it goes through `Layout.text`, which escapes the layout's own
markup, drops control characters and shortens what no page could hold.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from gametape.play.pictures import CourtMap
from gametape.report.history import SPARK_HEIGHT, SPARK_WIDTH, Compared
from gametape.report.words import Words

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing
    from reportlab.platypus import Flowable

MOST_LETTERS = 1200
"""Of a text; no page could hold a longer one."""
UNKNOWN_LETTER = "\u25a1"
"""Set in the place of a letter that the fonts lack."""
FONTS = {"Sans": "DejaVuSans.ttf", "Sans-Bold": "DejaVuSans-Bold.ttf"}
INK, SOFT, LINE, WASH = "#14181d", "#55606c", "#c9cfd6", "#f1f3f6"
COLOURS = {
    "high": "#b3261e",
    "medium": "#8a5a00",
    "low": "#4a5a6a",
    "hint": SOFT,
    "met": "#1b6e3a",
    "missed": "#b3261e",
    "unknown": SOFT,
    "better": "#1b6e3a",
    "worse": "#b3261e",
    "same": SOFT,
}
SPARK_MM = 40
COURT_MM = (60, 84)
"""The most that the court's drawing takes, across and up."""
COURT_MARGIN = 1.25
"""Half of what is drawn of a court, over half of the court itself."""
GROUND_MARGIN = 0.05
"""What is drawn around ground without lines, as a share of its longer side."""
MOST_SQUARES = 100
"""Squares of a metre along a side."""


class Layout:
    """Paragraphs, tables and pictures in the report's type. `letters_missing`: did a text need a letter that the fonts
    lack?
    """

    def __init__(self) -> None:
        from reportlab.lib.colors import HexColor
        from reportlab.lib.styles import ParagraphStyle

        self.letters_missing = False
        self._letters = _fonts()

        def style(size: float, colour: str = INK, font: str = "Sans", **more: float) -> ParagraphStyle:
            return ParagraphStyle(
                f"{font}{size}", fontName=font, fontSize=size, leading=1.35 * size, textColor=HexColor(colour), **more
            )

        self._styles = {
            "title": style(18, font="Sans-Bold", spaceAfter=3),
            "heading": style(12.5, font="Sans-Bold", spaceBefore=12, spaceAfter=4, keepWithNext=1),
            "finding": style(11, font="Sans-Bold"),
            "figure": style(13, font="Sans-Bold"),
            "strong": style(9, font="Sans-Bold"),
            "label": style(7.5, SOFT, "Sans-Bold", spaceBefore=3, keepWithNext=1),
            "tag": style(8, font="Sans-Bold"),
            "body": style(9, spaceAfter=2),
            "item": style(8.5, leftIndent=10, firstLineIndent=-10),
            "soft": style(8, SOFT, spaceAfter=2),
            "intro": style(8, SOFT, spaceAfter=2, keepWithNext=1),
            "small": style(7, SOFT),
        }

    def plain(self, text: object) -> str:
        """`text` on one line, in letters that the fonts have."""
        shown = str(text)
        if len(shown) > MOST_LETTERS:
            shown = shown[: MOST_LETTERS - 1] + "…"
        return "".join(map(self._letter, shown))

    def text(self, text: object) -> str:
        """`text` with the layout's markup escaped."""
        return escape(self.plain(text))

    def _letter(self, letter: str) -> str:
        kind = unicodedata.category(letter)
        if kind in ("Cc", "Zl", "Zp"):
            return " "
        if kind == "Cf":  # marks that turn the direction of what follows, joiners
            return ""
        if ord(letter) in self._letters and unicodedata.bidirectional(letter) not in ("R", "AL"):
            return letter
        self.letters_missing = True
        return UNKNOWN_LETTER

    def paragraph(self, text: object, style: str = "body", colour: str | None = None) -> Flowable:
        from reportlab.platypus import Paragraph

        escaped = self.text(text)
        marked = f'<font color="{colour}">{escaped}</font>' if colour else escaped
        return Paragraph(marked, self._styles[style])

    def heading(self, text: str) -> Flowable:
        return self.paragraph(text, "heading")

    def bullets(self, title: str, items: Sequence[str]) -> list[Flowable]:
        return (
            [self.paragraph(title, "label"), *(self.paragraph(f"• {item}", "item") for item in items)] if items else []
        )

    def gap(self, high: float) -> Flowable:
        from reportlab.lib.units import mm
        from reportlab.platypus import Spacer

        return Spacer(1, high * mm)

    def picture(self, jpeg: bytes, wide: float) -> Flowable:
        """A JPEG `wide` mm wide, or as high as that when it stands upright."""
        from reportlab.lib.units import mm
        from reportlab.platypus import Image

        return Image(BytesIO(jpeg), wide * mm, wide * mm, kind="proportional", hAlign="LEFT")

    def table(
        self, rows: list[list], widths: Sequence[float], *, boxed: bool = False, ruled: bool = False, heads: int = 0
    ) -> Flowable:
        """Rows of paragraphs; widths in mm. A row that is higher than a page goes on overleaf.

        The first `heads` rows stand above each page's part, and never alone at a page's end.
        """
        from reportlab.lib.colors import HexColor
        from reportlab.lib.units import mm
        from reportlab.platypus import Table

        looks = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 5 if boxed else 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 5),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
        if boxed:
            looks += [("BACKGROUND", (0, 0), (-1, -1), HexColor(WASH))]
        if ruled:
            looks += [("LINEABOVE", (0, 0), (-1, -1), 0.5, HexColor(LINE))]
        return Table(rows, [w * mm for w in widths], style=looks, hAlign="LEFT", splitInRow=1, repeatRows=heads)


def sparkline(one: Compared) -> Drawing:
    """A metric over the films as a small chart; this film's point is the larger one."""
    from reportlab.graphics.shapes import Circle, Drawing, PolyLine
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm

    scale = SPARK_MM * mm / SPARK_WIDTH
    drawing = Drawing(SPARK_MM * mm, SPARK_HEIGHT * scale)
    ink = HexColor(INK)
    for run in one.line:
        places = [tuple(map(float, place.split(","))) for place in run.split()]
        flat = [part for x, y in places for part in (x * scale, (SPARK_HEIGHT - y) * scale)]
        drawing.add(PolyLine(flat, strokeColor=ink, strokeWidth=0.8))
    for point in one.points:
        if point.x is not None:
            r = 1.6 if point is one.points[-1] else 0.9
            drawing.add(Circle(point.x * scale, (SPARK_HEIGHT - point.y) * scale, r, fillColor=ink, strokeWidth=0))
    return drawing


def court_drawing(court: CourtMap) -> Drawing:
    """The court from above, the near end below, with where the ball landed and the bands that hold it.

    Ground without lines has squares of 1 m and the ways of the shots instead.
    """
    from reportlab.graphics.shapes import Circle, Drawing, Ellipse, Group, Line, PolyLine
    from reportlab.lib.colors import Color, HexColor
    from reportlab.lib.units import mm

    left, right, low, high = _court_bounds(court)
    scale = min(COURT_MM[0] * mm / (right - left), COURT_MM[1] * mm / (high - low))
    drawing = Drawing((right - left) * scale, (high - low) * scale)
    place = Group(transform=(scale, 0, 0, scale, -left * scale, -low * scale))
    soft, band, ball = HexColor(SOFT), Color(0.1, 0.45, 0.25, 0.25), Color(0.66, 0.38, 0, 0.5)
    thin = 0.6 / scale
    if has_grid(court):
        for x in range(math.ceil(left), math.floor(right) + 1):
            place.add(Line(x, low, x, high, strokeColor=HexColor(LINE), strokeWidth=thin / 2))
        for y in range(math.ceil(low), math.floor(high) + 1):
            place.add(Line(left, y, right, y, strokeColor=HexColor(LINE), strokeWidth=thin / 2))
        for path in court.paths:
            flat = [part for point in path.points for part in point]
            place.add(PolyLine(flat, strokeColor=ball, strokeWidth=thin))
    for points in court.lines:
        place.add(PolyLine([part for point in points for part in point], strokeColor=soft, strokeWidth=thin))
    for x, y, r in court.circles:
        place.add(Circle(x, y, r, fillColor=None, strokeColor=soft, strokeWidth=thin))
    if court.net is not None:
        place.add(Line(-court.net, 0, court.net, 0, strokeColor=HexColor(INK), strokeWidth=2 * thin))
    for one in court.bounces:
        if not (left <= one.x <= right and low <= one.y <= high):
            continue
        turned = Group(transform=_turn(one.angle, one.x, one.y))
        turned.add(Ellipse(0, 0, one.major, one.minor, fillColor=band, strokeColor=None))
        place.add(turned)
        place.add(Circle(one.x, one.y, 1.6 * thin, fillColor=HexColor(COLOURS["met"]), strokeColor=None))
    drawing.add(place)
    return drawing


def has_grid(court: CourtMap) -> bool:
    """Has the drawing squares of a metre in the place of lines? Not where they would be too many to be seen."""
    left, right, low, high = _court_bounds(court)
    return not court.lines and max(right - left, high - low) <= MOST_SQUARES


def _court_bounds(court: CourtMap) -> tuple[float, float, float, float]:
    """Left, right, low and high end of what is drawn, m."""
    if court.lines:
        wide, high = (COURT_MARGIN * half for half in court.extent)
        return -wide, wide, -high, high
    points = [(one.x, one.y) for one in court.bounces] + [point for path in court.paths for point in path.points]
    across, along = zip(*points, strict=True)
    margin = GROUND_MARGIN * max(max(across) - min(across), max(along) - min(along), 1.0)
    return min(across) - margin, max(across) + margin, min(along) - margin, max(along) + margin


def _turn(degrees: float, x: float, y: float) -> tuple[float, ...]:
    """The transform that turns about the origin and then moves it to (x, y)."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return cosine, sine, -sine, cosine, x, y


@cache
def _fonts() -> frozenset[int]:
    """Register the fonts (DejaVu, from matplotlib's files, which need no import of it); the letters that both have."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"
    fonts = [TTFont(name, str(folder / file)) for name, file in FONTS.items()]
    for font in fonts:
        registerFont(font)
    return frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts))


def numbered_canvas(title: str, say: Words) -> type:
    """A canvas that writes the title and "page n of m" at each page's foot; m is known only at the end."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict] = []

        def showPage(self) -> None:
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._kept, 1):
                self.__dict__.update(page)
                self.setFont("Sans", 7)
                self.setFillColor(HexColor(SOFT))
                self.drawString(15 * mm, 9 * mm, title)
                self.drawRightString(195 * mm, 9 * mm, say("paper.page", number=number, of=len(self._kept)))
                super().showPage()
            super().save()

    return Numbered
