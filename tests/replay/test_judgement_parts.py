"""The parts of the judgement, against known answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gametape.replay.judgement import level, outcome
from gametape.replay.judgement.logistic import auc, fit, unseen_chances
from gametape.replay.judgement.trend import LEAST_GAMES, slope_of


def lobby(values: list[list[float]]) -> pd.DataFrame:
    """Games of the player (the first of each) and others."""
    rows = [
        {"replay": f"g{game}", "order": game, "me": at == 0, "person": "me" if at == 0 else f"{game}-{at}", "x": value}
        for game, one in enumerate(values)
        for at, value in enumerate(one)
    ]
    return pd.DataFrame(rows)


def test_the_place_is_the_share_of_others_in_the_same_game_who_had_less():
    place = level.place_in_lobby(lobby([[5, 1, 9], [50, 10, 20], [0.5, 0.5, 0.9]]), "x")
    assert place is not None
    assert place.percentile == pytest.approx(100 * (0.5 + 1 + 0.25) / 3) and (place.n, place.others) == (3, 6)


def test_always_the_last_of_few_games_is_not_certain():
    place = level.place_in_lobby(lobby([[0, 1, 2]] * 4), "x")
    assert place is not None and place.percentile == 0 and place.high > 25 and 0.01 < place.p < 0.2


def test_what_few_games_leave_of_a_difference_is_less():
    rng = np.random.default_rng(1)
    style = {f"p{k}": rng.normal(0, 1) for k in range(40)}
    rows = [
        {"replay": f"g{g}", "order": g, "me": who == "me", "person": who, "x": mean + rng.normal(0, 2)}
        for g in range(60)
        for who, mean in [("me", 3.0), *((f"p{k}", style[f"p{k}"]) for k in rng.choice(40, 5, replace=False))]
        if who != "me" or g < 8
    ]
    few = level.difference(pd.DataFrame(rows), "x")
    assert few is not None and few.shrunk is not None and few.shrunk_high is not None
    assert 0.3 * few.value < few.shrunk < few.value and few.shrunk_low < few.shrunk < few.shrunk_high


def test_hedges_g_of_known_groups():
    values = np.array([0.0, 1, 2, 3, 4, 5, 2, 3, 4, 5, 6, 7])
    won = np.repeat([0, 1], 6)
    found = outcome.effect(values, won)
    assert found is not None and found.value == pytest.approx(2 / 3.5**0.5 * (1 - 3 / 39))
    assert found.low < 0 < found.high and (found.wins, found.losses) == (6, 6)
    assert outcome.effect(values[1:], won[1:]) is None
    assert outcome.effect(np.ones(12), won) is None


def test_the_test_of_many_stats_is_right_by_chance_as_often_as_it_says():
    rng = np.random.default_rng(2)
    sure = 0
    for _ in range(60):
        results = outcome.Results(rng.integers(0, 2, 30), np.zeros(30, int), np.arange(30))
        columns = [outcome.cleared(rng.normal(size=30), results) for _ in range(8)]
        sure += min(p for _, p in outcome.associate(columns, [1] * 8, results)) <= 0.1
    assert 1 <= sure <= 12


def test_results_change_places_only_among_games_with_the_same_regulars():
    """What goes with who was there alone goes with nothing."""
    stratum = np.repeat([0, 1], 15)
    results = outcome.Results(np.array(([1] * 12 + [0] * 3) + ([0] * 12 + [1] * 3)), stratum, np.tile(np.arange(15), 2))
    with_them = stratum + np.random.default_rng(3).normal(0, 0.1, 30)
    _, p = outcome.associate([outcome.cleared(with_them, results)], [-1], results)[0]
    mixed = outcome.Results(results.won, np.zeros(30, int), results.order)
    _, naive = outcome.associate([outcome.cleared(with_them, mixed)], [-1], mixed)[0]
    assert p > 0.05 > naive


def test_a_logistic_model_finds_the_slope_and_holds_others_near_0():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(4000, 3))
    won = (rng.random(4000) < 1 / (1 + np.exp(-0.5 - x @ [1.0, 0.0, -0.5]))).astype(int)
    model = fit(x, won)
    assert model.slopes == pytest.approx([1.0, 0.0, -0.5], abs=0.12) and model.intercepts == pytest.approx(
        [0.5], abs=0.1
    )
    assert np.all(np.abs(model.slopes - [1.0, 0.0, -0.5]) < 4 * model.errors)
    assert np.abs(fit(x[:30], won[:30]).slopes).max() < 1.2


def test_games_that_were_not_seen_are_told_no_better_than_chance_from_noise():
    rng = np.random.default_rng(5)
    found = []
    for _ in range(12):
        won = rng.integers(0, 2, 40)
        curve = auc(unseen_chances(rng.normal(size=(40, 10)), won), won)
        assert curve is not None
        found.append(curve.value)
    assert 0.4 < np.mean(found) < 0.57


def test_a_curve_without_a_fault_in_few_games_is_not_certain():
    curve = auc(np.array([0.1, 0.2, 0.3, 0.7, 0.8, 0.9]), np.array([0, 0, 0, 1, 1, 1]))
    assert curve is not None and curve.value == 1.0 and curve.low < 0.9
    assert auc(np.array([0.1, 0.9]), np.array([0, 1])) is None


def test_a_slope_over_games_with_its_error():
    rng = np.random.default_rng(6)
    slope = slope_of(0.2 * np.arange(40) + rng.normal(0, 1, 40))
    assert slope is not None and slope.per_ten == pytest.approx(2.0, abs=4 * slope.error) and slope.p < 1e-4
    assert slope_of(np.arange(LEAST_GAMES - 1.0)) is None and slope_of(np.arange(float(LEAST_GAMES))) is not None
    walk = slope_of(np.cumsum(rng.normal(0, 1, 40)))
    assert walk is not None and walk.p > 1e-4, "games that are like their neighbours count as fewer"
