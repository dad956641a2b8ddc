"""Films made for the tests, with PyAV. Each picture carries its own index and shows which side is up.

The corners are red (top left), green (top right), blue (bottom left) and white (bottom right); a band across the
middle holds the index as BITS blocks, bright for 1.
"""

import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np

BITS = 10
CORNERS = {"red": (220, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 220), "white": (230, 230, 230)}
# Where a coded picture goes on display (a, b, u, c, d, v, x, y, w), as cameras write it, by degrees clockwise.
_ONE = 1 << 16
_MATRIX = {
    0: (_ONE, 0, 0, 0, _ONE, 0, 0, 0, 1 << 30),
    90: (0, _ONE, 0, -_ONE, 0, 0, 0, 0, 1 << 30),
    180: (-_ONE, 0, 0, 0, -_ONE, 0, 0, 0, 1 << 30),
    270: (0, -_ONE, 0, _ONE, 0, 0, 0, 0, 1 << 30),
    "mirror": (-_ONE, 0, 0, 0, _ONE, 0, 0, 0, 1 << 30),
}


def picture(index: int, width: int, height: int) -> np.ndarray:
    """The upright picture number `index`, (height, width, 3) uint8 RGB."""
    image = np.empty((height, width, 3), np.uint8)
    half_h, half_w = height // 2, width // 2
    for name, (rows, columns) in {
        "red": (slice(0, half_h), slice(0, half_w)),
        "green": (slice(0, half_h), slice(half_w, None)),
        "blue": (slice(half_h, None), slice(0, half_w)),
        "white": (slice(half_h, None), slice(half_w, None)),
    }.items():
        image[rows, columns] = CORNERS[name]
    edges = np.linspace(0, width, BITS + 1).astype(int)
    for bit, (left, right) in enumerate(pairwise(edges)):
        image[int(height * 0.35) : int(height * 0.65), left:right] = 225 if index >> bit & 1 else 25
    return image


def read_index(image: np.ndarray) -> int:
    """The index that a picture carries, from RGB or gray."""
    gray = image if image.ndim == 2 else image.mean(axis=2)
    height, width = gray.shape
    centres = ((np.arange(BITS) + 0.5) * width / BITS).astype(int)
    band = gray[int(height * 0.45) : max(int(height * 0.55), int(height * 0.45) + 1)]
    return sum((band[:, x].mean() > 125) << bit for bit, x in enumerate(centres))


def corners(image: np.ndarray) -> list[str]:
    """Colour names nearest to the four corners: top left, top right, bottom left, bottom right."""
    height, width = image.shape[:2]
    places = [(y, x) for y in (height // 8, -height // 8) for x in (width // 8, -width // 8)]
    return [min(CORNERS, key=lambda n: np.abs(image[y, x].astype(int) - CORNERS[n]).sum()) for y, x in places]


def claims(film: Path, seconds: float) -> Path:
    """Set the Duration in the header of a Matroska film."""
    raw = bytearray(film.read_bytes())
    at = raw.index(b"\x44\x89\x88") + 3
    raw[at : at + 8] = struct.pack(">d", 1000.0 * seconds)
    film.write_bytes(raw)
    return film


@contextmanager
def _ordinary_priority() -> Iterator[None]:
    """Undo what SVT-AV1 does to a process of root's: it becomes one of real time, before which all others wait."""
    try:
        yield
    finally:
        for thread in Path("/proc/self/task").iterdir() if hasattr(os, "sched_setscheduler") else ():
            with suppress(ProcessLookupError):  # it has ended
                os.sched_setscheduler(int(thread.name), os.SCHED_OTHER, os.sched_param(0))


def make_film(
    path: Path,
    *,
    frames: int = 30,
    size: tuple[int, int] = (320, 180),
    codec: str = "libx264",
    fps: int | Fraction = 30,
    pix_fmt: str | None = None,
    times: Sequence[float | None] | None = None,
    turn: int | str = 0,
    pixel_aspect: Fraction | None = None,
    audio: str | None = None,
    interlaced: bool = False,
    colour: dict[str, int] | None = None,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    draw: Callable[[int, int, int], np.ndarray] = picture,
    format: str | None = None,
) -> Path:
    """Write a film of `frames` pictures of coded `size` and return its path.

    `times` in seconds (default index / fps). `turn`: degrees clockwise that the display matrix asks for, or
    "mirror". `colour`: color_range, colorspace, color_trc, color_primaries as in ITU-T H.273. `audio`: a codec.
    """
    width, height = size
    with _ordinary_priority(), av.open(str(path), "w", format=format, options=container or {}) as film:
        video = film.add_stream(codec, rate=fps, options=_quick(codec) | (options or {}))
        video.width, video.height = size
        video.pix_fmt = pix_fmt or ("yuvj420p" if codec == "mjpeg" else "yuv420p")
        context = video.codec_context
        if times is not None:
            context.time_base = Fraction(1, 90_000)
        if pixel_aspect:
            context.sample_aspect_ratio = pixel_aspect
        if turn:
            video.set_display_matrix(_MATRIX[turn])
        if interlaced:
            context.options = {**context.options, "x264-params": "tff=1", "flags": "+ildct+ilme"}
        for key, value in (colour or {}).items():
            setattr(context, key, value)
        sound = film.add_stream(audio, rate=48_000, layout="stereo") if audio else None
        for index in range(frames):
            upright = draw(index, *((height, width) if turn in (90, 270) else size))
            coded = upright[:, ::-1] if turn == "mirror" else np.rot90(upright, (turn or 0) // 90)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(coded), "rgb24")
            frame = frame.reformat(format=video.pix_fmt, dst_colorspace="ITU709" if height >= 720 else "ITU601")
            for key, value in (colour or {}).items():
                setattr(frame, key, value)
            if times is None:
                frame.pts, frame.time_base = index, 1 / Fraction(fps)
            else:
                frame.pts, frame.time_base = round(times[index] * 90_000), Fraction(1, 90_000)
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        if sound:
            _add_sound(film, sound, frames / float(fps))
    return path


def _quick(codec: str) -> dict[str, str]:
    # x265 with several frame threads gives the packets of films of a few frames random stamps
    return {
        "libx264": {"preset": "ultrafast", "crf": "12"},
        "libx265": {"preset": "ultrafast", "x265-params": "log-level=error:frame-threads=1"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
        "libsvtav1": {"preset": "12"},
    }.get(codec, {})


def _add_sound(film: av.container.OutputContainer, sound: av.AudioStream, seconds: float) -> None:
    size = sound.codec_context.frame_size or 1024
    tone = np.sin(np.arange(size) * 2 * np.pi * 440 / 48_000).astype(np.float32) * 0.2
    for start in range(0, int(seconds * 48_000), size):
        frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        if sound.codec_context.format.name != "fltp":
            frame = av.AudioResampler(sound.codec_context.format, "stereo", 48_000).resample(frame)[0]
        film.mux(sound.encode(frame))
    film.mux(sound.encode(None))
