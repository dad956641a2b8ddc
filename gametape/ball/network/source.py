"""Candidates from the network's heat maps.

Belongs here: which frames make a window, and the places in its maps as source px. Does not belong here: running the
network (`runtime`), choosing the ball.

Windows are laid out from the first frame of each shot, so that the candidates of a frame do not depend on where work is
cut. Every frame is in the middle of two windows, half a window apart; what only one of them sees is less certain. Where
the camera moves, the pictures of a window are warped to the view of its middle frame. The network also looks at each
window at half its size, in which a large ball, and the streak of a fast one near the camera, are like those that it
learnt. In films faster than the network's step, frames take turns: at 60 frames a second, even and odd ones make
windows of their own. Memory holds the pictures of two blocks of windows, however long the film.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.association import KNOWING
from gametape.ball.camera import STOOD, Move, aligned, move_between, way
from gametape.ball.candidates import moves_of, to_table
from gametape.ball.heatmaps import peaks
from gametape.ball.network.again import look_again
from gametape.ball.network.colour import is_red, look_in_colour
from gametape.ball.network.model import MARGIN, MULTIPLE, SEEN, STEP_S, TOLD, mirrored, picture_size
from gametape.ball.network.runtime import WEIGHTS, digest, open_runtime
from gametape.ball.network.streaks import large_only, on_streaks
from gametape.base.device import Device
from gametape.base.work import ahead
from gametape.networks.runtime import Runtime

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.ball.lost import Area
    from gametape.media.film import Film

LEAST = 0.02
"""Least probability of a candidate; data association can use even unlikely ones."""
LEAST_HALF = 0.1
"""The same of what is seen at half the size; to look for what stands out there costs more than the network."""
UNSEEN = 0.01
"""Probability assumed for a place that a window did not find."""
MOST = 6
"""Most candidates that a window gives a frame."""
SAME = 8.0
"""Places of two windows or sizes nearer than this are one candidate, px of the pictures they are seen in."""
EXACT = 3.0
"""A place that is seen at both sizes and likelier at half the size moves there if it is farther than this, px."""


class NetworkCandidates:
    """A `CandidateSource` of the network whose weights come with gametape."""

    name = "network"
    model = KNOWING

    def __init__(self, device: Device, runtime: Runtime | None = None) -> None:
        self._device, self._runtime = device, runtime
        self.version = digest(WEIGHTS)[:12]

    @cached_property
    def runtime(self) -> Runtime:
        return self._runtime or open_runtime(self._device)

    def candidates(self, film: Film, start: int, stop: int, shots: np.ndarray | None = None) -> pa.Table:
        """See `CandidateSource`. Size and shape are unknown: a map shows where a ball is, not how large."""
        blocks = list(_blocks(np.asarray(film.times), shots, start, stop))
        size = picture_size(film.width, film.height)
        found: dict[int, list[list[np.ndarray]]] = {frame: [] for frame in range(start, stop)}
        with closing(_Pictures(film, size, blocks)) as pictures:
            windows, whole, half = copies((window for block in blocks for window in pictures.windows(block)), 3)
            looks = zip(windows, self.runtime.maps(whole), self.runtime.maps(map(halved, half)), strict=True)
            targets = (both for block in blocks for both in zip(block.middles(), block.targets(), strict=True))
            for (middle, frames), (window, maps, half_maps) in zip(targets, looks, strict=True):
                for at, frame in frames:
                    if start <= frame < stop and not film.repeats[frame]:
                        places = on_streaks(window, MARGIN + at, _places(maps[at], size))
                        large = large_only(window, MARGIN + at, _places(half_maps[at], size, LEAST_HALF))
                        found[frame].append([pictures.back(some, middle, frame) for some in (places, large)])
            moves = [pictures.moves.get(frame, STOOD) for frame in range(start, stop)]
        scale = film.width / size[0], film.height / size[1]
        each = [_joined(*answers) * (*scale, 1) if answers else np.empty((0, 3)) for answers in found.values()]
        return _table(range(start, stop), film, each, [move and move.scaled(*scale) for move in moves])

    def again(self, film: Film, candidates: pa.Table, areas: Sequence[Area], shots: np.ndarray) -> pa.Table:
        """See `LooksAgain`."""

        def found(look: _Look) -> Iterator[tuple[int, np.ndarray]]:
            for area in areas:
                yield from look_again(film, area, self.runtime, look.size, look.moves, *look.shot(area.end)).items()

        return self._with(film, candidates, shots, found)

    def in_colour(
        self,
        film: Film,
        candidates: pa.Table,
        spans: Sequence[tuple[int, int]],
        shots: np.ndarray,
        places: np.ndarray,
    ) -> pa.Table:
        """See `LooksAgain`."""
        if not is_red(film, places, picture_size(film.width, film.height)):
            return candidates

        def found(look: _Look) -> Iterator[tuple[int, np.ndarray]]:
            for span in spans:
                yield from look_in_colour(film, span, self.runtime, look.size, look.moves, *look.shot(span[0]))

        return self._with(film, candidates, shots, found)

    def _with(
        self,
        film: Film,
        candidates: pa.Table,
        shots: np.ndarray,
        found: Callable[[_Look], Iterator[tuple[int, np.ndarray]]],
    ) -> pa.Table:
        """The candidates with those that are `found` by another look, which gives (n, 3) source px of frames."""
        size = picture_size(film.width, film.height)
        scale = np.array([film.width / size[0], film.height / size[1], 1])
        start, moved = candidates["frame"][0].as_py(), moves_of(candidates)
        moves = {start + at: move and move.scaled(*1 / scale[:2]) for at, move in enumerate(moved)}
        lists = (candidates[name].to_pylist() for name in _PLACE)
        each = [np.array(one).T.reshape(-1, 3) for one in zip(*lists, strict=True)]
        for frame, more in found(_Look(size, moves, np.asarray(film.times), shots)):
            if 0 <= frame - start < len(each):
                each[frame - start] = united(each[frame - start] / scale, more / scale) * scale
        return _table(range(start, start + len(each)), film, each, moved)


@dataclass(frozen=True, eq=False)
class _Look:
    """What another look needs: the size of the network's pictures, and the camera's movements in their px."""

    size: tuple[int, int]
    moves: dict[int, Move | None]
    times: np.ndarray
    shots: np.ndarray

    def shot(self, frame: int) -> tuple[tuple[int, int], int]:
        """The first and last frame of a frame's shot, and the frames from one picture of a window to the next."""
        first, last = np.flatnonzero(self.shots == self.shots[frame])[[0, -1]].tolist()
        return (first, last), pictures_apart(self.times[first : last + 1])


