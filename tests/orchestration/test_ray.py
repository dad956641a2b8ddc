"""Films on a Ray cluster of two nodes with pretended GPUs: spread, limited by the GPUs, finished when a node dies."""

import os
import signal
from collections.abc import Iterator

import pytest

from orchestration.instance import open_instance
from resources.quarantine import set_aside
from resources.same_house import HOUSE_TAG, house_digests
from tests.postgres import Cluster
from tests.ray_nodes import Nodes, free_port, ray_nodes
from tests.toy_house import ToyHouse, a_toy_house

pytestmark = [pytest.mark.cluster, pytest.mark.daemon, pytest.mark.slow]


@pytest.fixture(scope="module")
def house(postgres_cluster: Cluster, tmp_path_factory) -> Iterator[ToyHouse]:
    """A house that is yet to be started; its settings are in force, for the nodes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_ADDRESS", f"http://127.0.0.1:{free_port()}")
        home = tmp_path_factory.mktemp("ray") / "home"
        with a_toy_house(home, EXECUTOR="ray", POSTGRES_URL=postgres_cluster.database()) as house:
            yield house


@pytest.fixture(scope="module")
def nodes(house: ToyHouse) -> Iterator[Nodes]:
    with ray_nodes(2, int(os.environ["RAY_ADDRESS"].rpartition(":")[2])) as nodes:
        house.start()
        yield nodes
        house.stop()


def ready(house: ToyHouse, *keys: str, seconds: float = 240) -> None:
    with open_instance() as instance:
        ended = lambda: {house.state(instance, key) for key in keys} <= {"ready", "failed"}  # noqa: E731
        house.wait(ended, seconds, "the toys are done")
        assert {house.state(instance, key) for key in keys} == {"ready"}


def test_films_are_spread_and_a_gpu_has_one_step_at_a_time(house: ToyHouse, nodes: Nodes):
    keys = [house.upload(f"spread {number}", 4, 1.0) for number in range(3)]
    raylets: dict[int, int | None] = {}

    def look() -> bool:
        for line in house.ledger(asset="toy_work"):
            raylets.setdefault(line["pid"], nodes.raylet_of(line["pid"]))
        return all(house.ledger(key, "toy_page") for key in keys)

    house.wait(look, 240, "the toys are done")
    ready(house, *keys)
    work = house.ledger(asset="toy_work")
    assert {line["gpu"] for line in work} == {"0"}, "each node has one, and its jobs see no other"
    assert {line["gpu"] for line in house.ledger() if line["asset"] != "toy_work"} == {""}, "where nothing needs one"
    assert len({line["pid"] for line in work}) == 3, "a job a film"
    spans = [
        (min(at), max(at), raylets[pid])
        for pid in {line["pid"] for line in work}
        if (at := [line["at"] for line in work if line["pid"] == pid])
    ]
    assert len({node for *_, node in spans}) == 2, "both nodes work"
    for number, (begin, end, node) in enumerate(spans):
        for other_begin, other_end, other in spans[:number]:
            assert node != other or begin >= other_end or other_begin >= end, "two on one GPU at a time"
    assert {len(house.ledger(key, "toy_work")) for key in keys} == {4}, "no chunk twice"


def test_a_node_that_dies_costs_no_more_than_a_chunk(house: ToyHouse, nodes: Nodes):
    nodes.add()
    key = house.upload("long", 14, 1.5)
    house.wait(lambda: len(house.ledger(key, "toy_work")) >= 4, 300, "it is at work")
    pid = house.ledger(key, "toy_work")[-1]["pid"]
    nodes.kill(nodes.raylet_of(pid))
    ready(house, key)
    work = house.ledger(key, "toy_work")
    assert {line["chunk"] for line in work} == set(range(14))
    assert len(work) <= 15 and len({line["pid"] for line in work}) == 2, "finished by one other, from its last chunk"
    with open_instance() as instance:
        assert len(house.runs(instance, key)) <= 2


def test_a_step_whose_worker_dies_is_started_again_within_its_run(house: ToyHouse, nodes: Nodes):
    key = house.upload("step", 8, 1.5)
    house.wait(lambda: len(house.ledger(key, "toy_work")) >= 3, 300, "it is at work")
    os.kill(house.ledger(key, "toy_work")[-1]["pid"], signal.SIGKILL)
    ready(house, key)
    work = house.ledger(key, "toy_work")
    assert sorted({line["chunk"] for line in work}) == list(range(8)) and len(work) <= 9
    with open_instance() as instance:
        [run] = house.runs(instance, key)
        told = dict(part.split("=") for part in run.tags[HOUSE_TAG].split(","))
        assert told == house_digests(), "what a worker had to be like"


def test_a_film_that_ends_every_worker_is_set_aside_and_the_next_is_made(house: ToyHouse, nodes: Nodes):
    """Here the cluster starts its step again, three times in one run; Dagster's retries are not asked."""
    (house.home / "poison").write_text("deadly 1")
    deadly = house.upload("deadly", 3, 0.1)
    with open_instance() as instance:
        house.wait(lambda: house.state(instance, deadly) == "failed", 240, "it is given up")
        assert list(set_aside(instance)) == [deadly] and len(house.runs(instance, deadly)) == 1
        assert "set aside" in house.detail(instance, deadly) and "3 of 3 times" in house.detail(instance, deadly)
        assert [line["chunk"] for line in house.ledger(deadly, "toy_work")] == [0], "what was made was kept"
    ready(house, house.upload("harmless", 1, 0.1))
