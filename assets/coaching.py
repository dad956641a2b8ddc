"""Coaching: strokes, measures, metrics, findings with their evidence, the week's plan and the goals."""

import dagster as dg
import pyarrow as pa

from assets.common import Owner, film_asset, publish
from gametape.coaching.checks import findings_have_evidence, values_or_reasons
from gametape.film.following import told_by_following
from gametape.film.sidecar import Sidecar
from gametape.sports.rules import Limits, StrokeRules, Texts
from gametape.strokes.checks import strokes_are_sound
from gametape.tables.rules import read_rules


@film_asset(
    group="coaching",
    owner=Owner.COACHING,
    kinds={"scipy"},
    checks=["strokes_inside_the_film", "phases_in_order", "measure_or_reason"],
    deps=["courts"],
)
def strokes(
    frames: pa.Table,
    sidecar: pa.Table,
    ball_trajectory: pa.Table,
    ball_events: pa.Table,
    people: pa.Table,
    pose_keypoints: pa.Table,
    joint_angles: pa.Table,
    calibration: pa.Table,
    stroke_rules: pa.Table,
) -> dg.MaterializeResult:
    """Each stroke, delivery or shot of every person: contact, phases, kind, hand and form."""
    from gametape.strokes import find_strokes

    table = find_strokes(
        people=people,
        poses=pose_keypoints,
        angles=joint_angles,
        frames=frames,
        ball=ball_trajectory,
        events=ball_events,
        sidecar=Sidecar.from_table(sidecar),
        rules=read_rules(stroke_rules, StrokeRules),
        calibration=calibration,
    )
    said = [f"track:{row['track']} {row['kind']}" for row in table.select(["track", "kind"]).to_pylist()]
    return publish(
        table,
        checks=strokes_are_sound(table, frames["time_s"].to_numpy()),
        kinds_by_person=dg.MetadataValue.json({one: said.count(one) for one in sorted(set(said))}),
        people_who_strike=len(set(table["track"].to_pylist())),
    )


@film_asset(group="coaching", owner=Owner.COACHING, kinds={"scipy"})
def repetitions(
    frames: pa.Table, sidecar: pa.Table, people: pa.Table, pose_keypoints: pa.Table, joint_angles: pa.Table
) -> dg.MaterializeResult:
    """What somebody does again and again, by the joint that moves most, where no sport's rules tell of actions."""
    from gametape.movement.repetitions import repetitions as find_repetitions
    from gametape.sports.load import sport_named
    from gametape.tables.coaching import REPETITIONS

    if sport_named(Sidecar.from_table(sidecar).sport) is not None:
        return publish(REPETITIONS.empty(), repetitions=0)
    times = frames["time_s"].to_numpy()
    table = find_repetitions(pose_keypoints, joint_angles, people, times)
    return publish(table, repetitions=table.num_rows)


@film_asset(
    group="coaching",
    owner=Owner.COACHING,
    kinds={"scipy"},
    checks=["value_or_reason"],
    deps=["courts"],
)
def measures(
    frames: pa.Table,
    analysis_window: pa.Table,
    sidecar: pa.Table,
    ball_trajectory: pa.Table,
    ball_flights: pa.Table,
    rallies: pa.Table,
    people: pa.Table,
    player_identity: pa.Table,
    pose_keypoints: pa.Table,
    joint_angles: pa.Table,
    strokes: pa.Table,
    calibration: pa.Table,
    stroke_rules: pa.Table,
) -> dg.MaterializeResult:
    """All measures of the film, the ball and everybody who plays, with the actions and curves they come from."""
    from gametape.coaching import measures as measure

    table = measure(
        ball=ball_trajectory,
        rallies=rallies,
        people=people,
        identity=player_identity,
        poses=pose_keypoints,
        angles=joint_angles,
        strokes=strokes,
        calibration=calibration,
        flights=ball_flights,
        frames=frames,
        windows=analysis_window,
        sidecar=Sidecar.from_table(sidecar),
        rules=read_rules(stroke_rules, StrokeRules),
    )
    unknown = table["value"].null_count
    return publish(table, checks=values_or_reasons(table), measured=table.num_rows - unknown, not_measured=unknown)


