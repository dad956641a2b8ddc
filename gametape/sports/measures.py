"""What a sport measures itself: the interface of gametape/sports/<sport>/measures.py, and calling it.

Belongs here: what such a module is given, and which one is called. Does not belong here: what it measures.

A module has one function, `measures(filmed: Filmed) -> Iterable[Measure]`, and makes exactly the metrics that its
sport's metrics.yaml lists under `own`, null with a reason where they are not known. It is called also where nobody is
measured, with a body of which nothing was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from gametape.base.reason import Reason
from gametape.film.sidecar import Player, Sidecar
from gametape.movement.body import Body
from gametape.movement.measure import Measure
from gametape.sports.load import HERE, places

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Filmed:
    """A player in a film.

    Args:
        body: the player's movement, with the moments of the actions.
        sidecar: what the uploader says of the film: mode, players, the camera's view.
        strokes: of everybody, contract STROKES; those of `body.motion.track` are the player's.
        flights: of the ball, contract BALL_FLIGHTS.
        calibration: contract CALIBRATION, or a table without rows.
        reason: why nobody is measured.
    """

    body: Body
    sidecar: Sidecar
    strokes: pa.Table
    flights: pa.Table
    calibration: pa.Table
    reason: Reason | None = None

    @property
    def player(self) -> Player:
        """What the sidecar says of the player."""
        return self.body.player


def sport_measures(filmed: Filmed) -> tuple[Measure, ...]:
    """The measures that the film's sport makes itself; none where it has no measures.py."""
    file = measures_file(filmed.sidecar.sport, filmed.sidecar.mode)
    if file is None:
        return ()
    made = tuple(_module(file).measures(filmed))
    if filmed.reason:
        return tuple(Measure(one.metric, one.unit, one.method, reason=filmed.reason) for one in made)
    return made


def measures_file(sport: str | None, mode: str | None) -> Path | None:
    """The measures.py of a sport and mode; None where the sport has none."""
    file = HERE / places(sport, mode)[-1][0] / "measures.py"
    return file if file.exists() else None


@cache
def _module(file: Path) -> ModuleType:
    return import_module(f"gametape.sports.{file.parent.name}.measures")
