"""Checks on the strokes, as pure functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.check import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa


def strokes_are_sound(strokes: pa.Table, film_times: np.ndarray) -> list[CheckResult]:
    """Check STROKES: within the `film_times` (n,) s, in order of contact and of phases, a reason for each null."""
    rows = strokes.to_pylist()
    contacts = [row["contact_s"] for row in rows]
    inside = not rows or bool(len(film_times) and film_times[0] <= min(contacts) and max(contacts) <= film_times[-1])
    inside &= contacts == sorted(contacts) and [row["stroke"] for row in rows] == list(range(len(rows)))
    phases = ("start_s", "load_s", "swing_s", "contact_s", "end_s")
    known = [[row[phase] for phase in phases if row[phase] is not None] for row in rows]
    names = strokes.column_names
    measures = names[names.index("peak_wrist_speed") : names.index("unknown")]
    silent = [name for row in rows for name in measures if (row[name] is None) != (name in json.loads(row["unknown"]))]
    return [
        CheckResult("strokes_inside_the_film", inside, "contacts lie in the film, numbered in their order"),
        CheckResult("phases_in_order", all(k == sorted(k) for k in known), "each phase begins after the one before"),
        CheckResult("measure_or_reason", not silent, f"without value or reason: {', '.join(silent) or 'none'}"),
    ]
