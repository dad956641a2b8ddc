"""Checks on tables that would catch a real fault, as pure functions.

Belongs here: what must hold of a table, and what should. Does not belong here: how a check is reported.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gametape.lake.contracts import JOINT_ANGLES, KEYPOINTS, SEGMENT_ANGLES

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Verdict:
    """One check's answer. `fault`: a failure means a bug of ours, not a difficult film."""

    check: str
    passed: bool
    told: str
    fault: bool = True
    facts: Mapping[str, float | int | str] = field(default_factory=dict)


def frames_add_up(frames: pa.Table, claimed_frames: int | None, claimed_fps: float | None) -> list[Verdict]:
    """Frames are numbered without a hole, their times rise, and they agree with what the container claims."""
    numbers, times = frames["frame"].to_numpy(), frames["time_s"].to_numpy()
    ordered = bool((numbers == np.arange(len(numbers))).all() and (np.diff(times) > 0).all())
    verdicts = [Verdict("frames_in_order", ordered, "frames are 0, 1, 2, … and their times rise")]
    span = float(times[-1] - times[0]) if len(times) > 1 else 0.0
    fps = (len(times) - 1) / span if span else None
    problems = []
    if claimed_frames and abs(claimed_frames - len(times)) > max(2, 0.02 * claimed_frames):
        problems.append(f"the container claims {claimed_frames} frames, {len(times)} decode")
    if fps and claimed_fps and abs(fps - claimed_fps) > 0.05 * claimed_fps:
        problems.append(f"the container claims {claimed_fps:.3g} fps, the clock says {fps:.3g}")
    told = "; ".join(problems) or f"{len(times)} frames in {span:.2f} s"
    verdicts.append(Verdict("frames_match_the_clock", not problems, told, fault=False, facts={"fps": fps or 0.0}))
    return verdicts


def ball_is_sound(ball: pa.Table, width: int, height: int, looked_at: int) -> list[Verdict]:
    """Detected rows have a place inside the picture, absent rows have none; and the ball was seen at all."""
    state = np.asarray(ball["state"].to_pylist())
    x, y = ball["x"].to_numpy(zero_copy_only=False), ball["y"].to_numpy(zero_copy_only=False)
    placed = np.isfinite(x) & np.isfinite(y)
    consistent = bool((placed == (state != "absent")).all())
    detected = state == "detected"
    inside = bool(((x >= 0) & (x <= width) & (y >= 0) & (y <= height))[detected].all())
    coverage = float(detected.sum() / looked_at) if looked_at else 0.0
    return [
        Verdict(
            "ball_has_a_place_when_seen",
            consistent,
            "x and y are numbers exactly where the state is not absent",
        ),
        Verdict("ball_inside_the_picture", inside, f"detected positions lie within {width}x{height}"),
        Verdict(
            "ball_coverage",
            coverage >= 0.05 or not looked_at,
            f"the ball was seen in {coverage:.0%} of {looked_at} frames",
            fault=False,
            facts={"coverage": coverage},
        ),
    ]


def events_are_sound(events: pa.Table, film_times: np.ndarray) -> list[Verdict]:
    """Events lie within the film's times, one after the other, with a confidence of 0..1."""
    times, sure = events["time_s"].to_numpy(), events["confidence"].to_numpy()
    inside = not len(times) or bool(len(film_times) and film_times[0] <= times.min() and times.max() <= film_times[-1])
    rising = bool((np.diff(times) > 0).all() and (np.diff(events["frame"].to_numpy()) > 0).all())
    return [
        Verdict("events_inside_the_film", inside, "events lie between the first frame's time and the last one's"),
        Verdict("events_in_order", rising, "times and frames of events rise"),
        Verdict("event_confidence_in_range", bool(((sure >= 0) & (sure <= 1)).all()), "confidences lie in 0..1"),
    ]


def calibration_is_sound(calibration: pa.Table) -> list[Verdict]:
    """Marks that were given determine something."""
    row = calibration.to_pylist()[0]
    useless = row["mark_count"] > 0 and row["solved"] == "none"
    told = row["reason"] or f"{row['mark_count']} marks, off by {row['reprojection_px']:.1f} px"
    return [Verdict("marks_make_a_calibration", not useless, told, fault=False)]


def flights_are_sound(flights: pa.Table) -> list[Verdict]:
    """Flights follow each other and last; what is told lies within its band, and what is not told has a reason."""
    start, end = flights["start_s"].to_numpy(), flights["end_s"].to_numpy()
    ordered = bool((end > start).all() and (start[1:] >= end[:-1] - 1e-6).all())
    banded = all(
        _within_band(flights, name)
        for name in (
            "speed_start_mps",
            "speed_end_mps",
            "speed_mean_mps",
            "apex_m",
            "start_x_m",
            "start_height_m",
            "swing_deg",
        )
    )
    reasons = {"speed_start_mps": "speed_reason", "swing_deg": "swing_reason"}
    reasoned = all((_given(flights, name) | _given(flights, reason)).all() for name, reason in reasons.items())
    return [
        Verdict(
            "flights_in_order",
            ordered and banded and reasoned,
            "flights follow each other, what is told lies within its band, what is not has a reason",
        )
    ]


def _within_band(table: pa.Table, name: str) -> bool:
    parts = [f"{name}_low", name, f"{name}_high"]
    given = np.array([_given(table, part) for part in parts])
    if (given != given[0]).any():
        return False
    low, value, high = (table[part].drop_null().to_numpy() for part in parts)
    return bool(((low <= value) & (value <= high)).all())


