"""Rallies and shots as lists: where they are in the film, how long, how fast.

Belongs here: choosing, rounding and wording rows of `rallies` and `ball_flights`. Does not belong here: finding them
(gametape.play).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from gametape.movement.persons import PLAYER
from gametape.play.sent_balls import AT_ONCE_S, commonest_reason, sure_speed
from gametape.report.names import NOBODY, person_name, with_part
from gametape.report.words import KMH, Words
from gametape.sports.contacts import LET_GO, SENT

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
        who: whose it is; empty where that is not clear.
        band: the 95 % interval of its speed; empty where that is not known.
        swing_band: the 95 % interval of its swing; empty where that cannot be told from none.
    """

    time_s: float
    who: str
    speed: str
    band: str
    spin: str
    swing: str
    swing_band: str

    @property
    def speed_parts(self) -> tuple[str, ...]:
        """The speed, and the same in brackets: each is kept on one line."""
        speed, brackets, same = self.speed.partition(" (")
        return (speed, f"({same}") if brackets else (speed,)


@dataclass(frozen=True)
class RalliesAndShots:
    """Rallies and shots in words.

    Attributes:
        shots: the fastest in space, those whose speed is known well before the others. Speeds in the picture are not
            compared: what is near the camera seems fast.
        shots_summary: of each person apart.
        in_metres: is the speed of one of the player's shots known well in m/s?
        median_speed: of the player's shots; empty where no speed of them is known well in m/s.
        of_one: is it the speed of one shot, and so no median?
        player: whose median that is; empty where nobody else plays, or nobody knows who the player is.
        any_who: is it known of a shot whose it is?
        notes: what is not known, and why.
        no_metres: why the speed of no shot is known in m/s; empty where that of one is, and where there are none.
    """

    rallies: tuple[Rally, ...]
    rallies_left_out: int
    rallies_summary: str
    shots: tuple[Shot, ...]
    shots_summary: str
    in_metres: bool
    median_speed: str
    of_one: bool
    player: str
    any_who: bool
    any_spin: bool
    any_swing: bool
    notes: tuple[str, ...]
    no_metres: str


def rallies_and_shots(
    rallies: pa.Table,
    flights: pa.Table,
    say: Words,
    *,
    strokes: pa.Table | None = None,
    names: Mapping[int, str] = NOBODY,
    parts: Mapping[int, str] = NOBODY,
) -> RalliesAndShots:
    """The tables RALLIES and BALL_FLIGHTS in words; a shot is whose stroke sent it (table STROKES).

    `names` and `parts` are the name and the part of each track, as far as they are known.
    """
    rows = rallies.sort_by("start_s").to_pylist()
    shots = [row for row in flights.to_pylist() if row["began"] in SENT and row["speed_start"] is not None]
    hits = [] if strokes is None else strokes.to_pylist()
    whose = [_hit_by(row, hits) for row in shots]
    metric = [row for row in shots if row["speed_start_mps"] is not None]
    known = [at for at, row in enumerate(shots) if row["speed_start_mps"] is not None]
    fastest = sorted(known, key=lambda at: _slowness(shots[at]))[:MOST_SHOTS]
    player = next((track for track, part in parts.items() if part == PLAYER), None)
    own = [row for row, track in zip(shots, whose, strict=True) if player is None or track == player]
    own_metric = [speed for row in own if (speed := sure_speed(row)) is not None]
    listed = tuple(_shot(shots[at], whose[at], names, say) for at in fastest)
    return RalliesAndShots(
        rallies=tuple(_rally(row, say) for row in rows[:MOST_RALLIES]),
        rallies_left_out=max(0, len(rows) - MOST_RALLIES),
        rallies_summary=_rallies_summary(rows, say),
        shots=listed,
        shots_summary=_by_person(shots, whose, bool(metric), names, parts, say),
        in_metres=bool(own_metric),
        median_speed=_metric_speed(median(own_metric), say) if own_metric else "",
        of_one=len(own_metric) == 1,
        player=with_part(person_name(player, names, say), PLAYER, say) if player is not None and len(parts) > 1 else "",
        any_who=any(track is not None for track in whose),
        any_spin=any(one.spin for one in listed),
        any_swing=any(one.swing for one in listed),
        notes=tuple(_notes(shots, [shots[at] for at in fastest], listed, say)),
        no_metres="" if metric or not shots else _commonest((row["speed_reason"] for row in shots), say),
    )


def _slowness(shot: Mapping) -> tuple[bool, float]:
    """Sorts shots by their speed in space, the fastest first; those where it is open follow, by its low end."""
    sure = sure_speed(shot)
    return sure is None, -(shot["speed_start_mps_low"] if sure is None else sure)


