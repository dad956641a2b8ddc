"""A track's keypoints as markers at a constant rate, which both TRC and C3D hold.

Belongs here: which keypoints, axes, units, rate. Does not belong here: the bytes of a format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gametape.base.errors import BadInput
from gametape.exports.film_tables import FilmTables, Scale
from gametape.exports.resampling import Track, steady, tracks
from gametape.pose.angles import MIN_CONFIDENCE
from gametape.tables.pose import KEYPOINTS

#: The markers' axes in words.
AXES = "x right from the picture's left edge, y up from its bottom edge, z 0: depth is not measured"
_COLUMNS = tuple(f"{name}_{part}" for name in KEYPOINTS for part in "xyc")


@dataclass(frozen=True)
class Markers:
    """The markers of one track.

    Attributes:
        track: The track's number.
        names: Names of the k markers.
        first: Steps from the film's first look to the first sample, so that people of one film line up.
        times: (m,) seconds of the film.
        places: (m, k, 3) in `scale.unit`, NaN where a marker is not seen well enough.
        rate_hz: Samples per second.
        scale: Unit of the places.
        resampled: Some places lie between two samples.
    """

    track: int
    names: tuple[str, ...]
    first: int
    times: np.ndarray
    places: np.ndarray
    rate_hz: float
    scale: Scale
    resampled: bool

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know, in words."""
        unit = f"metres: {self.scale.px_per_m:.6g} px per m, " if self.scale.px_per_m else "pixels: "
        rate = "linear between the true times of the frames" if self.resampled else "the frames' own times"
        return (
            unit + self.scale.reason,
            f"axes: {AXES}",
            f"{self.rate_hz:.6g} samples a second, {rate}; gaps are nan",
            f"a marker is nan where its confidence is below {MIN_CONFIDENCE:g}",
        )


def markers(film: FilmTables) -> Iterator[Markers]:
    """Yield everybody's markers by track. Raises BadInput where nobody was found or the film has only one frame."""
    poses = film.poses()
    rate_hz = film.looks.rate_hz
    if rate_hz is None:
        raise BadInput(film.video, "has one frame with people looked for, so no rate", "Export csv or pose-analysis")
    for track in tracks(poses, _COLUMNS, film.looks):
        yield _markers(film, track, rate_hz)


def _markers(film: FilmTables, track: Track, rate_hz: float) -> Markers:
    scale = film.scale(track.number)
    x, y, sure = (track.values[:, part::3] for part in range(3))
    places = np.stack([x, film.info.height - y, np.zeros_like(x)], axis=-1)
    places /= scale.px_per_m or 1
    places[~(sure >= MIN_CONFIDENCE)] = np.nan
    seen = np.isfinite(places).all(axis=-1).any(axis=0)
    names = tuple(name for name, ever in zip(KEYPOINTS, seen, strict=True) if ever)
    flat = places[:, seen].reshape(len(places), -1)
    even = steady(Track(track.number, track.looks, flat), float(film.looks.times[0]), rate_hz)
    shaped = even.values.reshape(len(even.times), len(names), 3)
    return Markers(track.number, names, even.first, even.times, shaped, rate_hz, scale, even.resampled)
