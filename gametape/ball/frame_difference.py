"""Candidates by frame differencing: small things that neither the frames around nor the background show.

Belongs here: the finder that needs no weights. Does not belong here: choosing among candidates.

A frame is compared with three other pictures of its shot: the nearest distinct one before, the nearest after, and the
median of the two seconds around. What differs from all three with the same sign was there only for a moment: the ball,
or the edge of a limb. Peaks of that response become candidates; their probability is a logistic function of a few
measures of their surroundings, fitted to labelled rallies. Where the camera moved, the other pictures are first warped
to its present view.

The small pictures of a span are held in memory together: about 0.15 MB a frame, 100 MB for a chunk of 600.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.association import MotionModel
from gametape.ball.camera import STOOD, Move, move_between, seen_as, way
from gametape.ball.candidates import to_table
from gametape.base.work import ahead

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film

PICTURE_AREA = 512 * 288
"""Pixels of the pictures worked on, whatever their shape, so that a pixel is always the same share of a picture."""
STEP_S = 0.025
"""Frames closer in time than this are not compared: a slow ball would cover itself."""
REACH_S = 0.2
"""Frames further apart than this are not compared: players and camera have moved on."""
BACKGROUND_S = 2.0
"""The background is the median of nine pictures over this many seconds."""
BACKGROUND_STEP_S = 0.25
"""Time between two backgrounds, s."""
SLACK = 0.3
"""Where the camera moved, a pixel may differ this far towards the darkest and the brightest pixel next to it: warping
never brings an edge back to a fraction of a pixel."""
FAINTEST = 4.0
"""Least response of a peak after smoothing, levels of 255."""
PEAKS = 40
"""Peaks that are measured in a frame."""
KEPT = 10
"""Most candidates of a frame."""
RADIUS = 4.5
"""Largest distance from its peak to which a candidate extends, px."""
CROWD = 17
"""Side of the small square around a candidate whose own motion speaks against it, px."""
WIDE = 49
"""Side of the large one, px."""


@dataclass(frozen=True)
class Likelihood:
    """Weights of a logistic regression for the log odds that a peak is the ball.

    Fitted to 17 of 33 labelled badminton rallies, with `dark`, `area` and `elongated` held at about half of what fits
    the shuttle alone: other balls are darker, larger and leave longer streaks.
    """

    bias: float = -2.5
    strength: float = 2.0
    """of the log of the smoothed response"""
    crowd: float = -1.4
    """of the log of 1 + the mean response of others in the small square"""
    wide: float = -1.1
    """of the log of 1 + the mean response of others in the large square"""
    front: float = -1.2
    """of the log of 1 + the mean of what else differs from the background in the small square: a body is near"""
    dark: float = -1.2
    """of being darker than what it covers"""
    area: float = -1.0
    """of the log of 1 + its pixels"""
    elongated: float = -0.8
    """of the log of its long over its short axis"""


LIKELIHOOD = Likelihood()


class MotionCandidates:
    """A `CandidateSource` that looks for brief small changes in the luma."""

    name = "motion"
    version = "2"
    model = MotionModel()

    def candidates(self, film: Film, start: int, stop: int, shots: np.ndarray | None = None) -> pa.Table:
        import cv2

        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)  # pictures this small cost more to share out than to work on
        try:
            with closing(_Window(film, start, stop, shots)) as window:
                found = [window.look(frame) for frame in range(start, stop)]
        finally:
            cv2.setNumThreads(threads)
        flat = np.concatenate(found)
        sx, sy = film.width / window.width, film.height / window.height
        measures = {
            "x": flat[:, 0] * sx,
            "y": flat[:, 1] * sy,
            "score": flat[:, 2],
            "size": flat[:, 3] * np.sqrt(sx * sy),
            "elongation": flat[:, 4],
            "orientation": flat[:, 5],
        }
        moves = [move and move.scaled(sx, sy) for move in (window.moves.get(f, STOOD) for f in range(start, stop))]
        return to_table(
            np.arange(start, stop), film.repeats[start:stop], np.array([len(f) for f in found]), measures, moves
        )


_Range = tuple[np.ndarray, np.ndarray]
"""The lowest and the highest level that each pixel of another picture may have; the same where the camera stood."""


class _Window:
    """The small gray pictures of a span of frames, and of the frames around that it is compared with."""

    def __init__(self, film: Film, start: int, stop: int, shots: np.ndarray | None) -> None:
        self.times = np.asarray(film.times)
        cuts = [] if shots is None else np.flatnonzero(np.diff(np.asarray(shots))) + 1
        self.cuts = np.array([0, *cuts, len(film)])
        scale = np.sqrt(PICTURE_AREA / (film.width * film.height))
        self.width, self.height = max(8, round(film.width * scale)), max(8, round(film.height * scale))
        self.first = int(min(self.background_frames(start)[0], self._back(start)))
        self.last = int(max(self.background_frames(stop - 1)[-1], self._ahead(stop - 1)))
        self.pictures = np.empty((self.last - self.first + 1, self.height, self.width), np.uint8)
        self.repeats = film.repeats[self.first : self.last + 1]
        self.moves: dict[int, Move | None] = {}  # how the camera moved from the frame before
        # Read on a thread of its own while earlier frames are worked on.
        self._frames = ahead(
            film.frames(self.first, self.last + 1, pixel_format="gray", size=(self.width, self.height))
        )
        self._read = 0  # pictures read so far
        self._background: tuple[list[int], np.ndarray] | None = None

    def read(self, frame: int) -> None:
        """Read the pictures that `frame` is compared with."""
        while self.first + self._read <= max(self.background_frames(frame)[-1], self._ahead(frame)):
            self.pictures[self._read] = next(self._frames).image
            self._compare(self._read)
            self._read += 1

    def close(self) -> None:
        self._frames.close()

    def _compare(self, i: int) -> None:
        """Note how the camera moved before picture `i`."""
        if i == 0 or self.first + i in self.cuts or self.repeats[i]:
            return
        self.moves[self.first + i] = move_between(self.pictures[i - 1], self.pictures[i])

    def _shot(self, frame: int) -> tuple[int, int]:
        """First and last frame of the shot that `frame` is in."""
        after = int(np.searchsorted(self.cuts, frame, side="right"))
        return int(self.cuts[after - 1]), int(self.cuts[after]) - 1

    def _back(self, frame: int) -> int:
        return max(self._shot(frame)[0], int(np.searchsorted(self.times, self.times[frame] - REACH_S)))

    def _ahead(self, frame: int) -> int:
        return min(
            self._shot(frame)[1], int(np.searchsorted(self.times, self.times[frame] + REACH_S, side="right")) - 1
        )

    def background_frames(self, frame: int) -> np.ndarray:
        """The nine frames that make the background of `frame`: a fixed choice for each quarter of a second."""
        first, last = self._shot(frame)
        begin, end = self.times[first], self.times[last]
        middle = np.round(self.times[frame] / BACKGROUND_STEP_S) * BACKGROUND_STEP_S
        left = max(begin, min(middle - BACKGROUND_S / 2, end - BACKGROUND_S))
        moments = np.linspace(left, min(left + BACKGROUND_S, end), 9)
        return np.clip(np.searchsorted(self.times, moments - 1e-6), first, last)

    def background(self, frame: int) -> _Range:
        """Median picture of the time around `frame`."""
        chosen = self.background_frames(frame).tolist()
        middle = chosen[4]
        if self._background is None or self._background[0] != chosen:
            stack = [self.seen_from(middle, other, self.pictures[other - self.first]) for other in chosen]
            self._background = chosen, _median_of_nine(stack)
        return self.range_from(frame, middle, self._background[1])

    def range_from(self, frame: int, other: int, picture: np.ndarray) -> _Range:
        """The levels that a picture taken as frame `other` may have in the view of `frame`."""
        import cv2

        seen = self.seen_from(frame, other, picture)
        if seen is picture:  # the camera stood
            return seen, seen
        around = np.ones((3, 3), np.uint8)
        least = cv2.addWeighted(seen, 1 - SLACK, cv2.erode(seen, around), SLACK, 0)
        return least, cv2.addWeighted(seen, 1 - SLACK, cv2.dilate(seen, around), SLACK, 0)

    def seen_from(self, frame: int, other: int, picture: np.ndarray) -> np.ndarray:
        """A picture taken as frame `other`, warped to the view of `frame` if the movement is known."""
        matrix = way(self.moves, other, frame)
        return picture if matrix is None else seen_as(picture, matrix, self.pictures[frame - self.first])

    def neighbours(self, frame: int) -> list[_Range]:
        """The nearest distinct pictures before and after `frame`, where there are any within reach."""
        near = []
        for others, fresh in (
            (range(frame - 1, self._back(frame) - 1, -1), lambda other: other + 1),
            (range(frame + 1, self._ahead(frame) + 1), lambda other: other),
        ):
            different = False
            for other in others:
                different |= not self.repeats[fresh(other) - self.first]
                if different and abs(self.times[other] - self.times[frame]) >= STEP_S:
                    near.append(self.range_from(frame, other, self.pictures[other - self.first]))
                    break
        return near

    def look(self, frame: int) -> np.ndarray:
        """The frame's candidates, (n, 6) x, y, score, size, elongation, orientation in small px, best first."""
        import cv2

        self.read(frame)
        near = self.neighbours(frame)
        if not near or self.repeats[frame - self.first]:
            return np.empty((0, 6))
        picture, (least, greatest) = self.pictures[frame - self.first], self.background(frame)
        bright, dark = cv2.subtract(picture, greatest), cv2.subtract(least, picture)
        front = cv2.add(bright, dark)
        for least, greatest in near:
            bright = cv2.min(bright, cv2.subtract(picture, greatest))
            dark = cv2.min(dark, cv2.subtract(least, picture))
        response = cv2.max(bright, dark)

        fine = np.multiply(response, 64, dtype=np.uint16)  # so that smoothing leaves few equal pixels
        smooth, crowd = cv2.GaussianBlur(fine, (3, 3), 0), cv2.blur(fine, (CROWD, CROWD))
        peaks = cv2.subtract(smooth, cv2.add(crowd, crowd))
        tops = (peaks > FAINTEST * 64) & (peaks >= cv2.dilate(peaks, np.ones((5, 5), np.uint8)))
        places = np.flatnonzero(tops)
        if not len(places):
            return np.empty((0, 6))
        places = places[np.argsort(-peaks.ravel()[places].astype(np.int32), kind="stable")[:PEAKS]]

        strength = smooth.ravel()[places] / 64
        shape = _shapes(response, front, places, strength)
        wide = cv2.blur(fine, (WIDE, WIDE))
        near = cv2.blur(np.multiply(front, 64, dtype=np.uint16), (CROWD, CROWD))
        surroundings = np.array(
            [
                np.ones(len(places)),
                np.log(strength),
                # The surroundings without the candidate itself.
                _log1p(crowd.ravel()[places] / 64 - shape.own_response / CROWD**2),
                _log1p(wide.ravel()[places] / 64 - shape.own_response / WIDE**2),
                _log1p(near.ravel()[places] / 64 - shape.own_front / CROWD**2),
                dark.ravel()[places] > bright.ravel()[places],
                np.log1p(shape.area),
                np.log(shape.elongation),
            ]
        )
        score = 1 / (1 + np.exp(-np.array(astuple(LIKELIHOOD)) @ surroundings))
        ys, xs = np.divmod(places, self.width)
        diameter = np.sqrt(shape.area * 4 / np.pi)
        columns = xs + 0.5 + shape.x, ys + 0.5 + shape.y, score, diameter, shape.elongation, shape.orientation
        return np.stack(columns, 1)[np.argsort(-score, kind="stable")[:KEPT]]


