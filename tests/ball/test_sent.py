"""A ball that is let go and played: what its first sight and its last say."""

import numpy as np
import pytest

from gametape.ball.events import find
from gametape.ball.events.find import EventCandidate, PlattScaling, likeliest
from gametape.ball.events.sent import LATER_S, with_edges
from gametape.sports.contacts import Contacts
from gametape.sports.courts import ball_contacts

EVEN = PlattScaling(dict.fromkeys(("hit", "bounce", "impact"), 1.0), dict.fromkeys(("hit", "bounce", "impact"), 0.0))
ORDER = {
    "begins": "release",
    "begins_within_s": 0.9,
    "after": {
        "hit": {"bounce": {"share": 0.5, "least_s": 0.1}, "hit": {"share": 0.5, "least_s": 0.2}},
        "bounce": {"hit": {"share": 0.5, "least_s": 0.02}, "bounce": {"share": 0.5, "least_s": 0.1}},
    },
}
SENT = {"reaches_s": (0.4, 1.0), "seen_from": 0.6, "met": 0.55}
BOWLED = Contacts.model_validate(ORDER | {"sent": SENT})
UNKNOWN = Contacts.model_validate(ORDER)


def seen(*spans):
    """Sights of a ball, 50 a second, from and to."""
    return np.concatenate([np.arange(round(50 * a), round(50 * b) + 1) / 50 for a, b in spans])


def told(times, *contacts, order=BOWLED, cuts=None):
    """Kind, time and confidence of what is told; `contacts` are (kind, time, log odds)."""
    begins, ends = times[0], times[-1]
    possible = [
        EventCandidate(kind, at, odds, seen_s=at - begins, followed_s=ends - at, doubt=find._doubt(at, times, cuts))
        for kind, at, odds in contacts
    ]
    found = likeliest([with_edges(possible, times, cuts, order)], order, EVEN)
    return [(one.kind, round(one.time, 2), round(sure, 2)) for one, sure in found]


def kinds(*args, **others):
    return [(kind, at) for kind, at, _ in told(*args, **others)]


def test_a_delivery_is_told_from_its_first_sight_to_its_last():
    times, bounce = seen((1.0, 1.6)), ("bounce", 1.4, 3.0)
    assert kinds(times, bounce) == [("release", 1.0), ("bounce", 1.4), ("hit", 1.64)], "the bat hides it at the last"
    assert kinds(times, bounce, order=UNKNOWN) == kinds(times, bounce, order=None) == [("bounce", 1.4)]


@pytest.mark.parametrize(("seconds", "hit"), [(0.38, False), (0.42, True), (0.98, True), (1.02, False)])
def test_it_is_hit_where_it_is_lost_if_that_is_when_it_is_to_be_played(seconds, hit):
    lost = round(1 + seconds, 2)
    assert (("hit", round(lost + LATER_S, 2)) in kinds(seen((1.0, lost)), ("bounce", 1.3, 3.0))) == hit


def test_a_ball_is_hit_within_the_film():
    times, bounce = seen((1.0, 1.6)), ("bounce", 1.4, 3.0)
    for ends, hit in ((1.6, 1.6), (1.62, 1.62), (1.64, 1.64), (1.7, 1.64)):
        order = Contacts.model_validate(ORDER | {"sent": SENT | {"met": 0.7}})
        assert kinds(times, bounce, order=order, cuts=np.array([0.0, ends]))[-1] == ("hit", hit), ends


def test_an_edge_is_as_likely_as_the_sport_says_and_half_as_much_where_the_film_ends():
    """Both are expected after and before the bounce as often as not, so the order says nothing."""
    times, bounce = seen((1.0, 1.6)), ("bounce", 1.4, 3.0)
    (_, _, release), _, (_, _, hit) = told(times, bounce)
    assert (release, hit) == (0.6, 0.55)
    assert [kind for kind, *_ in told(times, bounce, cuts=np.array([1.0]))] == ["bounce"], "0.43 is too little"
    ends = Contacts.model_validate(ORDER | {"sent": SENT | {"met": 0.7, "seen_from": 0.7}})
    (_, _, release), _, (_, _, hit) = told(times, bounce, order=ends, cuts=np.array([1.0, 1.6]))
    assert release == hit == pytest.approx(0.7 / (0.7 + 2 * 0.3), abs=0.006)


def test_a_ball_that_bounces_on_was_not_let_go():
    rolling = [("bounce", 1.3 + 0.3 * at, 3.0) for at in range(3)]
    assert kinds(seen((1.0, 2.5)), *rolling) == [("bounce", round(at, 2)) for _, at, _ in rolling]
    assert kinds(seen((1.0, 2.5)), rolling[0])[0] == ("release", 1.0)


@pytest.mark.parametrize(("before", "kind"), [(0.24, "release"), (0.28, "hit")])
def test_a_ball_that_came_flying_was_not_let_go(before, kind):
    """Nothing but the contact speaks: without `sent` no edge is told."""
    assert kinds(seen((1.0 - before, 1.6)), ("hit", 1.0, 6.0), ("bounce", 1.4, 3.0), order=UNKNOWN)[0] == (kind, 1.0)


def test_a_ball_that_is_seen_to_be_hit_is_hit_once():
    times = seen((1.0, 1.6), (1.9, 2.4))
    for at, hits in ((1.55, [1.55]), (1.7, [1.7]), (1.85, [1.64, 1.85])):
        found = kinds(times, ("bounce", 1.4, 3.0), ("hit", at, 3.0))
        assert [time for kind, time in found if kind == "hit"] == hits, at


def test_what_the_path_shows_at_an_edge_is_told_with_its_own_time_and_without_the_doubt_of_one_side():
    times = seen((1.0, 1.6))
    (first, *_), (alone, *_) = (
        told(times, ("hit", 1.04, 2.0), ("bounce", 1.4, 3.0), order=o) for o in (BOWLED, UNKNOWN)
    )
    assert first[:2] == alone[:2] == ("release", 1.04)
    assert first[2] == pytest.approx(1 / (1 + np.exp(-2.0)), abs=0.01) and alone[2] == pytest.approx(
        1 / (1 + 2 * np.exp(-2.0)), abs=0.01
    )
    (weak, *_) = told(times, ("hit", 1.04, 0.1), ("bounce", 1.4, 3.0))
    assert weak == ("release", 1.0, 0.6), "what speaks less for it than the edge gives way"


@pytest.mark.parametrize(("gap", "lost"), [(0.2, False), (0.24, True)])
def test_a_ball_is_lost_that_is_not_seen_for_02_seconds(gap, lost):
    times = seen((1.0, 1.6), (1.6 + gap, 2.6))
    ends = [one.time for one in with_edges([], times, None, BOWLED) if one.edge == "last"]
    assert np.round(ends, 2).tolist() == ([1.64] if lost else []), "its last sight is too late to be met there"


def test_times_of_arrival_are_in_order():
    for wrong in ((0.0, 1.0), (1.0, 0.4)):
        with pytest.raises(ValueError, match="the sooner first"):
            Contacts.model_validate(ORDER | {"sent": SENT | {"reaches_s": wrong}})
    assert ball_contacts("cricket").sent and ball_contacts("tennis").sent is None
