"""The ball's events as the page draws and lists them and as the summary counts them.

Belongs here: choosing, rounding and counting rows of `ball_events`. Does not belong here: finding events
(gametape.ball.events), drawing them (script/), whether there was a ball at all (missing.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

MOST_EVENTS = 3000
"""Events on the page, at about 40 bytes each; of a film with more the surest are kept."""
KINDS = ("hit", "bounce", "impact", "net", "release")


@dataclass(frozen=True)
class EventList:
    """The events of a film.

    Attributes:
        rows: [time in s, kind, x, y in px, confidence in %, px/s before, px/s after] of the events on the page, in
            order of time; None where a speed is not known.
        counts: of all events, by kind.
        left_out: events that are not on the page.
        summary: the counts in words.
    """

    rows: list[list]
    counts: dict[str, int]
    left_out: int
    summary: str

    def for_page(self) -> dict:
        return {"rows": self.rows, "left_out": self.left_out, "summary": self.summary}


def event_list(events: pa.Table, say: Words) -> EventList:
    """The events of a BALL_EVENTS table."""
    counts: dict[str, int] = {}
    for kind in events["kind"].to_pylist():
        counts[kind] = counts.get(kind, 0) + 1
    counts = {kind: counts[kind] for kind in sorted(counts, key=lambda k: (KINDS.index(k) if k in KINDS else 99, k))}
    kept = events
    if events.num_rows > MOST_EVENTS:
        kept = events.sort_by([("confidence", "descending")]).slice(0, MOST_EVENTS).sort_by("time_s")
    rows = [
        [
            round(row["time_s"], 3),
            row["kind"],
            round(row["x"], 1),
            round(row["y"], 1),
            round(100 * row["confidence"]),
            *(None if row[name] is None else round(row[name]) for name in ("speed_before", "speed_after")),
        ]
        for row in kept.to_pylist()
    ]
    return EventList(rows, counts, events.num_rows - len(rows), say.listed(counted(counts, say)))


def counted(counts: dict[str, int], say: Words) -> list[str]:
    """4 hits, 3 bounces; a kind without words keeps the table's name."""
    return [say(f"count.{kind}", n=n) if f"count.{kind}" in say else f"{n} {kind}" for kind, n in counts.items()]
