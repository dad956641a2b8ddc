"""Which calibration holds for which frames of a film, and where its marks come from: the sidecar, or the picture.

Belongs here: the rows of CALIBRATION, and the one of a frame. Does not belong here: solving (`calibrate`), finding a
court (`gametape.court`).

The sidecar's marks come first. They are of one picture, so they hold for a film in which the camera stands still: as
the sidecar says, or as it was measured. Without them each stretch has the court that was found in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.film.sidecar import Sidecar
from gametape.geometry.calibrate import FEWEST_MARKS, MARK_ERROR, Calibration, Mark, Refused, calibrate
from gametape.sports.courts import Court, court_of
from gametape.tables.ball import CALIBRATION

if TYPE_CHECKING:
    import pyarrow as pa

SIDECAR, FOUND = "sidecar", "found"
"""Where marks come from."""
BY_FOUND_COURT = "; by the court found in the picture"
"""Ends the method of a measure in metres that rests on a court which nobody marked."""


def calibration_table(sidecar: Sidecar, width: int, height: int, court_marks: pa.Table | None = None) -> pa.Table:
    """CALIBRATION of a film.

    Args:
        sidecar: Its marks, if it has any, come before all that was found.
        width: Width of the upright picture, px.
        height: Height of the upright picture, px.
        court_marks: COURT_MARKS, what the camera does and where the court was found; None: nobody looked.
    """
    stretches = court_marks.to_pylist() if court_marks is not None else []
    if sidecar.camera.calibration or not stretches:
        spans = {"first_frame": stretches[0]["first_frame"], "stop": stretches[-1]["stop"]} if stretches else {}
        return CALIBRATION.from_rows([{"first_frame": 0, **spans} | _marked(sidecar, width, height, stretches)])
    return CALIBRATION.from_rows(
        [{name: row[name] for name in ("first_frame", "stop")} | _seen(row, width, height) for row in stretches]
    )


def _marked(sidecar: Sidecar, width: int, height: int, stretches: Sequence[dict]) -> dict:
    """The row by the sidecar's marks."""
    given = sidecar.camera.calibration
    try:
        row = from_sidecar(sidecar, width, height, stretches).row()
    except Refused as refused:
        row = _nothing(refused.reason, width, height) | {"mark_count": len(given)}
    return row | {"source": SIDECAR if given else None}


def _seen(stretch: dict, width: int, height: int) -> dict:
    """The row by what was found in a stretch, a row of COURT_MARKS."""
    if not stretch["found"]:
        nobody_looked = Reason.parse(stretch["reason"]).code in ("no_court_of_sport", "court_not_wanted")
        reason = Reason("not_calibrated") if nobody_looked else Reason.parse(stretch["reason"])
        return _nothing(reason, width, height)
    if stretch["proposed"]:
        return _nothing(Reason("court_proposed", court=stretch["court"]), width, height)
    try:
        row = from_stretch(stretch, width, height).row()
    except Refused as refused:
        row = _nothing(Reason("court_not_usable", reason=refused.reason), width, height)
    return row | {"source": FOUND, "lines_fit_px": stretch["fit_px"], "share_of_lines": stretch["share_of_lines"]}


def _nothing(reason: Reason, width: int, height: int) -> dict:
    return {"solved": "none", "reason": reason, "width": width, "height": height, "marks": "[]", "mark_count": 0}


def from_sidecar(sidecar: Sidecar, width: int, height: int, stretches: Sequence[dict] = ()) -> Calibration:
    """The calibration by a sidecar's marks in a picture of `width` x `height` px.

    Args:
        sidecar: The film's.
        width: px.
        height: px.
        stretches: Rows of COURT_MARKS, which say what the camera does where the sidecar does not.

    Raises:
        Refused: The marks determine nothing.
    """
    given = sidecar.camera
    if not given.calibration:
        raise Refused(Reason("not_calibrated"))
    if why := _not_one_view(given.motion, stretches):
        raise Refused(why)
    court = court_of(given.court or sidecar.sport)
    scale = (width, height) if given.calibration_unit == "fraction" else (1, 1)
    marks = [
        Mark(
            point.at or f"({point.ground_x_m:g}, {point.ground_y_m:g}) m",
            point.x * scale[0],
            point.y * scale[1],
            court.points[point.at]
            if court and point.at
            else (point.ground_x_m or 0.0, point.ground_y_m or 0.0, point.height_m),
        )
        for point in given.calibration
    ]
    on_court = any(point.at for point in given.calibration) or given.court is not None
    return calibrate(marks, width, height, court if on_court else None, radial=given.radial or 0.0)


