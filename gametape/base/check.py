"""The result of one check on a table.

Belongs here: the type that all checks return. Does not belong here: any check; see the `checks` module of each package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CheckResult:
    """The result of one check.

    Attributes:
        check: Name of the check.
        passed: What is checked holds.
        message: What was checked, or what is wrong, in one sentence; or the `Reason` of a table.
        is_error: A failure means a fault in gametape, not a difficult film.
        facts: Figures that belong to the result.
    """

    check: str
    passed: bool
    message: str
    is_error: bool = True
    facts: Mapping[str, float | int | str] = field(default_factory=dict)
