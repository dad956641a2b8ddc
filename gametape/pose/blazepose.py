"""MediaPipe's pose landmarker (BlazePose), made to find several people who are small in the picture.

Belongs here: running the landmarker and deciding where in the picture it looks. Does not belong here: who is who
over time (tracks).

The landmarker finds a person who fills much of the picture it is given (its detector sees 224 px), so in a wide
view it misses nearly everybody. Here it looks at parts of the picture instead: at every square of a grid when
nobody is known, then through a window around each known person; a square of the grid now and then finds who comes
in. In video mode the landmarker looks where the person just was in the picture it is given, which saves the detector:
so the window goes along with the person, and keeps its size. From 45 frames a second every second look is at the
mirrored picture, by a landmarker of its own: where the landmarker errs it often errs otherwise there, so that smoothing
over time (repair) takes the mean of both. Plain looks alone say where the person is: a mirrored one that has somebody
else, or nobody, is made again plainly, and for a second none is.

A look costs 8 ms of a processor, so only the foremost people, players rather than who sits and watches, are looked
at in every frame; the others in turn. Frames are worked on in short blocks: within one, each person is followed on a
thread of its own, while another searches; who is followed how is settled between blocks. So the threads are never
waited for long, and what they find does not depend on which is faster.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.errors import BadInput
from gametape.pose.person import COCO, KEYPOINT, Person, containment, other_side
from gametape.pose.tflite import output_count, without_output
from gametape.tables.pose import KEYPOINTS

if TYPE_CHECKING:
    from ctypes import Structure

    from mediapipe.tasks.python import BaseOptions

    from gametape.media.film import Frame

# The landmarker's 33 landmarks that are ours; the left and right are the person's own, as in COCO.
_LANDMARKS = {
    "nose": 0, "left_eye": 2, "right_eye": 5, "left_ear": 7, "right_ear": 8, "left_shoulder": 11,
    "right_shoulder": 12, "left_elbow": 13, "right_elbow": 14, "left_wrist": 15, "right_wrist": 16,
    "left_index": 19, "right_index": 20, "left_thumb": 21, "right_thumb": 22, "left_hip": 23, "right_hip": 24,
    "left_knee": 25, "right_knee": 26, "left_ankle": 27, "right_ankle": 28, "left_heel": 29, "right_heel": 30,
    "left_toe": 31, "right_toe": 32,
}  # fmt: skip
_ORDER = [_LANDMARKS[name] for name in KEYPOINTS]
_OTHER_SIDES = [KEYPOINT[other_side(name)] for name in KEYPOINTS]

# Of looks no farther apart every second one is at the mirrored picture (at 45 frames a second too, where times are
# rounded). At 25 and 30 frames a second each landmarker would see somebody too seldom: small players' knees and elbows,
# labelled by hand, were then less right.
_MIRRORED_S = 1 / 44
_DOUBT_S = 1.0  # without mirrored looks after one that had somebody else, or any that had nobody: people cross
_LAPSED_S = 0.1  # where somebody was in a mirrored look longer ago is no help
_ELSE = 0.08  # of the person's height; joints of a mirrored look farther off in median are somebody else's
_AGREES = 0.04  # of the person's height, from where the looks around a mirrored one put a joint
_DETECTION = 0.3  # least score of the detector; a second look (below) weeds out what is no person
_NEW, _KNOWN = 0.5, 0.35  # least confidence of a person just found, and of one already known
_GRID, _GRID_OVERLAP = 0.4, 0.25  # side of a square of the grid over the picture's shorter side
_CLOSE = 1.75  # side of the square of a second look over the longer side of the person's box
# The same of the window to follow in: when opened, and the least and most before another is opened. In a wider one the
# detector may take to somebody else.
_WINDOW, _LEAST_WINDOW, _MOST_WINDOW = 1.75, 1.1, 3.0
_REPLACES = 1.5  # times as prominent as somebody we follow, when we follow as many as we may
_SAME = 0.5  # containment from which two boxes are one person
_REACH_PER_S = 3.0  # how much the box grows in which a person we missed may be, in its own sizes per second
_LOST_S = 0.5  # a person not seen for this long is forgotten
_SEARCH_S = 1.0  # least time between two searches of the whole picture
_SQUARE_S, _SQUARE_FULL_S = 0.1, 0.35  # between two squares of the grid: with room among the foremost, and without
_QUIET = 0.01  # weight of a square in which nothing moves, as a share of pixels that changed
_THIN, _CHANGE = 4, 16  # every so many pixels are compared, and levels by which one changes
_BLOCK_S, _BLOCK_FRAMES = 0.19, 12  # length of a block, and most frames in one: they are all in memory
_FOREMOST, _IN_TURN = 2, 2  # people looked at in every frame of a block, and most others looked at once in it
_REST_S = 0.35  # least time between two looks at somebody else who stands still
_MOTION_S, _MOTION_STEP_S = 2.0, 0.15  # time over which motion is averaged, and least between two poses compared
_STILL, _MOVING = 0.25, 0.75  # weight of who does not move at all; heights per second from which motion counts no more
_STAYS = 1.25  # times its rank for who is among the foremost already
# Video mode smooths over time, with a lag and across people. Told that frames are an age apart it takes each place as
# it is, but for a thousandth; visibility, for which it has no clock, is this part new and the rest what it said before.
# It counts nanoseconds: of longer ages a film of hours would have more than it can count, and it warns at each joint.
_AGE_MS = 5_000_000
_VISIBILITY_NEW = 0.1

_LANDMARK_MODEL, _OUTPUTS, _MASK = "pose_landmarks_detector.tflite", 5, 2  # in a bundle; MediaPipe reads by number

Square = tuple[int, int, int, int]
"""Left, top, right, bottom, in whole pixels."""


class BlazePose:
    """MediaPipe's pose landmarker. `weights` is a `.task` bundle, `most` the most people in one picture; `threads`,
    the processors' number by default, is for speed alone.

    Raises BadInput when MediaPipe cannot use the bundle.
    """

    def __init__(self, weights: Path, most: int, *, threads: int | None = None) -> None:
        self._most = most
        with _stderr_kept_quiet():
            import mediapipe

            self.name = f"mediapipe {mediapipe.__version__} {weights.stem}"
            bundle = _Bundle.of(weights)
            self._several = _Landmarker(bundle, max(2, most))
            self._one = _Landmarker(bundle, 1)
        self._followers = [_Follower(bundle) for _ in range(most)]
        self._pool = ThreadPoolExecutor(threads or os.cpu_count(), "pose")

    def close(self) -> None:
        self._pool.shutdown()
        with _stderr_kept_quiet():
            for part in (self._several, self._one, *self._followers):
                part.close()

    def people(self, frames: Iterable[Frame]) -> Iterator[tuple[Frame, list[Person]]]:
        """See `Estimator.people`."""
        for follower in self._followers:
            follower.dismiss()
        self._searched_s = -np.inf
        squares: _Squares | None = None
        for block in _blocks(frames):
            squares = squares or _Squares(block[0])
            yield from zip(block, self._look(block, squares), strict=True)

    def _look(self, block: list[Frame], squares: _Squares) -> list[list[Person]]:
        """The people in each frame of a block: who is known, and who is found in its first frame."""
        first, seen = block[0], {frame.index: [] for frame in block}
        known = [follower.person.box for follower in self._followers if follower.person]
        search = self._pool.submit(self._newcomers, first.image, self._due(first, squares, known), known)
        self._follow(self._plan(block), seen)
        new = self._admit(search.result(), first.time_s, seen[first.index])
        self._follow([(follower, block[1:]) for follower in new], seen)
        return list(seen.values())

    def _due(self, frame: Frame, squares: _Squares, known: list[np.ndarray]) -> list[Square]:
        """The squares of the grid to search now. `known` are boxes."""
        now = frame.time_s
        if not known:
            if now - self._searched_s < _SEARCH_S:
                return []
            self._searched_s = self._squared_s = now
            return squares.all
        if now - self._squared_s < (_SQUARE_S if len(known) < _FOREMOST else _SQUARE_FULL_S):
            return []
        self._squared_s = now
        return [squares.next(frame, known)]

    def _plan(self, block: list[Frame]) -> list[tuple[_Follower, list[Frame]]]:
        """Who is followed through which frames, the foremost first."""
        known = sorted((one for one in self._followers if one.person), key=_Follower.rank, reverse=True)
        for place, follower in enumerate(known):
            follower.foremost = place < _FOREMOST
        now = block[0].time_s
        others = sorted((one for one in known[_FOREMOST:] if one.due(now)), key=lambda one: one.looked_s)[:_IN_TURN]
        return [(one, block) for one in known[:_FOREMOST]] + [(one, block[:1]) for one in others]

    def _follow(self, plan: list[tuple[_Follower, list[Frame]]], seen: dict[int, list[Person]]) -> None:
        """Follow each through their frames, and add to who is seen in each. Of two who follow one, the first stays."""
        looks = [self._pool.submit(follower.through, frames) for follower, frames in plan]
        for (follower, frames), look in zip(plan, looks, strict=True):
            for frame, person in zip(frames, look.result(), strict=True):
                if person and _same(person.box, [other.box for other in seen[frame.index]]):
                    follower.dismiss()
                    break
                if person:
                    seen[frame.index].append(person)

    def _newcomers(self, picture: np.ndarray, squares: list[Square], known: list[np.ndarray]) -> list[Person]:
        """People in the squares other than the known, of whom the boxes are given.

        Each is looked at again from close by: a square may cut a body, and what is no person is seldom taken for
        one twice.
        """
        if not squares:
            return []
        taken = list(known)
        rest = picture.copy()
        for box in taken:
            _hide(rest, box)
        new = []
        for square in squares:
            for rough in sorted(self._several.look(rest, square), key=_prominence, reverse=True):
                if rough.confidence < _NEW or _same(rough.box, taken):
                    continue
                for person in self._one.look(picture, _around(rough.box, _CLOSE, picture)):
                    if person.confidence >= _NEW and _same(person.box, [rough.box]) and not _same(person.box, taken):
                        new.append(person)
                        taken.append(person.box)
                        _hide(rest, person.box)
        return new

    def _admit(self, people: list[Person], now: float, seen: list[Person]) -> list[_Follower]:
        """Follow the most prominent of them too, in place of somebody of much lower rank where need be. They are added
        to who is seen now; returns who follows them."""
        new = []
        for person in sorted(people, key=_prominence, reverse=True):
            least = min(self._followers, key=_Follower.rank)
            # Whether a newcomer moves is not known: nobody is replaced for that.
            if _STILL * _prominence(person) <= _REPLACES * least.rank() or _same(person.box, [one.box for one in seen]):
                continue
            least.take_on(person, now)
            new.append(least)
            seen.append(person)
        return new


class _Squares:
    """The squares of a film's grid, in the order that finds newcomers soon: each has waited, those in which something
    moves besides the known people count for more."""

    def __init__(self, frame: Frame) -> None:
        self.all = _grid(frame.image)
        self._searched_s = np.full(len(self.all), frame.time_s - _SEARCH_S)
        self._before = _thinned(frame)

    def next(self, frame: Frame, known: list[np.ndarray]) -> Square:
        now = _thinned(frame)
        moved = (np.abs(now - self._before) > _CHANGE).astype(np.float32)
        self._before = now
        for box in known:
            _hide(moved, box / _THIN, 0)
        share = [
            moved[top // _THIN : bottom // _THIN, left // _THIN : right // _THIN].mean()
            for left, top, right, bottom in self.all
        ]
        chosen = int(np.argmax((np.array(share) + _QUIET) * (frame.time_s - self._searched_s)))
        self._searched_s[chosen] = frame.time_s
        return self.all[chosen]


class _Follower:
    """Follows one person through a window that goes along."""

    def __init__(self, bundle: _Bundle) -> None:
        self._bundle = bundle
        # By whether they see the picture mirrored; made when they are to look: it takes 50 ms.
        self._landmarkers: dict[bool, _Landmarker] = {}
        self._mirrored_s = -np.inf  # of the last mirrored look
        self.dismiss()

    def close(self) -> None:
        for landmarker in self._landmarkers.values():
            landmarker.close()

    def dismiss(self) -> None:
        """Follow nobody."""
        self.person: Person | None = None
        self.foremost = False
        self._side: float | None = None  # of the window, px

    def take_on(self, person: Person, now: float) -> None:
        self.dismiss()
        self.person, self.seen_s, self._motion, self._missed = person, now, np.zeros(2), False
        self.looked_s = now
        self._doubted_s = -np.inf  # when a look last had nobody, or somebody else
        self._speed: float | None = None  # of the median joint, heights per second
        self._then: tuple[Person, float] | None = None  # from where it is next measured

    def rank(self) -> float:
        """How much the person is worth a look: prominent, seen of late, on the move."""
        if not self.person:
            return 0.0
        stays = _STILL if self._missed else _STAYS if self.foremost else 1.0
        return _prominence(self.person) * self._moves() * stays

    def due(self, now: float) -> bool:
        """Is another look at the person worth it, though not among the foremost?"""
        return self._moves() > _STILL or now - self.looked_s >= _REST_S

    def _moves(self) -> float:
        """1 for who moves, or is not known not to; `_STILL` for who does not."""
        return 1.0 if self._speed is None else min(max(self._speed / _MOVING, _STILL), 1.0)

    def through(self, frames: list[Frame]) -> list[Person | None]:
        """The person in each of the frames, which follow each other."""
        seen: list[Person | None] = []
        mirrored: dict[int, Person] = {}  # by place in `frames`: who the plain look before saw
        for number, frame in enumerate(frames):
            before = self.person
            # The last look is plain: the next block has to begin where the person is.
            turn = number - 1 not in mirrored and self._certain(frame.time_s, frames[number + 1 :])
            person = self._look(frame.image, frame.time_s, mirrored=True) if turn else None
            if before and person:
                mirrored[number] = before
            seen.append(person or self._look(frame.image, frame.time_s))
        for number, before in mirrored.items():
            person, after = seen[number : number + 2]
            if person and after:
                seen[number] = _agreed(before, person, after)
        return seen

    def _certain(self, now: float, later: list[Frame]) -> bool:
        """Is where the person is out of doubt, from looks just before and at once after? `later` are the frames after
        this one."""
        close = bool(later) and later[0].time_s - self.seen_s <= 2 * _MIRRORED_S
        return close and now - self._doubted_s >= _DOUBT_S

    def _look(self, picture: np.ndarray, now: float, *, mirrored: bool = False) -> Person | None:
        """The person in the picture at `now`. Nothing follows from a mirrored look; of a plain one all that is known of
        the person, who is dismissed when not seen for too long."""
        if self.person is None:
            return None
        self.looked_s = now
        unseen_s = now - self.seen_s
        shift = self._motion * unseen_s
        expected = self.person.box + np.tile(shift, 2)
        if self._missed:  # wherever the person may have got to by now
            expected = _grown(expected, 1 + _REACH_PER_S * unseen_s)
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
        person = next(iter(landmarker.look(picture, _window(expected, self._side, picture))), None)
        if person and (person.confidence < _KNOWN or not _same(person.box, [expected])):
            person = None
        if mirrored:
            if person and _apart(person, self.person, shift) > _ELSE * self.person.height:
                person = None
            if not person:
                self._doubted_s = now
                landmarker.forget()
            return person
        if person:
            moved = (person.box - self.person.box).reshape(2, 2).mean(axis=0)
            # Half of what is new: a person mistaken for another for once must not send us far away.
            self._motion = (self._motion + moved / max(now - self.seen_s, 1e-6)) / 2
            self.person, self.seen_s, self._missed = person, now, False
            self._measure(person, now)
            return person
        if self._missed and unseen_s >= _LOST_S:
            self.dismiss()
        self._side, self._motion, self._missed, self._doubted_s = None, np.zeros(2), True, now
        return None

    def _landmarker(self, mirrored: bool) -> _Landmarker:
        if mirrored not in self._landmarkers:
            self._landmarkers[mirrored] = _Landmarker(self._bundle, 1, video=True, mirrored=mirrored)
        return self._landmarkers[mirrored]

    def _measure(self, person: Person, now: float) -> None:
        """How fast the person moves, from poses far enough apart for the joints' trembling not to tell."""
        then, then_s = self._then = self._then or (person, now)
        step = now - then_s
        shifts = np.linalg.norm((person.keypoints - then.keypoints)[:, :2], axis=1)
        if step < _MOTION_STEP_S or not np.isfinite(shifts).any():
            return
        speed = float(np.nanmedian(shifts)) / person.height / step
        before = speed if self._speed is None else self._speed
        self._speed = before + min(1.0, step / _MOTION_S) * (speed - before)
        self._then = person, now


