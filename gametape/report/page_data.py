"""The numbers and words that the page's script draws from, as one JSON object.

Belongs here: choosing and rounding them. Its shape is declared for the script in script/types.d.ts.
Does not belong here: what is drawn frame by frame (overlay_data.py), drawing (script/).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.film.clock import film_end
from gametape.report.chart_series import overview
from gametape.report.columns import column, integers
from gametape.report.followed import followed_for_page
from gametape.report.inputs import ReportInput
from gametape.report.overlay_data import ANGLES, Overlay, Span
from gametape.report.presenter_view import presenter_for_page

if TYPE_CHECKING:
    import pyarrow as pa

DATA_FOLDER = "report_data"
MOST_FLIGHTS = 2000
"""Flights on the timeline; where there are more, flights that all but touch become one."""


def page_data(data: ReportInput, overlay: Overlay, content: Mapping[str, Any]) -> dict[str, Any]:
    """The page's data. `content` is the report's content; the chunks are added as they are written."""
    say, tracks, times = content["t"], content["tracks"], overlay.times
    ball, court = overlay.ball, content["court"]
    return {
        "video": data.video,
        "width": data.width,
        "height": data.height,
        "frames": len(times),
        "start": float(times[0]) if len(times) else 0.0,
        "end": film_end(times),
        "opens": tracks[0].start_s if tracks else None,  # with somebody in the picture
        "folder": DATA_FOLDER,
        "film": data.film_file,
        "scales": dataclasses.asdict(overlay.scales),
        "speed_unit": overlay.speed_unit,
        "chunks": [],
        "keypoints": overlay.keypoints,
        "angles": list(ANGLES),
        "stride": overlay.stride,
        "tracks": [one.track for one in content["tracks_shown"]],
        "shots": _shots(data.frames),
        "flights": _flights(ball),
        "events": content["events"].for_page(),
        "rallies": [[one.start_s, one.end_s] for one in content["play"].rallies],
        "strokes": content["strokes"].marks,
        "court": court.for_page() if court else None,
        "presenter": presenter_for_page(data.presenter_track, data.presences, say),
        "followed": followed_for_page(content["shifts"], data.identity),
        "names": {str(track): name for track, name in content["names"].items()},
        "words": say.section("script"),
        "marks": {"decimal": say("number.decimal"), "thousands": say("number.thousands")},
        "joints": say.section("angle"),
        "evidence": [
            {
                "card": place,
                "title": card.title,
                "severity": card.severity,
                "subject": card.subject,
                "spans": [[span.start_s, span.end_s, span.worst_s] for span in card.evidence],
            }
            for place, card in enumerate(content["cards"])
            if card.evidence
        ],
        "series": overview(times, ball, "speed", data.angles, tracks, overlay.stride),
    }


def chunk_entry(span: Span, content_hash: str) -> list:
    """A chunk in the page's data: [first frame, frames, start in s, end in s, hash, start and end in the file in s]."""
    return [span.first, span.count, span.start_s, span.end_s, content_hash, span.shown_s, span.shown_end_s]


def _shots(frames: pa.Table) -> list[list[float]]:
    """[first frame, start in s] of each camera shot."""
    shot, times = integers(frames, "shot"), column(frames, "time_s")
    firsts = np.flatnonzero(np.diff(shot, prepend=shot[:1] - 1))
    return [[int(first), round(float(times[first]), 3)] for first in firsts]


def _flights(ball: pa.Table) -> list[list[float]]:
    """[start, end] in s of each flight of the ball, at most about MOST_FLIGHTS of them."""
    flight, times = column(ball, "flight"), column(ball, "time_s")
    known = np.isfinite(flight)
    numbers, which = np.unique(flight[known], return_inverse=True)
    start, end = np.full(len(numbers), np.inf), np.full(len(numbers), -np.inf)
    np.minimum.at(start, which, times[known])
    np.maximum.at(end, which, times[known])
    if len(numbers) > MOST_FLIGHTS:
        order = np.argsort(start)
        start, end = start[order], np.maximum.accumulate(end[order])
        apart = start[1:] - end[:-1] > (end[-1] - start[0]) / MOST_FLIGHTS
        start, end = start[np.append(True, apart)], end[np.append(apart, True)]
    return np.stack([start, end], axis=1).round(3).tolist()
