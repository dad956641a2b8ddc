"""The report's paper of a film that is about somebody: shifts with their times, or a presenter's figures.

Belongs here: these sections, which come first. Does not belong here: other sections (pdf.py), type and drawings
(pdf_layout.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gametape.report.pdf_layout import Layout
from gametape.report.presenter_view import PresenterView, Stretch
from gametape.report.shifts_view import FollowedPlayer, ShiftsView
from gametape.report.words import Words

if TYPE_CHECKING:
    from reportlab.platypus import Flowable


def followed_sections(page: Layout, content: Mapping) -> list[Flowable]:
    """The shifts of each player who is followed, and the presenter; nothing on other films."""
    say: Words = content["t"]
    shifts: ShiftsView = content["shifts"]
    presenter: PresenterView | None = content["presenter"]
    flow = [part for one in shifts.people for part in _shifts(page, one, shifts.time_on, say)]
    return [*flow, *(_presenter(page, presenter, say) if presenter else [])]


def _shifts(page: Layout, one: FollowedPlayer, time_on: str, say: Words) -> list[Flowable]:
    told = f"{say('shifts.nothing')} {_sentence(one.nothing)}." if one.nothing else _listed(one.figures)
    flow = [page.heading(f"{say('shifts.title')} {one.who}"), page.paragraph(told, "intro")]
    if one.lines:
        names = ("", say("shifts.span"), time_on, say("shifts.in_view"), say("shifts.ended"))
        rows = [[page.paragraph(name, "small") for name in names]]
        for line in one.lines:
            ended = f"{line.ended}. {line.questioned}" if line.questioned else line.ended
            texts = (str(line.number), line.span, line.lasted, line.in_view, ended)
            rows.append([page.paragraph(text) for text in texts])
        flow.append(page.table(rows, [12, 32, 28, 28, 80], ruled=True))
    if one.periods:
        heads = (say("shifts.period"), say("shifts.title"), time_on, say("shifts.in_view"))
        rows = [[page.paragraph(name, "small") for name in heads]]
        rows += [[page.paragraph(str(text)) for text in row] for row in one.periods]
        flow.append(page.table(rows, [30, 30, 60, 60], ruled=True))
    if one.unsure:
        more = [say("shifts.left_out", n=one.unsure_left_out)] if one.unsure_left_out else []
        flow += page.bullets(say("shifts.unsure"), [*(f"{doubt.span}: {doubt.text}" for doubt in one.unsure), *more])
    return flow


def _presenter(page: Layout, view: PresenterView, say: Words) -> list[Flowable]:
    session = "  |  ".join(f"{name}: {value}" for name, value in view.session)
    flow = [page.heading(say("presenter.title")), *([page.paragraph(session, "soft")] if session else [])]
    if view.reason:
        return [*flow, page.paragraph(f"{say('presenter.nobody')} {_sentence(view.reason)}.", "intro")]
    rows = [
        [page.paragraph(one.label), page.paragraph(one.value, "strong"), page.paragraph(one.note, "small")]
        for one in view.figures
    ]
    flow.append(page.table(rows, [50, 30, 100], ruled=True))
    flow += _stretches(page, say("presenter.presences"), view.presences)
    flow += page.bullets(say("presenter.zones"), [f"{one.label}: {one.text}" for one in view.zones])
    flow += _stretches(page, say("presenter.slides"), view.slides)
    left_out = view.presences_left_out + view.slides_left_out
    return [*flow, *([page.paragraph(say("presenter.left_out", n=left_out), "small")] if left_out else [])]


def _stretches(page: Layout, title: str, listed: Sequence[Stretch]) -> list[Flowable]:
    told = [f"{one.label}, {one.span}" + (f": {one.note}" if one.note else "") for one in listed]
    return page.bullets(title, told) if told else []


def _listed(figures: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{label} {value}" for label, value in figures)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
