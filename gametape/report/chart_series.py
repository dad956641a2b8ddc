"""The charts' curves over the whole film: the least and the greatest value of each bucket of time.

Belongs here: downsampling for the page itself. Does not belong here: full rate (overlay_data.py's chunks).
A two-hour film and a two-second one cost the page about the same.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.film.clock import film_duration
from gametape.report.columns import column, integers
from gametape.report.overlay_data import ANGLES

if TYPE_CHECKING:
    import pyarrow as pa

BUCKETS = (1200, 600, 300, 150)
"""Buckets of a whole film; the first that fits ANGLE_BYTES is used."""
MOST_TRACKS = 24
LEAST_S = 0.5
"""Who was followed for less, and for less than half as long as somebody else, is not listed."""
ANGLE_BYTES = 150_000
"""Bytes that the angle curves of a page may take."""
NO_VALUE = 255


@dataclass(frozen=True)
class Track:
    """One person followed: rows of the poses table, and from when to when in seconds."""

    track: int
    rows: int
    start_s: float
    end_s: float


def tracks_of(poses: pa.Table) -> list[Track]:
    """Everyone followed, the longest first.

    Tracks shorter than LEAST_S, and than half of the longest, are left out: most are a person just found, taken for
    another one at first.
    """
    number, time = integers(poses, "track"), column(poses, "time_s")
    found = []
    for track in np.unique(number):
        mine = time[number == track]
        found.append(Track(int(track), len(mine), float(mine.min()), float(mine.max())))
    least = min(LEAST_S, max((one.end_s - one.start_s for one in found), default=0.0) / 2)
    lasting = [one for one in found if one.end_s - one.start_s >= least]
    return sorted(lasting, key=lambda one: (-one.rows, one.track))


def min_max(bucket: np.ndarray, values: np.ndarray, buckets: int) -> np.ndarray:
    """Least and greatest of `values` (n,) or (n, k) in each bucket: (2, buckets[, k]), NaN where there is none."""
    shape = (buckets, *values.shape[1:])
    low, high = np.full(shape, np.nan), np.full(shape, np.nan)
    np.fmin.at(low, bucket, values)
    np.fmax.at(high, bucket, values)
    return np.stack([low, high])


def overview(times: np.ndarray, ball: pa.Table, speed: str, angles: pa.Table, tracks: list[Track], stride: int) -> dict:
    """The page's `series`: curves as bytes 0..254 between `low` and `high`, 255 for no value.

    Args:
        times: (n,) seconds of the film's frames.
        speed: the ball table's column of speeds.
        stride: frames from one pose estimate to the next.

    Returns:
        `bucket_s` seconds a bucket from `start_s`; `speed` and `place` (the ball's y), each [least|most][bucket];
        `angles`, one run for each of the MOST_TRACKS longest followed, from its `first` bucket,
        [least|most][angle][bucket].
    """
    if not len(times):
        return {"start_s": 0.0, "bucket_s": 1.0, "buckets": 0, "speed": None, "place": None, "angles": []}
    start, length = float(times[0]), film_duration(times) or 1e-3
    kept = tracks[:MOST_TRACKS]
    for buckets in BUCKETS:
        buckets = max(1, min(buckets, len(times) // (2 * stride)))  # something in every bucket
        covered = sum((one.end_s - one.start_s) / length * buckets + 2 for one in kept)
        if covered * len(ANGLES) * 2 <= ANGLE_BYTES:
            break
    width = length / buckets

    def bucket_of(seconds: np.ndarray) -> np.ndarray:
        return np.clip(((seconds - start) / width).astype(int), 0, buckets - 1)

    def ball_curve(name: str, *, from_zero: bool) -> dict | None:
        values = column(ball, name)
        known = np.isfinite(values)
        if not known.any():
            return None
        low, high = (0.0 if from_zero else float(values[known].min())), float(values[known].max())
        high = high if high > low else low + 1.0
        least_most = min_max(bucket_of(column(ball, "time_s")[known]), values[known], buckets)
        return {"low": low, "high": high, "data": _bytes(least_most, low, high)}

    number, time = integers(angles, "track"), column(angles, "time_s")
    degrees = np.stack([column(angles, name) for name in ANGLES], axis=1)
    runs = []
    for one in kept:
        mine = number == one.track
        if not mine.any():
            continue
        bucket = bucket_of(time[mine])
        first, last = int(bucket.min()), int(bucket.max())
        least_most = min_max(bucket - first, degrees[mine], last - first + 1).transpose(0, 2, 1)
        data = _bytes(least_most, -180.0, 180.0)
        runs.append({"track": one.track, "first": first, "buckets": last - first + 1, "data": data})
    return {
        "start_s": start,
        "bucket_s": width,
        "buckets": buckets,
        "speed": ball_curve(speed, from_zero=True),
        "place": ball_curve("y", from_zero=False),
        "angles": runs,
    }


def _bytes(values: np.ndarray, low: float, high: float) -> str:
    with np.errstate(invalid="ignore"):
        steps = np.round((values - low) / (high - low) * 254)
    return base64.b64encode(np.where(np.isfinite(values), steps, NO_VALUE).astype("u1").tobytes()).decode()
