"""Found courts are compared with marks by eye: px at the marks, m on the ground, and what was made up."""

import json

import numpy as np
import pytest
import yaml

from gametape.base.errors import BadInput
from gametape.base.reason import Reason
from gametape.court import search
from gametape.court.found import FoundCourt, NotFound
from gametape.evaluation.court import WRONG, compare, evaluate_court
from gametape.geometry.calibrate import Mark
from gametape.sports.courts import court_of
from tests.court.rendered import random_view
from tests.film_maker import make_film

COURT = court_of("badminton")


@pytest.fixture(scope="module")
def view():
    return random_view(np.random.default_rng(4), COURT, "high")


def row(view, shift=0.0):
    moved = np.array([[1, 0, shift], [0, 1, 0], [0, 0, 1]]) @ view.ground
    return {"homography": json.dumps(moved.tolist()), "radial": view.radial}


def marks(view):
    return {name: tuple(at) for name, at in view.points().items()}


def test_an_exact_court_is_off_by_nothing(view):
    found = compare(row(view), marks(view), COURT, view.width, view.height)
    assert found["right"] and max(found["misses_px"].values()) == 0
    assert set(found["misses_px"]) == set(view.points())
    assert found["ground_m"] < 0.2  # the marks' homography knows no distortion


@pytest.mark.parametrize(("share", "right"), [(0.95, True), (1.05, False)])
def test_a_court_is_another_one_from_a_share_of_the_picture_on(view, share, right):
    shift = share * WRONG * view.width
    found = compare(row(view, shift), marks(view), COURT, view.width, view.height)
    assert found["right"] is right
    assert np.median(list(found["misses_px"].values())) == pytest.approx(shift, rel=0.1)


def test_the_ground_is_compared_in_metres():
    view = random_view(np.random.default_rng(8), COURT, "high")
    assert view.radial == 0
    longer = view.ground @ np.diag([1.0, 1.01, 1.0])
    told = {"homography": json.dumps(longer.tolist()), "radial": None}
    found = compare(told, marks(view), COURT, view.width, view.height)
    assert found["ground_m"] == pytest.approx(0.01 * 6.70, rel=0.15)


def test_a_folder_is_measured(view, tmp_path, monkeypatch):
    for name in ("marked", "bare"):
        make_film(tmp_path / f"{name}.mp4", frames=6, size=(view.width, view.height))
    points = [{"at": name, "x": x, "y": y} for name, (x, y) in marks(view).items()]
    camera = {"calibration_unit": "px", "calibration": [one | {k: float(one[k]) for k in "xy"} for one in points]}
    (tmp_path / "marked.yaml").write_text(yaml.safe_dump({"sport": "badminton", "camera": camera}))
    named = tuple(Mark(name, x, y, COURT.points[name]) for name, (x, y) in marks(view).items())
    right = FoundCourt(COURT, view.width, view.height, view.ground, named, 0.4, 0.9, view.radial or None, view.focal_px)

    def find(picture, court):
        return right if court is COURT else NotFound(court, Reason("court_lines_fit_none"))

    monkeypatch.setattr(search, "find_court", find)
    told = evaluate_court(tmp_path)
    assert (told["films"], told["found"], told["right"], told["wrong"], told["without"]) == (1, 1, 1, 0, 1)
    assert told["most_px"] < 0.1
    assert told["invented"] == 1 and told["clips"]["bare"]["invented"] == ["badminton"]
    monkeypatch.setattr(search, "find_court", lambda picture, court: NotFound(court, Reason("court_lines_fit_none")))
    told = evaluate_court(tmp_path)
    assert (told["found"], told["right"], told["wrong"], told["invented"], told["most_px"]) == (0, 0, 0, 0, None)
    assert "court_lines_fit_none" in told["clips"]["marked"]["reason"]


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(BadInput, match="holds no films"):
        evaluate_court(tmp_path)
