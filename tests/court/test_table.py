"""A table is found by edges that meet in corners and the net across it; part of another court is not taken for one."""

import numpy as np
import pytest

from gametape.court.find import find_court
from gametape.court.found import FoundCourt
from gametape.court.lines import Lines
from gametape.court.model import model_of
from gametape.court.quads import views
from gametape.court.tried import FOREIGN, LEAST_TAPE
from gametape.sports.courts import court_of
from tests.court.rendered import judged, random_view, render

TABLE = court_of("table tennis")


@pytest.mark.parametrize(("kind", "seed"), [("high", 3), ("corner", 1)])
def test_a_drawn_table_is_found(kind, seed):
    rng = np.random.default_rng(seed)
    view = random_view(rng, TABLE, kind)
    found = find_court(render(view, rng, people=0), TABLE)
    assert isinstance(found, FoundCourt), found
    verdict = judged(view, found.ground, found.radial, found.focal_px)
    assert verdict.right and verdict.median_px < 1.5
    assert verdict.focal_off is None or verdict.focal_off < 0.05


def test_part_of_another_court_is_no_table():
    rng = np.random.default_rng(2)
    view = random_view(rng, court_of("badminton"), "high")
    assert not isinstance(find_court(render(view, rng), TABLE), FoundCourt)


def test_a_table_without_its_net_is_not_believed(monkeypatch):
    from tests.court import rendered

    rng = np.random.default_rng(3)
    view = random_view(rng, TABLE, "high")
    monkeypatch.setattr(rendered, "_net", lambda view, picture, rng: picture)
    found = find_court(render(view, rng, people=0), TABLE)
    assert not isinstance(found, FoundCourt) and found.reason.code == "court_net_not_seen"
    assert found.reason.arguments["share"] < LEAST_TAPE < 1 < FOREIGN


def lines_of(*segments):
    ends = np.array(segments, float)
    along = ends[:, 1] - ends[:, 0]
    length = np.linalg.norm(along, axis=1)
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None]
    line = np.column_stack([normal, -np.sum(normal * ends[:, 0], axis=1)])
    return Lines(line, ends, length, [np.zeros(0, int)] * len(ends))


LEFT, RIGHT = ((500, 300), (400, 600)), ((800, 300), (900, 600))
FAR, NEAR = ((500, 300), (800, 300)), ((400, 600), (900, 600))


def corners(view):
    model = model_of(TABLE)
    places = np.array([[x, y, 1] for y in model.across[[0, -1]] for x in model.along[[0, -1]]])
    seen = places @ view.T
    return sorted(map(tuple, (seen[:, :2] / seen[:, 2:]).round(1).tolist()))


def test_four_lines_that_meet_are_tried_both_ways_round():
    found = views(lines_of(LEFT, RIGHT, FAR, NEAR), model_of(TABLE))
    assert len(found) == 2
    assert [corners(view) for view in found] == [sorted([(400, 600), (900, 600), (500, 300), (800, 300)])] * 2
    assert all(np.linalg.det(view) < 0 for view in found)  # as from above, not mirrored


def test_one_corner_may_be_hidden_and_not_two():
    hidden = lines_of(((490, 330), LEFT[1]), RIGHT, ((560, 300), FAR[1]), NEAR)
    assert len(views(hidden, model_of(TABLE))) == 2
    two = lines_of(((470, 390), LEFT[1]), ((830, 390), RIGHT[1]), ((580, 300), (720, 300)), NEAR)
    assert len(views(two, model_of(TABLE))) == 0
