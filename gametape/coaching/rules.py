"""The coaching rules: thresholds.yaml and texts/<language>.yaml as checked models.

Belongs here: what the two files may hold, and which entry holds for a sport and mode. Does not belong here: using
it. The models are frozen and shared: nothing that uses them can change the words of the next report.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gametape.base.errors import BadInput
from gametape.base.language import ENGLISH, checked
from gametape.film.sidecar import Sidecar

HERE = Path(__file__).parent
Severity = Literal["low", "medium", "high"]
Span = tuple[float, float]
Entry = TypeVar("Entry")
Model = TypeVar("Model", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Actions(_Part):
    """How actions are found and how long about them is watched; s, heights/s, degrees/s."""

    min_speed: float = Field(gt=0)
    share_of_peak: float = Field(gt=0, le=1)
    apart_s: float = Field(gt=0)
    window_s: Span
    knee_window_s: Span
    turn_window_s: Span
    reach_window_s: Span
    min_turn_deg_s: float = Field(gt=0)


class StrokeRules(_Part):
    """What a sport takes for a stroke, and which kinds it has; see thresholds.yaml."""

    min_speed: float = Field(gt=0)
    share_of_peak: float = Field(gt=0, le=1)
    apart_s: float = Field(gt=0)
    min_confidence: float = Field(ge=0, lt=1)
    reach: float | None = Field(None, gt=0)
    needs_ball: bool = False
    overhead: Literal["sided", "overhead", "serve", "delivery", "shot"] | None = None
    level: Literal["sided", "shot"] | None = None
    toss: bool = False
    measured: tuple[str, ...] = Field(min_length=1)
    unnamed: str = Field(min_length=10)


class Trust(_Part):
    """How far a metric can be trusted; see thresholds.yaml."""

    noise: float = Field(gt=0)
    enough: int = Field(ge=1)
    views: dict[str, float]

    @model_validator(mode="after")
    def _says_unknown(self) -> Trust:
        if "unknown" not in self.views:
            raise ValueError("views must say 'unknown'")
        return self


class Scale(_Part):
    """A linear score between two anchors."""

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


class Rule(_Part):
    """When a metric makes a finding, and how severe."""

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
        """How severe it surely is, where the value may be as much as `error` nearer to right."""
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


class Thresholds(_Part):
    actions: Actions
    strokes: dict[str, dict[str, float | str | bool | tuple[str, ...] | None]]
    belongs: dict[str, tuple[str, ...]]
    measures: dict[str, Trust]
    scales: dict[str, dict[str, Scale | None]]
    min_confidence: float = Field(ge=0, lt=1)
    rules: dict[str, dict[str, Rule | None]]
    sources: dict[str, str]

    @model_validator(mode="after")
    def _have_sources(self) -> Thresholds:
        if set(self.sources) != set(self.rules):
            odd = ", ".join(sorted(set(self.sources) ^ set(self.rules)))
            raise ValueError(f"sources and rules must name the same places: {odd}")
        return self

    @model_validator(mode="after")
    def _known_metrics(self) -> Thresholds:
        for place, rules in self.rules.items():
            for code, rule in rules.items():
                if rule and rule.metric not in self.measures:
                    raise ValueError(f"rules.{place}.{code}: metric '{rule.metric}' is not under measures")
        return self


class Advice(_Part):
    """What is said of a code in one mode."""

    why: str = Field(min_length=20)
    focus: str = Field(min_length=10, description="the first cue, the mode's own")
    drills: tuple[str, ...] = Field(min_length=3)
    stop: str | None = Field(None, description="said first when the finding is severe")


class Cues(_Part):
    low: tuple[str, ...] = Field(min_length=2)
    medium: tuple[str, ...] = Field(min_length=3)
    high: tuple[str, ...] = Field(min_length=3)


class Topic(_Part):
    """A code's words: shared cues by severity, and what each mode says."""

    title: str
    cues: Cues
    modes: dict[str, Advice]


class WeekWords(_Part):
    """What the days of a plan are about, and what is done by sport and mode; `instead`: of {stop}, {easy}."""

    focus: dict[str, str]
    instead: str
    words: dict[str, dict[str, str]]


class Sureness(_Part):
    """How a finding's confidence is told: by its parts, and of which places the limits are."""

    told: str
    decimal: str
    parts: dict[str, str]
    places: dict[str, str]

    def reason(self, parts: dict[str, float], n: int, place: str) -> str:
        """Why it is so sure: the weakest part and the others."""

        def sure(part: str) -> str:
            return f"{parts[part]:.2f}".replace(".", self.decimal)

        weakest = min(parts, key=lambda part: parts[part])
        others = ", ".join(f"{self.parts[part]} {sure(part)}" for part in parts if part != weakest)
        place = self.places.get(place, place.replace("_", " "))
        return self.told.format(weakest=self.parts[weakest], sure=sure(weakest), others=others, n=n, place=place)


class Texts(_Part):
    topics: dict[str, Topic]
    week: WeekWords
    confidence: Sureness


