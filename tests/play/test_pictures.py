"""Pictures of play are small, well-formed, and show what the tables hold."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest

from gametape.film.sidecar import parse_sidecar
from gametape.geometry.stretches import calibration_table
from gametape.play.pictures import Bounce, CourtMap, court_map, flights_svg, map_svg
from gametape.sample import scene
from gametape.sample.files import sidecar_text
from gametape.sports.courts import courts
from gametape.tables.ball import BALL_FLIGHTS, CALIBRATION

SIDECAR = parse_sidecar(sidecar_text(scene.side_camera(1280, 720)).encode(), "rally.yaml")
NONE = CALIBRATION.from_rows(
    [{"first_frame": 0, "solved": "none", "width": 1280, "height": 720, "marks": "[]", "mark_count": 0}]
)


def flights(count: int, metres: bool = True):
    rows = []
    for i in range(count):
        row = {
            "flight": i, "start_frame": i, "end_frame": i, "start_s": i * 1.0, "end_s": i + 0.9, "began": "bounce",
            "ended": "bounce", "seen": 20, "speed_start": 500.0, "speed_end": 400.0, "speed_mean": 450.0, "spin": "unknown",
        }  # fmt: skip
        if metres:
            path = [[i + t, 2 + t, 1 - t, 4 * t * (0.9 - t)] for t in np.linspace(0, 0.9, 24)]
            row |= {"path": json.dumps(path)}
            for name in ("speed_start_mps", "speed_end_mps", "speed_mean_mps", "apex_m"):
                row |= {name: 20.0, f"{name}_low": 18.0, f"{name}_high": 22.0}
            for end in ("start", "end"):
                place = {"x_m": 2.0, "y_m": i % 5, "major_m": 0.5 + i, "minor_m": 0.1, "angle": 80.0}
                row |= {f"{end}_ground_{part}": value for part, value in place.items()}
        rows.append(row)
    return BALL_FLIGHTS.from_rows(rows)


@pytest.mark.parametrize(("count", "metres"), [(0, True), (1, True), (2, False), (4000, True), (4000, False)])
def test_pictures_fit_the_event_log_whatever_the_film(count, metres):
    table, calibration = flights(count, metres), calibration_table(SIDECAR, 1280, 720)
    for svg in (flights_svg(table), map_svg(court_map(table, calibration))):
        ElementTree.fromstring(svg)
        assert len(svg) <= 15_000
    if count == 4000:
        assert "more not drawn" in flights_svg(table)


def test_the_map_holds_the_surest_bounces_and_says_how_many_it_leaves_out():
    drawn = court_map(flights(100), calibration_table(SIDECAR, 1280, 720))
    assert len(drawn.bounces) == 60 and drawn.left_out == 200 - 60 + 100 - 60
    assert max(one.major for one in drawn.bounces) <= 60 and drawn.lines == () and len(drawn.marks) == 7


def test_there_is_no_map_without_a_calibration():
    assert court_map(flights(3), NONE) is None


def test_a_bounce_lies_where_the_court_has_it():
    court = courts()["tennis"]
    drawn = CourtMap(
        court.title, court.extent, court.lines, (), None, (), (Bounce(1.0, -5.485, 11.885, 0.3, 0.1, 0.0),), (), 0
    )
    tree = ElementTree.fromstring(map_svg(drawn))
    corners = {tuple(point.split(",")) for line in tree.findall("{*}polyline") for point in line.get("points").split()}
    dot = tree.find("{*}circle[@class='d']")
    assert (dot.get("cx"), dot.get("cy")) == min(corners, key=lambda at: (int(at[0]), int(at[1])))  # far left, above


def test_a_map_lies_within_its_picture_and_its_bar_is_five_metres_long():
    court = courts()["tennis"]
    drawn = CourtMap(court.title, court.extent, court.lines, (), None, (), (), (), 0)
    tree = ElementTree.fromstring(map_svg(drawn))
    width, height = float(tree.get("width")), float(tree.get("height"))
    points = [point.split(",") for line in tree.findall("{*}polyline") for point in line.get("points").split()]
    x, y = np.array(points, float).T
    assert x.min() >= 16 and x.max() <= width - 16 and y.min() >= 16 and y.max() <= height
    assert max(np.ptp(x), np.ptp(y)) > 400 and max(width, height) < 480 + 30
    (bar,) = (path.get("d") for path in tree.findall("{*}path[@class='n']"))
    metre = np.ptp(y) / 23.77
    assert float(bar.split("h")[1]) == pytest.approx(5 * metre, abs=1)
