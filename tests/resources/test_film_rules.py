"""What of a sidecar makes the court be looked for again, and what does not."""

import pytest

from gametape.film.sidecar import Sidecar
from resources.film_rules import rules_of

MARKS = {"calibration": [{"ground_x_m": 0, "ground_y_m": 0, "x": 1, "y": 2}]}


def version(**details) -> str:
    return rules_of("court_search", Sidecar.model_validate(details))[1]


@pytest.mark.parametrize(
    "more",
    [
        {"title": "Final"}, {"goals": [{"metric": "shot_speed", "at_least": 20}]}, {"mode": "serve"}, {"language": "de"},
        {"players": [{"name": "Ana"}]}, {"trim_start_s": 3.0}, {"camera": {"view": "behind"}}, {"analyses": ["pose"]},
    ],
    ids=lambda more: next(iter(more)),
)  # fmt: skip
def test_what_does_not_concern_the_court_does_not_make_it_be_looked_for_again(more):
    assert version(sport="tennis", **more) == version(sport="tennis")


def test_another_sport_another_motion_or_marks_do():
    found = {
        version(sport="tennis"), version(sport="badminton"), version(), version(sport="tennis", camera={"motion": "fixed"}),
        version(sport="tennis", camera=MARKS), version(sport="tennis", camera={"find_court": False}),
        version(sport="tennis", camera={"court": "badminton", "motion": "fixed"}),
    }  # fmt: skip
    assert len(found) == 7


def test_a_sport_does_not_matter_where_the_court_is_marked():
    assert version(sport="tennis", camera=MARKS) == version(sport="badminton", camera=MARKS)
