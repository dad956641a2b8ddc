"""Links: how likely one piece goes on in another, by place, size and time in a moving picture.

Belongs here: the camera between two frames, speeds, rivals. Does not belong here: numbers and clicks (`weigh`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.follow.colours import distance
from gametape.follow.pieces import Piece
from gametape.people.joining import PERSON_M

if TYPE_CHECKING:
    import pyarrow as pa

#: Two pieces may overlap for so long, seconds: a box found twice.
OVERLAP_S = 0.2
#: How far off a person is found, in box heights: at once, and more for each second.
_OFF, _OFF_A_S = 0.4, 1.8
#: Greatest ratio of two box heights of one person, and for each second more.
_SIZE, _SIZE_A_S = 1.6, 0.5
#: What is left of a fit where the two are told to be of two sides.
_OTHER_SIDE = 0.2
#: How likely a person appears or leaves instead, beside a link that fits perfectly.
_NOBODY = 0.12
#: How sure two pieces of one joined track are one person, at least, where no time lies between them. Measured in three
#: rendered films: 0.95 of 42.
JOINED = 0.95
#: The same of two parts of one tracklet before and behind a meeting, with the other side, and else: 151 of 158, 117 of
#: 128.
MET_OTHERS, MET = 0.95, 0.91
#: Seconds over which any link falls to a third: by then others of the team may be there; and one of a joined track,
#: whose gaps were the easier to bridge the shorter they are. Measured in the same films: right were 0.62 of 8 over
#: 1.1 s, 0.43 of 7 over 1.3 s, 0.33 of 9 over 2 s. So the best link ties nothing to the player (`chain.TIED`) over more
#: than 1.1 s; what is longer, up to `join_s`, is only perhaps.
_FADES_S, _JOINED_FADES_S = 3.0, 2.0


class Camera:
    """How the picture moves: the movement from any frame in which people are looked for to a later one."""

    def __init__(self, motion: pa.Table | None) -> None:
        """`motion`: table CAMERA_MOTION; None: the camera stands, and there is one shot."""
        self._known = motion is not None and motion.num_rows > 0
        if motion is None or not motion.num_rows:
            return
        self.frames = motion["frame"].to_numpy()
        self.shots = motion["shot"].to_numpy()
        entries = [motion[f"m{row}{column}"].to_numpy(zero_copy_only=False) for row in (1, 2) for column in (1, 2, 3)]
        steps = np.stack(entries, axis=1).astype(float).reshape(-1, 2, 3)
        self._steps = np.concatenate([steps, np.broadcast_to([[[0.0, 0.0, 1.0]]], (len(steps), 1, 3))], axis=1)

    def shot(self, frame: int) -> int:
        """The shot of a frame, from 0."""
        return int(self.shots[self._at(frame)]) if self._known else 0

    def between(self, one: int, other: int) -> np.ndarray | None:
        """3x3 from px at frame `one` to px at the later frame `other`; None over a cut, or where it is not known."""
        if not self._known:
            return np.eye(3)
        begin, end = self._at(one), self._at(other)
        if self.shots[begin] != self.shots[end]:
            return None
        whole = np.eye(3)
        for step in self._steps[begin + 1 : end + 1]:
            if not np.isfinite(step).all():
                return None
            whole = step @ whole
        return whole

    def _at(self, frame: int) -> int:
        return int(np.clip(np.searchsorted(self.frames, frame), 0, len(self.frames) - 1))

    def stands(self, wide: float, share: float = 0.02) -> bool:
        """Whether the film is one view that moves by no more than a share of its width, known throughout."""
        if not self._known:
            return True
        if len(np.unique(self.shots)) > 1:
            return False
        way = np.cumsum(self._steps[1:, :2, 2], axis=0)
        return not len(way) or bool(np.abs(way).max() <= share * wide)  # where a step is not known, False


@dataclass(frozen=True)
class Link:
    """One piece goes on in another: how sure that is, 0..1, with rivals for either end counted."""

    before: int
    after: int
    sure: float


def possible(before: Piece, after: Piece, camera: Camera, fastest_mps: float) -> bool:
    """Whether one person can be in both: one after the other, and not faster than anybody is."""
    gap = after.start - before.end
    if gap < -OVERLAP_S:
        return False
    off = _off(before, after, camera)
    return off is None or off[0] <= 1.0 + fastest_mps / PERSON_M * max(gap, 0.0)


def links(
    pieces: Sequence[Piece], camera: Camera, *, longest_s: float, fastest_mps: float, colour: float
) -> list[Link]:
    """The links between pieces of one shot that lie at most `longest_s` apart, and those of a joined track.

    Args:
        pieces: The pieces, in order of time.
        camera: How the picture moves.
        longest_s: Longest gap, seconds.
        fastest_mps: Nobody is faster, m/s.
        colour: Shirts that differ by more are of two people.
    """
    fits: dict[tuple[int, int], float] = {}
    starts = np.array([piece.start for piece in pieces])
    by_track = defaultdict(list)
    for at, piece in enumerate(pieces):
        by_track[piece.track].append(at)
    for at, piece in enumerate(pieces):
        low, high = np.searchsorted(starts, [piece.end - OVERLAP_S, piece.end + longest_s])
        near = set(range(low, high))
        near |= {other for other in by_track[piece.track] if starts[other] >= piece.end - OVERLAP_S}
        for other in near - {at}:
            fit = _fit(piece, pieces[other], camera, fastest_mps, colour)
            if fit > 0.01:
                fits[at, other] = fit
    # of two who may go on, who stands there at once is likelier than who comes later: by then the place is less known
    near_by: dict[tuple[int, int], float] = {}
    out: dict[int, float] = defaultdict(float)
    into: dict[int, float] = defaultdict(float)
    for (one, other), fit in fits.items():
        gap = max(pieces[other].start - pieces[one].end, 0.0)
        near_by[one, other] = fit * (_OFF / (_OFF + _OFF_A_S * gap)) ** 2
        out[one] += near_by[one, other]
        into[other] += near_by[one, other]
    found = []
    for (one, other), fit in fits.items():
        gap = max(pieces[other].start - pieces[one].end, 0.0)
        sure = near_by[one, other] / max(out[one], into[other]) * fit / (fit + _NOBODY) * float(np.exp(-gap / _FADES_S))
        if pieces[one].follows_on(pieces[other]):
            sure = MET_OTHERS if pieces[other].other_side[0] else MET
        elif pieces[one].track == pieces[other].track:
            sure = max(sure, JOINED * float(np.exp(-gap / _JOINED_FADES_S)))
        found.append(Link(pieces[one].number, pieces[other].number, sure))
    return found


def _fit(before: Piece, after: Piece, camera: Camera, fastest_mps: float, colour: float) -> float:
    """How well the second piece stands where the first one goes on, 0..1."""
    gap = max(after.start - before.end, 0.0)
    if before.shirt and after.shirt and distance(before.shirt, after.shirt) > colour:
        return 0.0
    other_side = bool(before.team and after.team and before.team != after.team)
    joined = before.track == after.track
    off = _off(before, after, camera)
    if off is None:
        return 0.3 if joined else 0.0
    plain, ahead, size = off
    if plain > 1.0 + fastest_mps / PERSON_M * gap or size > _SIZE + _SIZE_A_S * gap:
        return 0.3 if joined else 0.0
    fit = float(np.exp(-0.5 * (min(plain, ahead) / (_OFF + _OFF_A_S * gap)) ** 2))
    return fit * (_OTHER_SIDE if other_side else 1.0)


def _off(before: Piece, after: Piece, camera: Camera) -> tuple[float, float, float] | None:
    """How far off the second piece begins from where the first one ends.

    Returns:
        Box heights, standing still and going on as before; and the ratio of the heights. None over a cut, or where the
        camera's movement is not known.
    """
    moved = camera.between(int(before.frames[-1]), int(after.frames[0]))
    if moved is None:
        return None
    last, first = _foot(before.boxes[-1]), _foot(after.boxes[0])
    there = (moved @ np.array([*last, 1.0]))[:2]
    scale = float(np.sqrt(abs(np.linalg.det(moved[:2, :2])))) or 1.0
    height = max(0.5 * (_tall(before.boxes[-1]) * scale + _tall(after.boxes[0])), 1.0)
    back = max(0, len(before.times) - 8)
    elapsed = before.times[-1] - before.times[back]
    speed = np.zeros(2)
    if elapsed > 0.1:
        earlier = camera.between(int(before.frames[back]), int(before.frames[-1]))
        if earlier is not None:
            speed = (np.array(last) - (earlier @ np.array([*_foot(before.boxes[back]), 1.0]))[:2]) / elapsed
    gap = max(after.start - before.end, 0.0)
    ahead = there + moved[:2, :2] @ speed * gap
    tall, other = _tall(before.boxes[-1]) * scale, _tall(after.boxes[0])
    return (
        float(np.hypot(*(np.array(first) - there)) / height),
        float(np.hypot(*(np.array(first) - ahead)) / height),
        max(tall, other) / max(min(tall, other), 1.0),
    )


def _foot(box: np.ndarray) -> tuple[float, float]:
    """The middle of a box: its lower edge is often hidden."""
    return float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2


def _tall(box: np.ndarray) -> float:
    return float(box[3] - box[1])
