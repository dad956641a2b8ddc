"""The report as a PDF: what the page says in words and figures, with pictures of the worst moments.

Belongs here: the sections, one function each. Does not belong here: their words and numbers (content.py), type and
drawings (pdf_layout.py), taking the pictures (stills.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gametape.movement.persons import PLAYER
from gametape.report.court_view import CourtView
from gametape.report.figures import Figure
from gametape.report.finding_cards import FindingCard
from gametape.report.found_court import FoundCourtView
from gametape.report.history import Comparison
from gametape.report.metric_tables import reliability_lines
from gametape.report.pdf_followed import followed_sections
from gametape.report.pdf_layout import (
    COLOURS,
    UNKNOWN_LETTER,
    Layout,
    court_drawing,
    has_grid,
    numbered_canvas,
    sparkline,
)
from gametape.report.plan_and_goals import Day, Goal
from gametape.report.rallies_and_shots import RalliesAndShots
from gametape.report.repetition_list import PersonsRepetitions
from gametape.report.stroke_cards import StrokeCards
from gametape.report.words import Words

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

    from gametape.report.stills import Still

MOST_RALLIES = 60
RALLIES_A_PARAGRAPH = 20
"""No more than fit in the letters that a paragraph may have (pdf_layout.MOST_LETTERS)."""
PADDING = 6
"""Points, of the page's frame."""
WIDTH = 180
"""mm between the margins of an A4 page."""
LONGEST_TITLE = 80
COURT_PICTURE_MM = 110
"""Width of the frame with the found court's lines."""


