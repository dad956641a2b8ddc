"""Where a wanted player is in each frame, in which state and by which evidence; and what was weighed for him.

Belongs here: the tables `player_evidence` and `player_identity`. Does not belong here: the decision (`weigh`).

A lock lasts as long as the pieces that are the player. Whoever else is in sight refreshes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.base.reason import Reason
from gametape.film.clock import film_end
from gametape.film.following import wanted_places
from gametape.film.sidecar import Sidecar
from gametape.follow.chain import Tie
from gametape.follow.evidence import OTHER_THAN_SEEN, Mark, Wanted, wanted_of
from gametape.follow.links import Camera, links
from gametape.follow.pieces import Piece, pieces_of, votes_of
from gametape.follow.rules import FollowRules
from gametape.follow.weigh import Decision, decide
from gametape.tables.follow import EVIDENCE, PLAYER_EVIDENCE, PLAYER_IDENTITY

if TYPE_CHECKING:
    import pyarrow as pa

#: Pieces that go on in one another so surely vote together. Of such links 98 of 102 were right in three rendered films.
ONE_VOTE = 0.65
#: A read of the number, or a click, confirms the frames so near to it, seconds.
CONFIRMS_S = 1.0
#: How sure an anchor is: by its number, by a click, by both.
SURE = {(True, False): 0.95, (False, True): 0.9, (True, True): 0.99}


def wanted_players(sidecar: Sidecar, frames: pa.Table, width: int, height: int) -> list[Wanted]:
    """Who is wanted, the clicks at their frames and in px.

    Args:
        sidecar: The film's.
        frames: Table FRAMES; a click's time is the one at which the file shows it.
        width: Of the upright picture, px.
        height: Likewise.
    """
    shown, taken = (frames[name].to_numpy() for name in ("shown_s", "time_s"))
    numbers = frames["frame"].to_numpy()
    found = []
    for place in wanted_places(sidecar):
        said = sidecar.players[place]
        marks = []
        for click in sorted(said.clicks, key=lambda click: click.t):
            at = int(np.clip(np.searchsorted(shown, click.t + 1e-6, "right") - 1, 0, len(shown) - 1))
            time_s = float(taken[at])
            if not shown[0] - 1e-6 <= click.t <= film_end(shown):  # no picture was shown then: the frame is not meant
                time_s += click.t - float(shown[at])
            marks.append(Mark(int(numbers[at]), time_s, click.x * width, click.y * height))
        one = wanted_of(place, said.name, said.number, said.jersey_color, said.opponent_color)
        found.append(Wanted(one.place, one.name, one.number, one.colour, one.opponent, tuple(marks)))
    return found


def weigh(
    sidecar: Sidecar,
    rules: FollowRules,
    frames: pa.Table,
    tracks: pa.Table,
    reads: pa.Table,
    *,
    motion: pa.Table | None = None,
    boxes: pa.Table | None = None,
    width: int,
    height: int,
) -> list[Decision]:
    """Decide for each wanted player which pieces of tracks are the player, and why.

    Args:
        sidecar: The film's.
        rules: How players are followed.
        frames: Table FRAMES.
        tracks: Table PERSON_TRACKS.
        reads: Table NUMBER_READS.
        motion: Table CAMERA_MOTION; None: the camera stands.
        boxes: Table PERSON_BOXES, for the shirts' colours.
        width: Of the upright picture, px.
        height: Likewise.
    """
    wanted = wanted_players(sidecar, frames, width, height)
    if not wanted:
        return []
    # who is wanted is in the team, also where its list forgets him
    roster = sidecar.roster and (*sidecar.roster, *(one.number for one in wanted if one.number))
    pieces = pieces_of(tracks, reads, roster, boxes)
    how, camera = rules.following, Camera(motion)
    alike = OTHER_THAN_SEEN * how.colour_tolerance
    near = links(pieces, camera, longest_s=how.join_s, fastest_mps=how.fastest_mps, colour=alike)
    surely = [(link.before, link.after) for link in near if link.sure >= ONE_VOTE]
    said = votes_of(pieces, reads, roster, how.number_confidence, surely)
    return decide(wanted, pieces, said, near, camera, how, height)


# -- player_evidence ----------------------------------------------------------------------------------------------


def evidence_table(told: Sequence[Decision]) -> pa.Table:
    """Table PLAYER_EVIDENCE: each wanted player's pieces that count, that may, or were weighed; and wrong clicks."""
    rows = []
    for one in told:
        his = {piece.number: tie for piece, tie in one.chain}
        perhaps = {piece.number: why for piece, why in one.perhaps}
        for number, case in one.cases.items():
            if number not in his and number not in perhaps and not _is_telling(case):
                continue
            tie = his.get(number)
            verdict = "his" if tie else "perhaps" if number in perhaps else "not_his"
            why = _why_his(one, case.piece, tie) if tie else perhaps.get(number) or case.against or Reason("not_tied")
            rows.append(_evidence_row(one, case, verdict, why, _sureness(one, case.piece, tie) if tie else 0.0))
        for mark, number, why in one.outvoted:
            rows.append(_click_row(one, mark, "outvoted", why, one.cases[number].piece))
        rows += [_click_row(one, mark, "met_nobody", Reason("click_met_nobody"), None) for mark in one.missed]
    rows.sort(key=lambda row: (row["player"], row["first_frame"], row["piece"] or 0))
    return PLAYER_EVIDENCE.from_rows(rows)


