"""A game on paper: head, goals, what is worth a look, the players side by side, kickoffs, heat maps.

Belongs here: the sections and their order. Does not belong here: type and tables (gametape.report.pdf_layout), what is
said (game.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from gametape.replay.page.arena import Arena
from gametape.replay.page.heat_maps import HeatMap
from gametape.replay.page.people import Person
from gametape.report.pdf_layout import LINE, SOFT, Layout, numbered_canvas

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

WIDTH = 180
"""mm between the margins of an A4 page."""
TEAM_COLOURS = {"blue": "#0072b2", "orange": "#c2410c", "ball": "#8a5a00"}
MAPS_A_ROW = 4
LONGEST_TITLE = 80


def game_pdf(content: Mapping[str, Any]) -> bytes:
    """The game's PDF. `content` is what the page is rendered from, see game.py."""
    page, say = Layout(), content["t"]
    flow = [*head(page, content)]
    if content["no_course"]:
        so = say("game.only_header" if content["only_header"] else "game.no_course_so")
        flow.append(page.paragraph(f"{say('game.no_course')}: {content['no_course']}. {so}"))
    else:
        flow += [*_goals(page, content), *_cards(page, content)]
    flow += _lobby(page, content)
    if not content["no_course"]:
        flow += [*_kickoffs(page, content), *_maps(page, content)]
    flow += [page.heading(say("game.details")), *(page.paragraph(f"{a}: {b}", "soft") for a, b in content["facts"])]
    flow.append(page.paragraph(say("game.foot", replay=content["replay"]), "small"))
    return document(page, flow, content["title"], content)


def head(page: Layout, content: Mapping[str, Any]) -> list[Flowable]:
    """Title, first paragraph and figures."""
    figures = [
        [page.paragraph(label, "small"), page.paragraph(text, "figure"), page.paragraph(note, "small")]
        for label, text, note in content["figures"]
    ]
    return [
        page.paragraph(content["title"], "title"),
        page.paragraph(" · ".join(content["subtitle"]), "soft"),
        *([page.paragraph(" ".join(content["story"]))] if content["story"] else []),
        page.gap(3),
        page.table([figures], [WIDTH / len(figures)] * len(figures), boxed=True),
    ]


