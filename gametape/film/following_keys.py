"""The sidecar's keys for a film that follows players: how they are followed, zones of the picture, periods.

Belongs here: what may be said, and the presets' values. Does not belong here: what is made of it (`gametape.follow`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from gametape.film.keys import Keys, Polygon, area_of

Preset = Literal["broadcast", "broadcast_wide", "tactical", "coach_cam"]
#: A shirt's number as it is written: "0" and "00" are two players.
NUMBER = r"^\d{1,3}$"


class Following(Keys):
    """How players are followed, with every value given: a preset's, or what the sidecar says otherwise."""

    preset: Preset = Field("broadcast", description="which camera it is; it sets the values that are not given")
    reads: int = Field(3, ge=1, le=100, description="reads of the number that must agree before it is confirmed")
    reads_over_s: float = Field(0.3, ge=0, le=30, description="and over how long, seconds")
    number_confidence: float = Field(0.5, ge=0, le=1, description="a read that is less sure does not count")
    colour_tolerance: float = Field(28, ge=1, le=150, description="greatest distance of shirts of one colour, CIELAB")
    lost_s: float = Field(1.5, ge=0.1, le=60, description="out of sight for longer: he is searched again")
    join_s: float = Field(1.5, ge=0, le=60, description="longest gap over which one may go on without a number")
    fastest_mps: float = Field(12.0, gt=0, le=40, description="nobody is faster, where one piece is joined to the next")
    close_up: float = Field(0.75, gt=0, le=2, description="a taller box, in picture heights, must be told by itself")
    gap_s: float | None = Field(None, ge=0, le=600, description="longest gap within a shift; null: as the sport says")
    cut_gap_s: float = Field(3.0, ge=0, le=600, description="longest gap within a shift over a cut to another view")
    min_shift_s: float = Field(1.0, ge=0, le=600, description="a shorter one is left out, measured before the rolls")
    pre_roll_s: float = Field(2.0, ge=0, le=60, description="of a clip, before the shift")
    post_roll_s: float = Field(2.0, ge=0, le=60, description="of a clip, behind the shift")
    ring_s: float = Field(2.0, ge=0, le=3600, description="so long a clip shows a ring around him; 0: none")
    caption: bool = Field(True, description="write the shift's number and time into a clip")
    reel: bool = Field(True, description="make one film of all clips")
    overlay: bool = Field(False, description="make the whole film with boxes and states drawn in, to find faults")


#: What a preset says otherwise than `Following`.
PRESETS: dict[str, dict[str, Any]] = {
    # One camera that pans, cuts to close-ups and replays.
    "broadcast": {},
    # The same from farther away: smaller players, longer out of the picture, hardly a close-up.
    "broadcast_wide": {"lost_s": 1.9, "join_s": 2.0, "cut_gap_s": 4.0},
    # High and still, everybody in sight: numbers are seldom legible, colours and places say more.
    "tactical": {"lost_s": 1.8, "join_s": 2.5, "colour_tolerance": 22, "number_confidence": 0.6, "cut_gap_s": 0.0},
    # One camera at the bench or in the stand that a person turns, without cuts.
    "coach_cam": {"lost_s": 2.0, "join_s": 2.0, "cut_gap_s": 0.0, "min_shift_s": 1.5},
}
assert set(PRESETS) == set(get_args(Preset))


class FollowKeys(Keys):
    """`follow` in the sidecar: a preset, and the values that are to be otherwise."""

    preset: Preset = "broadcast"

    @model_validator(mode="after")
    def _may_be(self) -> FollowKeys:
        following(self)  # a value out of its bounds is told here
        return self


def _or_none(annotation: Any) -> Any:
    return annotation | None


def _said_otherwise() -> type[FollowKeys]:
    from pydantic import create_model

    fields: Any = {
        name: (Annotated[_or_none(info.annotation), Field(description=info.description), *info.metadata], None)
        for name, info in Following.model_fields.items()
        if name != "preset"
    }
    return create_model("Follow", __base__=FollowKeys, __doc__=FollowKeys.__doc__, **fields)


def following(keys: FollowKeys) -> Following:
    """Every value: what is said, else the preset's, else the default.

    >>> following(Follow(preset="tactical", post_roll_s=5)).model_dump(include={"lost_s", "post_roll_s", "reads"})
    {'reads': 3, 'lost_s': 1.8, 'post_roll_s': 5.0}
    """
    said = keys.model_dump(exclude_none=True)
    return Following(**{**PRESETS[keys.preset], **said})


Follow = _said_otherwise()


class Zones(Keys):
    """Parts of the upright picture, each a polygon of fractions of width and height; only for a camera that stands."""

    rink: Polygon | None = Field(None, description="ice, court or pitch: who stands outside is not on it")
    bench: Polygon | None = Field(None, description="who stands in it is off")
    penalty: Polygon | None = Field(None, description="the penalty box: who stands in it is off")

    @field_validator("rink", "bench", "penalty")
    @classmethod
    def _is_an_area(cls, points: Polygon | None) -> Polygon | None:
        if points is None:
            return None
        if len(points) < 3:
            raise ValueError("a polygon has at least 3 points")
        if area_of(points) < 1e-4:
            raise ValueError("the points lie on a line: the polygon has no area")
        return points


class Period(Keys):
    """A stretch of play, seconds from the film's start, as its file plays."""

    start_s: float = Field(ge=0)
    end_s: float = Field(gt=0)

    @model_validator(mode="after")
    def _is_a_span(self) -> Period:
        if self.end_s <= self.start_s:
            raise ValueError("end_s must be greater than start_s")
        return self


def in_order(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    """The periods. Raises ValueError where one begins before the one before it has ended."""
    for before, after in pairwise(periods):
        if after.start_s < before.end_s:
            raise ValueError("a period begins before the one before it has ended")
    return periods
