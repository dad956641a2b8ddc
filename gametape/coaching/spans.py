"""The stretches of film that show a finding, as the column `evidence` of `findings` holds them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Evidence:
    """A stretch of film that shows a finding, and its worst moment, where to look first."""

    start_s: float
    end_s: float
    worst_s: float


def to_json(spans: Iterable[Evidence]) -> str:
    """Spans as JSON, to the millisecond."""
    names = ("start_s", "end_s", "worst_s")
    return json.dumps([{name: round(getattr(span, name), 3) for name in names} for span in spans])


def from_json(text: str) -> tuple[Evidence, ...]:
    """The spans of a row of `findings`."""
    return tuple(Evidence(**span) for span in json.loads(text))
