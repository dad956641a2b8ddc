"""What a candidate for the ball is, and what finds candidates.

Belongs here: the table that passes from a finder (frame differences, a network's heat maps) to the path.
Does not belong here: how candidates are found (`motion`), which of them is the ball (`path`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gametape.ball.camera import STOOD, Move

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.ball.path import MotionModel
    from gametape.media.film import Film

MEASURES = ("x", "y", "score", "size", "elongation", "orientation")
"""Per candidate: centre in source px; `score`, the chance (0..1) that it is the ball; `size`, the diameter of a
disc of its area, source px; `elongation`, long axis over short axis (>= 1); `orientation` of the long axis,
radians in -pi/2..pi/2, y down."""


SAME_LEVELS, SAME_PIXELS = 12, 4
"""A picture is a repeat when no more than so many pixels changed by more than so many levels. Films at 25 frames a
second are often sold as 30 or 60: every sixth picture or more is one."""


def is_repeat(change: np.ndarray) -> bool:
    """Is a picture the one before again? `change` (h, w): the levels between them."""
    import cv2

    return cv2.countNonZero(cv2.threshold(change, SAME_LEVELS, 1, cv2.THRESH_BINARY)[1]) <= SAME_PIXELS


class CandidateSource(Protocol):
    """Finds what may be the ball, frame by frame.

    `name` and `version` are told in the trajectory's `tracker`; `model` is how the path weighs its candidates. What is
    said of a frame depends on the film alone, never on `start` and `stop`, so that work may be cut anywhere.
    """

    name: str
    version: str
    model: MotionModel

    def candidates(self, film: Film, start: int, stop: int, shots: np.ndarray | None = None) -> pa.Table:
        """One row for each frame of start..stop, columns as `schema()`. `shots`: cut id of each frame of the film."""
        ...


def schema() -> pa.Schema:
    """`frame`, `repeats` (same picture as the frame before, so it tells nothing new), `move` (how the camera moved from
    the frame before: the upper six numbers of a matrix of places in source px; empty: it stood; null: unknown), and a
    list for each measure."""
    import pyarrow as pa

    lists = [pa.field(name, pa.list_(pa.float32())) for name in MEASURES]
    move = pa.field("move", pa.list_(pa.float64()))
    return pa.schema([pa.field("frame", pa.int32()), pa.field("repeats", pa.bool_()), move, *lists])


def to_table(
    frames: np.ndarray,
    repeats: np.ndarray,
    counts: np.ndarray,
    measures: Mapping[str, np.ndarray],
    moves: Iterable[Move | None] | None = None,
) -> pa.Table:
    """Candidates of many frames as one table. `counts`: candidates of each frame; `measures`: flat, frame by frame;
    `moves`: of the camera, in source px, each from the frame before (None: it stood throughout)."""
    import pyarrow as pa

    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    lists = [pa.ListArray.from_arrays(offsets, np.asarray(measures[name], np.float32)) for name in MEASURES]
    written = [m and ([] if m.stands else m.matrix[:2].ravel()) for m in moves or [STOOD] * len(frames)]
    columns = [pa.array(frames, pa.int32()), pa.array(repeats, pa.bool_()), pa.array(written, pa.list_(pa.float64()))]
    return pa.Table.from_arrays([*columns, *lists], schema=schema())


def moves_of(candidates: pa.Table) -> list[Move | None]:
    """The camera's movements as they were given to `to_table`, but for their quality."""
    return [
        m if m is None else Move(np.vstack([np.reshape(m, (2, 3)), [0, 0, 1]]), np.nan) if m else STOOD
        for m in candidates["move"].to_pylist()
    ]


def likeliest(candidates: pa.Table, least: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """x and y of each frame's likeliest candidate, source px; NaN where none is likelier than `least`.

    How published networks are used and judged, without any path.
    """
    picked = []
    for xs, ys, scores in zip(*(candidates[name].to_pylist() for name in ("x", "y", "score")), strict=True):
        best = int(np.argmax(scores)) if scores else -1
        picked.append((xs[best], ys[best]) if best >= 0 and scores[best] > least else (np.nan, np.nan))
    x, y = np.array(picked, np.float64).reshape(-1, 2).T
    return x, y
