"""A stroke is found once, where it was made, at any frame rate; and a person who walks makes none."""

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from gametape.film.sidecar import Player, Sidecar
from gametape.strokes.checks import strokes_are_sound
from gametape.tables.ball import BALL_EVENTS, BALL_TRAJECTORY
from tests.movement.stickman import SIDE_ON, Camera, Figure, Shot, burst, dip, film

TENNIS = Sidecar(sport="tennis")
RIGHT = Sidecar(sport="tennis", players=(Player(handedness="right"),))
AT = 2.0
FOREHAND = Figure(track=4, seconds=4, right_wrist=burst(AT, 4.0))
BACKHAND = Figure(track=4, seconds=4, right_wrist=lambda t: 0.4 - burst(AT, 4.0)(t))


def bell(at: float, high: float, width: float):
    return lambda t: high * np.exp(-0.5 * ((t - at) / width) ** 2)


#: The hand comes over the head and on: highest at AT, fastest later.
OVER = Figure(
    seconds=4,
    right_wrist=burst(AT, 2.0, 0.1),
    right_lift=lambda t: bell(AT, 0.75, 0.1)(np.minimum(t, AT)) + bell(AT, 0.75, 0.07)(np.maximum(t, AT)) - 0.75,
)


def strokes(shot: Shot, sidecar: Sidecar = TENNIS, hits=(), ball=(), ball_speed=2000.0) -> list[dict]:
    """`hits`: (seconds, x, y, confidence); `ball`: (frame, x, y) where it was detected, at `ball_speed` px/s."""
    times = shot.frames["time_s"].to_numpy()
    events = [
        {"frame": int(np.abs(times - t).argmin()), "time_s": t, "kind": "hit", "x": x, "y": y, "confidence": c}
        for t, x, y, c in hits
    ]
    seen = [
        {
            "frame": f,
            "time_s": times[f],
            "state": "detected",
            "x": x,
            "y": y,
            "confidence": 0.9,
            "speed": ball_speed,
            "tracker": "t",
        }
        for f, x, y in ball
    ]
    table = replace(shot, ball=BALL_TRAJECTORY.from_rows(seen)).strokes(sidecar, BALL_EVENTS.from_rows(events))
    assert all(verdict.passed for verdict in strokes_are_sound(table, times))
    return table.to_pylist()


def wrist_at(shot: Shot, second: float, side: str = "right", track: int = 4) -> tuple[float, float]:
    rows = [r for r in shot.poses.to_pylist() if r["track"] == track]
    row = min(rows, key=lambda r: abs(r["time_s"] - second))
    return row[f"{side}_wrist_x"], row[f"{side}_wrist_y"]


def from_behind(shot: Shot) -> Shot:
    """The same movement with the camera on the other side."""
    poses = shot.poses
    for at, name in enumerate(poses.column_names):
        if name.endswith("_x"):
            poses = poses.set_column(at, poses.schema.field(name), pa.array(shot.width - poses[name].to_numpy()))
    return Shot(poses, shot.angles, shot.frames, shot.width, shot.height)


@pytest.mark.parametrize("fps", [25.0, 30.0, 50.0, 60.0])
@pytest.mark.parametrize("size", [(1280, 720), (1080, 1920), (640, 480)])
def test_contact_is_found_below_the_frame_at_any_rate_and_size(fps, size):
    at = 2.013
    swing = Figure(seconds=4, right_wrist=burst(at, 4.0))
    (one,) = strokes(film(swing, camera=Camera(fps=fps, width=size[0], height=size[1])))
    assert one["contact_s"] == pytest.approx(at, abs=0.005)
    assert one["contact_frame"] == round(at * fps)
    assert one["peak_wrist_speed"] == pytest.approx(4.0, rel=0.12)
    assert one["start_s"] <= one["load_s"] < one["swing_s"] < one["contact_s"] < one["end_s"]
    # A bell of width 0.06 s has half its height 0.0706 s from its middle, and 30 % at 0.0931 s; the filter widens it.
    assert one["contact_s"] - one["swing_s"] == pytest.approx(0.071, abs=0.015)
    assert one["follow_through_s"] == pytest.approx(0.093, abs=0.02)


