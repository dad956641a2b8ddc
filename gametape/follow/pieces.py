"""Pieces: tracklets, taken apart where one is two people.

Belongs here: rows of tables as arrays, and where a tracklet changes hands: another number, another shirt, or it may: a
meeting (`covered`). Does not belong here: whose a piece is (`weigh`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.follow.colours import Lab, distance, middle
from gametape.follow.covered import COVERED, covered, parts
from gametape.numbers.votes import Vote, votes

if TYPE_CHECKING:
    import pyarrow as pa

#: A shirt has changed where two halves of a tracklet differ by so much (see `colours.distance`), each seen so often.
SHIRT_CHANGES, SHIRT_SEEN = 30.0, 6
#: A tracklet is two people by their numbers where each was read so often, over so long, seconds: a few reads in a row
#: of another number may be one of a digit that looks like it.
NUMBER_CHANGES, NUMBER_CHANGES_S = 6, 1.0
#: Frames from one part of a tracklet to the next.
NEXT = 8
BOX = ("x1", "y1", "x2", "y2")
TORSO = ("torso_l", "torso_a", "torso_b")


@dataclass(frozen=True)
class Piece:
    """A person followed without a gap.

    Attributes:
        number: From 1, in order of time.
        track: As in person_tracks.
        tracklet: As in person_tracks.
        frames: (n,) rising.
        times: (n,) seconds.
        boxes: (n, 4) px of the upright picture.
        shirts: (n, 3) CIELAB of the torso, NaN where not known.
        seen: (n,) whether the box was found, rather than put between two that were.
        confidence: (n,) of the boxes.
        covered: (n,) share of the box that another one covers.
        other_side: (n,) whether that one is known to be of the other side.
        team: As in person_tracks.
    """

    number: int
    track: int
    tracklet: int
    frames: np.ndarray
    times: np.ndarray
    boxes: np.ndarray
    shirts: np.ndarray
    seen: np.ndarray
    confidence: np.ndarray
    covered: np.ndarray
    other_side: np.ndarray
    team: str | None = None

    @property
    def start(self) -> float:
        """When its first picture was taken, seconds."""
        return float(self.times[0])

    @property
    def end(self) -> float:
        """When its last picture was taken, seconds."""
        return float(self.times[-1])

    @cached_property
    def shirt(self) -> Lab | None:
        """The median colour of the shirt; None: not known."""
        return middle(self.shirts)

    @cached_property
    def height(self) -> float:
        """Median height of the boxes, px."""
        return float(np.median(self.boxes[:, 3] - self.boxes[:, 1]))

    @property
    def clear(self) -> np.ndarray:
        """(n,) whether the box is the person's: where others cover half of it, it is as likely theirs."""
        return self.covered < COVERED

    def follows_on(self, later: Piece) -> bool:
        """Whether another piece is the next part of the same tracklet."""
        return self.tracklet == later.tracklet and 0 < int(later.frames[0] - self.frames[-1]) <= NEXT

    def row_at(self, frame: int) -> int:
        """The row of the frame, or the nearest one."""
        return int(np.abs(self.frames - frame).argmin())

    def part(self, rows: slice) -> Piece:
        """Some of its rows."""
        names = ("frames", "times", "boxes", "shirts", "seen", "confidence", "covered", "other_side")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


