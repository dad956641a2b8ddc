"""Trajectory in, events out.

Belongs here: peaks of the network's chances, their kind, time and confidence, the table's rows. Does not belong here:
what the network sees (`signal`) and is (`network`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.events import network, signal
from gametape.ball.sightings import Sightings, sightings, taken
from gametape.base.spacing import spaced
from gametape.tables.ball import BALL_EVENTS

if TYPE_CHECKING:
    import pyarrow as pa

APART_S = 0.12
"""Two events are not nearer than that."""
KIND_S = 0.08
"""The kind is what most speaks for over so long to either side of the peak."""
FAINTEST = 0.05
"""Peaks lower than this are not looked at."""
LEAST_CONFIDENCE = 0.45
"""What is less likely an event is left out; chosen on held-out points, where it serves F1."""
SPEED_S = 0.15
"""Velocities and flights before and after an event are taken over so long,"""
CLEAR_S = 0.02
"""and so far from it: its time is known to a step of the clock."""


@dataclass(frozen=True)
class Candidate:
    """What may be an event: its `kind`, `time` (s), and `strength`, the log odds of the network's chance of it."""

    kind: str
    time: float
    strength: float


@dataclass(frozen=True)
class Calibration:
    """Confidence is logistic in the strength: `slope` and `bias` for each kind."""

    slope: dict[str, float]
    bias: dict[str, float]

    def confidence(self, one: Candidate) -> float:
        return float(1 / (1 + np.exp(-(self.slope[one.kind] * one.strength + self.bias[one.kind]))))


def find_events(
    trajectory: pa.Table, *, width: int, height: int, bounces: bool, shots: np.ndarray | None = None
) -> pa.Table:
    """The hits, bounces and impacts of a `BALL_TRAJECTORY`, as `BALL_EVENTS`, in order of time.

    `width` and `height`: the source picture, px. `bounces`: False where play ends when the ball meets the ground,
    so that every event is a hit. `shots`: cut id of each row; nothing is told across a cut. Only sightings are
    looked at.
    """
    seen = sightings(trajectory)
    calibration = read_calibration()
    cuts = None if shots is None else np.asarray(shots)[seen.rows]
    might_be = candidates(seen.times, seen.places / np.sqrt(width * height), network.weights(), bounces, cuts)
    found = [(one, calibration.confidence(one)) for one in might_be]
    times, flight = taken(trajectory), trajectory["flight"].to_pylist()
    rows = [_row(one, sure, times, seen, flight) for one, sure in found if sure >= LEAST_CONFIDENCE]
    return BALL_EVENTS.from_rows(_one_a_frame(rows))


def candidates(
    times: np.ndarray,
    places: np.ndarray,
    nets: list[dict[str, np.ndarray]],
    bounces: bool = True,
    shots: np.ndarray | None = None,
) -> list[Candidate]:
    """What may be events among sightings at `times` (n,) s and `places` (n, 2) in units of the picture."""
    found = []
    for stretch in signal.stretches(times, places, shots):
        logits = network.log_odds(signal.channels(stretch), nets)
        if not bounces:
            logits = logits[:2]
        found += peaks(stretch.clock(), network.chances(logits))
    return found


def peaks(clock: np.ndarray, chances: np.ndarray) -> list[Candidate]:
    """Candidates where the chance of any event peaks. `chances` (kinds, steps) at the times `clock` (steps,)."""
    smooth = np.stack([np.convolve(row, [0.25, 0.5, 0.25], "same") for row in chances[1:]])
    event = smooth.sum(axis=0)
    padded = np.pad(event, 1, constant_values=-1)
    tops = np.flatnonzero((event >= padded[:-2]) & (event > padded[2:]) & (event >= FAINTEST))
    highest = tops[np.argsort(-event[tops], kind="stable")]
    kept = np.sort(highest[spaced(clock[highest], APART_S)])
    found = []
    reach = round(KIND_S / signal.STEP_S)
    for top in kept:
        near = slice(max(0, top - reach), top + reach + 1)
        kind = int(np.argmax(smooth[:, near].sum(axis=1)))
        weight = smooth[kind, near]
        chance = float(np.clip(weight.max(), 1e-4, 1 - 1e-4))
        time = float((weight**2 * clock[near]).sum() / (weight**2).sum())
        found.append(Candidate(network.KINDS[1 + kind], time, float(np.log(chance / (1 - chance)))))
    return found


def read_calibration() -> Calibration:
    """The calibration that belongs to the weights."""
    with np.load(network.WEIGHTS) as file:
        slope, bias = file["calibration"]
    kinds = network.KINDS[1:]
    return Calibration(dict(zip(kinds, slope.tolist(), strict=True)), dict(zip(kinds, bias.tolist(), strict=True)))


def _row(one: Candidate, sure: float, times: np.ndarray, seen: Sightings, flight: list) -> dict:
    around = np.searchsorted(times, one.time) + np.array([-1, 0])
    nearest = min(around.clip(0, len(times) - 1), key=lambda i: abs(times[i] - one.time))
    frame = int(np.searchsorted(times, times[nearest]))  # where its picture is first shown
    before, after = (_velocity(one.time, seen, side) for side in (-1, 1))
    turn = None
    if before is not None and after is not None and before.any() and after.any():
        cosine = before @ after / (np.hypot(*before) * np.hypot(*after))
        turn = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return {
        "frame": frame,
        "time_s": float(np.clip(one.time, times[0], times[-1])),
        "kind": one.kind,
        "x": float(np.interp(one.time, seen.times, seen.places[:, 0])),
        "y": float(np.interp(one.time, seen.times, seen.places[:, 1])),
        "confidence": sure,
        "speed_before": None if before is None else float(np.hypot(*before)),
        "speed_after": None if after is None else float(np.hypot(*after)),
        "angle_change": turn,
        "flight_before": _flight(one.time, times, flight, -1),
        "flight_after": _flight(one.time, times, flight, 1),
    }


def _velocity(moment: float, seen: Sightings, side: int) -> np.ndarray | None:
    """The slope of the places just before (-1) or after (1) a moment, px/s; None where too few were seen."""
    near = _beside(moment, seen.times, side)
    if len(near) < 2:
        return None
    t = seen.times[near] - moment
    shape = t[:, None] ** np.arange(3 if len(near) > 4 else 2)
    return np.linalg.lstsq(shape, seen.places[near], rcond=None)[0][1]


def _flight(moment: float, times: np.ndarray, flight: list, side: int) -> int | None:
    """The flight nearest to a moment on one side, within the time that velocities look at."""
    return next((flight[i] for i in _beside(moment, times, side)[::side] if flight[i] is not None), None)


def _beside(moment: float, times: np.ndarray, side: int) -> np.ndarray:
    """Which of `times` lie just before (-1) or after (1) a moment, a little off it, in order."""
    off = CLEAR_S, SPEED_S
    first, last = (moment - off[1], moment - off[0]) if side < 0 else (moment + off[0], moment + off[1])
    return np.arange(np.searchsorted(times, first), np.searchsorted(times, last, side="right"))


def _one_a_frame(rows: list[dict]) -> list[dict]:
    """Of events that share a frame, the surest; films of few frames a second leave no more."""
    best: dict[int, dict] = {}
    for row in rows:
        if row["frame"] not in best or row["confidence"] > best[row["frame"]]["confidence"]:
            best[row["frame"]] = row
    return [best[frame] for frame in sorted(best)]
