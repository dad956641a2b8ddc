"""The report on paper: what the page says in words and figures, with a picture of the worst moments, as a PDF.

Belongs here: its layout. Does not belong here: its words and numbers (story.py; it gets what the page gets), taking
the pictures (stills.py).

Text is what users wrote until proven otherwise: all of it goes through `_Type.text`, which escapes the layout's own
markup, drops control characters and shortens what no page could hold.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from gametape.play.pictures import CourtMap
from gametape.report.history import HIGH as HIGH_SPARK
from gametape.report.history import WIDE as WIDE_SPARK
from gametape.report.history import Compared, Comparison
from gametape.report.play import Court, Play
from gametape.report.story import Card, Day, Figure, Target, reliability
from gametape.report.strokes import Strokes
from gametape.report.words import Words

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

    from gametape.report.stills import Still

MOST_LETTERS = 1200
UNKNOWN_LETTER = "\u25a1"
FACES = {"Sans": "DejaVuSans.ttf", "Sans-Bold": "DejaVuSans-Bold.ttf"}
INK, SOFT, LINE, WASH = "#14181d", "#55606c", "#c9cfd6", "#f1f3f6"
COLOURS = {
    "high": "#b3261e",
    "medium": "#8a5a00",
    "low": "#4a5a6a",
    "met": "#1b6e3a",
    "missed": "#b3261e",
    "unknown": SOFT,
    "better": "#1b6e3a",
    "worse": "#b3261e",
    "same": SOFT,
}
MOST_RALLIES_PRINTED = 60
RALLIES_A_PARAGRAPH = 20  # MOST_LETTERS are enough for these
PADDING = 6  # points, the frame's own
WIDE = 180  # mm between the margins of an A4 page


def write_pdf(path: Path, context: Mapping[str, Any], stills: Mapping[int, Still]) -> None:
    """Write the report as A4 pages. `context` is what the page is rendered from; `stills` are by the card's place.

    The same input gives the same bytes. Letters that the font lacks, and scripts written from right to left, are set
    as boxes, and the PDF says so.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    page = _Type()
    story = [
        *_top(page, context),
        *_findings(page, context, stills),
        *_strokes(page, context),
        *_ball(page, context),
        *_then(page, context),
        *_goals(page, context),
        *_week(page, context["week"], context["t"], several=len(context["cards"]) > 1),
        *_reliability(page, context),
        *_made(page, context),
    ]
    if page.unset:
        story.insert(1, page.paragraph(f"{UNKNOWN_LETTER}: {context['t']('paper.unset')}", "small"))
    title = page.plain(context["title"])
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=15 * mm - PADDING,
        rightMargin=15 * mm - PADDING,
        topMargin=15 * mm,
        bottomMargin=17 * mm,
        title=title,
        author="gametape",
        subject=context["t"]("page.name"),
        invariant=1,  # no clock and no random id in the file
        lang=context["language"],
    )
    document.build(story, canvasmaker=_numbered(title if len(title) <= 80 else title[:79] + "…", context["t"]))


def _top(page: _Type, context: Mapping) -> list[Flowable]:
    facts, say = dict(context["facts"].told), context["t"]
    lines = [" · ".join(context["subtitle"])] if context["subtitle"] else []
    names = (say(f"film.{name}") for name in ("players", "file", "uploaded", "duration", "picture", "details"))
    lines += [f"{name}: {facts[name]}" for name in names if name in facts]
    return [
        page.paragraph(context["title"], "title"),
        page.paragraph("  |  ".join(lines), "soft"),
        *([page.paragraph(" ".join(context["summary"]))] if context["summary"] else []),
        page.gap(3),
        page.table([[_figure(page, one, say) for one in context["figures"]]], [WIDE / 5] * 5, boxed=True),
        *(page.paragraph(line, "soft") for line in filter(None, (context["notice"], *context["doubts"]))),
    ]


def _figure(page: _Type, one: Figure, say: Words) -> list[Flowable]:
    return [
        page.paragraph(one.label, "small"),
        page.paragraph(one.text(say) + one.unit_after(say), "figure"),
        page.paragraph(one.told(say), "small"),
    ]


def _findings(page: _Type, context: Mapping, stills: Mapping[int, Still]) -> list[Flowable]:
    cards, say = context["cards"], context["t"]
    told = [page.heading(f"{say('findings.title')} ({len(cards)})" if cards else say("findings.title"))]
    if not cards:
        why = f"{context['findings_reason']}." if context["findings_reason"] else say("findings.nothing_past_short")
        told.append(page.paragraph(f"{say('findings.none')} {why}"))
    for place, card in enumerate(cards):
        told += _finding(page, card, stills.get(place), say)
    if context["findings_left_out"] > 0:
        told.append(page.paragraph(say("findings.left_out", n=context["findings_left_out"]), "small"))
    return told


