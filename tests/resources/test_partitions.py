"""Whether a partition exists: asked of the records, though not again and again."""

import dagster as dg
import pytest

from resources import partitions
from resources.partitions import SETS, SURE_SECONDS, VIDEOS


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(partitions.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def house() -> dg.DagsterInstance:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(VIDEOS.name, ["match"])
        yield instance


def exists(house: dg.DagsterInstance, key: str = "match") -> bool:
    return VIDEOS.definition.has_partition_key(key, dynamic_partitions_store=house)


def test_what_exists_is_asked_again_after_some_seconds_only(house, clock):
    assert exists(house)
    house.delete_dynamic_partition(VIDEOS.name, "match")
    clock[0] += SURE_SECONDS - 0.1
    assert exists(house)
    clock[0] += 0.2
    assert not exists(house)


def test_what_does_not_exist_is_always_asked_again(house, clock):
    assert not exists(house, "later")
    house.add_dynamic_partitions(VIDEOS.name, ["later"])
    assert exists(house, "later")


def test_another_house_and_another_set_are_asked_themselves(house, clock):
    assert exists(house)
    with dg.DagsterInstance.ephemeral() as other:
        assert not exists(other)
    others = [one for one in SETS.values() if one != VIDEOS]
    assert not any(one.definition.has_partition_key("match", dynamic_partitions_store=house) for one in others)


def test_a_step_asks_the_records_for_its_partition_once(house, clock, monkeypatch):
    @dg.asset(partitions_def=VIDEOS.definition)
    def first() -> int:
        return 1

    @dg.asset(partitions_def=VIDEOS.definition)
    def second(first: int) -> int:
        return first

    asked = []
    has = house.has_dynamic_partition
    monkeypatch.setattr(
        dg.DagsterInstance, "has_dynamic_partition", lambda _, **given: (asked.append(given), has(**given))[1]
    )
    assert dg.materialize([first, second], partition_key="match", instance=house).success
    assert len(asked) == 1
