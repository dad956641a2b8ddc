"""Forehand and backhand where play goes across the picture, and hits of who is out of sight for a moment."""

from types import SimpleNamespace

import numpy as np
import pytest

from gametape.base.reason import Reason
from gametape.strokes.arms import LEADS_S, LEAST_SEEN, Lead, lead_of
from gametape.strokes.hits import ARM, BRIEFLY_S, JUST_S, Hit, reaches_away
from gametape.strokes.kinds import ALIKE, NO_HAND, NOT_SEEN, Kind, Sided, kind_by_ball
from gametape.strokes.owners import IN_PLAY_S, Claim
from gametape.strokes.view import (
    ACROSS,
    LEADS,
    NOISE,
    fronts,
    kind_from_side,
    stands_at,
)

GRID = np.arange(0, 8, 1 / 120)
AT = 4.0
SIDES = Sided(0.9, (Reason("a"), Reason("b")))


class Person:
    """Stands for `Near`: points by name, (x, y) or arrays of x, in body heights of one."""

    def __init__(self, **points):
        self.grid, self.height, self.points = GRID, np.ones(len(GRID)), points

    def position(self, name, cutoff=None):
        x, y = self.points.get(name, (0.0, 0.0))
        return np.column_stack(np.broadcast_arrays(x + 0 * GRID, y + 0 * GRID))


def rally(way, gap=1.0, tracks=(1, 2, 1, 2)):
    """Hits of two players who stand `way` px from one another, by turns."""
    hits = [Hit(i, gap * i, np.zeros(2), 0.9) for i in range(len(tracks))]
    places = {tracks[0]: (100.0, 300.0), tracks[1]: (100.0 + way[0], 300.0 + way[1])}
    owned = {i: Claim(of, 0.1, Kind("swing", None, NOT_SEEN), stands=places[of]) for i, of in enumerate(tracks)}
    return hits, owned


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("steep", "across"), [(ACROSS * 0.99, False), (ACROSS * 1.01, True)])
def test_play_goes_across_where_players_are_three_times_as_far_apart_that_way(steep, across, way):
    hits, owned = rally((way * 100 * steep, -100))
    assert fronts(hits, owned) == ({1: way, 2: -way} if across else {})


@pytest.mark.parametrize(("gap", "told"), [(IN_PLAY_S - 0.01, True), (IN_PLAY_S + 0.01, False)])
def test_players_of_two_rallies_say_nothing_of_the_way_of_play(gap, told):
    assert bool(fronts(*rally((500, 10), gap))) == told


def test_one_player_alone_shows_no_way_of_play():
    hits, owned = rally((500, 10))
    assert fronts(hits, {0: owned[0], 2: owned[2]}) == {}
    assert fronts(*rally((np.nan, 10))) == {}


def test_an_arm_leads_by_its_shoulder_and_elbow_of_the_02_seconds_before_contact():
    early = np.where((GRID > AT - LEADS_S) & (GRID <= AT), 0.3, -5.0)
    person = Person(left_shoulder=(0.1, 0), right_shoulder=(0.2, 0), right_elbow=(early, 0), left_elbow=(-0.1, 0))
    assert lead_of(person, AT) == Lead(left=pytest.approx(-0.3), right=pytest.approx(0.2))


@pytest.mark.parametrize(("share", "known"), [(LEAST_SEEN - 0.1, False), (LEAST_SEEN + 0.1, True)])
def test_an_arm_is_seen_in_half_of_that_time(share, known):
    elbow = np.where(AT - LEADS_S * share >= GRID, np.nan, 0.3)
    assert (lead_of(Person(right_elbow=(elbow, 0)), AT).right is not None) == known
    assert lead_of(Person(left_shoulder=(np.nan, 0)), AT).right is None


@pytest.mark.parametrize("front", [1.0, -1.0])
@pytest.mark.parametrize(("ahead", "named"), [(LEADS + 0.02, "backhand"), (LEADS - 0.02, "forehand"), (-0.2, "forehand"), (LEADS + 0.01, "swing")])  # fmt: skip
def test_from_the_side_the_arm_that_leads_plays_a_backhand(front, ahead, named):
    told = kind_from_side(SIDES, Lead(None, front * ahead), front, 1.0)
    assert told.name == named
    if named != "swing":
        off = abs(ahead - LEADS)
        assert told.confidence == pytest.approx(0.5 + 0.5 * off / (off + NOISE))
        assert told.reason == Reason("arm_leads", hand="right", ahead=ahead, needed=LEADS)