_PLACE = "x", "y", "score"


def _table(frames: range, film: Film, each: list[np.ndarray], moves: list[Move | None]) -> pa.Table:
    """The table of candidates: of each frame (n, 3) x, y in source px and probability."""
    flat = np.concatenate([np.empty((0, 3)), *each])
    unknown = np.full(len(flat), np.nan)
    measures = {name: unknown for name in ("size", "elongation", "orientation")} | dict(
        zip(_PLACE, flat.T, strict=True)
    )
    counts = np.array([len(places) for places in each], int)
    return to_table(np.array(frames), film.repeats[frames.start : frames.stop], counts, measures, moves)


def copies(windows: Iterator[np.ndarray], n: int) -> list[Iterator[np.ndarray]]:
    """`n` iterators over the same windows, which hold only what some of them has yet to give (`tee` holds more)."""
    waiting: list[deque[np.ndarray]] = [deque() for _ in range(n)]

    def one(mine: deque[np.ndarray]) -> Iterator[np.ndarray]:
        while True:
            if not mine:
                window = next(windows, None)
                if window is None:
                    return
                for others in waiting:
                    others.append(window)
            yield mine.popleft()

    return [one(mine) for mine in waiting]


def halved(window: np.ndarray) -> np.ndarray:
    """A window (n, h, w) at about half its width and height, which are multiples of `MULTIPLE` again."""
    import cv2

    height, width = (max(MULTIPLE, round(side / 2 / MULTIPLE) * MULTIPLE) for side in window.shape[1:])
    return np.stack([cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA) for picture in window])


def _joined(one: list[np.ndarray], other: list[np.ndarray]) -> np.ndarray:
    """The candidates of a frame from what two windows tell of it, each at whole and at half size."""
    (whole, half), (again, half_again) = one, other
    return united(merged(whole, again), merged(half, half_again, 2 * SAME))


def _places(heat: np.ndarray, size: tuple[int, int], least: float = LEAST) -> np.ndarray:
    """The peaks (n, 3) of a map of pictures of any size, as px of pictures of `size` (width, height)."""
    found = peaks(heat, least, MOST)
    found[:, :2] *= np.array(size) / heat.shape[::-1]
    return found


