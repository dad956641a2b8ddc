"""An upload opened for reading: its picture and sound streams, and its frames in order with true times.

Belongs here: what must hold for any file a stranger may send. Does not belong here: refusing files and formats
(container.py), repair of times (clock.py), what is done with the frames (ingest.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gametape.base.errors import BadInput
from gametape.media.clock import Clock, Damage
from gametape.media.container import MAX_PIXELS, RESEND, SIZE_LIMIT, check_file, check_size, open_container
from gametape.media.shape import FULL_RANGE, HLG, PQ, Shape, Turn, is_rgb, turn_of

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

#: In a container without an index, seek this much earlier than asked, in seconds: FFmpeg lands only near the place.
_SEEK_EARLY_S = 5.0
#: Reading ends after this many errors in a row.
_MOST_FAILURES = 50
#: Frame rate that is assumed where the file states none.
_ASSUMED_FPS = 25.0
#: Parts of the names of demuxers that read single pictures.
_STILL_PICTURES = ("image2", "_pipe")
#: Pixel aspects outside this range are taken for errors.
_ASPECTS = (Fraction(1, 8), Fraction(8))


class Source:
    """An open upload; use it as a context manager.

    Args:
        path: The file.
        name: What the user calls it, for messages; by default the file's name.
        start_pts: Stamp of time 0, where it is known beforehand.
        from_s: Begin at a keyframe at or before this time (in seconds since `start_pts`) if the container finds one.
            Where reading really began is the first frame's time.

    Raises:
        BadInput: It is not a video that can be read.
    """

    def __init__(
        self, path: Path, name: str | None = None, *, start_pts: int | None = None, from_s: float = 0.0
    ) -> None:
        self.path, self.name = path, name or path.name
        check_file(path, self.name)
        self.container = open_container(path, self.name)
        try:
            self.video = self._pick_video()
        except BaseException:
            self.container.close()
            raise
        self.audio: AudioStream | None = next(
            (s for s in self.container.streams.audio if (c := s.codec_context) and c.sample_rate and c.channels), None
        )
        # AVI stores no presentation stamps; where frames are reordered, FFmpeg's guesses come out of order.
        self._decoding_stamps = self.container.format.name == "avi" and self.video.codec_context.has_b_frames
        self.damage = Damage()
        self._time_base = self.video.time_base or Fraction(1, 90_000)
        self.clock = Clock(self._time_base, 1 / self.nominal_fps, start_pts)
        self.seen_end_s = 0.0  # end of what was read: of the picture alone where that claims a length
        if from_s:
            self._enter(from_s)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.container.close()

    def _enter(self, time_s: float) -> None:
        import av

        early = 0.0 if self.container.format.name.startswith(("mov", "matroska")) else _SEEK_EARLY_S
        with suppress(av.FFmpegError):  # it is then read from its start
            self.container.seek(self.clock.enter(max(0.0, time_s - early)), stream=self.video)

    @property
    def claimed_fps(self) -> float | None:
        """Frame rate that the file states; None where it states none that is possible."""
        rate = self.video.average_rate or self.video.guessed_rate
        return float(rate) if rate and 0 < rate <= 1000 else None

    @property
    def nominal_fps(self) -> float:
        """Frame rate that the file states, else an assumed one."""
        return self.claimed_fps or _ASSUMED_FPS

    @property
    def claimed_frames(self) -> int | None:
        """Frame count that the file states; it may be wrong."""
        if self.video.frames:
            return self.video.frames
        return round(self.claimed_duration_s * self.nominal_fps) if self.claimed_duration_s else None

    @property
    def claimed_duration_s(self) -> float | None:
        """Duration in seconds that the file states; it may be wrong."""
        if self.video.duration:
            return float(self.video.duration * self._time_base)
        return self.container.duration / 1e6 if self.container.duration else None

    @property
    def claimed_end_s(self) -> float | None:
        """Time of the film, in seconds, at which the file says that its picture ends; None where it cannot be known."""
        if self.clock.restarted:
            return None
        if self.video.duration:
            return self.clock.seconds((self.video.start_time or 0) + self.video.duration)
        if self.container.duration:
            end = Fraction(self.container.duration + (self.container.start_time or 0), 1_000_000)
            return self.clock.seconds_at(end)
        return None

    def packets(self) -> Iterator[Packet]:
        """Yield the packets of picture and sound in file order, past damage where reading can go on."""
        import av

        streams = [s for s in (self.video, self.audio) if s is not None]
        failures = 0
        while failures < _MOST_FAILURES:
            try:
                for packet in self.container.demux(streams):
                    if packet.size == 0 and packet.dts is None:  # FFmpeg's own end mark
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
        """Decode a packet of the picture stream; None gives the frames that are still held back."""
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
        """Return a frame's presentation stamp; None where the file gives none."""
        if self._decoding_stamps or frame.pts is None:
            return frame.dts
        return frame.pts

    @property
    def pixel_aspect(self) -> Fraction:
        """Width of a pixel over its height, of the frame decoded last."""
        aspect = self.video.sample_aspect_ratio or self.video.codec_context.sample_aspect_ratio or Fraction(1)
        return aspect if _ASPECTS[0] <= aspect <= _ASPECTS[1] else Fraction(1)

    def turn(self, frame: VideoFrame) -> Turn | None:
        """How a frame is made upright; None where it does not say."""
        matrix = _display_matrix(frame)
        return None if matrix is None else turn_of(matrix)

    def first_shape(self) -> Shape:
        """Decode up to the first frame and describe it; after this the source cannot be read from its start.

        Raises:
            BadInput: No frame decodes.
        """
        for packet in self.packets():
            if packet.stream is self.video and (frames := self.decode(packet)):
                return self._shape(frames[0])
        if frames := self.decode(None):
            return self._shape(frames[0])
        context = self.video.codec_context
        if not context.width:
            raise BadInput(self.name, f"its picture has no size, or one above {SIZE_LIMIT}", "Export it at 4K or less")
        raise BadInput(self.name, f"no picture of it decodes ({context.name})", f"It is damaged. {RESEND}")

    def _shape(self, frame: VideoFrame) -> Shape:
        matrix = _display_matrix(frame)
        turn = turn_of(matrix)
        aspect = self.pixel_aspect
        width, height = max(1, round(frame.width * aspect)), frame.height
        if turn.swaps_sides:
            width, height = height, width
        check_size(max(width, frame.width), max(height, 1), self.name)
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
        if any(mark in fmt for mark in _STILL_PICTURES):
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
        check_size(context.width, context.height, self.name)
        context.thread_type = "AUTO"
        context.options = {"max_pixels": str(MAX_PIXELS)}  # what the stream itself says may differ from its header
        return video


def _display_matrix(frame: VideoFrame) -> bytes | None:
    """The frame's display matrix as stored, where it has one."""
    side_data: Any = frame.side_data  # PyAV's stubs describe it as a mapping; it iterates over its entries
    return next((bytes(entry) for entry in side_data if entry.type.name == "DISPLAYMATRIX"), None)
