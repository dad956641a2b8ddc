"""A followed presenter against labelled boxes: known shares, and files that are no labels."""

from pathlib import Path

import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.evaluation.presenter import compared, read_labels
from gametape.presenter.samples import presenter_track
from gametape.presenter.zones import THIRDS
from gametape.tables.presenter import PRESENTER_FOUND
from tests.presenter.rows import found_rows

HEAD = "frame,visible,x1,y1,x2,y2,number_legible\n"


def labels(folder: Path, *rows: str):
    file = folder / "truth.csv"
    file.write_text(HEAD + "\n".join(rows) + "\n")
    return read_labels(file)


def track(*missing: int):
    """Ten samples a second of 30 frames, somebody in the box (470, 250)-(530, 350) but in the frames `missing`."""
    rows = [row for row in found_rows(30) if row["frame"] not in missing]
    found, times = PRESENTER_FOUND.from_rows(rows), np.arange(30) / 10
    shots = np.zeros(30, int)
    return presenter_track(found, times, shots, range(30), rate=10, most_gap=5, zones=THIRDS, width=1000, height=500)


def test_shares_are_of_labelled_samples(tmp_path):
    truth = labels(
        tmp_path,
        "0,1,470,250,530,350,",  # right
        "5,1,600,250,660,350,",  # somebody else
        "10,0,,,,,",  # nobody is there
        "15,-1,,,,,",  # not scored
        "20,1,470,250,530,350,",  # lost
    )
    found = compared(track(*range(17, 25)), truth)
    assert found == {"on_presenter": pytest.approx(1 / 3), "visible_found": pytest.approx(2 / 3)}


@pytest.mark.parametrize(("bottom", "right"), [(291, 1.0), (289, 0.0)])
def test_a_box_is_the_labelled_one_from_an_overlap_of_two_fifths(tmp_path, bottom, right):
    """60 x 100 px against 60 x 41 and 60 x 39 within it."""
    assert compared(track(), labels(tmp_path, f"0,1,470,250,530,{bottom},"))["on_presenter"] == right


def test_without_scored_frames_nothing_is_known(tmp_path):
    assert compared(track(), labels(tmp_path, "3,-1,,,,,")) == {"on_presenter": None, "visible_found": None}


@pytest.mark.parametrize("text", ["", HEAD, "frame,x\n1,2\n", HEAD + "1,1,,,,,\n", HEAD + "one,1,0,0,1,1,\n"])
def test_a_file_of_no_labels_is_refused(tmp_path, text):
    (tmp_path / "truth.csv").write_text(text)
    with pytest.raises(BadInput, match=r"truth\.csv"):
        read_labels(tmp_path / "truth.csv")


def test_labels_of_real_footage_are_read(shared):
    truth = read_labels(shared / "data" / "players" / "presenter" / "one_by_one.csv")
    assert len(truth.frames) == 140 and set(truth.visible.tolist()) <= {-1, 0, 1}
