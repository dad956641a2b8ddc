"""The header of a replay file: what it says of the game before its course begins.

Belongs here: reading the header, checking the file's sums. Does not belong here: the course (`gametape.replay.parse`).

It is read here too, not only by the parser, because it is the part that no patch has changed since 2015: a replay whose
course nobody can read yet still says who won.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 64 * 2**20
"""Largest file taken: the game itself stops recording at 10 MB."""
_DEEPEST = 12
_LONGEST_TEXT = 10_000
_START = 0x10340DFE
"""Initial state of the game's checksum, a CRC-32 that reads its bits from the top."""
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Damaged(ValueError):
    """The bytes are no replay, or not whole. The text is a part of a sentence."""


@dataclass(frozen=True)
class Header:
    """A replay's header.

    Attributes:
        engine_version: Version of the engine, 868 in most.
        licensee_version: Version of the replay format.
        net_version: Version of the network format; None: there was none yet.
        properties: What it says, by the game's own names.
        content_intact: Whether the part behind the header is whole, by its sum.
        content_reason: Why it is not; empty: it is.
    """

    engine_version: int
    licensee_version: int
    net_version: int | None
    properties: dict[str, Any]
    content_intact: bool
    content_reason: str


def read_header(data: bytes) -> Header:
    """The header of a replay.

    Args:
        data: The whole file.

    Raises:
        Damaged: It is no replay, or its header is not whole.
    """
    if not data:
        raise Damaged("it is empty (0 bytes)")
    reader = _Reader(data)
    size, crc = reader.unsigned(), reader.unsigned()
    if size < 16 or size > len(data) - 8:
        kind = "a zip file, not a replay" if data[:4] == b"PK\x03\x04" else "no replay, or cut off in its header"
        raise Damaged(f"it is {kind} (a header of {size} bytes in a file of {len(data)})")
    if checksum(data[8 : 8 + size]) != crc:
        raise Damaged("its header does not have the sum that it states")
    reader.end = 8 + size
    engine, licensee = reader.unsigned(), reader.unsigned()
    net = reader.unsigned() if engine >= 866 and licensee >= 18 else None
    kind = reader.text()
    if not kind.startswith("TAGame.Replay"):
        raise Damaged(f"it is of the kind {kind[:60]!r}, not of a game")
    properties = reader.properties()
    return Header(engine, licensee, net, properties, *_content(data, 8 + size))


def checksum(data: bytes) -> int:
    """The game's checksum of some bytes.

    zlib's CRC-32 reads bits from the bottom: bytes and result are reversed for it.
    """
    return _reverse(zlib.crc32(data.translate(_REVERSED), _reverse(_START) ^ 0xFFFFFFFF))


def _reverse(value: int) -> int:
    return int(f"{value:032b}"[::-1], 2)


def _content(data: bytes, at: int) -> tuple[bool, str]:
    if len(data) < at + 8:
        return False, "it ends with its header"
    size, crc = struct.unpack_from("<II", data, at)
    if size > len(data) - at - 8:
        return False, f"it is cut off: {len(data) - at - 8} of {size} bytes of the game are there"
    if checksum(data[at + 8 : at + 8 + size]) != crc:
        return False, "the game in it does not have the sum that it states: bytes were changed"
    return True, ""


class _Reader:
    """Reads from the front, and never past the end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self.end = data, 0, len(data)

    def take(self, count: int) -> bytes:
        if count < 0 or self._at + count > self.end:
            raise Damaged("its header is cut off or damaged")
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, form: str) -> Any:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    def unsigned(self) -> int:
        return int(self.number("I"))

    def text(self) -> str:
        length = self.number("i")
        if abs(length) > _LONGEST_TEXT:
            raise Damaged(f"its header holds a text of {abs(length)} characters")
        raw = self.take(-2 * length) if length < 0 else self.take(length)
        return (raw.decode("utf-16-le", "replace") if length < 0 else raw.decode("cp1252", "replace")).rstrip("\0")

    def properties(self, depth: int = 0) -> dict[str, Any]:
        if depth > _DEEPEST:
            raise Damaged("its header is nested too deeply")
        found: dict[str, Any] = {}
        while (name := self.text()) != "None":
            kind = self.text()
            self.take(8)  # size and index
            found[name] = self._value(kind, depth)
        return found

    def _value(self, kind: str, depth: int) -> Any:
        plain: dict[str, Callable[[], Any]] = {
            "IntProperty": lambda: self.number("i"),
            "FloatProperty": lambda: self.number("f"),
            "QWordProperty": lambda: self.number("Q"),
            "BoolProperty": lambda: bool(self.take(1)[0]),
            "StrProperty": self.text,
            "NameProperty": self.text,
        }
        if kind in plain:
            return plain[kind]()
        if kind == "ByteProperty":
            enum = self.text()
            if enum == "None":
                return self.take(1)[0]
            return enum if enum in ("OnlinePlatform_Steam", "OnlinePlatform_PS4") else self.text()
        if kind == "ArrayProperty":
            count = self.unsigned()
            if count > self.end - self._at:
                raise Damaged(f"its header holds a list of {count} entries")
            return [self.properties(depth + 1) for _ in range(count)]
        if kind == "StructProperty":
            self.text()
            return self.properties(depth + 1)
        raise Damaged(f"its header holds a property of the unknown kind {kind[:60]!r}")
