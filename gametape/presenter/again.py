"""A second look for the presenter in the frames where nobody saw one: before, between and after.

Belongs here: which frames are looked at again, what counts as found. Does not belong here: who is the presenter.

Whoever follows several people looks at some of them in turn, and begins late where a film begins. Once it is known who
is followed, that one alone is searched for around the place before and after, in pictures of several scales. It is
never guessed: who is not found stays lost, and five frames in a row without a find end the search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.pose.clothes import clothes
from gametape.pose.person import COCO, Person, containment
from gametape.presenter.stays import CLOTHES, SHOULDERS, TRUNK, could_walk, difference, middle_of, shown_boxes

if TYPE_CHECKING:
    from gametape.base.settings import Settings
    from gametape.media.film import Film
    from gametape.pose.blazepose.landmarker import Landmarker

#: Frames in a row without a find after which the search in one direction ends.
MISSES = 5
#: Sides of the windows over the longer side of the box, in order.
_WINDOWS = (1.75, 1.3, 2.6)
#: Least confidence, and least share of the smaller box that lies in the box expected.
_SURE, _SAME = 0.35, 0.4
#: Greatest ratio of the heights of two boxes that follow each other.
_TALLER = 1.5


@dataclass(frozen=True)
class Found:
    """The presenter in a frame, by the second look.

    Attributes:
        frame: The frame.
        box: (4,) px, as estimated.
        shown: (4,) px, without legs that are hidden.
        confidence: 0..1.
        trunk: (2,) px, between shoulders and hips; NaN where hidden.
        shoulders: (2,) px; NaN where hidden.
    """

    frame: int
    box: np.ndarray
    shown: np.ndarray
    confidence: float
    trunk: np.ndarray
    shoulders: np.ndarray


@dataclass(frozen=True)
class Known:
    """What is known of one stretch before the second look: rows in order of time.

    Attributes:
        frames: (n,) frames in which the presenter was seen.
        boxes: (n, 4) px.
        clothes: (n, 6) CIELAB.
        first: First frame that may be the presenter's too.
        stop: One past the last such frame.
    """

    frames: np.ndarray
    boxes: np.ndarray
    clothes: np.ndarray
    first: int
    stop: int


def look_again(film: Film, known: Sequence[Known], looked: np.ndarray, settings: Settings) -> list[list[Found]]:
    """Search for each stretch's person in the frames `looked` (ascending) where it lacks.

    Returns:
        What was found of each stretch, in order of frames; nothing where the estimator is not MediaPipe's.

    Raises:
        Unavailable: The estimator's weights are not there.
    """
    if settings.pose != "mediapipe" or not any(len(_lacks(one, looked)) for one in known):
        return [[] for _ in known]
    from gametape.pose.blazepose.landmarker import Bundle, Landmarker, quiet_stderr
    from gametape.pose.estimators import default_weights

    with quiet_stderr():
        landmarker = Landmarker(Bundle.of(default_weights(settings)), 1)
        try:
            return [_of_one(film, one, looked, landmarker) for one in known]
        finally:
            landmarker.close()


def _lacks(known: Known, looked: np.ndarray) -> np.ndarray:
    within = (looked >= known.first) & (looked < known.stop)
    return looked[within & ~np.isin(looked, known.frames)]


def _of_one(film: Film, known: Known, looked: np.ndarray, landmarker: Landmarker) -> list[Found]:
    """Forwards from each frame that is known, then backwards, as far as somebody is found."""
    found: dict[int, Found] = {}
    for onwards in (True, False):
        frames = _lacks(known, looked)
        frames = frames[~np.isin(frames, list(found))]
        for run in _runs(frames if onwards else frames[::-1], looked):
            boxes = dict(zip(known.frames.tolist(), known.boxes, strict=True))
            boxes |= {frame: one.box for frame, one in found.items()}
            before = [f for f in boxes if (f < run[0] if onwards else f > run[0])]
            if not before:
                continue
            start = max(before) if onwards else min(before)
            found |= _along(film, run, start, boxes[start], known.clothes, landmarker)
    return [found[frame] for frame in sorted(found)]


def _along(
    film: Film, run: Sequence[int], start: int, box: np.ndarray, colours: np.ndarray, landmarker: Landmarker
) -> dict[int, Found]:
    """Follow somebody through frames, from the box in the frame `start`."""
    found: dict[int, Found] = {}
    misses, at = 0, start
    for few in _chunks(run):
        pictures = {frame.index: frame.image for frame in film.pictures(sorted(few), pixel_format="rgb24")}
        for number in few:
            gap = abs(float(film.times[number] - film.times[at]))
            one = _look(film, pictures[number], box, gap, colours, landmarker)
            if one is None:
                misses += 1
                if misses >= MISSES:
                    return found
                continue
            box, at, misses = one.box, number, 0
            joints = one.keypoints[None]
            shown = shown_boxes(box[None], joints, film.height)[0]
            trunk, shoulders = (middle_of(joints, which)[0] for which in (TRUNK, SHOULDERS))
            found[number] = Found(number, box, shown, one.confidence, trunk, shoulders)
    return found


def _look(
    film: Film, picture: np.ndarray, box: np.ndarray, gap_s: float, colours: np.ndarray, landmarker: Landmarker
) -> Person | None:
    """The person expected in a box of source px, in source px."""
    from gametape.pose.blazepose.windows import window

    scale = np.array(film.scale)
    inside = box / np.tile(scale, 2)
    size = float((inside[2:] - inside[:2]).max())
    for times in _WINDOWS:
        for person in landmarker.look(picture, window(inside, times * size, picture)):
            whole = Person(person.box * np.tile(scale, 2), person.keypoints * (*scale, 1), person.confidence)
            tall = sorted((whole.height, float(box[3] - box[1])))
            if (
                whole.confidence >= _SURE
                and tall[1] <= _TALLER * max(tall[0], 1.0)
                and containment(whole.box[None], box[None])[0, 0] >= _SAME
                and could_walk(box, whole.box, gap_s)
                and np.isfinite(whole.keypoints[:COCO, 0]).sum() >= 3
                and not difference(clothes(picture, person)[None], colours) > 2 * CLOTHES
            ):
                return whole
    return None


def _runs(frames: np.ndarray, looked: np.ndarray) -> list[list[int]]:
    """Frames that follow each other among those looked at, in the order given."""
    places = np.searchsorted(looked, frames)
    cuts = np.flatnonzero(np.abs(np.diff(places)) > 1) + 1
    return [part.tolist() for part in np.split(frames, cuts) if len(part)]


def _chunks(run: Sequence[int]) -> list[Sequence[int]]:
    return [run[k : k + MISSES] for k in range(0, len(run), MISSES)]
