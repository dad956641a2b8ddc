"""The tables of people: joints as estimated, who is who, joints over time, and the angles between them.

Belongs here: columns with units, ranges and what null means. Does not belong here: how they are computed.
"""

from __future__ import annotations

from gametape.tables.core import BOX, FRAME, Column, Table, columns

#: The 17 keypoints of COCO.
COCO_KEYPOINTS = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip",
    "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip


#: Keypoints that only some estimators give.
EXTRA_KEYPOINTS = (
    "left_heel", "right_heel", "left_toe", "right_toe", "left_index", "right_index", "left_thumb", "right_thumb",
)  # fmt: skip


#: All keypoints, in the order of arrays.
KEYPOINTS = COCO_KEYPOINTS + EXTRA_KEYPOINTS


#: Parts of the body whose clothes have a colour.
CLOTHES = ("torso", "legs")


#: Interior angles, 180 degrees is straight.
JOINT_ANGLES = tuple(
    f"{side}_{joint}" for joint in ("elbow", "shoulder", "hip", "knee", "ankle") for side in ("left", "right")
)


#: Angles of segments against the vertical or horizontal, and between two of them.
SEGMENT_ANGLES = ("trunk_lean", "hip_line", "shoulder_line", "hip_shoulder_separation")


#: Columns of angular velocities.
ANGLE_SPEEDS = tuple(f"{name}_speed" for name in (*JOINT_ANGLES, *SEGMENT_ANGLES))


_JOINTS = tuple(
    Column(f"{k}_{part}", "float32", f"{k.replace('_', ' ')} {what}")
    for k in KEYPOINTS
    for part, what in (
        ("x", "px from the left; null: not found"),
        ("y", "px from the top; null: not found"),
        ("c", "confidence, 0..1"),
    )
)


POSE_ESTIMATES = Table(
    "pose_estimates",
    "a person in a frame, as the estimator gives it, before linking and repair",
    columns(
        *FRAME,
        "person int32! number of the person within the frame, from 0",
        *BOX,
        "confidence float32! confidence of the person, 0..1",
    )
    + _JOINTS
    + tuple(
        Column(
            f"{part}_{axis}",
            "float32",
            f"colour of the {part}'s clothes, CIELAB {axis} of the median pixel; null: hardly seen",
        )
        for part in CLOTHES
        for axis in "lab"
    )
    + columns("estimator string! name and version of the estimator"),
)


PLAYER_POSES = Table(
    "player_poses",
    "a followed player in a frame, as the estimator sees the body in the box of player_identity; `person` is the place "
    "in the sidecar's players, from 0",
    POSE_ESTIMATES.columns,
)


PEOPLE = Table(
    "people",
    "a person in a frame",
    columns(
        *FRAME,
        "person int32! number of the person within the frame, as in pose_estimates or player_poses",
        "track int32! number of the track, from 1: the same person throughout; it crosses a cut only by the sidecar's "
        "clicks, or where the player is followed",
        *BOX,
        "confidence float32! confidence of the person, 0..1",
        "subject bool! whether this is the player whom the film is about",
        "player int32 place in the sidecar's players, from 0, of who this is; null: nobody whom it names",
        "choice string! how the subject was chosen, or why nobody was; the same in every row",
        "margin float32 how much better the subject ranks than the next best person, 0..1 (1: by a click, or nobody "
        "else); "
        "null: no subject",
        "plays bool whether the person plays, rather than officiates, waits or watches; null: not known",
        "plays_reason string by what that is told, or why it is not known; null: it was not asked",
        "may_continue int32 earlier track that may be the same person, too uncertain to be one track; null: none",
        "may_continue_confidence float32 likeness of the two in clothes and size, 0..1; null: none",
    ),
)


POSE_KEYPOINTS = Table(
    "pose_keypoints",
    "a person in a frame",
    columns(
        *FRAME,
        "track int32! number of the track, as in people",
        *BOX,
        "confidence float32! confidence of the person, 0..1",
    )
    + _JOINTS
    + columns(
        "estimator string! name and version of the estimator",
        "state string! estimated, or interpolated where the person was missed for at most 0.2 s",
        "filled string joints not seen here but interpolated between earlier and later frames, separated by commas; "
        "null: none",
        "swapped string parts of the body whose left and right were corrected (all, or their names); null: none",
        "cutoff_hz float32 cut-off (-3 dB) of the zero-phase low-pass of trunk, head, hips and knees, Hz; null: not "
        "smoothed",
        "quick_cutoff_hz float32 cut-off of arms and feet, Hz; null: not smoothed",
    ),
)


JOINT_ANGLES_TABLE = Table(
    "joint_angles",
    "a person in a frame",
    columns(*FRAME, "track int32! number of the track, as in people")
    + tuple(
        Column(
            a,
            "float32",
            f"{a.replace('_', ' ')}, interior angle in the picture plane, degrees, 180 is straight; null: not seen "
            "well enough",
        )
        for a in JOINT_ANGLES
    )
    + columns(
        "trunk_lean float32 line from hips to shoulders against the vertical, degrees, positive to the picture's right",
        "hip_line float32 line from right to left hip against the horizontal, degrees, -180..180",
        "shoulder_line float32 line from right to left shoulder against the horizontal, degrees, -180..180",
        "hip_shoulder_separation float32 shoulder line minus hip line, degrees, -180..180",
        "centre_of_mass_x float32 x of the body's centre of mass, px; null: less than 95 % of the mass is seen",
        "centre_of_mass_y float32 y of the body's centre of mass, px; null: less than 95 % of the mass is seen",
    )
    + tuple(
        Column(
            name,
            "float32",
            f"{name.removesuffix('_speed').replace('_', ' ')}, angular velocity, degrees/s; null: at gaps and at the "
            "track's ends",
        )
        for name in ANGLE_SPEEDS
    ),
)
