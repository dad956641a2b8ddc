"""Writes a report: the page, its data, the PDF and the results.

Belongs here: the order of the steps, putting the files in place all at once. Does not belong here: what they say
(content.py), what is drawn (page_data.py, overlay_data.py), layout (templates/, page.css, script/, pdf.py).
"""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from gametape.report.ball_speed import shown_speed
from gametape.report.chart_series import tracks_of
from gametape.report.content import PDF_FILE, RESULTS_FILE, report_content
from gametape.report.figures import figure_values
from gametape.report.found_court import PICTURE_FILE, FoundCourtView, court_picture
from gametape.report.inputs import ReportInput
from gametape.report.overlay_data import Overlay, Scales
from gametape.report.page import render_page
from gametape.report.page_data import DATA_FOLDER, chunk_entry, page_data
from gametape.report.pdf import write_pdf
from gametape.report.results import results_json
from gametape.report.shifts_view import ShiftsView
from gametape.report.stills import (
    MOST_PERHAPS_STILLS,
    contact_stills,
    finding_stills,
    perhaps_still,
)
from gametape.report.stroke_cards import StrokeCard

PAGE_FILE = "report.html"


@dataclass(frozen=True)
class ReportFiles:
    """What was written.

    Attributes:
        bytes: page and data together, without the film, the PDF and the results.
        headline: the figures at the page's head by name, such as duration_s, a metric of the sport or findings, ready
            for JSON. `<name>_unit` is the unit; what is not known is None, and `<name>_reason` says why.
    """

    page: Path
    data_files: tuple[Path, ...]
    bytes: int
    headline: dict[str, float | int | str | None]
    pdf: Path
    results: Path


def build_report(data: ReportInput, out: Path) -> ReportFiles:
    """Write `report.html`, `report_data/*.js`, `report.pdf` and `results.json` into `out`, beside the film and poster.

    The same input gives the same bytes. All is written aside and moved into place at the end, the page last; the page
    knows each chunk's hash, so that a reader never mixes two builds.

    Raises:
        ValueError: the tables contradict each other.
    """
    out.mkdir(parents=True, exist_ok=True)
    data = _listed_people(data)
    seen, scales = data.without_false_ball(), Scales.of(data.width, data.height)
    ball, speed_unit = shown_speed(seen.ball, seen.flights)
    overlay = Overlay(data.frames, ball, data.poses, data.angles, scales, speed_unit)
    content = report_content(data, overlay)
    drawn = page_data(data, overlay, content)

    aside = Path(tempfile.mkdtemp(prefix=".report-", dir=out))
    try:
        (aside / DATA_FOLDER).mkdir()
        for span, content_hash, script in overlay.chunks():
            (aside / DATA_FOLDER / span.file).write_text(script, "ascii", newline="\n")
            drawn["chunks"].append(chunk_entry(span, content_hash))
        content["contact_stills"] = _contact_stills(data, content["strokes"].cards, aside / DATA_FOLDER)
        content["perhaps_pictures"] = _perhaps_pictures(data, content["shifts"], aside / DATA_FOLDER)
        content["court_picture"] = _court_picture(data, content["found_court"], aside / DATA_FOLDER)
        (aside / PAGE_FILE).write_bytes(render_page(drawn, content))
        pictures = finding_stills(data.film, data.poses, content["cards"]) if data.film is not None else {}
        write_pdf(aside / PDF_FILE, content, pictures)
        (aside / RESULTS_FILE).write_text(results_json(data, content), "ascii", newline="\n")
        _publish(aside, out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)

    page, headline = out / PAGE_FILE, figure_values(content["figures"])
    files = tuple(sorted((out / DATA_FOLDER).glob("*.js")))
    size = sum(file.stat().st_size for file in (page, *(out / DATA_FOLDER).iterdir()))
    return ReportFiles(page, files, size, headline, out / PDF_FILE, out / RESULTS_FILE)


def _listed_people(data: ReportInput) -> ReportInput:
    """Only the poses of people who are listed: a track of a moment is mostly somebody else, taken for a new person."""
    import pyarrow as pa
    import pyarrow.compute as pc

    listed = pa.array([one.track for one in tracks_of(data.poses)], pa.int32())
    return dataclasses.replace(data, poses=data.poses.filter(pc.is_in(data.poses["track"], listed)))


def _contact_stills(data: ReportInput, cards: Sequence[StrokeCard], folder: Path) -> dict[int, str]:
    """Write a picture of the first few strokes' contacts; their files by the stroke's place, relative to the page."""
    if data.film is None:
        return {}
    written = {}
    for at, picture in contact_stills(data.film, data.poses, [(card.frame, card.track) for card in cards]).items():
        name = f"stroke-{cards[at].place:03d}.jpg"
        (folder / name).write_bytes(picture)
        written[cards[at].place] = f"{DATA_FOLDER}/{name}"
    return written


def _perhaps_pictures(data: ReportInput, shifts: ShiftsView, folder: Path) -> dict[str, str]:
    """Write pictures of moments that may be a player who is followed; the files by the moments' keys.

    Each player gets one before any gets the next.
    """
    written: dict[str, str] = {}
    if data.film is None:
        return written
    by_player = [[doubt for doubt in one.unsure if doubt.perhaps and doubt.box] for one in shifts.people]
    for doubt in (doubt for turn in zip_longest(*by_player) for doubt in turn if doubt is not None):
        if 0 <= doubt.frame < len(data.film) and len(written) < MOST_PERHAPS_STILLS:
            name = f"perhaps-{doubt.key}.jpg"
            (folder / name).write_bytes(perhaps_still(data.film, doubt.frame, doubt.box))
            written[doubt.key] = f"{DATA_FOLDER}/{name}"
    return written


def _court_picture(data: ReportInput, court: FoundCourtView | None, folder: Path) -> str | None:
    """Write a frame with the found court drawn over it; the file, relative to the page."""
    if court is None or data.film is None:
        return None
    (folder / PICTURE_FILE).write_bytes(court_picture(data.film, court))
    return f"{DATA_FOLDER}/{PICTURE_FILE}"


def _publish(aside: Path, out: Path) -> None:
    """Move the finished data folder, the files to download and then the page into place."""
    live, old = out / DATA_FOLDER, aside / "old"
    if live.exists():
        live.rename(old)
    (aside / DATA_FOLDER).rename(live)
    for name in (PDF_FILE, RESULTS_FILE, PAGE_FILE):
        (aside / name).replace(out / name)
