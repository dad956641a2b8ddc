"""Who plays and who officiates: by where people go and who is at the ball, not by how large they are."""

import numpy as np
import pytest

from gametape.pose.roles import AT_HAND, NO_HITS, STILL, Hits, at_contact, going, roles
from gametape.pose.subject_selection import Track
from gametape.tables.ball import BALL_EVENTS
from tests.pose.bodies import box, standing

FPS, SECONDS = 25, 4
SINGLES = (2, 4)
#: From the middle of a standing body to the right wrist, px; and its height.
WRIST, TALL = np.array([-28, -12]), 185.0


def person(number, at, *, scale=1.0, seconds=(0, SECONDS), shake=1.0) -> Track:
    """Somebody whose place is known at each time; `shake` px is the error of a joint."""
    rng = np.random.default_rng(number)
    times = np.arange(round(seconds[0] * FPS), round(seconds[1] * FPS)) / FPS
    joints = np.array([standing(*at(t), scale) + rng.normal(0, shake, (25, 2)) for t in times])
    return Track(number, times, np.array([box(body) for body in joints]), joints, np.full(3, np.nan))


def stays(x, y):
    return lambda t: (x, y)


def to_and_fro(x, y, reach=60, every=2.0):
    """A player covers a third of his height and back in a stroke or two."""
    return lambda t: (x + reach * np.sin(2 * np.pi * t / every), y)


def hits(*of) -> Hits:
    """Hits (time, who's place then, scale): at the right wrist."""
    return Hits(np.array([t for t, _, _ in of]), np.array([np.array(at(t)) + WRIST * s for t, at, s in of]))


def plays(tracks, ball=NO_HITS, players=SINGLES):
    return {number: role.plays for number, role in roles(tracks, ball, players).items()}


def test_a_large_umpire_who_sits_is_no_player_and_a_small_far_player_is():
    near, far = to_and_fro(500, 500), to_and_fro(700, 200, 30)
    people = [person(1, stays(640, 350), scale=2.0), person(2, near), person(3, far, scale=0.5)]
    assert plays(people) == {1: False, 2: True, 3: True}
    assert roles(people, NO_HITS, SINGLES)[1].reason.code == "stays_in_place"


@pytest.mark.parametrize(("speed", "expected"), [(0.9 * STILL, False), (1.1 * STILL, True)])
def test_who_goes_faster_than_the_limit_plays(speed, expected):
    walker = person(1, lambda t: (300 + speed * TALL * t, 400), shake=0)
    tall = float(np.median(walker.boxes[:, 3] - walker.boxes[:, 1]))
    assert going(walker) == pytest.approx(speed * TALL / tall, rel=0.01)
    steady = person(1, lambda t: (300 + speed * tall * t, 400), shake=0)
    assert plays([steady]) == {1: expected}


def test_jitter_of_joints_is_no_motion():
    """3 px of a person of 92 px, as of somebody far away."""
    assert plays([person(1, stays(300, 300), scale=0.5, shake=3.0)]) == {1: False}


def test_who_is_at_the_ball_plays_without_going_about():
    """Somebody who serves from where he stands."""
    server = stays(300, 400)
    assert plays([person(1, server)], hits((2.0, server, 1.0))) == {1: True}


@pytest.mark.parametrize(("away", "expected"), [(0.9 * AT_HAND, True), (1.1 * AT_HAND, False)])
def test_a_ball_hit_farther_from_the_hand_is_not_that_persons(away, expected):
    still = person(1, stays(300, 400), shake=0)
    tall = float(np.median(still.boxes[:, 3] - still.boxes[:, 1]))
    place = np.array([300, 400]) + WRIST + [-away * tall, 0]
    assert plays([still], Hits(np.array([2.0]), place[None])) == {1: expected}


def test_of_three_who_go_about_the_two_at_the_ball_play():
    """A ball boy runs, as fast as the players, behind a singles match."""
    near, far, boy = to_and_fro(500, 500), to_and_fro(700, 200, 30), to_and_fro(900, 150, 60)
    people = [person(1, near), person(2, far, scale=0.5), person(3, boy, scale=0.7)]
    rally = [(0.5, near, 1.0), (1.2, far, 0.5), (1.9, near, 1.0), (2.6, far, 0.5), (3.3, near, 1.0)]
    assert plays(people, hits(*rally)) == {1: True, 2: True, 3: False}