def test_a_walk_makes_no_stroke():
    step = lambda sign: lambda t: sign * 0.2 * np.sin(2 * np.pi * 1.0 * t)  # noqa: E731
    walk = Figure(seconds=6, right_wrist=step(1), left_wrist=step(-1), travel=lambda t: 0.4 * t - 1)
    for said in (Sidecar(), TENNIS, Sidecar(sport="cricket", mode="bowling")):
        assert strokes(film(walk), said) == []


def test_without_a_sport_only_a_hand_that_hits_a_ball_makes_a_stroke():
    shot = film(Figure(track=4, seconds=4, right_wrist=burst(AT, 6.0)))
    assert len(strokes(shot)) == 1 and strokes(shot, Sidecar()) == []
    (one,) = strokes(shot, Sidecar(), hits=[(AT, *wrist_at(shot, AT), 0.9)])
    assert one["contact_source"] == "both"


def test_a_hand_that_is_slow_before_the_ball_is_hit_has_no_follow_through():
    shot = film(FOREHAND)
    late = AT + 0.18  # of a bell of 0.06 s, past 30 % of its top
    (one,) = strokes(shot, hits=[(late, *wrist_at(shot, late), 0.9)])
    assert one["contact_s"] == pytest.approx(late) and one["end_s"] is None and one["follow_through_s"] is None
    assert json.loads(one["unknown"])["follow_through_s"] == "hand_slow_before_contact"


def test_forehand_and_backhand_by_where_the_hand_comes_from():
    for figure, name in ((FOREHAND, "forehand"), (BACKHAND, "backhand")):
        for shot in (film(figure), film(figure, camera=Camera(mirrored=True)), from_behind(film(figure))):
            (one,) = strokes(shot)
            assert one["kind"] == name and one["kind_confidence"] > 0.5
    assert strokes(film(FOREHAND, camera=Camera(mirrored=True)))[0]["hand"] == "left"
    assert strokes(film(FOREHAND))[0]["hand"] == "right"


def hit_beside(shot: Shot, heights: float, hand: str = "right") -> tuple[float, float, float, float]:
    """A hit so many body heights to the picture's right of the mid-hip, as high as the hand."""
    row = min(shot.poses.to_pylist(), key=lambda one: abs(one["time_s"] - AT))
    hip, tall = (row["left_hip_x"] + row["right_hip_x"]) / 2, row["left_ankle_y"] - row["nose_y"]
    return AT, hip + heights * tall, row[f"{hand}_wrist_y"], 0.9


def test_the_side_on_which_the_ball_is_met_speaks_with_the_swing():
    """Seen from before, a right-hander's own side is the picture's left."""
    for turn, shot in ((1, film(FOREHAND)), (-1, from_behind(film(FOREHAND)))):
        (alone,) = strokes(shot, RIGHT)
        ((own,), (other,)) = (strokes(shot, RIGHT, hits=[hit_beside(shot, turn * at)]) for at in (-0.4, 0.04))
        assert own["contact_source"] == other["contact_source"] == "both"
        assert alone["kind"] == own["kind"] == other["kind"] == "forehand"
        assert other["kind_confidence"] < alone["kind_confidence"] < own["kind_confidence"]
        # The pose may take one arm for the other; the ball is where it is.
        (beyond,) = strokes(shot, RIGHT, hits=[hit_beside(shot, turn * 0.3)])
        assert beyond["kind"] == "backhand" and "hand_swings" not in beyond["kind_reason"]


def test_a_ball_alone_tells_forehand_and_backhand_but_not_above_the_head():
    shot = film(Figure(track=4, seconds=4))
    for aside, name in ((-0.4, "forehand"), (0.4, "backhand")):
        (one,) = strokes(shot, RIGHT, hits=[hit_beside(shot, aside)])
        assert (one["contact_source"], one["kind"]) == ("ball", name)
    (one,) = strokes(shot, hits=[hit_beside(shot, 0.4)])
    assert one["kind"] == "swing" and one["kind_reason"] == "playing_hand_not_clear"
    at, x, _, sure = hit_beside(shot, -0.2)
    head = min(row["nose_y"] for row in shot.poses.to_pylist())
    (one,) = strokes(shot, RIGHT, hits=[(at, x, head - 30, sure)])
    assert one["kind"] == "forehand", "no hand is up: it is met before the body"
    up = film(Figure(track=4, seconds=4, left_lift=lambda t: 0.6 + 0 * t))
    (one,) = strokes(up, RIGHT, hits=[(at, x, head - 30, sure)])
    assert one["kind"] == "swing", "it may be hit overhead"


