"""Checks on flights and rallies, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametape.base.check import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa


def flights_are_sound(flights: pa.Table) -> list[CheckResult]:
    """Check BALL_FLIGHTS: one after the other, values within their bands, a reason for each value that is missing."""
    start, end = flights["start_s"].to_numpy(), flights["end_s"].to_numpy()
    ordered = bool((end > start).all() and (start[1:] >= end[:-1] - 1e-6).all())
    banded = all(
        _within_band(flights, name)
        for name in (
            "speed_start_mps",
            "speed_end_mps",
            "speed_mean_mps",
            "apex_m",
            "start_x_m",
            "start_height_m",
            "swing_deg",
        )
    )
    reasons = {"speed_start_mps": "speed_reason", "swing_deg": "swing_reason"}
    reasoned = all((_given(flights, name) | _given(flights, reason)).all() for name, reason in reasons.items())
    return [
        CheckResult(
            "flights_in_order",
            ordered and banded and reasoned,
            "flights follow each other, values lie within their bands, missing ones have a reason",
        )
    ]


def _within_band(table: pa.Table, name: str) -> bool:
    parts = [f"{name}_low", name, f"{name}_high"]
    given = np.array([_given(table, part) for part in parts])
    if (given != given[0]).any():
        return False
    low, value, high = (table[part].drop_null().to_numpy() for part in parts)
    return bool(((low <= value) & (value <= high)).all())


def _given(table: pa.Table, name: str) -> np.ndarray:
    return table[name].is_valid().to_numpy()


def rallies_are_sound(rallies: pa.Table) -> list[CheckResult]:
    """Check RALLIES: one after the other, each with a shot."""
    start, end, shots = (rallies[name].to_numpy() for name in ("start_s", "end_s", "shots"))
    good = bool((end > start).all() and (start[1:] >= end[:-1] - 1e-6).all() and (shots >= 1).all())
    return [CheckResult("rallies_in_order", good, "rallies follow each other and have at least one shot")]
