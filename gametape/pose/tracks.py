"""Who is who: people found frame by frame, linked into tracks over the whole film.

Belongs here: the linking. Does not belong here: finding people, or naming them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gametape.pose.body import overlap

_FORGET_S = 1.5  # a person unseen for this long who comes back is a new track
_LEAST = 0.25  # least likeness of a person to where a track is expected
_REACH = 0.25  # distance of a joint, as a part of the body's size, at which likeness has fallen to 0.6
_REACH_PER_S = 0.75  # how the reach grows while a track is unseen, per second
_SMOOTH = 0.5  # weight of the newest motion in a track's velocity


@dataclass
class _Track:
    number: int
    keypoints: np.ndarray  # (k, 2), NaN where never seen
    box: np.ndarray
    time_s: float
    velocity: np.ndarray  # (2,) px/s of the body

    def expected(self, time_s: float) -> tuple[np.ndarray, np.ndarray]:
        """Keypoints and box at a time. An unseen body is not believed to run on for long."""
        shift = self.velocity * min(time_s - self.time_s, _FORGET_S / 2)
        return self.keypoints + shift, self.box + np.tile(shift, 2)

    def update(self, keypoints: np.ndarray, box: np.ndarray, time_s: float) -> None:
        shifts = (keypoints - self.keypoints)[np.isfinite(keypoints + self.keypoints).all(axis=1)]
        moved = shifts.mean(axis=0) if len(shifts) else (box - self.box).reshape(2, 2).mean(axis=0)
        velocity = moved / max(time_s - self.time_s, 1e-6)
        self.velocity = (1 - _SMOOTH) * self.velocity + _SMOOTH * velocity
        self.keypoints = np.where(np.isfinite(keypoints), keypoints, self.keypoints + moved)
        self.box, self.time_s = box, time_s


def link(times: np.ndarray, boxes: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
    """Track numbers (n,) of people at `times` (n,) s, rising, with `boxes` (n, 4) and `keypoints` (n, k, 2), both px.

    People at the same time get different numbers. In each frame people and tracks are matched so that the sum of
    their likenesses is greatest (Hungarian method), where a track is expected where its motion has carried it by
    then. Track 0 is the person who is most to be seen (size and time), and so on.
    """
    from scipy.optimize import linear_sum_assignment

    numbers = np.full(len(times), -1, np.int32)
    tracks: list[_Track] = []
    started = 0
    for rows in _same_time(times):
        now = float(times[rows[0]])
        tracks = [track for track in tracks if now - track.time_s <= _FORGET_S]
        like = np.array([_likeness(track, boxes[rows], keypoints[rows], now) for track in tracks])
        like = like.reshape(len(tracks), len(rows))
        for t, p in zip(*linear_sum_assignment(like, maximize=True), strict=True):
            if like[t, p] >= _LEAST:
                tracks[t].update(keypoints[rows[p]], boxes[rows[p]], now)
                numbers[rows[p]] = tracks[t].number
        for row in rows[numbers[rows] < 0]:
            tracks.append(_Track(started, keypoints[row], boxes[row], now, np.zeros(2)))
            numbers[row] = started
            started += 1
    return _by_prominence(numbers, boxes[:, 3] - boxes[:, 1])


def _likeness(track: _Track, boxes: np.ndarray, keypoints: np.ndarray, now: float) -> np.ndarray:
    """How like each person (n,) is to the track, 0..1: object keypoint similarity, averaged with the boxes' overlap."""
    expected, box = track.expected(now)
    size = np.sqrt(np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) * np.prod(box[2:] - box[:2]), 1) ** 0.5)
    reach = size * (_REACH + _REACH_PER_S * (now - track.time_s))
    squared = ((keypoints - expected) ** 2).sum(axis=2)  # (n, k)
    near = np.exp(-squared / (2 * reach[:, None] ** 2))
    shared = np.isfinite(near)
    similarity = np.where(shared, near, 0).sum(axis=1) / np.maximum(shared.sum(axis=1), 1)
    return (similarity + overlap(box[None], boxes)[0]) / 2


def _same_time(times: np.ndarray) -> Iterator[np.ndarray]:
    """Row numbers of each group of rows with the same time."""
    return iter(np.split(np.arange(len(times)), np.flatnonzero(np.diff(times)) + 1)) if len(times) else iter(())


def _by_prominence(numbers: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """The same tracks, numbered by their summed height."""
    weight = np.bincount(numbers, heights) if len(numbers) else np.zeros(0)
    rank = np.empty(len(weight), np.int32)
    rank[np.argsort(-weight, kind="stable")] = np.arange(len(weight))
    return rank[numbers]
