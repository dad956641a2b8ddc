"""Reads the proxy's frames by number: what everything downstream sees of a film.

Belongs here: seeking, decoding, pixel formats. Does not belong here: making the proxy (ingest.py).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gametape.base.errors import Unavailable
from gametape.media.clock import TICKS, tick
from gametape.media.shape import UNKNOWN_MATRIX

if TYPE_CHECKING:
    import pyarrow as pa
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter

PixelFormat = Literal["rgb24", "bgr24", "gray"]
#: Frame rate of a film of one frame.
_FPS_OF_ONE_FRAME = 25.0
#: Pictures of this many lines or more are taken for BT.709 where the file does not say, smaller ones for BT.601.
_HD_LINES = 720


@dataclass(frozen=True)
class Frame:
    """A frame and its picture.

    Attributes:
        index: Number of the frame, from 0.
        time_s: When the picture was taken, seconds.
        image: (H, W, 3) uint8, or (H, W) uint8 for "gray". It belongs to the caller.
    """

    index: int
    time_s: float
    image: np.ndarray


@dataclass(frozen=True, eq=False)
class Glimpse:
    """A frame whose picture is made when it is asked for.

    Attributes:
        index: Number of the frame, from 0.
    """

    index: int
    _frame: VideoFrame

    def image(self, *, pixel_format: PixelFormat = "rgb24", size: tuple[int, int] | None = None) -> np.ndarray:
        """The picture, as `Film.frames` gives it."""
        from av.video.reformatter import VideoReformatter

        return _image(self._frame, pixel_format, size, VideoReformatter())


class Film:
    """The proxy and its frame index.

    The file is opened for each reading, so one Film may be read from several threads.

    Args:
        path: The proxy.
        times: (n,) seconds, `time_s` of the index: when the pictures were taken.
        width: Pixels of the upright source.
        height: Pixels of the upright source.
        shown: (n,) seconds, `shown_s` of the index: where the pictures are in the proxy; as `times` by default.
        repeats: (n,) bool, `repeats_previous` of the index; none by default.
        keyframes: Numbers of the frames at which decoding can start, ascending; by default the file says.
    """

    def __init__(
        self,
        path: Path,
        times: np.ndarray,
        width: int,
        height: int,
        *,
        shown: np.ndarray | None = None,
        repeats: np.ndarray | None = None,
        keyframes: Sequence[int] | None = None,
    ) -> None:
        self.path, self.times = path, np.asarray(times, np.float64)
        self.shown = self.times if shown is None else np.asarray(shown, np.float64)
        self.repeats = np.zeros(len(self.times), bool) if repeats is None else np.asarray(repeats, bool)
        self.width, self.height = width, height
        if keyframes is not None:
            self.keyframes = list(keyframes)

    @classmethod
    def of(cls, path: Path, frames: pa.Table, width: int, height: int) -> Film:
        """The film of a proxy and its table FRAMES."""
        times, shown, repeats, key = (
            frames[name].to_numpy(zero_copy_only=False)
            for name in ("time_s", "shown_s", "repeats_previous", "keyframe")
        )
        return cls(path, times, width, height, shown=shown, repeats=repeats, keyframes=np.flatnonzero(key).tolist())

    def __len__(self) -> int:
        return len(self.times)

    @cached_property
    def _proxy_size(self) -> tuple[int, int]:
        with self._open() as container:
            context = container.streams.video[0].codec_context
            return context.width, context.height

    @property
    def proxy_width(self) -> int:
        """Width of the proxy's picture, px."""
        return self._proxy_size[0]

    @property
    def proxy_height(self) -> int:
        """Height of the proxy's picture, px."""
        return self._proxy_size[1]

    @property
    def scale(self) -> tuple[float, float]:
        """Source pixels per proxy pixel, horizontally and vertically."""
        return self.width / self.proxy_width, self.height / self.proxy_height

    @property
    def fps(self) -> float:
        """Frame rate: one over the median step between frames."""
        return 1 / float(np.median(np.diff(self.times))) if len(self) > 1 else _FPS_OF_ONE_FRAME

    def frame(self, index: int, *, pixel_format: PixelFormat = "rgb24", size: tuple[int, int] | None = None) -> Frame:
        """Read one frame; see `frames`. Raises IndexError outside the film."""
        if not 0 <= index < len(self):
            raise IndexError(f"frame {index} of a film of {len(self)}")
        return next(self.frames(index, index + 1, pixel_format=pixel_format, size=size))

    def frames(
        self,
        start: int = 0,
        stop: int | None = None,
        step: int = 1,
        *,
        pixel_format: PixelFormat = "rgb24",
        size: tuple[int, int] | None = None,
    ) -> Iterator[Frame]:
        """Yield frames start, start + step, … before `stop`, in order and in constant memory.

        Args:
            start: First frame.
            stop: One past the last frame; clipped to the film, which is the default.
            step: Frames from one to the next.
            pixel_format: "rgb24" and "bgr24" are full range. "gray" is the luma plane as stored, in limited range:
                16 is black, 235 white.
            size: Width and height in px; by default the proxy's.

        Raises:
            Unavailable: The proxy does not hold the frames of its index.
        """
        if step < 1 or start < 0:
            raise ValueError(f"start must be 0 or more and step 1 or more: start {start}, step {step}")
        stop = len(self) if stop is None else min(stop, len(self))
        if start >= stop:
            return
        from av.video.reformatter import VideoReformatter

        wanted, reformatter = start, VideoReformatter()
        for index, frame in self._decode_from(start):
            if index == wanted:
                yield Frame(index, float(self.times[index]), _image(frame, pixel_format, size, reformatter))
                wanted += step
                if wanted >= stop:
                    return

    def pictures(
        self, numbers: Sequence[int], *, pixel_format: PixelFormat = "rgb24", size: tuple[int, int] | None = None
    ) -> Iterator[Frame]:
        """Yield single frames, decoding no more than from the keyframe before each; see `frames`.

        Args:
            numbers: Numbers of frames, ascending.
            pixel_format: As for `frames`.
            size: As for `frames`.

        Raises:
            Unavailable: The proxy does not hold the frames of its index.
        """
        from av.video.reformatter import VideoReformatter

        reformatter, keys = VideoReformatter(), self.keyframes
        decoded: Iterator[tuple[int, VideoFrame]] = iter(())
        at = len(self)  # the frame that was decoded last: none yet
        for number in numbers:
            key = keys[max(0, bisect_right(keys, number) - 1)] if keys else 0
            if not at <= number or key > at:
                decoded = self._decode_from(number)
            at, frame = next(one for one in decoded if one[0] == number)
            yield Frame(number, float(self.times[number]), _image(frame, pixel_format, size, reformatter))

    def glimpses(self, numbers: Sequence[int]) -> Iterator[Glimpse]:
        """Yield frames near some, with the least work: of those that others rest on, the one nearest to each number.

        Nothing is decoded between a keyframe and the next where no number lies.

        Args:
            numbers: Numbers of frames, ascending.

        Yields:
            Frames, ascending, each once: so at most as many as numbers.

        Raises:
            Unavailable: The proxy does not hold the frames of its index.
        """
        import av

        stamps, last = np.array([tick(at) for at in self.shown]), -1
        with self._open() as container:
            video = container.streams.video[0]
            context = video.codec_context
            context.thread_count, context.skip_frame = 1, "NONREF"
            for part in _parts(container.demux(video)):
                start = int(np.searchsorted(stamps, part[0].pts or 0))
                after = bisect_right(self.keyframes, start)
                stop = self.keyframes[after] if after < len(self.keyframes) else len(self)
                wanted = numbers[bisect_left(numbers, start) : bisect_left(numbers, stop)]
                near = None
                try:
                    for near in _nearest(_decoded(context, part, stamps), wanted):
                        if near.index > last:
                            last = near.index
                            yield near
                except av.FFmpegError as error:
                    raise self._not_as_indexed(f"frames {start} to {stop} do not decode ({error})") from error
                if wanted and near is None:
                    raise self._not_as_indexed(f"it has no frame from {self.shown[start]:.4f} s on")

    @cached_property
    def keyframes(self) -> list[int]:
        """Numbers of the frames that decode without another, ascending."""
        with self._open() as container:
            video = container.streams.video[0]
            stamps = [p.pts for p in container.demux(video) if p.is_keyframe and p.pts is not None]
        shown = np.array([tick(s) for s in self.shown])
        return np.flatnonzero(np.isin(shown, stamps)).tolist()

    def _decode_from(self, start: int) -> Iterator[tuple[int, VideoFrame]]:
        """Frames from `start` on with their numbers, each checked against the index by its time."""
        import av

        with self._open() as container:
            container.streams.video[0].thread_type = "AUTO"
            frames = None
            for index in range(start, len(self)):
                wanted = tick(self.shown[index])
                try:
                    frames = frames or self._seek(container, start)
                    frame = next((f for f in frames if index > start or _stamp(f) >= wanted), None)
                except av.FFmpegError as error:
                    raise self._not_as_indexed(f"frame {index} does not decode ({error})") from error
                if frame is None:
                    raise self._not_as_indexed(f"it ends before frame {index}")
                if frame.pts != wanted:
                    raise self._not_as_indexed(f"it has no frame at {self.shown[index]:.4f} s")
                yield index, frame

    def _seek(self, container: InputContainer, start: int) -> Iterator[VideoFrame]:
        """Decode from a keyframe at or before frame `start`."""
        import itertools

        video = container.streams.video[0]
        if video.time_base is None or video.time_base.denominator != TICKS:
            raise self._not_as_indexed(f"its times are in {video.time_base} s")
        if start == 0:
            return container.decode(video)
        target, back = tick(self.shown[start]), 0
        while True:
            # With B-frames a seek may land on a keyframe that is shown after the target: then go further back.
            container.seek(max(0, target - back), stream=video)
            frames = container.decode(video)
            first = next(frames, None)
            if first is not None and (_stamp(first) <= target or back > target):
                return itertools.chain([first], frames)
            if back > target:
                return iter(())
            back = back * 2 + TICKS

    def _open(self) -> InputContainer:
        import av

        try:
            return av.open(str(self.path.absolute()))
        except (av.FFmpegError, OSError) as error:
            raise Unavailable(str(self.path), f"the proxy cannot be opened ({error})", "Run `frames` again") from error

    def _not_as_indexed(self, difference: str) -> Unavailable:
        return Unavailable(
            str(self.path),
            f"the proxy does not match its index of {len(self)} frames: {difference}",
            "Run `frames` again",
        )


