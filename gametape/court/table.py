"""What tells a table from any other figure of painted lines: its net stands across it, and nothing else is on it.

Belongs here: the net's upper edge in the picture, lines on the table that are neither its own nor the net's. Does not
belong here: the table's lines (`check`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.court.check import Strips
from gametape.court.lines import Lines
from gametape.court.plane import with_one
from gametape.court.refine import Exact
from gametape.geometry import camera
from gametape.sports.courts import Court

PLACES = 40
"""Places of each part of the net's upper edge that are looked at."""
INSIDE = 0.94
"""A line lies on the table when its points do, by this share of the table's half lengths."""
TAPE_M = 0.015
"""Width of the white tape along the net's upper edge, m (ITTF Laws 2.2): its middle is what is seen as a strip."""
OWN = 0.06
"""A line nearer than this to the table's middle line, in half widths, is that line."""
NET_PX = 6.0
"""A line within this of the net belongs to it, px."""
LONG = 0.5
"""Lines shorter than this, in half widths of the table, may be anything: a bat, a letter, an arm."""


@dataclass(frozen=True)
class Net:
    """What a view of a table says besides its lines.

    Attributes:
        tape: Share (0..1) of the net's upper edge that lies on a bright strip.
        foreign: Length of the picture's lines on the table that are neither its own nor the net's, in half widths.
    """

    tape: float
    foreign: float


def net_on(made: Exact, court: Court, lines: Lines, strips: Strips) -> Net:
    """Look for the net of a table in a view of it, and for what does not belong on it.

    Args:
        made: The view.
        court: The table. Its points `net_…_top` are the net's upper edge.
        lines: The picture's lines.
        strips: The picture's bright strips.
    """
    top = _upper_edge(court)
    return Net(
        _tape(top - [0, 0, TAPE_M / 2], made, strips), _foreign(top, made, np.array(court.extent), lines, strips)
    )


def _tape(top: np.ndarray, made: Exact, strips: Strips) -> float:
    """Share of the net's upper edge in sight that lies on a bright strip; 0 where too little is in sight."""
    height, width = strips.number.shape
    at, ahead = _seen(top, made, width, height)
    along = np.gradient(at, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1), 1e-9)[:, None]
    inside = ahead & (at >= 1).all(axis=1) & (at[:, 0] < width - 2) & (at[:, 1] < height - 2)
    if inside.sum() < PLACES / 2:
        return 0.0
    normal = np.column_stack([-along[:, 1], along[:, 0]])
    return float(strips.on(at[inside], normal[inside]).mean())


def _foreign(top: np.ndarray, made: Exact, half: np.ndarray, lines: Lines, strips: Strips) -> float:
    """Length of the lines on the table that are neither its own nor its net's, in half widths of the table."""
    import cv2

    if not len(lines):
        return 0.0
    height, width = strips.number.shape
    share = np.linspace(0.02, 0.98, 25)[:, None]
    points = lines.ends[:, None, 0] + share * (lines.ends[:, None, 1] - lines.ends[:, None, 0])
    level = camera.straight(points, width, height, made.radial)
    back = with_one(level) @ np.linalg.inv(made.view).T
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.where(back[..., 2:] > 0, back[..., :2] / back[..., 2:], np.inf) / half
    on = (np.abs(place) < INSIDE).all(axis=2) & (np.abs(place[..., 0]) > OWN)
    around, ahead = _seen(np.concatenate([top, (top * [1, 1, 0])[::-1]]), made, width, height)
    if ahead.all():
        net = cv2.convexHull(around.astype(np.float32))
        far = [[cv2.pointPolygonTest(net, (float(x), float(y)), True) < -NET_PX for x, y in line] for line in points]
        on &= np.array(far)
    step = np.linalg.norm(np.diff(np.where(on[..., None], place * half / half[0], np.nan), axis=1), axis=2)
    length = np.nansum(step, axis=1)
    return float(length[length > LONG].sum())


def _upper_edge(court: Court) -> np.ndarray:
    """Places (n, 3) m of the net's upper edge, from left to right."""
    knots = np.array(
        sorted(at for name, at in court.points.items() if name.startswith("net_") and name.endswith("_top"))
    )
    across = np.linspace(knots[0, 0], knots[-1, 0], PLACES * (len(knots) - 1))
    return np.column_stack([np.interp(across, knots[:, 0], knots[:, axis]) for axis in range(3)])


def _seen(places: np.ndarray, made: Exact, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Where places (n, 3) m are seen, (n, 2) px, and whether each is before the camera."""
    matrix = camera.matrices(made.camera, width, height)
    ahead = places @ matrix[2, :3] + matrix[2, 3] > 0
    return camera.bent(camera.project(matrix, places), width, height, made.radial), ahead
