"""Tidies the boxes of a piece: odd ones go, and it ends where nothing says that the next box is the same person.

Belongs here: one piece by itself. Does not belong here: following (`tracks`), two who meet (`meetings`), which pieces
are one person (`joining`).

A network's box is now and then half as high again as the person, or lies on two who stand one before the other. People
do not grow: such a box is exchanged for one of the same picture that fits, or let go.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from gametape.people.boxes import overlaps
from gametape.people.joining import FASTEST

AROUND, WIDELY = 5, 15
"""So many boxes before and after one say where it should be; and how large, those of a second or two at the usual 15
looks a second: in a crowd many in a row hold two people."""
FEWEST = 5
"""Of fewer boxes nothing is said."""
LARGER, WIDER = 1.3, 1.7
"""A box is odd that is so many times as high, or as wide, as those around it, or as many times less."""
FITS = 0.45
"""One is odd, too, that overlaps less with where those around it say it is."""
LEAP = 0.6
"""Heights that a box may be misplaced by."""
UNSEEN_S, UNSEEN_LOOKS = 0.3, 1.5
"""Whoever is not found for longer, and for more than so many usual looks, may be somebody else by then: that is judged
when the future is known (`joining`). Of the two films of docs/benchmarks.md only basketball tells: 0.2 and 0.3 s give
one result, 0.5 s a better one (seen 0.95 for 0.87), 0.7 s a worse one (seen 0.50, wrong 0.12)."""
SIZES_S = 0.15
"""Time over which a person's size is averaged: the deviation of the weights, s. On the two films of docs/benchmarks.md
0.15 and 0.3 s give one result."""
AT_EDGE_PX = 3.0
"""A box this near to the picture's edge shows a part of a person, whose size says nothing of the others."""
STAYS = 0.3
"""Where it is not known how the camera moved, the next box is the same person if it overlaps so much."""


def expected(box: np.ndarray) -> np.ndarray:
    """(n, 4) where boxes (n, 4) of one person, in order of time, should be by those around them.

    The median of as many before as after follows a walk exactly, whatever a few of them say; at the ends, where there
    are none on one side, the place is the box's own.

    >>> walk = np.arange(12.0)[:, None] + np.array([0, 0, 10, 20.0])
    >>> walk[6] = walk[6] * 2
    >>> expected(walk)[6].round(6).tolist()
    [7.0, 7.0, 17.0, 27.0]
    """
    middle, size = (box[:, :2] + box[:, 2:]) / 2, np.log(np.maximum(box[:, 2:] - box[:, :2], 1e-3))
    out = np.empty_like(box)
    for at in range(len(box)):
        low, high = max(at - WIDELY, 0), min(at + WIDELY + 1, len(box))
        reach = min(at, len(box) - 1 - at, AROUND)
        place = np.median(middle[at - reach : at + reach + 1], axis=0)
        half = np.exp(np.median(size[low:high], axis=0)) / 2
        out[at] = [*(place - half), *(place + half)]
    return out


def odd(box: np.ndarray, should: np.ndarray) -> np.ndarray:
    """(n,) whether boxes (n, 4) are not of the size, or not in the place, where they should be (n, 4)."""
    size, usual = box[:, 2:] - box[:, :2], should[:, 2:] - should[:, :2]
    off = np.abs(np.log(np.maximum(size, 1e-3) / np.maximum(usual, 1e-3)))
    place = np.array([overlaps(one[None], two[None])[0, 0] for one, two in zip(box, should, strict=True)])
    return (off[:, 0] > np.log(WIDER)) | (off[:, 1] > np.log(LARGER)) | (place < FITS)


