"""Names of arenas and cars, by what a replay calls them.

Belongs here: looking them up. Does not belong here: the names, which are data (`names.yaml`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from gametape.base.own_yaml import read_yaml

FILE = Path(__file__).with_name("names.yaml")


def arena_name(code: str | None) -> str | None:
    """The name of an arena; None where its code is not known here.

    >>> arena_name("Stadium_P"), arena_name("made_up_p")
    ('DFH Stadium', None)
    """
    return _names()["arenas"].get(code.lower()) if code else None


def car_name(body: int | None) -> str | None:
    """The name of a car's body; None where its number is not known here.

    >>> car_name(23), car_name(-1)
    ('Octane', None)
    """
    return _names()["cars"].get(body)


@cache
def _names() -> dict[str, dict[Any, str]]:
    return read_yaml(FILE.read_text("utf-8"))
