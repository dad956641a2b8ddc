"""What the sidecar may ask for under `clips`.

Belongs here: the keys of a wish and their meaning. Does not belong here: which spans follow from it (gametape.clips).
"""

from typing import Literal

from pydantic import Field, model_validator

from gametape.film.keys import Keys

Kind = Literal["shift", "finding", "stroke", "rally", "moment", "span"]
"""What a clip may be of."""


class ClipWish(Keys):
    """A clip that is wanted, or all clips of a kind. Without `clips` there is one of each shift of who is followed."""

    kind: Kind = Field("span", description="span needs from and to, moment needs at; of the others all are cut")
    from_s: float | None = Field(None, ge=0, description="seconds from the film's start, as its file plays")
    to_s: float | None = Field(None, gt=0, description="where the span ends, likewise")
    at_s: float | None = Field(None, ge=0, description="a moment, likewise")
    label: str | None = Field(None, max_length=80, description="what it shows, in few words; drawn as its caption")
    pre_roll_s: float | None = Field(None, ge=0, le=60, description="seconds shown before; default: by kind")
    post_roll_s: float | None = Field(None, ge=0, le=60, description="seconds shown after; default: by kind")
    ring: bool = Field(True, description="draw a ring around the player in the first seconds, where he is followed")
    caption: bool = Field(True, description="draw a caption in the first seconds")

    @model_validator(mode="after")
    def _says_when(self) -> "ClipWish":
        span, moment = (self.from_s, self.to_s), self.at_s
        if self.kind == "span" and (self.from_s is None or self.to_s is None or moment is not None):
            raise ValueError("a span needs from_s and to_s, and nothing else says when")
        if self.kind == "moment" and (moment is None or span != (None, None)):
            raise ValueError("a moment needs at_s, and nothing else says when")
        if self.kind not in ("span", "moment") and (moment, *span) != (None, None, None):
            raise ValueError(f"all clips of kind {self.kind} are cut: leave out from_s, to_s and at_s")
        if self.from_s is not None and self.to_s is not None and self.to_s <= self.from_s:
            raise ValueError("to_s must be greater than from_s")
        return self
