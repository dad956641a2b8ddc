"""How sure a piece is tied to an anchor: by links, and by what is read of each piece on the way, once."""

from dataclasses import replace

import numpy as np
import pytest

from gametape.follow.chain import SUREST, TIED, ties, with_reads
from gametape.follow.evidence import Case, Mark
from gametape.follow.links import Link
from gametape.follow.pieces import Piece

CLICK = Mark(0, 0.0, 10.0, 10.0)


def case(number: int, lean: float = 0.0, **more) -> Case:
    frames = np.arange(10) + 20 * number
    boxes = np.tile([0.0, 0.0, 20.0, 80.0], (10, 1))
    nothing = np.zeros(10)
    piece = Piece(number, number, number, frames, frames / 25, boxes, np.full((10, 3), np.nan), nothing == 0,
                  nothing + 0.9, nothing, nothing > 0)  # fmt: skip
    return Case(piece, lean=lean, **more)


ANCHOR = case(1, clicks=(CLICK,))


def tied(cases: list[Case], *links: Link) -> dict[int, float]:
    found = ties({one.piece.number: one for one in cases}, links, tall_px=1000.0)
    return {number: tie.sure for number, tie in found.items()}


def test_what_is_read_of_a_piece_counts_once_however_many_pieces_are_behind_it():
    """Two neighbours with faint reads of a wrong number made each other as sure as one likes, back and forth."""
    one, two = case(2, 0.3), case(3, 0.3)
    to_one, to_two = Link(1, 2, 0.45), Link(2, 3, 0.95)
    alone = tied([ANCHOR, one], to_one)
    assert alone[2] == pytest.approx(with_reads(0.45, 0.3)) and alone[2] > TIED
    both = tied([ANCHOR, one, two], to_one, to_two)
    assert both[2] == alone[2], "the only way to the anchor is the same"
    assert both[3] == pytest.approx(with_reads(0.95 * both[2], 0.3)) and both[3] < SUREST
    behind = tied([ANCHOR, one, two, case(4)], to_one, to_two, Link(3, 4, 0.7))
    assert behind.get(4) is None, "over faint reads nobody follows"


def test_a_ring_of_pieces_is_no_surer_than_the_way_round_it():
    ring = [case(number, 0.3) for number in (2, 3, 4)]
    links = [Link(1, 2, 0.45), Link(2, 3, 0.95), Link(3, 4, 0.95), Link(2, 4, 0.95)]
    found = tied([ANCHOR, *ring], *links)
    assert found[2] == pytest.approx(with_reads(0.45, 0.3))
    assert found[4] == pytest.approx(with_reads(0.95 * found[3], 0.3)), "both pieces on the way were read"


def test_a_better_way_is_taken_and_the_anchor_told():
    clicked = replace(case(9), clicks=(CLICK,))
    found = ties(
        {one.piece.number: one for one in (ANCHOR, case(2), clicked)}, [Link(1, 2, 0.7), Link(2, 9, 0.9)], 1000.0
    )
    assert (found[2].sure, found[2].anchor) == (pytest.approx(0.9), 9)
