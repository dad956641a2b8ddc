"""Covered: where others' boxes lie over a person's, and a piece taken apart where it may have changed hands there.

Belongs here: how much of a box is covered, meetings of one piece. Does not belong here: following through a meeting
(`gametape.people.meetings`), which pieces are one person (`links`).

Of 286 meetings in rendered films whoever came out of it was another in 18: in 7 of 158 with the other side, in 11 of
128 else; it matters little how long it lasted. So what is known of a person ends at a meeting, and goes on behind it as
likely as a link says (`links.MET`).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

COVERED = 0.5
"""Share of a box that another one covers, from which it is not known whose box it is: in rendered films it is on
somebody else in 0.13 of such frames and more, in 0.01 of those with hardly anybody near."""
ONE_MEETING = 5
"""Frames between two covered ones that are of one meeting."""
AROUND = 3
"""Rows that a part of a piece has at least."""


def covered(frames: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much of each box others cover.

    Args:
        frames: (n,) frame of each box.
        boxes: (n, 4) px.

    Returns:
        (n,) share of each box that the one which covers most of it, of the same frame, covers, and (n,) the row of that
        one, -1 where there is none.

    >>> covered(np.array([1, 1, 2]), np.array([[0, 0, 2, 2], [0, 1, 4, 3], [0, 0, 2, 2.0]]))[0].tolist()
    [0.5, 0.25, 0.0]
    """
    share, by = np.zeros(len(frames)), np.full(len(frames), -1)
    order = np.argsort(frames, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(frames[order])) + 1):
        if len(rows) < 2:
            continue
        box = boxes[rows]
        low, high = np.maximum(box[:, None, :2], box[None, :, :2]), np.minimum(box[:, None, 2:], box[None, :, 2:])
        both = np.prod(np.maximum(high - low, 0), axis=2)
        np.fill_diagonal(both, 0)
        share[rows] = both.max(axis=1) / np.maximum(np.prod(box[:, 2:] - box[:, :2], axis=1), 1e-9)
        by[rows] = np.where(share[rows] > 0, rows[both.argmax(axis=1)], -1)
    return share, by


def parts(frames: np.ndarray, share: np.ndarray) -> list[slice]:
    """The rows of a piece before, between and behind its meetings, cut where most is covered.

    Args:
        frames: (n,) rising.
        share: (n,) by `covered`.

    >>> parts(np.arange(12), np.array([0, 0, 0, 0, 0.6, 0.9, 0.7, 0, 0, 0, 0, 0]))
    [slice(0, 5, None), slice(5, 12, None)]
    """
    over = np.flatnonzero(share >= COVERED)
    borders = [0]
    if len(over):
        for run in np.split(over, np.flatnonzero(np.diff(frames[over]) > ONE_MEETING) + 1):
            at = int(run[share[run].argmax()])
            if borders[-1] + AROUND <= at <= len(frames) - AROUND:
                borders.append(at)
    return [slice(first, stop) for first, stop in pairwise([*borders, len(frames)])]
