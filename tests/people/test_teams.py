"""Sides by colour."""

import numpy as np
import pytest

from gametape.people.clothes import clothes
from gametape.people.teams import Sides, sides_of, team_of

WHITE, RED, PINK_RED, BLUE, STRIPES = (
    np.array([[*shirt, *shirt]], float) for shirt in ((94, 0, 2), (45, 62, 40), (46, 64, -4), (35, 15, -50), (48, 0, 0))
)


def crowd(*colours, each=8, spread=4.0):
    random = np.random.default_rng(0)
    many = np.concatenate([np.repeat(colour, each, 0) for colour in colours])
    return many + random.normal(0, spread, many.shape)


def sides(*colours):
    points = crowd(*colours)
    return sides_of(points, np.ones(len(points)))


@pytest.mark.parametrize(("one", "other"), [(RED, WHITE), (RED, BLUE), (WHITE, BLUE)])
def test_two_colours_are_two_sides(one, other):
    found = sides(one, other)
    first, second = (team_of(np.repeat(colour, 5, 0), found)[0] for colour in (one, other))
    assert {first, second} == {"a", "b"}


def test_red_has_no_border_where_its_hue_goes_round():
    """Hues of 33 and -4 degrees, on both sides of 0: one shirt in two lights beside blue ones."""
    found = sides(RED, PINK_RED, BLUE, BLUE)
    assert team_of(np.repeat(RED, 5, 0), found)[0] == team_of(np.repeat((RED + PINK_RED) / 2, 5, 0), found)[0]


def mixed(one, other, between):
    """Two shirts so small that many are seen with something of the other's colour: `between` of 40 are half and half."""
    random = np.random.default_rng(1)
    share = np.concatenate([np.full(20, 0.1), np.full(20, 0.9), np.full(between, 0.5)])[:, None]
    points = (1 - share) * one + share * other
    return points + random.normal(0, 3, points.shape)


@pytest.mark.parametrize(("between", "told"), [(10, True), (30, False)])
def test_shirts_mixed_with_what_is_beside_them_are_still_two(between, told):
    """The two are 20 apart; what is half-way between them is fewer than either, or more."""
    grey, red = np.array([[40, 3, -4, 46, 2, -3.0]]), np.array([[28, 25, 8, 25, 6, 0.0]])
    points = mixed(grey, red, between)
    assert (sides_of(points, np.ones(len(points))).colours is not None) == told


def test_a_referee_wears_neither_colour():
    points = np.concatenate([crowd(RED, WHITE), crowd(STRIPES, each=1)])
    team, reason, _ = team_of(np.repeat(STRIPES, 5, 0), sides_of(points, np.ones(len(points))))
    assert (team, reason.code) == ("referee", "neither_colour")


GREY_SHIRT, WHITE_KIT = (np.array([[*shirt, *legs]], float) for shirt, legs in (
    ((66, 0, 3), (13, 0, 3)), ((70, 0, 3), (68, 0, 5)),
))  # fmt: skip


def test_a_referee_in_a_side_s_shirt_is_told_by_the_trousers():
    points = np.concatenate([crowd(RED, WHITE_KIT), crowd(GREY_SHIRT, each=2)])
    found = sides_of(points, np.ones(len(points)))
    team, reason, clear = team_of(np.repeat(GREY_SHIRT, 5, 0), found)
    assert (team, reason.code) == ("referee", "neither_colour")
    assert clear > 0.5
    assert {team_of(np.repeat(kit, 5, 0), found)[0] for kit in (RED, WHITE_KIT)} == {"a", "b"}


@pytest.mark.parametrize(("each", "others"), [(6, 1), (7, 0)])
def test_whoever_is_too_many_for_a_referee_is_the_side_in_another_light(each, others):
    points = np.concatenate([crowd(RED, WHITE_KIT), crowd(GREY_SHIRT, each=each)])
    assert len(sides_of(points, np.ones(len(points))).others) == others


def test_one_colour_is_no_two_sides():
    assert sides(RED).colours is None
    assert team_of(np.repeat(RED, 5, 0), Sides(None))[1].code == "no_two_colours"


@pytest.mark.parametrize(("seen", "team"), [(3, None), (4, "known")])
def test_a_colour_that_was_hardly_seen_tells_no_side(seen, team):
    found, reason, _ = team_of(np.repeat(RED, seen, 0), sides(RED, WHITE))
    assert (found is None) == (team is None)
    assert reason.code == ("shirt_colour" if team else "colour_hardly_seen")


def test_clothes_are_read_where_a_box_has_them():
    picture = np.full((100, 100, 3), 255, np.uint8)
    picture[20:50, 30:70] = (200, 0, 0)
    colours = clothes(picture, np.array([[30, 10, 70, 95], [0, 0, 5, 10.0]]))
    assert colours[0, 0] == pytest.approx(42, abs=3)
    assert colours[0, 1] > 50
    assert colours[0, 3] == pytest.approx(100, abs=1)
    assert np.isnan(colours[1]).all()
