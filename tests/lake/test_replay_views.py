"""Questions over replays: each game counts once, and the printed questions give the right answers."""

from pathlib import Path

import pytest

from gametape.lake.sql import connect, read
from gametape.lake.store import Lake
from gametape.tables.ball import BALL_FLIGHTS, BALL_TRAJECTORY
from tests.docs.pages import blocks
from tests.docs.test_examples import BLANK
from tests.replay_house import game_file, read_made


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def put(lake: Lake, tmp_path: Path, key: str, door: str = "file", **facts) -> None:
    name = f"{key}.{'replay' if door == 'file' else 'ballchasing.json'}"
    for contract, table in read_made(game_file(tmp_path / name, **facts)).tables():
        lake.write_table(contract.name, key, table)


def question(beginning: str) -> str:
    [text] = [text for _, text in blocks("sql") if text.startswith(beginning)]
    return text


def test_each_game_is_there_once_by_the_replay_that_tells_most(lake: Lake, tmp_path: Path):
    put(lake, tmp_path, "a-api", "api", guid="A", replay_id="1")
    put(lake, tmp_path, "a-file", guid="A", replay_id="1")
    put(lake, tmp_path, "a-file-of-bo", guid="A", replay_id="2")
    put(lake, tmp_path, "b-header", guid="B", unknown_patch=True)
    put(lake, tmp_path, "b-api", "api", guid="B")
    put(lake, tmp_path, "old-1", replay_id="3", saves=2)
    put(lake, tmp_path, "old-2", replay_id="4", saves=2, played_at="2026-01-02T04:04:09")
    put(lake, tmp_path, "old-3", replay_id="5", saves=4)
    put(lake, tmp_path, "nothing-1", scores=[0, 0, 0, 0])
    put(lake, tmp_path, "nothing-2", scores=[0, 0, 0, 0])
    games = connect(lake.base_uri).sql("select replay, replays from replay_games order by replay").fetchall()
    # Of old-1 and old-2 everybody's points are the same; old-3 has other saves and so other points.
    assert games == [
        ("a-file", 3), ("b-header", 2), ("nothing-1", 1), ("nothing-2", 1), ("old-1", 2), ("old-3", 1),
    ]  # fmt: skip
    assert read("replay_games", ["replay"], keys=["old-1", "old-2"], base_uri=lake.base_uri).num_rows == 1


def test_who_wins_more_when_behind_the_ball(lake: Lake, tmp_path: Path):
    for n in range(4):  # orange is more behind the ball in every made game, and wins one of four
        put(lake, tmp_path, f"g{n}", guid=str(n), winner="orange" if n == 0 else "blue")
    put(lake, tmp_path, "again", "api", guid="0", winner="orange")
    [(games, won, error, more)] = connect(lake.base_uri).sql(question("with teams as")).fetchall()
    assert (games, won, more) == (4, 0.25, 2.0) and error == pytest.approx((0.25 * 0.75 / 4) ** 0.5)


def test_both_balls_answer_one_question(lake: Lake, tmp_path: Path):
    put(lake, tmp_path, "g", guid="1")
    blank = {column.name: BLANK[column.type] for column in BALL_FLIGHTS.columns}
    lake.write_table("ball_flights", "f", BALL_FLIGHTS.from_rows([{**blank, "began": "hit", "speed_start_mps": 20.0}]))
    con = connect(lake.base_uri)
    assert con.sql(question("select 'films' as balls")).fetchall() == [
        ("films", 1, 20.0, 20.0),
        ("replays", 1, 9.0, 9.0),
    ]
    blank = {column.name: BLANK[column.type] for column in BALL_TRAJECTORY.columns}
    row = {**blank, "state": "detected", "speed": 300.0, "time_s": 2.0}
    lake.write_table("ball_trajectory", "f", BALL_TRAJECTORY.from_rows([row, {**row, "state": "absent"}]))
    rows = con.sql(question("select source, key")).fetchall()
    assert [row[:3] for row in rows] == [("film", "f", 0.5), ("replay", "g", 1.0)]
    assert [row[4:] for row in rows] == [(300.0, "px/s"), (900.0, "uu/s")]
