"""The bounces of a serve over a table, which is to bounce on both halves.

Belongs here: bounces that only the rules of a serve make likely. Does not belong here: the order of contacts in play
(`sequence`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.events.sent import EventCandidate
from gametape.ball.events.sequence import LINKED_S
from gametape.sports.contacts import FORBIDDEN

if TYPE_CHECKING:
    from gametape.sports.contacts import Contacts

EXPECTED = float(np.log(9))
"""Log odds added to the bounce that a serve still lacks when it is returned: nine in ten first hits that are found are
taken to be good serves."""

_Course = list[tuple[EventCandidate, float]]


def with_bounces(
    course: _Course,
    possible: _Course,
    contacts: Contacts,
    last: float,
    threshold: float,
) -> _Course:
    """A course of play in which the hits that begin it have their `contacts.first_bounces`, as far as they are seen.

    Args:
        course: The contacts that were chosen in a stretch and their log odds, in order of time.
        possible: All candidates of the stretch and their log odds, each by itself.
        contacts: The order of contacts in the sport.
        last: Second of the last contact before.
        threshold: Log odds from which a contact is taken.

    Returns:
        The same with more bounces, in order of time.
    """
    added: _Course = []
    for at, (one, _) in enumerate(course):
        begins, last = one.kind == "hit" and one.time - last > LINKED_S, one.time
        after = next((i for i in range(at + 1, len(course)) if course[i][0].kind != "bounce"), None)
        if not begins or after is None or course[after][0].time - one.time > LINKED_S:
            continue
        then = course[after][0].time
        known = [bounce.time for bounce, _ in course[at + 1 : after]]
        free = [
            (odds + EXPECTED, other)
            for other, odds in possible
            if other.kind == "bounce" and other.leads and one.time < other.time < then and other.time not in known
        ]
        for sure, bounce in sorted(free, key=lambda pair: -pair[0]):
            times = [one.time, *sorted([*known, bounce.time]), then]
            if sure >= threshold and len(times) <= contacts.first_bounces + 2 and _may_be(times, contacts):
                known.append(bounce.time)
                added.append((bounce, sure))
    return sorted([*course, *added], key=lambda pair: pair[0].time)


def _may_be(times: Sequence[float], contacts: Contacts) -> bool:
    """May the ball be hit, bounce and be hit again at these seconds?"""
    kinds = ["hit", *["bounce"] * (len(times) - 2), "hit"]
    return all(
        contacts.log_odds(*pair, then - first) > FORBIDDEN
        for pair, (first, then) in zip(pairwise(kinds), pairwise(times), strict=True)
    )
