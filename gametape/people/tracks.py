"""Follows everybody from look to look: boxes to the table PERSON_TRACKS.

Belongs here: following, where the library `trackers` does it; splitting and joining its pieces; the table. Does not
belong here: finding people (`find`), the boxes of one piece (`tidy`), two who cover each other (`meetings`), who is on
the playing surface (`ground`), how pieces are judged to be one person (`joining`).

Boxes are followed as if the camera had stood still. C-BIoU (Yang et al. 2023) compares boxes that are enlarged, since
players turn faster than any motion model; low scores continue a track and begin none. Colours only make a box less
likely (`association`): where a piece changes its team it is cut in two, and pieces are joined by colour, place and time
afterwards, when the future is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.camera import Move, steadied
from gametape.people.association import Follower
from gametape.people.boxes import covered, moved
from gametape.people.camera import matrices
from gametape.people.ground import surface_of
from gametape.people.joining import Piece, joined
from gametape.people.meetings import resolved
from gametape.people.teams import SEEN, Sides, sides_of, team_of
from gametape.people.tidy import ended, exchanged, of_steady_size
from gametape.tables.people import CLOTHES_COLUMNS, GROUND_COLUMNS, PERSON_TRACKS

if TYPE_CHECKING:
    import pyarrow as pa

BEGIN = 0.4
"""Least confidence of a box that begins a track; boxes of less continue one."""
LOST_S = 0.7
"""So long the tracker waits for whoever is not found; pieces end earlier (`tidy.UNSEEN_S`)."""
FEWEST = 3
"""Fewest boxes of a piece."""
SURE, MEAN = 0.5, 0.38
"""A piece has a box at least so sure, and its boxes are so sure on average."""
HIDDEN = 0.35
"""A box of which others cover more than this shows other colours than its own."""
CHANGED = 4
"""A piece changed its team where so many clear boxes in a row are of one and then as many of the other."""
BRIDGED_S = 0.8
"""In gaps no longer than this a person is where the boxes before and after say."""
ON_SURFACE = 0.4
"""A piece of which a smaller share of the boxes is on the playing surface is a spectator, or a thing. On the two films
of docs/benchmarks.md 0.2 to 0.6 give the wanted player one result, and 2 per cent more or fewer boxes."""
STANDS_PX, MOVED = 1.5, 1.0
"""Graphics stay within so many px while the camera moves by so many of their heights."""


@dataclass(eq=False)
class Boxes:
    """The boxes of one shot, by look.

    Attributes:
        frame: (n,) frame of each box.
        look: (n,) number of the look in the shot.
        box: (n, 4) px of the picture.
        steady: (n, 4) as if the camera had stood still.
        confidence: (n,).
        colour: (n, 6) CIELAB, NaN where not known or hidden.
        hidden: (n,) whether others cover much of it.
        ground: (n, 7) what is around, by `clothes.ground`.
        time_s: (looks,) of each look.
        frames: (looks,) of each look.
        known: (looks,) whether the camera's movement into each look is known.
        piece: (n,) number of the piece, from 0; -1: of none.
    """

    frame: np.ndarray
    look: np.ndarray
    box: np.ndarray
    steady: np.ndarray
    confidence: np.ndarray
    colour: np.ndarray
    hidden: np.ndarray
    ground: np.ndarray
    time_s: np.ndarray
    frames: np.ndarray
    known: np.ndarray
    piece: np.ndarray


def track(
    boxes: pa.Table,
    camera: pa.Table,
    times: np.ndarray,
    size: tuple[int, int],
) -> pa.Table:
    """Follow everybody.

    Args:
        boxes: Table PERSON_BOXES.
        camera: Table CAMERA_MOTION: the frames that were looked at.
        times: (n,) seconds of every frame of the film.
        size: Width and height of the picture, px.

    Returns:
        Table PERSON_TRACKS, ordered by frame and track. In between two looks people are interpolated.
    """
    shots = [_shot(boxes, camera, shot, size) for shot in range(_shots(camera))]
    worn = sides_by_boxes(shots)
    for one in shots:
        one.piece = _without_few(followed(one, worn), one)
        one.piece = _without_graphics(one)
        one.piece = exchanged(one.piece, one.look, one.steady)
        one.piece = ended(one.piece, one.look, one.steady, one.box, one.time_s, one.known)
        one.piece = resolved(one.piece, one.look, one.box, one.steady, one.colour, one.time_s)
        one.piece = _without_few(_numbered(one.piece), one)
    _without_spectators(shots)
    every = np.concatenate([one.colour for one in shots]) if shots else np.empty((0, 6))
    sides = sides_of(*_by_piece(shots)) if len(every) else Sides(None)
    rows: list[dict] = []
    first_piece = first_track = 1
    for one in shots:
        one.piece = _without_few(seen_at_ends(split(one, sides), one, sides), one)
        pieces = _pieces(one, sides)
        for number in range(len(pieces)):
            own = one.piece == number
            one.box[own] = of_steady_size(one.box[own], one.time_s[one.look[own]], one.confidence[own], size)
        track_of = joined(pieces)
        rows += _rows(one, pieces, track_of, sides, times, first_piece, first_track)
        first_piece += len(pieces)
        first_track += int(track_of.max()) + 1 if len(track_of) else 0
    rows.sort(key=lambda row: (row["frame"], row["track"]))
    return PERSON_TRACKS.from_rows(rows)


def sides_by_boxes(shots: list[Boxes]) -> Sides:
    """The two sides' colours as the sure boxes show them, before anybody is followed."""
    if not shots:
        return Sides(None)
    colour, confidence = (np.concatenate([getattr(one, name) for one in shots]) for name in ("colour", "confidence"))
    sure = np.flatnonzero(np.isfinite(colour).all(axis=1) & (confidence >= SURE))
    some = sure[np.linspace(0, len(sure) - 1, min(len(sure), 1000)).astype(int)] if len(sure) else sure
    return sides_of(colour[some], np.ones(len(some)))


