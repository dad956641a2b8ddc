"""Training samples of the ball network: augmented crops of windows of labelled film.

Belongs here: labelled clips as small pictures, windows of them, augmentation. Does not belong here: fitting (`train`).

A sample is determined by the seed, its number and the faults that its source holds, so any sample can be made again.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.network.model import MARGIN, SEEN, TOLD, mirrored, picture_size
from gametape.film.files import FILM_FILE

if TYPE_CHECKING:
    from gametape.media.film import Film

CROP = 160
"""Side of a crop, in px of the network's pictures."""
STEPS = {1: 0.75, 2: 0.2, 3: 0.05}
"""Probability of each frame step: step 2 takes every second frame, as a film of half the rate would show."""
AROUND_BALL = 0.75
"""Share of the crops that are placed around the ball."""
AS_FILMED = 0.5
"""Share of the crops whose scale, frame step and light stay close to the film."""
AT_FAULTS = 0.5
"""Share of the crops that are placed around faults of the last review."""


@dataclass(frozen=True)
class Clip:
    """One shot in small pictures, with its labels.

    Attributes:
        name: The file's name without suffix.
        gray: (n, h, w) uint8.
        xy: (n, 2) centre of the ball in px of the pictures; the centre of pixel (i, j) is (i + 0.5, j + 0.5).
        visible: (n,) bool, whether the ball is visible.
    """

    name: str
    gray: np.ndarray
    xy: np.ndarray
    visible: np.ndarray


@dataclass(frozen=True)
class Fault:
    """A ball that the network missed, or one that it detected where there is none.

    Attributes:
        clip: Number of the clip in its source.
        frame: Number of the frame in the clip.
        xy: Place in px of the pictures.
    """

    clip: int
    frame: int
    xy: tuple[float, float]


@dataclass(frozen=True)
class Sample:
    """A crop of a window of frames, with labels of the TOLD frames in its middle.

    Attributes:
        gray: (SEEN, CROP, CROP) uint8.
        xy: (TOLD, 2) float32, px of the crop.
        visible: (TOLD,) bool.
        known: (TOLD,) bool, whether the label counts in the loss.
    """

    gray: np.ndarray
    xy: np.ndarray
    visible: np.ndarray
    known: np.ndarray


Source = Callable[[np.random.Generator], Sample]


def read_clip(path: Path, cache: Path) -> Clip:
    """Read a clip NAME.mp4 with labels NAME.csv beside it, ingested like an upload.

    Args:
        path: The clip.
        cache: Folder that keeps the small pictures; they are memory-mapped from there.

    Raises:
        BadInput: The clip or its labels cannot be used.
        ValueError: There are not as many labels as frames.
    """
    from gametape.evaluation.ball import read_labels

    labels = read_labels(path.with_suffix(".csv"))
    key = hashlib.sha256(f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}".encode()).hexdigest()[:16]
    cached = cache / f"{path.stem}-{key}.npy"
    if not cached.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = cached.with_suffix(".part")
        with partial.open("wb") as file:
            np.save(file, _pictures(path))
        partial.replace(cached)
    gray = np.load(cached, mmap_mode="r")
    if len(gray) != len(labels.visible):
        raise ValueError(f"{path.name}: {len(gray)} frames but {len(labels.visible)} labels")
    height, width = gray.shape[1:]
    return Clip(path.stem, gray, labels.places * (width, height), labels.visible)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Film, np.ndarray]]:
    """Ingest a clip like an upload. Yields the film and the shot number of each frame, (n,)."""
    from gametape.media.film import Film
    from gametape.media.ingest import ingest

    with tempfile.TemporaryDirectory() as folder:
        ingested = ingest(path, Path(folder))
        film = Film.of(Path(folder) / FILM_FILE, ingested.frames, ingested.width, ingested.height)
        yield film, ingested.frames["shot"].to_numpy()


def _pictures(path: Path) -> np.ndarray:
    with opened(path) as (film, _):
        size = picture_size(film.width, film.height)
        return np.stack([frame.image for frame in film.frames(pixel_format="gray", size=size)])


