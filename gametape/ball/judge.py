"""Is what was followed a ball? Judged of each stretch of sight, so that a film's ball is told and its midges are not.

Belongs here: what speaks against a stretch, from itself alone. Does not belong here: following it (`path`), what people
nearby say of it (`gametape.coaching`). Lengths are in pixels of a picture of `motion.PICTURE_AREA`.

A finder that knows balls is somewhere sure of one; of feet, elbows and heads it is not. A ball that nothing touches
falls or, on the ground, runs straight: what is slow all along and bends otherwise is borne by the air or a hand. What
runs straight and slowly, or in two straight ways with a touch between, may roll, so it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametape.ball.trajectory import contacts

FEWEST = 3
"""Looks that make a stretch."""
STILL = 6.0
"""What moves less over a whole stretch is no ball in play, px."""
SLOW, PACE_S = 150.0, 0.1
"""What is faster than this over so long, px/s, was thrown, hit or dropped; drag and spin bend it, too. In the labelled
clips no ball that bends by `BEND` stays below 310, the mote of a tennis serve that was taken for one below 95."""
BEND, LONG_S = 6.0, 0.5
"""A slow flight of at least so long that bends by more px than a fall and a change of pace explain is no ball's. Slow
balls of the labelled clips bend by 4.9 at most, the mote by 8.6."""
SLOWING = 2.0
"""The most that friction, drag and perspective change a slow ball's speed, of the speed a second."""
COMPANY_S = 1.0
"""A ball in play is seen again: a glimpse with nothing for so long before and after is of some passing thing."""
CUT_OFF_S = 0.125
"""What is seen to within so long of a shot's first or last look may go on beyond it: 0.97 of 230 balls in flight at a
cut made in labelled rallies are. Glimpses of insects end 0.15 and 0.27 before the end of two real films."""


def no_ball(times: np.ndarray, places: np.ndarray, confidence: np.ndarray, sure: float) -> str | None:
    """Why a stretch of sight is no ball's: `brief`, `still`, `unsure` or `drift`; None where it may be one.

    Of the looks that saw it: `times` (n,) s, `places` (n, 2), `confidence` (n,) 0..1. `sure`: how sure of a ball the
    finder is somewhere.
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
    """Not at one touch, too gentle to be told as a contact, before and after which it runs straight."""
    return bend(times, places) > BEND and all(
        max(bend(times[: touch + 1], places[: touch + 1]), bend(times[touch:], places[touch:])) > BEND / 4
        for touch in range(2, len(times) - 2)
    )  # half of a parabola bends a quarter of it


def _pace(times: np.ndarray, places: np.ndarray) -> float:
    """The greatest speed over `PACE_S`."""
    begin = times[times <= times[-1] - PACE_S]
    x, y = (np.interp(begin + PACE_S, times, axis) - np.interp(begin, times, axis) for axis in places.T)
    return float(np.hypot(x, y).max() / PACE_S)


def lonely(spans: Sequence[tuple[float, float]], looks: np.ndarray, glimpse_s: float) -> list[bool]:
    """Which stretches, from the first to the last look of each (s, in order of time), are glimpses on their own:
    shorter than `glimpse_s`, as far as the shot's `looks` (n,) s can tell."""
    if not spans or np.ptp(looks) < COMPANY_S:
        return [False] * len(spans)  # nobody looked for long enough
    beyond = COMPANY_S - CUT_OFF_S  # where the next sights may be that no look can tell of
    edges = [(looks[0] - beyond,) * 2, *spans, (looks[-1] + beyond,) * 2]
    return [
        end - begin < glimpse_s and begin - before[1] > COMPANY_S and after[0] - end > COMPANY_S
        for before, (begin, end), after in zip(edges, spans, edges[2:], strict=False)
    ]


def bend(times: np.ndarray, places: np.ndarray) -> float:
    """How far one flight's middle lies off where it would be, had it only fallen and slowed down or sped up, px.

    Over a parabola's time T an acceleration a bends it by a T^2 / 8.
    """
    lasted = np.ptp(times)
    t = times - times.mean()
    _, velocity, half = np.polynomial.polynomial.polyfit(t, places, 2)
    along = velocity * np.linspace(-SLOWING, SLOWING, 81)[:, None]
    x, y = (2 * half - along).T
    return float(np.hypot(x, np.minimum(y, 0.0)).min() * lasted**2 / 8)  # what is left downwards is its fall
