"""An upload opened with care: its picture stream, its shape, and its frames in order with true times.

Belongs here: what must hold for any file a stranger may send (refusals, limits, repair of times, damage).
Does not belong here: what is done with the frames (ingest.py), the facts' table (probe.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gametape.base.errors import BadInput

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_ENTER_EARLY_S = 5.0
MAX_SIDE = 8192
MAX_PIXELS = 40_000_000  # 8K UHD is 33 million
_LIMIT = f"the limit of {MAX_SIDE} px a side and {MAX_PIXELS // 1_000_000} million px"

# Containers of films. Playlists (HLS, DASH, concat) are not among them: they make the reader open other files.
_CONTAINERS = (
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,asf,mxf,ogg,ivf,h264,hevc,obu,av1,m4v,dv,gif,nut,mjpeg,rm,swf,"
    "wav,mp3,aac,flac,image2,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe"  # sound and pictures: to say so
)
# Code points of ITU-T H.273 (a frame's colour fields).
PQ, HLG = 16, 18
FULL_RANGE = 2
UNKNOWN_MATRIX = 2
_PICTURES = ("image2", "_pipe")
_PLAIN_RATE = 25.0

RESEND = "Upload the film again, or export it as MP4 (H.264) first"


class Turn(NamedTuple):
    """How to make the picture upright: degrees clockwise, and the filters that do it."""

    degrees: int
    filters: tuple[tuple[str, str], ...]

    @property
    def swaps_sides(self) -> bool:
        return self.degrees in (90, 270)


@dataclass(frozen=True)
class Shape:
    """What the first picture that decodes says of the film."""

    width: int  # upright, square pixels
    height: int
    coded: tuple[int, int]  # as stored
    turn: Turn
    pixel_aspect: float
    pixel_format: str
    bit_depth: int
    interlaced: bool
    hdr: bool
    full_range: bool
    rgb: bool
    matrix: int  # YCbCr matrix, ITU-T H.273
    start_pts: int | None


def turn_of(matrix: bytes | None) -> Turn:
    """The turn a display matrix (ISO 14496-12, nine int32, native order) asks for, to the nearest right angle.

    The matrix sends column x, row y to (a x + c y, b x + d y), y down.
    """
    if matrix is None:
        return Turn(0, ())
    a, b, _, c, d, *_ = np.frombuffer(matrix, np.int32, 9).tolist()
    if abs(a) + abs(d) >= abs(b) + abs(c):
        if a < 0 and d < 0:
            return Turn(180, (("hflip", ""), ("vflip", "")))
        return Turn(0, (("hflip", ""),) if a < 0 else (("vflip", ""),) if d < 0 else ())
    # transpose's directions: 0 mirrors on the diagonal, 1 turns clockwise, 2 anticlockwise, 3 mirrors on the other
    direction, degrees = {(True, False): (1, 90), (False, True): (2, 270), (True, True): (0, 90)}.get(
        (b > 0, c > 0), (3, 90)
    )
    return Turn(degrees, (("transpose", f"dir={direction}"),))


TICKS = 90_000
"""Ticks a second of the proxy's times."""


def tick(time_s: float) -> int:
    """The proxy's presentation stamp for a time."""
    return math.floor(time_s * TICKS + 0.5)


class Clock:
    """Turns presentation stamps into seconds since the first picture shown, always rising.

    Where stamps are missing, do not rise or leap by more than an hour, time goes on by the nominal step or half
    of it: `repairs` counts these. No two times share a tick.
    """

    def __init__(self, time_base: Fraction, step_s: float, start_pts: int | None = None) -> None:
        self._base, self._step = time_base, step_s
        self._origin = (start_pts or 0) * time_base  # of time 0
        self._last = -math.inf
        self._entered = False  # in the middle of the film, where the first stamp is not time 0
        self.repairs = 0
        self.restarted = False  # did the stamps start anew on the way?

    def enter(self, time_s: float) -> int:
        """The stamp at a time of the film, which is entered about there: the origin stays as it was given."""
        self._entered = True
        return math.floor((Fraction(time_s) + self._origin) / self._base)

    def seconds(self, pts: int) -> float:
        """The clock's seconds of a stamp of the picture stream, as things stand."""
        return self.seconds_at(pts * self._base)

    def seconds_at(self, container_s: Fraction) -> float:
        """The clock's seconds of a time of the container."""
        return float(container_s - self._origin)

    def show(self, pts: int | None) -> float:
        """The time of the next picture shown."""
        first = self._last == -math.inf
        expected = 0.0 if first else self._last + self._step
        if pts is None:
            time, repaired = expected, True
        elif first:
            self._origin = self._origin if self._entered else pts * self._base
            time, repaired = self.seconds(pts), False
        else:
            time = self.seconds(pts)
            ahead = time - self._last
            repaired = tick(time) <= tick(self._last) or ahead > 3600
            if ahead < -1 or ahead > 3600:  # the stamps started anew
                self._origin, time = pts * self._base - Fraction(expected), expected
                self.restarted = True
            elif repaired:  # one stamp out of line
                time = self._last + self._step / 2
        self.repairs += repaired
        self._last = time
        return time


