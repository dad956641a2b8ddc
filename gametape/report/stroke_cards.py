"""Strokes as cards, each beside the same person's median of that kind.

Belongs here: choosing, comparing and wording rows of `strokes`. Does not belong here: finding strokes
(gametape.strokes), pictures of them (stills.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from gametape.coaching.stroke_measures import SURE
from gametape.movement.persons import OPPONENT, PLAYER
from gametape.report.event_list import counted
from gametape.report.names import NOBODY, person_name, with_part
from gametape.report.words import Words
from gametape.sports.rules import SWING

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CARDS = 60
MOST_MARKS = 1500
"""Strokes marked on the timeline."""
LEAST_STROKES = 3
"""Strokes of a kind from which their median is shown."""
FORM = {
    "peak_wrist_speed_mps": "m/s",
    "peak_wrist_speed": "heights/s",
    "elbow_at_contact": "deg",
    "knee_in_load": "deg",
    "separation_max": "deg",
    "trunk_lean": "deg",
    "contact_height": "heights",
    "contact_ahead": "heights",
    "follow_through_s": "s",
}
"""The measures of a stroke's form that are shown, and their units."""
IN_METRES = {"peak_wrist_speed": "peak_wrist_speed_mps"}
"""Measures that are not shown where the same is known in metres."""
OF_THE_FILM = ("along_the_line_of_sight", "height_not_given", "not_calibrated")
"""Reasons that hold for the whole film: said once, not on each card."""
PLACES = {"deg": 0, "heights": 2, "heights/s": 1, "m/s": 1, "s": 2}
"""Decimal places that a measure in this unit is good for."""
OUTLIER = 2.5
"""Robust standard deviations (scaled median deviations) from the median, from which a value is an outlier."""
MAD_TO_SIGMA = 1.4826
"""A normal distribution's standard deviation over its median absolute deviation."""
LEAST_SPREAD = {"deg": 5.0, "heights": 0.03, "heights/s": 0.3, "m/s": 0.5, "s": 0.05}
"""The measure's own error: the least spread that is assumed."""


@dataclass(frozen=True)
class FormMeasure:
    """A measure of one stroke. `difference`: from the person's median of that kind, empty where there are too few."""

    label: str
    value: str
    difference: str
    outlier: bool


@dataclass(frozen=True)
class StrokeCard:
    """A stroke as a card.

    Attributes:
        place: its row among the sure strokes by time.
        who: empty where all strokes are one person's.
        kind_reason: why the kind is unknown; empty where it is known.
        unknown: measures that are unknown, with the reason.
    """

    place: int
    track: int
    who: str
    kind: str
    contact_s: float
    kind_label: str
    confidence: str
    kind_reason: str
    form: tuple[FormMeasure, ...]
    unknown: tuple[str, ...]
    frame: int


@dataclass(frozen=True)
class Medians:
    """The medians of a kind's form, as a row of the PDF's table."""

    kind: str
    count: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class PersonStrokes:
    """The strokes of one person.

    Attributes:
        who: the person's name, with the part that the person plays; empty where all strokes are one person's.
        part: player, opponent or other; None where that is not known.
        count: all the person's strokes, also those without a card.
        medians: of each kind, of this person alone.
        medians_title: says whose medians they are.
    """

    who: str
    part: str | None
    count: int
    summary: str
    cards: tuple[StrokeCard, ...]
    medians: tuple[Medians, ...]
    medians_title: str


@dataclass(frozen=True)
class StrokeCards:
    """The strokes of a film, under `title`.

    Attributes:
        cards: of everybody, by time.
        people: the same by person, the player first.
        count: strokes of the player; of everybody where the player strikes none or is not known.
        summary: of the player; where it was not told who that is, how many strokes the others have, too.
        everywhere: measures that the way of filming hides, with the reason; the cards do not repeat it.
        marks: [start, contact, end, track, place] for the timeline.
    """

    cards: tuple[StrokeCard, ...]
    people: tuple[PersonStrokes, ...]
    title: str
    count: int
    left_out: int
    summary: str
    compared: bool
    everywhere: tuple[str, ...]
    labels: tuple[str, ...]
    marks: list[list]