def write_pdf(path: Path, content: Mapping[str, Any], stills: Mapping[int, Still]) -> None:
    """Write the report as A4 pages. The same input gives the same bytes.

    Letters that the fonts lack, and scripts written from right to left, become boxes, and the PDF says so.

    Args:
        content: what the page is rendered from, see content.py.
        stills: pictures of findings, by the card's place.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    page = Layout()
    flow = [
        *_top(page, content),
        *followed_sections(page, content),
        *_findings(page, content, stills),
        *_strokes(page, content),
        *_repetitions(page, content),
        *_head_to_heads(page, content),
        *_ball(page, content, path.parent),
        *_comparison(page, content),
        *_goals(page, content),
        *_week(page, content["week"], titled("week", content), content["t"], several=len(content["cards"]) > 1),
        *_reliability(page, content),
        *_made(page, content),
    ]
    if page.letters_missing:
        flow.insert(1, page.paragraph(f"{UNKNOWN_LETTER}: {content['t']('paper.unset')}", "small"))
    title = page.plain(content["title"])
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=15 * mm - PADDING,
        rightMargin=15 * mm - PADDING,
        topMargin=15 * mm,
        bottomMargin=17 * mm,
        title=title,
        author="gametape",
        subject=content["t"]("page.name"),
        invariant=1,  # no clock and no random id in the file
        lang=content["language"],
    )
    footer = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    document.build(flow, canvasmaker=numbered_canvas(footer, content["t"]))


def _top(page: Layout, content: Mapping) -> list[Flowable]:
    facts, say = dict(content["facts"].shown), content["t"]
    lines = [" · ".join(content["subtitle"])] if content["subtitle"] else []
    names = (say(f"film.{name}") for name in ("players", "file", "uploaded", "duration", "picture", "details"))
    lines += [f"{name}: {facts[name]}" for name in names if name in facts]
    figures = [_figure(page, one, say) for one in content["figures"]]
    return [
        page.paragraph(content["title"], "title"),
        page.paragraph("  |  ".join(lines), "soft"),
        *([page.paragraph(" ".join(content["summary"]))] if content["summary"] else []),
        page.gap(3),
        page.table([figures], [WIDTH / len(figures)] * len(figures), boxed=True),
        *(page.paragraph(line, "soft") for line in filter(None, (content["notice"], *content["cautions"]))),
    ]


def titled(section: str, content: Mapping) -> str:
    """The title of a section about the player; where others play too, with whose it is."""
    title = content["t"](f"{section}.title")
    return f"{title}: {content['whose']}" if content["whose"] else title


def _figure(page: Layout, one: Figure, say: Words) -> list[Flowable]:
    return [
        page.paragraph(one.label, "small"),
        page.paragraph(one.text(say) + one.unit_after(say), "figure"),
        page.paragraph(one.caption(say), "small"),
    ]


def _findings(page: Layout, content: Mapping, stills: Mapping[int, Still]) -> list[Flowable]:
    cards, say = content["cards"], content["t"]
    title = titled("findings", content)
    flow = [page.heading(f"{title} ({len(cards)})" if cards else title)]
    if not cards:
        why = f"{content['findings_reason']}." if content["findings_reason"] else say("findings.nothing_past_short")
        flow.append(page.paragraph(f"{say('findings.none')} {why}"))
    for place, card in enumerate(cards):
        flow += _finding(page, card, stills.get(place), say)
    if content["findings_left_out"] > 0:
        flow.append(page.paragraph(say("findings.left_out", n=content["findings_left_out"]), "small"))
    for person in content["other_cards"]:
        if person.is_named:  # of whoever is not named the page alone tells: this is the player's paper
            flow.append(page.heading(f"{say('findings.of', who=person.who)} ({len(person.cards)})"))
            flow += [part for card in person.cards for part in _finding(page, card, None, say)]
    return flow


def _finding(page: Layout, card: FindingCard, still: Still | None, say: Words) -> list[Flowable]:
    from reportlab.platypus import KeepTogether

    head = [
        page.paragraph(
            f"{card.severity_label} · {card.who}",
            "tag",
            colour=COLOURS[card.severity],
        ),
        page.paragraph(card.title, "finding"),
        page.paragraph(f"{card.metric}: {card.measured}, {card.limit}", "soft"),
        *([page.paragraph(card.hint, "soft")] if card.hint else []),
        page.paragraph(card.why),
    ]
    if card.chips:
        clock = say.clock
        spans = ", ".join(f"{clock(s.worst_s, 2)} ({clock(s.start_s, 2)}–{clock(s.end_s, 2)})" for s in card.chips)
        head.append(page.paragraph(say("findings.see_at", spans=spans), "soft"))
    if still:
        picture = [
            page.picture(still.jpeg, 72),
            page.paragraph(say("findings.picture_at", at=say.clock(still.time_s, 2)), "small"),
        ]
        head = [page.table([[head, picture]], [WIDTH - 76, 76])]
    lists = [
        part
        for name, items in (("cues", card.cues), ("drills", card.drills))
        for part in page.bullets(say(f"findings.{name}"), items)
    ]
    # The head and the first of its lists stay together; the rest may go on overleaf.
    sure = page.paragraph(f"{say('findings.confidence', sure=card.confidence)}. {card.confidence_reason}", "small")
    return [KeepTogether([*head, *lists[:2]]), *lists[2:], sure, page.gap(4)]


def _strokes(page: Layout, content: Mapping) -> list[Flowable]:
    """Of each person, the player first: the kinds of stroke, the medians of their form and the times."""
    strokes: StrokeCards = content["strokes"]
    if not strokes.cards:
        return []
    say: Words = content["t"]
    names = (say("strokes.kind"), say("strokes.count"), *strokes.labels)
    wide = (WIDTH - 38) / max(1, len(strokes.labels))
    flow = [page.heading(strokes.title)]
    if strokes.people[0].part != PLAYER and strokes.summary:
        flow.append(page.paragraph(strokes.summary, "soft"))
    for person in strokes.people:
        rows = [
            [page.paragraph(one.kind, "strong"), *(page.paragraph(text) for text in (str(one.count), *one.values))]
            for one in person.medians
        ]
        when = ", ".join(f"{card.kind_label} {say.clock(card.contact_s, 2)}" for card in person.cards)
        flow += [
            page.paragraph(f"{person.summary} {person.medians_title}:", "soft"),
            page.table(
                [[page.paragraph(text, "small") for text in names], *rows],
                [23, 15, *[wide] * len(strokes.labels)],
                ruled=True,
                heads=1,
            ),
            page.paragraph(when, "small"),
        ]
    return flow


def _repetitions(page: Layout, content: Mapping) -> list[Flowable]:
    """What each repeats, a line a repetition."""
    say: Words = content["t"]
    people: tuple[PersonsRepetitions, ...] = content["repetitions"]
    flow: list[Flowable] = [page.heading(say("repetitions.title"))] if people else []
    for one in people:
        flow.append(page.paragraph(" ".join(filter(None, (f"{one.who}:" if one.who else "", one.summary))), "soft"))
        lines = [f"{line.number}: {say.clock(line.start_s, 2)}, {line.label}" for line in one.lines]
        parts = (lines[at : at + RALLIES_A_PARAGRAPH] for at in range(0, len(lines), RALLIES_A_PARAGRAPH))
        flow += [page.paragraph("  |  ".join(part), "small") for part in parts]
    return flow


def _head_to_heads(page: Layout, content: Mapping) -> list[Flowable]:
    """The player's metrics beside each other person's."""
    say: Words = content["t"]
    flow: list[Flowable] = []
    for pair in content["head_to_heads"]:
        columns = (say("head.metric"), pair.player, pair.other, say("head.difference"), say("head.told"))
        rows = [[page.paragraph(name, "small") for name in columns]]
        for one in pair.duels:
            verdict = page.paragraph(one.verdict, "tag", colour=COLOURS[one.state])
            values = (page.paragraph(text) for text in (one.label, one.mine, one.theirs, one.difference))
            rows.append([*values, verdict])
        flow += [
            page.heading(say("head.title")),
            page.paragraph(pair.intro, "intro"),
            page.table(rows, [60, 28, 28, 28, 36], ruled=True, heads=1),
        ]
    return flow


def _ball(page: Layout, content: Mapping, folder: Path) -> list[Flowable]:
    """Rallies, shots, and where the ball landed; `folder`: where the page's pictures are."""
    from reportlab.platypus import KeepTogether

    play: RalliesAndShots = content["play"]
    court: CourtView | None = content["court"]
    say: Words = content["t"]
    flow: list[Flowable] = []
    if play.rallies:
        lines = [f"{one.number}: {say.clock(one.start_s, 2)}, {one.label}" for one in play.rallies[:MOST_RALLIES]]
        flow += [page.heading(say("rallies.title")), page.paragraph(play.rallies_summary, "soft")]
        paragraphs = (lines[at : at + RALLIES_A_PARAGRAPH] for at in range(0, len(lines), RALLIES_A_PARAGRAPH))
        flow += [page.paragraph("  |  ".join(part), "small") for part in paragraphs]
        if later := len(play.rallies) + play.rallies_left_out - len(lines):
            flow.append(page.paragraph(say("rallies.left_out", n=later), "small"))
    told = _found_court(page, content, folder)
    if not (play.shots_summary or court):
        return [*flow, *told]
    bends = [name for name, known in (("spin", play.any_spin), ("swing", play.any_swing)) if known]
    names = ("fastest", *(["whose"] if play.any_who else []), "speed", *bends)
    left = (18, 24) if play.any_who else (18,)
    speeds = (112 - sum(left)) * (0.55 if bends else 1)
    widths = (*left, speeds, *((112 - sum(left) - speeds) / len(bends) for _ in bends))
    rows = [[page.paragraph(say(f"shots.{name}"), "small") for name in names]]
    for one in play.shots:
        speed = f"{one.speed}, {one.band}" if one.band else one.speed
        swing = f"{one.swing} ({one.swing_band})" if one.swing_band else one.swing
        bent = {"spin": one.spin, "swing": swing}
        who = [one.who or say("shots.unknown")] if play.any_who else []
        texts = (say.clock(one.time_s, 2), *who, speed, *(bent[bend] or say("shots.unknown") for bend in bends))
        rows.append([page.paragraph(text) for text in texts])
    table = page.table(rows, widths, ruled=True, heads=1) if play.shots else []
    picture = [court_drawing(court.map), page.paragraph(court.caption, "small")] if court else []
    if court and has_grid(court.map):
        picture.insert(1, page.paragraph(say("script.grid"), "small"))
    head = [page.heading(say("shots.title")), page.paragraph(play.shots_summary, "soft")]
    together = KeepTogether([*head, page.table([[table, picture]], [WIDTH - 64, 64])])
    return [*flow, together, *told, *(page.paragraph(line, "small") for line in play.notes)]


