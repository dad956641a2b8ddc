"""Links people found frame by frame into tracks over the whole film.

Belongs here: the linking. Does not belong here: finding people, choosing one, naming them.

OC-SORT (from the library trackers) links boxes frame by frame; it copes with uneven motion and short misses. It does
not know the future or colours. So rows of people who cover each other are taken out; pieces before and after are joined
where motion, pose and clothes agree; then the rows in between are assigned to the tracks that pass through them.
Nothing is linked across a cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gametape.pose.person import KEYPOINT, overlap

#: OC-SORT looks for a missed person for this long, seconds.
_LOST_S = 0.5
#: Least overlap of a box with the place where OC-SORT expects its track.
_LEAST_OVERLAP = 0.25
#: Overlap of two people from which it is uncertain which box is whose.
_COVERED = 0.3
#: People who cover each other for longer than this, seconds, are left to OC-SORT.
_COVERED_S = 1.0
#: Over a longer gap than this, seconds, motion says nothing.
_FORGET_S = 1.5
#: Least likeness of two ends that are joined.
_LEAST = 0.25
#: Distance of a joint, as a fraction of the body's size, at which likeness falls to 0.6; and its growth per second of
#: the gap.
_REACH, _REACH_PER_S = 0.25, 0.75
#: Time at a track's end over which its velocity is measured, seconds.
_VELOCITY_S = 0.35
#: CIELAB difference of clothes at which likeness falls to 0.6: twice what changes of light make.
_COLOUR = 20.0
#: Least likeness of clothes and size to join tracks without motion, and the greatest that anybody else may have.
_SURE, _RIVAL = 0.8, 0.3
#: Likeness from which it is reported that two tracks may be the same person.
_MAYBE = 0.5
#: Difference of the logarithms of two heights at which likeness falls to 0.6.
_TALL = 0.35
#: Fewest rows of a track whose clothes count.
_LEAST_ROWS = 5
#: OC-SORT counts its patience in frames of this rate, whatever the film's.
_OCSORT_RATE = 30
_TRUNK = [KEYPOINT[f"{side}_{part}"] for part in ("shoulder", "hip") for side in ("left", "right")]


@dataclass(frozen=True)
class Links:
    """The result of linking.

    Attributes:
        tracks: (n,) track of each row.
        maybe: By track, the earlier track that it may continue and a confidence 0..1, where that was too uncertain to
            join them.
    """

    tracks: np.ndarray
    maybe: dict[int, tuple[int, float]]


def link(
    times: np.ndarray,
    boxes: np.ndarray,
    keypoints: np.ndarray,
    colours: np.ndarray | None = None,
    shots: np.ndarray | None = None,
) -> Links:
    """Link n rows of people into tracks.

    People at the same time get different tracks. Tracks are numbered from 1, which is the most prominent person by size
    and time.

    Args:
        times: (n,) seconds, rising.
        boxes: (n, 4) px.
        keypoints: (n, k, 2) px.
        colours: (n, c) CIELAB of the clothes, NaN where unknown.
        shots: (n,) number of the shot; nothing is linked across a cut.
    """
    if not len(times):
        return Links(np.zeros(0, np.int32), {})
    colours = np.full((len(times), 0), np.nan) if colours is None else colours
    shots = np.zeros(len(times), np.int32) if shots is None else shots
    seen = _Seen(times, np.asarray(boxes, float), np.asarray(keypoints, float), np.asarray(colours, float), shots)
    tracks = np.full(len(times), -1)
    for rows in rows_by(shots).values():
        tracks[rows] = _one_shot(seen.of(rows)) + tracks.max() + 1
    tracks = _by_prominence(tracks, seen.boxes[:, 3] - seen.boxes[:, 1])
    same, maybe = _alike(seen, tracks)
    now = np.arange(tracks.max() + 1)
    now[list(same)] = list(same.values())
    tracks = now[tracks]
    order = np.unique(tracks)
    new = {int(old): number for number, old in enumerate(order, start=1)}
    kept = {new[a]: (new[same.get(b, b)], sure) for a, (b, sure) in maybe.items() if a in new and same.get(b, b) in new}
    return Links((1 + np.searchsorted(order, tracks)).astype(np.int32), kept)


@dataclass(frozen=True)
class _Seen:
    times: np.ndarray
    boxes: np.ndarray
    keypoints: np.ndarray
    colours: np.ndarray
    shots: np.ndarray

    def of(self, rows: np.ndarray) -> _Seen:
        return _Seen(self.times[rows], self.boxes[rows], self.keypoints[rows], self.colours[rows], self.shots[rows])


def _one_shot(seen: _Seen) -> np.ndarray:
    """Track of each row of one shot, numbered from 0."""
    pieces = _tracklets(seen)
    covered = _covered(seen, pieces)
    clean = np.flatnonzero(~covered)
    numbers = np.full(len(pieces), -1)
    numbers[clean] = _joined(seen.of(clean), np.unique(pieces[clean], return_inverse=True)[1])
    _share_out(seen, numbers, np.flatnonzero(covered), pieces)
    return np.unique(numbers, return_inverse=True)[1]


def _tracklets(seen: _Seen) -> np.ndarray:
    """OC-SORT's track of each row; a row without one gets a number of its own."""
    import supervision
    from trackers import OCSORTTracker

    intervals = np.diff(np.unique(seen.times))
    rate = 1 / float(np.median(intervals)) if len(intervals) else 30.0
    tracker = OCSORTTracker(
        lost_track_buffer=round(_LOST_S * _OCSORT_RATE),
        frame_rate=rate,
        minimum_consecutive_frames=1,
        minimum_iou_threshold=_LEAST_OVERLAP,
    )
    numbers = np.full(len(seen.times), -1)
    for rows in _same_time(seen.times):
        people = supervision.Detections(xyxy=seen.boxes[rows], data={"row": rows})
        tracked = tracker.update(people, timestamp=float(seen.times[rows[0]]))
        numbers[tracked.data["row"]] = tracked.tracker_id
    alone = numbers < 0
    numbers[alone] = numbers.max(initial=0) + 1 + np.arange(alone.sum())
    return numbers


