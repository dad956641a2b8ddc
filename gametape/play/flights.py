"""The ball's flights between contacts: when, how fast, from where to where.

Belongs here: cutting a trajectory at contacts, the curve of each flight in the picture, the table's rows. Does not
belong here: the flight in space (`ballistics`), what was a contact (`gametape.ball.events`).

What was detected alone is fitted; what the tracker filled in is its own opinion. Metres are told where the geometry
allows: a bounce is on the ground, so its pixel is a place there; anything else is above it, and its pixel is not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.sightings import sightings, taken
from gametape.base.reason import Reason
from gametape.base.spacing import nearest
from gametape.geometry.calibrate import Calibration, Ellipse
from gametape.play.ballistics import DRAWS, GROSS, Band, Contact, InSpace, Open, in_space
from gametape.sports.courts import Court
from gametape.tables.ball import BALL_FLIGHTS

if TYPE_CHECKING:
    import pyarrow as pa

SAME_S = 0.12
"""An event and a sharp turn of the trajectory nearer than that are one contact."""
REACH_S = 0.15
"""A contact this long before the first sight or after the last belongs to the flight."""
FEWEST = 3
"""A flight has been detected in at least so many frames."""
CUBIC_S = 0.5
"""From this length on, and 8 detections, drag and perspective take a third degree."""
HUBER = 1.5
"""Misses of more than so many standard deviations pull less."""
REFINE_S = 0.08
"""Two flights' curves are brought together so near to the time the event was told for."""
MEETING_STEP_S = 0.002
HEIGHT_SIGMAS = 2.0
"""The heights at which players meet a ball span so many standard deviations to either side."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A flight in the picture: polynomials of the time since `origin` for x and y, px; `coefficients` (degree + 1, 2),
    the constant first, with their `covariance` (degree + 1, degree + 1) for either; `residual` px RMS."""

    origin: float
    coefficients: np.ndarray
    covariance: np.ndarray
    residual: float

    def at(self, times: np.ndarray) -> np.ndarray:
        """Places (n, 2), px."""
        return self._powers(times) @ self.coefficients

    def velocity(self, times: np.ndarray) -> np.ndarray:
        """(n, 2) px/s."""
        order = np.arange(1, len(self.coefficients))
        return self._powers(times)[:, :-1] @ (order[:, None] * self.coefficients[1:])

    def error(self, time: float) -> float:
        """Standard error of a place in either direction, px."""
        powers = self._powers(np.array([time]))[0]
        return float(np.sqrt(powers @ self.covariance @ powers))

    def near(self, times: np.ndarray, places: np.ndarray, reach: float) -> np.ndarray:
        """Which of `places` (n, 2) at `times` (n,) lie within `reach` px of it."""
        return np.linalg.norm(self.at(times) - places, axis=1) <= max(reach, 2.0)

    def _powers(self, times: np.ndarray) -> np.ndarray:
        return (np.atleast_1d(times) - self.origin)[:, None] ** np.arange(len(self.coefficients))


@dataclass(frozen=True, eq=False)
class Flight:
    """One flight: its contacts or ends, and what was detected of it: `times` (n,) s and `places` (n, 2) px."""

    start_frame: int
    end_frame: int
    start: float
    end: float
    began: str
    ended: str
    times: np.ndarray
    places: np.ndarray
    curve: Curve
    start_error: float
    end_error: float


def ball_flights(
    trajectory: pa.Table,
    events: pa.Table,
    *,
    shots: np.ndarray,
    calibration: Calibration | None = None,
    reason: str | None = None,
    court: Court | None = None,
) -> pa.Table:
    """The flights of a BALL_TRAJECTORY cut at its BALL_EVENTS, as BALL_FLIGHTS in order of time.

    `shots`: cut id of each row of the trajectory; nothing flies across a cut. `reason`: why there is no `calibration`,
    or none in space. `court`: of the film's sport, for its ball and the heights it is met at; None: not known.
    """
    return BALL_FLIGHTS.from_rows(
        [
            {"flight": number} | _row(one) | _measured(one, calibration, reason, court)
            for number, one in enumerate(flights(trajectory, events, shots))
        ]
    )


