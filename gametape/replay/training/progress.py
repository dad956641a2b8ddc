"""What came of training.

Belongs here: totals, personal best, streak and change over sessions. Does not belong here: the log (sessions.py).

Change compares the newest sessions with the first ones, never a session with itself: half of them each, and ten at
most. Its error is that of the counted attempts or of the sessions as they scatter, whichever is larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from gametape.base.reason import Reason
from gametape.base.statistics import Z_95, deviation, student_t
from gametape.replay.training.sessions import Session

MOST_COMPARED = 10
LEAST_FOR_BEST = 10
"""Attempts from which on a session can be a personal best: one of one is none."""
LEAST_FOR_TREND = 4
"""Sessions with counted attempts: two against two."""

Trend = Literal["improving", "declining", "unknown"]


@dataclass(frozen=True)
class Progress:
    """What came of the sessions given.

    Attributes:
        sessions, minutes: In all; minutes: of those whose length was given.
        attempts, successes: In all, of the sessions in which they were counted; `share` is of both, None: none.
        best: Best share in a session of LEAST_FOR_BEST attempts or more, and `best_on` when; None: none.
        newest_is_best: Is the newest counted session better than every one before it? None: nothing to compare.
        streak, longest_streak: Days in a row with a session, up to today or yesterday; and the most there ever were.
        change: Share of the newest sessions less that of the first, `compared` each, with `change_error`; None: fewer
            than two counted sessions.
        trend: Is the change beyond its error? `why` says what that rests on.
    """

    sessions: int
    minutes: float
    attempts: int
    successes: int
    share: float | None
    best: float | None
    best_on: date | None
    newest_is_best: bool | None
    streak: int
    longest_streak: int
    compared: int
    change: float | None
    change_error: float | None
    trend: Trend
    why: Reason


def progress_of(sessions: Sequence[Session], today: date | None = None) -> Progress:
    """The progress over sessions of one exercise, or of several of a kind.

    Args:
        sessions: Of one player.
        today: The day that a streak is to reach; None: today.
    """
    sessions = sorted(sessions, key=lambda one: one.started_at)
    counted = [one for one in sessions if one.share is not None]
    attempts, successes = sum(one.attempts or 0 for one in counted), sum(one.successes or 0 for one in counted)
    able = [one for one in counted if (one.attempts or 0) >= LEAST_FOR_BEST]
    best = max(able, key=lambda one: one.share or 0.0, default=None)  # the first of equals
    streak, longest = streaks([one.started_at.astimezone().date() for one in sessions], today or date.today())
    k, change, error = _change(counted)
    trend, why = _trend(len(counted), change, error)
    return Progress(
        len(sessions), sum(one.minutes or 0.0 for one in sessions), attempts, successes,
        successes / attempts if attempts else None,
        best.share if best else None, best.started_at.astimezone().date() if best else None,
        None if len(able) < 2 or not counted or counted[-1] is not able[-1] else able[-1] is best,
        streak, longest, k, change, error, trend, why,
    )  # fmt: skip


def streaks(days: Sequence[date], today: date) -> tuple[int, int]:
    """Days in a row up to today or yesterday, and the most there ever were.

    >>> streaks([date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 5)], date(2026, 3, 6))
    (1, 2)
    """
    longest = run = 0
    last: date | None = None
    for day in sorted(set(days)):
        run = run + 1 if last and day - last == timedelta(days=1) else 1
        longest, last = max(longest, run), day
    current = run if last and timedelta(0) <= today - last <= timedelta(days=1) else 0
    return current, longest


def _change(counted: Sequence[Session]) -> tuple[int, float | None, float | None]:
    k = min(MOST_COMPARED, len(counted) // 2)
    if not k:
        return 0, None, None
    parts, by_count, by_scatter = [], 0.0, 0.0
    for half in (counted[:k], counted[-k:]):
        n, hits = sum(one.attempts or 0 for one in half), sum(one.successes or 0 for one in half)
        near = (hits + 2) / (n + 4)  # never 0
        by_count += near * (1 - near) / (n + 4)
        by_scatter += deviation([one.share or 0.0 for one in half]) ** 2 / k if k > 1 else 0.0
        parts.append(hits / n)
    by_scatter *= (student_t(max(1, 2 * k - 2)) / Z_95) ** 2  # the scatter of few sessions is not known well
    return k, parts[1] - parts[0], max(by_count, by_scatter) ** 0.5


def _trend(n: int, change: float | None, error: float | None) -> tuple[Trend, Reason]:
    if n < LEAST_FOR_TREND or change is None or error is None:
        return "unknown", Reason("sessions_too_few", n=n, needed=LEAST_FOR_TREND)
    if abs(change) <= Z_95 * error:
        return "unknown", Reason("sessions_scatter", n=n)
    return ("improving" if change > 0 else "declining"), Reason("sessions_agree", n=n)
