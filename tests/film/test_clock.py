"""How long films and frames last, and that SQL agrees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape.film.clock import film_duration, film_end, frame_interval, taken_times
from gametape.lake import sql
from gametape.lake.store import Lake
from gametape.lake.warehouse import summarise_video
from tests.lake.rows import frames, sidecar, source

UNEVEN = np.array([3.0, 3.04, 3.08, 3.12, 3.28])
"""Frames at 25 fps and one gap of four frames: the mean interval is 0.07 s, the median one 0.04 s."""


def frames_at(times: np.ndarray) -> pa.Table:
    table = frames(len(times))
    place = table.column_names.index("time_s")
    return table.set_column(place, table.schema.field("time_s"), pa.array(times))


def test_the_last_frame_lasts_as_long_as_the_median_interval():
    assert frame_interval(UNEVEN) == pytest.approx(0.04)
    assert film_end(UNEVEN) == pytest.approx(3.32)
    assert film_duration(UNEVEN) == pytest.approx(0.32)


def test_one_frame_has_no_duration_and_no_frame_ends_at_nought():
    assert film_duration(np.array([2.0])) is None and film_duration(np.array([])) is None
    assert film_end(np.array([2.0])) == 2.0 and film_end(np.array([])) == 0.0


@pytest.mark.parametrize("times", [UNEVEN, np.arange(50) / 25, UNEVEN[:2]])
def test_sql_and_the_warehouse_agree(tmp_path: Path, times: np.ndarray):
    table = frames_at(times)
    Lake(str(tmp_path)).write_table("frames", "a", table)
    facts = sql.connect(str(tmp_path)).sql("select frames, duration_s from video_facts").fetchall()
    assert facts == [(len(times), pytest.approx(film_duration(times)))]
    row = summarise_video(source(), sidecar(), table).to_pylist()[0]
    assert row["duration_s"] == film_duration(times)


def of_rate(pictures: float, frames: float, seconds: float = 4.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(shown, repeats, when each picture was taken) of a film of so many pictures a second stored as so many frames."""
    shown = np.arange(round(seconds * frames)) / frames
    number = np.floor(shown * pictures + 1e-9)
    return shown, np.diff(number, prepend=-1) == 0, number / pictures


@pytest.mark.parametrize(("pictures", "frames"), [(25, 30), (24, 30), (18, 30), (25, 60), (15, 30)])
def test_pictures_that_fill_a_frame_rate_were_taken_evenly(pictures: float, frames: float):
    shown, repeats, truth = of_rate(pictures, frames)
    taken = taken_times(shown, repeats)
    assert (np.diff(taken) > 0).all()
    steps = np.diff(taken[~repeats])
    assert steps == pytest.approx(1 / pictures, abs=0.06 / pictures)
    off = taken[~repeats] - truth[~repeats]
    assert np.ptp(off) < 0.5 / frames and np.abs(off).max() < 1 / frames


def test_a_repeated_picture_has_no_moment_of_its_own():
    shown, repeats, _ = of_rate(25, 30)
    taken = taken_times(shown, repeats)
    at = np.flatnonzero(repeats[:-1])
    assert ((taken[at - 1] < taken[at]) & (taken[at] < taken[at + 1])).all()


@pytest.mark.parametrize("again", [(), (40,), (40, 70)], ids=lambda again: len(again))
def test_a_picture_that_the_camera_missed_leaves_a_gap(again: tuple[int, ...]):
    """Times stay those of the file where none is repeated, or one now and then."""
    times = np.cumsum(np.random.default_rng(0).uniform(0.01, 0.06, 90))
    assert taken_times(times, np.isin(np.arange(90), again)) == pytest.approx(times)


def test_a_film_that_freezes_does_not_shift_the_times_around():
    times = np.arange(60) / 30
    repeats = (times > 0.9) & (times < 1.6)
    assert taken_times(times, repeats) == pytest.approx(times)


def test_each_shot_is_evened_by_itself():
    shown, repeats, _ = of_rate(25, 30, 2.0)
    both, shots = np.concatenate([shown, shown + 2.0]), np.repeat([0, 1], len(shown))
    taken = taken_times(both, np.concatenate([repeats, np.zeros(len(shown), bool)]), shots)
    assert (
        taken[: len(shown)] == pytest.approx(taken_times(shown, repeats))
        and (taken[len(shown) :] == both[len(shown) :]).all()
    )


def test_a_film_of_one_picture_keeps_its_times():
    times = np.arange(30) / 30
    assert (taken_times(times, np.arange(30) > 0) == times).all()
    assert taken_times(np.array([]), np.zeros(0, bool)).tolist() == []
