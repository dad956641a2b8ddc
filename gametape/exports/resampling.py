"""Tracks at the times at which people were looked for, with gaps where they were not seen, and at a constant rate.

Belongs here: columns as arrays over time, resampling. Does not belong here: files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.errors import Unavailable
from gametape.exports.film_tables import Looks

if TYPE_CHECKING:
    import pyarrow as pa

#: A sample this near to a time of the constant rate, in seconds, is taken for it: containers round to milliseconds.
SNAP_S = 0.001
#: Between two samples farther apart than this, in seconds, there are no values, unless looks are that rare (1.5 steps).
MAX_GAP_S = 0.15


@dataclass(frozen=True)
class Track:
    """One person at every look from the first to the last that shows the person.

    Attributes:
        number: The track's number.
        looks: The n looks.
        values: (n, columns), NaN where the person or the value is missing.
    """

    number: int
    looks: Looks
    values: np.ndarray


@dataclass(frozen=True)
class Steady:
    """A track at a constant rate.

    Attributes:
        first: Steps from the film's first look to the first sample.
        times: (m,) seconds of the film.
        values: (m, k), NaN in gaps.
        resampled: Some values lie between two samples.
    """

    first: int
    times: np.ndarray
    values: np.ndarray
    resampled: bool


def tracks(table: pa.Table, columns: Sequence[str], looks: Looks) -> Iterator[Track]:
    """Yield the tracks of a table with a row per person and frame, in order of their numbers.

    Args:
        table: A table with the columns frame and track.
        columns: The columns to read as values.
        looks: When people were looked for.

    Raises:
        Unavailable: The table has rows at other frames, so it is older than the analysis window.
    """
    import pyarrow.compute as pc

    for number in np.unique(table["track"].to_numpy()):
        mine = table.filter(pc.equal(table["track"], number))
        frame = mine["frame"].to_numpy()
        at = np.searchsorted(looks.frames, frame)
        if not len(looks.frames) or (looks.frames[np.minimum(at, len(looks.frames) - 1)] != frame).any():
            remedy = "Materialize the poses again, then export"
            raise Unavailable("the poses", "were made for another trim or sample rate than the film has now", remedy)
        span = slice(at.min(), at.max() + 1)
        values = np.full((span.stop - span.start, len(columns)), np.nan, np.float32)  # as the table has them
        for place, name in enumerate(columns):
            values[at - span.start, place] = mine[name].to_numpy(zero_copy_only=False)
        yield Track(int(number), Looks(looks.frames[span], looks.times[span], looks.shots[span]), values)


def steady(track: Track, start_s: float, rate_hz: float) -> Steady:
    """Resample a track to a constant rate from `start_s` on.

    Samples that fall on these times are kept; others are interpolated linearly between two neighbouring looks. Nothing
    is interpolated across a look that lacks the value, a cut or a gap.
    """
    times, values = track.looks.times, track.values
    first = int(np.ceil((times[0] - start_s - SNAP_S) * rate_hz))
    last = int(np.floor((times[-1] - start_s + SNAP_S) * rate_hz))
    grid = start_s + np.arange(first, last + 1) / rate_hz
    after = np.clip(np.searchsorted(times, grid), min(1, len(times) - 1), len(times) - 1)
    before = np.maximum(after - 1, 0)
    step = times[after] - times[before]
    share = np.clip((grid - times[before]) / np.where(step > 0, step, 1), 0, 1)
    near = np.where(share < 0.5, before, after)
    told = np.abs(times[near] - grid) <= SNAP_S
    linked = (step <= max(MAX_GAP_S, 1.5 / rate_hz)) & (track.looks.shots[before] == track.looks.shots[after])
    made, blank = values[near], np.flatnonzero(~told)
    before, after, share = before[blank], after[blank], share[blank, None].astype(values.dtype)
    made[blank] = np.where(linked[blank, None], values[before] * (1 - share) + values[after] * share, np.nan)
    return Steady(first, grid, made, bool(np.isfinite(made[blank]).any()))
