"""A player on paper: head, findings, plan, measures beside others, games.

Belongs here: the sections and their order. Does not belong here: type (gametape.report.pdf_layout), what is said
(player.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gametape.replay.page.game_pdf import WIDTH, document, head
from gametape.report.pdf_layout import COLOURS, Layout

if TYPE_CHECKING:
    from reportlab.platypus import Flowable


def player_pdf(content: Mapping[str, Any]) -> bytes:
    """The player's PDF. `content` is what the page is rendered from, see player.py."""
    page = Layout()
    flow = [*head(page, content), *_findings(page, content), *_plan(page, content)]
    flow += [*_metrics(page, content), *_games(page, content)]
    return document(page, flow, content["title"], content)


def _findings(page: Layout, content: Mapping[str, Any]) -> list[Flowable]:
    from reportlab.platypus import KeepTogether

    say = content["t"]
    flow: list[Flowable] = [page.heading(say("player_page.findings"))]
    if not content["findings"]:
        flow.append(page.paragraph(say("player_page.not_judged")))
    for one in content["findings"]:
        parts = [page.paragraph(one.tag, "tag", colour=COLOURS[one.severity]), page.paragraph(one.title, "finding")]
        if one.held:
            parts.append(page.paragraph(f"{one.held}, {one.against}", "soft"))
        if one.place:
            parts.append(page.paragraph(one.place.text, "soft"))
        parts += [page.paragraph(f"{one.why[:1].upper()}{one.why[1:]}."), page.paragraph(" ".join(one.lines), "small")]
        flow += [KeepTogether(parts), page.gap(2)]
    return flow


def _plan(page: Layout, content: Mapping[str, Any]) -> list[Flowable]:
    say = content["t"]
    flow: list[Flowable] = []
    for priority in content["plan"]:
        rows = []
        for one in priority.steps:
            text = [page.paragraph(f"☐ {one.title}", "strong"), page.paragraph(one.how)]
            text.append(page.paragraph(say("plan_page.success", what=one.success), "soft"))
            side = [page.paragraph(one.amount), page.paragraph(one.code, "small"), page.paragraph(one.done, "small")]
            rows.append([text, side])
        flow += [page.paragraph(priority.title, "strong"), page.table(rows, [WIDTH - 50, 50], ruled=True)]
    return [page.heading(say("plan_page.title")), *flow] if flow else []


def _metrics(page: Layout, content: Mapping[str, Any]) -> list[Flowable]:
    say = content["t"]
    flow: list[Flowable] = []
    for group in content["groups"]:
        names = ("stat", "value", "others", "place", "effect", "trend")
        rows = [[page.paragraph(say(f"judge.column_{name}"), "small") for name in names]]
        for _, lines in group.areas:
            for one in lines:
                place = one.place.text if one.place else "–"
                texts = (one.label, one.value, one.others, place, one.effect, one.trend)
                rows.append([page.paragraph(text, "small") for text in texts])
        table = page.table(rows, [46, 32, 24, 34, 26, 18], ruled=True)
        flow += [page.paragraph(group.title, "strong"), table]
    return [page.heading(say("judge.title")), *flow] if flow else []


def _games(page: Layout, content: Mapping[str, Any]) -> list[Flowable]:
    say = content["t"]
    names = ("when", "kind", "result", "goals", "assists", "saves", "shots", "points")
    rows = [[page.paragraph(say(f"player_page.{name}"), "small") for name in names]]
    for one in content["games"]:
        texts = (one["when"], one["kind"], f"{one['label']} {one['score']}", *one["counts"])
        rows.append([page.paragraph(text, "small") for text in texts])
    table = page.table(rows, [32, 36, 30, 16, 18, 16, 16, 16], ruled=True)
    left = [page.paragraph(say("player_page.left_out", n=n), "small")] if (n := content["games_left_out"]) else []
    return [page.heading(say("player_page.games_title")), table, *left]
