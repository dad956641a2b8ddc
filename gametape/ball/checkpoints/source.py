"""Candidates from a published network.

Belongs here: which frames make an input, preparing pictures, candidates in source px. Does not belong here: the
networks.

Inputs are laid out from the first frame of each shot, so that the candidates of a frame do not depend on where work is
cut. Memory holds the pictures of a few inputs and of one background, however long the film.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.association import MotionModel
from gametape.ball.camera import STOOD, Move, move_between
from gametape.ball.candidates import to_table
from gametape.ball.checkpoints.families import Family
from gametape.ball.checkpoints.networks import GRID_CELL, Network, open_network
from gametape.ball.frame_difference import PICTURE_AREA
from gametape.ball.heatmaps import blobs, cells
from gametape.base.device import Device
from gametape.base.work import ahead

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

BACKGROUND_S = 60.0
"""A background is the median of pictures spread over this many seconds of the shot, or over all of a shorter shot."""
BACKGROUND_PICTURES = 41
"""Number of those pictures."""
MEMORY_LOOKS = 32
"""A network's memory is cleared after this many inputs, so that work may begin near any frame."""


class CheckpointCandidates:
    """A `CandidateSource` of a published network.

    Size and shape of a candidate are unknown: the spot in a heat map has the size that it was trained with.

    Raises:
        BadInput: The file belongs to no known family.
    """

    model = MotionModel()  # outside their own sport they need the price of places that recur

    def __init__(self, path: Path, device: Device) -> None:
        self.network = open_network(path, device)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.name, self.version = f"{self.network.family.name} {path.name}", digest[:12]

    @classmethod
    def of(cls, network: Network, name: str) -> CheckpointCandidates:
        """A source for a network that is already open."""
        source = cls.__new__(cls)
        source.network, source.name, source.version = network, name, "-"
        return source

    def candidates(self, film: Film, start: int, stop: int, shots: np.ndarray | None = None) -> pa.Table:
        """See `CandidateSource`."""
        plan = _Plan(self.network.family, np.asarray(film.times), shots)
        looks = plan.looks(start, stop)
        pictures = _Pictures(film, self.network.family, plan, looks, start)
        found: dict[int, np.ndarray] = {}
        with closing(pictures):
            for look, maps in zip(looks, self.network.maps(pictures.of_looks()), strict=True):
                for frame, answer in zip(look.targets, maps, strict=True):
                    if start <= frame < stop and frame not in found:
                        found[frame] = self._places(answer, pictures)
            repeats, moves = film.repeats[start:stop], pictures.moves(start, stop)
        nothing = np.empty((0, 3))
        # A repeated picture adds nothing.
        each = [nothing if again else found[frame] for frame, again in zip(range(start, stop), repeats, strict=True)]
        flat = np.concatenate([nothing, *each])
        unknown = np.full(len(flat), np.nan)
        measures = {name: unknown for name in ("size", "elongation", "orientation")}
        measures |= {"x": flat[:, 0], "y": flat[:, 1], "score": flat[:, 2]}
        return to_table(
            np.arange(start, stop), repeats, np.array([len(places) for places in each], int), measures, moves
        )

    def _places(self, answer: np.ndarray, pictures: _Pictures) -> np.ndarray:
        """Candidates of one frame, (n, 3) x, y, score in source px, from the network's maps of it, (maps, h, w)."""
        if self.network.family.answer == "grid":
            places = cells(answer)
            places[:, :2] *= GRID_CELL
        else:
            places = blobs(answer[-1])
        places[:, :2] = pictures.in_source(places[:, :2])
        return places


@dataclass(frozen=True)
class _Look:
    """One input of the network."""

    frames: tuple[int, ...]  # some twice where a shot is too short
    targets: tuple[int, ...]
    begins: bool  # is the network's memory cleared before it?


