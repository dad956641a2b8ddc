"""results.json: what was found, for programs. The tables that a coach reads, as JSON; what is not known is null."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

from gametape.report.figures import figure_values
from gametape.report.followed import followed_rows
from gametape.report.inputs import ReportInput

JSON_COLUMNS = frozenset(
    ("cues", "drills", "evidence", "activities", "unknown", "marks", "homography", "camera", "zone_seconds", "heat_map")
)
"""Columns that hold JSON as text; it is opened."""
FLIGHT_COLUMNS = (
    "flight", "start_s", "end_s", "began", "ended", "seen", "speed_start", "speed_start_mps", "speed_start_mps_low",
    "speed_start_mps_high", "speed_method", "speed_reason", "apex_m", "end_ground_x_m", "end_ground_y_m",
    "end_ground_major_m", "end_ground_minor_m", "end_ground_angle", "spin", "spin_confidence", "spin_reason",
    "swing_deg", "swing_deg_low", "swing_deg_high", "swing_reason",
)  # fmt: skip
"""Of a flight; its ends and its curve in the picture are in the table alone."""
DIGITS = 6
"""Significant digits of the measured tables: as many as a 32-bit number has."""


def results_json(data: ReportInput, content: Mapping[str, Any]) -> str:
    """The results as JSON text, one row of a table a line."""
    seen, comparison = data.without_false_ball(), content["comparison"]
    values = {
        "video": data.video,
        "title": content["title"],
        "headline": _plain_row(figure_values(content["figures"])),
        "summary": content["summary"],
        "versions": dict(sorted(data.versions.items())),
        "analysis": "quick" if data.first_look else "full",
        "sport": data.sidecar.sport,
        "mode": data.sidecar.mode,
        "language": content["language"],
        "pose_summary": content["pose_summary"],
        "people": [
            {"track": track, "role": part, "name": content["names"].get(track)}
            for track, part in content["parts"].items()
        ],
        "events": {"counts": content["events"].counts, "no_ball": content["no_ball"]},
        "followed": followed_rows(content["shifts"]),
        "comparison": dataclasses.asdict(comparison) if comparison else None,
    }
    judged = {"metrics": data.metrics, "findings": data.findings, "plan": data.plan, "goals": data.goals}
    judged |= {"head_to_head": data.head_to_head}
    if data.presenter_summary.num_rows:
        judged |= {"presenter": data.presenter_summary.drop_columns(["payload"]), "presences": data.presences}
    if content["shifts"].any:
        judged |= {"shifts": data.shifts, "clips": data.clips}
    measured = {
        "strokes": data.strokes,
        "repetitions": data.repetitions,
        "rallies": seen.rallies,
        "calibration": data.calibration,
    }
    measured |= {"flights": seen.flights.select(FLIGHT_COLUMNS)}
    parts = [f"{json.dumps(name)}: {json.dumps(value, allow_nan=False)}" for name, value in values.items()]
    for name, table in (judged | measured).items():
        plain = _plain_row if name in judged else _rounded_row
        rows = (json.dumps(plain(row), allow_nan=False) for row in table.to_pylist())
        parts.append(f"{json.dumps(name)}: [\n" + ",\n".join(rows) + "]")
    return "{" + ",\n".join(parts) + "}\n"


def _plain_row(row: Mapping) -> dict:
    """A row with its JSON columns opened, and null for numbers that JSON does not have."""
    opened = {name: _opened(v) if name in JSON_COLUMNS and v is not None else v for name, v in row.items()}
    return {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in opened.items()}


def _rounded_row(row: Mapping) -> dict:
    plain = _plain_row(row)
    return {name: float(f"{v:.{DIGITS}g}") if isinstance(v, float) else v for name, v in plain.items()}


def _opened(text: str) -> object:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except ValueError:
        return text
