"""Questions over replays: each game counts once, and the printed questions give the right answers."""

import itertools
import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from gametape.lake.replay_views import VIEWS
from gametape.lake.sql import connect, read
from gametape.lake.store import Lake
from gametape.replay.duplicates import games, record_of, same_game
from gametape.tables.ball import BALL_FLIGHTS, BALL_TRAJECTORY
from gametape.tables.replays import REPLAY_MATCHES, REPLAY_PLAYERS
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
    put(lake, tmp_path, "nothing-1", scores=[0, 0, 0, 0], goals=[0, 0, 0, 0])
    put(lake, tmp_path, "nothing-2", scores=[0, 0, 0, 0], goals=[0, 0, 0, 0])
    found = connect(lake.base_uri).sql("select replay, replays from replay_games order by replay").fetchall()
    # Of old-1 and old-2 everybody's points are the same; old-3 has other saves and so other points.
    assert found == [
        ("a-file", 3), ("b-api", 2), ("nothing-1", 1), ("nothing-2", 1), ("old-1", 2), ("old-3", 1),
    ]  # fmt: skip
    assert read("replay_games", ["replay"], keys=["old-1", "old-2"], base_uri=lake.base_uri).num_rows == 1


GUIDS = (None, None, "0" * 32, "aa-01", "AA01", "0AA01")
STARTS = (
    None, "soon", "2026-01-02T03:04:05", "2026-01-02T03:05:35", "2026-01-02T03:05:36", "2026-01-02T05:04:00",
    "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+01:00", "2026-01-02T02:04:05Z", "2026-01-02T00:34:05-0230",
    "2026-01-02T03:09:05", "2026-01-03T05:05:35", "2026-01-03T05:15:00", "2026-01-03T05:04:05+00:00", "2026-01-02",
)  # fmt: skip
#: The view up to its last query.
STEPS = VIEWS["replay_games"].partition("select game, count")[0]
SCORES = ((100, 1), (100, 1), (101, 1), (0, 0), (None, None))


def draw(rng: random.Random, key: str) -> tuple[dict, list[dict]]:
    """A record of few possible values, so that two often meet, in each way, also through a third."""
    match = {
        "replay": key, "door": rng.choice(("file", "api")), "parser": "made", "played_at": rng.choice(STARTS),
        "match_guid": rng.choice(GUIDS), "replay_id": rng.choice((None, "", "00", f"{rng.randrange(9):03x}")),
        "blue_goals": rng.choice((1, 1, 1, 2)), "orange_goals": 1,
    }  # fmt: skip
    score, goals = rng.choice(SCORES)
    people = rng.choice((("ana", "bo"), ("bo", "ana"), ("ana", "ana"), ("ana", None), (None, "")))
    players = [
        {
            "replay": key,
            "player": n,
            "team": team,
            "name": who,
            "identity": None,
            "core_score": score,
            "core_goals": goals,
            "bot": False,
        }
        for n, (team, who) in enumerate(zip(("blue", "orange"), people, strict=True))
    ]
    return match, players


def test_the_view_groups_replays_as_the_rule_does():
    rng, met = random.Random(1), 0
    for _ in range(25):
        drawn = [draw(rng, f"r{n:02d}") for n in range(10)]
        records = [record_of(match["replay"], match, players) for match, players in drawn]
        rule = {frozenset(one.key for one in group) for group in games(records)}
        met += sum(len(group) > 1 for group in rule)
        assert grouped(drawn) == rule, drawn
    assert met > 25


def test_equal_games_without_ids_are_one_by_their_start():
    """Only the start differs, and each pair of starts is held against the rule."""
    first, people = draw(random.Random(0), "r")
    first |= {"match_guid": None, "replay_id": None}
    drawn = []
    for n, start in enumerate(STARTS):
        key = {"replay": f"r{n:02d}"}
        players = [one | key | {"name": "ana", "core_score": 100, "core_goals": 1} for one in people]
        drawn.append((first | key | {"played_at": start}, players))
    records = [record_of(match["replay"], match, players) for match, players in drawn]
    alike = {(one.key, other.key) for one, other in itertools.combinations(records, 2) if same_game(one, other)}
    found = opened(drawn).execute(f"{STEPS} select one, other from pairs where one < other").fetchall()
    assert set(found) == alike and 10 < len(alike) < 60


def opened(drawn: list[tuple[dict, list[dict]]]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    rows = [match for match, _ in drawn], [player for _, players in drawn for player in players]
    for contract, some in zip((REPLAY_MATCHES, REPLAY_PLAYERS), rows, strict=True):
        schema = contract.schema().append(pa.field("replay", pa.string()))
        con.register(contract.name, pa.Table.from_pylist(some, schema=schema))
    return con


def grouped(drawn: list[tuple[dict, list[dict]]]) -> set[frozenset[str]]:
    """The groups that the view makes; of each it shows one replay and their number."""
    con = opened(drawn)
    found = con.execute(f"{STEPS} select list(replay) from named group by game").fetchall()
    shown = dict(con.execute(f"select replay, replays from ({VIEWS['replay_games']})").fetchall())
    groups = {frozenset(replays) for (replays,) in found}
    assert sorted(shown.values()) == sorted(map(len, groups)) and all(len(shown.keys() & one) == 1 for one in groups)
    return groups


def test_who_wins_more_when_behind_the_ball(lake: Lake, tmp_path: Path):
    for n in range(4):  # orange is more behind the ball in every made game, and wins one of four
        put(lake, tmp_path, f"g{n}", guid=f"A{n}", winner="orange" if n == 0 else "blue")
    put(lake, tmp_path, "again", "api", guid="A0", winner="orange")
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
