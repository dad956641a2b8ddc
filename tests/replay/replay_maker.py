"""Makes replay files: a header by the game's format, with right sums, around any content."""

from __future__ import annotations

import struct
from typing import Any

from gametape.replay.header import checksum


def text(value: str) -> bytes:
    raw = value.encode("cp1252") + b"\0"
    return struct.pack("<i", len(raw)) + raw


def properties(values: dict[str, Any]) -> bytes:
    return b"".join(_property(name, value) for name, value in values.items()) + text("None")


def _property(name: str, value: Any) -> bytes:
    if isinstance(value, bool):
        kind, raw = "BoolProperty", bytes([value])
    elif isinstance(value, int):
        kind, raw = "IntProperty", struct.pack("<i", value)
    elif isinstance(value, float):
        kind, raw = "FloatProperty", struct.pack("<f", value)
    elif isinstance(value, list):
        kind, raw = "ArrayProperty", struct.pack("<I", len(value)) + b"".join(map(properties, value))
    else:
        kind, raw = "StrProperty", text(value)
    return text(name) + text(kind) + struct.pack("<II", len(raw), 0) + raw


def replay(values: dict[str, Any], content: bytes = b"", kind: str = "TAGame.Replay_Soccar_TA") -> bytes:
    """A file whose sums are right."""
    header = struct.pack("<III", 868, 32, 10) + text(kind) + properties(values)
    return b"".join(struct.pack("<II", len(part), checksum(part)) + part for part in (header, content))


GAME = {
    "TeamSize": 1,
    "Team1Score": 2,
    "BuildVersion": "990101.1.1",
    "Id": "00112233445566778899AABBCCDDEEFF",
    "Date": "2031-02-03 04-05-06",
    "Goals": [{"frame": 1, "PlayerName": "Ana", "PlayerTeam": 1}, {"frame": 2, "PlayerName": "Ana", "PlayerTeam": 1}],
    "PlayerStats": [
        {"Name": "Ana", "Team": 1, "Score": 300, "Goals": 2, "Shots": 4, "bBot": False},
        {"Name": "Ben", "Team": 0, "Score": 50, "Saves": 1, "bBot": False},
    ],
}
"""The header of a made game."""
