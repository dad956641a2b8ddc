"""Cutting a trajectory into flights at the ball's contacts.

Belongs here: where flights begin and end, and when exactly. Does not belong here: their curves (`curve`), what a
contact was (`gametape.ball.events`).

Only detections are fitted; interpolated places are the tracker's own estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.sightings import sightings, taken
from gametape.base.spacing import nearest
from gametape.play.curve import Curve, fit_curve

if TYPE_CHECKING:
    import pyarrow as pa

SAME_S = 0.12
"""An event and a sharp turn of the trajectory within this many seconds are one contact."""
REACH_S = 0.15
"""A contact this long before the first sight of the ball or after the last belongs to the flight, s."""
FEWEST = 3
"""Least number of frames in which a flight is detected."""
REFINE_S = 0.08
"""A contact is moved by at most this many seconds, to where the curves of its two flights come nearest."""
MEETING_STEP_S = 0.002
"""Step in which that is looked for, s."""


@dataclass(frozen=True, eq=False)
class Flight:
    """One flight and its n detections.

    Attributes:
        start_frame: First frame.
        end_frame: Last frame.
        start: Second at which it begins.
        end: Second at which it ends.
        began: Kind of event that begins it, or `turn`, `seen`, `cut`.
        ended: Kind of event that ends it, or `turn`, `lost`, `cut`.
        times: (n,) seconds of the detections.
        places: (n, 2) px of the detections.
        curve: Its curve in the picture.
        start_error: Standard error of `start`, s.
        end_error: Standard error of `end`, s.
    """

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


def cut_flights(trajectory: pa.Table, events: pa.Table, shots: np.ndarray) -> list[Flight]:
    """Cut a trajectory into flights.

    Args:
        trajectory: A BALL_TRAJECTORY.
        events: Its BALL_EVENTS.
        shots: (n,) shot number of each row of the trajectory; no flight crosses a cut.

    Returns:
        The flights in order of time. A contact between two of them is where their curves meet.
    """
    state = np.array(trajectory["state"].to_pylist())
    time, seen = taken(trajectory), sightings(trajectory)
    places = np.full((len(state), 2), np.nan)
    places[seen.rows] = seen.places
    detected = np.isfinite(places[:, 0])
    number = trajectory["flight"].cast("float64").to_numpy(zero_copy_only=False)
    found = list(zip(events["time_s"].to_pylist(), events["kind"].to_pylist(), strict=True))
    made: list[Flight] = []
    moments = np.array([at for at, _ in found])
    frame_of = np.searchsorted((time[1:] + time[:-1]) / 2, moments)  # the nearest
    for first, last in _sights(state != "absent", np.asarray(shots)):
        low, high = np.searchsorted(moments, [time[first] - REACH_S - 1e-9, time[last] + REACH_S + 1e-9])
        near = [found[at] for at in range(low, high) if shots[frame_of[at]] == shots[first]]
        spans = _spans(first, last, time, number, near, np.asarray(shots))
        spans = _joined(spans, time, places, detected)
        made += [flight for span in spans if (flight := _flight(span, time, places, detected))]
    return made


@dataclass(frozen=True)
class Span:
    """Frames from one contact or end to the next; the other attributes as of `Flight`."""

    first: int
    last: int
    start: float
    end: float
    began: str
    ended: str
    start_error: float
    end_error: float


def _sights(seen: np.ndarray, shots: np.ndarray) -> list[tuple[int, int]]:
    """First and last frame of each stretch of one shot in which the ball is not lost."""
    edges = np.flatnonzero((np.diff(seen.astype(int)) != 0) | (np.diff(shots) != 0)) + 1
    bounds = [0, *edges.tolist(), len(seen)]
    return [(a, b - 1) for a, b in pairwise(bounds) if b > a and seen[a]]


def _spans(
    first: int, last: int, time: np.ndarray, number: np.ndarray, contacts: list[tuple[float, str]], shots: np.ndarray
) -> list[Span]:
    """A stretch of sight, cut at those of its shot's `contacts` (time, kind) that lie in it or just beside it."""
    begin, end = time[first], time[last]
    moments = [at for at, _ in contacts]
    inside = [(at, kind) for at, kind in contacts if begin < at < end]
    turns = np.flatnonzero(np.diff(number[first : last + 1]) != 0) + first
    for turn in turns:
        at = float(time[turn] + time[turn + 1]) / 2
        if nearest(moments, at) > SAME_S:
            inside.append((at, "turn"))

    def outside(edge: float, side: int) -> tuple[float, str] | None:
        near = [(at, kind) for at, kind in contacts if 0 <= side * (at - edge) <= REACH_S]
        return min(near, key=lambda one: abs(one[0] - edge), default=None)

    def cut(frame: int, beyond: int) -> bool:
        return 0 <= beyond < len(shots) and shots[frame] != shots[beyond]

    before = outside(begin, -1) or (float(begin), "cut" if cut(first, first - 1) else "seen")
    after = outside(end, 1) or (float(end), "cut" if cut(last, last + 1) else "lost")
    steps = np.diff(time[first : last + 1])
    step = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0  # a repeated picture takes no time
    spans = []
    for (start, began), (stop, ended) in pairwise([before, *sorted(inside), after]):
        one = first + int(np.searchsorted(time[first : last + 1], start))
        other = first + int(np.searchsorted(time[first : last + 1], stop, side="right")) - 1
        if one <= other:
            spans.append(Span(one, other, start, stop, began, ended, step, step))
    return spans


def _joined(spans: list[Span], time: np.ndarray, places: np.ndarray, detected: np.ndarray) -> list[Span]:
    """The spans, each contact between two of them moved to where their curves come nearest."""
    spans = list(spans)
    for at in range(len(spans) - 1):
        one, other = spans[at], spans[at + 1]
        contact = one.end
        if other.start != contact:
            continue
        # The frame next to the contact may lie on its wrong side, so the curves are fitted without it.
        curves = [_flight(without_nearest(span, contact, time), time, places, detected) for span in (one, other)]
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


def without_nearest(span: Span, contact: float, time: np.ndarray) -> Span:
    """The span without the picture nearest to a contact, however often that is shown."""
    within = time[span.first : span.last + 1]
    if abs(within[0] - contact) < abs(within[-1] - contact):
        return replace(span, first=min(span.first + int(np.searchsorted(within, within[0], "right")), span.last))
    return replace(span, last=max(span.first + int(np.searchsorted(within, within[-1])) - 1, span.first))


def _flight(span: Span, time: np.ndarray, places: np.ndarray, detected: np.ndarray) -> Flight | None:
    """The flight of a span; None where it is detected too rarely."""
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
