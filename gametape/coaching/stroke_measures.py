"""The player's strokes as measures: how many of each kind, and how they are done.

Belongs here: what is taken together, and its evidence. Does not belong here: finding strokes and measuring one
(gametape.strokes), what is good or bad (the sport's limits.yaml).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.base.statistics import deviation_error, mean_error
from gametape.movement.body import Dominance
from gametape.movement.measure import Action, Measure
from gametape.sports.rules import SWING, StrokeRules

if TYPE_CHECKING:
    import pyarrow as pa

SURE = 0.5
"""Confidence from which a stroke counts."""
OVER_STROKES = "over the strokes ("
"""In the method of a metric, before the kinds of stroke that it is of."""
LEAST_SPREAD = 4
"""Strokes from which their spread means something."""


@dataclass(frozen=True)
class _Form:
    """A metric that is the median of a column of the strokes; `scatter`: their standard deviation instead."""

    metric: str
    column: str
    unit: str
    what: str
    scatter: bool = False


FORMS = (
    _Form("stroke_wrist_speed", "peak_wrist_speed", "heights/s", "top speed of the playing wrist about the hips"),
    _Form("stroke_wrist_speed_metric", "peak_wrist_speed_mps", "m/s", "top speed of the playing wrist about the hips"),
    _Form("stroke_elbow", "elbow_at_contact", "deg", "angle of the playing elbow at contact"),
    _Form("stroke_knee", "knee_in_load", "deg", "smallest knee angle before the swing, the more bent leg"),
    _Form("stroke_separation", "separation_max", "deg", "turn of the shoulders beyond the hips, most before contact"),
    _Form("stroke_separation_lead", "separation_lead_ms", "ms", "time from the largest separation to contact"),
    _Form("stroke_trunk_lean", "trunk_lean", "deg", "lean of the trunk at contact, positive to the picture's right"),
    _Form("stroke_contact_height", "contact_height", "heights", "height of the hand above the ankles at contact"),
    _Form(
        "stroke_contact_scatter",
        "contact_height",
        "heights",
        "height of the hand above the ankles at contact",
        scatter=True,
    ),
    _Form("stroke_contact_ahead", "contact_ahead", "heights", "distance of the hand before the hips at contact"),
    _Form("stroke_follow_through", "follow_through_s", "s", "time from contact until the hand slows to 30 %"),
)


def stroke_measures(
    strokes: pa.Table, track: int | None, rules: StrokeRules, reason: str | None = None
) -> tuple[Measure, ...]:
    """The stroke metrics of a track; all null where `reason` says why nobody is measured."""
    mine = [row for row in strokes.to_pylist() if row["track"] == track and row["confidence"] >= SURE]
    rows = [row for row in mine if row["kind"] in rules.measured]
    return (*_counts(mine, rules, reason), *(_form(one, rows, rules, reason) for one in FORMS))


def kinds_in(method: str) -> tuple[str, ...]:
    """The kinds of stroke that a metric is of, by its method; none where it is not of strokes.

    >>> kinds_in("median over the strokes (forehand, swing): angle of the playing elbow"), kinds_in("mean")
    (('forehand', 'swing'), ())
    """
    _, _, rest = method.partition(OVER_STROKES)
    return tuple(rest[: rest.index(")")].split(", ")) if rest else ()


def hand_by_strokes(strokes: pa.Table, track: int | None) -> Dominance | None:
    """The playing hand as the strokes of `track` say it, or why they do not; None without strokes."""
    mine = [row for row in strokes.to_pylist() if row["track"] == track]
    if not mine:
        return None
    side, reason = mine[0]["hand"], mine[0]["hand_reason"]
    return Dominance(side, None, "by all strokes", reason=None if side else Reason.parse(reason))


def hand_of_strokes(measure: Measure, strokes: pa.Table, track: int | None) -> Measure:
    """The measure of the playing hand, as the strokes of `track` say it; without strokes, as it is.

    A film must not tell one hand here and another, or none, there.
    """
    mine = [row for row in strokes.to_pylist() if row["track"] == track]
    if not mine:
        return measure
    side, reason = mine[0]["hand"], mine[0]["hand_reason"]
    value = {"right": 1.0, "left": -1.0}.get(side)
    method = "which hand plays, by all strokes"
    return replace(measure, method=method, value=value, n=len(mine), reason=reason if value is None else None)


def _counts(rows: Sequence[dict], rules: StrokeRules, reason: str | None) -> Iterable[Measure]:
    counted_kinds = [(kind.counted, name) for name, kind in rules.kinds.items() if kind.counted]
    for metric, kind in [("strokes", None), *counted_kinds]:
        counted = [row for row in rows if kind in (None, row["kind"])]
        untold = sum(row["kind"] == SWING for row in rows) if kind else 0
        method = f"{kind or 'all'} strokes with a confidence of {SURE:g} or more"
        if untold:
            method += f"; of {untold} more the kind cannot be told"
        span: tuple[float | None, float | None] = (
            (rows[0]["contact_s"], rows[-1]["contact_s"]) if rows else (None, None)
        )
        value = None if reason else float(len(counted))
        yield Measure(metric, "count", method, value, 0 if reason else len(rows), None, *span, reason)


def _form(form: _Form, rows: Sequence[dict], rules: StrokeRules, reason: str | None) -> Measure:
    kinds = ", ".join(rules.measured)
    method = f"{'standard deviation' if form.scatter else 'median'} {OVER_STROKES}{kinds}): {form.what}"
    known = [row for row in rows if row[form.column] is not None]
    if reason is None and not known:
        reasons = [json.loads(row["unknown"])[form.column] for row in rows]
        reason = (
            max(reasons, key=reasons.count)
            if reasons
            else Reason("no_stroke_of_the_kinds", kinds=tuple(rules.measured))
        )
    elif form.scatter and len(known) < LEAST_SPREAD:
        reason = reason or Reason("strokes_too_few", n=len(known), needed=LEAST_SPREAD)
    if reason:
        return Measure(form.metric, form.unit, method, n=len(known), reason=reason)
    values = np.array([row[form.column] for row in known])
    value = float(np.std(values) if form.scatter else np.median(values))
    middle = float(np.mean(values))
    return Measure(
        form.metric,
        form.unit,
        method,
        value,
        len(known),
        float(np.std(values)) if len(values) > 1 else None,
        known[0]["contact_s"],
        known[-1]["contact_s"],
        seen=len(known) / len(rows),
        joints=float(np.mean([row["confidence"] for row in known])),
        actions=tuple(
            _action(row, abs(row[form.column] - middle) if form.scatter else row[form.column]) for row in known
        ),
        scatter=deviation_error(value, len(known)) if form.scatter else mean_error(values.tolist()),
    )


def _action(row: dict, value: float) -> Action:
    at = row["contact_s"]
    start, end = (at if row[name] is None else row[name] for name in ("load_s", "end_s"))
    return Action(start, end, at, float(value))
