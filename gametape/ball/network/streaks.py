"""The middle of a streak and of a large ball, measured in the pictures.

Belongs here: what stands out around a place. Does not belong here: whether it is the ball (`association`).

A ball that crosses a near camera in poor light is a streak, and its place is the streak's middle. A map's peak lies
anywhere along a long streak, so its ends are looked for in what differs from the pictures before and after.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

AROUND = 96
"""Pixels to each side of a place in which a streak is looked for."""
NEAR = 3
"""A place is on a streak whose brightest difference is within this many px."""
STANDS_OUT = 10
"""Least difference of a streak from the pictures around, in levels."""
SHARE = 0.4
"""A streak ends where the difference falls below this share of that near the place."""
LONG = 22.0
"""Least length of a streak, px; the maps are right about shorter ones."""
THIN = 3.0
"""Least length of a streak over its width."""
LARGE = 10.0, 4.0
"""Least length and width of a ball larger than those that the network learnt, px."""
WIDEST = 14.0
"""Largest width of a ball, px; what is wider is a limb or a person."""
FULL = 0.6
"""Least share of a streak's or a ball's box that differs; a limb's outline fills less."""


@dataclass(frozen=True)
class Mark:
    """Something that stands out.

    Attributes:
        x, y: Its middle, px.
        length, width: px.
        full: Share of its box that differs.
    """

    x: float
    y: float
    length: float
    width: float
    full: float

    @property
    def streak(self) -> bool:
        """It is long and thin."""
        return self.full >= FULL and self.length >= max(LONG, THIN * self.width)

    @property
    def large(self) -> bool:
        """It may be a large ball, and is no thin streak."""
        length, width = LARGE
        return self.full >= FULL and self.length >= length and width <= self.width <= WIDEST


def on_streaks(window: np.ndarray, at: int, places: np.ndarray) -> np.ndarray:
    """Move the places that lie on a streak to its middle, and leave the others.

    Args:
        window: (n, h, w) uint8, pictures of one view in order of time.
        at: Which of them the places are of; two before and two after are looked at, so 2 <= at < n - 2.
        places: (k, 3) x, y in px and score.

    Returns:
        (m, 3) likewise, m <= k: of places on one streak the likeliest stays.
    """
    marks = [mark_at(window, at, x, y) for x, y, _ in places.tolist()]
    return _apart([(m.x, m.y, p[2]) if m and m.streak else tuple(p) for m, p in zip(marks, places, strict=True)])


def large_only(window: np.ndarray, at: int, places: np.ndarray) -> np.ndarray:
    """The places that lie on a streak or a large ball, moved to its middle. Args and Returns as of `on_streaks`."""
    marks = [mark_at(window, at, x, y) for x, y, _ in places.tolist()]
    return _apart([(m.x, m.y, p[2]) for m, p in zip(marks, places, strict=True) if m and (m.streak or m.large)])


def mark_at(window: np.ndarray, at: int, x: float, y: float) -> Mark | None:
    """What stands out at a place of picture `at` of a window; None where nothing does, or more than can be seen."""
    import cv2

    height, width = window.shape[1:]
    column, row = min(max(int(x), 0), width - 1), min(max(int(y), 0), height - 1)
    left, top = max(column - AROUND, 0), max(row - AROUND, 0)
    right, bottom = min(column + AROUND + 1, width), min(row + AROUND + 1, height)
    change = _change(window[at - 2 : at + 3, top:bottom, left:right])
    column, row = column - left, row - top
    near = slice(max(row - NEAR, 0), row + NEAR + 1), slice(max(column - NEAR, 0), column + NEAR + 1)
    most = int(change[near].max())
    if most < STANDS_OUT:
        return None
    _, labels = cv2.connectedComponents((change > SHARE * most).astype(np.uint8))
    brightest = np.unravel_index(change[near].argmax(), change[near].shape)
    ys, xs = np.nonzero(labels == labels[near][brightest])
    if (
        (xs.min() == 0 and left > 0)
        or (ys.min() == 0 and top > 0)
        or (xs.max() == right - left - 1 and right < width)
        or (ys.max() == bottom - top - 1 and bottom < height)
    ):
        return None  # it goes on beyond what was looked at
    # An even bar of length l has the variance l^2 / 12; a pixel is 1 px across.
    across, along = np.sqrt(12 * np.linalg.eigvalsh(np.cov(np.stack([xs, ys]), bias=True)).clip(0) + 1).tolist()
    return Mark(float(xs.mean()) + left + 0.5, float(ys.mean()) + top + 0.5, along, across, len(xs) / (along * across))


def _change(five: np.ndarray) -> np.ndarray:
    """How far the middle of five pictures differs from the others: the second least of four differences.

    One of them may repeat the picture, or show the end of a streak where it begins.
    """
    import cv2

    a, b, c, d = (cv2.absdiff(five[2], five[other]) for other in (0, 1, 3, 4))
    return np.minimum(np.maximum(np.minimum(a, b), np.minimum(c, d)), np.minimum(np.maximum(a, b), np.maximum(c, d)))


def _apart(places: list[tuple[float, ...]]) -> np.ndarray:
    """Of places at the same point the likeliest, as (m, 3)."""
    kept = np.array(sorted(places, key=lambda place: -place[2])).reshape(-1, 3)
    same = np.hypot(*(kept[:, None, :2] - kept[None, :, :2]).transpose(2, 0, 1)) < 1
    return kept[~np.tril(same, -1).any(axis=1)]
