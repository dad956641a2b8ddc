"""How well courts are found in films, against marks by eye.

Belongs here: looking for courts in films, comparing them with marks. Does not belong here: another way of looking than
the users': each film is ingested, divided and searched like an upload of which the sport alone is known.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from gametape.base.errors import BadInput
from gametape.court.look import look, look_for_each
from gametape.film.sidecar import Sidecar, parse_sidecar, sidecar_beside
from gametape.geometry.camera import bent
from gametape.sports.courts import Court, court_of, courts

FILMS = (".mp4", ".mov", ".avi", ".mkv", ".webm")
WRONG = 0.02
"""A court is the wrong one where a mark is further off than this, in longer sides of the picture."""
TOLD = ("motion", "shift_px", "fit_px", "share_of_lines", "radial", "focal_px", "reason")
GRID = 9
"""Places across and along the court at which the ground is compared."""


def evaluate_court(folder: Path) -> dict[str, Any]:
    """Find the court in all films of a folder, and compare it with the marks of the sidecars beside them.

    A film whose sidecar marks the court by name is to show that court; in one without marks none is in sight, and it is
    asked for each court.

    Returns:
        Of films with marks: `films`, `found` (courts found), `right`, `wrong`, and over the right ones `median_px` and
        `most_px` (px of the upright source from a mark to where the found court has it), `ground_m` (m from a place by
        the found court to that by the marks, over the part of the court in sight: median film, worst place of each),
        `cpu_s` (median CPU seconds a film). Of films without: `without` (films), `invented` (courts found in them).
        `clips`: the same of each film, with `motion`, `fit_px`, `share_of_lines` and `reason`.

    Raises:
        BadInput: The folder holds no films, or a sidecar is malformed.
    """
    films = sorted(film for film in folder.iterdir() if film.suffix.lower() in FILMS and not film.name.startswith("."))
    if not films:
        raise BadInput(folder, "holds no films", "Give a folder of films NAME.mp4, with marks in NAME.yaml beside them")
    clips = {film.stem: _clip(film) for film in films}
    marked = [clip for clip in clips.values() if "right" in clip]
    right = [clip for clip in marked if clip["right"]]
    without = [clip for clip in clips.values() if "invented" in clip]
    return {
        "films": len(marked),
        "found": sum(clip["found"] for clip in marked),
        "right": len(right),
        "wrong": sum(clip["found"] and not clip["right"] for clip in marked),
        "median_px": _median([px for clip in right for px in clip["misses_px"].values()]),
        "most_px": max((px for clip in right for px in clip["misses_px"].values()), default=None),
        "ground_m": _median([clip["ground_m"] for clip in right if clip["ground_m"] is not None]),
        "cpu_s": _median([clip["cpu_s"] for clip in clips.values()]),
        "without": len(without),
        "invented": sum(len(clip["invented"]) for clip in without),
        "clips": clips,
    }


def compare(row: dict[str, Any], marks: dict[str, tuple[float, float]], court: Court, width: int, height: int) -> dict:
    """How a found court compares with marks.

    Args:
        row: A row of COURT_MARKS with a court.
        marks: px of the upright source, by name; those above the ground do not count.
        court: The court.
        width: Width of the upright source, px.
        height: Height, px.

    Returns:
        `misses_px` by mark, `right`, `ground_m`: the largest distance between places by the found court and by the
        marks, over the part of the court in sight (None: fewer than four marks on the ground).
    """
    import cv2

    names = [name for name in marks if not court.points[name][2]]
    places = np.array([court.points[name][:2] for name in names], float)
    seen = np.array([marks[name] for name in names], float)
    ground, radial = np.array(json.loads(row["homography"])), row["radial"] or 0.0
    off = np.linalg.norm(_seen(ground, places, width, height, radial) - seen, axis=1)
    ground_m = None
    if len(names) >= 4:
        by_marks, _ = cv2.findHomography(places, seen)
        half = np.abs(np.array([p[:2] for p in court.points.values() if not p[2]])).max(axis=0)
        grid = np.stack(np.meshgrid(*(np.linspace(-h, h, GRID) for h in half)), -1).reshape(-1, 2)
        at = _seen(ground, grid, width, height, radial)
        inside = (at > 0).all(1) & (at < [width, height]).all(1)
        back = cv2.perspectiveTransform(at[inside][None], np.linalg.inv(by_marks))[0] if inside.any() else at[inside]
        ground_m = float(np.linalg.norm(back - grid[inside], axis=1).max(initial=0.0))
    return {
        "right": bool(off.max() <= WRONG * max(width, height)),
        "misses_px": dict(zip(names, off.round(2).tolist(), strict=True)),
        "ground_m": None if ground_m is None else round(ground_m, 3),
    }


def _clip(path: Path) -> dict[str, Any]:
    sidecar = _sidecar(path)
    marks = {point.at: (point.x, point.y) for point in sidecar.camera.calibration if point.at}
    court = court_of(sidecar.camera.court or sidecar.sport)
    if not (court and marks):
        asked = look_for_each(path, [[name] for name in courts()])
        invented = sorted(one.row["court"] for one in asked if one.row["found"])
        return {"invented": invented, "cpu_s": _median([one.cpu_s for one in asked])}
    looked = look(path, [court.name])
    row, width, height = looked.row, looked.width, looked.height
    scale = (width, height) if sidecar.camera.calibration_unit == "fraction" else (1, 1)
    placed = {name: (x * scale[0], y * scale[1]) for name, (x, y) in marks.items()}
    compared = compare(row, placed, court, width, height) if row["found"] else {"right": False}
    return {"found": row["found"], **compared, "cpu_s": round(looked.cpu_s, 2)} | {name: row[name] for name in TOLD}


def _seen(ground: np.ndarray, places: np.ndarray, width: int, height: int, radial: float) -> np.ndarray:
    at = np.column_stack([places, np.ones(len(places))]) @ ground.T
    return bent(at[:, :2] / at[:, 2:], width, height, radial)


def _sidecar(path: Path) -> Sidecar:
    beside = sidecar_beside(path)
    return parse_sidecar(beside.read_bytes(), beside.name) if beside else Sidecar()


def _median(values: list[float]) -> float | None:
    return round(float(np.median(values)), 2) if values else None
