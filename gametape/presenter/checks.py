"""Checks of the presenter's tables that real faults fail: two people joined, jumps, time that runs back."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.check import CheckResult
from gametape.presenter.figures import INTERPOLATED, LOST
from gametape.presenter.stays import REACH, REACH_PER_S

if TYPE_CHECKING:
    import pyarrow as pa


def found_is_sound(found: pa.Table) -> list[CheckResult]:
    """One place a frame, times that rise, nobody faster than a person, one person a presence."""
    rows = found.to_pylist()
    frames = [row["frame"] for row in rows]
    twice = len(frames) - len(set(frames))
    times = np.array([row["time_s"] for row in rows])
    back = int((np.diff(times) <= 0).sum())
    people = {(row["presence"], row["person"]) for row in rows}
    mixed = len(people) - len({presence for presence, _ in people})
    jumps = _jumps(rows)
    return [
        CheckResult("one_place_a_frame", twice == 0, f"{twice} frames have two places"),
        CheckResult("times_rise", back == 0, f"times run back or stand still {back} times"),
        CheckResult("one_person_a_presence", mixed == 0, f"{mixed} presences are of several people"),
        CheckResult("nobody_jumps", jumps == 0, f"{jumps} steps are faster than a person: two people joined", False),
    ]


def track_is_sound(track: pa.Table, most_gap: int) -> list[CheckResult]:
    """Samples in order; lost ones have no place and others one; no longer gap filled than may be."""
    rows = track.to_pylist()
    times = np.array([row["time_s"] for row in rows])
    back = int((np.diff(times) <= 0).sum())
    false = sum((row["x"] is None) != (row["quality"] == LOST) for row in rows)
    runs, longest = 0, 0
    for row in rows:
        runs = runs + 1 if row["quality"] == INTERPOLATED else 0
        longest = max(longest, runs)
    return [
        CheckResult("times_rise", back == 0, f"times run back or stand still {back} times"),
        CheckResult("places_where_not_lost", false == 0, f"{false} lost samples have a place, or others none"),
        CheckResult("short_gaps_filled", longest <= most_gap, f"{longest} samples in a row are filled, of {most_gap}"),
    ]


def _jumps(rows: list[dict]) -> int:
    """Steps within a stretch that are farther than anybody gets in their time."""
    count = 0
    for before, after in pairwise(rows):
        if before["stretch"] != after["stretch"]:
            continue
        tall = max(before["y2"] - before["y1"], after["y2"] - after["y1"], 1.0)
        far = np.hypot(after["x"] - before["x"], after["y"] - before["y"])
        count += bool(far > tall * (REACH + REACH_PER_S * (after["time_s"] - before["time_s"])))
    return count
