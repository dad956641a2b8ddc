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
from types import ModuleType
from typing import TYPE_CHECKING

from gametape.base.reason import Reason
from gametape.film.sidecar import Sidecar
from gametape.movement.body import Body, Measure
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


def sport_measures(filmed: Filmed) -> tuple[Measure, ...]:
    """The measures that the film's sport makes itself; none where it has no measures.py."""
    module = _module(places(filmed.sidecar.sport, filmed.sidecar.mode)[-1][0])
    if module is None:
        return ()
    made = tuple(module.measures(filmed))
    if filmed.reason:
        return tuple(Measure(one.metric, one.unit, one.method, reason=filmed.reason) for one in made)
    return made


@cache
def _module(sport: str) -> ModuleType | None:
    return import_module(f"gametape.sports.{sport}.measures") if (HERE / sport / "measures.py").exists() else None
