"""`BALL_TRAJECTORY` in, `BALL_EVENTS` out.

Belongs here: peaks of the network's probabilities, their kind, time and confidence, the table's rows. Does not belong
here: the network's input (`signal`) and the network (`network`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.events import network, signal
from gametape.ball.events.sent import EventCandidate, named, settled, with_edges
from gametape.ball.events.sequence import APART_S, LINKED_S, Possible, choose
from gametape.ball.events.serves import with_bounces
from gametape.ball.sightings import Sightings, sightings, taken
from gametape.base.spacing import spaced
from gametape.tables.ball import BALL_EVENTS

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.sports.contacts import Contacts

AROUND_S = 0.08
"""An event's time is taken from the probabilities within this many seconds of their peak."""
EDGE_S = 0.05
"""An event nearer than this to the first or last sight of the ball is seen from one side, s,"""
ONE_SIDED = float(np.log(2))
"""and is half as likely as it looks: a ball that comes into sight has not been hit there for that;"""
ABRUPT = float(np.log(4))
"""and a quarter as likely where the film or shot begins or ends there: it flew before, and the cut cares for no hit."""
FAINTEST = 0.05
"""Least probability of a peak."""
LEAST_CONFIDENCE = 0.45
"""Events less likely than this are left out; chosen on held-out points for the best F1 score."""
SPEED_S = 0.15
"""Velocities and flights before and after an event are taken from looks at most this many seconds away,"""
CLEAR_S = 0.02
"""and at least this many, for its time is known to a step of the clock only."""
RESTS_S, STILL, FEW_SIGHTS = (0.2, 0.5), 0.007, 3
"""A ball lies that moves no farther than this, units of the picture, between so many seconds after a moment, seen at
least so often, for half of that time. Of 100 strokes of badminton the least is 0.012, of four shuttles on the ground
the most 0.005; the seconds and the number of sights are chosen, not measured."""
HIDDEN_S, FASTER = 0.08, 1.5
"""A ball that is served over a table, out of sight for longer than this, s, about its hit, and so many times faster
after it than before, was hidden by the server's arm or body until then: it was hit when it comes into sight again. So
in four serves of as many films, 1.8 to 9.9 times as fast; of serves of tennis, hit above the head, it does not hold."""


@dataclass(frozen=True)
class PlattScaling:
    """Confidence as a logistic function of the strength, with a `slope` and a `bias` for each kind."""

    slope: dict[str, float]
    bias: dict[str, float]

    def odds(self, one: EventCandidate) -> float:
        """Log odds that the event is right; of an edge they are known."""
        if one.edge is not None:
            return one.strength
        return self.slope[one.kind] * one.strength + self.bias[one.kind]


def find_events(
    trajectory: pa.Table,
    *,
    width: int,
    height: int,
    bounces: bool,
    contacts: Contacts | None = None,
    shots: np.ndarray | None = None,
) -> pa.Table:
    """Find the hits, bounces and impacts of a ball.

    Args:
        trajectory: A `BALL_TRAJECTORY`; only detected places count.
        width: Width of the source picture, px.
        height: Height of the source picture, px.
        bounces: False where play ends when the ball meets the ground, so that there are no bounces.
        contacts: The order of contacts in the film's sport; None: not known, and any may follow any.
        shots: (n,) shot number of each row; there is no event across a cut.

    Returns:
        `BALL_EVENTS` in order of time.
    """
    seen = sightings(trajectory)
    times, flight = taken(trajectory), trajectory["flight"].to_pylist()
    number = np.zeros(len(times), int) if shots is None else np.asarray(shots)
    places = seen.places / np.sqrt(width * height)
    path = network.WEIGHTS if bounces else network.WITHOUT_BOUNCES
    possible = event_candidates(
        seen.times, places, network.weights(path), bounces, number[seen.rows], _ends_of_shots(times, number), contacts
    )
    found = likeliest(possible, contacts, read_platt_scaling(path))
    if contacts is not None and contacts.first_bounces > 1:
        moments = [-np.inf, *(one.time for one, _ in found), np.inf]
        found = [
            (_served(one, seen, moments[at + 2]) if one.time - moments[at] > LINKED_S else one, sure)
            for at, (one, sure) in enumerate(found)
        ]
    rows = [_row(one, sure, times, seen, flight) for one, sure in found if sure >= LEAST_CONFIDENCE]
    return BALL_EVENTS.from_rows(_one_a_frame(rows))


def _ends_of_shots(times: np.ndarray, shots: np.ndarray) -> np.ndarray:
    """Seconds of the first and last picture of each shot."""
    begins = np.flatnonzero(np.diff(shots, prepend=np.nan, append=np.nan) != 0)
    return np.unique(np.concatenate([times[begins[:-1]], times[begins[1:] - 1]])) if len(times) else times


