"""The PDF, read back as others read it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from gametape.film.sidecar import Player, Sidecar
from gametape.media.film import Film
from gametape.play.pictures import Bounce, CourtMap
from gametape.report import ReportInput, build_report
from gametape.report.finding_cards import finding_cards
from gametape.report.pdf_layout import UNKNOWN_LETTER, Layout, court_drawing
from gametape.report.stills import finding_stills
from gametape.report.words import words
from tests.report import made_film as made
from tests.report.test_report_build import EVIL


def read(given: ReportInput, out: Path) -> tuple[PdfReader, str]:
    pdf = PdfReader(build_report(given, out).pdf, strict=True)
    return pdf, " ".join("\n".join(page.extract_text() for page in pdf.pages).split())


@pytest.fixture
def film(steady_film: Path) -> Film:
    return Film(steady_film / "film.mp4", made.steady(240), made.WIDTH, made.HEIGHT)


def test_the_pdf_has_what_a_coach_needs(tmp_path: Path):
    pdf, text = read(made.make_input(made.steady(240)), tmp_path)
    for shown in (
        "Nets, morning: serve 03", "Tennis · Serve", "serve 03.mov",
        "Front knee gives way at contact", "Knee angle min: 106°, at least 120°", "0:01.50 (0:01.20–0:01.80)",
        "Land tall: feel the heel, then stop the knee", "Throw-downs with a pause", "Confidence 86%",
        "Goals: Person 0 (the player): 1 of 2 met, 1 not known", "at least 120°", "−13.8°", "Missed", "only 3 frames show both lines turning",
        "Monday", "☐ 25 min Step-and-hold lunges", "the camera is not calibrated", "made up 1",
    ):  # fmt: skip
        assert shown in text, shown
    assert pdf.metadata.title == "Nets, morning: serve 03"


def test_every_page_has_its_number_and_the_total(tmp_path: Path):
    pdf, _ = read(made.make_input(made.steady(240)), tmp_path)
    for number, page in enumerate(pdf.pages, 1):
        assert f"page {number} of {len(pdf.pages)}" in page.extract_text()


def test_names_keep_their_letters_and_missing_glyphs_are_reported(tmp_path: Path):
    names = "Zoë Łukasz Ελένη Дмитрий Nguyễn Ç"
    _, text = read(made.make_input(made.steady(30), sidecar=Sidecar(title=names)), tmp_path / "a")
    assert names in text and "this font lacks" not in text
    _, text = read(made.make_input(made.steady(30), sidecar=Sidecar(title="विराट שלום 🏏 A")), tmp_path / "b")
    assert UNKNOWN_LETTER in text and "this font lacks" in text and " A" in text


def test_hostile_text_stays_text(tmp_path: Path):
    evil = EVIL + "<b>bold</b><a href='file:///etc/passwd'>x</a><img src='/etc/passwd'/>\x00\x1b\udcff"
    given = made.make_input(
        made.steady(30),
        video=evil,
        source=made.source_row(file_name=evil),
        sidecar=Sidecar(title=evil, players=(Player(name=evil),), sport="x"),
        findings=made.findings_table(evil=EVIL + "<b>bold"),
        plan=made.plan_table(evil=EVIL + "</font>"),
        goals=made.goals_table(evil=EVIL + "<br/>"),
        versions={evil: evil},
        warnings=(evil,),
    )
    pdf, text = read(given, tmp_path)
    assert "<script>window.pwned=1" in text and "<b>bold" in text and "&amp;" in text
    assert not {"/OpenAction", "/AA", "/Names", "/AcroForm"} & set(pdf.trailer["/Root"])
    assert not any(page.get("/Annots") or page.images for page in pdf.pages)


def test_words_longer_than_a_page_are_shortened_not_refused(tmp_path: Path):
    for long in ("Unbreakable" * 9000, "word " * 30_000):
        given = made.make_input(
            made.steady(30),
            sidecar=Sidecar(title=long, notes=long, players=(Player(name=long),)),
            findings=made.findings_table(evil=long),
            plan=made.plan_table(evil=long),
            goals=made.goals_table(evil=long),
            warnings=(long,),
        )
        pdf, text = read(given, tmp_path)
        assert len(pdf.pages) < 20 and "…" in text


def test_a_film_with_nothing_seen_has_a_pdf(tmp_path: Path, nothing_seen: ReportInput):
    pdf, text = read(nothing_seen, tmp_path / "one")
    assert len(pdf.pages) == 1 and "No findings:" in text and "the ball tracker gave no result" in text
    assert "Goals" not in text and "The week" not in text
    _, text = read(replace(nothing_seen, frames=nothing_seen.frames.slice(0, 0)), tmp_path / "none")
    assert "no frame that decodes" in text


def test_the_first_findings_show_their_worst_moment(tmp_path: Path, film: Film):
    given = made.make_input(made.steady(240), film=film)
    pdf, text = read(given, tmp_path)
    assert sum(len(page.images) for page in pdf.pages) == 2, "two findings have evidence"
    assert "At 0:01.50" in text and "At 0:03.30" in text


def test_a_still_is_of_its_moment_with_the_players_skeleton(film: Film):
    from io import BytesIO

    from PIL import Image

    given = made.make_input(made.steady(240))
    shown = finding_stills(film, given.poses, finding_cards(given.findings, {}, words(), made.labels()))
    assert set(shown) == {0, 1} and shown[0].time_s == pytest.approx(1.5)
    size = (480, 270)
    picture = np.asarray(Image.open(BytesIO(shown[0].jpeg)).resize(size), float)
    bare = [film.frame(frame, size=size).image.astype(float) for frame in (45, 60, 99)]
    away = [float(np.abs(picture - other).mean()) for other in bare]
    assert away[0] < min(away[1:]), "another moment is nearer than the one it says"
    x, y = (float(v) for v in made.joint_at("nose", np.array(1.5), 0))
    x, y = round(x * size[0] / made.WIDTH), round(y * size[1] / made.HEIGHT)
    assert np.abs(picture - bare[0])[y - 4 : y + 5, x - 4 : x + 5].max() > 60, "no joint is drawn at the nose"


def test_a_moment_without_a_pose_shows_the_bare_frame(film: Film):
    given = made.make_input(made.steady(240))
    shown = finding_stills(film, given.poses.slice(0, 0), finding_cards(given.findings, {}, words(), made.labels()))
    assert shown[0].time_s == pytest.approx(1.5) and shown[0].jpeg.startswith(b"\xff\xd8")


def test_many_findings_print_in_seconds(tmp_path: Path):
    import pyarrow as pa

    many = pa.concat_tables([made.findings_table()] * 60)
    started = time.process_time()
    pdf, text = read(made.make_input(made.steady(240), findings=many), tmp_path)
    assert "60 more findings are in the table" in text and len(pdf.pages) < 40
    assert time.process_time() - started < 20


def test_rallies_that_do_not_fit_the_pdf_are_counted(tmp_path: Path):
    given = made.play_input(made.steady(60), rallies=made.rallies_table(450))
    _, text = read(given, tmp_path)
    assert "60: 2:58" in text and "61: 3:01" not in text and "390 later rallies" in text


def test_ground_without_lines_has_squares_of_a_metre_up_to_a_limit():
    from reportlab.graphics.shapes import Group, Line

    def grid_lines(*places: tuple[float, float]) -> int:
        bounces = tuple(Bounce(1.0, x, y, 0.2, 0.1, 0.0) for x, y in places)
        none = {"lines": (), "circles": (), "net": None, "marks": (), "paths": (), "left_out": 0}
        (group,) = court_drawing(CourtMap(title="Ground", extent=(9.0, 9.0), bounces=bounces, **none)).contents
        assert sum(isinstance(one, Group) for one in group.contents) == len(places), "every bounce has its band"
        return sum(isinstance(one, Line) for one in group.contents)

    # 4 m and a margin of 0.2 m at either end: 5 lines across; 1 m and the same margin: 2 lines along.
    assert grid_lines((0.0, 0.0), (4.0, 1.0)) == 7
    assert grid_lines((0.0, 0.0), (85.0, 1.0)) > 80
    assert grid_lines((0.0, 0.0), (95.0, 1.0)) == 0


def test_a_table_s_head_is_never_alone_at_the_end_of_a_page():
    """ "Kind, Strokes, Wrist speed …" stood at the foot of one page, and the strokes on the next."""
    page = Layout()
    cells = [[page.paragraph(f"row {n}")] for n in range(4)]
    for heads, parts in ((0, 2), (1, 0)):
        table = page.table(cells, [100], ruled=True, heads=heads)
        _, high = table.wrap(300, 1000)
        assert len(table.split(300, 1.4 * high / 4)) == parts
