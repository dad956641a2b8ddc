"""The tables' contracts: each column's name, type, unit and meaning, said once.

Belongs here: what a row is. Does not belong here: how tables are stored or computed. Everything that writes a
table casts to its contract (`Table.cast`), so a wrong column is an error where it is made, not where it is read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

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

METRIC_NAMES = (
    "duration", "frames", "fps", "sharpness", "luma", "repeated_frames", "camera_shots", "people", "subject_margin",
    "ball_coverage", "ball_interpolated", "ball_speed_max", "ball_speed_p95", "ball_speed_median",
    "ball_flights", "ball_longest_gap", "ball_path", "ball_near_body", "shot_speed_max",
    "shot_speed_median", "shot_speed_max_metric", "shot_speed_median_metric", "rallies", "shots_per_rally",
    "longest_rally", "dead_time", "pose_coverage", "joint_visibility",
    "head_stability",
    "balance_drift", "front_knee_brace", "hip_shoulder_separation_timing", "elbow_drop", "elbow_drop_at_reach",
    "body_height", "body_height_metric", "picture_scale", "dominant_wrist", "wrist_speed_ratio", "peak_wrist_speed",
    "peak_wrist_speed_time",
    "peak_wrist_speed_metric", "actions", "trunk_lean_mean", "trunk_lean_range", "stance_width",
    "strokes", "forehands", "backhands", "serves", "overheads", "deliveries", "shots", "stroke_wrist_speed",
    "stroke_wrist_speed_metric", "stroke_elbow", "stroke_knee", "stroke_separation", "stroke_separation_lead",
    "stroke_trunk_lean", "stroke_contact_height", "stroke_contact_scatter", "stroke_contact_ahead",
    "stroke_follow_through", "bowling_length", "bowling_length_scatter", "bowling_line", "bowling_line_scatter",
    "bowling_swing", "bowling_release_height", "bowling_release_width",
    "shot_depth", "shot_speed", "shot_speed_drop",
    *(
        f"{side}_{joint}_{part}"
        for joint in ("elbow", "shoulder", "hip", "knee") for side in ("left", "right")
        for part in ("min", "max", "range", "median")
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column. `type` is an Arrow type's name: string, bool, int32, int64, float32, float64."""

    name: str
    type: str
    description: str
    nullable: bool = True


@dataclass(frozen=True)
class Table:
    """One table of the lake. Every row also carries `video`, the partition key, added when it is stored."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def schema(self) -> pa.Schema:
        """The table as an Arrow schema, descriptions in the fields' metadata."""
        import pyarrow as pa

        return pa.schema(
            pa.field(c.name, pa.type_for_alias(c.type), c.nullable, {"description": c.description})
            for c in self.columns
        )

    def cast(self, table: pa.Table) -> pa.Table:
        """`table` with exactly this contract's columns, order and types.

        Raises ValueError that names missing or unknown columns, or nulls where none may be.
        """
        missing, unknown = set(self.names) - set(table.column_names), set(table.column_names) - set(self.names)
        if missing or unknown:
            raise ValueError(f"table {self.name}: missing columns {sorted(missing)}, unknown {sorted(unknown)}")
        cast = table.select(self.names).cast(self.schema())
        for column in self.columns:
            if not column.nullable and cast[column.name].null_count:
                raise ValueError(f"table {self.name}: nulls in {column.name}")
        return cast

    def empty(self) -> pa.Table:
        """The table without rows."""
        return self.schema().empty_table()

    def from_rows(self, rows: list[dict]) -> pa.Table:
        """A table from dicts; a key that a row leaves out is null."""
        import pyarrow as pa

        unknown = {key for row in rows for key in row} - set(self.names)
        if unknown:
            raise ValueError(f"table {self.name}: unknown columns {sorted(unknown)}")
        return self.cast(pa.Table.from_pylist(rows, schema=self.schema()))


def _columns(*specs: str) -> tuple[Column, ...]:
    """`"name type! description"`; `!` marks a column that is never null."""
    made = []
    for spec in specs:
        name, kind, description = spec.split(maxsplit=2)
        made.append(Column(name, kind.rstrip("!"), description, nullable=not kind.endswith("!")))
    return tuple(made)


_FRAME = ("frame int32! 0-based index in source order", "time_s float64! presentation time, seconds")
_BOX = tuple(f"{c} float32 box {d}, px" for c, d in (("x1", "left"), ("y1", "top"), ("x2", "right"), ("y2", "bottom")))

