"""Poses of the players who are followed, and of nobody else: looked for where they are known to be.

Belongs here: from the table of who is where to poses and to the table of people. Does not belong here: who is the
player (`gametape.follow`), poses of everybody (pipeline.py, people.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.base.settings import Settings
from gametape.base.work import Checkpoints, Progress, ignore_progress
from gametape.film.in_sight import in_sight, why_not_in_sight
from gametape.film.player import measured_place
from gametape.film.sidecar import Sidecar
from gametape.pose.estimators import Estimator
from gametape.pose.person import BOX, Person
from gametape.pose.pipeline import look_through
from gametape.tables.pose import PEOPLE, PLAYER_POSES

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film, Frame


def estimate_wanted(
    film: Film,
    identity: pa.Table,
    *,
    start: int = 0,
    stop: int | None = None,
    step: int = 1,
    settings: Settings,
    checkpoints: Checkpoints | None = None,
    progress: Progress = ignore_progress,
) -> pa.Table:
    """Estimate the poses of the followed players, in the frames in which they are in sight.

    Args:
        film: The film.
        identity: Table PLAYER_IDENTITY.
        start: First frame.
        stop: One past the last frame; by default the film's end.
        step: Frames from one look to the next.
        settings: Estimator, weights and device.
        checkpoints: Where chunks are kept, so that a run that dies can be resumed.
        progress: Called with frames done and their number.

    Returns:
        Table PLAYER_POSES, px of the source, ordered by frame and player.

    Raises:
        Unavailable: The estimator's weights or device are not there.
    """
    places = _places(identity, film.scale)
    if not places:
        return PLAYER_POSES.empty()

    def look(estimator: Estimator, frames: Iterable[Frame]) -> Iterator[tuple[Frame, Iterable[tuple[int, Person]]]]:
        wanted = (frame for frame in frames if frame.index in places)
        for frame, people in estimator.people_in(wanted, places):
            yield frame, people.items()

    first, last = max(start, min(places)), min(len(film) if stop is None else stop, max(places) + 1)
    first += -(first - start) % step
    return PLAYER_POSES.cast(
        look_through(
            film, look, start=first, stop=last, step=step, settings=settings, checkpoints=checkpoints, progress=progress
        )
    )


def _places(identity: pa.Table, scale: tuple[float, float]) -> dict[int, dict[int, np.ndarray]]:
    """By frame and player the box, px of the film's pictures."""
    found: dict[int, dict[int, np.ndarray]] = {}
    seen = identity.filter(identity["x1"].is_valid())
    boxes = np.column_stack([seen[name].to_numpy() for name in BOX]).astype(float) / np.tile(scale, 2)
    for frame, player, box in zip(seen["frame"].to_pylist(), seen["player"].to_pylist(), boxes, strict=True):
        found.setdefault(frame, {})[player] = box
    return found


def followed_people(poses: pa.Table, identity: pa.Table, sidecar: Sidecar, frames: range) -> pa.Table:
    """The followed players as people: each is one track, and the first one is whom the film is about.

    Args:
        poses: Table PLAYER_POSES.
        identity: Table PLAYER_IDENTITY.
        sidecar: The film's.
        frames: Those in which poses were looked for.

    Returns:
        Table PEOPLE, a row for each of `poses`, ordered by frame and track.
    """
    import pyarrow as pa

    if not poses.num_rows:
        return PEOPLE.empty()
    player, subject = poses["person"].to_numpy(), measured_place(sidecar)
    found = subject is not None and bool((player == subject).any())
    if subject is not None and found:
        of = int((in_sight(identity, frames)["player"].to_numpy() == subject).sum())
        why = Reason("chosen_as_followed", track=subject + 1, seen=int((player == subject).sum()), of=of)
    else:
        why = why_not_in_sight(identity, subject) or Reason("followed_not_seen")
    count = len(player)
    columns = {name: poses[name] for name in ("frame", "time_s", "person", *BOX, "confidence")} | {
        "track": pa.array(player + 1, pa.int32()),
        "subject": pa.array(player == (-1 if subject is None else subject)),
        "player": pa.array(player, pa.int32()),
        "choice": pa.array([str(why)] * count, pa.string()),
        "margin": pa.array([1.0 if found else None] * count, pa.float32()),
        "plays": pa.array([True] * count),
        "plays_reason": pa.array([str(Reason("followed"))] * count, pa.string()),
        "may_continue": pa.nulls(count, pa.int32()),
        "may_continue_confidence": pa.nulls(count, pa.float32()),
    }
    return PEOPLE.cast(pa.table(columns)).sort_by([("frame", "ascending"), ("track", "ascending")]).combine_chunks()
