"""Engines and connections of Dagster's records that are kept."""

import sqlite3
from pathlib import Path

import dagster as dg
import pytest

from resources import sqlite_records
from resources.sqlite_records import Engines, SqliteRecords


@pytest.fixture
def instance(tmp_path: Path):
    records = SqliteRecords.from_local(str(tmp_path))
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path / "temp")) as ephemeral:
        ephemeral._run_storage, ephemeral._event_storage = records.run_storage, records.event_log_storage
        for storage in (records.run_storage, records.event_log_storage):
            storage.register_instance(ephemeral)
        yield ephemeral
    records.dispose()


def address(folder: Path, name: str = "a") -> str:
    return f"sqlite:///{folder / name}.db"


def test_an_engine_is_made_once_and_few_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_records, "MOST_ENGINES", 2)
    engines = Engines(open=False)
    first = engines.of(address(tmp_path))
    assert engines.of(address(tmp_path)) is first
    engines.of(address(tmp_path, "b"))
    assert engines.of(address(tmp_path)) is first, "what was used last is kept"
    engines.of(address(tmp_path, "c"))
    assert engines.of(address(tmp_path)) is first
    assert len(engines._kept) == 2


def test_what_was_written_is_seen_by_others_at_once_and_the_failed_is_not(tmp_path):
    engines = Engines(open=True)
    with engines.transaction(address(tmp_path)) as connection:
        connection.exec_driver_sql("create table t (x)")
    with pytest.raises(ZeroDivisionError), engines.transaction(address(tmp_path)) as connection:
        connection.exec_driver_sql("insert into t values (1)")
        raise ZeroDivisionError
    with engines.transaction(address(tmp_path)) as connection:
        connection.exec_driver_sql("insert into t values (2)")
    with sqlite3.connect(tmp_path / "a.db") as other:
        assert other.execute("select x from t").fetchall() == [(2,)]
        other.execute("insert into t values (3)")
    with engines.transaction(address(tmp_path)) as connection:
        assert connection.exec_driver_sql("select x from t").fetchall() == [(2,), (3,)]
    engines.dispose()


def test_a_connection_is_not_taken_into_another_process(tmp_path, monkeypatch):
    engines = Engines(open=True)
    mine = engines.of(address(tmp_path))
    monkeypatch.setattr(sqlite_records.os, "getpid", lambda: -1)
    assert engines.of(address(tmp_path)) is not mine


def test_a_run_and_its_events_are_kept_and_the_ui_notices_each_event_by_the_file(instance, tmp_path):
    @dg.asset
    def poses(context: dg.AssetExecutionContext) -> None:
        context.log_event(dg.AssetObservation("poses", metadata={"frames_done": 7}))

    result = dg.materialize([poses], instance=instance)
    assert result.success
    again = SqliteRecords.from_local(str(tmp_path))
    assert again.run_storage.get_runs()[0].status == dg.DagsterRunStatus.SUCCESS
    events = again.event_log_storage.get_logs_for_run(result.run_id)
    assert [e.dagster_event_type for e in events if e.is_dagster_event][-1] == dg.DagsterEventType.RUN_SUCCESS
    # The log of a database that is closed has been written into it: Dagster's UI watches that file.
    [file] = tmp_path.rglob(f"{result.run_id}.db")
    assert not list(file.parent.glob(f"{result.run_id}.db-wal"))
    instance.delete_run(result.run_id)
    assert not again.run_storage.has_run(result.run_id)
    again.dispose()


def test_a_run_that_another_process_forgot_has_no_events_and_breaks_nothing(instance, tmp_path):
    @dg.asset
    def poses() -> None: ...

    result = dg.materialize([poses], instance=instance)
    assert instance.all_logs(result.run_id)
    for file in tmp_path.rglob(f"{result.run_id}.db*"):
        file.unlink()
    assert instance.all_logs(result.run_id) == []
