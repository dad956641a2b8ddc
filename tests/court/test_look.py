"""`gametape court FILE`: what is printed of a court that was found, and of one that was not."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from gametape.base.errors import BadInput
from gametape.base.reason import Reason
from gametape.court import search
from gametape.court.found import FoundCourt, NotFound
from gametape.geometry.calibrate import Mark
from gametape.sports.courts import court_of
from orchestration.cli import app
from tests.court.rendered import random_view
from tests.film_maker import make_film

COURT = court_of("tennis")


@pytest.fixture(scope="module")
def view():
    return random_view(np.random.default_rng(12), COURT, "high")


@pytest.fixture
def film(view, tmp_path):
    return make_film(tmp_path / "film.mp4", frames=6, size=(view.width, view.height))


@pytest.fixture
def found(view, monkeypatch):
    named = tuple(Mark(name, x, y, COURT.points[name]) for name, (x, y) in view.points().items())
    one = FoundCourt(COURT, view.width, view.height, view.ground, named, 0.4, 0.9, view.radial or None, view.focal_px)
    monkeypatch.setattr(search, "find_court", lambda picture, court: one)
    monkeypatch.setattr(search, "propose", lambda picture: [one])


def run(*arguments):
    result = CliRunner().invoke(app, ["court", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_court_is_told_in_json(film, found, view):
    told = json.loads(run(film, "--sport", "tennis", "--json"))
    assert (told["found"], told["court"], told["motion"], told["reason"]) == (True, "tennis", "fixed", None)
    assert told["fit_px"] == pytest.approx(0.4) and told["share_of_lines"] == pytest.approx(0.9)
    places = {mark["at"]: (mark["x"], mark["y"]) for mark in told["marks"]}
    assert places.keys() == view.points().keys()
    assert all(places[name] == pytest.approx(at, abs=0.06) for name, at in view.points().items())
    assert told["camera"]["focal_px"] == pytest.approx(view.focal_px, rel=1e-4)
    stands = [told["camera"][f"{axis}_m"] for axis in "xyz"]
    assert stands == pytest.approx(view.place, rel=0.1, abs=1.5)


def test_lines_to_paste_are_printed_and_a_picture_drawn(film, found, tmp_path):
    import yaml
    from PIL import Image

    printed = run(film, "--picture", tmp_path / "drawn.jpg")  # no sport is told: the court is proposed
    pasted = yaml.safe_load(printed)["camera"]
    assert pasted["court"] == "tennis" and len(pasted["calibration"]) >= 4
    with Image.open(tmp_path / "drawn.jpg") as drawn:
        assert drawn.size == (1280, 720)


def test_why_there_is_none_is_a_sentence(film, monkeypatch):
    monkeypatch.setattr(search, "find_court", lambda picture, court: NotFound(court, Reason("court_not_looked_for")))
    assert "not looked for" in run(film, "--sport", "tennis")
    told = json.loads(run(film, "--sport", "tennis", "--json"))
    assert (told["found"], told["camera"], told["marks"]) == (False, None, [])
    assert told["reason"].startswith("court_not_found")


def test_what_cannot_be_asked_is_refused(film, tmp_path):
    with pytest.raises(BadInput, match="is no file"):
        run(tmp_path / "gone.mp4")
    with pytest.raises(BadInput, match="no court"):
        run(film, "--sport", "golf")
    with pytest.raises(BadInput, match="is no name of a picture"):
        run(film, "--picture", tmp_path / "drawn.xyz")
    with pytest.raises(BadInput, match="is no folder"):
        run(film, "--picture", tmp_path / "gone" / "drawn.jpg")
