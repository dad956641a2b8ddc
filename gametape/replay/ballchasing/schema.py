"""What ballchasing.com's answers hold, checked: a field that is new, gone or of another kind is an error by its name.

Belongs here: fields and which of them may be absent. Does not belong here: what is made of them (`answer`).

A field that may be absent is None where it is, never 0, but for the two whose absence means 0: `goals` of a team in a
list, and `positioning.goals_against_while_last_defender`.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator

from gametape.base.errors import BadInput
from gametape.tables.replay_statistics import STATISTICS

WITHOUT_MATES = frozenset({
    "avg_distance_to_mates", "time_most_back", "time_most_forward", "time_closest_to_ball", "time_farthest_from_ball",
    "percent_most_back", "percent_most_forward", "percent_closest_to_ball", "percent_farthest_from_ball",
})  # fmt: skip
"""Statistics of `positioning` that a player without team-mates has not."""
WITHOUT_POSSESSION = frozenset({"avg_distance_to_ball_possession", "avg_distance_to_ball_no_possession"})
"""Statistics of `positioning` that need a team that had the ball."""
ZERO_WHEN_ABSENT = "goals_against_while_last_defender"
MOST_FAULTS = 3


class Drifted(BadInput):
    """An answer that is not what the API's answers were when this was written."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Rank(_Strict):
    """A rank: `tier` 1 to 22, `division` 1 to 4."""

    id: str
    tier: int
    division: int | None = None
    name: str


class PlayerId(_Strict):
    """Whose account it is; empty of a player of the game's own."""

    platform: str | None = None
    id: str | None = None
    player_number: int = 0


class Camera(_Strict):
    """Camera settings."""

    fov: float | None = None
    height: float | None = None
    pitch: float | None = None
    distance: float | None = None
    stiffness: float | None = None
    swivel_speed: float | None = None
    transition_speed: float | None = None


_TYPES: dict[str, type] = {"int32": int, "float64": float, "bool": bool}


def _group(name: str) -> type[_Strict]:
    """The model of one group of a player's statistics."""
    fields: dict[str, Any] = {}
    for one in (one for one in STATISTICS if one.group == name):
        kind = _TYPES[one.type]
        if one.key == ZERO_WHEN_ABSENT:
            fields[one.key] = (kind, 0)
        elif one.key in WITHOUT_MATES | WITHOUT_POSSESSION:
            fields[one.key] = (kind | None, None)
        else:
            fields[one.key] = (kind, ...)
    return create_model(name.title(), __base__=_Strict, **fields)


GROUPS = tuple(dict.fromkeys(one.group for one in STATISTICS))
_FIELDS: dict[str, Any] = {name: (_group(name), ...) for name in GROUPS}
Stats: Any = create_model("Stats", __base__=_Strict, **_FIELDS)


class Player(_Strict):
    """A player in a game."""

    start_time: float
    end_time: float
    name: str | None = None
    id: PlayerId
    mvp: bool = False
    rank: Rank | None = None
    car_id: int | None = None
    car_name: str | None = None
    camera: Camera | None = None
    steering_sensitivity: float | None = None
    stats: Stats

    def plays_beside(self, other: Player) -> bool:
        """Were both there at one time?"""
        return self is not other and min(self.end_time, other.end_time) > max(self.start_time, other.start_time)


class TeamBall(_Strict):
    """A team and the ball, seconds."""

    possession_time: float | None = None
    time_in_side: float | None = None


class TeamCore(BaseModel):
    """A team's result; its other statistics are sums of its players'."""

    model_config = ConfigDict(strict=True)
    goals: int


class TeamStats(_Strict):
    """A team's statistics."""

    ball: TeamBall
    core: TeamCore
    boost: dict[str, float] = {}
    movement: dict[str, float] = {}
    positioning: dict[str, float] = {}
    demo: dict[str, float] = {}


class Team(_Strict):
    """A team of a game; without players where the game has none (free play)."""

    color: Literal["blue", "orange"]
    name: str | None = None
    players: list[Player] = []
    stats: TeamStats

    @model_validator(mode="after")
    def _mates_are_measured(self) -> Team:
        for number, player in enumerate(self.players):
            positioning = dict(player.stats)["positioning"]
            if any(player.plays_beside(other) for other in self.players):
                for name in sorted(WITHOUT_MATES):
                    if getattr(positioning, name) is None:
                        raise ValueError(f"lacks players.{number}.stats.positioning.{name}")
        return self


class Server(_Strict):
    """Where a game was played."""

    name: str | None = None
    region: str | None = None


class GroupOfGame(_Strict):
    """A group that a game was put into."""

    id: str
    name: str
    link: str


class _Game(_Strict):
    """What an answer about a game and a row of a list share."""

    id: str
    link: str
    created: str
    uploader: dict[str, Any] | None = None
    rocket_league_id: str
    map_code: str
    map_name: str | None = None
    playlist_id: str | None = None
    playlist_name: str | None = None
    duration: float | None = None
    overtime: bool
    overtime_seconds: float | None = None
    season: int | None = None
    season_type: str | None = None
    date: str
    visibility: str
    min_rank: Rank | None = None
    max_rank: Rank | None = None
    groups: list[GroupOfGame] = []


class Answer(_Game):
    """The answer about a game that ballchasing.com has read."""

    status: Literal["ok"]
    match_guid: str | None = None
    title: str | None = None
    recorder: str | None = None
    match_type: str
    team_size: int
    date_has_timezone: bool
    blue: Team
    orange: Team
    server: Server | None = None


class PlayerInList(_Strict):
    """A player in a list of games."""

    start_time: float
    end_time: float
    name: str | None = None
    id: PlayerId
    mvp: bool = False
    rank: Rank | None = None
    score: int


class TeamInList(_Strict):
    """A team in a list of games."""

    name: str | None = None
    goals: int = 0
    players: list[PlayerInList] = []


class Summary(_Game):
    """A game in a list."""

    replay_title: str | None = None
    date_has_tz: bool
    blue: TeamInList
    orange: TeamInList


class Page(_Strict):
    """A part of a list of games; `next` is the address of the next one."""

    count: int
    list: Annotated[list[Summary], Field()]
    next: str | None = None


class GroupInList(BaseModel):
    """A group in a list of groups."""

    model_config = ConfigDict(strict=True)
    id: str


class GroupPage(_Strict):
    """A part of a list of groups."""

    list: Annotated[list[GroupInList], Field()]
    next: str | None = None
    count: int | None = None


_Model = TypeVar("_Model", bound=BaseModel)


def loaded(raw: bytes, name: str) -> dict[str, Any]:
    """The JSON object in an answer's bytes.

    Raises:
        Drifted: It is none.
    """
    try:
        data = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Drifted(name, f"is not valid JSON ({type(error).__name__})", "Import the game again") from None
    if not isinstance(data, dict):
        raise Drifted(name, f"is a {type(data).__name__}, not an object", "Import the game again")
    return data


def checked(model: type[_Model], data: dict[str, Any], name: str) -> _Model:
    """An answer in its form.

    Raises:
        Drifted: A field is new, gone or of another kind; the message names it.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = [_fault(one) for one in error.errors(include_input=False, include_url=False)]
        more = f" and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        remedy = "ballchasing.com answers otherwise than before: upgrade gametape, then try again"
        raise Drifted(name, "; ".join(faults[:MOST_FAULTS]) + more, remedy) from None


def _fault(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"has a field that is not known: {where}"
    if problem["type"] == "missing":
        return f"lacks the field {where}"
    said = problem["msg"].removeprefix("Value error, ")
    return f"the field {where}: {said}"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
