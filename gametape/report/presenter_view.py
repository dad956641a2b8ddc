"""The presenter in the report: figures, presences, where and when, slides, and what is drawn over the film.

Belongs here: the dashboard of a film that follows a presenter, in words and drawings. Does not belong here: measuring
(`gametape.presenter`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.presenter.figures import LOST, QUALITIES
from gametape.report.columns import packed, packed_pixels
from gametape.report.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.film.sidecar import Sidecar

#: Most presences, and slides, that are listed.
MOST_LISTED = 60
#: Size of the drawing of places over time, and the most points of its line.
_WIDE, _HIGH, _MOST_POINTS = 600, 120, 1200


@dataclass(frozen=True)
class Figure:
    """A figure with its unit and what it is."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Stretch:
    """A stretch of the film that a button goes to."""

    label: str
    span: str
    note: str
    start_s: float


@dataclass(frozen=True)
class Bar:
    """A zone's share."""

    label: str
    text: str
    share: float


@dataclass(frozen=True)
class PresenterView:
    """What the page shows of a presenter.

    Attributes:
        session: What the sidecar says of the session, as names and values.
        reason: Why nobody was followed; None where somebody was.
        lines: Polylines of the place across over time, as points of the drawing, each with its quality.
        gaps: Stretches of the drawing without anybody: left and width.
        heat: Cells with somebody: column, row, share of the fullest one.
        presences_left_out: Presences that are not listed.
        slides_left_out: Slides that are not listed.
    """

    session: list[tuple[str, str]]
    figures: list[Figure]
    reason: str | None
    presences: list[Stretch]
    zones: list[Bar]
    lines: list[tuple[str, str]]
    gaps: list[tuple[float, float]]
    heat: list[tuple[int, int, float]]
    slides: list[Stretch]
    presences_left_out: int
    slides_left_out: int


def presenter_view(
    summary: pa.Table, presences: pa.Table, track: pa.Table, slides: pa.Table, sidecar: Sidecar, width: int, say: Words
) -> PresenterView | None:
    """The dashboard; None of a film that follows no presenter.

    Args:
        summary: Table PRESENTER_SUMMARY.
        presences: Table PRESENCES.
        track: Table PRESENTER_TRACK.
        slides: Table PRESENTER_SLIDES.
        sidecar: The film's.
        width: Of the picture, px.
        say: The report's words.
    """
    if not summary.num_rows:
        return None
    row = summary.to_pylist()[0]
    listed, shown = presences.to_pylist(), slides.to_pylist()
    lines, gaps = _course(track, width)
    cells = np.array(json.loads(row["heat_map"]))
    rows, columns = np.nonzero(cells)
    heat = [(int(c), int(r), round(float(cells[r, c] / cells.max()), 3)) for r, c in zip(rows, columns, strict=True)]
    return PresenterView(
        session=_session(sidecar, say),
        figures=_figures(row, say),
        reason=say.reason(row["reason"]) if row["reason"] else None,
        presences=[_presence(one, say) for one in listed[:MOST_LISTED]],
        zones=_zones(json.loads(row["zone_seconds"]), say),
        lines=lines,
        gaps=gaps,
        heat=heat,
        slides=[_slide(one, say) for one in shown[:MOST_LISTED]] if len(shown) > 1 else [],
        presences_left_out=max(0, len(listed) - MOST_LISTED),
        slides_left_out=max(0, len(shown) - MOST_LISTED),
    )


def presenter_for_page(track: pa.Table, presences: pa.Table, say: Words) -> dict[str, Any] | None:
    """The samples for the page's script, as base64 of little-endian integers; None without samples."""
    if not track.num_rows:
        return None

    quality = [QUALITIES.index(name) for name in track["quality"].to_pylist()]
    return {
        "times": packed(track["time_s"].to_numpy() * 1000, "<i4"),
        "quality": packed(np.array(quality), "u1"),
        "presence": packed(track["presence"].fill_null(0).to_numpy(), "<i2"),
        **{name: packed_pixels(track, name) for name in ("x", "y", "x1", "y1", "x2", "y2")},
        "names": {str(one["presence"]): _who(one, say) for one in presences.to_pylist()},
    }


def _who(presence: Mapping[str, Any], say: Words) -> str:
    return presence["name"] or say("presenter.person", person=str(presence["person"]))


