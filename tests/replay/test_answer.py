"""Ballchasing.com's answers as tables: each field in its column, absent as null, and any drift told by its name."""

import json

import pytest

from gametape.base.errors import BadInput, Unavailable
from gametape.replay.ballchasing.answer import LARGEST_BYTES, StillPending, read_answer, replay_of
from gametape.replay.ballchasing.schema import Drifted, GroupPage, Page, Summary, checked
from gametape.replay.read import read_game
from gametape.tables.replay_statistics import STATISTICS
from tests.replay.made_answers import as_bytes, made_answer, made_player, made_summary

NAME = "g.ballchasing.json"


def test_every_statistic_is_in_its_column():
    game = replay_of(as_bytes(made_answer(5)), NAME)
    rows = game.players.to_pylist()
    assert [row["player"] for row in rows] == list(range(6))
    assert [row["team"] for row in rows] == ["blue"] * 3 + ["orange"] * 3
    for seed, row in enumerate(rows):
        for number, one in enumerate(STATISTICS):
            expected = {"int32": seed + number, "float64": seed + number + 0.5, "bool": False}[one.type]
            if one.name == "positioning_goals_against_while_last_defender" and seed % 2 == 0:
                expected = 0
            assert row[one.name] == expected, one.name


def test_the_facts_of_a_game():
    game = replay_of(as_bytes(made_answer(65, goals=(1, 4))), NAME)
    row = game.match
    assert game.door == row["door"] == "api" and not game.has_course
    assert row["network_reason"] == "answer_without_course" and row["frames"] is None and row["build"] is None
    assert (row["blue_goals"], row["orange_goals"], row["winner"]) == (1, 4, "orange")
    assert (row["map_code"], row["playlist"], row["duration_s"]) == ("stadium_p", "ranked-standard", 300)
    assert row["match_guid"] == f"{72:032X}" and row["replay_id"] == f"{65:032X}"
    assert row["played_at"] == "2026-01-01T01:05:00Z"
    assert row["overtime"] is False and row["overtime_s"] is None
    assert [one["won"] for one in game.players.to_pylist()] == [False] * 3 + [True] * 3
    level = replay_of(as_bytes(made_answer(1, goals=(1, 1))), NAME)
    assert level.match["winner"] is None and {one["won"] for one in level.players.to_pylist()} == {None}


def test_a_date_without_a_zone_is_written_without():
    answer = made_answer(1, date="2016-09-01T19:39:00Z", date_has_timezone=False)
    assert replay_of(as_bytes(answer), NAME).match["played_at"] == "2016-09-01T19:39:00"


def test_what_is_absent_is_null():
    absent = ("match_guid", "playlist_id", "playlist_name", "duration", "server", "map_name", "season", "season_type")
    answer = {name: value for name, value in made_answer(1).items() if name not in absent}
    player = answer["blue"]["players"][0]
    for name in ("car_id", "car_name", "camera", "steering_sensitivity", "name"):
        del player[name]
    del player["stats"]["positioning"]["avg_distance_to_ball_possession"]
    game = replay_of(as_bytes(answer), NAME)
    for name in ("match_guid", "playlist", "duration_s", "server", "region", "map_name", "season", "min_rank_tier"):
        assert game.match[name] is None, name
    assert game.match["playlist_reason"] == "playlist_not_told"
    row = game.players.to_pylist()[0]
    for name in ("car_id", "car_name", "camera_fov", "steering_sensitivity", "name", "rank_tier",
                 "positioning_avg_distance_to_ball_possession"):  # fmt: skip
        assert row[name] is None, name


def test_a_player_alone_has_no_statistics_of_team_mates():
    rows = replay_of(as_bytes(made_answer(1, size=1)), NAME).players.to_pylist()
    assert {row["positioning_avg_distance_to_mates"] for row in rows} == {None}
    assert {row["positioning_time_most_back"] for row in rows} == {None}
    assert all(row["positioning_time_behind_ball"] is not None for row in rows)


def test_a_player_beside_others_must_have_them():
    answer = made_answer(1)
    del answer["orange"]["players"][2]["stats"]["positioning"]["time_most_back"]
    with pytest.raises(Drifted, match=r"orange: lacks players\.2\.stats\.positioning\.time_most_back"):
        replay_of(as_bytes(answer), NAME)


def test_a_bot_a_mask_and_a_guest_are_nobody():
    answer = made_answer(1)
    answer["blue"]["players"] = [
        made_player(0, id={}),
        made_player(1, name="*****", id={"platform": "ps4", "id": "****"}),
        made_player(2, id={"platform": "xbox", "id": "0100000000000900", "player_number": 1}),
        made_player(3, id={"platform": "xbox", "id": "0100000000000900"}, rank={"id": "gold-1", "tier": 7,
                    "division": 2, "name": "Gold I Division 2"}),
    ]  # fmt: skip
    rows = replay_of(as_bytes(answer), NAME).players.to_pylist()[:4]
    assert [row["identity"] for row in rows] == [None, None, None, "xbox:2533274790395905"]
    reasons = ["player_of_the_game", "id_masked", "guest_at_a_machine", None]
    assert [row["identity_reason"] for row in rows] == reasons
    assert [row["bot"] for row in rows] == [True, False, False, False]
    assert rows[1]["name"] is None, "a mask is no name"
    assert (rows[3]["rank_tier"], rows[3]["rank_division"], rows[3]["rank_name"]) == (7, 2, "Gold I Division 2")


