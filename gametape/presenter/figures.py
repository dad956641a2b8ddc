"""What is measured of the samples: coverage, gaps, way, jitter; and the five figures as payload v1 defines them.

Belongs here: figures from samples alone. Does not belong here: where samples come from (samples.py).

Payload v1 measures in fractions of width and height, so that a metre across counts other than a metre up or down;
joins the places before and after any gap by a straight line; ends a gap at the last sample's own time; and calls the
spread of the steps' lengths jitter, which is large where somebody now walks and now stands, however exact the places
are. `v1_figures` gives these; `figures` gives what is meant.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

#: Qualities of a sample.
MEASURED, INTERPOLATED, LOST = "measured", "interpolated", "lost"
QUALITIES = (MEASURED, INTERPOLATED, LOST)
#: Least way, picture heights, that counts: a place shakes by less, and a standing person would walk kilometres.
LEAST_WAY = 0.01
#: A step between samples that is so many times the median is a hole in the film.
_LONG = 2.5


@dataclass(frozen=True)
class Samples:
    """n samples in order of time.

    Attributes:
        times: (n,) seconds, rising.
        quality: (n,) of QUALITIES.
        places: (n, 2) px, NaN where lost.
        stretch: (n,) number of the stretch in which places compare, 0 for none.
    """

    times: np.ndarray
    quality: np.ndarray
    places: np.ndarray
    stretch: np.ndarray

    @property
    def there(self) -> np.ndarray:
        """(n,) bool, not lost."""
        return self.quality != LOST

    def of(self, kept: np.ndarray) -> Samples:
        """The samples that are `kept`, (n,) bool or numbers."""
        return Samples(self.times[kept], self.quality[kept], self.places[kept], self.stretch[kept])


@dataclass(frozen=True)
class Figures:
    """See the columns of the tables PRESENCES and PRESENTER_SUMMARY."""

    samples: int
    measured: int
    interpolated: int
    lost: int
    coverage: float | None
    gaps: int
    longest_gap_s: float
    distance_heights: float | None
    distance_bridged_heights: float | None
    distance_px: float | None
    distance_bridged_px: float | None
    jitter_heights: float | None

    def row(self) -> dict:
        """The columns of the tables."""
        return asdict(self)


@dataclass(frozen=True)
class V1Figures:
    """As payload v1 names and defines them; places are fractions of width and height."""

    coverage: float
    gapCount: int
    longestGapMs: float
    distance: float
    jitter: float


def samples_of_table(track: pa.Table) -> Samples:
    """The samples of a table PRESENTER_TRACK; places compare within a stretch."""
    stretch = track["stretch"].fill_null(0).to_numpy() if track.num_rows else np.zeros(0, int)
    return Samples(
        track["time_s"].to_numpy(),
        np.array(track["quality"].to_pylist(), dtype=object),
        np.column_stack([track[name].to_numpy(zero_copy_only=False) for name in "xy"]).astype(float),
        stretch,
    )


def sample_interval(times: np.ndarray, rate: float) -> float:
    """Seconds from one sample to the next: a film may have fewer pictures a second than samples are asked for.

    It is the mean step, of those that are not much longer than most: there the film has no pictures.

    Args:
        times: (n,) seconds of the samples, rising.
        rate: Samples asked for, a second.

    >>> sample_interval(np.array([0, 0.2, 0.4, 3, 3.2]), 10), sample_interval(np.array([0, 0.1, 0.2]), 10)
    (0.2, 0.1)
    """
    steps = np.diff(times)
    if not len(steps):
        return 1 / rate
    return max(1 / rate, round(float(steps[steps <= _LONG * np.median(steps)].mean()), 9))


def figures(samples: Samples, height: int, interval_s: float) -> Figures:
    """Measure some samples.

    Args:
        samples: The samples.
        height: Of the picture, px.
        interval_s: Time from one sample to the next; the last one lasts as long.
    """
    quality, there = samples.quality, samples.there
    spans = gaps(samples, interval_s)
    way, bridged = (_way(samples, height * LEAST_WAY, bridge=bridge) for bridge in (False, True))
    wobble = _wobble(samples, interval_s)
    return Figures(
        samples=len(quality),
        measured=int((quality == MEASURED).sum()),
        interpolated=int((quality == INTERPOLATED).sum()),
        lost=int((quality == LOST).sum()),
        coverage=float(there.mean()) if len(there) else None,
        gaps=len(spans),
        longest_gap_s=max((end - start for start, end in spans), default=0.0),
        distance_heights=None if way is None else way / height,
        distance_bridged_heights=None if bridged is None else bridged / height,
        distance_px=way,
        distance_bridged_px=bridged,
        jitter_heights=None if wobble is None else wobble / height,
    )


def gaps(samples: Samples, interval_s: float) -> list[tuple[float, float]]:
    """The stretches of lost samples as (start, end) in seconds.

    A gap lasts from its first lost sample to the next one that is not lost; at the film's end, to where the last sample
    ends.
    """
    times = samples.times
    after = np.append(times, times[-1] + interval_s) if len(times) else times
    return [(float(times[first]), float(after[stop])) for first, stop in runs(~samples.there)]


def runs(marked: np.ndarray) -> list[tuple[int, int]]:
    """The stretches of True as (first, one past the last).

    >>> runs(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.asarray(marked, bool), [False]]).astype(np.int8)))
    return [(int(first), int(stop)) for first, stop in edges.reshape(-1, 2)]


