"""Rallies and shots as lists: where they are in the film, how long, how fast.

Belongs here: choosing, rounding and wording rows of `rallies` and `ball_flights`. Does not belong here: finding them
(gametape.play).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from gametape.report.words import KMH, Words
from gametape.sports.contacts import SENT

if TYPE_CHECKING:
    import pyarrow as pa

MOST_RALLIES = 400
MOST_SHOTS = 10


@dataclass(frozen=True)
class Rally:
    """A rally as a button: where it goes and what it says."""

    number: int
    start_s: float
    end_s: float
    label: str


@dataclass(frozen=True)
class Shot:
    """A flight that a player sent, in words.

    Attributes:
        band: the 95 % interval of its speed; empty where the speed is in pixels of the picture.
        swing_band: the 95 % interval of its swing; empty where that cannot be told from none.
    """

    time_s: float
    speed: str
    band: str
    spin: str
    swing: str
    swing_band: str


@dataclass(frozen=True)
class RalliesAndShots:
    """Rallies and shots in words.

    Attributes:
        shots: the fastest.
        in_metres: is the speed of a shot known in m/s?
        median_speed: of all shots; empty where no speed is known in m/s.
        notes: what is not known, and why.
    """

    rallies: tuple[Rally, ...]
    rallies_left_out: int
    rallies_summary: str
    shots: tuple[Shot, ...]
    shots_summary: str
    in_metres: bool
    median_speed: str
    any_spin: bool
    any_swing: bool
    notes: tuple[str, ...]


def rallies_and_shots(rallies: pa.Table, flights: pa.Table, say: Words) -> RalliesAndShots:
    """The tables RALLIES and BALL_FLIGHTS in words."""
    rows = rallies.sort_by("start_s").to_pylist()
    shots = [row for row in flights.to_pylist() if row["began"] in SENT and row["speed_start"] is not None]
    metric = [row for row in shots if row["speed_start_mps"] is not None]
    fastest = (
        sorted(metric, key=lambda row: -row["speed_start_mps"])
        if metric
        else sorted(shots, key=lambda row: -row["speed_start"])
    )
    return RalliesAndShots(
        rallies=tuple(_rally(row, say) for row in rows[:MOST_RALLIES]),
        rallies_left_out=max(0, len(rows) - MOST_RALLIES),
        rallies_summary=_rallies_summary(rows, say),
        shots=tuple(_shot(row, say) for row in fastest[:MOST_SHOTS]),
        shots_summary=_shots_summary(shots, metric, say),
        in_metres=bool(metric),
        median_speed=_metric_speed(median(row["speed_start_mps"] for row in metric), say) if metric else "",
        any_spin=any(row["spin"] != "unknown" for row in shots),
        any_swing=any(row["swing_deg"] is not None for row in shots),
        notes=tuple(_notes(shots, metric, say)),
    )


def _rally(row: dict, say: Words) -> Rally:
    label = say("rallies.one", n=row["shots"], seconds=say.number(row["duration_s"], most_places=1))
    return Rally(row["rally"] + 1, row["start_s"], row["end_s"], label)


def _rallies_summary(rows: list[dict], say: Words) -> str:
    if not rows:
        return ""
    longest = max(rows, key=lambda row: (row["shots"], row["duration_s"]))
    return say(
        "rallies.summary",
        n=len(rows),
        middle=say.number(median(row["shots"] for row in rows), most_places=1),
        shots=longest["shots"],
        at=say.clock(longest["start_s"]),
    )


def _shot(row: dict, say: Words) -> Shot:
    low, high, mps = (row[f"speed_start_mps{part}"] for part in ("_low", "_high", ""))
    band = "" if None in (mps, low) else say("shots.band", low=f"{KMH * low:.0f}", high=f"{KMH * high:.0f}")
    return Shot(
        time_s=row["start_s"],
        speed=say.digits(f"{row['speed_start']:,.0f} px/s") if mps is None else _metric_speed(mps, say),
        band=band,
        spin="" if row["spin"] == "unknown" else say(f"spin.{row['spin']}", sure=say.share(row["spin_confidence"])),
        swing=_swing(row, say),
        swing_band=_swing_band(row, say),
    )


def _swing(row: dict, say: Words) -> str:
    if row["swing_deg"] is None:
        return ""
    if row["swing_reason"]:
        return say("swing.none")
    side = "right" if row["swing_deg"] > 0 else "left"
    return say(f"swing.{side}", degrees=say.digits(f"{abs(row['swing_deg']):.1f}"))


def _swing_band(row: dict, say: Words) -> str:
    if row["swing_deg"] is None or row["swing_reason"]:
        return ""
    ends = sorted(abs(row[f"swing_deg{part}"]) for part in ("_low", "_high"))
    low, high = (say.digits(f"{end:.1f}") for end in ends)
    return say("swing.band", low=low, high=high)


def _metric_speed(value: float, say: Words) -> str:
    """27.4 m/s (99 km/h)."""
    return f"{say.digits(f'{value:.1f}')} m/s ({say.digits(f'{KMH * value:,.0f}')} km/h)"


def _shots_summary(shots: list[dict], metric: list[dict], say: Words) -> str:
    if not shots:
        return ""
    if metric:
        middle = _metric_speed(median(row["speed_start_mps"] for row in metric), say)
        return say("shots.summary_metric", n=len(shots), known=len(metric), middle=middle)
    return say("shots.summary", n=len(shots), middle=say.digits(f"{median(row['speed_start'] for row in shots):,.0f}"))


def _notes(shots: list[dict], metric: list[dict], say: Words) -> list[str]:
    """Why there are no metres and no spin: the commonest reason of each, once where it is the same."""
    if not shots:
        return []
    no_spin = all(row["spin"] == "unknown" for row in shots)
    speed = _commonest((row["speed_reason"] for row in shots), say) if not metric else None
    spin = _commonest((row["spin_reason"] for row in shots), say) if no_spin else None
    if speed and speed == spin:
        return [say("shots.no_metres_no_spin", reason=speed)]
    pairs = (("shots.no_metres", speed), ("shots.no_spin", spin))
    return [say(key, reason=reason) for key, reason in pairs if reason]


def _commonest(reasons: Iterable[str | None], say: Words) -> str:
    counted = Counter(say.reason(reason) for reason in reasons if reason)
    return counted.most_common(1)[0][0] if counted else "–"
