"""Stays: one person seen over some time without a break, and what that tells of standing in front.

Belongs here: cutting and joining tracks of people, posture of what is seen. Does not belong here: who is the presenter
(choose.py).

The linking of people (`gametape.pose.linking`) joins what looks alike over any time. Here a piece ends where its person
is out of sight for long or jumps farther than anybody can go; pieces are joined again where place, size and clothes
agree, across a cut too: a slide that changes behind a person is a cut to whoever compares pictures.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.pose.clothes import COLUMNS
from gametape.pose.linking import rows_by
from gametape.pose.person import KEYPOINT, boxes_of, keypoints_of

if TYPE_CHECKING:
    import pyarrow as pa

#: A joint counts as seen from this confidence.
SEEN = 0.5
#: Least share of a stretch's rows in which what is followed is seen; else the next best is followed.
_USUAL = 0.2
#: A box ends so far below its lowest joint, in its longer sides.
_BELOW = 0.05
#: A box is cut by the lower edge where it ends below this share of the picture's height.
LOW = 0.97
#: A piece ends where its person is not seen for so long, seconds.
_BREAK_S = 1.0
#: How far a person goes at most: body heights at once (the box shakes) and per second. Sprinters run 6 a second.
REACH, REACH_PER_S = 0.35, 4.0
#: Longest time over which two pieces are joined by place, seconds; how far somebody goes in it, heights at once and a
#: second, across, and up or down: people walk, and their heads stay as high.
_JOIN_S, _WALKS, _RISES = 3.0, (0.35, 1.3), (0.2, 0.4)
#: Greatest ratio of the heights of two pieces of one stay, at their ends.
_TALLER = 1.5
#: Greatest difference of clothes, CIELAB: twice what changes of light make. Over a gap shorter than this, seconds, they
#: say nothing: who turns round shows another side of them.
CLOTHES, _TURNS_S = 20.0, 0.5
#: Who is wider than this many heights has no legs there, whatever the joints say: it is several people, or a part.
_WIDE = 1.0
#: Rows of a stay whose clothes are compared, evenly over it; and the share of pairs that must be alike.
_COMPARED, _ALIKE = 40, 25
#: Rows at an end of a piece whose median is its place, size and clothes there.
_END = 5
TRUNK = [KEYPOINT[f"{side}_{part}"] for part in ("shoulder", "hip") for side in ("left", "right")]
SHOULDERS = [KEYPOINT[f"{side}_shoulder"] for side in ("left", "right")]
_KNEES, _ANKLES = ([KEYPOINT[f"{side}_{part}"] for side in ("left", "right")] for part in ("knee", "ankle"))


@dataclass(frozen=True)
class Seen:
    """n rows of people found, ordered by time.

    Attributes:
        frames: (n,) frame.
        times: (n,) seconds.
        tracks: (n,) track, as in people.
        boxes: (n, 4) px, as estimated: with legs that furniture or heads hide.
        shown: (n, 4) px, without them.
        confidence: (n,) 0..1.
        trunks: (n, 2) px, between shoulders and hips; NaN where these are hidden.
        shoulders: (n, 2) px, between the shoulders; NaN where these are hidden.
        clothes: (n, 6) CIELAB of torso and legs, NaN where unknown.
        knees: (n,) bool, is a knee seen inside the picture?
        ankles: (n,) bool, is an ankle?
        faces: (n,) bool, does the body face the camera?
        shots: (n,) number of the shot.
        clicked: (n,) place in the sidecar's players of whom a click says that it is, -1 for nobody.
        width, height: Of the picture, px.
    """

    frames: np.ndarray
    times: np.ndarray
    tracks: np.ndarray
    boxes: np.ndarray
    shown: np.ndarray
    confidence: np.ndarray
    trunks: np.ndarray
    shoulders: np.ndarray
    clothes: np.ndarray
    knees: np.ndarray
    ankles: np.ndarray
    faces: np.ndarray
    shots: np.ndarray
    clicked: np.ndarray
    width: int
    height: int

    @property
    def cut_low(self) -> np.ndarray:
        """(n,) bool, is the box cut by the picture's lower edge?"""
        return self.boxes[:, 3] >= LOW * self.height


