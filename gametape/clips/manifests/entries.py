"""What every list of clips says: each clip's place in the film's file, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from gametape.film.clock import frame_interval

#: The rate varies where an interval between pictures differs from the median by more than this share of it.
_VARIES = 0.2
#: Rates of films, as frames over seconds.
_RATES = (
    (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1), (100, 1),
    (120000, 1001), (120, 1), (240, 1),
)  # fmt: skip
#: A measured rate this near a known one is it.
_SAME_RATE = 4e-4


@dataclass(frozen=True)
class FilmFacts:
    """A film as lists of clips name it.

    Attributes:
        name: Name of the uploaded file.
        rate: Pictures a second of its file, as a fraction's two parts.
        varies: Its pictures are not evenly spaced: frame numbers of lists are times rounded to the rate.
        duration_s: How long its file plays.
    """

    name: str
    rate: tuple[int, int]
    varies: bool
    duration_s: float

    @property
    def fps(self) -> float:
        """The rate as a number."""
        return self.rate[0] / self.rate[1]


@dataclass(frozen=True)
class Entry:
    """A clip.

    Attributes:
        number: Its number in the list, from 1.
        kind: As in the table CLIPS.
        code: Whose it is, in few words: what Sportscode calls a row.
        text: What it shows, in few words.
        start_s: Where it begins in the film's file, seconds.
        end_s: Where it ends.
        row: Its row of CLIPS.
    """

    number: int
    kind: str
    code: str
    text: str
    start_s: float
    end_s: float
    row: Mapping[str, Any]

    @property
    def file(self) -> str:
        """Name of the clip's file."""
        return PurePosixPath(self.row["file"]).name


def film_facts(name: str, shown: np.ndarray) -> FilmFacts:
    """The facts of a film whose pictures its file shows at `shown` (n,) seconds.

    >>> film_facts("match.mp4", np.arange(100) * 1001 / 30000).rate
    (30000, 1001)
    """
    interval = frame_interval(shown) or 1 / 25
    steps = np.diff(shown)
    even = steps[np.abs(steps - interval) <= _VARIES * interval]
    varies = len(even) < 0.98 * len(steps)  # a few pictures that the camera missed are no varying rate
    fps = 1 / float(even.mean()) if len(even) else 1 / interval
    near = min(_RATES, key=lambda rate: abs(rate[0] / rate[1] / fps - 1))
    rate = near if abs(near[0] / near[1] / fps - 1) <= _SAME_RATE else (round(fps * 1000), 1000)
    duration = float(shown[-1]) + interval if len(shown) else 0.0
    return FilmFacts(name, rate, varies, duration)


def entries_of(rows: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """The clips of a table CLIPS that have a file, in the film's order; no reels, and not the film to find faults."""
    made = [row for row in rows if row["file"] and row["kind"] not in ("reel", "overlay")]
    made.sort(key=lambda row: (row["shown_s"], row["clip"]))
    return [
        Entry(
            number,
            row["kind"],
            _code(row),
            _text(row),
            row["shown_s"],
            row["shown_s"] + row["duration_s"],
            row,
        )
        for number, row in enumerate(made, 1)
    ]


def _code(row: Mapping[str, Any]) -> str:
    said = [row["number"] or "", " ".join((row["name"] or "").split())]
    if any(said):
        return " ".join(filter(None, said))
    return f"player {row['player'] + 1}" if row["player"] is not None else row["kind"]


def _text(row: Mapping[str, Any]) -> str:
    if row["kind"] == "shift":
        period = f"period {row['period']}, " if row["period"] else ""
        return f"{period}shift {row['shift']}"
    return " ".join((row["label"] or row["kind"]).split())