@dataclass(frozen=True)
class _Bundle:
    """A `.task` bundle in memory, without the segmentation mask's part of its network: a third of a look's time for
    what nobody reads. Joints are the same to the last bit."""

    path: Path
    content: bytes

    @classmethod
    def of(cls, path: Path) -> _Bundle:
        """Raises BadInput where it cannot be read."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                members = {name: bundle.read(name) for name in bundle.namelist()}
            if output_count(members[_LANDMARK_MODEL]) == _OUTPUTS:
                members[_LANDMARK_MODEL] = without_output(members[_LANDMARK_MODEL], _MASK)
        except (zipfile.BadZipFile, KeyError, IndexError, struct.error):
            return cls(path, content)  # MediaPipe will say what it lacks
        trimmed = io.BytesIO()
        with zipfile.ZipFile(trimmed, "w", zipfile.ZIP_STORED) as bundle:
            for name, member in members.items():
                bundle.writestr(name, member)
        return cls(path, trimmed.getvalue())


def _unusable(path: Path, error: Exception) -> BadInput:
    return BadInput(
        str(path),
        f"MediaPipe cannot load it: {str(error).splitlines()[0]}",
        "Set GAMETAPE_POSE_MODEL to a pose landmarker bundle (.task), or unset it",
    )


def _unheard(model: bytes) -> BaseOptions:
    """Options of a task that keeps to itself. MediaPipe's wheels post usage events to their maker and have no switch
    for it; they trust whoever this bundle of certificates vouches for, and an empty one vouches for nobody."""
    from mediapipe.tasks.python import BaseOptions

    class Unheard(BaseOptions):
        def to_ctypes(self) -> Structure:
            options = super().to_ctypes()
            options.ca_bundle_path = os.devnull.encode()
            return options

    return Unheard(model_asset_buffer=model)


class _Landmarker:
    """The landmarker proper, for at most `people` people, told where to look. A `mirrored` one sees the picture
    mirrored; what it says of people is of the picture as it is."""

    def __init__(self, bundle: _Bundle, people: int, *, video: bool = False, mirrored: bool = False) -> None:
        import mediapipe
        from mediapipe.tasks.python import vision

        self._mediapipe, self._clock_ms = mediapipe, (0 if video else None)
        self._remembers, self._mirrored = False, mirrored
        self._visibility: np.ndarray | None = None  # as last said
        try:
            self._landmarker = vision.PoseLandmarker.create_from_options(
                vision.PoseLandmarkerOptions(
                    base_options=_unheard(bundle.content),
                    running_mode=vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE,
                    num_poses=people,
                    min_pose_detection_confidence=_DETECTION,
                )
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise _unusable(bundle.path, error) from error

    def close(self) -> None:
        self._landmarker.close()

    def forget(self) -> None:
        """In video mode, forget where the person was: there is nobody in a black picture."""
        if self._remembers:
            self._detect(np.zeros((16, 16, 3), np.uint8))
            self._remembers = False

    def look(self, picture: np.ndarray, square: Square) -> list[Person]:
        """The people in a part of the picture, in the picture's pixels."""
        left, top, right, bottom = square
        if right - left < 2 or bottom - top < 2:
            return []
        height, width = picture.shape[:2]
        people = []
        part = picture[top:bottom, left:right]
        for landmarks in self._detect(np.ascontiguousarray(part[:, ::-1] if self._mirrored else part)):
            raw = landmarks[_ORDER]
            if self._mirrored:
                raw = raw[_OTHER_SIDES] * (-1, 1, 1, 1) + (1, 0, 0, 0)
            xy = raw[:, :2] * (right - left, bottom - top) + (left, top)
            inside = ((xy >= 0) & (xy < (width, height))).all(axis=1)
            # A landmark outside the picture is a guess: there is nothing to see.
            keypoints = np.where(inside[:, None], np.column_stack([xy, raw[:, 2]]), np.nan)
            if inside[:COCO].sum() >= 3:
                sure = np.where(inside, raw[:, 2:].min(axis=1), 0)[:COCO]
                people.append(Person(_box(xy[inside], width, height), keypoints, float(sure.mean())))
        return people

    def _detect(self, picture: np.ndarray) -> list[np.ndarray]:
        """Each person's landmarks (33, 4): x and y as parts of the picture's size, visibility, presence."""
        image = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=picture)
        if self._clock_ms is None:
            return [_values(pose) for pose in self._landmarker.detect(image).pose_landmarks]
        self._remembers = True
        self._clock_ms += _AGE_MS
        poses = [_values(pose) for pose in self._landmarker.detect_for_video(image, self._clock_ms).pose_landmarks]
        for pose in poses:
            before, self._visibility = self._visibility, pose[:, 2].copy()
            if before is not None:
                now = (self._visibility - (1 - _VISIBILITY_NEW) * before) / _VISIBILITY_NEW
                pose[:, 2] = np.clip(now, 0, 1)
        return poses


