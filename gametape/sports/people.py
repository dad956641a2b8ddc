"""How many play at once in a sport, and whose contact with the ball makes one the player.

Belongs here: what a sport.yaml says of people. Does not belong here: who of a film's people it is (`gametape.pose`).
"""

from __future__ import annotations

from pathlib import Path

from gametape.sports.files import SportFile
from gametape.sports.load import HERE, parse, sport_named


def players_of(sport: str | None, root: Path = HERE) -> tuple[int, int] | None:
    """Fewest and most who play at once in a sport, both sides together; None where it does not say."""
    return _file_of(sport, root).players


def is_team(sport: str | None, root: Path = HERE) -> bool:
    """Whether two teams in numbered shirts play the sport, so that a film of it is about one of many."""
    return _file_of(sport, root).team


def at_ball_of(sport: str | None, root: Path = HERE) -> dict[str, tuple[str, ...]] | None:
    """By mode of a sport, and "any", the kinds of contact with the ball that make one the player; see `SportFile`."""
    return _file_of(sport, root).at_ball


def _file_of(sport: str | None, root: Path) -> SportFile:
    folder = sport_named(sport, root)
    return parse(root / folder / "sport.yaml", SportFile) if folder else SportFile()
