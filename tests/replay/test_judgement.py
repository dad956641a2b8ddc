"""The judgement of a player, on made games with a known truth."""

from __future__ import annotations

import pytest

from gametape.base.reason import Reason
from gametape.replay.judgement.games import rows_of, seats_of
from gametape.replay.judgement.judge import FALSE, LEAST_GAMES, find, judge
from gametape.replay.judgement.outcome import LEAST_EACH
from tests.replay.made_games import ME, USUAL, World, make

ZERO = "boost_percent_zero_boost"
#: A player who is unlike everybody in everything.
UNLIKE = {name: (1.5 if at % 2 else -1.5) for at, name in enumerate(USUAL)}


def found(world: World, seed: int):
    matches, players = make(world, seed)
    return find(rows_of(matches.to_pandas(), players.to_pandas(), None, seats_of(players, [ME])))


def judged(world: World, seed: int = 1):
    matches, players = make(world, seed)
    return [table.to_pylist() for table in judge(matches, players, None, seats_of(players, [ME]))]


def told(world: World, seeds: range) -> list[set[str]]:
    return [{one.stat for one in found(world, seed).weak} for seed in seeds]


@pytest.mark.parametrize(
    "world",
    [
        World(mine=UNLIKE, strength=-0.7),
        World(mine=UNLIKE, friends=(1.5, -1.5)),
        World(mine=UNLIKE, friends=(1.5, -1.5, 0.0), drift=1.5),
        World(mine=UNLIKE, team_size=1, playlist=None),
    ],
    ids=["loses mostly", "strong and weak friends", "gets better", "duels"],
)
def test_noise_gives_no_priority_beyond_the_stated_rate(world: World):
    assert FALSE == 0.05
    wrong = sum(bool(stats) for stats in told(world, range(20)))
    assert wrong <= 3, "at the stated rate more than 3 of 20 happen in 16 of 1000"


@pytest.mark.parametrize(("games", "least"), [(30, 6), (60, 9)])
def test_a_planted_weakness_is_the_priority_in_most_cases(games: int, least: int):
    stats = told(World(mine={ZERO: 1.2}, wins={ZERO: -2.5}, games=games), range(10))
    assert sum("zero_boost" in one for one in stats) >= least
    assert sum(bool(one - {"zero_boost"}) for one in stats) <= 1


def test_what_wins_games_is_no_weakness_of_who_plays_it_as_others_do():
    assert not any(told(World(wins={ZERO: -2.5}), range(10)))


def test_a_planted_strength_is_no_weakness():
    results = [found(World(mine={ZERO: -1.2}, wins={ZERO: -2.5}, games=60), seed) for seed in range(6)]
    assert sum("zero_boost" in {one.stat for one in result.strong} for result in results) >= 4
    assert not any(result.weak for result in results)


def test_what_is_worse_by_the_rules_of_the_game_is_no_advice():
    """Whoever wins with an empty tank is not told to empty it."""
    assert not any(told(World(mine={ZERO: -1.5}, wins={ZERO: 3.0}, games=60), range(6)))


def test_one_weakness_that_shows_in_two_stats_is_told_once():
    world = World(mine={ZERO: 1.3, "boost_avg_amount": -1.3}, wins={ZERO: -3.0}, games=80)
    for seed in range(3):
        matches, players = make(world, seed)
        copied = players.to_pandas()
        copied["boost_avg_amount"] = 80 - 2 * copied[ZERO]  # the same, said again
        result = find(rows_of(matches.to_pandas(), copied, None, seats_of(players, [ME])))
        assert len({one.stat for one in result.weak} & {"zero_boost", "avg_boost"}) == 1