def flights(trajectory: pa.Table, events: pa.Table, shots: np.ndarray) -> list[Flight]:
    """The flights, each with its curve; contacts between two of them lie where their curves meet."""
    state = np.array(trajectory["state"].to_pylist())
    time, seen = taken(trajectory), sightings(trajectory)
    places = np.full((len(state), 2), np.nan)
    places[seen.rows] = seen.places
    detected = np.isfinite(places[:, 0])
    number = trajectory["flight"].cast("float64").to_numpy(zero_copy_only=False)
    told = list(zip(events["time_s"].to_pylist(), events["kind"].to_pylist(), strict=True))
    made: list[Flight] = []
    moments = np.array([at for at, _ in told])
    frame_of = np.searchsorted((time[1:] + time[:-1]) / 2, moments)  # the nearest
    for first, last in _sights(state != "absent", np.asarray(shots)):
        low, high = np.searchsorted(moments, [time[first] - REACH_S - 1e-9, time[last] + REACH_S + 1e-9])
        near = [told[at] for at in range(low, high) if shots[frame_of[at]] == shots[first]]
        spans = _spans(first, last, time, number, near, np.asarray(shots))
        spans = _brought_together(spans, time, places, detected)
        made += [flight for span in spans if (flight := _flight(span, time, places, detected))]
    return made


@dataclass(frozen=True)
class _Span:
    """Frames `first` to `last` from a contact or end (`start`, `began`) to the next, their times give or take the
    errors (s)."""

    first: int
    last: int
    start: float
    end: float
    began: str
    ended: str
    start_error: float
    end_error: float


def _sights(seen: np.ndarray, shots: np.ndarray) -> list[tuple[int, int]]:
    """First and last frame of each stretch in which the ball is not lost, within one shot."""
    edges = np.flatnonzero((np.diff(seen.astype(int)) != 0) | (np.diff(shots) != 0)) + 1
    bounds = [0, *edges.tolist(), len(seen)]
    return [(a, b - 1) for a, b in pairwise(bounds) if b > a and seen[a]]


def _spans(
    first: int, last: int, time: np.ndarray, number: np.ndarray, told: list[tuple[float, str]], shots: np.ndarray
) -> list[_Span]:
    """One stretch of sight, cut at its contacts, which are among what is `told` of its shot about that time."""
    begin, end = time[first], time[last]
    moments = [at for at, _ in told]
    inside = [(at, kind) for at, kind in told if begin < at < end]
    turns = np.flatnonzero(np.diff(number[first : last + 1]) != 0) + first
    for turn in turns:
        at = float(time[turn] + time[turn + 1]) / 2
        if nearest(moments, at) > SAME_S:
            inside.append((at, "turn"))

    def outside(edge: float, side: int) -> tuple[float, str] | None:
        near = [(at, kind) for at, kind in told if 0 <= side * (at - edge) <= REACH_S]
        return min(near, key=lambda one: abs(one[0] - edge), default=None)

    def cut(frame: int, beyond: int) -> bool:
        return 0 <= beyond < len(shots) and shots[frame] != shots[beyond]

    before = outside(begin, -1) or (float(begin), "cut" if cut(first, first - 1) else "seen")
    after = outside(end, 1) or (float(end), "cut" if cut(last, last + 1) else "lost")
    steps = np.diff(time[first : last + 1])
    step = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0  # pictures shown again take no time
    spans = []
    for (start, began), (stop, ended) in pairwise([before, *sorted(inside), after]):
        one = first + int(np.searchsorted(time[first : last + 1], start))
        other = first + int(np.searchsorted(time[first : last + 1], stop, side="right")) - 1
        if one <= other:
            spans.append(_Span(one, other, start, stop, began, ended, step, step))
    return spans


def _brought_together(spans: list[_Span], time: np.ndarray, places: np.ndarray, detected: np.ndarray) -> list[_Span]:
    """The spans with each contact between two of them moved to where their curves come nearest."""
    spans = list(spans)
    for at in range(len(spans) - 1):
        one, other = spans[at], spans[at + 1]
        contact = one.end
        if other.start != contact:
            continue
        # The frame next to the contact may lie on its wrong side: the curves are fitted without.
        curves = [_flight(_without(span, contact, time), time, places, detected) for span in (one, other)]
        if None in curves or any(len(flight.times) < FEWEST + 1 for flight in curves):
            continue
        low, high = max(one.start, contact - REFINE_S), min(other.end, contact + REFINE_S)
        moments = np.arange(low, high, MEETING_STEP_S)
        apart = np.linalg.norm(curves[0].curve.at(moments) - curves[1].curve.at(moments), axis=1)
        meet = float(moments[np.argmin(apart)])
        blur = np.hypot(*(flight.curve.error(meet) for flight in curves))
        swerve = np.linalg.norm(curves[1].curve.velocity(np.array([meet])) - curves[0].curve.velocity(np.array([meet])))
        error = float(np.clip(blur / max(swerve, 1e-9), MEETING_STEP_S, one.end_error))
        after = one.first + int(np.searchsorted(time[one.first : other.last + 1], meet, side="right"))
        if one.first < after <= other.last:
            spans[at] = replace(one, end=meet, last=after - 1, end_error=error)
            spans[at + 1] = replace(other, start=meet, first=after, start_error=error)
    return spans


