"""Candidates for the ball, and the protocol of what finds them.

Belongs here: the table that passes from a finder to data association. Does not belong here: how candidates are found
(`frame_difference`, `network`, `checkpoints`), which of them is the ball (`association`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from gametape.ball.camera import STOOD, Move

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.ball.association import MotionModel
    from gametape.ball.lost import Area
    from gametape.media.film import Film

MEASURES = ("x", "y", "score", "size", "elongation", "orientation")
"""Columns of a candidate: its centre in source px; `score`, the probability (0..1) that it is the ball; `size`, the
diameter of a disc of its area, source px; `elongation`, long axis over short axis (>= 1); `orientation` of the long
axis, radians in -pi/2..pi/2, y down."""


class CandidateSource(Protocol):
    """Finds candidates for the ball, frame by frame.

    The candidates of a frame depend on the film alone, never on `start` and `stop`, so that work may be cut anywhere.

    Attributes:
        name: Part of the trajectory's column `tracker`.
        version: The other part of it.
        model: How data association weighs these candidates.
    """

    name: str
    version: str
    model: MotionModel

    def candidates(self, film: Film, start: int, stop: int, shots: np.ndarray | None = None) -> pa.Table:
        """Find the candidates of a span of frames.

        Args:
            film: The film.
            start: First frame.
            stop: Frame after the last.
            shots: (n,) shot number of each frame of the film.

        Returns:
            One row for each frame of start..stop, columns as `schema()`.
        """
        ...


@runtime_checkable
class LooksAgain(CandidateSource, Protocol):
    """A `CandidateSource` that can look more closely where the ball was lost, and otherwise where none was seen."""

    def again(self, film: Film, candidates: pa.Table, areas: Sequence[Area], shots: np.ndarray) -> pa.Table:
        """Look again.

        Args:
            film: The film.
            candidates: What was found at first, of consecutive frames.
            areas: Where to look.
            shots: (n,) shot number of each frame of the film.

        Returns:
            `candidates` with what was found now.
        """
        ...

    def in_colour(
        self,
        film: Film,
        candidates: pa.Table,
        spans: Sequence[tuple[int, int]],
        shots: np.ndarray,
        places: np.ndarray,
    ) -> pa.Table:
        """Look at colours: as `again`, in the frames from the first to the last of each of `spans`.

        `places` (n, 2), source px, are where the ball was seen in each frame of the film, and NaN.
        """
        ...


def schema() -> pa.Schema:
    """Columns of a table of candidates.

    `frame`; `repeats`, does it show the picture of the frame before; `move`, how the camera moved since the frame
    before (the upper two rows of a matrix of source px; empty: it stood; null: unknown); and a list for each of
    `MEASURES`.
    """
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
    """Build a table of candidates.

    Args:
        frames: (n,) frame numbers.
        repeats: (n,) bool, does the frame show the picture of the frame before? As the film says.
        counts: (n,) number of candidates of each frame.
        measures: The `MEASURES`, each (m,) of all candidates in order of frames.
        moves: n movements of the camera in source px, each from the frame before; None: it stood throughout.

    Returns:
        n rows, columns as `schema()`.
    """
    import pyarrow as pa

    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    lists = [pa.ListArray.from_arrays(offsets, np.asarray(measures[name], np.float32)) for name in MEASURES]
    written = [m and ([] if m.stands else m.matrix[:2].ravel()) for m in moves or [STOOD] * len(frames)]
    columns = [pa.array(frames, pa.int32()), pa.array(repeats, pa.bool_()), pa.array(written, pa.list_(pa.float64()))]
    return pa.Table.from_arrays([*columns, *lists], schema=schema())


def moves_of(candidates: pa.Table) -> list[Move | None]:
    """The camera's movements as given to `to_table`, without their quality."""
    return [
        m if m is None else Move(np.vstack([np.reshape(m, (2, 3)), [0, 0, 1]]), np.nan) if m else STOOD
        for m in candidates["move"].to_pylist()
    ]


def likeliest(candidates: pa.Table, least: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """The most likely candidate of each frame, without data association: how published networks are evaluated.

    Args:
        candidates: n rows, columns as `schema()`.
        least: Scores up to this do not count.

    Returns:
        (n,) x and (n,) y, source px; NaN where no candidate counts.
    """
    picked = []
    for xs, ys, scores in zip(*(candidates[name].to_pylist() for name in ("x", "y", "score")), strict=True):
        best = int(np.argmax(scores)) if scores else -1
        picked.append((xs[best], ys[best]) if best >= 0 and scores[best] > least else (np.nan, np.nan))
    x, y = np.array(picked, np.float64).reshape(-1, 2).T
    return x, y
