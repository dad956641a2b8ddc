"""Accuracy of the ball's events on labelled points.

Belongs here: reading labelled points, matching, counting. Does not belong here: finding events, for which only the
labelled places of the ball are used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.base.errors import BadInput
from gametape.tables.ball import BALL_TRAJECTORY

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.base.settings import Settings

COLUMNS = ("point", "frame", "x", "y", "visible", "action")
"""Columns of a file of labelled points."""
WIDTH, HEIGHT, FPS = 1920, 1080, 50.0
"""Picture size (px) and frame rate of the labels. They do not give the frame rate; at 50 the match lasts 5 h 28 min."""
TOLERANCE_FRAMES = 5
"""Greatest distance of a right event from its label, in frames."""
KINDS = ("hit", "bounce")
"""Kinds of events that are labelled."""


@dataclass(frozen=True)
class Point:
    """A labelled point.

    Attributes:
        name: The point's name in the file.
        frames: (n,) increasing frame numbers.
        places: (n, 2) px, NaN where the ball is not visible.
        events: Kind and frame of each event.
    """

    name: str
    frames: np.ndarray
    places: np.ndarray
    events: tuple[tuple[str, int], ...]

    def trajectory(self, fps: float = FPS) -> pa.Table:
        """The labelled places as a table of the contract BALL_TRAJECTORY."""
        import pyarrow as pa

        seen = np.isfinite(self.places).all(axis=1)
        count = len(self.frames)

        def visible(values: np.ndarray) -> pa.Array:
            return pa.array(values, pa.float32(), mask=~seen)

        empty = {column.name: pa.nulls(count, pa.type_for_alias(column.type)) for column in BALL_TRAJECTORY.columns}
        return BALL_TRAJECTORY.cast(
            pa.table(
                empty
                | {
                    "frame": pa.array(np.arange(count), pa.int32()),
                    "time_s": (self.frames - self.frames[0]) / fps,
                    "state": pa.array(np.where(seen, "detected", "absent").tolist()),
                    "x": visible(self.places[:, 0]),
                    "y": visible(self.places[:, 1]),
                    "confidence": visible(np.ones(count)),
                    "tracker": pa.array(["labels"] * count),
                }
            )
        )


@dataclass(frozen=True)
class Count:
    """Numbers of events that were found rightly, found wrongly and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    def figures(self) -> dict[str, float | None]:
        """Precision, recall and F1; None where the divisor is zero."""

        def share(part: int, whole: int) -> float | None:
            return round(part / whole, 4) if whole else None

        return {
            "precision": share(self.right, self.right + self.wrong),
            "recall": share(self.right, self.right + self.missed),
            "f1": share(2 * self.right, 2 * self.right + self.wrong + self.missed),
        }


def evaluate_events(
    path: Path, settings: Settings | None = None, *, fps: float = FPS, sport: str | None = None
) -> dict[str, Any]:
    """Precision, recall and F1 of hits and bounces on the labelled points of a Parquet file.

    An event is right where a labelled event of its kind lies within 5 frames, matched one to one. Places are rounded to
    whole pixels: labels of events have fractions, which would reveal them.

    Args:
        path: File with the columns `point`, `frame`, `x`, `y` (px of 1920 x 1080), `visible` and `action` (air, hit or
            bounce).
        settings: Not used yet.
        fps: Frame rate of the labels.
        sport: The points' sport, for the order of its contacts; None: not told.

    Raises:
        BadInput: The file cannot be read, or its columns or values are wrong.
    """
    from gametape.ball.events.find import find_events
    from gametape.sports.courts import ball_bounces, ball_contacts

    contacts, bounces = ball_contacts(sport), ball_bounces(sport)
    totals = {kind: Count() for kind in KINDS}
    counts = {kind: 0 for kind in KINDS}
    points = read_points(path)
    for point in points:
        events = find_events(point.trajectory(fps), width=WIDTH, height=HEIGHT, bounces=bounces, contacts=contacts)
        found = list(zip(events["kind"].to_pylist(), point.frames[events["frame"].to_numpy()].tolist(), strict=True))
        for kind in KINDS:
            totals[kind] += count(_of(kind, found), _of(kind, point.events))
            counts[kind] += len(_of(kind, found))
    figures = {kind: totals[kind].figures() for kind in KINDS}
    labelled = {kind: totals[kind].right + totals[kind].missed for kind in KINDS}
    return figures | {
        "tolerance_frames": TOLERANCE_FRAMES,
        "fps": fps,
        "sport": sport,
        "points": len(points),
        "events": {"labelled": labelled, "found": counts},
    }


def read_points(path: Path) -> list[Point]:
    """Read the labelled points of a Parquet file. Raises BadInput when it is malformed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    remedy = f"Give a Parquet file with the columns {', '.join(COLUMNS)}"
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise BadInput(path, f"it cannot be read as Parquet ({error})", remedy) from error
    if missing := [name for name in COLUMNS if name not in table.column_names]:
        raise BadInput(path, f"it lacks the columns {missing}", remedy)
    names, frames, actions = (np.array(table[name].to_pylist()) for name in ("point", "frame", "action"))
    if unknown := sorted(set(actions.tolist()) - {"air", *KINDS}):
        raise BadInput(path, f"it holds actions {unknown}", "An action is air, hit or bounce")
    visible = np.array(table["visible"].to_pylist(), bool)
    places = np.stack([np.asarray(table[name].to_numpy(zero_copy_only=False), float) for name in "xy"], 1)
    places = np.where(visible[:, None], np.round(places), np.nan)
    points = []
    for name in dict.fromkeys(names.tolist()):
        rows = np.flatnonzero(names == name)
        if (np.diff(frames[rows]) <= 0).any():
            raise BadInput(path, f"the frames of point {name} do not increase", "Sort each point's rows by frame")
        marked = [(str(actions[i]), int(frames[i])) for i in rows if actions[i] != "air"]
        points.append(Point(str(name), frames[rows], places[rows], tuple(marked)))
    return points


def count(found: list[int], labelled: list[int], tolerance: int = TOLERANCE_FRAMES) -> Count:
    """Match frames one to one, in order, each with the first that is within the tolerance; that gives most matches."""
    found, labelled = sorted(found), sorted(labelled)
    i = j = right = 0
    while i < len(found) and j < len(labelled):
        if abs(found[i] - labelled[j]) <= tolerance:
            i, j, right = i + 1, j + 1, right + 1
        elif found[i] < labelled[j]:
            i += 1
        else:
            j += 1
    return Count(right, len(found) - right, len(labelled) - right)


def _of(kind: str, events: Iterable[tuple[str, int]]) -> list[int]:
    return [frame for one, frame in events if one == kind]
