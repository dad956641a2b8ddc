"""The tables of the ball: its place, events, flights and rallies, and the court's calibration.

Belongs here: columns with units, ranges and what null means. Does not belong here: how they are computed.
"""

from __future__ import annotations

from gametape.tables.core import BOX, FRAME, Column, Table, columns

CALIBRATION = Table(
    "calibration",
    "a stretch of the film in which the camera stands still; the whole film where one calibration holds for all of it",
    columns(
        "first_frame int32! first frame that it holds for",
        "stop int32 frame after the last one that it holds for; null: to the film's end",
        "source string where the marks come from: sidecar (the film's details) or found (gametape, in the picture); "
        "null: there are none",
        "solved string! what the marks determine: camera (places in space), ground (places on the ground only) or none",
        "reason string why no more was determined; null: the camera was",
        "court string sport whose court is known; null: none",
        "width int32! width of the picture that it holds for, px",
        "height int32! height of the picture that it holds for, px",
        "marks string! marks that were used, JSON list of [name, x px, y px, x m, y m, height m]",
        "mark_count int32! number of marks used, or given where none were used",
        "homography string JSON 3x3 matrix from metres on the ground to px; null: not determined",
        "reprojection_px float64 root mean square distance of the marks from the fit, px",
        "worst_mark string name of the mark that fits worst",
        "worst_mark_px float64 its distance from the fit, px",
        "mark_error_px float64 standard error assumed for a mark in x and in y, px",
        "lines_fit_px float64 root mean square distance of the picture's lines from those of a found court, px; null: "
        "not found",
        "share_of_lines float64 share of the length of a found court's lines in sight that lies on lines of the "
        "picture, 0..1; null: not found",
        "radial float64 radial distortion k of the picture: r from the middle, in half diagonals, is seen at "
        "r (1 + k r²); null: none known",
        "ground_error_m float64 95 % error of a place on the ground, median over the marks' area, m",
        "ground_error_worst_m float64 95 % error of a place on the ground where it is greatest in that area, m",
        "camera string JSON 3x4 matrix from homogeneous metres to px; null: not determined",
        "focal_px float64 focal length, px; null: camera not determined",
        "focal_error_px float64 standard error of the focal length, px",
        "camera_x_m float64 place of the camera across the court, m",
        "camera_y_m float64 place of the camera along the court, m",
        "camera_z_m float64 height of the camera above the ground, m",
    ),
)


BALL_TRAJECTORY = Table(
    "ball_trajectory",
    "a frame",
    columns(
        *FRAME,
        "taken_s float64 when the picture was taken, seconds: earlier than time_s where the film repeats a picture; "
        "null: frame not analysed",
        "state string! detected, interpolated (between two detections) or absent",
        "x float32 centre of the ball, px from the left; null: absent",
        "y float32 centre of the ball, px from the top; null: absent",
        "confidence float32 confidence of the detection, 0..1; null: not detected",
        *BOX,
        "vx float32 velocity to the right without the camera's own motion, px/s; null: not known",
        "vy float32 velocity downwards without the camera's own motion, px/s; null: not known",
        "speed float32 magnitude of (vx, vy), px/s; null: not known",
        "flight int32 number of the flight (between two contacts), from 0; null: absent",
        "tracker string! name and version of the tracker",
    ),
)


BALL_EVENTS = Table(
    "ball_events",
    "an event of the ball",
    columns(
        "frame int32! number of the frame nearest in time",
        "time_s float64! time of the event, seconds; it may lie between two frames",
        "kind string! hit (racket, hand, bat), bounce (ground), impact (wall) or release (the ball is let go, where "
        "play begins so)",
        "x float32! centre of the ball, px",
        "y float32! centre of the ball, px",
        "confidence float32! calibrated probability that the event is right, 0..1",
        "speed_before float32 speed just before, px/s; null: too little was seen",
        "speed_after float32 speed just after, px/s; null: too little was seen",
        "angle_change float32 angle between the directions before and after, degrees, 0..180; null: too little was "
        "seen",
        "flight_before int32 flight that it ends, as in ball_flights; null: not seen",
        "flight_after int32 flight that it begins, as in ball_flights; null: not seen",
    ),
)


_ENDS_OF_FLIGHT = "hit, bounce, impact, release, turn (a contact of unknown kind), seen, lost (out of sight) or cut"


