"""The court from above with the places where the ball landed.

Belongs here: rounding and wording the map for the page. Does not belong here: computing it (gametape.play.pictures),
drawing it (script/court.js, pdf_layout.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gametape.geometry.stretches import FOUND, calibrated_court
from gametape.play.pictures import CourtMap, court_map
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

MOST_BOUNCES = 300
MOST_PATHS = 100
PATH_POINTS = 12


@dataclass(frozen=True)
class CourtView:
    """The court from above with the bounces on it. `caption`: how well it is calibrated."""

    map: CourtMap
    caption: str

    def for_page(self) -> dict:
        """The map for the page's script.

        Returns:
            title, extent, lines, circles, net as in CourtMap; bounces: [x, y in m, half the longer axis, half the
            shorter axis in m, degrees, time in s], the ellipse holds the place with 95 %; paths: [time in s,
            [x, y], …] of flights.
        """
        return {
            **{name: getattr(self.map, name) for name in ("title", "extent", "lines", "circles", "net")},
            "bounces": [
                [round(part, 2) for part in (one.x, one.y, one.major, one.minor, one.angle)] + [round(one.time_s, 3)]
                for one in self.map.bounces
            ],
            "paths": [
                [round(one.time_s, 3), *([round(x, 2), round(y, 2)] for x, y in one.points)] for one in self.map.paths
            ],
        }


def court_view(calibration: pa.Table, flights: pa.Table, say: Words) -> CourtView | None:
    """The court; None where the camera is not calibrated, or no bounce has a place."""
    drawn = court_map(
        flights,
        calibration,
        ground=say("court.ground"),
        bounces=MOST_BOUNCES,
        paths=MOST_PATHS,
        points=PATH_POINTS,
    )
    if drawn is None or not drawn.bounces:
        return None
    rows = calibration.to_pylist()
    row = next(one for one in rows if one["solved"] != "none")
    title = say.get(f"court.{(row['court'] or 'ground').replace(' ', '_')}", drawn.title)
    return CourtView(replace(drawn, title=title), _caption(row, rows, len(drawn.bounces), say))


def _caption(row: dict, rows: list[dict], bounces: int, say: Words) -> str:
    fit, ground = row["reprojection_px"], row["ground_error_m"]
    parts = [say("court.summary", n=bounces)]
    if row["source"] == FOUND:
        parts.append(say("court.found", px=say.number(row["lines_fit_px"], most_places=1)))
    else:
        parts.append(say("court.marks", n=row["mark_count"]))
        if fit is not None:
            parts.append(say("court.fit", px=say.number(fit, most_places=1)))
    if ground is not None:
        parts.append(say("court.error", metres=say.number(ground, most_places=2)))
    if len(rows) > 1:
        solved, whole = (
            sum(one["stop"] - one["first_frame"] for one in some)
            for some in ([one for one in rows if one["solved"] != "none"], rows)
        )
        if solved < whole:
            parts.append(say("court.part", share=say.share(solved / whole)))
    return " ".join(parts)


def not_calibrated(calibration: pa.Table, say: Words) -> str | None:
    """Why there are no metres on the ground; None where there are, or where nobody asked."""
    why = calibrated_court(calibration)[1] if calibration.num_rows else None
    return say.reason(why) if why else None
