"""A film that ends its worker three times in a row is set aside with its evidence; the others go on."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from resources.quarantine import DEATHS, HOST_RESTARTED, STEP_DEATHS_TAG, TOLD_TO_END, evidence, set_aside
from tests.film_house import House
from tests.workers import a_run

Status = dg.DagsterRunStatus


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        yield instance


def deaths(instance: dg.DagsterInstance, count: int, *, key: str = "match-1", why: str = "Its worker is gone.") -> str:
    """Runs, each the retry of the one before, whose workers died; returns the newest."""
    run_id = None
    for number in range(count):
        tags = {"dagster/parent_run_id": run_id, "dagster/retry_number": str(number)} if run_id else {}
        run_id = a_run(instance, key=key, **tags)
        instance.report_dagster_event(dg.DagsterEvent("STEP_START", "process_video", step_key="pose_estimates"), run_id)
        instance.report_run_failed(instance.get_run_by_id(run_id), why)
    return run_id


@pytest.mark.parametrize(("count", "aside"), [(DEATHS - 1, False), (DEATHS, True), (DEATHS + 1, True)])
def test_three_workers_in_a_row_are_enough(instance: dg.DagsterInstance, count: int, aside: bool):
    newest = deaths(instance, count)
    deaths(instance, 1, key="other")
    assert set_aside(instance) == ({"match-1": newest} if aside else {})
    assert set_aside(instance, ["other"]) == {}


def test_the_evidence_is_of_each_of_them(instance: dg.DagsterInstance):
    told = evidence(instance, deaths(instance, DEATHS))
    assert [death.asset for death in told] == ["pose_estimates"] * DEATHS
    assert told[0].why == "Its worker is gone." and told[-1].why.endswith("3 times now")
    assert all(death.ended for death in told) and told[0].ended <= told[-1].ended


def test_power_cuts_are_no_fault_of_the_film(instance: dg.DagsterInstance):
    deaths(instance, DEATHS, why=f"{HOST_RESTARTED}, or its container, which was started anew.")
    assert set_aside(instance) == {}


def test_stops_of_the_house_are_no_fault_of_the_film(instance: dg.DagsterInstance):
    """As Dagster reports a worker that gets SIGTERM: its own words, of its own code, are what is looked for."""
    import inspect

    from dagster._core.execution import api

    assert f'"{TOLD_TO_END}. "' in inspect.getsource(api)
    why = (
        f'Execution of run for "process_video" failed. {TOLD_TO_END}. No user initiated termination request was found.'
    )
    deaths(instance, DEATHS, why=why)
    assert set_aside(instance) == {}
    mixed = None
    for number, said in enumerate(("gone", "gone", why, "gone")):
        tags = {"dagster/parent_run_id": mixed, "dagster/retry_number": str(number)} if mixed else {}
        mixed = a_run(instance, key="match-2", **tags)
        instance.report_run_failed(instance.get_run_by_id(mixed), said)
    assert set_aside(instance) == {"match-2": mixed} and len(evidence(instance, mixed)) == 3


def test_a_new_run_begins_a_new_row(instance: dg.DagsterInstance):
    deaths(instance, DEATHS)
    a_run(instance)
    assert set_aside(instance) == {}


def test_a_film_that_fails_for_a_reason_of_its_own_is_not_set_aside(instance: dg.DagsterInstance):
    newest = deaths(instance, DEATHS)
    instance.add_run_tags(newest, {"dagster/failure_reason": "STEP_FAILURE"})
    assert set_aside(instance) == {}


def test_a_step_that_ended_its_workers_within_one_run_sets_its_film_aside(instance: dg.DagsterInstance):
    """On a cluster: the run lives on and starts its step again."""
    tags = {"dagster/failure_reason": "STEP_FAILURE", STEP_DEATHS_TAG: "ball_trajectory"}
    run = a_run(instance, **tags)
    instance.report_run_failed(instance.get_run_by_id(run), "a step failed")
    assert set_aside(instance) == {"match-1": run} and len(evidence(instance, run)) == 1


def test_it_gets_no_run_by_itself_and_the_others_do(house: House, folder: Path):
    (folder / "deadly.mp4").write_bytes(b"x" * 300)
    [request] = house.tick().run_requests
    house.add_partitions(house.tick())
    house.create_run(request)
    [first] = house.instance.get_runs()
    house.instance.report_run_failed(first, "Its worker is gone.")
    parent = first.run_id
    for number in (1, 2):
        tags = {"dagster/parent_run_id": parent, "dagster/retry_number": str(number)}
        parent = a_run(house.instance, key=request.partition_key, **tags)
        house.instance.report_run_failed(house.instance.get_run_by_id(parent), "Its worker is gone.")
    assert set_aside(house.instance) == {request.partition_key: parent}
    (folder / "deadly.yaml").write_text("title: Final\n")
    (folder / "other.mp4").write_bytes(b"y" * 300)
    assert [one.partition_key[:5] for one in house.tick().run_requests] == ["other"]
    house.create_run(request)  # released: its edit waits for that run to end
    assert set_aside(house.instance) == {}


@pytest.mark.parametrize("selection", [{"sidecar", "report"}, None])
def test_one_whose_tables_are_all_of_an_earlier_sidecar_is_released_to_the_run_that_died(
    house: House, folder: Path, monkeypatch: pytest.MonkeyPatch, selection: set[str] | None
):
    """Nothing is stale then, and a run of nothing is none."""
    from orchestration.cli import quarantine
    from orchestration.partitions import state
    from resources.graph import Graph
    from resources.partitions import VIDEOS

    (folder / "film.mp4").write_bytes(b"x" * 300)
    [request] = house.process()
    monkeypatch.setattr(state, "asset_graph", lambda partitions: Graph.of(house.definitions, partitions))
    assets = frozenset(map(dg.AssetKey, selection)) if selection else None
    tags = {"dagster/partition": request.partition_key}
    run = house.instance.run_storage.add_run(dg.DagsterRun("process_video", tags=tags, asset_selection=assets))
    made = quarantine._to_make(house.instance, request.partition_key, run.run_id)
    assert set(made) == (selection or set(Graph.of(house.definitions, VIDEOS).assets))
    house.code = {"report": "2"}
    assert quarantine._to_make(house.instance, request.partition_key, run.run_id) == ["report"]