def v1_figures(times_ms: np.ndarray, quality: np.ndarray, places: np.ndarray) -> V1Figures:
    """The figures of payload v1 by its own definitions.

    Args:
        times_ms: (n,) milliseconds.
        quality: (n,) of QUALITIES.
        places: (n, 2) fractions of width and height.

    >>> places = np.array([[0, 0], [0, 0], [0.3, 0.4]])
    >>> one = v1_figures(np.array([0, 100, 200]), np.array([MEASURED, LOST, MEASURED]), places)
    >>> round(one.coverage, 3), one.gapCount, one.longestGapMs, one.distance, one.jitter
    (0.667, 1, 100.0, 0.5, 0.0)
    """
    there = np.asarray(quality) != LOST
    lost = runs(~there)
    last = len(there) - 1
    steps = np.hypot(*np.diff(places[there], axis=0).T) if there.sum() > 1 else np.zeros(0)
    return V1Figures(
        coverage=float(there.mean()) if len(there) else 0.0,
        gapCount=len(lost),
        longestGapMs=float(max((times_ms[min(stop, last)] - times_ms[first] for first, stop in lost), default=0)),
        distance=float(steps.sum()),
        jitter=float(steps.std()) if len(steps) else 0.0,
    )


def _way(samples: Samples, least_px: float, *, bridge: bool) -> float | None:
    """Way over the samples that are not lost, px, in steps of at least `least_px`; None below two samples in a row.

    From one person to the next, or from view to view, is nobody's way, whether gaps are bridged or not.
    """
    total, pieces, there = 0.0, 0, samples.there
    for stretch in np.unique(samples.stretch[there]):
        mine = there & (samples.stretch == stretch)
        for first, stop in [(0, len(mine))] if bridge else runs(mine):
            places = samples.places[first:stop][mine[first:stop]]
            if len(places) < 2:
                continue
            pieces += 1
            at = places[0]
            for place in places[1:]:
                step = float(np.hypot(*(place - at)))
                if step >= least_px:
                    total, at = total + step, place
    return total if pieces else None


def _wobble(samples: Samples, interval_s: float) -> float | None:
    """Median distance of a measured place from the line between the measured places before and after it, px."""
    if len(samples.times) < 3:
        return None
    sure = samples.quality == MEASURED
    one = samples.stretch
    near = np.diff(samples.times) <= 1.5 * interval_s
    inner = sure[:-2] & sure[1:-1] & sure[2:] & (one[:-2] == one[1:-1]) & (one[1:-1] == one[2:]) & near[:-1] & near[1:]
    if not inner.any():
        return None
    before, middle, after = (samples.places[k : len(one) - 2 + k][inner] for k in range(3))
    t0, t1, t2 = (samples.times[k : len(one) - 2 + k][inner] for k in range(3))
    share = ((t1 - t0) / (t2 - t0))[:, None]
    return float(np.median(np.hypot(*(middle - before - share * (after - before)).T)))