def exchanged(piece: np.ndarray, look: np.ndarray, box: np.ndarray) -> np.ndarray:
    """(n,) the pieces, their odd boxes exchanged for others of the same look that fit and are of no piece, or let go.

    Args:
        piece: (n,) the piece of each box, -1 of none.
        look: (n,) the look of each box, rising.
        box: (n, 4) as if the camera had stood still.
    """
    out = piece.copy()
    begins, ends = np.searchsorted(look, look, "left"), np.searchsorted(look, look, "right")
    for number in range(int(piece.max(initial=-1)) + 1):
        rows = np.flatnonzero(piece == number)
        if len(rows) < FEWEST:
            continue
        should = expected(box[rows])
        for row, place in zip(rows[wrong := odd(box[rows], should)], should[wrong], strict=True):
            out[row] = -1
            beside = np.arange(begins[row], ends[row])
            beside = beside[out[beside] < 0]
            fit = overlaps(place[None], box[beside])[0]
            best = int(fit.argmax())
            if beside[best] != row and fit[best] > FITS and not odd(box[beside[best]][None], place[None])[0]:
                out[beside[best]] = number
    return out


def ended(
    piece: np.ndarray, look: np.ndarray, steady: np.ndarray, box: np.ndarray, times: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """(n,) the pieces, each cut where its next box is farther away than a person gets.

    Args:
        piece: (n,) the piece of each box, -1 of none.
        look: (n,) the look of each box, rising.
        steady: (n, 4) as if the camera had stood still.
        box: (n, 4) px of the picture.
        times: (looks,) seconds.
        known: (looks,) whether the camera's movement into a look is known.
    """
    out, fresh = piece.copy(), int(piece.max(initial=-1)) + 1
    blind = np.cumsum(~known)
    unseen = max(UNSEEN_S, UNSEEN_LOOKS * float(np.median(np.diff(times))) if len(times) > 1 else 0.0)
    for number in range(fresh):
        rows = np.flatnonzero(piece == number)
        for before, after in pairwise(rows):
            if blind[look[before]] != blind[look[after]]:
                goes_on = overlaps(box[before][None], box[after][None])[0, 0] >= STAYS
            else:
                gap = times[look[after]] - times[look[before]]
                tall = (steady[[before, after], 3] - steady[[before, after], 1]).mean()
                off = np.abs(steady[after].reshape(2, 2).mean(0) - steady[before].reshape(2, 2).mean(0))
                goes_on = gap <= unseen and bool(np.hypot(*off) <= (FASTEST * gap + LEAP) * tall)
            if not goes_on:
                out[rows[rows >= after]] = fresh
                fresh += 1
    return out


def of_steady_size(box: np.ndarray, time_s: np.ndarray, confidence: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(n, 4) boxes about the same middles, whose sizes are those of the looks around: nobody grows from look to look.

    Args:
        box: (n, 4) px, of one person in order of time.
        time_s: (n,) seconds.
        confidence: (n,) what each size counts.
        size: Width and height of the picture, px.

    >>> four = np.array([[0.0, 10, 20, 50], [5, 10, 25, 60], [10, 10, 30, 50], [15, 10, 35, 50]]) + 100
    >>> of_steady_size(four, np.arange(4) / 15, np.ones(4), (640, 360)).round(0).astype(int)[1].tolist()
    [105, 113, 125, 157]
    """
    edge = np.array(size, float) - AT_EDGE_PX
    inside = np.concatenate([box[:, :2] > AT_EDGE_PX, box[:, 2:] < edge], axis=1)
    whole = inside.sum(axis=1) == inside.shape[1]
    sizes, out = np.log(np.maximum(box[:, 2:] - box[:, :2], 1e-3)), box.copy()
    for at in np.flatnonzero(whole):
        low, high = np.searchsorted(time_s, [time_s[at] - 3 * SIZES_S, time_s[at] + 3 * SIZES_S])
        near = slice(low, max(high, at + 1))
        off = time_s[near] - time_s[at]
        counts = whole[near] * confidence[near] * np.exp(-0.5 * (off / SIZES_S) ** 2)
        # a line, so that who comes nearer is not too small: its value now, from the sums of the weighted squares
        n, t, tt = counts.sum(), counts @ off, counts @ off**2
        y, ty = counts @ sizes[near], (counts * off) @ sizes[near]
        spread = n * tt - t * t
        told = (tt * y - t * ty) / spread if spread > 1e-6 * n * n else y / n
        middle, half = (box[at, :2] + box[at, 2:]) / 2, np.exp(told) / 2
        out[at] = [*(middle - half), *(middle + half)]
    return out
