"""Counting of followed players: found, the number, time seen and on a wrong person, on films in tables."""

import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.evaluation.players import (
    IOU,
    IOU_TIGHT,
    Followed,
    Target,
    found_share,
    means,
    read_target,
    score,
    targets_beside,
)
from gametape.people.boxes import overlap
from tests.follow.made import FPS, HIGH, WIDE, Made, Person, read


def followed(made: Made) -> Followed:
    tables = {name: getattr(made, name) for name in ("frames", "motion", "boxes", "tracks", "reads")}
    return Followed(tables, WIDE, HIGH, 0.5)


def truth(person: Person, start: float, end: float, seconds: float, number="5", off=0.0) -> Target:
    """In view from start to end, s; half a second around either end is not scored. `off`: px to the right."""
    frames = np.arange(round(seconds * FPS))
    visible = np.where((frames / FPS >= start) & (frames / FPS <= end), 1, 0)
    for edge in (start, end):
        visible[np.abs(frames / FPS - edge) < 0.5] = -1
    boxes = np.array([person.box(frame / FPS) for frame in frames]) + np.array([off, 0, off, 0])
    return Target(number, "red", frames, visible, np.where(visible[:, None] == 1, boxes, np.nan), tight=False)


def test_who_is_followed_rightly_all_the_time():
    him, other = Person(2, 10, read("5", 3, 5)), Person(0, 20, read("9", 1, 5), x=500)
    scores = score(followed(Made([him, other], seconds=20)), truth(him, 2, 10, 20), "ice_hockey")
    assert scores["found"] == scores["seen_time"] == scores["seen_time_click"] == 1.0
    assert scores["wrong_time"] == scores["wrong_time_click"] == 0.0
    assert (scores["number"], scores["number_right"], scores["segments"], scores["confirmed"]) == ("5", True, 1, 1)
    assert scores["spans"] == [[2.0, 10.0]] and scores["frames"] == 200 and scores["cpu_ms_per_frame"] >= 2.5


def test_half_of_the_time_and_half_of_it_on_another():
    """In view for 10 s, followed for 10 s: the last 5 s of them nobody is there."""
    him = Person(5, 15, read("5", 6, 8), speed=0)
    shown = truth(him, 0, 10, 20)
    scores = score(followed(Made([him], seconds=20)), shown, None)
    assert scores["seen_time"] == pytest.approx(0.5, abs=0.05) and scores["wrong_time"] == pytest.approx(0.5, abs=0.05)


def test_only_a_click_finds_whose_number_is_not_legible():
    him = Person(2, 10)
    scores = score(followed(Made([him], seconds=20)), truth(him, 2, 10, 20), None)
    assert (scores["seen_time"], scores["seen_time_click"], scores["number_right"]) == (0.0, 1.0, None)


def test_a_wrong_number_is_told():
    him = Person(2, 10, read("8", 3, 5))
    scores = score(followed(Made([him], seconds=20)), truth(him, 2, 10, 20), None)
    assert (scores["number"], scores["number_right"], scores["confirmed"]) == ("8", False, 0)


def test_a_film_without_a_target_is_searched_for_every_number():
    made = Made([Person(0, 5, read("00", 1, 3)), Person(0, 5, read("17", 1, 3), x=500), Person(0, 5, x=800)])
    scores = score(followed(made), None, None)
    assert (scores["confirmed"], sorted(scores["numbers"]), scores["found"]) == (2, ["00", "17"], None)


@pytest.mark.parametrize(("least", "tight"), [(IOU, False), (IOU_TIGHT, True)])
def test_the_least_overlap_of_a_box_that_counts(least, tight):
    him = Person(0, 5)
    wide = 0.4 * him.tall
    for past, share in ((-0.02, 1.0), (0.02, 0.0)):
        off = wide * (1 - least) / (1 + least) + past * wide  # boxes side by side overlap by (w - off) / (w + off)
        target = truth(him, -1, 6, 5, off=off)
        target = Target(**{**target.__dict__, "tight": tight})
        assert found_share(Made([him], seconds=5).tracks, target) == share
    assert overlap(np.array([0, 0, 1, 1]), np.array([1, 0, 2, 1])) == 0.0


def test_truth_is_read_and_faults_are_told(tmp_path):
    file = tmp_path / "target_20_red.csv"
    file.write_text("frame,visible,x1,y1,x2,y2,number_legible\n0,0,,,,,\n5,1,1,2,3,4,1\n10,-1,,,,,\n")
    (target,) = targets_beside(tmp_path / "match.mp4")
    assert (target.number, target.colour, target.tight, target.visible.tolist()) == ("20", "red", False, [0, 1, -1])
    for name, text, told in (
        ("target_20_crimsonish.csv", file.read_text(), "no colour"),
        ("target_21_red.csv", "frame,x1\n1,2\n", "lacks the columns"),
        ("target_22_red.csv", "frame,visible,x1,y1,x2,y2\n1,1,,,,\n", "has no box"),
        ("target_23_red.csv", "frame,visible,x1,y1,x2,y2\nx,1,1,2,3,4\n", "invalid literal"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(BadInput, match=told):
            read_target(tmp_path / name)


def test_means_are_of_what_is_known():
    films = [
        {"found": 0.5, "number": "20", "number_right": True},
        {"found": None, "number": None, "number_right": None},
    ]
    assert means(films) == {"found": 0.5, "number_right": 1.0}


def test_the_truth_of_the_real_films_is_read(shared):
    (hockey,) = targets_beside(shared / "data/players/ice_hockey/usa_canada.mp4")
    (ball,) = targets_beside(shared / "data/players/basketball/boston_toronto.mp4")
    assert (hockey.number, hockey.tight, ball.number, ball.tight) == ("20", False, "9", True)
