"""Courts in metres: their named points, lines, net, and the ball played there, read from `courts.yaml`.

Belongs here: what the rules of a sport fix. Does not belong here: where a court lies in a picture (`calibrate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("courts.yaml")
_ENDS = {"near": -1.0, "far": 1.0}
_SIDES = {"left": -1.0, "right": 1.0}


@dataclass(frozen=True)
class Ball:
    """What flies. `drag` (mean, standard deviation) and `lift` (standard deviation about none), 1/m: acceleration over
    the square of the speed. `sideways`: what bends its path sideways, spin, swing (the seam may too) or none."""

    radius_m: float
    drag: tuple[float, float]
    lift: float
    sideways: str


@dataclass(frozen=True)
class Court:
    """A court, metres from its middle. `points` (x, y, height) by name; `lines` polylines and `circles` (x, y, radius)
    on its surface; `net` the half width of what divides it, or None. `contact_heights`: from where to where the ball
    is met, above the surface. `ball` None: how it moves there is not known."""

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


@cache
def courts() -> dict[str, Court]:
    """All courts by name, which is the sport's."""
    said = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {name: _court(name, one) for name, one in said.items()}


def court_named(name: str | None) -> Court | None:
    """The court of a sport as a sidecar writes it (`table_tennis` too); None where there is none."""
    return courts().get((name or "").replace("_", " ").strip().lower())


def _court(name: str, said: dict) -> Court:
    ball = said.get("ball")
    heights = said.get("contact_height_m")
    return Court(
        name=name,
        title=said["title"],
        surface=said["surface"],
        extent=tuple(said["extent"]),
        points=dict(place for pattern, at in said["points"].items() for place in _mirrored(pattern, at)),
        lines=tuple(
            dict.fromkeys(
                tuple((sx * x, sy * y) for x, y in line)
                for line in said["lines"]
                for sx, sy in product((-1, 1), (-1, 1))
            )
        ),
        circles=tuple(
            dict.fromkeys(
                (sx * x, sy * y, r) for x, y, r in said.get("circles", ()) for sx, sy in product((-1, 1), (-1, 1))
            )
        ),
        net=said["net"][0] if "net" in said else None,
        ball=ball and Ball(ball["radius_m"], tuple(ball["drag_per_m"]), ball["lift_per_m"], ball["sideways"]),
        contact_heights=heights and tuple(heights),
        sources=said["sources"],
    )


def _mirrored(pattern: str, at: list[float]) -> list[tuple[str, tuple[float, float, float]]]:
    """A quarter's point, wherever the court has its mirror image."""
    x, y, height = (*at, 0.0)[:3]
    ends = _ENDS if "{end}" in pattern else {"": 1.0}
    sides = _SIDES if "{side}" in pattern else {"": 1.0}
    return [
        (pattern.format(end=end, side=side), (sx * x, sy * y, height))
        for (end, sy), (side, sx) in product(ends.items(), sides.items())
    ]