def _parts(packets: Iterable[Packet]) -> Iterator[list[Packet]]:
    """Packets from each keyframe to the next."""
    part: list[Packet] = []
    for packet in packets:
        if packet.pts is None:  # the end of the file
            continue
        if packet.is_keyframe and part:
            yield part
            part = []
        if part or packet.is_keyframe:
            part.append(packet)
    if part:
        yield part


def _decoded(context: VideoCodecContext, part: list[Packet], stamps: np.ndarray) -> Iterator[Glimpse]:
    """The frames of a part that belong to the index, whose `stamps` (n,) ascend."""
    try:
        for packet in [*part, None]:
            for frame in context.decode(packet):
                index = int(np.searchsorted(stamps, _stamp(frame)))
                if index < len(stamps) and stamps[index] == frame.pts:
                    yield Glimpse(index, frame)
    finally:
        context.flush_buffers()


def _nearest(frames: Iterator[Glimpse], numbers: Sequence[int]) -> Iterator[Glimpse]:
    """Of frames, ascending, the nearest to each of numbers; no more are taken than are needed."""
    at, before = 0, None
    while at < len(numbers):
        here = next(frames, None)
        if here is None:
            if before is not None:
                yield before
            return
        while at < len(numbers) and here.index >= numbers[at]:
            is_before = before is not None and numbers[at] - before.index <= here.index - numbers[at]
            yield before if is_before and before is not None else here
            at += 1
        before = here


def _stamp(frame: VideoFrame) -> int:
    """A frame's presentation stamp; every frame of a proxy has one."""
    return -1 if frame.pts is None else frame.pts


def _image(
    frame: VideoFrame, pixel_format: PixelFormat, size: tuple[int, int] | None, reformatter: VideoReformatter
) -> np.ndarray:
    from gametape.media.frame_statistics import plane

    if pixel_format == "gray":
        luma = plane(frame)
        if size is None or size == (frame.width, frame.height):
            return luma.copy()
        import cv2

        shrinks = size[0] < frame.width
        return cv2.resize(luma, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    width, height = size or (frame.width, frame.height)
    # A copied film may not state its matrix: then it is read as players read it.
    matrix: Any = ("ITU709" if frame.height >= _HD_LINES else "ITU601") if frame.colorspace == UNKNOWN_MATRIX else None
    return reformatter.reformat(
        frame, width, height, pixel_format, src_colorspace=matrix, interpolation="BILINEAR", threads=1
    ).to_ndarray()