def likeliest(
    possible: list[list[EventCandidate]], contacts: Contacts | None, scaling: PlattScaling
) -> list[tuple[EventCandidate, float]]:
    """The events of the likeliest course of play in each stretch, with their confidence, in order of time.

    Args:
        possible: The candidates of each stretch, in order of time.
        contacts: As for `find_events`.
        scaling: What makes confidences of the candidates' strengths.
    """
    found: list[tuple[EventCandidate, float]] = []
    threshold = float(np.log(LEAST_CONFIDENCE / (1 - LEAST_CONFIDENCE)))
    for stretch in possible:
        readings, own = settled(stretch, [scaling.odds(one) for one in stretch])
        course = [Possible(one.kind, one.time, odds, one.leads) for one, odds in zip(readings, own, strict=True)]
        chosen = [(readings[i], odds) for i, odds in choose(course, contacts, threshold)]
        last = found[-1][0].time if found else -np.inf
        if contacts is not None and contacts.first_bounces > 1:
            chosen = with_bounces(chosen, list(zip(readings, own, strict=True)), contacts, last, threshold)
        found += named(chosen, last, contacts)
    return [(one, _chance(odds)) for one, odds in found]


def _chance(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))


def event_candidates(
    times: np.ndarray,
    places: np.ndarray,
    nets: list[dict[str, np.ndarray]],
    bounces: bool = True,
    shots: np.ndarray | None = None,
    cuts: np.ndarray | None = None,
    contacts: Contacts | None = None,
) -> list[list[EventCandidate]]:
    """Possible events of each stretch of sightings.

    Args:
        times: (n,) seconds, ascending.
        places: (n, 2) in units of the picture, the square root of its area.
        nets: The networks, as `network.weights` reads them.
        bounces: As for `find_events`.
        shots: (n,) shot number of each sighting.
        cuts: Seconds of the first and last picture of each shot.
        contacts: As for `find_events`.
    """
    found = []
    for stretch in signal.stretches(times, places, shots):
        logits = network.log_odds(signal.channels(stretch), nets)
        if not bounces:
            logits = logits[:2]
        possible = peaks(stretch.clock(), network.chances(logits))
        if not bounces:
            possible = [one for one in possible if not comes_to_rest(one.time, stretch.times, stretch.places)]
        seen = [_in_sight(one, stretch.times, cuts) for one in possible]
        found.append(with_edges(seen, stretch.times, cuts, contacts))
    return found


def _in_sight(one: EventCandidate, times: np.ndarray, cuts: np.ndarray | None) -> EventCandidate:
    """The event with what the sights of its stretch, at `times`, say about it."""
    doubt = _doubt(one.time, times, cuts)
    return replace(one, doubt=doubt, seen_s=one.time - times[0], followed_s=times[-1] - one.time)


def _doubt(moment: float, times: np.ndarray, cuts: np.ndarray | None) -> float:
    """The doubt about an event of a stretch, seen at `times`, that is near the first or last of them."""
    (edge,) = times[[0 if moment - times[0] <= times[-1] - moment else -1]]
    if abs(moment - edge) >= EDGE_S:
        return 0.0
    return ABRUPT if cuts is not None and edge in cuts else ONE_SIDED


def peaks(clock: np.ndarray, chances: np.ndarray) -> list[EventCandidate]:
    """Possible events where the probability of a kind peaks, in order of time.

    Args:
        clock: (steps,) seconds.
        chances: (kinds, steps) probability of each of `network.KINDS`.
    """
    smooth = np.stack([np.convolve(row, [0.25, 0.5, 0.25], "same") for row in chances[1:]])
    reach = round(AROUND_S / signal.STEP_S)
    found = []
    for kind, row in enumerate(smooth):
        padded = np.pad(row, 1, constant_values=-1)
        tops = np.flatnonzero((row >= padded[:-2]) & (row > padded[2:]) & (row >= FAINTEST))
        highest = tops[np.argsort(-row[tops], kind="stable")]
        for top in highest[spaced(clock[highest], APART_S)]:
            near = slice(max(0, top - reach), top + reach + 1)
            weight = row[near]
            chance = float(np.clip(weight.max(), 1e-4, 1 - 1e-4))
            time = float((weight**2 * clock[near]).sum() / (weight**2).sum())
            leads = bool(smooth[:, top].argmax() == kind)
            found.append(EventCandidate(network.KINDS[1 + kind], time, float(np.log(chance / (1 - chance))), leads))
    return sorted(found, key=attrgetter("time"))


