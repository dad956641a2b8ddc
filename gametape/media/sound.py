"""Keeps the film's sound in the proxy: AAC is copied, everything else is encoded as AAC.

Belongs here: one sound stream into an MP4. Does not belong here: the picture.

Sound that cannot be kept is left out, in whole or in part, with a warning: it never makes a film fail.
"""

from __future__ import annotations

import errno
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING

from gametape.base.reason import Reason
from gametape.media.clock import Clock

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet

#: Bit rate of encoded sound.
_BIT_RATE = 128_000


class Sound:
    """Takes sound packets in file order and writes them to the proxy at the clock's times.

    Sound before the first frame is left out, and so are packets whose times run backwards.

    Args:
        source: Sound stream of the upload.
        film: The proxy.
    """

    def __init__(self, source: AudioStream, film: OutputContainer) -> None:
        from av.audio.resampler import AudioResampler

        self._film, self._context = film, source.codec_context
        self._lost = 0
        self._next = 0.0  # nothing before this time is taken, seconds
        self._copy = self._context.name == "aac" and bool(self._context.extradata)
        if self._copy:
            self._out = film.add_stream_from_template(source, opaque=True)
            return
        rate = 44_100 if self._context.sample_rate in (11_025, 22_050, 44_100) else 48_000
        layout = "mono" if self._context.channels == 1 else "stereo"
        self._out = film.add_stream("aac", rate=rate, layout=layout)
        self._out.bit_rate = _BIT_RATE
        self._resampler = AudioResampler("fltp", layout, rate, 1024)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong with the sound, as `Reason`s."""
        return (Reason("sound_lost", n=self._lost),) if self._lost else ()

    def take(self, packet: Packet, clock: Clock) -> None:
        """Write one packet of the stream."""
        import av

        try:
            if self._copy:
                self._copy_packet(packet, clock)
            else:
                self._encode(packet, clock)
        except (av.FFmpegError, ValueError) as error:
            if getattr(error, "errno", None) == errno.ENOSPC:
                raise
            self._lost += 1

    def finish(self) -> None:
        """Write what the encoder still holds."""
        import av

        if self._copy:
            return
        with suppress(av.FFmpegError, ValueError):
            for frame in self._resampler.resample(None):
                self._film.mux(self._out.encode(frame))
        with suppress(av.FFmpegError):
            self._film.mux(self._out.encode(None))

    def _starts(self, pts: int | None, base: Fraction | None, duration_s: float, clock: Clock) -> float | None:
        """Start of a piece of sound in seconds; None where it is left out."""
        start = None if pts is None or base is None else clock.seconds_at(pts * base)
        if start is None or start < self._next - 0.001:
            self._lost += start is None
            return None
        self._next = start + duration_s
        return start

    def _copy_packet(self, packet: Packet, clock: Clock) -> None:
        base = packet.time_base
        start = self._starts(packet.pts, base, float((packet.duration or 0) * base), clock)
        if start is None:
            return
        packet.stream = self._out
        packet.pts = packet.dts = round(Fraction(start) / base)
        self._film.mux(packet)

    def _encode(self, packet: Packet, clock: Clock) -> None:
        for frame in self._context.decode(packet):
            start = self._starts(frame.pts, frame.time_base, frame.samples / frame.sample_rate, clock)
            if start is None:
                continue
            frame.time_base = Fraction(1, frame.sample_rate)
            frame.pts = round(start * frame.sample_rate)
            for piece in self._resampler.resample(frame):
                self._film.mux(self._out.encode(piece))
