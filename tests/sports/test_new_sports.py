"""A sport that is only a folder goes the whole way: metrics, findings, goals, the week, words in both languages."""

import pytest

from gametape.coaching import goal_outcomes, week_plan
from gametape.film.sidecar import Sidecar
from gametape.report.missing import no_limits
from gametape.report.words import words
from tests.movement.stickman import Camera, Figure, film, film_of
from tests.sports.figures import Golfer, Runner

CASES = {
    "golf": (Golfer(backswing=1.0, shoulder_turn=60, hip_turn=50), {"sport": "golf"}, {"TEMPO", "LITTLE_SEPARATION"}),
    "run": (Runner(cadence=140, lean=-8.0), {"sport": "running", "mode": "run"}, {"LOW_CADENCE", "LEANS_BACK"}),
    "sprint": (Runner(cadence=140, lean=-8.0), {"sport": "running", "mode": "sprint"}, {"LEANS_BACK"}),
}
GOALS = {"golf": ("swing_tempo", 3.2), "run": ("run_cadence", 150), "sprint": ("run_cadence", 150)}


@pytest.fixture(params=CASES)
def case(request):
    figure, said, codes = CASES[request.param]
    metric, at_most = GOALS[request.param]
    sidecar = Sidecar(**said, camera={"view": "front" if request.param == "golf" else "side"},
                      goals=[{"metric": metric, "at_most": at_most}])  # fmt: skip
    camera = Camera(fps=120, noise_px=0.4, tall=0.5 if request.param == "golf" else 0.22)
    shot = film_of(figure.points, figure.seconds, camera)
    return shot, sidecar, shot.metrics(sidecar), codes


def test_faults_become_findings_with_their_drills_and_their_moments(case):
    shot, sidecar, _, codes = case
    for language in ("en", "de"):
        spoken = sidecar.in_language(language)
        found = shot.findings(spoken).to_pylist()
        assert {row["code"] for row in found} == codes
        assert all(row["evidence"] != "[]" and len(row["cues"]) > 50 and row["drills"] != "[]" for row in found)
        week = week_plan(shot.findings(spoken), spoken)
        planned = any(code in str(week["activities"].to_pylist()) for code in codes)
        once = sidecar.sport == "golf"  # a single swing is a hint, and nothing to plan by
        assert week.num_rows == 7 and planned != once and {row["sure"] for row in found} == {not once}


def test_a_goal_may_name_the_sports_own_metric(case):
    _, sidecar, metrics, _ = case
    (row,) = goal_outcomes(metrics, sidecar).to_pylist()
    assert row["actual"] is not None
    if sidecar.sport == "golf":  # a single swing is no habit
        assert row["met"] is None and "seen_too_seldom" in row["reason"]
    else:
        assert row["met"] == (row["actual"] <= row["target"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_its_metrics_and_reasons_have_words(case, language):
    _, _, metrics, _ = case
    say = words(language)
    own = [row for row in metrics.to_pylist() if row["metric"].startswith(("swing_", "full_swings", "run_"))]
    assert len(own) >= 7
    for row in own:
        assert f"metric.{row['metric']}" in say and f"how.{row['metric']}" in say
        assert row["reason"] is None or say.reason(row["reason"]) != row["reason"]


def test_another_sport_has_none_of_them():
    made = film(Figure()).metrics(Sidecar(sport="tennis"))["metric"].to_pylist()
    assert not [name for name in made if name.startswith(("swing_", "full_swings", "run_"))]


@pytest.mark.parametrize("sport", ["quidditch", None])
def test_an_unknown_sport_is_measured_and_says_that_it_has_no_limits(sport):
    shot, sidecar = film(Figure(seconds=3)), Sidecar(sport=sport)
    rows = {row["metric"]: row["value"] for row in shot.metrics(sidecar).to_pylist()}
    assert rows["head_stability"] is not None and rows["left_knee_median"] is not None
    assert week_plan(shot.findings(sidecar), sidecar).num_rows == 0
    for language in ("en", "de"):
        reason = no_limits(sidecar, words(language))
        assert reason and ("quidditch" in reason.lower()) == (sport is not None) and "/" not in reason