@dataclass
class Damage:
    """Stretches in which the file could not be read or decoded, in seconds; close ones are joined."""

    spans: list[tuple[float, float]] = field(default_factory=list)

    def at(self, time_s: float) -> None:
        if self.spans and self.spans[-1][0] - 1 <= time_s <= self.spans[-1][1] + 1:
            first, last = self.spans[-1]
            self.spans[-1] = (min(first, time_s), max(last, time_s))
        else:
            self.spans.append((time_s, time_s))


class Source:
    """An open upload. Raises BadInput when it is no film that can be read. Use as a context manager.

    With `from_s`, in seconds since the picture of `start_pts`, reading begins at a keyframe at or before it, if the
    container finds one: look at the first picture's time.
    """

    def __init__(
        self, path: Path, name: str | None = None, *, start_pts: int | None = None, from_s: float = 0.0
    ) -> None:
        self.path, self.name = path, name or path.name
        _check_file(path, self.name)
        self.container = _open(path, self.name)
        try:
            self.video = self._pick_video()
        except BaseException:
            self.container.close()
            raise
        self.audio: AudioStream | None = next(
            (s for s in self.container.streams.audio if (c := s.codec_context) and c.sample_rate and c.channels), None
        )
        # AVI stores no presentation stamps; where pictures are reordered, the reader's guesses come out of order.
        self._decoding_stamps = self.container.format.name == "avi" and self.video.codec_context.has_b_frames
        self.damage = Damage()
        self.clock = Clock(self.video.time_base, 1 / self.nominal_fps, start_pts)
        self.seen_end_s = 0.0  # end of what was read (of the picture alone, where that claims a length)
        if from_s:
            self._enter(from_s)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.container.close()

    def _enter(self, time_s: float) -> None:
        import av

        # Without an index the reader lands near the place, not before a keyframe of it.
        early = 0.0 if self.container.format.name.startswith(("mov", "matroska")) else _ENTER_EARLY_S
        with suppress(av.FFmpegError):  # then it is read from its start
            self.container.seek(self.clock.enter(max(0.0, time_s - early)), stream=self.video)

    @property
    def claimed_fps(self) -> float | None:
        rate = self.video.average_rate or self.video.guessed_rate
        return float(rate) if rate and 0 < rate <= 1000 else None

    @property
    def nominal_fps(self) -> float:
        return self.claimed_fps or _PLAIN_RATE

    @property
    def claimed_frames(self) -> int | None:
        """How many frames the file claims; may lie."""
        if self.video.frames:
            return self.video.frames
        return round(self.claimed_duration_s * self.nominal_fps) if self.claimed_duration_s else None

    @property
    def claimed_duration_s(self) -> float | None:
        if self.video.duration:
            return float(self.video.duration * self.video.time_base)
        return self.container.duration / 1e6 if self.container.duration else None

    @property
    def claimed_end_s(self) -> float | None:
        """Where the file claims that its pictures end, in seconds of the clock; None: no telling."""
        if self.clock.restarted:
            return None
        if self.video.duration:
            return self.clock.seconds((self.video.start_time or 0) + self.video.duration)
        if self.container.duration:
            end = Fraction(self.container.duration + (self.container.start_time or 0), 1_000_000)
            return self.clock.seconds_at(end)
        return None

    def packets(self) -> Iterator[Packet]:
        """The packets of picture and sound as they lie in the file, past damage where reading can go on."""
        import av

        streams = [s for s in (self.video, self.audio) if s is not None]
        failures = 0
        while failures < 50:
            try:
                for packet in self.container.demux(streams):
                    if packet.size == 0 and packet.dts is None:  # the reader's own end mark
                        continue
                    failures = 0
                    if packet.pts is not None and (packet.stream is self.video or not self.video.duration):
                        end = (packet.pts + (packet.duration or 0)) * packet.time_base
                        self.seen_end_s = max(self.seen_end_s, self.clock.seconds_at(end))
                    yield packet
                return
            except av.FFmpegError:
                failures += 1
                self.damage.at(self.seen_end_s)

    def decode(self, packet: Packet | None) -> list[VideoFrame]:
        """The pictures that come out when `packet` of the picture stream goes in; None: the last ones."""
        import av

        try:
            frames = self.video.codec_context.decode(packet)
        except av.EOFError:
            return []
        except (av.FFmpegError, ValueError):
            stamp = None if packet is None else packet.pts if packet.pts is not None else packet.dts
            self.damage.at(self.seen_end_s if stamp is None else self.clock.seconds(stamp))
            return []
        for frame in frames:
            if frame.is_corrupt:
                self.damage.at(self.seen_end_s if frame.pts is None else self.clock.seconds(frame.pts))
        return frames

    def stamp(self, frame: VideoFrame) -> int | None:
        """A frame's presentation stamp; None: the file gives none."""
        if self._decoding_stamps or frame.pts is None:
            return frame.dts
        return frame.pts

    def first_shape(self) -> Shape:
        """Decodes up to the first picture. The source cannot be read from the start after this.

        Raises BadInput when no picture decodes.
        """
        for packet in self.packets():
            if packet.stream is self.video and (frames := self.decode(packet)):
                return self._shape(frames[0])
        if frames := self.decode(None):
            return self._shape(frames[0])
        context = self.video.codec_context
        if not context.width:
            raise BadInput(self.name, f"its picture has no size, or one above {_LIMIT}", "Export it at 4K or less")
        raise BadInput(self.name, f"no picture of it decodes ({context.name})", f"It is damaged. {RESEND}")

    def _shape(self, frame: VideoFrame) -> Shape:
        matrix = next((bytes(d) for d in frame.side_data if d.type.name == "DISPLAYMATRIX"), None)
        turn = turn_of(matrix)
        aspect = self.video.sample_aspect_ratio or self.video.codec_context.sample_aspect_ratio or Fraction(1)
        if not Fraction(1, 8) <= aspect <= 8:
            aspect = Fraction(1)
        width, height = max(1, round(frame.width * aspect)), frame.height
        if turn.swaps_sides:
            width, height = height, width
        _check_size(max(width, frame.width), max(height, 1), self.name)
        return Shape(
            width=width,
            height=height,
            coded=(frame.width, frame.height),
            turn=turn,
            pixel_aspect=float(aspect),
            pixel_format=frame.format.name,
            bit_depth=max(c.bits for c in frame.format.components),
            interlaced=frame.interlaced_frame,
            hdr=frame.color_trc in (PQ, HLG),
            full_range=frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj"),
            rgb=is_rgb(frame),
            matrix=frame.colorspace,
            start_pts=self.stamp(frame),
        )

    def _pick_video(self) -> VideoStream:
        from av.stream import Disposition

        fmt = self.container.format.name
        if any(mark in fmt for mark in _PICTURES):
            raise BadInput(self.name, "is a picture, not a film", "Upload a film")
        films = [s for s in self.container.streams.video if not s.disposition & Disposition.attached_pic]
        if not films:
            what = "has sound but no picture" if self.container.streams.audio else "has no picture stream"
            raise BadInput(self.name, what, "Upload a film with pictures")
        films = [s for s in films if s.codec_context is not None] or films
        video = max(films, key=lambda s: s.codec_context.width * s.codec_context.height if s.codec_context else 0)
        if video.codec_context is None:
            raise BadInput(self.name, "its picture codec is not known", "Export it as MP4 (H.264)")
        context = video.codec_context
        _check_size(context.width, context.height, self.name)
        context.thread_type = "AUTO"
        context.options = {"max_pixels": str(MAX_PIXELS)}  # what the stream itself says may differ from its header
        return video


