"""A decoded picture made into the proxy's: upright, square pixels, progressive, SDR, 4:2:0, at most 720 lines.

Belongs here: the filters. Does not belong here: reading what needs them from a file (source.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.media.source import FULL_RANGE, HLG, PQ, UNKNOWN_MATRIX, Shape, is_rgb

if TYPE_CHECKING:
    from av.filter import Graph
    from av.video.frame import VideoFrame

MAX_LINES = 720

_BT709, _BT470BG, _SMPTE170M = 1, 5, 6  # matrices, ITU-T H.273


def proxy_size(width: int, height: int) -> tuple[int, int]:
    """The proxy's size for an upright source: at most MAX_LINES lines, even, never larger (but for the least 2)."""
    scale = min(1.0, MAX_LINES / height)
    return max(2, int(width * scale / 2 + 1e-6) * 2), max(2, int(height * scale / 2 + 1e-6) * 2)


class Upright:
    """Takes decoded pictures in order and gives as many back, made ready for the proxy.

    The picture's size, format or scan may change on the way: every change begins a new graph of filters that
    ends in the same size. `untouched` tells whether every picture so far passed as it was.
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
        """How many sizes the source's pictures had."""
        return len(self._sizes)

    def push(self, frame: VideoFrame | None) -> list[VideoFrame]:
        """The pictures ready after `frame`; None: the last ones."""
        if frame is None:
            return self._drain()
        self._interlaced |= frame.interlaced_frame  # once a film mixes both, only what is marked is deinterlaced
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

        ready = []
        while True:
            try:
                ready.append(self._graph.vpull())
            except (av.BlockingIOError, av.EOFError):
                return ready

    def _build(self, frame: VideoFrame) -> Graph | None:
        """The filters this picture needs; None: none."""
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
    """The YCbCr matrix of the proxy: the source's where it is one of the common two, else BT.709.

    Unmarked films are taken as players take them: BT.601 below 720 lines, BT.709 from there.
    """
    if shape.matrix == UNKNOWN_MATRIX and not shape.rgb:
        return _BT709 if shape.coded[1] >= 720 else _SMPTE170M
    return _SMPTE170M if shape.matrix in (_BT470BG, _SMPTE170M) else _BT709


def _colour(frame: VideoFrame) -> str:
    """Options of the scaler that bring the picture to SDR, limited range and one of the common matrices."""
    options = ""
    if frame.color_trc in (PQ, HLG):
        # libswscale maps tones and gamut by ICC-like perceptual intent (a table made once, some 4 s of CPU)
        options += ":out_transfer=bt709:out_primaries=bt709:out_color_matrix=bt709:intent=perceptual"
    elif is_rgb(frame) or frame.colorspace not in (_BT709, UNKNOWN_MATRIX, _BT470BG, _SMPTE170M):
        options += ":out_color_matrix=bt709"
    if frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj") or is_rgb(frame):
        options += ":out_range=tv"
    return options
