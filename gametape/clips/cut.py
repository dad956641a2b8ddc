"""Cuts one clip out of a film: its pictures frame for frame, at their true times, and its sound.

Belongs here: writing the file, whole or not at all, and reading it back. Does not belong here: which pictures
(selection.py), what is drawn on them (marks.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.errors import Unavailable
from gametape.base.storage import publish
from gametape.base.work import Progress, ignore_progress
from gametape.clips.film import CutFilm
from gametape.clips.selection import Piece, Selection, pieces, select
from gametape.clips.sound_stream import SoundReader, SoundWriter, sound_format
from gametape.media.clock import TICKS, tick
from gametape.media.encoder import KEYFRAME_S, add_encoder

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Draw = Callable[[int, float, "VideoFrame"], None]
"""Draws on a picture in place, which is limited-range 4:2:0: its number in the film, seconds from the clip's start."""

#: How an MP4 of clips is written: its index first, so that it plays while it loads.
OPTIONS = {"movflags": "+faststart", "video_track_timescale": str(TICKS)}


@dataclass(frozen=True)
class Cut:
    """A clip that was written.

    Attributes:
        chosen: Which pictures it shows.
        frames: How many it holds.
        copied: How many of them were copied.
        sound: It has sound.
        bytes: Size of the file.
    """

    chosen: Selection
    frames: int
    copied: int
    sound: bool
    bytes: int

    @property
    def duration_s(self) -> float:
        """How long it plays."""
        return self.chosen.finish_s - self.chosen.begin_s


def cut(
    film: CutFilm,
    out: Path,
    start_s: float,
    end_s: float,
    *,
    draw: Draw | None = None,
    drawn_s: float = 0.0,
    joinable: bool = False,
    progress: Progress = ignore_progress,
) -> Cut:
    """Write what a film shows from `start_s` to `end_s` as an MP4 that every browser plays.

    Begin and end are within half a frame of what was asked (`select`). Packets are copied where that is exact and
    nothing is drawn; the rest is encoded once. Sound is encoded anew, so that it is exact to the sample.

    Args:
        film: The film.
        out: The file, which appears whole or not at all.
        start_s: Seconds of the film's file.
        end_s: Seconds of the film's file; what lies outside the film is left out.
        draw: What draws on pictures.
        drawn_s: Only pictures in so many seconds from the clip's start are drawn on.
        joinable: The clip will be joined with others of the film (`reel`).
        progress: Called with frames done and their number.

    Raises:
        BadInput: The film shows nothing then.
        Unavailable: `out` cannot be written.
    """
    chosen = select(film, start_s, end_s)
    drawn = 0
    if draw is not None:
        shown = film.times[chosen.first : chosen.stop] - chosen.begin_s
        drawn = int(np.count_nonzero(shown < drawn_s))
    plan = pieces(film, chosen, drawn, joinable=joinable)
    with Written(out) as partial:
        writer = _Writer(film, chosen, plan, partial, draw if drawn else None, drawn, progress)
        frames, sound = writer.run()
        return Cut(chosen, frames, sum(p.stop - p.first for p in plan if p.copied), sound, partial.stat().st_size)


class Written:
    """A context manager: a path to write to, which becomes `out` when all went well, and is removed otherwise."""

    def __init__(self, out: Path) -> None:
        self._out, self._partial = out, out.with_name(f".{out.name}.{os.getpid()}.part")

    def __enter__(self) -> Path:
        try:
            self._out.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._refused(error) from error
        return self._partial

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if error is None:
                publish(self._partial, self._out)
            elif isinstance(error, OSError):
                raise self._refused(error) from error
        finally:
            self._partial.unlink(missing_ok=True)

    def _refused(self, error: OSError) -> Unavailable:
        why = os.strerror(error.errno) if error.errno else str(error)
        return Unavailable(str(self._out), f"cannot be written ({why})", "Free space or give write permission")


