"""Which pictures of a film a clip shows, and which of them may be copied.

Belongs here: times to pictures, pictures to pieces that are copied or encoded. Does not belong here: doing so (cut.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gametape.base.errors import BadInput
from gametape.clips.film import CutFilm

#: Fewer pictures than this in a row are encoded: a copy costs opening the file anew.
_LEAST_COPIED = 12
#: What rounding does to a time, in seconds.
_ROUNDING_S = 1e-6


@dataclass(frozen=True)
class Selection:
    """The pictures of a clip.

    Attributes:
        first: Number of the first one.
        stop: One past the last one.
        begin_s: When the clip begins, seconds of the file. The first picture is shown from then on.
        finish_s: When it ends.
    """

    first: int
    stop: int
    begin_s: float
    finish_s: float


def select(film: CutFilm, start_s: float, end_s: float) -> Selection:
    """The pictures that a film shows from `start_s` to `end_s`.

    A clip begins and ends with the picture nearest to the asked time. Where none is within half a frame (the rate
    varies, or pictures are missing), it begins at the asked time itself with the picture that is on screen then, and
    ends at the asked time. So both are within half a frame of what was asked.

    Args:
        film: The film.
        start_s: Seconds of the file; what lies outside the film is left out.
        end_s: Seconds of the file.

    Raises:
        BadInput: Nothing of the film is shown then.
    """
    start, end = max(0.0, start_s), min(end_s, film.end_s)
    if not start < end or start > film.end_s:
        raise BadInput(
            film.name,
            f"shows nothing from {start_s:g} to {end_s:g} s: it is {film.end_s:.2f} s long",
            "Give other times",
        )
    half, times = film.interval / 2 + _ROUNDING_S, film.times
    first = min(int(np.searchsorted(times, start - half)), len(times) - 1)
    begin = float(times[first])
    if begin > start + half:
        first, begin = max(0, first - 1), start
    stop = max(int(np.searchsorted(times, end - half)), first + 1)
    finish = float(times[stop]) if stop < len(times) else film.end_s
    if finish > end + half:
        finish = end
    return Selection(first, stop, begin, max(finish, begin + film.interval / 2))


class Piece(NamedTuple):
    """Pictures `first` to before `stop`, copied or encoded."""

    first: int
    stop: int
    copied: bool


def pieces(film: CutFilm, chosen: Selection, drawn: int = 0, *, joinable: bool = False) -> list[Piece]:
    """Cut a selection into pieces: copied from a keyframe on where that is exact, else encoded.

    Copied and encoded pieces stand in one stream only where our encoder made the film too. Else all is copied, where a
    clip begins and ends at places where that is exact, or all is encoded.

    Args:
        film: The film.
        chosen: The clip's pictures.
        drawn: So many pictures at its start are drawn on.
        joinable: The clip must be fit to be joined with others of the film.
    """
    first, stop = chosen.first, chosen.stop
    encoded = [Piece(first, stop, False)]
    if not film.copies or (joinable and not film.joins):
        return encoded
    held = chosen.begin_s > film.times[first] + _ROUNDING_S
    after = max(first + max(drawn, int(held)), first)
    keys = np.flatnonzero(film.keys[after:stop]) + after
    if not len(keys):
        return encoded
    key = int(keys[0])
    if key == first and is_exact(film, first, stop):
        return [Piece(first, stop, True)]
    if not film.joins or stop - key < _LEAST_COPIED:
        return encoded
    return [Piece(first, key, False), Piece(key, stop, True)] if key > first else [Piece(first, stop, True)]


def is_exact(film: CutFilm, first: int, stop: int) -> bool:
    """Are the packets of these pictures a stretch of the file from a keyframe on, with no other picture between?"""
    order = film.order[first:stop]
    return bool(film.keys[first]) and int(order.min()) == order[0] and int(order.max() - order.min()) + 1 == len(order)
