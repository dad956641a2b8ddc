"""Follows one person from frame to frame through a window that moves along.

Belongs here: where a person is looked for next, mirrored looks, how fast the person moves. Does not belong here: whom
to follow (estimator.py), running the landmarker (landmarker.py).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gametape.media.film import Frame
from gametape.pose.blazepose.landmarker import Bundle, Landmarker
from gametape.pose.blazepose.motion import changed
from gametape.pose.blazepose.windows import grown, is_same, prominence, window
from gametape.pose.person import Person

#: From this frame interval down, every second look is at the mirrored picture: at 45 frames a second too, although
#: times are rounded. At 25 and 30 frames a second each landmarker would see somebody too seldom: knees and elbows of
#: small players, labelled by hand, were then less accurate.
_MIRRORED_S = 1 / 44
#: No mirrored looks for this long after one that saw somebody else, or any that saw nobody, seconds: people may cross.
_DOUBT_S = 1.0
#: A mirrored landmarker forgets where somebody was longer ago than this, seconds.
_LAPSED_S = 0.1
#: Joints of a mirrored look are somebody else's where their median distance is above this, in the person's heights.
_ELSE = 0.08
#: A mirrored look's joint is believed within this distance of the looks around it, in the person's heights.
_AGREES = 0.04
#: Least confidence of a person who is already followed.
_KNOWN = 0.35
#: Side of the window over the longer side of the person's box: when opened, and the least and most before another is
#: opened. In a wider window the detector may find somebody else.
_WINDOW, _LEAST_WINDOW, _MOST_WINDOW = 1.75, 1.1, 3.0
#: How fast the box grows in which a person who was missed may be, in its own sizes per second.
_REACH_PER_S = 3.0
#: A person not seen for this long is forgotten, seconds.
_LOST_S = 0.5
#: A person who was missed is still in hand for so long, seconds; then others are searched for as if there were nobody.
_IN_HAND_S = 0.12
#: Shortest time between two looks at somebody who stands still and is not among the foremost, seconds.
_REST_S = 0.35
#: Time over which motion is averaged, and the least between two poses that are compared, seconds.
_MOTION_S, _MOTION_STEP_S = 2.0, 0.15
#: Weight of somebody who does not move at all; heights per second from which more motion counts no more.
STILL, _MOVING = 0.25, 0.75
#: Weight of somebody of whom two pictures alone show motion.
_LIKELY = 0.6
#: Where the picture does not change for this long, seconds, nobody moves, however the joints jump; the share of a box
#: that changes when somebody moves.
_UNCHANGED_S, _CHANGED = 0.7, 0.01
#: Weight of motion up to which somebody is taken to stand.
_STANDS = 0.4
#: Factor on the rank of those who are among the foremost already, so that they do not change places all the time.
_STAYS = 1.25


class Follower:
    """Follows one person through a window that moves along.

    Attributes:
        person: The person as last seen; None while nobody is followed.
        seen_s: Time of the last look that saw the person, seconds.
        looked_s: Time of the last plain or mirrored look, seconds.
        foremost: The person is among those looked at in every frame.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        # The plain and the mirrored one, made when they are first needed: it takes 50 ms.
        self._landmarkers: dict[bool, Landmarker] = {}
        self._mirrored_s = -np.inf  # of the last mirrored look
        self.dismiss()

    def close(self) -> None:
        """Free MediaPipe's memory."""
        for landmarker in self._landmarkers.values():
            landmarker.close()

    def dismiss(self) -> None:
        """Follow nobody."""
        self.person: Person | None = None
        self.foremost = False
        self._side: float | None = None  # of the window, px

    def take_on(self, person: Person, now: float, *, moves: bool = True) -> None:
        """Follow this person from now on, who is taken to move, or to stand, until that is measured."""
        self.dismiss()
        self._expected = _LIKELY if moves else STILL
        self.person, self.seen_s, self._motion, self._missed = person, now, np.zeros(2), False
        self.looked_s = self._changed_s = now
        self._doubted_s = -np.inf  # when a look last saw nobody, or somebody else
        self._speed: float | None = None  # of the median joint, heights per second
        self._then: tuple[Person, float] | None = None  # pose and time that motion is next measured from

    def rank(self) -> float:
        """How much the person is worth a look: prominent, seen lately, moving."""
        if not self.person:
            return 0.0
        stays = STILL if self._missed else _STAYS if self.foremost else 1.0
        return prominence(self.person) * self._moves() * stays

    def in_hand(self, now: float) -> bool:
        """The person was seen so lately that it is known where."""
        return self.person is not None and now - self.seen_s <= (_IN_HAND_S if self._missed else _LOST_S)

    @property
    def stands(self) -> bool:
        """The person moves so little that somebody who does is preferred."""
        return self.person is None or self._moves() <= _STANDS

    @property
    def moved(self) -> bool:
        """The person was seen to move, not only taken to."""
        return self._speed is not None and not self.stands

    def due(self, now: float) -> bool:
        """Another look is worth it, though the person is not among the foremost."""
        return self._moves() > STILL or now - self.looked_s >= _REST_S

    def _moves(self) -> float:
        """1 for a person who moves, down to STILL for one who does not; at first what was taken to be so."""
        if self.looked_s - self._changed_s > _UNCHANGED_S:
            return STILL
        return self._expected if self._speed is None else min(max(self._speed / _MOVING, STILL), 1.0)

    def through(self, frames: list[Frame], last: Frame | None = None) -> list[Person | None]:
        """Follow the person through consecutive frames.

        Args:
            frames: The frames.
            last: The frame until which it is seen whether the picture changes; by default the last of `frames`.

        Returns:
            The person in each frame; None where not seen.
        """
        seen: list[Person | None] = []
        mirrored: dict[int, Person] = {}  # by index in `frames`: what the plain look before saw
        for number, frame in enumerate(frames):
            before = self.person
            # The last look is plain: the next block must begin where the person is.
            turn = number - 1 not in mirrored and self._certain(frame.time_s, frames[number + 1 :])
            person = self._look(frame.image, frame.time_s, mirrored=True) if turn else None
            if before and person:
                mirrored[number] = before
            seen.append(person or self._look(frame.image, frame.time_s))
        if self.person and frames:
            last = last or frames[-1]
            if last is not frames[0] and changed(frames[0], last, self.person.box) >= _CHANGED:
                self._changed_s = last.time_s
        for number, before in mirrored.items():
            person, after = seen[number : number + 2]
            if person and after:
                seen[number] = reconciled(before, person, after)
        return seen

    def _certain(self, now: float, later: list[Frame]) -> bool:
        """Looks just before and right after leave no doubt where the person is; `later` are the frames that follow."""
        close = bool(later) and later[0].time_s - self.seen_s <= 2 * _MIRRORED_S
        return close and now - self._doubted_s >= _DOUBT_S

    def _look(self, picture: np.ndarray, now: float, *, mirrored: bool = False) -> Person | None:
        """Look for the person in a picture.

        A plain look updates all that is known of the person, who is dismissed when missed for too long. A mirrored look
        changes nothing but when it was.
        """
        if self.person is None:
            return None
        self.looked_s = now
        unseen_s = now - self.seen_s
        shift = self._motion * unseen_s
        expected = self.person.box + np.tile(shift, 2)
        if self._missed:  # the person may have gone further
            expected = grown(expected, 1 + _REACH_PER_S * unseen_s)
        size = (expected[2:] - expected[:2]).max()
        if self._side is None or not _LEAST_WINDOW * size <= self._side <= _MOST_WINDOW * size:
            self._side = _WINDOW * size
            for landmarker in self._landmarkers.values():
                landmarker.forget()
        landmarker = self._landmarker(mirrored)
        if mirrored:
            if now - self._mirrored_s > _LAPSED_S:
                landmarker.forget()
            self._mirrored_s = now
        person = next(iter(landmarker.look(picture, window(expected, self._side, picture))), None)
        if person and (person.confidence < _KNOWN or not is_same(person.box, [expected])):
            person = None
        if mirrored:
            if person and median_distance(person, self.person, shift) > _ELSE * self.person.height:
                person = None
            if not person:
                self._doubted_s = now
                landmarker.forget()
            return person
        if person:
            moved = (person.box - self.person.box).reshape(2, 2).mean(axis=0)
            # Half of the new velocity: a person mistaken once for another must not move the window far away.
            self._motion = (self._motion + moved / max(now - self.seen_s, 1e-6)) / 2
            self.person, self.seen_s, self._missed = person, now, False
            self._measure(person, now)
            return person
        if self._missed and unseen_s >= _LOST_S:
            self.dismiss()
        self._side, self._motion, self._missed, self._doubted_s = None, np.zeros(2), True, now
        return None

    def _landmarker(self, mirrored: bool) -> Landmarker:
        if mirrored not in self._landmarkers:
            self._landmarkers[mirrored] = Landmarker(self._bundle, 1, video=True, mirrored=mirrored)
        return self._landmarkers[mirrored]

    def _measure(self, person: Person, now: float) -> None:
        """Measure how fast the person moves, from poses far enough apart for jitter not to count."""
        then, then_s = self._then = self._then or (person, now)
        step = now - then_s
        shifts = np.linalg.norm((person.keypoints - then.keypoints)[:, :2], axis=1)
        if step < _MOTION_STEP_S or not np.isfinite(shifts).any():
            return
        # A person mistaken once for another has not moved there: more than enough motion counts as enough.
        speed = min(float(np.nanmedian(shifts)) / person.height / step, _MOVING)
        before = self._expected * _MOVING if self._speed is None else self._speed
        self._speed = before + min(1.0, step / _MOTION_S) * (speed - before)
        self._then = person, now


def median_distance(person: Person, other: Person, shift: np.ndarray) -> float:
    """Median distance in px of the joints of two poses, the second moved by `shift`; infinite where they share none."""
    off = np.hypot(*(person.keypoints[:, :2] - other.keypoints[:, :2] - shift).T)
    return float(np.nanmedian(off)) if np.isfinite(off).any() else np.inf


def reconciled(before: Person, person: Person, after: Person) -> Person:
    """Correct a mirrored look by the plain looks before and after it.

    Joints far from both of them, and from halfway, are put halfway, and so is the box: where the mirrored landmarker
    takes left for right and the plain one does not, it is not believed. A joint that one of the two lacks is unknown
    then.
    """
    joints, between = person.keypoints, (before.keypoints + after.keypoints) / 2
    off = [np.hypot(*(joints - other)[:, :2].T) for other in (before.keypoints, between, after.keypoints)]
    far = np.fmin.reduce(off) > _AGREES * person.height
    if not far.any():
        return person
    return replace(person, box=(before.box + after.box) / 2, keypoints=np.where(far[:, None], between, joints))
