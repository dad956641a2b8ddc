"""From the places a track went through to a trajectory: contacts, smooth flights, velocities, short gaps filled.

Belongs here: what is said of one ball once its places are known. Does not belong here: which places those are
(`path`), what a contact was (a hit, a bounce).

Between two contacts the ball flies smoothly, so a place or velocity there is read off a parabola fitted to the
looks within `FIT_S`. No fit looks across a contact: bounces and hits stay as sharp as they were seen. Velocities
are slopes against time, so gaps, repeated pictures and variable frame rates need no care. Lengths are in pixels of a
picture of `motion.PICTURE_AREA`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.base.spacing import spaced

FIT_S = 0.125
"""A fit takes the looks so far to either side, and at least the nearest three of the flight."""
CONTACT_S = 0.17
"""Velocities before and after a contact are taken over so long; two contacts are not nearer than that."""
CONTACT_SPEED = 60.0
"""Least sudden change of velocity that is a contact, px/s."""
CONTACT_SHARE = 0.5
"""Nor is it one unless it is this share of the faster of the two velocities,"""
CONTACT_SIGMAS = 3.0
"""and so many standard errors."""
PULL = 300.0
"""Standard deviation of the acceleration in flight, px/s^2."""
SUPPORT_S = 0.3
OWN_WEIGHT, SUPPORT_WEIGHT, CONFIDENCE_BIAS = 0.36, 1.07, 2.0
"""How confidence rests on a candidate's own likelihood and on its track's, so far to either side."""
BLUR = 0.7
"""Standard deviation of a measured place, px."""
FARTHEST = 1.5
"""A smoothed place lies no further than this from the measured one, px."""

KNOWN_CURVE = np.diag([0, 0, (BLUR / (PULL / 2)) ** 2, 0])


@dataclass(frozen=True)
class Flights:
    """A track at the times asked for: places (n, 2) px, velocities (n, 2) px/s, number of the flight (n,) from 0."""

    places: np.ndarray
    velocities: np.ndarray
    numbers: np.ndarray


def fly(times: np.ndarray, places: np.ndarray, at: np.ndarray) -> Flights:
    """The flights of a track seen at `places` (n, 2) at `times` (n,), told for the times `at` within its span.

    A velocity is NaN where the flight has one look only.
    """
    turns = contacts(times, places)
    borders = np.concatenate([[0], turns, [len(times)]])
    numbers = np.searchsorted(times[turns], at, side="right")
    where, velocity = np.empty((len(at), 2)), np.empty((len(at), 2))
    for row, (moment, number) in enumerate(zip(at, numbers, strict=True)):
        begin, end = borders[number], borders[number + 1]
        if moment > times[end - 1] and end < len(times):  # in a gap that a contact ends
            step = times[end] - times[end - 1]
            velocity[row] = (places[end] - places[end - 1]) / step
            where[row] = places[end - 1] + velocity[row] * (moment - times[end - 1])
        else:
            # The ball is where a contact is, so the look that begins the next flight ends this one too.
            where[row], velocity[row] = _read(times[begin : end + 1], places[begin : end + 1], moment)
    return Flights(where, velocity, numbers)


def contacts(times: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The looks at which the velocity changes sharply, in order; each begins a new flight.

    Around each look a parabola with a kink there is fitted; its kink is the change of velocity.
    """
    kinks = np.zeros(len(times))  # in standard errors; 0 where too small
    for look in range(2, len(times) - 2):
        near = slice(*np.searchsorted(times, times[look] + np.array([-CONTACT_S, CONTACT_S]) * (1 + 1e-9)))
        near = slice(min(near.start, look - 2), max(near.stop, look + 3))
        t = times[near] - times[look]
        shape = np.stack([np.ones_like(t), t, t * t, np.maximum(t, 0)], 1)
        # What is known of accelerations in flight keeps the parabola from passing for a kink.
        inverse = np.linalg.inv(shape.T @ shape + KNOWN_CURVE) @ shape.T
        _, before, _, kink = inverse @ places[near]
        change = np.hypot(*kink)
        error = BLUR * np.linalg.norm(inverse[3])
        faster = max(np.hypot(*before), np.hypot(*(before + kink)))
        if change > max(CONTACT_SPEED, CONTACT_SHARE * faster, CONTACT_SIGMAS * error):
            kinks[look] = change / error
    sharpest = np.argsort(-kinks, kind="stable")[: np.count_nonzero(kinks)]
    return np.sort(sharpest[spaced(times[sharpest], CONTACT_S)])


def _read(times: np.ndarray, places: np.ndarray, moment: float) -> tuple[np.ndarray, np.ndarray]:
    """Place and velocity at `moment` by a parabola through the looks around; a line where there are few."""
    at, first, last = np.searchsorted(times, moment + np.array([0, -1.1, 1.1]) * FIT_S)
    around = slice(max(0, min(first, at - 3)), max(last, at + 3))  # all that may be near: a flight may be long
    times, places = times[around], places[around]
    t = times - moment
    near = np.flatnonzero(np.abs(t) <= FIT_S)
    if len(near) < 3:
        near = np.sort(np.argsort(np.abs(t), kind="stable")[:3])
    t, seen = t[near], places[near]
    shape = t[:, None] ** np.arange(1 + (len(t) > 1) + (len(t) > 3))
    fit = np.linalg.lstsq(shape, seen, rcond=None)[0]
    place, velocity = fit[0], fit[1] if len(fit) > 1 else np.full(2, np.nan)
    here = np.flatnonzero(t == 0)
    if len(here):
        off = place - seen[here[0]]
        place = seen[here[0]] + off * min(1, FARTHEST / max(np.hypot(*off), 1e-9))
    return place, velocity


def even_times(times: np.ndarray, repeats: np.ndarray, reach: int = 6) -> np.ndarray:
    """When each different picture of a shot was taken, if some pictures were repeated to fill a frame rate.

    `times` (n,) of the frames and which of them repeat the one before; returns those of the others. A film at 25
    frames a second that is sold as 30 shows every fifth picture twice, so the others' times jump by one or two
    thirtieths though they were taken evenly: their mean over `reach` looks to either side is nearer the truth.
    Where no picture is repeated near by, or none changes for long, times stay as they are.
    """
    looks = np.flatnonzero(~repeats)
    seen = times[looks]
    if len(looks) < 3:
        return seen
    steps, skips = np.diff(seen), np.diff(looks)
    usual = np.median(steps)
    even = seen.copy()
    for i in range(1, len(looks) - 1):
        r = min(i, len(looks) - 1 - i, reach)
        around = slice(i - r, i + r)
        if skips[around].max() > 1 and steps[around].max() < 3 * usual:
            even[i] = seen[i - r : i + r + 1].mean()
    return even


def confidence(times: np.ndarray, log_odds: np.ndarray) -> np.ndarray:
    """The chance (0..1) that each place of a track is the ball's, from its own log odds and its track's near it.

    Logistic, fitted to 17 of 33 labelled badminton rallies (right: within 4 px) and checked on the other 16.
    """
    first = np.searchsorted(times, times - SUPPORT_S)
    last = np.searchsorted(times, times + SUPPORT_S, side="right")
    total = np.concatenate([[0], np.cumsum(log_odds)])
    around = (total[last] - total[first]) / (last - first)
    return 1 / (1 + np.exp(-(OWN_WEIGHT * log_odds + SUPPORT_WEIGHT * around + CONFIDENCE_BIAS)))