def _without(span: _Span, contact: float, time: np.ndarray) -> _Span:
    """The span less its picture nearest to a contact, however often it is shown."""
    within = time[span.first : span.last + 1]
    if abs(within[0] - contact) < abs(within[-1] - contact):
        return replace(span, first=min(span.first + int(np.searchsorted(within, within[0], "right")), span.last))
    return replace(span, last=max(span.first + int(np.searchsorted(within, within[-1])) - 1, span.first))


def _flight(span: _Span, time: np.ndarray, places: np.ndarray, detected: np.ndarray) -> Flight | None:
    own = np.flatnonzero(detected[span.first : span.last + 1]) + span.first
    if len(own) < FEWEST:
        return None
    curve = fit_curve(time[own], places[own])
    return Flight(
        span.first,
        span.last,
        span.start,
        span.end,
        span.began,
        span.ended,
        time[own],
        places[own],
        curve,
        span.start_error,
        span.end_error,
    )


def fit_curve(times: np.ndarray, places: np.ndarray) -> Curve:
    """The smooth curve nearest to `places` (n, 2) px at `times` (n,) s, which single wild places do not bend."""
    origin = float(times.mean())
    n = len(times)
    degree = 3 if n >= 8 and np.ptp(times) >= CUBIC_S else 2 if n >= 4 else 1
    shape = (times - origin)[:, None] ** np.arange(degree + 1)
    weight = np.ones(n)
    for _ in range(6):
        weighted = shape * weight[:, None]
        inverse = np.linalg.pinv(weighted.T @ shape)
        coefficients = inverse @ weighted.T @ places
        miss = np.linalg.norm(places - shape @ coefficients, axis=1)
        scale = max(float(np.median(miss)) / 1.177, 1e-6)  # of the Rayleigh distribution of a place's miss
        weight = np.minimum(1, HUBER * 1.177 * scale / np.maximum(miss, 1e-9))
    free = max(1, n - degree - 1)
    error = float(np.sqrt((weight * miss**2).sum() / (2 * free)))
    return Curve(origin, coefficients, error**2 * inverse, float(np.sqrt(np.mean(miss**2))))


def _row(flight: Flight) -> dict:
    start, end = flight.start, flight.end
    moments = np.linspace(start, end, 64)
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
            raise Open(reason)
        if court is None:
            raise Open(Reason("ball_not_known"))
        if court.ball is None:
            raise Open(Reason("ball_may_slide"))
        near = flight.curve.near(flight.times, flight.places, GROSS * flight.curve.residual)
        found = in_space(
            flight.times[near],
            flight.places[near],
            _contact(flight.start, flight.start_error, flight.began, court),
            _contact(flight.end, flight.end_error, flight.ended, court),
            calibration,
            court.ball,
        )
    except Open as why:
        return _on_ground(flight, calibration, court) | _unknown(why.reason)
    return _in_space(found)


def _contact(time: float, error: float, kind: str, court: Court) -> Contact:
    if kind == "hit" and court.contact_heights:
        low, high = court.contact_heights
        return Contact(time, error, height=((low + high) / 2, (high - low) / 2 / HEIGHT_SIGMAS))
    return Contact(time, error, on_ground=kind == "bounce")


def _unknown(reason: str) -> dict:
    return {"speed_reason": reason, "spin": "unknown", "spin_reason": reason, "swing_reason": reason}


def _in_space(found: InSpace) -> dict:
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


def _on_ground(flight: Flight, calibration: Calibration, court: Court | None) -> dict:
    """Where it bounced, and how fast it went over the ground between two bounces: elsewhere its pixel is not its place
    on the ground."""
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
    return calibration.drawn(pixels, court.ball.radius_m if court and court.ball else 0.0)


def _place(end: str, place: Ellipse | None) -> dict:
    if place is None:
        return {}
    parts = {"x_m": place.x, "y_m": place.y, "major_m": place.major, "minor_m": place.minor, "angle": place.angle}
    return {f"{end}_ground_{part}": value for part, value in parts.items()}


def _band(name: str, band: Band) -> dict:
    return {name: band.value, f"{name}_low": band.low, f"{name}_high": band.high}
