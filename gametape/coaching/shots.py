"""Where the player's balls land, how fast they are and how they swing, as measures: only where the film is calibrated.

Belongs here: which flight is of which stroke, and what is taken together. Does not belong here: places and speeds of
a flight (gametape.play, by the calibration), strokes (gametape.strokes).

Places are those of the sport's court.yaml: the origin in the middle, y along the court or pitch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.base.statistics import Z_95
from gametape.movement.body import Instance, Measure
from gametape.sports.courts import court_of

if TYPE_CHECKING:
    import pyarrow as pa

SURE = 0.5
AT_ONCE_S = 0.15  # a flight begins so near to the stroke that sends it
TO_PITCH_S = 1.5  # a ball that is bowled lands within
MOST_UNSURE_M = 1.0  # half the longer axis of the 95 % ellipse of a landing place that counts
# Half the 95 % band of what else counts of a delivery: ours. 2 degrees tell who swings it a lot from who does not (a
# force of 0.4 of its weight turns a ball at 35 m/s by 3 degrees), 0.3 m a high release from a low one.
MOST_UNSURE_DEG, MOST_UNSURE_RELEASE_M = 2.0, 0.3
LET_GO = ("hit", "turn")  # a flight that begins so near the release begins with it; one that is first seen may not
SEEN_SHARE = 0.9  # of the time from release to landing, and so of a swing: a ball seen later has swung before
WICKETS_M = 10.06  # from the middle of the pitch to either wicket (Laws of Cricket, 6.1)
MIDDLE_M = 1.0  # so near the middle it is not clear which batter it is bowled to
FEWEST_SCATTER, FEWEST_DROP = 4, 9


@dataclass(frozen=True)
class _Told:
    """A value and half its 95 % band."""

    value: float
    half: float


@dataclass(frozen=True)
class _Shot:
    """A flight that the player sent: from contact to landing, with the place (m) and the speed (m/s) where known; of a
    delivery also how far it swung (degrees), and where it was let go: height, and x of the pitch (m)."""

    start_s: float
    end_s: float
    place: tuple[float, float] | None
    speed: float | None
    swing: _Told | None = None
    height: _Told | None = None
    width: _Told | None = None


def shot_measures(
    flights: pa.Table, strokes: pa.Table, track: int | None, calibration: pa.Table, reason: str | None = None
) -> tuple[Measure, ...]:
    """The metrics of the player's shots and deliveries; all null where `reason` says why nobody is measured, or where
    the film is not calibrated, by the court that the metric is of."""
    (solved,) = calibration.to_pylist() or [{"solved": "none", "reason": None, "court": None}]
    uncalibrated = (solved["reason"] or Reason("not_calibrated")) if solved["solved"] == "none" else None
    sent = [] if reason else _sent(flights.to_pylist(), strokes.to_pylist(), track)
    bowled, hit = ([shot for shot, is_bowled in sent if is_bowled is kind] for kind in (True, False))
    unknown = reason or uncalibrated
    court = court_of(solved["court"])
    no_pitch = unknown or (None if court and court.name == "cricket" else Reason("not_calibrated_by_a_pitch"))
    no_net = unknown or (None if court and court.net else Reason("not_calibrated_by_a_net"))

    def places(shots: Sequence[_Shot], value: Callable[[tuple[float, float]], float | None]) -> list:
        told = [(shot, value(shot.place)) for shot in shots if shot.place]
        return [(shot, one) for shot, one in told if one is not None]

    length, line, depth = places(bowled, _length), places(bowled, _line), places(hit, lambda place: abs(place[1]))
    speed = [(shot, shot.speed) for shot in hit if shot.speed is not None]
    swing = [(shot, shot.swing) for shot in bowled if shot.swing]
    height = [(shot, shot.height) for shot in bowled if shot.height]
    width = [(shot, shot.width) for shot in bowled if shot.width]
    to_stumps, aside = "from the landing place to the batter's wicket, along the pitch", "to either side of its middle"
    turned = "turn of the heading from release to landing as far as seen, from above, positive to the right of its way"
    deep = "from the net to where the player's ball lands"
    return (
        _median("bowling_length", "m", to_stumps, length, no_pitch),
        _scatter("bowling_length_scatter", to_stumps, length, no_pitch),
        _median("bowling_line", "m", f"landing place {aside}, positive to x", line, no_pitch),
        _scatter("bowling_line_scatter", f"landing place {aside}", line, no_pitch),
        _band_median("bowling_swing", "deg", turned, swing, unknown, MOST_UNSURE_DEG),
        _band_median("bowling_release_height", "m", "height of release", height, unknown, MOST_UNSURE_RELEASE_M),
        _band_median(
            "bowling_release_width", "m", f"release {aside}, positive to x", width, no_pitch, MOST_UNSURE_RELEASE_M
        ),
        _median("shot_depth", "m", deep, depth, no_net),
        _median("shot_speed", "m/s", "speed in space as the player's ball leaves", speed, unknown),
        _drop(speed, unknown),
    )


def _sent(flights: list[dict], strokes: list[dict], track: int | None) -> list[tuple[_Shot, bool]]:
    """The player's flights, each with whether it was bowled."""
    sent = []
    for stroke in strokes:
        if stroke["track"] != track or stroke["confidence"] < SURE:
            continue
        at, bowled = stroke["contact_s"], stroke["kind"] == "delivery"
        if bowled:
            near = [f for f in flights if f["ended"] == "bounce" and at < f["end_s"] <= at + TO_PITCH_S]
            flight = min(near, key=lambda f: f["end_s"], default=None)
        else:
            near = [f for f in flights if abs(f["start_s"] - at) <= AT_ONCE_S]
            flight = min(near, key=lambda f: abs(f["start_s"] - at), default=None)
        if flight:
            sent.append((_delivery(flight, at) if bowled else _shot(flight, at), bowled))
    return sent


