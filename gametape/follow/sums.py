"""What a player's shifts add up to: one source for the page, its results for programs, and the asset's facts.

Belongs here: sums over rows of SHIFTS. Does not belong here: finding shifts (`shifts`), words (`gametape.report`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sums:
    """The sums of some shifts.

    Attributes:
        count: How many.
        on_s: Time on the ice or court, seconds.
        view_s: Time in view, seconds.
        longest_s: The longest, seconds; None: there is none.
    """

    count: int = 0
    on_s: float = 0.0
    view_s: float = 0.0
    longest_s: float | None = None

    @property
    def mean_s(self) -> float | None:
        """Seconds of a shift on average; None: there is none."""
        return self.on_s / self.count if self.count else None


def sums_of(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """The sums of rows of SHIFTS.

    >>> sums_of([{"ice_s": 40.0, "view_s": 30.0}, {"ice_s": 20.0, "view_s": 20.0}])
    Sums(count=2, on_s=60.0, view_s=50.0, longest_s=40.0)
    >>> sums_of([]).mean_s is None
    True
    """
    rows = list(rows)
    on = [row["ice_s"] for row in rows]
    return Sums(len(rows), sum(on), sum(row["view_s"] for row in rows), max(on, default=None))


def sums_by_period(rows: Iterable[Mapping[str, Any]]) -> dict[int, Sums]:
    """The sums of rows of SHIFTS in each period, in order."""
    rows = list(rows)
    return {
        period: sums_of(row for row in rows if row["period"] == period)
        for period in sorted({row["period"] for row in rows})
    }
