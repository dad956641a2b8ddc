"""How many pictures a second the camera took, as the file's own metadata says.

Belongs here: reading it from the metadata of cameras that play slow motion or time lapse at another rate. Does not
belong here: what follows for the times (gametape.film.clock), the sidecar's `capture_fps`.

| camera | where it says so |
|---|---|
| Android | `com.android.capture.fps` in the metadata of the film |
| Sony XAVC, slow and quick | `captureFps` beside `formatFps` in the XML of the box `meta` |
| GoPro | `VFPS` of the box `GPMF`, where it differs from the file's rate |

iPhones store slow motion at its true times (240 pictures a second play as 240), so there is nothing to read; a film
that Photos exported slows down and speeds up again and says nothing of it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gametape.media.source import Source

ANDROID = "com.android.capture.fps"
#: Android writes its tag into every film. High-speed recordings begin at 100 pictures a second; below that a rate that
#: differs from the file's is a camera that took fewer pictures in the dark. Up to 15 it is a time lapse.
_HIGH_SPEED, _TIME_LAPSE = 100.0, 15.0
#: Rates nearer than this share are the same.
_SAME_RATE = 0.02
#: Larger boxes are no metadata, bytes.
_LARGEST = 1 << 22
_SONY = re.compile(rb'<VideoFrame\b[^>]*?\bcaptureFps="([\d.]+)[pi]?"[^>]*?\bformatFps="([\d.]+)[pi]?"')


class CaptureRate(NamedTuple):
    """Pictures a second as the camera took them, and what says so."""

    fps: float
    told_by: str


def capture_rate(source: Source) -> CaptureRate | None:
    """What the file says of the rate at which it was taken; None where it says nothing that is possible."""
    played = source.claimed_fps
    if not played:
        return None
    with suppress(ValueError):
        fps = float(source.container.metadata.get(ANDROID, "nan"))
        if fps >= _HIGH_SPEED or 0 < fps <= _TIME_LAPSE:
            return CaptureRate(fps, ANDROID)
    boxes = _metadata_boxes(source.path)
    if said := _SONY.search(boxes.get(b"meta", b"")):
        with suppress(ValueError):
            fps, played_then = float(said[1]), float(said[2])
            if fps > 0 and abs(played_then - played) <= _SAME_RATE * played:  # else it was given another rate since
                return CaptureRate(fps, "captureFps")
    gopro = _gopro_rate(boxes.get(b"GPMF", b""))
    return CaptureRate(gopro, "VFPS") if gopro else None


def _gopro_rate(box: bytes) -> float | None:
    """The video rate of GoPro's metadata: key VFPS with numerator and denominator."""
    at = box.find(b"VFPS")
    # Key, type, size of a sample, number of samples; then the samples.
    if at < 0 or len(box) < at + 16 or box[at + 4 : at + 5] != b"L" or box[at + 5] * box[at + 7] < 8:
        return None
    numerator, denominator = struct.unpack(">II", box[at + 8 : at + 16])
    return numerator / denominator if numerator and denominator and numerator / denominator <= 2000 else None


def _metadata_boxes(path: Path) -> dict[bytes, bytes]:
    """The boxes `meta` (of the file) and `GPMF` (of moov's udta) of an MP4 or MOV file."""
    found: dict[bytes, bytes] = {}
    with suppress(OSError), path.open("rb") as file:
        for kind, start, end in _boxes(file, 0, path.stat().st_size):
            if kind == b"meta":
                found[kind] = _read(file, start, end)
            elif kind == b"moov":
                for inner, inner_start, inner_end in _boxes(file, start, end):
                    if inner == b"udta":
                        for leaf, leaf_start, leaf_end in _boxes(file, inner_start, inner_end):
                            if leaf == b"GPMF":
                                found[leaf] = _read(file, leaf_start, leaf_end)
    return found


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(min(end - start, _LARGEST))


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the content of each box in a stretch of the file, up to the first that is malformed."""
    while start + 8 <= end:
        file.seek(start)
        header = file.read(16)
        if len(header) < 8:
            return
        size, kind, begins = int.from_bytes(header[:4], "big"), header[4:8], 8
        if size == 1:
            size, begins = int.from_bytes(header[8:16], "big"), 16
        elif size == 0:  # to the end
            size = end - start
        if size < begins or start + size > end:
            return
        yield kind, start + begins, start + size
        start += size