class Labelled:
    """A `Source` of crops of labelled clips, some of them around faults of the network."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        self.clips = clips
        self.share = np.array([len(clip.gray) for clip in clips], float)
        self.share /= self.share.sum()
        self.faults: list[Fault] = []

    def __call__(self, random: np.random.Generator) -> Sample:
        """A random crop."""
        if self.faults and random.random() < AT_FAULTS:
            fault = self.faults[random.integers(len(self.faults))]
            return crop_of(self.clips[fault.clip], random, fault)
        return crop_of(self.clips[random.choice(len(self.clips), p=self.share)], random)


def crop_of(clip: Clip, random: np.random.Generator, fault: Fault | None = None) -> Sample:
    """An augmented crop of a random window of a clip, or of a window around `fault`."""
    import cv2

    as_filmed = random.random() < AS_FILMED
    step = 1 if as_filmed else int(random.choice(list(STEPS), p=list(STEPS.values())))
    middle = random.integers(len(clip.gray)) if fault is None else fault.frame + step * random.integers(-3, 5)
    frames = mirrored(middle + step * (np.arange(SEEN) - SEEN // 2), 0, len(clip.gray) - 1)
    if random.random() < 0.5:
        frames = frames[::-1]
    frames, repeats = _repeated(frames, random)
    labelled = slice(MARGIN, MARGIN + TOLD)
    xy, visible = clip.xy[frames].astype(np.float64), clip.visible[frames]

    height, width = clip.gray.shape[1:]
    zoom = np.exp(random.uniform(-0.12, 0.12) if as_filmed else random.uniform(np.log(0.6), np.log(1.7)))
    zoom = max(zoom, CROP / width * 1.02, CROP / height * 1.02)
    half = CROP / zoom / 2
    with_ball = np.flatnonzero(visible[labelled])
    if fault is not None:
        centre = np.array(fault.xy) + random.uniform(-0.85, 0.85, 2) * half
    elif len(with_ball) and random.random() < AROUND_BALL:
        centre = xy[labelled][random.choice(with_ball)] + random.uniform(-0.85, 0.85, 2) * half
    else:
        centre = random.uniform((0, 0), (width, height))
    centre = np.clip(centre, half, np.maximum((width, height) - half, half))
    transforms = _transforms(random, centre, zoom)
    flags = cv2.INTER_LINEAR
    gray = np.stack(
        [
            cv2.warpAffine(clip.gray[frame], transform, (CROP, CROP), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
            for frame, transform in zip(frames, _for_opencv(transforms), strict=True)
        ]
    )
    xy = np.einsum("nij,nj->ni", transforms[:, :, :2], xy) + transforms[:, :, 2]
    inside = ((xy >= 0) & (xy < CROP)).all(axis=1)
    gray = disturb(gray, random, 0.3 if as_filmed else 1.0)
    return Sample(gray, xy[labelled].astype(np.float32), (visible & inside)[labelled], ~repeats[labelled])


def _repeated(frames: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sometimes repeat frames, as films converted to a higher rate do. Returns the frames, and which are repeats."""
    repeats = np.zeros(len(frames), bool)
    if random.random() < 0.12:
        every = random.integers(2, 7)
        repeats = (np.arange(len(frames)) + random.integers(every)) % every == 0
        repeats[0] = False
        taken = np.cumsum(~repeats) - 1
        frames = frames[taken]
    return frames, repeats


