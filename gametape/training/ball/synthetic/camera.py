"""The camera of a synthetic clip: how scene pixels become picture pixels over time.

Belongs here: pans, zooms, shake and what registration leaves. Does not belong here: lens and sensor (recording.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.training.ball.synthetic.draw import log_uniform

EXPOSURES = (0.1, 1.0)
"""From and to how many frames a picture is exposed, where the ball does not say."""


@dataclass(frozen=True)
class Camera:
    """How scene pixels become picture pixels: zoomed about the picture's centre, then shifted.

    The camera stands, is held by hand, or is panned and zoomed; or its pictures were registered and tremble by what is
    left.

    Attributes:
        size: Width and height of the picture, px.
        exposure: Frames.
        pan: (2,) px per frame.
        pull: (2,) px per frame².
        shake: (3, 4) amplitudes in x and y in px, radians per frame and phase of three swings.
        growth: Logarithm of the zoom per frame.
        tremble: (frames, 2) px, independent from frame to frame.
    """

    size: tuple[int, int]
    exposure: float
    pan: np.ndarray
    pull: np.ndarray
    shake: np.ndarray
    growth: float
    tremble: np.ndarray

    @classmethod
    def held(
        cls,
        rng: np.random.Generator,
        frames: int,
        size: tuple[int, int],
        ball_speed: np.ndarray | None = None,
        exposures: tuple[float, float] = EXPOSURES,
    ) -> Camera:
        """Draw a camera.

        Args:
            rng: Source of chance.
            frames: Number of pictures.
            size: Width and height of the picture, px.
            ball_speed: (2,) px per frame; a panned camera may follow the ball. None: there is none.
            exposures: From and to how many frames a picture is exposed.
        """
        pan, pull, shake = np.zeros(2), np.zeros(2), np.zeros((3, 4))
        growth, tremble = 0.0, np.zeros((frames, 2))
        how = rng.choice(["stands", "registered", "panned", "hand"], p=[0.45, 0.25, 0.15, 0.15])
        if how == "registered":
            tremble = rng.normal(0, log_uniform(rng, 0.05, 0.7), (frames, 2))
        elif how == "panned":
            pan = log_uniform(rng, 0.2, 12) * np.array([rng.choice([-1, 1]), rng.normal(0, 0.25)])
            if ball_speed is not None and rng.random() < 0.4:  # it follows the ball
                pan = -ball_speed * rng.uniform(0.5, 1)
            pull = pan * rng.normal(0, 0.05)
            growth = rng.normal(0, 0.006)
        elif how == "hand":
            amplitude = log_uniform(rng, 0.3, 4)
            shake[:, :2] = rng.normal(0, amplitude, (3, 2)) / np.array([1, 2, 4])[:, None]
            shake[:, 2] = rng.uniform(0.1, 0.5) * np.array([1, 2.3, 5])
            shake[:, 3] = rng.uniform(0, 2 * np.pi, 3)
            growth = rng.normal(0, 0.003)
        exposure = rng.uniform(*exposures)
        return cls(size, exposure, pan, pull, shake, growth, tremble)

    @property
    def stands(self) -> bool:
        """The camera does not move at all."""
        return not (self.pan.any() or self.shake.any() or self.growth or self.tremble.any())

    def zoom(self, times: np.ndarray) -> np.ndarray:
        """Zoom at `times` (n,)."""
        return np.exp(self.growth * (times - len(self.tremble) / 2))

    def shift(self, times: np.ndarray, frames: np.ndarray) -> np.ndarray:
        """Shift in px at `times` (n,) while the pictures `frames` (n,) are exposed, (n, 2)."""
        shift = self.tremble[frames]
        if self.stands:
            return shift
        since = (times - len(self.tremble) / 2)[:, None]
        swing = np.sin(times[:, None] * self.shake[:, 2] + self.shake[:, 3]) @ self.shake[:, :2]
        return shift + self.pan * since + self.pull * since**2 / 2 + swing

    def moved(self, places: np.ndarray, times: np.ndarray, frames: np.ndarray) -> np.ndarray:
        """Places of the scene (n, 2) in the picture."""
        middle = np.array(self.size) / 2
        return (places - middle) * self.zoom(times)[:, None] + middle + self.shift(times, frames)

    def matrices(self, times: np.ndarray, frames: np.ndarray) -> np.ndarray:
        """Matrices (n, 3, 3) from the scene to the picture."""
        matrices = np.repeat(np.eye(3)[None], len(times), 0)
        matrices[:, [0, 1], [0, 1]] = self.zoom(times)[:, None]
        matrices[:, :2, 2] = self.moved(np.zeros((len(times), 2)), times, frames)
        return matrices


def warp(picture: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Warp a picture; `matrix` (3, 3) takes places of `picture` to places of the result."""
    import cv2

    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # to OpenCV, a pixel's centre has whole coordinates
    matrix = (np.linalg.inv(half) @ matrix @ half)[:2]
    return cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def seen_through(camera: Camera, pictures: np.ndarray) -> np.ndarray:
    """Pictures of a scene as the moving camera sees them."""
    if camera.stands:
        return pictures
    frames = np.arange(len(pictures))
    matrices = camera.matrices(frames, frames)
    return np.stack([warp(p, matrix, camera.size) for p, matrix in zip(pictures, matrices, strict=True)])
