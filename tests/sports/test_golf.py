"""A swing whose moments are known is found at those moments, at any frame rate."""

import numpy as np
import pytest

from gametape.base.reason import Reason
from gametape.coaching.measures import body_of
from gametape.film.sidecar import Player, Sidecar
from gametape.movement.motion import GRID_HZ
from gametape.sports.golf.measures import lead_side, measures, swings
from gametape.sports.load import stroke_rules_for
from gametape.sports.measures import Filmed
from gametape.tables.ball import BALL_FLIGHTS, CALIBRATION
from gametape.tables.coaching import STROKES
from tests.movement.stickman import Camera, Figure, burst, film, film_of
from tests.sports.figures import Golfer

BALL = (STROKES.empty(), BALL_FLIGHTS.empty(), CALIBRATION.empty())
RATES = (30, 60, 120, 240)
GOLF = Sidecar(sport="golf")


def filmed(golfer: Golfer, fps: float = 60, sidecar: Sidecar = GOLF, **camera) -> Filmed:
    shot = film_of(golfer.points, golfer.seconds, Camera(fps=fps, noise_px=0.5, **camera))
    return Filmed(
        body_of(shot.poses, shot.angles, sidecar, stroke_rules_for(sidecar.sport, sidecar.mode), 0), sidecar, *BALL
    )


def measured(golfer: Golfer, fps: float = 60, sidecar: Sidecar = GOLF, **camera):
    return {one.metric: one for one in measures(filmed(golfer, fps, sidecar, **camera))}


@pytest.mark.parametrize("fps", RATES)
def test_address_top_and_impact_are_found(fps):
    tempo = measured(Golfer(addresses=(1.0,), backswing=0.75, downswing=0.25), fps)["swing_tempo"]
    (one,) = tempo.actions
    assert one.start_s == pytest.approx(1.0, abs=0.04)
    assert one.worst_s == pytest.approx(1.75, abs=0.02)
    assert one.end_s == pytest.approx(2.0, abs=0.015)


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize(("backswing", "downswing"), [(0.75, 0.25), (0.9, 0.3), (0.6, 0.3), (1.0, 0.25)])
def test_the_tempo_is_the_proportion_of_both(fps, backswing, downswing):
    found = measured(Golfer(backswing=backswing, downswing=downswing), fps)
    assert found["swing_backswing_time"].value == pytest.approx(backswing, abs=0.05)
    assert found["swing_downswing_time"].value == pytest.approx(downswing, abs=0.025)
    tempo = found["swing_tempo"]
    assert tempo.value == pytest.approx(backswing / downswing, rel=0.09)
    assert 0 < tempo.error < 0.25


@pytest.mark.parametrize("fps", (25, *RATES))
@pytest.mark.parametrize("left_handed", [False, True])
def test_each_swing_is_one_stroke_at_impact(fps, left_handed):
    """Both hands swing: not two strokes, nor one of the follow-through. The ball on the tee may not be seen at all."""
    golfer = Golfer(addresses=(1.0, 7.0), backswing=0.75, downswing=0.25, left_handed=left_handed)
    found = film_of(golfer.points, golfer.seconds, Camera(fps=fps)).strokes(GOLF).to_pylist()
    assert [one["contact_s"] for one in found] == [pytest.approx(2.0, abs=0.025), pytest.approx(8.0, abs=0.025)]
    assert all((one["kind"], one["contact_source"]) == ("shot", "wrist") for one in found)
    assert all(one["confidence"] > 0.5 for one in found)


def test_the_finish_is_where_the_hands_come_to_rest():
    times = np.arange(0, 5, 1 / GRID_HZ)
    golfer = Golfer(backswing=0.75, downswing=0.25)
    points = golfer.points(times)
    hands = (points["left_wrist"] + points["right_wrist"] - points["left_ankle"] - points["right_ankle"]) / 2
    (swing,) = swings(times, hands)
    assert (swing.address_s, swing.top_s, swing.impact_s) == pytest.approx((1.0, 1.75, 2.0), abs=0.03)
    assert 2.1 < swing.finish_s <= 2.25, "the smooth move from the top ends half a second later"


