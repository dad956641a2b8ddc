"""The one rule of evidence: what a value can carry, and when anything may be called a fault, better, worse or a trend.

Belongs here: every judgement, from a value's error, its repeats and its confidence. Does not belong here: measuring,
limits and errors themselves (the sports' limits.yaml), words. Findings, the plan, a player's progress, the report and
the command line all ask here, so that they cannot say different things of the same numbers.

error       standard error of the value as what the player does: the measure's error and the scatter of what it sums up
repeats     how often it was seen: actions; 0 where none stands out, and then there is no fault to find. null: it is no
            count of repeats
confidence  0..1, that of the weakest of its parts, because a chain of evidence holds no better:
  seen      share of the samples in the metric's time at which its joints were usable
  joints    mean confidence the estimator gives those joints
  samples   n over the n that is enough
  view      how well a camera there shows it (the sidecar's camera.view)
  subject   1 - half of how close the choice of the subject was
  margin    d / (d + error): d how far past the limit; of a finding alone

What was seen once, or unsurely, is a hint: nothing to work on, no better and no worse. To be called severe takes more.
How a film was filmed (FILMING_METRICS) is no part of how it was played, and is never better or worse play.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Literal

from gametape.base.reason import Reason
from gametape.base.statistics import Z_95, deviation, line, student_t
from gametape.sports.rules import Limits, Needed, Rule, Severity
from gametape.tables.coaching import FILMING_METRICS

Step = Literal["better", "worse", "same", "unknown"]
Trend = Literal["improving", "declining", "stable", "unknown"]
LEAST_FILMS = 3
"""Films in which a metric must be known for a trend."""


@dataclass(frozen=True)
class Value:
    """A metric's value with what it rests on.

    Attributes:
        error: Standard error in the metric's unit; 0 where none is known.
        repeats, confidence: As in METRICS; None does not stand in the way.
    """

    metric: str
    value: float
    error: float = 0.0
    repeats: int | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class Verdict:
    """What may be said of two values, and why.

    Attributes:
        difference, needed: In the metric's unit; better and worse are where the first exceeds the second. None where
            nothing could be compared.
    """

    state: Step
    why: Reason
    difference: float | None = None
    needed: float | None = None


@dataclass(frozen=True)
class Grade:
    """How severe a finding may be called. `sure`: it may be worked on; else it is a hint, and low."""

    severity: Severity
    sure: bool


def value_of(row: Mapping, limits: Limits) -> Value | None:
    """The value of a row of METRICS, or of the view `player_progress`; None where it is not known.

    Rows of older versions have no repeats and no confidence; their error is the measure's typical one.
    """
    if row["value"] is None:
        return None
    trust = limits.trust.get(row["metric"])
    error = row.get("habit_error") or (trust.noise if trust else 0.0)
    return Value(row["metric"], row["value"], error, row.get("repeats"), row.get("confidence"))


def habit_error(row: Mapping, limits: Limits) -> float | None:
    """The standard error of a row of MEASURES as what its subject does; None: not known.

    It is the measure's own error, typically or in this film, whichever is larger, and the scatter of what it sums up.
    """
    trust = limits.trust.get(row["metric"])
    own = max(trust.noise if trust else 0.0, row["error"] or 0.0)
    return None if row["value"] is None or not own else hypot(own, row["scatter"] or 0.0)


def parts_of(row: Mapping, limits: Limits, view: str | None, subject_margin: float | None) -> dict[str, float]:
    """The parts of the confidence of a row of MEASURES, by name; empty where nothing is known of its trust.

    What rests on no joints (counts of frames) has samples alone.
    """
    trust = limits.trust.get(row["metric"])
    if trust is None or row["value"] is None:
        return {}
    samples = {"samples": min(1.0, row["n"] / trust.enough)}
    if row["seen"] is None:
        return samples
    margin = 1.0 if subject_margin is None else subject_margin
    return {
        "seen": row["seen"],
        "joints": row["joints"],
        **samples,
        "view": trust.views.get(view or "unknown", trust.views["unknown"]),
        "subject": 0.5 + 0.5 * margin,
    }


def margin_part(rule: Rule, value: Value) -> float:
    """The part of a finding's confidence that says how far past its limit the value is, against its error."""
    past = rule.badness(value.value)
    return past / (past + value.error) if past > 0 else 0.0


