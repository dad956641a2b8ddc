"""The chain of assets in one process: what it makes, what it shows, what goes stale, what a bad film leaves."""

import json
from threading import current_thread

import dagster as dg
import pytest

import gametape.pose
from gametape.base.settings import settings
from gametape.film.sidecar import Sidecar
from gametape.lake.store import Lake
from orchestration.definitions import build_defs
from resources.graph import Graph, to_compute
from resources.partitions import ANALYSIS_TAG, QUICK, VIDEOS
from resources.records import PartitionRecords
from resources.uploads import uploads_from_settings
from tests.e2e.conftest import FILM_TABLES

pytestmark = pytest.mark.slow


def run(instance: dg.DagsterInstance, key: str, **more) -> dg.ExecuteInProcessResult:
    instance.add_dynamic_partitions("videos", [key])
    job = build_defs().resolve_job_def("process_video")
    return job.execute_in_process(instance=instance, partition_key=key, raise_on_error=False, **more)


def put(film) -> str:
    store = uploads_from_settings().store()
    upload = store.put(film)
    return VIDEOS.kind.key_of(upload.name, store.fingerprint(upload))


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def test_a_film_becomes_every_table_and_each_asset_shows_what_it_made(house, small_rally, instance, monkeypatch):
    key = put(small_rally.film)
    estimated_in = []
    estimate = gametape.pose.estimate
    monkeypatch.setattr(
        gametape.pose,
        "estimate",
        lambda *args, **more: estimated_in.append(current_thread().name) or estimate(*args, **more),
    )
    goals = "sport: tennis\ngoals: [{metric: fps, at_least: 10}, {metric: shot_speed_max_metric, at_least: 5}]\n"
    (settings().home / "uploads" / f"{small_rally.film.stem}.yaml").write_text(goals)
    result = run(instance, key)
    assert result.success
    lake = Lake(settings().lake_uri)
    for name, table in FILM_TABLES.items():
        assert lake.read_table(name, key).column_names == table.names
        made = result.asset_materializations_for_node(name)[0]
        assert made.metadata["dagster/partition_row_count"].value == lake.read_table(name, key).num_rows
    for name in ("frames", "ball_trajectory", "pose_estimates", "people"):
        assert "data:image" in result.asset_materializations_for_node(name)[0].metadata["picture"].value, name
    failed = [e for e in result.get_asset_check_evaluations() if not e.passed and e.severity.value == "ERROR"]
    assert not failed
    assert not (settings().home / "work" / key).exists(), "nothing half done is left behind"
    assert estimated_in == ["beside"], "poses are computed once, while the ball is followed"

    assert lake.read_table("goal_outcomes", key)["met"].to_pylist() == [True, None]
    assert lake.read_table("week_plan", key).num_rows == 7
    report = lake.read_table("report", key).to_pylist()[0]
    assert lake.get_file(key, report["pdf"], house).read_bytes().startswith(b"%PDF-")
    told = json.loads(lake.get_file(key, report["results"], house).read_text())
    assert [goal["met"] for goal in told["goals"]] == [True, None] and told["versions"]["week_plan"]

    records = PartitionRecords(instance, Graph.of(build_defs(), VIDEOS))
    assert to_compute(records.graph, records.made([key])[key]) == frozenset(), "what is fresh is not recomputed"
    other_ball = {**records.graph.code_versions, "ball_trajectory": "a new tracker"}
    stale = to_compute(Graph(records.graph.parents, other_ball), records.made([key])[key])
    assert stale == {
        "ball_trajectory", "ball_events", "ball_flights", "rallies", "people", "pose_keypoints", "joint_angles", "strokes",
        "measures", "metrics", "metric_frames", "findings", "week_plan", "goal_outcomes", "head_to_head", "repetitions",
        "report", "warehouse_summary", "presenter_found", "presenter_track", "presences", "presenter_slides",
        "presenter_summary", "clip_spans", "clips",
    }, "who plays is told by the ball, too; nobody is looked for anew"  # fmt: skip

    again = run(instance, key)
    assert again.success
    versions = lambda r: {  # noqa: E731
        n: r.asset_materializations_for_node(n)[0].tags["dagster/data_version"] for n in FILM_TABLES
    }
    assert versions(again) == versions(result), "the same film gives the same tables"


def test_a_text_file_called_mp4_fails_where_it_is_read_and_leaves_nothing(house, instance, tmp_path):
    film = tmp_path / "holiday.mp4"
    film.write_text("not a film")
    key = put(film)
    result = run(instance, key)
    assert not result.success
    (failure,) = [e for e in result.get_step_failure_events() if e.step_key == "source_video"]
    told = failure.step_failure_data.user_failure_data
    assert "holiday.mp4" in told.description and told.metadata["what to do"].value
    assert not any(Lake(settings().lake_uri).has_table(name, key) for name in ("source_video", "frames", "report"))


