"""Ballchasing.com's definitions on made games in which every second is known: halves, slides, boost, mates, leavers."""

import numpy as np
import pytest

from gametape.replay.course import COMPONENTS, Course
from gametape.replay.match import ball_in_sides, kickoffs, live_seconds
from gametape.replay.motion import Motion, clock_of, motion_of
from gametape.replay.statistics import GROUND, Scene, boost, positioning, powerslides
from gametape.replay.tracks import ball_there
from tests.replay.made_course import course_of, times_of

TIMES = times_of(20.0, 20.0)
CLOCK = clock_of(TIMES)


def way(y: np.ndarray | float, z: np.ndarray | float = 17.0, x: np.ndarray | float = 0.0) -> np.ndarray:
    return np.stack([x + 0 * TIMES, y + 0 * TIMES, z + 0 * TIMES], 1)


def game(cars: list[np.ndarray], ball: np.ndarray | None = None) -> tuple[Course, list[Motion]]:
    states = np.zeros((len(TIMES), 9)) if ball is None else ball
    course, made = course_of(TIMES, states, cars, teams=[0] * len(cars), told=[])
    return course, made.motions


def test_the_balls_half_is_where_each_of_its_states_is():
    ball = np.zeros((len(TIMES), 9))
    ball[:, 1] = np.select([TIMES <= 5, TIMES <= 12], [-1000.0, 3000.0], 5215.0)
    course, _ = game([], ball)
    assert ball_in_sides(course, CLOCK) == pytest.approx((5.0, CLOCK[-1] - 5.0))
    # From 12 s on it lies in the goal: asleep, it is told once, and again from keyframe to keyframe.
    table = course.tables["ball"]
    asleep = TIMES > 12
    table[asleep, 7] = 1
    kept = ~asleep | np.isin(np.arange(len(table)), [np.argmax(asleep), np.argmax(TIMES > 15), np.argmax(TIMES > 18)])
    course.tables["ball"] = table[kept]
    assert ball_in_sides(course, CLOCK) == pytest.approx((5.0, 7.05), abs=0.01), "the first of them counts, no repeat"
    course.tables["ball"][:, 7] = 0
    assert ball_in_sides(course, CLOCK)[1] > 12, "what does not sleep there is in play"


def test_a_ball_that_lies_in_the_goal_is_not_there():
    ball = np.zeros((len(TIMES), 9))
    ball[:, 1] = np.where((TIMES > 5) & (TIMES < 9), 5215.0, 0.0)
    course, _ = game([], ball)
    told = np.isin(np.arange(len(TIMES)), [0, 60, 101, 140, 180, 200])
    course.tables["ball"] = course.tables["ball"][told]
    course.tables["ball"][2:4, 7] = 1
    course.tables["explosions"] = np.array([[101, 0, 5215, 93]], float)
    there = ball_there(course, told)
    assert np.flatnonzero(~there).tolist() == list(range(102, 180)), "told again at 140, it is the one that is gone"


def test_time_without_countdowns_is_the_players_own():
    course, _ = game([])
    course.tables["first_hits"] = np.array([[0, 1], [40, 0], [100, 1], [200, 0], [300, 1]], float)
    assert kickoffs(course).tolist() == [100, 300], "what the first frame tells is no kickoff"
    whole = float(CLOCK[-1])
    assert live_seconds(course, CLOCK) == pytest.approx(whole - 6)
    assert live_seconds(course, CLOCK, 100) == pytest.approx(whole - CLOCK[100] - 3), (
        "who came with its touch did not wait"
    )
    assert live_seconds(course, CLOCK, 99) == pytest.approx(whole - CLOCK[99] - 6)
    assert live_seconds(course, CLOCK, 0, 299) == pytest.approx(CLOCK[299] - 3)


def test_a_powerslide_ends_in_the_air_and_with_the_car():
    high = np.where((TIMES > 5) & (TIMES <= 6), GROUND + 1, GROUND)
    course, [motion] = game([way(0.0, high)])
    course.tables["handbrake"] = np.array([[80, 0, 1], [160, 0, 0], [300, 0, 1]], float)
    told = powerslides(course, 0, motion, CLOCK)
    assert told["movement_count_powerslide"] == 3
    assert told["movement_time_powerslide"] == pytest.approx(3.0 + 5.0, abs=0.06)
    course.tables["spawns"] = np.vstack([course.tables["spawns"], [[340, 0, 7]]])
    ended = powerslides(course, 0, motion_of(course, 0, CLOCK), CLOCK)
    assert ended["movement_time_powerslide"] == pytest.approx(3.0 + 2.0, abs=0.06), "a new car begins without"


@pytest.mark.parametrize(
    ("height", "speed", "used"), [(GROUND, 2201, 20.0), (GROUND, 2199, 0.0), (GROUND + 1, 2300, 0.0)]
)
def test_boost_used_while_supersonic_is_what_is_burnt_on_the_ground(height: float, speed: float, used: float):
    course, _ = game([way(speed * (TIMES - 10), height)])
    tank = [[0, 0, 85, -1], [100, 0, 85 - 51, -1], [200, 0, 85, -1]]
    course.tables["boost"] = np.array(tank, float)
    course.tables["active"] = np.array([[80, 0, COMPONENTS.index("Boost"), 1]], float)
    motion = motion_of(course, 0, CLOCK)
    scene = Scene(CLOCK, np.zeros((len(TIMES), 6)), np.zeros(len(TIMES)), [], 20.0)
    assert boost(motion, [], scene, 1)["boost_amount_used_while_supersonic"] == pytest.approx(used, abs=0.1)


def test_first_and_last_of_a_team_are_those_who_are_there():
    course, [mine, _] = game([way(0.0), way(np.where(TIMES <= 8, 500.0, -500.0))])
    scene = Scene(CLOCK, np.zeros((len(TIMES), 6)), np.zeros(len(TIMES)), [motion_of(course, 1, CLOCK)], 20.0)
    told = positioning(mine, scene, 1)
    assert told["positioning_time_most_back"] == pytest.approx(8.0, abs=0.06)
    assert told["positioning_time_most_forward"] == pytest.approx(CLOCK[-1] - 8.0, abs=0.06)
    # Of the mate nothing is told for the time from 10 s on: a second later he is not there.
    cars = course.tables["cars"]
    course.tables["cars"] = cars[~((cars[:, 1] == 1) & (TIMES[cars[:, 0].astype(int)] > 10))]
    scene = Scene(CLOCK, scene.ball, scene.holder, [motion_of(course, 1, CLOCK)], 20.0)
    assert positioning(mine, scene, 1)["positioning_time_most_forward"] == pytest.approx(3.0, abs=0.11)
