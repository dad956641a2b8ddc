"""What the search for a court says: a court found, or why there is none.

Belongs here: the two answers. Does not belong here: the search (`find`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.base.reason import Reason
from gametape.geometry.calibrate import Mark
from gametape.sports.courts import Court


@dataclass(frozen=True, eq=False)
class FoundCourt:
    """A court found in a picture. `near` is the end nearer to the camera, `left` and `right` are as the camera sees it.

    Attributes:
        court: The court.
        width: Width of the picture, px.
        height: Height of the picture, px.
        ground: (3, 3) homography, court metres to px, of the picture without its radial distortion.
        marks: The court's named points in sight, and where the lines put them in the picture as it is.
        fit_px: Root mean square distance of the picture's lines from the court's, px.
        share_of_lines: Share of the length of the court's lines in sight that lies on lines of the picture, 0..1.
        radial: Radial distortion k: a point at r from the picture's middle, in half diagonals, is seen at r (1 + k r²).
            None: the lines show none.
        focal_px: Focal length, px. None: not determined.
    """

    court: Court
    width: int
    height: int
    ground: np.ndarray
    marks: tuple[Mark, ...]
    fit_px: float
    share_of_lines: float
    radial: float | None = None
    focal_px: float | None = None


@dataclass(frozen=True)
class NotFound:
    """No court, and why. `court`: the one that was looked for."""

    court: Court
    reason: Reason
