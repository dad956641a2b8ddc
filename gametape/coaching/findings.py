"""The findings table: what a coach would say of the metrics, how sure it is, and where in the film to look.

Belongs here: holding metrics against the rules, the moments that show a finding. Does not belong here: how severe and
how sure it is (evidence.py), thresholds and words (gametape.sports), measuring.

A finding has a place in the film to show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gametape.coaching.evidence import Grade, grade, margin_part, parts_of, value_of
from gametape.coaching.measures import measured_with_evidence
from gametape.coaching.metrics import subject_margin
from gametape.coaching.people_measures import MIN_SEEN_JOINTS, usable_joints
from gametape.coaching.spans import Evidence, to_json
from gametape.movement.measure import Measure
from gametape.movement.persons import Who, is_of_player, people_in
from gametape.sports.rules import Limits, Rule, Texts
from gametape.tables.coaching import FILMING_METRICS, FINDINGS

if TYPE_CHECKING:
    import pyarrow as pa

MERGE_S = 0.3
"""Seconds between two stretches past the limit up to which they are shown as one."""
MOST_SPANS = 3
"""Stretches shown of a finding."""
LEAST_SPAN_S = 0.1
"""Seconds that a stretch is shown for at least."""
RANK = {"high": 0, "medium": 1, "low": 2}


def find(
    metrics: pa.Table,
    measures: pa.Table,
    *,
    poses: pa.Table,
    ball: pa.Table,
    view: str | None,
    limits: Limits,
    texts: Texts,
    told_elsewhere: bool = False,
) -> pa.Table:
    """What a film's metrics support saying to a coach.

    Args:
        metrics: Table METRICS; a metric that is null makes no finding.
        measures: Table MEASURES that the metrics were taken from, for their evidence.
        poses, ball: Tables POSE_KEYPOINTS and BALL_TRAJECTORY, for where the player or the ball is not seen.
        view: Where the camera stands, as the sidecar gives it.
        limits, texts: Of the film's sport and mode, the texts in its language.
        told_elsewhere: Whether the film is about somebody who is followed: how much of the player, or the presenter, is
            in sight is told by the shifts, or the coverage, and is then no fault of the film; see
            `gametape.film.following.told_by_following`.

    Returns:
        Table FINDINGS of everybody who plays: the player's first; of each what may be worked on before the hints, then
        the most severe and sure.
    """
    every, found = metrics.to_pylist(), []
    for who in people_in(every):
        rows = {r["metric"]: r for r in every if _concerns(r, who) and r["value"] is not None}
        evident = {} if who.track is None else measured_with_evidence(measures, who.subject)
        margin = subject_margin(every) if who.is_player else None
        for code, rule in limits.rules.items():
            row = rows.get(rule.metric)
            value = value_of(row, limits) if row else None
            if row is None or value is None or (told_elsewhere and rule.metric == "pose_coverage"):
                continue
            measure = evident.get(rule.metric)
            trust = {"seen": measure.seen, "joints": measure.joints} if measure else {"seen": None}
            parts = parts_of(row | trust, limits, view, margin) | {"margin": margin_part(rule, value)}
            grading = grade(rule, value, min(parts.values()), limits)
            if grading is None:
                continue
            if measure:
                spans = _body_evidence(measure, rule)
            else:
                spans = _unseen_ball(row, ball) if row["subject"] == "ball" else _unseen_subject(row, poses, who.track)
            if spans:
                found.append(_finding(code, rule, texts, row, grading, parts, spans, limits.evidence.judged.repeats))
    found.sort(key=in_order)
    return FINDINGS.from_rows(found)


def _concerns(row: dict, who: Who) -> bool:
    """Is a row of METRICS for this person's findings? How well it was filmed is told once, to the player."""
    if who.is_player:
        return is_of_player(row)
    return row["subject"] == who.subject and row["metric"] not in FILMING_METRICS


def in_order(finding: Mapping) -> tuple:
    """What a row of FINDINGS is sorted by, wherever findings are listed: the player's before anybody else's, how it was
    played before how it was filmed, what may be worked on before the hints, the most severe and sure first.
    """
    of_other, about_filming = not is_of_player(finding), finding["metric"] in FILMING_METRICS
    severity, is_hint = RANK.get(finding["severity"], RANK["low"]), finding["sure"] is False
    return of_other, about_filming, is_hint, severity, -finding["confidence"], finding["code"], finding["subject"]


