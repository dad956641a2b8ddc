"""A reel: clips of one film one after another, without encoding a picture again.

Belongs here: joining. Does not belong here: cutting (cut.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gametape.base.errors import GametapeError
from gametape.clips.cut import OPTIONS, Written, check
from gametape.clips.film import CutFilm, parameter_sets
from gametape.clips.sound_stream import SoundReader, SoundWriter, sound_format
from gametape.media.clock import TICKS, tick


@dataclass(frozen=True)
class Part:
    """A clip of a reel.

    Attributes:
        path: The clip's file.
        begin_s: What it shows of the film's file, seconds.
        finish_s: Likewise.
    """

    path: Path
    begin_s: float
    finish_s: float


@dataclass(frozen=True)
class Reel:
    """What was written."""

    frames: int
    duration_s: float
    sound: bool
    bytes: int


class Differ(GametapeError):
    """Clips whose pictures have not one set of parameters: they cannot be joined without encoding them again."""


def join(film: CutFilm, parts: Sequence[Part], out: Path) -> Reel:
    """Join clips of a film in the given order.

    The clips' packets are copied, each clip begins where the one before ends, and the sound is encoded once from the
    film: it neither stops at a joint nor drifts.

    Args:
        film: The film that the clips were cut from, with `joinable`.
        parts: At least one clip.
        out: The file, which appears whole or not at all.

    Raises:
        Differ: The clips were not made to be joined.
        Unavailable: `out` cannot be written.
    """
    from fractions import Fraction

    import av

    heard, frames, begins = sound_format(film), 0, 0
    with Written(out) as partial:
        with av.open(str(partial.absolute()), "w", format="mp4", options=dict(OPTIONS)) as reel:
            with av.open(str(parts[0].path.absolute())) as first:
                template = first.streams.video[0]
                sets = parameter_sets(bytes(template.codec_context.extradata or b""))
                pictures = reel.add_stream_from_template(template, opaque=True)
            pictures.time_base = Fraction(1, TICKS)
            sound = SoundWriter(reel, *heard) if heard else None
            for part in parts:
                blocks = SoundReader(film, part.begin_s, part.finish_s, *heard).blocks() if heard else iter(())
                with av.open(str(part.path.absolute())) as clip:
                    video = clip.streams.video[0]
                    if parameter_sets(bytes(video.codec_context.extradata or b"")) != sets:
                        raise Differ(part.path.name, "has pictures of other parameters", "Cut the clips anew")
                    for packet in clip.demux(video):
                        if packet.pts is None or packet.dts is None or not packet.size:
                            continue
                        while sound and sound.written_s <= (begins + packet.pts) / TICKS:
                            block = next(blocks, None)
                            if block is None:
                                break
                            sound.write(block)
                        packet.stream = pictures
                        packet.pts, packet.dts = packet.pts + begins, packet.dts + begins
                        reel.mux(packet)
                        frames += 1
                for block in blocks if sound else ():
                    sound.write(block)  # type: ignore[union-attr]
                begins += tick(part.finish_s) - tick(part.begin_s)
            if sound:
                sound.finish()
        check(partial, frames)
        return Reel(frames, begins / TICKS, heard is not None, partial.stat().st_size)
