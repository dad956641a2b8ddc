"""Measures of the film itself: its length, rate and picture.

Belongs here: what the frames alone tell. Does not belong here: ball and people.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.film.clock import film_duration
from gametape.movement.measure import Measure

if TYPE_CHECKING:
    import pyarrow as pa


def film_measures(frames: pa.Table) -> Iterable[Measure]:
    """The measures of a film by its table FRAMES."""
    times = frames["time_s"].to_numpy()
    n = len(times)
    unseen = None if n else Reason("no_frame_decodes")
    span: tuple[float | None, float | None] = (float(times[0]), float(times[-1])) if n else (None, None)

    def measure(
        name: str,
        unit: str,
        method: str,
        value: float | None,
        reason: str | None = None,
        spread: float | None = None,
    ) -> Measure:
        return Measure(name, unit, method, value, n, spread, *span, None if value is not None else reason or unseen)

    single = Reason("single_frame") if n == 1 else None
    yield measure("duration", "s", "first to last frame's time plus one frame", film_duration(times), single)
    yield measure("frames", "count", "frames that decode", float(n))
    rate = (n - 1) / (times[-1] - times[0]) if n > 1 and times[-1] > times[0] else None
    repeats = frames["repeats_previous"].to_numpy(zero_copy_only=False).astype(bool)
    fresh = np.diff(times[~repeats])
    uneven = float(np.std(fresh) / fresh.mean() ** 2) if len(fresh) and fresh.mean() > 0 else None
    yield measure(
        "fps",
        "1/s",
        "frames but one over first to last frame's time; spread: of different pictures",
        rate,
        single,
        uneven,
    )
    for name, unit, method in (
        ("sharpness", "variance", "median variance of the Laplacian of the luma at 320 px width"),
        ("luma", "0..255", "median of the frames' mean luma"),
    ):
        column = frames[name].to_numpy().astype(float)
        yield measure(
            name, unit, method, float(np.median(column)) if n else None, spread=float(np.std(column)) if n else None
        )
    yield measure(
        "repeated_frames", "share", "frames that show the picture before again", float(repeats.mean()) if n else None
    )
    shots = len(np.unique(frames["shot"].to_numpy()))
    yield measure("camera_shots", "count", "stretches between cuts", float(shots) if n else None)
