"""Stretches of a film in which the camera stands still, measured from the pictures, and what they show without players.

Belongs here: whether the camera stands, from when to when, the background. Does not belong here: how a movement between
two pictures is estimated (`gametape.ball.camera`), where the court lies in the background (`find`).

Small pictures a few times a second are compared with one picture of their stretch, not each with the one before: so a
slow drift adds up and is seen. Of long films whose keyframes are dense, these alone are decoded; of others the frames
that others rest on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from gametape.ball.camera import Move, followed, move_between, reach
from gametape.media.film import Film, Glimpse

SMALL = 640
"""Longer side of the pictures that are compared, px."""
LOOKS_PER_S = 4.0
"""Pictures a second that are compared."""
FEWEST_LOOKS = 8
"""A shot is looked at at least so often, if it has so many frames."""
STILL = 0.0015
"""A camera stands while nothing in the picture is further than this from the stretch's view, in longer sides of the
picture: the error of a mark. Measured: 0.0001 to 0.0006 on tripods and broadcast cameras that stand, 0.0024 where one
drifts over 5 s, 0.008 and more in hands."""
LEAST_S = 0.5
"""A camera that stands for less time than this is on its way."""
WHOLE = 900
"""Of a film of more frames the keyframes do where they are dense;"""
WHOLE_S = 40.0
"""of one that is longer, too."""
KEYFRAMES_S = 1.5
"""Keyframes at most this far apart, s, are dense."""
PICTURES = 21
"""Most pictures of a background."""
ENOUGH = 11
"""With so many pictures that were kept, a background needs no others."""

Motion = Literal["fixed", "moved", "panning"]


@dataclass(frozen=True)
class Stretch:
    """Frames of one shot in which the camera does one thing.

    Attributes:
        first_frame: First frame.
        stop: Frame after the last one.
        motion: `fixed` (it stands throughout the shot), `moved` (it stands here and does not elsewhere in the shot) or
            `panning` (it moves).
        shift_px: How far, at most, anything of the background is from where it is in the view of the stretch, px of the
            upright source; None where the pictures do not show it.
        view: The frame whose view the others share.
    """

    first_frame: int
    stop: int
    motion: Motion
    shift_px: float | None
    view: int

    @property
    def stands(self) -> bool:
        """Whether one calibration holds for all its frames."""
        return self.motion != "panning"


@dataclass(eq=False)
class Kept:
    """Pictures that were read to see what the camera does, evenly over the film, for the backgrounds: so one read does.

    Attributes:
        most: As many are kept, so that a long film fits into memory.
        pictures: By their frames, in proxy px.
    """

    most: int = 48
    pictures: dict[int, Glimpse] = field(default_factory=dict)
    _seen: int = 0
    _every: int = 1

    def add(self, picture: Glimpse) -> None:
        """Keep a picture, or not; pictures come in the order of their frames."""
        if self.most and self._seen % self._every == 0:
            self.pictures[picture.index] = picture
        self._seen += 1
        if len(self.pictures) > self.most:
            self._every *= 2
            self.pictures = {number: self.pictures[number] for number in list(self.pictures)[::2]}

    def of(self, stretch: Stretch) -> list[np.ndarray]:
        """At most PICTURES of a stretch, spread over it: (h, w, 3) uint8 BGR."""
        inside = [number for number in self.pictures if stretch.first_frame <= number < stretch.stop]
        spread = np.linspace(0, len(inside) - 1, min(PICTURES, len(inside))).round().astype(int)
        return [self.pictures[inside[number]].image(pixel_format="bgr24") for number in spread]


@dataclass(frozen=True, eq=False)
class _Look:
    """A small gray picture, and how it is moved against the first of its stretch (None: not known)."""

    frame: int
    small: np.ndarray
    move: Move | None = None


def stretches(
    film: Film, shots: np.ndarray, start: int = 0, stop: int | None = None, kept: Kept | None = None
) -> list[Stretch]:
    """Divide a film by what its camera does.

    Args:
        film: The film.
        shots: (n,) number of each frame's shot.
        start: First frame that is looked at.
        stop: Frame after the last one; by default the film's.
        kept: Where pictures that are read are kept for `still_picture`.

    Returns:
        Stretches that follow each other without a gap from `start` to `stop`, none across a cut.
    """
    stop = len(film) if stop is None else min(stop, len(film))
    if start >= stop:
        return []
    cuts = [start, *(int(i) + start + 1 for i in np.flatnonzero(np.diff(shots[start:stop]))), stop]
    wanted = _frames_to_look_at(film, cuts)
    size = _small_size(film)
    kept = Kept(0) if kept is None else kept
    looks = []
    for look in film.glimpses(wanted):
        looks.append(_Look(look.index, look.image(pixel_format="gray", size=size)))
        kept.add(look)
    scale = max(film.width, film.height) / max(size)
    found: list[Stretch] = []
    for begin, end in pairwise(cuts):
        of_shot = [look for look in looks if begin <= look.frame < end]
        found += _divided(of_shot, begin, end, film.times, scale)
    return found


def still_picture(film: Film, stretch: Stretch, kept: Kept | None = None) -> np.ndarray:
    """What a stretch shows without those who move about: the median over time, (h, w, 3) uint8 BGR in proxy px.

    Where the camera moves it is the picture of the frame `view` alone. The film is read where too few were `kept`.
    """
    if stretch.stands and kept and len(pictures := kept.of(stretch)) >= ENOUGH:
        return median_picture(pictures)
    if not stretch.stands:
        return film.frame(stretch.view, pixel_format="bgr24").image
    n = min(PICTURES, stretch.stop - stretch.first_frame)
    spread = np.linspace(stretch.first_frame, stretch.stop - 1, n).round().astype(int).tolist()
    return median_picture([frame.image for frame in film.pictures(spread, pixel_format="bgr24")])


def same_view(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two backgrounds (h, w, 3) were taken by a camera that stood at one place, as after a cut and back."""
    import cv2

    if one.shape != other.shape:
        return False
    factor = SMALL / max(one.shape)
    size = round(one.shape[1] * factor), round(one.shape[0] * factor)
    a, b = (
        cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), size, interpolation=cv2.INTER_AREA)
        for picture in (one, other)
    )
    move = followed(a, b)
    return move is not None and reach(move.matrix, a.shape) <= STILL * SMALL


