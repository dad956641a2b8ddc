"""Findings as cards: what was measured against which limit, where to see it, what to do about it.

Belongs here: ordering and wording rows of `findings`. Does not belong here: what is a finding (gametape.coaching),
pictures of them (stills.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gametape.coaching.evidence import Evidence, from_json
from gametape.report.figures import SEVERITIES
from gametape.report.names import subject_name
from gametape.report.words import Words
from gametape.tables.coaching import FILMING_METRICS

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CARDS = 60
MOST_CHIPS = 8
"""Spans of evidence that are offered as buttons on a card."""


@dataclass(frozen=True)
class FindingCard:
    """A finding as a card. `about_filming`: is it about how well it was filmed, not about the player?"""

    title: str
    severity: str
    severity_label: str
    subject: str
    about_filming: bool
    who: str
    measured: str
    limit: str
    metric: str
    confidence: str
    confidence_reason: str
    why: str
    cues: tuple[str, ...]
    drills: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    @property
    def chips(self) -> tuple[Evidence, ...]:
        return self.evidence[:MOST_CHIPS]


def finding_cards(findings: pa.Table, names: Mapping[int, str], say: Words) -> list[FindingCard]:
    """Rows of `findings` as cards: the player's before those about the filming, the gravest and surest first."""
    rows = [row | {"severity": _severity(row)} for row in findings.to_pylist()]
    rows.sort(
        key=lambda row: (
            row["metric"] in FILMING_METRICS,
            SEVERITIES.index(row["severity"]),
            -row["confidence"],
            row["code"],
            row["subject"],
        )
    )
    return [_card(row, names, say) for row in rows[:MOST_CARDS]]


def _severity(row: Mapping) -> str:
    return row["severity"] if row["severity"] in SEVERITIES else "low"


def _card(row: Mapping, names: Mapping[int, str], say: Words) -> FindingCard:
    bound = "findings.at_most" if row["value"] > row["threshold"] else "findings.at_least"
    return FindingCard(
        title=row["title"],
        severity=row["severity"],
        severity_label=say(f"severity.{row['severity']}"),
        subject=row["subject"],
        about_filming=row["metric"] in FILMING_METRICS,
        who=subject_name(row["subject"], names, say),
        measured=say.with_unit(row["value"], row["unit"]),
        limit=say(bound, limit=say.with_unit(row["threshold"], row["unit"])),
        metric=say.metric(row["metric"]),
        confidence=say.share(row["confidence"]),
        confidence_reason=row["confidence_reason"],
        why=row["why"],
        cues=_texts(row["cues"]),
        drills=_texts(row["drills"]),
        evidence=from_json(row["evidence"]),
    )


def _texts(raw: str) -> tuple[str, ...]:
    """A JSON list of strings, or of objects whose parts are joined."""
    try:
        items = json.loads(raw)
    except (TypeError, ValueError):
        return (str(raw),) if raw else ()
    items = items if isinstance(items, list) else [items]
    texts = (
        " – ".join(str(part) for part in item.values() if part) if isinstance(item, dict) else str(item)
        for item in items
    )
    return tuple(map(with_times_sign, texts))


def with_times_sign(text: str) -> str:
    """`3 x 10` as `3 × 10`, kept on one line."""
    return re.sub(r"(?<=\d) x (?=\d)", "\u00a0×\u00a0", text)
