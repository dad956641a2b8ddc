"""Flights, contacts and times, on places made by hand."""

import numpy as np
import pytest

from gametape.ball.trajectory import confidence, contacts, smooth_track


def seen(times, ball, blur=0.5, seed=0):
    return np.array([ball(t) for t in times]) + np.random.default_rng(seed).normal(0, blur, (len(times), 2))


def test_velocity_is_a_slope_against_time_not_against_rows():
    # The same flight listed in full, and with every look but each fifth missing.
    times = np.arange(60) / 30
    for kept in (times, times[::5]):
        flights = smooth_track(kept, seen(kept, lambda t: (100 * t, 50), 0), times[: 5 * (len(times) // 5) - 4])
        assert flights.velocities[:, 0] == pytest.approx(100)
        assert flights.velocities[:, 1] == pytest.approx(0, abs=1e-6)


def test_a_thrown_ball_is_smoothed_but_not_bent():
    times = np.arange(45) / 30

    def ball(t):
        return 80 * t, 100 - 150 * t + 120 * t * t

    flights = smooth_track(times, seen(times, ball), times)
    truth = np.array([ball(t) for t in times])
    assert np.hypot(*(flights.places - truth).T).mean() < 0.5
    assert flights.velocities[5:-5, 1] == pytest.approx(-150 + 240 * times[5:-5], abs=25)
    assert set(flights.numbers) == {0}


@pytest.mark.parametrize("fps", [25, 30, 50, 60])
def test_a_bounce_is_found_where_it_is_at_every_frame_rate(fps):
    times = np.arange(round(1.5 * fps)) / fps
    turns = contacts(times, seen(times, lambda t: (100 * t, 200 - 150 * abs(t - 0.7))))
    assert len(turns) == 1
    assert times[turns[0]] == pytest.approx(0.7, abs=0.045)


def test_a_gap_with_a_hit_in_it_is_bridged_without_a_spike():
    times = np.arange(45) / 30
    kept = times[(times < 0.65) | (times > 0.75)]
    flights = smooth_track(kept, seen(kept, lambda t: (250 * min(t, 1.4 - t), 80), 0.3), times)
    speed = np.hypot(*flights.velocities.T)
    assert speed.max() < 250 * 1.2
    assert len(set(flights.numbers)) == 2


def test_one_look_has_a_place_and_no_velocity():
    flights = smooth_track(np.array([1.0]), np.array([[3.0, 4.0]]), np.array([1.0]))
    assert flights.places.tolist() == [[3, 4]]
    assert np.isnan(flights.velocities).all()


def test_confidence_rests_on_the_track_too():
    times = np.arange(30) / 30
    odds = np.where(np.arange(30) < 15, 3.0, -2.0)
    odds[5] = odds[25] = 0.0
    sure = confidence(times, odds)
    assert sure.min() > 0 and sure.max() < 1
    assert sure[5] > sure[25] + 0.3


def test_flights_begin_where_tennis_balls_were_hit_or_bounced(shared):
    """Labelled contacts of 209 points; those that nothing is seen after or before begin or end a track anyway."""
    import pyarrow.parquet as pq

    points = pq.read_table(shared / "data" / "tennis_events" / "points.parquet").to_pandas()
    found = right = labelled = 0
    for _, point in points[points.visible.astype(bool)].groupby("point"):
        point = point.sort_values("frame")
        frames, contact = point.frame.to_numpy(), point.action.isin(["hit", "bounce"]).to_numpy()
        labelled += contact.sum()
        for piece in np.split(np.arange(len(point)), np.flatnonzero(np.diff(frames) > 6) + 1):
            places = point[["x", "y"]].to_numpy(float)[piece] * 512 / 1920
            turns = frames[piece][contacts(frames[piece] / 30, places)]
            near = np.abs(turns[:, None] - frames[contact][None]) <= 5
            found += len(turns)
            right += near.any(1).sum()
    assert right / labelled > 0.6
    assert right / found > 0.6
