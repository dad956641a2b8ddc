"""Who is the presenter among everybody: posture, time, place; and how many they are."""

import numpy as np
import pytest

from gametape.base.reason import Reason
from gametape.presenter.choose import choose, weight
from gametape.presenter.stays import places_of, shown_boxes, stays
from tests.presenter.rows import crowd, joints_at

RED, BLUE, BLACK = (40, 50, 30, 20, 0, 0), (40, 10, -50, 20, 0, 0), (5, 0, 0, 5, 0, 0)
LONG = range(0, 200)


def standing(at=LONG, x=600, **more) -> dict:
    """Somebody on the stage, 180 px tall."""
    return {"at": at, "x": x, "top": 220, "tall": 180} | more


def head(x=300, at=LONG, **more) -> dict:
    """Somebody of the audience from behind: larger, cut by the lower edge."""
    return {"at": at, "x": x, "top": 340, "tall": 210, "wide": 150, "knees": False, "faces": False} | more


def told(*people, **film):
    seen = crowd(*people, **film)
    return choose(seen, stays(seen))


def places(presence) -> set[int]:
    return {int(track) for stay in presence.stays for track in stay.seen.tracks[stay.rows]}


def test_the_one_in_front_is_followed_not_the_larger_heads():
    found = told(head(200), standing(), head(800), head(450))
    assert [places(one) for one in found.presences] == [{2}]
    assert found.presences[0].others_reason == "sits_before_camera"
    assert found.presences[0].others == 3


def test_an_audience_alone_is_nobody_in_front():
    found = told(head(200), head(800))
    assert (found.presences, found.reason) == ((), "presenter_only_audience")


def test_an_audience_is_not_followed_while_the_presenter_is_away():
    away = told(standing(range(60)), standing(range(120, 200)), head(200), head(800))
    assert [places(one) for one in away.presences] == [{1, 2}]


def test_an_empty_film_has_a_reason():
    assert told().reason == "nobody_found"
    assert told(standing(range(9))).reason == "presenter_only_moments"


def test_one_who_sits_alone_and_faces_the_camera_presents():
    found = told(head(faces=True))
    assert len(found.presences) == 1
    assert Reason.parse(found.presences[0].evidence).code == "only_one_facing"


@pytest.mark.parametrize("clothes", [RED, BLACK])
def test_six_who_come_one_after_another_are_six(clothes):
    """Where all wear black nothing tells whether somebody comes back: that is said, and nobody is joined."""
    through = np.concatenate([np.linspace(40, 500, 20), np.full(20, 500), np.linspace(500, 925, 20)])
    worn = [clothes if clothes == BLACK else (30, 50 - 40 * k, 40 * k - 50, 20, 0, 0) for k in range(6)]
    found = told(*[standing(range(90 * k, 90 * k + 60), x=through, clothes=one) for k, one in enumerate(worn)])
    assert [one.person for one in found.presences] == [1, 2, 3, 4, 5, 6]
    assert [one.may_be is not None for one in found.presences] == [clothes == BLACK and k > 0 for k in range(6)]


def test_who_comes_back_in_colours_is_the_same_person():
    found = told(
        standing(range(60), x=np.linspace(600, 930, 60)), standing(range(150, 250), x=np.linspace(930, 500, 100))
    )
    assert [(one.number, one.person) for one in found.presences] == [(1, 1), (2, 1)]


def test_other_colours_are_another_person():
    found = told(standing(range(60)), standing(range(150, 250), clothes=BLUE))
    assert [(one.number, one.person, one.may_be) for one in found.presences] == [(1, 1, None), (2, 2, None)]


def test_who_crosses_the_stage_does_not_take_over():
    crossing = standing(range(20, 70), x=np.linspace(0, 960, 50), clothes=BLUE)
    found = told(standing(), crossing)
    assert [places(one) for one in found.presences] == [{1}]
    assert found.presences[0].others_reason == "stayed_less"


@pytest.mark.parametrize(("own", "count"), [(14, 1), (20, 2)])
def test_a_passer_by_counts_after_a_second_and_a_half_alone(own, count):
    found = told(standing(range(100)), standing(range(110, 110 + own), x=200, clothes=BLUE))
    assert len(found.presences) == count


