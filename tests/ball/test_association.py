"""The search, on candidates made by hand."""

import numpy as np
import pytest

from gametape.ball.association import MotionModel, best_tracks, recurrence

MODEL = MotionModel()
SURE, DOUBTFUL = 4.0, -3.0


def looks(times, balls, clutter=0, seed=0, odds=SURE):
    """Candidates where `balls` (functions of time) are, among clutter; returns them and which is each ball's."""
    random = np.random.default_rng(seed)
    counts, xy, log_odds, of = [], [], [], []
    for time in times:
        places = [(ball(time), number) for number, ball in enumerate(balls)]
        places = [(place, number) for place, number in places if place is not None]
        noise = [(tuple(random.uniform((0, 0), (512, 288))), -1) for _ in range(clutter)]
        here = places + noise
        counts.append(len(here))
        xy += [place for place, _ in here]
        of += [number for _, number in here]
        log_odds += [odds if number >= 0 else DOUBTFUL for _, number in here]
    return np.array(counts), np.array(xy, float).reshape(-1, 2), np.array(log_odds), np.array(of)


@pytest.mark.parametrize("fps", [25, 30, 50, 60])
def test_the_ball_is_told_from_clutter(fps):
    times = np.arange(2 * fps) / fps
    counts, xy, odds, of = looks(times, [lambda t: (20 + 200 * t, 150 - 200 * t + 120 * t * t)], clutter=8, odds=0.5)
    chosen, track = best_tracks(times, counts, xy, odds, MODEL)
    assert (of[chosen[chosen >= 0]] == 0).all()
    assert (chosen >= 0).mean() > 0.97
    assert set(track[chosen >= 0]) == {0}


def test_clutter_alone_is_no_ball():
    times = np.arange(90) / 30
    counts, xy, odds, _ = looks(times, [], clutter=8)
    chosen, track = best_tracks(times, counts, xy, odds, MODEL)
    assert (chosen == -1).all() and (track == -1).all()


def test_of_two_balls_only_one_is_followed_at_a_time_and_the_surer_wins():
    times = np.arange(60) / 30
    balls = [lambda t: (100 + 150 * t, 100), lambda t: (400 - 150 * t, 250)]
    counts, xy, odds, of = looks(times, balls)
    odds[of == 1] -= 2
    chosen, _ = best_tracks(times, counts, xy, odds, MODEL)
    assert (of[chosen] == 0).all()


def test_a_hit_does_not_end_the_track():
    times = np.arange(60) / 30
    counts, xy, odds, _ = looks(times, [lambda t: (50 + 300 * t, 60) if t < 1 else (350 - 400 * (t - 1), 60)])
    chosen, track = best_tracks(times, counts, xy, odds, MODEL)
    assert (chosen >= 0).all() and set(track) == {0}


def test_tracks_reach_over_short_gaps_only():
    times = np.arange(90) / 30

    def ball(t):
        return None if 0.99 < t < 1.1 or 1.9 < t < 2.4 else (50 + 100 * t, 100)

    counts, xy, odds, _ = looks(times, [ball])
    _, track = best_tracks(times, counts, xy, odds, MODEL)
    assert set(track[(times < 0.9) | ((times > 1.2) & (times < 1.85))]) == {0}
    assert set(track[times > 2.4]) == {1}
    assert set(track[(times > 2) & (times < 2.35)]) == {-1}


def test_nothing_moves_faster_than_a_ball_can():
    times = np.arange(30) / 30
    counts, xy, odds, _ = looks(times, [lambda t: (10 if round(t * 30) % 2 else 500, 100)])
    chosen, _ = best_tracks(times, counts, xy, odds, MODEL)
    steps = np.diff(xy[chosen[chosen >= 0], 0])
    assert (np.abs(steps) < 60).all()


@pytest.mark.parametrize("counts", [[], [0, 0, 0], [1], [0, 2, 0]])
def test_few_or_no_candidates_are_no_error(counts):
    counts = np.array(counts, int)
    xy = np.zeros((counts.sum(), 2))
    chosen, track = best_tracks(np.arange(len(counts)) / 30, counts, xy, np.zeros(len(xy)), MODEL)
    assert chosen.tolist() == track.tolist() == [-1] * len(counts)


def test_places_that_blink_recur_and_a_passing_ball_does_not():
    times = np.arange(90) / 30
    balls = [lambda t: (20 + 150 * t, 100), lambda t: (300, 200) if int(t * 10) % 2 else None]
    counts, xy, _, of = looks(times, balls)
    share = recurrence(times, counts, xy)
    assert share[of == 0].max() == 0
    assert share[of == 1].min() > 0.3