def _hit_by(shot: Mapping, strokes: list[dict]) -> int | None:
    """The track of whose stroke sent a flight; None where no stroke is so near to its start."""
    near = [row for row in strokes if abs(row["contact_s"] - shot["start_s"]) <= AT_ONCE_S]
    return min(near, key=lambda row: abs(row["contact_s"] - shot["start_s"]))["track"] if near else None


def _by_person(
    shots: list[dict],
    whose: Sequence[int | None],
    in_metres: bool,
    names: Mapping[int, str],
    parts: Mapping[int, str],
    say: Words,
) -> str:
    """A sentence about the shots of each person, the player's first, then about those of which it is not clear."""
    order = [*parts, *(track for track in dict.fromkeys(whose) if track is not None and track not in parts), None]
    sentences = []
    for track in order:
        own = [row for row, by in zip(shots, whose, strict=True) if by == track]
        if not own:
            continue
        what = _shots_summary(own, in_metres, say)
        if set(whose) == {None}:
            sentences.append(what)
        elif track is None:
            sentences.append(say("shots.of_unknown", what=what))
        else:
            who = with_part(person_name(track, names, say), parts.get(track), say)
            sentences.append(say("shots.of", who=who, what=what))
    return " ".join(sentences)


def _rally(row: dict, say: Words) -> Rally:
    label = say("rallies.one", n=row["shots"], seconds=say.number(row["duration_s"], most_places=1))
    return Rally(row["rally"] + 1, row["start_s"], row["end_s"], label)


def _rallies_summary(rows: list[dict], say: Words) -> str:
    if not rows:
        return ""
    longest = max(rows, key=lambda row: (row["shots"], row["duration_s"]))
    middle = median(row["shots"] for row in rows)
    return say(
        "rallies.summary",
        n=len(rows),
        middle=say("rallies.shots", n=1 if middle == 1 else 2, shots=say.number(middle, most_places=1)),
        shots=say("rallies.shots", n=longest["shots"], shots=say.digits(f"{longest['shots']:,}")),
        at=say.clock(longest["start_s"], 2),
    )


def _shot(row: dict, track: int | None, names: Mapping[int, str], say: Words) -> Shot:
    low, high, mps = (row[f"speed_start_mps{part}"] for part in ("_low", "_high", ""))
    band = "" if low is None else say("shots.band", low=f"{KMH * low:.0f}", high=f"{KMH * high:.0f}")
    sure = sure_speed(row) is not None  # else the film shows no more than the band, and of the spin even less
    spin = (
        ""
        if row["spin"] == "unknown" or not sure
        else say(f"spin.{row['spin']}", sure=say.share(row["spin_confidence"]))
    )
    return Shot(
        time_s=row["start_s"],
        who="" if track is None else person_name(track, names, say),
        speed=_metric_speed(mps, say) if sure else band,
        band=band if sure else "",
        spin=spin,
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


def _shots_summary(shots: list[dict], in_metres: bool, say: Words) -> str:
    """Shots, and what a hand let go, which is none: a bowler plays no shot."""
    sentences = []
    for key, own in (
        ("shots.summary", [row for row in shots if row["began"] != LET_GO]),
        ("shots.let_go", [row for row in shots if row["began"] == LET_GO]),
    ):
        speeds = [speed for row in own if (speed := sure_speed(row)) is not None] if in_metres else []
        if speeds:
            key += "_one_metric" if len(speeds) == 1 else "_metric"
            sentences.append(say(key, n=len(own), known=len(speeds), middle=_metric_speed(median(speeds), say)))
        elif own:
            sentences.append(say(key, n=len(own)))
    return " ".join(sentences)


def _notes(shots: list[dict], rows: list[dict], listed: Sequence[Shot], say: Words) -> list[str]:
    """Why there are no metres and no spin: the commonest reason of each, once where it is the same.

    `listed`: the `rows` of `shots` that are shown. A spin that is not told with its speed has the speed's reason.
    """
    if not shots:
        return []
    no_spin = not any(one.spin for one in listed)
    speed = _commonest((row["speed_reason"] for row in shots), say) if not listed else None
    reasons = (row["spin_reason"] or row["speed_reason"] or "speed_open" for row in rows or shots)
    spin = _commonest(reasons, say) if no_spin else None
    if speed and speed == spin:
        return [say("shots.no_metres_no_spin", reason=speed)]
    pairs = (("shots.no_metres", speed), ("shots.no_spin", spin))
    return [say(key, reason=reason) for key, reason in pairs if reason]


def _commonest(reasons: Iterable[str | None], say: Words) -> str:
    reason = commonest_reason(reasons)
    return say.reason(reason) if reason else "–"
