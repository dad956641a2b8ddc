"""Normalises decoded frames for the proxy: upright, square pixels, progressive, SDR, 4:2:0, at most 720 lines.

Belongs here: the filters. Does not belong here: finding out what a file needs (source.py, shape.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.media.shape import FULL_RANGE, HLG, PQ, UNKNOWN_MATRIX, Shape, Turn, is_rgb

if TYPE_CHECKING:
    from av.filter import Graph
    from av.video.frame import VideoFrame

#: Most lines of the proxy's picture.
MAX_LINES = 720
#: Pictures whose width over height differs by no more than this share have the same shape.
SAME_SHAPE = 0.02
_BT709, _BT470BG, _SMPTE170M = 1, 5, 6  # matrices, ITU-T H.273


def proxy_size(width: int, height: int) -> tuple[int, int]:
    """Compute the proxy's width and height for an upright source of this size.

    Both are even, there are at most MAX_LINES lines, and the proxy is never larger than the source (but at least 2 px).

    >>> proxy_size(1920, 1080)
    (1280, 720)
    >>> proxy_size(641, 360)
    (640, 360)
    """
    scale = min(1.0, MAX_LINES / height)
    return max(2, int(width * scale / 2 + 1e-6) * 2), max(2, int(height * scale / 2 + 1e-6) * 2)


class Normaliser:
    """Takes decoded frames in order and gives as many back, ready for the proxy.

    The picture's size, shape, format or scan may change within a film: each change begins a new filter graph that ends
    in the same size. A picture of another shape is fitted into it, with black borders: nothing is squeezed.

    Args:
        shape: The first frame's shape.
        size: Width and height of the proxy, px.

    Attributes:
        untouched: Every frame so far passed as it was.
        shapes: Width and height, upright with square pixels, of each different shape of the source's frames.
        reshaped: Numbers of the frames, as given back, from which on the picture has another shape.
    """

    def __init__(self, shape: Shape, size: tuple[int, int]) -> None:
        self._turn, self._size, self._aspect = shape.turn, size, shape.pixel_aspect
        self.shapes = [(shape.width, shape.height)]
        self.reshaped: list[int] = []
        self._upright, self._given = (shape.width, shape.height), 0
        self.untouched = True
        self._graph: Graph | None = None
        self._key: tuple | None = None
        self._interlaced = False
        self._sizes: set[tuple[int, int]] = set()

    @property
    def sizes(self) -> int:
        """How many different sizes the source's frames had."""
        return len(self._sizes)

    def push(self, frame: VideoFrame | None, aspect: float | None = None, turn: Turn | None = None) -> list[VideoFrame]:
        """Take a frame and return those that are ready; None gives those that are still held back.

        Args:
            frame: The next frame.
            aspect: Width of its pixels over their height; as before by default.
            turn: How it is made upright; as before by default.
        """
        ready = self._drain() if frame is None else self._take(frame, aspect or self._aspect, turn or self._turn)
        self._given += len(ready)
        return ready

    def _take(self, frame: VideoFrame, aspect: float, turn: Turn) -> list[VideoFrame]:
        self._interlaced |= frame.interlaced_frame  # in a film that mixes both, only marked frames are deinterlaced
        key = (
            frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range, frame.color_trc,
            frame.color_primaries, self._interlaced, aspect, turn,
        )  # fmt: skip
        ready = []
        if key != self._key:
            ready = self._drain()
            self._aspect, self._turn = aspect, turn
            self._see_shape(frame, self._given + len(ready))
            self._key, self._graph = key, self._build(frame)
            self._sizes.add(key[:2])
        if self._graph is None:
            return [*ready, frame]
        self.untouched = False
        self._graph.vpush(frame)
        return ready + self._pull()

    def _see_shape(self, frame: VideoFrame, number: int) -> None:
        """Note the upright shape of a frame, and whether it differs from that of the frames before."""
        width, height = max(1, round(frame.width * self._aspect)), frame.height
        upright = (height, width) if self._turn.swaps_sides else (width, height)
        if not _alike(upright, self._upright):
            self.reshaped.append(number)
            if not any(_alike(upright, known) for known in self.shapes):
                self.shapes.append(upright)
        self._upright = upright

    def _drain(self) -> list[VideoFrame]:
        if self._graph is None:
            return []
        self._graph.vpush(None)
        ready, self._graph, self._key = self._pull(), None, None
        return ready

    def _pull(self) -> list[VideoFrame]:
        import av

        ready: list[VideoFrame] = []
        while self._graph is not None:
            try:
                ready.append(self._graph.vpull())
            except (av.BlockingIOError, av.EOFError):
                break
        return ready

    def _build(self, frame: VideoFrame) -> Graph | None:
        """Build the filter graph that this frame needs; None where it needs none."""
        from av.filter import Graph

        filters: list[tuple[str, str]] = []
        if self._interlaced:
            filters.append(("bwdif", "mode=send_frame:deint=interlaced"))
        inner = self._size if _alike(self._upright, self.shapes[0]) else _fitted(self._upright, self._size)
        width, height = reversed(inner) if self._turn.swaps_sides else inner
        colour = _colour(frame)
        if (frame.width, frame.height) != (width, height) or colour or frame.format.name != "yuv420p":
            filters.append(("scale", f"{width}:{height}:flags=bicubic{colour}"))
            filters.append(("format", "yuv420p"))
        filters += self._turn.filters
        if inner != self._size:
            left, top = ((whole - part) // 4 * 2 for whole, part in zip(self._size, inner, strict=True))
            filters.append(("pad", f"{self._size[0]}:{self._size[1]}:{left}:{top}"))
        if not filters:
            return None
        graph = Graph()
        source = (
            f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/90000:"
            f"pixel_aspect=1/1:colorspace={frame.colorspace}:range={frame.color_range}"
        )
        nodes = [graph.add("buffer", source)]
        nodes += [graph.add(name, options or None) for name, options in filters]
        graph.link_nodes(*nodes, graph.add("buffersink")).configure()
        return graph


def _alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Have two pictures the same shape, but for what sizes are rounded to?"""
    return abs(one[0] / one[1] * other[1] / other[0] - 1) <= SAME_SHAPE


def _fitted(picture: tuple[int, int], into: tuple[int, int]) -> tuple[int, int]:
    """The largest even size of a picture's shape within another size."""
    scale = min(into[0] / picture[0], into[1] / picture[1])
    width, height = (max(2, int(side * scale / 2 + 1e-6) * 2) for side in picture)
    return width, height


def proxy_matrix(shape: Shape) -> int:
    """Choose the proxy's YCbCr matrix: the source's where it is BT.601 or BT.709, else BT.709.

    Films that do not state it are read as players read them: BT.601 below 720 lines, BT.709 from there.
    """
    if shape.matrix == UNKNOWN_MATRIX and not shape.rgb:
        return _BT709 if shape.coded[1] >= 720 else _SMPTE170M
    return _SMPTE170M if shape.matrix in (_BT470BG, _SMPTE170M) else _BT709


def _colour(frame: VideoFrame) -> str:
    """Options of the scale filter that bring the picture to SDR, limited range and BT.601 or BT.709."""
    options = ""
    if frame.color_trc in (PQ, HLG):
        # libswscale maps tones and gamut by perceptual intent; it builds a table once, about 4 s of CPU.
        options += ":out_transfer=bt709:out_primaries=bt709:out_color_matrix=bt709:intent=perceptual"
    elif is_rgb(frame) or frame.colorspace not in (_BT709, UNKNOWN_MATRIX, _BT470BG, _SMPTE170M):
        options += ":out_color_matrix=bt709"
    if frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj") or is_rgb(frame):
        options += ":out_range=tv"
    return options
