"""A film that is cut: when each of its pictures is shown, where decoding can start, what may be copied.

Belongs here: the index of a file's pictures, reading pictures from any one on. Does not belong here: which of them a
clip shows (selection.py), writing one (cut.py).
"""

from __future__ import annotations

import io
import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.errors import BadInput
from gametape.film.clock import film_end, frame_interval
from gametape.media.clock import tick
from gametape.media.encoder import add_encoder
from gametape.media.normalise import Normaliser, proxy_matrix
from gametape.media.shape import Shape
from gametape.media.source import Source

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame

#: NAL units of H.264 that hold parameters: of a sequence, of a picture.
_PARAMETERS = (7, 8)
_ONE_FRAME_S = 1 / 25


@dataclass(frozen=True, eq=False)
class CutFilm:
    """A film that clips are cut from: a proxy, or any file that gametape takes.

    Attributes:
        path: The file.
        name: What the user calls it.
        shape: Its picture.
        fps: Nominal frame rate.
        stamps: (n,) int64 presentation stamps of its pictures, ascending, in the file's time base.
        times: (n,) seconds at which they are shown; the first at 0.
        keys: (n,) bool, can decoding start there?
        order: (n,) place of each in the order of decoding.
        settings: The picture stream's settings as the container holds them.
        codec: Name of the picture's codec.
        container: Name of the container.
        stream: Place of the picture's stream among those of pictures.
        time_base: Seconds per unit of the stamps.
    """

    path: Path
    name: str
    shape: Shape
    fps: float
    stamps: np.ndarray
    times: np.ndarray
    keys: np.ndarray
    order: np.ndarray
    settings: bytes
    codec: str
    container: str
    stream: int
    time_base: Fraction

    @classmethod
    def open(cls, path: Path, name: str | None = None) -> CutFilm:
        """Read a file's index; nothing is decoded but its first picture.

        Raises:
            BadInput: It is no film, or does not say when its pictures are shown.
        """
        name = name or path.name
        with Source(path, name) as first:
            shape = first.first_shape()
        with Source(path, name) as source:
            video = source.video
            packets = [(p.pts, p.is_keyframe) for p in source.packets() if p.stream is video and p.size]
            base, origin = video.time_base, shape.start_pts
            stamps = [pts for pts, _ in packets if pts is not None]
            if base is None or origin is None or not stamps or len(set(stamps)) < len(packets):
                raise BadInput(
                    name, "does not say when its pictures are shown", "Upload it, and cut from what gametape made of it"
                )
            kept = [at for at, pts in enumerate(stamps) if pts >= origin]  # what lies before is never shown
            by_time = sorted(kept, key=lambda at: stamps[at])
            context = video.codec_context
            return cls(
                path=path,
                name=name,
                shape=shape,
                fps=source.nominal_fps,
                stamps=np.array([stamps[at] for at in by_time], np.int64),
                times=np.array([float((stamps[at] - origin) * base) for at in by_time]),
                keys=np.array([packets[at][1] for at in by_time]),
                order=np.array(by_time),
                settings=bytes(context.extradata or b""),
                codec=context.name,
                container=source.container.format.name,
                stream=list(source.container.streams.video).index(video),
                time_base=base,
            )

    def __len__(self) -> int:
        return len(self.times)

    @property
    def interval(self) -> float:
        """The median seconds from one picture to the next."""
        return frame_interval(self.times) or _ONE_FRAME_S

    @property
    def end_s(self) -> float:
        """When the last picture stops being shown."""
        return float(self.times[-1]) + self.interval if len(self) == 1 else film_end(self.times)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a clip: the upright picture with square pixels, both even."""
        return max(2, self.shape.width // 2 * 2), max(2, self.shape.height // 2 * 2)

    @property
    def matrix(self) -> int:
        """YCbCr matrix of a clip, ITU-T H.273."""
        return proxy_matrix(self.shape)

    @property
    def reorders(self) -> bool:
        """Are pictures decoded in another order than shown?"""
        return bool((np.diff(self.order) < 0).any())

    @cached_property
    def copies(self) -> bool:
        """May packets be copied: is the picture what every browser plays, upright, with square pixels?"""
        shape = self.shape
        return (
            self.codec == "h264"
            and self.container.startswith("mov")
            and shape.pixel_format == "yuv420p"
            and self.size == shape.coded == (shape.width, shape.height)
            and not (shape.full_range or shape.interlaced or shape.hdr or shape.turn.filters)
        )

    @cached_property
    def joins(self) -> bool:
        """May copied packets stand in one stream with pictures that our encoder makes of this film?"""
        return self.copies and not self.reorders and parameter_sets(self.settings) == self._encoders_sets()

    def _encoders_sets(self) -> frozenset[bytes]:
        import av

        with av.open(io.BytesIO(), "w", format="mp4") as nowhere:
            context = add_encoder(nowhere, self.size, self.fps, self.matrix).codec_context
            context.open()
            return parameter_sets(bytes(context.extradata or b""))

    def pictures(self, first: int, stop: int) -> Iterator[tuple[int, VideoFrame]]:
        """Yield the pictures `first` to before `stop` with their numbers: upright, 8-bit 4:2:0, of the clip's size.

        A picture that does not decode is left out.
        """
        back = 0.0
        while True:
            from_s = max(0.0, float(self.times[first]) - back) if first else 0.0
            with Source(self.path, self.name, start_pts=self.shape.start_pts, from_s=from_s) as source:
                packets = source.packets()
                begun = list(_through_first_picture(packets, source))
                if not from_s or self._leads_to(first, begun):
                    yield from self._decoded(source, itertools.chain(begun, packets, [None]), first, stop)
                    return
            back = back * 2 + 1.0  # it landed on a keyframe that is shown later

    def _leads_to(self, first: int, begun: list[Packet]) -> bool:
        """Does decoding from these packets on give the picture `first`?"""
        stamp = begun[-1].pts if begun else None
        return stamp is not None and begun[-1].is_keyframe and stamp <= self.stamps[first]

    def _decoded(
        self, source: Source, packets: Iterable[Packet | None], first: int, stop: int
    ) -> Iterator[tuple[int, VideoFrame]]:
        normaliser, numbers, seen = Normaliser(self.shape, self.size), deque[int](), -1
        for packet in packets:
            if packet is not None and packet.stream is not source.video:
                continue
            for frame in source.decode(packet):
                seen = max(seen, number := self._number(source.stamp(frame)))
                if first <= number < stop:
                    numbers.append(number)
                    for picture in normaliser.push(frame, float(source.pixel_aspect), source.turn(frame)):
                        yield numbers.popleft(), picture
            if seen >= stop - 1:
                break
        for picture in normaliser.push(None):
            yield numbers.popleft(), picture

    def _number(self, stamp: int | None) -> int:
        """The picture of a stamp; -1 where it has none."""
        at = len(self) if stamp is None else int(np.searchsorted(self.stamps, stamp))
        return at if at < len(self) and self.stamps[at] == stamp else -1

    def ticks(self, begin_s: float, first: int, stop: int) -> np.ndarray:
        """(stop - first,) ticks at which pictures are shown in a clip that begins at `begin_s`."""
        return np.array([max(0, tick(float(at)) - tick(begin_s)) for at in self.times[first:stop]], np.int64)


def parameter_sets(settings: bytes) -> frozenset[bytes]:
    r"""The parameter sets of an H.264 stream, from its settings as MP4 holds them or as an encoder gives them.

    >>> parameter_sets(b"\0\0\0\1\x67ab\0\0\0\1\x68c") == frozenset([b"\x67ab", b"\x68c"])
    True
    """
    if settings[:1] != b"\x01":  # start codes before each
        units = settings.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
        return frozenset(unit for unit in units if unit and unit[0] & 31 in _PARAMETERS)
    found, at = set(), 5  # avcC, ISO 14496-15: a count of sequences, then one of pictures; each with its length
    for mask in (31, 255):
        count, at = settings[at] & mask, at + 1
        for _ in range(count):
            length = int.from_bytes(settings[at : at + 2], "big")
            found.add(settings[at + 2 : at + 2 + length])
            at += 2 + length
    return frozenset(found)


def _through_first_picture(packets: Iterator[Packet], source: Source) -> Iterator[Packet]:
    """The packets up to the first of the picture stream."""
    for packet in packets:
        yield packet
        if packet.stream is source.video:
            return
