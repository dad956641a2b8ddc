"""BALL_FLIGHTS: the ball's flights between contacts, how fast, from where to where.

Belongs here: the table's rows. Does not belong here: cutting a trajectory into flights (`segmentation`), the flight in
space (`ballistics`).

Metres are given where the geometry allows: a bounce is on the ground, so its pixel is a place there; anything else is
above the ground, and its pixel is not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.geometry.calibrate import Calibration, Ellipse
from gametape.geometry.stretches import Calibrations
from gametape.play.ballistics import DRAWS, Band, Flight3D, Undetermined, reconstruct
from gametape.play.curve import Curve
from gametape.play.flight_fit import Contact
from gametape.play.plausible import refuse_impossible
from gametape.play.segmentation import Flight, cut_flights
from gametape.sports.contacts import SENT
from gametape.sports.courts import Court
from gametape.tables.ball import BALL_FLIGHTS

if TYPE_CHECKING:
    import pyarrow as pa

GROSS = 4.0
"""Detections further than this many residuals (RMS) from the curve are left out of the fit in space."""
HEIGHT_SIGMAS = 2.0
"""The heights at which players meet a ball span this many standard deviations to either side."""
POINTS = 64
"""Points of a flight at which its speed is taken."""


def ball_flights(
    trajectory: pa.Table,
    events: pa.Table,
    *,
    shots: np.ndarray,
    calibrations: Calibrations | None = None,
    court: Court | None = None,
) -> pa.Table:
    """Measure the flights of a ball.

    Args:
        trajectory: A BALL_TRAJECTORY.
        events: Its BALL_EVENTS, at which it is cut.
        shots: (n,) shot number of each row of the trajectory; no flight crosses a cut.
        calibrations: The calibrated camera, for the frames of which there is one; None: for none.
        court: The court of the film's sport, for its ball and the heights at which it is met; None: not known.

    Returns:
        BALL_FLIGHTS in order of time.
    """
    known = calibrations or Calibrations()
    rows = [
        {"flight": number} | _row(one) | _measured(one, *known.during(one.start_frame, one.end_frame), court)
        for number, one in enumerate(cut_flights(trajectory, events, shots))
    ]
    return BALL_FLIGHTS.from_rows(refuse_impossible(rows, court.ball if court else None))


def _row(flight: Flight) -> dict:
    start, end = flight.start, flight.end
    moments = np.linspace(start, end, POINTS)
    ends, speeds = flight.curve.at(np.array([start, end])), np.linalg.norm(flight.curve.velocity(moments), axis=1)
    return {
        "start_frame": flight.start_frame,
        "end_frame": flight.end_frame,
        "start_s": start,
        "end_s": end,
        "began": flight.began,
        "ended": flight.ended,
        "seen": len(flight.times),
        "speed_start": float(speeds[0]),
        "speed_end": float(speeds[-1]),
        "speed_mean": float(speeds.mean()),
        "residual_px": flight.curve.residual,
        **{f"{end}_{axis}": float(ends[i, j]) for i, end in enumerate(("start", "end")) for j, axis in enumerate("xy")},
        **_apex(flight, moments),
    }


def _apex(flight: Flight, moments: np.ndarray) -> dict:
    """Where it is highest in the picture, if it is there between its ends."""
    places = flight.curve.at(moments)
    top = int(np.argmin(places[:, 1]))
    if top in (0, len(moments) - 1):
        return {}
    return {"apex_x": float(places[top, 0]), "apex_y": float(places[top, 1]), "apex_s": float(moments[top])}


def _measured(flight: Flight, calibration: Calibration | None, reason: str | None, court: Court | None) -> dict:
    """What is known in metres, and why no more."""
    reason = reason or Reason("not_calibrated")
    if calibration is None:
        return _unknown(reason)
    try:
        if calibration.camera is None:
            raise Undetermined(reason)
        if court is None:
            raise Undetermined(Reason("ball_not_known"))
        if court.ball is None:
            raise Undetermined(Reason("ball_may_slide"))
        near = flight.curve.near(flight.times, flight.places, GROSS * flight.curve.residual)
        found = reconstruct(
            flight.times[near],
            calibration.straight(flight.places[near]),
            _contact(flight.start, flight.start_error, flight.began, court),
            _contact(flight.end, flight.end_error, flight.ended, court),
            calibration,
            court.ball,
        )
    except Undetermined as why:
        return _ground_row(flight, calibration, court) | _unknown(why.reason)
    return _space_row(found)


def _contact(time: float, error: float, kind: str, court: Court) -> Contact:
    if kind in SENT and court.contact_heights:
        low, high = court.contact_heights
        return Contact(time, error, height=((low + high) / 2, (high - low) / 2 / HEIGHT_SIGMAS))
    return Contact(time, error, on_ground=kind == "bounce")


def _unknown(reason: str) -> dict:
    return {"speed_reason": reason, "spin": "unknown", "spin_reason": reason, "swing_reason": reason}


def _space_row(found: Flight3D) -> dict:
    spin, swing = found.spin, found.swing
    bands = {
        "speed_start_mps": found.speed_start,
        "speed_end_mps": found.speed_end,
        "speed_mean_mps": found.speed_mean,
        "apex_m": found.apex,
        "start_x_m": found.start_x,
        "start_height_m": found.start_height,
        "swing_deg": swing.degrees,
    }
    row = {
        "speed_method": "space",
        "path": json.dumps(found.path.round(3).tolist()),
        "spin": spin.kind,
        "spin_confidence": spin.confidence,
        "spin_g": spin.acceleration,
        "spin_g_error": spin.error,
        "spin_reason": spin.reason,
        "swing_reason": swing.reason,
    }
    for name, band in bands.items():
        row |= _band(name, band) if band else {}
    for end, place in zip(("start", "end"), found.places, strict=True):
        row |= _place(end, place)
    return row


def _ground_row(flight: Flight, calibration: Calibration, court: Court | None) -> dict:
    """Where it bounced, and how fast it went over the ground between two bounces: elsewhere its pixel is not its place
    on the ground.
    """
    draws = {}
    ends = (
        ("start", flight.start, flight.start_error, flight.began),
        ("end", flight.end, flight.end_error, flight.ended),
    )
    for end, time, error, kind in ends:
        if kind == "bounce":
            draws[end] = _bounce(flight.curve, time, error, calibration, court)
    row = {}
    for end, places in draws.items():
        if np.isfinite(places).all():
            row |= _place(end, Ellipse.around(places))
    if len(draws) == 2 and len(row) == 10:
        random = np.random.default_rng(2)
        lasted = (
            flight.end - flight.start + np.hypot(flight.start_error, flight.end_error) * random.standard_normal(DRAWS)
        )
        far = np.linalg.norm(draws["end"] - draws["start"], axis=1)
        speeds = far / np.maximum(lasted, 1e-3)
        row |= _band("speed_mean_mps", Band.of(float(np.median(speeds)), speeds)) | {"speed_method": "ground"}
    return row


def _bounce(curve: Curve, time: float, time_error: float, calibration: Calibration, court: Court | None) -> np.ndarray:
    """Draws (DRAWS, 2) of where the ball met the ground, m."""
    random = np.random.default_rng(3)
    pixels = (
        curve.at(np.array([time]))
        + curve.error(time) * random.standard_normal((DRAWS, 2))
        + curve.velocity(np.array([time])) * time_error * random.standard_normal((DRAWS, 1))
    )
    return calibration.drawn(calibration.straight(pixels), court.ball.radius_m if court and court.ball else 0.0)


def _place(end: str, place: Ellipse | None) -> dict:
    if place is None:
        return {}
    parts = {"x_m": place.x, "y_m": place.y, "major_m": place.major, "minor_m": place.minor, "angle": place.angle}
    return {f"{end}_ground_{part}": value for part, value in parts.items()}


def _band(name: str, band: Band) -> dict:
    return {name: band.value, f"{name}_low": band.low, f"{name}_high": band.high}
