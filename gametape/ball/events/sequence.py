"""Which candidates together are the most likely course of play.

Belongs here: choosing among candidates of all kinds by their own odds and by the sport's order of contacts. Does not
belong here: the candidates (`find`), the order itself (`gametape.sports.contacts`).

What one contact is follows from its neighbours: after a hit over a table the ball bounces before it is hit again, and
two hits a quarter of a second apart are one contact. So the contacts of a stretch are chosen together, as the sequence
of the greatest total of log odds. A contact's odds in that sequence are what the total loses without it.

That a hit comes sooner than usual after a hit is held against it once in a row of such: who play close to each other do
so for more than one hit, and a hit between two others makes both times short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametape.sports.contacts import FORBIDDEN, SOON, Contacts

APART_S = 0.12
"""Least time between two contacts of one kind; of different kinds, unless the sport says otherwise; s."""
LINKED_S = 2.0
"""Contacts further apart than this say nothing about each other, s."""

_State = tuple[int, int]
"""Number of a candidate, and whether (1) or not (0) it comes sooner than usual after one of its kind."""


@dataclass(frozen=True)
class Possible:
    """A contact that may have been.

    Attributes:
        kind: Its kind.
        time: Seconds.
        odds: Log odds that it is right, by itself.
        leads: Is its kind the likeliest at its own moment? One that does not lead is another reading of a contact, and
            never a second one beside it.
    """

    kind: str
    time: float
    odds: float
    leads: bool = True


def choose(possible: Sequence[Possible], contacts: Contacts | None, threshold: float) -> list[tuple[int, float]]:
    """The most likely sequence.

    Args:
        possible: In order of time.
        contacts: The sport's order; None where it is not known.
        threshold: Log odds from which a contact by itself is taken.

    Returns:
        Index and log odds of each contact that is chosen, in order of time.
    """
    n = len(possible)
    times = np.array([one.time for one in possible])
    own = np.array([one.odds - threshold for one in possible])
    if contacts is not None:
        own = np.where([one.kind in contacts.kinds for one in possible], own, FORBIDDEN)
    first = np.searchsorted(times, times - LINKED_S)
    links = [_links(possible[first[i] : i], possible[i], contacts) for i in range(n)]
    ahead, before, until, last = _forwards(own, first, links)
    back, since = _backwards(own, first, links)
    chosen = []
    at = last
    while at is not None:
        chosen.append(at[0])
        at = before[at]
    chosen.reverse()
    return [(i, float(until[-1] - _without(i, ahead, until, back, since, first, links)) + threshold) for i in chosen]


@dataclass(frozen=True)
class _Links:
    """What comes before a contact, within `LINKED_S`.

    Attributes:
        odds: (m, 2) what it adds that the contact comes next after each of m, where that one was not soon, and was.
        soon: (m,) is it soon: sooner than usual after one of its kind? 0 or 1, to index by.
    """

    odds: np.ndarray
    soon: np.ndarray


def _links(ones: Sequence[Possible], other: Possible, contacts: Contacts | None) -> _Links:
    odds, soon = np.zeros((len(ones), 2)), np.zeros(len(ones), int)
    for at, one in enumerate(ones):
        early = contacts is not None and contacts.soon(one.kind, other.kind, other.time - one.time)
        soon[at] = early and one.kind == other.kind
        odds[at] = _link(one, other, contacts) + np.array([SOON * early, SOON * (early and not soon[at])])
    return _Links(odds, soon)


def _link(one: Possible, other: Possible, contacts: Contacts | None) -> float:
    """What it adds that `other` comes next after `one`, however soon that is."""
    apart = other.time - one.time
    if contacts is None:
        return 0.0 if apart >= APART_S else FORBIDDEN
    if apart < APART_S and (one.kind == other.kind or not (one.leads and other.leads)):
        return FORBIDDEN
    return contacts.log_odds(one.kind, other.kind, apart)


def _forwards(
    own: np.ndarray, first: np.ndarray, links: list[_Links]
) -> tuple[np.ndarray, dict[_State, _State | None], np.ndarray, _State | None]:
    """Totals of sequences from the front.

    Returns:
        (n, 2) the greatest total of a sequence that ends with each candidate, where it is not soon and where it is; its
        last but one, None for none; (n + 1,) the greatest total, at least 0, of one that ends before each; the last of
        the greatest.
    """
    n = len(own)
    ahead, until = np.full((n, 2), -np.inf), np.zeros(n + 1)
    before: dict[_State, _State | None] = {}
    last: list[_State | None] = [None] * (n + 1)
    for i in range(n):
        best: list[tuple[float, _State | None]] = [(until[first[i]], last[first[i]]), (-np.inf, None)]
        near = ahead[first[i] : i] + links[i].odds
        for early in (0, 1):
            mine = np.where(links[i].soon[:, None] == early, near, -np.inf)
            if mine.max(initial=-np.inf) > best[early][0]:
                top, came = np.unravel_index(int(mine.argmax()), mine.shape)
                best[early] = mine[top, came], (int(first[i] + top), int(came))
            ahead[i, early], before[i, early] = own[i] + best[early][0], best[early][1]
        early = int(ahead[i].argmax())
        better = ahead[i, early] > until[i]
        until[i + 1], last[i + 1] = (ahead[i, early], (i, early)) if better else (until[i], last[i])
    return ahead, before, until, last[-1]


def _backwards(own: np.ndarray, first: np.ndarray, links: list[_Links]) -> tuple[np.ndarray, np.ndarray]:
    """Totals of sequences from the back.

    Returns:
        (n, 2) of those that begin with each candidate, where it is not soon and where it is; (n + 1,) of those that
        begin with it or later.
    """
    n = len(own)
    back, since = np.zeros((n, 2)), np.zeros(n + 1)
    for i in range(n - 1, -1, -1):
        free = int(np.searchsorted(first, i, side="right"))  # the next that are not linked
        best = np.full(2, since[max(free, i + 1)])
        for k in range(i + 1, free):
            at = i - first[k]
            best = np.maximum(best, links[k].odds[at] + back[k, links[k].soon[at]])
        back[i] = own[i] + best
        since[i] = max(since[i + 1], back[i, 0])
    return back, since


def _without(
    i: int,
    ahead: np.ndarray,
    until: np.ndarray,
    back: np.ndarray,
    since: np.ndarray,
    first: np.ndarray,
    links: list[_Links],
) -> float:
    """The greatest total of a sequence that leaves a candidate out."""
    best = until[i]
    for k in range(i + 1, len(ahead)):
        if first[k] >= i:
            return float(max(best, until[i] + since[k]))
        part = slice(0, i - first[k])
        near = (ahead[first[k] : i] + links[k].odds[part]).max(axis=1) + back[k, links[k].soon[part]]
        best = max(best, until[first[k]] + back[k, 0], near.max())
    return float(best)
