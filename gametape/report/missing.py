"""Why a report has no ball, no people, no limits: one sentence each, without its full stop.

Belongs here: the reason for a section that is empty. Does not belong here: cautions about what is there (cautions.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gametape.film.picture import picture_state
from gametape.film.sidecar import Sidecar
from gametape.report.names import sport_name
from gametape.report.words import Words
from gametape.sports.load import limited_modes, limited_sports, limits_for
from gametape.tables.coaching import FILMING_METRICS

if TYPE_CHECKING:
    import pyarrow as pa

UNSEEN = ("black", "dark")
"""Faults of a picture in which nothing can be seen."""


def no_ball(ball: pa.Table, metrics: pa.Table, frames: pa.Table, sidecar: Sidecar, say: Words) -> str | None:
    """Why there is no ball to show, or None when there is one."""
    if reason := ball_not_tracked(ball, sidecar, say):
        return reason
    if reason := not_a_ball(metrics):
        return say.reason(reason)
    if all(state == "absent" for state in ball["state"].unique().to_pylist()):
        fault = picture_state(frames).fault
        return say(f"missing.ball_{fault}" if fault in UNSEEN else "missing.ball", frames=ball.num_rows)
    return None


def ball_not_tracked(ball: pa.Table, sidecar: Sidecar, say: Words) -> str | None:
    """Why nobody looked for the ball, or None when somebody did."""
    if "ball" not in sidecar.analyses:
        return say("missing.ball_off")
    return None if ball.num_rows else say("missing.ball_rows")


def not_a_ball(metrics: pa.Table) -> str | None:
    """Why the metrics reject what was tracked as a ball, in the table's words, or None when they accept it."""
    rows = metrics.select(["metric", "value", "reason"]).to_pylist()
    return next((row["reason"] for row in rows if row["metric"] == "ball_coverage" and row["value"] is None), None)


def no_people(poses: pa.Table, frames: pa.Table, sidecar: Sidecar, say: Words, unseen: str | None = None) -> str | None:
    """Why there is nobody to show, or None when there is somebody.

    `unseen` says why nobody was posed of those who are wanted; None where everybody was looked for.
    """
    if "pose" not in sidecar.analyses:
        return say("missing.people_off")
    if poses.num_rows:
        return None
    fault = picture_state(frames).fault
    if unseen and fault not in UNSEEN:
        return say.reason(unseen)
    return say(f"missing.people_{fault}" if fault in UNSEEN else "missing.people")


def no_limits(sidecar: Sidecar, say: Words) -> str | None:
    """Why no movement is compared with limits, or None where the sport has some."""
    if any(rule.metric not in FILMING_METRICS for rule in limits_for(sidecar.sport, sidecar.mode).rules.values()):
        return None
    if sidecar.sport is None:
        return say("missing.limits")
    known, sport = limited_sports(), say.inside(sport_name(sidecar.sport, say))
    if modes := limited_modes(sidecar.sport):
        return say("missing.limits_mode", sport=sport, modes=", ".join(modes))
    names = say.listed([say.inside(sport_name(sport, say)) for sport in known])
    return say("missing.limits_of", sport=sport, known=names)
