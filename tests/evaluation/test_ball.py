"""The protocol's counts, labels that are wrong, and the floor on real rallies."""

import json
import shutil

import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.base.settings import Settings
from gametape.evaluation.ball import Labels, evaluate_ball, read_labels, tally


def test_counts_follow_the_protocol():
    # In 1024 x 576, 4 px of the protocol are 8 px: right, 7.9 px off, 8.1 px off, invented, missed, rightly empty.
    visible = np.array([1, 1, 1, 0, 1, 0], bool)
    labels = Labels(visible, np.full((6, 2), 0.5), np.arange(6))
    x = np.array([512, 519.9, 520.1, 40, np.nan, np.nan])
    y = np.array([288, 288, 288, 40, np.nan, np.nan])
    counted = tally(x, y, labels, 1024, 576, cpu_s=0.012)
    figures = counted.figures()
    assert figures == {
        "accuracy": 0.5,
        "precision": 0.5,
        "recall": 0.6667,
        "f1": 0.5714,
        "median_error_px": 7.9,
        "frames": 6,
        "cpu_ms_per_frame": 2.0,
    }
    assert (counted + counted).figures() == figures | {"frames": 12}


def test_figures_that_cannot_be_are_null():
    empty = Labels(np.zeros(3, bool), np.zeros((3, 2)), np.arange(3))
    nothing = tally(np.full(3, np.nan), np.full(3, np.nan), empty, 512, 288)
    figures = nothing.figures()
    assert figures["accuracy"] == 1
    assert figures["precision"] is figures["recall"] is figures["f1"] is figures["median_error_px"] is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("frame,x,y\n0,1,2\n", "columns"),
        ("", "columns"),
        ("Frame,Ball,x,y\n0,1,0.5\n", "four numbers|not"),
        ("Frame,Ball,x,y\n0,1,half,0.5\n", "four numbers"),
        ("Frame,Ball,x,y\n2,1,0.5,0.5\n2,1,0.5,0.5\n", "count"),
        ("Frame,Ball,x,y\n-1,1,0.5,0.5\n", "count"),
        ("Frame,Ball,x,y\n0.5,1,0.5,0.5\n", "count"),
        ("Frame,Ball,x,y\n0,1,640,360\n", "outside 0..1"),
        ("Frame,Ball,x,y\n0,1,nan,0.5\n", "outside 0..1"),
    ],
)
def test_wrong_labels_are_refused_with_the_reason(tmp_path, text, reason):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=reason) as error:
        read_labels(path)
    assert error.value.subject == str(path)
    assert "Frame,Ball,x,y" in error.value.remedy


def test_labels_are_read_as_they_are(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Frame,Ball,x,y\r\n0,1,0.25,0.75\r\n1,0,-1,-1\r\n")
    labels = read_labels(path)
    assert labels.visible.tolist() == [True, False]
    assert labels.places[0].tolist() == [0.25, 0.75]


def test_only_labelled_frames_count(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Frame,Ball,x,y\n1,1,0.5,0.5\n3,0,0,0\n")
    x = np.array([7, 256, 7, np.nan, 7])
    figures = tally(x, np.full(5, 144.0), read_labels(path), 512, 288, cpu_s=0.01).figures()
    assert (figures["accuracy"], figures["frames"], figures["cpu_ms_per_frame"]) == (1, 2, 2.0)


def test_a_folder_without_labelled_clips_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"no \.mp4"):
        evaluate_ball(tmp_path, Settings())
    (tmp_path / "a.mp4").write_bytes(b"")
    with pytest.raises(BadInput, match="no labels"):
        evaluate_ball(tmp_path, Settings())


def test_real_rallies_stay_above_the_floor(shared, tmp_path):
    # Neither clip was used to choose a threshold or fit a weight.
    for name in ("00022", "00045"):
        for suffix in (".mp4", ".csv"):
            shutil.copy(shared / "data" / "badminton" / f"{name}{suffix}", tmp_path)
    figures = evaluate_ball(tmp_path, Settings(), tmp_path / "out")
    json.dumps(figures)
    assert set(figures["clips"]) == {"00022", "00045"}
    assert figures["frames"] == 304 + 144
    assert figures["f1"] > 0.85
    assert figures["median_error_px"] < 4
    assert (tmp_path / "out" / "00022.parquet").exists()


def test_labels_of_frames_that_the_film_has_not_are_refused(shared, tmp_path):
    shutil.copy(shared / "data" / "badminton" / "00039.mp4", tmp_path)
    rows = (shared / "data" / "badminton" / "00039.csv").read_text().splitlines()
    (tmp_path / "00039.csv").write_text("\n".join([*rows, "91,0,0,0"]))
    with pytest.raises(BadInput, match=r"frame 91 .* 91 frames"):
        evaluate_ball(tmp_path, Settings())