def _finding(page: _Type, card: Card, still: Still | None, say: Words) -> list[Flowable]:
    from reportlab.platypus import KeepTogether

    head = [
        page.paragraph(f"{card.severity_told} · {card.who}", "tag", colour=COLOURS[card.severity]),
        page.paragraph(card.title, "finding"),
        page.paragraph(f"{card.metric}: {card.measured}, {card.limit}", "soft"),
        page.paragraph(card.why),
    ]
    if card.chips:
        clock = say.clock
        spans = ", ".join(f"{clock(s.worst_s, 1)} ({clock(s.start_s, 1)}–{clock(s.end_s, 1)})" for s in card.chips)
        head.append(page.paragraph(say("findings.see_at", spans=spans), "soft"))
    if still:
        picture = [
            page.picture(still.jpeg, 72),
            page.paragraph(say("findings.picture_at", at=say.clock(still.time_s, 2)), "small"),
        ]
        head = [page.table([[head, picture]], [WIDE - 76, 76])]
    lists = [
        part
        for name, items in (("cues", card.cues), ("drills", card.drills))
        for part in page.bullets(say(f"findings.{name}"), items)
    ]
    # The head and the first of its lists stay together; the rest may go on overleaf.
    sure = page.paragraph(f"{say('findings.confidence', sure=card.confidence)}. {card.confidence_reason}", "small")
    return [KeepTogether([*head, *lists[:2]]), *lists[2:], sure, page.gap(4)]


def _strokes(page: _Type, context: Mapping) -> list[Flowable]:
    """The kinds of stroke and the medians of their form, then when each was."""
    strokes: Strokes = context["strokes"]
    if not strokes.cards:
        return []
    say: Words = context["t"]
    head = [page.paragraph(text, "small") for text in (say("strokes.kind"), say("strokes.count"), *strokes.labels)]
    rows = [
        [page.paragraph(one.kind, "strong"), *(page.paragraph(text) for text in (str(one.count), *one.values))]
        for one in strokes.usual
    ]
    wide = (WIDE - 38) / max(1, len(strokes.labels))
    when = ", ".join(f"{card.kind_told} {say.clock(card.contact_s, 1)}" for card in strokes.cards)
    return [
        page.heading(strokes.title),
        page.paragraph(f"{strokes.told} {say('strokes.usual')}:", "soft"),
        page.table([head, *rows], [23, 15, *[wide] * len(strokes.labels)], ruled=True),
        page.paragraph(when, "small"),
    ]


def _ball(page: _Type, context: Mapping) -> list[Flowable]:
    """Rallies, shots, and where the ball landed."""
    play: Play = context["play"]
    court: Court | None = context["court"]
    say: Words = context["t"]
    told: list[Flowable] = []
    if play.rallies:
        lines = [f"{one.number}: {say.clock(one.start_s)}, {one.told}" for one in play.rallies[:MOST_RALLIES_PRINTED]]
        told += [page.heading(say("rallies.title")), page.paragraph(play.rallies_told, "soft")]
        parts = (lines[at : at + RALLIES_A_PARAGRAPH] for at in range(0, len(lines), RALLIES_A_PARAGRAPH))
        told += [page.paragraph("  |  ".join(part), "small") for part in parts]
        if later := len(play.rallies) + play.rallies_left_out - len(lines):
            told.append(page.paragraph(say("rallies.left_out", n=later), "small"))
    if not (play.shots or court):
        return told
    bends = [name for name, known in (("spin", play.any_spin), ("swing", play.any_swing)) if known]
    names, widths = ("fastest", "speed", *bends), (18, 52, *(42 / len(bends) for _ in bends))
    rows = [[page.paragraph(say(f"shots.{name}"), "small") for name in names]]
    for one in play.shots:
        speed = f"{one.speed} ({one.band})" if one.band else one.speed
        swing = f"{one.swing} ({one.swing_band})" if one.swing_band else one.swing
        bent = {"spin": one.spin, "swing": swing}
        texts = (say.clock(one.time_s, 1), speed, *(bent[bend] or say("shots.unknown") for bend in bends))
        rows.append([page.paragraph(text) for text in texts])
    table = page.table(rows, widths, ruled=True) if play.shots else []
    picture = [page.court(court.map), page.paragraph(court.told, "small")] if court else []
    told += [page.heading(say("shots.title")), page.paragraph(play.shots_told, "soft")]
    told += [page.table([[table, picture]], [WIDE - 64, 64])]
    return told + [page.paragraph(line, "small") for line in play.notes]