def _finding(
    code: str,
    rule: Rule,
    texts: Texts,
    row: dict,
    grading: Grade,
    parts: dict[str, float],
    spans: list[Evidence],
    repeats_needed: int,
) -> dict:
    topic, advice = texts.topics[code]
    severity, sure = grading.severity, grading.sure
    cues = [advice.focus, *getattr(topic.cues, severity)]
    if severity == "high" and advice.stop:
        cues.insert(0, advice.stop)
    seldom = None if sure or (row["repeats"] or repeats_needed) >= repeats_needed else row["repeats"]
    return {
        "code": code,
        "title": topic.title,
        "severity": severity,
        **{name: row[name] for name in ("subject", "role", "name")},
        "metric": rule.metric,
        "value": row["value"],
        "threshold": rule.limit(row["value"]),
        "unit": row["unit"],
        "confidence": min(parts.values()),
        "confidence_reason": texts.confidence.reason(parts, row["n"], seldom, repeats_needed),
        "sure": sure,
        "why": advice.why,
        "cues": json.dumps(cues, ensure_ascii=False),
        "drills": json.dumps(list(advice.drills), ensure_ascii=False),
        "evidence": to_json(spans),
    }


def _body_evidence(measure: Measure, rule: Rule) -> list[Evidence]:
    """Stretches past the limit in the measure's function of time; where it has none (a single number an action),
    the actions past it. A mean can be past the limit with every moment short of it only by rounding.
    """
    if measure.curve is None:
        bad = [(rule.badness(one.value), Evidence(one.start_s, one.end_s, one.worst_s)) for one in measure.actions]
        bad = [(depth, span) for depth, span in bad if depth > 0]
    else:
        known = np.flatnonzero(np.isfinite(measure.curve.value))
        depth = np.full(len(measure.curve.value), -np.inf)
        depth[known] = [rule.badness(v) for v in measure.curve.value[known]]
        bad = _stretches(measure.curve.time_s, depth)
    return _worst(bad)


def _unseen_ball(row: dict, ball: pa.Table) -> list[Evidence]:
    """The longest stretches without a detection, within the time searched."""
    times = ball["time_s"].to_numpy()
    inside = (times >= row["window_start_s"]) & (times <= row["window_end_s"])
    missing = ball["state"].to_numpy(zero_copy_only=False) != "detected"
    stretches = _stretches(times[inside], np.where(missing[inside], 1.0, -np.inf))
    return _longest([(e.start_s, e.end_s) for _, e in stretches])


def _unseen_subject(row: dict, poses: pa.Table, track: int | None) -> list[Evidence]:
    """The longest times between good sights of the subject, within the time searched."""
    rows = np.unique(poses["time_s"].to_numpy())
    start, end = row["window_start_s"], row["window_end_s"]
    good = np.empty(0)
    if track is not None:
        usable, seen = usable_joints(poses, track)
        good = seen[usable >= MIN_SEEN_JOINTS]
    marks = np.unique(np.concatenate([[start, end], good]))
    usual = 1.5 * float(np.median(np.diff(rows))) if len(rows) > 1 else 0.0
    gaps = [(a, b) for a, b in pairwise(marks) if b - a > usual]
    return _longest(gaps)


def _longest(gaps: list[tuple[float, float]]) -> list[Evidence]:
    """The longest few; nothing is seen in a gap, so its worst moment is its middle."""
    kept = sorted(sorted(gaps, key=lambda g: g[0] - g[1])[:MOST_SPANS])
    return [_watchable(Evidence(float(a), float(b), float(a + b) / 2)) for a, b in kept]


def _stretches(times: np.ndarray, depth: np.ndarray) -> list[tuple[float, Evidence]]:
    """(worst depth, stretch) of each run of positive depth, runs no more than MERGE_S apart as one."""
    at = np.flatnonzero(depth > 0)
    if not len(at):
        return []
    out = []
    for run in np.split(at, np.flatnonzero(np.diff(times[at]) > MERGE_S) + 1):
        worst = run[int(np.argmax(depth[run]))]
        out.append((float(depth[worst]), Evidence(float(times[run[0]]), float(times[run[-1]]), float(times[worst]))))
    return out


def _worst(bad: list[tuple[float, Evidence]]) -> list[Evidence]:
    """The worst few, in the film's order, each long enough to be watched."""
    kept = sorted(bad, key=lambda b: -b[0])[:MOST_SPANS]
    return [_watchable(e) for _, e in sorted(kept, key=lambda b: b[1].start_s)]


def _watchable(span: Evidence) -> Evidence:
    short = max(0.0, LEAST_SPAN_S - (span.end_s - span.start_s)) / 2
    return Evidence(max(0.0, span.start_s - short), span.end_s + short, span.worst_s)
