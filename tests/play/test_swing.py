"""Deliveries of known swing before a known camera: the truth lies in the band, or the picture is said to leave it open."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from gametape.play import ball_flights
from gametape.play.ballistics import Undetermined, reconstruct
from gametape.play.flight_fit import Contact
from gametape.sports.courts import courts
from tests.play.made import events, trajectory
from tests.play.sky import WIDTH, calibrated, everywhere, fly, looking, often_enough

CRICKET = courts()["cricket"]
BALL = CRICKET.ball
FROM_RELEASE = {  # along the pitch: what moves across it moves across the picture
    "high behind the bowler": looking((0.5, -24, 6), (0, 4, 0.5), 1.6),
    "above the umpire": looking((1.2, -13.5, 2.2), (0, 3, 0.6), 1.0),
    "behind the batter": looking((0.8, 15, 2.2), (0, -3, 0.9), 1.0),
}
LOW_BEHIND = looking((0, -16, 1.5), (0, 10, 0.8), 1.2)
SIDE_ON = looking((22, 0, 8), (0, 0, 0.5), 0.95)
BROADCAST = looking((0, -75, 14), (0, 2, 0.5), 5.5)
MARKS = [
    f"{end}_{side}_{point}"
    for end in ("near", "far")
    for side in ("left", "right")
    for point in ("return_bowling_crease", "return_popping_crease", "stump_top")
]
SWUNG_OVER_M = 18.0


def bowled(random, swing, drag=None):
    """(n, 6) at 1 kHz from release to the ground, 30 to 38 m/s, that would swing by `swing` m over 18 m."""
    while True:
        place = np.array([random.uniform(-1, 1), random.uniform(-9.2, -8.6), random.uniform(1.9, 2.3)])
        to = np.array([random.uniform(-0.4, 0.4), random.uniform(1.5, 6.5)]) - place[:2]
        speed, down = random.uniform(30, 38), np.radians(random.uniform(-7, 1))
        velocity = [*(speed * np.cos(down) * to / np.linalg.norm(to)), speed * np.sin(down)]
        spin = 0.3 * random.normal() * BALL.lift, 2 * swing / SWUNG_OVER_M**2
        path = fly(place, velocity, 1.0, random.normal(*BALL.drag), *spin)
        low = np.flatnonzero(path[:, 2] < BALL.radius_m)
        if len(low) and 1.5 < path[low[0], 1] < 8:
            return path[: low[0] + 1]


def truth(path):
    """Degrees to the right, from the path's headings alone."""
    (ax, ay), (bx, by) = path[0, 3:5], path[-1, 3:5]
    return np.degrees(np.arctan2(ay, ax) - np.arctan2(by, bx))


def seen(path, fps, random, camera):
    """A delivery first seen at most a frame after its release, marks and bounce a little off: and what flew since."""
    calibration = calibrated(camera, "cricket", MARKS, random, 0.0015 * WIDTH)
    lasts = (len(path) - 1) / 1000
    at = (np.arange(random.uniform(0, 1 / fps), lasts, 1 / fps) * 1000).round().astype(int)
    pixels = camera.project(path[at, :3])[0] + random.normal(0, 1, (len(at), 2))
    end = Contact(lasts + random.normal(0, 0.5 / fps), 1 / fps, on_ground=True)
    return reconstruct(at / 1000, pixels, Contact(at[0] / 1000, 1 / fps), end, calibration, BALL), path[at[0] :]


def holds(band, value):
    return band.low <= value <= band.high


def test_swing_and_release_lie_in_their_bands():
    random, right = np.random.default_rng(0), []
    for fps, camera in product((25, 30, 50, 60), FROM_RELEASE.values()):
        told = 0
        for _ in range(10):
            wanted = random.uniform(0.2, 0.8) * random.choice([-1, 1])
            try:
                found, path = seen(bowled(random, wanted), fps, random, camera)
            except Undetermined:
                continue
            if found.swing.degrees is None:
                assert found.swing.reason.code == "swing_too_open"
                continue
            told += 1
            right.append(
                (
                    holds(found.swing.degrees, truth(path)),
                    holds(found.start_height, path[0, 2]),
                    holds(found.start_x, path[0, 0]),
                )
            )
            if found.swing.reason is None:
                assert np.sign(found.swing.degrees.value) == np.sign(wanted)
            assert (found.swing.reason is None) != holds(found.swing.degrees, 0)
        assert told >= 4, f"at {fps} frames a second"
    assert all(often_enough(held, len(right)) for held in np.sum(right, axis=0)), (np.sum(right, axis=0), len(right))


