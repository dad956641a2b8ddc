"""Films whose pictures carry their number and whose sound beeps at known times."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.film_maker import picture, read_index

#: A beep every so many seconds of the film, each so long.
BEEP_EVERY_S, BEEP_S, TONE_HZ = 0.5, 0.02, 3000


def film_with_beeps(
    path: Path,
    *,
    fps: Fraction | int = 25,
    seconds: float = 4.0,
    rate: int = 48_000,
    sound: str | None = "aac",
    layout: str = "stereo",
    size: tuple[int, int] = (160, 90),
    times: Sequence[float] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
) -> Path:
    """Write a film. `times`: when pictures are shown, for a rate that varies."""
    at = [float(i / Fraction(fps)) for i in range(round(seconds * float(fps)))] if times is None else list(times)
    quick = (
        {"preset": "ultrafast", "crf": "18"}
        if codec == "libx264"
        else {"x265-params": "log-level=error", "preset": "ultrafast"}
    )
    with av.open(str(path), "w") as film:
        video = film.add_stream(codec, rate=fps, options=quick | (options or {}))
        video.width, video.height, video.pix_fmt = *size, pix_fmt
        video.codec_context.time_base = Fraction(1, 90_000) if times is not None else 1 / Fraction(fps)
        audio = film.add_stream(sound, rate=rate, layout=layout) if sound else None
        for index, time in enumerate(at):
            frame = av.VideoFrame.from_ndarray(picture(index, *size), "rgb24").reformat(format=pix_fmt)
            frame.time_base = video.codec_context.time_base
            frame.pts = round(time * 90_000) if times is not None else index
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        if audio:
            _write_beeps(film, audio, at[-1] + float(1 / Fraction(fps)), rate, layout)
    return path


def _write_beeps(
    film: av.container.OutputContainer, audio: av.AudioStream, seconds: float, rate: int, layout: str
) -> None:
    time = np.arange(round(seconds * rate)) / rate
    wave = np.where(time % BEEP_EVERY_S < BEEP_S, 0.6 * np.sin(2 * np.pi * TONE_HZ * time), 0).astype(np.float32)
    to = av.AudioResampler(audio.codec_context.format, layout, rate)
    block = audio.codec_context.frame_size or 1024
    for start in range(0, len(wave), block):
        part = wave[start : start + block]
        frame = av.AudioFrame.from_ndarray(np.stack([part] * (2 if layout == "stereo" else 1)), "fltp", layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        for piece in to.resample(frame):
            film.mux(audio.encode(piece))
    film.mux(audio.encode(None))


def seen(path: Path) -> tuple[list[int], np.ndarray, float]:
    """The numbers of a clip's pictures, the seconds at which each is shown, and when the clip ends by its packets."""
    with av.open(str(path)) as clip:
        video = clip.streams.video[0]
        frames = [(read_index(f.to_ndarray(format="rgb24")), float(f.pts * f.time_base)) for f in clip.decode(video)]
    with av.open(str(path)) as clip:
        ends = [float((p.pts + p.duration) * p.time_base) for p in clip.demux(video=0) if p.pts is not None]
    numbers, times = zip(*frames, strict=True)
    return [int(number) for number in numbers], np.array(times), max(ends)


def beeps(path: Path) -> np.ndarray:
    """Seconds at which beeps of a file begin, by its sound's own stamps."""
    with av.open(str(path)) as clip:
        stream = clip.streams.audio[0]
        rate = stream.codec_context.sample_rate
        to = av.AudioResampler("fltp", "mono", rate)
        wave, origin = [], None
        for frame in clip.decode(stream):
            for piece in to.resample(frame):
                origin = float(piece.pts * piece.time_base) if origin is None else origin
                wave.append(piece.to_ndarray()[0])
    sound = np.concatenate(wave)
    loud = np.append(False, np.convolve(np.abs(sound), np.ones(8) / 8, "same") > 0.12)
    starts = np.flatnonzero(loud[1:] & ~loud[:-1])
    kept = [at for n, at in enumerate(starts) if n == 0 or at - starts[n - 1] > 0.1 * rate]
    return origin + np.array(kept) / rate
