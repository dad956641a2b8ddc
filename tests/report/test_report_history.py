"""A player's films side by side: only what came before, in the metric's own direction."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gametape.lake.store import Lake
from gametape.report import build_report, history
from gametape.report.history import SPARK_HEIGHT, comparison
from gametape.report.words import words
from tests.coaching.test_progress import put
from tests.report import made_film as made


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(str(tmp_path / "lake"))
    put(lake, "a", 1, head_stability=0.50, front_knee_brace=150.0, balance_drift=0.10, codes=("HEAD_MOVEMENT",))
    put(lake, "b", 2, head_stability=0.30, front_knee_brace=120.0, balance_drift=0.105, codes=("HEAD_MOVEMENT",))
    put(lake, "c", 3, head_stability=0.90, front_knee_brace=90.0, balance_drift=0.10)
    put(lake, "other", 2, player="Ben", head_stability=0.1)
    return lake


def test_history_has_only_this_player_and_only_earlier_films(lake):
    assert history("a", lake.base_uri) is None and history("other", lake.base_uri) is None
    assert history("nowhere", lake.base_uri) is None
    known = history("b", lake.base_uri)
    assert known.films["video"].to_pylist() == ["a", "b"]
    assert set(known.progress["video"].to_pylist()) == {"a", "b"}


def test_two_films_are_compared_in_each_metrics_own_direction(lake):
    then = comparison(history("b", lake.base_uri), words())
    assert {one.metric: one.state for one in then.compared} == {
        "head_stability": "better",  # less is better
        "front_knee_brace": "worse",  # more is
        "balance_drift": "same",  # 0.005 is less than the measure's error of 0.02
    }
    assert then.compared[0].metric == "front_knee_brace", "what got worse comes first"
    head = next(one for one in then.compared if one.metric == "head_stability")
    first, last = head.points
    assert first.x < last.x and first.y < last.y, "the chart falls as the value does"
    assert head.trend == "unknown", "two films make no trend"
    before, now = next(one for one in then.compared if one.metric == "balance_drift").points
    assert 0 < abs(before.y - now.y) < 0.1 * SPARK_HEIGHT < abs(first.y - last.y), (
        "what is no real change looks like none"
    )
    assert then.stays == ("head_movement: in 2 of 2 films, the last 2 in a row.",)


def test_a_film_without_the_metric_is_a_gap(lake):
    put(lake, "d", 4, head_stability=0.4, front_knee_brace=None)
    put(lake, "e", 5, head_stability=0.4, front_knee_brace=140.0)
    put(lake, "f", 6, head_stability=0.4, front_knee_brace=141.0)
    then = comparison(history("f", lake.base_uri), words())
    knee = next(one for one in then.compared if one.metric == "front_knee_brace")
    assert [point.x is None for point in knee.points] == [False, False, False, True, False, False]
    assert [len(run.split()) for run in knee.line] == [3, 2]


def test_page_pdf_and_results_have_the_comparison(lake, tmp_path: Path):
    from pypdf import PdfReader

    files = build_report(made.make_input(made.steady(60), history=history("b", lake.base_uri)), tmp_path / "with")
    page = files.page.read_text("utf-8")
    paper = " ".join("\n".join(one.extract_text() for one in PdfReader(files.pdf).pages).split())
    for shown in (
        "Then and now",
        "Ana's film number 2 of this kind, compared with the one of 2026-01-01",
        "Better",
        "Worse",
    ):
        assert shown in page.replace("&#39;", "'") and shown in paper
    assert page.count("<polyline") == 3
    results = json.loads(files.results.read_text())["comparison"]
    assert results["compared"][0]["metric"] == "front_knee_brace"
    without = build_report(made.make_input(made.steady(60)), tmp_path / "without")
    assert 'id="history"' not in without.page.read_text("utf-8")
    assert json.loads(without.results.read_text())["comparison"] is None