def _blocks(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    """Frames in lists of those of a short time."""
    block: list[Frame] = []
    for frame in frames:
        if block and (frame.time_s - block[0].time_s >= _BLOCK_S or len(block) == _BLOCK_FRAMES):
            yield block
            block = []
        block.append(frame)
    if block:
        yield block


def _thinned(frame: Frame) -> np.ndarray:
    """A few of the picture's pixels, green alone, to compare."""
    return frame.image[::_THIN, ::_THIN, 1].astype(np.int16)


def _values(pose: list) -> np.ndarray:
    return np.array([(p.x, p.y, p.visibility, p.presence) for p in pose])


def _box(xy: np.ndarray, width: int, height: int) -> np.ndarray:
    """The box of the joints, and a tenth more for what lies beyond them: the crown, the hands, the soles."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    margin = 0.05 * (high - low).max()
    return np.concatenate([np.maximum(low - margin, 0), np.minimum(high + margin, (width, height))])


def _prominence(person: Person) -> float:
    return person.confidence * person.height


def _same(box: np.ndarray, others: list[np.ndarray]) -> bool:
    return bool(others) and bool((containment(box[None], np.stack(others)) > _SAME).any())


def _hide(picture: np.ndarray, box: np.ndarray, value: int = 128) -> None:
    """Paint over a person, so that nobody is found there."""
    left, top, right, bottom = box.astype(int)
    picture[top:bottom, left:right] = value


def _apart(person: Person, other: Person, shift: np.ndarray) -> float:
    """How far in median the one's joints are from the other's, moved by `shift`; infinite where they share none."""
    off = np.hypot(*(person.keypoints[:, :2] - other.keypoints[:, :2] - shift).T)
    return float(np.nanmedian(off)) if np.isfinite(off).any() else np.inf


def _agreed(before: Person, person: Person, after: Person) -> Person:
    """The person of a mirrored look, but that joints far from where the looks before and after it have them lie between
    the two, and the box with them: where the mirrored landmarker takes left for right and the other does not, it is not
    believed. A joint that one of the two lacks is then unknown."""
    joints, between = person.keypoints, (before.keypoints + after.keypoints) / 2
    off = [np.hypot(*(joints - told)[:, :2].T) for told in (before.keypoints, between, after.keypoints)]
    far = np.fmin.reduce(off) > _AGREES * person.height
    if not far.any():
        return person
    return replace(person, box=(before.box + after.box) / 2, keypoints=np.where(far[:, None], between, joints))


def _grown(box: np.ndarray, times: float) -> np.ndarray:
    """The box made larger about its centre."""
    middle = np.tile((box[:2] + box[2:]) / 2, 2)
    return middle + (box - middle) * times


def _around(box: np.ndarray, times: float, picture: np.ndarray) -> Square:
    """The square around a box, `times` its longer side, cut at the picture's borders."""
    height, width = picture.shape[:2]
    half = times * (box[2:] - box[:2]).max() / 2
    centre = (box[:2] + box[2:]) / 2
    low = np.clip(centre - half, 0, (width, height)).astype(int)
    high = np.clip(centre + half, 0, (width, height)).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _window(box: np.ndarray, side: float, picture: np.ndarray) -> Square:
    """The square of this side about the box's middle, pushed into the picture; cut only where it is larger."""
    limit = np.array(picture.shape[1::-1])
    size = np.minimum(round(side), limit)
    low = np.clip((box[:2] + box[2:] - size) / 2, 0, limit - size).astype(int)
    return int(low[0]), int(low[1]), int(low[0] + size[0]), int(low[1] + size[1])


def _grid(picture: np.ndarray) -> list[Square]:
    """The whole picture, then overlapping squares that cover it."""
    height, width = picture.shape[:2]
    side = round(_GRID * min(width, height))
    starts = [
        np.linspace(0, size - side, int(np.ceil((size - side) / (side * (1 - _GRID_OVERLAP)))) + 1).astype(int)
        for size in (width, height)
    ]
    squares = [(int(x), int(y), int(x) + side, int(y) + side) for y in starts[1] for x in starts[0]]
    return [(0, 0, width, height), *squares]


@contextmanager
def _stderr_kept_quiet() -> Iterator[None]:
    """Send the process' stderr nowhere for a moment: MediaPipe's C++ logs there before it can be told not to."""
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