def _covered(seen: _Seen, pieces: np.ndarray) -> np.ndarray:
    """Find the rows of people who cover each other for a short time, (n,) bool.

    `pieces` is changed in place: what a piece was before and is after such a time gets different numbers.
    """
    covered = np.zeros(len(pieces), bool)
    for rows in _same_time(seen.times):
        if len(rows) > 1:
            shared = overlap(seen.boxes[rows], seen.boxes[rows])
            np.fill_diagonal(shared, 0)
            covered[rows] = shared.max(axis=1) > _COVERED
    fresh = pieces.max(initial=0) + 1
    rows_of = rows_by(pieces)
    for piece in np.unique(pieces[covered]):
        mine = rows_of[int(piece)]
        for run in np.split(mine, np.flatnonzero(np.diff(covered[mine].astype(int))) + 1):
            if covered[run[0]] and np.ptp(seen.times[run]) > _COVERED_S:
                covered[run] = False
            pieces[run] = fresh
            fresh += 1
    return covered


@dataclass(frozen=True)
class _End:
    """The first or last row of a track: joints, size of the body in px, and velocity (2,) in px/s."""

    time_s: float
    keypoints: np.ndarray
    size: float
    velocity: np.ndarray

    def at(self, time_s: float) -> np.ndarray:
        """Joints at another time, extrapolated for a short time only."""
        return self.keypoints + self.velocity * np.clip(time_s - self.time_s, -_FORGET_S / 2, _FORGET_S / 2)


def _end(seen: _Seen, rows: np.ndarray, last: bool) -> _End:
    at = rows[-1] if last else rows[0]
    near = rows[np.abs(seen.times[rows] - seen.times[at]) <= _VELOCITY_S]
    velocity = np.zeros(2)
    if len(near) > 2:
        velocity = np.polyfit(seen.times[near] - seen.times[at], _middles(seen.of(near)), 1)[0]
    size = float(np.sqrt(np.median(np.prod(seen.boxes[near, 2:] - seen.boxes[near, :2], axis=1))))
    return _End(float(seen.times[at]), _with_corners(seen, at), max(size, 1.0), velocity)


def _middles(seen: _Seen) -> np.ndarray:
    """Centre of the trunk, else of the box, (n, 2)."""
    trunk = seen.keypoints[:, _TRUNK].mean(axis=1) if seen.keypoints.shape[1] > max(_TRUNK) else np.nan
    return np.where(np.isfinite(trunk), trunk, (seen.boxes[:, :2] + seen.boxes[:, 2:]) / 2)


def _with_corners(seen: _Seen, row: int) -> np.ndarray:
    """Joints and two corners of the box, which are always known, (k + 2, 2)."""
    return np.concatenate([seen.keypoints[row], seen.boxes[row].reshape(2, 2)])