def _session(sidecar: Sidecar, say: Words) -> list[tuple[str, str]]:
    values = sidecar.session.model_dump(mode="json")
    return [(say(f"presenter.{key}"), str(values[key])) for key in ("name", "course_code", "date") if values[key]]


def _figures(row: Mapping[str, Any], say: Words) -> list[Figure]:
    def seconds(value: float) -> str:
        return f"{say.number(value, most_places=1)} s"

    def heights(name: str) -> str:
        return say.number(row[name], most_places=2)

    way = say(
        "presenter.way_note",
        bridged=heights("distance_bridged_heights"),
        px=say.number(row["distance_px"], most_places=0),
    )
    shares = {name: say.share(row[name] / max(row["samples"], 1)) for name in QUALITIES}
    return [
        Figure(
            say("presenter.coverage"), say.share(row["coverage"] or 0.0, 1), say("presenter.coverage_note", **shares)
        ),
        Figure(say("presenter.gaps"), str(row["gaps"]), say("presenter.gaps_note")),
        Figure(say("presenter.longest_gap"), seconds(row["longest_gap_s"]), say("presenter.longest_gap_note")),
        Figure(say("presenter.way"), heights("distance_heights"), way),
        Figure(say("presenter.jitter"), say.number(row["jitter_heights"]), say("presenter.jitter_note")),
        Figure(say("presenter.people"), str(row["people"]), say("presenter.people_note", n=row["presences"])),
    ]


def _presence(one: Mapping[str, Any], say: Words) -> Stretch:
    parts = [say("presenter.followed", share=say.share(one["coverage"] or 0.0)), say.reason(one["evidence"])]
    if one["may_be"] is not None:
        parts.append(say("presenter.may_be", person=str(one["may_be"])))
    if one["others_reason"]:
        parts.append(say("presenter.others", n=one["others"], why=say.reason(one["others_reason"])))
    return Stretch(_who(one, say), say.span(one["start_s"], one["end_s"]), "; ".join(parts), one["start_s"])


def _slide(one: Mapping[str, Any], say: Words) -> Stretch:
    share = one["presenter_share"]
    note = "" if share is None else say("presenter.in_front", share=say.share(share))
    return Stretch(
        say("presenter.slide", slide=str(one["slide"])), say.span(one["start_s"], one["end_s"]), note, one["start_s"]
    )


def _zones(seconds: Mapping[str, float], say: Words) -> list[Bar]:
    total = sum(seconds.values()) or 1.0
    known = {zone: say.get(f"presenter.zone_{zone}", zone) for zone in seconds}
    return [
        Bar(
            known[zone] if zone else say("presenter.no_zone"),
            f"{say.length(value)} · {say.share(value / total)}",
            value / total,
        )
        for zone, value in sorted(seconds.items(), key=lambda item: -item[1])
    ]


def _course(track: pa.Table, width: int) -> tuple[list[tuple[str, str]], list[tuple[float, float]]]:
    """Lines of the place across over time, one for each run of a quality, and the gaps, in units of the drawing."""
    rows = track.select(["time_s", "x", "quality"]).to_pylist()
    start, end = rows[0]["time_s"], rows[-1]["time_s"]
    scale = _WIDE / max(end - start, 1e-6)
    step = max(1, len(rows) // _MOST_POINTS)
    lines: list[tuple[str, str]] = []
    gaps: list[tuple[float, float]] = []
    points: list[str] = []
    before: Mapping[str, Any] | None = None
    for number, row in enumerate(rows):
        at = (row["time_s"] - start) * scale
        changes = before is None or row["quality"] != before["quality"]
        if row["quality"] == LOST:
            if changes:
                gaps.append((round(at, 1), 0.0))
            gaps[-1] = (gaps[-1][0], round(at - gaps[-1][0] + scale * 0.1, 1))
        elif changes or number % step == 0 or number == len(rows) - 1:
            point = f"{at:.1f},{_HIGH * row['x'] / width:.1f}"
            if changes:
                joined = points[-1:] if before is not None and before["quality"] != LOST else []
                points = [*joined, point]
                lines.append((row["quality"], ""))
            else:
                points.append(point)
            lines[-1] = (row["quality"], " ".join(points))
        before = row
    return lines, gaps
