"""A court is found where it is drawn, to a part of a pixel; another court is not found there."""

import numpy as np
import pytest

from gametape.court import find
from gametape.court.find import find_court, propose
from gametape.court.found import FoundCourt, NotFound
from gametape.court.seen import seen_in, without
from gametape.sports.courts import court_of, courts
from tests.court.rendered import judged, random_view, render


def drawn(name, kind, seed, **how):
    rng = np.random.default_rng(seed)
    view = random_view(rng, court_of(name), kind)
    return view, render(view, rng, **how)


@pytest.mark.parametrize(
    ("name", "kind", "seed", "other"),
    [
        ("tennis", "behind", 1, "badminton"),
        ("badminton", "corner", 2, "volleyball"),
        ("volleyball", "side", 3, "tennis"),
    ],
)
def test_the_court_that_is_drawn_is_found_and_no_other(name, kind, seed, other):
    view, picture = drawn(name, kind, seed)
    found = find_court(picture, view.court)
    assert isinstance(found, FoundCourt)
    verdict = judged(view, found.ground, found.radial, found.focal_px)
    assert verdict.right and verdict.median_px < 0.7
    assert verdict.focal_off is not None and verdict.focal_off < 0.02
    assert found.fit_px < 1 and found.share_of_lines > 0.8
    true = view.points()
    assert len(found.marks) >= 8
    off = [np.hypot(*(true[mark.name] - [mark.x, mark.y])) for mark in found.marks if mark.name in true]
    assert len(off) >= 8 and max(off) < 3
    assert isinstance(find_court(picture, court_of(other)), NotFound)


def test_a_small_picture_is_searched_enlarged():
    view, picture = drawn("tennis", "portrait", 7)
    assert picture.shape[1] == 404
    found = find_court(picture, view.court)
    assert isinstance(found, FoundCourt)
    verdict = judged(view, found.ground, found.radial, found.focal_px)
    assert verdict.right and verdict.most_px < 1 and verdict.focal_off < 0.01
    assert (seen_in(picture).width, seen_in(picture, enlarge=False).width) == (718, 404)


def test_where_no_sport_is_told_the_court_in_sight_is_proposed():
    view, picture = drawn("tennis", "high", 4)
    (one,) = (one for one in propose(picture) if isinstance(one, FoundCourt))
    assert one.court.name == "tennis"
    seen = seen_in(picture)
    rest = without(seen, one)
    assert len(seen.lines) - len(rest.lines) >= 8  # tennis has nine lines along and across
    assert isinstance(find.find_in(rest, view.court, view.width, view.height), NotFound)


def test_a_table_is_proposed_by_the_picture_in_which_it_is_looked_for():
    view, picture = drawn("table tennis", "portrait", 6)
    asked = find_court(picture, view.court)
    (one,) = (one for one in propose(picture) if isinstance(one, FoundCourt))
    assert one.court.name == asked.court.name == "table tennis"
    assert (one.ground == asked.ground).all() and one.focal_px == asked.focal_px
    enlarged = find.find_in(seen_in(picture), view.court, view.width, view.height)
    assert enlarged.focal_px != pytest.approx(asked.focal_px, rel=0.02)


def test_what_was_proposed_is_left_out_for_tables_too(monkeypatch):
    _, picture = drawn("tennis", "portrait", 7)
    last = {}

    def find_in(seen, court, width, height, **how):
        last[court.surface] = seen
        return asked(seen, court, width, height, **how)

    asked = find.find_in
    monkeypatch.setattr(find, "find_in", find_in)
    assert "tennis" in [one.court.name for one in propose(picture) if isinstance(one, FoundCourt)]
    assert (last["court"].width, last["table"].width) == (718, 404)
    whole = seen_in(picture, enlarge=False)
    assert len(whole.lines) - len(last["table"].lines) >= 4


def test_noise_holds_no_court():
    picture = np.random.default_rng(0).integers(0, 255, (180, 320, 3)).astype(np.uint8)
    for court in courts().values():
        assert isinstance(find_court(picture, court), NotFound)


def test_an_empty_picture_says_that_lines_are_missing():
    found = find_court(np.full((360, 640, 3), 90, np.uint8), court_of("tennis"))
    assert isinstance(found, NotFound) and found.reason.code == "court_lines_too_few"


def test_a_court_between_walls_says_why_it_is_not_found():
    found = find_court(np.full((360, 640, 3), 90, np.uint8), court_of("padel"))
    assert isinstance(found, NotFound) and found.reason.code == "court_walled"
    assert not any(one.court.name == "padel" for one in propose(np.full((360, 640, 3), 90, np.uint8)))