def _joined(seen: _Seen, pieces: np.ndarray) -> np.ndarray:
    """Join the pieces 0, 1, … over gaps: each end to at most one beginning, with the greatest sum of likenesses."""
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows_of = np.split(np.argsort(pieces, kind="stable"), np.cumsum(np.bincount(pieces))[:-1])
    starts, ends = ([_end(seen, rows, last) for rows in rows_of] for last in (False, True))
    clothes = [_clothes(seen.colours[rows]) for rows in rows_of]
    begin, stop = (np.array([one.time_s for one in group]) for group in (starts, ends))
    order = np.argsort(begin)
    likeness: dict[tuple[int, int], float] = {}
    for a in range(len(rows_of)):
        low, high = np.searchsorted(begin[order], [stop[a] + 1e-9, stop[a] + _FORGET_S + 1e-9])
        for b in order[low:high]:
            like = _motion_like(ends[a], starts[b]) * float(_dress_like(clothes[a], clothes[b]))
            if like >= _LEAST:
                likeness[a, int(b)] = like
    parent = np.arange(len(rows_of))
    if likeness:
        from_piece, to_piece = np.array(list(likeness)).T
        count = len(rows_of)
        graph = coo_array((np.ones(len(from_piece)), (from_piece, to_piece + count)), shape=(2 * count, 2 * count))
        group = connected_components(graph, directed=False)[1]
        for one in np.unique(group[from_piece]):
            inside = np.flatnonzero(group[from_piece] == one)
            heads, tails = np.unique(from_piece[inside]), np.unique(to_piece[inside])
            table = np.array([[likeness.get((int(h), int(t)), 0.0) for t in tails] for h in heads])
            for h, t in zip(*linear_sum_assignment(table, maximize=True), strict=True):
                if table[h, t] > 0:
                    parent[tails[t]] = heads[h]
    for piece in order:  # a parent ends before its child begins
        parent[piece] = parent[parent[piece]]
    return parent[pieces]


def _motion_like(end: _End, start: _End) -> float:
    """Likeness, 0..1, of each end to where the other one, moving on, would be then."""
    size = np.sqrt(end.size * start.size)
    reach = size * (_REACH + _REACH_PER_S * (start.time_s - end.time_s))
    there = [_near(end.at(start.time_s), start.keypoints, reach), _near(start.at(end.time_s), end.keypoints, reach)]
    grown = max(end.size, start.size) / min(end.size, start.size)
    return float(np.mean(there)) if grown < 2 else 0.0


def _near(a: np.ndarray, b: np.ndarray, reach: float) -> float:
    squared = ((a - b) ** 2).sum(axis=1)
    return float(np.nanmean(np.exp(-squared / (2 * reach**2))))


def _clothes(colours: np.ndarray) -> np.ndarray:
    """Median colours of the rows in which they are known, (c,)."""
    known = np.isfinite(colours)
    out = np.full(colours.shape[1], np.nan)
    for column in np.flatnonzero(known.sum(axis=0) > 0):
        out[column] = np.median(colours[known[:, column], column])
    return out