def _is_telling(case: Any) -> bool:
    """Whether a piece that is not the player is worth a row: it has a number, or was clicked."""
    return bool(case.clicks) or (case.vote is not None and case.vote.number is not None)


def _evidence_row(one: Decision, case: Any, verdict: str, why: Reason, sure: float) -> dict:
    piece, vote = case.piece, case.vote
    frame = vote.frames[len(vote.frames) // 2] if vote and vote.frames else int(piece.frames[len(piece.frames) // 2])
    if case.clicks:
        frame = case.clicks[0].frame
    return {
        **_who(one.wanted),
        "track": piece.track,
        "piece": piece.number,
        "first_frame": int(piece.frames[0]),
        "last_frame": int(piece.frames[-1]),
        "start_s": piece.start,
        "end_s": piece.end,
        "verdict": verdict,
        "reason": why,
        "number_read": vote.number if vote else None,
        "number_confirmed": bool(vote and vote.confirmed),
        "reads": vote.reads if vote else 0,
        "colour_distance": case.colour,
        "clicks": len(case.clicks),
        "confidence": sure,
        "look_frame": frame,
        **_box(piece, piece.row_at(frame)),
    }


def _click_row(one: Decision, mark: Mark, verdict: str, why: Reason, piece: Piece | None) -> dict:
    return {
        **_who(one.wanted),
        "track": piece.track if piece else None,
        "piece": piece.number if piece else None,
        **dict.fromkeys(("first_frame", "last_frame", "look_frame"), mark.frame),
        **dict.fromkeys(("start_s", "end_s"), mark.time_s),
        "verdict": verdict,
        "reason": why,
        "number_confirmed": False,
        "reads": 0,
        "clicks": 1,
        "confidence": 0.0,
        **(_box(piece, piece.row_at(mark.frame)) if piece else {}),
    }


def _why_his(one: Decision, piece: Piece, tie: Tie) -> Reason:
    case = one.cases[piece.number]
    if not case.is_anchor:
        return Reason("goes_on_in_track", sure=round(tie.sure, 2))
    number = case.vote.number if case.says_number > 0 and case.vote else None
    if number and case.clicks:
        return Reason("number_and_click", number=number, reads=case.vote.reads)  # type: ignore[union-attr]
    return (
        Reason("number_agrees", number=number, reads=case.vote.reads) if number and case.vote else Reason("clicked_on")
    )


# -- player_identity ----------------------------------------------------------------------------------------------


def frames_told(motion: pa.Table, tracks: pa.Table, frames: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """The frames of which states are told, and their times: those looked at, and those that tracks fill in between.

    Args:
        motion: Table CAMERA_MOTION.
        tracks: Table PERSON_TRACKS.
        frames: Table FRAMES.
    """
    told = np.union1d(motion["frame"].to_numpy(), tracks["frame"].to_numpy()).astype(int)
    if len(told) and tracks.num_rows and len(np.unique(tracks["frame"].to_numpy())) > motion.num_rows:
        told = np.arange(told[0], told[-1] + 1)
    return told, frames["time_s"].to_numpy()[told]


def identity_table(
    told: Sequence[Decision], frames: np.ndarray, times: np.ndarray, camera: Camera, lost_s: float
) -> pa.Table:
    """Table PLAYER_IDENTITY.

    Args:
        told: The decisions.
        frames: (n,) frames in which people are looked for, rising.
        times: (n,) when they were taken, seconds.
        camera: Tells where shots end.
        lost_s: Out of sight for longer, the player is searched again.
    """
    rows: list[dict] = []
    for one in told:
        rows += _states(one, frames, times, camera, lost_s)
    return PLAYER_IDENTITY.from_rows(rows)


def _states(one: Decision, frames: np.ndarray, times: np.ndarray, camera: Camera, lost_s: float) -> list[dict]:
    who, at = _who(one.wanted), _in_sight(one)
    rows: list[dict] = []
    before, last_seen, last_frame, last_piece = "searching", -np.inf, -1, None
    for frame, time_s in zip(frames.tolist(), times.tolist(), strict=True):
        row: dict[str, Any] = {**who, "frame": frame, "time_s": time_s}
        why: Reason | None = None
        if seen := at.get(frame):
            piece, number, tie = seen
            state, evidence, sure = _held(one, piece, frame, time_s, tie)
            row |= {"track": piece.track, "piece": piece.number, "evidence": evidence, "confidence": sure}
            row |= _box(piece, number)
            if state != before or last_piece != piece.number:
                why = (
                    _why_his(one, piece, tie)
                    if last_piece != piece.number or state == "confirmed"
                    else Reason("goes_on")
                )
            last_seen, last_frame, last_piece = time_s, frame, piece.number
        else:
            state = "lost" if time_s - last_seen <= lost_s else "searching"
            if state == "lost" and before != "lost":
                cut = camera.shot(last_frame) != camera.shot(frame)
                why = Reason("view_cut") if cut else Reason("out_of_sight")
            elif state == "searching" and before != "searching":
                why = Reason("lost_too_long", seconds=lost_s)
            last_piece = None
        if not rows and why is None:
            why = one.reason or (Reason("not_yet_seen") if state == "searching" else None)
        rows.append(row | {"state": state, "why": why})
        before = state
    return rows


def _in_sight(one: Decision) -> dict[int, tuple[Piece, int, Tie]]:
    """By frame the piece that is the player, its row there and its tie; of two that overlap the surer one.

    Where others cover the player he is not in sight.
    """
    at: dict[int, tuple[Piece, int, Tie]] = {}
    for piece, tie in one.chain:
        for number in np.flatnonzero(piece.clear).tolist():
            frame = int(piece.frames[number])
            if frame not in at or tie.sure > at[frame][2].sure:
                at[frame] = piece, number, tie
    return at


def _held(one: Decision, piece: Piece, frame: int, time_s: float, tie: Tie) -> tuple[str, str, float]:
    """State, evidence and confidence of a frame in which the player is in sight."""
    case = one.cases[piece.number]
    number = case.says_number > 0 and case.vote is not None
    near_number = number and min(abs(piece.times[piece.row_at(f)] - time_s) for f in case.vote.frames) <= CONFIRMS_S  # type: ignore[union-attr]
    near_click = any(abs(mark.time_s - time_s) <= CONFIRMS_S for mark in case.clicks)
    has = {
        "number": number,
        "colour": case.colour is not None and not case.other_colour,
        "click": bool(case.clicks),
        "continuity": not (near_number or near_click),
    }
    evidence = "+".join(kind for kind in EVIDENCE if has[kind])
    return ("confirmed" if near_number or near_click else "locked"), evidence, _sureness(one, piece, tie)


def _sureness(one: Decision, piece: Piece, tie: Tie) -> float:
    anchor: Mapping[int, Any] = one.cases
    case = anchor[tie.anchor]
    return SURE.get((case.says_number > 0, bool(case.clicks)), 0.9) * tie.sure


def _who(wanted: Wanted) -> dict:
    return {"player": wanted.place, "name": wanted.name, "number": wanted.number}


def _box(piece: Piece, row: int) -> dict:
    return dict(zip(("x1", "y1", "x2", "y2"), map(float, piece.boxes[row]), strict=True))
