"""Finds everybody in the frames of a film, large or small: the table PERSON_BOXES.

Belongs here: at which size a picture is looked at, chunks, the table. Does not belong here: the network (`network`),
who is who (`tracks`).

A player of 25 px in a wide picture and one who fills it are looked for at different sizes. Which size a film needs is
seen at each cut, where one picture is looked at in all of them, and about once a second, where one is looked at in the
sizes next to the one of before, too; the others are looked at in one, and in the smallest too where somebody is large.
So the cost does not grow with the number of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gametape.base.device import choose_device
from gametape.base.settings import Settings
from gametape.base.work import Checkpoints, Progress, ahead, give_pictures_back, ignore_progress, in_chunks
from gametape.networks.runtime import Runtime
from gametape.people.clothes import clothes, ground
from gametape.people.network.maps import boxes_of, different
from gametape.people.network.model import MULTIPLE
from gametape.people.network.runtime import open_runtime
from gametape.tables.people import CLOTHES_COLUMNS, GROUND_COLUMNS, PERSON_BOXES

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film, Frame

AREAS = (288 * 160, 512 * 288, 640 * 360, 768 * 432, 1024 * 576)
"""Sizes in which a picture is looked at, px."""
USUAL = 1
"""The size where nobody is seen."""
TALL_ENOUGH = 48.0
"""The small ones among the people are to be this tall, px, in the size that is chosen."""
SMALL_ONES = 30
"""Percentile of the heights that is the height of the small ones."""
LARGE = 100.0
"""Whoever is taller than this, px, in the chosen size is looked for in the smallest size too."""
BLOCK = 15
"""Looks from one in several sizes to the next."""
LEAST = 0.2
"""Least confidence of a box: low ones continue a track but begin none."""
CLEAR = 0.4
"""Confidence of the people whose height decides the size."""
SAME = 0.6
"""Boxes of two sizes that overlap by more than this are one person."""
LONGEST_SIDE = 1280
"""Pictures are read no larger than this, px: larger ones add nothing to a shirt's colour."""
_AHEAD = 4


@dataclass(frozen=True, eq=False)
class Found:
    """The people of a frame: (n, 5) boxes in px of the picture with their confidence, and a source."""

    boxes: np.ndarray
    source: str


class Finder(Protocol):
    """Finds people in pictures."""

    def people(self, frames: Iterable[Frame], cut: frozenset[int]) -> Iterator[tuple[Frame, Found]]:
        """Find the people of each RGB frame, in order; `cut` are frames that begin a shot."""
        ...


class NetworkFinder:
    """Finds people with the network of this project.

    Args:
        runtime: The network.
        size: Width and height of the pictures, px.
    """

    def __init__(self, runtime: Runtime, size: tuple[int, int]) -> None:
        self._runtime = runtime
        self._sizes = sizes_for(*size)

    def people(self, frames: Iterable[Frame], cut: frozenset[int]) -> Iterator[tuple[Frame, Found]]:
        """Find the people of each frame; see `Finder`."""
        level = None
        for block in _blocks(iter(frames), cut):
            every = range(len(self._sizes))
            if level is not None and block[0].index not in cut:
                every = range(max(level - 1, 0), min(level + 2, len(self._sizes)))
            merged = _merged([self._look([block[0]], one)[0] for one in every])
            level, also_small = self._choose(merged, block[0].image.shape)
            yield block[0], Found(merged, "network")
            rest = block[1:]
            looked = self._look(rest, level)
            small = self._look(rest, 0) if also_small else [np.empty((0, 5), np.float32)] * len(rest)
            for frame, one, other in zip(rest, looked, small, strict=True):
                yield frame, Found(_merged([one, other]) if also_small else one, "network")

    def _choose(self, found: np.ndarray, shape: Sequence[int]) -> tuple[int, bool]:
        """The number of the size for a block, and whether the smallest is needed too."""
        tall = (found[:, 3] - found[:, 1])[found[:, 4] >= CLEAR]
        if not len(tall):
            return min(USUAL, len(self._sizes) - 1), False
        small_ones = float(np.percentile(tall, SMALL_ONES))
        scales = [size[1] / shape[0] for size in self._sizes]
        level = next((i for i, scale in enumerate(scales) if small_ones * scale >= TALL_ENOUGH), len(scales) - 1)
        return level, bool(level and float(tall.max()) * scales[level] > LARGE)

    def _look(self, frames: Sequence[Frame], level: int) -> list[np.ndarray]:
        """Boxes (n, 5) of each frame, looked at in one size."""
        import cv2

        width, height = self._sizes[level]

        def pictures() -> Iterator[np.ndarray]:
            for frame in frames:
                how = cv2.INTER_AREA if width < frame.image.shape[1] else cv2.INTER_LINEAR
                yield np.ascontiguousarray(
                    cv2.resize(frame.image, (width, height), interpolation=how).transpose(2, 0, 1)
                )

        out = []
        for frame, maps in zip(frames, self._runtime.maps(pictures()), strict=True):
            found = boxes_of(maps, LEAST)
            across, down = frame.image.shape[1] / width, frame.image.shape[0] / height
            found[:, :4] *= (across, down, across, down)
            found[:, [0, 2]] = found[:, [0, 2]].clip(0, frame.image.shape[1])
            found[:, [1, 3]] = found[:, [1, 3]].clip(0, frame.image.shape[0])
            out.append(found[(found[:, 2] - found[:, 0] > 1) & (found[:, 3] - found[:, 1] > 2)])
        return out