def grade(rule: Rule, value: Value, confidence: float, limits: Limits) -> Grade | None:
    """How severe the fault is at least, as far as the evidence carries; None: no finding.

    The fault is what holds though the value were nearer to right by its error. Only what was seen often and surely
    enough (`limits.evidence`) is called severe, and what does not suffice to be worked on is low, and a hint.
    """
    severity = rule.severity(value.value, value.error)
    if severity is None or confidence < limits.min_confidence or value.repeats == 0:
        return None
    needs = limits.evidence
    if not _suffices(value.repeats, confidence, needs.judged):
        return Grade("low", sure=False)
    if severity == "high" and not _suffices(value.repeats, confidence, needs.grave):
        severity = "medium"
    return Grade(severity, sure=True)


def too_little(value: Value, limits: Limits) -> Reason | None:
    """Why a value may not be judged; None where it may."""
    needs = limits.evidence.judged
    if value.repeats is not None and value.repeats < needs.repeats:
        return Reason("seen_too_seldom", n=value.repeats, needed=needs.repeats)
    if value.confidence is not None and value.confidence < needs.confidence:
        return Reason("seen_too_unsurely", confidence=value.confidence, needed=needs.confidence)
    return None


def too_near(value: Value, target: float, limits: Limits) -> Reason | None:
    """Why it cannot be told on which side of a target the value lies; None where it can, at 95 %."""
    gap, needed = abs(value.value - target), Z_95 * value.error
    if gap < needed:
        return Reason("difference_within_error", difference=gap, needed=needed)
    return too_little(value, limits)


def judged_at_all(rows: Iterable[Mapping], limits: Limits) -> bool:
    """Was anything that a rule is about, of how it was played, seen often and surely enough to be judged?

    Args:
        rows: Of METRICS.
        limits: Of the film's sport and mode.
    """
    ruled = {rule.metric for rule in limits.rules.values()} - FILMING_METRICS
    values = (value_of(row, limits) for row in rows if row["metric"] in ruled)
    return any(value is not None and too_little(value, limits) is None for value in values)


def why_not_judged(rows: Iterable[Mapping], limits: Limits) -> str | None:
    """The one reason why nothing that a rule is about, of how it was played, has a value; None where there are several.

    Args:
        rows: Of METRICS.
        limits: Of the film's sport and mode.
    """
    ruled = {rule.metric for rule in limits.rules.values()} - FILMING_METRICS
    reasons = {row["reason"] for row in rows if row["metric"] in ruled}
    return reasons.pop() if len(reasons) == 1 else None


def compare(now: Value, before: Value, limits: Limits) -> Verdict:
    """`now` against `before`: two films of a player, or two players. Better and worse follow the metric's direction.

    same: they differ by no more than their errors allow at 95 %. unknown: one of the two may not be judged, or nothing
    says what is better.
    """
    if now.metric in FILMING_METRICS:
        return Verdict("unknown", Reason("about_the_filming"))
    wrong = _all_wrongness((now, before), limits)
    if not wrong:
        return Verdict("unknown", Reason("no_direction"))
    if reason := too_little(now, limits) or too_little(before, limits):
        return Verdict("unknown", reason)
    gap, needed = abs(wrong[0] - wrong[1]), Z_95 * hypot(now.error, before.error)
    if gap <= needed:
        return Verdict("same", Reason("difference_within_error", difference=gap, needed=needed), gap, needed)
    state: Step = "better" if wrong[0] < wrong[1] else "worse"
    return Verdict(state, Reason("difference_is_sure", difference=gap, needed=needed), gap, needed)


