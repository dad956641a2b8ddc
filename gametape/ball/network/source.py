"""The network as a finder of candidates.

Belongs here: which frames make a window, the places its maps hold, in source px. Does not belong here: running the
network (`runtime`), choosing the ball.

Windows are laid from the first frame of each shot on, so that what is said of a frame does not depend on where the
work is cut; each frame is told by two, half a telling apart: what only one of them sees is less sure. Where the camera
moves, a window's pictures are brought to where it stood in the middle. Of films faster than the network's step, frames
are taken in turns: at 60 a second, even and odd ones make windows of their own. Memory holds the pictures of two blocks
of windows, however long the film.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.camera import STOOD, Move, aligned, move_between, way
from gametape.ball.candidates import is_repeat, to_table
from gametape.ball.heatmaps import peaks
from gametape.ball.network.model import MARGIN, SEEN, SHRINK, STEP_S, TOLD, mirrored, picture_size
from gametape.ball.network.runtime import WEIGHTS, Runtime, digest, open_runtime
from gametape.ball.path import KNOWING
from gametape.base.device import Device
from gametape.base.work import ahead

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

LEAST = 0.02
"""Chance below which a place is no candidate: the path may still want an unsure one."""
UNSEEN = 0.01
"""Chance of a place that a window did not name."""
MOST = 6
"""Candidates kept of a window's frame."""
SAME = 8.0
"""Two windows' places nearer than that are one, px of the pictures."""


class NetworkCandidates:
    """A `CandidateSource` from the network whose weights come with gametape."""

    name = "network"
    model = KNOWING

    def __init__(self, device: Device, runtime: Runtime | None = None) -> None:
        self._device, self._runtime = device, runtime
        self.version = digest(WEIGHTS)[:12]

    @cached_property
    def runtime(self) -> Runtime:
        return self._runtime or open_runtime(self._device)

    def candidates(self, film: Film, start: int, stop: int, shots: np.ndarray | None = None) -> pa.Table:
        """See `CandidateSource`. Sizes and shapes are unknown: a map tells where a ball is, not how large."""
        blocks = list(_blocks(np.asarray(film.times), shots, start, stop))
        size = picture_size(film.width, film.height)
        found: dict[int, list[np.ndarray]] = {frame: [] for frame in range(start, stop)}
        with closing(_Pictures(film, size, blocks)) as pictures:
            windows = (window for block in blocks for window in pictures.windows(block))
            told = (both for block in blocks for both in zip(block.middles(), block.told(), strict=True))
            for (middle, frames), maps in zip(told, self.runtime.maps(windows), strict=True):
                for at, frame in frames:
                    if start <= frame < stop and frame not in pictures.repeats:
                        found[frame].append(pictures.back(peaks(maps[at], LEAST, MOST), middle, frame))
            moves = [pictures.moves.get(frame, STOOD) for frame in range(start, stop)]
            repeats = np.array([frame in pictures.repeats for frame in range(start, stop)], bool)
        nothing = np.empty((0, 3))
        each = [agreed(*tellings) if tellings else nothing for tellings in found.values()]
        flat = np.concatenate([nothing, *each])
        unknown = np.full(len(flat), np.nan)
        measures = {name: unknown for name in ("size", "elongation", "orientation")}
        across, down = film.width / size[0], film.height / size[1]
        measures["x"], measures["y"], measures["score"] = flat[:, 0] * across, flat[:, 1] * down, flat[:, 2]
        counts = np.array([len(places) for places in each], int)
        moved = [move and move.scaled(across, down) for move in moves]
        return to_table(np.arange(start, stop), repeats, counts, measures, moved)


def agreed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """What two windows say of one frame, each (n, 3) x, y, chance, as one: the mean of their log odds and, weighted by
    their chances, of their places."""
    places, again, free = one.copy(), np.full(len(one), UNSEEN), np.ones(len(other), bool)
    for at, (x, y, sure) in enumerate(one):
        apart = np.where(free, np.hypot(other[:, 0] - x, other[:, 1] - y), np.inf)
        if len(other) and apart.min() < SAME:
            near = int(apart.argmin())
            free[near], again[at] = False, other[near, 2]
            places[at, :2] += (other[near, :2] - places[at, :2]) * again[at] / (sure + again[at])
    joined = np.concatenate([places, other[free]])
    odds = _log_odds(joined[:, 2]) + _log_odds(np.append(again, np.full(free.sum(), UNSEEN)))
    joined[:, 2] = 1 / (1 + np.exp(-odds / 2))
    return joined


