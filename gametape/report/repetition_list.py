"""Repetitions as lists: how far and how fast each goes, and where it is in the film.

Belongs here: rounding and wording rows of `repetitions`. Does not belong here: finding them (gametape.movement).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from gametape.report.names import NOBODY, person_name, with_part
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 200


@dataclass(frozen=True)
class RepetitionLine:
    """A repetition as a button: where it goes and what it says."""

    number: int
    start_s: float
    label: str


@dataclass(frozen=True)
class PersonsRepetitions:
    """The repetitions of one person; `who` is empty where nobody else is followed."""

    who: str
    count: int
    summary: str
    lines: tuple[RepetitionLine, ...]
    left_out: int


def repetition_list(
    table: pa.Table,
    say: Words,
    names: Mapping[int, str] = NOBODY,
    parts: Mapping[int, str] = NOBODY,
    followed: int = 1,
) -> tuple[PersonsRepetitions, ...]:
    """The table REPETITIONS in words, the player first.

    Args:
        table: REPETITIONS.
        say: The report's words.
        names: The name of each track, as far as it is known.
        parts: The part of each track, the player's first.
        followed: How many people are followed in the film: of several, whose the repetitions are is said.
    """
    by_track: dict[int, list[dict]] = {}
    for row in table.sort_by("turn_s").to_pylist():
        by_track.setdefault(row["track"], []).append(row)
    first = list(parts)
    order = sorted(by_track, key=lambda track: first.index(track) if track in first else len(first) + track)
    alone = len(by_track) == 1 and followed < 2
    return tuple(_of_person(by_track[track], track, alone, say, names, parts) for track in order)


def _of_person(
    rows: list[dict], track: int, alone: bool, say: Words, names: Mapping[int, str], parts: Mapping[int, str]
) -> PersonsRepetitions:
    name = person_name(track, names, say)
    who = "" if alone else with_part(name, parts[track], say) if track in parts else name
    gaps = [then["turn_s"] - one["turn_s"] for one, then in pairwise(rows)]
    summary = say(
        "repetitions.summary",
        n=len(rows),
        joint=say(f"joint.{rows[0]['joint']}"),
        start=say.digits(f"{median(row['from_deg'] for row in rows):.0f}"),
        far=say.digits(f"{median(row['to_deg'] for row in rows):.0f}"),
        every=say.digits(f"{median(gaps):.1f}"),
        least=say.digits(f"{min(gaps):.1f}"),
        most=say.digits(f"{max(gaps):.1f}"),
    )
    if rows[0]["sides"] != "one":
        summary += " " + say("repetitions.both" if rows[0]["sides"] == "both" else "repetitions.by_turns")
    return PersonsRepetitions(who, len(rows), summary, tuple(_line(row, say) for row in rows[:MOST]), len(rows[MOST:]))


def _line(row: dict, say: Words) -> RepetitionLine:
    end = row["end_s"]
    places = {
        "start": say.digits(f"{row['from_deg']:.0f}"),
        "far": say.digits(f"{row['to_deg']:.0f}"),
        "there": say.digits(f"{row['turn_s'] - row['start_s']:.1f}"),
    }
    if end is None:
        label = say("repetitions.open", **places)
    else:
        label = say("repetitions.one", **places, back=say.digits(f"{end - row['turn_s']:.1f}"))
    return RepetitionLine(row["repetition"], row["start_s"], label)
