"""Stale films are made again a few at a time, and never in an endless loop."""

from pathlib import Path

import dagster as dg
import pytest

from resources.graph import Graph, Materialized
from resources.partitions import VIDEOS
from resources.quarantine import STEP_DEATHS_TAG
from resources.records import RunFact
from sensors.reprocess import MOST_ATTEMPTS, build_reprocess_sensor, choose, versions_digest
from tests.film_house import PARENTS, House, film_bytes, followers
from tests.workers import a_run

Status = dg.DagsterRunStatus


def tick(house: House) -> list[dg.RunRequest]:
    job = dg.define_asset_job("process_video", selection=dg.AssetSelection.all())
    sensor = build_reprocess_sensor(VIDEOS, job, house=house.settings)
    with dg.build_sensor_context(instance=house.instance, definitions=house.definitions) as context:
        return list(sensor(context).run_requests or [])


@pytest.fixture
def processed(house: House, folder: Path) -> House:
    """Three films, all ready."""
    for name in ("a", "b", "c"):
        (folder / f"{name}.mp4").write_bytes(film_bytes(name))
    house.process()
    return house


def test_the_sensor_does_not_start_by_itself(house: House):
    sensor = build_reprocess_sensor(VIDEOS, dg.define_asset_job("process_video"), house=house.settings)
    assert sensor.default_status == dg.DefaultSensorStatus.STOPPED


def test_fresh_films_are_left_alone(processed: House):
    assert tick(processed) == []


def test_new_code_makes_again_only_what_it_makes_and_what_follows(processed: House):
    processed.code = {"joint_angles": "2"}
    requests = tick(processed)
    assert len(requests) == 3
    for request in requests:
        assert {k.to_user_string() for k in request.asset_selection} == followers("joint_angles")
        processed.run(request)
    assert tick(processed) == []
    assert not processed.tick().run_requests  # nor does the upload sensor see anything new


def test_so_many_at_once_and_no_more(processed: House):
    processed.code = {"report": "2"}
    processed.settings = processed.settings.model_copy(update={"requests_per_tick": 2})
    first = tick(processed)
    for request in first:
        processed.create_run(request)
    assert len(first) == 2 and tick(processed) == []  # both are still in the queue
    for run in processed.instance.get_runs():
        processed.instance.run_storage.delete_run(run.run_id)
    for request in first:
        processed.run(request)
    assert len(tick(processed)) == 1


def test_a_film_that_fails_with_this_code_is_tried_once_and_again_with_other_code(processed: House):
    processed.code, processed.fail = {"report": "2"}, ("report",)
    for request in tick(processed):
        processed.run(request)
    assert tick(processed) == []
    processed.code, processed.fail = {"report": "3"}, ()
    assert len(tick(processed)) == 3


def test_a_film_that_nobody_asked_for_is_the_upload_sensors(house: House):
    house.instance.add_dynamic_partitions("videos", ["new-0123456789ab"])
    assert tick(house) == []


def test_workers_with_old_code_do_not_make_an_endless_loop(processed: House):
    """The worker deploys later than the sensor: each run succeeds and leaves the film as stale as it was."""
    runs = 0
    for _ in range(20):
        processed.code = {"report": "2"}
        requests = tick(processed)
        processed.code = {}
        for request in requests:
            processed.run(request)
        runs += len(requests)
    assert runs == 3 * MOST_ATTEMPTS


GRAPH = Graph(PARENTS, dict.fromkeys(PARENTS, "2"))
OLD = {asset: Materialized.of("1", "d", {}) for asset in PARENTS}


@pytest.mark.parametrize(
    ("status", "tried", "expected"),
    [
        (Status.SUCCESS, 0, True),
        (Status.SUCCESS, 1, True),
        (Status.SUCCESS, MOST_ATTEMPTS, False),
        (Status.FAILURE, 0, True),
        (Status.FAILURE, 1, False),
        (Status.CANCELED, 1, False),
        (Status.STARTED, 0, False),
        (Status.QUEUED, 0, False),
    ],
)
def test_who_is_tried(status: Status, tried: int, expected: bool):
    chosen = choose(GRAPH, {"k": OLD}, {"k": RunFact(1, "r", status, "k")}, {"k": tried}, most=5)
    assert bool(chosen) == expected


def test_who_is_set_aside_is_not_tried_with_other_code():
    runs = {"k": RunFact(1, "r", Status.FAILURE, "k"), "other": RunFact(2, "s", Status.FAILURE, "other")}
    chosen = choose(GRAPH, {"k": OLD, "other": OLD}, runs, {}, most=5, aside={"k"})
    assert [one.key for one in chosen] == ["other"]


def test_films_that_are_set_aside_hold_up_no_other(processed: House):
    keys = {key[0]: key for key in processed.instance.get_dynamic_partitions("videos")}
    for key in (keys["a"], keys["b"]):
        run = a_run(processed.instance, key=key, dagster__failure_reason="STEP_FAILURE", **{STEP_DEATHS_TAG: "report"})
        processed.instance.report_run_failed(processed.instance.get_run_by_id(run), "a step failed")
    processed.code = {"report": "2"}
    processed.settings = processed.settings.model_copy(update={"requests_per_tick": 2})
    assert [request.partition_key for request in tick(processed)] == [keys["c"]]


def test_the_digest_is_that_of_the_code():
    assert versions_digest(GRAPH) == versions_digest(Graph({}, dict(reversed(GRAPH.code_versions.items()))))
    assert versions_digest(GRAPH) != versions_digest(Graph(PARENTS, {**GRAPH.code_versions, "report": "3"}))
