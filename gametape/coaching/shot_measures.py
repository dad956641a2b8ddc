"""How deep and how fast the player's shots are, as measures: only where the film is calibrated.

Belongs here: shots of any sport, which the ball takes from a racket, bat or hand that hits it. Does not belong here:
balls that a hand lets go, which their sport measures (gametape/sports/<sport>/measures.py), strokes (gametape.strokes).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.base.statistics import mean_error
from gametape.movement.measure import Measure
from gametape.play.sent_balls import (
    AT_ONCE_S,
    SentBall,
    calibrated_court,
    landings,
    measure,
    median,
    sent_ball,
    sure_strokes,
    why_no_speed,
)
from gametape.sports.rules import StrokeRules

if TYPE_CHECKING:
    import pyarrow as pa

#: Shots from which a drop of their speed is given.
FEWEST_DROP = 9


def shot_measures(
    flights: pa.Table,
    strokes: pa.Table,
    track: int | None,
    calibration: pa.Table,
    rules: StrokeRules,
    reason: Reason | None = None,
) -> tuple[Measure, ...]:
    """The metrics of the player's shots; all null where `reason` says why nobody is measured, or where the film is not
    calibrated, by a court with a net if the metric needs one.
    """
    court, not_calibrated = calibrated_court(calibration)
    unknown = reason or not_calibrated
    no_net = unknown or (None if court and court.net else Reason("not_calibrated_by_a_net"))
    sent = [] if reason else _sent(flights.to_pylist(), sure_strokes(strokes, track), rules)
    shots = [sent_ball(flight, at) for flight, at in sent]
    speed = [(shot, shot.speed) for shot in shots if shot.speed is not None]
    none = Reason("speeds_too_few", n=0, needed=1)
    no_speed = unknown or (None if speed else why_no_speed(flight for flight, _ in sent) or none)
    depth = landings(shots, lambda place: abs(place[1]))
    return (
        median("shot_depth", "m", "from the net to where the player's ball lands", depth, no_net),
        median("shot_speed", "m/s", "speed in space as the player's ball leaves", speed, no_speed),
        _drop(speed, unknown),
    )


def _sent(flights: list[dict], strokes: list[dict], rules: StrokeRules) -> list[tuple[dict, float]]:
    """The flights that begin at the player's strokes, but for those that a hand let go, each with its contact."""
    released = {name for name, kind in rules.kinds.items() if kind.released}
    shots = []
    for at in (stroke["contact_s"] for stroke in strokes if stroke["kind"] not in released):
        near = [flight for flight in flights if abs(flight["start_s"] - at) <= AT_ONCE_S]
        if near:
            shots.append((min(near, key=lambda flight: abs(flight["start_s"] - at)), at))
    return shots


def _drop(known: list[tuple[SentBall, float]], unknown: Reason | None) -> Measure:
    """By how much the last third of the shots is slower than the first."""
    method = "median speed of the last third of the player's shots below that of the first third, as a share of it"
    few = None if len(known) >= FEWEST_DROP else Reason("speeds_too_few", n=len(known), needed=FEWEST_DROP)
    if reason := unknown or few:
        return Measure("shot_speed_drop", "share", method, n=len(known), reason=reason)
    third = len(known) // 3
    first = float(np.median([value for _, value in known[:third]]))
    slower = [(shot, 1 - value / first) for shot, value in known]
    made = measure("shot_speed_drop", "share", method, slower, None, lambda values: np.median(values[-third:]))
    ends = ([value for _, value in part] for part in (slower[:third], slower[-third:]))
    return replace(made, scatter=math.hypot(*(mean_error(values) or 0.0 for values in ends)))
