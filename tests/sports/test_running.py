"""A runner whose steps are known has those steps, at any frame rate and from either side."""

import pytest

from gametape.base.reason import Reason
from gametape.coaching.measures import body_of
from gametape.film.sidecar import Camera as Filming
from gametape.film.sidecar import Player, Sidecar
from gametape.sports.load import stroke_rules_for
from gametape.sports.measures import Filmed
from gametape.sports.running.measures import measures
from gametape.tables.ball import BALL_FLIGHTS, CALIBRATION
from gametape.tables.coaching import STROKES
from tests.movement.stickman import Camera, Figure, film, film_of
from tests.sports.figures import Runner

BALL = (STROKES.empty(), BALL_FLIGHTS.empty(), CALIBRATION.empty())
RATES = (30, 60, 120, 240)
RUNNING = Sidecar(sport="running", mode="run")


def measured(runner: Runner, fps: float = 120, sidecar: Sidecar = RUNNING):
    shot = film_of(runner.points, runner.seconds, Camera(fps=fps, tall=0.22, noise_px=0.4))
    return {
        m.metric: m
        for m in measures(
            Filmed(
                body_of(shot.poses, shot.angles, sidecar, stroke_rules_for(sidecar.sport, sidecar.mode), 0),
                sidecar,
                *BALL,
            )
        )
    }


def code(measure) -> str:
    return Reason.parse(measure.reason).code


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("cadence", [150, 172, 190])
def test_cadence(fps, cadence):
    found = measured(Runner(cadence=cadence), fps)["run_cadence"]
    assert found.value == pytest.approx(cadence, rel=0.01) and 0 < found.error < 2


@pytest.mark.parametrize("fps", [60, 120, 240])
@pytest.mark.parametrize("contact", [0.2, 0.24, 0.28])
def test_ground_contact(fps, contact):
    found = measured(Runner(contact=contact), fps)["run_contact_time"]
    assert found.n >= 4 and found.value == pytest.approx(contact, abs=0.03)


def test_longer_contacts_are_told_from_shorter_ones():
    short, long = (measured(Runner(contact=contact))["run_contact_time"].value for contact in (0.20, 0.26))
    assert long - short == pytest.approx(0.06, abs=0.015)


def test_a_contact_needs_more_poses_than_a_cadence():
    found = measured(Runner(), fps=30)
    assert found["run_cadence"].value == pytest.approx(170, rel=0.01)
    assert found["run_contact_time"].reason == Reason("contact_needs_more_poses", rate=30, needed=50)
    assert code(found["run_contact_asymmetry"]) == "contact_needs_more_poses"


def test_without_feet_there_is_no_contact():
    """The pose model of YOLO gives ankles alone."""
    found = measured(Runner(feet=False))
    assert code(found["run_contact_time"]) == "feet_not_seen" and found["run_cadence"].value


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("lean", [8.0, -4.0])
def test_the_lean_is_forward_whichever_way_is_run(way, lean):
    found = measured(Runner(lean=lean, way=way))["run_trunk_lean"]
    assert found.value == pytest.approx(lean, abs=0.5) and found.n >= 3


def test_a_higher_knee_is_seen_higher():
    low, high = (measured(Runner(lift=lift))["run_knee_lift"].value for lift in (0.15, 0.35))
    assert high - low > 0.05


def test_equal_steps_are_symmetric_and_a_limp_is_not():
    even, limp = (measured(Runner(shift=shift))["run_step_asymmetry"] for shift in (0.5, 0.46))
    assert even.value == pytest.approx(0, abs=0.03)
    # 0.46 and 0.54 of a stride: 8 % of it, over half a stride.
    assert limp.value == pytest.approx(0.16, abs=0.03)
    uneven = measured(Runner(contact=0.24, right_contact=0.20))["run_contact_asymmetry"]
    assert uneven.value == pytest.approx(0.04 / 0.22, abs=0.06)


def test_way_in_heights_and_in_metres():
    found = measured(Runner(speed=1.9, cadence=170))
    assert found["run_speed"].value == pytest.approx(1.9, rel=0.04)
    assert found["run_step_length"].value == pytest.approx(1.9 * 60 / 170, rel=0.04)
    assert found["run_speed_metric"].value is None and found["run_speed_metric"].unit == "m/s"
    told = RUNNING.model_copy(update={"players": (Player(height_m=1.8),)})
    metric = measured(Runner(speed=1.9, cadence=170), sidecar=told)
    assert metric["run_speed_metric"].value == pytest.approx(1.9 * 1.8, rel=0.04)
    assert metric["run_step_length_metric"].value == pytest.approx(1.9 * 1.8 * 60 / 170, rel=0.04)


def test_a_treadmill_has_a_cadence_and_a_contact_but_no_way():
    found = measured(Runner(on_the_spot=True))
    assert found["run_cadence"].value == pytest.approx(170, rel=0.01)
    assert found["run_contact_time"].value == pytest.approx(0.24, abs=0.03)
    assert found["run_trunk_lean"].value == pytest.approx(8, abs=0.5), "the nose tells the way"
    assert code(found["run_speed"]) == "runner_stays_in_place"


def test_a_camera_that_follows_shows_no_way():
    follows = RUNNING.model_copy(update={"camera": Filming(motion="moving")})
    assert code(measured(Runner(), sidecar=follows)["run_step_length"]) == "camera_follows_the_runner"


def test_from_the_front_steps_are_seen_and_no_lean():
    front = RUNNING.model_copy(update={"camera": Filming(view="front")})
    found = measured(Runner(on_the_spot=True), sidecar=front)
    assert found["run_cadence"].value == pytest.approx(170, rel=0.01)
    for metric in ("run_trunk_lean", "run_knee_lift", "run_speed"):
        assert code(found[metric]) == "runner_not_seen_from_the_side"


@pytest.mark.parametrize("other", [Figure(seconds=3), Figure(seconds=3, travel=lambda t: 0.6 * t)])
def test_who_does_not_run_has_no_steps(other):
    shot = film(other, camera=Camera(noise_px=0.5))
    one = Filmed(
        body_of(shot.poses, shot.angles, RUNNING, stroke_rules_for(RUNNING.sport, RUNNING.mode), 0), RUNNING, *BALL
    )
    assert {code(m) for m in measures(one)} == {"no_run_found"}
