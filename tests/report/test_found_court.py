"""A court that was found is called found, drawn over a frame, and given as lines that mark the very same court."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from gametape.court.draw import court_lines, drawn_court, small_picture
from gametape.film.sidecar import Sidecar, parse_sidecar
from gametape.geometry import camera
from gametape.geometry.stretches import calibration_table
from gametape.media.film import Film
from gametape.report import build_report
from gametape.report.court_view import court_view, not_calibrated
from gametape.report.film_facts import film_facts
from gametape.report.found_court import court_picture, found_court_view
from gametape.report.words import words
from gametape.sports.courts import courts
from tests.geometry.test_calibrate import BROADCAST, HEIGHT, TENNIS, WIDTH
from tests.geometry.test_stretches import found, stretch
from tests.report import made_film as made

SAY = words("en")


def homography() -> np.ndarray:
    """Court metres to px, by the camera's own projection of four points."""
    import cv2

    places = np.array([[-4.0, -8], [4, -8], [4, 9], [-4, 9]], np.float32)
    pixels = BROADCAST.project(np.column_stack([places, np.zeros(4)]))[0]
    return cv2.getPerspectiveTransform(places, pixels.astype(np.float32))


FOUND = stretch(0, 240) | {"homography": json.dumps(homography().tolist())}


def calibrated(*rows, sport="tennis"):
    return calibration_table(Sidecar(sport=sport), WIDTH, HEIGHT, found(*rows))


def test_the_lines_to_paste_mark_the_same_court():
    view = found_court_view(found(FOUND), calibrated(FOUND), SAY)
    said = parse_sidecar(f"sport: tennis\n{view.lines}".encode(), "match.yaml")
    (pasted,), (seen,) = (calibration_table(said, WIDTH, HEIGHT).to_pylist(), calibrated(FOUND).to_pylist())
    assert pasted["source"] == "sidecar" and pasted["mark_count"] == 6 < seen["mark_count"]
    for name in ("camera_x_m", "camera_y_m", "camera_z_m"):
        assert pasted[name] == pytest.approx(seen[name], abs=0.05)
    assert "paste the lines below into" in view.text and "report's page gives into" in view.on_paper
    assert "93%" in view.on_paper and "93%" in view.text and "found it by its lines" in view.text and not view.proposed


def test_the_map_says_that_its_court_was_found():
    caption = court_view(calibrated(FOUND), made.flights_table(), SAY).caption
    assert "the court that gametape found in the picture; its lines fit within 0.7 px" in caption
    assert "marks" not in caption and "of what was analysed" not in caption
    part = court_view(calibrated(FOUND, stretch(240, 320, None)), made.flights_table(), SAY).caption
    assert "holds for 75% of what was analysed" in part
    marked = court_view(made.calibration_table(), made.flights_table(), SAY).caption
    assert "Calibrated by 8 marks" in marked and "found" not in marked


def test_a_proposed_court_is_asked_about_and_not_used():
    proposed = FOUND | {"proposed": True}
    table = calibrated(proposed, sport=None)
    view = found_court_view(found(proposed), table, SAY)
    assert view.proposed and "Is this a court for" in view.title and "sport: tennis" in view.text
    assert not_calibrated(table, SAY).startswith("no sport is told; the lines look like a court of tennis")
    assert court_view(table, made.flights_table(), SAY) is None


def test_what_is_not_used_is_not_shown():
    assert found_court_view(found(stretch(0, 240, None)), calibrated(stretch(0, 240, None)), SAY) is None
    marked = made.calibration_table()  # the sidecar's marks came first
    assert found_court_view(found(FOUND), marked, SAY) is None
    assert "no court that gametape knows" in not_calibrated(
        calibrated(stretch(0, 9, None, reason="no_court_in_sight")), SAY
    )


def test_a_bent_picture_is_said_to_be_bent():
    bent = stretch(0, 240, radial=-0.05) | {"homography": FOUND["homography"]}
    view = found_court_view(found(bent), calibrated(bent), SAY)
    said = parse_sidecar(f"sport: tennis\n{view.lines}".encode(), "match.yaml")
    (pasted,) = calibration_table(said, WIDTH, HEIGHT).to_pylist()
    assert said.camera.radial == -0.05 and pasted["focal_px"] == pytest.approx(1.2 * WIDTH, rel=0.01)
    assert f"{0.05 * np.hypot(WIDTH, HEIGHT) / 2:.0f} px at its corners" in view.text