def test_a_lunge_to_the_own_side_is_a_forehand_though_the_hand_goes_outwards():
    lunge = Figure(seconds=4, right_wrist=lambda t: -0.25 - burst(AT, 3.0)(t))
    (one,) = strokes(film(lunge), RIGHT)
    assert one["kind"] == "forehand"


@pytest.mark.parametrize("told", ["left", "right", None])
def test_telling_the_hand_costs_a_stroke_none_of_its_measures(told):
    """Left and right may be mistaken by the pose, and a two-handed stroke is swung by either hand."""
    shot = film(FOREHAND)
    said = Sidecar(sport="tennis", players=(Player(handedness=told),)) if told else TENNIS
    (one,) = strokes(shot, said, hits=[(AT, *wrist_at(shot, AT), 0.9)])
    (free,) = strokes(shot, hits=[(AT, *wrist_at(shot, AT), 0.9)])
    assert one["contact_source"] == "both" and one["unknown"] == free["unknown"]
    assert one["peak_wrist_speed"] == free["peak_wrist_speed"] and one["hand"] == (told or "right")
    assert one["kind"] == ("backhand" if told == "left" else "forehand")


def test_of_two_hands_as_fast_the_one_at_the_ball_plays():
    both = film(Figure(seconds=4, right_wrist=burst(AT, 4.0), left_wrist=burst(AT, 4.0)))
    for side in ("left", "right"):
        found = strokes(both, hits=[(AT, *wrist_at(both, AT, side, track=0), 0.9)])
        assert {one["hand"] for one in found} == {side}


def test_a_ball_hit_while_the_hips_are_out_of_sight_has_no_side():
    """A player behind a table."""
    shot = film(Figure(track=4, seconds=14))
    hidden = shot.poses["time_s"].to_numpy() > 5
    poses = shot.poses
    for name in poses.column_names:
        if "hip" in name:
            values = np.where(hidden, 0.1 if name.endswith("_c") else np.nan, poses[name].to_numpy())
            poses = poses.set_column(
                poses.column_names.index(name), poses.schema.field(name), pa.array(values, pa.float32())
            )
    x, y = wrist_at(shot, 12)
    (one,) = strokes(replace(shot, poses=poses), RIGHT, hits=[(12.0, x, y, 0.9)])
    assert (one["contact_source"], one["kind"], one["kind_confidence"]) == ("ball", "swing", None)


def test_a_ball_high_above_the_head_is_hit_overhead_wherever_the_hand_seems_to_be():
    shot = film(FOREHAND)
    head = min(row["nose_y"] for row in shot.poses.to_pylist())
    at, x, _, sure = hit_beside(shot, -0.1)
    tall = shot.poses.to_pylist()[0]["left_ankle_y"] - head
    (one,) = strokes(shot, RIGHT, hits=[(at, x, head - 0.42 * tall, sure)])
    assert (one["contact_source"], one["kind"]) == ("both", "overhead")


def test_who_turns_aside_to_hit_faces_the_way_of_before_and_after():
    turned = lambda t: 1 - bell(AT, 1.0, 0.5)(t)  # noqa: E731
    shot = film(Figure(seconds=6, right_wrist=burst(AT, 4.0), shoulder_width=turned, hip_width=turned))
    (one,) = strokes(shot, RIGHT, hits=[hit_beside(shot, -0.4)])
    assert one["kind"] == "forehand"


def test_from_the_side_forehand_and_backhand_are_not_told():
    aside = Figure(seconds=4, right_wrist=burst(AT, 4.0), shoulder_width=np.zeros_like, hip_width=np.zeros_like)
    (one,) = strokes(film(aside))
    assert one["kind"] == "swing" and one["kind_confidence"] is None and one["kind_reason"] == "sides_look_alike"


