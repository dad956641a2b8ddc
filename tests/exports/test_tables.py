"""MOT, CSV and the JSON payloads, against tables small enough to know the answers."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from gametape.exports import export
from gametape.film.clock import taken_times
from gametape.film.sidecar import Sidecar
from gametape.tables.coaching import FINDINGS, METRICS, STROKES
from tests.exports.small import HEIGHT, VIDEO, WIDTH, even, lake_of, walking

# Upright, seen from the front, right arm bent square at the elbow, left leg straight.
STANDING = {
    "left_shoulder": (120, 40, 0.9), "right_shoulder": (80, 40, 0.9), "right_elbow": (80, 50, 0.9),
    "right_wrist": (70, 50, 0.9), "left_hip": (110, 60, 0.9), "right_hip": (90, 60, 0.9), "left_knee": (110, 75, 0.9),
    "left_ankle": (110, 90, 0.9), "right_ankle": (90, 88, 0.9), "nose": (100, 25, 0.3),
}  # fmt: skip


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_json(path: Path) -> dict:
    """Strictly: NaN is no JSON."""

    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def detected(frame: int, x: float, y: float = 50.0, **more: object) -> dict:
    return {"frame": frame, "state": "detected", "x": x, "y": y, "confidence": 0.75, **more}


def trajectory(lake, out: Path) -> dict:
    return read_json(export(lake, VIDEO, "trajectory", out).folder / f"{VIDEO}_trajectory_data.json")


def test_mot_has_degrees_at_true_times_with_holes_kept(tmp_path):
    times = [0.0, 0.04, 0.05, 0.11]
    bent = STANDING | {"right_wrist": (80, 60, 0.9)}
    lake = lake_of(tmp_path / "lake", times, {5: {0: STANDING, 1: bent, 3: STANDING}})
    made = export(lake, VIDEO, "mot", tmp_path)
    header, _, body = (made.folder / f"{VIDEO}_track5.mot").read_text().partition("endheader\n")
    names, *lines = [line.split("\t") for line in body.splitlines()]
    values = np.array(lines, float)
    assert f"nRows={len(values)}\n" in header and f"nColumns={len(names)}\n" in header and "inDegrees=yes\n" in header
    assert values[:, 0].tolist() == times
    np.testing.assert_allclose(values[:, names.index("right_elbow")], [90, 180, np.nan, 90], atol=1e-3)
    np.testing.assert_allclose(values[:, names.index("left_knee")], [180, 180, np.nan, 180], atol=1e-3)
    assert np.isnan(values[2, 1:]).all()
    assert "left_elbow" not in names  # never known


def test_csv_is_wide_with_a_row_a_look_and_empty_cells(tmp_path):
    times = even(5)
    ball = [detected(0, 10.5), {"frame": 1, "state": "absent"}]
    people = {0: walking([0, 2], times), 1: walking([4], times, x=150)}
    lake = lake_of(tmp_path / "lake", times, people, ball=ball)
    folder = export(lake, VIDEO, "csv", tmp_path).folder
    assert {path.name for path in folder.iterdir()} == {
        "export.json", f"{VIDEO}_ball.csv", f"{VIDEO}_track0.csv", f"{VIDEO}_track1.csv",
    }  # fmt: skip
    first = rows_of(folder / f"{VIDEO}_track0.csv")
    assert [row["frame"] for row in first] == ["0", "1", "2"]
    assert [row["left_hip_x"] for row in first] == ["20", "", "20"]
    assert float(first[2]["nose_x"]) == pytest.approx(24) and first[0]["nose_y"] == "30"
    assert {row["left_knee_x"] for row in first} == {""}
    assert rows_of(folder / f"{VIDEO}_track1.csv")[0]["left_hip_x"] == "150"
    seen = rows_of(folder / f"{VIDEO}_ball.csv")
    assert seen[0]["x"] == "10.5" and seen[1]["x"] == "" and seen[1]["state"] == "absent"


def test_csv_has_angles_with_their_speeds_a_row_a_look(tmp_path):
    """A right elbow that opens by 2 degrees a look, 25 looks a second; what is not known is empty."""
    arm = {"right_shoulder": (50, 0, 0.9), "right_elbow": (50, 40, 0.9)}
    bends = [np.radians(60 + 2 * look) for look in range(9)]
    opening = {
        look: arm | {"right_wrist": (50 + 40 * np.sin(bend), 40 - 40 * np.cos(bend), 0.9)}
        for look, bend in enumerate(bends)
    }
    lake = lake_of(tmp_path / "lake", [look / 25 for look in range(9)], {0: opening})
    rows = rows_of(export(lake, VIDEO, "csv", tmp_path).folder / f"{VIDEO}_track0_angles.csv")
    assert [round(float(row["right_elbow"])) for row in rows] == [60 + 2 * look for look in range(9)]
    assert float(rows[4]["right_elbow_speed"]) == pytest.approx(50, abs=0.01)
    assert rows[0]["right_elbow_speed"] == rows[4]["left_knee"] == ""


def test_csv_of_a_film_with_the_ball_alone(tmp_path):
    lake = lake_of(tmp_path / "lake", even(2), ball=[detected(0, 1.0)])
    assert [file.name for file in export(lake, VIDEO, "csv", tmp_path).files] == [f"{VIDEO}_ball.csv"]


def test_velocity_is_per_second_so_a_hole_in_the_list_does_not_speed_the_ball_up(tmp_path):
    """20 px a frame at 30 frames a second, with ten frames missing: the same 600 px/s everywhere."""
    times = even(20)
    frames = [0, 1, 2, 13, 14]
    payload = trajectory(lake_of(tmp_path / "lake", times, ball=[detected(f, 20.0 * f) for f in frames]), tmp_path)
    assert payload["velocity"] == [600.0] * 4
    assert payload["velocity_unit"].startswith("px/s")


def test_velocity_takes_the_true_times_of_a_variable_frame_rate(tmp_path):
    times = [0.0, 0.02, 0.1]
    ball = [detected(0, 0.0, 0.0), detected(1, 3.0, 4.0), detected(2, 3.0, 44.0)]
    assert trajectory(lake_of(tmp_path / "lake", times, ball=ball), tmp_path)["velocity"] == [250.0, 500.0]


def doubled() -> tuple[list[float], list[int], np.ndarray]:
    """25 pictures a second sold as 30: times, frames that repeat the one before, and when each picture was taken."""
    number = np.arange(90) * 25 // 30
    repeats = np.diff(number, prepend=-1) == 0
    return taken_times(np.arange(90) / 30, repeats).tolist(), np.flatnonzero(repeats).tolist(), number / 25


def test_a_picture_shown_twice_is_no_standstill_and_no_jump(tmp_path):
    """500 px/s: by the frames 0 and up to 600."""
    times, repeats, moments = doubled()
    ball = [detected(f, 500 * t) for f, t in enumerate(moments)]
    payload = trajectory(lake_of(tmp_path / "lake", times, ball=ball, repeats=repeats), tmp_path)
    assert len(payload["frames"]) == 75 and not {one["frame"] for one in payload["frames"]} & set(repeats)
    assert payload["velocity"] == pytest.approx([500] * 74, rel=0.06)


@pytest.mark.parametrize("format", ["trc", "csv", "mot"])
def test_exports_have_no_rows_of_pictures_shown_twice(tmp_path, format):
    times, repeats, moments = doubled()
    people = {0: {f: legs(20 + 60 * t) for f, t in enumerate(moments)}}
    made = export(lake_of(tmp_path / "lake", times, people, repeats=repeats), VIDEO, format, tmp_path / "out")
    lines = (made.folder / made.files[0].name).read_text().splitlines()
    if format == "trc":
        assert made.files[0].rate_hz == pytest.approx(25, rel=0.01)
        rows = np.array([line.split("\t")[1:3] for line in lines[6:] if line], float)
        assert np.diff(rows[:, 1]) / np.diff(rows[:, 0]) == pytest.approx(60, rel=0.06)
    else:
        first = lines.index("endheader") + 2 if format == "mot" else 1
        assert len(lines) - first == 75


def legs(x: float) -> dict:
    """A left leg that is bent by a right angle."""
    return {"left_hip": (x, 20.0, 0.9), "left_knee": (x, 50.0, 0.9), "left_ankle": (x + 30, 50.0, 0.9)}


def test_velocity_across_a_cut_is_not_told(tmp_path):
    ball = [detected(f, 10.0 * f) for f in range(4)]
    payload = trajectory(lake_of(tmp_path / "lake", even(4), ball=ball, shots=[0, 0, 1, 1]), tmp_path)
    assert payload["velocity"] == [300.0, None, 300.0]


def test_trajectory_lists_detections_alone_and_invents_no_spin(tmp_path):
    ball = [
        detected(0, 10.123, 20.0, x1=5, y1=15, x2=15, y2=25),
        {"frame": 1, "state": "interpolated", "x": 12, "y": 21},
        {"frame": 2, "state": "absent"},
        detected(3, 16.0, 23.0),
    ]
    payload = trajectory(lake_of(tmp_path / "lake", even(10, 25), ball=ball), tmp_path)
    assert payload["frames"] == [
        {"frame": 0, "timestamp": 0.0, "x": 10.12, "y": 20.0, "confidence": 0.75, "bbox": [5, 15, 15, 25]},
        {"frame": 3, "timestamp": 0.12, "x": 16.0, "y": 23.0, "confidence": 0.75, "bbox": None},
    ]
    assert payload["spin_estimate"] is None and "no flight's curve tells" in payload["spin_reason"]
    assert payload["flights"] == []
    assert payload["video_info"] == {"width": WIDTH, "height": HEIGHT, "fps": pytest.approx(25), "total_frames": 10}


def flight(number: int, spin: str) -> dict:
    span = {"start_frame": 0, "end_frame": 1, "start_s": float(number), "end_s": number + 0.5, "began": "hit"}
    return span | {"flight": number, "ended": "lost", "seen": 9, "speed_start_mps": 21.123456, "spin": spin}


@pytest.mark.parametrize(
    ("spins", "told", "reason"),
    [
        (["topspin", "unknown", "topspin"], "topspin", None),
        (["topspin", "backspin"], None, "flights differ"),
        (["unknown", "sidespin"], None, "no flight's curve tells"),
    ],
)
def test_the_spin_is_the_flights_or_none_with_a_reason(tmp_path, spins, told, reason):
    flights = [flight(number, spin) for number, spin in enumerate(spins)]
    lake = lake_of(tmp_path / "lake", even(2), ball=[detected(0, 5.0)], flights=flights)
    payload = trajectory(lake, tmp_path)
    assert payload["spin_estimate"] == told and (reason or "") in (payload["spin_reason"] or "")
    assert [one["spin"] for one in payload["flights"]] == spins and payload["flights"][0]["speed_start_mps"] == 21.1235


@pytest.mark.parametrize(("seen", "frames"), [(0, 1), (0, 5), (1, 5)])
def test_trajectory_of_a_ball_hardly_seen(tmp_path, seen, frames):
    ball = [detected(0, 5.0)] if seen else [{"frame": 0, "state": "absent"}]
    payload = trajectory(lake_of(tmp_path / "lake", even(frames), ball=ball), tmp_path)
    assert len(payload["frames"]) == seen and payload["velocity"] == []
    assert (payload["video_info"]["fps"] is None) == (frames == 1)


def test_pose_analysis_has_one_convention_with_angles_for_everyone(tmp_path):
    times = even(4)
    lake = lake_of(tmp_path / "lake", times, {0: {0: STANDING, 3: STANDING}, 4: {3: STANDING}})
    payload = read_json(export(lake, VIDEO, "pose-analysis", tmp_path).folder / f"{VIDEO}_pose_analysis.json")
    assert payload["coordinates"].startswith("px") and payload["z"].startswith("null")
    assert [(row["frame_number"], row["person_id"]) for row in payload["rows"]] == [(0, 0), (3, 0), (3, 4)]
    row = payload["rows"][1]
    assert row["timestamp"] == pytest.approx(0.1)
    assert row["keypoints"]["left_hip"] == {"x": 110.0, "y": 60.0, "z": None, "visibility": 0.9}
    assert row["keypoints"]["nose"]["visibility"] == 0.3  # unsure, and says so
    assert "left_wrist" not in row["keypoints"]
    assert row["joint_angles"]["right_elbow"] == 90 and row["joint_angles"]["left_knee"] == 180
    assert row["joint_angles"]["left_elbow"] is None
    assert row["body_metrics"] == {
        "center_of_mass_x": 100.0, "center_of_mass_y": 50.0, "hip_rotation": 180.0, "shoulder_rotation": 180.0,
        "spine_lean": 0.0, "body_height": 49.0, "bbox_width": 30.0, "bbox_height": 70.0,
    }  # fmt: skip


def test_pose_analysis_does_not_end_after_so_many_frames(tmp_path, monkeypatch):
    monkeypatch.setattr("gametape.exports.json_files._ROWS_AT_ONCE", 7)
    times = even(1000)
    lake = lake_of(tmp_path / "lake", times, {0: walking(range(1000), times)})
    payload = read_json(export(lake, VIDEO, "pose-analysis", tmp_path).folder / f"{VIDEO}_pose_analysis.json")
    assert [row["frame_number"] for row in payload["rows"]] == list(range(1000))
    assert payload["rows"][999]["keypoints"]["nose"]["x"] == pytest.approx(20 + 60 * times[999], abs=0.01)


def test_results_hold_everything_said_and_found(tmp_path):
    lake = lake_of(
        tmp_path / "lake", even(2), said=Sidecar(title='Açaí "cup", =1+1', sport="tennis"), file_name="é\n\u202e.mp4"
    )
    common = {"subject": "ball", "unit": "px/s", "n": 3, "method": "a, b"}
    metrics = [
        common | {"metric": "speed", "value": 12.5},
        common | {"metric": "odd", "value": math.nan},
        common | {"metric": "unknown", "reason": "not calibrated"},
    ]
    finding = {
        "code": "SLOW", "title": "Slow", "severity": "low", "subject": "ball", "metric": "speed", "value": 12.5,
        "threshold": 20, "unit": "px/s", "confidence": 0.5, "confidence_reason": "few", "why": "w", "cues": '["now"]',
        "drills": "[]", "evidence": '[{"start_s": 1, "end_s": 2, "worst_s": 1.5}]',
    }  # fmt: skip
    lake.write_table("metrics", VIDEO, METRICS.from_rows(metrics))
    lake.write_table("findings", VIDEO, FINDINGS.from_rows([finding]))
    folder = export(lake, VIDEO, "results", tmp_path).folder
    results = read_json(folder / f"{VIDEO}_results.json")
    assert list(results) == ["video", "source", "sidecar", "metrics", "findings"]
    assert results["video"] == VIDEO and results["source"]["file_name"] == "é\n\u202e.mp4"
    assert results["sidecar"]["title"] == 'Açaí "cup", =1+1' and results["sidecar"]["trim_start_s"] is None
    assert [m["value"] for m in results["metrics"]] == [12.5, None, None]
    assert results["metrics"][2]["reason"] == "not calibrated"
    assert results["findings"][0]["evidence"] == [{"start_s": 1, "end_s": 2, "worst_s": 1.5}]
    sheet = rows_of(folder / f"{VIDEO}_metrics.csv")
    assert list(sheet[0]) == METRICS.names and sheet[0]["method"] == "a, b" and sheet[2]["value"] == ""
    assert rows_of(folder / f"{VIDEO}_findings.csv")[0]["cues"] == '["now"]'


def test_strokes_are_told_as_clients_read_them_without_a_made_up_score(tmp_path):
    lake = lake_of(tmp_path / "lake", even(30))
    stroke = {
        "track": 3, "stroke": 0, "kind": "forehand", "kind_confidence": 0.8, "kind_reason": "x", "confidence": 0.9,
        "confidence_reason": "x", "hand": "right", "hand_reason": "x", "contact_source": "both", "start_frame": 3,
        "contact_frame": 12, "end_frame": 20, "start_s": 0.1, "contact_s": 0.41, "end_s": 0.66,
        "peak_wrist_speed": 4.5, "unknown": '{"knee_in_load": "the knees are not seen"}',
    }  # fmt: skip
    others = [stroke | {"track": 5, "stroke": number, "kind": "backhand"} for number in (1, 2)]
    lake.write_table("strokes", VIDEO, STROKES.from_rows([stroke, *others]))
    whose = ((3, "player", "Ana"), (5, "opponent", None))
    common = {"metric": "strokes", "value": 9.0, "unit": "count", "n": 9, "method": "m"}
    rows = [common | {"subject": f"track:{track}", "role": role, "name": name} for track, role, name in whose]
    lake.write_table("metrics", VIDEO, METRICS.from_rows(rows))
    folder = export(lake, VIDEO, "strokes", tmp_path).folder
    payload = read_json(folder / f"{VIDEO}_stroke_analytics.json")
    row = payload["rows"][0]
    assert [(one["person_id"], one["role"], one["name"]) for one in payload["rows"]] == [
        (3, "player", "Ana"), (5, "opponent", None), (5, "opponent", None),
    ]  # fmt: skip
    assert (row["start_frame"], row["peak_frame"], row["end_frame"], row["person_id"]) == (3, 12, 20, 3)
    assert row["stroke_type"] == "forehand" and row["duration"] == pytest.approx(0.56)
    assert row["max_velocity"] == 4.5 and row["form_score"] is None and payload["form_score_reason"]
    assert row["reasons"]["knee_in_load"] == "the knees are not seen"
    counted = payload["stroke_summary"]
    assert (counted["total_strokes"], counted["forehand_count"], counted["backhand_count"]) == (1, 1, 0)
    each = {one["person_id"]: (one["total_strokes"], one["backhand_count"]) for one in payload["stroke_summaries"]}
    assert each == {3: (1, 0), 5: (2, 2)} and counted["name"] == "Ana"
    with (folder / f"{VIDEO}_strokes.csv").open(newline="") as file:
        assert next(csv.DictReader(file))["kind"] == "forehand"