def _transforms(random: np.random.Generator, centre: np.ndarray, zoom: float) -> np.ndarray:
    """(SEEN, 2, 3) affine transforms from the clip to the crop: mirrored, rotated, stretched.

    Some include the camera's movement, or the part of it that registration leaves.
    """
    turn = random.normal(0, 0.1)
    stretch = zoom * np.exp(random.normal(0, 0.06, 2)) * (random.choice([-1, 1]), 1)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * stretch
    shift = np.zeros((SEEN, 2))
    if random.random() < 0.3:
        shift += random.normal(0, random.uniform(0.1, 0.8), (SEEN, 2))
    if random.random() < 0.2:
        steady = random.normal(0, 2.0, 2) + np.cumsum(random.normal(0, 0.4, (SEEN, 2)), axis=0)
        shift += np.cumsum(steady, axis=0) - np.cumsum(steady, axis=0)[SEEN // 2]
    growth = np.ones(SEEN)
    if random.random() < 0.1:
        growth = np.exp(random.normal(0, 0.004) * (np.arange(SEEN) - SEEN / 2))
    matrices = matrix * growth[:, None, None]
    offsets = CROP / 2 + shift - matrices @ centre
    return np.concatenate([matrices, offsets[:, :, None]], axis=2)


def _for_opencv(transforms: np.ndarray) -> np.ndarray:
    """The same transforms for OpenCV, which puts the centre of pixel (0, 0) at (0, 0)."""
    half = np.full(2, 0.5)
    shifted = transforms.copy()
    shifted[:, :, 2] += transforms[:, :, :2] @ half - half
    return shifted


def disturb(gray: np.ndarray, random: np.random.Generator, share: float = 1.0) -> np.ndarray:
    """Change the pictures as another camera would: light, contrast, blur, noise, compression.

    Args:
        gray: (n, h, w) uint8.
        random: Source of randomness.
        share: How strong and how frequent the changes are, 0..1.

    Returns:
        (n, h, w) uint8.
    """
    import cv2

    levels = np.arange(256) / 255
    levels = levels ** np.exp(share * random.normal(0, 0.35))
    contrast, middle = np.exp(share * random.normal(-0.1, 0.35)), random.uniform(0.25, 0.75)
    levels = (levels - middle) * contrast + middle + share * random.normal(0, 0.08)
    if random.random() < 0.2 * share:
        levels = 1 - levels
    gray = cv2.LUT(gray, np.clip(levels * 255, 0, 255).astype(np.uint8).reshape(1, 256))
    if random.random() < 0.25 * share:
        sigma = random.uniform(0.4, 1.3)
        gray = np.stack([cv2.GaussianBlur(picture, (0, 0), sigma) for picture in gray])
    if random.random() < 0.5 * share:
        noise = random.standard_normal(gray.shape, np.float32) * random.uniform(1, 9)
        if random.random() < 0.3:
            noise += random.normal(0, 3, (len(gray), 1, 1)).astype(np.float32)  # flickering light
        gray = np.clip(gray + noise, 0, 255).astype(np.uint8)
    if random.random() < 0.25 * share:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 75))]
        gray = np.stack([cv2.imdecode(cv2.imencode(".jpg", p, quality)[1], cv2.IMREAD_GRAYSCALE) for p in gray])
    return gray


class Synthetic:
    """A `Source` of synthetic film; a share `real` of it has backgrounds from labelled clips, away from their ball."""

    def __init__(self, clips: Sequence[Clip], real: float = 0.5) -> None:
        self.clips, self.real = clips, real

    def __call__(self, random: np.random.Generator) -> Sample:
        """A random synthetic crop."""
        from gametape.training.ball.synthetic import clip

        background = self._background if self.clips and random.random() < self.real else None
        made = clip(random, SEEN, (CROP, CROP), background)
        gray = disturb(made.gray, random) if background and random.random() < 0.5 else made.gray
        labelled = slice(MARGIN, MARGIN + TOLD)
        return Sample(gray, made.xy[labelled], made.visible[labelled], np.ones(TOLD, bool))

    def _background(self, random: np.random.Generator, frames: int, width: int, height: int) -> np.ndarray:
        """(frames, height, width) uint8: a crop of a labelled clip that does not show its ball."""
        import cv2

        while True:
            clip = self.clips[random.integers(len(self.clips))]
            zoom = np.exp(random.uniform(np.log(0.7), np.log(1.7)))
            crop_width, crop_height = round(width / zoom), round(height / zoom)
            clip_height, clip_width = clip.gray.shape[1:]
            if crop_width >= clip_width or crop_height >= clip_height:
                continue
            index = mirrored(random.integers(len(clip.gray)) + np.arange(frames), 0, len(clip.gray) - 1)
            left, top = random.integers(clip_width - crop_width), random.integers(clip_height - crop_height)
            right, bottom = left + crop_width, top + crop_height
            outside = (clip.xy[index] < (left - 6, top - 6)) | (clip.xy[index] > (right + 6, bottom + 6))
            if (outside.any(axis=1) | ~clip.visible[index]).all():
                crop = clip.gray[index, top:bottom, left:right]
                flipped = crop[:, :, ::-1] if random.random() < 0.5 else crop
                return np.stack([cv2.resize(picture, (width, height)) for picture in flipped])
