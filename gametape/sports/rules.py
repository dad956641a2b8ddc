"""The rules that hold for one film, resolved and frozen: what is a stroke, the limits, the texts.

Belongs here: the rules' models and what a rule says of a value. Does not belong here: the sports' files (files.py),
reading them (load.py). The three parts stand apart because they are used by different tables: a drill's wording cannot
change a metric. Each can be written as JSON and read back.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator

ANY = "any"
"""The folder of what holds for any sport, and the key of what holds for any mode."""
SIDED = "sided"
"""In place of a kind of stroke: forehand or backhand, by the side of the body on which the ball is met."""
SIDES = ("forehand", "backhand")
SWING = "swing"
"""The kind of a stroke of which the view does not show the kind."""
HEADLINE_COUNTS = ("people_at_once",)
"""What a headline may name that is no metric: counts of the report itself."""
Shown = str | tuple[str, ...]
"""What a headline shows: a metric, or the first of several that is known."""
Severity = Literal["low", "medium", "high"]
Span = tuple[float, float]
Names = Annotated[frozenset[str], PlainSerializer(sorted, return_type=list[str])]
"""A set of names, written in alphabetical order so that equal sets are equal as JSON."""


def flat(names: Iterable[Shown]) -> tuple[str, ...]:
    """Names of a headline, those of its lists as well.

    >>> flat(["rallies", ("strokes", "actions")])
    ('rallies', 'strokes', 'actions')
    """
    return tuple(chain.from_iterable((one,) if isinstance(one, str) else one for one in names))


class Part(BaseModel):
    """A part of a file or of the rules: unknown keys are errors, and nobody can change it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# -- strokes ------------------------------------------------------------------------------------------------------


class Actions(Part):
    """How actions are found and how long about them is watched; s, heights/s, degrees/s."""

    min_speed: float = Field(gt=0)
    share_of_peak: float = Field(gt=0, le=1)
    apart_s: float = Field(gt=0)
    window_s: Span
    knee_window_s: Span
    turn_window_s: Span
    reach_window_s: Span
    min_turn_deg_s: float = Field(gt=0)
    one_handed: bool = False
    two_handed: bool = False


class Kind(Part):
    """A kind of stroke: the metric that counts it, and how the ball leaves."""

    counted: str | None = None
    above_head: bool = False
    released: bool = False


class Strokes(Part):
    """What a sport takes for a stroke; the keys are explained in any/strokes.yaml."""

    min_speed: float = Field(gt=0)
    share_of_peak: float = Field(gt=0, le=1)
    apart_s: float = Field(gt=0)
    min_confidence: float = Field(ge=0, lt=1)
    reach: float | None = Field(None, gt=0)
    needs_ball: bool = False
    lowest: bool = False
    alternate: bool = False
    overhead: str | None = None
    level: str | None = None
    toss: str | None = None
    opening: str | None = None
    two_handed: bool = False
    by_contact: dict[Literal["hit", "release"], str] | None = None
    measured: tuple[str, ...] = Field(min_length=1)
    unnamed: str = Field(pattern=r"^[a-z][a-z0-9_]*$")


class StrokeRules(Strokes):
    """What is an action and a stroke in a sport and mode, and the kinds of strokes of the sport, in their order."""

    actions: Actions
    kinds: dict[str, Kind]
    measured_by: str | None = Field(None, description="version of the code of the sport's own measures")


# -- limits -------------------------------------------------------------------------------------------------------


class Trust(Part):
    """How far a metric can be trusted; the keys are explained in any/limits.yaml."""

    noise: float = Field(gt=0)
    enough: int = Field(ge=1)
    views: dict[str, float]

    @model_validator(mode="after")
    def _says_unknown(self) -> Trust:
        if "unknown" not in self.views:
            raise ValueError("views must say 'unknown'")
        return self


class Scale(Part):
    """A linear score between two anchors.

    >>> Scale(zero=0.75, one=0.0).score(0.3)
    0.6
    """

    zero: float
    one: float

    @model_validator(mode="after")
    def _has_length(self) -> Scale:
        if self.zero == self.one:
            raise ValueError("zero and one must differ")
        return self

    def score(self, value: float) -> float:
        """0..1, clamped at the anchors."""
        return min(1.0, max(0.0, (value - self.zero) / (self.one - self.zero)))


class Rule(Part):
    """When a metric makes a finding, and how severe.

    >>> rule = Rule(metric="trunk", worse="away", target=10, low=5, medium=8, high=12)
    >>> rule.severity(16), rule.severity(16, error=2), rule.limit(16)
    ('low', None, 15.0)
    """

    metric: str
    worse: Literal["above", "below", "away"]
    low: float
    medium: float
    high: float
    target: float | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Rule:
        order = (self.low, self.medium, self.high)
        if list(order) != sorted(order, reverse=self.worse == "below") or len(set(order)) < 3:
            raise ValueError(f"low, medium and high must each be worse than the one before (worse: {self.worse})")
        if (self.worse == "away") != (self.target is not None):
            raise ValueError("'away' needs a target, and only 'away'")
        return self

    def badness(self, value: float) -> float:
        """How far past the limit, in the metric's unit; above 0 makes a finding."""
        return self._depth(value) - self._depth_at(self.low)

    def severity(self, value: float, error: float = 0.0) -> Severity | None:
        """How severe the fault is at least, if the value may be nearer to right by `error`; None: no finding."""
        depth = self._depth(value) - error
        for name in ("high", "medium", "low"):
            if depth > self._depth_at(getattr(self, name)) + 1e-12:
                return name
        return None

    def limit(self, value: float) -> float:
        """The bound that the value is held against, in the metric's unit."""
        if self.target is None:
            return self.low
        return self.target + self.low if value > self.target else self.target - self.low

    def _depth(self, value: float) -> float:
        return abs(value - self.target) if self.target is not None else self._depth_at(value)

    def _depth_at(self, limit: float) -> float:
        return -limit if self.worse == "below" else limit


