"""How pictures are encoded: the proxy's, and those of clips, which are joined with the proxy's own.

Belongs here: the encoder and its options. Does not belong here: which pictures, and when they are shown.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from gametape.media.clock import TICKS

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

#: Longest time between two keyframes, in seconds: short enough to seek and scrub quickly.
KEYFRAME_S = 1.0
# x264 options. Measured at 720p on badminton (CPU-ms and kB a frame, PSNR of 16 px around the shuttle, lower of two
# clips): superfast 4.4 ms, 15 kB, 43 dB; without adaptive quantisation 3.7 ms, 15 kB, 46 dB; veryfast 4.5 ms, 7 kB,
# 36 dB.
_ENCODER = {"preset": "superfast", "crf": "20", "aq-mode": "0", "bf": "0", "forced-idr": "1", "a53cc": "0"}


def add_encoder(film: OutputContainer, size: tuple[int, int], fps: float, matrix: int) -> VideoStream:
    """Add a stream of pictures: H.264, 8-bit 4:2:0, limited range, at times in ticks; keyframes are set by the caller.

    Args:
        film: An MP4 that is written.
        size: Width and height, px, both even.
        fps: Nominal frame rate, which only guides the encoder.
        matrix: YCbCr matrix, ITU-T H.273.
    """
    rate = Fraction(min(240.0, max(1.0, fps))).limit_denominator(1001)
    video = film.add_stream("libx264", rate=rate, options=dict(_ENCODER))
    video.width, video.height, video.pix_fmt = *size, "yuv420p"
    context = video.codec_context
    context.time_base = Fraction(1, TICKS)
    context.gop_size = 600  # keyframes are forced by time
    context.thread_type = "AUTO"
    context.color_range, context.colorspace = 1, matrix
    return video
