"""Films on a Ray cluster of two nodes with pretended GPUs: spread, limited by the GPUs, finished when a node dies."""

import os
from collections.abc import Iterator

import pytest

from orchestration.instance import open_instance
from tests.postgres import Cluster
from tests.ray_nodes import Nodes, free_port, ray_nodes
from tests.toy_house import ToyHouse, a_toy_house

pytestmark = [pytest.mark.daemon, pytest.mark.slow]


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
    house.wait(lambda: len(house.ledger(key, "toy_work")) >= 4, 120, "it is at work")
    pid = house.ledger(key, "toy_work")[-1]["pid"]
    nodes.kill(nodes.raylet_of(pid))
    ready(house, key)
    work = house.ledger(key, "toy_work")
    assert {line["chunk"] for line in work} == set(range(14))
    assert len(work) <= 15 and len({line["pid"] for line in work}) == 2, "finished by one other, from its last chunk"
    with open_instance() as instance:
        assert len(house.runs(instance, key)) <= 2


def test_a_worker_of_another_house_refuses(house: ToyHouse, nodes: Nodes):
    """A node with other settings: here the house has changed, and the run was asked for before."""
    import json

    from resources.same_house import HOUSE_TAG, house_digests

    with open_instance() as instance:
        run = next(run for run in instance.get_runs() if HOUSE_TAG in run.tags)
        told = dict(part.split("=") for part in run.tags[HOUSE_TAG].split(","))
        assert told == house_digests(), json.dumps(told)
