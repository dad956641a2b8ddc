"""Simulated play that the event network learns from: its contacts are where the path says."""

import numpy as np
import pytest

from gametape.base.physics import GRAVITY
from gametape.training.events.simulated import rally
from gametape.training.events.simulated_contacts import HZ, delivery, over_table
from gametape.training.events.train import CONVERTED, converted, simulated_window


def before_and_after(path, moment):
    at = round(moment * HZ)
    if not 2 < at < len(path) - 3:
        return None
    return (path[at - 1] - path[at - 2]) * HZ, (path[at + 2] - path[at + 1]) * HZ


@pytest.mark.parametrize("play", [over_table, delivery])
def test_contacts_are_in_order_and_inside_what_is_seen(play):
    random = np.random.default_rng(0)
    for _ in range(30):
        path, events = play(random)
        moments = [moment for _, moment in events]
        assert moments == sorted(moments) and events and np.isfinite(path).all()
        assert moments[0] >= 0 and moments[-1] <= len(path) / HZ + 0.101, "at most lost just before the bat"


@pytest.mark.parametrize("play", [over_table, delivery])
def test_a_bounce_turns_a_ball_that_falls_into_one_that_rises(play):
    random, told = np.random.default_rng(1), 0
    for _ in range(30):
        path, events = play(random)
        for kind, moment in events:
            near = before_and_after(path, moment)
            if kind == "bounce" and near is not None and all(abs(moment - m) > 0.03 for k, m in events if k != kind):
                assert near[0][2] < 0 < near[1][2]
                told += 1
    assert told > 20


def test_between_its_contacts_a_ball_falls_freely_but_for_air():
    random = np.random.default_rng(2)
    path, events = delivery(random)
    start, stop = (round(moment * HZ) for _, moment in events[:2])
    falls = np.diff(path[start + 1 : stop - 1, 2], 2) * HZ**2
    assert falls.mean() == pytest.approx(-GRAVITY, abs=2.5)


def test_a_first_hit_over_a_table_bounces_at_once_on_either_side():
    random, served = np.random.default_rng(3), 0
    for _ in range(60):
        path, events = over_table(random)
        kinds = [kind for kind, _ in events[:3]]
        if kinds == ["hit", "bounce", "bounce"] and events[0][1] > 0.3:
            first, second = (path[round(moment * HZ), 0] for _, moment in events[1:3])
            assert 0.02 <= events[1][1] - events[0][1] <= 0.16 and first < 0 < second
            served += 1
    assert served > 10


def test_a_converted_film_repeats_pictures_and_says_so_or_not():
    random, said = np.random.default_rng(4), set()
    times = np.arange(60) / 30
    for _ in range(60):
        shown, new = converted(times, 30, random)
        steps = np.diff(shown)
        assert (shown <= times + 1e-6).all() and (steps >= 0).all()
        repeats = int((steps < 1e-9).sum())
        said.add((repeats > 0, bool(new.all())))
        if repeats and not new.all():
            assert (np.diff(shown[new]) > 0).all()
        assert repeats <= 60 - 60 * min(CONVERTED) / 30 + 1
    assert said == {(False, True), (True, True), (True, False)}


def test_windows_hold_events_where_the_ball_is_seen_or_just_beside():
    random = np.random.default_rng(5)
    seen = [rally(random) for _ in range(20)]
    for _ in range(40):
        window = simulated_window(seen, random)
        if len(window.times) > 1:
            longest = (window.times[-1] - window.times[0]) * 1.3
            assert all(window.times[0] - longest <= at <= window.times[-1] + longest for _, at in window.events)
