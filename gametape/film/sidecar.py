"""The sidecar: what the uploader knows of a film, in `match.yaml|yml|json` beside `match.mp4`.

Belongs here: the model, its parsing and its fingerprint. Does not belong here: finding the file, using its values.
"""

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from gametape.base.errors import BadInput
from gametape.base.language import languages
from gametape.base.user_file import read_values
from gametape.film.clip_wish import ClipWish
from gametape.film.following_keys import NUMBER, Follow, Period, Zones, in_order
from gametape.film.keys import Keys
from gametape.film.presenter_keys import PresenterKeys, Session
from gametape.sports.courts import court_of, courts
from gametape.sports.load import metric_names

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = (".yaml", ".yml", ".json")

Analysis = Literal["full", "quick"]
"""quick: a first look at the film's first seconds comes before the full analysis."""


_NAME, _COLOR = r"^[a-z][a-z_ ]*$", r"^#[0-9a-fA-F]{6}$"
#: What a text must look like, in words: nobody is shown a pattern.
_FORMS = {
    _NAME: "must be a name in letters",
    NUMBER: "must be 1 to 3 digits",
    _COLOR: "must be a colour like '#c8102e', in quotes",
}


class Click(Keys):
    """A point on the film that the user marked."""

    t: float = Field(ge=0, description="seconds from the film's start, as its file plays")
    x: float = Field(ge=0, le=1, description="fraction of the upright picture's width")
    y: float = Field(ge=0, le=1, description="fraction of the upright picture's height")


class Player(Keys):
    """A player to follow."""

    name: str | None = None
    number: str | None = Field(None, pattern=NUMBER)
    jersey_color: str | None = Field(None, pattern=_COLOR)
    opponent_color: str | None = Field(None, pattern=_COLOR)
    height_m: float | None = Field(None, gt=0.5, lt=2.6)
    handedness: Literal["left", "right"] | None = None
    clicks: tuple[Click, ...] = ()

    @field_validator("number", mode="before")
    @classmethod
    def _number_as_text(cls, value: object) -> object:
        return _as_text(value)


def _as_text(number: object) -> object:
    """A shirt's number that stands without quotes."""
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else number


class CalibrationPoint(Keys):
    """A place known in the picture and on the court: a named point of it, or metres on the ground and above it."""

    x: float = Field(allow_inf_nan=False, description="upright picture, in camera.calibration_unit")
    y: float = Field(allow_inf_nan=False, description="upright picture, downwards")
    at: str | None = Field(None, description="a point of the court, see court.yaml of the sport in gametape/sports")
    ground_x_m: float | None = Field(None, allow_inf_nan=False)
    ground_y_m: float | None = Field(None, allow_inf_nan=False)
    height_m: float = Field(0.0, allow_inf_nan=False, description="above the ground")

    @model_validator(mode="after")
    def _one_place(self) -> "CalibrationPoint":
        metres = (self.ground_x_m, self.ground_y_m)
        if (self.at is None) == (metres == (None, None)) or (self.at is None and None in metres):
            raise ValueError("give either at (a court's point) or ground_x_m and ground_y_m")
        if self.at and self.height_m:
            raise ValueError(f"{self.at}: the court knows its height; leave out height_m")
        return self


class Camera(Keys):
    view: Literal["side", "front", "behind", "end_on", "broadcast", "tactical"] | None = None
    motion: Literal["fixed", "moving"] | None = Field(None, description="measured where not given")
    court: str | None = Field(None, description="whose points calibration names; the sport's where not given")
    calibration_unit: Literal["px", "fraction"] = Field("px", description="px, or fractions of width and height")
    calibration: tuple[CalibrationPoint, ...] = ()
    radial: float | None = Field(
        None, ge=-0.2, le=0.2, description="the lens's radial distortion, as a found court gives it; null: none"
    )
    find_court: bool = Field(True, description="look for the court in the picture where calibration does not mark it")

    @field_validator("court")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        if name is not None and court_of(name) is None:
            raise ValueError(f"unknown court '{name}' (known: {', '.join(courts())})")
        return name


class Goal(Keys):
    """What a metric is to be: at most or at least a number in the metric's own unit. Two goals make a range."""

    metric: str
    at_most: float | None = Field(None, allow_inf_nan=False)
    at_least: float | None = Field(None, allow_inf_nan=False)

    @field_validator("metric")
    @classmethod
    def _is_measured(cls, name: str) -> str:
        if name not in metric_names():
            raise ValueError(f"unknown metric '{name}' (known: {', '.join(metric_names())})")
        return name

    @model_validator(mode="after")
    def _one_bound(self) -> "Goal":
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(f"{self.metric}: give either at_most or at_least")
        return self


