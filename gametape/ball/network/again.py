"""A second look where the ball was lost, or before it was first seen.

Belongs here: which windows look again, and what they tell together. Does not belong here: where the ball was lost
(`gametape.ball.lost`), which of the places is the ball (`gametape.ball.association`).

What the network tells of a faint ball depends on where in the window the picture lies: one window sees it, the next
does not. So a small area around the end of a flight is looked at by more windows, each begun `HOP` pictures after the
one before, and a picture that the film repeats is answered for as often as it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.camera import Move, aligned, way
from gametape.ball.heatmaps import peaks
from gametape.ball.network.model import MARGIN, MULTIPLE, SEEN, SHRINK, TOLD, mirrored
from gametape.ball.network.streaks import on_streaks

if TYPE_CHECKING:
    from gametape.ball.lost import Area
    from gametape.media.film import Film
    from gametape.networks.runtime import Runtime

SIDE = 256
"""Width and height of the area, px of the network's pictures."""
HOP = 2
"""Pictures from one window to the next."""
LEAST = 0.02
"""Least probability of a place that a window tells."""
UNSEEN = 0.01
"""Probability assumed for a place that a window did not find."""
SAME = 8.0
"""Places of two windows nearer than this are one candidate, px of the network's pictures."""
MOST = 6
"""Most places that a window tells of a picture."""
WAS_THERE = 1.25
"""Added to the log odds of what is found: the ball was near a moment ago. From 0.75 to 2 no group of the labelled clips
is worse than without a second look, and none of the films without a ball shows one."""


def look_again(
    film: Film,
    area: Area,
    runtime: Runtime,
    size: tuple[int, int],
    moves: Mapping[int, Move | None],
    shot: tuple[int, int],
    every: int,
) -> dict[int, np.ndarray]:
    """What more windows tell of an area.

    Args:
        film: The film.
        area: Where and when to look.
        runtime: The network.
        size: Width and height of its pictures, px.
        moves: The camera's movements to each frame from the one before, px of these; it stood where there is none.
        shot: The first and the last frame of the area's shot.
        every: Frames from one picture of a window to the next.

    Returns:
        (n, 3) x and y in source px, and probability, of each frame of the area that shows a picture of its own.
    """
    first, last = area.frames
    starts = range(first - (TOLD - 1) * every + 1, last + 1, HOP * every)
    begins = [start + phase for start in starts for phase in range(every)]
    windows = Windows(begins, every, shot)
    pictures = {one.index: one.image for one in film.frames(*windows.span, pixel_format="gray", size=size)}
    scale = np.array([film.width / size[0], film.height / size[1]])
    crop = [_side(at, most) for at, most in zip((area.x, area.y) / scale, size, strict=True)]
    cut = Cut(pictures, moves, [area.end] * len(begins), crop)
    answers = windows.answers(film.repeats, runtime, cut, area.frames)
    return {frame: together(ones, WAS_THERE) * (*scale, 1) for frame, ones in answers.items()}


