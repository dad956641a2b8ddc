"""The week after the film: seven days made of the findings' own drills, in the words of the sport and mode.

Belongs here: dealing drills into days. Does not belong here: days, minutes and words (week.yaml and texts of the
sport), drills (the findings have them). The templates are frozen and every plan is made anew: one film's plan cannot
leak into the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle
from typing import TYPE_CHECKING

from gametape.coaching.evidence import judged_at_all
from gametape.film.sidecar import Sidecar
from gametape.movement.persons import is_of_player
from gametape.sports.load import limits_for, texts_for
from gametape.sports.rules import ANY, DAYS, Day, Limits, Texts, Week
from gametape.tables.coaching import FILMING_METRICS, WEEK_PLAN

if TYPE_CHECKING:
    import pyarrow as pa

STRAINING = frozenset({"practice", "play"})
"""Activities that a severe finding may stop."""


def week_plan(
    findings: pa.Table,
    sidecar: Sidecar,
    texts: Texts | None = None,
    limits: Limits | None = None,
    metrics: pa.Table | None = None,
) -> pa.Table:
    """Seven rows (contract WEEK_PLAN) made of the drills of the player's findings, the gravest first; without findings
    a week that maintains. Hints are nothing to work on. Findings about the film itself lead to the film being taken
    better, at the week's end. No row where there is nothing to work on and no sport to keep up, or nothing that a rule
    is about was judged: then nobody knows that the player does well.

    Args:
        findings: Table FINDINGS.
        sidecar: Of the film.
        texts: Of the film's sport and mode.
        limits: Of the same.
        metrics: Table METRICS, which say whether anything was judged; None: it was.

    A severe finding that says to stop something takes practice and play down, and to half the time.
    """
    texts = texts or texts_for(sidecar.sport, sidecar.mode, sidecar.language)
    limits = limits or limits_for(sidecar.sport, sidecar.mode)
    week, limited = texts.week, limits.place != ANY
    judged = metrics is None or judged_at_all(filter(is_of_player, metrics.to_pylist()), limits)
    rows = [row for row in findings.to_pylist() if is_of_player(row)]
    of_player = [row for row in rows if row["metric"] not in FILMING_METRICS and row["sure"] is not False]
    of_film = [row for row in rows if row["metric"] in FILMING_METRICS]
    stops = _stops(of_player, texts)
    if not of_player and not (limited and judged):
        return WEEK_PLAN.empty()
    drills = [cycle(json.loads(row["drills"])) for row in of_player]

    days = []
    for day in week.work if of_player else week.maintain:
        activities = list(_activities(day, week, of_player, drills, stops))
        if day.day == DAYS[-1]:
            activities += [_activity(json.loads(row["drills"])[0], 5, row["code"]) for row in of_film]
        title = day.finding and of_player[(day.finding - 1) % len(of_player)]["title"]
        focus = week.focus[day.focus]
        days.append(
            {
                "day": day.day,
                "focus": f"{focus}: {title}" if title else focus,
                "minutes": sum(one["minutes"] for one in activities),
                "activities": json.dumps(activities, ensure_ascii=False),
            }
        )
    return WEEK_PLAN.from_rows(days)


def _activities(
    day: Day, week: Week, findings: list[dict], drills: list[cycle], stops: dict[str, str]
) -> Iterator[dict]:
    for step in day.steps:
        if step.drill:
            rank = (step.drill - 1) % len(findings)
            yield _activity(next(drills[rank]), step.minutes, findings[rank]["code"])
        elif stops and step.do in STRAINING:
            code, stop = next(iter(stops.items()))
            shorter = max(5, step.minutes // 10 * 5)
            yield _activity(week.instead.format(stop=stop, easy=week.words["easy"]), shorter, code)
        else:
            yield _activity(week.words[step.do], step.minutes)


def _activity(what: str, minutes: int, code: str | None = None) -> dict:
    return {"what": what, "minutes": minutes, "code": code}


def _stops(findings: list[dict], texts: Texts) -> dict[str, str]:
    """What severe findings say to leave out, by code."""
    severe = [row["code"] for row in findings if row["severity"] == "high" and row["code"] in texts.topics]
    return {code: stop for code in severe if (stop := texts.topics[code][1].stop)}