class Sidecar(Keys):
    """Everything is optional. Unknown keys and bad values are errors that name the key."""

    title: str | None = None
    sport: str | None = Field(None, pattern=_NAME)
    mode: str | None = Field(None, pattern=_NAME, description="what the player does: a mode of the sport")
    camera: Camera = Camera()
    players: tuple[Player, ...] = ()
    roster: tuple[Annotated[str, Field(pattern=NUMBER)], ...] = Field(
        (), description='the numbers of the team that is followed; quote "00"'
    )
    follow: Follow = Follow()
    zones: Zones = Zones()
    periods: tuple[Period, ...] = Field((), description="play in the film, in order; none: one period")
    session: Session = Session()
    presenter: PresenterKeys = PresenterKeys()
    trim_start_s: float | None = Field(None, ge=0)
    trim_end_s: float | None = Field(None, gt=0)
    capture_fps: float | None = Field(
        None, gt=0, le=100_000, description="pictures a second as the camera took them: slow motion gets its real times"
    )
    sample_rate_hz: float | None = Field(None, gt=0, description="poses looked for so many times a second")
    language: str | None = Field(None, description="of the report: en, de")
    owner: str | None = None
    notes: str | None = None
    analyses: tuple[Literal["ball", "pose"], ...] = ("ball", "pose")
    analysis: Analysis | None = None
    goals: tuple[Goal, ...] = ()
    clips: tuple[ClipWish, ...] | None = Field(
        None, description="clips to cut; null: each shift of a player who is followed; []: none"
    )

    @field_validator("sport", "mode", mode="before")
    @classmethod
    def _in_any_case(cls, name: object) -> object:
        return name.strip().lower() if isinstance(name, str) else name

    @field_validator("roster", mode="before")
    @classmethod
    def _numbers_as_text(cls, value: object) -> object:
        return [_as_text(one) for one in value] if isinstance(value, list | tuple) else value

    @field_validator("periods")
    @classmethod
    def _in_order(cls, periods: tuple[Period, ...]) -> tuple[Period, ...]:
        return in_order(periods)

    @field_validator("language")
    @classmethod
    def _has_words(cls, code: str | None) -> str | None:
        if code is not None and code not in languages():
            raise ValueError(f"no words in '{code}' (there are: {', '.join(languages())})")
        return code

    @model_validator(mode="after")
    def _trim_is_a_span(self) -> "Sidecar":
        if None not in (self.trim_start_s, self.trim_end_s) and self.trim_end_s <= self.trim_start_s:
            raise ValueError("trim_end_s must be greater than trim_start_s")
        return self

    @model_validator(mode="after")
    def _points_are_the_courts(self) -> "Sidecar":
        named = [point.at for point in self.camera.calibration if point.at]
        if not named:
            return self
        court = court_of(self.camera.court or self.sport)
        if court is None:
            raise ValueError(f"camera.calibration names points: say camera.court (known: {', '.join(courts())})")
        if unknown := [name for name in named if name not in court.points]:
            known = ", ".join(court.points)
            raise ValueError(f"camera.calibration: no point '{unknown[0]}' on a {court.name} court (known: {known})")
        return self

    @classmethod
    def from_table(cls, table: "pa.Table") -> "Sidecar":
        """The sidecar that a row of the table `sidecar` or `analysis_scope` keeps."""
        return cls.model_validate_json(table["content"][0].as_py())

    def in_language(self, otherwise: str) -> "Sidecar":
        """The same with `otherwise` as its language where it says none."""
        return self if self.language else self.model_copy(update={"language": otherwise})

    def fingerprint(self) -> str:
        """12 hex digits over the values; two files that say the same have the same.

        `analysis` does not count: it says what comes first, not what comes out.
        """
        values = self.model_dump(mode="json", exclude={"analysis"}, exclude_defaults=True)
        canonical = json.dumps(values, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def readable_part(raw: bytes, name: str, wanted: Collection[str]) -> Sidecar:
    """What a sidecar says of the `wanted` keys, each read by itself: a fault elsewhere in the file takes none away.

    Of keys that contradict each other none is taken. Empty where the file is no YAML or JSON with keys.

    Args:
        raw: The file's bytes.
        name: What it is called.
        wanted: Keys; with a dot, a key in a key.
    """
    try:
        data = read_values(raw, name, "")
    except BadInput:
        return Sidecar()
    alone = [found for key in sorted(wanted) if (found := _at(data, key)) and _is_valid(found)]
    said: dict = {}
    for one in alone:
        if all(_is_valid(_together(one, other)) for other in alone):
            said = _together(said, one)
    return Sidecar.model_validate(said) if _is_valid(said) else Sidecar()


def _at(data: object, key: str) -> dict | None:
    """The values with this key, which may have dots, alone."""
    outer, _, inner = key.partition(".")
    if not isinstance(data, dict) or outer not in data:
        return None
    within = _at(data[outer], inner) if inner else data[outer]
    return None if inner and within is None else {outer: within}


def _together(one: dict, other: dict) -> dict:
    """The values of both."""
    nested = {key: _together(one[key], other[key]) for key in one.keys() & other.keys() if isinstance(one[key], dict)}
    return {**one, **other, **nested}


def _is_valid(values: dict) -> bool:
    try:
        Sidecar.model_validate(values)
    except ValidationError:
        return False
    return True


def sidecar_beside(film: Path) -> Path | None:
    """The sidecar of a local film; of several the one that the upload store would read."""
    near = (file for file in film.parent.iterdir() if file.stem == film.stem and file.suffix.lower() in SUFFIXES)
    return min(near, key=lambda file: (SUFFIXES.index(file.suffix.lower()), file.name), default=None)


def parse_sidecar(raw: bytes, name: str) -> Sidecar:
    """Read a sidecar's bytes.

    Raises BadInput naming the file and the key: wrong encoding, invalid YAML or JSON, unknown key, bad value.
    """
    fix = "Correct the file and save it again; it is read again by itself"
    data = read_values(raw, name, fix)
    if data is None:
        return Sidecar()
    if not isinstance(data, dict):
        raise BadInput(name, f"must hold keys and values, not a {type(data).__name__}", fix)
    try:
        return Sidecar.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(_described(problem) for problem in error.errors())
        raise BadInput(name, faults, fix) from None


def _described(problem: dict) -> str:
    key = ".".join(str(part) for part in problem["loc"]) or "the file"
    if problem["type"] == "extra_forbidden":
        return (
            f"unknown key '{key}' (known: {', '.join(Sidecar.model_fields)})"
            if "." not in key
            else f"unknown key '{key}'"
        )
    form = _FORMS.get(problem.get("ctx", {}).get("pattern", ""))
    return f"'{key}': {form or problem['msg'].removeprefix('Value error, ')}"
