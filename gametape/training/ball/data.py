"""What the network is shown while it learns: crops of windows of labelled film, disturbed.

Belongs here: labelled clips as small pictures, windows of them, augmentation. Does not belong here: fitting (`train`).

Every sample is made of the seed, its number and the faults its source was told last, so that any can be made anew.
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
"""Side of the crops, px of the pictures."""
STEPS = {1: 0.75, 2: 0.2, 3: 0.05}
"""How often each so-many-th frame is taken: films of other rates."""
AROUND_BALL = 0.75
"""Share of crops that hold the ball."""
AS_FILMED = 0.5
"""Share of crops whose size, time step and light are left about as they were filmed."""
AT_FAULTS = 0.5
"""Share of crops around what the network got wrong when it was last reviewed."""


@dataclass(frozen=True)
class Clip:
    """One shot in small pictures: `gray` uint8 (n, h, w); `xy` float (n, 2) the ball's centre in their px, where
    pixel (i, j)'s centre is (i + .5, j + .5); `visible` bool (n,).
    """

    name: str
    gray: np.ndarray
    xy: np.ndarray
    visible: np.ndarray


@dataclass(frozen=True)
class Fault:
    """Where a network saw no ball that is there, or one that is not: which clip, frame, and place (px of pictures)."""

    clip: int
    frame: int
    xy: tuple[float, float]


@dataclass(frozen=True)
class Sample:
    """A crop of a window: `gray` uint8 (SEEN, CROP, CROP); of the TOLD in the middle `xy`, `visible`, and `known`,
    whether the label counts.
    """

    gray: np.ndarray
    xy: np.ndarray
    visible: np.ndarray
    known: np.ndarray


Source = Callable[[np.random.Generator], Sample]


def read_clip(path: Path, cache: Path) -> Clip:
    """A clip NAME.mp4 with labels NAME.csv beside it, ingested as an upload is; its pictures are kept in `cache` and
    mapped from there. Raises BadInput for what is wrong with either.
    """
    from gametape.evaluation.ball import read_labels

    labels = read_labels(path.with_suffix(".csv"))
    key = hashlib.sha256(f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}".encode()).hexdigest()[:16]
    kept = cache / f"{path.stem}-{key}.npy"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".part")
        with partial.open("wb") as file:
            np.save(file, _pictures(path))
        partial.replace(kept)
    gray = np.load(kept, mmap_mode="r")
    if len(gray) != len(labels.visible):
        raise ValueError(f"{path.name}: {len(gray)} frames but {len(labels.visible)} labels")
    height, width = gray.shape[1:]
    return Clip(path.stem, gray, labels.places * (width, height), labels.visible)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Film, np.ndarray]]:
    """A clip ingested as an upload is, and the cut id of each of its frames."""
    from gametape.media.film import Film
    from gametape.media.ingest import ingest

    with tempfile.TemporaryDirectory() as folder:
        ingested = ingest(path, Path(folder))
        times, shots = (ingested.frames[name].to_numpy() for name in ("time_s", "shot"))
        yield Film(Path(folder) / FILM_FILE, times, ingested.width, ingested.height), shots


def _pictures(path: Path) -> np.ndarray:
    with opened(path) as (film, _):
        size = picture_size(film.width, film.height)
        return np.stack([frame.image for frame in film.frames(pixel_format="gray", size=size)])


class Labelled:
    """A `Source` of crops of labelled clips, some of them around the faults of a network."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        self.clips = clips
        self.share = np.array([len(clip.gray) for clip in clips], float)
        self.share /= self.share.sum()
        self.faults: list[Fault] = []

    def __call__(self, random: np.random.Generator) -> Sample:
        if self.faults and random.random() < AT_FAULTS:
            fault = self.faults[random.integers(len(self.faults))]
            return crop_of(self.clips[fault.clip], random, fault)
        return crop_of(self.clips[random.choice(len(self.clips), p=self.share)], random)