@film_asset(group="coaching", owner=Owner.COACHING, kinds={"python"})
def metrics(measures: pa.Table, sidecar: pa.Table, limits: pa.Table) -> dg.MaterializeResult:
    """The metrics of the film's sport and mode, each with its unit, method, sample size, score and confidence."""
    from gametape.coaching import metrics_of

    view = Sidecar.from_table(sidecar).camera.view
    table = metrics_of(measures, read_rules(limits, Limits), view)
    unknown = table["value"].null_count
    return publish(
        table,
        measured=table.num_rows - unknown,
        not_measured=unknown,
        values=dg.MetadataValue.md(_as_markdown(table)),
    )


@film_asset(group="coaching", owner=Owner.COACHING, kinds={"numpy"})
def metric_frames(frames: pa.Table, measures: pa.Table, limits: pa.Table) -> dg.MaterializeResult:
    """The measures of everybody who plays in each frame, with their scores and whether they are beyond the limit."""
    from gametape.coaching import metric_frames as by_frame

    table = by_frame(measures, frames=frames, limits=read_rules(limits, Limits))
    return publish(table, bad=table["bad"].to_pylist().count(True))


@film_asset(
    group="coaching",
    owner=Owner.COACHING,
    kinds={"python"},
    checks=["evidence_given"],
)
def findings(
    metrics: pa.Table,
    measures: pa.Table,
    sidecar: pa.Table,
    ball_trajectory: pa.Table,
    pose_keypoints: pa.Table,
    limits: pa.Table,
    coaching_texts: pa.Table,
) -> dg.MaterializeResult:
    """What the metrics support telling each player, with reasons, cues, drills and the moments that show it."""
    from gametape.coaching import find

    details = Sidecar.from_table(sidecar)
    table = find(
        metrics,
        measures,
        poses=pose_keypoints,
        ball=ball_trajectory,
        view=details.camera.view,
        limits=read_rules(limits, Limits),
        texts=read_rules(coaching_texts, Texts),
        told_elsewhere=told_by_following(details),
    )
    return publish(
        table,
        checks=findings_have_evidence(table),
        found=dg.MetadataValue.md(
            "\n".join(f"* **{f['severity']}** {_whose(f)}: {f['title']}" for f in table.to_pylist()) or "none"
        ),
    )


@film_asset(
    group="coaching",
    owner=Owner.COACHING,
    kinds={"python"},
)
def week_plan(
    findings: pa.Table, metrics: pa.Table, sidecar: pa.Table, limits: pa.Table, coaching_texts: pa.Table
) -> dg.MaterializeResult:
    """A seven-day practice plan from the findings' drills, for the film's sport and mode."""
    from gametape.coaching import week_plan as plan

    rules = read_rules(coaching_texts, Texts), read_rules(limits, Limits)
    table = plan(findings, Sidecar.from_table(sidecar), *rules, metrics)
    days = "\n".join(f"* **{d['day']}** {d['focus']}, {d['minutes']} min" for d in table.to_pylist())
    return publish(table, week=dg.MetadataValue.md(days))


@film_asset(group="coaching", owner=Owner.COACHING, kinds={"python"})
def goal_outcomes(metrics: pa.Table, sidecar: pa.Table, limits: pa.Table) -> dg.MaterializeResult:
    """The sidecar's goals, compared with the metrics that they name: met, missed by how much, or not known and why."""
    from gametape.coaching import goal_outcomes as outcomes

    table = outcomes(metrics, Sidecar.from_table(sidecar), read_rules(limits, Limits))
    met = table["met"].to_pylist()
    return publish(table, met=met.count(True), missed=met.count(False), not_known=met.count(None))


@film_asset(group="coaching", owner=Owner.COACHING, kinds={"python"})
def head_to_head(metrics: pa.Table, limits: pa.Table) -> dg.MaterializeResult:
    """The player's metrics beside those of everybody else who plays: better or worse only beyond the errors of both."""
    from gametape.coaching import head_to_head as compared

    table = compared(metrics, read_rules(limits, Limits))
    state = table["state"].to_pylist()
    return publish(table, better=state.count("better"), worse=state.count("worse"), same=state.count("same"))


def _as_markdown(metrics: pa.Table) -> str:
    known = [m for m in metrics.to_pylist() if m["value"] is not None]
    lines = [f"| {_whose(m)} | {m['metric']} | {m['value']:.4g} {m['unit']} | {m['n']} |" for m in known]
    return "\n".join(["| whose | metric | value | n |", "|---|---|---|---|", *lines])


def _whose(row: dict) -> str:
    """Whose a row of metrics or findings is: the subject, the role and the name, as far as there are."""
    return ", ".join(filter(None, (row["subject"], row["role"], row["name"])))
