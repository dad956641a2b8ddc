"""The table of measures: everything that is measured of a film, once, each with the evidence that it rests on.

Belongs here: measuring the film, the ball and everybody who plays, and the table's evidence read back. Does not
belong here: how each is measured (gametape.movement and the modules `*_measures` here), what holds for a sport
(metrics.py), what a coach would say (findings.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.coaching.ball_measures import ball_measures
from gametape.coaching.film_measures import film_measures
from gametape.coaching.people_measures import (
    Searched,
    coverage_measures,
    in_sight,
    others_measures,
    people_measures,
    standing_still,
)
from gametape.coaching.shot_measures import shot_measures
from gametape.coaching.stroke_measures import SURE, hand_by_strokes, hand_of_strokes, stroke_measures
from gametape.film.player import measured_player
from gametape.film.sidecar import Player, Sidecar
from gametape.film.window import window_of
from gametape.geometry.stretches import BY_FOUND_COURT, by_found_court
from gametape.movement.body import Body
from gametape.movement.coaching_measures import coaching_measures
from gametape.movement.measure import CURVE_HZ, Action, Curve, Measure
from gametape.movement.motion import Motion
from gametape.movement.persons import Person, people_in, persons_of
from gametape.movement.range_measures import range_measures
from gametape.movement.stature import BY_CAMERA, size_measures
from gametape.movement.subject import subject_of
from gametape.movement.wrist_measures import wrist_measures
from gametape.sports.measures import Filmed, sport_measures
from gametape.sports.rules import StrokeRules
from gametape.tables.coaching import MEASURES

if TYPE_CHECKING:
    import pyarrow as pa

NOBODY = -1
"""Track of nobody: its body has the same measures, all unknown."""


def measures(
    *,
    ball: pa.Table,
    people: pa.Table,
    poses: pa.Table,
    angles: pa.Table,
    strokes: pa.Table,
    calibration: pa.Table,
    flights: pa.Table,
    rallies: pa.Table,
    frames: pa.Table,
    windows: pa.Table,
    sidecar: Sidecar,
    rules: StrokeRules,
    identity: pa.Table | None = None,
) -> pa.Table:
    """Every measure of a film, by contract MEASURES, also those that its sport and mode do not use.

    One that cannot be known has a null value and its reason. Tables may be empty but for `windows` (contract
    ANALYSIS_WINDOW), the frames that were analysed. Whose a row is `subject`, `role` and `name` say, see
    `gametape.movement.persons`; `rules` tell what an action and a stroke is. `identity` (contract PLAYER_IDENTITY)
    tells why a wanted player was never in sight.
    """
    looked = window_of(windows, "pose")
    searched = Searched.of(looked, frames["time_s"].to_numpy())
    subject = in_sight(
        subject_of(people, sidecar, identity), frames["luma"].to_numpy()[looked.first_frame : looked.stop]
    )
    persons = persons_of(people, strokes, sidecar, calibration)
    again = frames["repeats_previous"].to_numpy(zero_copy_only=False)[looked.first_frame : looked.stop]
    still = standing_still(again)
    sure = sum(confidence >= SURE for confidence in strokes["confidence"].to_pylist())
    searched_for_ball = window_of(windows, "ball")
    of_ball = ball_measures(ball, poses, searched_for_ball, flights, rallies, sidecar.sport, strokes=sure)
    found = by_found_court(calibration)
    rows = [
        *(_row("film", m) for m in film_measures(frames)),
        *(_row("film", m) for m in people_measures(poses, searched, subject)),
        *(_row("ball", _told(replace(m, by_court=m.unit == "m/s"), found)) for m in of_ball),
    ]
    for person in persons:  # one in memory at a time: a body holds the film's length
        nobody = None if person.track is not None else Reason.parse(subject.reason)
        track = NOBODY if person.track is None else person.track
        body = body_of(poses, angles, sidecar, rules, track, person.player, still)
        body.by_strokes = hand_by_strokes(strokes, person.track)
        filmed = Filmed(body, sidecar, strokes, flights, calibration, nobody)
        measured = [
            *coverage_measures(poses, searched, replace(subject, track=person.track)),
            *_body(body, person, strokes, calibration, nobody),
            *stroke_measures(strokes, person.track, rules, nobody or body.too_slow),
            *sport_measures(filmed),
            *shot_measures(flights, strokes, person.track, calibration, rules, nobody or body.too_slow),
        ]
        rows += [_row(person.subject, _told(m, found), person.role, person.name) for m in measured]
    playing = {person.track for person in persons}
    rows += [_row(f"track:{track}", m) for track, m in others_measures(poses, searched, playing)]
    return MEASURES.from_rows(rows)


def body_of(
    poses: pa.Table,
    angles: pa.Table,
    sidecar: Sidecar,
    rules: StrokeRules,
    track: int,
    player: Player | None = None,
    still: Reason | None = None,
) -> Body:
    """One track's body, to be measured at the actions of the sport.

    `player` is what is known of the person; by default what the sidecar says of whom the film is about. `still`: see
    `standing_still`.
    """
    return Body(Motion(poses, angles, track), sidecar, player or measured_player(sidecar), rules.actions, still)


def subject_track(table: pa.Table) -> int | None:
    """The track of the player whom a film is about, by MEASURES or METRICS; None where nobody was found."""
    return next((one.track for one in people_in(who_rows(table)) if one.is_player), None)


def who_rows(table: pa.Table) -> list[dict]:
    """Of a table of MEASURES or METRICS what says whose each row is."""
    return table.select(["subject", "role", "name"]).to_pylist()


def measured_with_evidence(table: pa.Table, subject: str) -> dict[str, Measure]:
    """The subject's measures that have evidence, by metric, as the table MEASURES holds them."""
    found = {}
    for number, row in enumerate(table.drop_columns(["curve"]).to_pylist()):
        if row["subject"] != subject or (row["curve_start_s"] is None and not row["action_start_s"]):
            continue
        found[row["metric"]] = Measure(
            row["metric"],
            row["unit"],
            row["method"],
            row["value"],
            row["n"],
            row["spread"],
            row["window_start_s"],
            row["window_end_s"],
            row["reason"],
            seen=row["seen"],
            joints=row["joints"],
            curve=_curve(row["curve_start_s"], table["curve"][number]),
            actions=_actions(row),
            error=row["error"],
            repeats=row["repeats"],
            scatter=row["scatter"],
        )
    return found


