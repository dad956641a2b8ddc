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

from gametape.coaching.findings import in_order
from gametape.coaching.spans import Evidence, from_json
from gametape.coaching.stroke_measures import SURE
from gametape.movement.persons import is_of_player
from gametape.report.metric_labels import MetricLabels
from gametape.report.names import person_name, subject_name, with_part
from gametape.report.words import Words, told_apart
from gametape.tables.coaching import FILMING_METRICS

if TYPE_CHECKING:
    import pyarrow as pa

SEVERITIES = ("high", "medium", "low")
"""Of a finding, the gravest first."""
MOST_CARDS = 60
MOST_CHIPS = 8
"""Spans of evidence that are offered as buttons on a card."""


@dataclass(frozen=True)
class FindingCard:
    """A finding as a card.

    Attributes:
        severity: high, medium, low, or hint: not seen often and surely enough to be worked on.
        drills: none of a hint, and `hint` says why.
        about_filming: is it about how well it was filmed, not about the player? Then it has no severity to tell.
    """

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
    hint: str

    @property
    def chips(self) -> tuple[Evidence, ...]:
        return self.evidence[:MOST_CHIPS]


def finding_cards(findings: pa.Table, names: Mapping[int, str], say: Words, labels: MetricLabels) -> list[FindingCard]:
    """Rows of `findings` as cards, in the order of the one rule of evidence."""
    rows = sorted(findings.to_pylist(), key=in_order)
    return [_card(row, names, say, labels) for row in rows[:MOST_CARDS]]


def split_findings(findings: pa.Table) -> tuple[pa.Table, pa.Table]:
    """What was found of the player, of the ball and of the film; and of everybody else."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mine = pa.array([is_of_player(row) for row in findings.select(["subject", "role"]).to_pylist()], pa.bool_())
    return findings.filter(mine), findings.filter(pc.invert(mine))


@dataclass(frozen=True)
class OthersFindings:
    """The findings of somebody other than the player. `is_named`: does the sidecar name the person?"""

    who: str
    is_named: bool
    cards: tuple[FindingCard, ...]


def others_findings(
    findings: pa.Table,
    names: Mapping[int, str],
    parts: Mapping[int, str],
    say: Words,
    labels: MetricLabels,
    strokes: pa.Table,
) -> list[OthersFindings]:
    """The findings of each of `parts` but the player, whoever the sidecar names first.

    Where there are strokes, whoever has none and is not named was not seen playing: nothing is found fault with.
    """
    striking = {row["track"] for row in strokes.to_pylist() if row["confidence"] >= SURE}
    found = []
    for track in sorted(parts, key=lambda track: track not in names):
        if striking and track not in striking and track not in names:
            continue
        own = [card for card in finding_cards(findings, names, say, labels) if card.subject == f"track:{track}"]
        if own:
            who = with_part(person_name(track, names, say), parts[track], say)
            found.append(OthersFindings(who, track in names, tuple(own)))
    return found


def severity_of(row: Mapping) -> str:
    """high, medium, low, or hint: a row of `findings` that may not be worked on yet."""
    if row["sure"] is False:
        return "hint"
    return row["severity"] if row["severity"] in SEVERITIES else "low"


def _card(row: Mapping, names: Mapping[int, str], say: Words, labels: MetricLabels) -> FindingCard:
    bound = "findings.at_most" if row["value"] > row["threshold"] else "findings.at_least"
    measured, limit = told_apart(row["value"], row["threshold"], row["unit"], say)
    severity, about_filming = severity_of(row), row["metric"] in FILMING_METRICS
    return FindingCard(
        title=row["title"],
        severity=severity,
        severity_label=say("severity.filming" if about_filming else f"severity.{severity}"),
        subject=row["subject"],
        about_filming=about_filming,
        who=subject_name(row["subject"], names, say),
        measured=measured,
        limit=say(bound, limit=limit),
        metric=labels(row["metric"], row["subject"]),
        confidence=say.share(row["confidence"]),
        confidence_reason=row["confidence_reason"],
        why=row["why"],
        cues=_texts(row["cues"]),
        drills=() if severity == "hint" else _texts(row["drills"]),
        hint=say("findings.hint") if severity == "hint" else "",
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
