"""Repetitions of any movement: how many, how far, how fast, and none where nothing is repeated."""

from dataclasses import replace

import numpy as np
import pytest

from gametape.film.sidecar import Sidecar
from gametape.movement.motion import GRID_HZ
from gametape.movement.repetitions import ENDS, FEWEST, LEAST_DEG, PACE, of_curve, repetitions, tempo
from gametape.report.repetition_list import repetition_list
from gametape.report.words import words
from tests.movement.stickman import Figure, film

TIMES = np.arange(0, 20, 1 / GRID_HZ)


def raises(times, turns, rest=20.0, far=110.0, half=0.8):
    """An angle at rest but for a raised cosine of 2 * `half` s about each turn; `far` may differ from turn to turn."""
    course = np.full_like(times, rest)
    for turn, top in zip(turns, np.broadcast_to(far, len(turns)), strict=True):
        near = np.abs(times - turn) < half
        course[near] += (top - rest) * (1 + np.cos(np.pi * (times[near] - turn) / half)) / 2
    return course


@pytest.mark.parametrize(("rest", "far"), [(20.0, 110.0), (170.0, 40.0)], ids=["a lateral raise", "a curl"])
def test_count_range_and_tempo(rest, far):
    turns = [2.0, 5.0, 8.1, 11.0]
    found = of_curve(TIMES, raises(TIMES, turns, rest, far))
    assert [one.turn_s for one in found] == pytest.approx(turns, abs=0.02)
    assert [one.from_deg for one in found] == pytest.approx([rest] * 4, abs=1)
    assert [one.to_deg for one in found] == pytest.approx([far] * 4, abs=1)
    assert [one.start_s for one in found] == pytest.approx([turn - 0.8 for turn in turns], abs=0.1), "rest is no part"
    assert [one.end_s for one in found] == pytest.approx([turn + 0.8 for turn in turns], abs=0.1)
    assert tempo(found) == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize(("times", "count"), [(FEWEST - 1, 0), (FEWEST, FEWEST)])
def test_fewer_than_three_are_no_repetition(times, count):
    assert len(of_curve(TIMES, raises(TIMES, 2 + 3 * np.arange(times)))) == count


@pytest.mark.parametrize(("way", "count"), [(LEAST_DEG - 1, 0), (LEAST_DEG + 1, 4)])
def test_a_small_movement_is_posture(way, count):
    assert len(of_curve(TIMES, raises(TIMES, [2, 5, 8, 11], 20, 20 + way, half=1.4))) == count


@pytest.mark.parametrize(("pace", "count"), [(0.9 * PACE, 6), (1.1 * PACE, 0)])
def test_what_comes_at_odd_times_is_not_repeated(pace, count):
    gaps = 3.0 * np.array([1, 1 / pace, 1, pace, 1])
    turns = 2 + np.concatenate([[0], np.cumsum(gaps)])
    times = np.arange(0, turns[-1] + 3, 1 / GRID_HZ)
    assert len(of_curve(times, raises(times, turns, half=0.7))) == count


@pytest.mark.parametrize(("spread", "count"), [(0.8 * ENDS, 6), (1.3 * ENDS, 0)])
def test_what_goes_elsewhere_each_time_is_not_repeated(spread, count):
    far = 110 + 90 * spread * np.array([1, -1, 1, -1, 1, -1])
    assert len(of_curve(TIMES, raises(TIMES, 2 + 2.5 * np.arange(6), far=far))) == count


def test_trembling_is_no_turn_and_a_joint_out_of_sight_tells_nothing():
    shaken = raises(TIMES, [2, 5, 8, 11]) + 4 * np.sin(2 * np.pi * 5 * TIMES)
    assert len(of_curve(TIMES, shaken)) == 4
    hidden = np.where((TIMES > 3) & (TIMES < 6.5), np.nan, raises(TIMES, [2, 5, 8, 11]))
    assert of_curve(TIMES, hidden) == []
    assert of_curve(TIMES, np.full_like(TIMES, np.nan)) == []


def test_who_moves_about_at_random_hardly_ever_repeats_anything():
    """By chance a few turns may be alike: at most in one of ten."""
    found = 0
    for seed in range(60):
        ends = np.random.default_rng(seed).uniform(-1, 1, 21)
        found += bool(of_curve(TIMES, 90 + 60 * np.interp(TIMES, np.arange(0, 21), ends)))
    assert found <= 6


@pytest.mark.parametrize("until", [11.2, 11.5], ids=["just turned", "half of the way back"])
def test_a_film_that_ends_on_the_way_back_has_its_last_one_open(until):
    times = np.arange(0, until, 1 / GRID_HZ)
    found = of_curve(times, raises(times, [2, 5, 8, 11]))
    assert len(found) == 4 and found[-1].end_s is None and found[0].end_s is not None


def squats(by_turns=False):
    def knee(shift):
        return lambda t: 175 - 40 * (1 - np.cos(2 * np.pi * (t / 2.0 + shift)))

    return film(replace(Figure(seconds=10), left_knee=knee(0), right_knee=knee(0.5 if by_turns else 0)))


@pytest.mark.parametrize(("by_turns", "sides"), [(False, "both"), (True, "by turns")])
def test_squats_and_steps_from_the_poses_on(by_turns, sides):
    shot = squats(by_turns)
    times = shot.frames["time_s"].to_numpy()
    table = repetitions(shot.poses, shot.angles, shot.people(Sidecar()), times)
    rows = table.to_pylist()
    assert {row["joint"][-4:] for row in rows} == {"knee"} and {row["sides"] for row in rows} == {sides}
    assert len(rows) == 5 and [row["repetition"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["to_deg"] for row in rows] == pytest.approx([95] * 5, abs=5)
    assert np.diff([row["turn_s"] for row in rows]) == pytest.approx([2.0] * 4, abs=0.1)
    (own,) = repetition_list(table, words("en"))
    assert own.summary.startswith("5 repetitions. ") and "knee" in own.summary and "2.0 s" in own.summary
    assert own.count == 5 and own.who == ""
    (own,) = repetition_list(table, words("en"), followed=2)
    assert own.who.startswith("Person "), "of two people it is said whose they are"
