"""The tables of people: their joints as estimated, who is who, their joints over time, and the angles between them."""

from __future__ import annotations

from gametape.tables.core import BOX, FRAME, Column, Table, columns

COCO_KEYPOINTS = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip",
    "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip


EXTRA_KEYPOINTS = (
    "left_heel", "right_heel", "left_toe", "right_toe", "left_index", "right_index", "left_thumb", "right_thumb",
)  # fmt: skip


KEYPOINTS = COCO_KEYPOINTS + EXTRA_KEYPOINTS


CLOTHES = ("torso", "legs")


JOINT_ANGLES = tuple(
    f"{side}_{joint}" for joint in ("elbow", "shoulder", "hip", "knee", "ankle") for side in ("left", "right")
)


SEGMENT_ANGLES = ("trunk_lean", "hip_line", "shoulder_line", "hip_shoulder_separation")


ANGLE_SPEEDS = tuple(f"{name}_speed" for name in (*JOINT_ANGLES, *SEGMENT_ANGLES))


_JOINTS = tuple(
    Column(f"{k}_{part}", "float32", f"{k.replace('_', ' ')} {what}")
    for k in KEYPOINTS
    for part, what in (("x", "px"), ("y", "px"), ("c", "confidence 0..1"))
)


POSE_ESTIMATES = Table(
    "pose_estimates",
    "a person in a frame, as the estimator sees it: nobody is followed, nothing is mended",
    columns(*FRAME, "person int32! number within the frame, from 0", *BOX, "confidence float32! 0..1, of the person")
    + _JOINTS
    + tuple(
        Column(f"{part}_{axis}", "float32", f"CIELAB {axis} of the {part}'s median pixel; null: hardly seen")
        for part in CLOTHES
        for axis in "lab"
    )
    + columns("estimator string! what estimated it"),
)


PEOPLE = Table(
    "people",
    "a person in a frame",
    columns(
        *FRAME,
        "person int32! the frame's person in pose_estimates",
        "track int32! person, from 1, the same while followed; never over a cut, but where the sidecar's clicks say so",
        *BOX,
        "confidence float32! 0..1, of the person",
        "subject bool! is this who is measured?",
        "choice string! why this subject, or why none; the same in every row",
        "margin float32 0..1, how much better the subject ranks than the next best (1: a click, or nobody else); "
        "null: no subject",
        "may_continue int32 earlier track that may be the same person, which is not sure enough to be one track",
        "may_continue_confidence float32 0..1, how alike the two are in clothes and size",
    ),
)


POSE_KEYPOINTS = Table(
    "pose_keypoints",
    "a person in a frame",
    columns(
        *FRAME,
        "track int32! person, the same number while followed",
        *BOX,
        "confidence float32! 0..1, of the person",
    )
    + _JOINTS
    + columns(
        "estimator string! what estimated it",
        "state string! estimated, or interpolated: the person was missed for at most 0.2 s",
        "filled string joints that are not seen here but lie between where they were and will be, by comma; null: none",
        "swapped string parts of the body whose left and right were changed back (all, or their names); null: none",
        "cutoff_hz float32 zero-phase low-pass of trunk, head, hips and knees, -3 dB; null: not smoothed",
        "quick_cutoff_hz float32 the same of arms and feet",
    ),
)


JOINT_ANGLES_TABLE = Table(
    "joint_angles",
    "a person in a frame",
    columns(*FRAME, "track int32! person")
    + tuple(
        Column(a, "float32", f"{a.replace('_', ' ')}, interior, in the picture plane, degrees, 180 = straight")
        for a in JOINT_ANGLES
    )
    + columns(
        "trunk_lean float32 hips to shoulders against the vertical, degrees, positive to the picture's right",
        "hip_line float32 right hip to left hip against the horizontal, degrees, -180..180",
        "shoulder_line float32 right to left shoulder against the horizontal, degrees, -180..180",
        "hip_shoulder_separation float32 shoulder line minus hip line, degrees, -180..180",
        "centre_of_mass_x float32 of the segments' masses, px; null: less than 95 % of the mass is seen",
        "centre_of_mass_y float32 px",
    )
    + tuple(
        Column(
            name,
            "float32",
            f"{name.removesuffix('_speed').replace('_', ' ')}, its change, degrees/s; null: at gaps and ends",
        )
        for name in ANGLE_SPEEDS
    ),
)
