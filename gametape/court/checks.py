"""Checks on what was looked for in a film's picture, as pure functions."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from gametape.base.check import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa


def stretches_are_sound(court_marks: pa.Table) -> list[CheckResult]:
    """Check COURT_MARKS: stretches follow each other, and each has a court or a reason."""
    rows = court_marks.to_pylist()
    apart = [one for one, after in pairwise(rows) if one["stop"] != after["first_frame"]]
    empty = [one for one in rows if one["stop"] <= one["first_frame"]]
    silent = [one for one in rows if one["found"] == (one["reason"] is not None)]
    passed = bool(rows) and not (apart or empty or silent)
    fault = f"{len(apart)} gaps, {len(empty)} empty, {len(silent)} with neither a court nor a reason, or with both"
    return [CheckResult("court_stretches_in_order", passed, f"{len(rows)} stretches" if passed else fault)]