def followed(shot: Boxes, sides: Sides) -> np.ndarray:
    """(n,) the piece of each box of a shot, as C-BIoU follows them; -1 of none."""
    import supervision

    piece = np.full(len(shot.box), -1)
    if not len(shot.box):
        return piece
    rate = 1 / float(np.median(np.diff(shot.time_s))) if len(shot.time_s) > 1 else 15.0
    tracker = Follower(
        sides,
        lost_track_buffer=round(30 * LOST_S),
        frame_rate=rate,
        track_activation_threshold=BEGIN,
        high_conf_det_threshold=BEGIN,
        minimum_consecutive_frames=1,
        minimum_iou_threshold_first_assoc=0.06,
        minimum_iou_threshold_second_assoc=0.25,
        minimum_iou_threshold_unconfirmed_assoc=0.06,
    )
    begin = 0
    for look in range(len(shot.time_s)):
        end = int(np.searchsorted(shot.look, look, side="right"))
        part = slice(begin, end)
        given = supervision.Detections(
            xyxy=shot.steady[part].astype(np.float32),
            confidence=shot.confidence[part].astype(np.float32),
            data={"row": np.arange(begin, end)},
        )
        out = tracker.update(given, shot.colour[part])
        if len(out):
            piece[np.asarray(out.data["row"])] = out.tracker_id
        begin = end
    return _numbered(piece)


def split(shot: Boxes, sides: Sides) -> np.ndarray:
    """(n,) the pieces, those cut in two that changed from one team to the other, or to a referee."""
    piece, fresh = shot.piece.copy(), int(shot.piece.max(initial=-1)) + 1
    for number in range(fresh):
        rows = np.flatnonzero(shot.piece == number)
        side = sides.told(shot.colour[rows])
        clear = np.flatnonzero(side >= 0)
        sure = side[clear]
        while (at := _change(sure)) is not None:
            # The swap lies between the last clear box of the one and the first of the other.
            border = (clear[at - 1] + clear[at] + 1) // 2
            piece[rows[border:]] = fresh
            fresh += 1
            clear, sure = clear[at:], sure[at:]
    return _numbered(piece)


def seen_at_ends(piece: np.ndarray, shot: Boxes, sides: Sides) -> np.ndarray:
    """(n,) the pieces, each from the first box in which the person is seen to the last one.

    A box at an end that others cover, or that shows the other side's colour, is as likely somebody else's.
    """
    out = piece.copy()
    for number in range(int(piece.max(initial=-1)) + 1):
        rows = np.flatnonzero(piece == number)
        side = sides.of(shot.colour[rows])
        own = [int((side == one).sum()) for one in (0, 1)]
        team = int(np.argmax(own))
        if own[team] < SEEN:
            continue
        kept = np.flatnonzero(~shot.hidden[rows] & (side != 1 - team))
        out[rows[: kept[0]]] = out[rows[kept[-1] + 1 :]] = -1
    return _numbered(out)


