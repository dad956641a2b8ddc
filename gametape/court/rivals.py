"""Courts that lie on the same lines of a picture as the one that was found in it, and which of them is there.

Belongs here: where another court would lie on the lines of the one found, by their models alone, and which of two
explains the picture. Does not belong here: making a view exact (`refine`), searching a picture (`find`).
"""

from __future__ import annotations

from itertools import product
from typing import Literal

import numpy as np

from gametape.court.candidates import NOT_SQUARE
from gametape.court.check import Look
from gametape.court.model import Model

OFF = 0.04
"""Lines of two courts are the same when they lie so near to each other, in half lengths of the court that was found."""
SHARED = 0.55
"""A court that has less than this share of the lines in sight of the one found is no rival of it."""
KEPT = 10
"""Most ways to lay one family of lines on the other that are tried, those of most line first."""
MORE = 0.1
"""One court explains the picture when it explains so much more of it than the other does, as a share."""
EXACTER = 0.7
"""Where both explain as much, the one whose lines lie nearer: its distance is at most this share of the other's."""


def laid_on(rival: Model, own: Model, length: np.ndarray) -> np.ndarray:
    """Ways (n, 3, 3) to lay a court on the lines of another, its metres to the other's.

    Args:
        rival: The court that is laid.
        own: The court on which it is laid.
        length: (l,) px in sight of each line of `own`.

    Returns:
        Those in which at least SHARED of the lines in sight of either family are lines of `rival`, nearly to one
        scale. A fit to the picture can take up the rest.
    """
    along = own.ends[:, 0, 0] == own.ends[:, 1, 0]
    made = []
    for turned in (False, True):
        families = (rival.across, rival.along) if turned else (rival.along, rival.across)
        ways = [
            _family(theirs, mine, _weights(mine, own.ends[which, 0, axis], length[which]), own.half[1])
            for axis, (theirs, mine, which) in enumerate(
                zip(families, (own.along, own.across), (along, ~along), strict=True)
            )
        ]
        for (wide, right), (tall, up) in product(*ways):
            if abs(np.log(wide / tall)) < NOT_SQUARE:
                plain = np.array([[wide, 0, right], [0, tall, up], [0, 0, 1.0]])
                made.append(plain @ [[0, -1, 0], [1, 0, 0], [0, 0, 1]] if turned else plain)
    return np.array(made).reshape(-1, 3, 3)


def _weights(places: np.ndarray, of_lines: np.ndarray, length: np.ndarray) -> np.ndarray:
    """How much, px, is in sight at each place of a family; two lines may lie in one place."""
    return np.array([length[of_lines == place].sum() for place in places])


def _family(theirs: np.ndarray, mine: np.ndarray, weight: np.ndarray, half: float) -> list[tuple[float, float]]:
    """Scale and start with which `theirs` lie on enough of `mine`, those on most first."""
    a, b = np.triu_indices(len(theirs), 1)
    c, d = np.triu_indices(len(mine), 1)
    scale = ((mine[d] - mine[c])[:, None] / (theirs[b] - theirs[a])[None]).ravel()
    start = (mine[c][:, None] - scale.reshape(len(c), -1) * theirs[a][None]).ravel()
    laid = start[:, None] + scale[:, None] * theirs[None]
    shared = (np.abs(laid[:, :, None] - mine).min(axis=1) < OFF * half) @ weight / max(weight.sum(), 1e-9)
    ways: list[tuple[float, float]] = []
    for number in np.argsort(-shared, kind="stable"):
        if shared[number] < SHARED or len(ways) == KEPT:
            break
        if not any(np.allclose((scale[number], start[number]), way, atol=1e-6) for way in ways):
            ways.append((float(scale[number]), float(start[number])))
    return ways


def explained(look: Look) -> float:
    """What of a picture a view explains: length of its lines that is on paint, less that which is not, px."""
    return float(np.sum(look.length * (2 * look.share - 1)))


def there(own: Look, own_rms: float, rival: Look, rival_rms: float) -> Literal["own", "rival", "either"]:
    """Which of two courts on the same lines is in the picture, by what they explain of it and how near they lie, px."""
    mine, theirs = explained(own), explained(rival)
    if theirs < (1 - MORE) * mine:
        return "own"
    if mine < (1 - MORE) * theirs:
        return "rival"
    if own_rms < EXACTER * rival_rms:
        return "own"
    return "rival" if rival_rms < EXACTER * own_rms else "either"