def test_both_hands_as_fast_tell_no_hand():
    both = Figure(seconds=4, right_wrist=burst(AT, 4.0), left_wrist=burst(AT, 4.0))
    (one,) = strokes(film(both))
    assert one["hand"] is None and one["hand_reason"].startswith("strokes_of_both_hands_alike(by=by_speed(), n=")
    (told,) = strokes(film(both), Sidecar(sport="tennis", players=(Player(handedness="left"),)))
    assert told["hand"] == "left" and told["hand_reason"] == "handedness_given"


def test_a_bat_is_held_by_both_hands_and_the_faster_one_tells_nothing():
    """The top hand of a right-handed batter, the left one, goes the longer way."""
    bat = Figure(seconds=4, left_wrist=lambda t: -burst(AT, 4.0)(t), right_wrist=burst(AT, 1.0))
    (one,) = strokes(film(bat), Sidecar(sport="cricket", mode="batting"))
    assert one["kind"] == "shot" and one["hand"] is None and one["hand_reason"] == "both_hands_hold"
    said = Sidecar(sport="cricket", mode="batting", players=(Player(handedness="right"),))
    (told,) = strokes(film(bat), said)
    assert told["hand"] == "right" and told["hand_reason"] == "handedness_given"


def test_hand_and_ball_make_one_stroke_and_the_ball_tells_when():
    shot = film(FOREHAND)
    (alone,) = strokes(shot)
    assert alone["contact_source"] == "wrist"
    for late in (-0.1, 0.0, 0.1):
        (one,) = strokes(shot, hits=[(AT + late, *wrist_at(shot, AT + late), 0.9)])
        assert one["contact_source"] == "both" and one["ball_event_frame"] == round((AT + late) * 30)
        assert one["contact_s"] == pytest.approx(AT + late)
        assert one["confidence"] > alone["confidence"]


def test_a_ball_hit_far_from_everyone_is_nobodys():
    (one,) = strokes(film(FOREHAND), hits=[(AT, 1270.0, 10.0, 0.9)])
    assert one["contact_source"] == "wrist" and one["ball_event_frame"] is None


def test_a_ball_alone_makes_a_stroke_of_the_nearest_hand_without_form():
    still, far = Figure(track=4, seconds=4, centre=0.2), Figure(track=5, seconds=4, centre=-0.3)
    shot = film(still, far)
    (one,) = strokes(shot, hits=[(AT, *wrist_at(shot, AT), 0.9)])
    assert (one["track"], one["contact_source"], one["hand"], one["kind"]) == (4, "ball", "right", "forehand")
    assert one["start_s"] is None and one["peak_wrist_speed"] is None
    assert json.loads(one["unknown"])["elbow_at_contact"] == "swing_not_seen"


def test_a_ball_that_is_elsewhere_casts_doubt_on_a_swing():
    shot = film(FOREHAND)
    there = [(f, 30.0, 30.0) for f in range(55, 66)]
    (alone,), doubted = strokes(shot), strokes(shot, ball=there)
    assert not doubted or doubted[0]["confidence"] < 0.5 * alone["confidence"]
    (lying,) = strokes(shot, ball=there, ball_speed=20.0)  # as a mark on the fence that the camera passes
    assert lying["confidence"] == pytest.approx(alone["confidence"])
    here = [(f, *wrist_at(shot, AT)) for f in range(58, 63)]
    assert strokes(shot, ball=here)[0]["confidence"] == pytest.approx(alone["confidence"])


def test_one_hit_is_of_one_player():
    two = film(FOREHAND, Figure(track=5, seconds=4, centre=0.05, right_wrist=burst(AT, 4.0)))
    found = strokes(two, hits=[(AT, *wrist_at(two, AT), 0.9)])
    assert [(s["track"], s["contact_source"]) for s in found if s["contact_source"] == "both"] == [(4, "both")]


