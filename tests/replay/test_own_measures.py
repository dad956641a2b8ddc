"""The project's own measures, on a course of which the answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from gametape.base.reason import Reason
from gametape.replay.judgement.own_measures import LEAST_AERIALS, REACH_UU, boost_efficiency, measure_game
from gametape.tables.replays import REPLAY_BALL_TRAJECTORY, REPLAY_EVENTS, REPLAY_PLAYER_FRAMES, REPLAY_PLAYERS

STEP_S = 0.1


def game(
    ball: np.ndarray, cars: dict[int, np.ndarray], aerials: list[dict] = (), team: str = "blue"
) -> dict[str, dict]:
    """The measures of player 0 by name; ball (n, 3) and cars (n, 3) as blue sees the pitch, a frame each STEP_S."""
    turn = np.array([1, 1 if team == "blue" else -1, 1])
    n = len(ball)
    balls = [
        {"frame": i, "time_s": i * STEP_S, "state": "detected", "tracker": "made", "in_play": True}
        | dict(zip("xyz", (ball[i] * turn).tolist(), strict=True))
        for i in range(n)
    ]
    frames = [
        {"frame": i, "time_s": i * STEP_S, "player": player, "in_play": True}
        | dict(zip(("x_uu", "y_uu", "z_uu"), (place[i] * turn).tolist(), strict=True))
        for i in range(n)
        for player, place in cars.items()
        if np.isfinite(place[i]).all()
    ]
    players = [{"door": "file", "player": player, "team": team, "bot": False} for player in cars]
    events = [{"event": at, "kind": "aerial", "frame": 0, "source": "derived", **one} for at, one in enumerate(aerials)]
    table = measure_game(
        REPLAY_PLAYERS.from_rows(players), REPLAY_BALL_TRAJECTORY.from_rows(balls),
        REPLAY_PLAYER_FRAMES.from_rows(frames), REPLAY_EVENTS.from_rows(events),
    )  # fmt: skip
    return {row["measure"]: row for row in table.to_pylist() if row["player"] == 0}


def along(y: np.ndarray, x: float = 0.0, z: float = 17.0) -> np.ndarray:
    return np.column_stack([np.full(len(y), x), y, np.full(len(y), z)])


def test_boost_that_is_burnt_at_full_speed_or_spilt_is_lost():
    known = {
        "boost_bpm": 400.0, "boost_bcpm": 420.0, "boost_amount_collected": 2100.0, "boost_amount_overfill": 500.0,
        "boost_amount_used_while_supersonic": 250.0,
    }  # fmt: skip
    assert boost_efficiency(known) == {"value": pytest.approx(1 - 750 / 2500), "n": 2500}
    least = known | {"boost_bpm": 200.0, "boost_bcpm": 2100.0, "boost_amount_overfill": 100.0}
    assert boost_efficiency(least)["n"] == 300 and "value" in boost_efficiency(least)
    assert boost_efficiency(least | {"boost_bpm": 199.0})["reason"] == Reason("boost_too_little", n=299, needed=300)
    assert boost_efficiency(known | {"boost_bpm": None})["reason"] == Reason("boost_not_known")
    assert boost_efficiency(known | {"boost_bcpm": 0.0})["reason"] == Reason("boost_not_known")


@pytest.mark.parametrize("team", ["blue", "orange"])
def test_cover_is_the_share_of_the_time_between_ball_and_own_goal(team: str):
    """Six spells of 2 s in the own half, 2 s apart; in the first three he is on the wrong side for half of the time."""
    i = np.arange(240)
    ball_y = np.where(i % 40 < 20, -2000.0, 2000.0)
    wrong = (i % 40 >= 10) & (i % 40 < 20) & (i < 120)
    row = game(along(ball_y), {0: along(np.where(wrong, -1000.0, -4000.0), 500.0)}, team=team)["goal_side_cover"]
    assert row["n"] == 6 and row["value"] == pytest.approx(0.75, abs=0.01)
    assert row["spread"] == pytest.approx(0.25 * (6 / 5) ** 0.5, abs=0.01)
    assert row["error"] == pytest.approx(row["spread"] / 6**0.5, abs=0.01)
    assert row["moments_s"] == pytest.approx([1.0, 5.0, 9.0])


def test_the_error_of_cover_is_never_0():
    i = np.arange(240)
    row = game(along(np.where(i % 40 < 20, -2000.0, 2000.0)), {0: along(np.full(240, -4000.0))})["goal_side_cover"]
    assert row["value"] == 1.0 and row["error"] > 0.1


def test_cover_of_few_spells_is_not_known():
    i = np.arange(160)
    row = game(along(np.where(i % 40 < 20, -2000.0, 2000.0)), {0: along(np.full(160, -4000.0))})["goal_side_cover"]
    assert row["value"] is None and row["reason"] == Reason("spells_too_few", n=4, needed=5)


@pytest.mark.parametrize(("back", "value"), [(10, 1.0), (5, 0.5), (0, 0.0)])
def test_rotation_is_the_share_of_changes_after_which_he_is_behind(back: int, value: float):
    """He and a mate take turns at the ball, each for 5 s; after `back` of ten changes he drives behind within 2 s."""
    n = 1050
    own, mate = np.full(n, 0.0), np.full(n, 0.0)
    for turn in range(10):
        begin = 100 * turn
        mate[begin : begin + 50] = -1500.0  # he is nearest, the mate waits behind
        after = slice(begin + 50, begin + 100)
        own[after] = 600.0  # past the ball, further than the mate who comes to it
        mate[after] = 200.0
        if turn < back:
            own[begin + 70 : begin + 100] = -2500.0
    own[1000:], mate[1000:] = 0.0, -1500.0
    row = game(along(np.full(n, 0.0)), {0: along(own), 1: along(mate)})["rotation_back"]
    assert row["n"] == 10 and row["value"] == pytest.approx(value)
    assert row["error"] > 0 and len(row["moments_s"]) == min(5, 10 - back)


def test_there_is_no_rotation_alone():
    row = game(along(np.zeros(50)), {0: along(np.zeros(50))})["rotation_back"]
    assert row["reason"] == Reason("no_team_mate")


@pytest.mark.parametrize(("reach", "attempts"), [(REACH_UU - 1, 10), (REACH_UU + 1, 5)])
def test_aerials_count_where_the_ball_was_within_reach(reach: float, attempts: int):
    n = 400
    aerials = [
        {"time_s": 2.0 + 3 * k, "end_s": 3.0 + 3 * k, "player": 0, "touches": int(k < LEAST_AERIALS)} for k in range(10)
    ]
    car = along(np.full(n, 0.0), z=1000.0)
    row = game(along(np.full(n, reach), z=1000.0), {0: car}, aerials)["aerial_efficiency"]
    assert row["n"] == attempts and row["value"] == pytest.approx(LEAST_AERIALS / attempts)
    fewer = game(along(np.full(n, reach), z=1000.0), {0: car}, aerials[:4])["aerial_efficiency"]
    assert fewer["reason"] == Reason("aerials_too_few", n=4, needed=LEAST_AERIALS)


def test_without_a_course_only_boost_is_known():
    players = REPLAY_PLAYERS.from_rows([{"door": "api", "player": 0, "team": "blue", "bot": False}])
    rows = measure_game(players, REPLAY_BALL_TRAJECTORY.empty(), REPLAY_PLAYER_FRAMES.empty(), REPLAY_EVENTS.empty())
    codes = {row["measure"]: row["reason"] for row in rows.to_pylist()}
    assert codes.pop("boost_efficiency") == "boost_not_known" and set(codes.values()) == {"course_not_known"}
