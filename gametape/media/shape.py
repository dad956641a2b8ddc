"""The shape of a video's picture: size, orientation, pixel format and colour, as its first frame says.

Belongs here: facts of one decoded frame and what they mean. Does not belong here: filters that act on them
(normalise.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

# Code points of ITU-T H.273, in a frame's colour fields.
#: Transfer characteristics of HDR video.
PQ, HLG = 16, 18
#: Colour range that uses all of 0..255.
FULL_RANGE = 2
#: Matrix coefficients that the file does not state.
UNKNOWN_MATRIX = 2


class Turn(NamedTuple):
    """How to make the picture upright.

    Attributes:
        degrees: Clockwise rotation: 0, 90, 180 or 270.
        filters: FFmpeg filters that do it, as (name, options).
    """

    degrees: int
    filters: tuple[tuple[str, str], ...]

    @property
    def swaps_sides(self) -> bool:
        """Width and height change places."""
        return self.degrees in (90, 270)


@dataclass(frozen=True)
class Shape:
    """What the first decoded frame says of the video.

    Attributes:
        width: Pixels, upright, with square pixels.
        height: Pixels, upright, with square pixels.
        coded: Width and height as stored.
        turn: How the picture is made upright.
        pixel_aspect: Width of a stored pixel over its height.
        pixel_format: FFmpeg's name.
        bit_depth: Bits per sample.
        interlaced: The frame consists of two fields.
        hdr: The transfer characteristic is PQ or HLG.
        full_range: Luma uses all of 0..255.
        rgb: The frame is stored as RGB or with a palette.
        matrix: YCbCr matrix, ITU-T H.273.
        start_pts: Stamp of the first frame; None where the file gives none.
    """

    width: int
    height: int
    coded: tuple[int, int]
    turn: Turn
    pixel_aspect: float
    pixel_format: str
    bit_depth: int
    interlaced: bool
    hdr: bool
    full_range: bool
    rgb: bool
    matrix: int
    start_pts: int | None


def turn_of(matrix: bytes | None) -> Turn:
    """Find the turn that a display matrix asks for, to the nearest right angle.

    Args:
        matrix: Nine int32 in native byte order (ISO 14496-12); it sends column x, row y to (a x + c y, b x + d y),
            y down. None: no turn.
    """
    if matrix is None:
        return Turn(0, ())
    a, b, _, c, d, *_ = np.frombuffer(matrix, np.int32, 9).tolist()
    if abs(a) + abs(d) >= abs(b) + abs(c):
        if a < 0 and d < 0:
            return Turn(180, (("hflip", ""), ("vflip", "")))
        return Turn(0, (("hflip", ""),) if a < 0 else (("vflip", ""),) if d < 0 else ())
    # FFmpeg's transpose: 0 mirrors on the diagonal, 1 turns clockwise, 2 anticlockwise, 3 mirrors on the other diagonal
    direction, degrees = {(True, False): (1, 90), (False, True): (2, 270), (True, True): (0, 90)}.get(
        (b > 0, c > 0), (3, 90)
    )
    return Turn(degrees, (("transpose", f"dir={direction}"),))


def is_rgb(frame: VideoFrame) -> bool:
    """The frame is stored as RGB or with a palette, not as YCbCr."""
    return frame.format.is_rgb or frame.format.has_palette
