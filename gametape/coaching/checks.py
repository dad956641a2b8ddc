"""Checks on measures and findings that would catch a real fault, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.base.check import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa


def values_or_reasons(measures: pa.Table) -> list[CheckResult]:
    """A measure has a finite value or a reason, never both and never neither."""
    rows = measures.select(["metric", "value", "reason"]).to_pylist()
    wrong = [r["metric"] for r in rows if (r["value"] is None) == (r["reason"] is None) or r["value"] != r["value"]]
    message = f"neither value nor reason, or both: {', '.join(wrong)}" if wrong else f"{len(rows)} measures"
    return [CheckResult("value_or_reason", not wrong, message)]


def findings_have_evidence(findings: pa.Table) -> list[CheckResult]:
    """Every finding shows where it can be seen."""
    bare = [f["code"] for f in findings.select(["code", "evidence"]).to_pylist() if f["evidence"] in ("", "[]")]
    message = f"no evidence: {', '.join(bare)}" if bare else f"{findings.num_rows} findings"
    return [CheckResult("evidence_given", not bare, message)]
