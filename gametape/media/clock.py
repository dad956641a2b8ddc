"""Time in a video: presentation stamps to seconds, and the stretches that are damaged.

Belongs here: repair of stamps that are missing or out of order. Does not belong here: reading packets (source.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

#: Ticks per second of the proxy's time base.
TICKS = 90_000
#: A step between two frames that is longer than this, in seconds, counts as a jump of the stamps.
_LONGEST_STEP_S = 3600


def tick(time_s: float) -> int:
    """Round a time in seconds to the proxy's time base.

    >>> tick(0.5)
    45000
    """
    return math.floor(time_s * TICKS + 0.5)


class Clock:
    """Turns presentation stamps into seconds since the first frame; the times always rise.

    Where a stamp is missing, does not rise or jumps by more than an hour, time goes on by the nominal frame interval
    or half of it. `repairs` counts such frames. No two times share a tick.

    Args:
        time_base: Seconds per unit of the stream's stamps.
        step_s: Nominal frame interval in seconds.
        start_pts: Stamp of time 0, where it is known beforehand.
    """

    def __init__(self, time_base: Fraction, step_s: float, start_pts: int | None = None) -> None:
        self._base, self._step = time_base, step_s
        self._origin = (start_pts or 0) * time_base  # of time 0
        self._last = -math.inf
        self._entered = False  # reading began in the middle: the first stamp is not time 0
        self.repairs = 0
        self.restarted = False  # the stamps started anew in the middle of the file

    def enter(self, time_s: float) -> int:
        """Keep the given origin although reading begins at about `time_s`; returns the stamp to seek to."""
        self._entered = True
        return math.floor((Fraction(time_s) + self._origin) / self._base)

    def seconds(self, pts: int) -> float:
        """Convert a stamp of the picture stream to seconds of the film."""
        return self.seconds_at(pts * self._base)

    def seconds_at(self, container_s: Fraction) -> float:
        """Convert a time of the container to seconds of the film."""
        return float(container_s - self._origin)

    def show(self, pts: int | None) -> float:
        """Give the time in seconds of the next frame in presentation order."""
        first = self._last == -math.inf
        expected = 0.0 if first else self._last + self._step
        if pts is None:
            time, repaired = expected, True
        elif first:
            self._origin = self._origin if self._entered else pts * self._base
            time, repaired = self.seconds(pts), False
        else:
            time = self.seconds(pts)
            ahead = time - self._last
            repaired = tick(time) <= tick(self._last) or ahead > _LONGEST_STEP_S
            if ahead < -1 or ahead > _LONGEST_STEP_S:  # the stamps started anew
                self._origin, time = pts * self._base - Fraction(expected), expected
                self.restarted = True
            elif repaired:  # a single stamp is out of order
                time = self._last + self._step / 2
        self.repairs += repaired
        self._last = time
        return time


@dataclass
class Damage:
    """Stretches in which the file could not be read or decoded.

    Attributes:
        spans: First and last time in seconds of each stretch; stretches less than 1 s apart are joined.
    """

    spans: list[tuple[float, float]] = field(default_factory=list)

    def at(self, time_s: float) -> None:
        """Record damage at a time."""
        if self.spans and self.spans[-1][0] - 1 <= time_s <= self.spans[-1][1] + 1:
            first, last = self.spans[-1]
            self.spans[-1] = (min(first, time_s), max(last, time_s))
        else:
            self.spans.append((time_s, time_s))
