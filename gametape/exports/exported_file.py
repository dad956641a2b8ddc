"""What an export says of each file it wrote."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Made:
    """A file of an export: its name, what it holds, and what a reader must know. None: does not apply."""

    name: str
    what: str
    track: int | None = None
    unit: str | None = None
    rate_hz: float | None = None
    resampled: bool | None = None
    notes: tuple[str, ...] = ()
