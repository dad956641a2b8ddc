"""What can be trained.

Belongs here: reading and checking exercises.yaml, or a person's own file of its kind. Does not belong here: the
exercises themselves.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gametape.base.errors import BadInput
from gametape.base.language import languages
from gametape.base.own_yaml import read_yaml
from gametape.replay.judgement.stats import all_stats

OWN = Path(__file__).with_name("exercises.yaml")
Tier = Annotated[int, Field(ge=1, le=22)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pack(_Part):
    """A training pack of the game: its code, and where that was found."""

    code: str = Field(pattern=r"^[0-9A-F]{4}(-[0-9A-F]{4}){3}$")
    source: str = Field(min_length=1)


class Rating(_Part):
    """How others rated an exercise: mean of 1..5, by how many, and where that is from."""

    mean: float = Field(ge=1, le=5)
    n: int = Field(ge=1)
    source: str = Field(min_length=1)


class Exercise(_Part):
    """An exercise; exercises.yaml says what each key means."""

    kind: Literal["drill", "pack"]
    trains: dict[str, Literal["up", "down"]] = Field(min_length=1)
    level: tuple[Tier, Tier]
    minutes: int = Field(ge=1)
    attempts: int = Field(ge=1)
    pack: Pack | None = None
    rating: Rating | None = None
    title: dict[str, str]
    how: dict[str, str]
    success: dict[str, str]

    @property
    def category(self) -> str:
        """The heading of what it is mainly for."""
        return all_stats().stats[next(iter(self.trains))].category

    @model_validator(mode="after")
    def _fits(self) -> Exercise:
        if unknown := sorted(self.trains.keys() - all_stats().stats.keys()):
            raise ValueError(f"trains: there is no stat {', '.join(unknown)}")
        if self.level[0] > self.level[1]:
            raise ValueError("level: the lowest tier comes first")
        if (self.kind == "pack") != (self.pack is not None):
            raise ValueError("a pack, and only a pack, has the code of a pack and where it is from")
        for key, words in (("title", self.title), ("how", self.how), ("success", self.success)):
            if missing := sorted(set(languages()) - words.keys()):
                raise ValueError(f"{key}: not said in {', '.join(missing)}")
        return self


class _File(_Part):
    exercises: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")], Exercise]


@cache
def exercises(path: Path = OWN) -> dict[str, Exercise]:
    """The exercises of a file, by code.

    Raises:
        BadInput: The file cannot be read, or an entry is wrong: which, and how.
    """
    try:
        return _File.model_validate(read_yaml(path.read_text(encoding="utf-8"))).exercises
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(path, f"cannot be read: {str(error).splitlines()[0]}", "Write it as YAML") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(path, f"{where}: {first['msg']}", "Its first lines say what each entry holds") from error
