"""RALLIES: the stretches in which the ball is in play.

Belongs here: chaining flights into rallies, and what ended each. Does not belong here: the flights themselves.

Flights belong to one rally while the ball is out of sight for at most `BRIDGE_S` between them, or `LOFTED_S` when it
left over the top of the picture. A flight from bounce to bounce ends it: in every sport with a bounce the second one is
too late, but for a serve that bounces on either side. Slow handling before the first stroke and after the last
(bouncing the ball, rolling it back) is trimmed. A rally has a hit or a release, and a second contact.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.sightings import taken
from gametape.sports.contacts import SENT
from gametape.tables.ball import RALLIES

if TYPE_CHECKING:
    import pyarrow as pa

BRIDGE_S = 1.2
"""Longest time out of sight within a rally, s."""
LOFTED_S = 3.0
"""The same for a ball that left over the top of the picture, s."""
NEAR_TOP = 0.06
"""A ball lost within this share of the picture's height of its top left over it."""
LEADS_NOWHERE = 0.25
"""Flights whose ends are closer than this share of the rally's median are trimmed."""
SHORTEST_S = 0.4
"""Least duration of a rally, s."""


def rallies(
    flights: pa.Table,
    events: pa.Table,
    trajectory: pa.Table,
    *,
    height: int,
    shots: np.ndarray,
    looked_from: float,
    first_bounces: int = 1,
) -> pa.Table:
    """Find the rallies of a film.

    Args:
        flights: Its BALL_FLIGHTS.
        events: Its BALL_EVENTS.
        trajectory: Its BALL_TRAJECTORY.
        height: Height of the picture, px.
        shots: (n,) shot number of each row of the trajectory.
        looked_from: Second from which the ball was looked for.
        first_bounces: How often the ball bounces after the hit that begins play.

    Returns:
        RALLIES in order of time.
    """
    contacts = sorted(events.to_pylist(), key=itemgetter("time_s"))
    moments = [event["time_s"] for event in contacts]
    time = taken(trajectory)
    in_sight = np.array(trajectory["state"].to_pylist()) != "absent"
    rows: list[dict] = []
    film_end = float(time[-1]) if len(time) else 0.0
    for chain, ended in _chains(flights.to_pylist(), np.asarray(shots), height, film_end, first_bounces):
        chain, began = _trimmed(chain)
        start, end = began["s"], chain[-1]["end_s"]
        own = contacts[bisect_left(moments, start - 1e-6) : bisect_right(moments, end + 1e-6)]
        kinds = [event["kind"] for event in own]
        sent = sum(kind in SENT for kind in kinds)
        if not sent or len(own) < 2 or end - start < SHORTEST_S:
            continue
        within = in_sight[np.searchsorted(time, start) : np.searchsorted(time, end, side="right")]
        seen = float(within.mean()) if len(within) else 0.0
        rows.append(
            {
                "rally": len(rows),
                "start_frame": began["frame"],
                "end_frame": chain[-1]["end_frame"],
                "start_s": start,
                "end_s": end,
                "duration_s": end - start,
                "shots": sent,
                "bounces": kinds.count("bounce"),
                "impacts": kinds.count("impact"),
                "flights": len(chain),
                "ended": ended,
                "dead_s_before": _dead_before(rows, began, shots, looked_from, time),
                "seen_share": seen,
                "confidence": float(np.mean([event["confidence"] for event in own])) * seen,
            }
        )
    return RALLIES.from_rows(rows)


def _dead_before(
    rows: list[dict], began: dict, shots: np.ndarray, looked_from: float, time: np.ndarray
) -> float | None:
    """Seconds without play before a rally; None where a cut lies between, which may hide any length of time."""
    since = rows[-1]["end_frame"] if rows else int(np.searchsorted(time, looked_from))
    if shots[min(since, len(shots) - 1)] != shots[began["frame"]]:
        return None
    return max(0.0, began["s"] - (rows[-1]["end_s"] if rows else looked_from))


def _chains(
    flights: list[dict], shots: np.ndarray, height: int, film_end: float, first_bounces: int
) -> list[tuple[list[dict], str]]:
    """Flights that follow each other in play, and what ended each chain: cut, lost, bounces or film."""
    chains: list[tuple[list[dict], str]] = []
    chain: list[dict] = []
    for flight in flights:
        if chain:
            last = chain[-1]
            if shots[last["end_frame"]] != shots[flight["start_frame"]]:
                chains.append((chain, "cut"))
                chain = []
            elif flight["start_s"] - last["end_s"] > (LOFTED_S if _lofted(last, height) else BRIDGE_S):
                chains.append((chain, "lost"))
                chain = []
        chain.append(flight)
        if flight["began"] == flight["ended"] == "bounce" and not _of_the_first_shot(chain, first_bounces):
            chains.append((chain, "bounces"))
            chain = []
    if chain:
        chains.append((chain, "film" if film_end - chain[-1]["end_s"] <= BRIDGE_S else "lost"))
    return chains


def _of_the_first_shot(chain: list[dict], first_bounces: int) -> bool:
    """Is the last flight of a chain between two bounces that one hit at its beginning may have?"""
    sent = sum(flight["began"] in SENT for flight in chain)
    bounces = sum(flight["ended"] == "bounce" for flight in chain) + (chain[0]["began"] == "bounce")
    return sent <= 1 and bounces <= first_bounces


def _lofted(flight: dict, height: int) -> bool:
    """Did the ball leave over the top of the picture?"""
    return flight["ended"] == "lost" and flight["end_y"] is not None and flight["end_y"] < NEAR_TOP * height


def _trimmed(chain: list[dict]) -> tuple[list[dict], dict]:
    """The chain without the short flights at its ends, and its beginning: `s` and `frame`.

    It begins at its first flight, or at the hit that ended a short flight before: a serve's way to its first bounce may
    be too short to be a flight.
    """
    reach = np.array([np.hypot(one["end_x"] - one["start_x"], one["end_y"] - one["start_y"]) for one in chain])
    leads = np.flatnonzero(reach >= LEADS_NOWHERE * np.median(reach))
    kept = chain[leads[0] : leads[-1] + 1]
    before = chain[leads[0] - 1] if leads[0] else None
    if before and before["ended"] in SENT and kept[0]["began"] not in SENT:
        return kept, {"s": before["end_s"], "frame": before["end_frame"]}
    return kept, {"s": kept[0]["start_s"], "frame": kept[0]["start_frame"]}