class Needed(Part):
    """What a judgement rests on at least: confidence, 0..1, and how often it was seen."""

    confidence: float = Field(ge=0, le=1)
    repeats: int = Field(ge=1)


class EvidenceNeeds(Part):
    """The evidence that it takes to judge at all, and to call something grave; see any/limits.yaml."""

    judged: Needed
    grave: Needed

    @model_validator(mode="after")
    def _grave_needs_more(self) -> EvidenceNeeds:
        if self.grave.confidence < self.judged.confidence or self.grave.repeats < self.judged.repeats:
            raise ValueError("grave must need no less than judged")
        return self


class Limits(Part):
    """Which metrics a sport and mode have, their scores, and what they are held against."""

    place: str = Field(description="the sport, or sport.mode, that the limits are of; 'any' where it has none")
    metrics: Names = Field(description="that belong to the sport and mode")
    where_known: Names = Field(description="those of them that are left out where nothing was measured")
    headline: tuple[Shown, ...] = Field(description="what a report shows first, where it is known; HEADLINE_COUNTS too")
    trust: dict[str, Trust]
    scales: dict[str, Scale]
    rules: dict[str, Rule]
    evidence: EvidenceNeeds
    min_confidence: float


# -- texts --------------------------------------------------------------------------------------------------------


class Advice(Part):
    """What is said of a finding in one sport and mode."""

    why: str = Field(min_length=20)
    focus: str = Field(min_length=10, description="the first cue, the mode's own")
    drills: tuple[str, ...] = Field(min_length=3)
    stop: str | None = Field(None, description="said first when the finding is severe")


class Cues(Part):
    """Cues by the finding's severity."""

    low: tuple[str, ...] = Field(min_length=2)
    medium: tuple[str, ...] = Field(min_length=3)
    high: tuple[str, ...] = Field(min_length=3)


class Topic(Part):
    """A finding's title and the cues that its sports share."""

    title: str
    cues: Cues


class Step(Part):
    """One activity: words of the sport (`do`), or the next drill of the finding of a rank."""

    minutes: int = Field(gt=0, le=180)
    do: str | None = None
    drill: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Step:
        if (self.do is None) == (self.drill is None):
            raise ValueError("a step has either 'do' or 'drill'")
        return self


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Day(Part):
    """A day of the week: what it is about, and its activities in order."""

    day: Literal[DAYS]
    focus: str
    finding: int | None = Field(None, ge=1)
    steps: tuple[Step, ...] = Field(min_length=1)


class WeekDays(Part):
    """The seven days after a film with findings of the player (`work`), and without (`maintain`)."""

    work: tuple[Day, ...]
    maintain: tuple[Day, ...]

    @model_validator(mode="after")
    def _are_whole(self) -> WeekDays:
        for name, days in (("work", self.work), ("maintain", self.maintain)):
            if tuple(day.day for day in days) != DAYS:
                raise ValueError(f"{name} must have the seven days, Monday first")
        if any(step.drill or day.finding for day in self.maintain for step in day.steps):
            raise ValueError("maintain has no findings to take drills from")
        return self

    def keys(self) -> tuple[set[str], set[str]]:
        """The keys of words and of focuses that the days use. `easy` stands in for what is stopped."""
        days = (*self.work, *self.maintain)
        return {step.do for day in days for step in day.steps if step.do} | {"easy"}, {day.focus for day in days}


class Week(WeekDays):
    """The days with their words; `instead` has places for {stop} and {easy}."""

    focus: dict[str, str]
    instead: str
    words: dict[str, str]


class SurenessWords(Part):
    """The words in which a finding's confidence is explained."""

    told: str
    seldom: str
    decimal: str
    parts: dict[str, str]


class Sureness(SurenessWords):
    """How the reason of a finding's confidence is put in words."""

    place: str = Field(description="of what the limits are, in words")

    def reason(self, parts: dict[str, float], n: int, seldom: int | None = None, needed: int = 0) -> str:
        """The weakest of the confidence's `parts` (0..1 by name), and the others.

        Args:
            parts: 0..1 by name.
            n: Samples.
            seldom: How often it was seen, where that is less than `needed`.
            needed: How often it takes.
        """

        def sure(part: str) -> str:
            return f"{parts[part]:.2f}".replace(".", self.decimal)

        weakest = min(parts, key=lambda part: parts[part])
        others = ", ".join(f"{self.parts[part]} {sure(part)}" for part in parts if part != weakest)
        told = self.told.format(weakest=self.parts[weakest], sure=sure(weakest), others=others, n=n, place=self.place)
        return told if seldom is None else f"{self.seldom.format(n=seldom, needed=needed)} {told}"


class Texts(Part):
    """What is said of a film's findings and of its week, in one language."""

    language: str
    topics: dict[str, tuple[Topic, Advice]]
    week: Week
    confidence: Sureness


class Rules(Part):
    """Everything that holds for one sport and mode, in one language."""

    strokes: StrokeRules
    limits: Limits
    texts: Texts