def test_overhead_contact_is_where_the_hand_is_highest_and_a_toss_makes_it_a_serve():
    (one,) = strokes(film(OVER))
    assert one["kind"] == "overhead" and one["contact_s"] == pytest.approx(AT, abs=0.03)
    tossed = replace(OVER, left_lift=bell(AT - 0.8, 0.7, 0.25))
    (one,) = strokes(film(tossed))
    assert one["kind"] == "serve" and one["hand"] == "right"
    (one,) = strokes(film(OVER), Sidecar(sport="cricket", mode="bowling"))
    assert one["kind"] == "delivery"


def test_a_ball_struck_low_is_no_serve_and_no_delivery():
    for said in (Sidecar(sport="tennis", mode="serve"), Sidecar(sport="cricket", mode="bowling")):
        (one,) = strokes(film(FOREHAND), said)
        assert one["kind"] == "swing" and one["kind_reason"].startswith("kind_not_told(seen=hand_below_head(), reason=")


def test_metres_come_from_the_players_height_and_only_for_the_player():
    tall = Sidecar(sport="tennis", players=(Player(height_m=1.9),))
    (one,) = strokes(film(FOREHAND), tall)
    assert one["peak_wrist_speed_mps"] == pytest.approx(1.9 * one["peak_wrist_speed"], rel=1e-6)
    (one,) = strokes(film(FOREHAND))
    assert (
        one["peak_wrist_speed_mps"] is None and json.loads(one["unknown"])["peak_wrist_speed_mps"] == "height_not_given"
    )


@pytest.mark.parametrize("fps", [25.0, 30.0, 50.0, 60.0])
def test_separation_and_its_lead_are_those_of_the_movement(fps):
    """Shoulders turn to 60 degrees out of the picture plane, hips to 20, most 0.25 s before contact."""
    turned = lambda most: lambda t: np.cos(np.radians(bell(AT - 0.25, most, 0.15)(t)))  # noqa: E731
    wound = Figure(seconds=4, right_wrist=burst(AT, 4.0), shoulder_width=turned(60), hip_width=turned(20))
    (one,) = strokes(film(wound, camera=Camera(fps=fps)))
    assert one["separation_max"] == pytest.approx(40, abs=6)
    assert one["separation_lead_ms"] == pytest.approx(250, abs=40)
    (one,) = strokes(film(FOREHAND, camera=Camera(fps=fps)))
    assert one["separation_max"] is None and "separation_max" in json.loads(one["unknown"])


def test_knees_and_trunk_at_the_right_moment():
    bent = Figure(seconds=4, right_wrist=burst(AT, 4.0), left_knee=dip(AT - 0.2, 130), stance=SIDE_ON)
    (one,) = strokes(film(bent))
    assert one["knee_in_load"] == pytest.approx(130, abs=3)
    assert one["trunk_lean"] == pytest.approx(0, abs=2)


def test_knees_are_not_told_from_before_where_bent_legs_look_straight():
    frontal = Figure(seconds=4, right_wrist=burst(AT, 4.0), left_knee=dip(AT - 0.2, 168))
    (one,) = strokes(film(frontal))
    assert one["knee_in_load"] is None and json.loads(one["unknown"])["knee_in_load"] == "legs_seen_end_on"


def test_too_few_poses_a_second_show_no_stroke():
    assert strokes(film(FOREHAND, camera=Camera(fps=12))) == []


def test_a_film_without_people_has_none():
    shot = film(FOREHAND)
    empty = Shot(shot.poses.slice(0, 0), shot.angles.slice(0, 0), shot.frames, shot.width, shot.height)
    assert strokes(empty, hits=[(AT, 100.0, 100.0, 0.9)]) == []


def test_each_angle_of_a_player_is_smoothed_once_not_once_a_stroke(monkeypatch):
    """Of a film of two hours it would be smoothed thousands of times."""
    from gametape.movement import motion

    smoothed, smooth = [], motion.smooth
    monkeypatch.setattr(motion, "smooth", lambda *given: smoothed.append(1) or smooth(*given))
    counts = []
    for strokes_made in (1, 3):
        smoothed.clear()
        moves = [burst(AT + 3 * at, 4.0) for at in range(strokes_made)]
        figure = Figure(track=4, seconds=12, right_wrist=lambda t, moves=moves: sum(move(t) for move in moves))
        assert len(strokes(film(figure))) == strokes_made
        counts.append(len(smoothed))
    assert counts[0] == counts[1]
