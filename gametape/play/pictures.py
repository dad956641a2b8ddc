"""Pictures of play, as SVG: the court from above, speed and height over time.

Belongs here: drawing, for Dagster and the report. Does not belong here: computing anything.

A picture stays small enough for Dagster's event log: of more flights than `MOST` the best ones are drawn, and the
picture says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from gametape.sports.courts import court_of

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 60
"""Most flights and bounces of a picture."""
SAME_S = 0.01
"""Two bounces within this many seconds are one."""
WIDTH = 480.0
"""Width of the pictures, px."""
MARGIN = 16.0
"""Space around what is drawn, px."""
PLOT_HEIGHT = 110.0
"""Height of a plot, px."""
_SCALE_BAR_M = 5.0
_STYLE = (
    "<style>rect{fill:#20242a}.c{stroke:#fff9;fill:none}.n{stroke:#fff;stroke-dasharray:3 3}.p{stroke:#ffc43d;"
    "fill:none;opacity:.75}.e{fill:#5cc8ff44;stroke:#5cc8ff}.b{fill:#5cc8ff33}.s{stroke:#5cc8ff;stroke-width:2}.d{fill:#5cc8ff}"
    "text{fill:#dde;font:11px sans-serif}</style>"
)


@dataclass(frozen=True)
class Bounce:
    """A bounce: when (s), where (m), and its 95 % ellipse by half axes (m) and the angle of the major one (degrees)."""

    time_s: float
    x: float
    y: float
    major: float
    minor: float
    angle: float


@dataclass(frozen=True)
class GroundPath:
    """The way over the ground of a flight that began at `time_s`: `points` (x, y) in m along its curve in space, or the
    places of its two bounces.
    """

    time_s: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class CourtMap:
    """A court from above, in m from its middle, y away from the near end.

    Attributes:
        title: Name of the court.
        extent: Half its width and half its length; of ground without lines, what holds all bounces.
        lines: Polylines of the court.
        circles: Circles of the court: x, y, radius.
        net: Half the width of the net, if there is one.
        marks: The calibration's marks on the ground.
        bounces: Those that are drawn, in order of time.
        paths: Those that are drawn, in order of time.
        left_out: Number of those that are not.
    """

    title: str
    extent: tuple[float, float]
    lines: tuple[tuple[tuple[float, float], ...], ...]
    circles: tuple[tuple[float, float, float], ...]
    net: float | None
    marks: tuple[tuple[float, float], ...]
    bounces: tuple[Bounce, ...]
    paths: tuple[GroundPath, ...]
    left_out: int


def court_map(
    flights: pa.Table,
    calibration: pa.Table,
    *,
    ground: str = "Marked ground",
    bounces: int = MOST,
    paths: int = MOST,
    points: int = 6,
) -> CourtMap | None:
    """Map the flights of a film.

    Args:
        flights: Its BALL_FLIGHTS.
        calibration: Its CALIBRATION.
        ground: Title where the marks belong to no court.
        bounces: Most bounces to keep, the most certain first.
        paths: Most paths to keep, those detected in most frames first.
        points: Most points of a path.

    Returns:
        The map; None where the ground is not calibrated.
    """
    solution = next((row for row in calibration.to_pylist() if row["solved"] != "none"), None)
    if solution is None:
        return None
    court = court_of(solution["court"])
    rows = flights.to_pylist()
    landed = _bounces(rows)
    flown = [(one["seen"], path) for one in rows if (path := _path(one, points))]
    reach = np.abs([(one.x, one.y) for one in landed]).max(axis=0, initial=0) + 1 if landed else np.ones(2)
    return CourtMap(
        title=court.title if court else ground,
        extent=court.extent if court else tuple(reach.tolist()),
        lines=court.lines if court else (),
        circles=court.circles if court else (),
        net=court.net if court else None,
        marks=tuple((x, y) for _, _, _, x, y, height in json.loads(solution["marks"]) if not height),
        bounces=_first(landed, bounces, lambda one: one.major),
        paths=tuple(path for _, path in _first(flown, paths, lambda one: -one[0], lambda one: one[1].time_s)),
        left_out=max(0, len(landed) - bounces) + max(0, len(flown) - paths),
    )


def _first(found: list, most: int, order: Callable, time: Callable = attrgetter("time_s")) -> tuple:
    """The first `most` in an order, in order of time."""
    return tuple(sorted(sorted(found, key=order)[:most], key=time))


def _bounces(flights: list[dict]) -> list[Bounce]:
    """By time. A bounce ends one flight and begins the next; the more certain of its two places is kept."""
    parts = ("x_m", "y_m", "major_m", "minor_m", "angle")
    found = [
        Bounce(one[f"{end}_s"], *(one[f"{end}_ground_{part}"] or 0.0 for part in parts))
        for one in flights
        for end in ("start", "end")
        if one[f"{end}_ground_x_m"] is not None
    ]
    apart: list[Bounce] = []
    for bounce in sorted(found, key=lambda one: (one.time_s, one.major)):
        if apart and bounce.time_s - apart[-1].time_s < SAME_S:
            apart[-1] = min(apart[-1], bounce, key=lambda one: one.major)
        else:
            apart.append(bounce)
    return apart


def _path(flight: dict, points: int) -> GroundPath | None:
    if flight["path"]:
        along = [(x, y) for _, x, y, _ in _thinned(json.loads(flight["path"]), points)]
    else:
        along = [(flight[f"{end}_ground_x_m"], flight[f"{end}_ground_y_m"]) for end in ("start", "end")]
    known = all(x is not None for x, _ in along)
    return GroundPath(flight["start_s"], tuple(along)) if known else None


def _thinned(path: list, points: int = 6) -> list:
    return [path[i] for i in np.unique(np.linspace(0, len(path) - 1, points).round().astype(int))]


def map_svg(court: CourtMap) -> str:
    """Draw a map as SVG, near end below."""
    everything = [*(p for line in court.lines for p in line), *court.marks, *((b.x, b.y) for b in court.bounces)]
    everything += [(x + s * r, y + s * r) for x, y, r in court.circles for s in (-1, 1)]
    low, high = np.min(everything, axis=0) - 0.5, np.max(everything, axis=0) + 0.5
    scale = (WIDTH - 2 * MARGIN) / max(high - low)
    width, height = (high - low) * scale + 2 * MARGIN

    def at(x: float, y: float) -> str:
        return f"{MARGIN + (x - low[0]) * scale:.0f},{MARGIN + (high[1] - y) * scale:.0f}"

    def line(points: tuple, style: str, closed: bool = False) -> str:
        kind = "polygon" if closed else "polyline"
        return f'<{kind} class="{style}" points="{" ".join(at(*p) for p in points)}"/>'

    drawn = [line(one, "c") for one in court.lines]
    drawn += [f'<circle class="c" r="{r * scale:.0f}" {_centre(at(x, y))}/>' for x, y, r in court.circles]
    if court.net:
        drawn.append(line(((-court.net, 0.0), (court.net, 0.0)), "n"))
    if not court.lines:
        drawn += [f'<circle class="c" r="3" {_centre(at(*mark))}/>' for mark in court.marks]
    drawn += [line(path.points, "p") for path in court.paths]
    for one in court.bounces:
        cx, cy = at(one.x, one.y).split(",")
        axes = f'rx="{max(1.5, one.major * scale):.1f}" ry="{max(1.5, one.minor * scale):.1f}"'
        drawn.append(f'<ellipse class="e" {axes} transform="translate({cx} {cy}) rotate({-one.angle:.0f})"/>')
        drawn.append(f'<circle class="d" cx="{cx}" cy="{cy}" r="2"/>')
    rule = _SCALE_BAR_M if high[0] - low[0] > _SCALE_BAR_M else 1.0
    foot = height + 14
    caption = f"{court.title}. Bounces: {len(court.bounces)}, flights: {len(court.paths)}"
    caption += f"; {court.left_out} more not drawn" if court.left_out else ""
    drawn.append(f'<path class="n" d="M{MARGIN:.0f} {foot - 18:.0f}h{rule * scale:.0f}"/>')
    drawn.append(f'<text x="{MARGIN + rule * scale + 5:.0f}" y="{foot - 14:.0f}">{rule:g} m</text>')
    drawn.append(f'<text x="{MARGIN:.0f}" y="{foot + 4:.0f}">{escape(caption)}</text>')
    return _svg(max(width, 300), foot + 12, drawn)


def flights_svg(flights: pa.Table) -> str:
    """Draw speed, and height where known, over time as SVG: each flight from its start to its end, with its band."""
    every = flights.to_pylist()
    metric = [one for one in every if one["speed_start_mps"] is not None]
    unit, rows = ("m/s", metric) if metric else ("px/s", [one for one in every if one["speed_start"] is not None])
    if not rows:
        return _svg(WIDTH, 40, [f'<text x="{MARGIN}" y="24">no flight was seen</text>'])
    shown = sorted(sorted(rows, key=lambda one: -one["seen"])[:MOST], key=lambda one: one["start_s"])
    begin, end = shown[0]["start_s"], shown[-1]["end_s"]
    drawn, top = [], 0.0
    suffix = "_mps" if metric else ""
    highest = max(one[f"speed_{at}{suffix}"] for one in shown for at in ("start", "end"))
    across = _scaled(begin, end, MARGIN + 30, WIDTH - MARGIN)
    up = _scaled(0, highest * 1.15, PLOT_HEIGHT, MARGIN + 4)
    for one in shown:
        x0, x1 = across(one["start_s"]), across(one["end_s"])
        if metric:
            ys = [
                one[name]
                for name in ("speed_start_mps_low", "speed_end_mps_low", "speed_end_mps_high", "speed_start_mps_high")
            ]
            corners = " ".join(f"{x:.0f},{max(up(y), 0):.0f}" for x, y in zip((x0, x1, x1, x0), ys, strict=True))
            drawn.append(f'<polygon class="b" points="{corners}"/>')
        y0, y1 = up(one[f"speed_start{suffix}"]), up(one[f"speed_end{suffix}"])
        drawn.append(f'<path class="s" d="M{x0:.0f} {y0:.0f}L{x1:.0f} {y1:.0f}"/>')
    drawn += _axis(f"speed, {unit}", highest, top, up)
    bottom = PLOT_HEIGHT + 14
    if metric:
        paths = [json.loads(one["path"]) for one in shown if one["path"]]
        tallest = max(z for path in paths for *_, z in path)
        up = _scaled(0, tallest * 1.15, bottom + PLOT_HEIGHT, bottom + MARGIN)
        for path in paths:
            corners = " ".join(f"{across(t):.0f},{up(z):.0f}" for t, _, _, z in _thinned(path))
            drawn.append(f'<polyline class="p" points="{corners}"/>')
        drawn += _axis("height, m", tallest, bottom, up)
        bottom += PLOT_HEIGHT + 14
    more = f"; {len(rows) - len(shown)} more not drawn" if len(rows) > len(shown) else ""
    drawn.append(f'<text x="{MARGIN + 30:.0f}" y="{bottom}">{begin:.1f} s to {end:.1f} s{more}</text>')
    return _svg(WIDTH, bottom + 8, drawn)


def _scaled(low: float, high: float, begin: float, end: float):
    """The linear function that maps low..high to begin..end."""
    return lambda value: begin + (value - low) / max(high - low, 1e-9) * (end - begin)


def _axis(name: str, highest: float, top: float, up: object) -> list[str]:
    return [
        f'<text x="{MARGIN:.0f}" y="{top + 12:.0f}">{name}</text>',
        f'<text x="2" y="{up(highest) + 4:.0f}">{highest:.3g}</text>',
        f'<text x="2" y="{up(0):.0f}">0</text>',
        f'<path class="c" d="M{MARGIN + 30:.0f} {up(0):.0f}H{WIDTH - MARGIN:.0f}"/>',
    ]


def _centre(at: str) -> str:
    x, y = at.split(",")
    return f'cx="{x}" cy="{y}"'


def _svg(width: float, height: float, drawn: list[str]) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:.0f} {height:.0f}">{_STYLE}'
        f"<rect {size}/>{''.join(drawn)}</svg>"
    )