def _found_court(page: Layout, content: Mapping, folder: Path) -> list[Flowable]:
    """The court that was found, drawn over a frame, for the eye to judge."""
    from reportlab.platypus import KeepTogether

    found: FoundCourtView | None = content["found_court"]
    if found is None:
        return []
    told = page.paragraph(f"{found.title}. {found.on_paper}", "small")
    file = content["court_picture"]
    return (
        [KeepTogether([told, page.gap(1), page.picture((folder / file).read_bytes(), COURT_PICTURE_MM)])]
        if file
        else [told]
    )


def _comparison(page: Layout, content: Mapping) -> list[Flowable]:
    """This film beside the player's earlier ones."""
    comparison: Comparison | None = content["comparison"]
    if comparison is None:
        return []
    say: Words = content["t"]
    columns = ("metric", "before", "now", "change", "over_films")
    rows = [[page.paragraph(say(f"history.{name}"), "small") for name in columns]]
    for one in comparison.compared:
        state = page.paragraph(say(f"history.{one.state}"), "tag", colour=COLOURS[one.state])
        trend = [] if one.trend == "unknown" else [page.paragraph(say(f"history.{one.trend}"), "small")]
        values = (page.paragraph(text) for text in (one.before, one.now, one.change))
        rows.append([[page.paragraph(one.label), state], *values, [sparkline(one), *trend]])
    table = [page.table(rows, [46, 30, 30, 30, 44], ruled=True, heads=1)] if comparison.compared else []
    return [
        page.heading(say("history.title")),
        page.paragraph(f"{comparison.intro} {say('history.how')}", "soft"),
        *(table or [page.paragraph(say("history.nothing"))]),
        *page.bullets(say("history.stays_title"), comparison.stays),
    ]


