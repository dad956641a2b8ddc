"""The tables of everybody in a film that follows somebody: the camera, who is where, and each person's track.

Belongs here: columns with units, ranges and what null means. Does not belong here: how they are computed.
"""

from __future__ import annotations

from gametape.tables.core import BOX, FRAME, Table, columns

#: From where a box of a person comes.
BOX_SOURCES = ("network", "window", "pose", "yolo")
#: The sides of a match; `a` is the side of whom the film is about, where it is known.
TEAMS = ("a", "b", "referee")
#: Entries of the camera's movement, row by row, the last row being 0 0 1.
MOVE = ("m11", "m12", "m13", "m21", "m22", "m23")
#: CIELAB of the shirt and of the trousers, as the box shows them.
CLOTHES_COLUMNS = tuple(f"{part}_{axis}" for part in ("torso", "legs") for axis in "lab")
#: CIELAB around the feet, how uneven it is there, and CIELAB beside the upper body.
GROUND_COLUMNS = ("ground_l", "ground_a", "ground_b", "ground_spread", "behind_l", "behind_a", "behind_b")

CAMERA_MOTION = Table(
    "camera_motion",
    "a frame in which people are looked for",
    columns(
        *FRAME,
        "shot int32! number of the shot, from 0; nobody is followed from one shot into the next",
        "cut bool! whether a shot begins here",
        "quality float32 share of the followed corners that agree with the movement, 0..1; null: no movement is known",
    )
    + columns(
        *(
            f"{name} float64 entry {name[1]},{name[2]} of the movement from the last looked-at frame to this one: it "
            "takes px (x, y, 1) of the upright picture there to px here; null: not known, or a cut"
            for name in MOVE
        )
    ),
)

PERSON_BOXES = Table(
    "person_boxes",
    "a person in a frame, as found, before anybody is followed",
    columns(
        *FRAME,
        *BOX,
        "confidence float32! how sure it is a person, 0..1",
        "source string! network: in the whole picture; window: in an enlarged part of it; pose: by a pose; yolo",
    )
    + columns(
        *(
            f"{name} float32 colour of the {name[:-2]}'s clothes, CIELAB {name[-1]} of the median pixel; null: too "
            "small"
            for name in CLOTHES_COLUMNS
        )
    )
    + columns(
        *(
            f"{name} float32 colour around the feet, CIELAB {name[-1]} of the median pixel; null: too small, or outside"
            for name in GROUND_COLUMNS[:3]
        ),
        "ground_spread float32 how far the pixels around the feet are from their median, CIELAB; null as before",
        *(
            f"{name} float32 colour beside the upper body, CIELAB {name[-1]} of the median pixel; null as before"
            for name in GROUND_COLUMNS[4:]
        ),
    ),
)

PERSON_TRACKS = Table(
    "person_tracks",
    "a person of a track in a frame",
    columns(
        *FRAME,
        "track int32! number of the person, from 1: the same person throughout one shot, pieces joined",
        "tracklet int32! number of the piece before joining, from 1: followed without a gap",
        *BOX,
        "confidence float32! of the box, 0..1; of an interpolated one that of the worse neighbour",
        "interpolated bool! whether the box was put between two that were found",
        "team string a or b: the two sides; referee: neither; null: not told apart",
        "team_reason string how the team is known, or why it is not; the same for every row of a track",
        "team_confidence float32 how clearly the colour is that team's, 0..1; null: no team",
    ),
)
