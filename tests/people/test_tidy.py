"""Boxes of one piece: which are odd, and where a piece ends."""

import numpy as np
import pytest

from gametape.people.joining import FASTEST, Piece
from gametape.people.meetings import CHANGED, OPEN, exchange, meetings, resolved
from gametape.people.tidy import (
    AT_EDGE_PX,
    LARGER,
    LEAP,
    STAYS,
    UNSEEN_LOOKS,
    UNSEEN_S,
    ended,
    exchanged,
    odd,
    of_steady_size,
)  # fmt: skip

TALL = 60.0


def person(x: float, y: float = 100.0, tall: float = TALL) -> list[float]:
    return [x, y, x + 0.4 * tall, y + tall]


@pytest.mark.parametrize(
    ("times", "is_odd"), [(LARGER - 0.02, False), (LARGER + 0.02, True), (1 / (LARGER + 0.02), True)]
)
def test_a_box_is_odd_by_its_height(times, is_odd):
    should = np.array([[0, 0, 40.0, 60.0]])
    box = should * [1, 1, 1, times]
    assert odd(box, should).tolist() == [is_odd]


def test_of_few_boxes_nothing_is_said():
    box = np.array([person(0), person(2), person(4, tall=120), person(6)])
    assert exchanged(np.zeros(4, int), np.arange(4), box).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(("beyond", "pieces"), [(-0.05, 1), (0.05, 2)])
def test_a_piece_ends_where_nobody_gets(beyond, pieces):
    """In 0.2 s a person gets so far; a box may be off by so much."""
    far = (FASTEST * 0.2 + LEAP + beyond) * TALL
    box = np.array([person(0), person(far)])
    out = ended(np.zeros(2, int), np.arange(2), box, box, np.array([0, 0.2]), np.array([True, True]))
    assert len(set(out.tolist())) == pieces


@pytest.mark.parametrize(("gap_s", "pieces"), [(UNSEEN_S - 0.01, 1), (UNSEEN_S + 0.01, 2)])
def test_who_is_not_found_for_a_while_may_be_another(gap_s, pieces):
    """Another began where the person had been, and the track went on on somebody else."""
    box = np.array([person(0), person(4)])
    times = np.sort([0, gap_s, *np.arange(1, 20) / 15])
    look = np.searchsorted(times, [0, gap_s])
    out = ended(np.zeros(2, int), look, box, box, times, np.ones(len(times), bool))
    assert len(set(out.tolist())) == pieces


@pytest.mark.parametrize(("looks", "pieces"), [(UNSEEN_LOOKS - 0.1, 1), (UNSEEN_LOOKS + 0.1, 2)])
def test_in_a_film_of_few_looks_one_is_waited_for(looks, pieces):
    """At 3 looks a second every piece was cut to single boxes, and nobody was there."""
    times = np.cumsum([0, 1, 1, looks, 1, 1, 1]) * 0.32
    box = np.array([person(4.0 * n) for n in range(7)])
    out = ended(np.zeros(7, int), np.arange(7), box, box, times, np.ones(7, bool))
    assert len(set(out.tolist())) == pieces


@pytest.mark.parametrize(("overlap", "pieces"), [(STAYS + 0.05, 1), (STAYS - 0.05, 2)])
def test_where_the_camera_is_not_known_boxes_must_overlap(overlap, pieces):
    shift = 24 * (1 - overlap) / (1 + overlap)  # of boxes 24 px wide
    box = np.array([person(0), person(shift)])
    out = ended(np.zeros(2, int), np.arange(2), box, box, np.array([0, 0.08]), np.array([True, False]))
    assert len(set(out.tolist())) == pieces


def way(x0: float, speed: float, begin: float, tall: float = TALL) -> Piece:
    times = begin + np.arange(8) / 15
    return Piece(times, np.array([person(x0 + speed * t, tall=tall) for t in times]), None, None)


def test_names_are_exchanged_where_both_went_on_as_the_other():
    a, b = way(0, 120, 0.0), way(136, -120, 0.0)
    on_a, on_b = way(0, 120, 0.7), way(136, -120, 0.7)
    assert exchange(a, on_a, b, on_b) < OPEN / 2
    assert exchange(a, on_b, b, on_a) >= CHANGED
    assert exchange(a, None, b, on_a) >= OPEN  # one is not seen behind it: the other may be either
    assert exchange(a, None, b, None) == 0.0


def test_two_meet_while_one_covers_the_other():
    box = np.array([person(x) for look in range(10) for x in (10 * look, 100 - 10 * look)])
    look, piece = np.repeat(np.arange(10), 2), np.tile([0, 1], 10)
    (met,) = meetings(piece, look, box)
    assert (met.one, met.other, met.first, met.last) == (0, 1, 5, 5)


@pytest.mark.parametrize("swapped", [(False, False), (True, False), (False, True), (True, True)])
def test_two_meetings_in_a_row_are_each_undone(swapped):
    """Behind an exchange a person's next meeting compared two others: P met Q, then R, and became R."""
    times = np.arange(60) / 15
    ways = [  # P runs through Q at 1 s and through R at 3 s
        [person(120 * t) for t in times],
        [person(240 - 120 * t) for t in times],
        [person(720 - 120 * t) for t in times],
    ]
    names = np.tile([0, 1, 2], (60, 1))
    for at, (one, other), is_swapped in ((15, (0, 1), swapped[0]), (45, (0, 2), swapped[1])):
        if is_swapped:  # as a tracker that gives each box to whom it lies nearest
            names[at + 1 :, [one, other]] = names[at + 1 :, [other, one]]
    look, box = np.repeat(np.arange(60), 3), np.array([way[at] for at in range(60) for way in ways])
    out = resolved(names.ravel(), look, box, box, np.full((180, 6), np.nan), times).reshape(60, 3)
    assert out[-1].tolist() == out[0].tolist() == [0, 1, 2]


def test_sizes_are_those_of_the_looks_around_and_the_middles_stay():
    random = np.random.default_rng(0)
    true = np.array([person(200 + 5 * look, tall=60 * 1.005**look) for look in range(40)])
    shaken = true + random.normal(0, 3, true.shape)
    told = of_steady_size(shaken, np.arange(40) / 15, np.ones(40), (1280, 720))
    assert (told[:, :2] + told[:, 2:]) == pytest.approx(shaken[:, :2] + shaken[:, 2:])
    off, before = (np.abs((one - true) @ [0, -1, 0, 1]).mean() for one in (told, shaken))
    assert off < 0.6 * before


@pytest.mark.parametrize(("from_edge", "changed"), [(AT_EDGE_PX - 0.1, False), (AT_EDGE_PX + 0.1, True)])
def test_who_is_cut_off_by_the_picture_has_no_size(from_edge, changed):
    box = np.array([person(100.0 + look) for look in range(9)])
    box[4] = [from_edge, 100, from_edge + 10, 160]
    told = of_steady_size(box, np.arange(9) / 15, np.ones(9), (1280, 720))
    assert (not np.allclose(told[4], box[4])) == changed
    assert np.allclose(told[:4], box[:4]) == (not changed)
