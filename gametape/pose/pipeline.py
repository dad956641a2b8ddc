"""From a film to the table of pose estimates: the costly part.

Belongs here: chunks and checkpoints, the table. Does not belong here: how people are found (estimators.py), linked
(people.py) or repaired (repair).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.settings import Settings
from gametape.base.work import Checkpoints, Progress, ahead, give_pictures_back, ignore_progress, in_chunks
from gametape.pose import clothes
from gametape.pose.estimators import Estimator, estimator_for
from gametape.pose.person import BOX, XYC, Person
from gametape.pose.repeats import Repeats
from gametape.tables.pose import POSE_ESTIMATES

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film, Frame

    _Seen = Iterator[tuple[Frame, Iterable[tuple[int, Person]]]]
    Look = Callable[[Estimator, Iterable[Frame]], _Seen]

#: Frames that are decoded in advance: an estimator may take several at a time.
_AHEAD = 8


def estimate(
    film: Film,
    *,
    start: int = 0,
    stop: int | None = None,
    step: int = 1,
    settings: Settings,
    checkpoints: Checkpoints | None = None,
    progress: Progress = ignore_progress,
    go_on: Callable[[], None] = lambda: None,
) -> pa.Table:
    """Estimate the poses of everybody in a film.

    Args:
        film: The film.
        start: First frame.
        stop: One past the last frame; by default the film's end.
        step: Frames from one look to the next.
        settings: Estimator, weights, device and most people in a frame.
        checkpoints: Where chunks are kept, so that a run that dies can be resumed.
        progress: Called with frames done and their number.
        go_on: Called for each frame; what it raises ends the work.

    Returns:
        Table POSE_ESTIMATES in source pixels, ordered by frame and person; without rows where nobody is found.

    Raises:
        Unavailable: The estimator's weights or device are not there.
    """

    def everybody(estimator: Estimator, frames: Iterable[Frame]) -> _Seen:
        for frame, people in estimator.people(frames):
            go_on()
            yield frame, enumerate(people)

    return look_through(
        film, everybody, start=start, stop=stop, step=step,
        settings=settings, checkpoints=checkpoints, progress=progress,
    )  # fmt: skip


def look_through(
    film: Film,
    look: Look,
    *,
    start: int,
    stop: int | None,
    step: int,
    settings: Settings,
    checkpoints: Checkpoints | None,
    progress: Progress,
) -> pa.Table:
    """Look at the people of a film in some way; see `estimate`.

    Args:
        film: The film.
        look: Finds numbered people in frames.
        start: First frame.
        stop: One past the last frame; None: the film's end.
        step: Frames from one look to the next.
        settings: See `estimate`.
        checkpoints: See `estimate`.
        progress: See `estimate`.
    """
    stop = len(film) if stop is None else min(stop, len(film))
    if start >= stop:
        return POSE_ESTIMATES.from_rows([])
    give_pictures_back()
    with estimator_for(settings) as estimator:

        def compute(first: int, last: int) -> pa.Table:
            first += -(first - start) % step  # the first frame of the chunk that is whole steps from the start
            return _table(_rows(film, partial(look, estimator), first, last, step), estimator.name)

        return in_chunks(start, stop, compute, checkpoints or Checkpoints(), progress).combine_chunks()


@dataclass(frozen=True)
class _Row:
    """A person in a frame; pictures are never kept, only what a row needs."""

    frame: int
    time_s: float
    number: int
    person: Person  # in source pixels
    colours: np.ndarray


def _rows(film: Film, look: Callable[[Iterable[Frame]], _Seen], first: int, last: int, step: int) -> list[_Row]:
    """Rows of the frames first, first + step, … before `last`; a picture that is shown again keeps its people."""
    if first >= last:
        return []
    repeats, rows = Repeats(film.repeats), []
    frames = ahead(film.frames(first, last, step, pixel_format="rgb24"), _AHEAD)
    for frame, people in look(repeats.without(frames)):
        for number, person in people:
            colours = clothes.clothes(frame.image, person)
            rows.append(_Row(frame.index, frame.time_s, number, _scaled(person, film.scale), colours))
    by_frame: dict[int, list[_Row]] = {}
    for row in rows:
        by_frame.setdefault(row.frame, []).append(row)
    for again, time_s, shown in repeats.found:
        rows += [replace(row, frame=again, time_s=time_s) for row in by_frame.get(shown, ())]
    return sorted(rows, key=lambda row: (row.frame, row.number))


def _scaled(person: Person, scale: tuple[float, float]) -> Person:
    """Convert a person from proxy to source pixels."""
    keypoints = person.keypoints * (*scale, 1)
    return Person(person.box * (*scale, *scale), keypoints, person.confidence)


def _table(rows: list[_Row], estimator: str) -> pa.Table:
    import pyarrow as pa

    boxes = np.array([row.person.box for row in rows], np.float32).reshape(-1, len(BOX))
    joints = np.array([row.person.keypoints for row in rows], np.float32).reshape(-1, len(XYC))
    colours = np.array([row.colours for row in rows], np.float32).reshape(-1, len(clothes.COLUMNS))
    columns = {
        "frame": pa.array([row.frame for row in rows], pa.int32()),
        "time_s": pa.array([row.time_s for row in rows], pa.float64()),
        "person": pa.array([row.number for row in rows], pa.int32()),
        "confidence": pa.array([row.person.confidence for row in rows], pa.float32()),
        **{name: pa.array(boxes[:, i]) for i, name in enumerate(BOX)},
        **{name: pa.array(joints[:, i], mask=np.isnan(joints[:, i])) for i, name in enumerate(XYC)},
        **{name: pa.array(colours[:, i], mask=np.isnan(colours[:, i])) for i, name in enumerate(clothes.COLUMNS)},
        "estimator": pa.array([estimator] * len(rows), pa.string()),
    }
    return POSE_ESTIMATES.cast(pa.table(columns))
