"""What an export says about each file that it wrote."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExportedFile:
    """A file of an export; None where something does not apply.

    Attributes:
        name: File name.
        what: What it holds, in words.
        track: The person whom it is about.
        unit: Unit of its values.
        rate_hz: Samples per second.
        resampled: Some values lie between two samples.
        notes: What a reader must know.
    """

    name: str
    what: str
    track: int | None = None
    unit: str | None = None
    rate_hz: float | None = None
    resampled: bool | None = None
    notes: tuple[str, ...] = ()