def _goals(page: Layout, content: Mapping) -> list[Flowable]:
    goals: Sequence[Goal] = content["goals"]
    if not goals:
        return []
    say: Words = content["t"]
    columns = ("goal", "wanted", "measured", "difference", "outcome")
    rows = [[page.paragraph(say(f"goals.{name}"), "small") for name in columns]]
    for one in goals:
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
    heading = page.heading(f"{titled('goals', content)}: {content['goal_summary']}")
    return [heading, page.table(rows, [46, 38, 28, 28, 40], ruled=True, heads=1)]


def _week(page: Layout, week: Sequence[Day], title: str, say: Words, *, several: bool) -> list[Flowable]:
    """The days, with a box to tick at each activity; where there are several findings, which one it answers."""
    if not week:
        return []
    rows = []
    for day in week:
        steps = [
            page.paragraph(
                f"☐ {say('week.minutes', n=one.minutes)}  {one.what}"
                + (f"  ({one.answers})" if several and one.answers else ""),
                "item",
            )
            for one in day.activities
        ]
        name = [page.paragraph(day.day, "strong"), page.paragraph(say("week.minutes", n=day.minutes), "small")]
        rows.append([name, [page.paragraph(day.focus, "strong"), *steps]])
    return [page.heading(title), page.table(rows, [26, WIDTH - 26], ruled=True)]


def _reliability(page: Layout, content: Mapping) -> list[Flowable]:
    say: Words = content["t"]
    flow: list[Flowable] = [page.heading(say("doubts.title"))]
    rows = [
        [
            page.paragraph(f"{table.who}: {line.label}"),
            page.paragraph(f"{line.value}{line.after}"),
            page.paragraph(line.method, "small"),
        ]
        for table, line in reliability_lines(content["metric_tables"])
        if not (table.is_ball and content["no_ball"])
    ]
    if rows:
        flow.append(page.table(rows, [52, 24, WIDTH - 76], ruled=True))
    gone = {"ball": content["no_ball"], "people": content["no_people"]}
    unknown = [f"{say(f'unknown.{name}')}: {reason}." for name, reason in gone.items() if reason]
    unknown += [
        f"{table.who}: {', '.join(line.labels)}: {line.reason}"
        for table in content["metric_tables"]
        if table.is_player and not (table.is_ball and content["no_ball"])
        for line in table.unknown
        if line.reason not in gone.values()
    ]
    flow += page.bullets(say("unknown.title"), unknown or [say("unknown.nothing")])
    flow += page.bullets(say("film.title"), content["warnings"])
    last = filter(None, (content["heights"], say("unknown.depth_why"), say("unknown.conventions")))
    flow.append(page.paragraph(" ".join(last), "soft"))
    return flow


def _made(page: Layout, content: Mapping) -> list[Flowable]:
    say: Words = content["t"]
    by = [*content["trackers"], *content["estimators"]]  # the versions of every table are on the page
    summary = say("made.summary", video=content["video"], by=", ".join(by) or say("made.unknown"))
    return [page.gap(2), page.paragraph(summary, "small")]