def test_the_left_arm_counts_for_the_left_handed_and_doubt_about_the_hand_for_both():
    lead = Lead(left=0.3, right=-0.3)
    assert kind_from_side(SIDES, lead, 1.0, 0.0).name == "backhand"
    assert kind_from_side(SIDES, lead, 1.0, 1.0).name == "forehand"
    sure = kind_from_side(SIDES, lead, 1.0, 1.0).confidence
    assert kind_from_side(SIDES, lead, 1.0, 0.8).confidence == pytest.approx(
        0.8 * sure + 0.2 * (1 - (0.5 + 0.5 * 0.24 / 0.3))
    )
    assert kind_from_side(SIDES, lead, 1.0, 0.55) == Kind("swing", None, ALIKE)
    assert kind_from_side(SIDES, Lead(None, -0.3), 1.0, 0.8).confidence == pytest.approx(0.8 * sure + 0.1)


def test_only_sides_are_told_from_the_side():
    lead = Lead(left=0.0, right=0.4)
    assert kind_from_side(SIDES, lead, None, 1.0) is SIDES
    smash = Kind("overhead", 0.9, Reason("hand_above_head"))
    assert kind_from_side(smash, lead, 1.0, 1.0) is smash
    assert kind_from_side(Kind("swing", None, NOT_SEEN), lead, 1.0, 1.0).reason == NOT_SEEN
    assert kind_from_side(Kind("swing", None, NO_HAND), lead, 1.0, 1.0).name == "backhand"
    assert kind_from_side(SIDES, Lead(0.4, None), 1.0, 1.0) == Kind("swing", None, ALIKE)
    assert kind_from_side(SIDES, None, 1.0, 1.0) == Kind("swing", None, ALIKE)


def test_a_person_stands_between_where_the_hips_were_seen():
    hips = np.where(np.abs(GRID - AT) < 1, np.nan, GRID)
    assert stands_at(Person(mid_hip=(hips, 2.0)), AT) == (pytest.approx(AT, abs=0.01), 2.0)
    assert np.isnan(stands_at(Person(mid_hip=(np.nan, 2.0)), AT)).all()


def hidden(before, after):
    """Somebody whose shoulders go from x = -1 to 1, unseen from so many seconds before AT to so many after."""
    gone = (AT - before < GRID) & (AT + after > GRID)
    unseen, shoulders = (np.full((len(GRID), 2), np.nan) for _ in range(2))
    shoulders[~gone] = np.column_stack([np.clip((GRID - AT) / 0.5, -1, 1), 0 * GRID])[~gone]

    def position(point, cutoff):
        return shoulders if point == "mid_shoulder" else unseen

    return SimpleNamespace(
        size_px=1.0, motion=SimpleNamespace(grid=GRID, height=np.where(gone, np.nan, 1.0), position=position)
    )


@pytest.mark.parametrize(("before", "after", "known"), [(BRIEFLY_S - 0.02, 0.25, True), (BRIEFLY_S + 0.02, 0.25, False), (0.25, BRIEFLY_S - 0.02, True), (0.25, BRIEFLY_S + 0.02, False)])  # fmt: skip
def test_who_is_out_of_sight_briefly_is_between_where_the_shoulders_were_seen(before, after, known):
    away = reaches_away(hidden(before, after), "left", AT, np.array([ARM + 0.35, 0.0]), 0.35)
    assert away == (pytest.approx(1.0, abs=0.02) if known else np.inf)


@pytest.mark.parametrize("seen", ["mid_hip", "mid_shoulder", None])
def test_of_who_is_out_of_sight_at_a_hit_no_kind_is_told(seen):
    unseen = dict.fromkeys({"mid_hip", "mid_shoulder"} - {seen}, (np.nan, np.nan))
    person = Person(**unseen, right_hip=(0.1, 0), left_hip=(-0.1, 0), right_shoulder=(0.1, 0), left_shoulder=(-0.1, 0))
    person.head = np.full((len(GRID), 2), -0.4)
    rules = SimpleNamespace(overhead=None, level="sided", toss=None, two_handed=False)
    told = kind_by_ball(person, AT, np.array([0.4, 0.0]), rules)
    assert isinstance(told, Sided) == (seen == "mid_hip") and (seen or told == Kind("swing", None, NOT_SEEN))


@pytest.mark.parametrize(("before", "after", "known"), [(JUST_S - 0.02, 9, True), (JUST_S + 0.02, 9, False), (9, JUST_S - 0.02, True), (9, JUST_S + 0.02, False)])  # fmt: skip
def test_who_was_just_seen_is_still_there(before, after, known):
    """As one who is covered by another when he lunges, and not seen again, or who comes into sight."""
    seen_last = np.array([-(JUST_S - 0.02) / 0.5 if before < 9 else (JUST_S - 0.02) / 0.5, 0.0])
    away = reaches_away(hidden(before, after), "left", AT, seen_last, 0.35)
    assert away == (pytest.approx(0.0, abs=0.03) if known else np.inf)


def test_who_is_never_seen_is_at_no_hit():
    assert reaches_away(hidden(9, 9), "left", AT, np.zeros(2), 0.35) == np.inf
