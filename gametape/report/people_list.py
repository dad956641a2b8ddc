"""The people that were followed, who of them is measured, and why.

Belongs here: wording rows of `people`. Does not belong here: following people and choosing one (gametape.pose).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.report.columns import column, integers
from gametape.report.names import person_name, subject_name
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.report.chart_series import Track


@dataclass(frozen=True)
class ListedPerson:
    """A person in the list.

    Attributes:
        told: In words, which part the person plays or why none, and which earlier person this one may be again.
    """

    track: int
    name: str
    span: str
    told: str


@dataclass(frozen=True)
class PeopleList:
    """Everybody followed, in the order of `tracks`. `why`: why that one, or why nobody."""

    people: tuple[ListedPerson, ...]
    why: str


def people_list(
    people: pa.Table, tracks: Sequence[Track], names: Mapping[int, str], parts: Mapping[int, str], say: Words
) -> PeopleList:
    """Each of `tracks`, as the table PEOPLE describes it; empty where there is no choice between people."""
    if not people.num_rows or len(tracks) < 2:
        return PeopleList((), "")
    track = integers(people, "track")
    earlier, confidence = column(people, "may_continue"), column(people, "may_continue_confidence")
    listed = []
    for one in tracks:
        mine = track == one.track
        known = mine & np.isfinite(earlier)
        may_be = ""
        if known.any():
            who = person_name(int(earlier[known][0]), names, say)
            may_be = say("people.may_be", who=who, sure=say.share(float(confidence[known][0])))
        span = say.span(one.start_s, one.end_s)
        name = person_name(one.track, names, say)
        watches = ""
        if mine.any() and people["plays"][row := int(np.argmax(mine))].as_py() is False:
            watches = say("people.watches", why=say.reason(people["plays_reason"][row].as_py(), names))
        part = say(f"people.{parts[one.track]}") if one.track in parts else ""
        told = "; ".join(filter(None, (part, may_be, watches)))
        listed.append(ListedPerson(one.track, name, span, told))
    return PeopleList(tuple(listed), say.reason(people["choice"][0].as_py(), names))


def movement_summary(
    metrics: pa.Table, tracks: Sequence[Track], names: Mapping[int, str], say: Words, *, moves: bool = True
) -> str:
    """When the first of `tracks` is in the film; where the picture `moves`, how far its knees and elbows bend, too.

    Empty where there is nobody.
    """
    if not tracks:
        return ""
    first = tracks[0]
    values = {
        row["metric"]: row["value"]
        for row in metrics.to_pylist()
        if row["subject"] == f"track:{first.track}" and row["value"] is not None
    }
    ranges = []
    for joint in ("knee", "elbow"):
        least, most = (
            [values[name] for side in ("left", "right") if (name := f"{side}_{joint}_{end}") in values]
            for end in ("min", "max")
        )
        if least and most and moves:
            low, high = say.with_unit(min(least), "deg", places=0), say.with_unit(max(most), "deg", places=0)
            ranges.append(say(f"summary.range_{joint}", low=low, high=high))
    key = "summary.followed_ranges" if ranges else "summary.followed"
    name = subject_name(f"track:{first.track}", names, say)
    begin, end = (say.length(at) for at in (first.start_s, first.end_s))
    return say(key, who=name, begin=begin, end=end, ranges=say.listed(ranges))
