"""A film's tables as the craft makes them, through a lake, into every format."""

import csv
import json
from importlib.util import find_spec

import numpy as np
import pytest

from gametape.coaching import find, measures, metrics_of
from gametape.exports import FORMATS, export
from gametape.film.sidecar import Sidecar
from gametape.film.window import analysis_windows
from gametape.lake.store import Lake
from gametape.play import ball_flights, rallies
from gametape.sports.load import rules_for
from gametape.strokes import find_strokes
from gametape.tables.ball import BALL_EVENTS, CALIBRATION
from gametape.tables.film import ANALYSIS_WINDOW, SIDECAR, SOURCE_VIDEO
from tests.pose.bodies import people_of
from tests.report import made_film as made

VIDEO = "serve-03-9f9f9f9f9f9f"


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Lake:
    """Eight seconds of two people and a ball, and what the coach measures of them."""
    times = made.steady(240)
    said = Sidecar(sport="tennis", players=[{"name": "Ana", "height_m": 1.71}])
    frames, ball = made.frames_table(times), made.ball_table(times, gap_s=(2.0, 2.5))
    poses, angles = made.pose_tables(times)
    people = people_of(poses, said, looked_at=len(times), width=made.WIDTH, height=made.HEIGHT)
    events, shots = BALL_EVENTS.from_rows([]), frames["shot"].to_numpy()
    flights = ball_flights(ball, events, shots=shots)
    play = rallies(flights, events, ball, height=made.HEIGHT, shots=shots, looked_from=0.0)
    strokes = find_strokes(
        people=people, poses=poses, angles=angles, frames=frames, ball=ball, events=events,
        sidecar=said,
    )  # fmt: skip
    unmarked = CALIBRATION.from_rows([])
    windows = ANALYSIS_WINDOW.from_rows([w.row() for w in analysis_windows(times, said)])
    rules = rules_for(said.sport, said.mode)
    measured = measures(
        ball=ball,
        people=people,
        poses=poses,
        angles=angles,
        strokes=strokes,
        calibration=unmarked,
        flights=flights,
        rallies=play,
        frames=frames,
        windows=windows,
        sidecar=said,
        rules=rules.strokes,
    )
    metrics = metrics_of(measured, rules.limits)
    findings = find(metrics, measured, poses=poses, ball=ball, view=None, limits=rules.limits, texts=rules.texts)
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    for table, rows in {
        "source_video": SOURCE_VIDEO.from_rows([made.source_row()]),
        "sidecar": SIDECAR.from_rows([{"fingerprint": said.fingerprint(), "content": said.model_dump_json()}]),
        "analysis_window": windows,
        "frames": frames, "ball_trajectory": ball, "ball_flights": flights, "rallies": play, "people": people, "pose_keypoints": poses, "joint_angles": angles,
        "strokes": strokes, "measures": measured, "metrics": metrics, "findings": findings,
    }.items():  # fmt: skip
        lake.write_table(table, VIDEO, rows)
    return lake


def test_every_format_of_one_film_tells_the_same_story(lake, tmp_path):
    files = {"trc": 2, "mot": 2, "c3d": 2, "csv": 5, "trajectory": 1, "pose-analysis": 1, "strokes": 2, "results": 3}
    assert set(files) == set(FORMATS) - {"clips", "overlay", "presenter"}, "these are of films that follow somebody"
    if find_spec("ezc3d") is None:
        del files["c3d"]
    made_of = {format: export(lake, VIDEO, format, tmp_path) for format in files}
    assert {format: len(one.files) for format, one in made_of.items()} == files
    player = next(file for file in made_of["trc"].files if file.unit == "m")
    assert [file.unit for file in made_of["trc"].files].count("m") == 1

    # The same wrist at the same moment in TRC (metres, y up), CSV and JSON (px, y down).
    lines = (made_of["trc"].folder / player.name).read_text().splitlines()
    column = lines[3].split("\t").index("left_wrist")
    fields = lines[6 + 100].split("\t")
    results = json.loads((made_of["results"].folder / f"{VIDEO}_results.json").read_text())
    scale = next(m["value"] for m in results["metrics"] if m["metric"] == "picture_scale" and m["value"])
    with (made_of["csv"].folder / f"{VIDEO}_track{player.track}.csv").open(newline="") as file:
        row = list(csv.DictReader(file))[100]
    poses = json.loads((made_of["pose-analysis"].folder / f"{VIDEO}_pose_analysis.json").read_text())["rows"]
    point = next(r for r in poses if r["frame_number"] == 100 and r["person_id"] == player.track)["keypoints"][
        "left_wrist"
    ]
    assert float(fields[1]) == pytest.approx(float(row["time_s"]), abs=1e-6)
    assert float(fields[column]) * scale == pytest.approx(float(row["left_wrist_x"]), abs=1e-3)
    assert made.HEIGHT - float(fields[column + 1]) * scale == pytest.approx(float(row["left_wrist_y"]), abs=1e-3)
    assert point["x"] == pytest.approx(float(row["left_wrist_x"]), abs=0.006)

    ball = json.loads((made_of["trajectory"].folder / f"{VIDEO}_trajectory_data.json").read_text())
    assert len(ball["velocity"]) == len(ball["frames"]) - 1
    # Nowhere faster than the ball really flies, not even over the half second in which it is away.
    t = np.linspace(0, 8, 20_000)
    x, y = made.ball_at(t)
    assert max(ball["velocity"]) <= np.hypot(np.gradient(x, t), np.gradient(y, t)).max() + 1
