"""Statistics of real replays against ballchasing.com's answers about the same games."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gametape.replay.read import read_replay

CLOSE = [  # of the reach
    "movement_total_distance", "movement_time_supersonic_speed", "movement_time_high_air",
    "positioning_time_defensive_third", "positioning_time_neutral_third", "positioning_time_offensive_third",
    "positioning_time_behind_ball", "positioning_time_infront_ball",
    "movement_time_ground", "movement_time_slow_speed", "movement_avg_speed", "positioning_avg_distance_to_ball",
]  # fmt: skip


@pytest.fixture(scope="module")
def figures(shared: Path) -> dict:
    """What the command prints; in a process of its own, whose memory is the parser's and no other test's."""
    command = "from orchestration.cli import main; main()"
    arguments = ["eval", "replays", str(shared / "data" / "replays")]
    done = subprocess.run([sys.executable, "-c", command, *arguments], capture_output=True, check=True)
    return json.loads(done.stdout)


def test_core_is_exact_and_everybody_is_found(figures: dict):
    assert figures["core_exact"] == 1.0 and figures["failed"] == {}
    assert figures["players_matched"] == figures["players"] == 26


@pytest.mark.parametrize("name", CLOSE)
def test_statistic_is_within_a_thousandth(figures: dict, name: str):
    assert figures["stats"][name]["median_rel_error"] <= 0.001 and figures["stats"][name]["n"] == 26


BOOST = [
    "boost_bpm", "boost_bcpm", "boost_avg_amount", "boost_amount_collected", "boost_amount_stolen",
    "boost_amount_overfill", "boost_count_collected_big", "boost_count_stolen_big", "boost_count_stolen_small",
    "boost_count_collected_small", "boost_time_zero_boost", "boost_time_full_boost", "boost_time_boost_0_25",
    "boost_time_boost_25_50", "boost_time_boost_50_75", "boost_time_boost_75_100",
    "boost_amount_used_while_supersonic", "movement_time_powerslide",
]  # fmt: skip


@pytest.mark.parametrize("name", BOOST)
def test_boost_and_slides_are_within_two_percent(figures: dict, name: str):
    assert figures["stats"][name]["median_rel_error"] <= 0.02


def test_demolitions_are_exact(figures: dict):
    assert figures["stats"]["demo_inflicted"]["mae"] == figures["stats"]["demo_taken"]["mae"] == 0


def test_goals_are_found_from_the_ball_alone(figures: dict):
    assert figures["goals"] == {"recorded": 47, "found_from_the_ball": 47, "extra": 0}


def test_cost(figures: dict):
    assert figures["cpu_s_per_game"] < 4 and figures["memory_mb"] < 200


def test_tables_of_one_game_agree(shared: Path):
    game = read_replay(shared / "data" / "replays" / "recent-ranked-doubles-2026-03-10.replay")
    players, events = game.players.to_pylist(), game.events.to_pylist()
    assert [player["team"] for player in players] == ["blue", "blue", "orange", "orange"]
    for kind, name in (
        ("shot", "core_shots"),
        ("save", "core_saves"),
        ("goal", "core_goals"),
        ("demo", "demo_inflicted"),
    ):
        for player in players:
            mine = [event for event in events if event["kind"] == kind and event["player"] == player["player"]]
            assert len(mine) == player[name], (kind, player["player"])
    assert [event["time_s"] for event in events] == sorted(event["time_s"] for event in events)
    frames = game.player_frames
    assert set(frames["player"].to_pylist()) == {0, 1, 2, 3}
    assert max(frames["speed_uu_s"].to_pylist()) <= 2310 and game.ball.num_rows == game.match["frames"]


def test_a_teams_ball_is_ballchasings(figures: dict):
    for name in ("possession_time", "time_in_side"):
        told = figures["team_stats"][name]
        assert told["n"] == 8 and told["mae"] < 0.1, name
