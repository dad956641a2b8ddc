"""Samples of the film at a steady rate by true times: where the presenter is, and how that is known.

Belongs here: which frames are sampled, what is measured, interpolated or lost. Does not belong here: who is the
presenter (choose.py), figures (figures.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gametape.presenter.figures import INTERPOLATED, LOST, MEASURED, runs, sample_interval
from gametape.presenter.zones import Zone, zone_of
from gametape.tables.presenter import PRESENTER_TRACK

if TYPE_CHECKING:
    import pyarrow as pa

#: A sample's time may be this much of an interval away from when its frame was taken: beyond, frames are missing there.
_OFF = 0.75
_BOX = ("x1", "y1", "x2", "y2")


def sampled_frames(times: np.ndarray, looked: Sequence[int], rate: float) -> np.ndarray:
    """The frames that are samples: of those looked at, the nearest to each multiple of the interval.

    Args:
        times: (frames,) seconds at which the pictures of the film were taken.
        looked: Frames in which people were looked for, ascending.
        rate: Samples a second; each frame looked at is one at most.

    Returns:
        (n,) frames, ascending.

    >>> sampled_frames(np.arange(10) / 30, range(10), 10).tolist()
    [0, 3, 6, 9]
    """
    looked_at = np.asarray(looked, int)
    if not len(looked_at):
        return looked_at
    there = times[looked_at]
    wanted = there[0] + np.arange(int((there[-1] - there[0]) * rate + 1e-6) + 1) / rate
    after = np.clip(np.searchsorted(there, wanted), 1, max(len(there) - 1, 1))
    after = np.minimum(after, len(there) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(np.abs(there[before] - wanted) <= np.abs(there[after] - wanted), before, after)
    near = np.abs(there[nearest] - wanted) <= _OFF / rate
    return looked_at[np.unique(nearest[near])]


def presenter_track(
    found: pa.Table,
    times: np.ndarray,
    shots: np.ndarray,
    looked: Sequence[int],
    *,
    rate: float,
    most_gap: int,
    zones: Sequence[Zone],
    width: int,
    height: int,
) -> pa.Table:
    """The samples of a film.

    Args:
        found: Table PRESENTER_FOUND.
        times: (frames,) seconds at which pictures were taken.
        shots: (frames,) number of the shot of each frame, from 0.
        looked: Frames in which people were looked for, ascending.
        rate: Samples a second.
        most_gap: Longest run of samples between two measured ones that is interpolated.
        zones: Where it counts how long the presenter is.
        width: Of the picture, px.
        height: Of the picture, px.

    Returns:
        Table PRESENTER_TRACK.
    """
    frames = sampled_frames(times, looked, rate)
    row_of = {row["frame"]: row for row in found.to_pylist()}
    rows = [_row(row_of.get(int(frame))) for frame in frames]
    _fill(rows, times[frames], sample_interval(times[frames], rate), most_gap)
    _stay_between(rows)
    for number, (row, frame) in enumerate(zip(rows, frames.tolist(), strict=True)):
        row |= {"sample": number, "frame": frame, "time_s": float(times[frame]), "slide": int(shots[frame]) + 1}
        if row["x"] is not None:
            row["zone"] = zone_of(row["x"] / width, row["y"] / height, zones)
    return PRESENTER_TRACK.from_rows(rows)


def _row(found: Mapping | None) -> dict:
    if found is None:
        return {"quality": LOST, "x": None, "y": None}
    kept = ("presence", "person", "stretch", "track", *_BOX, "confidence", "x", "y", "place")
    return {"quality": MEASURED} | {name: found[name] for name in kept}


def _fill(rows: list[dict], times: np.ndarray, interval_s: float, most_gap: int) -> None:
    """Interpolate short gaps by true times, between two measured samples of one stretch."""
    for first, stop in runs(np.array([row["quality"] == LOST for row in rows], bool)):
        if first == 0 or stop == len(rows):
            continue
        before, after = rows[first - 1], rows[stop]
        short = stop - first <= most_gap and times[stop] - times[first - 1] <= (most_gap + 1 + _OFF) * interval_s
        if not short or before["stretch"] != after["stretch"]:
            continue
        for at in range(first, stop):
            share = (times[at] - times[first - 1]) / (times[stop] - times[first - 1])
            between = {name: before[name] + share * (after[name] - before[name]) for name in (*_BOX, "x", "y")}
            same = {name: before[name] for name in ("presence", "person", "stretch")}
            rows[at] |= {"quality": INTERPOLATED, "place": "line"} | between | same


def _stay_between(rows: list[dict]) -> None:
    """A lost sample between two of one presence is of that presence: nobody saw its person leave."""
    for first, stop in runs(np.array([row["quality"] == LOST for row in rows], bool)):
        if first == 0 or stop == len(rows):
            continue
        before, after = rows[first - 1], rows[stop]
        if before["presence"] == after["presence"]:
            stretch = before["stretch"] if before["stretch"] == after["stretch"] else None
            for row in rows[first:stop]:
                row |= {"presence": before["presence"], "person": before["person"], "stretch": stretch}