def pieces_of(
    tracks: pa.Table, reads: pa.Table, roster: Sequence[str] = (), boxes: pa.Table | None = None
) -> list[Piece]:
    """The pieces of a film, in order of time.

    Args:
        tracks: Table PERSON_TRACKS.
        reads: Table NUMBER_READS.
        roster: The team's numbers.
        boxes: Table PERSON_BOXES, whose shirts have colours; where not given no colour is known.
    """
    if not tracks.num_rows:
        return []
    columns = {name: np.asarray(tracks[name].to_numpy(zero_copy_only=False)) for name in tracks.column_names}
    place = np.stack([columns[name].astype(float) for name in BOX], axis=1)
    shirts, (hidden, by) = _shirts(columns["frame"], place, boxes), covered(columns["frame"], place)
    team = columns["team"]
    apart = (by >= 0) & np.isin(team, ("a", "b")) & np.isin(team[by], ("a", "b")) & (team != team[by])
    order = np.lexsort((columns["frame"], columns["tracklet"]))
    starts = np.flatnonzero(np.diff(columns["tracklet"][order], prepend=-1))
    found = []
    by_track = _by_track(reads)
    for rows in np.split(order, starts[1:]):
        first = rows[0]
        whole = Piece(
            number=0,
            track=int(columns["track"][first]),
            tracklet=int(columns["tracklet"][first]),
            frames=columns["frame"][rows].astype(int),
            times=columns["time_s"][rows].astype(float),
            boxes=place[rows],
            shirts=shirts[rows],
            seen=~columns["interpolated"][rows].astype(bool),
            confidence=columns["confidence"][rows].astype(float),
            covered=hidden[rows],
            other_side=apart[rows],
            team=columns["team"][first],
        )
        for shirt in _by_shirt(whole):
            for one in _by_number(shirt, by_track.get(shirt.track, []), reads, roster):
                found += [one.part(rows) for rows in parts(one.frames, one.covered)]
    found.sort(key=lambda piece: (piece.frames[0], piece.tracklet))
    return [replace(piece, number=number) for number, piece in enumerate(found, 1)]


def votes_of(
    pieces: Iterable[Piece],
    reads: pa.Table,
    roster: Sequence[str] = (),
    surest: float = 0.0,
    together: Iterable[tuple[int, int]] = (),
) -> dict[int, Vote]:
    """The vote of each piece that has reads, by the piece's number.

    Pieces that surely go on in one another vote together, unless one of them alone is another number's.

    Args:
        pieces: The pieces.
        reads: Table NUMBER_READS.
        roster: The team's numbers.
        surest: A read that is less sure than this does not count.
        together: Numbers of pieces that are one person, in pairs.
    """
    pieces, by_track = list(pieces), _by_track(reads)
    sure = reads["confidence"].to_numpy(zero_copy_only=False) if reads.num_rows else np.empty(0)
    rows, whose = [], []
    for piece in pieces:
        for frame, row in by_track.get(piece.track, []):
            if piece.frames[0] <= frame <= piece.frames[-1] and sure[row] >= surest:
                rows.append(row)
                whose.append(piece.number)
    if not rows:
        return {}
    said = votes(_numbered(reads, rows, whose), roster)
    return said | _joint(said, together, reads, list(zip(rows, whose, strict=True)), roster)


def _joint(
    said: dict[int, Vote],
    together: Iterable[tuple[int, int]],
    reads: pa.Table,
    counted: Sequence[tuple[int, int]],
    roster: Sequence[str],
) -> dict[int, Vote]:
    """The votes of pieces that confirm a number only together with others; `counted`: (row, piece)."""
    group = {number: number for number in said}

    def head(number: int) -> int:
        while group.setdefault(number, number) != number:
            number = group[number]
        return number

    for one, other in together:
        group[head(other)] = head(one)
    members: dict[int, list[int]] = defaultdict(list)
    for number in said:
        members[head(number)].append(number)
    found = {}
    for numbers in members.values():
        alone = {said[one].number for one in numbers if said[one].confirmed}
        read = {said[one].number for one in numbers} - {None}
        if len(numbers) < 2 or len(alone) > 1:
            continue
        rows = [row for row, whose in counted if whose in numbers]
        (vote,) = votes(_numbered(reads, rows, [1] * len(rows)), roster).values()
        plain = vote.number is None or len(set(vote.number)) < 2  # what is blurred is read so in each piece again
        if vote.confirmed and alone <= {vote.number} and not (plain and len(read) > 1):
            for one in numbers:
                if said[one].number == vote.number and not said[one].confirmed:
                    found[one] = replace(vote, track=one, frames=said[one].frames)
    return found


def holds(longer: str, shorter: str) -> bool:
    """Whether a number may look like the other one when only a part of it is seen.

    >>> holds("97", "9"), holds("97", "97"), holds("9", "97")
    (True, False, False)
    """
    return len(longer) > len(shorter) and shorter in longer


def _numbered(reads: pa.Table, rows: Sequence[int], whose: Sequence[int]) -> pa.Table:
    """Rows of the reads, with pieces in the place of tracks."""
    import pyarrow as pa

    taken = reads.take(pa.array(rows, pa.int64()))
    return taken.set_column(taken.column_names.index("track"), "track", pa.array(whose, pa.int32()))