def _given(table: pa.Table, name: str) -> np.ndarray:
    return table[name].is_valid().to_numpy()


def rallies_are_sound(rallies: pa.Table) -> list[Verdict]:
    """Rallies follow each other, last, and have a shot."""
    start, end, shots = (rallies[name].to_numpy() for name in ("start_s", "end_s", "shots"))
    good = bool((end > start).all() and (start[1:] >= end[:-1] - 1e-6).all() and (shots >= 1).all())
    return [Verdict("rallies_in_order", good, "rallies follow each other and have at least one shot")]


def joints_are_sound(poses: pa.Table, width: int, height: int) -> list[Verdict]:
    """Keypoints that are given are numbers near the picture, with a confidence of 0..1."""
    near = sure = True
    for name in KEYPOINTS:
        x, y, c = (poses[f"{name}_{part}"].drop_null().to_numpy() for part in "xyc")
        near &= bool(
            ((x > -width) & (x < 2 * width)).all() and ((y > -height) & (y < 2 * height)).all()
        )  # a limb may leave the picture, not the neighbourhood; NaN fails
        sure &= bool(((c >= 0) & (c <= 1)).all())
    return [
        Verdict("keypoints_near_the_picture", near, f"keypoints lie within a picture's width of {width}x{height}"),
        Verdict("keypoint_confidence_in_range", sure, "confidences lie in 0..1"),
    ]


def poses_are_sound(poses: pa.Table, width: int, height: int, looked_at: int) -> list[Verdict]:
    """As `joints_are_sound`; and somebody was seen."""
    coverage = len(set(poses["frame"].to_pylist())) / looked_at if looked_at else 0.0
    return [
        *joints_are_sound(poses, width, height),
        Verdict(
            "pose_coverage",
            coverage >= 0.05 or not looked_at,
            f"somebody was seen in {coverage:.0%} of {looked_at} frames",
            fault=False,
            facts={"coverage": coverage},
        ),
    ]


def people_are_sound(people: pa.Table) -> list[Verdict]:
    """A track is one person a frame, and the subject is at most one track."""
    keys = np.column_stack([people["frame"].to_numpy(), people["track"].to_numpy()])
    once = len(np.unique(keys, axis=0)) == len(keys)
    chosen = np.unique(people["track"].to_numpy()[people["subject"].to_numpy(zero_copy_only=False)])
    told = people["choice"][0].as_py() if people.num_rows else "nobody was found in the film"
    return [
        Verdict("one_box_a_track_and_frame", once, "no track has two boxes in a frame"),
        Verdict("one_subject", len(chosen) <= 1, "the subject is one track throughout"),
        Verdict("subject_found", bool(len(chosen)) or not people.num_rows, told, fault=False),
    ]


def angles_are_sound(angles: pa.Table) -> list[Verdict]:
    """Interior angles lie in 0..180, lines in -180..180."""
    good = True
    for names, low in ((JOINT_ANGLES, 0.0), (SEGMENT_ANGLES, -180.0)):
        for name in names:
            values = angles[name].drop_null().to_numpy()
            good &= bool(((values >= low) & (values <= 180.0)).all())
    return [Verdict("angles_in_range", good, "interior angles lie in 0..180 degrees, lines in -180..180")]


def strokes_are_sound(strokes: pa.Table, film_times: np.ndarray) -> list[Verdict]:
    """Strokes lie in the film in order of contact, their phases one after the other; what is null says why."""
    rows = strokes.to_pylist()
    contacts = [row["contact_s"] for row in rows]
    inside = not rows or bool(len(film_times) and film_times[0] <= min(contacts) and max(contacts) <= film_times[-1])
    inside &= contacts == sorted(contacts) and [row["stroke"] for row in rows] == list(range(len(rows)))
    phases = ("start_s", "load_s", "swing_s", "contact_s", "end_s")
    known = [[row[phase] for phase in phases if row[phase] is not None] for row in rows]
    measures = strokes.column_names[strokes.column_names.index("peak_wrist_speed") : -1]
    silent = [name for row in rows for name in measures if (row[name] is None) != (name in json.loads(row["unknown"]))]
    return [
        Verdict("strokes_inside_the_film", inside, "contacts lie in the film, numbered in their order"),
        Verdict("phases_in_order", all(k == sorted(k) for k in known), "each phase begins after the one before"),
        Verdict("measure_or_reason", not silent, f"without value or reason: {', '.join(silent) or 'none'}"),
    ]


def metrics_are_honest(metrics: pa.Table) -> list[Verdict]:
    """A metric has a finite value or a reason, never both and never neither."""
    rows = metrics.select(["metric", "value", "reason"]).to_pylist()
    wrong = [r["metric"] for r in rows if (r["value"] is None) == (r["reason"] is None) or r["value"] != r["value"]]
    told = f"neither value nor reason, or both: {', '.join(wrong)}" if wrong else f"{len(rows)} metrics"
    return [Verdict("value_or_reason", not wrong, told)]


def findings_have_evidence(findings: pa.Table) -> list[Verdict]:
    """Every finding shows where it can be seen."""
    bare = [f["code"] for f in findings.select(["code", "evidence"]).to_pylist() if f["evidence"] in ("", "[]")]
    told = f"no evidence: {', '.join(bare)}" if bare else f"{findings.num_rows} findings"
    return [Verdict("evidence_given", not bare, told)]
