"""The film's two clocks (gametape.film.clock), one turned into the other.

Belongs here: times. Does not belong here: which pictures are shown then (selection.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


def shown_times(frames: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """(n,) seconds at which the pictures were taken, and (n,) at which the file shows them."""
    return frames["time_s"].to_numpy(), frames["shown_s"].to_numpy()


def moved(at_s: float, one: np.ndarray, other: np.ndarray) -> float:
    """A time of one of the film's two clocks as the other has it; past the last frame both run on alike.

    >>> moved(1.5, np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.1, 0.2])), moved(3.0, np.array([0.0]), np.array([0.0]))
    (0.15000000000000002, 3.0)
    """
    if not len(one):
        return at_s
    return float(other[-1]) + at_s - float(one[-1]) if at_s > one[-1] else float(np.interp(at_s, one, other))