def stroke_cards(
    strokes: pa.Table, names: Mapping[int, str], say: Words, parts: Mapping[int, str] = NOBODY, *, told: bool = True
) -> StrokeCards:
    """The sure strokes of a STROKES table, which are those that metrics count, as cards in order of time and by person.

    Of more than MOST_CARDS the surest have a card, of more than MOST_MARKS a place on the timeline.

    Args:
        strokes: Table STROKES.
        names: the names that are known, by track.
        say: the words of the report.
        parts: the part that each track plays.
        told: is it known who the player is?
    """
    rows = sorted((row for row in strokes.to_pylist() if row["confidence"] >= SURE), key=lambda row: row["contact_s"])
    surest = sorted(range(len(rows)), key=lambda place: -rows[place]["confidence"])
    known = [measure for measure in FORM if any(row[measure] is not None for row in rows)]
    shown = [measure for measure in known if IN_METRES.get(measure) not in known]
    player = next((track for track, part in parts.items() if part == PLAYER), None)
    striking = list(dict.fromkeys(row["track"] for row in rows))
    several = len({player, *striking} - {None}) > 1
    cards = [
        _card(place, rows, shown, person_name(rows[place]["track"], names, say) if several else "", say)
        for place in sorted(surest[:MOST_CARDS])
    ]
    order = sorted(striking, key=lambda track: (track != player, -sum(row["track"] == track for row in rows)))
    people = []
    for track in order:
        own = [row for row in rows if row["track"] == track]
        who = with_part(person_name(track, names, say), parts.get(track), say) if several else ""
        people.append(_person(who, parts.get(track), own, [card for card in cards if card.track == track], shown, say))
    kinds = {row["kind"] for row in rows}
    only = next(iter(kinds)) if len(kinds) == 1 else ""
    summaries = [one.summary for one in people if one.part == PLAYER or player is None]
    if rows and player is not None and player not in striking:
        summaries = [say("strokes.none_of", who=with_part(person_name(player, names, say), PLAYER, say))]
    others = [
        say("strokes.other", who=_called(one, names, parts, say), n=sum(row["track"] == one for row in rows))
        for one in order
        if one != player
    ]
    if others and not told and player is not None:
        summaries.append(say("strokes.others", who=say.listed(others)))
    counted_people = [one.count for one in people if one.part == PLAYER] or [len(rows)]
    return StrokeCards(
        cards=tuple(cards),
        people=tuple(people),
        title=say.get(f"strokes.title_{only}" if only else "strokes.title", say("strokes.title")),
        count=counted_people[0],
        left_out=strokes.num_rows - len(cards),
        summary=" ".join(summaries),
        compared=any(form.difference for card in cards for form in card.form),
        everywhere=_everywhere(rows, shown, say),
        labels=tuple(_heading(measure, only, say) for measure in shown),
        marks=[_mark(place, rows[place]) for place in sorted(surest[:MOST_MARKS])],
    )


def _called(track: int, names: Mapping[int, str], parts: Mapping[int, str], say: Words) -> str:
    """A name, and that this is the opponent; that the others play too is said before it."""
    part = parts.get(track)
    return with_part(person_name(track, names, say), part if part == OPPONENT else None, say)


def _person(
    who: str, part: str | None, own: list[dict], cards: list[StrokeCard], shown: list[str], say: Words
) -> PersonStrokes:
    kinds = sorted(  # those of unknown kind last
        {row["kind"] for row in own}, key=lambda kind: (kind == SWING, -sum(row["kind"] == kind for row in own), kind)
    )
    what = _summary(own, kinds, say)
    return PersonStrokes(
        who=who,
        part=part,
        count=len(own),
        summary=say("strokes.of", who=who, what=what) if who else what,
        cards=tuple(cards),
        medians=tuple(_medians(kind, [row for row in own if row["kind"] == kind], shown, say) for kind in kinds),
        medians_title=say("strokes.medians_of", who=who) if who else say("strokes.medians"),
    )


def _mark(place: int, row: dict) -> list:
    contact = row["contact_s"]
    start, end = (contact if row[name] is None else row[name] for name in ("start_s", "end_s"))
    return [round(start, 2), round(contact, 3), round(end, 2), row["track"], place]


def _kind_label(kind: str, say: Words) -> str:
    return say.get(f"kind.{kind}", kind)


def _label(measure: str, kind: str, say: Words) -> str:
    """The name of a measure for a kind of stroke: a delivery has no contact but a release."""
    return say.get(f"form_{kind}.{measure}", say(f"form.{measure}"))


def _heading(measure: str, kind: str, say: Words) -> str:
    """The name of a measure over a column, with the unit that its numbers are written without."""
    label, unit = _label(measure, kind, say), FORM[measure]
    return label if unit == "deg" else f"{label}, {say.unit(unit)}"


