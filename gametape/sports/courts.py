"""Courts in metres: their named points, lines, net and ball, from the sports' court.yaml and ball.yaml.

Belongs here: what the rules of a sport fix. Does not belong here: where a court lies in a picture (gametape.geometry).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from gametape.base.language import ENGLISH
from gametape.sports.contacts import Contacts
from gametape.sports.files import BallFile, CourtFile
from gametape.sports.load import HERE, parse, sport_named, sports, texts_file

_ENDS = {"near": -1.0, "far": 1.0}
_SIDES = {"left": -1.0, "right": 1.0}


@dataclass(frozen=True)
class Ball:
    """What flies. `drag` (mean, standard deviation) and `lift` (standard deviation about none), 1/m: acceleration over
    the square of the speed. `sideways`: what bends its path sideways, spin, swing (the seam may too) or none.
    `fastest`: m/s, no ball was ever faster; `after_bounce`: greatest speed after a bounce, in speeds before it. None:
    not known.
    """

    radius_m: float
    drag: tuple[float, float]
    lift: float
    sideways: str
    fastest: float | None = None
    after_bounce: float | None = None


@dataclass(frozen=True)
class Court:
    """A court, metres from its middle. `points` (x, y, height) by name; `lines` polylines and `circles` (x, y, radius)
    on its surface, `line_width` m wide; `net` the half width of what divides it, or None. `contact_heights`: from where
    to where the ball is met, above the surface. `ball` None: how it moves there is not known. `below`: how far the
    floor on which players stand lies below the surface.
    """

    name: str
    title: str
    surface: str
    extent: tuple[float, float]
    points: dict[str, tuple[float, float, float]]
    lines: tuple[tuple[tuple[float, float], ...], ...]
    circles: tuple[tuple[float, float, float], ...]
    net: float | None
    ball: Ball | None
    contact_heights: tuple[float, float] | None
    sources: dict[str, str]
    line_width: float = 0.0
    below: float = 0.0


@cache
def courts(root: Path = HERE) -> dict[str, Court]:
    """All courts by name, which is the sport's with spaces."""
    having = [sport for sport in sports(root) if (root / sport / "court.yaml").exists()]
    return {sport.replace("_", " "): _court(root, sport) for sport in having}


def court_of(sport: str | None) -> Court | None:
    """The court of a sport as a sidecar writes it (`table tennis`, `table_tennis`); None where there is none."""
    folder = sport_named(sport)
    return courts().get(folder.replace("_", " ")) if folder else None


def ball_bounces(sport: str | None) -> bool:
    """False where play ends when the ball meets the ground; True also for a sport that has no ball.yaml."""
    folder = sport_named(sport)
    file = HERE / (folder or "") / "ball.yaml"
    return parse(file, BallFile).bounces if file.exists() else True


def ball_contacts(sport: str | None) -> Contacts | None:
    """The order of the ball's contacts in a sport; None where it is not known."""
    folder = sport_named(sport)
    file = HERE / (folder or "") / "ball.yaml"
    return parse(file, BallFile).contacts if folder and file.exists() else None


def _court(root: Path, sport: str) -> Court:
    court = parse(root / sport / "court.yaml", CourtFile)
    file = root / sport / "ball.yaml"
    ball = parse(file, BallFile) if file.exists() else None
    flight = ball.flight if ball else None
    return Court(
        name=sport.replace("_", " "),
        title=texts_file(sport, ENGLISH, root).court or sport,
        surface=court.surface,
        extent=court.extent,
        points=dict(place for pattern, at in court.points.items() for place in _mirrored(pattern, at)),
        lines=tuple(
            dict.fromkeys(
                tuple((sx * x, sy * y) for x, y in line) for line in court.lines for sx, sy in product((-1, 1), (-1, 1))
            )
        ),
        circles=tuple(
            dict.fromkeys((sx * x, sy * y, r) for x, y, r in court.circles for sx, sy in product((-1, 1), (-1, 1)))
        ),
        net=court.net[0] if court.net else None,
        ball=flight
        and Ball(
            flight.radius_m,
            flight.drag_per_m,
            flight.lift_per_m,
            flight.sideways,
            flight.fastest_mps,
            flight.most_after_bounce,
        ),
        contact_heights=flight and flight.contact_height_m,
        sources={"court": court.source, **(ball.sources if ball else {})},
        line_width=court.line_width,
        below=court.below,
    )


def _mirrored(pattern: str, at: tuple[float, ...]) -> list[tuple[str, tuple[float, float, float]]]:
    """A quarter's point, wherever the court has its mirror image."""
    x, y, height = (*at, 0.0)[:3]
    ends = _ENDS if "{end}" in pattern else {"": 1.0}
    sides = _SIDES if "{side}" in pattern else {"": 1.0}
    return [
        (pattern.format(end=end, side=side), (sx * x, sy * y, height))
        for (end, sy), (side, sx) in product(ends.items(), sides.items())
    ]
