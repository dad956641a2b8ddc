"""Limits that are held by their numbers."""

import pytest

from gametape.sports.load import limits_for


@pytest.mark.parametrize(
    ("ahead", "severity"),
    [(0.121, None), (0.119, "low"), (0.081, "low"), (0.079, "medium"), (0.021, "medium"), (0.019, "high")],
)
def test_a_tennis_ball_is_met_late_from_012_body_heights_ahead_on(ahead, severity):
    assert limits_for("tennis", None).rules["LATE_CONTACT"].severity(ahead) == severity


@pytest.mark.parametrize(("score", "severity"), [(0.61, None), (0.58, "low"), (0.46, "medium"), (0.40, "high")])
def test_the_scores_of_the_metrics_page_have_the_severities_that_it_names(score: float, severity: str | None):
    limits = limits_for("cricket", "batting")
    scale, rule = limits.scales["head_stability"], limits.rules["HEAD_MOVEMENT"]
    value = scale.zero + score * (scale.one - scale.zero)
    assert scale.score(value) == pytest.approx(score) and rule.severity(value) == severity
