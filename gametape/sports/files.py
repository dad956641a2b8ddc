"""What each file of a sport's folder may hold.

Belongs here: the files' models. Does not belong here: reading files and putting those of `any` and of a sport together
(load.py). Keys under "any" hold for any mode of the sport, other keys are modes that its sport.yaml names. Comments in
the files of gametape/sports/any explain the keys; docs/sports.md shows the least that a sport needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, create_model, model_validator

from gametape.sports.contacts import Contacts
from gametape.sports.rules import (
    ANY,
    Actions,
    Advice,
    EvidenceNeeds,
    Kind,
    Part,
    Rule,
    Scale,
    Shown,
    Strokes,
    SurenessWords,
    Topic,
    Trust,
    WeekDays,
)

ModeName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]


def _some_of(model: type[Part]) -> type[Part]:
    """The model with every field optional: what an entry gives otherwise than the entry before it."""
    fields = {
        name: (Annotated[info.annotation | None, Field(), *info.metadata], None)
        for name, info in model.model_fields.items()
    }
    return create_model(f"Some{model.__name__}", __config__=ConfigDict(extra="forbid", frozen=True), **fields)


SomeActions, SomeStrokes = _some_of(Actions), _some_of(Strokes)


class SportFile(Part):
    """sport.yaml: makes the folder a sport.

    `team`: two teams in shirts with numbers, so that everybody in the picture is found and followed. `players`: fewest
    and most who play at once, both sides together. `at_ball`: for each mode, and `any` for none, the kinds of contact
    with the ball that make one the player, the first that is seen; where it is given, those alone play who are at the
    ball. A mode that it leaves out is of somebody else.
    """

    modes: tuple[ModeName, ...] = ()
    ball: bool = Field(True, description="is it played with a ball, or the like?")
    team: bool = Field(False, description="do two teams in numbered shirts play?")
    players: tuple[Annotated[int, Field(ge=1)], int] | None = None
    at_ball: dict[str, tuple[str, ...]] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> SportFile:
        if self.players and self.players[0] > self.players[1]:
            raise ValueError("players: the fewest come first")
        if self.at_ball and not set(self.at_ball) <= {ANY, *self.modes}:
            raise ValueError("at_ball: a mode, or any")
        if self.at_ball and not set().union(*self.at_ball.values()) <= {"hit", "release"}:
            raise ValueError("at_ball: hit or release")
        return self


class Flight(Part):
    """How the ball flies. `drag_per_m` (mean, standard deviation) and `lift_per_m` (standard deviation about none):
    acceleration over the square of the speed. `sideways`: what bends its path. `contact_height_m`: from where to where
    players meet it, above the surface; 95 % of hits. `fastest_mps`: no ball of the sport was ever faster.
    `most_after_bounce`: the greatest speed after a bounce, in speeds before it.
    """

    radius_m: float = Field(gt=0)
    drag_per_m: tuple[float, float]
    lift_per_m: float = Field(ge=0)
    sideways: Literal["spin", "swing", "none"]
    contact_height_m: tuple[float, float]
    fastest_mps: float = Field(gt=0)
    most_after_bounce: float | None = Field(None, gt=0)


class BallFile(Part):
    """ball.yaml: does the ball bounce, in which order it is met, and how it flies; `sources` of the `ball` and of
    what else is given.
    """

    bounces: bool
    contacts: Contacts | None = None
    flight: Flight | None = None
    sources: dict[str, str] = Field({})

    @model_validator(mode="after")
    def _has_sources(self) -> BallFile:
        needed = {"ball", "contact_height_m", "fastest_mps"} if self.flight else set()
        needed |= {"most_after_bounce"} if self.flight and self.flight.most_after_bounce else set()
        needed |= {"contacts"} if self.contacts else set()
        if set(self.sources) != needed:
            raise ValueError(f"needs sources of {', '.join(sorted(needed)) or 'nothing'}")
        return self


class CourtFile(Part):
    """court.yaml: the court in metres, one quarter of it.

    The origin is its middle on the surface; x to the right and y away from whoever stands behind the near end and
    looks over it; z up. `{end}` in a point's name becomes near (-y) and far (+y), `{side}` left (-x) and right (+x).
    Lines and circles (x, y, radius) are mirrored likewise. `net`: half the width of what divides the court.
    `line_width`: m; a line's place is that of its edge away from the middle. `below`: how far below the surface the
    floor is on which players stand, m.
    """

    source: str
    surface: str
    extent: tuple[float, float]
    points: dict[str, Annotated[tuple[float, ...], Field(min_length=2, max_length=3)]]
    lines: tuple[tuple[tuple[float, float], ...], ...]
    circles: tuple[tuple[float, float, float], ...] = ()
    net: tuple[float, float] | None = None
    line_width: float = 0.0
    below: float = Field(0.0, ge=0)


class ShiftsFile(Part):
    """shifts.yaml: what is one shift of a player. Every figure has its source."""

    gap_s: float = Field(ge=0, description="longest time out of sight within a shift, seconds")
    short_s: float = Field(ge=0, description="a shorter shift is questioned, seconds")
    long_s: float | None = Field(None, gt=0, description="a longer shift is questioned, seconds; null: none is")
    sources: dict[str, str]

    @model_validator(mode="after")
    def _has_sources(self) -> ShiftsFile:
        if set(self.sources) != {"gap_s", "short_s", "long_s"}:
            raise ValueError("needs sources of gap_s, short_s, long_s")
        if self.long_s is not None and self.long_s <= self.short_s:
            raise ValueError("long_s must be greater than short_s")
        return self


class StrokesFile(Part):
    """strokes.yaml: what is an action and a stroke, by mode, and the sport's kinds of strokes."""

    actions: dict[str, SomeActions] = Field({})
    strokes: dict[str, SomeStrokes] = Field({})
    kinds: dict[str, Kind] = Field({})


