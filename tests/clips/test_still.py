"""Who is in one picture, and the click that means each of them: what a newcomer needs for the sidecar."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from gametape.base.errors import BadInput
from gametape.base.settings import settings
from gametape.clips.still import drawn, still
from gametape.people.boxes import CHEST
from gametape.sample.team import load_team_truth, render_team
from orchestration.cli import app


@pytest.fixture(scope="module")
def match(tmp_path_factory):
    return render_team(tmp_path_factory.mktemp("match"), seconds=0.4, size=(960, 540), fps=5)


def test_each_click_is_on_somebody_who_is_there(match):
    taken = still(match.film, 0.25, settings())
    assert (taken.at_s, taken.picture.shape) == (pytest.approx(0.2), (540, 960, 3))
    there = [
        row for row in load_team_truth(match.truth) if row.frame == 1 and row.visible > 0.6 and row.side != "referee"
    ]
    met = {
        row.person
        for row in there
        for click in taken.clicks()
        if row.x1 <= click["x"] * 960 <= row.x2 and row.y1 <= click["y"] * 540 <= row.y2
    }
    assert len(met) >= 0.8 * len(there)
    box, click = taken.boxes[0], taken.clicks()[0]
    assert click["y"] * 540 == pytest.approx(box[1] + CHEST * (box[3] - box[1]), abs=0.5)
    assert list(taken.boxes[:, 0]) == sorted(taken.boxes[:, 0]), "numbered from left to right"


def test_everybody_is_numbered_in_the_picture(match, tmp_path: Path):
    out = tmp_path / "who.jpg"
    ran = CliRunner().invoke(app, ["still", str(match.film), "--at", "0.2", "--out", str(out), "--json"])
    told = json.loads(ran.output)
    assert Image.open(out).size == (960, 540) and told["picture"] == str(out)
    assert told["people"] == still(match.film, 0.2, settings()).clicks()
    plain = CliRunner().invoke(app, ["still", str(match.film), "--at", "0.2", "--out", str(out)]).output
    first = told["people"][0]
    assert f"   1  {{t: 0.2, x: {first['x']}, y: {first['y']}}}\n" in plain
    assert len(drawn(still(match.film, 0.2, settings()))) > 10_000


@pytest.mark.parametrize(("name", "is_taken"), [("who.JPEG", True), ("who.png", False), ("who", False)])
def test_a_picture_is_named_as_what_it_is(match, tmp_path: Path, name, is_taken):
    """A JPEG was written under any name."""
    ran = CliRunner().invoke(app, ["still", str(match.film), "--at", "0.2", "--out", str(tmp_path / name)])
    assert (ran.exit_code == 0) == (tmp_path / name).is_file() == is_taken


def test_a_time_behind_the_film_is_told(match):
    with pytest.raises(BadInput, match="shows nothing from 7"):
        still(match.film, 7.0, settings())
