"""The balls that a player sent, and measures over them.

Belongs here: what of a flight counts for a player's stroke, summaries over strokes with their evidence. Does not belong
here: which flight is of which stroke (whoever measures knows the stroke), places and speeds of a flight (flights.py).

Places are those of the sport's court.yaml: the origin in the middle, y along the court.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gametape.base.reason import Reason
from gametape.base.statistics import Z_95, deviation_error, mean_error
from gametape.geometry import stretches
from gametape.movement.measure import Action, Measure
from gametape.sports.courts import Court

if TYPE_CHECKING:
    import pyarrow as pa

#: Strokes of this confidence or more are the player's.
SURE = 0.5
#: Seconds; a flight begins so near to the stroke that sends it.
AT_ONCE_S = 0.15
#: Metres; half the longer axis of the 95 % ellipse of a landing place that counts.
MOST_UNSURE_M = 1.0
#: Half the 95 % band of a speed, as a share of it, up to which the speed is told as a figure without its band.
#: Ours, not measured.
MOST_UNSURE_SPEED = 0.2
#: The code of a speed that the film leaves open.
_OPEN = "speed_open"
#: Balls from which a standard deviation is given.
FEWEST_SCATTER = 4


@dataclass(frozen=True)
class Banded:
    """A value and half its 95 % band."""

    value: float
    half: float


@dataclass(frozen=True)
class SentBall:
    """A flight that the player sent: seconds from contact to landing; place (m) and speed (m/s) where known well."""

    start_s: float
    end_s: float
    place: tuple[float, float] | None
    speed: float | None


Sent = TypeVar("Sent", bound=SentBall)
Known = Sequence[tuple[Sent, float]]
"""Balls of which a value is known, with the value."""


def sure_strokes(strokes: pa.Table, track: int | None) -> list[dict]:
    """The player's strokes, by contact."""
    return [row for row in strokes.to_pylist() if row["track"] == track and row["confidence"] >= SURE]


def sure_speed(flight: Mapping) -> float | None:
    """The speed (m/s) at which a row of BALL_FLIGHTS leaves, where it is known well; else None.

    Of speeds that are open the largest is the one that is most wrong.
    """
    speed, low, high = (flight[f"speed_start_mps{part}"] for part in ("", "_low", "_high"))
    if speed is None or None in (low, high):
        return speed
    return speed if (high - low) / 2 <= MOST_UNSURE_SPEED * speed else None


def why_no_speed(flights: Iterable[Mapping]) -> str | None:
    """The commonest reason why the speed of flights is not known well; None where there are none."""
    return commonest_reason(
        flight["speed_reason"] or (None if flight["speed_start_mps"] is None else _OPEN)
        for flight in flights
        if sure_speed(flight) is None
    )


def commonest_reason(reasons: Iterable[str | None]) -> str | None:
    """The commonest of the reasons that single flights give, for all of them; None where there are none.

    They are counted by code: the numbers in them are each flight's own.
    """
    by_code: dict[str, list[str]] = {}
    for reason in filter(None, reasons):
        by_code.setdefault(reason.partition("(")[0], []).append(reason)
    if not by_code:
        return None
    code, found = max(by_code.items(), key=lambda one: len(one[1]))
    if code == _OPEN:  # one flight's band says nothing of the others
        return Reason("speeds_open", n=len(found), percent=100 * MOST_UNSURE_SPEED)
    return max(found, key=found.count)


def sent_ball(flight: dict, contact_s: float) -> SentBall:
    """A row of BALL_FLIGHTS as the ball of a stroke. A place counts where the ball landed and its ellipse is small."""
    x, y, unsure = (flight[f"end_ground_{part}"] for part in ("x_m", "y_m", "major_m"))
    known = flight["ended"] == "bounce" and None not in (x, y, unsure) and unsure <= MOST_UNSURE_M
    return SentBall(contact_s, flight["end_s"], (x, y) if known else None, sure_speed(flight))


def calibrated_court(calibration: pa.Table) -> tuple[Court | None, Reason | None]:
    """The court that the film is calibrated by, and why the film is not calibrated."""
    court, why = stretches.calibrated_court(calibration)
    return court, Reason.parse(why) if why else None


def landings(balls: Sequence[Sent], value: Callable[[tuple[float, float]], float | None]) -> Known:
    """A value of each landing place that is known."""
    found = [(ball, value(ball.place)) for ball in balls if ball.place]
    return [(ball, one) for ball, one in found if one is not None]


def missing(
    known: Sequence, fewest: int, unknown: str | None, within: float = MOST_UNSURE_M, unit: str = "m"
) -> str | None:
    """Why a summary cannot be given; `within`: how exactly a value had to be known to count."""
    if unknown or len(known) >= fewest:
        return unknown
    if unit == "deg":
        return Reason("balls_too_few_in_degrees", n=len(known), needed=fewest, degrees=within)
    return Reason("balls_too_few", n=len(known), needed=fewest, metres=within)


def median(metric: str, unit: str, what: str, known: Known, unknown: str | None) -> Measure:
    """The median over the balls."""
    return measure(metric, unit, f"median: {what}", known, missing(known, 1, unknown), np.median)


def band_median(
    metric: str, unit: str, what: str, known: Sequence[tuple[Sent, Banded]], unknown: Reason | None, within: float
) -> Measure:
    """The median. Its error is that of one ball: what the calibration is off by, all of them are off by."""
    reason = missing(known, 1, unknown, within, unit)
    values = [(ball, banded.value) for ball, banded in known]
    made = measure(metric, unit, f"median: {what}", values, reason, np.median)
    return made if reason else replace(made, error=float(np.median([banded.half for _, banded in known])) / Z_95)


def scatter(metric: str, what: str, known: Known, unknown: Reason | None) -> Measure:
    """The standard deviation over the balls, m."""
    middle = float(np.mean([value for _, value in known])) if known else 0.0
    off = [(ball, value - middle) for ball, value in known]
    reason = missing(known, FEWEST_SCATTER, unknown)
    made = measure(metric, "m", f"standard deviation: {what}", off, reason, np.std, worst=abs)
    return made if made.value is None else replace(made, scatter=deviation_error(made.value, len(known)))


def measure(
    metric: str,
    unit: str,
    method: str,
    known: Known,
    reason: str | None,
    value: Callable[[np.ndarray], float],
    worst: Callable[[float], float] = float,
) -> Measure:
    """A summary over the balls, each of which is an action of it."""
    if reason:
        return Measure(metric, unit, method, n=len(known), reason=reason)
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
        actions=tuple(Action(ball.start_s, ball.end_s, ball.end_s, float(worst(one))) for ball, one in known),
        scatter=mean_error(values.tolist()),
        by_court=True,
    )
