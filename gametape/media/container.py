"""An uploaded file opened as a video container, or refused with a reason.

Belongs here: limits, allowed formats and the words of a refusal. Does not belong here: its frames (source.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gametape.base.errors import BadInput

if TYPE_CHECKING:
    from av.container import InputContainer

#: Largest width or height that is accepted, px.
MAX_SIDE = 8192
#: Largest number of pixels that is accepted; 8K UHD has 33 million.
MAX_PIXELS = 40_000_000
#: The limits in words.
SIZE_LIMIT = f"the limit of {MAX_SIDE} px a side and {MAX_PIXELS // 1_000_000} million px"
#: What to do with a file that cannot be read.
RESEND = "Upload the film again, or export it as MP4 (H.264) first"
# Demuxers that may open an upload. Playlists (HLS, DASH, concat) are left out: they make FFmpeg open other files.
# Sound and pictures are let in so that the refusal can say what the file is.
_DEMUXERS = (
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,asf,mxf,ogg,ivf,h264,hevc,obu,av1,m4v,dv,gif,nut,mjpeg,rm,swf,"
    "wav,mp3,aac,flac,image2,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe"
)


def check_bytes(count: int, most: float, name: str) -> None:
    """Raise BadInput for a file of more bytes than the limit."""
    if count > most:
        reason = f"has {count / 1e9:,.1f} GB, above the limit of {most / 1e9:,.1f} GB"
        raise BadInput(name, reason, "Export it smaller, or set GAMETAPE_MAX_FILM_BYTES")


def check_length(seconds: float, most: float, name: str) -> None:
    """Raise BadInput for a film that lasts longer than the limit, both in seconds."""
    if seconds > most:
        reason = f"lasts {seconds / 3600:.1f} h or more, above the limit of {most / 3600:g} h"
        raise BadInput(name, reason, "Cut it into parts, or set GAMETAPE_MAX_FILM_HOURS")


def check_size(width: int, height: int, name: str) -> None:
    """Raise BadInput for a picture of more pixels than the limit."""
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise BadInput(name, f"its picture is {width}x{height}, above {SIZE_LIMIT}", "Export it at 4K or less")


def check_file(path: Path, name: str) -> None:
    """Raise BadInput unless the path is a regular file that can be read and is not empty."""
    if path.is_symlink() and not path.exists():
        raise BadInput(name, "is a link to a file that does not exist", "Upload the film itself")
    if not path.exists():
        raise BadInput(name, "does not exist", "Check the path, or upload it again")
    if path.is_dir():
        raise BadInput(name, "is a folder", "Upload the film inside it")
    if not path.is_file():
        raise BadInput(name, "is not a regular file", "Upload the film as a file")
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise BadInput(name, f"cannot be read ({error.strerror})", "Give read permission to it") from None
    if path.stat().st_size == 0:
        raise BadInput(name, "is empty (0 bytes)", "The upload was cut off: upload it again")


def open_container(path: Path, name: str) -> InputContainer:
    """Open the file with FFmpeg. Raises BadInput that says why it is no video."""
    import av

    # An absolute path: FFmpeg would take `a:b.mp4` for protocol a.
    options = {"format_whitelist": _DEMUXERS, "protocol_whitelist": "file", "max_pixels": str(MAX_PIXELS)}
    try:
        return av.open(str(path.absolute()), options=options, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise BadInput(name, *_why_unreadable(path, error)) from None


def _why_unreadable(path: Path, error: Exception) -> tuple[str, str]:
    """Reason and remedy for a file that FFmpeg does not open."""
    with path.open("rb") as file:
        head = file.read(4096)
    boxes = list(_mp4_boxes(path)) if head[4:8] in (b"ftyp", b"mdat", b"wide", b"free", b"skip") else []
    if boxes and "moov" not in boxes:
        return (
            "is cut short: the index at its end (moov) is missing",
            "The recording or the upload stopped early: upload it again, or repair it with the camera's own software",
        )
    if head and _is_text(head):
        return "is text, not a film", "Upload the film itself"
    detail = getattr(error, "strerror", None) or str(error)
    return f"is not a film in a format that can be read ({detail})", RESEND


def _mp4_boxes(path: Path) -> Iterator[str]:
    """Types of the boxes at the top level of an MP4 file, up to the first that is malformed."""
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + 8 <= size:
            file.seek(at)
            header = file.read(16)
            length = int.from_bytes(header[:4], "big")
            yield header[4:8].decode("latin-1")
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            if length < 8:
                return
            at += length


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head[: max(1, len(head) - 3)].decode("utf-8")  # the cut may fall inside a character
    except UnicodeDecodeError:
        return False
    return True