@dataclass(frozen=True, eq=False)
class Cut:
    """What windows are cut from.

    Attributes:
        pictures: (h, w) uint8 by frame.
        moves: As for `look_again`.
        views: Of each window the frame to whose view its pictures are warped.
        crop: Where the windows begin, and how far they reach, along x and y, px.
    """

    pictures: Mapping[int, np.ndarray]
    moves: Mapping[int, Move | None]
    views: Sequence[int]
    crop: Sequence[tuple[int, int]]

    def windows(self, seen: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        """The windows (SEEN, height, width) of the frames that each has `seen`."""
        (left, width), (top, height) = self.crop
        for frames, view in zip(seen, self.views, strict=True):
            yield aligned(self.pictures, self.moves, frames, view)[:, top : top + height, left : left + width]


@dataclass(frozen=True)
class Windows:
    """Windows of a shot (its first and last frame) that begin to tell at `begins`.

    From one picture to the next there are `every` frames.
    """

    begins: Sequence[int]
    every: int
    shot: tuple[int, int]

    @cached_property
    def seen(self) -> list[np.ndarray]:
        """The frames of each window."""
        return [mirrored(begin + self.every * (np.arange(SEEN) - MARGIN), *self.shot) for begin in self.begins]

    @property
    def span(self) -> tuple[int, int]:
        """The first frame that they see, and the one after the last."""
        return int(min(frames.min() for frames in self.seen)), int(max(frames.max() for frames in self.seen)) + 1

    def answers(
        self, repeats: np.ndarray, runtime: Runtime, cut: Cut, wanted: tuple[int, int]
    ) -> dict[int, list[np.ndarray]]:
        """What each window tells of the frames from the first to the last that is `wanted`, of new pictures.

        Returns:
            For each frame a list of (n, 3) x, y in px of its picture, and probability.
        """
        look_of = np.maximum.accumulate(np.where(repeats, 0, np.arange(len(repeats))))
        corner = np.array([cut.crop[0][0], cut.crop[1][0], 0])
        answers: dict[int, list[np.ndarray]] = {}
        maps = runtime.maps(cut.windows(self.seen))
        for begin, view, window, heat in zip(self.begins, cut.views, cut.windows(self.seen), maps, strict=True):
            told: dict[int, np.ndarray] = {}
            for at in range(TOLD):
                frame = begin + at * self.every
                inside = self.shot[0] <= frame <= self.shot[1]
                if not inside or not wanted[0] <= (look := int(look_of[frame])) <= wanted[1]:
                    continue
                places = on_streaks(window, MARGIN + at, peaks(heat[at], LEAST, MOST) * (SHRINK, SHRINK, 1)) + corner
                told[look] = _apart(np.concatenate([told.get(look, places[:0]), places]))
            for look, places in told.items():
                answers.setdefault(look, []).append(_in_view(places, way(cut.moves, view, look)))
        return answers


def together(answers: list[np.ndarray], more: float = 0.0) -> np.ndarray:
    """One list of places from what several windows tell of a picture.

    Args:
        answers: Of each window (n, 3) x, y, probability.
        more: Added to the log odds.

    Returns:
        (m, 3) likewise: log odds are averaged over all windows, places weighted by probability.
    """
    ranked = sorted(((i, one) for i, ones in enumerate(answers) for one in ones.tolist()), key=lambda pair: -pair[1][2])
    same: list[dict[int, list[float]]] = []
    for window, place in ranked:
        heads = (next(iter(group.values())) for group in same)
        near = [_distance(place, head) < SAME for head in heads]
        free = [group for group, is_near in zip(same, near, strict=True) if is_near and window not in group]
        if free:
            free[0][window] = place
        else:
            same.append({window: place})
    return np.array([_mean(np.array(list(group.values())), len(answers), more) for group in same]).reshape(-1, 3)


def _mean(places: np.ndarray, windows: int, more: float) -> tuple[float, float, float]:
    chance = np.append(places[:, 2], np.full(windows - len(places), UNSEEN)).clip(1e-4, 1 - 1e-4)
    odds = float(np.log(chance / (1 - chance)).mean()) + more
    x, y = np.average(places[:, :2], axis=0, weights=places[:, 2]).tolist()
    return x, y, float(1 / (1 + np.exp(-odds)))


def _side(middle: float, whole: int) -> tuple[int, int]:
    """Where the area begins, and how far it reaches, along a side of the picture."""
    side = min(SIDE, whole // MULTIPLE * MULTIPLE)
    return int(np.clip(round(middle - side / 2), 0, whole - side)), side


def _apart(places: np.ndarray) -> np.ndarray:
    """Of the places (n, 3) of one picture that are the same the likeliest."""
    kept: list[list[float]] = []
    for place in sorted(places.tolist(), key=lambda one: -one[2]):
        if all(_distance(place, other) >= SAME for other in kept):
            kept.append(place)
    return np.array(kept).reshape(-1, 3)


def _distance(one: list[float], other: list[float]) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _in_view(places: np.ndarray, matrix: np.ndarray | None) -> np.ndarray:
    if matrix is None:
        return places
    return np.column_stack([places[:, :2] @ matrix[:2, :2].T + matrix[:2, 2], places[:, 2]])