def _dress_like(worn: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Likeness, 0..1 (…,), of clothes (…, c) to others (c,); 1 where nothing is known that tells them apart."""
    apart = (worn - other) ** 2
    parts = np.maximum(np.isfinite(apart).sum(axis=-1) / 3, 1.0)  # of three values each
    return np.exp(-np.nansum(apart, axis=-1) / parts / (2 * _COLOUR**2))


def _share_out(seen: _Seen, numbers: np.ndarray, covered: np.ndarray, pieces: np.ndarray) -> None:
    """Assign covered rows to the tracks that pass through their time; changes `numbers` in place.

    Rows that fit no track keep OC-SORT's piece as a track of their own.
    """
    from scipy.optimize import linear_sum_assignment

    known = np.flatnonzero(numbers >= 0)
    tracks = [_Through(seen, number, known[rows]) for number, rows in rows_by(numbers[known]).items()]
    waiting = sorted(tracks, key=lambda one: one.times[0], reverse=True)
    near: list[_Through] = []  # tracks that are there about now
    fresh = numbers.max(initial=-1) + 1
    own: dict[int, int] = {}
    for at in _same_time(seen.times[covered]):
        rows = covered[at]
        now = seen.times[rows[0]]
        while waiting and waiting[-1].times[0] - _COVERED_S <= now:
            near.append(waiting.pop())
        near = [one for one in near if one.times[-1] + _COVERED_S >= now]
        low, high = np.searchsorted(seen.times, [now, np.nextafter(now, np.inf)])
        taken = set(numbers[low:high].tolist())
        through = [
            (one.number, where) for one in near if one.number not in taken and (where := one.at(now)) is not None
        ]
        bodies = [(_with_corners(seen, row), _REACH * _size(seen, row)) for row in rows]
        like = np.array([[_near(where, *body) for body in bodies] for _, where in through])
        like = like.reshape(len(through), len(rows))
        for t, p in zip(*linear_sum_assignment(like, maximize=True), strict=True):
            if like[t, p] >= _LEAST:
                numbers[rows[p]] = through[t][0]
        for row in rows[numbers[rows] < 0]:
            piece = int(pieces[row])
            if piece not in own:
                own[piece] = fresh
                fresh += 1
            numbers[row] = own[piece]


class _Through:
    """A track with known rows, and its place between them."""

    def __init__(self, seen: _Seen, number: int, rows: np.ndarray) -> None:
        self.number, self.times = number, seen.times[rows]
        self._seen, self._rows = seen, rows

    def at(self, now: float) -> np.ndarray | None:
        """Joints and corners at a time between two rows, or shortly before or after all of them; else None."""
        after = int(np.searchsorted(self.times, now))
        if 0 < after < len(self._rows):
            start, end = self.times[after - 1], self.times[after]
            if end - start > 2 * _FORGET_S:
                return None
            before, later = (_with_corners(self._seen, row) for row in self._rows[after - 1 : after + 1])
            return before + (now - start) / (end - start) * (later - before)
        if abs(now - self.times[-1 if after else 0]) > _COVERED_S:
            return None
        return _end(self._seen, self._rows, last=bool(after)).at(now)


def _size(seen: _Seen, row: int) -> float:
    return float(max(np.sqrt(np.prod(seen.boxes[row, 2:] - seen.boxes[row, :2])), 1.0))


def _alike(seen: _Seen, tracks: np.ndarray) -> tuple[dict[int, int], dict[int, tuple[int, float]]]:
    """Find tracks that are, by clothes and size, an earlier one seen again.

    Returns:
        By track, the earlier one that it certainly is: within a shot, in clothes that nobody else wears. And, with a
        confidence, the earlier one that it may be.
    """
    heights = seen.boxes[:, 3] - seen.boxes[:, 1]
    rows_of = rows_by(tracks)
    lasting = [t for t, rows in rows_of.items() if len(rows) >= _LEAST_ROWS]
    clothes = {t: _clothes(seen.colours[rows_of[t]]) for t in lasting}
    dressed = np.array([t for t in lasting if np.isfinite(clothes[t]).any()], int)
    if not len(dressed):
        return {}, {}
    worn = np.stack([clothes[t] for t in dressed])
    first, last = (np.array([seen.times[rows_of[t][i]] for t in dressed]) for i in (0, -1))
    tall = np.log([np.median(heights[rows_of[t]]) for t in dressed])
    same: dict[int, int] = {}
    maybe: dict[int, tuple[int, float]] = {}
    free = np.ones(len(dressed), bool)  # not yet seen again
    for one in np.argsort(first, kind="stable"):
        like = _dress_like(worn, worn[one]) * np.exp(-((tall - tall[one]) ** 2) / (2 * _TALL**2))
        like[one] = -1.0
        before = np.where((last < first[one]) & free, like, -1.0)
        best = int(np.argmax(before))
        if before[best] < 0:
            continue
        earlier, later = int(dressed[best]), int(dressed[one])
        rival = np.delete(like, best).max()
        one_shot = seen.shots[rows_of[earlier][-1]] == seen.shots[rows_of[later][0]]
        if before[best] >= _SURE and rival <= _RIVAL and one_shot:
            same[later] = same.get(earlier, earlier)
            free[dressed == same[later]] = False
        elif before[best] >= _MAYBE:
            maybe[later] = (earlier, float(before[best]))
    return same, maybe


def rows_by(numbers: np.ndarray) -> dict[int, np.ndarray]:
    """Row numbers of each number, rising; one pass however many numbers there are."""
    order = np.argsort(numbers, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if len(order) else []
    return {int(numbers[rows[0]]): rows for rows in groups}


def _same_time(times: np.ndarray) -> Iterator[np.ndarray]:
    """Groups of rows with the same time, as row numbers."""
    return iter(np.split(np.arange(len(times)), np.flatnonzero(np.diff(times)) + 1)) if len(times) else iter(())


def _by_prominence(numbers: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Renumber tracks by the sum of their heights, the greatest first."""
    weight = np.bincount(numbers, heights)
    rank = np.empty(len(weight), np.int64)
    rank[np.argsort(-weight, kind="stable")] = np.arange(len(weight))
    return rank[numbers]
