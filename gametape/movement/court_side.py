"""On which side of the net people and bounces are, where a court with a net is calibrated.

Belongs here: the side alone. Does not belong here: places in metres (gametape.play.flights), what follows for a stroke.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.geometry.stretches import Calibrations, calibrated_court
from gametape.movement.subject import rows_by_track

if TYPE_CHECKING:
    import pyarrow as pa

FROM_NET_M = 0.5
"""What is nearer to the net than this, m, is on neither side."""
MOSTLY = 0.9
"""Share of somebody's places that are on one side, of those on either."""
NOT_STOOD_ON = "table"
"""Surface that nobody stands on: there the feet tell no place."""
BESIDE_M = 0.5
"""A ball that bounces so far, m, outside a table has missed it."""


def side_of_net(calibration: pa.Table, frame: int, x: float, y: float) -> int | None:
    """-1 where a place on the ground is on the near side of the net, 1 on the far side; None where it is not known.

    Args:
        calibration: Table CALIBRATION.
        frame: Number of the frame.
        x: px.
        y: px.
    """
    court, _ = calibrated_court(calibration)
    known, _ = Calibrations(calibration).during(frame, frame)
    if court is None or court.net is None or known is None:
        return None
    along = float(known.on_ground(known.straight(np.array([[x, y]])))[0, 1])
    return int(np.sign(along)) if np.isfinite(along) and abs(along) >= FROM_NET_M else None


def off_the_table(calibration: pa.Table, frame: int, x: float, y: float) -> bool:
    """Does a place, px, lie beside the table, if the court is one that nobody stands on?"""
    court, _ = calibrated_court(calibration)
    known, _ = Calibrations(calibration).during(frame, frame)
    if court is None or court.surface != NOT_STOOD_ON or known is None:
        return False
    place = np.abs(known.on_ground(known.straight(np.array([[x, y]])))[0])
    return bool((place > np.array(court.extent) + BESIDE_M).any() or not np.isfinite(place).all())


def sides_of_people(people: pa.Table, calibration: pa.Table) -> dict[int, int]:
    """The side of each track of PEOPLE that stays on one, as `side_of_net` tells it by the feet."""
    court, _ = calibrated_court(calibration)
    if court is None or court.net is None or court.surface == NOT_STOOD_ON:
        return {}
    x1, x2, y2 = (people[name].cast("float64").to_numpy() for name in ("x1", "x2", "y2"))
    feet, frames = np.column_stack([(x1 + x2) / 2, y2]), people["frame"].to_numpy()
    along = np.full(len(feet), np.nan)
    for span in Calibrations(calibration).spans:
        here = (frames >= span.first) & (frames < span.stop) & np.isfinite(feet).all(axis=1)
        if here.any() and span.calibration is not None:
            along[here] = span.calibration.on_ground(span.calibration.straight(feet[here]))[:, 1]
    found = {}
    for track, rows in rows_by_track(people).items():
        own = along[rows][np.abs(along[rows]) >= FROM_NET_M]
        far = float((own > 0).mean()) if len(own) else 0.5
        if max(far, 1 - far) >= MOSTLY:
            found[track] = 1 if far > 0.5 else -1
    return found
