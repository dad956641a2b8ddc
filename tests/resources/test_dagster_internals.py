"""What we rely on in Dagster beyond its public interface. A newer Dagster that changes it fails here, by name.

`python -m benchmarks.newest_dagster` runs these tests against the newest release.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from resources import dagster_internals as internals

PROJECT = Path(__file__).resolve().parents[2]
SET = dg.DynamicPartitionsDefinition(name="contract")


@dg.asset(partitions_def=SET, code_version="7")
def source() -> dg.MaterializeResult:
    return dg.MaterializeResult(data_version=dg.DataVersion("one"), tags={"mine": "yes"})


@dg.asset(partitions_def=SET, deps=[source], code_version="8")
def derived() -> None: ...


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        instance.add_dynamic_partitions("contract", ["a", "b"])
        yield instance


def run(instance: dg.DagsterInstance, key: str, **more) -> dg.ExecuteInProcessResult:
    return dg.materialize([source, derived], partition_key=key, instance=instance, **more)


def test_only_few_modules_look_behind_the_public_interface():
    for folder in ("assets", "resources", "sensors", "orchestration", "gametape"):
        for file in (PROJECT / folder).rglob("*.py"):
            behind = re.findall(r"(?:from|import) (dagster\._\w+|dagster_graphql)", file.read_text(encoding="utf-8"))
            assert not behind or file.name in ("dagster_internals.py", "sqlite_records.py"), file


def test_the_tags_are_what_the_documentation_calls_them():
    assert internals.PARTITION_NAME_TAG == "dagster/partition" and internals.RUN_KEY_TAG == "dagster/run_key"
    assert internals.MAX_RUNTIME_SECONDS_TAG == "dagster/max_runtime" and internals.PRIORITY_TAG == "dagster/priority"
    assert internals.MAX_RETRIES_TAG == "dagster/max_retries" and internals.WILL_RETRY_TAG == "dagster/will_retry"
    assert internals.PARENT_RUN_ID_TAG == "dagster/parent_run_id"
    assert internals.RETRY_NUMBER_TAG == "dagster/retry_number"
    assert internals.AUTO_RETRY_RUN_ID_TAG == "dagster/auto_retry_run_id"
    assert internals.GRPC_INFO_TAG == ".dagster/grpc_info"


def test_a_materialization_carries_its_versions_and_those_of_its_inputs(instance: dg.DagsterInstance):
    import hashlib

    result = run(instance, "a")
    [event] = internals.latest_materialization_ids(instance, "derived", ["a"]).values()
    [(found, run_id, body)] = internals.materialization_rows(instance, [event])
    assert (found, run_id) == (event, result.run_id) and internals.run_of_event(instance, event) == run_id
    tags = internals.materialization_tags(json.loads(body))
    assert tags[internals.CODE_VERSION_TAG] == "8" and tags[internals.DATA_VERSION_TAG]
    assert tags[f"{internals.INPUT_DATA_VERSION_TAG_PREFIX}/source"] == hashlib.sha256(b"one").hexdigest()
    [(_, _, body)] = internals.materialization_rows(
        instance, internals.latest_materialization_ids(instance, "source", ["a"]).values()
    )
    assert internals.materialization_tags(json.loads(body))["mine"] == "yes"
    assert internals.run_of_event(instance, 10**9) is None


def test_the_last_materialization_is_asked_by_partition_and_ids_rise(instance: dg.DagsterInstance):
    for key in ("a", "b", "a"):
        run(instance, key)
    ids = internals.latest_materialization_ids(instance, "source")
    assert set(ids) == {"a", "b"} and ids["a"] > ids["b"]
    assert internals.latest_materialization_ids(instance, "source", ["b", "c"]) == {"b": ids["b"]}


def test_runs_are_asked_by_partition_and_by_whether_they_have_ended(instance: dg.DagsterInstance):
    run(instance, "a")
    waiting = dg.DagsterRun(job_name="x", tags={internals.PARTITION_NAME_TAG: "b"}, status=dg.DagsterRunStatus.STARTED)
    instance.run_storage.add_run(waiting)
    instance.run_storage.add_run(dg.DagsterRun(job_name="without"))
    rows = list(internals.run_rows(instance))
    assert [(row["partition"], row["status"]) for row in sorted(rows, key=lambda row: row["id"])] == [
        ("a", "SUCCESS"),
        ("b", "STARTED"),
    ]
    [unfinished] = internals.run_rows(instance, unfinished=True)
    assert unfinished["run_id"] == waiting.run_id
    assert [row["partition"] for row in internals.run_rows(instance, ["a"])] == ["a"]
    assert dg.DagsterRunStatus.QUEUED in internals.NOT_FINISHED_STATUSES
    assert dg.DagsterRunStatus.FAILURE not in internals.NOT_FINISHED_STATUSES


def test_failed_runs_are_asked_by_time_and_tags(instance: dg.DagsterInstance):
    @dg.asset(partitions_def=SET)
    def broken() -> None:
        raise ValueError("no")

    ids = [
        dg.materialize([broken], partition_key="a", instance=instance, raise_on_error=False, tags=tags).run_id
        for tags in ({}, {"seen": "yes"}, {internals.WILL_RETRY_TAG: "true"})
    ]

    def failed(since: float = 0, overdue: float = 0, **without: str | None) -> list[str]:
        return internals.failed_run_ids(instance, since=since, overdue=overdue, without=without, most=9)

    assert failed(seen="yes") == [ids[0]]
    assert failed(seen=None) == ids[:2]
    assert failed(overdue=4e9) == ids  # a retry that never came
    instance.add_run_tags(ids[0], {"seen": ids[0]})
    assert failed(seen=None) == [ids[1]]
    assert failed(since=4e9) == []


def test_retries_are_asked_by_what_dagster_noted_of_them(instance: dg.DagsterInstance):
    def fail(status: dg.DagsterRunStatus = dg.DagsterRunStatus.STARTED, **tags: str) -> str:
        run = dg.DagsterRun(
            job_name="job", tags={f"dagster/{name}": value for name, value in tags.items()}, status=status
        )
        run = instance.run_storage.add_run(run)
        instance.report_run_failed(run)
        return run.run_id

    missed, made = fail(partition="a", will_retry="true"), fail(partition="a", will_retry="true", auto_retry_run_id="x")
    refused, bad = (
        fail(partition="a", will_retry="false"),
        fail(partition="a", will_retry="false", failure_reason="STEP_FAILURE"),
    )
    assert internals.retry_runs(instance, since=0) == [missed, made]
    assert internals.retry_runs(instance, since=0, made=False) == [missed]
    assert internals.retry_runs(instance, since=0, wanted=False) == [refused] and bad
    assert internals.retry_runs(instance, since=4e9) == []


def test_a_step_gives_its_slot_back_and_claims_another(instance: dg.DagsterInstance):
    internals.set_pool_limit(instance, "gpu", 1)
    internals.set_pool_limit(instance, "gpu", 1)
    assert internals.claim_slot(instance, "gpu", "run-1", "step", 0)
    assert not internals.claim_slot(instance, "gpu", "run-2", "step", 3)
    assert internals.waiting_priorities(instance, "gpu") == [3]
    internals.free_slot(instance, "run-1", "step")
    assert internals.claim_slot(instance, "gpu", "run-2", "step", 3)
    assert internals.waiting_priorities(instance, "gpu") == []


def test_a_run_gives_all_its_slots_back(instance: dg.DagsterInstance):
    internals.set_pool_limit(instance, "gpu", 1)
    assert internals.claim_slot(instance, "gpu", "run-1", "step", 0)
    internals.free_slots(instance, "run-1")
    assert internals.claim_slot(instance, "gpu", "run-2", "step", 0)


def test_a_run_whose_worker_nobody_knows_is_canceling_and_was_not_asked(tmp_path: Path):
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:  # with the launcher that a house has
        run = instance.run_storage.add_run(dg.DagsterRun(job_name="job", status=dg.DagsterRunStatus.STARTED))
        assert not internals.ask_to_stop(instance, run.run_id)
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.CANCELING


def test_a_code_server_that_is_not_there_does_not_answer(tmp_path: Path):
    assert not internals.code_server_answers(str(tmp_path / "nobody"))


def test_an_asset_knows_its_step(instance: dg.DagsterInstance):
    seen = []

    @dg.asset
    def asks(context: dg.AssetExecutionContext) -> None:
        seen.append(internals.step_key(context))

    dg.materialize([asks], instance=instance)
    assert seen == ["asks"]


def test_an_instance_has_an_id_that_another_has_not(instance: dg.DagsterInstance):
    assert re.fullmatch(r"[0-9a-f]{32}", internals.storage_id(instance))
    with dg.DagsterInstance.ephemeral() as other:
        assert internals.storage_id(other) != internals.storage_id(instance)


def test_deleting_a_run_deletes_what_it_made(instance: dg.DagsterInstance):
    result = run(instance, "a")
    instance.delete_run(result.run_id)
    assert internals.latest_materialization_ids(instance, "source") == {}


def test_the_storage_is_chosen_by_a_class_of_ours(tmp_path: Path):
    assert issubclass(type(storage := internals.sqlite_storage(str(tmp_path), None)), internals.DagsterStorage)
    assert storage.run_storage.get_run_storage_id()
    assert hasattr(internals.ConfigurableClass, "from_config_value")
    import inspect

    from dagster_postgres.storage import DagsterPostgresStorage

    assert {"postgres_url", "inst_data"} <= set(inspect.signature(DagsterPostgresStorage).parameters)


@pytest.mark.slow
def test_a_workspace_answers_graphql_as_the_web_server_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "there.py").write_text(
        "import dagster as dg\n@dg.asset\ndef one(): ...\ndefs = dg.Definitions(assets=[one])"
    )
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    (tmp_path / "workspace.yaml").write_text("load_from: [{python_file: there.py}]")
    monkeypatch.chdir(tmp_path)
    with (
        dg.DagsterInstance.from_config(str(tmp_path)) as instance,
        internals.open_workspace(instance, tmp_path / "workspace.yaml") as workspace,
    ):
        answer = internals.execute_graphql(workspace, "{ assetNodes { opName } }", {})
        assert answer["data"] == {"assetNodes": [{"opName": "one"}]} and workspace.instance is instance
        wrong = internals.execute_graphql(workspace, "{ nothing }", {})
        assert wrong["errors"][0]["message"]
        schema = internals.execute_graphql(
            workspace, '{ __type(name: "Mutation") { fields { name args { name } } } }', {}
        )
        mutations = {m["name"]: {a["name"] for a in m["args"]} for m in schema["data"]["__type"]["fields"]}
        assert "executionParams" in mutations["launchRun"]
        assert {"runId", "terminatePolicy"} <= mutations["terminateRun"]
