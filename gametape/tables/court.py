"""The table of courts found in films.

Belongs here: columns with units, ranges and what null means. Does not belong here: how they are computed.
"""

from __future__ import annotations

from gametape.tables.core import Table, columns

COURT_MARKS = Table(
    "court_marks",
    "a stretch in which the camera does one thing",
    columns(
        "first_frame int32! first frame of the stretch",
        "stop int32! frame after its last one",
        "motion string what the camera does: fixed, moved (stands still here, and is moved before or after) or "
        "panning; null: nobody looked",
        "shift_px float64 greatest movement of the background within the stretch, px; null: not measured",
        "court string sport whose court was looked for, or was found where no sport is told; null: none",
        "found bool! whether the court was found",
        "reason string why it was not found; null: it was",
        "marks string! named points of the court in the upright picture, JSON list of [name, x px, y px]",
        "homography string JSON 3x3 matrix from metres on the ground to px, without radial distortion; null: not found",
        "fit_px float64 root mean square distance of the picture's lines from the court's, px; null: not found",
        "share_of_lines float64 share of the length of the court's lines in sight that lies on lines of the picture, "
        "0..1; null: not found",
        "radial float64 radial distortion k: r from the middle, in half diagonals, is seen at r (1 + k r²); null: the "
        "lines show none",
        "focal_px float64 focal length, px; null: not determined",
        "proposed bool! whether nobody told the sport: the court is proposed, and not used",
    ),
)
