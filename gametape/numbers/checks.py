"""Checks on the table of number reads.

Belongs here: pure functions from a table to check results. Does not belong here: Dagster's asset checks (assets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.base.check import CheckResult
from gametape.numbers.reader import NUMBERS, READ_AT

if TYPE_CHECKING:
    import pyarrow as pa


def reads_are_sound(reads: pa.Table) -> list[CheckResult]:
    """Check that reads are numbers that were likely enough, and that nobody is looked at twice in a frame.

    Args:
        reads: Table NUMBER_READS.
    """
    rows = reads.to_pylist()
    looks = [(row["frame"], row["track"]) for row in rows]
    told = [row for row in rows if row["number"] is not None]
    sure = all(row["number"] in NUMBERS and READ_AT - 1e-6 <= row["confidence"] <= 1 + 1e-6 for row in told)
    first = all(row["candidates"].split(":")[0] == row["number"] for row in told)
    still = not any(row["number"] or row["candidates"] for row in rows if row["view"] == "graphic")
    twice = len(looks) - len(set(looks))
    return [
        CheckResult("one_look_a_track_and_frame", not twice, f"{twice} looks at one person in one frame"),
        CheckResult(
            "numbers_are_likely",
            sure and first and still,
            f"{len(told)} of {len(rows)} looks are numbers, each the likeliest, none of them a graphic",
            facts={"looks": len(rows), "read": len(told)},
        ),
    ]
