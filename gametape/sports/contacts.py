"""What may happen to a ball in play, in which order: the `contacts` of a sport's ball.yaml.

Belongs here: the model, and how likely one contact follows another. Does not belong here: finding contacts in a
trajectory (`gametape.ball.events`).
"""

from __future__ import annotations

from math import log
from typing import Literal

from pydantic import Field, model_validator

from gametape.sports.rules import Part

ContactKind = Literal["hit", "bounce", "impact"]
LET_GO = "release"
SENT = ("hit", LET_GO)
"""Kinds of events by which a person sends the ball."""
SOON = log(0.15)
"""Log odds of a contact that comes sooner than usual, beside one that does not: one in twenty of them does, within a
third of the time."""
FORBIDDEN = -1e9
"""The log odds of what cannot be."""


class Next(Part):
    """A contact that may come next.

    Attributes:
        share: Its share of what is found next.
        least_s: Seconds after which it comes at the earliest.
        usual_s: Seconds after which all but one in twenty come.
    """

    share: float = Field(gt=0, le=1)
    least_s: float = Field(ge=0)
    usual_s: float = Field(0.0, ge=0)


class Sent(Part):
    """What the first and the last sight of a ball say with whose release play begins.

    Attributes:
        reaches_s: Seconds from its release within which it reaches who is to play it, at the soonest and at the latest.
        seen_from: Share of the balls that are first seen where they are let go, of those that are played then.
        met: Share of the balls that are hit there, of those lost from sight when they are to be played.
    """

    reaches_s: tuple[float, float]
    seen_from: float = Field(gt=0, lt=1)
    met: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _in_order(self) -> Sent:
        if not 0 < self.reaches_s[0] < self.reaches_s[1]:
            raise ValueError("reaches_s must be two times above 0, the sooner first")
        return self

    @property
    def seen_from_odds(self) -> float:
        """Log odds that it is let go where it is first seen."""
        return log(self.seen_from / (1 - self.seen_from))

    @property
    def met_odds(self) -> float:
        """Log odds that it is hit where it is lost."""
        return log(self.met / (1 - self.met))


class Contacts(Part):
    """The order of a ball's contacts in play.

    Attributes:
        begins: What a hit is called with which play begins: release where the ball is thrown or bowled first.
        begins_within_s: Seconds within which a ball that was released meets the ground, the bat or is lost; what flies
            longer was hit.
        first_bounces: How often the ball bounces after what play begins with; two for a serve over a table. What
            bounces more often before anybody plays it was no release.
        sent: What the first and the last sight of a released ball say; None: nothing.
        after: For each kind of contact, the kinds that may come next; others cannot.
    """

    begins: Literal["hit", "release"] = "hit"
    begins_within_s: float | None = Field(None, gt=0)
    first_bounces: int = Field(1, ge=1)
    sent: Sent | None = None
    after: dict[ContactKind, dict[ContactKind, Next]]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of contact that there are in this sport."""
        return frozenset(self.after)

    def first_kind(self, flew_s: float, bounces: int = 0) -> str:
        """What the hit is called with which play begins.

        Args:
            flew_s: Seconds for which the ball flew on, or was seen.
            bounces: How often it then bounced before anybody played it.
        """
        released = self.begins_within_s is None or flew_s <= self.begins_within_s
        return self.begins if released and bounces <= self.first_bounces else "hit"

    def log_odds(self, first: str, then: str, after_s: float) -> float:
        """By how much it is likelier that `then` comes `after_s` seconds after `first` than if nothing were known.

        Whether that is sooner than usual is not counted.
        """
        options = self.after.get(first, {})  # type: ignore[call-overload]
        found = options.get(then)
        if found is None or after_s < found.least_s:
            return FORBIDDEN
        return log(found.share * len(options))

    def soon(self, first: str, then: str, after_s: float) -> bool:
        """Does `then` come sooner after `first` than usual?"""
        found = self.after.get(first, {}).get(then)  # type: ignore[call-overload]
        return found is not None and after_s < found.usual_s