def _by_track(reads: pa.Table) -> dict[int, list[tuple[int, int]]]:
    """(frame, row) of the reads of each track, in order of frames."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row, (track, frame) in enumerate(zip(reads["track"].to_pylist(), reads["frame"].to_pylist(), strict=True)):
        found[track].append((frame, row))
    return {track: sorted(rows) for track, rows in found.items()}


def _shirts(frames: np.ndarray, place: np.ndarray, boxes: pa.Table | None) -> np.ndarray:
    """(n, 3) the colour of the found box that is nearest to each row's, NaN where none is the same."""
    shirts = np.full((len(frames), 3), np.nan)
    if boxes is None or not boxes.num_rows:
        return shirts
    theirs = np.stack([boxes[name].to_numpy(zero_copy_only=False).astype(float) for name in BOX], axis=1)
    colour = np.stack([boxes[name].to_numpy(zero_copy_only=False).astype(float) for name in TORSO], axis=1)
    order = np.argsort(boxes["frame"].to_numpy(), kind="stable")
    of_frame = boxes["frame"].to_numpy()[order]
    low, high = np.searchsorted(of_frame, frames, "left"), np.searchsorted(of_frame, frames, "right")
    for row, (begin, stop) in enumerate(zip(low, high, strict=True)):
        if begin == stop:
            continue
        near = order[begin:stop]
        off = np.abs(theirs[near] - place[row]).max(axis=1)
        best = int(off.argmin())
        if off[best] <= 0.15 * max(place[row, 3] - place[row, 1], 1.0):
            shirts[row] = colour[near[best]]
    return shirts


def _by_shirt(piece: Piece) -> list[Piece]:
    """The piece, or two where the shirt is another one from some frame on."""
    known = np.flatnonzero(np.isfinite(piece.shirts).all(axis=1))
    if len(known) < 2 * SHIRT_SEEN:
        return [piece]
    apart = np.zeros(len(known))
    for cut in range(SHIRT_SEEN, len(known) - SHIRT_SEEN + 1):
        before, after = middle(piece.shirts[known[:cut]]), middle(piece.shirts[known[cut:]])
        near = middle(piece.shirts[known[cut - SHIRT_SEEN : cut]]), middle(piece.shirts[known[cut : cut + SHIRT_SEEN]])
        if before and after and all(near):
            apart[cut] = min(distance(before, after), distance(*near))  # type: ignore[arg-type]
    if apart.max() <= SHIRT_CHANGES:
        return [piece]
    alike = np.flatnonzero(apart >= 0.9 * apart.max())
    at = known[int(np.median(alike[np.abs(alike - apart.argmax()) <= SHIRT_SEEN]))]
    return [*_by_shirt(piece.part(slice(0, at))), *_by_shirt(piece.part(slice(at, None)))]


def _by_number(piece: Piece, own: list[tuple[int, int]], reads: pa.Table, roster: Sequence[str]) -> list[Piece]:
    """The piece, or two where its reads confirm one number before some frame and another one behind it."""
    rows = [(frame, row) for frame, row in own if piece.frames[0] <= frame <= piece.frames[-1]]
    told = [at for at, (_, row) in enumerate(rows) if reads["number"][row].as_py() is not None]
    for before, after in pairwise(told):
        if reads["number"][rows[before][1]].as_py() == reads["number"][rows[after][1]].as_py():
            continue
        left, right = rows[: before + 1], rows[after:]
        said = votes(_numbered(reads, [row for _, row in left + right], [1] * len(left) + [2] * len(right)), roster)
        one, two = said.get(1), said.get(2)
        if not (one and two and _is_plain(one) and _is_plain(two)) or one.number == two.number:
            continue
        assert one.number is not None and two.number is not None
        if holds(one.number, two.number) or holds(two.number, one.number):
            continue
        at = int(np.searchsorted(piece.frames, (rows[before][0] + rows[after][0] + 1) // 2))
        if 0 < at < len(piece.frames):
            return [piece.part(slice(0, at)), *_by_number(piece.part(slice(at, None)), own, reads, roster)]
    return [piece]


def _is_plain(vote: Vote) -> bool:
    """Whether a number is read so often that another one in the same tracklet is another person's."""
    return vote.confirmed and vote.reads >= NUMBER_CHANGES and vote.spread_s >= NUMBER_CHANGES_S - 1e-6
