"""Limits that are held by their numbers."""

import pytest

from gametape.sports.load import limits_for


@pytest.mark.parametrize(
    ("ahead", "severity"),
    [(0.121, None), (0.119, "low"), (0.081, "low"), (0.079, "medium"), (0.021, "medium"), (0.019, "high")],
)
def test_a_tennis_ball_is_met_late_from_012_body_heights_ahead_on(ahead, severity):
    assert limits_for("tennis", None).rules["LATE_CONTACT"].severity(ahead) == severity