def _curve(start_s: float | None, values: pa.ListScalar) -> Curve | None:
    if start_s is None:
        return None
    value = values.values.to_numpy()
    return Curve(regular_times(start_s, len(value)), value)


def regular_times(start_s: float, count: int) -> np.ndarray:
    """(count,) seconds from `start_s` on, CURVE_HZ a second."""
    return np.arange(start_s, start_s + (count - 0.5) / CURVE_HZ, 1 / CURVE_HZ)


def _actions(row: dict) -> tuple[Action, ...]:
    columns = (row[f"action_{part}"] or () for part in ("start_s", "end_s", "worst_s", "value"))
    return tuple(Action(*one) for one in zip(*columns, strict=True))


def _told(m: Measure, found: bool) -> Measure:
    """The measure, its method saying so where metres come from a court that was `found`, not marked."""
    rests_on_it = m.by_court or BY_CAMERA in m.method
    return replace(m, method=m.method + BY_FOUND_COURT) if found and rests_on_it and m.value is not None else m


def _row(subject: str, m: Measure, role: str | None = None, name: str | None = None) -> dict:
    return {
        "subject": subject,
        "role": role,
        "name": name,
        "metric": m.metric,
        "value": m.value,
        "unit": m.unit,
        "n": m.n,
        "spread": m.spread,
        "error": m.error,
        "method": m.method,
        "window_start_s": m.start_s,
        "window_end_s": m.end_s,
        "reason": m.reason,
        "seen": m.seen if m.has_evidence else None,
        "joints": m.joints if m.has_evidence else None,
        "repeats": m.times_seen,
        "scatter": m.scatter,
        "action_start_s": [action.start_s for action in m.actions],
        "action_end_s": [action.end_s for action in m.actions],
        "action_worst_s": [action.worst_s for action in m.actions],
        "action_value": [action.value for action in m.actions],
        "curve_start_s": float(m.curve.time_s[0]) if m.curve else None,
        "curve": m.curve.value if m.curve else None,
    }


def _body(
    body: Body, person: Person, strokes: pa.Table, calibration: pa.Table, nobody: Reason | None
) -> Iterable[Measure]:
    size = size_measures(body.motion, person.player, calibration)
    for m in (*coaching_measures(body), *size, *wrist_measures(body), *range_measures(body.motion)):
        if nobody:  # the same rows, so that whoever reads the table finds the metric and its reason
            yield Measure(m.metric, m.unit, m.method, reason=nobody)
        else:
            yield hand_of_strokes(m, strokes, person.track) if m.metric == "dominant_wrist" else m