def _change(side: np.ndarray) -> int | None:
    """Where a sequence of sides first changes for CHANGED in a row after as many of the other."""
    for at in range(CHANGED, len(side) - CHANGED + 1):
        before, after = side[at - CHANGED : at], side[at : at + CHANGED]
        if (before == before[0]).all() and (after == after[0]).all() and before[0] != after[0]:
            return at
    return None


def _shots(camera: pa.Table) -> int:
    return int(np.max(camera["shot"].to_numpy(), initial=-1)) + 1


def _shot(boxes: pa.Table, camera: pa.Table, shot: int, size: tuple[int, int]) -> Boxes:
    """The boxes of a shot, with where they were if the camera had stood still."""
    import pyarrow.compute as pc

    own = camera.filter(pc.equal(camera["shot"], shot))
    frames, times = own["frame"].to_numpy(), own["time_s"].to_numpy()
    moves = [Move(one, 1.0) for one in matrices(own)]
    steady = steadied(moves, size)
    numbers = boxes["frame"].to_numpy()
    inside = np.flatnonzero(np.isin(numbers, frames))
    part = boxes.take(inside)
    box = np.stack([part[name].to_numpy().astype(float) for name in ("x1", "y1", "x2", "y2")], axis=1).reshape(-1, 4)
    colour = np.stack([part[name].to_numpy(zero_copy_only=False).astype(float) for name in CLOTHES_COLUMNS], axis=1)
    ground = np.stack([part[name].to_numpy(zero_copy_only=False).astype(float) for name in GROUND_COLUMNS], axis=1)
    look = np.searchsorted(frames, numbers[inside])
    straight, hidden = box.copy(), np.zeros(len(box), bool)
    for place in np.unique(look):
        rows = np.flatnonzero(look == place)
        straight[rows] = moved(box[rows], steady[place])
        hidden[rows] = covered(box[rows]) > HIDDEN
    colour[hidden] = np.nan
    confidence = part["confidence"].to_numpy().astype(float)
    known = np.isfinite(own["quality"].to_numpy(zero_copy_only=False).astype(float))
    known[:1] = True  # into the first look of a shot nobody is followed
    none = np.full(len(box), -1)
    return Boxes(numbers[inside], look, box, straight, confidence, colour, hidden, ground, times, frames, known, none)


def _numbered(piece: np.ndarray) -> np.ndarray:
    """Pieces numbered from 0 in the order in which they begin."""
    out = np.full(len(piece), -1)
    known = piece[piece >= 0]
    _, first = np.unique(known, return_index=True)
    for number, old in enumerate(known[np.sort(first)]):
        out[piece == old] = number
    return out


def _without_few(piece: np.ndarray, shot: Boxes) -> np.ndarray:
    out = piece.copy()
    for number in np.unique(piece[piece >= 0]):
        rows = piece == number
        sure = shot.confidence[rows]
        if len(sure) < FEWEST or sure.max() < SURE or sure.mean() < MEAN:
            out[rows] = -1
    return _numbered(out)


def _without_graphics(shot: Boxes) -> np.ndarray:
    """Pieces without what stays in its place in the picture while the camera moves: a logo is no player."""
    out = shot.piece.copy()
    for number in range(int(shot.piece.max(initial=-1)) + 1):
        rows = shot.piece == number
        box, steady = shot.box[rows], shot.steady[rows]
        tall = float(np.median(box[:, 3] - box[:, 1]))
        still = float(np.ptp(np.percentile((box[:, :2] + box[:, 2:]) / 2, (10, 90), axis=0), axis=0).max())
        gone = float(np.ptp((steady[:, :2] + steady[:, 2:]) / 2, axis=0).max())
        if still <= STANDS_PX and gone >= MOVED * tall:
            out[rows] = -1
    return _numbered(out)


