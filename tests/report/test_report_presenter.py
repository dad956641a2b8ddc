"""The presenter in the report: figures, presences, places over time; in a browser the box and what is known now."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gametape.film.sidecar import Sidecar
from gametape.presenter.samples import presenter_track
from gametape.presenter.summary import presences, presenter_slides, presenter_summary
from gametape.presenter.zones import THIRDS
from gametape.report import ReportFiles, ReportInput, build_report
from gametape.tables.presenter import PRESENTER_FOUND
from tests.presenter.rows import found_rows
from tests.report import made_film as made
from tests.report.written import page_data

BOX = (124, 242, 154)
TIMES = made.steady(240)
SAID = {"name": "<b>Eigenvalues</b>", "course_code": "MATH-204", "date": "2026-10-12"}


def presenter_input(language: str = "en", *, empty: bool = False) -> ReportInput:
    """8 s at 30 a second: somebody at (500, 300) from 1 s to 5.9 s, not seen for a moment at 2 s."""
    said = Sidecar(mode="presenter", session=SAID, language=language)
    frames = made.frames_table(TIMES)
    rows = [row | {"frame": 3 * row["frame"], "time_s": TIMES[3 * row["frame"]]} for row in found_rows(50, start=10)]
    rows = [] if empty else [row for row in rows if row["frame"] != 60]
    found, size = PRESENTER_FOUND.from_rows(rows), {"width": made.WIDTH, "height": made.HEIGHT}
    shots = frames["shot"].to_numpy()
    track = presenter_track(found, TIMES, shots, range(0, 240, 3), rate=10, most_gap=5, zones=THIRDS, **size)
    who = presences(found, track, said, made.HEIGHT)
    reason = "presenter_only_audience" if empty else None
    return replace(
        made.make_input(TIMES),
        sidecar=said,
        presenter_track=track,
        presences=who,
        presenter_slides=presenter_slides(frames, track),
        presenter_summary=presenter_summary(track, who, said, frames, **size, detector=None, reason=reason),
    )


@pytest.fixture(scope="module")
def report(steady_film: Path) -> ReportFiles:
    return build_report(presenter_input(), steady_film)


def test_the_page_tells_how_long_and_where(report: ReportFiles):
    page = report.page.read_text("utf-8")
    assert "62.5%" in page and "61% measured, 1% interpolated, 38% lost" in page
    assert "&lt;b&gt;Eigenvalues&lt;/b&gt;" in page and "<b>Eigenvalues" not in page
    assert "stands in front for 2 s" in page
    assert "Attention, gaze and mood are not measured." in page


def test_the_course_has_gaps_and_what_is_interpolated(report: ReportFiles):
    page = report.page.read_text("utf-8")
    assert page.count('class="gap"') == 2
    assert page.count('<polyline class="measured"') == 2 and page.count('<polyline class="interpolated"') == 1


def test_results_hold_the_figures_and_not_the_payload(report: ReportFiles):
    found = json.loads(report.results.read_text())
    assert found["presenter"][0]["coverage"] == 0.625 and "payload" not in found["presenter"][0]
    assert found["presenter"][0]["zone_seconds"] == {"middle": pytest.approx(5.0)}
    assert [one["presence"] for one in found["presences"]] == [1]


def test_a_film_about_a_presenter_leads_with_that(report: ReportFiles):
    from pypdf import PdfReader

    assert report.headline["presenter_coverage"] == 0.625 and report.headline["presenter_gaps"] == 2
    assert report.headline["presenter_people"] == 1
    told = json.loads(report.results.read_text())["summary"][0]
    assert told == "1 person was in front for 62% of the film, with 2 gaps, the longest of 0:02.00."
    paper = " ".join(PdfReader(report.pdf).pages[0].extract_text().split())
    assert paper.index("The presenter") < paper.rindex("Findings") and "62.5%" in paper


def test_the_page_holds_the_samples(report: ReportFiles):
    import base64

    packed = page_data(report)["presenter"]
    times = np.frombuffer(base64.b64decode(packed["times"]), "<i4")
    x = np.frombuffer(base64.b64decode(packed["x"]), "<i2")
    assert times.tolist() == [int(1000 * t) for t in TIMES[::3]]
    assert x[0] == -32768 and x[10] == x[20] == 500
    assert packed["names"] == {"1": "Presenter 1"}


def test_nobody_in_front_has_its_reason(tmp_path: Path):
    page = build_report(presenter_input("de", empty=True), tmp_path).page.read_text("utf-8")
    assert "Es wurde niemandem gefolgt." in page and "niemand steht vorn" in page


def test_other_films_have_no_presenter(tmp_path: Path):
    files = build_report(made.make_input(TIMES), tmp_path)
    assert 'id="presenter"' not in files.page.read_text("utf-8")
    assert page_data(files)["presenter"] is None
    assert "presences" not in json.loads(files.results.read_text())


@pytest.mark.browser
def test_the_box_is_drawn_where_the_presenter_is(report: ReportFiles, read_report):
    opened = read_report(report.page, color_scheme="dark")
    opened.show_only("presenter")
    opened.go(4.0)
    opened.settle(120)
    pixels = opened.ink(BOX)
    assert np.abs(pixels.min(0) - (470, 250)).max() < 4 and np.abs(pixels.max(0) - (530, 350)).max() < 4
    opened.go(7.0)
    opened.settle(210)
    assert not len(opened.ink(BOX))
