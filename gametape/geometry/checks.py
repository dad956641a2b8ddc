"""Checks on the calibration, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.base.check import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa


def calibration_is_sound(calibration: pa.Table) -> list[CheckResult]:
    """Check CALIBRATION: marks that were given, or a court that was found, determine something."""
    rows = calibration.to_pylist()
    useless = [row for row in rows if row["source"] is not None and row["solved"] == "none"]
    solved = [row for row in rows if row["solved"] != "none"]
    off = max((row["reprojection_px"] for row in solved), default=0.0)
    marks = max((row["mark_count"] for row in rows), default=0)
    message = useless[0]["reason"] if useless else f"{marks} marks, off by {off:.1f} px"
    return [CheckResult("marks_make_a_calibration", not useless, message, is_error=False)]
