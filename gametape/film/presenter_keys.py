"""The sidecar's keys for a film that follows a presenter: the session that it shows, sampling, zones.

Belongs here: what may be said. Does not belong here: what is made of it (`gametape.presenter`).
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, field_validator

from gametape.film.keys import Keys, Polygon, area_of

_Area = Annotated[Polygon, Field(min_length=3)]
_ZoneName = Annotated[str, Field(min_length=1, max_length=40)]


class Session(Keys):
    """What was presented: it stands in the report and in the exports as it is written here."""

    name: str | None = None
    course_code: str | None = None
    date: datetime.date | None = Field(None, description="year-month-day")

    @field_validator("course_code", mode="before")
    @classmethod
    def _code_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class PresenterKeys(Keys):
    """How a presenter is followed."""

    process_fps: float = Field(10.0, gt=0, le=60, description="samples a second, by true times")
    max_gap_samples: int = Field(
        5, ge=0, le=100, description="so many lost samples between two measured ones are interpolated; 0: none"
    )
    coordinates: Literal["normalized", "pixels"] = Field("normalized", description="places in the payload v1")
    zones: dict[_ZoneName, _Area] = Field(
        {}, description="parts of the upright picture, fractions of width and height; none: its left, middle and right"
    )

    @field_validator("zones")
    @classmethod
    def _have_areas(cls, zones: dict[str, Polygon]) -> dict[str, Polygon]:
        for name, points in zones.items():
            if area_of(points) < 1e-4:
                raise ValueError(f"{name}: the points lie on a line, the zone has no area")
        return zones
