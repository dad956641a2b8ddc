"""Touches of a made ball whose laws are known, and of real replays against what the game itself gave points for."""

from pathlib import Path

import numpy as np
import pytest

from gametape.replay.ball_physics import is_bounce, jumps
from gametape.replay.course import Course
from gametape.replay.parse import parse
from gametape.replay.players import measure, players_of
from gametape.replay.touches import Cars, Touch, kickoffs_of, touch_points, touches_of
from tests.replay.made_course import MadeBall, bounced, course_of, stands, times_of

UP = np.array([0.0, 0.0, 1.0])
HIT = ((-1500.0, 200.0, 300.0), (1.0, -2.0, 0.5))


def found(course: Course, cars: Cars, points: list[tuple[int, int]] | None = None) -> list[tuple[int, int | None]]:
    return [(touch.frame, touch.player) for touch in touches_of(course, cars, points or [])]


@pytest.mark.parametrize("speed", [(0, 0, -900), (2000, -500, -300), (100, 100, -3000)])
@pytest.mark.parametrize("spin", [(0, 0, 0), (5, -2, 1), (0, 0, 5.9)])
def test_a_bounce_is_told_from_a_hit(speed: tuple, spin: tuple) -> None:
    before, turns = np.array(speed, float), np.array(spin, float)
    after, turned = bounced(before, turns, UP)
    assert is_bounce(before, turns, after - before, turned - turns)
    assert not is_bounce(before, turns, (after - before) * 1.4, turned - turns), "too fast for a bounce"
    assert not is_bounce(before, turns, after - before, turned - turns + np.array([0, 0, 1.5])), "its spin is another's"


def test_bounces_on_floor_and_wall_beside_a_car_are_no_touches() -> None:
    times = times_of(6.0)
    ball = MadeBall((3000, 0, 700), (600, 300, 0), (1, 2, 3)).states(times)
    bounces = list(jumps(course_of(times, ball, [], teams=[], told=[])[0]))
    assert len(bounces) >= 4 and all(jump.explained for jump in bounces)
    # A car drives with the ball, 1 m from it, and touches nothing.
    course, cars = course_of(times, ball, [np.add(ball[:, :3], [0, 190, 0])], teams=[0], told=[(0, 0)])
    assert [frame for frame, _ in found(course, cars)] == [0], "what the record says, and no more"


@pytest.mark.parametrize("rate", [20.0, 30.0])
def test_the_car_that_is_met_has_touched(rate: float) -> None:
    times = times_of(2.0, rate)
    ball = MadeBall((0, 0, 900), (300, 0, 200), hits={1.01: HIT}).states(times)
    at = ball[times <= 1.01][-1, :3]
    near, far = stands(times, *np.add(at, [0, 120, 0])), stands(times, *np.add(at, [0, 600, 0]))
    course, cars = course_of(times, ball, [far, near], teams=[0, 0], told=[(0, 0)])
    first = int(np.flatnonzero(times > 1.01)[0])
    assert found(course, cars)[1:] == [(first, 1)]
    # Of the two that the ball meets, the one of the team that the record says.
    course, cars = course_of(times, ball, [near, np.add(near, [40, 0, 0])], teams=[0, 1], told=[(0, 0), (first, 1)])
    assert found(course, cars)[1:] == [(first, 1)]
    # Nobody near: the record alone does not say who.
    course, cars = course_of(times, ball, [far], teams=[0], told=[(0, 0)])
    assert found(course, cars)[1:] == []


def test_a_push_is_one_touch_and_two_hits_are_two() -> None:
    times = times_of(4.0)
    push = {1.0 + n / 30: ((60.0, 0.0, 70.0), (0.1, 0.0, 0.0)) for n in range(12)}
    ball = MadeBall((0, 0, 900), (0, 0, 300), hits=push | {2.0: HIT}).states(times)
    course, cars = course_of(times, ball, [np.add(ball[:, :3], [0, 0, -130])], teams=[0], told=[(0, 0)])
    frames = [frame for frame, _ in found(course, cars)][1:]
    assert len(frames) == 2 and times[frames] == pytest.approx([1.03, 2.03], abs=0.04)


