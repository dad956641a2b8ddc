"""What every part of the sidecar has in common.

Belongs here: how a part is read and compared. Does not belong here: any key (`sidecar`, `following_keys`,
`presenter_keys`).
"""

from __future__ import annotations

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


class Keys(BaseModel):
    """A part of the sidecar: unknown keys are refused, nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __hash__(self) -> int:
        """Parts may hold dictionaries, which have no hash of their own."""
        return hash(self.model_dump_json())
