"""The stroke that puts the ball in play: whether a stroke is one, and where it is though no hit was found.

Belongs here: the ball before a rally's first hit. Does not belong here: which kind of stroke that is (the sport's
strokes.yaml), whose it is (`owners`).

A ball that is served comes from the server's hand: until then it is held, tossed or dropped there. A serve may be too
soft for the ball's events, and then the first hit that is found is the return.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from gametape.ball.sightings import IN_FLIGHT
from gametape.strokes.hits import BallSightings, Hit
from gametape.strokes.owners import IN_PLAY_S

TOSSED = 1.2
"""Before a serve the ball is this near to where it will be hit, body heights: a toss begins at the hip."""
ASIDE, BELOW = 0.45, 0.3
"""A ball that is let go to be hit low comes from no farther aside, and from no farther below, body heights."""
BEFORE_S = (0.8, 0.1)
"""Where the ball comes from is seen from and until so many seconds before a hit."""
FEWEST = 3
"""Least number of such sightings."""
SAME_S = 0.3
"""Two contacts that are nearer in time than this may be one that was found twice."""
HELD = 0.05
"""A ball is held while it moves by no more than this, body heights,"""
HELD_S = 0.1
"""in so many seconds."""
LEAVES = 0.15
"""It has left the hand when it is so many body heights away."""
LOST_S = 0.15
"""A flight goes on where the ball is out of sight for less than this, s."""
FLIES_S = (0.2, 1.5)
"""Least and longest duration of the flight of a serve that is not found by its hit, s: a soft one is short."""
NEW_S = 0.3
"""A ball that was not seen for so long before it flies was held out of sight, s."""
UNSEEN = 0.5
"""Confidence in a hit that only the beginning of a flight shows."""


def puts_in_play(
    moment: float, place: np.ndarray, contacts: Sequence[float], seen: BallSightings, height: float, tossed: bool
) -> bool | None:
    """Is a hit the first of its rally, of a ball that was at the player's before?

    Args:
        moment: Contact, s.
        place: (2,) px where the ball is hit.
        contacts: Ascending seconds of all contacts.
        seen: The ball.
        height: The player's height, px.
        tossed: Is a ball that is put in play hit above the head?

    Returns:
        None where it is the first one but the ball was not seen before, as far as it may have come.
    """
    if began_before(moment, contacts):
        return False
    first, last = np.searchsorted(seen.times, [moment - BEFORE_S[0], moment - BEFORE_S[1]])
    off, speeds = (seen.places[first:last] - place) / height, seen.speeds[first:last] / height
    near = np.hypot(*off.T) <= TOSSED
    # What is slow and far away is no ball that comes.
    counts = near | (speeds >= IN_FLIGHT)
    if not tossed:
        near &= (np.abs(off[:, 0]) <= ASIDE) & (off[:, 1] <= BELOW)
    return None if counts.sum() < FEWEST else bool(near[counts].all())


def began_before(moment: float, contacts: Sequence[float]) -> bool:
    """Was the ball in play before a moment, by ascending seconds of contacts?"""
    at = bisect_left(contacts, moment - SAME_S)
    return bool(at) and moment - contacts[at - 1] <= IN_PLAY_S


def unseen_serves(hits: Sequence[Hit], seen: BallSightings, start: float, height: float) -> list[Hit]:
    """The beginnings of the flights to the first hit of each rally, where no hit was found.

    Args:
        hits: All hits, in order of time.
        seen: The ball.
        start: First second of the film.
        height: Height of a person, px.

    Returns:
        Hits without a frame of BALL_EVENTS.
    """
    found, before = [], -np.inf
    for hit in hits:
        if hit.time_s - before > IN_PLAY_S and (at := _flight_start(hit.time_s, seen, start, height)) is not None:
            found.append(Hit(None, float(seen.times[at]), seen.places[at], UNSEEN))
        before = hit.time_s
    return found


def _flight_start(moment: float, seen: BallSightings, start: float, height: float) -> int | None:
    """Number of the sighting in which the ball that is hit at a moment leaves the hand of the server."""
    last = int(np.searchsorted(seen.times, moment)) - 1
    if last < 1 or moment - seen.times[last] > LOST_S:
        return None
    gaps = np.diff(seen.times[: last + 1])
    lost = np.flatnonzero(gaps > LOST_S)
    first = int(lost[-1]) + 1 if len(lost) else 0
    for at in range(last, first - 1, -1):
        held = slice(max(first, int(np.searchsorted(seen.times, seen.times[at] - HELD_S - 1e-6))), at + 1)
        apart = np.hypot(*(seen.places[held] - seen.places[at]).T).max() / height
        long = seen.times[at] - seen.times[held.start] >= 0.8 * HELD_S
        if long and apart <= HELD and _far(moment, at, last, seen, height):
            off = np.hypot(*(seen.places[at : last + 1] - seen.places[at]).T) / height
            return at + int(np.argmax(off > LEAVES)) - 1  # it moves in the hand, too
    known = start if first == 0 else seen.times[first - 1]
    if seen.times[first] - known >= NEW_S and _far(moment, first, last, seen, height):
        return first
    return None


def _far(moment: float, at: int, last: int, seen: BallSightings, height: float) -> bool:
    """Does the ball fly for long enough from one sighting to the last, and away from where it was?"""
    far = np.hypot(*(seen.places[last] - seen.places[at])) / height
    return bool(FLIES_S[0] <= moment - seen.times[at] <= FLIES_S[1] and far >= TOSSED / 2)