SOURCE_VIDEO = Table(
    "source_video",
    "an uploaded film",
    _columns(
        "source_uri string! where the upload lies",
        "file_name string! the upload's own name",
        "bytes int64! size of the upload",
        "sha256 string! of the whole upload",
        "container string! container format by what the bytes say",
        "video_codec string! codec of the picture",
        "audio_codec string codec of the sound; null: no sound",
        "width int32! px, upright, square pixels",
        "height int32! px, upright, square pixels",
        "rotation int32! degrees clockwise applied to make it upright",
        "pixel_aspect float64! width of a pixel over its height, before it was made square",
        "bit_depth int32! bits a sample",
        "interlaced bool! are frames made of two fields?",
        "hdr bool! is the transfer PQ or HLG?",
        "nominal_fps float64 frame rate the container claims",
        "claimed_frames int64 frame count the container claims; may lie",
        "claimed_duration_s float64 duration the container claims; may lie",
        "uploaded_at string when the upload was last written, ISO 8601 UTC",
    ),
)
SIDECAR = Table(
    "sidecar",
    "what the uploader said of a film",
    _columns(
        "sidecar_uri string file it came from; null: none was given",
        "fingerprint string! of the values",
        "title string as given",
        "sport string as given",
        "mode string as given",
        "camera_view string as given",
        "camera_motion string as given",
        "trim_start_s float64 analyse from here",
        "trim_end_s float64 analyse to here",
        "sample_rate_hz float64 poses a second",
        "owner string as given",
        "notes string as given",
        "player string name of the first player",
        "player_number string number of the first player",
        "content string! the whole sidecar as JSON",
    ),
)
FRAMES = Table(
    "frames",
    "a frame that decodes",
    _columns(
        *_FRAME,
        "source_pts int64 presentation time stamp in the source's time base; null: the source gave none",
        "keyframe bool! can decoding start here?",
        "shot int32! cut id, from 0",
        "sharpness float32! variance of the Laplacian of the luma at 320 px width",
        "luma float32! mean luma, 0..255",
        "repeats_previous bool! same picture as the frame before",
    ),
)
ANALYSIS_WINDOW = Table(
    "analysis_window",
    "an analysis of a film and the frames it looks at",
    _columns(
        "analysis string! ball or pose",
        "wanted bool! did the sidecar ask for it (or say nothing)?",
        "first_frame int32! first frame looked at",
        "last_frame int32! last frame looked at",
        "stride int32! every so many frames",
    ),
)
CALIBRATION = Table(
    "calibration",
    "a film",
    _columns(
        "solved string! what the marks determine: camera (places in space), ground (places on it alone) or none",
        "reason string why no more was determined",
        "court string whose lines are known, see gametape/geometry/courts.yaml; null: none",
        "width int32! px of the picture it holds for",
        "height int32! px of the picture it holds for",
        "marks string! JSON list of [name, x px, y px, x m, y m, height m], the marks used",
        "mark_count int32! marks given or used",
        "homography string JSON 3x3: metres on the ground to px",
        "reprojection_px float64 from the marks to the fit, root mean square, px",
        "worst_mark string the mark that fits worst",
        "worst_mark_px float64 by how much, px",
        "mark_error_px float64 standard error taken for a mark, each direction, px",
        "ground_error_m float64 so near to the truth lie 95 % of exact pixels; median over the marks' area, m",
        "ground_error_worst_m float64 the same where it is worst in that area, m",
        "camera string JSON 3x4: homogeneous metres to px",
        "focal_px float64 focal length, px",
        "focal_error_px float64 its standard error, px",
        "camera_x_m float64 where the camera stands, m",
        "camera_y_m float64 where the camera stands, m",
        "camera_z_m float64 the camera's height above the ground, m",
    ),
)
BALL_TRAJECTORY = Table(
    "ball_trajectory",
    "a frame",
    _columns(
        *_FRAME,
        "taken_s float64 when the picture was taken; the same again where the film shows it again; null: not looked at",
        "state string! detected, interpolated or absent",
        "x float32 ball centre, px; null when absent",
        "y float32 ball centre, px; null when absent",
        "confidence float32 0..1; null unless detected",
        *_BOX,
        "vx float32 px/s across the scene: the camera's own movement is taken off",
        "vy float32 px/s, as vx",
        "speed float32 px/s, of vx and vy",
        "flight int32 number of the flight between two contacts, from 0; null when absent",
        "tracker string! what tracked it",
    ),
)
BALL_EVENTS = Table(
    "ball_events",
    "an event of the ball",
    _columns(
        "frame int32! frame nearest in time",
        "time_s float64! when, seconds; between frames as it may be",
        "kind string! hit (racket, hand, bat), bounce (ground) or impact (wall)",
        "x float32! ball centre, px",
        "y float32! ball centre, px",
        "confidence float32! 0..1, calibrated",
        "speed_before float32 px/s; null: too little was seen just before",
        "speed_after float32 px/s; null: too little was seen just after",
        "angle_change float32 between the directions before and after, degrees 0..180",
        "flight_before int32 flight of ball_trajectory that it ends; null: not seen",
        "flight_after int32 flight of ball_trajectory that it begins; null: not seen",
    ),
)
_ENDS_OF_FLIGHT = "hit, bounce, impact, turn (a contact of no known kind), seen, lost or cut"
BALL_FLIGHTS = Table(
    "ball_flights",
    "a flight of the ball between two contacts",
    _columns(
        "flight int32! number, from 0",
        "start_frame int32! first frame that shows it",
        "end_frame int32! last frame that shows it",
        "start_s float64! the contact that began it, or the first sight, seconds",
        "end_s float64! the contact that ended it, or the last sight, seconds",
        f"began string! {_ENDS_OF_FLIGHT}",
        f"ended string! {_ENDS_OF_FLIGHT}",
        "seen int32! frames with a detection",
        "speed_start float32 px/s, by the fitted curve; null: fewer than 3 frames",
        "speed_end float32 px/s, by the fitted curve",
        "speed_mean float32 px/s, along the fitted curve",
        "residual_px float32 from the detections to the fitted curve, root mean square, px",
        "start_x float32 px of the fitted curve at start_s",
        "start_y float32 px of the fitted curve at start_s",
        "end_x float32 px of the fitted curve at end_s",
        "end_y float32 px of the fitted curve at end_s",
        "apex_x float32 highest place in the picture, px; null: it does not rise and fall there",
        "apex_y float32 highest place in the picture, px",
        "apex_s float64 when, seconds",
    )
    + tuple(
        Column(f"{end}_ground_{part}", "float32", meaning)
        for end, where in (("start", "bounce that begins it"), ("end", "bounce that ends it"))
        for part, meaning in (
            ("x_m", f"place of the {where}, on the court, m; null: no bounce or not calibrated"),
            ("y_m", f"place of the {where}, on the court, m"),
            ("major_m", f"half the longer axis of the ellipse that holds the {where} with 95 %, m"),
            ("minor_m", f"half the shorter axis of the ellipse that holds the {where} with 95 %, m"),
            ("angle", f"direction of the longer axis for the {where}, degrees from x"),
        )
    )
    + tuple(
        Column(f"{what}{part}", "float32", meaning + more)
        for what, meaning in (
            ("speed_start_mps", "speed in space at its start, m/s; null: see speed_reason"),
            ("speed_end_mps", "speed in space at its end, m/s"),
            ("speed_mean_mps", "mean speed, m/s: in space, or over the ground by speed_method"),
            ("apex_m", "greatest height, m"),
            ("start_x_m", "where it begins in space: across the court, m"),
            ("start_height_m", "where it begins in space: height, m"),
            ("swing_deg", "by how much its heading turned to the right, from above, degrees; null: see swing_reason"),
        )
        for part, more in (("", ""), ("_low", ", lower end of 95 %"), ("_high", ", upper end of 95 %"))
    )
    + _columns(
        "speed_method string space (a curve under gravity and drag, by the camera) or ground (between two bounces)",
        "speed_reason string why there is no speed in space",
        "path string JSON list of [seconds, x, y, height m] along the curve in space; null: not determined",
        "spin string! topspin, backspin, sidespin or unknown",
        "spin_confidence float32 0..1 that it is this one; null: unknown",
        "spin_g float32 acceleration by spin, of gravity",
        "spin_g_error float32 its standard error",
        "spin_reason string why unknown",
        "swing_reason string why unknown, or that it is not told from none",
    ),
)
RALLIES = Table(
    "rallies",
    "a stretch of play",
    _columns(
        "rally int32! number, from 0",
        "start_frame int32! first frame of play",
        "end_frame int32! last frame of play",
        "start_s float64! first contact or sight of the ball in play, seconds",
        "end_s float64! last contact or sight, seconds",
        "duration_s float64! end less start",
        "shots int32! hits told",
        "bounces int32! bounces told",
        "impacts int32! impacts told",
        "flights int32! flights told",
        "ended string! how: bounces (two without a hit between), lost (out of sight), cut or film (it ends)",
        "dead_s_before float64 from the rally before, or the start of what was looked at, seconds; null after a cut",
        "seen_share float32! of its time with the ball in sight, 0..1",
        "confidence float32! 0..1: mean of its contacts' confidences times the share in sight; not calibrated",
    ),
)
_JOINTS = tuple(
    Column(f"{k}_{part}", "float32", f"{k.replace('_', ' ')} {what}")
    for k in KEYPOINTS
    for part, what in (("x", "px"), ("y", "px"), ("c", "confidence 0..1"))
)
POSE_ESTIMATES = Table(
    "pose_estimates",
    "a person in a frame, as the estimator sees it: nobody is followed, nothing is mended",
    _columns(*_FRAME, "person int32! number within the frame, from 0", *_BOX, "confidence float32! 0..1, of the person")
    + _JOINTS
    + tuple(
        Column(f"{part}_{axis}", "float32", f"CIELAB {axis} of the {part}'s median pixel; null: hardly seen")
        for part in CLOTHES
        for axis in "lab"
    )
    + _columns("estimator string! what estimated it"),
)
PEOPLE = Table(
    "people",
    "a person in a frame",
    _columns(
        *_FRAME,
        "person int32! the frame's person in pose_estimates",
        "track int32! person, from 1, the same while followed; never over a cut, but where the sidecar's clicks say so",
        *_BOX,
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
    _columns(
        *_FRAME,
        "track int32! person, the same number while followed",
        *_BOX,
        "confidence float32! 0..1, of the person",
    )
    + _JOINTS
    + _columns(
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
    _columns(*_FRAME, "track int32! person")
    + tuple(
        Column(a, "float32", f"{a.replace('_', ' ')}, interior, in the picture plane, degrees, 180 = straight")
        for a in JOINT_ANGLES
    )
    + _columns(
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
STROKES = Table(
    "strokes",
    "a stroke, delivery or shot of a person",
    _columns(
        "track int32! person",
        "stroke int32! number in the film by time of contact, from 0",
        "kind string! forehand, backhand, serve, overhead, delivery, shot, or swing where the kind cannot be told",
        "kind_confidence float32 0..1; null: swing",
        "kind_reason string! what tells the kind, or why it cannot be told",
        "confidence float32! 0..1, that it is a stroke",
        "confidence_reason string! what made it so",
        "hand string left or right, the player's playing hand over all strokes; null: not clear",
        "hand_reason string! what tells the hand, or why it cannot be told",
        "contact_source string! wrist, ball, or both where they agree",
        "ball_event_frame int32 frame of the ball_events row it belongs to",
        "start_frame int32 frame nearest to start_s",
        "contact_frame int32! frame nearest to contact_s",
        "end_frame int32 frame nearest to end_s",
        "start_s float64 preparation begins: the hand leaves rest; null: the hand is not seen",
        "load_s float64 load begins: the hand's slowest moment before the swing",
        "swing_s float64 the swing to contact begins: the hand passes half its top speed",
        "contact_s float64! contact or release, between frames as it may be",
        "end_s float64 follow-through ends: the hand is slower than 30 % of its top speed",
        "peak_wrist_speed float32 of the playing hand about the mid-hip, heights/s",
        "peak_wrist_speed_mps float32 m/s, where the player's height is known",
        "elbow_at_contact float32 interior angle of the playing elbow in the picture, degrees",
        "knee_in_load float32 smallest knee angle from start to swing, the more bent leg, degrees",
        "separation_max float32 shoulders turned further than the hips, most before contact, degrees",
        "separation_lead_ms float32 from that moment to contact",
        "trunk_lean float32 at contact, from the vertical, degrees, positive to the picture's right",
        "contact_height float32 of the hand above the ankles at contact, heights",
        "contact_ahead float32 of the hand before the mid-hip at contact, the way it swings, heights",
        "follow_through_s float32 from contact to end",
        "unknown string! JSON object: why a measure is null, by column",
    ),
)
METRICS = Table(
    "metrics",
    "a metric of a subject",
    _columns(
        "subject string! ball, film or track:<n>",
        "metric string! its name",
        "value float64 null: not known, see reason",
        "unit string! of the value",
        "score float64 0..1 where the metric has a scale",
        "n int64! samples it rests on",
        "spread float64 standard deviation or the like, in the unit",
        "error float64 standard error, in the unit; null: not told",
        "method string! how it was measured",
        "window_start_s float64 first second used",
        "window_end_s float64 last second used",
        "reason string why the value is null",
    ),
)
METRIC_FRAMES = Table(
    "metric_frames",
    "a frame of a metric that is a function of time",
    _columns(
        "subject string! as in metrics",
        "metric string! its name",
        *_FRAME,
        "value float64! in the metric's unit, at that moment",
        "score float64 0..1 where the metric has a scale",
        "bad bool is it past the limit of the sport and mode? null: there is none",
    ),
)
FINDINGS = Table(
    "findings",
    "a finding",
    _columns(
        "code string! stable name",
        "title string! in words",
        "severity string! low, medium or high",
        "subject string! as in metrics",
        "metric string! the metric it rests on",
        "value float64! the metric's value",
        "threshold float64! what it was held against",
        "unit string! of both",
        "confidence float64! 0..1",
        "confidence_reason string! what made it so",
        "why string! why it matters",
        "cues string! JSON list of cues",
        "drills string! JSON list of drills",
        "evidence string! JSON list of {start_s, end_s, worst_s}",
    ),
)
WEEK_PLAN = Table(
    "week_plan",
    "a day of the week after the film",
    _columns(
        "day string! Monday to Sunday",
        "focus string! what the day is for",
        "minutes int32! of all its activities",
        "activities string! JSON list of {what, minutes, code}; code: the finding it answers, or null",
    ),
)
GOAL_OUTCOMES = Table(
    "goal_outcomes",
    "a goal of the sidecar",
    _columns(
        "metric string! the metric it is about",
        "subject string as in metrics; null: no such metric was computed",
        "bound string! at_most or at_least",
        "target float64! in the metric's unit",
        "actual float64 the metric's value; null: not known, see reason",
        "met bool is the value on the right side of the target? null: not known",
        "delta float64 actual less target",
        "unit string of target, actual and delta; null: no such metric was computed",
        "reason string why it is not known",
    ),
)
REPORT = Table(
    "report",
    "a report",
    _columns(
        "page string! file of the page, in the film's folder",
        "bytes int64! size of the page and its data, without the film",
        "headline string! JSON object of the headline numbers",
        "pdf string file of the same on paper",
        "results string file of the metrics, findings, plan and goals as JSON",
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        SOURCE_VIDEO, SIDECAR, FRAMES, ANALYSIS_WINDOW, CALIBRATION, BALL_TRAJECTORY, BALL_EVENTS,
        BALL_FLIGHTS, RALLIES, POSE_ESTIMATES, PEOPLE, POSE_KEYPOINTS,
        JOINT_ANGLES_TABLE, STROKES, METRICS, METRIC_FRAMES, FINDINGS, WEEK_PLAN, GOAL_OUTCOMES, REPORT,
    )
}  # fmt: skip

WAREHOUSE_VIDEOS = Table(
    "videos",
    "a film, what its uploader said of it, and its frames",
    (
        *SOURCE_VIDEO.columns,
        *(replace(column, nullable=True) for column in SIDECAR.columns),
        *_columns(
            "frames int64! frames that decode",
            "duration_s float64 from the first frame's time to the end of the last one; null below two frames",
            "fps float64 average frame rate; null below two frames",
        ),
    ),
)
_PLAYER = (
    "player string! name in the sidecars, or else the owner",
    "sport string as given",
    "mode string as given",
)
PLAYER_PROGRESS = Table(
    "player_progress",
    "a metric of a player over the films of one sport and mode; its video is the newest",
    _columns(
        *_PLAYER,
        "metric string! its name",
        "unit string! of value, previous, delta and slope",
        "n int64! films in which it is known",
        "value float64 in the newest film; null: not known there",
        "previous float64 the last known before it",
        "delta float64 value less previous",
        "slope float64 change a film, by least squares",
        "slope_margin float64 of the slope, either way, at 95 %",
        "trend string! improving, declining, stable or unknown",
        "why string! what the trend rests on",
    ),
)
PLAYER_FINDINGS = Table(
    "player_findings",
    "a finding of a player's newest film that was made before; its video is the newest",
    _columns(
        *_PLAYER,
        "code string! stable name",
        "title string! in words",
        "films int64! films in which it was made",
        "of int64! films there are",
        "in_a_row int64! newest films in a row",
    ),
)
WAREHOUSE: dict[str, Table] = {
    table.name: table for table in (WAREHOUSE_VIDEOS, METRICS, FINDINGS, PLAYER_PROGRESS, PLAYER_FINDINGS)
}
"""The summary that goes to a database; every row also carries `video`."""