def test_a_straight_ball_is_not_told_to_swing():
    random = np.random.default_rng(1)
    told = [
        seen(bowled(random, 0.0), 50, random, camera)[0].swing for camera in FROM_RELEASE.values() for _ in range(16)
    ]
    straight = [one for one in told if holds(one.degrees, 0)]
    assert often_enough(len(straight), len(told))
    assert all(one.reason.code == "swing_not_told_from_none" for one in straight)


def test_a_camera_from_the_side_leaves_swing_open_and_tells_the_speed():
    random = np.random.default_rng(2)
    for _ in range(6):
        found, path = seen(bowled(random, 0.6), 30, random, SIDE_ON)
        assert holds(found.speed_mean, np.linalg.norm(path[:, 3:], axis=1).mean())
        assert found.swing.degrees is None and found.swing.reason.code == "swing_too_open"


def test_a_long_lens_far_behind_leaves_the_whole_flight_open():
    random = np.random.default_rng(3)
    with pytest.raises(Undetermined, match="speed_open"):
        seen(bowled(random, 0.6), 25, random, BROADCAST)


def test_a_flight_towards_a_low_camera_or_away_from_it_is_not_lost():
    """A parabola through the sights may begin behind the camera, and the fit that began with it went astray."""
    random = np.random.default_rng(4060)
    for _ in range(7):
        path = bowled(random, random.uniform(0.2, 0.8) * random.choice([-1, 1]))
        assert holds(seen(path, 60, random, LOW_BEHIND)[0].speed_start, np.linalg.norm(path[0, 3:]))


def test_more_frames_tell_swing_closer():
    random, path = np.random.default_rng(4), bowled(np.random.default_rng(4), 0.5)
    slow, fast = (seen(path, fps, random, FROM_RELEASE["above the umpire"])[0].swing.degrees for fps in (25, 100))
    assert fast.high - fast.low < 0.75 * (slow.high - slow.low)


def rows(court, calibration):
    """BALL_FLIGHTS of a delivery and what follows its bounce, as two flights."""
    random, camera = np.random.default_rng(5), FROM_RELEASE["high behind the bowler"]
    path = bowled(random, 0.6)
    hop = fly(path[-1, :3], path[-1, 3:] * [0.9, 0.9, -0.6], 0.4, BALL.drag[0])
    whole, bounce = np.concatenate([path, hop[1:]]), (len(path) - 1) / 1000
    times = np.arange(0, len(whole) / 1000, 1 / 50)
    places = camera.project(whole[(times * 1000).astype(int), :3])[0] + random.normal(0, 1, (len(times), 2))
    made = calibrated(camera, "cricket", MARKS, random, 1.0) if calibration else None
    table = ball_flights(
        trajectory(times, places), events(("bounce", bounce)), shots=np.zeros(len(times), int),
        calibrations=made and everywhere(made), court=court,
    )  # fmt: skip
    return table.to_pylist(), truth(path)


def test_the_table_tells_swing_to_the_bounce_and_not_beyond():
    (delivery, after), degrees = rows(CRICKET, True)
    assert delivery["swing_reason"] is None
    assert delivery["swing_deg_low"] <= degrees <= delivery["swing_deg_high"]
    assert 1.5 < delivery["start_height_m_low"] < delivery["start_height_m_high"] < 3.2
    assert after["swing_deg"] is None and after["swing_reason"] == "bounce_turns_the_ball"


@pytest.mark.parametrize(("sideways", "why"), [("spin", "spin_bends_sideways"), ("none", "nothing_bends_sideways")])
def test_a_ball_that_does_not_swing_has_a_reason(sideways, why):
    flights, _ = rows(replace(CRICKET, ball=replace(BALL, sideways=sideways)), True)
    assert flights[0]["speed_mean_mps"] and flights[0]["swing_deg"] is None and flights[0]["swing_reason"] == why


def test_without_a_calibration_there_is_no_swing():
    flights, _ = rows(CRICKET, False)
    assert {one["swing_reason"] for one in flights} == {"not_calibrated"}
    assert flights[0]["swing_deg"] is flights[0]["start_x_m"] is None
