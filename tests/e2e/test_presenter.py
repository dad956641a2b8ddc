"""A lecture through the chain of assets: who is followed, what goes stale, what is exported."""

import json

import numpy as np
import pytest

from gametape.base.settings import settings
from gametape.exports import export
from gametape.lake.store import Lake
from orchestration.definitions import build_defs
from resources.graph import Graph, to_compute
from resources.partitions import VIDEOS
from resources.records import PartitionRecords
from tests.e2e.test_chain import instance, put, run  # noqa: F401  (a fixture)
from tests.lecture_film import Actor, Lecture, render

pytestmark = pytest.mark.slow
SAID = "mode: presenter\nsession: {course_code: MATH-204, date: 2026-10-12}\n"


def test_a_lecture_is_followed_and_a_zone_looks_at_no_picture_again(house, tmp_path, instance):  # noqa: F811
    film = tmp_path / "lecture.mp4"
    walk = Actor(((0, 1.6), (1, 1.6), (3, 0.2)))
    truth = render(Lecture((walk,), seconds=3, size=(640, 360), distance=6.5, audience=3), film)
    sidecar = settings().home / "uploads" / "lecture.yaml"
    sidecar.parent.mkdir(parents=True, exist_ok=True)
    sidecar.write_text(SAID)
    key = put(film)
    assert run(instance, key).success
    lake = Lake(settings().lake_uri)
    track = lake.read_table("presenter_track", key).to_pylist()
    assert {row["quality"] for row in track} == {"measured"} and len(track) == 30
    middles = (truth.boxes[:, 0, 0] + truth.boxes[:, 0, 2]) / 2
    assert np.abs(np.array([row["x"] for row in track]) - middles).max() < 30
    ball = lake.read_table("ball_trajectory", key)["x"]
    assert ball.null_count == len(ball)  # nobody looks for a ball
    summary = lake.read_table("presenter_summary", key).to_pylist()[0]
    assert (summary["coverage"], summary["gaps"], summary["people"]) == (1.0, 0, 1)
    files = export(lake, key, "presenter", tmp_path)
    assert (
        json.loads((files.folder / f"{key}_presenter.json").read_text())["gametape"]["session"]["date"] == "2026-10-12"
    )

    records = PartitionRecords(instance, Graph.of(build_defs(), VIDEOS))
    assert to_compute(records.graph, records.made([key])[key]) == frozenset()
    looks = records.made([key])[key]["presenter_found"]
    sidecar.write_text(SAID + "presenter: {zones: {board: [[0, 0], [0.7, 0], [0.7, 1], [0, 1]]}, max_gap_samples: 3}\n")
    assert run(instance, key, tags={"gametape/keep": "unchanged"}).success
    assert records.made([key])[key]["presenter_found"] == looks
    assert "board" in json.loads(lake.read_table("presenter_summary", key)["zone_seconds"][0].as_py())