def _then(page: _Type, context: Mapping) -> list[Flowable]:
    """This film beside the player's earlier ones."""
    then: Comparison | None = context["then"]
    if then is None:
        return []
    say: Words = context["t"]
    columns = ("metric", "before", "now", "change", "over_films")
    rows = [[page.paragraph(say(f"history.{name}"), "small") for name in columns]]
    for one in then.compared:
        state = page.paragraph(say(f"history.{one.state}"), "tag", colour=COLOURS[one.state])
        trend = [] if one.trend == "unknown" else [page.paragraph(say(f"history.{one.trend}"), "small")]
        values = (page.paragraph(text) for text in (one.before, one.now, one.change))
        rows.append([[page.paragraph(one.label), state], *values, [page.spark(one), *trend]])
    table = [page.table(rows, [46, 30, 30, 30, 44], ruled=True)] if then.compared else []
    return [
        page.heading(say("history.title")),
        page.paragraph(f"{then.told} {say('history.how')}", "soft"),
        *(table or [page.paragraph(say("history.nothing"))]),
        *page.bullets(say("history.stays_title"), then.stays),
    ]


def _goals(page: _Type, context: Mapping) -> list[Flowable]:
    targets: Sequence[Target] = context["targets"]
    if not targets:
        return []
    say: Words = context["t"]
    columns = ("goal", "wanted", "measured", "difference", "outcome")
    rows = [[page.paragraph(say(f"goals.{name}"), "small") for name in columns]]
    for one in targets:
        outcome = [page.paragraph(say(f"goals.{one.state}"), "tag", colour=COLOURS[one.state])]
        if one.reason:
            outcome.append(page.paragraph(one.reason, "small"))
        rows.append(
            [
                [page.paragraph(one.label), page.paragraph(one.who, "small")],
                *(page.paragraph(text) for text in (one.wanted, one.actual, one.difference)),
                outcome,
            ]
        )
    heading = page.heading(f"{say('goals.title')}: {context['compliance']}")
    return [heading, page.table(rows, [46, 38, 28, 28, 40], ruled=True)]


def _week(page: _Type, week: Sequence[Day], say: Words, *, several: bool) -> list[Flowable]:
    """The days with a box to tick at each activity; with several findings, which one it answers."""
    if not week:
        return []
    rows = []
    for day in week:
        steps = [
            page.paragraph(
                f"☐ {say('week.minutes', n=one.minutes)}  {one.what}"
                + (f"  ({one.serves})" if several and one.serves else ""),
                "item",
            )
            for one in day.activities
        ]
        name = [page.paragraph(day.day, "strong"), page.paragraph(say("week.minutes", n=day.minutes), "small")]
        rows.append([name, [page.paragraph(day.focus, "strong"), *steps]])
    return [page.heading(say("week.title")), page.table(rows, [26, WIDE - 26], ruled=True)]


def _reliability(page: _Type, context: Mapping) -> list[Flowable]:
    say: Words = context["t"]
    told: list[Flowable] = [page.heading(say("doubts.title"))]
    rows = [
        [
            page.paragraph(f"{group.who}: {line.label}"),
            page.paragraph(f"{line.value}{line.after}"),
            page.paragraph(line.method, "small"),
        ]
        for group, line in reliability(context["groups"])
    ]
    if rows:
        told.append(page.table(rows, [52, 24, WIDE - 76], ruled=True))
    gone = {"ball": context["no_ball"], "people": context["no_people"]}
    unknown = [f"{say(f'unknown.{name}')}: {reason}." for name, reason in gone.items() if reason]
    unknown += [
        f"{group.who}: {', '.join(line.labels)}: {line.reason}"
        for group in context["groups"]
        for line in group.unknown
        if line.reason not in gone.values()
    ]
    told += page.bullets(say("unknown.title"), unknown or [say("unknown.nothing")])
    told += page.bullets(say("film.title"), context["warnings"])
    told.append(page.paragraph(f"{say('unknown.depth_why')} {say('unknown.conventions')}", "soft"))
    return told


def _made(page: _Type, context: Mapping) -> list[Flowable]:
    say: Words = context["t"]
    by = [*context["trackers"], *context["estimators"], *(f"{name} {value}" for name, value in context["versions"])]
    told = say("made.told", video=context["video"], by=", ".join(by) or say("made.not_told"))
    return [page.gap(2), page.paragraph(told, "small")]


