"""A court is refused where what is seen speaks against it: another court's lines, too few, a mirror image."""

import numpy as np
import pytest

from benchmarks.court_traps import picture
from gametape.court import check, find, refine, tried
from gametape.court.find import find_court
from gametape.court.found import FoundCourt, NotFound
from gametape.court.model import model_of
from gametape.court.seen import seen_in
from gametape.sports.courts import court_of
from tests.court.rendered import judged, random_view, render


def drawn(name, kind, seed, **how):
    rng = np.random.default_rng(seed)
    view = random_view(rng, court_of(name), kind)
    return view, render(view, rng, **how)


def test_a_badminton_court_is_no_pickleball_court():
    """Both are 6.10 m x 13.4 m, with lines at 1.98 and 2.13 m from the net."""
    _, picture = drawn("badminton", "high", 5, people=0)
    assert isinstance(find_court(picture, court_of("pickleball")), NotFound)
    found = find_court(picture, court_of("badminton"))
    assert isinstance(found, FoundCourt)


def test_a_grid_of_strips_is_no_court():
    """Half of its lines are those of a pickleball court."""
    _, floor, trap, places = picture(19)
    assert (trap, places) == ("rectangles", {})
    assert find_court(floor, court_of("pickleball")).reason.code == "court_of_another_sport"


def test_a_court_whose_lines_are_some_of_anothers_is_told_from_it():
    """From so low a pickleball court fits a badminton court's long service line, short ones and side lines."""
    rng = np.random.default_rng(1041)  # picture 41 of `benchmarks.court`
    view = random_view(rng, court_of("badminton"), "low")
    picture = render(view, rng, people=int(rng.integers(0, 4)))
    pickleball = court_of("pickleball")
    seen, wrong = seen_in(picture), model_of(pickleball)
    believed = [one for one in find._best(seen, wrong, pickleball) if tried.doubt(one, wrong) is None]
    (one,) = (one for one in believed if tried.strange(seen, wrong, one) < tried.STRANGE)
    assert find._rivalled(seen, wrong, one, pickleball).code == "court_of_another_sport"
    refused = find_court(picture, pickleball)
    assert isinstance(refused, NotFound) and refused.reason.code in {"court_of_another_sport", "court_fits_two_ways"}
    found = find_court(picture, view.court)
    assert isinstance(found, FoundCourt) and judged(view, found.ground, found.radial, None).right


def test_the_edge_of_a_floor_is_no_line_of_a_court():
    """Compression leaves a weak strip beside it, on which tennis would have its side lines."""
    rng = np.random.default_rng(1072)  # picture 72 of `benchmarks.court`
    view = random_view(rng, court_of("volleyball"), "low")
    picture = render(view, rng, people=int(rng.integers(0, 4)))
    tennis, seen = court_of("tennis"), seen_in(picture)
    (best, *_) = find._best(seen, model_of(tennis), tennis)
    assert best.made.faint.any() and tried.doubt(best, model_of(tennis)).code == "court_lines_missing"
    assert isinstance(find_court(picture, tennis), NotFound)
    found = find_court(picture, view.court)
    assert isinstance(found, FoundCourt) and judged(view, found.ground, found.radial, None).right


@pytest.mark.parametrize(("share", "faint"), [(0.97, True), (1.03, False)])
@pytest.mark.parametrize("px", [0.5, 3.0])
def test_a_strip_is_faint_beside_others_of_its_width(share, faint, px):
    model = model_of(court_of("tennis"))
    scale = px / model.width
    view = np.array([[scale, 0, 0], [0, -scale, 0], [0, 0, 1.0]])
    line = np.repeat(np.arange(len(model.ends)), 12)
    at = (model.samples[:, :12].reshape(-1, 2)) @ view[:2, :2].T
    normal = np.repeat(model.lines[:, :2], 12, axis=0)
    strength = np.where(line == 3, share * refine.FAINT * 20.0, 20.0)
    data = refine.Data(at, normal, strength, np.zeros(2), 100.0)
    bright = refine._brightness(view, data, np.arange(len(at)), line, 0.0, model)
    assert (bright < refine.FAINT).tolist() == [number == 3 and faint for number in range(len(model.ends))]


def test_paint_inside_a_court_that_is_not_its_own_is_told():
    view, picture = drawn("badminton", "high", 5, people=0)
    seen, own = seen_in(picture), model_of(view.court)
    found = find._best(seen, own, view.court)[0]
    assert tried.strange(seen, own, found) < 0.15 < tried.STRANGE
    singles_only = model_of(court_of("pickleball"))
    assert tried.strange(seen, singles_only, tried.Tried(found.made, found.look)) > tried.STRANGE


@pytest.mark.parametrize(("beside", "near_is_left"), [(0.14, True), (-0.14, True), (0.16, False), (-0.16, False)])
def test_near_is_the_left_end_only_for_a_camera_beside_the_net(beside, near_is_left):
    model = model_of(court_of("tennis"))
    at = np.array([20.0, beside * model.half[1], 6.0])  # looks along -x: +y is on its right
    right_is_far = np.array([[0, 40.0, 640], [0, 0, 300], [0, 0, 1.0]])
    turned = tried.turned(right_is_far, model, at)
    left_end = -1 if turned[0, 1] > 0 else 1  # y of the end at the picture's left
    if near_is_left:
        assert left_end == -1
    else:
        assert (turned == right_is_far).all() == (beside < 0)


def test_the_share_that_is_needed_is_of_length_and_of_lines():
    model = model_of(court_of("volleyball"))
    length = np.full(len(model.ends), 200.0)
    made = refine.Exact(np.eye(3), 0.0, 0.1, 900.0, 0.1, np.zeros(7), np.zeros(7, bool))
    over = np.full(len(model.beyond), np.nan)

    def doubt(share):
        return tried.doubt(tried.Tried(made, check.Look(length, np.array(share), over)), model)

    assert doubt([1.0] * 7) is None
    assert doubt([1.0] * 6 + [0.3]) is None
    assert doubt([1.0] * 5 + [0.3, 0.3]).code == "court_lines_fit_none"  # five lines: one more than make a view
    assert doubt([0.74] * 7).code == "court_lines_missing"
    assert doubt([0.76] * 7) is None


def test_the_view_is_never_a_mirror_image():
    for seed in (11, 12):
        view, picture = drawn("tennis", "corner", seed, people=1)
        found = find_court(picture, view.court)
        if isinstance(found, FoundCourt):
            assert judged(view, found.ground, found.radial, None).right
            assert np.linalg.det(found.ground) < 0
