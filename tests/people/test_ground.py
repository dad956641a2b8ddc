"""Who is on the playing surface: ice, mats of two colours, boards in front, and stands."""

import numpy as np
import pytest

from gametape.people.clothes import ground
from gametape.people.ground import surface_of
from gametape.tables.people import GROUND_COLUMNS
from tests.people.test_tracks import RED, WHITE, followed, seen

ICE, ORANGE, GREEN, SEATS, BOARDS = (
    np.array(lab, float) for lab in ((90, 0, -2), (65, 45, 55), (50, -40, 30), (22, 2, -8), (60, 20, -40))
)
UNKNOWN = np.full(3, np.nan)


def around(feet, behind=UNKNOWN, uneven=3.0):
    return np.concatenate([feet, [uneven], behind])


def standing_on(*grounds, each=20):
    """Boxes of pieces (a ground for each of their looks, in turn), with a little noise; and whose they are."""
    random = np.random.default_rng(0)
    rows = [around(piece[look * len(piece) // each]) for piece in grounds for look in range(each)]
    return np.array(rows) + random.normal(0, 1.5, (len(rows), 7)), np.repeat(np.arange(len(grounds)), each)


def found(*grounds):
    boxes, piece = standing_on(*grounds)
    return surface_of(boxes, np.full(len(boxes), 0.7), piece)


def test_players_stand_on_the_ice_and_spectators_among_seats():
    surface = found(*[[ICE]] * 6, *[[SEATS]] * 4)
    assert surface.holds(np.array([around(ICE), around(SEATS), around(UNKNOWN)])).tolist() == pytest.approx(
        [1, 0, np.nan], nan_ok=True
    )


def test_a_mat_of_two_colours_is_one_surface_since_people_cross():
    """Without anybody who crosses the second colour might be the stand's."""
    both = np.array([around(ORANGE), around(GREEN)])
    assert found(*[[ORANGE, GREEN]] * 5, *[[ORANGE]] * 3).holds(both).tolist() == [1, 1]
    assert found(*[[ORANGE]] * 6, *[[GREEN]] * 3).holds(both).tolist() == [1, 0]


def test_who_stands_behind_the_near_boards_has_the_ice_behind_the_shoulders():
    surface = found(*[[ICE]] * 6)
    assert surface.holds(np.array([around(BOARDS, ICE), around(BOARDS, SEATS)])).tolist() == [1, 0]


def test_where_nothing_is_common_to_most_there_is_no_surface():
    random = np.random.default_rng(1)
    boxes = np.column_stack([random.uniform(0, 100, 90), random.uniform(-60, 60, (90, 2)), np.full(90, 3.0)])
    boxes = np.column_stack([boxes, np.full((90, 3), np.nan)])
    assert surface_of(boxes, np.full(90, 0.7), np.arange(90) // 10) is None


@pytest.mark.parametrize(("people", "known"), [(24, False), (25, True)])
def test_few_boxes_tell_no_surface(people, known):
    boxes, piece = standing_on([ICE], each=people)
    assert (surface_of(boxes, np.full(people, 0.7), piece) is not None) == known


def test_the_colour_around_the_feet_is_read_and_unknown_outside_the_picture():
    picture = np.full((120, 200, 3), (200, 220, 230), np.uint8)
    picture[:60] = (20, 20, 60)
    boxes = np.array([[80, 40, 100, 90], [80, 70, 100, 115.0]])
    colours = ground(picture, boxes)
    assert colours[0, 0] == pytest.approx(86, abs=3)  # (200, 220, 230)
    assert colours[0, 3] == pytest.approx(0, abs=0.5)
    assert colours[0, 4] == pytest.approx(8, abs=6)  # beside the upper body it is dark
    assert colours[1, :3] == pytest.approx(colours[0, :3], abs=1)
    assert np.isnan(ground(picture, np.array([[80, 100, 100, 160.0]]))[0, :3]).all()


def person(look, x, y, colour, feet):
    return seen(look, x, y, colour) | dict(zip(GROUND_COLUMNS[:4], (*feet.tolist(), 3.0), strict=True))


def test_spectators_are_left_out_of_the_tracks():
    rows = [
        person(look, 200 + 150 * n, 600, colour, ICE)
        for look in range(20)
        for n, colour in enumerate((RED, RED, WHITE, WHITE))
    ]
    stand = [person(look, 200 + 150 * n, 80, RED, SEATS) for look in range(20) for n in range(3)]
    alone = followed(rows, 20)["track"].nunique()
    assert (alone, followed(rows + stand, 20)["track"].nunique()) == (4, 4)


@pytest.mark.parametrize(("on_ice", "tracks"), [(7, 4), (8, 5)])
def test_who_is_on_the_ice_in_two_of_five_looks_is_no_spectator(on_ice, tracks):
    rows = [
        person(look, 200 + 150 * n, 600, colour, ICE)
        for look in range(20)
        for n, colour in enumerate((RED, RED, WHITE, WHITE))
    ]
    random = np.random.default_rng(3)
    others = random.uniform([0, -60, -60], [60, 60, 60], (20, 3))
    rows += [person(look, 900, 600, RED, ICE if look < on_ice else others[look]) for look in range(20)]
    assert followed(rows, 20)["track"].nunique() == tracks
