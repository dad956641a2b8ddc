"""The one rule of evidence, each threshold just below and just above; and the same verdict wherever it is asked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gametape.base.statistics import Z_95
from gametape.coaching.evidence import Value, compare, grade, has_direction, step, too_little, trend, value_of
from gametape.coaching.findings import in_order
from gametape.coaching.metrics import metrics_of
from gametape.sports.load import limits_for
from gametape.tables.coaching import FILMING_METRICS
from tests.coaching.test_findings import FAULTY, faulty, said, sidecar
from tests.movement.stickman import film

BATTING = limits_for("cricket", "batting")
DRIFT = Value("balance_drift", 0.10, error=0.02, repeats=5, confidence=0.9)  # less is better; past 0.09 is a fault
LOW_KNEE = Value("front_knee_brace", 90.0, error=5.0, repeats=5, confidence=0.9)  # high below 115


def drift(value: float, **changes) -> Value:
    return replace(DRIFT, value=value, **changes)


# -- a value against its limit -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confidence", "repeats", "severity", "sure"),
    [
        (0.5, 3, "high", True),
        (0.49, 3, "medium", True),
        (0.5, 2, "medium", True),
        (0.4, 2, "medium", True),
        (0.39, 5, "low", False),
        (0.9, 1, "low", False),
        (0.33, 1, "low", False),  # "High" and "work on first" came from one stroke at 33 %
        (0.9, None, "high", True),  # a count of frames has no repeats
    ],
)
def test_only_what_was_seen_often_and_surely_is_severe(confidence, repeats, severity, sure):
    rule = BATTING.rules["KNEE_COLLAPSE"]
    made = grade(rule, replace(LOW_KNEE, repeats=repeats), confidence, BATTING)
    assert (made.severity, made.sure) == (severity, sure)


def test_less_than_the_least_confidence_makes_no_finding():
    rule = BATTING.rules["KNEE_COLLAPSE"]
    assert grade(rule, LOW_KNEE, 0.19, BATTING) is None and grade(rule, LOW_KNEE, 0.20, BATTING) is not None


@pytest.mark.parametrize(("error", "severity"), [(24.0, "high"), (26.0, "medium"), (41.0, None)])
def test_a_fault_is_what_holds_though_the_value_were_nearer_to_right_by_its_error(error, severity):
    """90° is 25° past high, 35° past medium, 40° past low."""
    made = grade(BATTING.rules["KNEE_COLLAPSE"], replace(LOW_KNEE, error=error), 0.9, BATTING)
    assert (made and made.severity) == severity


# -- two values --------------------------------------------------------------------------------------------------------

NEEDED = Z_95 * (0.02**2 + 0.02**2) ** 0.5  # 0.0554 heights


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (0.10 - NEEDED - 0.001, "better"),
        (0.10 - NEEDED + 0.001, "same"),
        (0.10 + NEEDED - 0.001, "same"),
        (0.10 + NEEDED + 0.001, "worse"),
    ],
)
def test_better_and_worse_are_beyond_both_errors(now, state):
    verdict = compare(drift(now), DRIFT, BATTING)
    assert verdict.state == state
    assert verdict.needed == pytest.approx(NEEDED) and verdict.difference == pytest.approx(abs(now - 0.10))
    mirrored = {"better": "worse", "worse": "better", "same": "same"}
    assert compare(DRIFT, drift(now), BATTING).state == mirrored[state]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"repeats": 1}, "seen_too_seldom"),
        ({"confidence": 0.39}, "seen_too_unsurely"),
        ({"repeats": 2, "confidence": 0.4}, "difference_is_sure"),
        ({"repeats": None, "confidence": None}, "difference_is_sure"),  # a film of an older version
    ],
)
@pytest.mark.parametrize("which", [0, 1])
def test_what_was_seen_once_or_unsurely_is_neither_better_nor_worse(changes, code, which):
    pair = [drift(0.05), drift(0.20)]
    pair[which] = replace(pair[which], **changes)
    assert compare(*pair, BATTING).why.code == code


def test_how_it_was_filmed_is_not_how_it_was_played():
    assert {"pose_coverage", "ball_coverage"} <= FILMING_METRICS
    for metric in sorted(FILMING_METRICS):
        seen = Value(metric, 0.9, 0.02, confidence=1.0)
        assert compare(seen, replace(seen, value=0.1), BATTING).why.code == "about_the_filming"
        assert trend([(film, seen) for film in (1, 2, 3)], BATTING)[1].code == "about_the_filming"
        assert not has_direction(metric, BATTING)


def test_who_really_moves_less_is_told():
    """The same three actions, once with everything wrong and once with a quiet head over the feet."""
    from tests.coaching.test_findings import there_and_back
    from tests.movement.stickman import Figure, burst

    quiet = Figure(seconds=8, right_wrist=there_and_back(burst, 4.0), elbow_drop=0.12)
    wild, calm = (
        {row["metric"]: value_of(row, BATTING) for row in film(one).metrics(sidecar()).to_pylist()}
        for one in (FAULTY, quiet)
    )
    for metric in ("head_stability", "balance_drift", "front_knee_brace"):
        assert compare(calm[metric], wild[metric], BATTING).state == "better", metric
        assert compare(wild[metric], calm[metric], BATTING).state == "worse", metric
        assert compare(calm[metric], calm[metric], BATTING).state == "same", metric


def test_what_has_no_direction_is_neither():
    wide = Value("stance_width", 0.4, 0.01)
    assert compare(wide, replace(wide, value=0.2), BATTING).why.code == "no_direction"


# -- many films --------------------------------------------------------------------------------------------------------


def series(*values: float | None, **changes) -> list[tuple[int, Value | None]]:
    return [(film, None if value is None else drift(value, **changes)) for film, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("values", "state", "told"),
    [
        ((0.20,), "unknown", "unknown"),
        ((0.20, 0.10), "better", "unknown"),
        ((0.10, 0.20, None), "unknown", "unknown"),
        ((0.20, 0.20, 0.10), "better", "unknown"),  # those before agree
        ((0.20, 0.05, 0.20), "unknown", "unknown"),  # a step like those before says nothing
        ((0.05, 0.20, 0.06, 0.21), "unknown", "unknown"),
        ((0.40, 0.30, 0.20, 0.10), "better", "improving"),
        ((0.10, 0.20, 0.30, 0.40), "worse", "declining"),
        ((0.101, 0.100, 0.101, 0.100), "same", "stable"),
    ],
)
def test_a_step_is_not_called_where_the_films_scatter_as_much(values, state, told):
    films = series(*values)
    assert (step(films, BATTING).state, trend(films, BATTING)[0]) == (state, told)


def test_films_in_which_it_was_seen_once_make_no_trend():
    values = (0.40, 0.30, 0.20, 0.10)
    assert trend(series(*values, repeats=2), BATTING)[0] == "improving"
    told, why = trend(series(*values, repeats=1), BATTING)
    assert told == "unknown" and why.code == "films_too_few" and why.arguments["n"] == 0
    assert step(series(*values, repeats=1), BATTING).why.code == "seen_too_seldom"


def test_a_trend_is_beyond_the_errors_of_its_ends():
    """Over three films that lie on a line, 0.0554 heights are needed."""
    for whole, told in ((0.054, "unknown"), (0.057, "improving")):
        assert trend(series(0.20, 0.20 - whole / 2, 0.20 - whole), BATTING)[0] != "declining"
        assert (trend(series(0.20, 0.20 - whole / 2, 0.20 - whole), BATTING)[0] == "improving") == (told == "improving")


# -- the same everywhere -----------------------------------------------------------------------------------------------


def test_metrics_hold_what_the_rule_needs():
    three, once = (film(one) for one in (FAULTY, faulty((2.0,))))
    for shot, repeats in ((three, 3), (once, 1)):
        rows = {r["metric"]: r for r in shot.metrics(sidecar()).to_pylist() if r["subject"] == "track:0"}
        for metric in ("head_stability", "balance_drift", "front_knee_brace", "hip_shoulder_separation_timing"):
            row = rows[metric]
            assert row["repeats"] == repeats and 0.3 < row["confidence"] <= 1
            assert row["habit_error"] >= BATTING.trust[metric].noise
            assert (too_little(value_of(row, BATTING), BATTING) is None) == (repeats > 1)


def test_where_nothing_is_done_nothing_was_seen_often_enough():
    from tests.coaching.test_findings import drifting

    for acts, times in ((True, 3), (False, 0)):
        rows = {r["metric"]: r for r in film(drifting(0.0, acts=acts)).metrics(sidecar()).to_pylist()}
        assert rows["balance_drift"]["repeats"] == times
        assert (too_little(value_of(rows["balance_drift"], BATTING), BATTING) is None) is acts
    rule = BATTING.rules["BALANCE_DRIFT"]
    assert grade(rule, replace(DRIFT, value=0.3, repeats=0), 0.9, BATTING) is None
    assert grade(rule, replace(DRIFT, value=0.3, repeats=1), 0.9, BATTING) is not None


def test_a_metric_is_as_sure_as_its_film():
    shot = film(FAULTY)
    measured = shot.measures(sidecar())
    sure, far = (
        {r["metric"]: r["confidence"] for r in metrics_of(measured, BATTING, view).to_pylist()}
        for view in ("side", "tactical")
    )
    assert far["head_stability"] == pytest.approx(BATTING.trust["head_stability"].views["tactical"])
    assert far["head_stability"] < sure["head_stability"] and sure["stance_width"] is None


def test_what_was_seen_once_is_a_hint_and_says_so():
    often, once = (said(film(one), sidecar()) for one in (FAULTY, faulty((2.0,))))
    assert all(row["sure"] for row in often.values()) and "high" in {row["severity"] for row in often.values()}
    assert once and not any(row["sure"] for row in once.values())
    assert {row["severity"] for row in once.values()} == {"low"}
    for row in once.values():
        assert row["confidence_reason"].startswith("Times seen: 1. From 2 on"), row["confidence_reason"]


def test_hints_come_after_what_may_be_worked_on_and_the_filming_last():
    def row(code, metric, severity, sure, confidence):
        names = ("code", "metric", "severity", "sure", "confidence", "subject", "role")
        return dict(zip(names, (code, metric, severity, sure, confidence, "track:0", "player"), strict=True))

    rows = [
        row("FILM", "pose_coverage", "high", True, 1.0),
        row("HINT", "head_stability", "low", False, 0.9),
        row("LOW", "head_stability", "low", True, 0.5),
        row("HIGH", "balance_drift", "high", True, 0.6),
        row("HIGHER", "balance_drift", "high", True, 0.7),
    ]
    assert [one["code"] for one in sorted(rows, key=in_order)] == ["HIGHER", "HIGH", "LOW", "HINT", "FILM"]


def test_the_plan_works_on_nothing_that_is_a_hint():
    from gametape.coaching import week_plan

    def codes(shot) -> set[str]:
        week = week_plan(shot.findings(sidecar()), sidecar())
        return {one["code"] for day in week["activities"].to_pylist() for one in json.loads(day) if one["code"]}

    assert codes(film(FAULTY)) and not codes(film(faulty((2.0,))))


def test_there_is_no_plan_where_nothing_was_judged():
    """Nobody knows that the player does well; a first look found next to nothing and planned a week."""
    from gametape.coaching import week_plan
    from gametape.coaching.evidence import judged_at_all
    from tests.movement.stickman import Figure

    for figure, judged in ((FAULTY, True), (faulty((2.0,)), False), (Figure(seconds=4), False)):
        metrics = film(figure).metrics(sidecar())
        assert judged_at_all(metrics.to_pylist(), BATTING) == judged
        nothing = film(figure).findings(sidecar()).slice(0, 0)
        assert (week_plan(nothing, sidecar(), metrics=metrics).num_rows == 7) == judged