def comes_to_rest(moment: float, times: np.ndarray, places: np.ndarray) -> bool:
    """Does a ball lie still after a moment? Then it met the ground or a hand there, and was not hit.

    Args:
        moment: Seconds.
        times: (n,) seconds of its sights, ascending.
        places: (n, 2) in units of the picture.
    """
    part = slice(*np.searchsorted(times, moment + np.array(RESTS_S)))
    if len(times[part]) < FEW_SIGHTS or np.ptp(times[part]) < np.ptp(RESTS_S) / 2:
        return False
    return bool(np.hypot(*np.ptp(places[part], axis=0)) <= STILL)


def read_platt_scaling(path: Path = network.WEIGHTS) -> PlattScaling:
    """The scaling that was fitted with the weights."""
    with np.load(path) as file:
        slope, bias = file["calibration"]
    kinds = network.KINDS[1:]
    return PlattScaling(dict(zip(kinds, slope.tolist(), strict=True)), dict(zip(kinds, bias.tolist(), strict=True)))


def _served(one: EventCandidate, seen: Sightings, then: float) -> EventCandidate:
    """The first event of play; a hit of a ball that is out of sight then, and slow before, where it is seen again.

    `then` is the second of the next event, which stays the next.
    """
    after = int(np.searchsorted(seen.times, one.time))
    if one.kind != "hit" or not 0 < after < len(seen.times) or seen.times[after] - seen.times[after - 1] <= HIDDEN_S:
        return one
    slow, fast = (_velocity(seen.times[at], seen, side) for at, side in ((after - 1, -1), (after, 1)))
    if slow is None or fast is None or seen.times[after] >= then or np.hypot(*fast) < FASTER * np.hypot(*slow):
        return one
    return replace(one, time=float(seen.times[after]))


def _row(one: EventCandidate, sure: float, times: np.ndarray, seen: Sightings, flight: list) -> dict:
    around = np.searchsorted(times, one.time) + np.array([-1, 0])
    nearest = min(around.clip(0, len(times) - 1), key=lambda i: abs(times[i] - one.time))
    frame = int(np.searchsorted(times, times[nearest]))  # where its picture is first shown
    place = np.array([np.interp(one.time, seen.times, axis) for axis in seen.places.T])
    if one.edge == "last":  # it is hidden, and was where it is met when it was last seen
        place = seen.places[np.searchsorted(seen.times, one.time, side="right") - 1]
    before, after = (_velocity(one.time, seen, side) for side in (-1, 1))
    turn = None
    if before is not None and after is not None and before.any() and after.any():
        cosine = before @ after / (np.hypot(*before) * np.hypot(*after))
        turn = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return {
        "frame": frame,
        "time_s": float(np.clip(one.time, times[0], times[-1])),
        "kind": one.kind,
        "x": float(place[0]),
        "y": float(place[1]),
        "confidence": sure,
        "speed_before": None if before is None else float(np.hypot(*before)),
        "speed_after": None if after is None else float(np.hypot(*after)),
        "angle_change": turn,
        "flight_before": _flight(one.time, times, flight, -1),
        "flight_after": _flight(one.time, times, flight, 1),
    }


def _velocity(moment: float, seen: Sightings, side: int) -> np.ndarray | None:
    """(2,) px/s just before (side -1) or after (1) a moment; None where the ball was seen too little."""
    near = _beside(moment, seen.times, side)
    if len(near) < 2:
        return None
    t = seen.times[near] - moment
    shape = t[:, None] ** np.arange(3 if len(near) > 4 else 2)
    return np.linalg.lstsq(shape, seen.places[near], rcond=None)[0][1]


def _flight(moment: float, times: np.ndarray, flight: list, side: int) -> int | None:
    """The flight nearest to a moment on one side, as near as velocities are taken."""
    return next((flight[i] for i in _beside(moment, times, side)[::side] if flight[i] is not None), None)


def _beside(moment: float, times: np.ndarray, side: int) -> np.ndarray:
    """Indices of the `times` from `CLEAR_S` to `SPEED_S` before (side -1) or after (1) a moment, ascending."""
    off = CLEAR_S, SPEED_S
    first, last = (moment - off[1], moment - off[0]) if side < 0 else (moment + off[0], moment + off[1])
    return np.arange(np.searchsorted(times, first), np.searchsorted(times, last, side="right"))


def _one_a_frame(rows: list[dict]) -> list[dict]:
    """The most confident of the events that share a frame, in order of frames."""
    best: dict[int, dict] = {}
    for row in rows:
        if row["frame"] not in best or row["confidence"] > best[row["frame"]]["confidence"]:
            best[row["frame"]] = row
    return [best[frame] for frame in sorted(best)]