def _without_spectators(shots: list[Boxes]) -> None:
    """Take the pieces out of the shots of a film that are not on the playing surface."""
    if not shots:
        return
    begins = np.cumsum([0] + [int(one.piece.max(initial=-1)) + 1 for one in shots])
    pieces = [np.where(one.piece >= 0, one.piece + begin, -1) for one, begin in zip(shots, begins[:-1], strict=True)]
    ground, confidence = (np.concatenate([getattr(one, name) for one in shots]) for name in ("ground", "confidence"))
    surface = surface_of(ground, confidence, np.concatenate(pieces))
    if surface is None:
        return
    for one in shots:
        on = surface.holds(one.ground)
        for number in range(int(one.piece.max(initial=-1)) + 1):
            known = on[one.piece == number]
            known = known[np.isfinite(known)]
            if len(known) >= FEWEST and known.mean() < ON_SURFACE:
                one.piece[one.piece == number] = -1
        one.piece = _numbered(one.piece)


def _by_piece(shots: list[Boxes]) -> tuple[np.ndarray, np.ndarray]:
    """The median colour of each piece of all shots, (n, 6), and in how many boxes it was seen."""
    colours, seen = [], []
    for one in shots:
        for number in range(int(one.piece.max(initial=-1)) + 1):
            known = one.colour[one.piece == number]
            known = known[np.isfinite(known).all(axis=1)]
            if len(known):
                colours.append(np.median(known, axis=0))
                seen.append(len(known))
    return np.array(colours).reshape(-1, 6), np.array(seen, float)


def _pieces(shot: Boxes, sides: Sides) -> list[Piece]:
    made, views = [], np.cumsum(~shot.known)
    for number in range(int(shot.piece.max(initial=-1)) + 1):
        rows = np.flatnonzero(shot.piece == number)
        team = team_of(shot.colour[rows], sides)[0]
        known = shot.colour[rows][np.isfinite(shot.colour[rows]).all(axis=1)]
        colour = np.median(known, axis=0) if len(known) else None
        view = int(views[shot.look[rows[0]]]), int(views[shot.look[rows[-1]]])
        made.append(Piece(shot.time_s[shot.look[rows]], shot.steady[rows], team, colour, view))
    return made


def _rows(
    shot: Boxes,
    pieces: list[Piece],
    track_of: np.ndarray,
    sides: Sides,
    times: np.ndarray,
    first_piece: int,
    first_track: int,
) -> list[dict]:
    """The rows of a shot's tracks, those in between included."""
    rows: list[dict] = []
    for number in range(int(track_of.max(initial=-1)) + 1):
        own = np.flatnonzero(np.isin(shot.piece, np.flatnonzero(track_of == number)))
        team, reason, clear = team_of(shot.colour[own], sides)
        common = {"track": first_track + number, "team": team, "team_reason": reason, "team_confidence": clear}
        for place, at in enumerate(own):
            tracklet = first_piece + int(shot.piece[at])
            rows.append(_row(common, tracklet, int(shot.frame[at]), times, shot.box[at], shot.confidence[at], False))
            if place + 1 < len(own):
                rows += _between(shot, own[place], own[place + 1], common, tracklet, times)
    return rows


def _between(shot: Boxes, at: int, after: int, common: dict, tracklet: int, times: np.ndarray) -> list[dict]:
    """Rows of the frames between two boxes of a track, where the gap is short."""
    first, last = int(shot.frame[at]), int(shot.frame[after])
    gap = times[last] - times[first]
    if last - first < 2 or gap > BRIDGED_S or gap <= 0:
        return []
    out = []
    worse = min(shot.confidence[at], shot.confidence[after])
    for frame in range(first + 1, last):
        share = (times[frame] - times[first]) / gap
        box = (1 - share) * shot.box[at] + share * shot.box[after]
        out.append(_row(common, tracklet, frame, times, box, worse, True))
    return out


def _row(
    common: dict, tracklet: int, frame: int, times: np.ndarray, box: np.ndarray, confidence: float, interpolated: bool
) -> dict:
    x1, y1, x2, y2 = box.tolist()
    return common | {
        "tracklet": tracklet, "frame": frame, "time_s": float(times[frame]), "x1": x1, "y1": y1, "x2": x2, "y2": y2,
        "confidence": float(confidence), "interpolated": interpolated,
    }  # fmt: skip
