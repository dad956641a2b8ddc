"""An upload's partition key, `<slug of its file name>-<12 hex digits of its content>`, and names of files.

Belongs here: names and fingerprints, as pure functions. Does not belong here: reading files.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from gametape.base.slug import words

#: Names that a browser or a copy tool gives to a file that is still being written.
PARTIAL_SUFFIXES = frozenset(
    (".part", ".partial", ".filepart", ".crdownload", ".download", ".opdownload", ".tmp", ".temp", ".aria2")
)

#: The suffix of archives whose files are put beside them, and what their names end in when that is done.
ARCHIVE, UNPACKED = ".zip", ".unpacked"

BLOCK = 64 * 1024
BLOCKS = 5  # head, quarters and tail
FINGERPRINT_DIGITS = 12
_KEY = re.compile(rf"[a-z0-9][a-z0-9_-]*-([0-9a-f]{{{FINGERPRINT_DIGITS}}})")


def slug(name: str, otherwise: str, suffix: str = "") -> str:
    """The words of a file's name, without folder and suffix; `otherwise` when there are none.

    `suffix` is the file's where that has more than one dot.

    >>> slug("cup/Match 1 (final).MP4", "film")
    'match-1-final'
    >>> slug("cup/Match 1.points.json", "match", ".points.json")
    'match-1'
    """
    path = PurePosixPath(name.replace("\\", "/"))
    return words(path.name.rstrip()[: -len(suffix)] if suffix else path.stem) or otherwise


def upload_key(name: str, fingerprint: str, noun: str, suffix: str = "") -> str:
    """The partition key of a file: safe in a path, a URL, an object key and Dagster's own syntax."""
    return f"{slug(name, noun, suffix)}-{fingerprint}"


def fingerprint_in(key: str) -> str | None:
    """The content's fingerprint at the end of a key; None where the key has another form."""
    match = _KEY.fullmatch(key)
    return match[1] if match else None


def blocks_of(size: int) -> list[tuple[int, int]]:
    """The byte ranges [start, stop) that a fingerprint reads of a file of `size` bytes."""
    if size <= BLOCK * BLOCKS:
        return [(0, size)]
    last = size - BLOCK
    return [(start, start + BLOCK) for start in (last * i // (BLOCKS - 1) for i in range(BLOCKS))]


def fingerprint(size: int, blocks: Iterable[bytes], salt: str = "") -> str:
    """12 hex digits over a file's size and its blocks: constant time, however large the file."""
    digest = hashlib.sha256(f"{salt}{size}:".encode())
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()[:FINGERPRINT_DIGITS]


def printable(text: str) -> str:
    """`text` with control characters and undecodable bytes escaped: safe in a log line, a tag and a database."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def is_partial(name: str) -> bool:
    """Is this the name of a hidden file or of one that is still being written?"""
    return name.startswith((".", "~$")) or name.endswith("~") or suffix_of(name) in PARTIAL_SUFFIXES


def suffix_of(name: str) -> str:
    """The suffix in lower case with its dot, without spaces after it.

    >>> suffix_of("Match.MP4 ")
    '.mp4'
    """
    dot = name.rfind(".")
    return name[dot:].lower().rstrip() if dot > 0 else ""


def without_suffix(path: str) -> str:
    """The path without its suffix, letter for letter."""
    return path[: path.rfind(".")] if suffix_of(path) else path


def composed(text: str) -> str:
    """The text with each accented letter as one character.

    macOS writes `é` as two characters, where others write one: a film and its sidecar may come from both.
    """
    return unicodedata.normalize("NFC", text)


def common_beginning(stem: str) -> str:
    """How all paths begin whose stems are this one, however their letters are composed."""
    plain = next((at for at, letter in enumerate(stem) if not letter.isascii()), None)
    # An accent that is a character of its own belongs to the letter before it.
    return stem if plain is None else stem[: max(plain - 1, 0)]
