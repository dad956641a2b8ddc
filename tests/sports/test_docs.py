"""The sport of docs/sports.md is one: its files are read, its code runs."""

import importlib.util
import re
import shutil

import pytest

from gametape.coaching.measures import body_of
from gametape.film.sidecar import Sidecar
from gametape.sports.courts import courts
from gametape.sports.load import HERE, limits_for, metric_names, rules_for, sports, stroke_rules_for
from gametape.sports.measures import Filmed
from gametape.tables.ball import BALL_FLIGHTS, CALIBRATION
from gametape.tables.coaching import STROKES
from tests.movement.stickman import Figure, film

PAGE = (HERE.parents[1] / "docs/sports.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r'```\w+ title="([^"]+)"\n(.*?)```', PAGE, re.DOTALL))


@pytest.fixture
def root(tmp_path):
    """The sports' folders with the page's sport among them."""
    root = shutil.copytree(HERE, tmp_path / "sports", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for name, text in EXAMPLES.items():
        file = root / "korfball" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return root


def test_the_page_shows_every_kind_of_file():
    shown = set(EXAMPLES) | {"week.yaml", "texts/de.yaml"}
    kept = {file.relative_to(HERE / sport).as_posix() for sport in sports() for file in (HERE / sport).rglob("*.yaml")}
    assert kept <= shown and "measures.py" in shown


@pytest.mark.parametrize("language", ["en", "de"])
def test_its_rules_are_whole(root, language):
    rules = rules_for("korfball", "shooting", language, root)
    assert rules.limits.place == "korfball.shooting" and set(rules.texts.topics) > {"LATE_RELEASE"}
    assert rules.texts.week.words["play"].startswith("Two short games")
    assert rules.strokes.overhead == "throw" and rules.strokes.actions.one_handed
    assert {"throws", "stroke_contact_height", "head_stability"} <= rules.limits.metrics
    assert "throws" in metric_names(root)


@pytest.mark.parametrize("less", [set(EXAMPLES) - {"sport.yaml", "texts/en.yaml"}])
def test_two_files_are_enough(root, less):
    for name in less:
        (root / "korfball" / name).unlink()
    assert limits_for("korfball", "shooting", root).rules.keys() == limits_for(None, None, root).rules.keys()
    assert rules_for("korfball", None, root=root).texts.week.words["play"].startswith("Two short games")


def test_its_court_is_whole(root):
    court = courts(root)["korfball"]
    assert court.points["far_left_corner"] == (-10, 20, 0) and court.ball.radius_m == 0.11
    assert len(court.lines) == 10


def test_its_code_measures_a_head_that_is_lifted(tmp_path):
    file = tmp_path / "measures.py"
    file.write_text(EXAMPLES["measures.py"], "utf-8")
    spec = importlib.util.spec_from_file_location("korfball_measures", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shot, sidecar = film(Figure(seconds=2)), Sidecar()
    tables = (STROKES.empty(), BALL_FLIGHTS.empty(), CALIBRATION.empty())
    for track, known in ((0, True), (-1, False)):
        body = body_of(shot.poses, shot.angles, sidecar, stroke_rules_for(None, None), track)
        (lift,) = module.measures(Filmed(body, sidecar, *tables))
        assert (lift.value == pytest.approx(0.11, abs=0.01)) if known else lift.reason == "head_not_seen"
