"""A film whose sidecar says only `sport: tennis` gets metres, km/h and the map, from a court that nobody marked."""

import json

import dagster as dg
import numpy as np
import pytest
from pypdf import PdfReader

from gametape.base.settings import settings
from gametape.lake.store import Lake
from orchestration.definitions import build_defs
from resources.graph import Graph, to_compute
from resources.partitions import VIDEOS
from resources.records import PartitionRecords
from tests.court.filmed import RATE, Filmed, film_a_delivery, film_a_rally
from tests.e2e.test_chain import put, run

pytestmark = pytest.mark.slow
COSTLY = {"ball_trajectory", "pose_estimates", "court_marks"}


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> tuple[Filmed, object]:
    path = tmp_path_factory.mktemp("court") / "match.mp4"
    return film_a_rally(path, kind="high", seed=3, shots=2), path


def say(text: str) -> None:
    (settings().home / "uploads" / "match.yaml").write_text(text)


def test_a_court_that_nobody_marked_gives_kilometres_an_hour_and_the_map(house, film):
    truth, path = film
    with dg.DagsterInstance.ephemeral() as instance:
        key = put(path)
        say("sport: tennis\n")
        result = run(instance, key)
        assert result.success
        lake = Lake(settings().lake_uri)
        (row,) = lake.read_table("calibration", key).to_pylist()
        assert (row["source"], row["solved"], row["court"]) == ("found", "camera", "tennis")
        place = [row[f"camera_{axis}_m"] for axis in "xyz"]
        assert np.linalg.norm(place - truth.view.place) < 0.01 * np.linalg.norm(truth.view.place)
        assert row["focal_px"] == pytest.approx(truth.view.focal_px, rel=0.01)
        assert row["radial"] == pytest.approx(truth.view.radial, abs=0.01)

        flights = lake.read_table("ball_flights", key).to_pylist()
        sent = [one for one in flights if one["began"] == "hit" and one["ended"] == "bounce"]
        assert len(sent) == 2
        for one in sent:
            bounce = min((at for kind, at in truth.contacts if kind == "bounce"), key=lambda at: abs(at - one["end_s"]))
            landed = np.array([one["end_ground_x_m"], one["end_ground_y_m"]])
            assert np.linalg.norm(landed - truth.course[int(bounce * RATE) - 1, :2]) < 0.35
            way = truth.course[int((one["start_s"] + 0.05) * RATE) : int(bounce * RATE), 3:]
            assert one["speed_mean_mps"] == pytest.approx(np.linalg.norm(way, axis=1).mean(), rel=0.12)

        folder = settings().home / "lake" / "films" / key
        page = (folder / "report.html").read_text("utf-8")
        assert 'id="court"' in page and "the court that gametape found in the picture" in page and " km/h" in page
        assert (folder / "report_data" / "court.jpg").stat().st_size > 10_000
        text = " ".join(sheet.extract_text() for sheet in PdfReader(folder / "report.pdf").pages)
        assert "gametape found it by its lines" in " ".join(text.split())
        metrics = {one["metric"]: one for one in lake.read_table("metrics", key).to_pylist()}
        assert metrics["shot_speed_max_metric"]["method"].endswith("; by the court found in the picture")
        headline = json.loads((folder / "results.json").read_text())["headline"]
        assert headline["shot_speed_max_metric"] > 20
        shown = result.asset_materializations_for_node("court_marks")[0].metadata
        assert "data:image" in shown["picture"].value and "at: near_left_" in shown["lines to paste"].value

        for text, looked_for_again in (
            ("sport: tennis\ntitle: Final\n", set()),
            ("sport: badminton\n", {"court_marks"}),
        ):
            say(text)
            job = build_defs().resolve_job_def("process_video")
            few = [dg.AssetKey(name) for name in ("sidecar", "analysis_scope", "court_search")]
            assert job.execute_in_process(instance=instance, partition_key=key, asset_selection=few).success
            records = PartitionRecords(instance, Graph.of(build_defs(), VIDEOS))
            assert to_compute(records.graph, records.made([key])[key]) & COSTLY == looked_for_again


def test_a_pitch_that_nobody_marked_gives_metres(house, tmp_path):
    truth = film_a_delivery(tmp_path / "match.mp4")
    with dg.DagsterInstance.ephemeral() as instance:
        key = put(tmp_path / "match.mp4")
        say("sport: cricket\n")
        assert run(instance, key).success
        lake = Lake(settings().lake_uri)
        (row,) = lake.read_table("calibration", key).to_pylist()
        assert (row["source"], row["solved"], row["court"]) == ("found", "camera", "cricket")
        place = [row[f"camera_{axis}_m"] for axis in "xyz"]
        assert np.linalg.norm(place - truth.view.place) < 0.03 * np.linalg.norm(truth.view.place)
        assert row["focal_px"] == pytest.approx(truth.view.focal_px, rel=0.03)

        (at,) = (at for kind, at in truth.contacts if kind == "bounce")
        flights = lake.read_table("ball_flights", key).to_pylist()
        (one,) = (one for one in flights if one["ended"] == "bounce")
        landed = np.array([one["end_ground_x_m"], one["end_ground_y_m"]])
        assert np.linalg.norm(landed - truth.course[int(at * RATE) - 1, :2]) < 0.35
        way = truth.course[int((one["start_s"] + 0.05) * RATE) : int(at * RATE), 3:]
        speed = one["speed_mean_mps"]  # so far behind, and along the ball's way, it may be open
        assert (speed is None) == (one["speed_reason"] is not None)
        assert speed is None or speed == pytest.approx(np.linalg.norm(way, axis=1).mean(), rel=0.12)
        assert one["end_ground_major_m"] < 2 and one["end_ground_minor_m"] < 0.2
        page = (settings().home / "lake" / "films" / key / "report.html").read_text("utf-8")
        assert 'id="court"' in page
