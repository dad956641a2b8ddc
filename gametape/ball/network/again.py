"""A second look where the ball was lost, or before it was first seen.

Belongs here: which windows look again, and what they tell together. Does not belong here: where the ball was lost
(`gametape.ball.lost`), which of the places is the ball (`gametape.ball.association`).

What the network tells of a faint ball depends on where in the window the picture lies: one window sees it, the next
does not. So a small area around the end of a flight is looked at by more windows, each begun `HOP` pictures after the
one before, and a picture that the film repeats is answered for as often as it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.camera import Move, aligned, way
from gametape.ball.heatmaps import peaks
from gametape.ball.network.model import MARGIN, MULTIPLE, SEEN, SHRINK, TOLD, mirrored
from gametape.ball.network.streaks import on_streaks

if TYPE_CHECKING:
    from gametape.ball.lost import Area
    from gametape.ball.network.runtime import Runtime
    from gametape.media.film import Film

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
    windows = [mirrored(begin + every * (np.arange(SEEN) - MARGIN), *shot) for begin in begins]
    low, high = min(w.min() for w in windows), max(w.max() for w in windows)
    pictures = {one.index: one.image for one in film.frames(low, high + 1, pixel_format="gray", size=size)}
    scale = np.array([film.width / size[0], film.height / size[1]])
    (left, width), (top, height) = (_side(at, most) for at, most in zip((area.x, area.y) / scale, size, strict=True))

    def cut() -> Iterator[np.ndarray]:
        for frames in windows:
            yield aligned(pictures, moves, frames, area.end)[:, top : top + height, left : left + width]

    look_of = np.maximum.accumulate(np.where(film.repeats[: high + 1], 0, np.arange(high + 1)))
    answers: dict[int, list[np.ndarray]] = {}
    for begin, window, maps in zip(begins, cut(), runtime.maps(cut()), strict=True):
        told: dict[int, np.ndarray] = {}
        for at in range(TOLD):
            frame = begin + at * every
            if not shot[0] <= frame <= shot[1] or not first <= look_of[frame] <= last:
                continue
            places = peaks(maps[at], LEAST, MOST) * (SHRINK, SHRINK, 1)
            places = on_streaks(window, MARGIN + at, places) + np.array([left, top, 0])
            before = told.get(look_of[frame], places[:0])
            told[look_of[frame]] = _apart(np.concatenate([before, places]))
        for frame, places in told.items():
            answers.setdefault(int(frame), []).append(_in_view(places, way(moves, area.end, frame)))
    return {frame: together(ones) * (*scale, 1) for frame, ones in answers.items()}


def together(answers: list[np.ndarray]) -> np.ndarray:
    """One list of places from what several windows tell of a picture.

    Args:
        answers: Of each window (n, 3) x, y, probability.

    Returns:
        (m, 3) likewise: log odds are averaged over all windows and `WAS_THERE` added, places weighted by probability.
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
    return np.array([_mean(np.array(list(group.values())), len(answers)) for group in same]).reshape(-1, 3)


def _mean(places: np.ndarray, windows: int) -> tuple[float, float, float]:
    chance = np.append(places[:, 2], np.full(windows - len(places), UNSEEN)).clip(1e-4, 1 - 1e-4)
    odds = float(np.log(chance / (1 - chance)).mean()) + WAS_THERE
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