@pytest.mark.parametrize("radial", [0.0, -0.08])
def test_the_drawn_lines_go_where_the_court_is(radial):
    lines = court_lines(TENNIS, homography(), WIDTH, HEIGHT, radial)
    ends = np.array([line[[0, -1]] for line in lines]).reshape(-1, 2)
    for name in ("near_left_doubles_corner", "far_service_t", "net_right_doubles_line"):
        truth = camera.bent(BROADCAST.project(np.array(TENNIS.points[name]))[0], WIDTH, HEIGHT, radial)
        assert np.linalg.norm(ends - truth, axis=1).min() < 0.1
    picture = np.zeros((HEIGHT // 2, WIDTH // 2, 3), np.uint8)
    drawn = drawn_court(picture, FOUND | {"radial": radial}, WIDTH, HEIGHT)
    on = BROADCAST.project(np.array([0.0, -3.0, 0.0]))[0]
    x, y = (camera.bent(on, WIDTH, HEIGHT, radial) / 2).round().astype(int)
    assert drawn[y - 1 : y + 2, x - 1 : x + 2].any() and not picture.any()
    assert len(small_picture(drawn)) <= 15_000


def test_what_is_behind_the_camera_is_not_drawn():
    ground = homography()
    behind = ground.copy()
    behind[2] = [0, 1e-2, 1e-2]  # the horizon goes through the court
    for line in court_lines(TENNIS, behind, WIDTH, HEIGHT):
        assert np.isfinite(line).all()
    hockey = courts()["ice hockey"]
    assert len(court_lines(hockey, ground, WIDTH, HEIGHT)) >= len(hockey.circles) / 2


def test_the_page_and_the_pdf_show_the_found_court(tmp_path: Path, steady_film: Path):
    film = Film(steady_film / "film.mp4", made.steady(240), made.WIDTH, made.HEIGHT)
    given = replace(
        made.play_input(made.steady(240)), calibration=calibrated(FOUND), court_marks=found(FOUND), film=film
    )
    files = build_report(given, tmp_path)
    page = files.page.read_text("utf-8")
    assert 'src="report_data/court.jpg"' in page and "at: near_left_doubles_corner" in page
    with Image.open(tmp_path / "report_data" / "court.jpg") as picture:
        green = np.asarray(picture.convert("RGB")).astype(int)
    bare = film.frame(120, size=picture.size).image.astype(int)
    assert (np.abs(green - bare).max(axis=2) > 60).mean() > 0.005
    sheets = PdfReader(files.pdf).pages
    text = " ".join("\n".join(sheet.extract_text() for sheet in sheets).split())
    assert "gametape found it by its lines" in text and "gametape found in the picture" in text
    assert picture.size in [one.image.size for sheet in sheets for one in sheet.images if one.image]
    assert json.loads(files.results.read_text())["calibration"][0]["source"] == "found"
    without = build_report(made.play_input(made.steady(240)), tmp_path / "marked").page.read_text("utf-8")
    assert "court.jpg" not in without and 'class="group found-court"' not in without


def test_the_picture_is_of_the_stretch_in_which_the_court_was_found(steady_film: Path):
    film = Film(steady_film / "film.mp4", made.steady(240), made.WIDTH, made.HEIGHT)
    late = FOUND | {"first_frame": 200, "stop": 240}
    view = found_court_view(found(stretch(0, 200, None), late), calibrated(stretch(0, 200, None), late), SAY)
    assert "in 1 of the film's 2 stretches" in view.text
    assert court_picture(film, view) != court_picture(film, replace(view, row=FOUND))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([stretch(0, 240, None)], "Fixed, measured"),
        ([stretch(0, 60, None, motion="moved"), stretch(60, 240, None, motion="panning")], "stands still for 25%"),
        ([stretch(0, 240, None, motion=None)], ""),
    ],
)
def test_what_the_camera_does_is_a_fact_of_the_film(rows, said):
    shown = dict(film_facts({}, made.frames_table(made.steady(240)), WIDTH, HEIGHT, Sidecar(), SAY, found(*rows)).shown)
    assert said in shown.get("Camera", "") and bool(shown.get("Camera")) == bool(said)
    told = Sidecar.model_validate({"camera": {"motion": "moving"}})
    shown = dict(film_facts({}, made.frames_table(made.steady(240)), WIDTH, HEIGHT, told, SAY, found(*rows)).shown)
    assert shown["Camera"] == "Moving"