class _Writer:
    def __init__(
        self,
        film: CutFilm,
        chosen: Selection,
        plan: list[Piece],
        partial: Path,
        draw: Draw | None,
        drawn: int,
        progress: Progress,
    ) -> None:
        self._film, self._chosen, self._plan, self._partial = film, chosen, plan, partial
        self._draw, self._drawn, self._progress = draw, drawn, progress
        self._ticks = film.ticks(chosen.begin_s, chosen.first, chosen.stop)
        self._end = tick(chosen.finish_s) - tick(chosen.begin_s)

    def run(self) -> tuple[int, bool]:
        import av

        heard, frames = sound_format(self._film), 0
        only_copied = all(piece.copied for piece in self._plan)
        with av.open(str(self._partial.absolute()), "w", format="mp4", options=dict(OPTIONS)) as clip:
            if only_copied:
                pictures = copied_stream(clip, self._film)
            else:
                pictures = add_encoder(clip, self._film.size, self._film.fps, self._film.matrix)
            sound = _SoundBeside(clip, self._film, self._chosen, *heard) if heard else None
            for packet in self._packets(pictures, annex_b=not only_copied):
                if sound and packet.pts is not None:
                    sound.through(packet.pts / TICKS)
                clip.mux(packet)
                frames += 1
                self._progress(frames, self._chosen.stop - self._chosen.first)
            if sound:
                sound.finish()
        check(self._partial, frames)
        return frames, sound is not None

    def _packets(self, stream: VideoStream, *, annex_b: bool) -> Iterator[Packet]:
        for piece in self._plan:
            made = self._copied(stream, piece, annex_b) if piece.copied else self._encoded(stream, piece)
            for packet in made:
                packet.stream = stream
                yield packet

    def _encoded(self, stream: VideoStream, piece: Piece) -> Iterator[Packet]:
        from av.video.frame import PictureType

        last_key: float | None = None
        for number, picture in self._film.pictures(piece.first, piece.stop):
            place = number - self._chosen.first
            at = int(self._ticks[place])
            key = last_key is None or at - last_key >= KEYFRAME_S * TICKS
            last_key = at if key else last_key
            if self._draw is not None and place < self._drawn:
                picture.make_writable()
                self._draw(number, at / TICKS, picture)
            picture.pict_type = PictureType.I if key else PictureType.NONE
            picture.time_base, picture.pts = Fraction(1, TICKS), at
            for packet in stream.encode(picture):
                yield self._timed(packet)
        for packet in stream.encode(None):  # there is one such piece: the encoder is not needed again
            yield self._timed(packet)

    def _timed(self, packet: Packet) -> Packet:
        """The packet with its duration: until the next picture, and of the last until the clip's end."""
        place = int(np.searchsorted(self._ticks, packet.pts or 0))
        after = self._ticks[place + 1] if place + 1 < len(self._ticks) else self._end
        packet.duration = max(1, int(after) - int(packet.pts or 0))
        return packet

    def _copied(self, stream: VideoStream, piece: Piece, annex_b: bool) -> Iterator[Packet]:
        import av

        film, begin = self._film, self._chosen.begin_s
        with av.open(str(film.path.absolute())) as container:
            source, left = container.streams.video[film.stream], piece.stop - piece.first
            container.seek(int(film.stamps[piece.first]), stream=source)
            for packet in container.demux(source):
                if packet.pts is None or (left == piece.stop - piece.first and packet.pts != film.stamps[piece.first]):
                    continue
                at, dts = packet.pts, packet.dts if packet.dts is not None else packet.pts
                made = av.Packet(_annex_b(bytes(packet))) if annex_b else packet
                made.is_keyframe = packet.is_keyframe
                made.time_base = Fraction(1, TICKS)
                place = int(np.searchsorted(film.stamps, at)) - self._chosen.first
                made.pts = int(self._ticks[place])
                made.dts = made.pts - round(float((at - dts) * film.time_base) * TICKS)
                yield self._timed(made)
                left -= 1
                if not left:
                    return
        raise Unavailable(str(film.path), f"has no pictures from {begin:.3f} s on that it had", "Run it again")


class _SoundBeside:
    """The sound of one clip, written along with its pictures."""

    def __init__(self, clip: OutputContainer, film: CutFilm, chosen: Selection, rate: int, layout: str) -> None:
        self._writer = SoundWriter(clip, rate, layout)
        self._blocks = SoundReader(film, chosen.begin_s, chosen.finish_s, rate, layout).blocks()

    def through(self, time_s: float) -> None:
        """Write the sound up to a time of the clip."""
        while self._writer.written_s <= time_s and (block := next(self._blocks, None)) is not None:
            self._writer.write(block)

    def finish(self) -> None:
        for block in self._blocks:
            self._writer.write(block)
        self._writer.finish()


def copied_stream(clip: OutputContainer, film: CutFilm) -> VideoStream:
    """A stream of pictures with the settings of the film's own."""
    import av

    with av.open(str(film.path.absolute())) as container:
        stream = clip.add_stream_from_template(container.streams.video[film.stream], opaque=True)
    stream.time_base = Fraction(1, TICKS)
    return stream


def check(made: Path, frames: int) -> None:
    """Read a clip's index back.

    Raises:
        RuntimeError: It does not hold `frames` pictures in order from 0 on.
    """
    import av

    with av.open(str(made.absolute())) as clip:
        video = clip.streams.video[0]
        stamps = sorted(packet.pts for packet in clip.demux(video) if packet.pts is not None and packet.size)
    if len(stamps) != frames or len(set(stamps)) != frames or stamps[:1] not in ([], [0]):
        raise RuntimeError(f"{made.name} holds {len(stamps)} pictures from {stamps[:1]} on, not {frames} from 0 on")


def _annex_b(data: bytes) -> bytes:
    """A packet of H.264 with start codes instead of lengths, as an encoder gives it."""
    units, at = [], 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        units.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return b"".join(b"\0\0\0\1" + unit for unit in units)
