"""Which uploads are one game: by content, game id or recording id; else by players, points and start."""

import itertools
from dataclasses import replace

import pytest

from gametape.replay.ballchasing import replay_of
from gametape.replay.duplicates import Record, games, record_of, same_game
from gametape.replay.read import read_game
from tests.replay.made_answers import as_bytes, made_answer

PLAYERS = frozenset({("blue", "steam:1", 310, 2), ("orange", "epic:a", 120, 1)})
OLD = Record("a", None, None, None, PLAYERS, (2, 1), "2019-05-04T20:00:00")


def other(**changed):
    return replace(OLD, key="b", **changed)


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"played_at": "2019-05-04T20:01:29"}, True),
        ({"played_at": "2019-05-04T20:01:31"}, False),
        ({"played_at": "2019-05-04T23:00:10"}, True),  # a clock in another zone
        ({"played_at": "2019-05-05T01:45:00"}, True),  # Nepal
        ({"played_at": "2019-05-04T23:06:00"}, False),
        ({"played_at": "2019-05-06T20:00:00"}, False),
        ({"played_at": "2019-05-04T18:00:00Z"}, True),
        ({"played_at": "2019-05-04T18:05:00Z"}, False),
        ({"played_at": None}, False),
        ({"played_at": "yesterday"}, False),
        ({"goals": (1, 2)}, False),
        ({"players": PLAYERS | {("blue", "steam:2", 0, 0)}}, False),
        ({"players": frozenset({("blue", "steam:1", 311, 2), ("orange", "epic:a", 120, 1)})}, False),
        ({"players": frozenset({("orange", "steam:1", 310, 2), ("blue", "epic:a", 120, 1)})}, False),
    ],
)
def test_without_ids_players_points_and_start_tell(changed, same):
    assert same_game(OLD, other(**changed)) == same_game(other(**changed), OLD) == same
    assert (len(games([OLD, other(**changed)])) == 1) == same


def test_with_zones_the_moments_count():
    known = replace(OLD, played_at="2019-05-04T20:00:00+02:00")
    assert same_game(known, other(played_at="2019-05-04T18:00:30Z"))
    assert not same_game(known, other(played_at="2019-05-04T20:00:00Z")), "two hours later"


def test_games_in_which_nobody_did_anything_are_not_told_apart_by_that():
    idle = frozenset({("blue", "steam:1", 0, 0)})
    assert not same_game(replace(OLD, players=idle), other(players=idle))
    assert not same_game(replace(OLD, players=frozenset()), other(players=frozenset()))


def test_ids_come_first():
    own = {"match_guid": "A1", "played_at": "2001-01-01T00:00:00", "players": frozenset()}
    assert same_game(replace(OLD, match_guid="A1"), other(**own)), "two recordings of one game"
    assert not same_game(replace(OLD, match_guid="A1"), other(match_guid="A2")), "two games, however alike"
    assert same_game(replace(OLD, content="c"), other(content="c", goals=(9, 9)))
    assert same_game(replace(OLD, replay_id="R"), other(replay_id="R", match_guid="A1", goals=(9, 9)))
    assert same_game(replace(OLD, match_guid="A1"), other()), "one from before there were ids may be the same"


def test_a_record_ties_together_what_looked_like_two_games():
    left = Record("1", None, "G", None, frozenset(), (0, 0), None)
    right = Record("2", None, None, "R", frozenset(), (0, 0), None)
    both = Record("3", None, "G", "R", frozenset(), (0, 0), None)
    alone = replace(OLD, key="9")
    for order in itertools.permutations([left, right, both, alone]):
        groups = games(order)
        assert [[one.key for one in group] for group in groups if len(group) > 1] == [
            [one.key for one in order if one is not alone]
        ], "in order of arrival"


def test_records_of_tables():
    def record(answer, key="k"):
        game = replay_of(as_bytes(answer), "g")
        return record_of(key, game.match, game.players.to_pylist())

    one = record(made_answer(1))
    assert one.match_guid == f"{8:032X}" and len(one.players) == 6
    nameless = made_answer(1, match_guid="0" * 32)
    assert record(nameless).match_guid is None, "zeros are no id"
    moved = made_answer(1, id="x", rocket_league_id="F" * 32, created="2027-01-01T00:00:00Z")
    assert len(games([one, record(moved, "other")])) == 1
    assert len(games([one, record(made_answer(2), "other")])) == 2


def test_a_thousand_games_are_told_apart_in_no_time():
    many = [replace(OLD, key=str(n), match_guid=f"{n:032X}", replay_id=f"{n:032X}") for n in range(1, 1000)]
    assert len(games(many)) == 999


def test_the_recorded_games_are_each_their_own(shared):
    files = sorted((shared / "data/replays/api").glob("*.ballchasing.json"))
    records = []
    for file in files:
        game = read_game(file)
        records += [
            record_of(file.name, game.match, game.players.to_pylist()),
        ]
    assert len(games(records)) == len(files)
    twice = [replace(one, key=f"again {one.key}", match_guid=None, replay_id=None) for one in records]
    assert len(games(records + twice)) == len(files), "players, points and start are enough"


def test_both_doors_tell_the_same_players_and_are_one_game(shared):
    """Steam, Epic, Xbox and PlayStation ids and the game's own players, as a replay has them and as the API does."""
    folder, records = shared / "data/replays", []
    answers = sorted(folder.glob("api/*.ballchasing.json"))
    for answer in answers:
        name = answer.name.removesuffix(".ballchasing.json")
        both = [read_game(answer), read_game(folder / f"{name}.replay")]
        api, file = (record_of(f"{game.door} {name}", game.match, game.players.to_pylist()) for game in both)
        assert api.players == file.players, name
        without_ids = replace(file, match_guid=None, replay_id=None)
        assert same_game(api, file) and same_game(api, without_ids), name
        records += [api, file]
    names = [answer.name.removesuffix(".ballchasing.json") for answer in answers]
    found = [{one.key for one in group} for group in games(records)]
    assert found == [{f"api {name}", f"file {name}"} for name in names]
