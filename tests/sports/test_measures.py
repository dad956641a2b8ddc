"""A sport's own measures are those that its metrics.yaml lists, whoever is seen and whoever is not."""

import pytest

from gametape.base.reason import Reason
from gametape.coaching.measures import body_of
from gametape.film.sidecar import Sidecar
from gametape.sports.files import MetricsFile
from gametape.sports.load import HERE, parse, sports, stroke_rules_for
from gametape.sports.measures import Filmed, sport_measures
from gametape.tables.ball import BALL_FLIGHTS, CALIBRATION
from gametape.tables.coaching import STROKES
from tests.movement.stickman import Figure, film

MEASURED = [sport for sport in sports() if (HERE / sport / "measures.py").exists()]
BALL = (STROKES.empty(), BALL_FLIGHTS.empty(), CALIBRATION.empty())


def of(sport: str | None, track: int = 0, reason: Reason | None = None):
    shot, sidecar = film(Figure(seconds=2)), Sidecar(sport=sport)
    rules = stroke_rules_for(sidecar.sport, sidecar.mode)
    return sport_measures(Filmed(body_of(shot.poses, shot.angles, sidecar, rules, track), sidecar, *BALL, reason))


@pytest.mark.parametrize("sport", MEASURED)
def test_a_sport_measures_what_it_lists_or_says_why_not(sport):
    own = parse(HERE / sport / "metrics.yaml", MetricsFile).own
    nobody = Reason("nobody_found")
    for made in (of(sport), of(sport, track=-1), of(sport, track=-1, reason=nobody)):
        assert tuple(one.metric for one in made) == own
        assert all((one.value is None) != (one.reason is None) for one in made)
    assert {one.reason for one in of(sport, track=-1, reason=nobody)} == {nobody}


def test_a_sport_that_lists_measures_has_the_code_for_them():
    listing = [sport for sport in sports() if parse(HERE / sport / "metrics.yaml", MetricsFile).own]
    assert listing == MEASURED


@pytest.mark.parametrize("sport", [None, "tennis", "quidditch"])
def test_a_sport_without_code_measures_nothing_itself(sport):
    assert of(sport) == ()
