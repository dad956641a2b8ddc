"""The strokes of the player, each beside the player's own usual one.

Belongs here: choosing, comparing and wording rows of `strokes`. Does not belong here: finding them (gametape.strokes),
their pictures (stills.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from gametape.report.events import counted
from gametape.report.people import name_of
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CARDS = 60
MOST_MARKS = 1500
"""On the timeline."""
ENOUGH = 3
"""Strokes of a kind from which a median is usual."""
FORM = {
    "peak_wrist_speed": "heights/s",
    "elbow_at_contact": "deg",
    "knee_in_load": "deg",
    "separation_max": "deg",
    "trunk_lean": "deg",
    "contact_height": "heights",
    "contact_ahead": "heights",
    "follow_through_s": "s",
}
"""What of a stroke's form is shown, and its unit."""
PLACES = {"deg": 0, "heights": 2, "heights/s": 1, "s": 2}
ODD = 2.5
"""So many of the player's own spreads (scaled median deviations) from usual, a value is unlike the others."""
LEAST_SPREAD = {"deg": 5.0, "heights": 0.03, "heights/s": 0.3, "s": 0.05}
"""A spread smaller than the measure's own error is taken for that."""


@dataclass(frozen=True)
class Form:
    """A measure of one stroke. `usual`: how it differs from the player's median of that kind, empty where there are
    too few; `odd`: is it unlike the others?"""

    label: str
    value: str
    usual: str
    odd: bool


@dataclass(frozen=True)
class StrokeCard:
    """A stroke as a card. `place`: its row among all strokes by time; `who`: empty where all are of one person."""

    place: int
    track: int
    who: str
    kind: str
    contact_s: float
    kind_told: str
    sure: str
    told: str
    form: tuple[Form, ...]
    unknown: tuple[str, ...]
    frame: int


@dataclass(frozen=True)
class Usual:
    """A kind's strokes and the medians of their form, as a row of the paper's table."""

    kind: str
    count: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Strokes:
    """All of a film, under `title`. `marks`: [start, contact, end, track, place] for the timeline."""

    cards: tuple[StrokeCard, ...]
    title: str
    left_out: int
    told: str
    compared: bool
    usual: tuple[Usual, ...]
    labels: tuple[str, ...]
    marks: list[list]


def strokes(table: pa.Table, called: Mapping[int, str], say: Words) -> Strokes:
    """What a STROKES table says, in order of time. Of more than MOST_CARDS the surest have a card, of more than
    MOST_MARKS a place on the timeline. `called`: names by track; they are told where several people strike."""
    rows = sorted(table.to_pylist(), key=lambda row: row["contact_s"])
    surest = sorted(range(len(rows)), key=lambda place: -rows[place]["confidence"])
    shown = [measure for measure in FORM if any(row[measure] is not None for row in rows)]
    several = len({row["track"] for row in rows}) > 1
    cards = [
        _card(place, rows, shown, name_of(rows[place]["track"], called, say) if several else "", say)
        for place in sorted(surest[:MOST_CARDS])
    ]
    kinds = sorted({row["kind"] for row in rows}, key=lambda kind: -sum(row["kind"] == kind for row in rows))
    return Strokes(
        cards=tuple(cards),
        title=say.get(f"strokes.title_{kinds[0]}" if len(kinds) == 1 else "strokes.title", say("strokes.title")),
        left_out=len(rows) - len(cards),
        told=_told(rows, kinds, say),
        compared=any(form.usual for card in cards for form in card.form),
        usual=tuple(_usual(kind, [row for row in rows if row["kind"] == kind], shown, say) for kind in kinds),
        labels=tuple(_label(measure, kinds[0] if len(kinds) == 1 else "", say) for measure in shown),
        marks=[_mark(place, rows[place]) for place in sorted(surest[:MOST_MARKS])],
    )


def _mark(place: int, row: dict) -> list:
    contact = row["contact_s"]
    start, end = (contact if row[name] is None else row[name] for name in ("start_s", "end_s"))
    return [round(start, 2), round(contact, 3), round(end, 2), row["track"], place]


def kind_of(kind: str, say: Words) -> str:
    return say.get(f"kind.{kind}", kind)


def _label(measure: str, kind: str, say: Words) -> str:
    """What a measure is called of a kind of stroke: a ball is not met in a delivery, it is let go."""
    return say.get(f"form_{kind}.{measure}", say(f"form.{measure}"))


def _told(rows: list[dict], kinds: list[str], say: Words) -> str:
    if not rows:
        return ""
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind in kinds}
    hands = {row["hand"] for row in rows if row["hand"]}
    hand = f" {say(f'strokes.{hands.pop()}')}" if len(hands) == 1 else ""
    return say("strokes.told", kinds=say.listed(counted(counts, say)), n=len(rows)) + hand


def _card(place: int, rows: list[dict], shown: list[str], who: str, say: Words) -> StrokeCard:
    row = rows[place]
    like = [one for one in rows if (one["kind"], one["track"]) == (row["kind"], row["track"])]
    reasons = json.loads(row["unknown"] or "{}")
    missing: dict[str, list[str]] = {}
    for measure in shown:
        if row[measure] is None and measure in reasons:
            missing.setdefault(say.told(reasons[measure]), []).append(_label(measure, row["kind"], say))
    kind_sure = row["kind_confidence"]
    return StrokeCard(
        place=place,
        track=row["track"],
        who=who,
        kind=row["kind"],
        contact_s=row["contact_s"],
        kind_told=kind_of(row["kind"], say),
        sure=say.share(row["confidence"] if kind_sure is None else kind_sure),
        told=say.told(row["kind_reason"]) if kind_sure is None else "",
        form=tuple(_form(measure, row, like, say) for measure in shown if row[measure] is not None),
        unknown=tuple(f"{', '.join(labels)}: {reason}" for reason, labels in missing.items()),
        frame=row["contact_frame"],
    )


def _form(measure: str, row: dict, like: list[dict], say: Words) -> Form:
    unit, value = FORM[measure], row[measure]
    values = [one[measure] for one in like if one[measure] is not None]
    usual, odd = "", False
    if len(values) >= ENOUGH:
        middle = median(values)
        spread = max(1.4826 * median(abs(v - middle) for v in values), LEAST_SPREAD[unit])
        away = value - middle
        odd = abs(away) > ODD * spread
        usual = _apart(away, unit, say)
    return Form(_label(measure, row["kind"], say), rounded(value, unit, say), usual, odd)


def _apart(away: float, unit: str, say: Words) -> str:
    """A difference with its sign, without the unit of the value beside it; but seconds may be read as ms."""
    away = held(away, unit)
    if not away:
        return "±0"
    if unit == "s":
        return ("+" if away > 0 else "") + rounded(away, unit, say)
    return say.digits(f"{away:+.{PLACES[unit]}f}{'°' if unit == 'deg' else ''}")


def rounded(value: float, unit: str, say: Words) -> str:
    """A value in no more places than its measure is good for."""
    if unit == "s":
        return say.with_unit(round(float(value), 2), unit)
    return say.with_unit(held(value, unit), unit, places=PLACES[unit])


def held(value: float, unit: str) -> float:
    """Rounded to the unit's places; never minus nought."""
    return round(float(value), PLACES[unit]) + 0.0


def _usual(kind: str, rows: list[dict], shown: list[str], say: Words) -> Usual:
    values = []
    for measure in shown:
        known = [row[measure] for row in rows if row[measure] is not None]
        values.append(rounded(median(known), FORM[measure], say) if known else "–")
    return Usual(kind_of(kind, say), len(rows), tuple(values))