def test_four_play_in_doubles_and_the_umpire_does_not():
    corners = [
        to_and_fro(x, y, 40, 1.5 + n / 5) for n, (x, y) in enumerate([(400, 550), (800, 550), (500, 200), (750, 200)])
    ]
    people = [person(n + 1, at, scale=1.0 if n < 2 else 0.5) for n, at in enumerate(corners)]
    people.append(person(5, stays(1100, 300), scale=1.5))
    rally = [(0.5 + 0.6 * n, corners[n % 4], 1.0 if n % 4 < 2 else 0.5) for n in range(5)]
    expected = {1: True, 2: True, 3: True, 4: True, 5: False}
    assert plays(people, hits(*rally)) == expected
    assert plays(people) == expected  # without a ball: all four are as lively


def test_pieces_of_one_player_after_each_other_are_not_two_of_too_many():
    near, far = to_and_fro(500, 500), to_and_fro(700, 200, 30)
    pieces = [person(2, far, scale=0.5, seconds=(0, 1.4)), person(3, far, scale=0.5, seconds=(1.8, 4))]
    assert plays([person(1, near), *pieces], players=(2, 2)) == {1: True, 2: True, 3: True}


@pytest.mark.parametrize(("kind", "count"), [("hit", 1), ("release", 1), ("bounce", 0), ("impact", 0)])
def test_hits_and_releases_are_somebodys_and_bounces_are_nobodys(kind, count):
    event = {"frame": 50, "time_s": 2.0, "kind": kind, "x": 272.0, "y": 388.0, "confidence": 0.9}
    ball = Hits.of(BALL_EVENTS.from_rows([event]))
    assert len(ball.times) == count
    assert plays([person(1, stays(300, 400))], ball) == {1: bool(count)}


def test_of_a_glimpse_and_of_a_sport_that_is_not_known_nothing_is_told():
    glimpse = person(1, to_and_fro(300, 300), seconds=(0, 0.5))
    assert plays([glimpse]) == {1: None}
    walker = person(1, to_and_fro(300, 300))
    assert plays([walker], players=None) == {1: None}
    assert plays([walker]) == {1: True}


def contact(kind, time, place, before=900.0):
    at = dict(zip("xy", (np.array(place) + WRIST).tolist(), strict=True))
    return {"frame": round(time * FPS), "time_s": time, "kind": kind, "confidence": 0.9, "speed_before": before} | at


def test_where_contact_decides_those_alone_play_who_are_at_the_ball():
    """A bowler lets go, a small far batter hits; the large umpire stands, and a non-striker and a fielder go about."""
    bowler, batter, umpire = to_and_fro(500, 400), stays(640, 150), stays(640, 500)
    people = [person(1, umpire, scale=2.0), person(2, bowler), person(3, batter, scale=0.4)]
    people += [person(4, to_and_fro(800, 400)), person(5, to_and_fro(1000, 200), scale=0.5)]
    release, hit = contact("release", 1.0, bowler(1.0)), contact("hit", 1.6, np.array(batter(1.6)) - 0.6 * WRIST)
    ball = Hits.of(BALL_EVENTS.from_rows([release, hit]))
    told = roles(people, ball, (2, 2), by_contact=True)
    assert {n for n, role in told.items() if role.plays} == {2, 3}
    assert {told[n].reason.code for n in (1, 4, 5)} == {"others_at_the_ball"}
    orders = (("hit", "release"), 3), (("release",), 2), (("release", "hit"), 2), ((), None)
    for kinds, number in orders:
        assert at_contact(people, ball, kinds) == number
    alone = Hits.of(BALL_EVENTS.from_rows([release]))
    assert at_contact(people, alone, ("hit", "release")) == 2 and at_contact(people, alone, ("hit",)) is None


def test_where_contact_decides_and_nobody_is_seen_at_the_ball_who_stands_may_play():
    assert roles([person(1, stays(300, 300))], NO_HITS, (2, 2), by_contact=True)[1].plays
    people = [person(1, to_and_fro(300, 400)), person(2, to_and_fro(600, 400)), person(3, stays(900, 400))]
    assert {n: role.plays for n, role in roles(people, NO_HITS, (2, 2), by_contact=True).items()} == {
        1: True,
        2: True,
        3: False,
    }


@pytest.mark.parametrize(("before", "count"), [(900.0, 2), (None, 1)])
def test_a_hit_at_the_first_sight_of_the_ball_is_nobodys_where_it_may_have_come_from_farther(before, count):
    """Who is next to a ball that is first seen there need not have hit it; who lets one go has."""
    rows = [contact("hit", 2.0, (300, 400), before), contact("release", 3.0, (300, 400), None)]
    assert len(Hits.of(BALL_EVENTS.from_rows(rows), seen_to_come=True).times) == count
    assert len(Hits.of(BALL_EVENTS.from_rows(rows)).times) == 2