def test_hands_of_which_a_part_is_unknown_have_no_swing_there():
    times = np.arange(0, 5, 1 / GRID_HZ)
    points = Golfer().points(times)
    hands = points["left_wrist"] - points["left_ankle"]
    hands[(times > 1.6) & (times < 1.8)] = np.nan
    assert swings(times, hands) == []


def test_each_swing_counts_and_the_median_is_told():
    found = measured(Golfer(addresses=(1.0, 6.0)))
    assert found["full_swings"].value == 2 and found["swing_tempo"].n == 2
    assert found["swing_tempo"].spread == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("fps", [30, 120])
@pytest.mark.parametrize("left_handed", [False, True])
def test_head_arm_and_turn_seen_face_on(fps, left_handed):
    golfer = Golfer(sway=0.08, lead_elbow=150, shoulder_turn=80, hip_turn=40, left_handed=left_handed)
    found = measured(golfer, fps)
    assert found["swing_head_sway"].value == pytest.approx(0.08, abs=0.008)
    assert found["swing_lead_elbow"].value == pytest.approx(150, abs=4)
    assert found["swing_separation"].value == pytest.approx(40, abs=5)


def test_the_lead_arm_is_opposite_to_the_playing_hand():
    right, left = filmed(Golfer()), filmed(Golfer(left_handed=True))
    for one, side in ((right, "left"), (left, "right")):
        (swing,) = swings(one.body.motion.grid, _hands(one))
        assert lead_side(one, swing) == side
    told = filmed(Golfer(), sidecar=Sidecar(sport="golf", players=(Player(handedness="left"),)))
    (swing,) = swings(told.body.motion.grid, _hands(told))
    assert lead_side(told, swing) == "right", "what the sidecar says counts first"


def _hands(one: Filmed) -> np.ndarray:
    from gametape.sports.golf.measures import hands_of

    return hands_of(one.body.motion)


def test_along_the_line_to_the_target_only_the_timing_is_seen():
    golfer = Golfer()

    def narrow(t):
        points = golfer.points(t)
        for line in ("hip", "shoulder"):
            middle = (points[f"left_{line}"] + points[f"right_{line}"]) / 2
            for side in ("left", "right"):
                points[f"{side}_{line}"] = middle + 0.15 * (points[f"{side}_{line}"] - middle)
        return points

    shot, sidecar = film_of(narrow, golfer.seconds, Camera(fps=60, noise_px=0.5)), Sidecar(sport="golf")
    one = Filmed(
        body_of(shot.poses, shot.angles, sidecar, stroke_rules_for(sidecar.sport, sidecar.mode), 0), sidecar, *BALL
    )
    found = {m.metric: m for m in measures(one)}
    assert found["swing_tempo"].value == pytest.approx(3.0, rel=0.1)
    for metric in ("swing_head_sway", "swing_separation"):
        assert found[metric].value is None and Reason.parse(found[metric].reason).code == "not_seen_face_on"
    assert found["swing_lead_elbow"].reason == Reason("lead_arm_not_known")


@pytest.mark.parametrize(
    "other",
    [Figure(seconds=4), Figure(seconds=4, right_wrist=burst(2.0, 5.0)), Figure(seconds=4, travel=lambda t: 0.5 * t)],
    ids=["stands", "throws one hand", "walks"],
)
def test_what_is_no_swing_is_not_found(other):
    shot, sidecar = film(other, camera=Camera(noise_px=0.5)), Sidecar(sport="golf")
    found = {
        m.metric: m
        for m in measures(
            Filmed(
                body_of(shot.poses, shot.angles, sidecar, stroke_rules_for(sidecar.sport, sidecar.mode), 0),
                sidecar,
                *BALL,
            )
        )
    }
    assert found["full_swings"].value == 0
    assert found["swing_tempo"].value is None and found["swing_tempo"].reason == Reason("no_full_swing_found")


def test_too_few_poses_a_second_are_the_reason():
    found = measured(Golfer(), fps=12)
    assert {one.value for one in found.values()} == {None}
    assert {Reason.parse(one.reason).code for one in found.values()} == {"poses_too_seldom"}
