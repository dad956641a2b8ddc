"""One picture of a film with everybody numbered, and the line of the sidecar that says "this one".

Belongs here: who is in one picture, where a click on each would be, drawing it. Does not belong here: following
anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from gametape.base.settings import Settings
from gametape.clips.film import CutFilm
from gametape.clips.selection import select
from gametape.media.film import Frame
from gametape.people.boxes import click_on
from gametape.people.find import CLEAR, LONGEST_SIDE, finder_for

FRAME, INK, GRID = (255, 214, 0), (20, 20, 20), (255, 255, 255)
"""Colours of boxes, letters on them, and the scale, RGB."""


@dataclass(frozen=True, eq=False)
class Still:
    """A picture and the people in it.

    Attributes:
        at_s: When it is shown, seconds as the file plays.
        picture: (h, w, 3) uint8 RGB, upright.
        boxes: (n, 4) left, top, right, bottom, px, from left to right.
    """

    at_s: float
    picture: np.ndarray
    boxes: np.ndarray

    def clicks(self) -> list[dict[str, float]]:
        """Of each person the click that means it: `t` seconds, `x` and `y` as shares of width and height."""
        high, wide = self.picture.shape[:2]
        places = (click_on(box, (wide, high)) for box in self.boxes.tolist())
        return [{"t": round(self.at_s, 2), "x": round(x, 3), "y": round(y, 3)} for x, y in places]


def still(path: Path, at_s: float, settings: Settings) -> Still:
    """Find everybody in the picture that a film shows at a time.

    Args:
        path: A file that gametape takes.
        at_s: Seconds as the file plays.
        settings: Which finder, its weights and the device.

    Raises:
        BadInput: It is no film, or shows nothing then.
        Unavailable: The weights or the device are not there.
    """
    import cv2

    film = CutFilm.open(path)
    chosen = select(film, at_s, at_s + film.interval)
    [(number, shown)] = film.pictures(chosen.first, chosen.first + 1)
    picture = shown.to_ndarray(format="rgb24")
    shrink = min(1.0, LONGEST_SIDE / max(picture.shape[:2]))
    size = round(picture.shape[1] * shrink), round(picture.shape[0] * shrink)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if shrink < 1 else picture
    [(_, found)] = finder_for(settings, size).people([Frame(0, at_s, small)], frozenset())
    boxes = found.boxes[found.boxes[:, 4] >= CLEAR][:, :4] / shrink
    return Still(float(film.times[number]), picture, boxes[np.argsort(boxes[:, 0], kind="stable")])


def drawn(still: Still) -> bytes:
    """JPEG of the picture with a numbered box around everybody, and a scale of 0 to 1 along two sides."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.fromarray(still.picture)
    pen, size = ImageDraw.Draw(image), max(12, image.height // 40)
    font = ImageFont.load_default(size)
    for tenth in range(1, 10):
        x, y = image.width * tenth / 10, image.height * tenth / 10
        for line, place in (
            ((x, 0, x, size), (x + 3, 0)),
            ((0, y, size, y), (size + 3, y - size / 2)),
        ):
            pen.line(line, fill=GRID, width=2)
            pen.text(place, f".{tenth}", fill=GRID, font=font, stroke_width=2, stroke_fill=INK)
    for number, (left, top, right, bottom) in enumerate(still.boxes.tolist(), 1):
        pen.rectangle((left, top, right, bottom), outline=FRAME, width=2)
        name = str(number)
        wide = pen.textlength(name, font=font)
        above = max(0.0, top - size - 2)
        pen.rectangle((left, above, left + wide + 6, above + size + 2), fill=FRAME)
        pen.text((left + 3, above), name, fill=INK, font=font)
    written = BytesIO()
    image.save(written, "JPEG", quality=88)
    return written.getvalue()