def test_a_finding_says_what_it_rests_on():
    metrics, findings = judged(World(mine={ZERO: 1.2}, wins={ZERO: -2.5}, games=60))
    one = next(row for row in findings if row["priority"] == 1)
    assert one["kind"] == "weakness" and one["stat"] == "zero_boost" and one["more"]
    assert one["area"] == one["category"] == "boost_management"
    assert one["percentile_low"] > 50 and one["value"] > one["others_value"]
    assert one["effect_high"] < 0.2 and one["p"] <= FALSE / 2
    assert one["auc_low"] < one["auc"] < one["auc_high"] and one["auc"] > 0.6
    assert one["games"] == one["wins"] + one["losses"] == 60 and one["model_games"] == 60
    assert Reason.parse(one["why"]).code == "apart_and_lost"
    row = next(row for row in metrics if row["stat"] == "zero_boost")
    assert 0 < row["shrunk"] < row["difference"] and row["goes_with"] == "lost"
    assert row["pool_players"] == 300 and row["pool_low"] > 50


@pytest.mark.parametrize(
    ("world", "code"),
    [
        (World(games=LEAST_GAMES - 1), "games_too_few"),
        (World(games=60, team_size=1, strangers=7), "others_too_few"),
        (World(games=LEAST_GAMES, strength=-30.0), "wins_or_losses_too_few"),
        (World(games=LEAST_GAMES), "nothing_stands_out"),
        (World(games=60, team_size=1, strangers=8), "nothing_stands_out"),
    ],
)
def test_too_few_games_wins_or_others_is_an_answer(world: World, code: str):
    metrics, findings = judged(world)
    assert [Reason.parse(row["why"]).code for row in findings] == [code]
    assert findings[0]["kind"] == ("nothing_sure" if code == "nothing_stands_out" else "not_enough")
    assert all(row["p"] is None for row in metrics) or code == "nothing_stands_out"


def test_wins_and_losses_are_told_apart_from_the_stated_number_on():
    matches, players = make(World(games=40), 3)
    metrics, _ = (table.to_pylist() for table in judge(matches, players, None, seats_of(players, [ME])))
    assert all(row["effect"] is not None for row in metrics if row["n"] == 40)
    rows = players.to_pandas()
    wins = list(rows[(rows["identity"] == ME) & rows["won"].astype(bool)]["replay"])
    for kept, known in ((LEAST_EACH, True), (LEAST_EACH - 1, False)):
        left_out = set(wins[kept:])
        some = [
            table.filter([key not in left_out for key in table["replay"].to_pylist()]) for table in (matches, players)
        ]
        row = judge(*some, None, seats_of(players, [ME]))[0].to_pylist()[0]
        assert (row["effect"] is not None) == known
        assert known or Reason.parse(row["effect_reason"]).arguments["wins"] == LEAST_EACH - 1


def test_two_playlists_are_judged_apart():
    a = make(World(games=30), 1)
    b = make(World(games=5, playlist="ranked-doubles", team_size=2), 2, "h")
    import pyarrow as pa

    matches, players = (pa.concat_tables(pair) for pair in zip(a, b, strict=True))
    metrics, findings = (table.to_pylist() for table in judge(matches, players, None, seats_of(players, [ME])))
    assert {(row["playlist"], row["team_size"]) for row in metrics} == {("ranked-standard", 3), ("ranked-doubles", 2)}
    assert [row["kind"] for row in findings if row["playlist"] == "ranked-doubles"] == ["not_enough"]


def test_a_game_counts_once_and_only_if_it_was_played():
    matches, players = make(World(games=30), 1)
    frame = matches.to_pandas()
    frame.loc[0, "match_guid"] = frame.loc[1, "match_guid"]  # the same game from another player's disk
    frame.loc[2, "duration_s"] = 59.0
    frame.loc[3, "duration_s"] = 60.0
    frame.loc[4, "winner"] = None
    rows = rows_of(frame, players.to_pandas(), None, seats_of(players, [ME]))
    assert rows["replay"].nunique() == 27 and "g0003" in set(rows["replay"])


def test_nobody_is_judged_who_did_not_play():
    matches, players = make(World(games=30), 1)
    metrics, findings = judge(matches, players, None, seats_of(players, ["steam:0"]))
    assert metrics.num_rows == findings.num_rows == 0
