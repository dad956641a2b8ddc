"""Meetings: whose box it is while others cover it, how sure it is behind them, and reads on both sides of one."""

import numpy as np
import pytest

from gametape.follow.chain import SUREST, WEAKEST, with_reads
from gametape.follow.covered import AROUND, COVERED, covered, parts
from gametape.follow.links import MET, MET_OTHERS
from tests.follow.made import Made, Person, read, wanted


def crosses(at: float, team: str | None = None) -> Person:
    """Somebody who runs through the place x = 100 at a time."""
    return Person(at - 0.8, at + 0.8, x=20, speed=100, team=team, shirt=None)


def test_where_others_cover_him_he_is_not_in_sight():
    made = Made([Person(0, 10, read("5", 1, 2) + read("5", 8, 9)), crosses(5)])
    rows = made.identity(wanted("5")).to_pylist()
    hidden = [row["time_s"] for row in rows if row["x1"] is None and row["time_s"] < 9.9]
    assert hidden and 4.8 < min(hidden) < 5 < max(hidden) < 5.2
    assert {row["state"] for row in rows if row["time_s"] in hidden} == {"lost"}
    assert len(made.shifts(wanted("5"))) == 1


@pytest.mark.parametrize(("meetings", "stays"), [(5, True), (6, False)])
def test_so_many_meetings_without_a_read_are_one_too_many(meetings, stays):
    assert MET**5 >= 0.6 > MET**6
    people = [Person(0, 12, read("5", 1, 2)), *(crosses(3.0 + n) for n in range(meetings))]
    (told,) = Made(people).weigh(wanted("5"))
    assert (told.chain[-1][0].end > 11) == stays
    if not stays:
        assert any(why.code == "may_go_on" and piece.end > 11 for piece, why in told.perhaps)


def test_a_meeting_with_the_other_side_leaves_more():
    people = [Person(0, 12, read("5", 1, 2), team="a"), *(crosses(3.0 + n, "b") for n in range(6))]
    (told,) = Made(people).weigh(wanted("5"))
    assert told.chain[-1][0].end > 11 and told.chain[-1][1].sure == pytest.approx(MET_OTHERS**6)


def test_one_read_behind_the_meetings_makes_it_sure_again():
    people = [Person(0, 12, [*read("5", 1, 2), (9.5, "5")]), *(crosses(3.0 + n) for n in range(6))]
    (told,) = Made(people).weigh(wanted("5"))
    assert told.chain[-1][0].end > 11


def test_reads_say_how_sure_a_tie_is():
    assert with_reads(0.6, 0.0) == pytest.approx(0.6)
    assert with_reads(WEAKEST, 0.9) > 0.75 and with_reads(0.9, -1.0) < 0.75
    assert with_reads(0.9, 5.0) == with_reads(0.9, 2.0) > SUREST, "two reads are as good as many"


@pytest.mark.parametrize(("later", "others", "found"), [(3.3, "23", True), (3.3, "27", False), (5.5, "23", False)])
def test_two_pieces_that_go_on_in_one_another_vote_together(later, others, found):
    """Each alone has two reads, where three are enough; not where they differ, or nobody knows where he was between."""
    one, other = Person(0, 3, read("23", 2, 2.2)), Person(later, 8, read(others, later + 0.4, later + 0.6), x=104)
    (told,) = Made([one, other]).weigh(wanted("23"))
    assert bool(told.chain) == found


@pytest.mark.parametrize(("number", "also", "found"), [("0", "8", False), ("6", "8", False), ("23", "8", True)])
def test_a_number_of_one_kind_of_digit_is_not_voted_for_by_pieces_of_which_another_is_read(number, also, found):
    """A blurred 8 was read as 0 in piece after piece of a track, and once as 8."""
    people = [Person(0, 3, read(number, 2, 2.2)), Person(3.3, 6, read(number, 4, 4.4), x=104)]
    people += [Person(6.3, 9, [(7.0, also)], x=104)]
    (told,) = Made(people).weigh(wanted(number))
    assert bool(told.chain) == found


def test_a_piece_is_cut_where_most_of_it_is_covered():
    box = np.array([[0, 0, 10, 20], [4, 0, 14, 20], [30, 0, 40, 20], [0, 0, 10, 20.0]])
    share, by = covered(np.array([1, 1, 1, 2]), box)
    assert share.round(2).tolist() == [0.6, 0.6, 0, 0] and by.tolist() == [1, 0, -1, -1]
    frames, over = np.arange(20), np.zeros(20)
    over[9], over[10] = COVERED, COVERED - 0.01
    assert parts(frames, over) == [slice(0, 9), slice(9, 20)]
    over[9] = COVERED - 0.01
    assert parts(frames, over) == [slice(0, 20)]
    over[AROUND - 1] = 1.0
    assert parts(frames, over) == [slice(0, 20)], "what would be left is too short"
    over[AROUND] = 1.0
    assert parts(frames, over) == [slice(0, 20)], "one meeting, most covered at its beginning"
