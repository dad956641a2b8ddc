"""A Ray cluster of several nodes on this machine, with GPUs that are none. Belongs here: the cluster, who runs on what."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

#: Of each node: what one film and one of its steps with a GPU need, and a little more.
NODE = {"num_cpus": 3, "num_gpus": 1, "memory": 16_000_000_000, "object_store_memory": 80_000_000}


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


@dataclass
class Nodes:
    """The cluster: its head, on which nothing is placed, and nodes that can be killed."""

    cluster: object
    address: str
    nodes: list = field(default_factory=list)

    def add(self) -> None:
        self.nodes.append(self.cluster.add_node(**NODE))

    def raylet_of(self, pid: int) -> int | None:
        """The raylet under which the process runs, which stands for its node; None when it has ended."""
        raylets = {node.all_processes["raylet"][0].process.pid for node in self.nodes}
        try:
            return next((parent.pid for parent in psutil.Process(pid).parents() if parent.pid in raylets), None)
        except psutil.NoSuchProcess:
            return None

    def kill(self, raylet: int) -> None:
        """End a node as a power cut does: it and everything on it."""
        node = next(n for n in self.nodes if n.all_processes["raylet"][0].process.pid == raylet)
        for process in psutil.Process(raylet).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.cluster.remove_node(node, allow_graceful=False)
        self.nodes.remove(node)


@contextmanager
def ray_nodes(count: int, port: int) -> Iterator[Nodes]:
    """A cluster with so many nodes and the settings that are in force now, gone afterwards."""
    from ray.cluster_utils import Cluster

    head = {
        "num_cpus": 0, "num_gpus": 0, "object_store_memory": 80_000_000,
        "include_dashboard": True, "dashboard_host": "127.0.0.1", "dashboard_port": port,
    }  # fmt: skip
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        nodes = Nodes(cluster, f"http://127.0.0.1:{port}")
        for _ in range(count):
            nodes.add()
        cluster.wait_for_nodes()
        yield nodes
    finally:
        cluster.shutdown()
