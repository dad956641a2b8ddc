"""How often ballchasing.com may be asked, by the tier of the token's owner.

Belongs here: limits and waiting for them. Does not belong here: what is done about a refusal (`client`).
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["list", "get"]
"""A list of games or groups, or one of them: they are counted apart."""

HOUR_S = 3600.0
MARGIN = 1.1
"""Windows are taken this much longer: requests do not arrive at the distance at which they were sent."""


@dataclass(frozen=True)
class Limit:
    """Most requests in a second and in an hour; None: as many as the seconds allow."""

    per_second: int
    per_hour: int | None = None


LIMITS: dict[str, dict[Kind, Limit]] = {
    "regular": {"list": Limit(2, 500), "get": Limit(2, 1000)},
    "gold": {"list": Limit(2, 1000), "get": Limit(2, 2000)},
    "diamond": {"list": Limit(4, 2000), "get": Limit(4, 5000)},
    "champion": {"list": Limit(8), "get": Limit(8)},
    "gc": {"list": Limit(16), "get": Limit(16)},
}
"""What the API's documentation says of each tier. A tier that it does not know is taken for the first."""
LOWEST = "regular"


class Clock(Protocol):
    """What time it is, and waiting."""

    def now(self) -> float:
        """Seconds from some moment; they only ever grow."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class RealClock:
    """The machine's."""

    def now(self) -> float:
        """Seconds from some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Pace:
    """Waits before each request for as long as its limits demand."""

    def __init__(self, clock: Clock, tier: str = LOWEST) -> None:
        self.tier = tier
        self._clock = clock
        self._sent: dict[Kind, deque[float]] = {"list": deque(), "get": deque()}

    def wait(self, kind: Kind) -> float:
        """Wait until one more request of this kind may be sent, and count it. Returns the seconds waited."""
        limit, sent, began = LIMITS.get(self.tier, LIMITS[LOWEST])[kind], self._sent[kind], self._clock.now()
        for most, window in ((limit.per_second, 1.0), (limit.per_hour, HOUR_S)):
            if most is not None and len(sent) >= most:
                due = sent[-most] + window * (MARGIN if window == 1.0 else 1.0) - self._clock.now()
                if due > 0:
                    self._clock.sleep(due)
        now = self._clock.now()
        while sent and sent[0] < now - HOUR_S:
            sent.popleft()
        sent.append(now)
        return now - began