@dataclass(frozen=True)
class _Shapes:
    """What stands out around each of n peaks."""

    x: np.ndarray  # (n,) px from the peak's pixel to the centre
    y: np.ndarray
    area: np.ndarray  # (n,) px
    elongation: np.ndarray  # (n,) long over short axis
    orientation: np.ndarray  # (n,) radians
    own_response: np.ndarray  # (n,) sum over the disc of the peak
    own_front: np.ndarray


def _shapes(response: np.ndarray, front: np.ndarray, places: np.ndarray, strength: np.ndarray) -> _Shapes:
    import cv2

    reach = int(RADIUS)
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    ys, xs = np.divmod(places, response.shape[1])
    rows, columns = ys[:, None, None] + dy + reach, xs[:, None, None] + dx + reach
    patches, behind = (
        cv2.copyMakeBorder(whole, *(reach,) * 4, cv2.BORDER_CONSTANT, value=0)[rows, columns].astype(np.float32)
        for whole in (response, front)
    )
    disc = np.hypot(dx, dy) <= RADIUS
    inside = (patches >= 0.5 * strength[:, None, None]) & disc
    weight = np.where(inside, patches, 0)
    weight /= np.maximum(weight.sum((1, 2), keepdims=True), 1e-6)
    mx, my = (weight * dx).sum((1, 2)), (weight * dy).sum((1, 2))
    pixel = 1 / 12  # variance of one pixel's own width
    xx = (weight * dx**2).sum((1, 2)) - mx**2 + pixel
    yy = (weight * dy**2).sum((1, 2)) - my**2 + pixel
    xy = (weight * dx * dy).sum((1, 2)) - mx * my
    middle, swing = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    return _Shapes(
        x=mx,
        y=my,
        area=inside.sum((1, 2)),
        elongation=np.sqrt((middle + swing) / np.maximum(middle - swing, pixel)),
        orientation=np.arctan2(2 * xy, xx - yy) / 2,
        own_response=(patches * disc).sum((1, 2)),
        own_front=(behind * disc).sum((1, 2)),
    )


def _log1p(mean: np.ndarray) -> np.ndarray:
    return np.log1p(np.maximum(mean, 0))


# A sorting network that leaves the median of nine in the middle (Paeth 1990, in Graphics Gems).
_EXCHANGES = (
    (1, 2), (4, 5), (7, 8), (0, 1), (3, 4), (6, 7), (1, 2), (4, 5), (7, 8), (0, 3),
    (5, 8), (4, 7), (3, 6), (1, 4), (2, 5), (4, 7), (4, 2), (6, 4), (4, 2),
)  # fmt: skip


def _median_of_nine(pictures: list[np.ndarray]) -> np.ndarray:
    """Median of each pixel, by minima and maxima of bytes: 20 times as fast as np.median."""
    import cv2

    sorting = list(pictures)
    for low, high in _EXCHANGES:
        sorting[low], sorting[high] = cv2.min(sorting[low], sorting[high]), cv2.max(sorting[low], sorting[high])
    return sorting[4]
