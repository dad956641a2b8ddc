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


class Keys(BaseModel):
    """A part of the sidecar: unknown keys are refused, nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __hash__(self) -> int:
        """Parts may hold dictionaries, which have no hash of their own."""
        return hash(self.model_dump_json())
