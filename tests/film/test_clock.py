"""How long films and frames last, and that SQL agrees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape.film.clock import film_duration, film_end, frame_interval
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
