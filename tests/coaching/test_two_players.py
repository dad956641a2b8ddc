"""Of two players each has numbers of his own: none of one's is ever told of the other."""

import json

import pyarrow.compute as pc
import pytest

from gametape.coaching import goal_outcomes, metric_frames, week_plan
from gametape.coaching.measures import subject_track
from gametape.film.sidecar import Sidecar
from gametape.movement.persons import people_in, persons_of
from gametape.sports.load import limits_for
from gametape.tables.coaching import STROKES
from tests.movement.stickman import Figure, burst, film

ANA = {"name": "Ana", "height_m": 1.60, "handedness": "right", "clicks": [{"t": 1.0, "x": 0.3, "y": 0.6}]}
BEN = {"name": "Ben", "height_m": 2.00, "handedness": "left", "clicks": [{"t": 1.0, "x": 0.7, "y": 0.6}]}
BOTH = {
    "sport": "tennis",
    "players": [ANA, BEN],
    "goals": [{"metric": "balance_drift", "at_most": 0.1}],
    "camera": {"view": "front", "motion": "fixed"},
}


def figure(track: int, centre: float, shift: float, hand: str, speed: float, *swings: float) -> Figure:
    """Somebody whose hips are `shift` heights beside the feet, and whose hand is `speed` fast at each swing."""

    def wrist(t):
        return sum((-1) ** number * burst(at, speed)(t) for number, at in enumerate(swings))

    still = {"hip_shift": lambda t: 0.0 * t + shift}
    return Figure(track=track, seconds=4, centre=centre, **{f"{hand}_wrist": wrist}, **still)


@pytest.fixture(scope="module")
def shot():
    return film(figure(4, -0.2, 0.02, "right", 3.0, 1.2, 2.8), figure(7, 0.2, 0.26, "left", 5.0, 0.7, 2.0, 3.3))


@pytest.fixture(scope="module")
def metrics(shot):
    return shot.metrics(Sidecar.model_validate(BOTH))


def value(metrics, name: str, metric: str):
    (row,) = (row for row in metrics.to_pylist() if row["name"] == name and row["metric"] == metric)
    return row["value"]


@pytest.mark.parametrize(
    ("metric", "ana", "ben", "within"),
    [
        ("balance_drift", 0.02, 0.23, 0.02),
        ("peak_wrist_speed", 3.0, 5.0, 0.7),
        ("peak_wrist_speed_metric", 3.0 * 1.60, 5.0 * 2.00, 1.4),
        ("dominant_wrist", 1.0, -1.0, 0.0),
        ("strokes", 2.0, 3.0, 0.0),
    ],
)
def test_each_has_numbers_of_his_own(metrics, metric, ana, ben, within):
    assert value(metrics, "Ana", metric) == pytest.approx(ana, abs=within)
    assert value(metrics, "Ben", metric) == pytest.approx(ben, abs=within)


def test_each_row_says_whose_it_is(metrics):
    whose = {(one.subject, one.role, one.name) for one in people_in(metrics.to_pylist())}
    assert whose == {("track:4", "player", "Ana"), ("track:7", "opponent", "Ben")}
    assert subject_track(metrics) == 4
    assert {row["subject"] for row in metrics.to_pylist() if row["role"] is None} == {"ball", "film"}
    mine = [(row["subject"], row["metric"]) for row in metrics.to_pylist()]
    assert len(mine) == len(set(mine))


def test_who_is_clicked_first_is_the_player(shot):
    table = shot.metrics(Sidecar.model_validate(BOTH | {"players": [BEN, ANA]}))
    assert subject_track(table) == 7
    assert value(table, "Ben", "balance_drift") == pytest.approx(0.23, abs=0.02)


def test_a_finding_is_of_whom_it_was_found_and_only_the_players_makes_plan_and_goals(shot):
    said = Sidecar.model_validate(BOTH)
    found = shot.findings(said)
    assert {row["name"] for row in found.to_pylist() if row["code"] == "BALANCE_DRIFT"} == {"Ben"}
    codes = {one["code"] for day in _days(shot, said) for one in _opened(day)}
    assert "BALANCE_DRIFT" not in codes
    (goal,) = goal_outcomes(shot.metrics(said), said).to_pylist()
    assert (goal["name"], goal["met"]) == ("Ana", True)
    turned = Sidecar.model_validate(BOTH | {"players": [BEN, ANA]})
    codes = {
        one["code"]
        for day in week_plan(shot.findings(turned), turned)["activities"].to_pylist()
        for one in _opened(day)
    }
    assert "BALANCE_DRIFT" in codes
    (goal,) = goal_outcomes(shot.metrics(turned), turned).to_pylist()
    assert (goal["name"], goal["met"]) == ("Ben", False)


def test_frames_of_a_metric_are_of_each(shot):
    said = Sidecar.model_validate(BOTH)
    table = metric_frames(shot.measures(said), frames=shot.frames, limits=limits_for("tennis", None))
    drift = table.filter(pc.equal(table["metric"], "balance_drift"))
    for name, shift in (("Ana", 0.02), ("Ben", 0.23)):
        own = drift.filter(pc.equal(drift["name"], name))["value"].to_numpy()
        assert len(own) > 15 and abs(own - shift).max() < 0.05, name


def test_a_click_on_one_person_makes_nobody_two_people(shot):
    same = Sidecar.model_validate(BOTH | {"players": [ANA, BEN | {"clicks": ANA["clicks"]}]})
    assert {row["name"] for row in shot.metrics(same).to_pylist()} == {"Ana", None}
    assert "named_not_at_the_clicks(number=2" in shot.people(same)["choice"][0].as_py()


def strokes(*tracks: int):
    blank = {"kind": "forehand", "confidence": 0.9, "confidence_reason": "", "kind_reason": "", "hand_reason": ""}
    blank |= {"contact_source": "wrist", "contact_frame": 1, "contact_s": 1.0, "unknown": "{}"}
    return STROKES.from_rows([blank | {"track": track, "stroke": number} for number, track in enumerate(tracks)])


@pytest.mark.parametrize(
    ("sport", "mode", "tracks", "roles"),
    [
        ("tennis", None, (4, 7, 7), {4: "player", 7: "opponent"}),
        ("tennis", None, (7, 7), {4: "player", 7: "other"}),  # perhaps the partner
        ("tennis", None, (4, 7, 9), {4: "player", 7: "other", 9: "other"}),  # who is whose opponent cannot be told
        ("tennis", None, (4,), {4: "player"}),
        ("tennis", "serve", (4, 7), {4: "player"}),  # the mode is the player's: it says nothing of others
        ("cricket", None, (4, 7), {4: "player", 7: "other"}),  # no net between them
    ],
)
def test_the_part_of_each(shot, sport, mode, tracks, roles):
    said = Sidecar(sport=sport, mode=mode, players=[ANA])
    persons = persons_of(shot.people(said), strokes(*tracks), said)
    assert {one.track: one.role for one in persons} == roles
    assert [one.name for one in persons] == ["Ana"] + [None] * (len(roles) - 1)


def _days(shot, said: Sidecar) -> list[str]:
    return week_plan(shot.findings(said), said)["activities"].to_pylist()


def _opened(day: str) -> list[dict]:
    return json.loads(day)
