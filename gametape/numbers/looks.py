"""Looks: which frames of which track are read, and what is kept of them.

Belongs here: the choice of frames, what it may cost, the table. Does not belong here: where the shirt is (`windows`),
the network (`reader`), what the reads of a track add up to (`votes`).

Of each track the sharpest picture of every span is read. The more people, the longer the spans, and longer yet
for those of whom nothing was read lately; as soon as something seems to be legible, they are short.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.base.device import Device
from gametape.base.work import Progress, ignore_progress
from gametape.numbers.graphics import Pictures, is_graphic, small
from gametape.numbers.reader import Read, Reader, open_reader
from gametape.numbers.windows import FIRST, WINDOWS, Joints, Torso, cut, squares
from gametape.tables.follow import NUMBER_READS

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

SPAN_S, LEGIBLE_SPAN_S = 0.2, 0.12
"""Seconds of a track of which one picture is read, while few people are in the picture; and while it seems legible."""
MOST = 36.0
"""Most reads a second of film; with more people the spans become longer."""
LEAST_BOX_PX = 34.0
"""Height of a box, px of the film, below which its digits are too small to read."""
LEAST_DIGIT_PX = 7.5
"""Height of digits, px of the film, below which what is read does not count."""
SAYS = 0.08
"""Confidence of the first windows from which the others are read too."""
LEGIBLE, LONGER, LONGEST = 0.25, 1.5, 3.0
"""Confidence of a look after which the next spans are short; how much longer a span becomes after a look that says
nothing, and how much longer at most."""


@dataclass
class _Look:
    """A picture of a shirt that may be read.

    `gray` is the first of its windows in the small pictures that tell graphics, `square` its place there, `high` the
    window's height in the film's pictures, and `until_s` the end of the span of which this is the sharpest picture.
    """

    frame: int
    time_s: float
    track: int
    torso: Torso
    crops: list[np.ndarray]
    sharp: float
    gray: np.ndarray
    square: tuple[int, int, int, int]
    until_s: float
    high: int = 0


def reads(
    film: Film,
    tracks: pa.Table,
    poses: pa.Table | None = None,
    *,
    reader: Reader | None = None,
    device: Device | None = None,
    progress: Progress = ignore_progress,
) -> pa.Table:
    """Look at the shirts of all tracks.

    It knows no roster: another roster or another wanted number looks at no picture again (`votes` narrows).

    Args:
        film: The film.
        tracks: Table PERSON_TRACKS.
        poses: Table POSE_KEYPOINTS or POSE_ESTIMATES, where there are joints: the torso is taken from them.
        reader: Reads the pictures; by default the trained network on `device`.
        device: See `reader`.
        progress: Called with frames done and their number.

    Returns:
        Table NUMBER_READS, ordered by frame and track.
    """
    by_frame = _people(tracks)
    if not by_frame:
        return NUMBER_READS.empty()
    reader = reader or open_reader(device)
    pictures, rows = Pictures(), []
    patience: dict[int, float] = {}
    for looks in _looks(film, by_frame, Joints(poses), pictures, patience, progress):
        for look, read in _read(reader, looks, film.scale[1]):
            legible = bool(read.candidates) and read.confidence >= LEGIBLE
            patience[look.track] = 0.0 if legible else min(max(patience.get(look.track, 1.0), 1.0) * LONGER, LONGEST)
            rows.append((look, read))
    boxes = _boxes_by_track(by_frame)
    kept = [
        _row(look, read, _stays(look, read, pictures, boxes[look.track], film.width), film.scale[1])
        for look, read in rows
    ]
    return NUMBER_READS.from_rows(sorted(kept, key=lambda row: (row["frame"], row["track"])))


def _people(tracks: pa.Table) -> dict[int, list[tuple[int, tuple[float, ...], bool]]]:
    """By frame: each track with its box, and whether it is high enough and was found in this very frame."""
    names = ("frame", "track", "x1", "y1", "x2", "y2", "interpolated")
    people: dict[int, list[tuple[int, tuple[float, ...], bool]]] = defaultdict(list)
    for frame, track, *box, interpolated in zip(*(tracks[name].to_pylist() for name in names), strict=True):
        people[frame].append((track, tuple(box), not interpolated and box[3] - box[1] >= LEAST_BOX_PX))
    return dict(sorted(people.items()))


def _looks(
    film: Film,
    by_frame: dict[int, list[tuple[int, tuple[float, ...], bool]]],
    joints: Joints,
    pictures: Pictures,
    patience: Mapping[int, float],
    progress: Progress,
) -> Iterator[list[_Look]]:
    """The sharpest look of each span of each track, those together whose spans end in one frame.

    `patience` says by track how much longer its spans are than others; what the film shows is kept in `pictures`.
    """
    frames = list(by_frame)
    step = int(np.gcd.reduce(np.diff(frames))) if len(frames) > 1 else 1
    best: dict[int, _Look] = {}
    for done, frame in enumerate(film.frames(frames[0], frames[-1] + 1, step, pixel_format="bgr24")):
        people = by_frame.get(frame.index)
        if people is None:
            continue
        progress(done, len(frames))
        time_s = float(film.times[frame.index])
        pictures.show(frame.index, frame.image)
        whole: np.ndarray | None = None
        usual = sum(readable for *_, readable in people) / MOST
        over = [track for track, look in best.items() if time_s >= look.until_s]
        if over:
            yield [best.pop(track) for track in over]
        for track, box, readable in people:
            if not readable:
                continue
            torso = joints.torso(frame.index, box)
            around = squares(torso, film.scale)
            first = cut(frame.image, around[0])
            sharp = _sharpness(first) * (1.5 if torso.view == "torso" else 1.0)
            old = best.get(track)
            if old is not None and sharp <= old.sharp:
                continue
            whole = small(frame.image) if whole is None else whole
            crops = [first.copy(), *(cut(frame.image, square).copy() for square in around[1:])]
            span = _span(usual, patience.get(track))
            until_s = time_s + span if old is None else old.until_s
            gray, square = _patch(whole, around[0], frame.image.shape[1])
            best[track] = _Look(frame.index, time_s, track, torso, crops, sharp, gray, square, until_s)
    if best:
        yield list(best.values())


def _span(usual: float, patience: float | None) -> float:
    """Seconds of a track of which one picture is read; `patience` None: nothing of it was read yet: that is urgent."""
    if patience is None:
        return SPAN_S
    return max(SPAN_S, usual * patience) if patience else LEGIBLE_SPAN_S


def _sharpness(crop: np.ndarray) -> float:
    """How much there is to read in a crop: the spread of its second derivative, times the root of its size."""
    import cv2

    if min(crop.shape[:2]) < 4:
        return 0.0
    gray = cv2.cvtColor(cv2.resize(crop, (48, 48), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(gray, cv2.CV_32F).std()) * crop.shape[0] ** 0.5


def _patch(
    whole: np.ndarray, square: tuple[int, int, int, int], width: int
) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """The part of a small picture in a square of the picture it was made of, and its place in the small one."""
    times = whole.shape[1] / width
    left, top = max(int(square[0] * times), 0), max(int(square[1] * times), 0)
    right, bottom = min(int(square[2] * times), whole.shape[1]), min(int(square[3] * times), whole.shape[0])
    return whole[top:bottom, left:right].copy(), (left, top, right, bottom)


def _read(reader: Reader, looks: list[_Look], scale: float) -> list[tuple[_Look, Read]]:
    """Read looks; their pictures are let go. `scale`: px of the film by px of the pictures."""
    told = reader.read([crop for look in looks for crop in look.crops[:FIRST]], FIRST)
    again = [place for place, read in enumerate(told) if read.confidence >= SAYS]
    closer = reader.read([crop for place in again for crop in looks[place].crops], len(WINDOWS))
    closely = dict(zip(again, closer, strict=True))
    pairs = []
    for place, look in enumerate(looks):
        read = closely.get(place, told[place])
        look.high = look.crops[0].shape[0]
        digits = read.digit_height * look.high * scale
        if digits < LEAST_DIGIT_PX:
            read = Read(None, read.confidence, (), read.digit_height, read.middle)
        look.crops = []
        pairs.append((look, read))
    return pairs


def _boxes_by_track(by_frame: dict[int, list[tuple[int, tuple[float, ...], bool]]]) -> dict[int, dict[int, Any]]:
    """Boxes of each track by frame, px of the film."""
    boxes: dict[int, dict[int, Any]] = defaultdict(dict)
    for frame, people in by_frame.items():
        for track, box, _ in people:
            boxes[track][frame] = np.array(box)
    return boxes


def _stays(look: _Look, read: Read, pictures: Pictures, boxes: dict[int, Any], width: int) -> bool:
    """Whether what is read stays where it is while the person is elsewhere. `width`: of the film, px."""
    if not read.candidates or not look.gray.size or not pictures.pictures:
        return False
    high, wide = look.gray.shape
    half = 0.75 * max(read.digit_height, 0.12)
    (x, y), (left, top) = read.middle, look.square[:2]
    across = slice(max(int((x - 1.4 * half) * wide), 0), min(int((x + 1.4 * half) * wide) + 1, wide))
    down = slice(max(int((y - half) * high), 0), min(int((y + half) * high) + 1, high))
    times = pictures.pictures[0].shape[1] / width
    others = [
        picture
        for frame, picture in zip(pictures.frames, pictures.pictures, strict=True)
        if frame not in boxes or not _meet(boxes[frame] * times, look.square)
    ]
    return is_graphic(look.gray[down, across], (left + across.start, top + down.start), others)


def _meet(a: Sequence[float] | np.ndarray, b: Sequence[float]) -> bool:
    return bool(min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1]))


def _row(look: _Look, read: Read, graphic: bool, scale: float) -> dict[str, Any]:
    """A row of the table. `scale`: px of the film by px of the pictures."""
    half = WINDOWS[0][0] * look.torso.length / 2
    x, y = look.torso.x, look.torso.y - WINDOWS[0][2] * look.torso.length
    candidates = () if graphic else read.candidates
    return {
        "frame": look.frame,
        "time_s": look.time_s,
        "track": look.track,
        "number": None if graphic else read.number,
        "confidence": 0.0 if graphic else read.confidence,
        "candidates": " ".join(f"{number}:{p:.3f}" for number, p in candidates),
        "digit_height_px": read.digit_height * look.high * scale if candidates else None,
        "view": "graphic" if graphic else look.torso.view,
        "x1": x - half,
        "y1": y - half,
        "x2": x + half,
        "y2": y + half,
    }