def at(data, path):
    for key in path:
        data = data[key]
    return data


REQUIRED = [
    ("id",), ("status",), ("rocket_league_id",), ("date",), ("date_has_timezone",), ("team_size",), ("overtime",),
    ("map_code",), ("blue",), ("orange", "stats"), ("orange", "stats", "core"), ("blue", "stats", "core", "goals"),
    ("blue", "players", 1, "id"), ("blue", "players", 1, "stats"), ("blue", "players", 1, "stats", "boost"),
    *(("blue", "players", 1, "stats", one.group, one.key) for one in STATISTICS
      if one.key not in ("goals_against_while_last_defender", "avg_distance_to_ball_possession",
                         "avg_distance_to_ball_no_possession")
      and not any(part in one.key for part in ("mates", "most_", "closest", "farthest"))),
]  # fmt: skip


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: ".".join(map(str, path)))
def test_a_field_that_is_gone_is_named(path):
    answer = made_answer(1)
    del at(answer, path[:-1])[path[-1]]
    with pytest.raises(Drifted) as error:
        replay_of(as_bytes(answer), NAME)
    assert f"lacks the field {'.'.join(map(str, path))}" in str(error.value)
    assert str(error.value).startswith(f"{NAME}: ")


@pytest.mark.parametrize(
    "where",
    [(), ("blue",), ("blue", "stats", "ball"), ("blue", "players", 0), ("blue", "players", 0, "stats"),
     ("blue", "players", 0, "stats", "boost"), ("blue", "players", 0, "camera"), ("blue", "players", 0, "id")],
)  # fmt: skip
def test_a_field_that_is_new_is_named(where):
    answer = made_answer(1)
    at(answer, where)["brand_new"] = 1
    named = ".".join([*map(str, where), "brand_new"])
    with pytest.raises(Drifted, match=f"has a field that is not known: {named}"):
        replay_of(as_bytes(answer), NAME)


@pytest.mark.parametrize("value", ["7", None, True, [], 1.5])
def test_a_field_of_another_kind_is_named(value):
    answer = made_answer(1)
    answer["blue"]["players"][0]["stats"]["core"]["goals"] = value
    with pytest.raises(Drifted, match=r"the field blue.players.0.stats.core.goals: "):
        replay_of(as_bytes(answer), NAME)


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"7", b"\xff", b"{", as_bytes(made_answer(1))[:-9], b'{"status": NaN}', b"[" * 100_000]
)
def test_what_is_no_answer_is_told(raw):
    with pytest.raises(BadInput, match=f"^{NAME}: "):
        replay_of(raw, NAME)


def test_a_game_that_is_not_read_yet_or_cannot_be_is_told(tmp_path):
    with pytest.raises(Unavailable, match="has not read this replay yet"):
        replay_of(b'{"id": "x", "status": "pending"}', NAME)
    with pytest.raises(BadInput, match="could not read this replay"):
        replay_of(b'{"id": "x", "status": "failed"}', NAME)
    with pytest.raises(Drifted, match="status"):
        replay_of(as_bytes(made_answer(1, status="odd")), NAME)
    file = tmp_path / NAME
    file.write_bytes(b'{"id": "x", "status": "pending"}')
    with pytest.raises(BadInput) as error:
        read_answer(file)
    assert not isinstance(error.value, StillPending), "a file stays what it is: a retry cannot work"


def test_a_game_without_players_is_refused():
    answer = made_answer(1)
    for team in ("blue", "orange"):
        del answer[team]["players"]
    with pytest.raises(BadInput, match="has no players"):
        replay_of(as_bytes(answer), NAME)


def test_a_file_too_large_is_not_read(tmp_path):
    file = tmp_path / NAME
    file.write_bytes(b" " * (LARGEST_BYTES + 1))
    with pytest.raises(BadInput, match="is longer than"):
        read_answer(file)
    with pytest.raises(BadInput, match="cannot be read"):
        read_answer(tmp_path / "none.ballchasing.json")


def test_a_list_leaves_out_goals_that_are_none():
    row = checked(Summary, made_summary(3), "list")
    assert (row.blue.goals, row.orange.goals) == (2, 0)


def test_the_recorded_answers_have_the_form(shared):
    folder = shared / "data/replays/api"
    for file in [*folder.glob("*.ballchasing.json"), folder / "replay.json"]:
        game = read_game(file) if file.name.endswith(NAME[1:]) else read_answer(file)
        told = json.loads(file.read_text("utf-8"))
        players = [one for team in ("blue", "orange") for one in told[team]["players"]]
        rows = game.players.to_pylist()
        assert len(rows) == len(players) >= 4
        for row, player in zip(rows, players, strict=True):
            for one in STATISTICS:
                value = player["stats"][one.group].get(one.key, 0)
                assert row[one.name] == pytest.approx(value), (file.name, one.name)
    checked(Page, json.loads((folder / "replay-list.json").read_text("utf-8")), "list")
    checked(GroupPage, json.loads((folder / "group-list.json").read_text("utf-8")), "groups")
    for file in folder.glob("replay-summary-*.json"):
        checked(Summary, json.loads(file.read_text("utf-8")), file.name)
    with pytest.raises(BadInput, match="has no players"):
        read_answer(folder / "replay-training.json")
