"""Zones of the picture, and how long the presenter is in each.

Belongs here: thirds of the picture, polygons of the sidecar, time in them, the heat map. Does not belong here: zones in
metres on a court (`gametape.sports`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gametape.film.keys import within

#: Rows and columns of the heat map.
HEAT_ROWS, HEAT_COLUMNS = 18, 32


@dataclass(frozen=True)
class Zone:
    """A part of the picture; corners are fractions of its width and height."""

    name: str
    corners: tuple[tuple[float, float], ...]


#: Where the sidecar draws no zones.
THIRDS = tuple(
    Zone(name, ((left / 3, 0.0), ((left + 1) / 3, 0.0), ((left + 1) / 3, 1.0), (left / 3, 1.0)))
    for left, name in enumerate(("left", "middle", "right"))
)


def zones_of(named: Mapping[str, Sequence[tuple[float, float]]]) -> tuple[Zone, ...]:
    """The sidecar's zones in its order; thirds of the picture where it has none."""
    return tuple(Zone(name, tuple((x, y) for x, y in corners)) for name, corners in named.items()) or THIRDS


def zone_of(x: float, y: float, zones: Sequence[Zone]) -> str | None:
    """The first zone that a place is in, None outside all; x and y are fractions of the picture.

    The hips of who is cut by the picture's edge may lie outside it: such a place counts at the edge.

    >>> zone_of(0.5, 0.9, THIRDS), zone_of(0.5, 1.2, THIRDS), zone_of(1.0, -0.1, THIRDS)
    ('middle', 'middle', 'right')
    """
    x, y = (min(max(one, 0.0), 1.0 - 1e-9) for one in (x, y))
    return next((zone.name for zone in zones if within((x, y), zone.corners)), None)


def zone_seconds(
    times: np.ndarray, there: np.ndarray, names: Sequence[str | None], interval_s: float
) -> dict[str, float]:
    """Seconds in each zone; a sample lasts until the next one, at most one and a half intervals.

    Args:
        times: (n,) seconds, rising.
        there: (n,) bool, the sample is not lost.
        names: (n,) the zone of each; None outside all, which is kept as "".
        interval_s: Time from one sample to the next.
    """
    lasts = np.minimum(np.append(np.diff(times), interval_s), 1.5 * interval_s) if len(times) else np.zeros(0)
    out: dict[str, float] = {}
    for name, seconds, is_there in zip(names, lasts, there, strict=True):
        if is_there:
            out[name or ""] = out.get(name or "", 0.0) + float(seconds)
    return out


def heat_map(places: np.ndarray, width: int, height: int) -> list[list[float]]:
    """Share of the places in each cell of the picture, HEAT_ROWS rows of HEAT_COLUMNS; all 0 without places.

    Args:
        places: (n, 2) px.
        width: Of the picture, px.
        height: Of the picture, px.
    """
    cells = np.zeros((HEAT_ROWS, HEAT_COLUMNS))
    if len(places):
        column = np.clip((places[:, 0] / width * HEAT_COLUMNS).astype(int), 0, HEAT_COLUMNS - 1)
        row = np.clip((places[:, 1] / height * HEAT_ROWS).astype(int), 0, HEAT_ROWS - 1)
        np.add.at(cells, (row, column), 1 / len(places))
    return [[round(float(v), 5) for v in row] for row in cells]
