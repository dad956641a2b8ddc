"""What every part of the sidecar has in common.

Belongs here: how a part is read and compared. Does not belong here: any key (`sidecar`, `following_keys`,
`presenter_keys`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

#: Of the upright picture's width or height.
Fraction = Annotated[float, Field(ge=0, le=1)]
#: Corners, x to the right and y downwards.
Polygon = tuple[tuple[Fraction, Fraction], ...]


def area_of(points: Polygon) -> float:
    """The area of a polygon, as a share of the picture.

    >>> area_of(((0.0, 0.0), (0.5, 0.0), (0.5, 0.5))), area_of(((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)))
    (0.125, 0.0)
    """
    turned = (*points[1:], points[0])
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, turned, strict=True))) / 2


def within(point: tuple[float, float], corners: Iterable[tuple[float, float]]) -> bool:
    """Whether a point is in a polygon, by the even-odd rule; left and upper edges belong to it.

    >>> square = ((0, 0), (2, 0), (2, 2), (0, 2))
    >>> within((1, 1), square), within((3, 1), square), within((0, 1), square), within((2, 1), square)
    (True, False, True, False)
    """
    (x, y), ring, inside = point, list(corners), False
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], *ring[:1]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside


class Keys(BaseModel):
    """A part of the sidecar: unknown keys are refused, nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __hash__(self) -> int:
        """Parts may hold dictionaries, which have no hash of their own."""
        return hash(self.model_dump_json())