def test_the_other_one_at_a_contested_ball_is_known_by_the_points() -> None:
    times = times_of(4.0)
    ball = MadeBall((0, 0, 900), (300, 0, 200), hits={1.01: HIT}).states(times)
    at, first = ball[times <= 1.01][-1, :3], int(np.flatnonzero(times > 1.01)[0])
    both = [stands(times, *np.add(at, [0, 120, 0])), stands(times, *np.add(at, [0, -120, 0]))]
    given = [(0, 0, 50), (0, 1, 70), (first + 15, 0, 52), (first + 20, 1, 72), (first + 40, 1, 82)]
    course, cars = course_of(times, ball, both, teams=[0, 1], told=[(0, 0), (first, 1)], points=given)
    points = touch_points(course.tables["counts"], {0: 0, 1: 1})
    assert points == [(first + 15, 0), (first + 20, 1)]
    assert found(course, cars, points)[1:] == [(first, 0), (first, 1)], "the last is the record's"
    assert found(course, cars)[1:] == [(first, 1)]
    late = [(first + 60, 0)]
    assert found(course, cars, late)[1:] == [(first, 1)], "points of 2 s later are another touch's"


def test_a_kickoff_is_the_first_touch_of_a_ball_that_sleeps() -> None:
    times = times_of(6.0)
    ball = MadeBall((0, 0, 93.15), (0, 0, 0), hits={4.0: ((0.0, 2000.0, 400.0), (-3.0, 0.0, 0.0))}).states(times)
    asleep = int(np.flatnonzero(times > 4.0)[0])
    ball[:asleep, :2], ball[:asleep, 3:] = 0.0, 0.0
    car = np.stack([0 * times, np.minimum(-150 + 0 * times, 2000 * (times - 4.0) - 150), 17 + 0 * times], 1)
    course, cars = course_of(times, ball, [car], teams=[1], told=[(asleep, 1)], asleep=asleep)
    touches = touches_of(course, cars, [])
    assert touches == [Touch(asleep, 0, 1, False)]
    course.tables["first_hits"] = np.array([[0, 0], [asleep + 1, 1], [asleep + 5, 0], [asleep + 20, 1]], float)
    first, second = kickoffs_of(course, touches)
    assert (first.since, first.until, first.first) == (0, asleep + 1, touches[0])
    assert second.first is None and second.since == asleep + 5


@pytest.mark.parametrize("name", ["recent-ranked-doubles-2026-03-10", "rlcs-2025-worlds-grand-final-flcn-nrg-g5"])
def test_touches_of_a_real_replay_are_those_that_the_game_knows_of(shared: Path, name: str) -> None:
    """The game gives points for a touch, says which team touched, and who scored."""
    parsed = parse(shared / "data" / "replays" / f"{name}.replay")
    assert parsed.course
    players, course = players_of(parsed), parsed.course
    measured, times = measure(course, players), course.times
    alone = touches_of(course, Cars(times, measured.motions, [one.team for one in players]), [])
    points, spent = touch_points(course.tables["counts"], measured.number), set[int]()
    for frame, player in points:
        near = (
            n for n, one in enumerate(alone) if one.player == player and -0.1 <= times[frame] - times[one.frame] < 1.3
        )
        spent |= set([n for n in near if n not in spent][:1])
    assert len(points) > 100 and len(spent) >= 0.94 * len(points), "found without being told of the points"
    assert sum(touch.recorded for touch in measured.touches) <= 0.01 * len(course.tables["hits"])
    for goal in parsed.header.properties["Goals"]:
        at = times[min(goal["frame"], len(times) - 1)]
        last = [one for one in measured.touches if one.team == goal["PlayerTeam"] and times[one.frame] <= at][-1]
        assert last.player is not None and players[last.player].name == goal["PlayerName"]
