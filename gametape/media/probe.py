"""Facts of an upload, read from its bytes.

Belongs here: the facts of a file. Does not belong here: decoding the whole of it (ingest.py), opening a stranger's
file safely (source.py).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from gametape.media.capture import capture_rate
from gametape.media.source import Source


@dataclass(frozen=True)
class SourceFacts:
    """The columns of the table `source_video` that come from the file itself; see there for units."""

    bytes: int
    sha256: str
    container: str
    video_codec: str
    audio_codec: str | None
    width: int
    height: int
    rotation: int
    pixel_aspect: float
    bit_depth: int
    interlaced: bool
    hdr: bool
    nominal_fps: float | None
    claimed_frames: int | None
    claimed_duration_s: float | None
    tagged_capture_fps: float | None
    capture_tag: str | None


def probe(path: Path, name: str | None = None) -> SourceFacts:
    """Read the facts of an upload; decodes one frame.

    Args:
        path: The file.
        name: What the user calls it, for messages; by default the file's name.

    Raises:
        BadInput: It is not a video that can be read.
    """
    with Source(path, name) as source:
        rate, shape = capture_rate(source), source.first_shape()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return SourceFacts(
            bytes=path.stat().st_size,
            sha256=digest,
            container=source.container.format.name,
            video_codec=source.video.codec_context.codec.canonical_name,
            audio_codec=source.audio.codec_context.codec.canonical_name if source.audio else None,
            width=shape.width,
            height=shape.height,
            rotation=shape.turn.degrees,
            pixel_aspect=shape.pixel_aspect,
            bit_depth=shape.bit_depth,
            interlaced=shape.interlaced,
            hdr=shape.hdr,
            nominal_fps=source.claimed_fps,
            claimed_frames=source.video.frames or None,
            claimed_duration_s=source.claimed_duration_s,
            tagged_capture_fps=rate.fps if rate else None,
            capture_tag=rate.told_by if rate else None,
        )