def _summary(rows: list[dict], kinds: list[str], say: Words) -> str:
    if not rows:
        return ""
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind in kinds}
    side = _hand(rows)
    hand = f" {say(f'strokes.{side}')}" if side else ""
    return say("strokes.summary", kinds=say.listed(counted(counts, say)), n=len(rows)) + hand


def _hand(rows: list[dict]) -> str | None:
    """The playing hand as the film's details give it, or as all of several strokes agree; else None.

    Where a stroke's card says that its hand is not clear, no sentence says which hand plays.
    """
    hands = {row["hand"] for row in rows}
    if len(hands) != 1 or any(row["kind_reason"] == "playing_hand_not_clear" for row in rows):
        return None
    given = all(row["hand_reason"] == "handedness_given" for row in rows)
    return hands.pop() if given or len(rows) > 1 else None


def _everywhere(rows: list[dict], shown: list[str], say: Words) -> tuple[str, ...]:
    """The measures that are unknown of some stroke for a reason of the whole film, with that reason."""
    missing: dict[str, dict[str, None]] = {}
    for row in rows:
        for measure, reason in json.loads(row["unknown"] or "{}").items():
            if measure in shown and row[measure] is None and _of_the_film(reason):
                missing.setdefault(say.reason(reason), {})[_label(measure, row["kind"], say)] = None
    return tuple(f"{', '.join(labels)}: {reason}" for reason, labels in missing.items())


def _of_the_film(reason: str) -> bool:
    """Is a reason one of how it was filmed or described, and of no single stroke?"""
    return reason.partition("(")[0] in OF_THE_FILM


def _card(place: int, rows: list[dict], shown: list[str], who: str, say: Words) -> StrokeCard:
    row = rows[place]
    like = [one for one in rows if (one["kind"], one["track"]) == (row["kind"], row["track"])]
    reasons = json.loads(row["unknown"] or "{}")
    missing: dict[str, list[str]] = {}
    for measure in shown:
        if row[measure] is None and measure in reasons and not _of_the_film(reasons[measure]):
            missing.setdefault(say.reason(reasons[measure]), []).append(_label(measure, row["kind"], say))
    kind_confidence = row["kind_confidence"]
    return StrokeCard(
        place=place,
        track=row["track"],
        who=who,
        kind=row["kind"],
        contact_s=row["contact_s"],
        kind_label=_kind_label(row["kind"], say),
        confidence=say.share(row["confidence"] if kind_confidence is None else kind_confidence),
        kind_reason=say.reason(row["kind_reason"]) if kind_confidence is None else "",
        form=tuple(_form(measure, row, like, say) for measure in shown if row[measure] is not None),
        unknown=tuple(f"{', '.join(labels)}: {reason}" for reason, labels in missing.items()),
        frame=row["contact_frame"],
    )


def _form(measure: str, row: dict, like: list[dict], say: Words) -> FormMeasure:
    unit, value = FORM[measure], row[measure]
    values = [one[measure] for one in like if one[measure] is not None]
    difference, outlier = "", False
    if len(values) >= LEAST_STROKES:
        middle = median(values)
        spread = max(MAD_TO_SIGMA * median(abs(v - middle) for v in values), LEAST_SPREAD[unit])
        outlier = abs(value - middle) > OUTLIER * spread
        difference = _signed(value - middle, unit, say)
    return FormMeasure(_label(measure, row["kind"], say), _with_unit(value, unit, say), difference, outlier)


def _signed(difference: float, unit: str, say: Words) -> str:
    """A difference with its sign and without its unit, which the value beside it has."""
    difference = _rounded(difference, unit)
    if not difference:
        return "±0"
    return say.digits(f"{difference:+.{PLACES[unit]}f}{'°' if unit == 'deg' else ''}")


def _with_unit(value: float, unit: str, say: Words) -> str:
    """A value in no more places than its measure is good for."""
    return say.with_unit(_rounded(value, unit), unit, places=PLACES[unit])


def _in_column(value: float, unit: str, say: Words) -> str:
    """A value under its `_heading`: only degrees have their unit."""
    return say.with_unit(_rounded(value, unit), unit if unit == "deg" else "none", places=PLACES[unit])


def _rounded(value: float, unit: str) -> float:
    """Rounded to the unit's places, and never minus zero."""
    return round(float(value), PLACES[unit]) + 0.0


def _medians(kind: str, rows: list[dict], shown: list[str], say: Words) -> Medians:
    values = []
    for measure in shown:
        known = [row[measure] for row in rows if row[measure] is not None]
        values.append(_in_column(median(known), FORM[measure], say) if known else "–")
    return Medians(_kind_label(kind, say), len(rows), tuple(values))