@dataclass(frozen=True)
class Stay:
    """Rows of `seen` that are one person without a long break, ordered by time."""

    seen: Seen
    rows: np.ndarray

    @property
    def times(self) -> np.ndarray:
        """(n,) seconds of its rows."""
        return self.seen.times[self.rows]

    @property
    def start_s(self) -> float:
        """Time of its first row."""
        return float(self.times[0])

    @property
    def end_s(self) -> float:
        """Time of its last row."""
        return float(self.times[-1])

    def share(self, what: np.ndarray) -> float:
        """Share of its rows where `what`, (n,) bool of all rows, is True."""
        return float(what[self.rows].mean())

    @property
    def tall(self) -> float:
        """Median height of its boxes, px."""
        boxes = self.seen.boxes[self.rows]
        return float(np.median(boxes[:, 3] - boxes[:, 1]))

    @property
    def clothes(self) -> np.ndarray:
        """(n, 6) clothes in its rows."""
        return self.seen.clothes[self.rows]


def seen_people(
    people: pa.Table, estimates: pa.Table, shots: np.ndarray, width: int, height: int, clicked: Collection[int] = ()
) -> Seen:
    """What the tables say of people, for choosing among them.

    Args:
        people: Table PEOPLE.
        estimates: Table POSE_ESTIMATES, with a row for each of `people`.
        shots: (frames,) number of the shot of each frame of the film.
        width: Of the picture, px.
        height: Of the picture, px.
        clicked: Places in the sidecar's players that are clicked. `people` names its player without a click too, by
            standing nearest and longest: that is no click, and says nothing of who is in front.
    """
    row_of = {key: row for row, key in enumerate(_keys(estimates))}
    rows = np.array([row_of[key] for key in _keys(people)], int)
    order = np.lexsort((people["track"].to_numpy(), people["frame"].to_numpy()))
    rows = rows[order]
    joints, boxes = keypoints_of(estimates)[rows], boxes_of(estimates)[rows]
    seen = np.nan_to_num(joints[:, :, 2]) >= SEEN
    inside = seen & (joints[:, :, 1] < LOW * height) & (joints[:, :, 1] > 0)
    with np.errstate(invalid="ignore"):
        faces = joints[:, KEYPOINT["left_shoulder"], 0] > joints[:, KEYPOINT["right_shoulder"], 0]
    slim = boxes[:, 2] - boxes[:, 0] <= _WIDE * (boxes[:, 3] - boxes[:, 1])
    frames = estimates["frame"].to_numpy()[rows]
    player = people["player"].fill_null(-1).to_numpy()[order] if people.num_rows else np.zeros(0, int)
    player = np.where(np.isin(player, list(clicked)), player, -1)
    return Seen(
        frames=frames,
        times=estimates["time_s"].to_numpy()[rows],
        tracks=people["track"].to_numpy()[order],
        boxes=boxes,
        shown=shown_boxes(boxes, joints, height),
        confidence=estimates["confidence"].to_numpy()[rows],
        trunks=middle_of(joints, TRUNK),
        shoulders=middle_of(joints, SHOULDERS),
        clothes=np.column_stack([estimates[name].to_numpy(zero_copy_only=False) for name in COLUMNS])[rows],
        knees=inside[:, _KNEES].any(axis=1) & slim,
        ankles=inside[:, _ANKLES].any(axis=1) & slim,
        faces=faces,
        shots=shots[frames],
        clicked=player,
        width=width,
        height=height,
    )


def middle_of(joints: np.ndarray, which: list[int]) -> np.ndarray:
    """(n, 2) the mean of these joints, px; NaN where one of them is not seen."""
    seen = np.nan_to_num(joints[:, which, 2]).min(axis=1) >= SEEN
    return np.where(seen[:, None], joints[:, which, :2].mean(axis=1), np.nan)


