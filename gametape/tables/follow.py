"""The tables of a film that follows somebody: the numbers read on shirts.

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
        "second_opinion string number that the text reader reads there; null: none, or it was not asked",
        "view string! shirt that is looked at: body (by the box of the person) or torso (by shoulders and hips)",
        *BOX,
    ),
)
