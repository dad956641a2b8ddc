"""Which clips of a film are wanted: the table CLIP_SPANS.

Belongs here: from what the sidecar asks and the tables say to spans, with pre- and post-roll, names of files. Does not
belong here: cutting them.

By default there is a clip of each shift of the players who are followed, and none on any other film: each costs disk,
and a shift is what a player or his parents look at whole. Clips of findings, strokes, rallies, moments and spans are
made where the sidecar's `clips` asks for them, or `gametape clip`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gametape.base.language import ENGLISH
from gametape.base.reason import Reason
from gametape.clips.captions import caption
from gametape.clips.clocks import moved, shown_times
from gametape.film.clip_wish import ClipWish
from gametape.film.clock import film_end
from gametape.film.following_keys import following
from gametape.report.words import words
from gametape.tables.clips import CLIP_SPANS

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.film.sidecar import Sidecar

#: Seconds shown before and after a span, by kind, where a wish does not say; those of a shift its table has.
ROLLS = {
    "finding": (1.0, 1.0),
    "stroke": (0.7, 0.7),
    "rally": (1.0, 1.5),
    "moment": (5.0, 3.0),
    "span": (0.0, 0.0),
}
#: Why a film has no clips.
NOT_ASKED_FOR = Reason("clips_not_asked_for")
#: Why there is none of a shift where clips of shifts are asked for.
NOBODY_FOLLOWED = Reason("clips_nobody_followed")
#: A stroke of which only the contact is known lasts so long to either side of it, seconds.
_AROUND_CONTACT_S = 1.0
#: A clip shows at least so much, seconds: a finding's evidence may be a single frame.
_LEAST_S = 0.2


@dataclass(frozen=True)
class Spans:
    """The tables that spans are taken from.

    Attributes:
        frames: Table FRAMES.
        findings: Table FINDINGS.
        strokes: Table STROKES.
        rallies: Table RALLIES.
        shifts: Table SHIFTS; empty where nobody is followed.
    """

    frames: pa.Table
    findings: pa.Table
    strokes: pa.Table
    rallies: pa.Table
    shifts: pa.Table | None = None


def clip_spans(sidecar: Sidecar, tables: Spans, *, wanted: Sequence[int] = ()) -> pa.Table:
    """The table CLIP_SPANS of a film.

    Args:
        sidecar: What is asked for.
        tables: Where the spans are.
        wanted: Places in the sidecar of the players who are followed.

    Returns:
        By kind in the order of the wishes, then by time. Of each player without a shift, and each kind of which there
        is nothing, a row that says why.
    """
    say = words(sidecar.language or ENGLISH)
    wishes = (ClipWish(kind="shift"),) if sidecar.clips is None else sidecar.clips
    asked = sidecar.clips is not None
    rows: list[dict[str, Any]] = []
    for wish in wishes:
        found = [_rolled(one, wish, tables.frames) for one in _spans_of(wish, sidecar, tables)]
        found.sort(key=lambda one: (one["player"] if one["player"] is not None else -1, one["span_start_s"]))
        rows += [one for one in found if one["end_s"] > one["start_s"]]
        if wish.kind == "shift":
            rows += _without_shift(found, sidecar, sorted(wanted))
            if asked and not found and not wanted:
                rows.append({"kind": wish.kind, "label": "", "reason": NOBODY_FOLLOWED})
        elif not found:
            rows.append({"kind": wish.kind, "label": "", "reason": Reason("clips_none_of_kind", kind=wish.kind)})
    if following(sidecar.follow).overlay and sidecar.clips != () and wanted:
        rows.append(_whole(tables.frames))
    taken: set[str] = set()
    clocks = shown_times(tables.frames)
    for number, row in enumerate(rows, 1):
        row["clip"] = number
        row["title"] = sidecar.title
        row.setdefault("ring_s", 0.0)
        row.setdefault("reel", False)
        drawn = row.pop("captioned", False)
        if row.get("reason") is None:
            row["file"] = _unused(_file(row, moved(row["span_start_s"], *clocks), bool(sidecar.periods)), taken)
            row["caption"] = json.dumps(caption(row, *clocks, say), ensure_ascii=False) if drawn else None
    return CLIP_SPANS.from_rows(rows)


def _spans_of(wish: ClipWish, sidecar: Sidecar, tables: Spans) -> Iterator[dict[str, Any]]:
    if wish.kind == "shift":
        yield from _shifts(tables.shifts, sidecar)
    elif wish.kind == "finding":
        for row in tables.findings.to_pylist():
            for span in json.loads(row["evidence"]):
                yield _span("finding", span["start_s"], span["end_s"], row["code"].lower(), name=row["name"])
    elif wish.kind == "stroke":
        for row in tables.strokes.to_pylist():
            start, end = row["start_s"], row["end_s"]
            start = row["contact_s"] - _AROUND_CONTACT_S if start is None else start
            end = row["contact_s"] + _AROUND_CONTACT_S if end is None else end
            yield _span("stroke", start, end, row["kind"])
    elif wish.kind == "rally":
        for row in tables.rallies.to_pylist():
            yield _span("rally", row["start_s"], row["end_s"], "")
    else:
        times, shown = shown_times(tables.frames)
        said = (wish.at_s, wish.at_s) if wish.kind == "moment" else (wish.from_s, wish.to_s)
        start, end = (moved(float(at), shown, times) for at in said if at is not None)
        if len(shown) and said[0] is not None and said[0] <= film_end(shown):
            yield _span(wish.kind, start, end, wish.label or "")


def _whole(frames: pa.Table) -> dict[str, Any]:
    """The whole film, with all that was found drawn in."""
    times = frames["time_s"].to_numpy()
    start, end = (float(times[0]), film_end(times)) if len(times) else (0.0, 0.0)
    return _span("overlay", start, end, "") | {"start_s": start, "end_s": end}


def _span(kind: str, start: float, end: float, label: str, **more: object) -> dict[str, Any]:
    return {"kind": kind, "player": None, "span_start_s": start, "span_end_s": end, "label": label, **more}


def _shifts(shifts: pa.Table | None, sidecar: Sidecar) -> Iterator[dict[str, Any]]:
    settings = following(sidecar.follow)
    for row in shifts.to_pylist() if shifts is not None else ():
        # A sidecar that was stored later may have fewer players than the shifts.
        known = sidecar.players[row["player"]] if row["player"] < len(sidecar.players) else None
        name, number = (known.name, known.number) if known else (row["name"], row["number"])
        yield _span(
            "shift", row["start_s"], row["end_s"], "",
            player=row["player"], name=name, number=number, shift=row["shift"], period=row["period"],
            start_s=row["clip_start_s"], end_s=row["clip_end_s"],
            ring_s=settings.ring_s, captioned=settings.caption, reel=settings.reel,
        )  # fmt: skip


def _without_shift(found: list[dict[str, Any]], sidecar: Sidecar, wanted: Sequence[int]) -> Iterator[dict[str, Any]]:
    """A row for each player who is followed and has no shift."""
    have = {one["player"] for one in found}
    for place in wanted:
        if place not in have and place < len(sidecar.players):
            player = sidecar.players[place]
            whose = {"player": place, "name": player.name, "number": player.number}
            yield {"kind": "shift", "label": "", "reason": Reason("clips_no_shift"), **whose}


def _rolled(span: dict[str, Any], wish: ClipWish, frames: pa.Table) -> dict[str, Any]:
    """The span with what its clip shows: with pre- and post-roll, within the film."""
    times = frames["time_s"].to_numpy()
    first, last = (float(times[0]), film_end(times)) if len(times) else (0.0, 0.0)
    before, after = ROLLS.get(wish.kind, (0.0, 0.0))
    start, end = span.get("start_s", span["span_start_s"] - before), span.get("end_s", span["span_end_s"] + after)
    start = start if wish.pre_roll_s is None else span["span_start_s"] - wish.pre_roll_s
    end = end if wish.post_roll_s is None else span["span_end_s"] + wish.post_roll_s
    if end - start < _LEAST_S:
        start, end = (start + end - _LEAST_S) / 2, (start + end + _LEAST_S) / 2
    return span | {
        "start_s": min(max(start, first), last),
        "end_s": min(max(end, first), last),
        "ring_s": span.get("ring_s", 0.0) if wish.ring else 0.0,
        "reel": span.get("reel", False),
        "captioned": wish.caption and span.get("captioned", True),
        "label": span["label"] or wish.label or "",
    }


def _file(row: Mapping[str, Any], at_s: float, periods: bool) -> str:
    """A name that sorts by time, as the file plays, and says what it is: 97-shift-03-12m05s, with periods 97-p2-…."""
    if row["kind"] == "overlay":
        return "overlay.mp4"
    minutes, seconds = divmod(int(at_s + 1e-6), 60)
    when = f"{minutes:02d}m{seconds:02d}s"
    if row["kind"] == "shift":
        whose = row["number"] or f"player{row['player'] + 1}"
        period = f"-p{row['period']}" if periods and row["period"] else ""
        return f"{whose}{period}-shift-{row['shift']:02d}-{when}.mp4"
    label = re.sub(r"[^a-z0-9]+", "-", row["label"].lower()).strip("-")[:40]
    return f"{row['kind']}-{when}{f'-{label}' if label else ''}.mp4"


def _unused(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where another clip has it."""
    stem, tried = name.removesuffix(".mp4"), name
    for number in range(2, len(taken) + 3):
        if tried not in taken:
            break
        tried = f"{stem}-{number}.mp4"
    taken.add(tried)
    return tried
