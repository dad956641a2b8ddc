"""A sport's rules of shifts, from its shifts.yaml: which gaps are bridged, what is questioned, what the time is called.

Belongs here: what a sport's folder says of shifts. Does not belong here: finding them (`gametape.follow`).
"""

from __future__ import annotations

from pathlib import Path

from gametape.base.language import ENGLISH
from gametape.sports.files import ShiftsFile
from gametape.sports.load import HERE, parse, sport_named, texts_file
from gametape.sports.rules import ANY


def shift_rules_of(sport: str | None, root: Path = HERE) -> ShiftsFile:
    """The sport's rules of shifts; those of any sport where it has none."""
    folder = sport_named(sport, root)
    own = root / (folder or ANY) / "shifts.yaml"
    return parse(own if own.exists() else root / ANY / "shifts.yaml", ShiftsFile)


def time_on(sport: str | None, language: str = ENGLISH, root: Path = HERE) -> str:
    """What the time of a player's shifts is called, such as "Time on ice"."""
    folder = sport_named(sport, root)
    own = texts_file(folder, language, root).time_on if folder else ""
    return own or texts_file(ANY, language, root).time_on
