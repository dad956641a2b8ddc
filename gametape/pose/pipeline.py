"""From a film to the table of poses.

Belongs here: the order of the steps, chunks and checkpoints, the table. Does not belong here: how people are found
(estimators) or told apart (tracks).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from gametape.lake.contracts import KEYPOINTS, POSE_KEYPOINTS
from gametape.pose.body import Person
from gametape.pose.estimators import Estimator, estimator_for
from gametape.pose.tracks import link
from gametape.settings import Settings
from gametape.work import Checkpoints, Progress, ahead, give_pictures_back, ignore_progress, in_chunks

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film, Frame

_AHEAD = 8  # frames: an estimator may take several at a time
_BOX = ("x1", "y1", "x2", "y2")
_XYC = tuple(f"{name}_{part}" for name in KEYPOINTS for part in "xyc")


def estimate(
    film: Film,
    *,
    start: int = 0,
    stop: int | None = None,
    step: int = 1,
    settings: Settings,
    checkpoints: Checkpoints | None = None,
    progress: Progress = ignore_progress,
) -> pa.Table:
    """The people in every `step`-th frame of `start..stop`, by contract POSE_KEYPOINTS, in source pixels.

    Rows are ordered by frame, then track. A film in which nobody is found gives a table without rows. Raises
    Unavailable when the estimator's weights or device cannot be had.
    """
    stop = len(film) if stop is None else min(stop, len(film))
    if start >= stop:
        return POSE_KEYPOINTS.from_rows([])
    give_pictures_back()
    with estimator_for(settings) as estimator:

        def compute(first: int, last: int) -> pa.Table:
            first += -(first - start) % step  # the chunk's first frame that is whole steps from the start
            return _table(_rows(film, estimator, first, last, step), estimator.name)

        found = in_chunks(start, stop, compute, checkpoints or Checkpoints(), progress)
    return _linked(found)


def _rows(film: Film, estimator: Estimator, first: int, last: int, step: int) -> Iterator[tuple[Frame, Person]]:
    if first < last:
        for frame, people in estimator.people(ahead(film.frames(first, last, step, pixel_format="rgb24"), _AHEAD)):
            for person in people:
                yield frame, _scaled(person, film.scale)


def _scaled(person: Person, scale: tuple[float, float]) -> Person:
    """The person in source pixels."""
    keypoints = person.keypoints * (*scale, 1)
    return Person(person.box * (*scale, *scale), keypoints, person.confidence)


def _table(rows: Iterator[tuple[Frame, Person]], estimator: str) -> pa.Table:
    """A chunk's table, without tracks."""
    import pyarrow as pa

    # A picture is never kept: only what a row needs.
    kept = [(frame.index, frame.time_s, p.box, p.confidence, p.keypoints) for frame, p in rows]
    index, time_s, box, confidence, keypoints = zip(*kept, strict=True) if kept else ((),) * 5
    box = np.array(box, np.float32).reshape(-1, 4)
    keypoints = np.array(keypoints, np.float32).reshape(-1, len(_XYC))
    columns = {
        "frame": pa.array(index, pa.int32()),
        "time_s": pa.array(time_s, pa.float64()),
        "track": pa.array(np.zeros(len(kept)), pa.int32()),
        **{name: pa.array(box[:, i]) for i, name in enumerate(_BOX)},
        "confidence": pa.array(confidence, pa.float32()),
        **{
            name: pa.array(keypoints[:, i], pa.float32(), mask=np.isnan(keypoints[:, i])) for i, name in enumerate(_XYC)
        },
        "estimator": pa.array([estimator] * len(kept), pa.string()),
    }
    return POSE_KEYPOINTS.cast(pa.table(columns))


def _linked(table: pa.Table) -> pa.Table:
    """The table with tracks, ordered by frame and track."""
    import pyarrow as pa

    boxes = np.column_stack([table[name].to_numpy() for name in _BOX])
    xy = [
        np.column_stack([table[f"{name}_{axis}"].to_numpy(zero_copy_only=False) for axis in "xy"]) for name in KEYPOINTS
    ]
    tracks = link(table["time_s"].to_numpy(), boxes, np.stack(xy, axis=1))
    place = table.column_names.index("track")
    table = table.set_column(place, POSE_KEYPOINTS.schema().field("track"), pa.array(tracks, pa.int32()))
    return table.sort_by([("frame", "ascending"), ("track", "ascending")]).combine_chunks()
