"""Is a segment of a track a ball? So that a film's ball is kept and its insects are not.

Belongs here: what speaks against a segment, judged by itself. Does not belong here: following it (`association`), what
the people nearby show about it (`gametape.coaching`). Lengths are px of a picture of `frame_difference.PICTURE_AREA`
pixels.

A finder that knows balls is confident somewhere on a real one; on feet, elbows and heads it is not. A ball that nothing
touches falls or, on the ground, runs straight: what is slow all along and curves in another way is carried by the air
or by a hand. What runs straight and slowly, or in two straight parts with a touch between them, may be rolling and is
kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametape.ball.trajectory import contacts

FEWEST = 3
"""Least number of looks of a segment."""
STILL = 6.0
"""A ball in play moves by at least this many px over a segment."""
SLOW = 150.0
"""What reaches this speed, px/s, was thrown, hit or dropped, and drag and spin may curve it. In the labelled clips no
ball that bends by `BEND` stays below 310; an insect in a tennis serve that was taken for the ball stays below 95."""
PACE_S = 0.1
"""Speeds are taken over this many seconds."""
BEND = 6.0
"""A slow flight that bends by more px than a fall and a change of pace explain is no ball. Slow balls of the labelled
clips bend by 4.9 at most, the insect by 8.6."""
LONG_S = 0.5
"""Only flights of at least this many seconds are judged by how they bend."""
SLOWING = 2.0
"""Largest change of a slow ball's speed by friction, drag and perspective, as a share of the speed per second."""
COMPANY_S = 1.0
"""A ball in play is seen again within this many seconds."""
CUT_OFF_S = 0.125
"""A segment that ends within this many seconds of a shot's first or last look may go on beyond it: 97 % of 230 balls in
flight at cuts made in labelled rallies do. Glimpses of insects end 0.15 and 0.27 s before the end of two real films."""


def objection(times: np.ndarray, places: np.ndarray, confidence: np.ndarray, sure: float) -> str | None:
    """What speaks against a segment being a ball.

    Args:
        times: (n,) seconds of its looks, ascending.
        places: (n, 2) px.
        confidence: (n,) 0..1.
        sure: Confidence that the finder reaches somewhere on a ball.

    Returns:
        `brief`, `still`, `unsure` or `drift`; None where it may be a ball.
    """
    if len(times) < FEWEST:
        return "brief"
    if np.ptp(places, axis=0).max() < STILL:
        return "still"
    if confidence.max() < sure:
        return "unsure"
    return "drift" if _drifts(times, places) else None


def _drifts(times: np.ndarray, places: np.ndarray) -> bool:
    if np.ptp(times) < LONG_S or _pace(times, places) >= SLOW:
        return False
    flights = np.searchsorted(times[contacts(times, places)], times, side="right")
    own = (flights == number for number in np.unique(flights))
    return any(_bends_throughout(times[one], places[one]) for one in own if np.ptp(times[one]) >= LONG_S)


def _bends_throughout(times: np.ndarray, places: np.ndarray) -> bool:
    """Does it bend all along, and not at one touch, too gentle for a contact, between two straight parts?"""
    return bend(times, places) > BEND and all(
        max(bend(times[: touch + 1], places[: touch + 1]), bend(times[touch:], places[touch:])) > BEND / 4
        for touch in range(2, len(times) - 2)
    )  # half of a parabola bends by a quarter


def _pace(times: np.ndarray, places: np.ndarray) -> float:
    """The highest speed over `PACE_S`, px/s."""
    begin = times[times <= times[-1] - PACE_S]
    x, y = (np.interp(begin + PACE_S, times, axis) - np.interp(begin, times, axis) for axis in places.T)
    return float(np.hypot(x, y).max() / PACE_S)


def isolated(
    spans: Sequence[tuple[float, float]], looks: np.ndarray, glimpse_s: float, sure: Sequence[bool]
) -> list[bool]:
    """Which segments of a shot are short and have no other near them, as far as the shot shows.

    At the shot's ends a ball may go on beyond them. Only a segment that is sure has the benefit of that doubt: a foot
    that lands just before the film ends is, for a picture or two, as likely a ball as a ball is.

    Args:
        spans: Seconds of the first and the last look of each segment, in order of time.
        looks: (n,) seconds of all looks of the shot, ascending.
        glimpse_s: Segments shorter than this many seconds are short.
        sure: Of each segment, whether the finder is sure of it in most of its looks.

    Returns:
        One answer for each segment.
    """
    if not spans or np.ptp(looks) < COMPANY_S:
        return [False] * len(spans)  # the shot is too short to tell
    first, last = looks[0] + CUT_OFF_S, looks[-1] - CUT_OFF_S
    edges = [(-np.inf,) * 2, *spans, (np.inf,) * 2]
    return [
        end - begin < glimpse_s
        and begin - before[1] > COMPANY_S
        and after[0] - end > COMPANY_S
        and not (known and (begin <= first or end >= last))
        for before, (begin, end), after, known in zip(edges, spans, edges[2:], sure, strict=False)
    ]


def bend(times: np.ndarray, places: np.ndarray) -> float:
    """How far the middle of a flight lies from where it would be, had the ball only fallen and changed its pace.

    An acceleration a bends a flight of T seconds by a T^2 / 8.

    Args:
        times: (n,) seconds, ascending.
        places: (n, 2) px, y down.

    Returns:
        px.

    Example:
        >>> times = np.linspace(0, 1, 31)
        >>> round(bend(times, np.column_stack([60 * times, 40 * times**2])), 6)  # falls
        0.0
        >>> round(bend(times, np.column_stack([60 * times, -40 * times**2])))  # rises ever faster
        8
    """
    lasted = np.ptp(times)
    t = times - times.mean()
    _, velocity, half = np.polynomial.polynomial.polyfit(t, places, 2)
    along = velocity * np.linspace(-SLOWING, SLOWING, 81)[:, None]
    x, y = (2 * half - along).T
    return float(np.hypot(x, np.minimum(y, 0.0)).min() * lasted**2 / 8)  # what is left downwards is the fall
