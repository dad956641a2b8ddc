"""Checks on the calibration, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.base.check import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa


def calibration_is_sound(calibration: pa.Table) -> list[CheckResult]:
    """Check CALIBRATION: marks that were given determine something."""
    row = calibration.to_pylist()[0]
    useless = row["mark_count"] > 0 and row["solved"] == "none"
    message = f"{row['mark_count']} marks, off by {row['reprojection_px'] or 0:.1f} px"
    return [CheckResult("marks_make_a_calibration", not useless, row["reason"] or message, is_error=False)]
