"""Finds and follows several people in a film with MediaPipe's pose landmarker.

Belongs here: whom to follow, and the search for newcomers. Does not belong here: how one person is followed
(follower.py), who is who over the film (pose/linking.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from gametape.media.film import Frame
from gametape.pose.blazepose.follower import STILL, Follower
from gametape.pose.blazepose.known import KnownPlace
from gametape.pose.blazepose.landmarker import Bundle, quiet_stderr
from gametape.pose.blazepose.search import Lost, Newcomer, Search
from gametape.pose.blazepose.windows import is_same, prominence
from gametape.pose.person import Person

#: A newcomer replaces somebody who is followed where this many times as prominent.
_REPLACES = 1.5
#: Factor on the rank of somebody who was missed: whoever comes back is as prominent, what is no person seldom is.
_MISSED = 1 / 3
#: Length of a block in seconds and in frames: all of its frames are in memory at once.
_BLOCK_S, _BLOCK_FRAMES = 0.19, 12
#: Frames before a block that are kept in memory, to look back from a first sighting.
_BACK_FRAMES = 12
#: So many of those who were lost last are searched for.
_MOST_LOST = 2
#: People looked at in every frame of a block, and most others looked at once in it.
_FOREMOST, _IN_TURN = 2, 2

_Seen = tuple[Frame, list[Person]]


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
        with quiet_stderr():
            import mediapipe

            self.name = f"mediapipe {mediapipe.__version__} {weights.stem}"
            bundle = self._bundle = Bundle.of(weights)
            self._search = Search(bundle, most, _FOREMOST)
        self._known: dict[int, KnownPlace] = {}
        self._followers = [Follower(bundle) for _ in range(most)]
        self._back = Follower(bundle)
        self._pool = ThreadPoolExecutor(threads or os.cpu_count(), "pose")

    def close(self) -> None:
        """Free MediaPipe's memory."""
        self._pool.shutdown()
        with quiet_stderr():
            self._search.close()
            for follower in (*self._followers, self._back):
                follower.close()
            for known in self._known.values():
                known.close()

    def people(self, frames: Iterable[Frame]) -> Iterator[tuple[Frame, list[Person]]]:
        """See `Estimator.people`."""
        for follower in self._followers:
            follower.dismiss()
        self._search.start()
        self._lost: list[Lost] = []
        earlier: list[_Seen] = []
        for block in _blocks(frames):
            now: list[_Seen] = [(frame, []) for frame in block]
            self._look(now, earlier)
            earlier += now
            kept = max(_BACK_FRAMES, len(now))
            yield from earlier[:-kept]
            del earlier[:-kept]
        yield from earlier

    def people_in(
        self, frames: Iterable[Frame], places: Mapping[int, Mapping[int, np.ndarray]]
    ) -> Iterator[tuple[Frame, dict[int, Person]]]:
        """See `Estimator.people_in`."""
        for one in self._known.values():
            one.forget()
        for frame in frames:
            here = places.get(frame.index, {})
            for number in here.keys() - self._known.keys():
                self._known[number] = KnownPlace(self._bundle)
            seen = {number: self._known[number].look(frame.image, box) for number, box in sorted(here.items())}
            yield frame, {number: person for number, person in seen.items() if person}

    def _look(self, block: list[_Seen], earlier: list[_Seen]) -> None:
        """Find the people in each frame of a block: those who are followed, and newcomers, these in `earlier` too."""
        frames = [frame for frame, _ in block]
        now = frames[0].time_s
        known = [one.person.box for one in self._followers if one.person and one.in_hand(now)]
        missed = [
            Lost(one.person.box, one.seen_s)
            for one in self._followers
            if one.person and one.moved and not one.in_hand(now)
        ]
        search = self._pool.submit(self._search.through, frames, known, [*self._lost, *missed])
        self._follow(self._plan(frames), block)
        number, people = search.result()
        new = self._admit(people, block[number])
        self._follow([(follower, frames[number + 1 :]) for follower in new], block[number + 1 :])
        for person in new.values():
            self._look_back(person, block[number][0], [*earlier, *block[:number]])

    def _plan(self, block: list[Frame]) -> list[tuple[Follower, list[Frame]]]:
        """Decide who is followed through which frames, the foremost first."""
        known = sorted((one for one in self._followers if one.person), key=Follower.rank, reverse=True)
        for place, follower in enumerate(known):
            follower.foremost = place < _FOREMOST
        now = block[0].time_s
        others = sorted((one for one in known[_FOREMOST:] if one.due(now)), key=lambda one: one.looked_s)[:_IN_TURN]
        return [(one, block) for one in known[:_FOREMOST]] + [(one, block[:1]) for one in others]

    def _follow(self, plan: list[tuple[Follower, list[Frame]]], block: list[_Seen]) -> None:
        """Follow each through their frames and add them to `block`; of two that follow one person, the first stays."""
        last = block[-1][0] if block else None
        before = [
            Lost(follower.person.box, follower.seen_s) if follower.person and follower.moved else None
            for follower, _ in plan
        ]
        looks = [self._pool.submit(follower.through, frames, last) for follower, frames in plan]
        for (follower, _), look, known in zip(plan, looks, before, strict=True):
            for person, (frame, seen) in zip(look.result(), block, strict=False):
                if person and is_same(person.box, [other.box for other in seen]):
                    follower.dismiss()
                    break
                if person:
                    seen.append(person)
                    known = known and Lost(person.box, frame.time_s)
            if known and not follower.person:
                self._lost = [*self._lost[1 - _MOST_LOST :], known]

    def _look_back(self, person: Person, frame: Frame, earlier: list[_Seen]) -> None:
        """Follow a newcomer from the first sighting back through the frames before it, as far as seen without a gap."""
        self._back.take_on(person, -frame.time_s)
        for before, seen in reversed(earlier):
            found = self._back.through([replace(before, time_s=-before.time_s)])[0]
            if not found or is_same(found.box, [other.box for other in seen]):
                break
            seen.append(found)

    def _admit(self, people: list[Newcomer], at: _Seen) -> dict[Follower, Person]:
        """Follow the most prominent newcomers, in place of people of much lower rank where there is no room.

        Args:
            people: Newcomers.
            at: The frame that they are in; those who are followed from now on are added to the people seen in it.

        Returns:
            The followers of the newcomers.
        """
        new: dict[Follower, Person] = {}
        frame, seen = at
        now = frame.time_s
        for newcomer in sorted(people, key=lambda one: (one.moves, prominence(one.person)), reverse=True):
            person = newcomer.person
            # Whoever is not known to be there any more gives way sooner, after the places that are free.
            ranks = [
                (one.rank() * (1.0 if one.in_hand(now) else _MISSED), one.person is not None) for one in self._followers
            ]
            place = min(range(len(ranks)), key=ranks.__getitem__)
            follower = self._followers[place]
            # That a newcomer moves is seen in two pictures only: it counts against those who stand.
            worth = prominence(person) * (1.0 if newcomer.moves and follower.stands else STILL)
            if worth <= _REPLACES * ranks[place][0] or is_same(person.box, [one.box for one in seen]):
                continue
            follower.take_on(person, now, moves=newcomer.moves)
            new[follower] = person
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
