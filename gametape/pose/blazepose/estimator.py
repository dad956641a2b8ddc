"""Finds and follows several people in a film with MediaPipe's pose landmarker.

Belongs here: whom to follow, and the search for newcomers. Does not belong here: how one person is followed
(follower.py), who is who over the film (pose/linking.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from gametape.media.film import Frame
from gametape.pose.blazepose.follower import STILL, Follower
from gametape.pose.blazepose.landmarker import Bundle, Landmarker, quiet_stderr
from gametape.pose.blazepose.windows import SEARCH_S, SearchGrid, Square, around, hide, is_same, prominence
from gametape.pose.person import Person

#: Least confidence of a person who was just found.
_NEW = 0.5
#: Side of the square of a second, closer look over the longer side of the person's box.
_CLOSE = 1.75
#: A newcomer replaces somebody who is followed where this many times as prominent.
_REPLACES = 1.5
#: Time between two squares of the grid, seconds: while there is room among the foremost, and when there is not.
_SQUARE_S, _SQUARE_FULL_S = 0.1, 0.35
#: Length of a block in seconds and in frames: all of its frames are in memory at once.
_BLOCK_S, _BLOCK_FRAMES = 0.19, 12
#: People looked at in every frame of a block, and most others looked at once in it.
_FOREMOST, _IN_TURN = 2, 2


class BlazePose:
    """Pose estimator with MediaPipe's landmarker; see `Estimator`.

    Args:
        weights: A `.task` bundle.
        most: Most people in one frame.
        threads: Number of threads, by default that of processors; results do not depend on it.

    Raises:
        BadInput: MediaPipe cannot use the bundle.
    """

    def __init__(self, weights: Path, most: int, *, threads: int | None = None) -> None:
        self._most = most
        with quiet_stderr():
            import mediapipe

            self.name = f"mediapipe {mediapipe.__version__} {weights.stem}"
            bundle = Bundle.of(weights)
            self._several = Landmarker(bundle, max(2, most))
            self._one = Landmarker(bundle, 1)
        self._followers = [Follower(bundle) for _ in range(most)]
        self._pool = ThreadPoolExecutor(threads or os.cpu_count(), "pose")

    def close(self) -> None:
        """Free MediaPipe's memory."""
        self._pool.shutdown()
        with quiet_stderr():
            self._several.close()
            self._one.close()
            for follower in self._followers:
                follower.close()

    def people(self, frames: Iterable[Frame]) -> Iterator[tuple[Frame, list[Person]]]:
        """See `Estimator.people`."""
        for follower in self._followers:
            follower.dismiss()
        self._searched_s = -np.inf
        squares: SearchGrid | None = None
        for block in _blocks(frames):
            squares = squares or SearchGrid(block[0])
            yield from zip(block, self._look(block, squares), strict=True)

    def _look(self, block: list[Frame], squares: SearchGrid) -> list[list[Person]]:
        """Find the people in each frame of a block: those who are followed, and newcomers in its first frame."""
        first = block[0]
        seen: dict[int, list[Person]] = {frame.index: [] for frame in block}
        known = [follower.person.box for follower in self._followers if follower.person]
        search = self._pool.submit(self._newcomers, first.image, self._due(first, squares, known), known)
        self._follow(self._plan(block), seen)
        new = self._admit(search.result(), first.time_s, seen[first.index])
        self._follow([(follower, block[1:]) for follower in new], seen)
        return list(seen.values())

    def _due(self, frame: Frame, squares: SearchGrid, known: list[np.ndarray]) -> list[Square]:
        """Choose the squares of the grid to search now; `known` are boxes."""
        now = frame.time_s
        if not known:
            if now - self._searched_s < SEARCH_S:
                return []
            self._searched_s = self._squared_s = now
            return squares.all
        if now - self._squared_s < (_SQUARE_S if len(known) < _FOREMOST else _SQUARE_FULL_S):
            return []
        self._squared_s = now
        return [squares.next(frame, known)]

    def _plan(self, block: list[Frame]) -> list[tuple[Follower, list[Frame]]]:
        """Decide who is followed through which frames, the foremost first."""
        known = sorted((one for one in self._followers if one.person), key=Follower.rank, reverse=True)
        for place, follower in enumerate(known):
            follower.foremost = place < _FOREMOST
        now = block[0].time_s
        others = sorted((one for one in known[_FOREMOST:] if one.due(now)), key=lambda one: one.looked_s)[:_IN_TURN]
        return [(one, block) for one in known[:_FOREMOST]] + [(one, block[:1]) for one in others]

    def _follow(self, plan: list[tuple[Follower, list[Frame]]], seen: dict[int, list[Person]]) -> None:
        """Follow each through their frames and add them to `seen`; of two that follow one person, the first stays."""
        looks = [self._pool.submit(follower.through, frames) for follower, frames in plan]
        for (follower, frames), look in zip(plan, looks, strict=True):
            for frame, person in zip(frames, look.result(), strict=True):
                if person and is_same(person.box, [other.box for other in seen[frame.index]]):
                    follower.dismiss()
                    break
                if person:
                    seen[frame.index].append(person)

    def _newcomers(self, picture: np.ndarray, squares: list[Square], known: list[np.ndarray]) -> list[Person]:
        """Find people in the squares other than those in the boxes `known`.

        Each is looked at again from closer: a square may cut a body, and what is no person is seldom mistaken twice.
        """
        if not squares:
            return []
        taken = list(known)
        rest = picture.copy()
        for box in taken:
            hide(rest, box)
        new = []
        for square in squares:
            for rough in sorted(self._several.look(rest, square), key=prominence, reverse=True):
                if rough.confidence < _NEW or is_same(rough.box, taken):
                    continue
                for person in self._one.look(picture, around(rough.box, _CLOSE, picture)):
                    confirmed = person.confidence >= _NEW and is_same(person.box, [rough.box])
                    if confirmed and not is_same(person.box, taken):
                        new.append(person)
                        taken.append(person.box)
                        hide(rest, person.box)
        return new

    def _admit(self, people: list[Person], now: float, seen: list[Person]) -> list[Follower]:
        """Follow the most prominent newcomers, in place of people of much lower rank where there is no room.

        Args:
            people: Newcomers.
            now: Time of the frame, seconds.
            seen: People seen in the frame; those who are followed from now on are added.

        Returns:
            The followers of the newcomers.
        """
        new = []
        for person in sorted(people, key=prominence, reverse=True):
            least = min(self._followers, key=Follower.rank)
            # Whether a newcomer moves is not known yet, so it must not count.
            if STILL * prominence(person) <= _REPLACES * least.rank() or is_same(person.box, [one.box for one in seen]):
                continue
            least.take_on(person, now)
            new.append(least)
            seen.append(person)
        return new


def _blocks(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    """Cut frames into blocks of a short time."""
    block: list[Frame] = []
    for frame in frames:
        if block and (frame.time_s - block[0].time_s >= _BLOCK_S or len(block) == _BLOCK_FRAMES):
            yield block
            block = []
        block.append(frame)
    if block:
        yield block
