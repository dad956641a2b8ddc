"""Who was followed, and who is measured and why.

Belongs here: wording `people` for a reader. Does not belong here: following and choosing (gametape.pose, coaching).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.report.overlay import column, integers
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.report.series import Track


@dataclass(frozen=True)
class Followed:
    """A person in the list. `may_be`: the earlier person that this one may be again, in words."""

    track: int
    name: str
    span: str
    is_subject: bool
    may_be: str


@dataclass(frozen=True)
class People:
    """Who was followed, the subject first. `why`: why the subject, or why nobody; empty where the table is."""

    followed: tuple[Followed, ...]
    why: str


def followed(people: pa.Table, tracks: list[Track], called: Mapping[int, str], say: Words) -> People:
    """Each of `tracks` as the table PEOPLE tells of them; nothing where there is no choice between people."""
    if not people.num_rows or len(tracks) < 2:
        return People((), "")
    track, subject = integers(people, "track"), np.array(people["subject"].to_pylist(), bool)
    earlier, sure = column(people, "may_continue"), column(people, "may_continue_confidence")
    told = []
    for one in tracks:
        mine = track == one.track
        known = mine & np.isfinite(earlier)
        may_be = ""
        if known.any():
            who = name_of(int(earlier[known][0]), called, say)
            may_be = say("people.may_be", who=who, sure=say.share(float(sure[known][0])))
        span = f"{say.clock(one.start_s)}–{say.clock(one.end_s)}"
        told.append(Followed(one.track, name_of(one.track, called, say), span, bool(subject[mine].any()), may_be))
    told.sort(key=lambda one: not one.is_subject)
    names = {str(number): name_of(int(number), called, say) for number in np.unique(track)}
    why = "; ".join(say.told(part, track=names) for part in people["choice"][0].as_py().split("; "))
    return People(tuple(told), why)


def name_of(track: int, called: Mapping[int, str], say: Words) -> str:
    return called.get(track) or say("people.person", track=str(track))
