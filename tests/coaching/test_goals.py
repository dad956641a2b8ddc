"""A goal is met when its metric says so, missed when its metric says so, and else not known."""

import pytest

from gametape.base.reason import Reason
from gametape.coaching import goal_outcomes
from gametape.film.sidecar import Sidecar, parse_sidecar
from gametape.sports.load import metric_names, modes, sports
from gametape.tables.coaching import METRICS
from tests.coaching.test_findings import drifting
from tests.coaching.test_metrics import empty
from tests.movement.stickman import film


def metrics(*rows: tuple):
    made = [
        {"subject": who, "metric": name, "value": value, "unit": "u", "n": 9, "method": "", "reason": reason}
        | {"role": None if who in ("film", "track:9") else "player"}
        for who, name, value, reason in rows
    ]
    return METRICS.from_rows(made)


def outcome(table, **goal) -> dict:
    (row,) = goal_outcomes(table, Sidecar.model_validate({"goals": [goal]})).to_pylist()
    return row


@pytest.mark.parametrize(
    ("bound", "value", "met"),
    [
        ("at_most", 0.2, True), ("at_most", 0.3, True), ("at_most", 0.4, False),
        ("at_least", 0.2, False), ("at_least", 0.3, True), ("at_least", 0.4, True),
    ],
)  # fmt: skip
def test_a_goal_is_met_on_its_side_of_the_target(bound, value, met):
    row = outcome(metrics(("track:0", "fps", value, None)), metric="fps", **{bound: 0.3})
    assert (row["met"], row["actual"], row["bound"], row["unit"]) == (met, value, bound, "u")
    assert row["delta"] == pytest.approx(value - 0.3)


@pytest.mark.parametrize(
    ("value", "error", "repeats", "confidence", "met", "code"),
    [
        (0.2, 0.05, 9, 0.9, True, None),
        (0.2, 0.06, 9, 0.9, None, "difference_within_error"),
        (0.4, 0.06, 9, 0.9, None, "difference_within_error"),
        (0.4, 0.05, 9, 0.9, False, None),
        (0.2, 0.05, 2, 0.4, True, None),
        (0.2, 0.05, 1, 0.9, None, "seen_too_seldom"),
        (0.2, 0.05, 9, 0.39, None, "seen_too_unsurely"),
    ],
)
def test_a_goal_is_judged_only_beyond_the_error_and_where_enough_was_seen(value, error, repeats, confidence, met, code):
    row = metrics(("track:0", "head_stability", value, None)).to_pylist()[0]
    row |= {"habit_error": error, "repeats": repeats, "confidence": confidence}
    one = outcome(METRICS.from_rows([row]), metric="head_stability", at_most=0.3)
    assert one["met"] is met and one["actual"] == value and one["delta"] == pytest.approx(value - 0.3)
    assert (one["reason"] and Reason.parse(one["reason"]).code) == code


def test_what_was_not_measured_is_neither_met_nor_missed():
    """No finding is made of a null metric: taking that for "no fault" would call the goal met."""
    table = metrics(("film", "head_stability", None, "nobody_found"))
    row = outcome(table, metric="head_stability", at_most=0.3)
    assert row["met"] is None and row["delta"] is None and row["reason"] == "nobody_found"
    row = outcome(table, metric="ball_coverage", at_least=0.3)
    assert row["met"] is None and row["reason"] == "metric_of_another_sport"


def test_a_good_film_without_findings_meets_its_goal_and_a_bad_one_misses_it():
    """The inverted trap: a metric without fault has no finding, one with a fault has."""
    said = Sidecar.model_validate({"sport": "tennis", "goals": [{"metric": "balance_drift", "at_most": 0.08}]})
    for shift, met in ((0.0, True), (0.26, False)):
        shot = film(drifting(shift))
        table, codes = shot.metrics(said), shot.findings(said)["code"].to_pylist()
        assert ("BALANCE_DRIFT" in codes) is (not met)
        assert goal_outcomes(table, said)["met"].to_pylist() == [met]


def test_a_goal_is_the_players_not_a_passer_bys():
    rows = (
        ("track:9", "pose_coverage", 0.1, None),
        ("track:7", "pose_coverage", 0.9, None),
        ("track:7", "head_stability", 1.0, None),
    )
    for table in (metrics(*rows), metrics(*reversed(rows))):
        row = outcome(table, metric="pose_coverage", at_least=0.5)
        assert row["met"] is True and row["subject"] == "track:7"


def test_two_goals_make_a_range_and_keep_their_order():
    said = parse_sidecar(
        b"goals: [{metric: front_knee_brace, at_least: 140}, {metric: front_knee_brace, at_most: 170}]", "m.yaml"
    )
    table = metrics(("track:0", "front_knee_brace", 185.0, None), ("track:0", "head_stability", 0.1, None))
    assert goal_outcomes(table, said)["met"].to_pylist() == [True, False]


def test_no_goals_no_rows():
    assert goal_outcomes(metrics(), Sidecar()).num_rows == 0


def test_every_metric_can_be_a_goal_and_nothing_else():
    """The names are listed in the sports' metrics.yaml, so that reading a sidecar loads no craft."""
    places = [(None, None), *((sport, mode) for sport in sports() for mode in (None, *modes(sport)))]
    made = [
        name
        for sport, mode in places
        for name in empty().metrics(Sidecar(sport=sport, mode=mode))["metric"].to_pylist()
    ]
    assert set(made) == set(metric_names())


def test_what_belongs_to_another_sport_is_not_missed():
    def made(sport: str | None, mode: str | None = None) -> set[str]:
        return set(empty().metrics(Sidecar(sport=sport, mode=mode))["metric"].to_pylist())

    bowling, tennis = {"bowling_length", "bowling_line", "deliveries"}, {"serves"}
    rally, struck = {"rallies", "shots_per_rally", "longest_rally", "dead_time"}, {"strokes", "stroke_elbow"}
    assert bowling <= made("cricket", "bowling") & made("cricket") and not bowling & made("cricket", "batting")
    assert tennis <= made("tennis") & made("tennis", "serve") and not tennis & made("cricket")
    assert {"shot_depth"} | rally <= made("tennis") and rally <= made("volleyball") and not rally & made("cricket")
    assert not (rally | {"shot_depth"}) & made("tennis", "serve"), "one who practises serves plays no rally"
    assert struck <= made("tennis", "serve") & made("cricket", "batting") & made("volleyball")
    assert not bowling & made("tennis")
    assert not (bowling | tennis | rally | struck) & made(None), "without a sport what is not there is not missed"
