"""Searches the picture for people who are not followed yet.

Belongs here: which parts of a picture are searched, and when; what counts as a person found. Does not belong here: who
is followed (estimator.py).

While somebody is followed, one part is searched every so often: in turn a square of the grid, and the square around
what moves beside the people known; after somebody was lost who moved, every second time the place where that was.
While nobody is, (nearly) every frame is searched wherever something moves, and all squares of the grid once a second,
at a cut and as soon as somebody was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gametape.media.film import Frame
from gametape.pose.blazepose.landmarker import Bundle, Landmarker
from gametape.pose.blazepose.motion import MOST_MOVES, THIN, cells, moved, movers, thinned
from gametape.pose.blazepose.windows import Square, around, centre_in, grid, grown, hide, is_same, prominence
from gametape.pose.person import Person

#: Least confidence of a person who was just found.
_NEW = 0.5
#: Side of the square of a second, closer look over the longer side of the person's box.
_CLOSE = 1.75
#: While nobody is followed: shortest time between two searches where something moves, and between two searches of the
#: whole grid; the latter where the picture has changed altogether, as at a cut; seconds.
_SEEK_S, _GRID_S, _CUT_S = 0.06, 1.0, 0.3
#: While somebody is followed: time between two squares while there is room for another foremost, and when there is not.
_SQUARE_S, _SQUARE_FULL_S = 0.1, 0.35
#: Where something moved and was no person, it is no reason for another look for so long, seconds.
_HABIT_S = 1.0
#: Weight of a square in which nothing moves, as a share of pixels that changed.
_QUIET = 0.01
#: Side of the square around what moves over the longer side of its box. It may be a part of a body.
_AROUND = 1.6
#: Most places that are searched in one frame because something moves there.
_MOST_MOVERS = 2
#: Whoever was lost is searched for so long, seconds; side of the square there over the longer side of the box.
_SOUGHT_S, _AWAY = 2.0, 3.0
#: The known are larger than their box, since it was drawn before; so much of it is not searched for motion.
_MARGIN = 1.3
#: Changes as a share of all cells from which a picture is worth a look at the whole.
_STILL = 0.002
#: Share of a newcomer's box that changes from which the newcomer moves.
_MOVES = 0.05


@dataclass(frozen=True)
class Newcomer:
    """Somebody who was just found, and whether the picture changes there while the camera does not move."""

    person: Person
    moves: bool


@dataclass(frozen=True)
class Lost:
    """Somebody who moved and is not followed any more: the box (4,) in px where last seen, and when that was."""

    box: np.ndarray
    since_s: float


class Search:
    """Finds newcomers block by block.

    Args:
        bundle: The model.
        most: Most people in one frame.
        foremost: So many people are looked at in every frame; as long as there are fewer, squares are searched more
            often.
    """

    def __init__(self, bundle: Bundle, most: int, foremost: int) -> None:
        self._foremost = foremost
        self._several = Landmarker(bundle, max(2, most))
        self._one = Landmarker(bundle, 1)
        self.start()

    def close(self) -> None:
        """Free MediaPipe's memory."""
        self._several.close()
        self._one.close()

    def start(self) -> None:
        """Forget the film that was searched before."""
        self._grid: list[Square] = []
        self._before: np.ndarray | None = None  # the picture that motion is measured from, thinned
        self._known: list[np.ndarray] = []  # boxes at the time of that picture
        self._grid_s = self._square_s = self._sought_s = -np.inf
        self._habits: list[tuple[Square, float]] = []  # where something moved that was no person, and when
        self._mover_last = False
        self._turn = 0  # of those who were lost

    def through(
        self, block: list[Frame], known: list[np.ndarray], lost: Sequence[Lost] = ()
    ) -> tuple[int, list[Newcomer]]:
        """Search a block of frames for people other than those in the boxes `known`.

        Args:
            block: The frames.
            known: Boxes of those who are followed.
            lost: Those who were lost.

        Returns:
            The number in the block of the frame that they are in, and the people; the first frame with any.
        """
        if not self._grid:
            self._grid = grid(block[0].image)
            self._searched_s = np.full(len(self._grid), block[0].time_s - _GRID_S)
            self._before = thinned(block[-1].image)  # at the start, what moves is known from what follows
        if known:
            return 0, self._beside(block[0], known, lost)
        for number, frame in enumerate(block):
            if new := self._anybody(frame):
                return number, new
        return 0, []

    def _beside(self, frame: Frame, known: list[np.ndarray], lost: Sequence[Lost]) -> list[Newcomer]:
        """Search one part of the picture, when it is time, while there are people `known`."""
        now = frame.time_s
        lost = [one for one in lost if now - one.since_s <= _SOUGHT_S and not is_same(one.box, known)]
        if now - self._square_s < (_SQUARE_S if lost or len(known) < self._foremost else _SQUARE_FULL_S):
            return []
        self._square_s = self._sought_s = now
        changes = self._changes(frame, known)
        self._turn = self._turn + 1 if lost else 0
        if self._turn % 2:
            place = around(lost[self._turn // 2 % len(lost)].box, _AWAY, frame.image)
            return [replace(one, moves=True) for one in _newcomers(self._people(frame.image, [place], known), changes)]
        places = [place for place in self._places(frame, changes) if not self._habitual(place, now)]
        self._mover_last = bool(places) and not self._mover_last
        if not self._mover_last:
            return _newcomers(self._people(frame.image, [self._next(changes, now)], known), changes)
        new = self._people(frame.image, places[:1], known)
        if not new:
            self._habits.append((places[0], now))
        return _newcomers(new, changes)

    def _anybody(self, frame: Frame) -> list[Newcomer]:
        """Search a picture, when it is time, while nobody is followed."""
        now = frame.time_s
        if now - self._sought_s < _SEEK_S:
            return []
        self._sought_s = self._square_s = now
        changes = self._changes(frame, [])
        moving = cells(changes).mean()
        if now - self._grid_s >= (_CUT_S if moving > MOST_MOVES else _GRID_S):
            self._grid_s = now
            return _newcomers(self._people(frame.image, self._grid, []), changes)
        if moving < _STILL:
            return []
        new = self._people(frame.image, [self._grid[0], *self._places(frame, changes)], [])
        if new and now - self._grid_s >= _CUT_S:  # others may have come with them
            self._grid_s = now
            new += self._people(frame.image, self._grid[1:], [person.box for person in new])
        return _newcomers(new, changes)

    def _changes(self, frame: Frame, known: list[np.ndarray]) -> np.ndarray:
        now = thinned(frame.image)
        before, self._before = self._before, now
        people = [grown(box, _MARGIN) for box in (*self._known, *known)]
        self._known = known
        return moved(now if before is None else before, now, people)

    def _places(self, frame: Frame, changes: np.ndarray) -> list[Square]:
        """Squares around what moves."""
        boxes = movers(cells(changes), frame.image.shape)
        return [around(box, _AROUND, frame.image) for box in boxes[:_MOST_MOVERS]]

    def _habitual(self, place: Square, now: float) -> bool:
        self._habits = [(square, since) for square, since in self._habits if now - since < _HABIT_S]
        return any(centre_in(place, square) for square, _ in self._habits)

    def _next(self, changes: np.ndarray, now: float) -> Square:
        """Choose a square of the grid.

        The longer a square was not searched, and the more moves in it, the sooner it is its turn.
        """
        share = [
            changes[top // THIN : bottom // THIN, left // THIN : right // THIN].mean()
            for left, top, right, bottom in self._grid
        ]
        chosen = int(np.argmax((np.array(share) + _QUIET) * (now - self._searched_s)))
        self._searched_s[chosen] = now
        return self._grid[chosen]

    def _people(self, picture: np.ndarray, squares: list[Square], known: list[np.ndarray]) -> list[Person]:
        """Find people in the squares other than those in the boxes `known`.

        Each is looked at again from closer: a square may cut a body, and what is no person is seldom mistaken twice.
        """
        taken = list(known)
        rest = picture.copy()
        for box in taken:
            hide(rest, box)
        new = []
        for square in squares:
            for rough in sorted(self._several.look(rest, square), key=prominence, reverse=True):
                if rough.confidence < _NEW or is_same(rough.box, taken):
                    continue
                for person in self._one.look(rest, around(rough.box, _CLOSE, picture)):
                    confirmed = person.confidence >= _NEW and is_same(person.box, [rough.box])
                    if confirmed and not is_same(person.box, taken):
                        new.append(person)
                        taken.append(person.box)
                        hide(rest, person.box)
        return new


def _newcomers(people: list[Person], changes: np.ndarray) -> list[Newcomer]:
    """Tell which people move; what changes around somebody more prominent is that person's motion."""
    steady, rest = cells(changes).mean() <= MOST_MOVES, changes.copy()
    found = []
    for person in sorted(people, key=prominence, reverse=True):
        left, top, right, bottom = (np.maximum(person.box, 0) / THIN).astype(int)
        part = rest[top : bottom + 1, left : right + 1]
        found.append(Newcomer(person, steady and part.size > 0 and bool(part.mean() >= _MOVES)))
        hide(rest, np.maximum(grown(person.box, _MARGIN), 0) / THIN, 0)
    return found
