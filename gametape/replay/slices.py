"""A replay cut into shorter ones, so that parsing a game takes the memory of a part of it.

Belongs here: cutting. Does not belong here: parsing (`gametape.replay.parse`).

The parser hands over a whole game at once, as objects of the language: half a gigabyte of them. But a replay holds
keyframes, about every 10 s, from which the game itself plays it on: there everything is told anew. From one keyframe to
another is a replay of its own, if its bits are moved to begin with a byte and the header states its number of frames.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise

from gametape.replay.header import checksum

FRAMES = 1000
"""A slice has this many frames at least, but for the last one. Each repeats what the file says once: few are better."""
PADDING = bytes(16)
"""A reader of bits may look ahead."""
_COUNT = struct.pack("<i", 10) + b"NumFrames\0" + struct.pack("<i", 12) + b"IntProperty\0"


def slices(data: bytes, frames: int = FRAMES) -> Iterator[bytes]:
    """Replay files that together have the frames of one, in their order.

    Args:
        data: A whole replay file.
        frames: Frames in a slice at least.

    Raises:
        ValueError: It cannot be cut: it states no number of frames, or no keyframes.
    """
    size = struct.unpack_from("<I", data)[0]
    header, content = data[8 : 8 + size], memoryview(data)[16 + size :]
    found = header.find(_COUNT)
    if found < 0:
        raise ValueError("its header states no number of frames")
    count_at = found + len(_COUNT) + 8
    total = struct.unpack_from("<i", header, count_at)[0]
    begin, keys = _keyframes(content)
    length = struct.unpack_from("<I", content, begin)[0]
    network, rest = content[begin + 4 : begin + 4 + length], content[begin + 4 + length :]
    for (frame, bit), (until, end) in pairwise(_cuts(keys, frames, total, 8 * length)):
        patched = header[:count_at] + struct.pack("<i", until - frame) + header[count_at + 4 :]
        part = _bits(network, bit, end) + PADDING
        body = b"".join((content[:begin], struct.pack("<I", len(part)), part, rest))
        yield b"".join(struct.pack("<II", len(one), checksum(one)) + one for one in (patched, body))


def _keyframes(content: memoryview) -> tuple[int, list[tuple[int, int]]]:
    """Where the list of keyframes ends, and frame and first bit of each."""
    at = 4
    for _ in range(struct.unpack_from("<I", content)[0]):  # the levels' names
        length = struct.unpack_from("<i", content, at)[0]
        at += 4 + (length if length >= 0 else -2 * length)
    count = struct.unpack_from("<I", content, at)[0]
    if 12 * count > len(content) - at:
        raise ValueError(f"it holds a list of {count} keyframes")
    keys = [struct.unpack_from("<fII", content, at + 4 + 12 * n)[1:] for n in range(count)]
    return at + 4 + 12 * count, keys


def _cuts(keys: list[tuple[int, int]], frames: int, total: int, bits: int) -> list[tuple[int, int]]:
    """Frame and bit of each cut, with the first and the last."""
    if not keys or keys[0] != (0, 0) or any(a >= c or b >= d for (a, b), (c, d) in pairwise([*keys, (total, bits)])):
        raise ValueError("its keyframes are not in order")
    cuts = [keys[0]]
    for frame, bit in keys[1:]:
        if frame - cuts[-1][0] >= frames:
            cuts.append((frame, bit))
    return [*cuts, (total, bits)]


def _bits(data: memoryview, begin: int, end: int) -> bytes:
    """Some of the bits, counted from the lowest of the first byte, moved to begin with a byte."""
    part = data[begin // 8 : (end + 7) // 8]
    return (int.from_bytes(part, "little") >> begin % 8).to_bytes(len(part), "little")