def sizes_for(width: int, height: int) -> list[tuple[int, int]]:
    """Sizes in which pictures are looked at, none much larger than they are, the smallest first.

    >>> sizes_for(1280, 720)
    [(288, 160), (512, 288), (640, 352), (768, 448), (1024, 576)]
    >>> sizes_for(320, 180)
    [(288, 160), (512, 288)]
    """
    out: list[tuple[int, int]] = []
    for area in AREAS:
        shrink = (area / (width * height)) ** 0.5
        if len(out) > USUAL and shrink > 1.3:
            break
        out.append((_whole(width * shrink), _whole(height * shrink)))
    return out


def _whole(side: float) -> int:
    return max(MULTIPLE, round(side / MULTIPLE) * MULTIPLE)


def _blocks(frames: Iterator[Frame], cut: frozenset[int]) -> Iterator[list[Frame]]:
    """Up to BLOCK frames of one shot."""
    block: list[Frame] = []
    for frame in frames:
        if block and (frame.index in cut or len(block) == BLOCK):
            yield block
            block = []
        block.append(frame)
    if block:
        yield block


def _merged(found: Sequence[np.ndarray]) -> np.ndarray:
    """People of one picture looked at in several sizes, each once."""
    together = np.concatenate(found)
    together = together[np.argsort(-together[:, 4], kind="stable")]
    return together[different(together[:, :4], SAME)]


class YoloFinder:
    """Finds people with the YOLO-Pose network that the user has; see `gametape.pose.yolo`."""

    def __init__(self, settings: Settings) -> None:
        from gametape.people.network.maps import MOST
        from gametape.pose.estimators import default_weights
        from gametape.pose.yolo import YoloPose

        self._estimator = YoloPose(default_weights(settings), MOST, choose_device(settings.device))

    def people(self, frames: Iterable[Frame], cut: frozenset[int]) -> Iterator[tuple[Frame, Found]]:
        """Find the people of each frame; see `Finder`."""
        for frame, people in self._estimator.people(frames):
            boxes = [(*one.box, one.confidence) for one in people]
            yield frame, Found(np.array(boxes, np.float32).reshape(-1, 5), "yolo")


def finder_for(settings: Settings, size: tuple[int, int]) -> Finder:
    """The finder that the settings ask for: YOLO where it is the pose estimator, else the network of this project.

    Args:
        settings: `pose`, `pose_model` and `device`.
        size: Width and height of the pictures, px.

    Raises:
        Unavailable: The weights or the device are not there.
    """
    if settings.pose == "yolo":
        return YoloFinder(settings)
    return NetworkFinder(open_runtime(choose_device(settings.device)), size)


def find(
    film: Film,
    frames: range,
    cut: Iterable[int],
    *,
    settings: Settings,
    checkpoints: Checkpoints | None = None,
    progress: Progress = ignore_progress,
) -> pa.Table:
    """Find everybody in a film.

    Args:
        film: The film.
        frames: The frames that are looked at.
        cut: Frames that begin a shot.
        settings: Which finder, its weights and the device.
        checkpoints: Where chunks are kept, so that a run that dies can be resumed.
        progress: Called with frames done and their number.

    Returns:
        Table PERSON_BOXES in px of the upright source, ordered by frame, then the surest first.

    Raises:
        Unavailable: The weights or the device are not there.
    """
    if not len(frames):
        return PERSON_BOXES.empty()
    give_pictures_back()
    shrink = min(1.0, LONGEST_SIDE / max(film.proxy_width, film.proxy_height))
    size = round(film.proxy_width * shrink), round(film.proxy_height * shrink)
    finder, begins = finder_for(settings, size), frozenset(cut)
    scale = film.width / size[0], film.height / size[1]

    def compute(first: int, last: int) -> pa.Table:
        first += -(first - frames.start) % frames.step
        rows: list[dict] = []
        if first < last:
            read = film.frames(first, last, frames.step, pixel_format="rgb24", size=size)
            for frame, found in finder.people(ahead(read, _AHEAD), begins):
                rows += _rows(frame, found, scale)
        return PERSON_BOXES.from_rows(rows)

    return in_chunks(frames.start, frames.stop, compute, checkpoints or Checkpoints(), progress).combine_chunks()


def _rows(frame: Frame, found: Found, scale: tuple[float, float]) -> list[dict]:
    boxes = found.boxes[:, :4]
    seen = np.concatenate([clothes(frame.image, boxes), ground(frame.image, boxes)], axis=1)
    rows = []
    for box, around in zip(found.boxes, seen, strict=True):
        x1, y1, x2, y2 = (box[:4] * (*scale, *scale)).tolist()
        row = {"frame": frame.index, "time_s": frame.time_s, "x1": x1, "y1": y1, "x2": x2, "y2": y2}
        row |= {"confidence": float(min(box[4], 1.0)), "source": found.source}
        known = {
            name: float(v) for name, v in zip(CLOTHES_COLUMNS + GROUND_COLUMNS, around, strict=True) if np.isfinite(v)
        }
        rows.append(row | known)
    return rows