def places_of(trunks: np.ndarray, shoulders: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The place that is followed in each of n rows of one stretch, (n, 2) px, and what it is.

    It is the trunk's middle. Where hips are hidden it is told by the shoulders, where these are too by the box, moved
    by how far the trunk usually is from them: whose hips come and go behind a desk does not walk.

    >>> trunk, shoulder = np.array([[5.0, 9.0], [np.nan, np.nan]]), np.array([[5.0, 4.0], [6.0, 4.0]])
    >>> places_of(trunk, shoulder, np.zeros((2, 4)))[0].tolist()
    [[5.0, 9.0], [6.0, 9.0]]
    """
    boxed = (boxes[:, :2] + boxes[:, 2:]) / 2
    known = {"trunk": trunks, "shoulders": shoulders, "box": boxed}
    base = next(name for name, at in known.items() if np.isfinite(at[:, 0]).mean() >= _USUAL)
    places, kinds = known[base].copy(), np.full(len(boxed), base, dtype=object)
    for name in ("shoulders", "box"):
        both = np.isfinite(known[base][:, 0]) & np.isfinite(known[name][:, 0])
        moved = np.median((known[base] - known[name])[both], axis=0) if both.any() else np.zeros(2)
        lacks = ~np.isfinite(places[:, 0]) & np.isfinite(known[name][:, 0])
        places[lacks], kinds[lacks] = (known[name] + moved)[lacks], name
    return places, kinds.tolist()


def shown_boxes(boxes: np.ndarray, joints: np.ndarray, height: int) -> np.ndarray:
    """Boxes without legs that are only guessed.

    Where neither knee nor ankle is seen, a box ends below the lowest joint that is. One that the picture's edge cuts
    stays as it is.

    Args:
        boxes: (n, 4) px.
        joints: (n, 25, 3) x, y, confidence.
        height: Of the picture, px.
    """
    seen = np.nan_to_num(joints[:, :, 2]) >= SEEN
    lowest = np.where(seen, np.nan_to_num(joints[:, :, 1]), 0).max(axis=1)
    margin = _BELOW * (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    guessed = ~seen[:, [*_KNEES, *_ANKLES]].any(axis=1) & (boxes[:, 3] < LOW * height) & (lowest > boxes[:, 1])
    out = boxes.copy()
    out[guessed, 3] = np.minimum(boxes[:, 3], lowest + margin)[guessed]
    return out


def stays(seen: Seen) -> list[Stay]:
    """Everybody's stays, ordered by their start."""
    pieces = [piece for rows in rows_by(seen.tracks).values() for piece in _cut(seen, rows)]
    return [Stay(seen, rows) for rows in _joined(seen, pieces)]


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """How much two people's clothes differ, CIELAB: the more different of torso and legs; NaN where unknown.

    People turn, and a jacket is open or closed: what counts is how near the nearest quarter of all pairs of rows is.

    Args:
        one: (n, 6) CIELAB of torso and legs.
        other: (m, 6).
    """
    apart = [_nearest(one[:, part], other[:, part]) for part in (slice(0, 3), slice(3, 6))]
    known = [value for value in apart if np.isfinite(value)]
    return max(known, default=float("nan"))


def _nearest(one: np.ndarray, other: np.ndarray) -> float:
    one, other = (_some(colours[np.isfinite(colours).all(axis=1)]) for colours in (one, other))
    if not len(one) or not len(other):
        return float("nan")
    return float(np.percentile(np.hypot.reduce(one[:, None] - other[None], axis=2), _ALIKE))


def _some(colours: np.ndarray) -> np.ndarray:
    at = np.linspace(0, len(colours) - 1, min(_COMPARED, len(colours))).round().astype(int)
    return colours[at]


def _keys(table: pa.Table) -> list[tuple[int, int]]:
    return list(zip(table["frame"].to_pylist(), table["person"].to_pylist(), strict=True))


def _cut(seen: Seen, rows: np.ndarray) -> list[np.ndarray]:
    """A track's rows, cut where nobody was seen for long, or farther than anybody goes."""
    times, boxes = seen.times[rows], seen.boxes[rows]
    gap = np.diff(times)
    away = [_apart(boxes[k], boxes[k + 1], gap[k]) > 1 for k in range(len(gap))]
    return np.split(rows, np.flatnonzero((gap > _BREAK_S) | np.array(away, bool)) + 1)


def _joined(seen: Seen, pieces: list[np.ndarray]) -> list[np.ndarray]:
    """The pieces of each stay as one, the nearest pair of ends first."""
    order = sorted(pieces, key=lambda rows: (seen.times[rows[0]], seen.tracks[rows[0]]))
    ends = np.array([seen.times[rows[-1]] for rows in order])
    by_end = np.argsort(ends, kind="stable")
    pairs = []
    for later, after in enumerate(order):
        start = seen.times[after[0]]
        first, stop = np.searchsorted(ends[by_end], [start - _JOIN_S - 1e-6, start])
        for earlier in by_end[first:stop].tolist():
            cost = _cost(seen, order[earlier], after)
            if cost is not None:
                pairs.append((cost, earlier, later))
    follows: dict[int, int] = {}
    taken: set[int] = set()
    for _, earlier, later in sorted(pairs):
        if earlier not in follows and later not in taken:
            follows[earlier] = later
            taken.add(later)
    out = []
    for first in range(len(order)):
        if first in taken:
            continue
        chain = [first]
        while chain[-1] in follows:
            chain.append(follows[chain[-1]])
        out.append(np.concatenate([order[k] for k in chain]))
    return out


def _cost(seen: Seen, before: np.ndarray, after: np.ndarray) -> float | None:
    """How little two pieces look like one stay; None where they cannot be."""
    gap = float(seen.times[after[0]] - seen.times[before[-1]])
    if not 0 < gap <= _JOIN_S:
        return None
    one, other = before[-_END:], after[:_END]
    boxes = seen.boxes[before[-1]], seen.boxes[after[0]]
    tall = [np.median(seen.boxes[rows, 3] - seen.boxes[rows, 1]) for rows in (one, other)]
    if max(tall) > _TALLER * max(min(tall), 1):
        return None
    apart = _apart(*boxes, gap)
    if apart > 1 or not could_walk(*boxes, gap):
        return None
    differ = difference(seen.clothes[one], seen.clothes[other]) if gap > _TURNS_S else 0.0
    return None if differ > CLOTHES else gap + apart + float(np.nan_to_num(differ)) / CLOTHES


def could_walk(before: np.ndarray, after: np.ndarray, gap_s: float) -> bool:
    """Can somebody have gone from one box to the other in that time?"""
    tall = max(before[3] - before[1], after[3] - after[1], 1.0)
    across = abs(before[0] + before[2] - after[0] - after[2]) / 2
    rise = abs(before[1] - after[1])
    return all(way <= tall * (once + a_second * gap_s) for way, (once, a_second) in ((across, _WALKS), (rise, _RISES)))


def _apart(before: np.ndarray, after: np.ndarray, gap_s: float) -> float:
    """Distance of two boxes as a share of how far a person gets in that time."""
    tall = max(before[3] - before[1], after[3] - after[1], 1.0)
    # Of whom less is seen (behind a desk, at the edge) the head stays: the tops are compared where they are nearer.
    top = np.hypot((before[0] + before[2] - after[0] - after[2]) / 2, before[1] - after[1])
    middle = np.hypot(
        (before[0] + before[2] - after[0] - after[2]) / 2, (before[1] + before[3] - after[1] - after[3]) / 2
    )
    return float(min(top, middle)) / (tall * (REACH + REACH_PER_S * gap_s))
