"""Looking for a court in a film file, outside the lake: for the command line and for measuring.

Belongs here: from a file to COURT_MARKS, and what is told of it. Does not belong here: the search (`search`).
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.base.reason import Reason
from gametape.court.search import CourtSearch, court_marks, longest_found
from gametape.film.files import FILM_FILE
from gametape.geometry.calibrate import Mark, Refused, calibrate
from gametape.geometry.camera import centre
from gametape.media.film import Film
from gametape.media.ingest import ingest
from gametape.sports.courts import court_of, courts

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Looked:
    """What was found in a film.

    Attributes:
        table: COURT_MARKS.
        width: Width of the upright source, px.
        height: Height, px.
        picture: (h, w, 3) uint8 RGB, a frame of the longest stretch with a court, else of the longest stretch.
        cpu_s: CPU seconds of the search, without reading the file in.
    """

    table: pa.Table
    width: int
    height: int
    picture: np.ndarray
    cpu_s: float

    @property
    def row(self) -> dict[str, Any]:
        """The row of the longest stretch with a court, else of the longest stretch."""
        return longest_found(self.table) or max(
            self.table.to_pylist(), key=lambda row: row["stop"] - row["first_frame"]
        )

    def told(self) -> dict[str, Any]:
        """`found`, `court`, `camera`, `marks`, `fit_px`, `share_of_lines`, `motion` and `reason`, for JSON.

        `camera`: `focal_px`, `radial`, and where it stands, `x_m`, `y_m`, `z_m` from the court's middle; null where it
        is not determined.
        """
        row = self.row
        marks = json.loads(row["marks"])
        return {
            "found": row["found"],
            "court": row["court"],
            "camera": _camera(row, marks, self.width, self.height),
            "marks": [{"at": name, "x": round(x, 1), "y": round(y, 1)} for name, x, y, *_ in marks],
            "fit_px": row["fit_px"],
            "share_of_lines": row["share_of_lines"],
            "motion": row["motion"],
            "reason": row["reason"],
        }


def look(path: Path, names: list[str] | None = None, *, seconds: float = inf) -> Looked:
    """Look for a court in a film.

    Args:
        path: The film.
        names: The courts to look for, as `gametape.sports.courts` names them. None: the sport is not told.
        seconds: Only so much of the film, from its start, is looked at.

    Raises:
        BadInput: The file is no film.
    """
    return look_for_each(path, [names], seconds=seconds)[0]


def look_for_each(path: Path, asked: list[list[str] | None], *, seconds: float = inf) -> list[Looked]:
    """As `look`, once for each of several questions about one film."""
    with TemporaryDirectory() as made:
        ingested = ingest(path, Path(made), until_s=seconds)
        film = Film.of(Path(made) / FILM_FILE, ingested.frames, ingested.width, ingested.height)
        return [_looked(film, ingested.frames["shot"].to_numpy(), names) for names in asked]


def _looked(film: Film, shots: np.ndarray, names: list[str] | None) -> Looked:
    search = CourtSearch(courts=dict.fromkeys(names or courts()), told=names is not None, motion=None, reason=None)
    began = time.process_time()
    table = court_marks(film, shots, search)
    took = time.process_time() - began
    row = _main_row(table)
    picture = film.frame((row["first_frame"] + row["stop"]) // 2).image
    return Looked(table, film.width, film.height, picture, took)


def _main_row(table: pa.Table) -> dict[str, Any]:
    return longest_found(table) or max(table.to_pylist(), key=lambda row: row["stop"] - row["first_frame"])


def _camera(row: dict[str, Any], marks: list, width: int, height: int) -> dict[str, float | None] | None:
    if not row["found"]:
        return None
    told: dict[str, float | None] = {"focal_px": row["focal_px"], "radial": row["radial"]}
    told |= dict.fromkeys(("x_m", "y_m", "z_m"))
    court = court_of(row["court"])
    assert court is not None
    try:
        made = calibrate([Mark(name, x, y, court.points[name]) for name, x, y, *_ in marks], width, height, court)
    except Refused:
        return told
    if made.camera is not None:
        told |= {f"{axis}_m": round(float(at), 2) for axis, at in zip("xyz", centre(made.camera), strict=True)}
    return told


def reason_of(row: dict[str, Any]) -> Reason | None:
    """Why a row of COURT_MARKS has no court."""
    return Reason.parse(row["reason"]) if row["reason"] else None
