"""Made films and tracks for the tests of looks: a reader that is told what it sees, pictures without a codec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gametape.media.film import Frame
from gametape.numbers.reader import Read
from gametape.numbers.windows import FIRST
from gametape.tables.people import PERSON_TRACKS


@dataclass
class Shown:
    """A film whose pictures a function draws, at 25 frames a second."""

    draw: Callable[[int], np.ndarray]
    length: int
    width: int = 320
    height: int = 240
    scale: tuple[float, float] = (1.0, 1.0)

    @property
    def times(self) -> np.ndarray:
        return np.arange(self.length) / 25

    def frames(self, start=0, stop=None, step=1, *, pixel_format="bgr24"):
        assert pixel_format == "bgr24"
        for index in range(start, min(stop or self.length, self.length), step):
            yield Frame(index, index / 25, self.draw(index))


class Told:
    """A reader that answers the same for every shirt, and counts."""

    def __init__(self, number: str = "20", confidence: float = 0.95, digit_height: float = 0.3) -> None:
        self.answer = Read(number, confidence, ((number, confidence),), digit_height, (0.5, 0.5))
        self.shirts = self.closer = 0

    def read(self, crops, looks=1):
        self.shirts += len(crops) // looks if looks == FIRST else 0
        self.closer += len(crops) // looks if looks != FIRST else 0
        return [self.answer] * (len(crops) // looks)


def tracks(*rows):
    """Table PERSON_TRACKS of (track, frame, box) or (track, frame, box, interpolated)."""
    return PERSON_TRACKS.from_rows(
        [
            {
                "frame": frame, "time_s": frame / 25, "track": track, "tracklet": track, "confidence": 0.9,
                "x1": box[0], "y1": box[1], "x2": box[2], "y2": box[3], "interpolated": bool(rest and rest[0]),
                "team_reason": "not_asked",
            }
            for track, frame, box, *rest in rows
        ]
    )  # fmt: skip
