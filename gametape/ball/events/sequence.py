"""Which candidates together are the most likely course of play.

Belongs here: choosing among candidates of all kinds by their own odds and by the sport's order of contacts. Does not
belong here: the candidates (`find`), the order itself (`gametape.sports.contacts`).

What one contact is follows from its neighbours: after a hit over a table the ball bounces before it is hit again, and
two hits a quarter of a second apart are one contact. So the contacts of a stretch are chosen together, as the sequence
of the greatest total of log odds. A contact's odds in that sequence are what the total loses without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametape.sports.contacts import FORBIDDEN, Contacts

APART_S = 0.12
"""Least time between two contacts of one kind; of different kinds, unless the sport says otherwise; s."""
LINKED_S = 2.0
"""Contacts further apart than this say nothing about each other, s."""


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
    links = [np.array([_link(possible[j], possible[i], contacts) for j in range(first[i], i)], float) for i in range(n)]
    ahead, before, until = _forwards(own, first, links)
    back, since = _backwards(own, first, links)
    chosen = []
    at = int(np.argmax(ahead)) if until[-1] > 0 else -1
    while at >= 0:
        chosen.append(at)
        at = before[at]
    chosen.reverse()
    return [(i, float(until[-1] - _without(i, ahead, until, back, since, first, links)) + threshold) for i in chosen]


def _link(one: Possible, other: Possible, contacts: Contacts | None) -> float:
    """What it adds that `other` comes next after `one`."""
    apart = other.time - one.time
    if contacts is None:
        return 0.0 if apart >= APART_S else FORBIDDEN
    if apart < APART_S and (one.kind == other.kind or not (one.leads and other.leads)):
        return FORBIDDEN
    return contacts.log_odds(one.kind, other.kind, apart)


def _forwards(own: np.ndarray, first: np.ndarray, links: list[np.ndarray]) -> tuple[np.ndarray, list[int], np.ndarray]:
    """Totals of sequences from the front.

    Returns:
        (n,) the greatest total of a sequence that ends with each candidate; its last but one, -1 for none; and (n + 1,)
        the greatest total, at least 0, of one that ends before each.
    """
    n = len(own)
    ahead, before, until = np.zeros(n), [-1] * n, np.zeros(n + 1)
    last = [-1] * (n + 1)
    for i in range(n):
        best, at = until[first[i]], last[first[i]]
        if len(links[i]):
            near = ahead[first[i] : i] + links[i]
            top = int(np.argmax(near))
            if near[top] > best:
                best, at = near[top], int(first[i]) + top
        ahead[i], before[i] = own[i] + best, at
        until[i + 1], last[i + 1] = (ahead[i], i) if ahead[i] > until[i] else (until[i], last[i])
    return ahead, before, until


def _backwards(own: np.ndarray, first: np.ndarray, links: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Totals of sequences from the back: (n,) of those that begin with each candidate, (n + 1,) with it or later."""
    n = len(own)
    back, since = np.zeros(n), np.zeros(n + 1)
    for i in range(n - 1, -1, -1):
        free = int(np.searchsorted(first, i, side="right"))  # the next that are not linked
        linked = [links[k][i - first[k]] + back[k] for k in range(i + 1, free)]
        back[i] = own[i] + max([since[max(free, i + 1)], *linked])
        since[i] = max(since[i + 1], back[i])
    return back, since


def _without(
    i: int,
    ahead: np.ndarray,
    until: np.ndarray,
    back: np.ndarray,
    since: np.ndarray,
    first: np.ndarray,
    links: list[np.ndarray],
) -> float:
    """The greatest total of a sequence that leaves a candidate out."""
    best = until[i]
    for k in range(i + 1, len(ahead)):
        if first[k] >= i:
            return float(max(best, until[i] + since[k]))
        near = ahead[first[k] : i] + links[k][: i - first[k]]
        best = max(best, max(until[first[k]], near.max(initial=0.0)) + back[k])
    return float(best)
