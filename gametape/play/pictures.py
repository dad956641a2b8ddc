"""Pictures of play, as SVG: the court from above, speed and height over time.

Belongs here: drawing for people to look at, in Dagster and on the page. Does not belong here: any figure.

A picture stays small enough for Dagster's event log: where there are more flights than `MOST`, those that show best are
drawn, and the picture says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from gametape.geometry.courts import court_named

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 60
WIDTH, MARGIN, PLOT_HEIGHT = 480.0, 16.0, 110.0
_LINE_POINTS = 6
_GRID_M = 5.0
_STYLE = (
    "<style>rect{fill:#20242a}.c{stroke:#fff9;fill:none}.n{stroke:#fff;stroke-dasharray:3 3}.p{stroke:#ffc43d;"
    "fill:none;opacity:.75}.e{fill:#5cc8ff44;stroke:#5cc8ff}.b{fill:#5cc8ff33}.s{stroke:#5cc8ff;stroke-width:2}.d{fill:#5cc8ff}"
    "text{fill:#dde;font:11px sans-serif}</style>"
)


@dataclass(frozen=True)
class Bounce:
    """Where a ball landed: place and 95 % ellipse (half axes, the major one's angle from x in degrees), m; when, s."""

    time_s: float
    x: float
    y: float
    major: float
    minor: float
    angle: float


@dataclass(frozen=True)
class CourtMap:
    """A court from above, m: `lines` and `circles` (x, y, radius) as its rules draw it (none for a court of its own),
    the `net` from and to, the calibration's `marks` on the ground, the `bounces`, and the `paths` of flights that are
    known in space, over the ground. `left_out`: bounces and paths that are not among them."""

    title: str
    lines: tuple[tuple[tuple[float, float], ...], ...]
    circles: tuple[tuple[float, float, float], ...]
    net: tuple[tuple[float, float], tuple[float, float]] | None
    marks: tuple[tuple[float, float], ...]
    bounces: tuple[Bounce, ...]
    paths: tuple[tuple[tuple[float, float], ...], ...]
    left_out: int


def court_map(flights: pa.Table, calibration: pa.Table) -> CourtMap | None:
    """The map of a film's BALL_FLIGHTS by its CALIBRATION; None where the ground is not known."""
    row = calibration.to_pylist()[0]
    if row["solved"] == "none":
        return None
    court = court_named(row["court"])
    told = flights.to_pylist()
    bounces = [bounce for one in told for bounce in _bounces(one)]
    # A bounce ends one flight and begins the next: the surer of the two is told.
    apart: list[Bounce] = []
    for bounce in sorted(bounces, key=lambda one: (one.time_s, one.major)):
        if apart and bounce.time_s - apart[-1].time_s < 1e-3:
            apart[-1] = min(apart[-1], bounce, key=lambda one: one.major)
        else:
            apart.append(bounce)
    paths = [json.loads(one["path"]) for one in told if one["path"]]
    shown = sorted(sorted(apart, key=lambda one: one.major)[:MOST], key=lambda one: one.time_s)
    return CourtMap(
        title=court.title if court else "Marked ground",
        lines=court.lines if court else (),
        circles=court.circles if court else (),
        net=((-court.net, 0.0), (court.net, 0.0)) if court and court.net else None,
        marks=tuple((x, y) for _, _, _, x, y, height in json.loads(row["marks"]) if not height),
        bounces=tuple(shown),
        paths=tuple(tuple((x, y) for _, x, y, _ in _thinned(path)) for path in paths[:MOST]),
        left_out=len(apart) - len(shown) + max(0, len(paths) - MOST),
    )


def _bounces(flight: dict) -> list[Bounce]:
    parts = ("x_m", "y_m", "major_m", "minor_m", "angle")
    return [
        Bounce(flight[f"{end}_s"], *(flight[f"{end}_ground_{part}"] for part in parts))
        for end in ("start", "end")
        if flight[f"{end}_ground_x_m"] is not None
    ]


def _thinned(path: list) -> list:
    return [path[i] for i in np.unique(np.linspace(0, len(path) - 1, _LINE_POINTS).round().astype(int))]


def map_svg(court: CourtMap) -> str:
    """The map as SVG, near end below."""
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
        drawn.append(line(court.net, "n"))
    if not court.lines:
        drawn += [f'<circle class="c" r="3" {_centre(at(*mark))}/>' for mark in court.marks]
    drawn += [line(path, "p") for path in court.paths]
    for one in court.bounces:
        cx, cy = at(one.x, one.y).split(",")
        axes = f'rx="{max(1.5, one.major * scale):.1f}" ry="{max(1.5, one.minor * scale):.1f}"'
        drawn.append(f'<ellipse class="e" {axes} transform="translate({cx} {cy}) rotate({-one.angle:.0f})"/>')
        drawn.append(f'<circle class="d" cx="{cx}" cy="{cy}" r="2"/>')
    rule = _GRID_M if high[0] - low[0] > _GRID_M else 1.0
    foot = height + 14
    told = f"{court.title}. Bounces: {len(court.bounces)}, flights known in space: {len(court.paths)}"
    told += f"; {court.left_out} more not drawn" if court.left_out else ""
    drawn.append(f'<path class="n" d="M{MARGIN:.0f} {foot - 18:.0f}h{rule * scale:.0f}"/>')
    drawn.append(f'<text x="{MARGIN + rule * scale + 5:.0f}" y="{foot - 14:.0f}">{rule:g} m</text>')
    drawn.append(f'<text x="{MARGIN:.0f}" y="{foot + 4:.0f}">{escape(told)}</text>')
    return _svg(max(width, 300), foot + 12, drawn)


def flights_svg(flights: pa.Table) -> str:
    """Speed, and height where known, over time, as SVG: each flight from its start to its end, with its band."""
    told = flights.to_pylist()
    metric = [one for one in told if one["speed_start_mps"] is not None]
    unit, rows = ("m/s", metric) if metric else ("px/s", [one for one in told if one["speed_start"] is not None])
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
    """Maps low..high to begin..end, straight."""
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
