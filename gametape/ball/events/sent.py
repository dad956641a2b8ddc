"""A ball that is let go first and played then, as far as it is in sight: where it is first seen, and where it is lost.

Belongs here: what the first and the last sight of such a ball say, and when what begins play was a release. Does not
belong here: which contacts the path shows (`find`), their order (`sequence`), how long a sport's ball takes
(`gametape.sports.contacts`).

A path shows no turn where it begins or ends. But a ball that comes into sight and bounces was let go there, unless
something hid it, and one that is lost when it is to be played was played there, unless it was left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gametape.ball.events.sequence import APART_S, LINKED_S
from gametape.sports.contacts import Contacts

LOST_S = 0.2
"""A ball that is not seen for longer than this is lost from sight, s."""
LATER_S = 0.04
"""A ball that is lost when it is to be played is met so long after its last sight, s, if the film goes on: the bat or
the batter hides it at the last. Chosen; measured against 0 alone, on simulated deliveries (docs/benchmarks.md)."""
FLOWN_S = 0.25
"""A ball that was seen for longer than this before a contact came flying: it was not let go there; s."""
ABRUPT = float(np.log(2))
"""Where the film or shot begins or ends there, the first or last sight says half as much."""


@dataclass(frozen=True)
class EventCandidate:
    """What may be an event.

    Attributes:
        kind: `hit`, `bounce` or `impact`.
        time: Seconds.
        strength: Log odds of the network's probability.
        leads: Is no other kind likelier at that moment?
        doubt: Log odds that it loses because its flight is seen on one side only.
        seen_s: Seconds for which the ball was seen before it, now and then.
        followed_s: Seconds for which the ball is seen after it, now and then.
        edge: `first` or `last` where it is the first or the last sight of the ball and nothing else speaks for it.
    """

    kind: str
    time: float
    strength: float
    leads: bool = True
    doubt: float = 0.0
    seen_s: float = 0.0
    followed_s: float = 0.0
    edge: str | None = None


def with_edges(
    possible: Sequence[EventCandidate], times: np.ndarray, cuts: np.ndarray | None, contacts: Contacts | None
) -> list[EventCandidate]:
    """The candidates of a stretch and, where play begins with a release, its first sight and the ends of its sights.

    Args:
        possible: In order of time.
        times: (n,) seconds of the stretch's sights, ascending.
        cuts: Seconds of the first and last picture of each shot.
        contacts: The sport's order; None: not known.

    Returns:
        In order of time; of an edge `strength` is its log odds.
    """
    if contacts is None or contacts.sent is None:
        return list(possible)
    sent = contacts.sent
    reaches = sent.reaches_s
    ends = times[np.append(np.diff(times) > LOST_S, True)]
    sends = [one.time for one in possible if one.kind == "hit"]
    over = np.inf if cuts is None else float(min(cuts[cuts >= times[-1]], default=np.inf))

    def edge(which: str, at: float, odds: float) -> EventCandidate:
        doubt = ABRUPT if cuts is not None and at in cuts else 0.0
        moment = min(at + LATER_S, over) if which == "last" else at
        followed = max(0.0, times[-1] - moment)
        return EventCandidate("hit", moment, odds, doubt=doubt, seen_s=at - times[0], followed_s=followed, edge=which)

    found = [edge("first", float(times[0]), sent.seen_from_odds)]
    sends.append(float(times[0]))
    for at in ends.tolist():
        if any(reaches[0] <= at - one <= reaches[1] for one in sends):
            found.append(edge("last", at, sent.met_odds))
    return sorted([*possible, *found], key=lambda one: one.time)


def settled(possible: Sequence[EventCandidate], odds: Sequence[float]) -> tuple[list[EventCandidate], list[float]]:
    """The candidates of a stretch and their log odds with one reading of each edge.

    That a contact is seen from one side only is no doubt where the ball is expected to come into sight, or to be lost.

    Args:
        possible: In order of time.
        odds: Their log odds, without doubt.
    """
    sure = [own - one.doubt for one, own in zip(possible, odds, strict=True)]
    gone = set()
    for at, one in enumerate(possible):
        if one.edge is None:
            continue
        near = [
            i for i, other in enumerate(possible)
            if other.edge is None and other.kind == one.kind and abs(other.time - one.time) < APART_S
        ]  # fmt: skip
        for i in near:
            sure[i] = odds[i] - min(possible[i].doubt, one.doubt)
        if near and max(sure[i] for i in near) >= sure[at]:
            gone.add(at)
        else:
            gone.update(near)
    kept = [i for i in range(len(possible)) if i not in gone]
    return [possible[i] for i in kept], [sure[i] for i in kept]


def named(
    chosen: Sequence[tuple[EventCandidate, float]], last: float, contacts: Contacts | None
) -> list[tuple[EventCandidate, float]]:
    """The contacts of a stretch with what each is called, without edges that nothing speaks for.

    Args:
        chosen: Candidates and their log odds, in order of time.
        last: Seconds of the contact before the stretch.
        contacts: As for `with_edges`.
    """
    if contacts is None:
        return list(chosen)
    found: list[tuple[EventCandidate, float]] = []
    for at, (one, odds) in enumerate(chosen):
        kind = one.kind
        if kind == "hit" and one.time - last > LINKED_S:
            kind = _begins(one, [after for after, _ in chosen[at + 1 :]], contacts)
        if (one.edge == "first" and kind != contacts.begins) or (one.edge == "last" and not _met(one, found, contacts)):
            continue
        last = one.time
        found.append((replace(one, kind=kind), odds))
    return found


def _begins(one: EventCandidate, after: Sequence[EventCandidate], contacts: Contacts) -> str:
    """What the hit is called with which play begins."""
    flew = after[0].time - one.time if after else one.followed_s
    bounces = next((i for i, later in enumerate(after) if later.kind != "bounce"), len(after))
    return contacts.first_kind(flew, bounces) if one.seen_s <= FLOWN_S else "hit"


def _met(one: EventCandidate, before: Sequence[tuple[EventCandidate, float]], contacts: Contacts) -> bool:
    """Was a ball that is lost let go so long before, and not yet played?"""
    played = next((earlier for earlier, _ in reversed(before) if earlier.kind != "bounce"), None)
    if played is None or played.kind != contacts.begins or contacts.sent is None:
        return False
    return contacts.sent.reaches_s[0] <= one.time - played.time <= contacts.sent.reaches_s[1] + LATER_S
