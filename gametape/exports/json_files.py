"""JSON files that existing clients read: `trajectory_data`, `pose_analysis`, `stroke_analytics` and the results.

Belongs here: their keys, units and conventions. Does not belong here: measuring beyond what a key means.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.spreadsheet import harmless
from gametape.exports.csv_files import PIXELS
from gametape.exports.exported_file import ExportedFile
from gametape.exports.film_tables import FilmTables
from gametape.movement.persons import Who
from gametape.pose.angles import MIN_CONFIDENCE, angles_at
from gametape.sports.load import stroke_kinds
from gametape.tables.coaching import FINDINGS, METRICS, STROKES
from gametape.tables.pose import JOINT_ANGLES, KEYPOINTS

if TYPE_CHECKING:
    import pyarrow as pa

VELOCITY = "px/s: distance to the next listed point over the true time between them; null across a cut"
NO_SPIN = "no flight's curve tells the spin: see the flights' spin_reason"
MIXED_SPIN = "flights differ: see each one's spin"
FLIGHTS = "px/s by a fitted curve; m/s and degrees of swing with the band of 95 %, null where a reason says why"
_FLIGHT_KEYS = (
    "start_frame", "end_frame", "start_s", "end_s", "began", "ended", "speed_start", "speed_mean", "speed_end",
    "speed_start_mps", "speed_start_mps_low", "speed_start_mps_high", "speed_mean_mps", "speed_mean_mps_low",
    "speed_mean_mps_high", "speed_end_mps", "speed_end_mps_low", "speed_end_mps_high", "speed_method", "speed_reason",
    "end_ground_x_m", "end_ground_y_m", "end_ground_major_m", "spin", "spin_confidence", "spin_reason",
    "swing_deg", "swing_deg_low", "swing_deg_high", "swing_reason",
)  # fmt: skip
NO_FORM_SCORE = "null: how good a stroke is no single number says; see metrics"
NO_DEPTH = "null: one camera measures no depth"
_ROWS_AT_ONCE = 2048


def write_trajectory(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write `trajectory_data`: pictures with a detection only, n points and n - 1 velocities.

    The spin is given where all flights with a known spin agree; what is known of each flight is beside it.
    """
    import pyarrow.compute as pc

    ball = film.pictures("ball_trajectory")
    seen = ball.filter(pc.equal(ball["state"], "detected"))
    frame, time = seen["frame"].to_numpy(), seen["time_s"].to_numpy()
    xy, box = _columns(seen, ("x", "y")), _columns(seen, ("x1", "y1", "x2", "y2"))
    shot = film.frames["shot"].to_numpy()[frame]
    speed = np.hypot(*np.diff(xy, axis=0).T) / np.diff(time)
    speed[np.diff(shot) != 0] = np.nan
    flights = film.read("ball_flights", _FLIGHT_KEYS).to_pylist()
    spins = {one["spin"] for one in flights} & {"topspin", "backspin"}
    no_spin = None if len(spins) == 1 else MIXED_SPIN if spins else NO_SPIN
    payload = {
        "frames": [
            {
                "frame": int(number),
                "timestamp": round(float(at), 6),
                "x": _number(x),
                "y": _number(y),
                "confidence": _number(sure, 4),
                "bbox": [_number(v) for v in edges] if np.isfinite(edges).all() else None,
            }
            for number, at, (x, y), (sure,), edges in zip(
                frame, time, xy, _columns(seen, ("confidence",)), box, strict=True
            )
        ],
        "velocity": [_number(v) for v in speed],
        "velocity_unit": VELOCITY,
        "spin_estimate": None if no_spin else spins.pop(),
        "spin_reason": no_spin,
        "flights": [
            {key: _number(value, 4) if isinstance(value, float) else value for key, value in one.items()}
            for one in flights
        ],
        "flights_units": FLIGHTS,
        "coordinates": PIXELS,
        "video_info": asdict(film.info),
    }
    name = f"{film.video}_trajectory_data.json"
    _dump(payload, folder / name)
    yield ExportedFile(name, "trajectory_data of the ball", unit="px", notes=(PIXELS, VELOCITY, FLIGHTS))