def crop_of(clip: Clip, random: np.random.Generator, fault: Fault | None = None) -> Sample:
    """A disturbed crop of a random window of a clip, or of one that holds the fault."""
    import cv2

    filmed = random.random() < AS_FILMED
    step = 1 if filmed else int(random.choice(list(STEPS), p=list(STEPS.values())))
    middle = random.integers(len(clip.gray)) if fault is None else fault.frame + step * random.integers(-3, 5)
    frames = mirrored(middle + step * (np.arange(SEEN) - SEEN // 2), 0, len(clip.gray) - 1)
    if random.random() < 0.5:
        frames = frames[::-1]
    frames, repeats = _repeated(frames, random)
    told = slice(MARGIN, MARGIN + TOLD)
    xy, visible = clip.xy[frames].astype(np.float64), clip.visible[frames]

    height, width = clip.gray.shape[1:]
    zoom = np.exp(random.uniform(-0.12, 0.12) if filmed else random.uniform(np.log(0.6), np.log(1.7)))
    zoom = max(zoom, CROP / width * 1.02, CROP / height * 1.02)
    reach = CROP / zoom / 2
    held = np.flatnonzero(visible[told])
    if fault is not None:
        centre = np.array(fault.xy) + random.uniform(-0.85, 0.85, 2) * reach
    elif len(held) and random.random() < AROUND_BALL:
        centre = xy[told][random.choice(held)] + random.uniform(-0.85, 0.85, 2) * reach
    else:
        centre = random.uniform((0, 0), (width, height))
    centre = np.clip(centre, reach, np.maximum((width, height) - reach, reach))
    moves = _moves(random, centre, zoom)
    flags = cv2.INTER_LINEAR
    gray = np.stack(
        [
            cv2.warpAffine(clip.gray[frame], move, (CROP, CROP), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
            for frame, move in zip(frames, _to_pixel_corners(moves), strict=True)
        ]
    )
    xy = np.einsum("nij,nj->ni", moves[:, :, :2], xy) + moves[:, :, 2]
    inside = ((xy >= 0) & (xy < CROP)).all(axis=1)
    gray = disturb(gray, random, 0.3 if filmed else 1.0)
    return Sample(gray, xy[told].astype(np.float32), (visible & inside)[told], ~repeats[told])


def _repeated(frames: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Now and then some frames show again what the one before did, as in films sold at a higher rate."""
    repeats = np.zeros(len(frames), bool)
    if random.random() < 0.12:
        every = random.integers(2, 7)
        repeats = (np.arange(len(frames)) + random.integers(every)) % every == 0
        repeats[0] = False
        taken = np.cumsum(~repeats) - 1
        frames = frames[taken]
    return frames, repeats


def _moves(random: np.random.Generator, centre: np.ndarray, zoom: float) -> np.ndarray:
    """From the clip's places to the crop's, (SEEN, 2, 3): mirrored, turned, stretched; some with what is left of the
    camera's movement after registration, or all of it.
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


def _to_pixel_corners(moves: np.ndarray) -> np.ndarray:
    """The same moves for OpenCV, for which pixel (0, 0)'s centre is 0, 0."""
    half = np.full(2, 0.5)
    moved = moves.copy()
    moved[:, :, 2] += moves[:, :, :2] @ half - half
    return moved


def disturb(gray: np.ndarray, random: np.random.Generator, share: float = 1.0) -> np.ndarray:
    """Another camera's picture of the same: light, contrast, blur, noise, compression; `share` of how much and how
    often. (n, h, w) uint8.
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
            noise += random.normal(0, 3, (len(gray), 1, 1)).astype(np.float32)  # a flickering lamp
        gray = np.clip(gray + noise, 0, 255).astype(np.uint8)
    if random.random() < 0.25 * share:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 75))]
        gray = np.stack([cv2.imdecode(cv2.imencode(".jpg", p, quality)[1], cv2.IMREAD_GRAYSCALE) for p in gray])
    return gray


class Synthetic:
    """A `Source` of synthetic film, half of it before the labelled clips where they show no ball."""

    def __init__(self, clips: Sequence[Clip], real: float = 0.5) -> None:
        self.clips, self.real = clips, real

    def __call__(self, random: np.random.Generator) -> Sample:
        from gametape.training.ball.synthetic import clip

        background = self._background if self.clips and random.random() < self.real else None
        made = clip(random, SEEN, (CROP, CROP), background)
        gray = disturb(made.gray, random) if background and random.random() < 0.5 else made.gray
        told = slice(MARGIN, MARGIN + TOLD)
        return Sample(gray, made.xy[told], made.visible[told], np.ones(TOLD, bool))

    def _background(self, random: np.random.Generator, frames: int, width: int, height: int) -> np.ndarray:
        """A still or moving crop of a labelled clip, away from its ball."""
        import cv2

        while True:
            clip = self.clips[random.integers(len(self.clips))]
            zoom = np.exp(random.uniform(np.log(0.7), np.log(1.7)))
            wide, high = round(width / zoom), round(height / zoom)
            tall, across = clip.gray.shape[1:]
            if wide >= across or high >= tall:
                continue
            seen = mirrored(random.integers(len(clip.gray)) + np.arange(frames), 0, len(clip.gray) - 1)
            left, top = random.integers(across - wide), random.integers(tall - high)
            away = (clip.xy[seen] < (left - 6, top - 6)) | (clip.xy[seen] > (left + wide + 6, top + high + 6))
            if (away.any(axis=1) | ~clip.visible[seen]).all():
                cut = clip.gray[seen, top : top + high, left : left + wide]
                flipped = cut[:, :, ::-1] if random.random() < 0.5 else cut
                return np.stack([cv2.resize(picture, (width, height)) for picture in flipped])