class Ruleset(_Part):
    """Everything that holds for one sport and mode."""

    place: str = Field(description="the sport and mode the rules were found for; 'any' where none are known")
    actions: Actions
    strokes: StrokeRules
    foreign: frozenset[str] = Field(description="metrics that belong to other sports or modes")
    unmissed: frozenset[str] = Field(description="metrics of some sports, told only where known: no sport is told")
    trust: dict[str, Trust]
    scales: dict[str, Scale]
    rules: dict[str, Rule]
    min_confidence: float
    topics: dict[str, tuple[Topic, Advice]]
    week: WeekWords
    sureness: Sureness


def rules_for(sidecar: Sidecar, folder: Path = HERE) -> Ruleset:
    """The rules of the sidecar's sport and mode, in its language, else in English; what they do not say is taken from
    the sport, then from "any".

    A mode without its sport is enough where one sport alone has it. Without either, or with ones that have no
    entries, only the general rules hold: no sport is guessed. Raises BadInput when a rules file is wrong.
    """
    thresholds, texts = _load(folder, sidecar.language or ENGLISH)
    places = places_of(sidecar, set(thresholds.rules))
    owners = _owners(thresholds, sidecar)
    scales = most_particular(thresholds.scales, places)
    rules = most_particular(thresholds.rules, places)
    merged = most_particular(thresholds.strokes, places_of(sidecar, set(thresholds.strokes)))
    strokes = StrokeRules.model_validate(merged)
    topics = {}
    for code in rules:
        topic = texts.topics[code]
        said = [topic.modes[place] for place in places if place in topic.modes]
        topics[code] = (topic, said[-1])
    return Ruleset(
        place=places[-1],
        actions=thresholds.actions,
        strokes=strokes,
        foreign=frozenset(metric for metric, of in thresholds.belongs.items() if not _is_of(of, owners)),
        unmissed=frozenset(thresholds.belongs) if owners[-1] == "unsaid" else frozenset(),
        trust=thresholds.measures,
        scales=scales,
        rules=rules,
        min_confidence=thresholds.min_confidence,
        topics=topics,
        week=texts.week,
        sureness=texts.confidence,
    )


def limited_sports() -> list[str]:
    """The sports that have limits of their own."""
    thresholds, _ = _load(HERE, ENGLISH)
    return sorted({place.partition(".")[0] for place in thresholds.rules} - {"any"})


def limited_modes(sport: str) -> list[str]:
    """The modes of a sport that have limits of their own."""
    thresholds, _ = _load(HERE, ENGLISH)
    start = f"{sport.strip().replace(' ', '_')}."
    return sorted(place.removeprefix(start) for place in thresholds.rules if place.startswith(start))


def _owners(thresholds: Thresholds, sidecar: Sidecar) -> list[str]:
    """The names under which a film of the sidecar's sport and mode owns metrics, the most particular last."""
    known = {place.lstrip("-") for of in thresholds.belongs.values() for place in of}
    mine = places_of(sidecar, known | set(thresholds.rules) | set(thresholds.strokes))
    return [*mine, "unsaid"] if mine == ["any"] else mine


def _is_of(belongs_to: tuple[str, ...], owners: list[str]) -> bool:
    if f"-{owners[-1]}" in belongs_to:
        return False
    # Where the mode is not told it may be any.
    return any(place in owners or place.startswith(f"{owners[-1]}.") for place in belongs_to)


def most_particular(entries: dict[str, dict[str, Entry | None]], places: list[str]) -> dict[str, Entry]:
    """The entries of the last place that has each key; one that is null there is left out."""
    merged = {key: entry for place in places for key, entry in entries.get(place, {}).items()}
    return {key: entry for key, entry in merged.items() if entry is not None}


def places_of(sidecar: Sidecar, known: set[str]) -> list[str]:
    """Where to look for what holds for the sidecar's sport and mode, the most general first."""
    sport, mode = (word.strip().replace(" ", "_") if word else "" for word in (sidecar.sport, sidecar.mode))
    if mode and not sport:
        with_mode = [place for place in known if place.endswith(f".{mode}")]
        sport = with_mode[0].split(".")[0] if len(with_mode) == 1 else ""
    sports = {place.split(".")[0] for place in known}
    return ["any"] + [p for p in (sport, f"{sport}.{mode}") if p in known or (p in sports and p)]


@cache
def _load(folder: Path, language: str) -> tuple[Thresholds, Texts]:
    file = folder / "texts" / f"{checked(language)}.yaml"
    thresholds, texts = parse(folder / "thresholds.yaml", Thresholds), parse(file, Texts)
    for place, rules in thresholds.rules.items():
        for code, rule in rules.items():
            heard = texts.topics[code].modes if code in texts.topics else {}
            if rule and not {place, place.split(".")[0], "any"} & set(heard):
                raise BadInput(str(file), f"says nothing of {code} for {place}", "Add it, or take the rule away")
    return thresholds, texts


def parse(path: Path, model: type[Model]) -> Model:
    """A file of ours as its checked model. Raises BadInput that names the file and the key."""
    fix = "Correct the file; the comments in it say what each key means"
    try:
        return model.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except yaml.YAMLError as error:
        raise BadInput(str(path), f"is not valid YAML: {' '.join(str(error).split())}", fix) from None
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors())
        raise BadInput(str(path), told, fix) from None
