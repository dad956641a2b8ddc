"""Rallies, shots and the court, as they are told and drawn.

Belongs here: choosing, rounding and wording what `rallies`, `ball_flights` and `calibration` hold. Does not belong
here: finding them (gametape.play, gametape.geometry), drawing (page.js and pdf.py draw the court's map).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from gametape.play.pictures import CourtMap, court_map
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

MOST_RALLIES = 400
MOST_SHOTS = 10
MOST_PLACES = 300
MOST_PATHS = 100
PATH_POINTS = 12
STRUCK = ("hit", "release")
"""What begins a shot; any other flight is a ball on its way from a bounce or a wall."""


@dataclass(frozen=True)
class Rally:
    """A stretch of play as a button: where it goes and what it says."""

    number: int
    start_s: float
    end_s: float
    told: str


@dataclass(frozen=True)
class Shot:
    """A flight that a player sent. `band`: where its speed lies with 95 %, in the same units; empty in the picture,
    where no metres are known. `swing_band`: the same of its swing, empty where that is not told from none."""

    time_s: float
    speed: str
    band: str
    spin: str
    swing: str
    swing_band: str


@dataclass(frozen=True)
class Play:
    """Rallies and shots in words. `shots` are the fastest; `middle` is the median speed of all, empty where no metres
    are known; `notes` say what is not known and why."""

    rallies: tuple[Rally, ...]
    rallies_left_out: int
    rallies_told: str
    shots: tuple[Shot, ...]
    shots_told: str
    in_metres: bool
    middle: str
    any_spin: bool
    any_swing: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Court:
    """The court from above with the bounces on it. `told`: what it rests on."""

    map: CourtMap
    told: str

    def for_page(self) -> dict:
        """places: [x, y, half the longer axis, half the shorter axis, degrees, time in s] of each bounce, the ellipse
        holding it with 95 %; paths: [time in s, [x, y], …] of flights."""
        return {
            **{name: getattr(self.map, name) for name in ("title", "extent", "lines", "circles", "net")},
            "places": [
                [round(part, 2) for part in (one.x, one.y, one.major, one.minor, one.angle)] + [round(one.time_s, 3)]
                for one in self.map.bounces
            ],
            "paths": [
                [round(one.time_s, 3), *([round(x, 2), round(y, 2)] for x, y in one.points)] for one in self.map.paths
            ],
        }


def play(rallies: pa.Table, flights: pa.Table, say: Words) -> Play:
    """What the tables RALLIES and BALL_FLIGHTS say."""
    rows = rallies.sort_by("start_s").to_pylist()
    shots = [row for row in flights.to_pylist() if row["began"] in STRUCK and row["speed_start"] is not None]
    metric = [row for row in shots if row["speed_start_mps"] is not None]
    fastest = (
        sorted(metric, key=lambda row: -row["speed_start_mps"])
        if metric
        else sorted(shots, key=lambda row: -row["speed_start"])
    )
    return Play(
        rallies=tuple(_rally(row, say) for row in rows[:MOST_RALLIES]),
        rallies_left_out=max(0, len(rows) - MOST_RALLIES),
        rallies_told=_rallies_told(rows, say),
        shots=tuple(_shot(row, say) for row in fastest[:MOST_SHOTS]),
        shots_told=_shots_told(shots, metric, say),
        in_metres=bool(metric),
        middle=metres_a_second(median(row["speed_start_mps"] for row in metric), say) if metric else "",
        any_spin=any(row["spin"] != "unknown" for row in shots),
        any_swing=any(row["swing_deg"] is not None for row in shots),
        notes=tuple(_notes(shots, metric, say)),
    )


def _rally(row: dict, say: Words) -> Rally:
    told = say("rallies.one", n=row["shots"], seconds=say.number(row["duration_s"], most_places=1))
    return Rally(row["rally"] + 1, row["start_s"], row["end_s"], told)


def _rallies_told(rows: list[dict], say: Words) -> str:
    if not rows:
        return ""
    longest = max(rows, key=lambda row: (row["shots"], row["duration_s"]))
    return say(
        "rallies.told",
        n=len(rows),
        middle=say.number(median(row["shots"] for row in rows), most_places=1),
        shots=longest["shots"],
        at=say.clock(longest["start_s"]),
    )


def _shot(row: dict, say: Words) -> Shot:
    low, high, mps = (row[f"speed_start_mps{part}"] for part in ("_low", "_high", ""))
    return Shot(
        time_s=row["start_s"],
        speed=say.digits(f"{row['speed_start']:,.0f} px/s") if mps is None else metres_a_second(mps, say),
        band="" if mps is None or low is None else say("shots.band", low=f"{3.6 * low:.0f}", high=f"{3.6 * high:.0f}"),
        spin="" if row["spin"] == "unknown" else say(f"spin.{row['spin']}", sure=say.share(row["spin_confidence"])),
        swing=_swing(row, say),
        swing_band=_swing_band(row, say),
    )  # fmt: skip


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


def metres_a_second(value: float, say: Words) -> str:
    """27.4 m/s (99 km/h)."""
    return f"{say.digits(f'{value:.1f}')} m/s ({say.digits(f'{3.6 * value:,.0f}')} km/h)"


def _shots_told(shots: list[dict], metric: list[dict], say: Words) -> str:
    if not shots:
        return ""
    if metric:
        middle = metres_a_second(median(row["speed_start_mps"] for row in metric), say)
        return say("shots.told_metric", n=len(shots), known=len(metric), middle=middle)
    return say("shots.told", n=len(shots), middle=say.digits(f"{median(row['speed_start'] for row in shots):,.0f}"))


def _notes(shots: list[dict], metric: list[dict], say: Words) -> list[str]:
    """Why there are no metres, and why no spin: the commonest reason of each, once where it is the same."""
    blind = all(row["spin"] == "unknown" for row in shots)
    speed = _commonest((row["speed_reason"] for row in shots), say) if not metric else None
    spin = _commonest((row["spin_reason"] for row in shots), say) if blind else None
    if not shots:
        return []
    if speed and speed == spin:
        return [say("shots.no_metres_no_spin", reason=speed)]
    pairs = (("shots.no_metres", speed), ("shots.no_spin", spin))
    return [say(key, reason=reason) for key, reason in pairs if reason]


def _commonest(reasons: Iterable[str | None], say: Words) -> str:
    counted = Counter(say.told(reason) for reason in reasons if reason)
    return counted.most_common(1)[0][0] if counted else "–"


def court(calibration: pa.Table, flights: pa.Table, say: Words) -> Court | None:
    """The court; None where the camera is not calibrated, or no bounce has a place."""
    drawn = court_map(
        flights,
        calibration,
        ground=say("court.ground"),
        bounces=MOST_PLACES,
        paths=MOST_PATHS,
        points=PATH_POINTS,
    )
    if drawn is None or not drawn.bounces:
        return None
    row = calibration.to_pylist()[0]
    named = say.get(f"court.{(row['court'] or 'ground').replace(' ', '_')}", drawn.title)
    return Court(replace(drawn, title=named), _calibrated(row, len(drawn.bounces), say))


def _calibrated(row: dict, places: int, say: Words) -> str:
    fit, ground = row["reprojection_px"], row["ground_error_m"]
    told = [say("court.told", n=places), say("court.marks", n=row["mark_count"])]
    if fit is not None:
        told.append(say("court.fit", px=say.number(fit, most_places=1)))
    if ground is not None:
        told.append(say("court.error", metres=say.number(ground, most_places=2)))
    return " ".join(told)


def not_calibrated(calibration: pa.Table, say: Words) -> str | None:
    """Why there are no metres on the ground; None where there are, or where nobody asked."""
    row = next(iter(calibration.to_pylist()), None)
    return say.told(row["reason"]) if row and row["homography"] is None else None