def median_picture(pictures: list[np.ndarray]) -> np.ndarray:
    """The median of an odd number of pictures, or of all but the last, pixel by pixel.

    Batcher's sorting network over whole pictures: a tenth of what sorting each pixel takes.

    >>> pictures = [np.full((1, 1, 3), level, np.uint8) for level in (9, 200, 7, 8, 0)]
    >>> median_picture(pictures).ravel().tolist()
    [8, 8, 8]
    """
    kept = list(pictures[: len(pictures) - 1 + len(pictures) % 2])
    for low, high in _network(len(kept)):
        kept[low], kept[high] = np.minimum(kept[low], kept[high]), np.maximum(kept[low], kept[high])
    return kept[len(kept) // 2]


def _network(n: int) -> Iterator[tuple[int, int]]:
    """Pairs to compare, in order, that sort n values: Batcher's merge exchange (Knuth 5.2.2, algorithm M)."""
    top = 1 << max(0, (n - 1).bit_length() - 1)
    p = top
    while p:
        q, r, d = top, 0, p
        while True:
            yield from ((i, i + d) for i in range(n - d) if i & p == r)
            if q == p:
                break
            d, q, r = q - p, q >> 1, p
        p >>= 1


def _divided(looks: list[_Look], begin: int, end: int, times: np.ndarray, scale: float) -> list[Stretch]:
    """The stretches of one shot, from frame `begin` to `end`; `scale`: px of the source in a px of the looks."""
    if not looks:
        return [Stretch(begin, end, "panning", None, begin)]
    groups = _groups(looks)
    if len(groups) == 1:
        view, shift = _view(groups[0])
        return [Stretch(begin, end, "fixed", shift * scale, view)]
    found: list[Stretch] = []
    for group in groups:
        # From the first look that agrees to the last: what lies between may be either's, or on the way.
        first = begin if group[0] is looks[0] else group[0].frame
        last = end if group[-1] is looks[-1] else group[-1].frame + 1
        if times[group[-1].frame] - times[group[0].frame] >= LEAST_S:
            view, shift = _view(group)
            found.append(Stretch(first, last, "moved", shift * scale, view))
    return _with_the_rest(found, begin, end, looks, scale)


def _with_the_rest(still: list[Stretch], begin: int, end: int, looks: list[_Look], scale: float) -> list[Stretch]:
    """The stretches in which the camera stands, and between them those in which it moves."""
    found: list[Stretch] = []
    for one in [*still, None]:
        stop = one.first_frame if one else end
        if begin < stop:
            found.append(_panned(begin, stop, looks, scale))
        if one:
            found.append(one)
            begin = one.stop
    return found


def _groups(looks: list[_Look]) -> list[list[_Look]]:
    """Looks in a row that show one view, each with its movement against the first of its group."""
    groups: list[list[_Look]] = []
    for look in looks:
        joined = groups[-1] if groups else []
        moved = _against(joined, look) if joined else None
        if moved is not None and all(
            _apart(moved, other.move, look.small.shape) <= 2 * STILL * max(look.small.shape) for other in joined
        ):
            joined.append(replace(look, move=moved))
        else:
            groups.append([replace(look, move=Move(np.eye(3), 1.0))])
    return groups


def _against(group: list[_Look], look: _Look) -> Move | None:
    """How a look is moved against the first of a group: seen at once or by way of the last, or no change is seen."""
    first, last = group[0], group[-1]
    at_once = followed(first.small, look.small)
    if at_once is not None:
        return at_once
    step = followed(last.small, look.small)
    if step is None:  # a dark hall has few corners
        step = move_between(last.small, look.small)
        step = step if step is not None and step.stands else None
    if step is None or last.move is None:
        return None
    return Move(step.matrix @ last.move.matrix, step.quality)


def _apart(one: Move, other: Move | None, shape: tuple[int, ...]) -> float:
    """How far two movements take a corner of the picture apart, at most, px."""
    matrix = np.eye(3) if other is None else other.matrix
    return reach(one.matrix @ np.linalg.inv(matrix), shape)


def _view(group: list[_Look]) -> tuple[int, float]:
    """The look from which the others of a group are least far, and how far the farthest is, px of the looks."""
    moves = np.stack([np.eye(3) if look.move is None else look.move.matrix for look in group])
    height, width = group[0].small.shape
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], float)
    places = (moves @ corners)[:, :2].transpose(0, 2, 1)
    middle = (places.min(0) + places.max(0)) / 2
    nearest = int(np.argmin(np.linalg.norm(places - middle, axis=-1).max(-1)))
    return group[nearest].frame, float(np.linalg.norm(places - places[nearest], axis=-1).max())


