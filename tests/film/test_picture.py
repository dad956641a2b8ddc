"""A film that is black, too dark or still is told; one that shows something is not."""

import numpy as np
import pyarrow as pa
import pytest

from gametape.film.picture import BLACK, DARK, LEAST_EDGES, MOST, STILL_S, picture_state
from gametape.media.checks import frames_add_up
from gametape.media.ingest import ingest
from gametape.tables.film import FRAMES


def film(luma: float = 100.0, edges: float = 500.0, still: float = 0.0, n: int = 100) -> pa.Table:
    """At 25 frames a second; the last `still` share of them repeats one picture."""
    columns = {
        "frame": np.arange(n), "time_s": np.arange(n) / 25, "shown_s": np.arange(n) / 25, "source_pts": np.arange(n),
        "keyframe": np.zeros(n, bool), "shot": np.zeros(n, int), "sharpness": np.full(n, edges),
        "luma": np.full(n, luma), "repeats_previous": np.arange(n) > n - round(still * n),
    }  # fmt: skip
    return FRAMES.cast(pa.table(columns))


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (film(), None),
        (film(BLACK), "black"),
        (film(BLACK + 0.1, LEAST_EDGES), "dark"),
        (film(DARK, LEAST_EDGES), "dark"),
        (film(DARK + 0.1, LEAST_EDGES), None),
        (film(DARK, LEAST_EDGES + 0.1), None),  # night, and a lit player
        (film(still=MOST), "still"),
        (film(still=MOST - 0.02), None),
    ],
)
def test_what_is_wrong_with_the_picture(table, fault):
    assert picture_state(table).fault == fault
    check = frames_add_up(table, None, None)[-1]
    assert check.passed == (fault is None) and not check.is_error and (fault or "neither black") in check.message


def test_a_picture_stands_still_from_a_second_on():
    share = STILL_S * 25 / 100
    assert picture_state(film(still=share + 0.01)).still == pytest.approx(share + 0.01)
    assert picture_state(film(still=share)).still == 0


def test_no_frames_have_no_fault():
    assert picture_state(FRAMES.from_rows([])).fault is None


@pytest.mark.parametrize(
    ("name", "fault"), [("black.mp4", "black"), ("still_sample.mp4", "still"), ("passes_by.mp4", None)]
)
def test_the_cases(shared, tmp_path, name, fault):
    assert picture_state(ingest(shared / "cases" / name, tmp_path).frames).fault == fault
