"""The marks in a clip's first seconds: a ring around the player and a caption.

Belongs here: drawing on 4:2:0 pictures in place. Does not belong here: where the player is (gametape.follow), what the
caption says (captions.py).

They are drawn on the planes themselves: a picture that went through RGB and back would have other colours than the
copied ones after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.clips.lettering import mask_of

if TYPE_CHECKING:
    import pyarrow as pa
    from av.video.frame import VideoFrame

#: The caption is drawn for so long, in seconds.
CAPTION_S = 4.0
#: Both fade out in so many seconds.
_FADE_S = 0.4
#: A box is drawn between two looks that are this near each other, in seconds.
_MOST_BETWEEN_S = 0.5
#: A ring waits for a player who goes out of sight: it is drawn within so many times the seconds asked for.
RING_MOST = 4.0
#: Sizes as shares of the picture's height.
_LINE, _LETTERS, _MARGIN, _LEAST_RING = 1 / 200, 1 / 24, 1 / 45, 1 / 28
#: Colours as Y, Cb, Cr in limited range.
YELLOW, DARK, WHITE = (210, 30, 146), (24, 128, 128), (235, 128, 128)


@dataclass(frozen=True)
class Boxes:
    """Where somebody is.

    Attributes:
        times: (n,) seconds at which the pictures were taken, ascending.
        boxes: (n, 4) left, top, right, bottom as shares of the picture's width and height.
    """

    times: np.ndarray
    boxes: np.ndarray

    @classmethod
    def of(cls, rows: pa.Table, width: int, height: int) -> Boxes:
        """From rows with `time_s` and a box in px of a picture; rows without a box are left out."""
        import pyarrow.compute as pc

        seen = rows.filter(pc.is_valid(rows["x1"])).sort_by("time_s")
        boxes = np.stack([seen[side].to_numpy() for side in ("x1", "y1", "x2", "y2")], axis=1).astype(np.float64)
        return cls(seen["time_s"].to_numpy(), boxes / (width, height, width, height))

    def at(self, time_s: float) -> np.ndarray | None:
        """(4,) the box at a time, between two looks on the line from one to the other; None where it is not known."""
        after = int(np.searchsorted(self.times, time_s))
        near = [at for at in (after - 1, after) if 0 <= at < len(self.times)]
        exact = [at for at in near if abs(self.times[at] - time_s) < 1e-3]
        if exact:
            return self.boxes[exact[0]]
        if len(near) < 2 or self.times[after] - self.times[after - 1] > _MOST_BETWEEN_S:
            return None
        share = (time_s - self.times[after - 1]) / (self.times[after] - self.times[after - 1])
        return self.boxes[after - 1] * (1 - share) + self.boxes[after] * share


def ring_seconds(times: np.ndarray, from_s: float, ring_s: float) -> float:
    """How long a ring is drawn: until somebody has been in sight for so long, as far as RING_MOST lets it wait.

    Args:
        times: (n,) seconds at which there is a box, ascending.
        from_s: When the ring begins.
        ring_s: Seconds in sight that are wanted.

    >>> seen = np.array([0.0, 0.4, 0.8, 5.0, 5.4, 5.8, 6.2, 6.6])
    >>> round(ring_seconds(seen, 0.0, 2.0), 6), ring_seconds(seen, 0.0, 0.5), ring_seconds(seen, 5.0, 3.0)
    (6.2, 0.5, 12.0)
    """
    seen, at = 0.0, from_s
    for time in times[times > from_s]:
        step = float(time) - at
        if step <= _MOST_BETWEEN_S:
            if seen + step >= ring_s:
                return min(at + ring_s - seen - from_s, RING_MOST * ring_s)
            seen += step
        at = float(time)
    return RING_MOST * ring_s


class Marks:
    """Draws the ring and the caption on a clip's pictures (`gametape.clips.cut.Draw`).

    Args:
        taken: (n,) seconds at which each of the film's pictures was taken.
        ringed: Where the player is; None: no ring.
        caption: Parts of the caption; empty: none.
        ring_from_s: The ring is drawn from the first moment on at which the player is seen after this time of the
            clip, so that a pre-roll without him does not use it up.
        ring_s: How long it is drawn (`ring_seconds`).
    """

    def __init__(
        self,
        taken: np.ndarray,
        ringed: Boxes | None,
        caption: Sequence[str],
        ring_from_s: float = 0.0,
        ring_s: float = 2.0,
    ) -> None:
        self._taken, self._ringed, self._caption = taken, ringed, list(caption)
        self._ring_from, self._ring_for = ring_from_s, ring_s
        self._masks: dict[tuple[int, int], np.ndarray | None] = {}
        self.ringed = False  # a ring was drawn

    @property
    def until_s(self) -> float:
        """Nothing is drawn after this time of the clip."""
        return max(CAPTION_S if self._caption else 0.0, self._ring_from + self._ring_for if self._ringed else 0.0)

    def __call__(self, number: int, at_s: float, picture: VideoFrame) -> None:
        """Draw on a picture, see `gametape.clips.cut.Draw`."""
        if self._caption and at_s < CAPTION_S:
            self._draw_caption(picture, _fade(at_s, CAPTION_S))
        if self._ringed is not None and 0 <= at_s - self._ring_from < self._ring_for:
            box = self._ringed.at(float(self._taken[number]))
            if box is not None:
                draw_ring(picture, box, _fade(at_s - self._ring_from, self._ring_for))
                self.ringed = True

    def _draw_caption(self, picture: VideoFrame, opacity: float) -> None:
        size = picture.width, picture.height
        if size not in self._masks:
            margin = 2 * round(size[1] * _MARGIN)
            self._masks[size] = mask_of(self._caption, max(11, round(size[1] * _LETTERS)), size[0] - 2 * margin)
        draw_text(picture, self._masks[size], opacity)


def draw_text(picture: VideoFrame, mask: np.ndarray | None, opacity: float = 1.0) -> None:
    """Lay a text on a dark ground in the lower left corner; None draws nothing."""
    if mask is None:
        return
    margin, pad = round(picture.height * _MARGIN), round(picture.height * _MARGIN / 2)
    ground = np.full((mask.shape[0] + 2 * pad, mask.shape[1] + 2 * pad), 255, np.uint8)
    top = max(0, picture.height - margin - ground.shape[0])
    blend(picture, ground, margin, top, DARK, 0.6 * opacity)
    blend(picture, mask, margin + pad, top + pad, WHITE, opacity)


def draw_ring(
    picture: VideoFrame, box: np.ndarray, opacity: float = 1.0, colour: tuple[int, int, int] = YELLOW
) -> None:
    """Draw an ellipse around a box (4,) given in shares of the picture; small people get one that can be seen."""
    import cv2

    size = np.array([picture.width, picture.height, picture.width, picture.height])
    left, top, right, bottom = box * size
    least = picture.height * _LEAST_RING
    half = max((right - left) * 0.75, least), max((bottom - top) * 0.62, least)
    line = max(1, round(picture.height * _LINE))
    reach = [int(np.ceil(one)) + 2 * line + 2 for one in half]
    mask = np.zeros((2 * reach[1] + 1, 2 * reach[0] + 1), np.uint8)
    x, y = round((left + right) / 2), round((top + bottom) / 2)
    for width, tint in ((3 * line, DARK), (line + line // 2, colour)):
        mask[:] = 0
        axes = (round(half[0]), round(half[1]))
        cv2.ellipse(mask, (reach[0], reach[1]), axes, 0, 0, 360, 255, width, cv2.LINE_AA)
        blend(picture, mask, x - reach[0], y - reach[1], tint, opacity * (0.5 if tint == DARK else 1.0))


def blend(
    picture: VideoFrame, mask: np.ndarray, left: int, top: int, colour: tuple[int, int, int], opacity: float
) -> None:
    """Mix a colour into a picture in place.

    Args:
        picture: 8-bit 4:2:0, writable.
        mask: (h, w) uint8: 255 where the colour is.
        left: Where the mask lies; what is outside the picture is left out.
        top: Likewise.
        colour: Y, Cb, Cr in limited range.
        opacity: 0..1.
    """
    height, width = picture.height, picture.width
    x1, y1 = max(0, left) // 2 * 2, max(0, top) // 2 * 2
    x2, y2 = min(width, left + mask.shape[1] + 1) // 2 * 2, min(height, top + mask.shape[0] + 1) // 2 * 2
    if x2 <= x1 or y2 <= y1:
        return
    share = np.zeros((y2 - y1, x2 - x1), np.float32)
    into_x, into_y = (
        slice(max(left, x1) - x1, min(left + mask.shape[1], x2) - x1),
        slice(max(top, y1) - y1, min(top + mask.shape[0], y2) - y1),
    )
    from_x, from_y = max(left, x1) - left, max(top, y1) - top
    part = mask[from_y : from_y + into_y.stop - into_y.start, from_x : from_x + into_x.stop - into_x.start]
    share[into_y, into_x] = part * np.float32(opacity / 255)
    halved = share.reshape(share.shape[0] // 2, 2, -1, 2).mean(axis=(1, 3))
    for plane, value, amount, by in zip(picture.planes, colour, (share, halved, halved), (1, 2, 2), strict=True):
        pixels = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
        there = pixels[y1 // by : y2 // by, x1 // by : x2 // by]
        now = there.astype(np.float32)
        there[:] = np.rint(now + (value - now) * amount).astype(np.uint8)


def _fade(at_s: float, until_s: float) -> float:
    return min(1.0, max(0.0, (until_s - at_s) / _FADE_S))
