"""Where Dagster's records are kept: one dagster.yaml, two stores, and no password where people look."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster._serdes import serialize_value

from gametape.settings import settings
from orchestration.definitions import build_defs
from orchestration.instance import open_instance, prepare


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