class _Type:
    """Paragraphs, tables and pictures in the report's type. `unset`: was there a letter that the font lacks?"""

    def __init__(self) -> None:
        from reportlab.lib.colors import HexColor
        from reportlab.lib.styles import ParagraphStyle

        self.unset = False
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
            "small": style(7, SOFT),
        }

    def plain(self, text: object) -> str:
        """`text` in letters that can be set, on one line."""
        told = str(text)
        if len(told) > MOST_LETTERS:
            told = told[: MOST_LETTERS - 1] + "…"
        return "".join(map(self._letter, told))

    def text(self, text: object) -> str:
        """`text` without meaning for the layout."""
        return escape(self.plain(text))

    def _letter(self, letter: str) -> str:
        kind = unicodedata.category(letter)
        if kind in ("Cc", "Zl", "Zp"):
            return " "
        if kind == "Cf":  # marks that turn the direction of what follows, joiners
            return ""
        if ord(letter) in self._letters and unicodedata.bidirectional(letter) not in ("R", "AL"):
            return letter
        self.unset = True
        return UNKNOWN_LETTER

    def paragraph(self, text: object, style: str = "body", colour: str | None = None) -> Flowable:
        from reportlab.platypus import Paragraph

        told = self.text(text)
        return Paragraph(f'<font color="{colour}">{told}</font>' if colour else told, self._styles[style])

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

    def spark(self, one: Compared) -> Flowable:
        """A metric over the films as a small chart, this film's point the larger."""
        from reportlab.graphics.shapes import Circle, Drawing, PolyLine
        from reportlab.lib.colors import HexColor
        from reportlab.lib.units import mm

        scale = 40 * mm / WIDE_SPARK
        drawing = Drawing(40 * mm, HIGH_SPARK * scale)
        ink = HexColor(INK)
        for run in one.line:
            places = [tuple(map(float, place.split(","))) for place in run.split()]
            flat = [part for x, y in places for part in (x * scale, (HIGH_SPARK - y) * scale)]
            drawing.add(PolyLine(flat, strokeColor=ink, strokeWidth=0.8))
        for point in one.points:
            if point.x is not None:
                r = 1.6 if point is one.points[-1] else 0.9
                drawing.add(Circle(point.x * scale, (HIGH_SPARK - point.y) * scale, r, fillColor=ink, strokeWidth=0))
        return drawing

    def court(self, court: CourtMap) -> Flowable:
        """The court from above, the near end below, with where the ball landed and the bands that hold it."""
        from reportlab.graphics.shapes import Circle, Drawing, Ellipse, Group, Line, PolyLine
        from reportlab.lib.colors import Color, HexColor
        from reportlab.lib.units import mm

        wide, high = (1.25 * half for half in court.extent)
        scale = min(30 * mm / wide, 42 * mm / high)
        drawing = Drawing(2 * wide * scale, 2 * high * scale)
        place = Group(transform=(scale, 0, 0, scale, wide * scale, high * scale))
        soft, band = HexColor(SOFT), Color(0.1, 0.45, 0.25, 0.25)
        thin = 0.6 / scale
        for points in court.lines:
            place.add(PolyLine([part for point in points for part in point], strokeColor=soft, strokeWidth=thin))
        for x, y, r in court.circles:
            place.add(Circle(x, y, r, fillColor=None, strokeColor=soft, strokeWidth=thin))
        if court.net is not None:
            place.add(Line(-court.net, 0, court.net, 0, strokeColor=HexColor(INK), strokeWidth=2 * thin))
        for one in court.bounces:
            if abs(one.x) > wide or abs(one.y) > high:
                continue
            turned = Group(transform=_turn(one.angle, one.x, one.y))
            turned.add(Ellipse(0, 0, one.major, one.minor, fillColor=band, strokeColor=None))
            place.add(turned)
            place.add(Circle(one.x, one.y, 1.6 * thin, fillColor=HexColor(COLOURS["met"]), strokeColor=None))
        drawing.add(place)
        return drawing

    def table(self, rows: list[list], widths: Sequence[float], *, boxed: bool = False, ruled: bool = False) -> Flowable:
        """Rows of paragraphs; widths in mm. A row that is higher than a page goes on overleaf."""
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
        return Table(rows, [w * mm for w in widths], style=looks, hAlign="LEFT", splitInRow=1)


def _turn(degrees: float, x: float, y: float) -> tuple[float, ...]:
    """The transform that turns about the origin, then moves it to (x, y)."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return cosine, sine, -sine, cosine, x, y


@cache
def _fonts() -> frozenset[int]:
    """Register the fonts; the letters that both have. They are DejaVu's, from the package of matplotlib, which need
    not be loaded for that."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"
    fonts = [TTFont(name, str(folder / file)) for name, file in FACES.items()]
    for font in fonts:
        registerFont(font)
    return frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts))


def _numbered(title: str, say: Words) -> type:
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