def trend(films: Sequence[tuple[int, Value | None]], limits: Limits) -> tuple[Trend, Reason]:
    """A metric over a player's films, by their number; None where it is not known.

    stable: over all films it changes by less than two values differ by their error alone, at 95 %. improving,
    declining: it changes by more, and the slope of the distance from right differs from 0 at 95 %. unknown: neither,
    or fewer than LEAST_FILMS films in which it may be judged.
    """
    known = [(film, value) for film, value in films if value is not None]
    if known and known[0][1].metric in FILMING_METRICS:
        return "unknown", Reason("about_the_filming")
    if known and wrongness(known[0][1], limits) is None:
        return "unknown", Reason("no_direction")
    judged = [(film, value) for film, value in known if too_little(value, limits) is None]
    if len(judged) < LEAST_FILMS:
        return "unknown", Reason("films_too_few", n=len(judged), of=len(films), needed=LEAST_FILMS)
    n, numbers, values = len(judged), *zip(*judged, strict=True)
    slope, error = line(list(zip(numbers, _all_wrongness(values, limits), strict=True)))
    margin, span = student_t(n - 2) * error, numbers[-1] - numbers[0]
    by_error = Z_95 * hypot(values[0].error, values[-1].error)
    if (abs(slope) + margin) * span < by_error:
        return "stable", Reason("change_within_error", error=by_error, n=n)
    if abs(slope) > margin and abs(slope) * span > by_error:
        return ("improving" if slope < 0 else "declining"), Reason("trend_is_sure", n=n)
    return "unknown", Reason("films_scatter", n=n)


def step(films: Sequence[tuple[int, Value | None]], limits: Limits) -> Verdict:
    """The newest film against the last before it in which the metric is known.

    As `compare`; and where the films before scatter so much among themselves that the step may be one of it, it is
    unknown, unless the trend over all films says the same.
    """
    if not films or films[-1][1] is None:
        return Verdict("unknown", Reason("films_too_few", n=0, of=len(films), needed=2))
    earlier = [value for _, value in films[:-1] if value is not None]
    if not earlier:
        return Verdict("unknown", Reason("films_too_few", n=1, of=len(films), needed=2))
    verdict = compare(films[-1][1], earlier[-1], limits)
    judged = [value for value in earlier if too_little(value, limits) is None]
    if verdict.state not in ("better", "worse") or verdict.difference is None or len(judged) < 2:
        return verdict
    agrees = {"improving": "better", "declining": "worse"}.get(trend(films, limits)[0])
    scatter = deviation(_all_wrongness(judged, limits))
    if agrees == verdict.state or verdict.difference > student_t(len(judged) - 1) * 2**0.5 * scatter:
        return verdict
    return Verdict("unknown", Reason("films_scatter", n=len(judged) + 1), verdict.difference, verdict.needed)


def has_direction(metric: str, limits: Limits) -> bool:
    """Does a rule or scale say which value of the metric is better play?"""
    ruled = metric in limits.scales or any(rule.metric == metric for rule in limits.rules.values())
    return ruled and metric not in FILMING_METRICS


def wrongness(value: Value, limits: Limits) -> float | None:
    """How far from right, in the metric's unit: less is better. None where nothing says what right is."""
    rule = next((rule for rule in limits.rules.values() if rule.metric == value.metric), None)
    if rule:
        return rule.badness(value.value)
    scale = limits.scales.get(value.metric)
    return None if scale is None else value.value if scale.zero > scale.one else -value.value


def _all_wrongness(values: Sequence[Value], limits: Limits) -> list[float]:
    """The wrongness of values of one metric; empty where nothing says what right is."""
    return [one for one in (wrongness(value, limits) for value in values) if one is not None]


def _suffices(repeats: int | None, confidence: float, needed: Needed) -> bool:
    return confidence >= needed.confidence and (repeats is None or repeats >= needed.repeats)