class MetricsFile(Part):
    """metrics.yaml: the metrics (or groups of any/metrics.yaml) that belong to the sport, by mode; `without`: those of
    the sport that a mode has not; `own`: those that the sport's measures.py makes; `headline`: what is shown first.
    """

    own: tuple[str, ...] = ()
    metrics: dict[str, tuple[str, ...]] = Field({})
    without: dict[str, tuple[str, ...]] = Field({})
    headline: dict[str, tuple[Shown, ...]] = Field({})


class GeneralMetricsFile(Part):
    """any/metrics.yaml: the metrics that no sport needs to measure itself."""

    metrics: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    where_known: tuple[str, ...]
    headline: tuple[Shown, ...]


class LimitsFile(Part):
    """limits.yaml: errors, scores and limits of metrics, by mode, with the limits' sources."""

    measures: dict[str, Trust] = Field({})
    scales: dict[str, dict[str, Scale | None]] = Field({})
    rules: dict[str, dict[str, Rule | None]] = Field({})
    evidence: EvidenceNeeds | None = None
    min_confidence: float | None = Field(None, ge=0, lt=1)
    sources: dict[str, str] = Field({})


class WeekFile(WeekDays):
    """week.yaml: the days and minutes of the week after a film."""


class WeekWords(Part):
    """The words of the week: `words` by mode; `focus` and `instead` in `any` alone."""

    focus: dict[str, str] = Field({})
    instead: str | None = None
    words: dict[str, dict[str, str]] = Field({})


class ModeWords(Part):
    """What a mode is called, and in "limits of …"."""

    name: str
    limits_of: str


class MetricWords(Part):
    """What a metric is called in a report, and how it is measured, in a few words."""

    name: str
    how: str


class TextsFile(Part):
    """texts/<language>.yaml: the sport's words. `advice`: by mode and finding; `topics`: its own findings;
    `reasons`: why something is not known, by the codes of its strokes.yaml and measures.py.
    """

    name: str = ""
    limits_of: str | None = None
    modes: dict[str, ModeWords] = Field({})
    court: str | None = None
    time_on: str = Field("", description="what the time of a player's shifts is called")
    metrics: dict[str, MetricWords] = Field({})
    reasons: dict[str, str] = Field({})
    topics: dict[str, Topic] = Field({})
    advice: dict[str, dict[str, Advice]] = Field({})
    week: WeekWords = WeekWords()
    confidence: SurenessWords | None = None


def modes_used(file: Part) -> set[str]:
    """The modes that a file has entries for."""
    sections = ("actions", "strokes", "scales", "rules", "sources", "advice", "modes", "without")
    named = [getattr(file, name, None) for name in sections]
    if isinstance(file, MetricsFile):
        named.append(file.metrics)
    if isinstance(file, TextsFile):
        named.append(file.week.words)
    return {mode for section in named if isinstance(section, Mapping) for mode in section} - {ANY}
