"""How right the events are on labelled points.

Belongs here: reading labelled points, matching, counting. Does not belong here: labels as a help to finding: the finder
is given places alone.
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
WIDTH, HEIGHT, FPS = 1920, 1080, 50.0
"""What labelled places belong to. No label says the frame rate: at 50 the match they are of lasts 5 h 28 min."""
TOLERANCE_FRAMES = 5
KINDS = ("hit", "bounce")


@dataclass(frozen=True)
class Point:
    """A labelled point: `frames` (n,) that rise, `places` (n, 2) px with NaN where not visible; `events`: (kind,
    frame).
    """

    name: str
    frames: np.ndarray
    places: np.ndarray
    events: tuple[tuple[str, int], ...]

    def trajectory(self, fps: float = FPS) -> pa.Table:
        """The places as a tracker would have told them."""
        import pyarrow as pa

        seen = np.isfinite(self.places).all(axis=1)
        count = len(self.frames)

        def known(values: np.ndarray) -> pa.Array:
            return pa.array(values, pa.float32(), mask=~seen)

        nothing = {column.name: pa.nulls(count, pa.type_for_alias(column.type)) for column in BALL_TRAJECTORY.columns}
        return BALL_TRAJECTORY.cast(
            pa.table(
                nothing
                | {
                    "frame": pa.array(np.arange(count), pa.int32()),
                    "time_s": (self.frames - self.frames[0]) / fps,
                    "state": pa.array(np.where(seen, "detected", "absent").tolist()),
                    "x": known(self.places[:, 0]),
                    "y": known(self.places[:, 1]),
                    "confidence": known(np.ones(count)),
                    "tracker": pa.array(["labels"] * count),
                }
            )
        )


@dataclass(frozen=True)
class Count:
    """Events found rightly, found wrongly and not found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    def figures(self) -> dict[str, float | None]:
        """Precision, recall and F1; null where there is nothing to divide by."""

        def share(part: int, whole: int) -> float | None:
            return round(part / whole, 4) if whole else None

        return {
            "precision": share(self.right, self.right + self.wrong),
            "recall": share(self.right, self.right + self.missed),
            "f1": share(2 * self.right, 2 * self.right + self.wrong + self.missed),
        }


def evaluate_events(path: Path, settings: Settings | None = None, *, fps: float = FPS) -> dict[str, Any]:
    """Precision, recall and F1 of hits and bounces on the labelled points of a Parquet file.

    Columns `point`, `frame`, `x`, `y` (px of 1920 x 1080), `visible`, `action` (air, hit or bounce). An event is right
    where an event of its kind lies within 5 frames, one to one. Places are taken to whole pixels: labels of events
    are finer than the others, which would tell where they are. `settings` change nothing as yet. Raises BadInput.
    """
    from gametape.ball.events.find import find_events

    totals = {kind: Count() for kind in KINDS}
    told = {kind: 0 for kind in KINDS}
    points = read_points(path)
    for point in points:
        events = find_events(point.trajectory(fps), width=WIDTH, height=HEIGHT, bounces=True)
        found = list(zip(events["kind"].to_pylist(), point.frames[events["frame"].to_numpy()].tolist(), strict=True))
        for kind in KINDS:
            totals[kind] += count(_of(kind, found), _of(kind, point.events))
            told[kind] += len(_of(kind, found))
    figures = {kind: totals[kind].figures() for kind in KINDS}
    labelled = {kind: totals[kind].right + totals[kind].missed for kind in KINDS}
    return figures | {
        "tolerance_frames": TOLERANCE_FRAMES,
        "fps": fps,
        "points": len(points),
        "events": {"labelled": labelled, "found": told},
    }


def read_points(path: Path) -> list[Point]:
    """The labelled points of a Parquet file. Raises BadInput that says what is wrong with it."""
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
            raise BadInput(path, f"the frames of point {name} do not rise", "Sort each point's rows by frame")
        marked = [(str(actions[i]), int(frames[i])) for i in rows if actions[i] != "air"]
        points.append(Point(str(name), frames[rows], places[rows], tuple(marked)))
    return points


def count(found: list[int], labelled: list[int], tolerance: int = TOLERANCE_FRAMES) -> Count:
    """Match frames one to one, as many as can be: both in order, each with the first that is near enough."""
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
