"""The court's lines drawn over a picture, for the eye, and its marks as lines to paste into a sidecar.

Belongs here: drawing and writing down what was found. Does not belong here: finding it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from gametape.geometry import camera
from gametape.sports.courts import Court, court_of

LARGEST_BYTES = 15_000
"""Size of the small picture, which is kept in Dagster's event log."""
SMALL = 480
"""Longer side of the small picture, px."""
LINE = (64, 255, 96)
MARK = (255, 220, 60)
POINTS = 40
"""Points of a line, which distortion bends."""
NEAREST = 1e-3
"""Least depth of what is drawn, as a share of that of the court's middle."""


def drawn_court(picture: np.ndarray, row: Mapping, width: int, height: int) -> np.ndarray:
    """Draw a found court.

    Args:
        picture: (h, w, 3) uint8 RGB, the upright picture in any size.
        row: A row of COURT_MARKS with a court.
        width: px of the upright source, in which the row is.
        height: px.

    Returns:
        A copy with the court's lines and marks.
    """
    import cv2

    made = picture.copy()
    scale = np.array([picture.shape[1] / width, picture.shape[0] / height])
    thick = max(1, round(picture.shape[1] / 1280))  # thin, so that paint shows beside a line that misses it
    court = court_of(row["court"])
    assert court is not None, row["court"]
    for line in court_lines(court, np.array(json.loads(row["homography"])), width, height, row["radial"] or 0.0):
        pixels = np.clip(line * scale, -1e4, 1e4)
        cv2.polylines(made, [(pixels * 16).round().astype(np.int32)], False, LINE, thick, cv2.LINE_AA, shift=4)
    for _, x, y in json.loads(row["marks"]):
        at = (np.array([x, y]) * scale * 16).round().astype(int)
        cv2.circle(made, (int(at[0]), int(at[1])), (4 + thick) * 16, MARK, thick, cv2.LINE_AA, shift=4)
    return made


def court_lines(court: Court, ground: np.ndarray, width: int, height: int, radial: float = 0.0) -> list[np.ndarray]:
    """The court's lines and circles before the camera, each (n, 2) px.

    Args:
        court: The court.
        ground: (3, 3) homography from metres to px without distortion.
        width: px of the picture.
        height: px.
        radial: Radial distortion, see `gametape.geometry.camera.bent`.
    """
    turn = np.linspace(0, 2 * np.pi, POINTS)
    paths = [np.array([x + r * np.cos(turn), y + r * np.sin(turn)]).T for x, y, r in court.circles]
    for line in court.lines:
        for a, b in pairwise(line):
            paths.append(np.linspace(a, b, POINTS))
    lines = []
    least = NEAREST * abs(float(ground[2, 2]))
    for path in paths:
        seen = np.column_stack([path, np.ones(len(path))]) @ ground.T
        seen = seen[seen[:, 2] > least]
        if len(seen) > 1:
            pixels = seen[:, :2] / seen[:, 2:]
            lines.append(camera.bent(pixels, width, height, radial) if radial else pixels)
    return lines


def small_picture(picture: np.ndarray) -> bytes:
    """A picture (h, w, 3) uint8 RGB as a JPEG of at most `LARGEST_BYTES`."""
    from PIL import Image

    made = Image.fromarray(picture)
    made.thumbnail((SMALL, SMALL))
    for quality in (80, 60, 40, 20):
        written = io.BytesIO()
        made.save(written, "JPEG", quality=quality)
        if written.tell() <= LARGEST_BYTES:
            break
    return written.getvalue()


def sidecar_lines(court: str, marks: Iterable[Sequence], radial: float | None = None) -> str:
    """What a sidecar says to mark the court like this: YAML to paste, and to correct.

    Args:
        court: Name of the court.
        marks: (name, x, y) of its points, px of the upright picture. Those farthest apart are given: points of one fit
            agree, so that more of them would only look surer.
        radial: Radial distortion of the picture.

    Examples:
        >>> print(sidecar_lines("tennis", [("near_service_t", 640.04, 351.5)], -0.031))
        camera:
          motion: fixed
          court: tennis
          radial: -0.031
          calibration_unit: px
          calibration:
            - {at: near_service_t, x: 640.0, y: 351.5}
    """
    known = court_of(court)
    assert known is not None, court
    chosen = _far_apart(known, [tuple(mark[:3]) for mark in marks])
    lines = ["camera:", "  motion: fixed", f"  court: {court}"]
    lines += [f"  radial: {radial:.4g}"] if radial else []
    lines += ["  calibration_unit: px", "  calibration:"]
    lines += [f"    - {{at: {name}, x: {x:.1f}, y: {y:.1f}}}" for name, x, y in chosen]
    return "\n".join(lines)


def _far_apart(court: Court, marks: list[tuple]) -> list[tuple]:
    """The four corners of what the marks on the ground span, and those above it, in their order."""
    ground = [mark for mark in marks if not court.points[mark[0]][2]]
    corners = {
        max(ground, key=lambda mark: sx * court.points[mark[0]][0] + sy * court.points[mark[0]][1])
        for sx in (-1, 1)
        for sy in (-1, 1)
        if ground
    }
    return [mark for mark in marks if mark in corners or court.points[mark[0]][2]]
