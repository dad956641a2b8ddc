"""Overtime, and modes whose arena is another: what is known of them is right, and what is not is not made up."""

import numpy as np
import pytest

from gametape.replay.course import COLUMNS, Course
from gametape.replay.events import event_rows
from gametape.replay.header import Header
from gametape.replay.match import match_row
from gametape.replay.pads import LEAST_PADS, PADS
from gametape.replay.parse import Parsed
from gametape.replay.players import measure, player_rows, players_of
from gametape.replay.tracks import ball_table
from tests.replay.made_course import course_of, stands, times_of
from tests.replay.replay_maker import GAME

TIMES = times_of(20.0)
PEOPLE = ({"first": 0, "last": None, "name": "Ana"}, {"first": 0, "last": None, "name": "Ben"})


def parsed(**tables: list[list[float]]) -> Parsed:
    """A game of Ana (orange) and Ben (blue), who stand near two pads, with some tables of its course."""
    ball = np.zeros((len(TIMES), 9))
    ball[:, 2] = 93.15
    cars = [stands(TIMES, *PADS[3], 17.0), stands(TIMES, *PADS[7], 17.0)]
    course, _ = course_of(TIMES, ball, cars, teams=[1, 0], told=[(60, 1)])
    for player, more in zip(course.players, PEOPLE, strict=True):
        player |= more
    for name, rows in tables.items():
        course.tables[name] = np.array(rows, float).reshape(-1, len(COLUMNS[name]))
    return Parsed(Header(868, 32, 10, dict(GAME), True, ""), course, None, "made 1")


def course(game: Parsed) -> Course:
    assert game.course
    return game.course


def test_overtime_is_counted_from_when_it_is_told():
    game = parsed(overtime=[[0, 0], [450, 1]], clock=[[0, 300], [420, 1], [450, 0], [480, 1], [510, 2]])
    row = match_row(game)
    assert row["overtime"] is True and row["overtime_s"] == pytest.approx(TIMES[-1] - 15.0, abs=0.05)
    plain = match_row(parsed(overtime=[[0, 0]]))
    assert plain["overtime"] is False and plain["overtime_s"] is None
    players = players_of(game)
    shown = ball_table(course(game), measure(course(game), players), "made 1")["seconds_remaining"].to_pylist()
    assert [shown[frame] for frame in (0, 430, 460, 599)] == [300, 1, 0, 2], "in overtime it counts up"


@pytest.mark.parametrize(
    ("playlist", "name", "pads"), [(27, "ranked-hoops", 20), (29, "ranked-dropshot", 0), (13, "ranked-standard", 34)]
)
def test_pads_of_another_arena_are_not_called_standard_ones(playlist: int, name: str, pads: int):
    taken = [[100, 0, 0], [200, 1, 1]] if pads else []
    game = parsed(pickups=taken, boost=[[50, 0, 40, -1], [101, 0, 255, -1]])
    course(game).pads.extend(f"Pad{n}" for n in range(pads))
    course(game).facts["playlist"] = playlist
    assert match_row(game)["playlist"] == name
    players = players_of(game)
    measured = measure(course(game), players)
    found = [row for row in event_rows(game, measured) if row["kind"] == "boost_pickup"]
    assert len(found) == len(taken)
    kinds = {row["pad"] for row in found}
    assert kinds == ({"big", "small"} if pads >= LEAST_PADS else {None} if pads else set())
    assert all(("stolen" in row) == (pads >= LEAST_PADS) for row in found), "no half is made up"
    rows = player_rows(game, players, measured)
    assert rows[1]["name"] == "Ana" and rows[1]["boost_amount_collected"] == pytest.approx(84.3, abs=0.1)


def test_a_goal_where_no_goal_line_is_has_no_speed():
    """Dropshot's goals are holes in the floor: the header says that they were scored, and the ball's way nothing."""
    game = parsed()
    goals = [row for row in event_rows(game, measure(course(game), players_of(game))) if row["kind"] == "goal"]
    assert len(goals) == 2 and {goal["team"] for goal in goals} == {"orange"}
    assert all(goal["ball_speed_uu_s"] is None for goal in goals)
