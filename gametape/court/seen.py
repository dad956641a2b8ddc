"""A picture as courts are looked for in it: its lines, made once for all courts.

Belongs here: what does not depend on the court that is looked for, and what is left beside one. Does not belong here:
how lines are found (`lines`), the search (`find`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gametape.court import candidates, check, lines, refine
from gametape.court.found import FoundCourt
from gametape.court.model import model_of

SEARCHED = 1280
"""The picture is searched at this size of its longer side, px: all limits in px are made for it."""
ENLARGED = 2.0
"""Smaller pictures, as portrait ones of 720 lines, are enlarged to it, at most so many times. Of 32 courts drawn in
portrait 26 are found so, and 23 as they are; of tables as many, but the focal length of two is off by more than 5 %."""
COUNTED = np.linspace(0.1, 0.9, 5)
"""Places along a line of the picture by which it belongs to a court, or not."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What of a picture does not depend on the court that is looked for; px of the picture as it is searched."""

    width: int
    height: int
    scale: float
    ridges: lines.Ridges
    lines: lines.Lines
    paint: candidates.Paint
    strips: check.Strips
    data: refine.Data


def scale_of(picture: np.ndarray, *, enlarge: bool) -> float:
    """How many px of a picture (h, w, 3) are one of the search: below 1 where it is enlarged."""
    return max(1 / ENLARGED if enlarge else 1.0, max(picture.shape[:2]) / SEARCHED)


def seen_in(picture: np.ndarray, *, enlarge: bool = True) -> Seen:
    """The lines of a picture (h, w, 3) uint8 BGR; `enlarge`: search a small one at a larger size."""
    import cv2

    scale = scale_of(picture, enlarge=enlarge)
    if scale != 1:
        how = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
        picture = cv2.resize(picture, None, fx=1 / scale, fy=1 / scale, interpolation=how)
    height, width = picture.shape[:2]
    ridges = lines.ridges(lines.paint(picture))
    found = lines.straight(ridges)
    return Seen(
        width,
        height,
        scale,
        ridges,
        found,
        candidates.paint_of(found, width, height),
        check.Strips.of(ridges, width, height),
        refine.Data.of(ridges, found, width, height),
    )


def without(seen: Seen, found: FoundCourt) -> Seen:
    """What else there is to see: which of two courts lies on the lines of the one found is decided."""
    n = len(COUNTED)
    ends = seen.lines.ends
    at = (ends[:, None, 0] + COUNTED[:, None] * (ends[:, None, 1] - ends[:, None, 0])).reshape(-1, 2)
    data = replace(seen.data, at=at, normal=np.repeat(seen.lines.line[:, :2], n, axis=0), strength=np.ones(len(at)))
    view = np.diag([seen.width / found.width, seen.height / found.height, 1.0]) @ found.ground
    level = data.straightened(found.radial or 0.0)
    own, _ = refine.assigned(view, data, level, model_of(found.court), 2 * check.NEAR)
    kept = np.flatnonzero(np.bincount(own // n, minlength=len(ends)) <= n // 2)
    rest = seen.lines
    rest = lines.Lines(rest.line[kept], rest.ends[kept], rest.covered[kept], [rest.points[one] for one in kept])
    return replace(seen, lines=rest, paint=candidates.paint_of(rest, seen.width, seen.height))
