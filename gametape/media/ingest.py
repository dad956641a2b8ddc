"""Ingest: an upload is decoded once into the proxy, its frame index and a poster.

Belongs here: the single pass and the writing of its results, whole or not at all. Does not belong here: opening a
stranger's file (source.py), statistics of frames (frame_statistics.py), reading the proxy (film.py).

The proxy is H.264, 8-bit 4:2:0, limited range, at most 720 lines. It has one frame for each frame that decodes, at
its true time in ticks of 1/90000 s from the first. A source that is all this already is copied, not encoded.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.errors import BadInput, Unavailable
from gametape.base.reason import Reason
from gametape.base.work import Progress, ignore_progress
from gametape.film.clock import taken_times
from gametape.film.files import FILM_FILE, POSTER_FILE
from gametape.media.clock import TICKS, tick
from gametape.media.container import RESEND, check_length
from gametape.media.encoder import KEYFRAME_S, add_encoder
from gametape.media.frame_statistics import FrameStatistics
from gametape.media.gaps import Gap, find_gaps
from gametape.media.normalise import Normaliser, proxy_matrix, proxy_size
from gametape.media.shape import Shape
from gametape.media.sound import Sound
from gametape.media.source import Source
from gametape.tables.film import FRAMES

if TYPE_CHECKING:
    import pyarrow as pa
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

#: Frames between two reports of progress.
_PROGRESS_FRAMES = 50
#: A source with keyframes farther apart than this, in frames, is encoded, not copied; x264's default is 250.
_COPY_MAX_GOP = 300
#: A source of a higher bit rate is encoded, since the copy would be larger than an encoded proxy.
_COPY_MAX_BITS = 12_000_000


@dataclass(frozen=True)
class Ingested:
    """What ingest made of an upload.

    Attributes:
        frames: Table FRAMES.
        width: Pixels of the upright source with square pixels.
        height: Pixels of the upright source with square pixels.
        proxy_width: Pixels of the proxy.
        proxy_height: Pixels of the proxy.
        copied: The picture stream was copied, not encoded.
        missing: Stretches that are missing.
        warnings: What is wrong with it, as `Reason`s; what `frames` and the probed facts say is not repeated.
    """

    frames: pa.Table
    width: int
    height: int
    proxy_width: int
    proxy_height: int
    copied: bool
    missing: tuple[Gap, ...]
    warnings: tuple[str, ...]


def ingest(
    source: Path,
    out: Path,
    *,
    name: str | None = None,
    from_s: float = 0.0,
    until_s: float = inf,
    longest_s: float = inf,
    progress: Progress = ignore_progress,
) -> Ingested:
    """Decode an upload once and write `film.mp4` and `poster.jpg`.

    Damage is passed over and reported in `missing`. Memory does not grow with the film's length, but for about 40
    bytes a frame.

    Args:
        source: The upload.
        out: Folder for the two files.
        name: What the user calls the upload, for messages.
        from_s: Start at a keyframe at or before this time, in seconds of the film; frames are numbered from there.
            Used by first looks at long films.
        until_s: End soon after this time; where the picture is copied, before a keyframe. Times stay those of the
            whole film, and what lies outside the span is not reported as missing.
        longest_s: A film that lasts longer is refused, whatever length the file claims.
        progress: Called with frames done and their number.

    Raises:
        BadInput: Nothing of the upload decodes, or it lasts longer than `longest_s`.
        Unavailable: `out` cannot be written.
    """
    name = name or source.name
    with Source(source, name) as first:
        shape = first.first_shape()
        copy = _is_proxy_already(first, shape)
    partial = out / f".{FILM_FILE}.{os.getpid()}.part"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for begin in dict.fromkeys((from_s, 0.0)):
            for copies in dict.fromkeys((copy, False)):
                with suppress(_NotThisWay):
                    span = begin, until_s
                    return _Pass(source, name, shape, partial, out, progress, span, longest_s, copy=copies).run()
        raise AssertionError("a whole film can always be encoded")
    except OSError as error:
        raise Unavailable(
            str(out), f"cannot be written ({error.strerror or error})", "Free space or give write permission"
        ) from error
    finally:
        with suppress(OSError):
            for left in out.glob(f"{partial.stem}*"):
                left.unlink()


class _NotThisWay(Exception):
    """The source cannot be copied as it is, or cannot be entered in the middle; another way must be tried."""


def _is_proxy_already(source: Source, shape: Shape) -> bool:
    context = source.video.codec_context
    width, height = proxy_size(shape.width, shape.height)
    return (
        context.name == "h264"
        and source.container.format.name.startswith(("mov", "matroska"))
        and shape.pixel_format == "yuv420p"
        and not (shape.full_range or shape.interlaced or shape.hdr or shape.turn.filters)
        and (width, height) == shape.coded == (shape.width, shape.height)
        and (source.container.bit_rate or 0) <= _COPY_MAX_BITS
    )


class _Pass:
    """One pass over the source: every packet is read once, every frame decoded once."""

    def __init__(
        self,
        path: Path,
        name: str,
        shape: Shape,
        partial: Path,
        out: Path,
        progress: Progress,
        span: tuple[float, float],
        longest_s: float,
        *,
        copy: bool,
    ) -> None:
        self._path, self._name, self._shape = path, name, shape
        (self._from_s, self._until_s), self._cut, self._longest_s = span, False, longest_s
        self._partial, self._out, self._progress, self._copy = partial, out, progress, copy
        self._size = proxy_size(shape.width, shape.height)
        self._normaliser, self._statistics = Normaliser(shape, self._size), FrameStatistics()
        self._times, self._stamps = array("d"), array("q")
        self._unstamped: list[int] = []
        self._last_key: float | None = None
        self._begun = False  # a frame was written
        self._held = False  # the first frame is shown from time 0 on
        self._since_key = self._packets = 0

    def run(self) -> Ingested:
        import av

        options = {"movflags": "+faststart", "video_track_timescale": str(TICKS)}
        with (
            Source(self._path, self._name, start_pts=self._shape.start_pts, from_s=self._from_s) as source,
            av.open(str(self._partial.absolute()), "w", format="mp4", options=options) as film,
        ):
            self._film = film
            self._claimed = source.claimed_frames
            self._video = self._add_copied(source) if self._copy else self._add_encoder(source)
            sound = Sound(source.audio, film) if source.audio else None
            for packet in source.packets():
                if self._is_enough(packet, source):
                    self._cut = True
                    break
                if packet.stream is source.video:
                    self._take(packet, source)
                elif sound:
                    sound.take(packet, source.clock)
            self._take(None, source)
            if not self._times:
                self._must_be_entered(False)
                raise BadInput(self._name, "no picture of it decodes", f"It is damaged. {RESEND}")
            self._finish_video()
            if sound:
                sound.finish()
            missing = find_gaps(
                np.asarray(self._times),
                source.damage,
                step_s=1 / source.nominal_fps,
                read_to_s=source.seen_end_s,
                claimed_end_s=None if self._cut else source.claimed_end_s,
            )
            warnings = (*self._warnings(source), *(sound.warnings if sound else ()))
        keyframes = self._index()
        self._publish()
        self._progress(len(self._times), len(self._times))
        return Ingested(
            frames=self._table(keyframes),
            width=self._shape.width,
            height=self._shape.height,
            proxy_width=self._size[0],
            proxy_height=self._size[1],
            copied=self._copy,
            missing=missing,
            warnings=warnings,
        )

    def _must_be_entered(self, is_entered: bool) -> None:
        if self._from_s and not is_entered:
            raise _NotThisWay

    def _is_enough(self, packet: Packet, source: Source) -> bool:
        """All that was asked for has been read, so that this packet is not needed."""
        shown = self._times[-1] if self._times else -inf
        return shown >= self._until_s and packet.stream is source.video and (packet.is_keyframe or not self._copy)

    # The picture stream
    def _add_encoder(self, source: Source) -> VideoStream:
        return add_encoder(self._film, self._size, source.nominal_fps, proxy_matrix(self._shape))

    def _add_copied(self, source: Source) -> VideoStream:
        video = self._film.add_stream_from_template(source.video, opaque=True)
        video.time_base = Fraction(1, TICKS)
        return video

    def _take(self, packet: Packet | None, source: Source) -> None:
        for frame in source.decode(packet):
            stamp = source.stamp(frame)
            time = source.clock.show(stamp)
            check_length(time, self._longest_s, self._name)
            if not self._times:
                self._must_be_entered(stamp is not None and time <= self._from_s)
            if stamp is None:
                self._unstamped.append(len(self._times))
            self._times.append(time)
            self._stamps.append(stamp or 0)
            self._push(self._normaliser.push(frame, float(source.pixel_aspect), source.turn(frame)))
        if packet is None:
            self._push(self._normaliser.push(None))
        elif self._copy:
            self._copy_packet(packet, source)
        if self._copy and (source.clock.repairs or source.damage.spans):
            raise _NotThisWay

    def _push(self, pictures: list[VideoFrame]) -> None:
        for picture in pictures:
            index = len(self._statistics.luma)
            self._statistics.add(picture)
            if not self._copy:
                self._encode(picture, self._times[index])
            elif not self._normaliser.untouched:
                raise _NotThisWay
            if index % _PROGRESS_FRAMES == 0:
                self._progress(index, self._claimed if self._claimed and index <= self._claimed else None)

    def _encode(self, frame: VideoFrame, time: float) -> None:
        from av.video.frame import PictureType

        key = self._last_key is None or time - self._last_key >= KEYFRAME_S
        if key:
            self._last_key = time
        frame.pict_type = PictureType.I if key else PictureType.NONE
        frame.time_base = Fraction(1, TICKS)
        for stamp in self._stamps_of_first(tick(time)):
            frame.pts = stamp
            self._film.mux(self._video.encode(frame))

    def _stamps_of_first(self, stamp: int) -> list[int]:
        """Stamps to write a frame at.

        In a film entered in the middle, the first frame is also shown from time 0 on: browsers take a film to last no
        longer than from its first frame to its last.
        """
        held = self._from_s > 0 and stamp > 0 and not self._begun
        self._begun, self._held = True, self._held or held
        return [0, stamp] if held else [stamp]

    def _copy_packet(self, packet: Packet, source: Source) -> None:
        import av

        self._packets += 1
        self._since_key = 0 if packet.is_keyframe else self._since_key + 1
        if (
            packet.pts is None
            or packet.dts is None
            or packet.is_discard
            or packet.is_corrupt
            or packet.pts < (self._shape.start_pts or 0)
            or self._since_key >= _COPY_MAX_GOP
            or (self._packets == 1 and not packet.is_keyframe)
        ):
            raise _NotThisWay
        pts, dts = (tick(source.clock.seconds(stamp)) for stamp in (packet.pts, packet.dts))
        duration = tick(float((packet.duration or 0) * packet.time_base))
        for stamp in self._stamps_of_first(dts)[:-1]:
            held = av.Packet(bytes(packet))
            held.stream, held.time_base, held.is_keyframe = self._video, Fraction(1, TICKS), True
            held.pts = held.dts = stamp
            self._film.mux(held)
        packet.stream = self._video
        packet.time_base = Fraction(1, TICKS)
        packet.pts, packet.dts, packet.duration = pts, dts, duration
        try:
            self._film.mux(packet)
        except av.ArgumentError:  # stamps that MP4 does not allow
            raise _NotThisWay from None

    def _finish_video(self) -> None:
        if not self._copy:
            self._film.mux(self._video.encode(None))
        elif self._packets != len(self._times):
            raise _NotThisWay

    # The results
    def _warnings(self, source: Source) -> Iterator[Reason]:
        if source.clock.repairs:
            yield Reason("times_repaired", n=source.clock.repairs)
        if spans := source.damage.spans:
            near = ", ".join(f"{first:.1f} s" for first, _ in spans[:10])
            yield Reason("film_damaged", places=near + ", …" * (len(spans) > 10))
        if len(shapes := self._normaliser.shapes) > 1:
            sizes = ", ".join(f"{width} x {height}" for width, height in shapes)
            yield Reason("picture_changes_shape", sizes=sizes)
        elif self._normaliser.sizes > 1:
            yield Reason("picture_changes_size")

    def _index(self) -> np.ndarray:
        """Read the finished proxy's packets back; returns (n,) bool, True where decoding can start.

        Raises:
            RuntimeError: The proxy does not hold exactly the frames of the index at their times.
        """
        import av

        with av.open(str(self._partial.absolute())) as film:
            video = film.streams.video[0]
            base = video.time_base
            packets = [(p.pts, p.is_keyframe) for p in film.demux(video) if p.pts is not None]
        packets = sorted(packets)[self._held :]
        ticks = np.array([pts for pts, _ in packets], np.int64)
        wanted = np.array([tick(time) for time in self._times], np.int64)
        if base != Fraction(1, TICKS) or not np.array_equal(ticks, wanted):
            if self._copy:
                raise _NotThisWay
            raise RuntimeError(f"{self._name}: the proxy holds {len(ticks)} frames, not the {len(wanted)} of its index")
        return np.array([key for _, key in packets], bool)

    def _publish(self) -> None:
        poster = self._partial.with_suffix(".jpg")
        poster.write_bytes(self._statistics.poster())
        poster.replace(self._out / POSTER_FILE)
        self._partial.replace(self._out / FILM_FILE)

    def _table(self, keyframes: np.ndarray) -> pa.Table:
        import pyarrow as pa

        n, shown, shots = len(self._times), np.asarray(self._times), self._statistics.shots(self._normaliser.reshaped)
        repeats = self._statistics.repeats(shots, shown)
        unstamped = np.zeros(n, bool)
        unstamped[self._unstamped] = True
        columns = {
            "frame": np.arange(n, dtype=np.int32),
            "time_s": taken_times(shown, repeats, shots),
            "shown_s": shown,
            "source_pts": pa.array(np.asarray(self._stamps), mask=unstamped),
            "keyframe": keyframes,
            "shot": shots,
            "sharpness": np.asarray(self._statistics.sharpness),
            "luma": np.asarray(self._statistics.luma),
            "repeats_previous": repeats,
        }
        return FRAMES.cast(pa.table(columns))
