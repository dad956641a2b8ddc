"""What lens, sensor and codec make of a synthetic clip's light.

Belongs here: tone curve, blur, noise, flicker and compression. Does not belong here: the camera's motion (camera.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from gametape.training.ball.synthetic.draw import log_uniform

#: Standard deviation of the stored grain in levels, and how much larger than a picture it is, px.
GRAIN, GRAIN_SHIFT = 32.0, 64


@dataclass(frozen=True)
class Recording:
    """What lens, sensor and codec make of the light.

    Attributes:
        levels: (256,) uint8, the tone curve.
        softness: Standard deviation of the blur, px; 0 for none.
        sharpening: Share of what a blur takes away that is added, as broadcasters do.
        noise: Standard deviation, levels.
        flicker: (frames,) levels that lamps add to each picture.
        quality: JPEG quality; None for no compression.
        still: Blocks of 8 x 8 px that change by fewer levels stay as they were, as in coded film.
    """

    levels: np.ndarray
    softness: float
    sharpening: float
    noise: float
    flicker: np.ndarray
    quality: int | None
    still: int

    @classmethod
    def of(cls, rng: np.random.Generator, frames: int) -> Recording:
        """Draw a recording at random."""
        black, white = rng.choice([0, 16, 30]) + rng.uniform(0, 8), rng.uniform(170, 255)
        curve = np.linspace(0, 1, 256) ** np.exp(rng.normal(0, 0.3))
        soft, sharp = rng.random(2)
        compressed = rng.random() < 0.45
        return cls(
            levels=np.rint(black + (white - black) * curve).astype(np.uint8),
            softness=rng.uniform(0.3, 0.9) if soft < 0.6 else 0.0,
            sharpening=rng.uniform(0.2, 1.2) if sharp < 0.25 else 0.0,
            noise=log_uniform(rng, 0.5, 7) if rng.random() < 0.6 else 0.0,
            flicker=rng.uniform(1, 8) * np.sin(rng.uniform(0, 3) * np.arange(frames)) * (rng.random() < 0.1),
            quality=int(rng.integers(20, 85)) if compressed else None,
            still=int(rng.integers(2, 7)) if rng.random() < 0.3 else 0,
        )

    @property
    def hides(self) -> float:
        """Approximate difference in levels that noise and codec hide."""
        return self.noise + self.still + (0 if self.quality is None else (100 - self.quality) / 10)

    def developed(self, picture: np.ndarray) -> np.ndarray:
        """Apply everything but noise and codec."""
        import cv2

        picture = cv2.LUT(picture, self.levels)
        if self.softness:
            picture = cv2.GaussianBlur(picture, (0, 0), self.softness)
        if self.sharpening:
            blurred = cv2.GaussianBlur(picture, (0, 0), 1.0)
            picture = cv2.addWeighted(picture, 1 + self.sharpening, blurred, -self.sharpening, 0)
        return picture

    def of_pictures(self, rng: np.random.Generator, pictures: np.ndarray) -> np.ndarray:
        """Record all pictures of a clip."""
        import cv2

        finished, still = np.empty_like(pictures), self.still
        height, width = pictures.shape[1:]
        for t, picture in enumerate(pictures):
            picture = self.developed(picture)
            y, x = rng.integers(0, GRAIN_SHIFT, 2)
            if self.noise or self.flicker[t]:
                grain, share = _grain(height, width)[y : y + height, x : x + width], self.noise / GRAIN
                picture = cv2.addWeighted(picture, 1, grain, share, self.flicker[t] - 128 * share)
            if self.quality is not None:
                coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self.quality])[1]
                picture = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
            if still and t:
                change = cv2.dilate(cv2.absdiff(picture, finished[t - 1]), np.ones((8, 8), np.uint8), anchor=(0, 0))
                changed = np.repeat(np.repeat(change[::8, ::8] >= still, 8, 0), 8, 1)[:height, :width]
                picture = np.where(changed, picture, finished[t - 1])
            finished[t] = picture
        return finished


@cache
def _grain(height: int, width: int) -> np.ndarray:
    """Noise around 128, larger than a picture by GRAIN_SHIFT; it is made once, since that costs the most."""
    noise = np.random.default_rng(7).normal(128, GRAIN, (height + GRAIN_SHIFT, width + GRAIN_SHIFT))
    return np.clip(np.rint(noise), 0, 255).astype(np.uint8)