def is_rgb(frame: VideoFrame) -> bool:
    return frame.format.is_rgb or frame.format.has_palette


def _check_size(width: int, height: int, name: str) -> None:
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise BadInput(name, f"its picture is {width}x{height}, above {_LIMIT}", "Export it at 4K or less")


def _check_file(path: Path, name: str) -> None:
    if path.is_symlink() and not path.exists():
        raise BadInput(name, "is a link to a file that does not exist", "Upload the film itself")
    if not path.exists():
        raise BadInput(name, "does not exist", "Check the path, or upload it again")
    if path.is_dir():
        raise BadInput(name, "is a folder", "Upload the film inside it")
    if not path.is_file():
        raise BadInput(name, "is not a regular file", "Upload the film as a file")
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise BadInput(name, f"cannot be read ({error.strerror})", "Give read permission to it") from None
    if path.stat().st_size == 0:
        raise BadInput(name, "is empty (0 bytes)", "The upload was cut off: upload it again")


def _open(path: Path, name: str) -> InputContainer:
    import av

    # An absolute path: FFmpeg would take `a:b.mp4` for protocol a.
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file", "max_pixels": str(MAX_PIXELS)}
    try:
        return av.open(str(path.absolute()), options=options, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise BadInput(name, *_why_unreadable(path, error)) from None


def _why_unreadable(path: Path, error: Exception) -> tuple[str, str]:
    with path.open("rb") as file:
        head = file.read(4096)
    boxes = list(_mp4_boxes(path)) if head[4:8] in (b"ftyp", b"mdat", b"wide", b"free", b"skip") else []
    if boxes and "moov" not in boxes:
        return (
            "is cut short: the index at its end (moov) is missing",
            "The recording or the upload stopped early: upload it again, or repair it with the camera's own software",
        )
    if head and _is_text(head):
        return "is text, not a film", "Upload the film itself"
    detail = getattr(error, "strerror", None) or str(error)
    return f"is not a film in a format that can be read ({detail})", RESEND


def _mp4_boxes(path: Path) -> Iterator[str]:
    """Types of the boxes at the top of an MP4 file, until one makes no sense."""
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + 8 <= size:
            file.seek(at)
            header = file.read(16)
            length = int.from_bytes(header[:4], "big")
            yield header[4:8].decode("latin-1")
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            if length < 8:
                return
            at += length


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head[: max(1, len(head) - 3)].decode("utf-8")  # the cut may fall inside a character
    except UnicodeDecodeError:
        return False
    return True