class _Plan:
    """Which frames make an input."""

    def __init__(self, family: Family, times: np.ndarray, shots: np.ndarray | None) -> None:
        self.family, self.times = family, times
        cuts = [] if shots is None else np.flatnonzero(np.diff(np.asarray(shots))) + 1
        self.bounds = np.array([0, *cuts, len(times)])

    def shot(self, frame: int) -> tuple[int, int]:
        """First frame of the shot that `frame` is in, and the one after its last."""
        after = int(np.searchsorted(self.bounds, frame, side="right"))
        return int(self.bounds[after - 1]), int(self.bounds[after])

    def looks(self, start: int, stop: int) -> list[_Look]:
        """The inputs that answer for every frame of start..stop."""
        looks, frame = [], start
        while frame < stop:
            first, last = self.shot(frame)
            looks += self._in_shot(first, last, frame, min(stop, last))
            frame = last
        return looks

    def _in_shot(self, first: int, last: int, start: int, stop: int) -> Iterator[_Look]:
        family = self.family
        begin_at = (start - first) // family.step
        if family.memory:
            begin_at -= begin_at % MEMORY_LOOKS
        for number in range(begin_at, (stop - 1 - first) // family.step + 1):
            begin = first + number * family.step - family.targets[0]
            if family.step > 1:  # the last input of a shot reaches back instead of beyond it
                begin = max(first, min(begin, last - family.frames))
            window = np.clip(np.arange(begin, begin + family.frames), first, last - 1)
            targets = [int(window[i]) for i in family.targets]
            if family.step == 1:
                targets = [first + number]
            yield _Look(tuple(window.tolist()), tuple(targets), number % MEMORY_LOOKS == 0)

    def background(self, frame: int) -> tuple[int, ...]:
        """The frames whose median is the background of `frame`."""
        first, last = self.shot(frame)
        begin, end = self.times[first], self.times[last - 1]
        minute = (self.times[frame] - begin) // BACKGROUND_S
        left = begin + min(minute * BACKGROUND_S, max(0.0, end - begin - BACKGROUND_S))
        moments = np.linspace(left, min(left + BACKGROUND_S, end), BACKGROUND_PICTURES)
        return tuple(np.unique(np.clip(np.searchsorted(self.times, moments - 1e-6), first, last - 1)).tolist())


class _Pictures:
    """The pictures of all inputs, read once in order and prepared for the family."""

    def __init__(self, film: Film, family: Family, plan: _Plan, looks: list[_Look], start: int) -> None:
        self._film, self._family, self._plan, self._looks = film, family, plan, looks
        width, height = family.size
        if family.fit == "letterbox":
            scale = min(width / film.width, height / film.height)
            self._inner = max(1, round(film.width * scale)), max(1, round(film.height * scale))
        else:
            self._inner = width, height
        self._left, self._top = (width - self._inner[0]) // 2, (height - self._inner[1]) // 2
        self._first = min(max(start - 1, 0), *(min(look.frames) for look in looks))
        last = max(max(look.frames) for look in looks)
        self._frames = ahead(self._read(self._first, last + 1))
        self._held: dict[int, np.ndarray] = {}
        self._next = self._first
        self._moves: dict[int, Move | None] = {}
        scale = np.sqrt(PICTURE_AREA / (film.width * film.height))
        self._gray_size = max(8, round(film.width * scale)), max(8, round(film.height * scale))
        self._gray: np.ndarray | None = None
        self._background: tuple[tuple[int, ...], np.ndarray] | None = None

    def close(self) -> None:
        self._frames.close()

    def of_looks(self) -> Iterator[tuple[np.ndarray, bool]]:
        """The pictures of each input, and whether memory is cleared before it."""
        for look in self._looks:
            for old in [frame for frame in self._held if frame < min(look.frames)]:
                del self._held[old]
            while self._next <= max(look.frames):
                self._take(next(self._frames))
            shown = [self._held[frame] for frame in look.frames]
            if self._family.background:
                shown.insert(0, self._median(look.targets[0]))
            yield np.stack(shown), look.begins

    def moves(self, start: int, stop: int) -> list[Move | None]:
        """How the camera moved since the frame before each of start..stop, source px."""
        across, down = self._film.width / self._gray_size[0], self._film.height / self._gray_size[1]
        known = (self._moves.get(frame, STOOD) for frame in range(start, stop))
        return [move and move.scaled(across, down) for move in known]

    def in_source(self, places: np.ndarray) -> np.ndarray:
        """Places (n, 2) in px of the network's picture as source px."""
        width, height = self._inner
        return (places - (self._left, self._top)) * (self._film.width / width, self._film.height / height)

    def _read(self, start: int, stop: int, step: int = 1) -> Iterator[np.ndarray]:
        for frame in self._film.frames(start, stop, step, pixel_format=self._family.colour, size=self._inner):
            yield self._prepared(frame.image)

    def _prepared(self, image: np.ndarray) -> np.ndarray:
        """(h, w, channels), full range, padded with black to the family's size."""
        if self._family.colour == "gray":
            image = _FULL_RANGE[image][..., None]
        if self._inner == self._family.size:
            return image
        whole = np.zeros((self._family.size[1], self._family.size[0], image.shape[2]), np.uint8)
        whole[self._top : self._top + image.shape[0], self._left : self._left + image.shape[1]] = image
        return whole

    def _take(self, picture: np.ndarray) -> None:
        """Keep the next picture; note how the camera moved."""
        import cv2

        frame, before = self._next, self._gray
        inner = picture[self._top : self._top + self._inner[1], self._left : self._left + self._inner[0]]
        gray = np.ascontiguousarray(inner[..., picture.shape[2] // 2])  # gray, or green
        if self._inner != self._gray_size:
            gray = cv2.resize(gray, self._gray_size, interpolation=cv2.INTER_AREA)
        if before is not None and self._plan.shot(frame)[0] != frame:
            self._moves[frame] = STOOD if self._film.repeats[frame] else move_between(before, gray)
        self._held[frame], self._gray = picture, gray
        self._next += 1

    def _median(self, frame: int) -> np.ndarray:
        chosen = self._plan.background(frame)
        if self._background is None or self._background[0] != chosen:
            stack = np.stack([next(self._read(each, each + 1)) for each in chosen])
            middle = len(stack) // 2
            self._background = chosen, np.partition(stack, middle, axis=0)[middle]
        return self._background[1]


_FULL_RANGE = np.clip(np.round((np.arange(256) - 16) * 255 / 219), 0, 255).astype(np.uint8)
"""From limited-range luma, 16 black and 235 white, to full range."""
