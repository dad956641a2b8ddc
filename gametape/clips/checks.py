"""Checks of the tables of clips.

Belongs here: what must hold of them. Does not belong here: making them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.base.check import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa

#: Columns of a time and the next one may differ by rounding, seconds.
_ROUNDING_S = 1e-3


def spans_are_sound(spans: pa.Table, frames: pa.Table) -> list[CheckResult]:
    """Every span lies within its clip and every clip within the film; each row has a span or a reason."""
    from gametape.film.clock import film_end

    times = frames["time_s"].to_numpy()
    first, last = (float(times[0]), film_end(times)) if len(times) else (0.0, 0.0)
    wrong = []
    for row in spans.to_pylist():
        if (row["start_s"] is None) == (row["reason"] is None):
            wrong.append(row["clip"])
        elif row["start_s"] is not None:
            inside = first - _ROUNDING_S <= row["start_s"] < row["end_s"] <= last + _ROUNDING_S
            wrong += [] if inside and row["span_start_s"] <= row["span_end_s"] else [row["clip"]]
    message = f"outside the film, or without a reason: {_listed(wrong)}" if wrong else f"{spans.num_rows} spans"
    return [CheckResult("spans_inside_the_film", not wrong, message)]


def clips_are_as_asked(clips: pa.Table, spans: pa.Table, frames: pa.Table) -> list[CheckResult]:
    """Every clip begins and ends within a frame of what was asked, and holds the frames of the film between.

    What lies before and after a gap of the film is as near as the film's own pictures are.
    """
    from gametape.film.clock import frame_interval

    asked = {row["clip"]: row for row in spans.to_pylist() if row["reason"] is None}
    times = frames["time_s"].to_numpy()
    step = (frame_interval(times) or 0.0) + _ROUNDING_S
    wrong, made = [], 0
    for row in clips.to_pylist():
        if (row["file"] is None) == (row["reason"] is None):
            wrong.append(row["clip"])
        if row["file"] is None or row["kind"] == "reel":
            continue
        made += 1
        span = asked[row["clip"]]
        off = max(abs(row["start_s"] - span["start_s"]), abs(row["end_s"] - span["end_s"]))
        within = int(((times >= row["start_s"] + step) & (times < row["end_s"] - step)).sum())
        wrong += [row["clip"]] if off > step or row["frames"] < within else []
    message = f"not what was asked: {_listed(wrong)}" if wrong else f"{made} clips begin and end where they should"
    return [CheckResult("clips_show_what_was_asked", not wrong, message)]


def _listed(numbers: list[int]) -> str:
    return ", ".join(f"clip {number}" for number in dict.fromkeys(numbers))
