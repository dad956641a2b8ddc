"""From the places of one track to a trajectory: contacts, smooth flights, velocities, confidence.

Belongs here: what follows from a ball's places once they are known. Does not belong here: which candidates they are
(`association`), whether a contact was a hit or a bounce (`events`).

Between two contacts the ball flies smoothly, so its place and velocity are read off a parabola fitted to the looks
within `FIT_S`. No fit reaches across a contact: bounces and hits stay as sharp as they were seen. Velocities are slopes
against time, so gaps, repeated pictures and variable frame rates need no special care. Lengths are px of a picture of
`frame_difference.PICTURE_AREA` pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.base.spacing import spaced

FIT_S = 0.125
"""A fit takes the looks within this many seconds to either side, and the nearest three of the flight at least."""
CONTACT_S = 0.17
"""Velocities before and after a contact are taken over this many seconds; two contacts are at least as far apart."""
CONTACT_SPEED = 60.0
"""Least sudden change of velocity that is a contact, px/s."""
CONTACT_SHARE = 0.5
"""Least sudden change of velocity that is a contact, as a share of the faster of the two velocities."""
CONTACT_SIGMAS = 3.0
"""Least sudden change of velocity that is a contact, in its standard errors."""
PULL = 300.0
"""Standard deviation of the acceleration in flight, px/s^2."""
SUPPORT_S = 0.3
"""Confidence in a place rests on the track's looks within this many seconds to either side."""
OWN_WEIGHT = 0.36
"""Weight of a candidate's own log odds in its confidence."""
SUPPORT_WEIGHT = 1.07
"""Weight of the mean log odds of the track around it."""
CONFIDENCE_BIAS = 2.0
"""Log odds of the confidence in a candidate when both of those are zero."""
BLUR = 0.7
"""Standard deviation of a measured place, px."""
FARTHEST = 1.5
"""Largest distance from a measured place to the smoothed one, px."""

KNOWN_CURVE = np.diag([0, 0, (BLUR / (PULL / 2)) ** 2, 0])
"""Regularisation of a kinked parabola's quadratic term (see `contacts`): accelerations in flight are about `PULL`."""


@dataclass(frozen=True)
class SmoothTrack:
    """A track at the times asked for.

    Attributes:
        places: (n, 2) px.
        velocities: (n, 2) px/s; NaN where a flight has a single look.
        numbers: (n,) number of the flight, counted from 0.
    """

    places: np.ndarray
    velocities: np.ndarray
    numbers: np.ndarray


def smooth_track(times: np.ndarray, places: np.ndarray, at: np.ndarray) -> SmoothTrack:
    """Cut a track into flights at its contacts and smooth each of them.

    Args:
        times: (n,) seconds at which the ball was seen, ascending.
        places: (n, 2) px, where it was seen.
        at: (m,) seconds within that span, at which to read the track.

    Returns:
        Places, velocities and flights at the m times.
    """
    turns = contacts(times, places)
    borders = np.concatenate([[0], turns, [len(times)]])
    numbers = np.searchsorted(times[turns], at, side="right")
    where, velocity = np.empty((len(at), 2)), np.empty((len(at), 2))
    for row, (moment, number) in enumerate(zip(at, numbers, strict=True)):
        begin, end = borders[number], borders[number + 1]
        if moment > times[end - 1] and end < len(times):  # in a gap before a contact: straight on to it
            step = times[end] - times[end - 1]
            velocity[row] = (places[end] - places[end - 1]) / step
            where[row] = places[end - 1] + velocity[row] * (moment - times[end - 1])
        else:
            # The look at a contact begins the next flight and ends this one too.
            where[row], velocity[row] = _read(times[begin : end + 1], places[begin : end + 1], moment)
    return SmoothTrack(where, velocity, numbers)


def contacts(times: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Find the looks at which the velocity changes sharply.

    Around each look a parabola with a kink in that place is fitted; the kink is the change of velocity.

    Args:
        times: (n,) seconds of the looks, ascending.
        places: (n, 2) px.

    Returns:
        Indices of the looks that begin a new flight, ascending.

    Example:
        >>> times = np.arange(31) / 30
        >>> bounce = np.column_stack([100 * times, 200 * np.abs(times - 0.5)])
        >>> contacts(times, bounce).tolist()
        [15]
    """
    kinks = np.zeros(len(times))  # in standard errors; 0 where it is no contact
    for look in range(2, len(times) - 2):
        near = slice(*np.searchsorted(times, times[look] + np.array([-CONTACT_S, CONTACT_S]) * (1 + 1e-9)))
        near = slice(min(near.start, look - 2), max(near.stop, look + 3))
        t = times[near] - times[look]
        shape = np.stack([np.ones_like(t), t, t * t, np.maximum(t, 0)], 1)
        # Regularised, so that noise in the curvature does not pass for a kink.
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
    """Place (2,) px and velocity (2,) px/s at a moment by a parabola through the looks around; a line through few."""
    at, first, last = np.searchsorted(times, moment + np.array([0, -1.1, 1.1]) * FIT_S)
    around = slice(max(0, min(first, at - 3)), max(last, at + 3))  # whatever may be near: a flight can be long
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


def confidence(times: np.ndarray, log_odds: np.ndarray) -> np.ndarray:
    """The probability (0..1) that each place of a track is the ball.

    Logistic in the candidate's own log odds and the track's mean around it; fitted to 17 of 33 labelled badminton
    rallies (right: within 4 px) and checked on the other 16.

    Args:
        times: (n,) seconds of the track's looks, ascending.
        log_odds: (n,) log odds of its candidates.

    Returns:
        (n,) probabilities.
    """
    first = np.searchsorted(times, times - SUPPORT_S)
    last = np.searchsorted(times, times + SUPPORT_S, side="right")
    total = np.concatenate([[0], np.cumsum(log_odds)])
    around = (total[last] - total[first]) / (last - first)
    return 1 / (1 + np.exp(-(OWN_WEIGHT * log_odds + SUPPORT_WEIGHT * around + CONFIDENCE_BIAS)))