def _shot(flight: dict, contact_s: float) -> _Shot:
    x, y, unsure = (flight[f"end_ground_{part}"] for part in ("x_m", "y_m", "major_m"))
    known = flight["ended"] == "bounce" and None not in (x, y, unsure) and unsure <= MOST_UNSURE_M
    return _Shot(contact_s, flight["end_s"], (x, y) if known else None, flight["speed_start_mps"])


def _delivery(flight: dict, release_s: float) -> _Shot:
    after, lasts = flight["start_s"] - release_s, flight["end_s"] - release_s
    let_go = flight["began"] in LET_GO and abs(after) <= AT_ONCE_S
    from_release = let_go or -AT_ONCE_S <= after <= (1 - SEEN_SHARE) * lasts
    return replace(
        _shot(flight, release_s),
        swing=_within(flight, "swing_deg", MOST_UNSURE_DEG) if from_release else None,
        height=_within(flight, "start_height_m", MOST_UNSURE_RELEASE_M) if let_go else None,
        width=_within(flight, "start_x_m", MOST_UNSURE_RELEASE_M) if let_go else None,
    )


def _within(flight: dict, name: str, most: float) -> _Told | None:
    value, low, high = (flight[f"{name}{part}"] for part in ("", "_low", "_high"))
    return None if value is None or high - low > 2 * most else _Told(value, (high - low) / 2)


def _length(place: tuple[float, float]) -> float | None:
    """A ball lands in the batter's half but for the shortest, of which nothing is told."""
    return None if abs(place[1]) < MIDDLE_M else WICKETS_M - abs(place[1])


def _line(place: tuple[float, float]) -> float:
    return place[0]


def _missing(
    known: list, fewest: int, unknown: str | None, within: float = MOST_UNSURE_M, unit: str = "m"
) -> Reason | None:
    if unknown or len(known) >= fewest:
        return unknown
    if unit == "deg":
        return Reason("balls_too_few_in_degrees", n=len(known), needed=fewest, degrees=within)
    return Reason("balls_too_few", n=len(known), needed=fewest, metres=within)


def _median(metric: str, unit: str, what: str, known: list, unknown: str | None) -> Measure:
    return _measure(metric, unit, f"median: {what}", known, _missing(known, 1, unknown), np.median)


def _band_median(
    metric: str, unit: str, what: str, known: list[tuple[_Shot, _Told]], unknown: str | None, within: float
) -> Measure:
    """Its error is that of one delivery: what the calibration is off by, all of them are off by."""
    why = _missing(known, 1, unknown, within, unit)
    values = [(shot, told.value) for shot, told in known]
    made = _measure(metric, unit, f"median: {what}", values, why, np.median)
    return made if why else replace(made, error=float(np.median([told.half for _, told in known])) / Z_95)


def _scatter(metric: str, what: str, known: list, unknown: str | None) -> Measure:
    middle = float(np.mean([value for _, value in known])) if known else 0.0
    off = [(shot, value - middle) for shot, value in known]
    why = _missing(known, FEWEST_SCATTER, unknown)
    return _measure(metric, "m", f"standard deviation: {what}", off, why, np.std, worst=abs)


def _drop(known: list, unknown: str | None) -> Measure:
    """By how much the last third of the shots is slower than the first."""
    method = "median speed of the last third of the player's shots below that of the first third, as a share of it"
    why = _missing(known, FEWEST_DROP, unknown)
    if why:
        return Measure("shot_speed_drop", "share", method, n=len(known), reason=why)
    third = len(known) // 3
    first = float(np.median([value for _, value in known[:third]]))
    slower = [(shot, 1 - value / first) for shot, value in known]
    return _measure("shot_speed_drop", "share", method, slower, None, lambda v: np.median(v[-third:]))


def _measure(
    metric: str, unit: str, method: str, known: list, why: str | None, value: Callable, worst: Callable = float
) -> Measure:
    if why:
        return Measure(metric, unit, method, n=len(known), reason=why)
    values = np.array([one for _, one in known])
    return Measure(
        metric,
        unit,
        method,
        float(value(values)),
        len(known),
        float(np.std(values)) if len(values) > 1 else None,
        known[0][0].start_s,
        known[-1][0].end_s,
        seen=1.0,
        joints=1.0,
        instances=tuple(Instance(shot.start_s, shot.end_s, shot.end_s, float(worst(one))) for shot, one in known),
    )
