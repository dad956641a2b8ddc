"""The shifts of who is followed, and the clips: what the page shows of a film that follows somebody.

Belongs here: words and figures. Does not belong here: finding shifts (gametape.follow), cutting (gametape.clips).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.film.clock import film_end
from gametape.follow.sums import Sums, sums_by_period, sums_of
from gametape.people.boxes import click_on
from gametape.report.words import Words
from gametape.sports.shifts import time_on

if TYPE_CHECKING:
    import pyarrow as pa

PERHAPS = "perhaps"
UNSURE = (PERHAPS, "outvoted", "met_nobody")
"""Verdicts of the evidence that a reader can settle."""
MOST_UNSURE = 12
"""Places of a player that are perhaps him, of each at most."""
_LEAST_WIDTH = 0.6
"""Per cent of the chart, so that a short shift can still be pressed."""

_LAST_LABEL = 96
"""Per cent of the chart: a label farther to the right would leave it."""


@dataclass(frozen=True)
class ClipLink:
    """A clip that is there, or why it is not.

    Attributes:
        file: Relative to the page; None: there is none.
        note: Its size, or the reason.
    """

    file: str | None
    note: str


@dataclass(frozen=True)
class ShiftLine:
    """A shift in words; `left` and `width` are per cent of the film."""

    number: int
    period: int
    start_s: float
    end_s: float
    span: str
    lasted: str
    in_view: str
    ended: str
    questioned: str | None
    clip: ClipLink | None
    left: float
    width: float


@dataclass(frozen=True)
class Unsure:
    """Where a player may be, or a click that did not count.

    Attributes:
        key: Names its picture.
        perhaps: Whether it may be the player; else it is a click that did not count.
        click: What says in the player's clicks of the sidecar that it is the player; None: it is a click already.
        frame: Frame to look at.
        box: (left, top, right, bottom) there, px of the upright source; None: not known.
    """

    key: str
    start_s: float
    end_s: float
    span: str
    text: str
    perhaps: bool
    click: str | None
    frame: int
    box: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class FollowedPlayer:
    """A player who is followed.

    Attributes:
        place: Place in the sidecar.
        who: What he is called.
        name: As the sidecar has it.
        number: Likewise.
        sums: What his shifts add up to.
        figures: Label and value of time on, in view, mean, longest.
        periods: Of each period its number, shifts, time on and time in view; empty where there is one.
        lines: The shifts.
        seen: Left and width, per cent of the film, of the stretches in which he is in sight.
        reel: The reel.
        unsure: Where he may be.
        unsure_left_out: How many more of these there are.
        perhaps: At how many places he may be, clicks that did not count left out.
        nothing: Why there is no shift; None: there is one.
    """

    place: int
    who: str
    name: str | None
    number: str | None
    sums: Sums
    figures: tuple[tuple[str, str], ...]
    periods: tuple[tuple[str, int, str, str], ...]
    lines: tuple[ShiftLine, ...]
    seen: tuple[tuple[float, float], ...]
    reel: ClipLink | None
    unsure: tuple[Unsure, ...]
    unsure_left_out: int
    perhaps: int
    nothing: str | None


@dataclass(frozen=True)
class OtherClip:
    """A clip of something else than a shift."""

    label: str
    start_s: float | None
    end_s: float | None
    span: str
    clip: ClipLink


@dataclass(frozen=True)
class ShiftsView:
    """What the page shows; `people` is empty where nobody is followed, `clips` where no others are asked for."""

    people: tuple[FollowedPlayer, ...]
    time_on: str
    how: str
    ticks: tuple[tuple[float, str], ...]
    clips: tuple[OtherClip, ...]

    @property
    def any(self) -> bool:
        """Is there anything to show?"""
        return bool(self.people or self.clips)


def shifts_view(
    *,
    shifts: pa.Table,
    identity: pa.Table,
    evidence: pa.Table,
    clips: pa.Table,
    frames: pa.Table,
    size: tuple[int, int],
    sport: str | None,
    say: Words,
) -> ShiftsView:
    """The view of a film.

    Args:
        shifts: Table SHIFTS.
        identity: Table PLAYER_IDENTITY.
        evidence: Table PLAYER_EVIDENCE.
        clips: Table CLIPS.
        frames: Table FRAMES.
        size: Width and height of the upright source, px, in which boxes are.
        sport: The film's sport, for what the time is called.
        say: The words.
    """
    times = frames["time_s"].to_numpy()
    start, end = (float(times[0]), film_end(times)) if len(times) else (0.0, 0.0)
    scale = _Scale(start, max(end - start, 1e-6))
    rows, cut = shifts.to_pylist(), clips.to_pylist()
    whose = {row["player"]: row for row in (*cut, *rows, *_firsts(identity)) if row["player"] is not None}
    called = time_on(sport, say.language)
    people = tuple(
        _player(
            place,
            whose[place],
            [row for row in rows if row["player"] == place],
            [row for row in cut if row["player"] == place],
            _looks(identity, place),
            _why_unseen(identity, place),
            [row for row in evidence.to_pylist() if row["player"] == place],
            called,
            scale,
            _Clicks(frames, size),
            say,
        )
        for place in sorted(whose)
    )
    others = tuple(_other(row, say) for row in cut if row["player"] is None)
    ticks = tuple((scale.at(at), say.clock(at)) for at in _ticks(start, end) if scale.at(at) <= _LAST_LABEL)
    return ShiftsView(people, called, say("shifts.how", time_on=called), ticks, others)


@dataclass(frozen=True)
class _Scale:
    start: float
    length: float

    def at(self, time_s: float) -> float:
        return round(100 * min(max((time_s - self.start) / self.length, 0.0), 1.0), 3)

    def span(self, start_s: float, end_s: float, least: float = 0.0) -> tuple[float, float]:
        width = max(self.at(end_s) - self.at(start_s), least)
        return min(self.at(start_s), 100 - width), round(width, 3)


def _player(
    place: int,
    whose: Mapping[str, Any],
    rows: list[dict],
    cut: list[dict],
    looks: tuple[np.ndarray, np.ndarray],
    unseen: str | None,
    evidence: list[dict],
    called: str,
    scale: _Scale,
    clicks: _Clicks,
    say: Words,
) -> FollowedPlayer:
    of_shift = {row["shift"]: row for row in cut if row["kind"] == "shift" and row["shift"] is not None}
    reel = next((row for row in cut if row["kind"] == "reel"), None)
    seen, sums = list(_stretches(*looks)), sums_of(rows)
    doubted = [row for row in evidence if row["verdict"] in UNSURE]
    unsure = [_unsure(f"{place}-{at}", row, clicks, say) for at, row in enumerate(doubted)]
    return FollowedPlayer(
        place=place,
        who=who(whose, say),
        name=whose["name"],
        number=whose["number"],
        sums=sums,
        figures=tuple(_figures(sums, called, say)),
        periods=tuple(_periods(rows, say)),
        lines=tuple(_line(row, of_shift.get(row["shift"]), scale, say) for row in rows),
        seen=tuple(scale.span(a, b) for a, b in seen),
        reel=_link(reel, say) if reel is not None else None,
        unsure=tuple(unsure[:MOST_UNSURE]),
        unsure_left_out=max(0, len(unsure) - MOST_UNSURE),
        perhaps=sum(row["verdict"] == PERHAPS for row in doubted),
        nothing=None if rows else _nothing(unseen, seen, say),
    )


def _nothing(unseen: str | None, seen: Sequence[tuple[float, float]], say: Words) -> str:
    """Why there is no shift: never in sight and why, or in sight for too short a time."""
    if unseen:
        return say.reason(unseen)
    return say("shifts.seen_only", length=say.length(sum(b - a for a, b in seen))) if seen else say("shifts.none")


def who(row: Mapping[str, Any], say: Words) -> str:
    """What a player is called: number and name as the sidecar gives them, else his place in it."""
    said = [f"#{row['number']}"] if row["number"] else []
    said += [" ".join(row["name"].split())] if row["name"] else []
    return " ".join(said) or say("clips.player", place=str(row["player"] + 1))


def _figures(sums: Sums, called: str, say: Words) -> Iterator[tuple[str, str]]:
    if sums.mean_s is None or sums.longest_s is None:
        return
    yield called, say.length(sums.on_s)
    yield say("shifts.in_view"), say.length(sums.view_s)
    yield say("shifts.mean"), say.length(sums.mean_s)
    yield say("shifts.longest"), say.length(sums.longest_s)


def _periods(rows: Sequence[Mapping[str, Any]], say: Words) -> Iterator[tuple[str, int, str, str]]:
    found = sums_by_period(rows)
    for period, sums in found.items() if len(found) > 1 else ():
        yield str(period), sums.count, say.length(sums.on_s), say.length(sums.view_s)


def _line(row: Mapping[str, Any], clip: Mapping[str, Any] | None, scale: _Scale, say: Words) -> ShiftLine:
    left, width = scale.span(row["start_s"], row["end_s"], _LEAST_WIDTH)
    return ShiftLine(
        number=row["shift"],
        period=row["period"],
        start_s=row["start_s"],
        end_s=row["end_s"],
        span=say.span(row["start_s"], row["end_s"]),
        lasted=say.length(row["ice_s"]),
        in_view=say.length(row["view_s"]),
        ended=say.get(f"shifts.end_{row['end_reason']}", row["end_reason"].replace("_", " ")),
        questioned=say.reason(row["questioned"]) if row["questioned"] else None,
        clip=_link(clip, say) if clip is not None else None,
        left=left,
        width=width,
    )


def _link(row: Mapping[str, Any], say: Words) -> ClipLink:
    if row["file"] is None:
        return ClipLink(None, say.reason(row["reason"]))
    return ClipLink(row["file"], say("shifts.megabytes", n=say.number(row["bytes"] / 1e6, most_places=1)))


@dataclass(frozen=True)
class _Clicks:
    """Turns a place in a frame into the click of the sidecar that marks it."""

    frames: pa.Table
    size: tuple[int, int]

    def on(self, frame: int, box: Sequence[float]) -> str | None:
        if not 0 <= frame < self.frames.num_rows:
            return None
        x, y = click_on(box, self.size)
        return f"{{t: {self.frames['shown_s'][frame].as_py():.2f}, x: {x:.3f}, y: {y:.3f}}}"


def _unsure(key: str, row: Mapping[str, Any], clicks: _Clicks, say: Words) -> Unsure:
    """A piece that may be the player, or a click that did not count."""
    verdict = say.get(f"shifts.{row['verdict']}", row["verdict"])
    text = f"{verdict}: {say.reason(row['reason'])}"
    box = None if row["x1"] is None else (row["x1"], row["y1"], row["x2"], row["y2"])
    perhaps = row["verdict"] == PERHAPS
    click = clicks.on(row["look_frame"], box) if box and perhaps else None
    span = say.span(row["start_s"], row["end_s"])
    return Unsure(key, row["start_s"], row["end_s"], span, text, perhaps, click, row["look_frame"], box)


def _other(row: Mapping[str, Any], say: Words) -> OtherClip:
    kind = say.get(f"shifts.kind_{row['kind']}", row["kind"])
    label = f"{kind}: {row['label']}" if row["label"] else kind
    start, end = row["start_s"], row["end_s"]
    return OtherClip(label, start, end, say.span(start, end) if start is not None else "", _link(row, say))


def _looks(identity: pa.Table, place: int) -> tuple[np.ndarray, np.ndarray]:
    """(n,) seconds of the looks for a player, and (n,) whether he is in sight."""
    import pyarrow.compute as pc

    theirs = identity.filter(pc.equal(identity["player"], place)).sort_by("time_s")
    return theirs["time_s"].to_numpy(), pc.is_valid(theirs["track"]).to_numpy(zero_copy_only=False)


def _why_unseen(identity: pa.Table, place: int) -> str | None:
    """Why a player is never in sight, a reason; None where he is, or nobody looked for him."""
    import pyarrow.compute as pc

    theirs = identity.filter(pc.equal(identity["player"], place)).sort_by("time_s")
    if not theirs.num_rows or theirs["track"].null_count < theirs.num_rows:
        return None
    return theirs["why"][0].as_py()


def _stretches(times: np.ndarray, seen: np.ndarray) -> Iterator[tuple[float, float]]:
    """First and last time of each run of looks in which somebody is in sight."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], seen.astype(int), [0]])))
    for first, stop in edges.reshape(-1, 2):
        yield float(times[first]), float(times[stop - 1])


def _firsts(identity: pa.Table) -> Iterator[dict[str, Any]]:
    """Who is followed, once each."""
    for place in sorted(set(identity["player"].to_pylist())):
        at = identity["player"].index(place).as_py()
        yield identity.select(["player", "name", "number"]).slice(at, 1).to_pylist()[0]


def _ticks(start: float, end: float) -> list[float]:
    """Round times on the chart's axis, at most seven."""
    steps = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
    step = next((one for one in steps if (end - start) / one <= 7), steps[-1])
    return list(np.arange(np.ceil(start / step) * step, end + 1e-9, step))
