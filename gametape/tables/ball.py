"""The tables of the ball: where it is, what happens to it, its flights, the rallies, and the court's calibration."""

from __future__ import annotations

from gametape.tables.core import BOX, FRAME, Column, Table, columns

CALIBRATION = Table(
    "calibration",
    "a film",
    columns(
        "solved string! what the marks determine: camera (places in space), ground (places on it alone) or none",
        "reason string why no more was determined",
        "court string whose lines are known, see gametape/sports/courts.yaml; null: none",
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
    columns(
        *FRAME,
        "taken_s float64 when the picture was taken; the same again where the film shows it again; null: not looked at",
        "state string! detected, interpolated or absent",
        "x float32 ball centre, px; null when absent",
        "y float32 ball centre, px; null when absent",
        "confidence float32 0..1; null unless detected",
        *BOX,
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
    columns(
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
    columns(
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
    + columns(
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
    columns(
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