def _not_one_view(told: str | None, stretches: Sequence[dict]) -> Reason | None:
    """Why one calibration does not hold for the film; None where it does."""
    if told == "fixed":
        return None
    if told == "moving":
        return Reason("camera_moves")
    motions = [stretch["motion"] for stretch in stretches]
    if not motions or None in motions:
        return Reason("camera_may_move")
    if "panning" in motions:
        return Reason("camera_pans")
    return Reason("camera_views", n=len(motions)) if len(motions) > 1 else None


def from_stretch(stretch: dict, width: int, height: int) -> Calibration:
    """The calibration by the court found in a stretch, a row of COURT_MARKS, in a picture of `width` x `height` px.

    Its marks come from one fit: they agree whatever it is off by, and are wrong together. So they count as no more than
    four marks of the usual error.

    Raises:
        Refused: What was found determines nothing.
    """
    court = court_of(stretch["court"])
    assert court is not None, stretch["court"]
    marks = [Mark(name, x, y, court.points[name]) for name, x, y in json.loads(stretch["marks"])]
    error = max(MARK_ERROR * width, stretch["fit_px"]) * max(1.0, len(marks) / FEWEST_MARKS) ** 0.5
    return calibrate(marks, width, height, court, error=error, radial=stretch["radial"] or 0.0)


@dataclass(frozen=True, eq=False)
class Span:
    """A row of CALIBRATION: frames first..stop - 1, or to the film's end, and what they are calibrated by."""

    row: Mapping

    @property
    def first(self) -> int:
        """First frame."""
        return self.row["first_frame"]

    @property
    def stop(self) -> float:
        """The frame after the last one; infinite: to the film's end."""
        return np.inf if self.row["stop"] is None else self.row["stop"]

    @property
    def solved(self) -> bool:
        """Is anything determined?"""
        return self.row["solved"] != "none"

    @property
    def reason(self) -> str | None:
        """Why there is no calibration, or none in space: a `Reason`'s text."""
        return self.row["reason"]

    @cached_property
    def calibration(self) -> Calibration | None:
        """Solved again when it is first asked for."""
        row = self.row
        if not self.solved:
            return None
        marks = [Mark(name, x, y, tuple(place)) for name, x, y, *place in json.loads(row["marks"])]
        error, radial = row["mark_error_px"] if row["source"] == FOUND else None, row["radial"] or 0.0
        return calibrate(marks, row["width"], row["height"], court_of(row["court"]), error=error, radial=radial)


class Calibrations:
    """The calibrations of a film by its frames.

    Args:
        table: CALIBRATION, its rows in order of their frames; None: the film is not calibrated.
    """

    def __init__(self, table: pa.Table | None = None) -> None:
        self.spans = tuple(Span(row) for row in table.to_pylist()) if table is not None else ()

    def during(self, first: int, last: int) -> tuple[Calibration | None, str | None]:
        """What frames first..last are calibrated by, and why by nothing, or not in space."""
        span = next((one for one in self.spans if first < one.stop), None)
        if span is None or first < span.first:
            return None, Reason("not_calibrated")
        if last >= span.stop:
            return None, Reason("view_changes")
        return span.calibration, span.reason


def calibrated_court(table: pa.Table) -> tuple[Court | None, str | None]:
    """The court that a film is calibrated by, by its CALIBRATION; and why no part of it is calibrated.

    The reason is that of the longest stretch. Nothing is solved here.
    """
    rows = table.to_pylist()
    solved = next((row for row in rows if row["solved"] != "none"), None)
    if solved:
        return court_of(solved["court"]), None
    longest = max(rows, key=lambda row: (row["stop"] or np.inf) - row["first_frame"], default=None)
    return None, (longest and longest["reason"]) or Reason("not_calibrated")


def by_found_court(table: pa.Table) -> bool:
    """Were the courts of a CALIBRATION found in the picture, not marked?"""
    return any(row["source"] == FOUND and row["solved"] != "none" for row in table.to_pylist())