BALL_FLIGHTS = Table(
    "ball_flights",
    "a flight of the ball between two contacts",
    columns(
        "flight int32! number of the flight, from 0",
        "start_frame int32! first frame that shows the flight",
        "end_frame int32! last frame that shows the flight",
        "start_s float64! time of the contact that begins it, or of the first detection, seconds",
        "end_s float64! time of the contact that ends it, or of the last detection, seconds",
        f"began string! how it begins: {_ENDS_OF_FLIGHT}",
        f"ended string! how it ends: {_ENDS_OF_FLIGHT}",
        "seen int32! number of frames with a detection",
        "speed_start float32 speed at its start by the fitted curve, px/s; null: fewer than 3 frames",
        "speed_end float32 speed at its end by the fitted curve, px/s; null: fewer than 3 frames",
        "speed_mean float32 mean speed along the fitted curve, px/s; null: fewer than 3 frames",
        "residual_px float32 root mean square distance of the detections from the fitted curve, px",
        "start_x float32 x of the fitted curve at start_s, px",
        "start_y float32 y of the fitted curve at start_s, px",
        "end_x float32 x of the fitted curve at end_s, px",
        "end_y float32 y of the fitted curve at end_s, px",
        "apex_x float32 x of the highest point in the picture, px; null: it does not both rise and fall",
        "apex_y float32 y of the highest point in the picture, px; null as apex_x",
        "apex_s float64 time of the highest point, seconds; null as apex_x",
    )
    + tuple(
        Column(f"{end}_ground_{part}", "float32", meaning)
        for end, where in (("start", "bounce that begins it"), ("end", "bounce that ends it"))
        for part, meaning in (
            ("x_m", f"place of the {where} across the court, m; null: no bounce or not calibrated"),
            ("y_m", f"place of the {where} along the court, m; null as the x"),
            ("major_m", f"longer semi-axis of the 95 % ellipse of the {where}, m"),
            ("minor_m", f"shorter semi-axis of the 95 % ellipse of the {where}, m"),
            ("angle", f"direction of the longer axis of the {where}'s ellipse, degrees from x"),
        )
    )
    + tuple(
        Column(f"{what}{part}", "float32", meaning + more)
        for what, meaning in (
            ("speed_start_mps", "speed in space at its start, m/s; null: see speed_reason"),
            ("speed_end_mps", "speed in space at its end, m/s; null: see speed_reason"),
            ("speed_mean_mps", "mean speed, in space or over the ground by speed_method, m/s; null: see speed_reason"),
            ("apex_m", "greatest height, m; null: not determined in space"),
            ("start_x_m", "where it begins in space, across the court, m; null: not determined in space"),
            ("start_height_m", "height at which it begins, m; null: not determined in space"),
            ("swing_deg", "turn of its heading to the right as seen from above, degrees; null: see swing_reason"),
        )
        for part, more in (("", ""), ("_low", ", lower end of 95 %"), ("_high", ", upper end of 95 %"))
    )
    + columns(
        "speed_method string how speed was measured: space (a curve under gravity and drag, by the camera) or ground "
        "(between two "
        "bounces); null: not measured",
        "speed_reason string why there is no speed in space; null: there is",
        "path string curve in space, JSON list of [seconds, x m, y m, height m]; null: not determined",
        "spin string! topspin, backspin, sidespin or unknown",
        "spin_confidence float32 confidence that it is this spin, 0..1; null: unknown",
        "spin_g float32 acceleration by spin, in multiples of gravity; null: not measured",
        "spin_g_error float32 standard error of spin_g; null: not measured",
        "spin_reason string why the spin is unknown; null: it is known",
        "swing_reason string why swing is not known, or that it cannot be told from none; null: neither",
    ),
)


RALLIES = Table(
    "rallies",
    "a stretch of play",
    columns(
        "rally int32! number of the rally, from 0",
        "start_frame int32! first frame of play",
        "end_frame int32! last frame of play",
        "start_s float64! time of the first contact or detection in play, seconds",
        "end_s float64! time of the last contact or detection in play, seconds",
        "duration_s float64! end_s minus start_s, seconds",
        "shots int32! number of hits and releases found",
        "bounces int32! number of bounces found",
        "impacts int32! number of impacts found",
        "flights int32! number of flights found",
        "ended string! how it ended: bounces (two without a hit between them), lost (out of sight), cut or film (the "
        "film ended)",
        "dead_s_before float64 time since the rally before, or since the start of what was analysed, seconds; null: "
        "after a cut",
        "seen_share float32! share of its time in which the ball is seen, 0..1",
        "confidence float32! mean confidence of its contacts times seen_share, 0..1; not calibrated",
    ),
)
