"""Where Dagster's records are kept: one dagster.yaml, two stores, no password where people look, and whose turn it is."""

import os
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster._serdes import serialize_value

from gametape.base.settings import settings
from orchestration.definitions import build_defs
from orchestration.instance import open_instance, prepare
from resources import device


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in [name for name in os.environ if name.startswith("GAMETAPE_") or name == "DAGSTER_HOME"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GAMETAPE_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", "")
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture(params=["SQLite", "Postgres"])
def kind(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "Postgres":
        monkeypatch.setenv("GAMETAPE_POSTGRES_URL", request.getfixturevalue("postgres_url"))
        settings.cache_clear()
    return request.param


def test_the_records_are_where_the_setting_says_and_a_worker_finds_the_same(kind: str, home: Path):
    """A run's worker opens the instance from its reference, sent as JSON."""
    with open_instance() as instance:
        instance.add_dynamic_partitions("videos", ["match-0123456789ab"])
        for storage in (instance.run_storage, instance.event_log_storage, instance.schedule_storage):
            assert kind.lower() in type(storage).__module__
        reference = InstanceRef.from_dict(instance.get_ref().to_dict())
        with dg.DagsterInstance.from_ref(reference) as other:
            assert other.get_dynamic_partitions("videos") == ["match-0123456789ab"]
            assert type(other.run_storage) is type(instance.run_storage)
            assert other.run_storage.get_run_storage_id() == instance.run_storage.get_run_storage_id()
    assert bool(list(home.rglob("*.db"))) == (kind == "SQLite")


def test_both_stores_hold_the_pool_and_making_them_ready_again_changes_nothing(kind: str, home: Path, monkeypatch):
    for slots in (1, 1, 3):
        monkeypatch.setenv("GAMETAPE_GPU_SLOTS", str(slots))
        settings.cache_clear()
        prepare()
        with open_instance() as instance:
            [pool] = instance.event_log_storage.get_pool_limits()
            assert (pool.name, pool.limit) == ("gpu", slots)


def test_no_page_of_the_ui_shows_a_password(home: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    """The UI shows the instance's configuration and every resource's values; run workers are sent both."""
    assert "not-a-secret" in postgres_url
    monkeypatch.setenv("GAMETAPE_POSTGRES_URL", postgres_url)
    monkeypatch.setenv("GAMETAPE_WAREHOUSE_URL", postgres_url)
    settings.cache_clear()
    with open_instance() as instance:
        shown = [instance.info_str(), str(instance.info_dict()), str(instance.get_ref().to_dict())]
    definitions = build_defs()
    repository = definitions.get_repository_def()
    shown.append(serialize_value(RepositorySnap.from_def(repository)))
    assert not [text for text in shown if "not-a-secret" in text]


def test_the_warehouse_is_still_reached_by_the_work(home: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GAMETAPE_WAREHOUSE_URL", postgres_url)
    settings.cache_clear()
    from resources.warehouse import WarehouseResource, warehouse_from_settings

    seen: list[object] = []

    @dg.asset
    def asked(warehouse: WarehouseResource) -> None:
        seen.extend(warehouse.store().read("select 1 as one"))

    with dg.DagsterInstance.ephemeral() as instance:
        assert dg.materialize([asked], resources={"warehouse": warehouse_from_settings()}, instance=instance).success
    assert seen == [{"one": 1}]


def test_a_long_asset_gives_its_place_and_device_to_a_first_look_and_has_both_back_before_its_equals(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Else a first look waits for the two hours' film before it; and where the slot came back without the device, or
    the device without the slot, all of them would wait for ever.
    """
    monkeypatch.setattr(device, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(device, "cuda_devices", lambda: 1)
    monkeypatch.setattr(device.tempfile, "gettempdir", lambda: str(tmp_path))
    order, others = [], []

    def work(name: str, chunks: int) -> dg.OpDefinition:
        @dg.op(name=name, pool=device.GPU_POOL)
        def look(context: dg.OpExecutionContext):
            asked = SimpleNamespace(
                instance=context.instance, run=context.run, log=context.log, op_execution_context=context
            )
            with device.GpuLease().take() as lease:
                assert lease.device == "cuda:0"
                give_way = device.giving_way(asked, lease)
                for chunk in range(chunks):
                    order.append(f"{name} {chunk}")
                    if (name, chunk) == ("first", 0):
                        begin("second", 1, {}, 1)
                        begin("urgent", 1, {"dagster/priority": "1"}, 2)
                    time.sleep(0.02)
                    give_way()

        return look

    def begin(name: str, chunks: int, tags: dict[str, str], waiting: int) -> None:
        others.append(threading.Thread(target=run, args=(work(name, chunks), tags), daemon=True))
        others[-1].start()
        with dg.DagsterInstance.get() as instance:
            while instance.event_log_storage.get_concurrency_info(device.GPU_POOL).pending_step_count < waiting:
                time.sleep(0.01)

    def run(op: dg.OpDefinition, tags: dict[str, str]) -> None:
        job = dg.GraphDefinition(name=op.name, node_defs=[op]).to_job(executor_def=dg.in_process_executor)
        with dg.DagsterInstance.get() as instance:
            assert job.execute_in_process(instance=instance, tags=tags).success

    prepare()
    main = threading.Thread(target=run, args=(work("first", 3), {"dagster/priority": "as usual"}), daemon=True)
    main.start()
    with dg.DagsterInstance.get() as instance:

        def left() -> tuple[int, int]:
            info = instance.event_log_storage.get_concurrency_info(device.GPU_POOL)
            return info.active_slot_count, len(info.pending_steps)

        until = time.monotonic() + 60
        while time.monotonic() < until and (len(order) < 5 or left() != (0, 0)):
            time.sleep(0.05)
        assert order == ["first 0", "urgent 0", "first 1", "first 2", "second 0"] and left() == (0, 0)
    for thread in (main, *others):
        thread.join(5)
        if (
            thread.is_alive()
        ):  # seen now and then in a process that ran many other tests; what holds it is not known yet
            stack = "".join(traceback.format_stack(sys._current_frames()[thread.ident]))
            warnings.warn(f"a run has given back all that it had, and its thread goes on:\n{stack}", stacklevel=1)
