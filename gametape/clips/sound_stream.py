"""The sound of a clip: exactly the samples from its beginning to its end, encoded once.

Belongs here: reading a span of a film's sound by its times, writing spans one after another. Does not belong here:
pictures.

AAC begins with samples that the decoder needs and nobody hears (priming). Copied packets would bring them, or the lack
of them, to each joint. So sound is never copied: it is decoded, cut at the sample and encoded in one piece, also for a
reel of many clips, and cannot drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from gametape.clips.film import CutFilm

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer

_BIT_RATE = 128_000
#: Samples of a packet of AAC.
_BLOCK = 1024
#: Stamps of sound are rounded by so much in some containers, in seconds: nothing is moved for less.
_JITTER_S = 0.002
#: Reading begins so much earlier, in seconds: a decoder needs what comes before.
_EARLY_S, _EARLY_WITHOUT_INDEX_S = 0.5, 6.0


class SoundReader:
    """The sound of a film from `begin_s` to `finish_s`, in blocks.

    Args:
        film: The film.
        begin_s: Seconds of the file.
        finish_s: Seconds of the file.
        rate: Samples a second that are given.
        layout: mono or stereo.
    """

    def __init__(self, film: CutFilm, begin_s: float, finish_s: float, rate: int, layout: str) -> None:
        self._film, self._begin, self._rate, self._layout = film, begin_s, rate, layout
        self.samples = round(finish_s * rate) - round(begin_s * rate)

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield (channels, m) float32; `samples` of them in all, silence where the film has none."""
        done, channels = 0, 1 if self._layout == "mono" else 2
        for at, block in self._read():
            gap = at - done
            if abs(gap) <= _JITTER_S * self._rate:
                gap = 0
            if gap > 0:
                gap = min(gap, self.samples - done)
                yield np.zeros((channels, gap), np.float32)
                done += gap
            block = block[:, max(0, -gap) : max(0, -gap) + self.samples - done]
            if block.shape[1]:
                yield block
                done += block.shape[1]
            if done >= self.samples:
                return
        while done < self.samples:
            rest = min(self.samples - done, self._rate)
            yield np.zeros((channels, rest), np.float32)
            done += rest

    def _read(self) -> Iterator[tuple[int, np.ndarray]]:
        """Blocks with the sample, counted from the beginning, at which each starts."""
        import av
        from av.audio.resampler import AudioResampler

        indexed = self._film.container.startswith(("mov", "matroska"))
        with av.open(str(self._film.path.absolute())) as container:
            stream, origin = sound_of(container), (self._film.shape.start_pts or 0) * self._film.time_base
            if stream is None or stream.time_base is None:
                return
            from_s = self._begin - (_EARLY_S if indexed else _EARLY_WITHOUT_INDEX_S)
            if from_s > 0:
                with suppress(av.FFmpegError):
                    container.seek(int((Fraction(from_s) + origin) / stream.time_base), stream=stream)
            resampler = AudioResampler("fltp", self._layout, self._rate)
            start = round(self._begin * self._rate)
            for frame in _decoded(container, stream):
                for piece in resampler.resample(frame):
                    if piece.pts is None or piece.time_base is None:
                        continue
                    at = round((piece.pts * piece.time_base - origin) * self._rate) - start
                    if at + piece.samples > 0:
                        yield at, piece.to_ndarray()


def sound_of(container: InputContainer) -> AudioStream | None:
    """The sound that is kept of several: the first that says what it is, as in the proxy."""
    streams = container.streams.audio
    return next((s for s in streams if (c := s.codec_context) and c.sample_rate and c.channels), None)


def sound_format(film: CutFilm) -> tuple[int, str] | None:
    """Samples a second and layout of a clip's sound; None where the film has none."""
    import av

    with av.open(str(film.path.absolute())) as container:
        stream = sound_of(container)
        if stream is None:
            return None
        context = stream.codec_context
        rate = 44_100 if context.sample_rate in (11_025, 22_050, 44_100) else 48_000
        return rate, "mono" if context.channels == 1 else "stereo"


class SoundWriter:
    """A stream of AAC in a clip, fed in time order.

    Args:
        clip: The MP4 that is written.
        rate: Samples a second.
        layout: mono or stereo.
    """

    def __init__(self, clip: OutputContainer, rate: int, layout: str) -> None:
        self._clip, self._rate, self._layout = clip, rate, layout
        self._stream = clip.add_stream("aac", rate=rate, layout=layout)
        self._stream.bit_rate = _BIT_RATE
        self._held: list[np.ndarray] = []
        self._waiting = self._written = 0

    @property
    def written_s(self) -> float:
        """How far the sound is, in seconds."""
        return (self._written + self._waiting) / self._rate

    def write(self, block: np.ndarray) -> None:
        """Take (channels, m) float32."""
        self._held.append(block)
        self._waiting += block.shape[1]
        if self._waiting >= _BLOCK:
            joined = np.concatenate(self._held, axis=1)
            whole = joined.shape[1] // _BLOCK * _BLOCK
            for at in range(0, whole, _BLOCK):
                self._encode(joined[:, at : at + _BLOCK])
            self._held, self._waiting = [joined[:, whole:]], joined.shape[1] - whole

    def finish(self) -> None:
        """Write what is held."""
        if self._waiting:
            self._encode(np.concatenate(self._held, axis=1))
        self._clip.mux(self._stream.encode(None))

    def _encode(self, block: np.ndarray) -> None:
        from av.audio.frame import AudioFrame

        frame: AudioFrame = AudioFrame.from_ndarray(np.ascontiguousarray(block), "fltp", self._layout)
        frame.sample_rate, frame.pts, frame.time_base = self._rate, self._written, Fraction(1, self._rate)
        self._written += block.shape[1]
        self._clip.mux(self._stream.encode(frame))


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """The frames of a stream, past what does not decode."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError:
            return
        if packet is None:
            return
        with suppress(av.FFmpegError, ValueError):
            yield from stream.codec_context.decode(packet)
