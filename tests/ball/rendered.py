"""Films that are drawn as they are read, with a ball whose place at any time is known exactly."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gametape.media.film import Frame

Place = tuple[float, float] | None


@dataclass
class RenderedFilm:
    """Looks like `gametape.media.film.Film`. `ball(t)` is its centre in source px, or None.

    `drift` px/s is how fast a textured scene passes the camera; `flicker` draws a lamp that blinks; `again` names
    frames that show the picture of the frame before.
    """

    times: np.ndarray
    ball: Callable[[float], Place]
    width: int = 1280
    height: int = 720
    radius: float = 7.0
    brightness: int = 235
    drift: float = 0.0
    flicker: bool = False
    again: frozenset[int] = frozenset()

    @property
    def repeats(self) -> np.ndarray:
        return np.isin(np.arange(len(self)), list(self.again))

    def __len__(self) -> int:
        return len(self.times)

    def frames(self, start=0, stop=None, step=1, *, pixel_format="rgb24", size=None) -> Iterator[Frame]:
        import cv2

        for index in range(start, len(self) if stop is None else min(stop, len(self)), step):
            shown = index
            while shown in self.again:
                shown -= 1
            picture = cv2.resize(self._draw(shown), size, interpolation=cv2.INTER_AREA)
            if pixel_format != "gray":
                picture = np.repeat(picture[..., None], 3, axis=2)
            yield Frame(index, float(self.times[index]), picture)

    def _draw(self, index: int) -> np.ndarray:
        import cv2

        time = float(self.times[index])
        x0 = round(self.drift * time) + (500 if self.drift < 0 else 0)
        picture = _scene(self.width + 1000, self.height)[:, x0 : x0 + self.width].copy()
        if self.flicker and int(time * 8) % 2:
            cv2.circle(picture, (self.width // 3, self.height // 3), 8, 250, -1)
        place = self.ball(time)
        if place is not None:
            # Pixel i covers i..i+1, cv2 draws at pixel centres; 1/16 px steps.
            centre = tuple(round((c - 0.5) * 16) for c in place)
            cv2.circle(picture, centre, round(self.radius * 16), self.brightness, -1, cv2.LINE_AA, 4)
        return picture


_scenes: dict[tuple[int, int], np.ndarray] = {}


def _scene(width: int, height: int) -> np.ndarray:
    """A soft texture with corners to hold on to, the same each time."""
    import cv2

    if (width, height) not in _scenes:
        noise = np.random.default_rng(1).integers(40, 130, (height // 30 + 1, width // 30 + 1)).astype(np.uint8)
        _scenes[width, height] = cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR)
    return _scenes[width, height]


def steady(fps: float, seconds: float) -> np.ndarray:
    return np.arange(round(fps * seconds)) / fps


def throw(x: float, y: float, vx: float, vy: float, gravity: float = 0.0) -> Callable[[float], Place]:
    """A ball in free flight, px and px/s."""
    return lambda t: (x + vx * t, y + vy * t + gravity * t * t / 2)