def write_pose_analysis(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write `pose_analysis`: a row for each person and frame of the whole film, in pixels.

    `person_id` is the track. `keypoints` are all that the estimator gave, with their confidence as visibility. Angles
    and body metrics use keypoints of at least MIN_CONFIDENCE, and are null otherwise.
    """
    poses = film.poses().combine_chunks()
    head = {
        "coordinates": PIXELS,
        "z": NO_DEPTH,
        "visibility": "the estimator's confidence, 0..1",
        "joint_angles": f"degrees in the picture plane, interior, 180 straight; confidence {MIN_CONFIDENCE:g} or more",
        "body_metrics": "px and degrees in the picture plane; center_of_mass: mean of both hips and shoulders",
        "video_info": asdict(film.info),
    }
    name = f"{film.video}_pose_analysis.json"
    with (folder / name).open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, allow_nan=False)[:-1] + ', "rows": [\n')
        # Row by row, since a match has half a million of two kilobytes each.
        for number, row in enumerate(_pose_rows(poses)):
            file.write(("" if number == 0 else ",\n") + json.dumps(row, allow_nan=False))
        file.write("\n]}\n")
    yield ExportedFile(name, "pose_analysis, a row a person in a frame", unit="px", notes=(PIXELS, f"z is {NO_DEPTH}"))


def _pose_rows(poses: pa.Table) -> Iterator[dict]:
    for start in range(0, poses.num_rows, _ROWS_AT_ONCE):
        part = poses.slice(start, _ROWS_AT_ONCE)
        angles = angles_at(part)
        body = _body_metrics(part)
        points = _columns(part, [f"{name}_{axis}" for name in KEYPOINTS for axis in "xyc"]).reshape(
            -1, len(KEYPOINTS), 3
        )
        rows = part.select(["frame", "time_s", "track"]).to_pylist()
        for at, row in enumerate(rows):
            yield {
                "frame_number": row["frame"],
                "timestamp": round(row["time_s"], 6),
                "person_id": row["track"],
                "keypoints": {
                    name: {"x": _number(x), "y": _number(y), "z": None, "visibility": _number(sure, 4)}
                    for name, (x, y, sure) in zip(KEYPOINTS, points[at], strict=True)
                    if np.isfinite(x) and np.isfinite(y)
                },
                "joint_angles": {name: _number(angles[name][at]) for name in JOINT_ANGLES},
                "body_metrics": {name: _number(values[at]) for name, values in body.items()},
            }


def _body_metrics(poses: pa.Table) -> dict[str, np.ndarray]:
    """The file's `body_metrics`, (n,) each, NaN where a keypoint is missing or uncertain.

    Rotations are tilts of the line from the left to the right joint in the picture, y down, as clients expect.
    """

    def point(name: str) -> np.ndarray:
        x, y, sure = _columns(poses, [f"{name}_{part}" for part in "xyc"]).T
        return np.where((sure >= MIN_CONFIDENCE)[:, None], np.column_stack([x, y]), np.nan)

    left, right = (
        {part: point(f"{side}_{part}") for part in ("shoulder", "hip", "ankle")} for side in ("left", "right")
    )
    shoulders, hips = ((left[part] + right[part]) / 2 for part in ("shoulder", "hip"))
    trunk, centre, box = shoulders - hips, (shoulders + hips) / 2, _columns(poses, ("x1", "y1", "x2", "y2"))

    def tilt(part: str) -> np.ndarray:
        dx, dy = (right[part] - left[part]).T
        return np.degrees(np.arctan2(dy, dx))

    return {
        "center_of_mass_x": centre[:, 0],
        "center_of_mass_y": centre[:, 1],
        "hip_rotation": tilt("hip"),
        "shoulder_rotation": tilt("shoulder"),
        "spine_lean": np.degrees(np.arctan2(trunk[:, 0], -trunk[:, 1])),
        "body_height": sum(np.abs(side["shoulder"] - side["ankle"])[:, 1] for side in (left, right)) / 2,
        "bbox_width": box[:, 2] - box[:, 0],
        "bbox_height": box[:, 3] - box[:, 1],
    }


def write_strokes(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write `stroke_analytics`: a row for each stroke with the summary that clients read; and the table as CSV.

    `stroke_summary` is of the player alone, and `stroke_summaries` of each person who strikes. Where it is not
    known who the player is, the first has no numbers.

    `peak_frame` is the frame of contact, `max_velocity` that of the wrist in the player's own heights per second. Form
    is not one number here: `form_score` is null, and its measures are in `metrics`.
    """
    rows = film.read("strokes").to_pylist()
    whose = film.people
    player = next((track for track, one in whose.items() if one.is_player), None)
    striking = list(dict.fromkeys([*whose, *(row["track"] for row in rows)]))
    payload = {
        "rows": [_stroke_row(row) | _person(row["track"], whose) for row in rows],
        "stroke_summary": _stroke_summary(rows, player, whose),
        "stroke_summaries": [_stroke_summary(rows, track, whose) for track in striking],
        "form_score_reason": NO_FORM_SCORE,
        "max_velocity_unit": "the player's own heights a second, of the playing wrist about the hips",
        "video_info": asdict(film.info),
    }
    name = f"{film.video}_stroke_analytics.json"
    _dump(_plain(payload), folder / name)
    yield ExportedFile(name, "stroke_analytics, a row a stroke, and its summary", notes=(NO_FORM_SCORE,))
    name = f"{film.video}_strokes.csv"
    _write_csv(STROKES.names, rows, folder / name)
    yield ExportedFile(name, "the strokes, a row each")


def _stroke_summary(rows: list[dict], track: int | None, whose: Mapping[int, Who]) -> dict:
    """The counts of one person's strokes; null of nobody."""
    kinds = [row["kind"] for row in rows if row["track"] == track]
    return {
        **_person(track, whose),
        "total_strokes": None if track is None else len(kinds),
        **{f"{kind}_count": None if track is None else kinds.count(kind) for kind in stroke_kinds()},
        "average_form_score": None,
        "best_form_score": None,
        "consistency_score": None,
    }


def _person(track: int | None, whose: Mapping[int, Who]) -> dict:
    """Who a track is: `person_id`, and as far as is known the part the person plays and the name."""
    one = whose.get(track) if track is not None else None
    return {"person_id": track, "role": one and one.role, "name": one and one.name}


def _stroke_row(row: dict) -> dict:
    start, end = row["start_s"], row["end_s"]
    return {
        "start_frame": row["start_frame"],
        "end_frame": row["end_frame"],
        "peak_frame": row["contact_frame"],
        "timestamp": round(row["contact_s"], 6),
        "person_id": row["track"],
        "stroke_type": row["kind"],
        "duration": None if start is None or end is None else round(end - start, 4),
        "max_velocity": row["peak_wrist_speed"],
        "form_score": None,
        "confidence": row["confidence"],
        "metrics": {key: value for key, value in row.items() if key not in ("video", "unknown")},
        "reasons": json.loads(row["unknown"]),
    }


def write_results(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write `…_results.json` with video, source, sidecar, metrics and findings, and the last two as CSV."""
    metrics, findings = film.read("metrics").to_pylist(), film.read("findings").to_pylist()
    payload = {
        "video": film.video,
        "source": film.read("source_video").to_pylist()[0],
        "sidecar": film.sidecar.model_dump(mode="json"),
        "metrics": metrics,
        "findings": [row | {key: json.loads(row[key]) for key in ("cues", "drills", "evidence")} for row in findings],
    }
    _dump(_plain(payload), folder / f"{film.video}_results.json")
    yield ExportedFile(f"{film.video}_results.json", "source, sidecar, metrics and findings")
    for what, names, rows in (("metrics", METRICS.names, metrics), ("findings", FINDINGS.names, findings)):
        name = f"{film.video}_{what}.csv"
        _write_csv(names, rows, folder / name)
        yield ExportedFile(name, f"the {what}, a row each")


def _write_csv(names: list[str], rows: Iterable[dict], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, names)
        sheet.writeheader()
        sheet.writerows({name: harmless(value) for name, value in row.items()} for row in rows)


def _columns(table: pa.Table, names: Iterable[str]) -> np.ndarray:
    """(rows, names) float64, NaN for null."""
    return np.column_stack([table[name].cast("float64").to_numpy(zero_copy_only=False) for name in names])


def _number(value: float | None, digits: int = 2) -> float | None:
    """A number for JSON: rounded, None where it is not known."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits)


def _plain(value: object) -> object:
    """Replace numbers that JSON does not have by None."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _dump(payload: object, path: Path) -> None:
    path.write_text(json.dumps(payload, allow_nan=False, ensure_ascii=False) + "\n", encoding="utf-8")