def test_a_speaker_on_the_screen_is_no_presenter():
    screen = {"at": LONG, "x": 350, "top": 130, "tall": 150}
    found = told(standing(range(20, 180)), screen, head(200))
    assert [places(one) for one in found.presences] == [{1}]
    assert "on_a_screen" in found.presences[0].others_reason


def test_a_click_decides():
    found = told(standing(), standing(x=200, clothes=BLUE, at=range(50, 120), clicked=0))
    assert [places(one) for one in found.presences] == [{2}]
    assert (found.presences[0].evidence, found.presences[0].player) == ("clicked", 0)
    heads = told(standing(), head(clicked=0))
    assert [places(one) for one in heads.presences] == [{2}]


def test_a_slide_that_changes_behind_somebody_ends_no_presence():
    """Whoever compares whole pictures calls it a cut; tracks end there."""
    found = told(standing(range(200)), standing(range(200, 400), x=605), shots=2)
    assert [places(one) for one in found.presences] == [{1, 2}]
    assert found.presences[0].start_s == 0


def test_somebody_hidden_for_a_while_did_not_leave():
    found = told(standing(range(100)), standing(range(150, 250), x=640))
    assert len(found.presences) == 1
    left = told(
        standing(range(100), x=np.linspace(600, 925, 100)), standing(range(150, 250), x=np.linspace(925, 600, 100))
    )
    assert len(left.presences) == 2


def test_a_track_that_jumps_to_another_person_is_two_stays():
    x = np.concatenate([np.full(50, 200), np.full(50, 800)])
    assert len(stays(crowd(standing(range(100), x=x)))) == 2
    walk = np.linspace(200, 800, 100)  # 60 px a second and more: a third of a height
    assert len(stays(crowd(standing(range(100), x=walk)))) == 1


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (standing(), 1.0),
        (standing(ankles=False), 0.9),
        (standing(ankles=False, knees=False), 0.8),
        (standing(ankles=False, knees=False, faces=False), 0.4),
        (head(faces=True), 0.4),
        (head(), 0.05),
    ],
)
def test_what_a_posture_weighs(person, expected):
    assert weight(crowd(person)).tolist() == [expected] * 200


def test_a_box_ends_where_legs_are_only_guessed():
    box = np.array([[100.0, 100, 180, 300]])
    upper = {"nose": (140, 110), "left_shoulder": (120, 140), "right_hip": (150, 190)}
    assert shown_boxes(box, joints_at(upper), 540)[0].tolist() == [100, 100, 180, 200]
    legs = upper | {"left_knee": (140, 240)}
    assert shown_boxes(box, joints_at(legs), 540).tolist() == box.tolist()
    low = np.array([[100.0, 400, 180, 540]])
    assert shown_boxes(low, joints_at({"nose": (140, 420)}), 540).tolist() == low.tolist()


def test_hips_that_come_and_go_behind_a_desk_are_no_way():
    shoulders = np.tile([300.0, 150.0], (10, 1))
    trunks = np.where((np.arange(10) % 2 == 0)[:, None], [300.0, 200.0], np.nan)
    boxes = np.array([[250, 100, 350, 300.0 + 40 * (k % 2)] for k in range(10)])
    places, kinds = places_of(trunks, shoulders, boxes)
    assert places.tolist() == [[300, 200]] * 10
    assert kinds == ["trunk", "shoulders"] * 5


@pytest.mark.parametrize(("seen", "kind"), [(2, "trunk"), (1, "shoulders")])
def test_a_trunk_that_is_seldom_seen_is_not_followed(seen, kind):
    shoulders = np.tile([300.0, 150.0], (10, 1))
    trunks = np.where((np.arange(10) < seen)[:, None], [300.0, 200.0], np.nan)
    assert places_of(trunks, shoulders, np.zeros((10, 4)))[1][0] == kind


def test_without_joints_the_box_is_followed():
    none = np.full((3, 2), np.nan)
    places, kinds = places_of(none, none, np.tile([0.0, 0.0, 10.0, 20.0], (3, 1)))
    assert (places.tolist(), kinds) == ([[5.0, 10.0]] * 3, ["box"] * 3)