def document(page: Layout, flow: list[Flowable], title: str, content: Mapping[str, Any]) -> bytes:
    """The finished PDF."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    say, plain, out = content["t"], page.plain(title), BytesIO()
    if page.letters_missing:
        flow.insert(1, page.paragraph(say("paper.unset"), "small"))
    pages = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=15 * mm,
        rightMargin=15 * mm,
        topMargin=15 * mm,
        bottomMargin=17 * mm,
        title=plain,
        author="gametape",
        invariant=1,  # no clock and no random id in the file
        lang=content["language"],
    )
    footer = plain if len(plain) <= LONGEST_TITLE else plain[: LONGEST_TITLE - 1] + "…"
    pages.build(flow, canvasmaker=numbered_canvas(footer, say))
    return out.getvalue()


def _goals(page: Layout, content: Mapping[str, Any]) -> list[Flowable]:
    say, goals = content["t"], content["goals"]
    flow = [page.heading(say("goals.title"))]
    if not goals:
        return [*flow, page.paragraph(say("goals.none"))]
    rows = [[page.paragraph(say(f"goals.{name}"), "small") for name in ("time", "scorer", "assist", "speed", "score")]]
    for one in goals:
        scorer = page.paragraph(one.scorer, colour=TEAM_COLOURS[one.team])
        rest = (one.assistant or "–", one.speed or "–", one.score)
        rows.append([page.paragraph(one.at or say.clock(one.time_s)), scorer, *(page.paragraph(t) for t in rest)])
    return [*flow, page.table(rows, [22, 56, 56, 24, 22], ruled=True)]


def _cards(page: Layout, content: Mapping[str, Any]) -> list[Flowable]:
    say, cards = content["t"], content["cards"]
    if not cards:
        return []
    flow = [page.heading(say("cards.title"))]
    rows = []
    for one in cards:
        when = ", ".join(say.clock(at) for at in one.moments_s)
        rows.append(
            [
                page.paragraph(one.who, colour=TEAM_COLOURS[one.team]),
                page.paragraph(one.title),
                page.paragraph(f"{one.value} {one.n}".strip() or one.reason),
                page.paragraph(when or "–", "small"),
            ]
        )
    return [*flow, page.table(rows, [40, 50, 50, 40], ruled=True)]


def _lobby(page: Layout, content: Mapping[str, Any]) -> list[Flowable]:
    """The first table, and those of the groups behind it."""
    say, people = content["t"], content["people"]
    flow = [page.heading(say("lobby.title")), page.paragraph(say("lobby.intro"), "soft")]
    flow += [page.paragraph(say("lobby.some_missing", reason=line), "small") for line in content["stats_missing"]]
    for group in content["lobby"]:
        flow += [page.paragraph(group.title, "strong"), _side_by_side(page, group.lines, people), page.gap(2)]
    return flow


def _side_by_side(page: Layout, lines: Sequence[Any], people: Sequence[Person]) -> Flowable:
    first = 62.0
    each = (WIDTH - first) / max(1, len(people))
    head_row = [page.paragraph("", "small")]
    head_row += [page.paragraph(one.name, "small", colour=TEAM_COLOURS[one.team]) for one in people]
    rows = [head_row]
    for line in lines:
        label = f"{line.label}, {line.unit}" if line.unit else line.label
        cells = [page.paragraph(cell.text, "strong" if cell.most else "body") for cell in line.cells]
        rows.append([page.paragraph(label, "small"), *cells])
    table = page.table(rows, [first, *[each] * len(people)], ruled=True)
    table.repeatRows = 1  # overleaf, numbers without names are nobody's
    return table


def _kickoffs(page: Layout, content: Mapping[str, Any]) -> list[Flowable]:
    say, kickoffs = content["t"], content["kickoffs"]
    flow = [page.heading(say("kickoffs.title"))]
    if not kickoffs:
        return [*flow, page.paragraph(say("kickoffs.none"))]
    columns = ("time", "first", "after", "boost", "ball", "outcome")
    rows = [[page.paragraph(say(f"kickoffs.{name}"), "small") for name in columns]]
    for one in kickoffs:
        texts = (one.after or "–", one.boost or "–", one.ball or "–", one.outcome or "–")
        first = page.paragraph(one.first or "–", colour=TEAM_COLOURS.get(one.first_team))
        rows.append([page.paragraph(one.at or say.clock(one.time_s)), first, *(page.paragraph(text) for text in texts)])
    note = page.paragraph(f"{content['kickoff_summary']} {say('kickoffs.intro')}", "soft")
    return [*flow, note, page.table(rows, [20, 50, 22, 22, 36, 30], ruled=True)]


def _maps(page: Layout, content: Mapping[str, Any]) -> list[Flowable]:
    from reportlab.platypus import KeepTogether

    say, maps = content["t"], content["maps"]
    if not maps:
        return []
    wide = WIDTH / MAPS_A_ROW
    cells: list[Any] = [[_map(one, content["arena"], wide - 5), page.paragraph(one.who, "small")] for one in maps]
    rows = [cells[at : at + MAPS_A_ROW] for at in range(0, len(cells), MAPS_A_ROW)]
    rows[-1] += [""] * (MAPS_A_ROW - len(rows[-1]))
    note = page.paragraph(say("heat.intro"), "soft")
    return [KeepTogether([page.heading(say("heat.title")), note, page.table(rows, [wide] * MAPS_A_ROW)])]


def _map(one: HeatMap, arena: Arena, wide: float) -> Flowable:
    """A heat map `wide` mm wide with the field's lines over it."""
    from reportlab.graphics.shapes import Drawing, Image, PolyLine
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm

    across, along = arena.extent
    scale = wide * mm / (2 * along)
    drawing = Drawing(2 * along * scale, 2 * across * scale)
    drawing.add(Image(0, 0, 2 * along * scale, 2 * across * scale, _picture(one.png)))
    for place, line in enumerate(arena.lines):
        flat = [part for x, y in line for part in ((y + along) * scale, (x + across) * scale)]
        drawing.add(PolyLine(flat, strokeColor=HexColor(LINE if place else SOFT), strokeWidth=0.5))
    return drawing


def _picture(png: bytes) -> Any:
    """A picture on white: the drawing's own have no see-through."""
    from PIL import Image

    over = Image.open(BytesIO(png)).convert("RGBA")
    white = Image.new("RGBA", over.size, (255, 255, 255, 255))
    return (
        Image.alpha_composite(white, over)
        .convert("RGB")
        .resize((over.width * 4, over.height * 4), Image.Resampling.BICUBIC)
    )