def _log_odds(chance: np.ndarray) -> np.ndarray:
    sure = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.log(sure / (1 - sure))


@dataclass(frozen=True)
class _Block:
    """`TOLD` times `every` frames from `begin` on, which may lie before the first or reach beyond the last frame of
    their shot; every-th frames make a window."""

    begin: int
    every: int
    first: int
    last: int

    def seen(self) -> Iterator[np.ndarray]:
        """The frames of each window; beyond the shot's ends they run back inside."""
        for phase in range(self.every):
            frames = self.begin + phase + self.every * (np.arange(SEEN) - MARGIN)
            yield mirrored(frames, self.first, self.last)

    def middles(self) -> Iterator[int]:
        """The frame of each window for whose camera its pictures are laid."""
        for phase in range(self.every):
            yield min(self.begin + phase + self.every * (TOLD // 2), self.last)

    def told(self) -> Iterator[list[tuple[int, int]]]:
        """The map and the frame of all that each window tells of; fewer at the shot's ends."""
        for phase in range(self.every):
            frames = enumerate(range(self.begin + phase, self.begin + TOLD * self.every, self.every))
            yield [(at, frame) for at, frame in frames if self.first <= frame <= self.last]

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last frame that its windows see."""
        all_seen = np.concatenate(list(self.seen()))
        return int(all_seen.min()), int(all_seen.max())


def _blocks(times: np.ndarray, shots: np.ndarray | None, start: int, stop: int) -> Iterator[_Block]:
    """The blocks that tell of every frame of start..stop, twice."""
    cuts = [] if shots is None else np.flatnonzero(np.diff(np.asarray(shots))) + 1
    bounds = [0, *map(int, cuts), len(times)]
    for first, after in pairwise(bounds):
        if after <= start or first >= stop:
            continue
        step = float(np.median(np.diff(times[first:after]))) if after - first > 1 else STEP_S
        every = max(1, round(STEP_S / step)) if step > 0 else 1
        hop = TOLD // 2 * every
        before = (max(start, first) - first) // hop - 1
        for at in range(first + before * hop, min(stop, after), hop):
            yield _Block(at, every, first, after - 1)


class _Pictures:
    """The pictures of blocks, read once in their order. `repeats`: frames that show the picture before them; `moves`:
    the camera's, px of these pictures, from the frame before to each; absent: it stood."""

    def __init__(self, film: Film, size: tuple[int, int], blocks: list[_Block]) -> None:
        spans = [block.span for block in blocks]
        self._next = min(first for first, _ in spans)
        needed = np.minimum.accumulate([first for first, _ in spans][::-1])[::-1]
        self._firsts = dict(zip(blocks, needed.tolist(), strict=True))
        stop = max(last for _, last in spans) + 1
        self._frames = ahead(film.frames(self._next, stop, pixel_format="gray", size=size))
        self._held: dict[int, np.ndarray] = {}
        self._shot_starts = {block.first for block in blocks}
        self.repeats: set[int] = set()
        self.moves: dict[int, Move | None] = {}

    def close(self) -> None:
        self._frames.close()

    def windows(self, block: _Block) -> Iterator[np.ndarray]:
        """(SEEN, h, w) uint8 for each window of the block."""
        for old in [frame for frame in self._held if frame < self._firsts[block] and frame < self._next - 1]:
            del self._held[old]
        while self._next <= block.span[1]:
            self._take(next(self._frames).image)
        for middle, frames in zip(block.middles(), block.seen(), strict=True):
            yield aligned(self._held, self.moves, frames, middle)

    def back(self, places: np.ndarray, middle: int, frame: int) -> np.ndarray:
        """Peaks (n, 3) in the map of a window laid for frame `middle`, px of the map, as places in `frame`, px of the
        pictures."""
        matrix = way(self.moves, middle, frame)
        xy = places[:, :2] * SHRINK
        if matrix is not None:
            xy = xy @ matrix[:2, :2].T + matrix[:2, 2]
        return np.concatenate([xy, places[:, 2:]], axis=1)

    def _take(self, picture: np.ndarray) -> None:
        import cv2

        before = self._held.get(self._next - 1)
        if before is not None and self._next not in self._shot_starts:
            if is_repeat(cv2.absdiff(picture, before)):
                self.repeats.add(self._next)
            elif (move := move_between(before, picture)) is not STOOD:
                self.moves[self._next] = move
        self._held[self._next] = picture
        self._next += 1