def united(whole: np.ndarray, half: np.ndarray) -> np.ndarray:
    """The candidates of a frame at both sizes, each (n, 3) x, y, probability; the likelier of the same one counts."""
    places, free = whole.copy(), np.ones(len(half), bool)
    for at, (x, y, sure) in enumerate(whole):
        apart = np.where(free, np.hypot(half[:, 0] - x, half[:, 1] - y), np.inf)
        if len(half) and apart.min() < SAME:
            near = int(apart.argmin())
            free[near] = False
            if half[near, 2] > sure:
                places[at] = half[near] if apart[near] > EXACT else (x, y, half[near, 2])
    return np.concatenate([places, half[free]])


def merged(one: np.ndarray, other: np.ndarray, same: float = SAME) -> np.ndarray:
    """Merge the candidates that two windows give one frame, each (n, 3) x, y, probability.

    Log odds are averaged; places nearer than `same` px are averaged with the probabilities as weights.
    """
    places, again, free = one.copy(), np.full(len(one), UNSEEN), np.ones(len(other), bool)
    for at, (x, y, sure) in enumerate(one):
        apart = np.where(free, np.hypot(other[:, 0] - x, other[:, 1] - y), np.inf)
        if len(other) and apart.min() < same:
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
    """`every` interleaved windows that answer for the `TOLD` times `every` frames from `begin` on.

    These may begin before the `first` or reach beyond the `last` frame of their shot.
    """

    begin: int
    every: int
    first: int
    last: int

    def seen(self) -> Iterator[np.ndarray]:
        """The frames of each window, reflected at the ends of the shot."""
        for phase in range(self.every):
            frames = self.begin + phase + self.every * (np.arange(SEEN) - MARGIN)
            yield mirrored(frames, self.first, self.last)

    def middles(self) -> Iterator[int]:
        """The frame of each window to whose view its pictures are warped."""
        for phase in range(self.every):
            yield min(self.begin + phase + self.every * (TOLD // 2), self.last)

    def targets(self) -> Iterator[list[tuple[int, int]]]:
        """Map and frame of all that each window answers for; fewer at the ends of the shot."""
        for phase in range(self.every):
            frames = enumerate(range(self.begin + phase, self.begin + TOLD * self.every, self.every))
            yield [(at, frame) for at, frame in frames if self.first <= frame <= self.last]

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last frame that its windows see."""
        all_seen = np.concatenate(list(self.seen()))
        return int(all_seen.min()), int(all_seen.max())


def _blocks(times: np.ndarray, shots: np.ndarray | None, start: int, stop: int) -> Iterator[_Block]:
    """The blocks that answer for every frame of start..stop, twice."""
    cuts = [] if shots is None else np.flatnonzero(np.diff(np.asarray(shots))) + 1
    bounds = [0, *map(int, cuts), len(times)]
    for first, after in pairwise(bounds):
        if after <= start or first >= stop:
            continue
        every = pictures_apart(times[first:after])
        hop = TOLD // 2 * every
        before = (max(start, first) - first) // hop - 1
        for at in range(first + before * hop, min(stop, after), hop):
            yield _Block(at, every, first, after - 1)


def pictures_apart(times: np.ndarray) -> int:
    """Frames from one picture of a window to the next in a shot whose frames are at `times`, s."""
    step = float(np.median(np.diff(times))) if len(times) > 1 else STEP_S
    return max(1, round(STEP_S / step)) if step > 0 else 1


class _Pictures:
    """The pictures of blocks, read once in order.

    Attributes:
        moves: Movements of the camera since the frame before, px of these pictures; it stood where there is none.
    """

    def __init__(self, film: Film, size: tuple[int, int], blocks: list[_Block]) -> None:
        spans = [block.span for block in blocks]
        self._next = min(first for first, _ in spans)
        needed = np.minimum.accumulate([first for first, _ in spans][::-1])[::-1]
        self._firsts = dict(zip(blocks, needed.tolist(), strict=True))
        stop = max(last for _, last in spans) + 1
        self._frames = ahead(film.frames(self._next, stop, pixel_format="gray", size=size))
        self._held: dict[int, np.ndarray] = {}
        self._shot_starts = {block.first for block in blocks}
        self._repeats = film.repeats
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
        """Places (n, 3) in px of a window with the view of frame `middle`, as px of `frame`'s picture."""
        matrix = way(self.moves, middle, frame)
        xy = places[:, :2]
        if matrix is not None:
            xy = xy @ matrix[:2, :2].T + matrix[:2, 2]
        return np.concatenate([xy, places[:, 2:]], axis=1)

    def _take(self, picture: np.ndarray) -> None:
        before = self._held.get(self._next - 1)
        follows = before is not None and self._next not in self._shot_starts and not self._repeats[self._next]
        if follows and (move := move_between(before, picture)) is not STOOD:
            self.moves[self._next] = move
        self._held[self._next] = picture
        self._next += 1
