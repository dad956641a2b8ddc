"""The answer of one check on a table.

A check that needs more than the table it is about does not belong here: see the `checks` module of each chapter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CheckResult:
    """One check's answer.

    Attributes:
        check: Name of the check.
        passed: Does what is checked hold?
        message: What was looked at, or what is wrong, in one sentence; or the `Reason` of a table.
        is_error: A failure means a fault of ours, not a difficult film.
        facts: Figures that belong to the answer.
    """

    check: str
    passed: bool
    message: str
    is_error: bool = True
    facts: Mapping[str, float | int | str] = field(default_factory=dict)