def test_a_sidecar_with_a_typo_fails_by_name(house, small_rally, instance):
    key = put(small_rally.film)
    (settings().home / "uploads" / f"{small_rally.film.stem}.yaml").write_text("titel: Final\n")
    result = run(instance, key)
    failures = {e.step_key: e for e in result.get_step_failure_events()}
    assert set(failures) == {"sidecar"}
    assert "unknown key 'titel'" in failures["sidecar"].step_failure_data.user_failure_data.description
    assert Lake(settings().lake_uri).has_table("source_video", key)


def test_what_is_analysed_stays_while_the_sidecar_has_a_fault(house, small_rally, instance):
    key = put(small_rally.film)
    beside = settings().home / "uploads" / f"{small_rally.film.stem}.yaml"
    told = []
    for text in (
        "titel: Final\ntrim_start_s: 0.5\ncapture_fps: fast\n",  # what can be read, from the beginning
        "title: Final\ntrim_start_s: 0.7\n",
        "titel: Final\ntrim_start_s: 0.2\n",  # what it said before
        "title: [",
        "title: Final\n",
    ):
        beside.write_text(text)
        assert run(instance, key, asset_selection=[dg.AssetKey("analysis_scope")]).success
        told.append(Sidecar.from_table(Lake(settings().lake_uri).read_table("analysis_scope", key)))
    assert [one.trim_start_s for one in told] == [0.5, 0.7, 0.7, 0.7, None]
    assert {one.capture_fps for one in told} == {None} and {one.title for one in told} == {None}


def test_a_film_that_is_older_than_its_scope_keeps_the_trim_of_its_sidecar_table(house, small_rally, instance):
    key = put(small_rally.film)
    beside = settings().home / "uploads" / f"{small_rally.film.stem}.yaml"
    for text, asset in (
        ("title: Final\ntrim_start_s: 0.6\npresenter: {process_fps: 5}\n", "sidecar"),
        ("titel: Final\n", "analysis_scope"),
    ):
        beside.write_text(text)
        assert run(instance, key, asset_selection=[dg.AssetKey(asset)]).success
    told = Sidecar.from_table(Lake(settings().lake_uri).read_table("analysis_scope", key))
    assert (told.trim_start_s, told.presenter.process_fps, told.title) == (0.6, 5, None)


def test_a_first_look_decodes_what_it_analyses_though_the_file_is_saved_meanwhile(house, small_rally, instance):
    key, lake = put(small_rally.film), Lake(settings().lake_uri)
    beside = settings().home / "uploads" / f"{small_rally.film.stem}.yaml"
    for text, assets in (
        ("trim_end_s: 0.5", ("source_video", "analysis_scope", "capture_rate")),
        ("trim_end_s: 0.2", ("frames", "analysis_window")),
    ):
        beside.write_text(text)
        keys = [dg.AssetKey(asset) for asset in assets]
        assert run(instance, key, asset_selection=keys, tags={ANALYSIS_TAG: QUICK}).success
    times, window = lake.read_table("frames", key)["time_s"].to_numpy(), lake.read_table("analysis_window", key)
    assert times[window["last_frame"][0].as_py()] == pytest.approx(0.5, abs=0.05)


def test_a_trim_thins_what_is_looked_at_not_what_is_decoded(house, small_rally, instance):
    key = put(small_rally.film)
    (settings().home / "uploads" / f"{small_rally.film.stem}.yaml").write_text(
        "trim_start_s: 0.5\nsample_rate_hz: 10\n"
    )
    assert run(instance, key).success
    lake = Lake(settings().lake_uri)
    assert lake.read_table("frames", key).num_rows == small_rally.frames
    ball, poses = lake.read_table("ball_trajectory", key), lake.read_table("pose_keypoints", key)
    assert ball.num_rows == small_rally.frames
    assert all(
        s == "absent" for s, t in zip(ball["state"].to_pylist(), ball["time_s"].to_pylist(), strict=True) if t < 0.5
    )
    assert min(poses["time_s"].to_pylist(), default=0.5) >= 0.5


def test_a_film_without_ball_analysis_still_gets_its_report(house, small_rally, instance):
    key = put(small_rally.film)
    (settings().home / "uploads" / f"{small_rally.film.stem}.yaml").write_text("analyses: [pose]\n")
    assert run(instance, key).success
    metrics = Lake(settings().lake_uri).read_table("metrics", key).to_pylist()
    assert all(m["value"] is None and m["reason"] for m in metrics if m["subject"] == "ball" and m["unit"] == "px/s")
