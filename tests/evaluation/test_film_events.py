"""Events of films against labels: what counts, and which labels are refused."""

import pytest

from gametape.base.errors import BadInput
from gametape.base.settings import settings
from gametape.evaluation.events import Count
from gametape.evaluation.film_events import compare, evaluate_film_events, read_event_labels

LABELS = [("hit", 20), ("bounce", 31), ("hit", 35)]


@pytest.mark.parametrize(("off", "right"), [(2, 1), (3, 0)])
def test_an_event_is_right_within_two_frames_and_of_its_kind(off, right):
    counts = compare([("bounce", 31 + off), ("hit", 31)], LABELS)
    assert counts["bounce"] == Count(right, 1 - right, 1 - right)
    assert counts["hit"] == Count(0, 1, 2)


def test_before_the_first_label_and_after_the_last_nothing_is_held_against_it():
    counts = compare([("hit", 17), ("hit", 20), ("hit", 38)], LABELS)
    assert counts["hit"] == Count(1, 0, 1)


def test_labels_are_read_and_wrong_ones_refused(tmp_path):
    path = tmp_path / "clip.events.csv"
    path.write_text("frame,kind,side,note\n4,release,near,\n17,bounce,,\n21,bat,far,within 1\n", encoding="utf-8")
    assert read_event_labels(path) == [("release", 4), ("bounce", 17), ("hit", 21)]
    for text, why in (
        ("frame,kind\n4,smash\n", "smash"),
        ("frame,kind\nx,hit\n", "no number"),
        ("a,b\n1,2\n", "no rows"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BadInput, match=why):
            read_event_labels(path)


def test_a_folder_without_labelled_clips_is_refused(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"")
    with pytest.raises(BadInput, match="no labelled clips"):
        evaluate_film_events(tmp_path, settings())


def test_real_table_tennis_is_told_as_well_as_the_benchmarks_say(shared):
    figures = evaluate_film_events(shared / "data" / "table_tennis", settings(), sport="table tennis")
    assert set(figures["clips"]) == {"amateur_side", "end_on", "side"}
    assert figures["all"]["f1"] > 0.85 and figures["all"]["precision"] > 0.9
