"""Meetings: two people who cover each other for a while, and whether they are still who they were when they part.

Belongs here: pieces that overlap, exchanged or cut. Does not belong here: one piece by itself (`tidy`), pieces with
a gap between them (`joining`).

A tracker gives the boxes behind a meeting to whom they lie nearest, which is wrong where the two have changed sides.
How each went on before and behind it says which is likelier: that they kept their names, or that they exchanged them.
Where that is open both pieces end, since wrong is worse than unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gametape.people.joining import VELOCITY_S, Piece, likeness

COVERS = 0.4
"""Two meet where one's box covers so much of the smaller one."""
APART = 3
"""Looks that they are apart until the meeting is over: a fifth of a second at the usual 15 a second."""
FEWEST = 3
"""Boxes by which somebody is known before a meeting and behind it."""
WITHIN_S = 0.6
"""Time before and behind by which the two are compared."""
KEPT = 0.75
"""How often a tracker keeps the names, whatever is seen of the two."""
OPEN, CHANGED = 0.5, 0.6
"""From this probability of an exchange on, as likely as not, the pieces end; from this on the names are exchanged. What
is less sure is weighed where it is decided who is who (`gametape.follow.covered`)."""
TREMBLES, TURNS = 0.7, 1.2
"""Heights a second that a velocity is measured wrong, and that a player changes it in a second: 2 m/s^2, often more."""
FAINT = 0.02
"""Least likeness: nobody is quite unlike himself."""


@dataclass(frozen=True)
class Meeting:
    """Two pieces that cover each other from a look to another one."""

    one: int
    other: int
    first: int
    last: int


def meetings(piece: np.ndarray, look: np.ndarray, box: np.ndarray) -> list[Meeting]:
    """The meetings of a shot, those that end first before the others.

    Args:
        piece: (n,) the piece of each box, -1 of none.
        look: (n,) rising.
        box: (n, 4) px.
    """
    open_: dict[tuple[int, int], tuple[int, int]] = {}
    found: list[Meeting] = []
    for rows in _by_look(piece, look):
        at = int(look[rows[0]])
        for a, b in _close(box[rows]):
            one, other = sorted((int(piece[rows[a]]), int(piece[rows[b]])))
            first, last = open_.get((one, other), (at, at))
            if at - last > APART:
                found.append(Meeting(one, other, first, last))
                first = at
            open_[one, other] = first, at
    found += [Meeting(*pair, *span) for pair, span in open_.items()]
    return sorted(found, key=lambda one: (one.last, one.first, one.one, one.other))


def _by_look(piece: np.ndarray, look: np.ndarray) -> Iterator[np.ndarray]:
    own = np.flatnonzero(piece >= 0)
    if len(own):
        yield from np.split(own, np.flatnonzero(np.diff(look[own])) + 1)


def _close(box: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs of boxes (n, 4) of which one covers much of the smaller one."""
    low, high = np.maximum(box[:, None, :2], box[None, :, :2]), np.minimum(box[:, None, 2:], box[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0), axis=2)
    area = np.prod(np.maximum(box[:, 2:] - box[:, :2], 1e-9), axis=1)
    share = both / np.minimum(area[:, None], area[None])
    yield from map(tuple, np.argwhere(np.triu(share > COVERS, 1)).tolist())


def resolved(
    piece: np.ndarray, look: np.ndarray, box: np.ndarray, steady: np.ndarray, colour: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """(n,) the pieces, exchanged behind a meeting where that is likelier, or cut there where it is open.

    Args:
        piece: (n,) the piece of each box, -1 of none.
        look: (n,) the look of each box, rising.
        box: (n, 4) px of the picture.
        steady: (n, 4) as if the camera had stood still.
        colour: (n, 6) CIELAB, NaN where it is not known.
        times: (looks,) seconds.
    """
    out, fresh = piece.copy(), int(piece.max(initial=-1)) + 1

    def part(rows: np.ndarray, now: np.ndarray) -> Piece | None:
        rows = rows[now]
        if len(rows) < FEWEST:
            return None
        known = colour[rows][np.isfinite(colour[rows]).all(axis=1)]
        return Piece(times[look[rows]], steady[rows], None, np.median(known, axis=0) if len(known) else None)

    for met in meetings(piece, look, box):
        sides = []
        # an earlier meeting may have given them other names
        one, other = (int(out[(piece == number) & (look == met.last)][0]) for number in (met.one, met.other))
        for number in (one, other):
            rows = np.flatnonzero(out == number)
            t = times[look[rows]]
            before = part(rows, (look[rows] < met.first) & (t >= times[met.first] - WITHIN_S))
            after = part(rows, (look[rows] > met.last) & (t <= times[met.last] + WITHIN_S))
            sides.append((before, after, rows[look[rows] > met.last]))
        (a, after_a, tail_a), (b, after_b, tail_b) = sides
        changed = exchange(a, after_a, b, after_b)
        if changed >= CHANGED and after_a and after_b:
            out[tail_a], out[tail_b] = other, one
        elif changed >= OPEN:
            for tail in (tail_a, tail_b):
                if len(tail):
                    out[tail] = fresh
                    fresh += 1
    return out


def exchange(a: Piece | None, after_a: Piece | None, b: Piece | None, after_b: Piece | None) -> float:
    """How likely two exchanged their names in a meeting, 0..1; 0 where nothing can be said.

    Args:
        a: The one before it.
        after_a: Who has the one's name behind it.
        b: The other before it.
        after_b: Who has the other's name behind it.
    """
    if a is None or b is None or (after_a is None and after_b is None):
        return 0.0
    kept = changed = 1.0
    for own, theirs, after in ((a, b, after_a), (b, a, after_b)):
        if after is not None:
            kept *= _like(own, after)
            changed *= _like(theirs, after)
    kept, changed = KEPT * kept, (1 - KEPT) * changed
    return float(changed / (kept + changed))


def _like(before: Piece, after: Piece) -> float:
    """How likely the second is the first again: by place, size and colours, and since nobody turns on the spot."""
    gap = float(after.time_s[0] - before.time_s[-1])
    turned = np.linalg.norm(after.ends[0][1] - before.ends[1][1]) / ((before.height + after.height) / 2)
    usual = TREMBLES + TURNS * (gap + VELOCITY_S)
    return max(likeness(before, after, gap) * float(np.exp(-0.5 * (turned / usual) ** 2)), FAINT)
