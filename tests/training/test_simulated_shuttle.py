"""Simulated rallies with a shuttle that the event network learns from."""

from itertools import pairwise

import numpy as np
import pytest

from gametape.base.physics import GRAVITY
from gametape.training.events import simulated_shuttle as shuttle
from gametape.training.events.shuttle import window

HOP = 1.6**2 / (2 * GRAVITY) + 0.05
"""Height of the greatest hop of a shuttle that lands, m."""
NEAR_NET = 0.6
"""A shuttle that the net stops is not farther from it, m: at most 120 m/s in a step."""


def test_a_shuttle_falls_at_its_terminal_speed():
    flight = shuttle._flown((1.0, 0.0, 60.0), (0.0, 0.0, 0.0), 0.2185, 1.0)
    fall = (flight.path[-2][2] - flight.path[-1][2]) * shuttle.HZ
    assert fall == pytest.approx(np.sqrt(GRAVITY / 0.2185), abs=0.05) == pytest.approx(6.7, abs=0.05)


def test_hits_are_by_turns_on_both_sides_and_over_the_net():
    random, seen = np.random.default_rng(5), 0
    for _ in range(40):
        path, events = shuttle.play(random)
        moments = [round(moment * shuttle.HZ) for _, moment in events]
        assert moments == sorted(moments) and {kind for kind, _ in events} <= {"hit"}
        for first, then in pairwise(moments):
            assert path[first, 0] * path[then, 0] < 0 and then - first > 0.12 * shuttle.HZ
            over = first + int(np.argmax(np.sign(path[first:then, 0]) != np.sign(path[first, 0])))
            assert path[over, 2] > shuttle.NET - 0.1
            seen += 1
    assert seen > 60


def test_after_the_last_hit_a_shuttle_flies_on_to_the_ground_and_lies_there():
    random, hits = np.random.default_rng(6), []
    for _ in range(100):
        path, events = shuttle.play(random)
        hits.append(len(events))
        assert path[-1, 2] < HOP
        if not events:
            continue
        after = path[round(events[-1][1] * shuttle.HZ) :]
        flies = after[: int(np.argmax(after[:, 2] <= 0.05))]
        assert len(flies) > 1 and after[len(flies), 2] <= 0.05
        assert after[len(flies) :, 2].max() < HOP
        ahead = np.hypot(*np.diff(flies[:, :2], axis=0).T)
        stops = np.flatnonzero(ahead * shuttle.HZ < 0.1)
        assert not len(stops) or abs(flies[stops[0], 0]) < NEAR_NET, "it stops in the net alone"
    assert max(hits) == 13 and min(hits) == 0


def test_what_leaves_the_picture_is_not_seen_in_a_window():
    random = np.random.default_rng(7)
    rallies = [shuttle.rally(random) for _ in range(12)]
    assert any(np.isnan(one.places[:, 0]).any() for one in rallies), "high serves and clears do"
    for _ in range(40):
        track = window(rallies, random)
        assert np.isfinite(track.places).all() and (np.diff(track.times) > 0).all()
        assert all(track.times[0] <= at <= track.times[-1] for _, at in track.events)
