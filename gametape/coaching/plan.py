"""The week after the film: seven days made of the findings' own drills, in the words of the sport and mode.

Belongs here: what plans.yaml may hold, and dealing drills into its days. Does not belong here: the minutes
(plans.yaml), words and drills (texts/, the drills by way of the findings). The templates are frozen and every plan is
made anew: one film's plan cannot leak into the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gametape.base.errors import BadInput
from gametape.base.language import ENGLISH
from gametape.coaching.rules import HERE, Ruleset, most_particular, parse, places_of, rules_for
from gametape.film.sidecar import Sidecar
from gametape.tables.coaching import WEEK_PLAN

if TYPE_CHECKING:
    import pyarrow as pa

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ABOUT_THE_FILM = frozenset({"pose_coverage", "ball_coverage"})
"""What rests on these is worked on with the camera, not by the player."""
STRAINING = frozenset({"practice", "play"})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Part):
    """One activity: words of the sport (`do`), or the next drill of the finding of a rank."""

    minutes: int = Field(gt=0, le=180)
    do: str | None = None
    drill: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Step:
        if (self.do is None) == (self.drill is None):
            raise ValueError("a step has either 'do' or 'drill'")
        return self


class Day(_Part):
    day: Literal[DAYS]
    focus: str
    finding: int | None = Field(None, ge=1)
    steps: tuple[Step, ...] = Field(min_length=1)


class Weeks(_Part):
    work: tuple[Day, ...]
    maintain: tuple[Day, ...]

    @model_validator(mode="after")
    def _are_whole(self) -> Weeks:
        for name, days in (("work", self.work), ("maintain", self.maintain)):
            if tuple(day.day for day in days) != DAYS:
                raise ValueError(f"{name} must have the seven days, Monday first")
        if any(step.drill or day.finding for day in self.maintain for step in day.steps):
            raise ValueError("maintain has no findings to take drills from")
        return self


class Plans(_Part):
    weeks: Weeks


def week_plan(findings: pa.Table, sidecar: Sidecar) -> pa.Table:
    """Seven rows (contract WEEK_PLAN) made of the findings' drills, the gravest first; without findings a week that
    maintains. Findings about the film itself lead to the film being taken better, at the week's end. No row where
    there is nothing to work on and no sport to keep up: nobody knows what the player does.

    A severe finding that says to stop something takes practice and play down, and to half the time.
    """
    weeks, rules = _load(HERE, sidecar.language or ENGLISH).weeks, rules_for(sidecar)
    say = rules.week
    words = most_particular(say.words, places_of(sidecar, set(say.words)))
    rows = findings.to_pylist()
    of_player = [row for row in rows if row["metric"] not in ABOUT_THE_FILM]
    of_film = [row for row in rows if row["metric"] in ABOUT_THE_FILM]
    stops = _stops(of_player, rules)
    if not of_player and rules.place == "any":
        return WEEK_PLAN.empty()
    drills = [cycle(json.loads(row["drills"])) for row in of_player]
    template = weeks.work if of_player else weeks.maintain

    week = []
    for day in template:
        activities = list(_activities(day, say.instead, words, of_player, drills, stops))
        if day.day == DAYS[-1]:
            activities += [_activity(json.loads(row["drills"])[0], 5, row["code"]) for row in of_film]
        titled = day.finding and of_player[(day.finding - 1) % len(of_player)]["title"]
        focus = say.focus[day.focus]
        week.append(
            {
                "day": day.day,
                "focus": f"{focus}: {titled}" if titled else focus,
                "minutes": sum(one["minutes"] for one in activities),
                "activities": json.dumps(activities, ensure_ascii=False),
            }
        )
    return WEEK_PLAN.from_rows(week)


def _activities(
    day: Day,
    instead: str,
    words: Mapping[str, str],
    findings: list[dict],
    drills: list[cycle],
    stops: Mapping[str, str],
) -> Iterator[dict]:
    for step in day.steps:
        if step.drill:
            rank = (step.drill - 1) % len(findings)
            yield _activity(next(drills[rank]), step.minutes, findings[rank]["code"])
        elif stops and step.do in STRAINING:
            code, stop = next(iter(stops.items()))
            shorter = max(5, step.minutes // 10 * 5)
            yield _activity(instead.format(stop=stop, easy=words["easy"]), shorter, code)
        else:
            yield _activity(words[step.do], step.minutes)


def _activity(what: str, minutes: int, code: str | None = None) -> dict:
    return {"what": what, "minutes": minutes, "code": code}


def _stops(findings: list[dict], rules: Ruleset) -> dict[str, str]:
    """What severe findings say to leave out, by code."""
    topics = rules.topics
    severe = [row["code"] for row in findings if row["severity"] == "high" and row["code"] in topics]
    return {code: stop for code in severe if (stop := topics[code][1].stop)}


@cache
def _load(folder: Path, language: str) -> Plans:
    file = folder / "plans.yaml"
    plans, say = parse(file, Plans), rules_for(Sidecar(language=language)).week
    days = (*plans.weeks.work, *plans.weeks.maintain)
    used = {step.do for day in days for step in day.steps if step.do} | {"easy"}
    if missing := (used - set(say.words["any"])) | ({day.focus for day in days} - set(say.focus)):
        told = f"'{language}' has no words for {', '.join(sorted(missing))}"
        raise BadInput(str(file), told, "Correct the file, or add them to gametape/coaching/texts")
    return plans
