"""Normalises decoded frames for the proxy: upright, square pixels, progressive, SDR, 4:2:0, at most 720 lines.

Belongs here: the filters. Does not belong here: finding out what a file needs (source.py, shape.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.media.shape import FULL_RANGE, HLG, PQ, UNKNOWN_MATRIX, Shape, is_rgb

if TYPE_CHECKING:
    from av.filter import Graph
    from av.video.frame import VideoFrame

#: Most lines of the proxy's picture.
MAX_LINES = 720
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

    The picture's size, format or scan may change within a film: each change begins a new filter graph that ends in
    the same size.

    Args:
        shape: The first frame's shape.
        size: Width and height of the proxy, px.

    Attributes:
        untouched: Every frame so far passed as it was.
    """

    def __init__(self, shape: Shape, size: tuple[int, int]) -> None:
        self._turn, self._size = shape.turn, size
        self.untouched = True
        self._graph: Graph | None = None
        self._key: tuple | None = None
        self._interlaced = False
        self._sizes: set[tuple[int, int]] = set()

    @property
    def sizes(self) -> int:
        """How many different sizes the source's frames had."""
        return len(self._sizes)

    def push(self, frame: VideoFrame | None) -> list[VideoFrame]:
        """Take a frame and return those that are ready; None gives those that are still held back."""
        if frame is None:
            return self._drain()
        self._interlaced |= frame.interlaced_frame  # in a film that mixes both, only marked frames are deinterlaced
        key = (
            frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range, frame.color_trc,
            frame.color_primaries, self._interlaced,
        )  # fmt: skip
        ready = []
        if key != self._key:
            ready = self._drain()
            self._key, self._graph = key, self._build(frame)
            self._sizes.add(key[:2])
        if self._graph is None:
            return [*ready, frame]
        self.untouched = False
        self._graph.vpush(frame)
        return ready + self._pull()

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
        width, height = reversed(self._size) if self._turn.swaps_sides else self._size
        colour = _colour(frame)
        if (frame.width, frame.height) != (width, height) or colour or frame.format.name != "yuv420p":
            filters.append(("scale", f"{width}:{height}:flags=bicubic{colour}"))
            filters.append(("format", "yuv420p"))
        filters += self._turn.filters
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
