"""The tables of a film that follows somebody: numbers on shirts, what was weighed for each wanted player, shifts.

Belongs here: columns with units, ranges and what null means. Does not belong here: how they are computed.
"""

from __future__ import annotations

from gametape.tables.core import BOX, FRAME, Table, columns

NUMBER_READS = Table(
    "number_reads",
    "a look at the shirt of a person of a track, at a frame that was chosen for it",
    columns(
        *FRAME,
        "track int32! number of the track, as in person_tracks",
        "number string number that is read, digits as they stand on the shirt (0 and 00 differ); null: unreadable",
        "confidence float32! probability of the likeliest number, also where it is too low to be a read, 0..1",
        "candidates string! likely numbers, likeliest first, each with its probability, as in 20:0.91 29:0.04; empty: "
        "none",
        "digit_height_px float32 height of the digits, px; null: nothing is read",
        "view string! by what the shirt was found: body (the box of the person) or torso (shoulders and hips); "
        "graphic: what is read stands still in the picture, such as a score, and is no number",
        *BOX,
    ),
)
_WANTED = (
    "player int32! place in the sidecar's players, from 0",
    "name string the player's name; null: not given",
    "number string the shirt's number, as the sidecar has it; null: not given",
)

PLAYER_EVIDENCE = Table(
    "player_evidence",
    "a piece of a track that was weighed for a wanted player, or a click of his",
    columns(
        *_WANTED,
        "track int32 as in person_tracks; null: the click met nobody",
        "piece int32 number of the piece within the film, from 1: a tracklet, or a part of one that is two people; "
        "null: the click met nobody",
        "first_frame int32! first frame of the piece, or the click's",
        "last_frame int32! last frame of the piece, or the click's",
        "start_s float64! when its first picture was taken, seconds from the film's start",
        "end_s float64! when its last picture was taken",
        "verdict string! his (it counts as the player), perhaps (worth a look), not_his, or for a click: outvoted, "
        "met_nobody",
        "reason string! why",
        "number_read string number that the piece's reads say, or seem to say; null: none",
        "number_confirmed bool! whether the reads are enough to say so",
        "reads int32! reads of that number",
        "colour_distance float32 of the shirt from the player's colour, CIELAB; null: not known",
        "clicks int32! clicks of the player that are on this piece",
        "confidence float32! that this is the player, 0..1",
        "look_frame int32! frame to look at",
        *BOX,
    ),
)

#: States of a wanted player.
STATES = ("searching", "confirmed", "locked", "lost")
#: Kinds of evidence, in the order in which they are joined.
EVIDENCE = ("number", "colour", "click", "continuity")

PLAYER_IDENTITY = Table(
    "player_identity",
    "a wanted player in a frame in which people are looked for",
    columns(
        *_WANTED,
        *FRAME,
        "state string! confirmed: a read of the number or a click is near; locked: the same person goes on; lost: just "
        "out of sight; searching: not in sight, or nobody is known to be the player",
        "track int32 as in person_tracks; null: not in sight",
        "piece int32 as in player_evidence; null: not in sight",
        *BOX,
        "evidence string what says so, of number, colour, click, continuity, joined by +; null: not in sight",
        "why string why the state is another than in the frame before; null: it is the same",
        "confidence float32 that this is the player, 0..1; null: not in sight",
    ),
)

#: Why a shift ended.
END_REASONS = ("lost", "cut", "bench", "penalty", "outside", "period_end", "film_end", "window_end")

SHIFTS = Table(
    "shifts",
    "a shift: a wanted player's time on the ice or court from coming on to leaving",
    columns(
        *_WANTED,
        "shift int32! number of the player's shift, from 1, in order of time",
        "period int32! number of the period, from 1",
        "start_s float64! first moment with evidence, seconds from the film's start",
        "end_s float64! last moment with evidence, never later",
        "first_frame int32! frame of start_s",
        "last_frame int32! frame of end_s",
        "view_s float64! time in which the player is in sight, measured",
        "ice_s float64! time on the ice or court: from start to end, gaps in sight bridged by the sport's rule",
        "pieces int32! stretches in sight that were put together",
        "longest_gap_s float64! longest time out of sight within it",
        "end_reason string! lost (out of sight), cut, bench, penalty, outside (of the rink zone), period_end, "
        "film_end, window_end (the film goes on, but was not analysed further)",
        "questioned string why it may be no whole shift, such as too_short; null: nothing speaks against it",
        "confidence float32! that it is this player's, 0..1: the mean of the frames in sight",
        "clip_start_s float64! start_s less the pre-roll, within the film; two clips have no second in common",
        "clip_end_s float64! end_s and the post-roll, within the film",
    ),
)
