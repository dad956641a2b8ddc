"""A small picture of a trajectory.

Belongs here: drawing. Does not belong here: computing anything.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL.Image import Image

LARGEST_BYTES = 15_000
"""Size of the picture, which is kept in Dagster's event log."""
WIDTH = 480
"""Longer side of the picture, px."""
COURT = (32, 36, 42)
"""Background where there is no poster."""
COLOURS = ((255, 196, 61), (92, 200, 255), (255, 122, 122), (146, 226, 120), (206, 152, 255), (255, 255, 255))


def plot_trajectory(table: pa.Table, width: int, height: int, poster: Path | None = None) -> bytes:
    """Draw the flights of a `BALL_TRAJECTORY`, each in one colour.

    Args:
        table: The trajectory.
        width: Width of the source picture, px.
        height: Height of the source picture, px.
        poster: Picture to draw over, if it exists.

    Returns:
        A JPEG of at most `LARGEST_BYTES`.
    """
    from PIL import Image, ImageDraw, ImageEnhance

    scale = WIDTH / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if poster is not None and Path(poster).exists():
        with Image.open(poster) as opened:
            picture = ImageEnhance.Brightness(opened.convert("RGB").resize(size)).enhance(0.5)
    else:
        picture = Image.new("RGB", size, COURT)
    draw = ImageDraw.Draw(picture)
    x, y, flight = (table[name].to_numpy(zero_copy_only=False) for name in ("x", "y", "flight"))
    places = np.stack([x, y], 1) * scale
    for number in np.unique(flight[np.isfinite(flight)]).astype(int):
        colour = COLOURS[number % len(COLOURS)]
        corners = [tuple(place) for place in places[flight == number].tolist()]
        if len(corners) > 1:
            draw.line(corners, fill=colour, width=2)
        for cx, cy in (corners[0], corners[-1]):
            draw.ellipse((cx - 2, cy - 2, cx + 2, cy + 2), fill=colour)
    return _small_jpeg(picture)


def _small_jpeg(picture: Image) -> bytes:
    """The picture as JPEG of the best quality that fits."""
    for quality in range(85, 4, -10):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= LARGEST_BYTES:
            break
    else:
        return _small_jpeg(picture.resize((picture.width // 2, picture.height // 2)))
    return out.getvalue()