def _panned(begin: int, end: int, looks: list[_Look], scale: float) -> Stretch:
    """A moving stretch with the look nearest to its middle as its view, and how far the pictures move in it."""
    middle = (begin + end) // 2
    inside = [look for look in looks if begin <= look.frame < end]
    if not inside:
        return Stretch(begin, end, "panning", None, middle)
    view = min(inside, key=lambda look: abs(look.frame - middle))
    moves = [np.eye(3)]
    for one, other in pairwise(inside):
        step = move_between(one.small, other.small)
        if step is None:
            return Stretch(begin, end, "panning", None, view.frame)
        moves.append(step.matrix @ moves[-1])
    back = np.linalg.inv(moves[inside.index(view)])
    shift = max(reach(one @ back, view.small.shape) for one in moves)
    return Stretch(begin, end, "panning", shift * scale, view.frame)


def _frames_to_look_at(film: Film, cuts: list[int]) -> list[int]:
    """Frames at which the camera is looked at; long films' are keyframes where these are dense enough."""
    start, stop = cuts[0], cuts[-1]
    if stop - start > WHOLE or film.times[stop - 1] - film.times[start] > WHOLE_S:
        keys = [frame for frame in film.keyframes if start <= frame < stop]
        if keys and np.diff(film.times[[*keys, stop - 1]]).max() <= KEYFRAMES_S:
            return keys
    wanted: list[int] = []
    for begin, end in pairwise(cuts):
        n = min(end - begin, max(FEWEST_LOOKS, round((film.times[end - 1] - film.times[begin]) * LOOKS_PER_S)))
        wanted += np.linspace(begin, end - 1, n).round().astype(int).tolist()
    return wanted


def _small_size(film: Film) -> tuple[int, int]:
    factor = SMALL / max(film.proxy_width, film.proxy_height)
    return max(16, round(film.proxy_width * factor)), max(16, round(film.proxy_height * factor))
