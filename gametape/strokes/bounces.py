"""What the bounce before a hit says about it, where the court is calibrated.

Belongs here: its side, and whether the ball is still in play. Does not belong here: who hits (`owners`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from gametape.movement.court_side import off_the_table, side_of_net
from gametape.strokes.hits import Hit
from gametape.strokes.owners import IN_PLAY_S

if TYPE_CHECKING:
    import pyarrow as pa


def still_played(hits: Sequence[Hit], events: pa.Table, calibration: pa.Table) -> list[Hit]:
    """The hits without those of a ball that had fallen off a table: it is picked up or returned, not played."""
    rows = _by_time(events)
    return [hit for hit in hits if not _fallen(hit, rows, calibration)]


def _fallen(hit: Hit, rows: Sequence[dict], calibration: pa.Table) -> bool:
    before = _before(hit, rows)
    return before is not None and off_the_table(calibration, before["frame"], before["x"], before["y"])


def bounced_on(hits: Sequence[Hit], events: pa.Table, calibration: pa.Table) -> dict[int, int]:
    """The side of the net on which the ball bounced just before each hit, as `side_of_net` tells it, by number.

    Left out are hits before which the ball did not bounce, or where that is not known.
    """
    rows, found = _by_time(events), {}
    for at, hit in enumerate(hits):
        before = _before(hit, rows)
        side = None if before is None else side_of_net(calibration, before["frame"], before["x"], before["y"])
        if side is not None:
            found[at] = side
    return found


def _by_time(events: pa.Table) -> list[dict]:
    return sorted(events.to_pylist(), key=itemgetter("time_s"))


def _before(hit: Hit, rows: Sequence[dict]) -> dict | None:
    """The event just before a hit, if it is a bounce."""
    own = next((row["time_s"] for row in rows if row["frame"] == hit.frame), hit.time_s)
    at = bisect_left(rows, own, key=itemgetter("time_s")) - 1
    if at < 0 or rows[at]["kind"] != "bounce" or own - rows[at]["time_s"] > IN_PLAY_S:
        return None
    return rows[at]
